/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-participant.h"

/**
 * CallParticipant:
 *
 * The doctor or the patient of one appointment. Immutable.
 */
struct _CallParticipant {
  GObject parent_instance;

  char *user_id;
  char *name;
  CallRole role;
  GDateTime *waiting_since;
};

enum { PROP_0, PROP_USER_ID, PROP_NAME, PROP_ROLE, PROP_WAITING_SINCE, N_PROPS };

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallParticipant, call_participant, G_TYPE_OBJECT)

static void
call_participant_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallParticipant *self = CALL_PARTICIPANT (object);

  switch (id) {
  case PROP_USER_ID:
    self->user_id = g_value_dup_string (value);
    break;
  case PROP_NAME:
    self->name = g_value_dup_string (value);
    break;
  case PROP_ROLE:
    self->role = g_value_get_enum (value);
    break;
  case PROP_WAITING_SINCE:
    self->waiting_since = g_value_dup_boxed (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_participant_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallParticipant *self = CALL_PARTICIPANT (object);

  switch (id) {
  case PROP_USER_ID:
    g_value_set_string (value, self->user_id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_ROLE:
    g_value_set_enum (value, self->role);
    break;
  case PROP_WAITING_SINCE:
    g_value_set_boxed (value, self->waiting_since);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_participant_finalize (GObject *object)
{
  CallParticipant *self = CALL_PARTICIPANT (object);

  g_clear_pointer (&self->user_id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->waiting_since, g_date_time_unref);

  G_OBJECT_CLASS (call_participant_parent_class)->finalize (object);
}

static void
call_participant_class_init (CallParticipantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_participant_set_property;
  object_class->get_property = call_participant_get_property;
  object_class->finalize = call_participant_finalize;

  /**
   * CallParticipant:user-id:
   *
   * The id of the user.
   */
  props[PROP_USER_ID] = g_param_spec_string ("user-id", NULL, NULL, NULL, flags);
  /**
   * CallParticipant:name:
   *
   * The name to show.
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  /**
   * CallParticipant:role:
   *
   * The part the user takes in the appointment.
   */
  props[PROP_ROLE] = g_param_spec_enum ("role", NULL, NULL, CALL_TYPE_ROLE, CALL_ROLE_PATIENT,
                                        flags);
  /**
   * CallParticipant:waiting-since:
   *
   * When the user entered the waiting room.
   */
  props[PROP_WAITING_SINCE] = g_param_spec_boxed ("waiting-since", NULL, NULL, G_TYPE_DATE_TIME,
                                                  flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_participant_init (CallParticipant *self)
{
}

/**
 * call_participant_new:
 * @user_id: the id of the user
 * @name: (nullable): the name to show
 * @role: the part the user takes in the appointment
 * @waiting_since: (nullable): when the user entered the waiting room
 *
 * Makes a [class@Call.Participant]. Strings and dates are copied or referenced.
 *
 * Returns: (transfer full): a new object
 */
CallParticipant *
call_participant_new (const char *user_id,
                      const char *name,
                      CallRole role,
                      GDateTime *waiting_since)
{
  return g_object_new (CALL_TYPE_PARTICIPANT, "user-id", user_id, "name", name, "role", role,
                       "waiting-since", waiting_since, NULL);
}

/**
 * call_participant_get_user_id:
 * @self: a [class@Call.Participant]
 *
 * Gets the id of the user.
 *
 * Returns: (transfer none): the id of the user
 */
const char *
call_participant_get_user_id (CallParticipant *self)
{
  g_return_val_if_fail (CALL_IS_PARTICIPANT (self), NULL);

  return self->user_id;
}

/**
 * call_participant_get_name:
 * @self: a [class@Call.Participant]
 *
 * Gets the name to show.
 *
 * Returns: (transfer none) (nullable): the name to show
 */
const char *
call_participant_get_name (CallParticipant *self)
{
  g_return_val_if_fail (CALL_IS_PARTICIPANT (self), NULL);

  return self->name;
}

/**
 * call_participant_get_role:
 * @self: a [class@Call.Participant]
 *
 * Gets the part the user takes in the appointment.
 *
 * Returns: the part the user takes in the appointment
 */
CallRole
call_participant_get_role (CallParticipant *self)
{
  g_return_val_if_fail (CALL_IS_PARTICIPANT (self), CALL_ROLE_PATIENT);

  return self->role;
}

/**
 * call_participant_get_waiting_since:
 * @self: a [class@Call.Participant]
 *
 * Gets when the user entered the waiting room.
 *
 * Returns: (transfer none) (nullable): when the user entered the waiting room
 */
GDateTime *
call_participant_get_waiting_since (CallParticipant *self)
{
  g_return_val_if_fail (CALL_IS_PARTICIPANT (self), NULL);

  return self->waiting_since;
}
