/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-session.h"

#include "call-session-private.h"

/* The side of a call that faces whoever runs it. */

CallSession *
call_session_new (const char *appointment_id, CallParticipant *peer, gboolean outgoing)
{
  return g_object_new (CALL_TYPE_SESSION, "appointment-id", appointment_id, "peer", peer,
                       "outgoing", outgoing, NULL);
}

static void
set_flag (CallSession *self, gboolean *flag, gboolean value, guint prop)
{
  if (*flag == !!value)
    return;
  *flag = !!value;
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[prop]);
}

static void
set_date (CallSession *self, GDateTime **target, GDateTime *value, guint prop)
{
  if (*target == value)
    return;
  if (value != NULL)
    g_date_time_ref (value);
  g_clear_pointer (target, g_date_time_unref);
  *target = value;
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[prop]);
}

static void
enter_state (CallSession *self, CallState next, CallEndReason reason, const GError *cause)
{
  gboolean over = next == CALL_STATE_ENDED || next == CALL_STATE_ERROR;

  if (self->state == next)
    return;
  self->state = next;
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[CALL_SESSION_PROP_STATE]);
  if (!over)
    return;
  set_flag (self, &self->reconnecting, FALSE, CALL_SESSION_PROP_RECONNECTING);
  self->end_reason = reason;
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[CALL_SESSION_PROP_END_REASON]);
  if (cause == NULL)
    return;
  self->error = g_error_copy (cause);
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[CALL_SESSION_PROP_ERROR]);
}

/*
 * call_session_feed_end:
 * @self: the call
 * @event: what happened
 * @reason: why the call is over, if this ends it
 * @cause: (nullable): what went wrong, if something did
 * @effects: (out): what is to be done now, CallSessionEffects
 * @error: return location for an error
 *
 * Tells the machine what happened. All changes are notified together, when the object is consistent
 * again; then `ended` is emitted if the call is over. The caller must hold a reference.
 *
 * Returns: %FALSE with %CALL_ERROR_WRONG_STATE if the event is not legal now; nothing has changed
 */
gboolean
call_session_feed_end (CallSession *self,
                       CallSessionEvent event,
                       CallEndReason reason,
                       const GError *cause,
                       guint *effects,
                       GError **error)
{
  CallState next;
  gboolean ended;

  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  if (!call_session_machine_step (self->state, event, &next, effects, error))
    return FALSE;
  ended = next != self->state && (next == CALL_STATE_ENDED || next == CALL_STATE_ERROR);
  g_object_freeze_notify (G_OBJECT (self));
  if (*effects & CALL_SESSION_EFFECT_SET_RECONNECTING)
    set_flag (self, &self->reconnecting, TRUE, CALL_SESSION_PROP_RECONNECTING);
  if (*effects & CALL_SESSION_EFFECT_CLEAR_RECONNECTING)
    set_flag (self, &self->reconnecting, FALSE, CALL_SESSION_PROP_RECONNECTING);
  enter_state (self, next, reason, cause);
  g_object_thaw_notify (G_OBJECT (self));
  if (ended)
    g_signal_emit (self, call_session_ended_signal, 0, self->end_reason);
  return TRUE;
}

/* As call_session_feed_end(), for events that end nothing, or end it because something failed. */
gboolean
call_session_feed (CallSession *self, CallSessionEvent event, guint *effects, GError **error)
{
  return call_session_feed_end (self, event, CALL_END_FAILED, NULL, effects, error);
}

void
call_session_set_call_id (CallSession *self, const char *call_id)
{
  if (g_strcmp0 (self->call_id, call_id) == 0)
    return;
  g_free (self->call_id);
  self->call_id = g_strdup (call_id);
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[CALL_SESSION_PROP_CALL_ID]);
}

/* Only where both sides called at once and the other one's call was taken. */
void
call_session_set_outgoing (CallSession *self, gboolean outgoing)
{
  set_flag (self, &self->outgoing, outgoing, CALL_SESSION_PROP_OUTGOING);
}

void
call_session_set_auto_accept (CallSession *self, gboolean auto_accept)
{
  self->auto_accept = auto_accept;
}

/**
 * call_session_get_auto_accept:
 * @self: a call
 *
 * Whether to answer it without asking. It is up to the application: libcall answers nothing by
 * itself.
 *
 * Returns: %TRUE if the server is set up that way, for development
 */
gboolean
call_session_get_auto_accept (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->auto_accept;
}

void
call_session_set_generation (CallSession *self, guint generation)
{
  if (self->generation == generation)
    return;
  self->generation = generation;
  g_object_notify_by_pspec (G_OBJECT (self), call_session_props[CALL_SESSION_PROP_GENERATION]);
}

void
call_session_set_requested_at (CallSession *self, GDateTime *requested_at)
{
  set_date (self, &self->requested_at, requested_at, CALL_SESSION_PROP_REQUESTED_AT);
}

void
call_session_set_started_at (CallSession *self, GDateTime *started_at)
{
  set_date (self, &self->started_at, started_at, CALL_SESSION_PROP_STARTED_AT);
}

void
call_session_set_connected_at (CallSession *self, GDateTime *connected_at)
{
  set_date (self, &self->connected_at, connected_at, CALL_SESSION_PROP_CONNECTED_AT);
}

void
call_session_set_peer_present (CallSession *self, gboolean present)
{
  set_flag (self, &self->peer_present, present, CALL_SESSION_PROP_PEER_PRESENT);
}

void
call_session_set_local_media (CallSession *self, gboolean audio, gboolean video)
{
  set_flag (self, &self->local_audio, audio, CALL_SESSION_PROP_LOCAL_AUDIO);
  set_flag (self, &self->local_video, video, CALL_SESSION_PROP_LOCAL_VIDEO);
}

void
call_session_set_remote_media (CallSession *self, gboolean audio, gboolean video)
{
  set_flag (self, &self->remote_audio, audio, CALL_SESSION_PROP_REMOTE_AUDIO);
  set_flag (self, &self->remote_video, video, CALL_SESSION_PROP_REMOTE_VIDEO);
}
