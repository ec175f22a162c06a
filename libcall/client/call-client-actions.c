/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-client-call.h"
#include "call-error.h"

/* Common to request and rejoin: who is on the other side, and is there no call yet? */
static CallClientCall *
begin_own (CallClient *self, CallAppointment *appointment, gboolean outgoing, GTask *task)
{
  const char *me = call_client_get_user_id (self);
  CallParticipant *peer = me != NULL ? call_appointment_get_other (appointment, me) : NULL;

  if (me == NULL)
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "Nobody is signed in.");
  else if (peer == NULL)
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT,
                             "The user takes no part in this appointment.");
  else if (self->call != NULL)
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_BUSY, "Another call is going on.");
  else
    return call_client_begin_call (self, call_appointment_get_id (appointment), peer, outgoing);
  return NULL;
}

/* Cancelling what one waits for is cancelling the call, or leaving it. */
static gboolean
on_task_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  CallClient *self = g_task_get_source_object (task);
  CallClientCall *call = self->call;
  g_autoptr (GTask) owned = NULL;

  if (call == NULL || call->task != task)
    return G_SOURCE_REMOVE;
  owned = g_steal_pointer (&call->task);
  g_task_return_error_if_cancelled (owned);
  call_client_hang_up (self, call->session, NULL);
  return G_SOURCE_REMOVE;
}

static void
destroy_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
set_task (CallClientCall *call, GTask *task)
{
  GSource *source;

  call->task = g_object_ref (task);
  if (g_task_get_cancellable (task) == NULL)
    return;
  source = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (on_task_cancelled), task, NULL);
  g_source_attach (source, g_task_get_context (task));
  g_task_set_task_data (task, source, (GDestroyNotify) destroy_source);
}

/**
 * call_client_request_call_async:
 * @self: a client that is online
 * @appointment: an appointment the user takes part in
 * @cancellable: (nullable): cancelling it cancels the call
 * @callback: (scope async): called when the server has answered
 * @user_data: for @callback
 *
 * Calls the other side of an appointment. [property@Call.Client:active-session] is set at once; it
 * rings there when this completes. After 30 s without an answer the call ends with
 * %CALL_END_NO_ANSWER.
 *
 * The error is %CALL_ERROR_BUSY if a call is going on already, %CALL_ERROR_TOO_EARLY,
 * %CALL_ERROR_TOO_LATE, %CALL_ERROR_WRONG_STATUS or %CALL_ERROR_NOT_ELIGIBLE if the rules forbid
 * it; its message says what the rule is.
 */
void
call_client_request_call_async (CallClient *self,
                                CallAppointment *appointment,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  CallClientCall *call;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_request_call_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  call = begin_own (self, appointment, TRUE, task);
  if (call == NULL)
    return;
  set_task (call, task);
  call_client_call_feed (call, CALL_SESSION_EVENT_REQUEST, CALL_END_NONE, NULL, NULL);
  call_client_notify_active_session (self);
}

/**
 * call_client_request_call_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.request_call_async].
 *
 * Returns: (transfer full): the call, which rings
 */
CallSession *
call_client_request_call_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * call_client_rejoin_call_async:
 * @self: a client that is online
 * @appointment: an appointment whose [property@Call.Appointment:active-call] the user took part in
 * @cancellable: (nullable): cancelling it leaves the call
 * @callback: (scope async): called when the server has answered
 * @user_data: for @callback
 *
 * Comes back to a call, after having left it or after a restart.
 */
void
call_client_rejoin_call_async (CallClient *self,
                               CallAppointment *appointment,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  CallActiveCall *active;
  CallClientCall *call;
  gboolean outgoing;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_rejoin_call_async);
  active = call_appointment_get_active_call (appointment);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (active == NULL) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_NOT_FOUND,
                             "No call is going on in this appointment.");
    return;
  }
  outgoing = g_strcmp0 (call_active_call_get_caller_id (active), call_client_get_user_id (self)) ==
             0;
  call = begin_own (self, appointment, outgoing, task);
  if (call == NULL)
    return;
  set_task (call, task);
  call_session_set_call_id (call->session, call_active_call_get_call_id (active));
  call_peer_signalling_set_call_id (call->signalling, call_active_call_get_call_id (active));
  call->known_generation = call_active_call_get_generation (active);
  call_client_call_feed (call, CALL_SESSION_EVENT_REJOIN, CALL_END_NONE, NULL, NULL);
  call_client_notify_active_session (self);
}

/**
 * call_client_rejoin_call_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.rejoin_call_async].
 *
 * Returns: (transfer full): the call, which connects
 */
CallSession *
call_client_rejoin_call_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return call_client_request_call_finish (self, result, error);
}

/* --- what the user does ----------------------------------------------------------------------- */

static CallClientCall *
own (CallClient *self, CallSession *session, GError **error)
{
  if (self->call != NULL && self->call->session == session)
    return self->call;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_WRONG_STATE, "The call is over.");
  return NULL;
}

/**
 * call_client_accept_call_async:
 * @self: a client
 * @session: a call in state %CALL_STATE_RINGING_IN
 * @cancellable: (nullable): cancelling it hangs up
 * @callback: (scope async): called when the server has answered
 * @user_data: for @callback
 *
 * Answers a call. Media starts with what [method@Call.Client.get_signalling] gives.
 *
 * The error is %CALL_ERROR_CONFLICT if another device of the user has answered.
 */
void
call_client_accept_call_async (CallClient *self,
                               CallSession *session,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  CallClientCall *call;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_SESSION (session));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_accept_call_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  call = own (self, session, &error);
  if (call != NULL && call_session_get_state (session) == CALL_STATE_RINGING_IN)
    set_task (call, task);
  if (call == NULL ||
      !call_client_call_feed (call, CALL_SESSION_EVENT_ACCEPT, CALL_END_NONE, NULL, &error))
    g_task_return_error (task, error);
}

/**
 * call_client_accept_call_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.accept_call_async].
 *
 * Returns: %TRUE if the call is ours and connects
 */
gboolean
call_client_accept_call_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (CallSession) session = call_client_request_call_finish (self, result, error);

  return session != NULL;
}

static gboolean
act (CallClient *self,
     CallSession *session,
     CallSessionEvent event,
     CallEndReason reason,
     GError **error)
{
  CallClientCall *call;

  g_return_val_if_fail (CALL_IS_CLIENT (self), FALSE);
  g_return_val_if_fail (CALL_IS_SESSION (session), FALSE);

  call = own (self, session, error);
  return call != NULL && call_client_call_feed (call, event, reason, NULL, error);
}

/**
 * call_client_decline_call:
 * @self: a client
 * @session: a call in state %CALL_STATE_RINGING_IN
 * @error: return location for an error
 *
 * Refuses a call. It is over at once; the server is told as soon as it can be.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if the call does not ring here
 */
gboolean
call_client_decline_call (CallClient *self, CallSession *session, GError **error)
{
  return act (self, session, CALL_SESSION_EVENT_DECLINE, CALL_END_DECLINED, error);
}

/**
 * call_client_cancel_call:
 * @self: a client
 * @session: a call in state %CALL_STATE_RINGING_OUT
 * @error: return location for an error
 *
 * Gives up a call that has not been answered. It is over at once; the server is told as soon as it
 * can be.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if the call does not ring there
 */
gboolean
call_client_cancel_call (CallClient *self, CallSession *session, GError **error)
{
  return act (self, session, CALL_SESSION_EVENT_CANCEL, CALL_END_CANCELLED, error);
}

/**
 * call_client_leave_call:
 * @self: a client
 * @session: a call that connects or is connected
 * @error: return location for an error
 *
 * Leaves a call; the visit goes on, and one can come back with
 * [method@Call.Client.rejoin_call_async]. Media stops at once; the state is %CALL_STATE_ENDING
 * until the server knows, one minute at most.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if there is nothing to leave
 */
gboolean
call_client_leave_call (CallClient *self, CallSession *session, GError **error)
{
  return act (self, session, CALL_SESSION_EVENT_LEAVE, CALL_END_LEFT, error);
}

/**
 * call_client_end_call:
 * @self: a client
 * @session: a call that connects or is connected
 * @error: return location for an error
 *
 * Ends a call, and the visit with it, for both sides. Media stops at once; the state is
 * %CALL_STATE_ENDING until the server knows, one minute at most.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if there is nothing to end
 */
gboolean
call_client_end_call (CallClient *self, CallSession *session, GError **error)
{
  return act (self, session, CALL_SESSION_EVENT_HANG_UP, CALL_END_HANG_UP, error);
}

/**
 * call_client_hang_up:
 * @self: a client
 * @session: a call
 * @error: return location for an error
 *
 * What a red button does: cancels a call that rings there, declines one that rings here, ends any
 * other.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if the call is over or ending
 */
gboolean
call_client_hang_up (CallClient *self, CallSession *session, GError **error)
{
  g_return_val_if_fail (CALL_IS_SESSION (session), FALSE);

  switch (call_session_get_state (session)) {
  case CALL_STATE_RINGING_OUT:
    return call_client_cancel_call (self, session, error);
  case CALL_STATE_RINGING_IN:
    return call_client_decline_call (self, session, error);
  case CALL_STATE_IDLE:
  case CALL_STATE_CONNECTING:
  case CALL_STATE_IN_CALL:
  case CALL_STATE_ENDING:
  case CALL_STATE_ENDED:
  case CALL_STATE_ERROR:
    break;
  }
  return call_client_end_call (self, session, error);
}

/**
 * call_client_set_media:
 * @self: a client
 * @session: a call
 * @audio: whether the microphone is on
 * @video: whether the camera is on
 *
 * Tells the other side, and the audit trail, what is switched on here. The engine does the
 * switching.
 */
void
call_client_set_media (CallClient *self, CallSession *session, gboolean audio, gboolean video)
{
  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_SESSION (session));

  if (call_session_get_local_audio (session) == !!audio &&
      call_session_get_local_video (session) == !!video)
    return;
  call_session_set_local_media (session, audio, video);
  if (self->call != NULL && self->call->session == session)
    call_client_call_send_media (self->call);
}

/**
 * call_client_report_call_error:
 * @self: a client
 * @session: a call
 * @stage: where it happened: "capture", "signalling" or "media"
 * @code: what happened, a word such as "ice_failed"; no text about people
 *
 * Tells the server of a failure on this side, for the audit trail.
 */
void
call_client_report_call_error (CallClient *self,
                               CallSession *session,
                               const char *stage,
                               const char *code)
{
  g_autoptr (CallRequest) request = NULL;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_SESSION (session));
  g_return_if_fail (stage != NULL && code != NULL);

  if (!call_client_is_open (self) || call_session_get_call_id (session) == NULL)
    return;
  request = call_request_new (CALL_REQUEST_CALL_ERROR);
  request->appointment_id = g_strdup (call_session_get_appointment_id (session));
  request->call_id = g_strdup (call_session_get_call_id (session));
  request->stage = g_strdup (stage);
  request->code = g_strdup (code);
  call_transport_send (self->transport, request);
}

/**
 * call_client_get_active_session:
 * @self: a client
 *
 * Gets the call that is going on.
 *
 * Returns: (transfer none) (nullable): the call, or %NULL
 */
CallSession *
call_client_get_active_session (CallClient *self)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);

  return self->call != NULL ? self->call->session : NULL;
}

/**
 * call_client_get_signalling:
 * @self: a client
 * @session: a call of the client
 *
 * Gets what a media engine needs for @session.
 *
 * Returns: (transfer none) (nullable): the signalling, or %NULL if the call is over
 */
CallSignalling *
call_client_get_signalling (CallClient *self, CallSession *session)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);
  g_return_val_if_fail (CALL_IS_SESSION (session), NULL);

  if (self->call == NULL || self->call->session != session)
    return NULL;
  return CALL_SIGNALLING (self->call->signalling);
}
