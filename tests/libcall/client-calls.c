/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client-call.h"
#include "client-fixture.h"

#define PATH(action) "POST /api/appointments/" VISIT "/call/" action
#define FROM_PATIENT "\"by\":{\"id\":\"" PATIENT "\",\"role\":\"patient\"}"
#define FROM_US "\"by\":{\"id\":\"" DOCTOR "\",\"role\":\"doctor\"}"
#define AT ",\"at\":\"2026-03-02T14:00:00.000Z\"}"
#define IDS(visit, call) "{\"appointmentId\":\"" visit "\",\"callId\":\"" call "\","
#define REQUESTED(visit, call)                                               \
  IDS (visit, call)                                                          \
  "\"from\":{\"id\":\"" PATIENT "\",\"name\":\"Rui\",\"role\":\"patient\"}," \
  "\"peerId\":\"" REMOTE_PEER "\"" AT
#define ACTIVE(call, state, generation, more)                                               \
  ",\"call\":{\"callId\":\"" call "\",\"state\":\"" state "\",\"callerId\":\"" DOCTOR "\"," \
  "\"calleeId\":\"" PATIENT "\",\"generation\":" generation ","                             \
  "\"peers\":{" more "},\"requestedAt\":\"2026-03-02T14:00:00.000Z\"}"

static void
answer_all (Fixture *fixture)
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

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture_set_up (fixture, NULL);
  answer_all (fixture);
  fixture_go_online (fixture);
}

static CallSession *
session_of (Fixture *fixture)
{
  return call_client_get_active_session (fixture->client);
}

static CallState
state_of (CallSession *session)
{
  return call_session_get_state (session);
}

static CallSession *
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

static void
ring (Fixture *fixture)
{
  fake_server_emit (fixture->server, "AppointmentCallRequested", REQUESTED (VISIT, CALL_1));
  test_await (session_of (fixture) != NULL);
  g_assert_cmpint (state_of (session_of (fixture)), ==, CALL_STATE_RINGING_IN);
}

static void
accept_there (Fixture *fixture)
{
  fake_server_emit (fixture->server, "AppointmentCallAccepted",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"peerId\":\"" REMOTE_PEER "\"" AT);
  test_await (call_session_get_generation (session_of (fixture)) == 1);
}

static CallSession *
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
static void
set_visit (Fixture *fixture, const char *visit_json)
{
  g_autofree char *one = g_strdup_printf ("{\"appointment\":%s}", visit_json);
  g_autofree char *list = g_strdup_printf ("{\"appointments\":[%s]}", visit_json);

  fake_server_answer (fixture->server, "GET /api/appointments/" VISIT, 200, one);
  fake_server_answer (fixture->server, "GET /api/appointments", 200, list);
}

static void
assert_over (CallSession *session, CallState state, CallEndReason reason)
{
  g_assert_cmpint (state_of (session), ==, state);
  g_assert_cmpint (call_session_get_end_reason (session), ==, reason);
}

/* --- outgoing --------------------------------------------------------------------------------- */

static void
test_whole_call (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = request_call (fixture);
  CallAppointment *visit = fixture_visit (fixture);

  g_assert_true (call_session_get_outgoing (session));
  g_assert_cmpstr (call_participant_get_name (call_session_get_peer (session)), ==, "Rui");
  accept_there (fixture);
  call_signalling_report_flowing (call_client_get_signalling (fixture->client, session), 1);
  g_assert_nonnull (call_session_get_connected_at (session));
  test_await (call_session_get_started_at (session) != NULL);
  fake_server_emit (fixture->server, "AppointmentCallStarted",
                    IDS (VISIT, CALL_1) "\"who\":{\"id\":\"" DOCTOR "\"}" AT);
  test_await (call_appointment_get_status (visit) == CALL_APPOINTMENT_IN_PROGRESS);
  fake_server_emit (fixture->server, "AppointmentCallMedia",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"audio\":false,\"video\":true" AT);
  test_await (!call_session_get_remote_audio (session));
  g_assert_true (call_session_get_remote_video (session));
  g_assert_true (call_client_end_call (fixture->client, session, NULL));
  g_assert_cmpint (state_of (session), ==, CALL_STATE_ENDING);
  g_assert_false (call_client_end_call (fixture->client, session, NULL));
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
  g_assert_null (session_of (fixture));
  g_assert_null (call_client_get_signalling (fixture->client, session));
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallSession) session = NULL;

  fake_server_answer (fixture->server, PATH ("request"), 403,
                      "{\"error\":{\"code\":\"too_early\",\"message\":\"Opens at noon.\"}}");
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  session = g_object_ref (session_of (fixture));
  test_await (result != NULL);
  g_assert_null (call_client_request_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_EARLY);
  g_assert_cmpstr (error->message, ==, "Opens at noon.");
  assert_over (session, CALL_STATE_ERROR, CALL_END_FAILED);
  g_assert_null (session_of (fixture));
}

static void
test_busy_there (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, PATH ("request"), 409,
                      "{\"error\":{\"code\":\"busy\",\"message\":\"Busy.\"}}");
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  test_await (result != NULL);
  g_assert_null (call_client_request_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_BUSY);
}

static void
test_second_call_here (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  request_call (fixture);
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  test_await (result != NULL);
  g_assert_null (call_client_request_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_BUSY);
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("request")), ==, 1);
}

static void
test_no_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (request_call (fixture));

  call_clock_advance (fixture->clock, CALL_RING_OUT_MS - 1);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_RINGING_OUT);
  call_clock_advance (fixture->clock, 1);
  assert_over (session, CALL_STATE_ENDED, CALL_END_NO_ANSWER);
  test_await (fake_server_count (fixture->server, PATH ("cancel")) == 1);
}

static void
test_cancel_button (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (request_call (fixture));
  g_autoptr (GError) error = NULL;

  g_assert_false (call_client_decline_call (fixture->client, session, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
  g_assert_true (call_client_hang_up (fixture->client, session, NULL));
  assert_over (session, CALL_STATE_ENDED, CALL_END_CANCELLED);
  test_await (fake_server_count (fixture->server, PATH ("cancel")) == 1);
  g_assert_nonnull (strstr (fake_server_last_body (fixture->server, PATH ("cancel")), CALL_1));
}

/* The id is not known yet: the call is over here, and cancelled there as soon as it is. */
static void
test_cancel_before_the_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *body = g_strdup ("{\"callId\":\"" CALL_1 "\",\"appointmentId\":\"" VISIT
                                    "\",\"generation\":1,\"calleeId\":\"" PATIENT "\"}");

  fake_server_answer (fixture->server, PATH ("request"), 0, body);
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  test_await (fake_server_count (fixture->server, PATH ("request")) == 1);
  g_assert_true (call_client_cancel_call (fixture->client, session_of (fixture), NULL));
  g_assert_null (session_of (fixture));
  test_await (result != NULL);
  g_assert_null (call_client_request_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("cancel")), ==, 0);
  fake_server_release (fixture->server, PATH ("request"));
  test_await (fake_server_count (fixture->server, PATH ("cancel")) == 1);
}

static void
test_cancellable (Fixture *fixture, gconstpointer during)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, PATH ("request"), 0, "{}");
  if (!GPOINTER_TO_INT (during))
    g_cancellable_cancel (cancellable);
  call_client_request_call_async (fixture->client, fixture_visit (fixture), cancellable,
                                  test_result_cb, &result);
  if (GPOINTER_TO_INT (during)) {
    test_await (fake_server_count (fixture->server, PATH ("request")) == 1);
    g_cancellable_cancel (cancellable);
  }
  test_await (result != NULL);
  g_assert_null (call_client_request_call_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (session_of (fixture));
  fake_server_release (fixture->server, PATH ("request"));
}

static void
test_cancelled_after (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  call_client_request_call_async (fixture->client, fixture_visit (fixture), cancellable,
                                  test_result_cb, &result);
  test_await (result != NULL);
  g_cancellable_cancel (cancellable);
  test_settle ();
  g_assert_cmpint (state_of (session_of (fixture)), ==, CALL_STATE_RINGING_OUT);
}

static void
test_declined (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (request_call (fixture));

  fake_server_emit (fixture->server, "AppointmentCallCancelled",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"reason\":\"declined\"" AT);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_DECLINED);
}

/* Events may overtake the answer that tells the call's id. */
static void
test_accepted_before_the_answer (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CallSession) session = NULL;

  fake_server_answer (fixture->server, PATH ("request"), 0,
                      "{\"callId\":\"" CALL_1 "\",\"appointmentId\":\"" VISIT
                      "\",\"generation\":1,\"calleeId\":\"" PATIENT "\"}");
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  session = g_object_ref (session_of (fixture));
  test_await (fake_server_count (fixture->server, PATH ("request")) == 1);
  fake_server_emit (fixture->server, "AppointmentCallCancelled",
                    IDS (VISIT, CALL_2) FROM_PATIENT ",\"reason\":\"declined\"" AT);
  fake_server_emit (fixture->server, "AppointmentCallAccepted",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"peerId\":\"" REMOTE_PEER "\"" AT);
  test_await (fixture->client->call->held.length == 2);
  for (int i = 0; i < 2 * CALL_MAX_HELD_NOTICES; i++)
    fake_server_emit (fixture->server, "AppointmentCallMedia",
                      IDS (VISIT, CALL_1) FROM_PATIENT ",\"audio\":true,\"video\":true" AT);
  fake_server_emit (fixture->server, "AppointmentWaiting",
                    "{\"appointmentId\":\"" VISIT "\",\"userId\":\"" PATIENT
                    "\",\"role\":\"patient\",\"name\":\"Rui\",\"waiting\":true" AT);
  test_await (call_appointment_is_waiting (fixture_visit (fixture), PATIENT));
  g_assert_cmpuint (fixture->client->call->held.length, ==, CALL_MAX_HELD_NOTICES);
  fake_server_release (fixture->server, PATH ("request"));
  test_await (state_of (session) == CALL_STATE_CONNECTING);
  test_await (result != NULL);
}

/* --- incoming --------------------------------------------------------------------------------- */

static void
on_call (CallClient *client, CallSession *session, guint *count)
{
  g_assert_true (call_client_get_active_session (client) == session);
  (*count)++;
}

static void
test_incoming (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CallSession *session;
  guint rang = 0;

  g_signal_connect (fixture->client, "incoming-call", G_CALLBACK (on_call), &rang);
  ring (fixture);
  fake_server_emit (fixture->server, "AppointmentCallRequested", REQUESTED (VISIT, CALL_1));
  session = session_of (fixture);
  g_assert_false (call_session_get_outgoing (session));
  g_assert_cmpstr (call_participant_get_name (call_session_get_peer (session)), ==, "Rui");
  call_client_accept_call_async (fixture->client, session, NULL, test_result_cb, &result);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_CONNECTING);
  test_await (result != NULL);
  g_assert_true (call_client_accept_call_finish (fixture->client, result, &error));
  test_await (call_session_get_generation (session) == 1);
  g_assert_cmpuint (rang, ==, 1);
  g_signal_handlers_disconnect_by_data (fixture->client, &rang);
}

static void
test_decline (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = NULL;

  ring (fixture);
  session = g_object_ref (session_of (fixture));
  g_assert_true (call_client_decline_call (fixture->client, session, NULL));
  assert_over (session, CALL_STATE_ENDED, CALL_END_DECLINED);
  test_await (fake_server_count (fixture->server, PATH ("cancel")) == 1);
}

static void
test_caller_gives_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = NULL;

  ring (fixture);
  session = g_object_ref (session_of (fixture));
  fake_server_emit (fixture->server, "AppointmentCallCancelled",
                    IDS (VISIT, CALL_1) "\"reason\":\"no_answer\"" AT);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_NO_ANSWER);
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("cancel")), ==, 0);
}

static void
test_answered_elsewhere (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = NULL;

  ring (fixture);
  session = g_object_ref (session_of (fixture));
  fake_server_emit (fixture->server, "AppointmentCallAccepted",
                    IDS (VISIT, CALL_1) FROM_US ",\"peerId\":\"" REMOTE_PEER "\"" AT);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_LEFT);
}

static void
test_accept_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, PATH ("accept"), 409,
                      "{\"error\":{\"code\":\"conflict\",\"message\":\"Another device.\"}}");
  ring (fixture);
  call_client_accept_call_async (fixture->client, session_of (fixture), NULL, test_result_cb,
                                 &result);
  test_await (result != NULL);
  g_assert_false (call_client_accept_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  g_assert_null (session_of (fixture));
}

static void
test_accept_is_repeated (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, PATH ("accept"), 503, "{}");
  ring (fixture);
  call_client_accept_call_async (fixture->client, session_of (fixture), NULL, test_result_cb,
                                 &result);
  test_await (fake_server_count (fixture->server, PATH ("accept")) == 1);
  test_await (fixture->client->delivery != NULL && call_clock_get_n_timers (fixture->clock) > 0);
  answer_all (fixture);
  test_await_moving (fixture->clock, result != NULL);
  g_assert_true (call_client_accept_call_finish (fixture->client, result, &error));
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("accept")), ==, 2);
}

static void
test_busy_here (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);

  fake_server_answer (fixture->server, "POST /api/appointments/" VISIT_2 "/call/cancel", 200, "{}");
  fake_server_emit (fixture->server, "AppointmentCallRequested", REQUESTED (VISIT_2, CALL_2));
  test_await (
      fake_server_count (fixture->server, "POST /api/appointments/" VISIT_2 "/call/cancel") == 1);
  g_assert_nonnull (strstr (
      fake_server_last_body (fixture->server, "POST /api/appointments/" VISIT_2 "/call/cancel"),
      "\"busy\""));
  g_assert_true (session_of (fixture) == session);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_IN_CALL);
}

/* Both call at once; the server takes the other one's call. */
static void
test_crossed (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CallSession *session;

  fake_server_answer (fixture->server, PATH ("request"), 0, "{}");
  call_client_request_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                  &result);
  session = session_of (fixture);
  test_await (fake_server_count (fixture->server, PATH ("request")) == 1);
  fake_server_emit (fixture->server, "AppointmentCallRequested", REQUESTED (VISIT, CALL_1));
  test_await (result != NULL);
  g_assert_true (call_client_request_call_finish (fixture->client, result, &error) == session);
  g_object_unref (session);
  g_assert_no_error (error);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_CONNECTING);
  g_assert_false (call_session_get_outgoing (session));
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("cancel")), ==, 0);
  fake_server_release (fixture->server, PATH ("request"));
}

/* --- in a call -------------------------------------------------------------------------------- */

/* Everything about other calls and other appointments is nothing to this one. */
static void
test_strict_filter (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);
  const char *const events[] = { "AppointmentCallEnded", "AppointmentCallCancelled",
                                 "AppointmentCallLeft", "AppointmentCallMedia",
                                 "AppointmentCallRejoined" };
  const char *const rest = FROM_PATIENT ",\"reason\":\"hang_up\",\"duration\":1,\"status\":"
                                        "\"completed\",\"audio\":false,\"video\":false,"
                                        "\"generation\":9,\"peerId\":\"" REMOTE_PEER "\"" AT;

  for (gsize i = 0; i < G_N_ELEMENTS (events); i++) {
    g_autofree char *other_call = g_strconcat (IDS (VISIT, CALL_2), rest, NULL);
    g_autofree char *other_visit = g_strconcat (IDS (VISIT_2, CALL_1), rest, NULL);

    fake_server_emit (fixture->server, events[i], other_call);
    fake_server_emit (fixture->server, events[i], other_visit);
  }
  fake_server_emit (fixture->server, "AppointmentWaiting",
                    "{\"appointmentId\":\"" VISIT "\",\"userId\":\"" PATIENT
                    "\",\"role\":\"patient\",\"name\":\"Rui\",\"waiting\":true" AT);
  test_await (call_appointment_is_waiting (fixture_visit (fixture), PATIENT));
  g_assert_cmpint (state_of (session), ==, CALL_STATE_IN_CALL);
  g_assert_true (call_session_get_peer_present (session));
  g_assert_true (call_session_get_remote_audio (session));
  g_assert_cmpuint (call_session_get_generation (session), ==, 1);
}

static void
test_ended_there (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  set_visit (fixture, VISIT_JSON (VISIT, "completed", ""));
  fake_server_emit (fixture->server, "AppointmentCallEnded",
                    IDS (VISIT, CALL_1) "\"reason\":\"hang_up\",\"duration\":5,\"status\":"
                                        "\"completed\"" AT);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
  g_assert_cmpint (call_appointment_get_status (fixture_visit (fixture)), ==,
                   CALL_APPOINTMENT_COMPLETED);
}

static void
test_left_and_back (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);

  fake_server_emit (fixture->server, "AppointmentCallLeft", IDS (VISIT, CALL_1) FROM_PATIENT AT);
  test_await (!call_session_get_peer_present (session));
  g_assert_true (call_session_get_reconnecting (session));
  fake_server_emit (fixture->server, "AppointmentCallRejoined",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"peerId\":\"" REMOTE_PEER
                                                     "\",\"generation\":2" AT);
  test_await (call_session_get_generation (session) == 2);
  g_assert_true (call_session_get_peer_present (session));
  call_signalling_report_flowing (call_client_get_signalling (fixture->client, session), 2);
  g_assert_false (call_session_get_reconnecting (session));
}

static void
test_lost_media (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);
  CallSignalling *signalling = call_client_get_signalling (fixture->client, session);
  gboolean offer = FALSE;

  call_signalling_report_stalled (signalling, 1);
  g_assert_true (call_session_get_reconnecting (session));
  call_signalling_report_lost (signalling, 7, "no_media"); /* of another generation: nothing */
  call_signalling_report_lost (signalling, 1, "no_media");
  call_signalling_report_lost (signalling, 1, "no_media");
  test_await (call_session_get_generation (session) == 2);
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("rejoin")), ==, 1);
  g_assert_cmpuint (call_signalling_get_generation (signalling, &offer), ==, 2);
  g_assert_true (offer);
  test_await (fake_server_count (fixture->server, "event call_error") == 2);
}

/* Both sides lost it and both asked: the notice of the other comes first, our answer late. */
static void
test_both_lost_media (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);
  CallSignalling *signalling = call_client_get_signalling (fixture->client, session);

  fake_server_answer (fixture->server, PATH ("rejoin"), 0,
                      "{\"callId\":\"" CALL_1 "\",\"generation\":2,\"peers\":{\"" PATIENT
                      "\":\"" REMOTE_PEER "\"},\"offer\":true}");
  call_signalling_report_lost (signalling, 1, "no_media");
  test_await (fake_server_count (fixture->server, PATH ("rejoin")) == 1);
  fake_server_emit (fixture->server, "AppointmentCallRejoined",
                    IDS (VISIT, CALL_1) FROM_PATIENT ",\"peerId\":\"" REMOTE_PEER
                                                     "\",\"generation\":2" AT);
  test_await (call_session_get_generation (session) == 2);
  call_signalling_report_flowing (signalling, 2);
  fake_server_release (fixture->server, PATH ("rejoin"));
  test_await (!fixture->client->call->rejoining);
  g_assert_false (call_session_get_reconnecting (session));
  g_assert_cmpuint (call_session_get_generation (session), ==, 2);
}

static void
test_rejoin_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  fake_server_answer (fixture->server, PATH ("rejoin"), 409,
                      "{\"error\":{\"code\":\"wrong_state\",\"message\":\"Over.\"}}");
  call_signalling_report_lost (call_client_get_signalling (fixture->client, session), 1, "gone");
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ERROR, CALL_END_NO_MEDIA);
}

static void
test_leave_and_rejoin (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallSession) again = NULL;

  set_visit (fixture,
             VISIT_JSON (VISIT, "in_progress",
                         ACTIVE (CALL_1, "active", "1", "\"" PATIENT "\":\"" REMOTE_PEER "\"")));
  g_assert_true (call_client_leave_call (fixture->client, session, NULL));
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_LEFT);
  test_await (call_appointment_get_active_call (fixture_visit (fixture)) != NULL);
  call_client_rejoin_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                 &result);
  test_await (result != NULL);
  again = call_client_rejoin_call_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_true (again != session);
  test_await (call_session_get_generation (again) == 2);
  g_assert_nonnull (
      strstr (fake_server_last_body (fixture->server, PATH ("rejoin")), "\"generation\":1"));
}

static void
test_nothing_to_rejoin (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_rejoin_call_async (fixture->client, fixture_visit (fixture), NULL, test_result_cb,
                                 &result);
  test_await (result != NULL);
  g_assert_null (call_client_rejoin_call_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
}

static void
test_alive (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);
  CallSignalling *signalling = call_client_get_signalling (fixture->client, session);

  call_clock_advance (fixture->clock, CALL_ALIVE_MS);
  test_await (fake_server_count (fixture->server, "event call_alive") == 1);
  g_assert_nonnull (
      strstr (fake_server_last_body (fixture->server, "event call_alive"), "\"media\":true"));
  call_clock_advance (fixture->clock, CALL_ALIVE_MS);
  test_await (fake_server_count (fixture->server, "event call_alive") == 2);
  g_assert_nonnull (
      strstr (fake_server_last_body (fixture->server, "event call_alive"), "\"media\":false"));
  call_signalling_report_alive (signalling, TRUE);
  /* The server is a generation ahead: a notice was missed. */
  fake_server_acknowledge (fixture->server, "call_alive", "{\"ok\":true,\"generation\":2}");
  call_clock_advance (fixture->clock, CALL_ALIVE_MS);
  test_await (call_session_get_generation (session) == 2);
}

/* The server knows no such call any more, and its word that it ended was missed. */
static void
test_alive_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  fake_server_acknowledge (fixture->server, "call_alive",
                           "{\"ok\":false,\"error\":{\"code\":\"not_found\",\"message\":\"\"}}");
  set_visit (fixture, VISIT_JSON (VISIT, "completed", ""));
  call_clock_advance (fixture->clock, CALL_ALIVE_MS);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
}

static void
test_mute (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);
  guint before;

  test_await (fake_server_count (fixture->server, "event call_media") >= 1);
  before = fake_server_count (fixture->server, "event call_media");
  call_client_set_media (fixture->client, session, FALSE, TRUE);
  call_client_set_media (fixture->client, session, FALSE, TRUE);
  test_await (fake_server_count (fixture->server, "event call_media") == before + 1);
  g_assert_nonnull (strstr (fake_server_last_body (fixture->server, "event call_media"),
                            "\"audio\":false,\"video\":true"));
  g_assert_false (call_session_get_local_audio (session));
}

/* --- ending while the server is away ---------------------------------------------------------- */

static void
test_end_is_repeated (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  fake_server_answer (fixture->server, PATH ("end"), 503, "{}");
  g_assert_true (call_client_end_call (fixture->client, session, NULL));
  test_await (fake_server_count (fixture->server, PATH ("end")) == 1);
  answer_all (fixture);
  test_await_moving (fixture->clock, call_session_is_over (session));
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("end")), ==, 2);
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
}

static void
test_end_gives_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));
  gint64 began = call_clock_now_ms (fixture->clock);

  set_visit (fixture, VISIT_JSON (VISIT, "in_progress", ACTIVE (CALL_1, "active", "1", "")));
  fake_server_answer (fixture->server, PATH ("end"), 503, "{}");
  g_assert_true (call_client_end_call (fixture->client, session, NULL));
  test_await_moving (fixture->clock, call_session_is_over (session));
  g_assert_cmpint (call_clock_now_ms (fixture->clock) - began, >=, 60000);
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
}

/* --- catching up ------------------------------------------------------------------------------ */

static void
lose_and_return (Fixture *fixture)
{
  fake_server_cut (fixture->server);
  fixture_advance_until_online (fixture);
}

static void
test_resync_still_there (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);

  set_visit (fixture, VISIT_JSON (VISIT, "in_progress", ACTIVE (CALL_1, "active", "1", "")));
  lose_and_return (fixture);
  test_await (fake_server_count (fixture->server, "event call_alive") == 1);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_IN_CALL);
  g_assert_true (session_of (fixture) == session);
  test_await (fake_server_n_peers (fixture->server) == 1);
}

static void
test_resync_over (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  set_visit (fixture, VISIT_JSON (VISIT, "completed", ""));
  lose_and_return (fixture);
  assert_over (session, CALL_STATE_ENDED, CALL_END_HANG_UP);
}

static void
test_resync_accepted_meanwhile (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = request_call (fixture);

  set_visit (fixture,
             VISIT_JSON (VISIT, "scheduled",
                         ACTIVE (CALL_1, "accepted", "1", "\"" PATIENT "\":\"" REMOTE_PEER "\"")));
  lose_and_return (fixture);
  test_await (call_session_get_generation (session) == 1);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_CONNECTING);
}

static void
test_resync_generation (Fixture *fixture, gconstpointer unused)
{
  CallSession *session = connected_call (fixture);

  set_visit (fixture, VISIT_JSON (VISIT, "in_progress", ACTIVE (CALL_1, "active", "2", "")));
  lose_and_return (fixture);
  test_await (call_session_get_generation (session) == 2);
  g_assert_cmpuint (fake_server_count (fixture->server, PATH ("rejoin")), ==, 1);
}

static void
test_resync_missed_ring (Fixture *fixture, gconstpointer unused)
{
  set_visit (fixture,
             VISIT_JSON (VISIT, "scheduled",
                         ",\"call\":{\"callId\":\"" CALL_2 "\",\"state\":\"ringing\",\"callerId\":"
                         "\"" PATIENT "\",\"calleeId\":\"" DOCTOR "\",\"generation\":1,\"peers\":{"
                         "\"" PATIENT "\":\"" REMOTE_PEER
                         "\"},\"requestedAt\":\"2026-03-02T14:00:00.000Z\"}"));
  lose_and_return (fixture);
  g_assert_nonnull (session_of (fixture));
  g_assert_cmpint (state_of (session_of (fixture)), ==, CALL_STATE_RINGING_IN);
  g_assert_cmpstr (call_session_get_call_id (session_of (fixture)), ==, CALL_2);
}

static void
test_resync_moved_to_another_device (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  set_visit (fixture,
             VISIT_JSON (VISIT, "in_progress",
                         ACTIVE (CALL_1, "active", "3", "\"" DOCTOR "\":\"" REMOTE_PEER "\"")));
  lose_and_return (fixture);
  assert_over (session, CALL_STATE_ENDED, CALL_END_LEFT);
}

/* What was asked before the call began says nothing about it. */
static void
test_stale_list (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  CallSession *session;

  fake_server_answer (fixture->server, "GET /api/appointments", 0,
                      LIST_JSON (VISIT_JSON (VISIT, "scheduled", "")));
  call_client_load_appointments_async (fixture->client, NULL, NULL, NULL, test_result_cb, &loaded);
  session = request_call (fixture);
  fake_server_release (fixture->server, "GET /api/appointments");
  test_await (loaded != NULL);
  g_assert_cmpint (state_of (session), ==, CALL_STATE_RINGING_OUT);
}

static void
test_sign_out_in_call (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  call_client_sign_out (fixture->client);
  assert_over (session, CALL_STATE_ERROR, CALL_END_FAILED);
  g_assert_null (session_of (fixture));
  test_await (fake_server_n_peers (fixture->server) == 0);
}

static void
on_ended_sign_out (CallSession *session, CallEndReason reason, CallClient *client)
{
  call_client_sign_out (client);
}

/* The worst a handler can do. */
static void
test_sign_out_inside_ended (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = g_object_ref (connected_call (fixture));

  g_signal_connect (session, "ended", G_CALLBACK (on_ended_sign_out), fixture->client);
  fake_server_emit (fixture->server, "AppointmentCallEnded",
                    IDS (VISIT, CALL_1) "\"reason\":\"operator\",\"duration\":5,\"status\":"
                                        "\"completed\"" AT);
  test_await (call_session_is_over (session));
  assert_over (session, CALL_STATE_ENDED, CALL_END_OPERATOR);
  g_assert_null (session_of (fixture));
}

#define ADD_WITH(path, data, func) \
  g_test_add ("/client/calls/" path, Fixture, data, set_up, func, fixture_tear_down)
#define ADD(path, func) ADD_WITH (path, NULL, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("whole-call", test_whole_call);
  ADD ("refused", test_refused);
  ADD ("busy-there", test_busy_there);
  ADD ("second-call-here", test_second_call_here);
  ADD ("no-answer", test_no_answer);
  ADD ("cancel-button", test_cancel_button);
  ADD ("cancel-before-the-answer", test_cancel_before_the_answer);
  ADD_WITH ("cancellable-before", GINT_TO_POINTER (FALSE), test_cancellable);
  ADD_WITH ("cancellable-during", GINT_TO_POINTER (TRUE), test_cancellable);
  ADD ("cancellable-after", test_cancelled_after);
  ADD ("declined", test_declined);
  ADD ("accepted-before-the-answer", test_accepted_before_the_answer);
  ADD ("incoming", test_incoming);
  ADD ("decline", test_decline);
  ADD ("caller-gives-up", test_caller_gives_up);
  ADD ("answered-elsewhere", test_answered_elsewhere);
  ADD ("accept-refused", test_accept_refused);
  ADD ("accept-is-repeated", test_accept_is_repeated);
  ADD ("busy-here", test_busy_here);
  ADD ("crossed", test_crossed);
  ADD ("strict-filter", test_strict_filter);
  ADD ("ended-there", test_ended_there);
  ADD ("left-and-back", test_left_and_back);
  ADD ("lost-media", test_lost_media);
  ADD ("both-lost-media", test_both_lost_media);
  ADD ("rejoin-refused", test_rejoin_refused);
  ADD ("leave-and-rejoin", test_leave_and_rejoin);
  ADD ("nothing-to-rejoin", test_nothing_to_rejoin);
  ADD ("alive", test_alive);
  ADD ("alive-refused", test_alive_refused);
  ADD ("mute", test_mute);
  ADD ("end-is-repeated", test_end_is_repeated);
  ADD ("end-gives-up", test_end_gives_up);
  ADD ("resync/still-there", test_resync_still_there);
  ADD ("resync/over", test_resync_over);
  ADD ("resync/accepted-meanwhile", test_resync_accepted_meanwhile);
  ADD ("resync/generation", test_resync_generation);
  ADD ("resync/missed-ring", test_resync_missed_ring);
  ADD ("resync/another-device", test_resync_moved_to_another_device);
  ADD ("resync/stale-list", test_stale_list);
  ADD ("sign-out-in-call", test_sign_out_in_call);
  ADD ("sign-out-inside-ended", test_sign_out_inside_ended);

  return g_test_run ();
}
