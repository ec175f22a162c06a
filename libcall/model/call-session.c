/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-session.h"

#include "call-session-private.h"

/**
 * CallSession:
 *
 * A call one takes part in.
 *
 * Its [property@Call.Session:state] is changed by a table of legal steps and by nothing else; see
 * `docs/state-machines.md`. What a user can do with it is in [class@Call.Client], for example
 * [method@Call.Client.accept_call_async]. Once it is over it stays over: calling again makes
 * another object.
 *
 * It belongs to the main context of its client.
 */

GParamSpec *call_session_props[CALL_SESSION_N_PROPS];
guint call_session_ended_signal;

G_DEFINE_FINAL_TYPE (CallSession, call_session, G_TYPE_OBJECT)

static void
call_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallSession *self = CALL_SESSION (object);

  switch (id) {
  case CALL_SESSION_PROP_APPOINTMENT_ID:
    self->appointment_id = g_value_dup_string (value);
    break;
  case CALL_SESSION_PROP_OUTGOING:
    self->outgoing = g_value_get_boolean (value);
    break;
  case CALL_SESSION_PROP_PEER:
    self->peer = g_value_dup_object (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallSession *self = CALL_SESSION (object);

  switch (id) {
  case CALL_SESSION_PROP_CALL_ID:
    g_value_set_string (value, self->call_id);
    break;
  case CALL_SESSION_PROP_APPOINTMENT_ID:
    g_value_set_string (value, self->appointment_id);
    break;
  case CALL_SESSION_PROP_STATE:
    g_value_set_enum (value, self->state);
    break;
  case CALL_SESSION_PROP_RECONNECTING:
    g_value_set_boolean (value, self->reconnecting);
    break;
  case CALL_SESSION_PROP_PEER_PRESENT:
    g_value_set_boolean (value, self->peer_present);
    break;
  case CALL_SESSION_PROP_OUTGOING:
    g_value_set_boolean (value, self->outgoing);
    break;
  case CALL_SESSION_PROP_PEER:
    g_value_set_object (value, self->peer);
    break;
  case CALL_SESSION_PROP_GENERATION:
    g_value_set_uint (value, self->generation);
    break;
  case CALL_SESSION_PROP_REQUESTED_AT:
    g_value_set_boxed (value, self->requested_at);
    break;
  case CALL_SESSION_PROP_STARTED_AT:
    g_value_set_boxed (value, self->started_at);
    break;
  case CALL_SESSION_PROP_CONNECTED_AT:
    g_value_set_boxed (value, self->connected_at);
    break;
  case CALL_SESSION_PROP_END_REASON:
    g_value_set_enum (value, self->end_reason);
    break;
  case CALL_SESSION_PROP_ERROR:
    g_value_set_boxed (value, self->error);
    break;
  case CALL_SESSION_PROP_LOCAL_AUDIO:
    g_value_set_boolean (value, self->local_audio);
    break;
  case CALL_SESSION_PROP_LOCAL_VIDEO:
    g_value_set_boolean (value, self->local_video);
    break;
  case CALL_SESSION_PROP_REMOTE_AUDIO:
    g_value_set_boolean (value, self->remote_audio);
    break;
  case CALL_SESSION_PROP_REMOTE_VIDEO:
    g_value_set_boolean (value, self->remote_video);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_session_finalize (GObject *object)
{
  CallSession *self = CALL_SESSION (object);

  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->appointment_id, g_free);
  g_clear_object (&self->peer);
  g_clear_pointer (&self->requested_at, g_date_time_unref);
  g_clear_pointer (&self->started_at, g_date_time_unref);
  g_clear_pointer (&self->connected_at, g_date_time_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (call_session_parent_class)->finalize (object);
}

static void
install_identity (void)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * CallSession:call-id:
   *
   * The id of the call, unset until the server has given it one.
   */
  call_session_props[CALL_SESSION_PROP_CALL_ID] = g_param_spec_string ("call-id", NULL, NULL, NULL,
                                                                       readable);
  /**
   * CallSession:appointment-id:
   *
   * The appointment the call belongs to.
   */
  call_session_props[CALL_SESSION_PROP_APPOINTMENT_ID] = g_param_spec_string (
      "appointment-id", NULL, NULL, NULL, once);
  /**
   * CallSession:outgoing:
   *
   * Whether this side called.
   */
  call_session_props[CALL_SESSION_PROP_OUTGOING] = g_param_spec_boolean ("outgoing", NULL, NULL,
                                                                         FALSE, once);
  /**
   * CallSession:peer:
   *
   * The other side.
   */
  call_session_props[CALL_SESSION_PROP_PEER] = g_param_spec_object ("peer", NULL, NULL,
                                                                    CALL_TYPE_PARTICIPANT, once);
}

static void
install_state (void)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * CallSession:state:
   *
   * Where the call stands.
   */
  call_session_props[CALL_SESSION_PROP_STATE] = g_param_spec_enum (
      "state", NULL, NULL, CALL_TYPE_STATE, CALL_STATE_IDLE, readable);
  /**
   * CallSession:reconnecting:
   *
   * Whether media is away and is being brought back. Beside the state, not one of its own.
   */
  call_session_props[CALL_SESSION_PROP_RECONNECTING] = g_param_spec_boolean ("reconnecting", NULL,
                                                                             NULL, FALSE, readable);
  /**
   * CallSession:peer-present:
   *
   * Whether the other side is in the call. It may leave, and come back.
   */
  call_session_props[CALL_SESSION_PROP_PEER_PRESENT] = g_param_spec_boolean ("peer-present", NULL,
                                                                             NULL, TRUE, readable);
  /**
   * CallSession:generation:
   *
   * The number of the current peer connection, 0 before the first.
   */
  call_session_props[CALL_SESSION_PROP_GENERATION] = g_param_spec_uint ("generation", NULL, NULL, 0,
                                                                        G_MAXUINT, 0, readable);
  /**
   * CallSession:end-reason:
   *
   * Why the call is over.
   */
  call_session_props[CALL_SESSION_PROP_END_REASON] = g_param_spec_enum (
      "end-reason", NULL, NULL, CALL_TYPE_END_REASON, CALL_END_NONE, readable);
  /**
   * CallSession:error:
   *
   * What went wrong, if the state is %CALL_STATE_ERROR or the server refused something.
   */
  call_session_props[CALL_SESSION_PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL,
                                                                    G_TYPE_ERROR, readable);
}

static void
install_times (void)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * CallSession:requested-at:
   *
   * When it began to ring.
   */
  call_session_props[CALL_SESSION_PROP_REQUESTED_AT] = g_param_spec_boxed (
      "requested-at", NULL, NULL, G_TYPE_DATE_TIME, readable);
  /**
   * CallSession:started-at:
   *
   * When media first flowed, by the server's clock.
   */
  call_session_props[CALL_SESSION_PROP_STARTED_AT] = g_param_spec_boxed (
      "started-at", NULL, NULL, G_TYPE_DATE_TIME, readable);
  /**
   * CallSession:connected-at:
   *
   * When media first flowed here, by this machine's clock: what a timer on the screen counts from.
   */
  call_session_props[CALL_SESSION_PROP_CONNECTED_AT] = g_param_spec_boxed (
      "connected-at", NULL, NULL, G_TYPE_DATE_TIME, readable);
}

static void
install_media (void)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * CallSession:local-audio:
   *
   * Whether this side's microphone is on.
   */
  call_session_props[CALL_SESSION_PROP_LOCAL_AUDIO] = g_param_spec_boolean ("local-audio", NULL,
                                                                            NULL, TRUE, readable);
  /**
   * CallSession:local-video:
   *
   * Whether this side's camera is on.
   */
  call_session_props[CALL_SESSION_PROP_LOCAL_VIDEO] = g_param_spec_boolean ("local-video", NULL,
                                                                            NULL, TRUE, readable);
  /**
   * CallSession:remote-audio:
   *
   * Whether the other side's microphone is on.
   */
  call_session_props[CALL_SESSION_PROP_REMOTE_AUDIO] = g_param_spec_boolean ("remote-audio", NULL,
                                                                             NULL, TRUE, readable);
  /**
   * CallSession:remote-video:
   *
   * Whether the other side's camera is on.
   */
  call_session_props[CALL_SESSION_PROP_REMOTE_VIDEO] = g_param_spec_boolean ("remote-video", NULL,
                                                                             NULL, TRUE, readable);
}

static void
call_session_class_init (CallSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = call_session_set_property;
  object_class->get_property = call_session_get_property;
  object_class->finalize = call_session_finalize;

  install_identity ();
  install_state ();
  install_times ();
  install_media ();
  g_object_class_install_properties (object_class, CALL_SESSION_N_PROPS, call_session_props);

  /**
   * CallSession::ended:
   * @self: the call
   * @reason: why
   *
   * The call is over, its state %CALL_STATE_ENDED or %CALL_STATE_ERROR. Emitted once, last.
   */
  call_session_ended_signal = g_signal_new ("ended", CALL_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 1, CALL_TYPE_END_REASON);
}

static void
call_session_init (CallSession *self)
{
  self->peer_present = TRUE;
  self->local_audio = TRUE;
  self->local_video = TRUE;
  self->remote_audio = TRUE;
  self->remote_video = TRUE;
}

/**
 * call_session_get_call_id:
 * @self: a call
 *
 * Gets the id of the call.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL until the server has given it one
 */
const char *
call_session_get_call_id (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->call_id;
}

/**
 * call_session_get_appointment_id:
 * @self: a call
 *
 * Gets the appointment the call belongs to.
 *
 * Returns: (transfer none): its id
 */
const char *
call_session_get_appointment_id (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->appointment_id;
}

/**
 * call_session_get_state:
 * @self: a call
 *
 * Gets where the call stands.
 *
 * Returns: the state
 */
CallState
call_session_get_state (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), CALL_STATE_ERROR);

  return self->state;
}

/**
 * call_session_is_over:
 * @self: a call
 *
 * Whether the call has ended, well or badly.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_is_over (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), TRUE);

  return self->state == CALL_STATE_ENDED || self->state == CALL_STATE_ERROR;
}

/**
 * call_session_get_reconnecting:
 * @self: a call
 *
 * Gets whether media is away and is being brought back.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_reconnecting (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->reconnecting;
}

/**
 * call_session_get_peer_present:
 * @self: a call
 *
 * Gets whether the other side is in the call.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_peer_present (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->peer_present;
}

/**
 * call_session_get_outgoing:
 * @self: a call
 *
 * Gets whether this side called.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_outgoing (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->outgoing;
}

/**
 * call_session_get_peer:
 * @self: a call
 *
 * Gets the other side.
 *
 * Returns: (transfer none) (nullable): the other side
 */
CallParticipant *
call_session_get_peer (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->peer;
}

/**
 * call_session_get_generation:
 * @self: a call
 *
 * Gets the number of the current peer connection.
 *
 * Returns: the number, 0 before the first
 */
guint
call_session_get_generation (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), 0);

  return self->generation;
}

/**
 * call_session_get_requested_at:
 * @self: a call
 *
 * Gets when it began to ring.
 *
 * Returns: (transfer none) (nullable): the time
 */
GDateTime *
call_session_get_requested_at (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->requested_at;
}

/**
 * call_session_get_started_at:
 * @self: a call
 *
 * Gets when media first flowed, by the server's clock.
 *
 * Returns: (transfer none) (nullable): the time
 */
GDateTime *
call_session_get_started_at (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->started_at;
}

/**
 * call_session_get_connected_at:
 * @self: a call
 *
 * Gets when media first flowed here, by this machine's clock.
 *
 * Returns: (transfer none) (nullable): the time
 */
GDateTime *
call_session_get_connected_at (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->connected_at;
}

/**
 * call_session_get_end_reason:
 * @self: a call
 *
 * Gets why the call is over.
 *
 * Returns: the reason
 */
CallEndReason
call_session_get_end_reason (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), CALL_END_NONE);

  return self->end_reason;
}

/**
 * call_session_get_error:
 * @self: a call
 *
 * Gets what went wrong.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if nothing did
 */
const GError *
call_session_get_error (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), NULL);

  return self->error;
}

/**
 * call_session_get_local_audio:
 * @self: a call
 *
 * Gets whether this side's microphone is on.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_local_audio (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->local_audio;
}

/**
 * call_session_get_local_video:
 * @self: a call
 *
 * Gets whether this side's camera is on.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_local_video (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->local_video;
}

/**
 * call_session_get_remote_audio:
 * @self: a call
 *
 * Gets whether the other side's microphone is on.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_remote_audio (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->remote_audio;
}

/**
 * call_session_get_remote_video:
 * @self: a call
 *
 * Gets whether the other side's camera is on.
 *
 * Returns: %TRUE if so
 */
gboolean
call_session_get_remote_video (CallSession *self)
{
  g_return_val_if_fail (CALL_IS_SESSION (self), FALSE);

  return self->remote_video;
}
