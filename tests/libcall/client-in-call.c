/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calls-fixture.h"

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
  calls_answer_all (fixture);
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

#define ADD(path, func) \
  g_test_add ("/client/in-call/" path, Fixture, NULL, calls_set_up, func, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

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
