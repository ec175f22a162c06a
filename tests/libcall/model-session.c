/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-session-private.h"

static CallSession *
new_session (gboolean outgoing)
{
  g_autoptr (CallParticipant) peer = call_participant_new ("pat", "Rui", CALL_ROLE_PATIENT, NULL);

  return call_session_new ("a1", peer, outgoing);
}

static void
feed (CallSession *session, CallSessionEvent event)
{
  guint effects;
  g_autoptr (GError) error = NULL;

  call_session_feed_end (session, event, CALL_END_HANG_UP, NULL, &effects, &error);
  g_assert_no_error (error);
}

static void
on_ended (CallSession *session, CallEndReason reason, guint *count)
{
  g_assert_true (call_session_is_over (session));
  g_assert_cmpint (call_session_get_end_reason (session), ==, reason);
  (*count)++;
}

static void
test_a_whole_call (void)
{
  CallSession *session = new_session (TRUE);
  guint ended = 0;

  g_signal_connect (session, "ended", G_CALLBACK (on_ended), &ended);
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_IDLE);
  feed (session, CALL_SESSION_EVENT_REQUEST);
  feed (session, CALL_SESSION_EVENT_REQUEST_OK);
  feed (session, CALL_SESSION_EVENT_PEER_ACCEPTED);
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_CONNECTING);
  feed (session, CALL_SESSION_EVENT_MEDIA_FLOWING);
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_IN_CALL);
  feed (session, CALL_SESSION_EVENT_MEDIA_LOST);
  g_assert_true (call_session_get_reconnecting (session));
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_IN_CALL);
  feed (session, CALL_SESSION_EVENT_MEDIA_FLOWING);
  g_assert_false (call_session_get_reconnecting (session));
  feed (session, CALL_SESSION_EVENT_HANG_UP);
  g_assert_cmpuint (ended, ==, 0);
  feed (session, CALL_SESSION_EVENT_END_DONE);
  g_assert_cmpuint (ended, ==, 1);
  g_assert_cmpint (call_session_get_end_reason (session), ==, CALL_END_HANG_UP);
  g_assert_finalize_object (session);
}

static void
test_a_refused_step_changes_nothing (void)
{
  CallSession *session = new_session (FALSE);
  guint notified = 0;
  guint effects = 5;
  g_autoptr (GError) error = NULL;

  g_signal_connect_swapped (session, "notify", G_CALLBACK (g_atomic_int_inc), &notified);
  g_assert_false (call_session_feed (session, CALL_SESSION_EVENT_HANG_UP, &effects, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
  g_assert_cmpuint (notified, ==, 0);
  g_assert_cmpuint (effects, ==, 5);
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_IDLE);
  g_assert_finalize_object (session);
}

static void
test_error_is_kept (void)
{
  CallSession *session = new_session (TRUE);
  g_autoptr (GError) cause = g_error_new_literal (CALL_ERROR, CALL_ERROR_TOO_EARLY, "Too early.");
  guint effects;
  guint ended = 0;

  g_signal_connect (session, "ended", G_CALLBACK (on_ended), &ended);
  feed (session, CALL_SESSION_EVENT_REQUEST);
  g_assert_true (call_session_feed_end (session, CALL_SESSION_EVENT_REQUEST_FAILED, CALL_END_FAILED,
                                        cause, &effects, NULL));
  g_assert_cmpint (call_session_get_state (session), ==, CALL_STATE_ERROR);
  g_assert_error (call_session_get_error (session), CALL_ERROR, CALL_ERROR_TOO_EARLY);
  g_assert_cmpuint (ended, ==, 1);
  g_assert_finalize_object (session);
}

/* Whoever looks while it is told that something changed sees all of it changed. */
static void
on_state (CallSession *session)
{
  if (call_session_get_state (session) == CALL_STATE_ENDED) {
    g_assert_cmpint (call_session_get_end_reason (session), ==, CALL_END_HANG_UP);
    g_assert_false (call_session_get_reconnecting (session));
  }
}

static void
test_changes_come_together (void)
{
  CallSession *session = new_session (TRUE);

  feed (session, CALL_SESSION_EVENT_REQUEST);
  feed (session, CALL_SESSION_EVENT_PEER_ACCEPTED);
  feed (session, CALL_SESSION_EVENT_MEDIA_STALLED);
  g_assert_true (call_session_get_reconnecting (session));
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), NULL);
  feed (session, CALL_SESSION_EVENT_CALL_ENDED);
  g_assert_finalize_object (session);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/session/a-whole-call", test_a_whole_call);
  g_test_add_func ("/model/session/refused-step", test_a_refused_step_changes_nothing);
  g_test_add_func ("/model/session/error", test_error_is_kept);
  g_test_add_func ("/model/session/changes-come-together", test_changes_come_together);

  return g_test_run ();
}
