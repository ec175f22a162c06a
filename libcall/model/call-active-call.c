/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-active-call.h"

#include "call-active-call-private.h"

/**
 * CallActiveCall:
 *
 * A call that is going on in an appointment, as the server tells of it. Immutable once it is
 * shared.
 *
 * It is a description; the call one takes part in is a [class@Call.Session].
 */
struct _CallActiveCall {
  GObject parent_instance;

  char *call_id;
  CallProgress state;
  char *caller_id;
  char *callee_id;
  guint generation;
  GDateTime *requested_at;
  GDateTime *started_at;

  /* User id to the id under which that user's media signalling is reached. */
  GHashTable *peers;
};

enum {
  PROP_0,
  PROP_CALL_ID,
  PROP_STATE,
  PROP_CALLER_ID,
  PROP_CALLEE_ID,
  PROP_GENERATION,
  PROP_REQUESTED_AT,
  PROP_STARTED_AT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallActiveCall, call_active_call, G_TYPE_OBJECT)

static void
call_active_call_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallActiveCall *self = CALL_ACTIVE_CALL (object);

  switch (id) {
  case PROP_CALL_ID:
    self->call_id = g_value_dup_string (value);
    break;
  case PROP_STATE:
    self->state = g_value_get_enum (value);
    break;
  case PROP_CALLER_ID:
    self->caller_id = g_value_dup_string (value);
    break;
  case PROP_CALLEE_ID:
    self->callee_id = g_value_dup_string (value);
    break;
  case PROP_GENERATION:
    self->generation = g_value_get_uint (value);
    break;
  case PROP_REQUESTED_AT:
    self->requested_at = g_value_dup_boxed (value);
    break;
  case PROP_STARTED_AT:
    self->started_at = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_active_call_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallActiveCall *self = CALL_ACTIVE_CALL (object);

  switch (id) {
  case PROP_CALL_ID:
    g_value_set_string (value, self->call_id);
    break;
  case PROP_STATE:
    g_value_set_enum (value, self->state);
    break;
  case PROP_CALLER_ID:
    g_value_set_string (value, self->caller_id);
    break;
  case PROP_CALLEE_ID:
    g_value_set_string (value, self->callee_id);
    break;
  case PROP_GENERATION:
    g_value_set_uint (value, self->generation);
    break;
  case PROP_REQUESTED_AT:
    g_value_set_boxed (value, self->requested_at);
    break;
  case PROP_STARTED_AT:
    g_value_set_boxed (value, self->started_at);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_active_call_finalize (GObject *object)
{
  CallActiveCall *self = CALL_ACTIVE_CALL (object);

  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->caller_id, g_free);
  g_clear_pointer (&self->callee_id, g_free);
  g_clear_pointer (&self->requested_at, g_date_time_unref);
  g_clear_pointer (&self->started_at, g_date_time_unref);
  g_clear_pointer (&self->peers, g_hash_table_unref);

  G_OBJECT_CLASS (call_active_call_parent_class)->finalize (object);
}

static void
call_active_call_class_init (CallActiveCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_active_call_set_property;
  object_class->get_property = call_active_call_get_property;
  object_class->finalize = call_active_call_finalize;

  /**
   * CallActiveCall:call-id:
   *
   * The id of the call.
   */
  props[PROP_CALL_ID] = g_param_spec_string ("call-id", NULL, NULL, NULL, flags);
  /**
   * CallActiveCall:state:
   *
   * How far the call has come.
   */
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CALL_TYPE_PROGRESS,
                                         CALL_PROGRESS_RINGING, flags);
  /**
   * CallActiveCall:caller-id:
   *
   * The user who called.
   */
  props[PROP_CALLER_ID] = g_param_spec_string ("caller-id", NULL, NULL, NULL, flags);
  /**
   * CallActiveCall:callee-id:
   *
   * The user who was called.
   */
  props[PROP_CALLEE_ID] = g_param_spec_string ("callee-id", NULL, NULL, NULL, flags);
  /**
   * CallActiveCall:generation:
   *
   * The number of the current peer connection, from 1.
   */
  props[PROP_GENERATION] = g_param_spec_uint ("generation", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * CallActiveCall:requested-at:
   *
   * When it was requested.
   */
  props[PROP_REQUESTED_AT] = g_param_spec_boxed ("requested-at", NULL, NULL, G_TYPE_DATE_TIME,
                                                 flags);
  /**
   * CallActiveCall:started-at:
   *
   * When media first flowed.
   */
  props[PROP_STARTED_AT] = g_param_spec_boxed ("started-at", NULL, NULL, G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_active_call_init (CallActiveCall *self)
{
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * call_active_call_new:
 * @call_id: the id of the call
 * @state: how far the call has come
 * @caller_id: the user who called
 * @callee_id: the user who was called
 * @generation: the number of the current peer connection, from 1
 * @requested_at: (nullable): when it was requested
 * @started_at: (nullable): when media first flowed
 *
 * Makes a [class@Call.ActiveCall]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallActiveCall *
call_active_call_new (const char *call_id,
                      CallProgress state,
                      const char *caller_id,
                      const char *callee_id,
                      guint generation,
                      GDateTime *requested_at,
                      GDateTime *started_at)
{
  return g_object_new (CALL_TYPE_ACTIVE_CALL, "call-id", call_id, "state", state, "caller-id",
                       caller_id, "callee-id", callee_id, "generation", generation, "requested-at",
                       requested_at, "started-at", started_at, NULL);
}

/**
 * call_active_call_get_call_id:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets the id of the call.
 *
 * Returns: (transfer none): the id of the call
 */
const char *
call_active_call_get_call_id (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->call_id;
}

/**
 * call_active_call_get_state:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets how far the call has come.
 *
 * Returns: how far the call has come
 */
CallProgress
call_active_call_get_state (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), CALL_PROGRESS_RINGING);

  return self->state;
}

/**
 * call_active_call_get_caller_id:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets the user who called.
 *
 * Returns: (transfer none): the user who called
 */
const char *
call_active_call_get_caller_id (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->caller_id;
}

/**
 * call_active_call_get_callee_id:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets the user who was called.
 *
 * Returns: (transfer none): the user who was called
 */
const char *
call_active_call_get_callee_id (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->callee_id;
}

/**
 * call_active_call_get_generation:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets the number of the current peer connection, from 1.
 *
 * Returns: the number of the current peer connection, from 1
 */
guint
call_active_call_get_generation (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), 0);

  return self->generation;
}

/**
 * call_active_call_get_requested_at:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets when it was requested.
 *
 * Returns: (transfer none) (nullable): when it was requested
 */
GDateTime *
call_active_call_get_requested_at (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->requested_at;
}

/**
 * call_active_call_get_started_at:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets when media first flowed.
 *
 * Returns: (transfer none) (nullable): when media first flowed
 */
GDateTime *
call_active_call_get_started_at (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->started_at;
}

/**
 * call_active_call_get_peers:
 * @self: a [class@Call.ActiveCall]
 *
 * Gets the peer ids of those who take part, by user id.
 *
 * Returns: (transfer none) (element-type utf8 utf8): user ids to peer ids
 */
GHashTable *
call_active_call_get_peers (CallActiveCall *self)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);

  return self->peers;
}

/**
 * call_active_call_get_peer_id:
 * @self: a [class@Call.ActiveCall]
 * @user_id: a user
 *
 * Gets the id under which the media signalling of @user_id is reached.
 *
 * Returns: (transfer none) (nullable): the peer id, or %NULL if that user is not in the call
 */
const char *
call_active_call_get_peer_id (CallActiveCall *self, const char *user_id)
{
  g_return_val_if_fail (CALL_IS_ACTIVE_CALL (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);

  return g_hash_table_lookup (self->peers, user_id);
}

/* Only for whoever makes the object, before it is shared: afterwards it is immutable. */
void
call_active_call_add_peer (CallActiveCall *self, const char *user_id, const char *peer_id)
{
  g_return_if_fail (CALL_IS_ACTIVE_CALL (self));
  g_return_if_fail (user_id != NULL && peer_id != NULL);

  g_hash_table_replace (self->peers, g_strdup (user_id), g_strdup (peer_id));
}
