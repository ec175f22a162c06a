/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-presence.h"

/**
 * CallPresence:
 *
 * Whether somebody is there, and since when not. Immutable.
 */
struct _CallPresence {
  GObject parent_instance;

  char *user_id;
  char *user_name;
  CallPresenceStatus status;
  GDateTime *last_seen;
};

enum { PROP_0, PROP_USER_ID, PROP_USER_NAME, PROP_STATUS, PROP_LAST_SEEN, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallPresence, call_presence, G_TYPE_OBJECT)

static void
call_presence_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallPresence *self = CALL_PRESENCE (object);

  switch (id) {
  case PROP_USER_ID:
    self->user_id = g_value_dup_string (value);
    break;
  case PROP_USER_NAME:
    self->user_name = g_value_dup_string (value);
    break;
  case PROP_STATUS:
    self->status = g_value_get_enum (value);
    break;
  case PROP_LAST_SEEN:
    self->last_seen = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_presence_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallPresence *self = CALL_PRESENCE (object);

  switch (id) {
  case PROP_USER_ID:
    g_value_set_string (value, self->user_id);
    break;
  case PROP_USER_NAME:
    g_value_set_string (value, self->user_name);
    break;
  case PROP_STATUS:
    g_value_set_enum (value, self->status);
    break;
  case PROP_LAST_SEEN:
    g_value_set_boxed (value, self->last_seen);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_presence_finalize (GObject *object)
{
  CallPresence *self = CALL_PRESENCE (object);

  g_clear_pointer (&self->user_id, g_free);
  g_clear_pointer (&self->user_name, g_free);
  g_clear_pointer (&self->last_seen, g_date_time_unref);

  G_OBJECT_CLASS (call_presence_parent_class)->finalize (object);
}

static void
call_presence_class_init (CallPresenceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_presence_set_property;
  object_class->get_property = call_presence_get_property;
  object_class->finalize = call_presence_finalize;

  /**
   * CallPresence:user-id:
   *
   * The user.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * CallPresence:user-name:
   *
   * The name of the user.
   */
  props[PROP_USER_NAME] = g_param_spec_string ("user-name", NULL, NULL, NULL, flags);
  /**
   * CallPresence:status:
   *
   * How reachable the user is.
   */
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, CALL_TYPE_PRESENCE_STATUS,
                                          CALL_PRESENCE_OFFLINE, flags);
  /**
   * CallPresence:last-seen:
   *
   * When the user was last online, unset while that is now.
   */
  props[PROP_LAST_SEEN] = g_param_spec_boxed ("last-seen", NULL, NULL, G_TYPE_DATE_TIME, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_presence_init (CallPresence *self)
{
}

/**
 * call_presence_get_user_id:
 * @self: a [class@Call.Presence]
 *
 * Gets the user.
 *
 * Returns: (transfer none) (nullable): the user
 */
const char *
call_presence_get_user_id (CallPresence *self)
{
  g_return_val_if_fail (CALL_IS_PRESENCE (self), NULL);

  return self->user_id;
}

/**
 * call_presence_get_user_name:
 * @self: a [class@Call.Presence]
 *
 * Gets the name of the user.
 *
 * Returns: (transfer none) (nullable): the name of the user
 */
const char *
call_presence_get_user_name (CallPresence *self)
{
  g_return_val_if_fail (CALL_IS_PRESENCE (self), NULL);

  return self->user_name;
}

/**
 * call_presence_get_status:
 * @self: a [class@Call.Presence]
 *
 * Gets how reachable the user is.
 *
 * Returns: how reachable the user is
 */
CallPresenceStatus
call_presence_get_status (CallPresence *self)
{
  g_return_val_if_fail (CALL_IS_PRESENCE (self), CALL_PRESENCE_OFFLINE);

  return self->status;
}

/**
 * call_presence_get_last_seen:
 * @self: a [class@Call.Presence]
 *
 * Gets when the user was last online, unset while that is now.
 *
 * Returns: (transfer none) (nullable): when the user was last online, unset while that is now
 */
GDateTime *
call_presence_get_last_seen (CallPresence *self)
{
  g_return_val_if_fail (CALL_IS_PRESENCE (self), NULL);

  return self->last_seen;
}
