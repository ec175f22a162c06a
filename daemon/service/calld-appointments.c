/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-appointments"

#include "config.h"

#include "calld-appointments.h"

#include "calld-access.h"
#include "calld-appointments-private.h"
#include "calld-view.h"

/* What can be asked about appointments. What changes them is in calld-appointment-change.c, the
 * waiting room in calld-waiting-room.c. */

#define AUDIT_MAX 1000

typedef struct {
  CalldIdentity *who;
  CalldAction action;
} Question;

G_DEFINE_FINAL_TYPE (CalldAppointments, calld_appointments, G_TYPE_OBJECT)

static void
question_free (Question *question)
{
  calld_identity_unref (question->who);
  g_free (question);
}

static GTask *
ask (CalldAppointments *self,
     CalldIdentity *who,
     CalldAction action,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->who = calld_identity_ref (who);
  question->action = action;
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  return task;
}

/* --- shared with the other files -------------------------------------------------------------- */

/* Whether @who may do @action to the appointment: the one question all use cases put. */
gboolean
calld_appointments_may (CalldIdentity *who,
                        CalldAction action,
                        const CalldAppointmentRecord *record,
                        GError **error)
{
  CalldSubject subject = {
    .appointment_id = record->id,
    .doctor_id = record->doctor_id,
    .patient_id = record->patient_id,
  };

  return calld_auth_can (who, action, &subject, error);
}

/* Takes @notice: for those who watch the appointment and for both its people wherever they are. */
void
calld_appointments_post (CalldAppointments *self,
                         const CalldAppointmentRecord *record,
                         CallNotice *notice)
{
  g_autofree char *watchers = calld_topic_appointment (record->id);
  g_autofree char *doctor = calld_topic_user (record->doctor_id);
  g_autofree char *patient = calld_topic_user (record->patient_id);
  const char *const topics[] = { watchers, doctor, patient, NULL };

  calld_bus_publish (self->bus, topics, notice, CALLD_PUBLISH_NONE, 0);
  call_notice_unref (notice);
}

void
calld_appointments_post_updated (CalldAppointments *self, const CalldAppointmentRecord *record)
{
  CallNotice *notice = call_notice_new (CALL_NOTICE_UPDATED);

  notice->appointment = calld_appointments_view (self, record);
  notice->at_ms = calld_clock_now_ms (self->clock);
  calld_appointments_post (self, record, notice);
}

/**
 * calld_appointments_view:
 * @self: the appointments
 * @record: one of them
 *
 * Returns: (transfer full): the appointment with its window, waiting room and call
 */
CallAppointment *
calld_appointments_view (CalldAppointments *self, const CalldAppointmentRecord *record)
{
  g_autoptr (GPtrArray) waiters = calld_presence_list_waiting (self->presence, record->id);

  return calld_view_appointment (record, calld_access_window (self->config, record),
                                 calld_calls_peek (self->calls, record->id), waiters);
}

/* --- open ------------------------------------------------------------------------------------- */

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (CalldAppointmentRecord) record = NULL;
  GError *error = NULL;

  record = calld_store_get_appointment_finish (CALLD_STORE (source), result, &error);
  if (record == NULL || !calld_appointments_may (question->who, question->action, record, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&record),
                           (GDestroyNotify) calld_appointment_record_free);
}

/**
 * calld_appointments_open_async:
 * @self: the appointments
 * @who: who asks
 * @action: what for
 * @appointment_id: which one
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets an appointment for somebody who may do @action to it.
 */
void
calld_appointments_open_async (CalldAppointments *self,
                               CalldIdentity *who,
                               CalldAction action,
                               const char *appointment_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = ask (self, who, action, cancellable, callback, user_data);

  calld_store_get_appointment_async (self->store, appointment_id, cancellable, on_appointment,
                                     task);
}

/**
 * calld_appointments_open_finish:
 * @self: the appointments
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND, %CALL_ERROR_NOT_PARTICIPANT or %CALL_ERROR_FORBIDDEN
 *
 * Returns: (transfer full): the appointment, or %NULL with @error
 */
CalldAppointmentRecord *
calld_appointments_open_finish (CalldAppointments *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- list ------------------------------------------------------------------------------------- */

static void
on_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  Question *question = g_task_get_task_data (task);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < records->len; i++)
    if (calld_appointments_may (question->who, CALLD_ACTION_SHOW_APPOINTMENT, records->pdata[i],
                                NULL))
      g_ptr_array_add (views, calld_appointments_view (self, records->pdata[i]));
  g_task_return_pointer (task, g_steal_pointer (&views), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * calld_appointments_list_async:
 * @self: the appointments
 * @who: who asks
 * @query: which; its user_id is set here: an admin sees all, others their own
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists appointments by time.
 */
void
calld_appointments_list_async (CalldAppointments *self,
                               CalldIdentity *who,
                               const CalldAppointmentQuery *query,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = ask (self, who, CALLD_ACTION_LIST_APPOINTMENTS, cancellable, callback, user_data);
  CalldAppointmentQuery own = *query;
  gboolean sees_all = who->role == CALL_ROLE_ADMIN || who->role == CALL_ROLE_SERVICE;

  own.user_id = sees_all ? NULL : who->user_id;
  calld_store_list_appointments_async (self->store, &own, cancellable, on_list, task);
}

/**
 * calld_appointments_list_finish:
 * @self: the appointments
 * @result: the result
 * @error: what failed
 *
 * Returns: (transfer full) (element-type CallAppointment): the list, or %NULL with @error
 */
GPtrArray *
calld_appointments_list_finish (CalldAppointments *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- audit ------------------------------------------------------------------------------------ */

static void
on_audit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (views, calld_view_audit (records->pdata[i]));
  g_task_return_pointer (task, g_steal_pointer (&views), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_opened_for_audit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = CALLD_APPOINTMENTS (source);
  g_autoptr (CalldAppointmentRecord) record = NULL;
  GError *error = NULL;

  record = calld_appointments_open_finish (self, result, &error);
  if (record == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_list_audit_async (self->store, record->id, 0, AUDIT_MAX,
                                g_task_get_cancellable (task), on_audit, task);
}

/**
 * calld_appointments_list_audit_async:
 * @self: the appointments
 * @who: who asks
 * @appointment_id: about which appointment
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists what was done in an appointment, the first 1000 rows in their order.
 */
void
calld_appointments_list_audit_async (CalldAppointments *self,
                                     CalldIdentity *who,
                                     const char *appointment_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GTask *task = ask (self, who, CALLD_ACTION_READ_AUDIT, cancellable, callback, user_data);

  calld_appointments_open_async (self, who, CALLD_ACTION_READ_AUDIT, appointment_id, cancellable,
                                 on_opened_for_audit, task);
}

/**
 * calld_appointments_list_audit_finish:
 * @self: the appointments
 * @result: the result
 * @error: as calld_appointments_open_finish()
 *
 * Returns: (transfer full) (element-type CallAuditEvent): the rows, or %NULL with @error
 */
GPtrArray *
calld_appointments_list_audit_finish (CalldAppointments *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- link ------------------------------------------------------------------------------------- */

static void
on_opened_for_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldAppointments *self = CALLD_APPOINTMENTS (source);
  g_autoptr (CalldAppointmentRecord) record = NULL;
  g_autoptr (CallLinkAnswer) answer = call_record_new (&call_link_answer);
  GError *error = NULL;

  record = calld_appointments_open_finish (self, result, &error);
  if (record != NULL)
    answer->url = calld_auth_make_link (self->auth, record, &answer->expires_at_ms, &error);
  if (answer->url != NULL)
    g_task_return_pointer (task, g_steal_pointer (&answer), call_record_unref);
  else
    g_task_return_error (task, error);
}

/**
 * calld_appointments_make_link_async:
 * @self: the appointments
 * @who: who asks
 * @appointment_id: for which appointment
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes the link with which the patient enters.
 */
void
calld_appointments_make_link_async (CalldAppointments *self,
                                    CalldIdentity *who,
                                    const char *appointment_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task = ask (self, who, CALLD_ACTION_MAKE_LINK, cancellable, callback, user_data);

  calld_appointments_open_async (self, who, CALLD_ACTION_MAKE_LINK, appointment_id, cancellable,
                                 on_opened_for_link, task);
}

/**
 * calld_appointments_make_link_finish:
 * @self: the appointments
 * @result: the result
 * @error: as calld_appointments_open_finish()
 *
 * Returns: (transfer full): the link and its end, or %NULL with @error
 */
CallLinkAnswer *
calld_appointments_make_link_finish (CalldAppointments *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_appointments_dispose (GObject *object)
{
  CalldAppointments *self = CALLD_APPOINTMENTS (object);

  g_clear_pointer (&self->rooms, g_hash_table_unref);
  g_clear_object (&self->calls);
  g_clear_object (&self->presence);
  g_clear_object (&self->auth);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);

  G_OBJECT_CLASS (calld_appointments_parent_class)->dispose (object);
}

static void
calld_appointments_class_init (CalldAppointmentsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_appointments_dispose;
}

static void
calld_appointments_init (CalldAppointments *self)
{
  self->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_strfreev);
}

/**
 * calld_appointments_new:
 * @config: settings
 * @clock: the clock
 * @store: where appointments are
 * @bus: where events go
 * @auth: makes links
 * @presence: the waiting rooms
 * @calls: the calls
 * @turnstile: shared with @calls; outlives this
 *
 * Returns: (transfer full): the appointments
 */
CalldAppointments *
calld_appointments_new (CalldConfig *config,
                        CalldClock *clock,
                        CalldStore *store,
                        CalldBus *bus,
                        CalldAuth *auth,
                        CalldPresence *presence,
                        CalldCalls *calls,
                        CalldTurnstile *turnstile)
{
  CalldAppointments *self = g_object_new (CALLD_TYPE_APPOINTMENTS, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->auth = g_object_ref (auth);
  self->presence = g_object_ref (presence);
  self->calls = g_object_ref (calls);
  self->turnstile = turnstile;
  g_signal_connect_object (presence, "waiting-changed",
                           G_CALLBACK (calld_appointments_on_waiting_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}
