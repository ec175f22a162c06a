/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment.h"

#include "call-appointment-private.h"

/**
 * CallAppointment:
 *
 * A booked consultation.
 *
 * The client keeps one object for each appointment and brings it up to date, so that `notify`
 * tells of every change. All times are UTC.
 */

GParamSpec *call_appointment_props[CALL_APPOINTMENT_N_PROPS];

G_DEFINE_FINAL_TYPE (CallAppointment, call_appointment, G_TYPE_OBJECT)

static void
call_appointment_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallAppointment *self = CALL_APPOINTMENT (object);

  switch (id) {
  case CALL_APPOINTMENT_PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case CALL_APPOINTMENT_PROP_STATUS:
    self->status = g_value_get_enum (value);
    break;
  case CALL_APPOINTMENT_PROP_SCHEDULED_AT:
    self->scheduled_at = g_value_dup_boxed (value);
    break;
  case CALL_APPOINTMENT_PROP_DURATION_MINUTES:
    self->duration_minutes = g_value_get_uint (value);
    break;
  case CALL_APPOINTMENT_PROP_OPENS_AT:
    self->opens_at = g_value_dup_boxed (value);
    break;
  case CALL_APPOINTMENT_PROP_CLOSES_AT:
    self->closes_at = g_value_dup_boxed (value);
    break;
  case CALL_APPOINTMENT_PROP_DOCTOR:
    self->doctor = g_value_dup_object (value);
    break;
  case CALL_APPOINTMENT_PROP_PATIENT:
    self->patient = g_value_dup_object (value);
    break;
  case CALL_APPOINTMENT_PROP_CONVERSATION_ID:
    self->conversation_id = g_value_dup_string (value);
    break;
  case CALL_APPOINTMENT_PROP_ACTIVE_CALL:
    self->active_call = g_value_dup_object (value);
    break;
  case CALL_APPOINTMENT_PROP_STARTED_AT:
    self->started_at = g_value_dup_boxed (value);
    break;
  case CALL_APPOINTMENT_PROP_ENDED_AT:
    self->ended_at = g_value_dup_boxed (value);
    break;
  case CALL_APPOINTMENT_PROP_RESCHEDULED_TO:
    self->rescheduled_to = g_value_dup_string (value);
    break;
  case CALL_APPOINTMENT_PROP_MISSING:
    self->missing = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_appointment_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallAppointment *self = CALL_APPOINTMENT (object);

  switch (id) {
  case CALL_APPOINTMENT_PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case CALL_APPOINTMENT_PROP_STATUS:
    g_value_set_enum (value, self->status);
    break;
  case CALL_APPOINTMENT_PROP_SCHEDULED_AT:
    g_value_set_boxed (value, self->scheduled_at);
    break;
  case CALL_APPOINTMENT_PROP_DURATION_MINUTES:
    g_value_set_uint (value, self->duration_minutes);
    break;
  case CALL_APPOINTMENT_PROP_OPENS_AT:
    g_value_set_boxed (value, self->opens_at);
    break;
  case CALL_APPOINTMENT_PROP_CLOSES_AT:
    g_value_set_boxed (value, self->closes_at);
    break;
  case CALL_APPOINTMENT_PROP_DOCTOR:
    g_value_set_object (value, self->doctor);
    break;
  case CALL_APPOINTMENT_PROP_PATIENT:
    g_value_set_object (value, self->patient);
    break;
  case CALL_APPOINTMENT_PROP_CONVERSATION_ID:
    g_value_set_string (value, self->conversation_id);
    break;
  case CALL_APPOINTMENT_PROP_ACTIVE_CALL:
    g_value_set_object (value, self->active_call);
    break;
  case CALL_APPOINTMENT_PROP_STARTED_AT:
    g_value_set_boxed (value, self->started_at);
    break;
  case CALL_APPOINTMENT_PROP_ENDED_AT:
    g_value_set_boxed (value, self->ended_at);
    break;
  case CALL_APPOINTMENT_PROP_RESCHEDULED_TO:
    g_value_set_string (value, self->rescheduled_to);
    break;
  case CALL_APPOINTMENT_PROP_MISSING:
    g_value_set_string (value, self->missing);
    break;
  case CALL_APPOINTMENT_PROP_WAITING:
    g_value_set_object (value, self->waiting);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_appointment_finalize (GObject *object)
{
  CallAppointment *self = CALL_APPOINTMENT (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->scheduled_at, g_date_time_unref);
  g_clear_pointer (&self->opens_at, g_date_time_unref);
  g_clear_pointer (&self->closes_at, g_date_time_unref);
  g_clear_object (&self->doctor);
  g_clear_object (&self->patient);
  g_clear_pointer (&self->conversation_id, g_free);
  g_clear_object (&self->active_call);
  g_clear_pointer (&self->started_at, g_date_time_unref);
  g_clear_pointer (&self->ended_at, g_date_time_unref);
  g_clear_pointer (&self->rescheduled_to, g_free);
  g_clear_pointer (&self->missing, g_free);
  g_clear_object (&self->waiting);

  G_OBJECT_CLASS (call_appointment_parent_class)->finalize (object);
}

static void
call_appointment_class_init (CallAppointmentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = call_appointment_set_property;
  object_class->get_property = call_appointment_get_property;
  object_class->finalize = call_appointment_finalize;

  /**
   * CallAppointment:id:
   *
   * The id of the appointment.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL,
                                                                          flags);
  /**
   * CallAppointment:status:
   *
   * Where the appointment stands.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_STATUS] = g_param_spec_enum (
      "status", NULL, NULL, CALL_TYPE_APPOINTMENT_STATUS, CALL_APPOINTMENT_SCHEDULED, flags);
  /**
   * CallAppointment:scheduled-at:
   *
   * When it begins, in UTC.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_SCHEDULED_AT] = g_param_spec_boxed (
      "scheduled-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:duration-minutes:
   *
   * How long it is planned to take, in minutes.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_DURATION_MINUTES] = g_param_spec_uint (
      "duration-minutes", NULL, NULL, 0, G_MAXUINT, 0, flags);
  /**
   * CallAppointment:opens-at:
   *
   * When the access window opens.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_OPENS_AT] = g_param_spec_boxed (
      "opens-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:closes-at:
   *
   * When the access window is over.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_CLOSES_AT] = g_param_spec_boxed (
      "closes-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:doctor:
   *
   * The doctor.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_DOCTOR] = g_param_spec_object (
      "doctor", NULL, NULL, CALL_TYPE_PARTICIPANT, flags);
  /**
   * CallAppointment:patient:
   *
   * The patient.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_PATIENT] = g_param_spec_object (
      "patient", NULL, NULL, CALL_TYPE_PARTICIPANT, flags);
  /**
   * CallAppointment:conversation-id:
   *
   * The id of its chat.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_CONVERSATION_ID] = g_param_spec_string (
      "conversation-id", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:active-call:
   *
   * The call that is going on, if any.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_ACTIVE_CALL] = g_param_spec_object (
      "active-call", NULL, NULL, CALL_TYPE_ACTIVE_CALL, flags);
  /**
   * CallAppointment:started-at:
   *
   * When media first flowed.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_STARTED_AT] = g_param_spec_boxed (
      "started-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:ended-at:
   *
   * When the visit ended.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_ENDED_AT] = g_param_spec_boxed (
      "ended-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:rescheduled-to:
   *
   * The id of the appointment that replaces it.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_RESCHEDULED_TO] = g_param_spec_string (
      "rescheduled-to", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:missing:
   *
   * Who did not come to a visit that nobody held: "doctor", "patient" or "both".
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_MISSING] = g_param_spec_string ("missing", NULL,
                                                                               NULL, NULL, flags);
  /**
   * CallAppointment:waiting:
   *
   * Who is in the waiting room, in the order they came.
   */
  call_appointment_props[CALL_APPOINTMENT_PROP_WAITING] = g_param_spec_object (
      "waiting", NULL, NULL, G_TYPE_LIST_MODEL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, CALL_APPOINTMENT_N_PROPS,
                                     call_appointment_props);
}

static void
call_appointment_init (CallAppointment *self)
{
  self->waiting = g_list_store_new (CALL_TYPE_PARTICIPANT);
}

/**
 * call_appointment_get_id:
 * @self: a [class@Call.Appointment]
 *
 * Gets the id of the appointment.
 *
 * Returns: (transfer none): the id of the appointment
 */
const char *
call_appointment_get_id (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->id;
}

/**
 * call_appointment_get_status:
 * @self: a [class@Call.Appointment]
 *
 * Gets where the appointment stands.
 *
 * Returns: where the appointment stands
 */
CallAppointmentStatus
call_appointment_get_status (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), CALL_APPOINTMENT_SCHEDULED);

  return self->status;
}

/**
 * call_appointment_get_scheduled_at:
 * @self: a [class@Call.Appointment]
 *
 * Gets when it begins, in UTC.
 *
 * Returns: (transfer none) (nullable): when it begins, in UTC
 */
GDateTime *
call_appointment_get_scheduled_at (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->scheduled_at;
}

/**
 * call_appointment_get_duration_minutes:
 * @self: a [class@Call.Appointment]
 *
 * Gets how long it is planned to take, in minutes.
 *
 * Returns: how long it is planned to take, in minutes
 */
guint
call_appointment_get_duration_minutes (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), 0);

  return self->duration_minutes;
}

/**
 * call_appointment_get_opens_at:
 * @self: a [class@Call.Appointment]
 *
 * Gets when the access window opens.
 *
 * Returns: (transfer none) (nullable): when the access window opens
 */
GDateTime *
call_appointment_get_opens_at (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->opens_at;
}

/**
 * call_appointment_get_closes_at:
 * @self: a [class@Call.Appointment]
 *
 * Gets when the access window is over.
 *
 * Returns: (transfer none) (nullable): when the access window is over
 */
GDateTime *
call_appointment_get_closes_at (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->closes_at;
}

/**
 * call_appointment_get_doctor:
 * @self: a [class@Call.Appointment]
 *
 * Gets the doctor.
 *
 * Returns: (transfer none) (nullable): the doctor
 */
CallParticipant *
call_appointment_get_doctor (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->doctor;
}

/**
 * call_appointment_get_patient:
 * @self: a [class@Call.Appointment]
 *
 * Gets the patient.
 *
 * Returns: (transfer none) (nullable): the patient
 */
CallParticipant *
call_appointment_get_patient (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->patient;
}

/**
 * call_appointment_get_conversation_id:
 * @self: a [class@Call.Appointment]
 *
 * Gets the id of its chat.
 *
 * Returns: (transfer none) (nullable): the id of its chat
 */
const char *
call_appointment_get_conversation_id (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->conversation_id;
}

/**
 * call_appointment_get_active_call:
 * @self: a [class@Call.Appointment]
 *
 * Gets the call that is going on, if any.
 *
 * Returns: (transfer none) (nullable): the call that is going on, if any
 */
CallActiveCall *
call_appointment_get_active_call (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->active_call;
}

/**
 * call_appointment_get_started_at:
 * @self: a [class@Call.Appointment]
 *
 * Gets when media first flowed.
 *
 * Returns: (transfer none) (nullable): when media first flowed
 */
GDateTime *
call_appointment_get_started_at (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->started_at;
}

/**
 * call_appointment_get_ended_at:
 * @self: a [class@Call.Appointment]
 *
 * Gets when the visit ended.
 *
 * Returns: (transfer none) (nullable): when the visit ended
 */
GDateTime *
call_appointment_get_ended_at (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->ended_at;
}

/**
 * call_appointment_get_rescheduled_to:
 * @self: a [class@Call.Appointment]
 *
 * Gets the id of the appointment that replaces it.
 *
 * Returns: (transfer none) (nullable): the id of the appointment that replaces it
 */
const char *
call_appointment_get_rescheduled_to (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->rescheduled_to;
}

/**
 * call_appointment_get_missing:
 * @self: a [class@Call.Appointment]
 *
 * Gets who did not come to a visit that nobody held: "doctor", "patient" or "both".
 *
 * Returns: (transfer none) (nullable): who did not come to a visit that nobody held: "doctor",
 * "patient" or "both"
 */
const char *
call_appointment_get_missing (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return self->missing;
}

/**
 * call_appointment_get_waiting:
 * @self: a [class@Call.Appointment]
 *
 * Gets who is in the waiting room, in the order they came. The list is live.
 *
 * Returns: (transfer none): a list of [class@Call.Participant]
 */
GListModel *
call_appointment_get_waiting (CallAppointment *self)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);

  return G_LIST_MODEL (self->waiting);
}

/**
 * call_appointment_is_waiting:
 * @self: a [class@Call.Appointment]
 * @user_id: a user
 *
 * Whether @user_id is in the waiting room.
 *
 * Returns: %TRUE if so
 */
gboolean
call_appointment_is_waiting (CallAppointment *self, const char *user_id)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), FALSE);
  g_return_val_if_fail (user_id != NULL, FALSE);

  return call_appointment_find_waiting (self, user_id, NULL);
}

/**
 * call_appointment_get_other:
 * @self: a [class@Call.Appointment]
 * @user_id: the doctor or the patient
 *
 * Gets the other side, as @user_id sees it.
 *
 * Returns: (transfer none) (nullable): the other participant, or %NULL if @user_id is neither
 */
CallParticipant *
call_appointment_get_other (CallAppointment *self, const char *user_id)
{
  g_return_val_if_fail (CALL_IS_APPOINTMENT (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);

  if (self->doctor != NULL && g_strcmp0 (call_participant_get_user_id (self->doctor), user_id) == 0)
    return self->patient;
  if (self->patient != NULL &&
      g_strcmp0 (call_participant_get_user_id (self->patient), user_id) == 0)
    return self->doctor;
  return NULL;
}
