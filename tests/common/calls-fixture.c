/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calls-fixture.h"

void
calls_answer_all (Fixture *fixture)
{
  fake_server_answer (fixture->server, PATH ("request"), 200,
                      "{\"callId\":\"" CALL_1 "\",\"appointmentId\":\"" VISIT
                      "\",\"generation\":1,\"calleeId\":\"" PATIENT "\"}");
  fake_server_answer (fixture->server, PATH ("accept"), 200,
                      "{\"callId\":\"" CALL_1 "\",\"peerId\":\"" REMOTE_PEER
                      "\",\"generation\":1}");
  fake_server_answer (fixture->server, PATH ("started"), 200,
                      "{\"startedAt\":\"2026-03-02T14:00:05.000Z\"}");
  fake_server_answer (fixture->server, PATH ("cancel"), 200, "{}");
  fake_server_answer (fixture->server, PATH ("leave"), 200, "{}");
  fake_server_answer (fixture->server, PATH ("end"), 200,
                      "{\"duration\":5,\"status\":\"completed\"}");
  fake_server_answer (fixture->server, PATH ("rejoin"), 200,
                      "{\"callId\":\"" CALL_1 "\",\"generation\":2,\"peers\":{\"" PATIENT
                      "\":\"" REMOTE_PEER "\"},\"offer\":true}");
}

void
calls_set_up (Fixture *fixture, gconstpointer unused)
{
  fixture_set_up (fixture, NULL);
  calls_answer_all (fixture);
  fixture_go_online (fixture);
}

CallSession *
session_of (Fixture *fixture)
{
  return call_client_get_active_session (fixture->client);
}

CallState
state_of (CallSession *session)
{
  return call_session_get_state (session);
}

CallSession *
request_call (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CallSession *session;

  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  g_assert_nonnull (session_of (fixture));
  g_assert_cmpint (state_of (session_of (fixture)), ==, CALL_STATE_RINGING_OUT);
  test_await (result != NULL);
  session = call_client_request_call_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_true (session == session_of (fixture));
  g_assert_cmpstr (call_session_get_call_id (session), ==, CALL_1);
  return session;
}

void
ring_here (Fixture *fixture)
{
  fake_server_emit (fixture->server, "AppointmentCallRequested", REQUESTED (VISIT, CALL_1));
  test_await (session_of (fixture) != NULL);
  g_assert_cmpint (state_of (session_of (fixture)), ==, CALL_STATE_RINGING_IN);
}

void
accept_there (Fixture *fixture)
{
  fake_server_emit (fixture->server, "AppointmentCallAccepted",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"peerId\":\"" REMOTE_PEER "\"" AT);
  test_await (call_session_get_generation (session_of (fixture)) == 1);
}

CallSession *
connected_call (Fixture *fixture)
{
  CallSession *session = request_call (fixture);

  accept_there (fixture);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_CONNECTING);
  call_signalling_report_flowing (call_client_get_signalling (fixture->client, session), 1);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_IN_CALL);
  return session;
}

/* What the server says of the appointment when it is asked next. */
void
set_visit (Fixture *fixture, const char *visit_json)
{
  g_autofree char *one = g_strdup_printf ("{\"appointment\":%s}", visit_json);
  g_autofree char *list = g_strdup_printf ("{\"appointments\":[%s]}", visit_json);

  fake_server_answer (fixture->server, "GET /api/appointments/" VISIT, 200, one);
  fake_server_answer (fixture->server, "GET /api/appointments", 200, list);
}

void
assert_over (CallSession *session, CallState state, CallEndReason reason)
{
  g_assert_cmpint (state_of (session), ==, state);
  g_assert_cmpint (call_session_get_end_reason (session), ==, reason);
}
