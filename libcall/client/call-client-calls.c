/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-client"

#include "config.h"

#include "call-client.h"

#include "call-client-call.h"
#include "call-error.h"

/* The one call that is going on. The user, the server, the engine and the clock say what happened;
 * the machine says what becomes of the call and what is to be done; this does it. */

/* --- the machine's wishes --------------------------------------------------------------------- */

static void
perform (CallClientCall *call, guint effects)
{
  if (effects & CALL_SESSION_EFFECT_STOP_RINGING)
    call_client_call_stop_ringing (call);
  if (effects & CALL_SESSION_EFFECT_START_RINGING)
    call_client_call_start_ringing (call);
  if (effects & CALL_SESSION_EFFECT_STOP_MEDIA)
    call_client_call_stop_media (call);
  if (effects & CALL_SESSION_EFFECT_SEND_REQUEST)
    call_client_call_send_request (call);
  if (effects & CALL_SESSION_EFFECT_SEND_ACCEPT)
    call_client_call_send_accept (call);
  if (effects & CALL_SESSION_EFFECT_SEND_CANCEL)
    call_client_call_send_cancel (call);
  if (effects & CALL_SESSION_EFFECT_SEND_STARTED)
    call_client_call_send_started (call);
  if (effects & CALL_SESSION_EFFECT_SEND_REJOIN)
    call_client_call_send_rejoin (call);
  if (effects & CALL_SESSION_EFFECT_SEND_LEAVE)
    call_client_call_send_end (call, TRUE);
  if (effects & CALL_SESSION_EFFECT_SEND_END)
    call_client_call_send_end (call, FALSE);
  if (effects & CALL_SESSION_EFFECT_START_GENERATION)
    call_client_call_start_generation (call);
}

/* Completes what the user waits for, if anything. */
void
call_client_call_complete (CallClientCall *call, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&call->task);

  if (task == NULL)
    return;
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_pointer (task, g_object_ref (call->session), g_object_unref);
}

static void
complete_over (CallClientCall *call)
{
  const GError *cause = call_session_get_error (call->session);
  g_autoptr (GError) error = NULL;

  if (cause != NULL)
    error = g_error_copy (cause);
  else
    error = g_error_new (
        CALL_ERROR, CALL_ERROR_WRONG_STATE, "The call is over: %s.",
        call_enum_to_nick (CALL_TYPE_END_REASON, call_session_get_end_reason (call->session)));
  call_client_call_complete (call, error);
}

/* Lets go of the call: it stays whole for whoever holds it, but nothing happens to it any more. */
static void
detach (CallClientCall *call)
{
  CallClient *self = call->client;

  call_client_call_stop_ringing (call);
  call_client_call_stop_media (call);
  g_cancellable_cancel (call->cancellable);
  call_delivery_hurry (self->delivery);
  complete_over (call);
  g_signal_handlers_disconnect_by_data (call->signalling, call);
  call->client = NULL;
}

static void
forget_active_call (CallClient *self, CallSession *session)
{
  CallAppointment *appointment = call_client_find_appointment (
      self, call_session_get_appointment_id (session));

  if (appointment != NULL)
    call_client_refresh_appointment (self, call_appointment_get_id (appointment));
}

static void
on_over (CallClientCall *call)
{
  CallClient *self = call->client;

  if (self->call != call)
    return;
  detach (call);
  self->call = NULL;
  call_client_notify_active_session (self);
  forget_active_call (self, call->session);
  call_client_emit (self, CALL_CLIENT_ENDED, call->session);
  call_client_call_unref (call);
}

/*
 * call_client_call_feed:
 * @event: what happened
 * @reason: why the call is over, if that ends it
 * @cause: (nullable): what went wrong
 *
 * Tells the machine, and does what it wants done.
 *
 * Returns: %FALSE if that cannot happen now; then nothing has
 */
gboolean
call_client_call_feed (CallClientCall *call,
                       CallSessionEvent event,
                       CallEndReason reason,
                       const GError *cause,
                       GError **error)
{
  g_autoptr (CallClientCall) keep G_GNUC_UNUSED = call_client_call_ref (call);
  g_autoptr (CallClient) client = call->client != NULL ? g_object_ref (call->client) : NULL;
  guint effects = 0;

  if (client == NULL || client->call != call) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_WRONG_STATE, "The call is over.");
    return FALSE;
  }
  if (!call_session_feed_end (call->session, event, reason, cause, &effects, error))
    return FALSE;
  client->call_serial++;
  /* A handler of the session may have signed the user out. */
  if (client->call != call)
    return TRUE;
  perform (call, effects);
  if (call_session_is_over (call->session))
    on_over (call);
  return TRUE;
}

/* The user leaves: without a word to the server, which finds out by itself. */
void
call_client_drop_call (CallClient *self)
{
  CallClientCall *call = self->call;
  g_autoptr (GError) error = NULL;

  if (call == NULL)
    return;
  g_set_error_literal (&error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "The user has signed out.");
  call_client_call_feed (call, CALL_SESSION_EVENT_FAILED, CALL_END_FAILED, error, NULL);
  if (self->call == call) {
    detach (call);
    self->call = NULL;
    call_client_notify_active_session (self);
    call_client_call_unref (call);
  }
}

/* --- beginning -------------------------------------------------------------------------------- */

/* There must be no call yet. */
CallClientCall *
call_client_begin_call (CallClient *self,
                        const char *appointment_id,
                        CallParticipant *peer,
                        gboolean outgoing)
{
  g_autoptr (CallSession) session = call_session_new (appointment_id, peer, outgoing);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (call_clock_now_ms (self->clock) /
                                                             1000);

  call_session_set_requested_at (session, now);
  self->call = call_client_call_new (self, session);
  self->call_serial++;
  call_client_call_load_ice (self->call);
  call_client_subscribe_wanted (self);
  return self->call;
}

/* Returns: (nullable): the appointment whose call is going on */
const char *
call_client_call_appointment (CallClient *self)
{
  return self->call != NULL ? call_session_get_appointment_id (self->call->session) : NULL;
}

/* --- what the server tells -------------------------------------------------------------------- */

static gboolean
is_me (CallClient *self, const char *user_id)
{
  return user_id != NULL && g_strcmp0 (user_id, call_client_get_user_id (self)) == 0;
}

static void
adopt_call_id (CallClientCall *call, const char *call_id, const char *remote)
{
  call_session_set_call_id (call->session, call_id);
  call_peer_signalling_set_call_id (call->signalling, call_id);
  call_peer_signalling_set_remote (call->signalling, remote);
}

static void
begin_incoming (CallClient *self,
                const char *appointment_id,
                const char *call_id,
                CallParticipant *peer,
                const char *peer_id,
                gboolean auto_accept)
{
  CallClientCall *call = call_client_begin_call (self, appointment_id, peer, FALSE);
  g_autoptr (CallSession) session = g_object_ref (call->session);

  call_session_set_auto_accept (session, auto_accept);
  adopt_call_id (call, call_id, peer_id);
  call_client_call_feed (call, CALL_SESSION_EVENT_RANG, CALL_END_NONE, NULL, NULL);
  call_client_notify_active_session (self);
  if (call_client_find_appointment (self, appointment_id) == NULL)
    call_client_refresh_appointment (self, appointment_id);
  if (self->call != NULL && self->call->session == session)
    call_client_emit (self, CALL_CLIENT_INCOMING, session);
}

/* Another call while there is one: the same again, both at once, or somebody else. */
static void
ring_in_call (CallClient *self, CallClientCall *call, const CallNotice *notice)
{
  const char *call_id = call_session_get_call_id (call->session);
  gboolean same_appointment = g_strcmp0 (call_client_call_appointment (self),
                                         notice->appointment_id) == 0;

  if (g_strcmp0 (call_id, notice->call_id) == 0)
    return;
  if (call_id == NULL && same_appointment &&
      call_session_get_state (call->session) == CALL_STATE_RINGING_OUT) {
    adopt_call_id (call, notice->call_id, notice->peer_id);
    call_session_set_outgoing (call->session, FALSE);
    call_client_call_feed (call, CALL_SESSION_EVENT_CROSSED, CALL_END_NONE, NULL, NULL);
    return;
  }
  if (call_client_call_feed (call, CALL_SESSION_EVENT_OTHER_RANG, CALL_END_NONE, NULL, NULL))
    call_client_refuse_other (self, notice->appointment_id, notice->call_id);
}

void
call_client_ring (CallClient *self, const CallNotice *notice)
{
  g_autoptr (CallParticipant) peer = NULL;

  if (notice->person.id == NULL || is_me (self, notice->person.id))
    return;
  if (self->call != NULL) {
    ring_in_call (self, self->call, notice);
    return;
  }
  peer = call_participant_new (notice->person.id, notice->person.name,
                               notice->person.role >= 0 ? notice->person.role : CALL_ROLE_PATIENT,
                               NULL);
  begin_incoming (self, notice->appointment_id, notice->call_id, peer, notice->peer_id,
                  notice->auto_accept);
}

static void
on_accepted (CallClientCall *call, const CallNotice *notice)
{
  const char *our_peer_id = call_peer_signalling_get_peer_id (call->signalling);

  if (is_me (call->client, notice->person.id)) {
    if (g_strcmp0 (notice->peer_id, our_peer_id) != 0)
      call_client_call_feed (call, CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, CALL_END_LEFT, NULL,
                             NULL);
    return;
  }
  if (call_session_get_state (call->session) != CALL_STATE_RINGING_OUT)
    return;
  call_peer_signalling_set_remote (call->signalling, notice->peer_id);
  call->next_generation = MAX (call->next_generation, 1);
  call_client_call_feed (call, CALL_SESSION_EVENT_PEER_ACCEPTED, CALL_END_NONE, NULL, NULL);
}

static void
on_rejoined (CallClientCall *call, const CallNotice *notice)
{
  const char *our_peer_id = call_peer_signalling_get_peer_id (call->signalling);

  if (is_me (call->client, notice->person.id)) {
    if (g_strcmp0 (notice->peer_id, our_peer_id) != 0) {
      call_client_call_feed (call, CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, CALL_END_LEFT, NULL,
                             NULL);
      return;
    }
  } else {
    call_peer_signalling_set_remote (call->signalling, notice->peer_id);
    call_session_set_peer_present (call->session, TRUE);
  }
  if (notice->generation <= call_session_get_generation (call->session) || !call->taken)
    return;
  call->next_generation = notice->generation;
  call_client_call_feed (call, CALL_SESSION_EVENT_PEER_REJOINED, CALL_END_NONE, NULL, NULL);
}

static void
on_left (CallClientCall *call, const CallNotice *notice)
{
  if (is_me (call->client, notice->person.id))
    return;
  call_session_set_peer_present (call->session, FALSE);
  call_client_call_feed (call, CALL_SESSION_EVENT_PEER_LEFT, CALL_END_NONE, NULL, NULL);
}

static void
on_started (CallClientCall *call, const CallNotice *notice)
{
  g_autoptr (GDateTime) at = g_date_time_new_from_unix_utc (notice->at_ms / 1000);

  if (call_session_get_started_at (call->session) == NULL)
    call_session_set_started_at (call->session, at);
}

static void
handle_own (CallClientCall *call, const CallNotice *notice)
{
  CallEndReason reason = notice->reason > 0 ? (CallEndReason) notice->reason : CALL_END_NONE;

  if (notice->kind == CALL_NOTICE_CALL_ACCEPTED)
    on_accepted (call, notice);
  else if (notice->kind == CALL_NOTICE_CALL_STARTED)
    on_started (call, notice);
  else if (notice->kind == CALL_NOTICE_CALL_REJOINED)
    on_rejoined (call, notice);
  else if (notice->kind == CALL_NOTICE_CALL_LEFT)
    on_left (call, notice);
  else if (notice->kind == CALL_NOTICE_CALL_MEDIA && !is_me (call->client, notice->person.id))
    call_session_set_remote_media (call->session, notice->audio, notice->video);
  else if (notice->kind == CALL_NOTICE_CALL_ENDED)
    call_client_call_feed (call, CALL_SESSION_EVENT_CALL_ENDED,
                           reason != CALL_END_NONE ? reason : CALL_END_HANG_UP, NULL, NULL);
  else if (notice->kind == CALL_NOTICE_CALL_CANCELLED)
    call_client_call_feed (call, CALL_SESSION_EVENT_CANCELLED,
                           reason != CALL_END_NONE ? reason : CALL_END_CANCELLED, NULL, NULL);
}

/* Notices are for a call only if both ids are its own. Those of our appointment that come before we
 * know our call's id may be for it: they are kept until we do. */
void
call_client_handle_call (CallClient *self, const CallNotice *notice)
{
  CallClientCall *call = self->call;
  const char *call_id = call != NULL ? call_session_get_call_id (call->session) : NULL;

  if (call == NULL || g_strcmp0 (notice->appointment_id, call_client_call_appointment (self)) != 0)
    return;
  if (call_id != NULL && g_strcmp0 (call_id, notice->call_id) == 0)
    handle_own (call, notice);
  else if (call_id == NULL && call->held.length < CALL_MAX_HELD_NOTICES)
    g_queue_push_tail (&call->held, call_notice_ref (notice));
}

void
call_client_call_replay (CallClientCall *call)
{
  CallClient *self = call->client;
  CallNotice *notice;

  while (self->call == call && (notice = g_queue_pop_head (&call->held)) != NULL) {
    call_client_handle_call (self, notice);
    call_notice_unref (notice);
  }
}

/* --- catching up ------------------------------------------------------------------------------ */

/* The server knows nothing of the call any more, and the notice that said why was missed. */
static CallEndReason
guess_reason (CallClientCall *call, CallAppointment *appointment)
{
  CallState state = call_session_get_state (call->session);

  if (call_appointment_get_status (appointment) == CALL_APPOINTMENT_CANCELLED ||
      call_appointment_get_status (appointment) == CALL_APPOINTMENT_RESCHEDULED)
    return CALL_END_APPOINTMENT_CANCELLED;
  if (call_appointment_get_status (appointment) == CALL_APPOINTMENT_NO_SHOW)
    return CALL_END_WINDOW_CLOSED;
  if (state == CALL_STATE_RINGING_OUT || state == CALL_STATE_RINGING_IN)
    return CALL_END_NO_ANSWER;
  return call_appointment_get_status (appointment) == CALL_APPOINTMENT_COMPLETED ? CALL_END_HANG_UP
                                                                                 : CALL_END_LEFT;
}

static void
resync_ringing (CallClientCall *call, CallActiveCall *active)
{
  CallParticipant *peer = call_session_get_peer (call->session);

  if (call_active_call_get_state (active) == CALL_PROGRESS_RINGING)
    return;
  if (call_session_get_state (call->session) == CALL_STATE_RINGING_IN) {
    call_client_call_feed (call, CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, CALL_END_LEFT, NULL, NULL);
    return;
  }
  call_peer_signalling_set_remote (
      call->signalling, call_active_call_get_peer_id (active, call_participant_get_user_id (peer)));
  call->next_generation = call_active_call_get_generation (active);
  call_client_call_feed (call, CALL_SESSION_EVENT_PEER_ACCEPTED, CALL_END_NONE, NULL, NULL);
}

static void
resync_connected (CallClientCall *call, CallActiveCall *active)
{
  const char *ours = call_active_call_get_peer_id (active, call_client_get_user_id (call->client));

  if (!call->taken)
    return; /* the answer that is under way knows better */
  if (ours != NULL && g_strcmp0 (ours, call_peer_signalling_get_peer_id (call->signalling)) != 0)
    call_client_call_feed (call, CALL_SESSION_EVENT_ANSWERED_ELSEWHERE, CALL_END_LEFT, NULL, NULL);
  else if (call_active_call_get_generation (active) > call_session_get_generation (call->session))
    call_client_call_send_rejoin (call);
}

static void
resync_own (CallClientCall *call, CallAppointment *appointment)
{
  CallActiveCall *active = call_appointment_get_active_call (appointment);
  const char *call_id = call_session_get_call_id (call->session);
  CallState state = call_session_get_state (call->session);

  if (call_id == NULL)
    return;
  if (active == NULL || g_strcmp0 (call_active_call_get_call_id (active), call_id) != 0)
    call_client_call_feed (call, CALL_SESSION_EVENT_CALL_ENDED, guess_reason (call, appointment),
                           NULL, NULL);
  else if (state == CALL_STATE_RINGING_OUT || state == CALL_STATE_RINGING_IN)
    resync_ringing (call, active);
  else if (state == CALL_STATE_CONNECTING || state == CALL_STATE_IN_CALL)
    resync_connected (call, active);
}

/* Brings the call up to date with what the server says of its appointment; or finds that somebody
 * has been calling while we were away. */
void
call_client_resync_call (CallClient *self, CallAppointment *appointment)
{
  CallActiveCall *active;
  const char *id = call_appointment_get_id (appointment);
  CallParticipant *peer;

  if (self->call != NULL && g_strcmp0 (call_client_call_appointment (self), id) == 0)
    resync_own (self->call, appointment);
  active = call_appointment_get_active_call (appointment);
  if (self->call != NULL || active == NULL ||
      call_active_call_get_state (active) != CALL_PROGRESS_RINGING ||
      !is_me (self, call_active_call_get_callee_id (active)))
    return;
  peer = call_appointment_get_other (appointment, call_client_get_user_id (self));
  begin_incoming (self, id, call_active_call_get_call_id (active), peer,
                  call_active_call_get_peer_id (active, call_active_call_get_caller_id (active)),
                  FALSE);
}

/* The connection is there again: the relay's is as old as the one that was lost. */
void
call_client_call_back_online (CallClient *self)
{
  CallClientCall *call = self->call;

  if (call == NULL)
    return;
  call_peer_signalling_reconnect (call->signalling);
  call_client_call_send_media (call);
  call_client_call_send_alive (call);
  if (!self->loaded)
    call_client_refresh_appointment (self, call_client_call_appointment (self));
}
