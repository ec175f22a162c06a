/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-user.h"

/**
 * CallUser:
 *
 * Somebody with an account, or a patient who came by a join link. Immutable.
 */
struct _CallUser {
  GObject parent_instance;

  char *id;
  char *name;
  char *email;
  CallRole role;
  char *time_zone;
};

enum { PROP_0, PROP_ID, PROP_NAME, PROP_EMAIL, PROP_ROLE, PROP_TIME_ZONE, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallUser, call_user, G_TYPE_OBJECT)

static void
call_user_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallUser *self = CALL_USER (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_NAME:
    self->name = g_value_dup_string (value);
    break;
  case PROP_EMAIL:
    self->email = g_value_dup_string (value);
    break;
  case PROP_ROLE:
    self->role = g_value_get_enum (value);
    break;
  case PROP_TIME_ZONE:
    self->time_zone = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_user_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallUser *self = CALL_USER (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_EMAIL:
    g_value_set_string (value, self->email);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->role);
    break;
  case PROP_TIME_ZONE:
    g_value_set_string (value, self->time_zone);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_user_finalize (GObject *object)
{
  CallUser *self = CALL_USER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->email, g_free);
  g_clear_pointer (&self->time_zone, g_free);

  G_OBJECT_CLASS (call_user_parent_class)->finalize (object);
}

static void
call_user_class_init (CallUserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_user_set_property;
  object_class->get_property = call_user_get_property;
  object_class->finalize = call_user_finalize;

  /**
   * CallUser:id:
   *
   * The id of the user.
   */
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallUser:name:
   *
   * The name to show.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * CallUser:email:
   *
   * The e-mail address, only in a user's own record.
   */
  props[PROP_EMAIL] = g_param_spec_string ("email", NULL, NULL, NULL, flags);
  /**
   * CallUser:role:
   *
   * What the user may do.
   */
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CALL_TYPE_ROLE, CALL_ROLE_PATIENT,
                                        flags);
  /**
   * CallUser:time-zone:
   *
   * The IANA name of the time zone the user reads times in.
   */
  props[PROP_TIME_ZONE] = g_param_spec_string ("time-zone", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_user_init (CallUser *self)
{
}

/**
 * call_user_new:
 * @id: the id of the user
 * @name: the name to show
 * @email: (nullable): the e-mail address, only in a user's own record
 * @role: what the user may do
 * @time_zone: (nullable): the IANA name of the time zone the user reads times in
 *
 * Makes a [class@Call.User]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallUser *
call_user_new (const char *id,
               const char *name,
               const char *email,
               CallRole role,
               const char *time_zone)
{
  return g_object_new (CALL_TYPE_USER, "id", id, "name", name, "email", email, "role", role,
                       "time-zone", time_zone, NULL);
}

/**
 * call_user_get_id:
 * @self: a [class@Call.User]
 *
 * Gets the id of the user.
 *
 * Returns: (transfer none): the id of the user
 */
const char *
call_user_get_id (CallUser *self)
{
  g_return_val_if_fail (CALL_IS_USER (self), NULL);

  return self->id;
}

/**
 * call_user_get_name:
 * @self: a [class@Call.User]
 *
 * Gets the name to show.
 *
 * Returns: (transfer none): the name to show
 */
const char *
call_user_get_name (CallUser *self)
{
  g_return_val_if_fail (CALL_IS_USER (self), NULL);

  return self->name;
}

/**
 * call_user_get_email:
 * @self: a [class@Call.User]
 *
 * Gets the e-mail address, only in a user's own record.
 *
 * Returns: (transfer none) (nullable): the e-mail address, only in a user's own record
 */
const char *
call_user_get_email (CallUser *self)
{
  g_return_val_if_fail (CALL_IS_USER (self), NULL);

  return self->email;
}

/**
 * call_user_get_role:
 * @self: a [class@Call.User]
 *
 * Gets what the user may do.
 *
 * Returns: what the user may do
 */
CallRole
call_user_get_role (CallUser *self)
{
  g_return_val_if_fail (CALL_IS_USER (self), CALL_ROLE_PATIENT);

  return self->role;
}

/**
 * call_user_get_time_zone:
 * @self: a [class@Call.User]
 *
 * Gets the IANA name of the time zone the user reads times in.
 *
 * Returns: (transfer none) (nullable): the IANA name of the time zone the user reads times in
 */
const char *
call_user_get_time_zone (CallUser *self)
{
  g_return_val_if_fail (CALL_IS_USER (self), NULL);

  return self->time_zone;
}
