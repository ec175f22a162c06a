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
struct _CallAppointment {
  GObject parent_instance;

  char *id;
  CallAppointmentStatus status;
  GDateTime *scheduled_at;
  guint duration_minutes;
  GDateTime *opens_at;
  GDateTime *closes_at;
  CallParticipant *doctor;
  CallParticipant *patient;
  char *conversation_id;
  CallActiveCall *active_call;
  GDateTime *started_at;
  GDateTime *ended_at;
  char *rescheduled_to;
  char *missing;

  /* Who is in the waiting room: CallParticipant with waiting-since set, in the order they came. */
  GListStore *waiting;
};

enum {
  PROP_0,
  PROP_ID,
  PROP_STATUS,
  PROP_SCHEDULED_AT,
  PROP_DURATION_MINUTES,
  PROP_OPENS_AT,
  PROP_CLOSES_AT,
  PROP_DOCTOR,
  PROP_PATIENT,
  PROP_CONVERSATION_ID,
  PROP_ACTIVE_CALL,
  PROP_STARTED_AT,
  PROP_ENDED_AT,
  PROP_RESCHEDULED_TO,
  PROP_MISSING,
  PROP_WAITING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CallAppointment, call_appointment, G_TYPE_OBJECT)

static gboolean
find_waiting (CallAppointment *self, const char *user_id, guint *position)
{
  GListModel *waiting = G_LIST_MODEL (self->waiting);

  for (guint i = 0; i < g_list_model_get_n_items (waiting); i++) {
    g_autoptr (CallParticipant) item = g_list_model_get_item (waiting, i);

    if (g_strcmp0 (call_participant_get_user_id (item), user_id) != 0)
      continue;
    if (position != NULL)
      *position = i;
    return TRUE;
  }
  return FALSE;
}

static void
take_string (CallAppointment *self, char **target, const char *fresh, guint prop)
{
  if (g_strcmp0 (*target, fresh) == 0)
    return;
  g_free (*target);
  *target = g_strdup (fresh);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
take_date (CallAppointment *self, GDateTime **target, GDateTime *fresh, guint prop)
{
  if (*target == fresh)
    return;
  if (*target != NULL && fresh != NULL && g_date_time_equal (*target, fresh))
    return;
  if (fresh != NULL)
    g_date_time_ref (fresh);
  g_clear_pointer (target, g_date_time_unref);
  *target = fresh;
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
call_appointment_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallAppointment *self = CALL_APPOINTMENT (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  case PROP_STATUS:
    self->status = g_value_get_enum (value);
    break;
  case PROP_SCHEDULED_AT:
    self->scheduled_at = g_value_dup_boxed (value);
    break;
  case PROP_DURATION_MINUTES:
    self->duration_minutes = g_value_get_uint (value);
    break;
  case PROP_OPENS_AT:
    self->opens_at = g_value_dup_boxed (value);
    break;
  case PROP_CLOSES_AT:
    self->closes_at = g_value_dup_boxed (value);
    break;
  case PROP_DOCTOR:
    self->doctor = g_value_dup_object (value);
    break;
  case PROP_PATIENT:
    self->patient = g_value_dup_object (value);
    break;
  case PROP_CONVERSATION_ID:
    self->conversation_id = g_value_dup_string (value);
    break;
  case PROP_ACTIVE_CALL:
    self->active_call = g_value_dup_object (value);
    break;
  case PROP_STARTED_AT:
    self->started_at = g_value_dup_boxed (value);
    break;
  case PROP_ENDED_AT:
    self->ended_at = g_value_dup_boxed (value);
    break;
  case PROP_RESCHEDULED_TO:
    self->rescheduled_to = g_value_dup_string (value);
    break;
  case PROP_MISSING:
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
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_STATUS:
    g_value_set_enum (value, self->status);
    break;
  case PROP_SCHEDULED_AT:
    g_value_set_boxed (value, self->scheduled_at);
    break;
  case PROP_DURATION_MINUTES:
    g_value_set_uint (value, self->duration_minutes);
    break;
  case PROP_OPENS_AT:
    g_value_set_boxed (value, self->opens_at);
    break;
  case PROP_CLOSES_AT:
    g_value_set_boxed (value, self->closes_at);
    break;
  case PROP_DOCTOR:
    g_value_set_object (value, self->doctor);
    break;
  case PROP_PATIENT:
    g_value_set_object (value, self->patient);
    break;
  case PROP_CONVERSATION_ID:
    g_value_set_string (value, self->conversation_id);
    break;
  case PROP_ACTIVE_CALL:
    g_value_set_object (value, self->active_call);
    break;
  case PROP_STARTED_AT:
    g_value_set_boxed (value, self->started_at);
    break;
  case PROP_ENDED_AT:
    g_value_set_boxed (value, self->ended_at);
    break;
  case PROP_RESCHEDULED_TO:
    g_value_set_string (value, self->rescheduled_to);
    break;
  case PROP_MISSING:
    g_value_set_string (value, self->missing);
    break;
  case PROP_WAITING:
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
  props[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:status:
   *
   * Where the appointment stands.
   */
  props[PROP_STATUS] = g_param_spec_enum ("status", NULL, NULL, CALL_TYPE_APPOINTMENT_STATUS,
                                          CALL_APPOINTMENT_SCHEDULED, flags);
  /**
   * CallAppointment:scheduled-at:
   *
   * When it begins, in UTC.
   */
  props[PROP_SCHEDULED_AT] = g_param_spec_boxed ("scheduled-at", NULL, NULL, G_TYPE_DATE_TIME,
                                                 flags);
  /**
   * CallAppointment:duration-minutes:
   *
   * How long it is planned to take, in minutes.
   */
  props[PROP_DURATION_MINUTES] = g_param_spec_uint ("duration-minutes", NULL, NULL, 0, G_MAXUINT, 0,
                                                    flags);
  /**
   * CallAppointment:opens-at:
   *
   * When the access window opens.
   */
  props[PROP_OPENS_AT] = g_param_spec_boxed ("opens-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:closes-at:
   *
   * When the access window is over.
   */
  props[PROP_CLOSES_AT] = g_param_spec_boxed ("closes-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:doctor:
   *
   * The doctor.
   */
  props[PROP_DOCTOR] = g_param_spec_object ("doctor", NULL, NULL, CALL_TYPE_PARTICIPANT, flags);
  /**
   * CallAppointment:patient:
   *
   * The patient.
   */
  props[PROP_PATIENT] = g_param_spec_object ("patient", NULL, NULL, CALL_TYPE_PARTICIPANT, flags);
  /**
   * CallAppointment:conversation-id:
   *
   * The id of its chat.
   */
  props[PROP_CONVERSATION_ID] = g_param_spec_string ("conversation-id", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:active-call:
   *
   * The call that is going on, if any.
   */
  props[PROP_ACTIVE_CALL] = g_param_spec_object ("active-call", NULL, NULL, CALL_TYPE_ACTIVE_CALL,
                                                 flags);
  /**
   * CallAppointment:started-at:
   *
   * When media first flowed.
   */
  props[PROP_STARTED_AT] = g_param_spec_boxed ("started-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:ended-at:
   *
   * When the visit ended.
   */
  props[PROP_ENDED_AT] = g_param_spec_boxed ("ended-at", NULL, NULL, G_TYPE_DATE_TIME, flags);
  /**
   * CallAppointment:rescheduled-to:
   *
   * The id of the appointment that replaces it.
   */
  props[PROP_RESCHEDULED_TO] = g_param_spec_string ("rescheduled-to", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:missing:
   *
   * Who did not come to a visit that nobody held: "doctor", "patient" or "both".
   */
  props[PROP_MISSING] = g_param_spec_string ("missing", NULL, NULL, NULL, flags);
  /**
   * CallAppointment:waiting:
   *
   * Who is in the waiting room, in the order they came.
   */
  props[PROP_WAITING] = g_param_spec_object ("waiting", NULL, NULL, G_TYPE_LIST_MODEL,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);
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

  return find_waiting (self, user_id, NULL);
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

/* Enters @participant, or brings the entry of the same user up to date. */
void
call_appointment_add_waiting (CallAppointment *self, CallParticipant *participant)
{
  guint position;

  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (CALL_IS_PARTICIPANT (participant));

  if (find_waiting (self, call_participant_get_user_id (participant), &position))
    g_list_store_splice (self->waiting, position, 1, (gpointer *) &participant, 1);
  else
    g_list_store_append (self->waiting, participant);
}

void
call_appointment_remove_waiting (CallAppointment *self, const char *user_id)
{
  guint position;

  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (user_id != NULL);

  if (find_waiting (self, user_id, &position))
    g_list_store_remove (self->waiting, position);
}

void
call_appointment_set_status (CallAppointment *self, CallAppointmentStatus status)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  if (self->status == status)
    return;
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
}

/* @active_call: (nullable): %NULL when none is going on any more */
void
call_appointment_set_active_call (CallAppointment *self, CallActiveCall *active_call)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  if (g_set_object (&self->active_call, active_call))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVE_CALL]);
}

void
call_appointment_set_missing (CallAppointment *self, const char *missing)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_string (self, &self->missing, missing, PROP_MISSING);
}

void
call_appointment_set_started_at (CallAppointment *self, GDateTime *started_at)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_date (self, &self->started_at, started_at, PROP_STARTED_AT);
}

void
call_appointment_set_ended_at (CallAppointment *self, GDateTime *ended_at)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));

  take_date (self, &self->ended_at, ended_at, PROP_ENDED_AT);
}

static void
absorb_waiting (CallAppointment *self, CallAppointment *fresh)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (fresh->waiting));
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  if (n == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->waiting)) == 0)
    return;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (items, g_list_model_get_item (G_LIST_MODEL (fresh->waiting), i));
  g_list_store_splice (self->waiting, 0, g_list_model_get_n_items (G_LIST_MODEL (self->waiting)),
                       items->pdata, items->len);
}

static void
absorb_people (CallAppointment *self, CallAppointment *fresh)
{
  if (g_set_object (&self->doctor, fresh->doctor))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DOCTOR]);
  if (g_set_object (&self->patient, fresh->patient))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PATIENT]);
  call_appointment_set_active_call (self, fresh->active_call);
  absorb_waiting (self, fresh);
}

/*
 * call_appointment_absorb:
 *
 * Brings @self up to date with @fresh, which is the same appointment as the server tells it whole.
 * Notifies of what has changed, once all of it has.
 */
void
call_appointment_absorb (CallAppointment *self, CallAppointment *fresh)
{
  g_return_if_fail (CALL_IS_APPOINTMENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (fresh));
  g_return_if_fail (g_strcmp0 (self->id, fresh->id) == 0);

  g_object_freeze_notify (G_OBJECT (self));
  call_appointment_set_status (self, fresh->status);
  take_date (self, &self->scheduled_at, fresh->scheduled_at, PROP_SCHEDULED_AT);
  take_date (self, &self->opens_at, fresh->opens_at, PROP_OPENS_AT);
  take_date (self, &self->closes_at, fresh->closes_at, PROP_CLOSES_AT);
  take_date (self, &self->started_at, fresh->started_at, PROP_STARTED_AT);
  take_date (self, &self->ended_at, fresh->ended_at, PROP_ENDED_AT);
  take_string (self, &self->conversation_id, fresh->conversation_id, PROP_CONVERSATION_ID);
  take_string (self, &self->rescheduled_to, fresh->rescheduled_to, PROP_RESCHEDULED_TO);
  take_string (self, &self->missing, fresh->missing, PROP_MISSING);
  if (self->duration_minutes != fresh->duration_minutes) {
    self->duration_minutes = fresh->duration_minutes;
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DURATION_MINUTES]);
  }
  absorb_people (self, fresh);
  g_object_thaw_notify (G_OBJECT (self));
}
