/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calls-fixture.h"

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
  ring_here (fixture);
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

  ring_here (fixture);
  session = g_object_ref (session_of (fixture));
  g_assert_true (call_client_decline_call (fixture->client, session, NULL));
  assert_over (session, CALL_STATE_ENDED, CALL_END_DECLINED);
  test_await (fake_server_count (fixture->server, PATH ("cancel")) == 1);
}

static void
test_caller_gives_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallSession) session = NULL;

  ring_here (fixture);
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

  ring_here (fixture);
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
  ring_here (fixture);
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
  ring_here (fixture);
  call_client_accept_call_async (fixture->client, session_of (fixture), NULL, test_result_cb,
                                 &result);
  test_await (fake_server_count (fixture->server, PATH ("accept")) == 1);
  test_await (fixture->client->delivery != NULL && call_clock_get_n_timers (fixture->clock) > 0);
  calls_answer_all (fixture);
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

#define ADD_WITH(path, data, func) \
  g_test_add ("/client/calls/" path, Fixture, data, calls_set_up, func, fixture_tear_down)
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

  return g_test_run ();
}
