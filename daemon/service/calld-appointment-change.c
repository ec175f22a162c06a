/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-appointments"

#include "config.h"

#include "calld-appointment-change-private.h"
#include "calld-log.h"
#include "calld-problem.h"

#include <string.h>

#define DURATION_MIN 5
#define DURATION_MAX (8 * 60)
#define DAY_MS (24 * 60 * 60 * (gint64) 1000)
#define PAST_MAX_MS DAY_MS
#define FUTURE_MAX_MS (5 * 366 * DAY_MS)
#define REASON_MAX 500 /* bytes kept */

static const char *const log_events[] = {
  [CALLD_CHANGE_CREATE] = "appointment_created",
  [CALLD_CHANGE_CANCEL] = "appointment_cancelled",
  [CALLD_CHANGE_RESCHEDULE] = "appointment_rescheduled",
  [CALLD_CHANGE_CLOSE_WINDOW] = "appointment_closed",
};

/* --- the task --------------------------------------------------------------------------------- */

static void
change_free (CalldAppointmentChange *change)
{
  g_clear_pointer (&change->who, calld_identity_unref);
  g_clear_pointer (&change->record, calld_appointment_record_free);
  g_clear_pointer (&change->next, calld_appointment_record_free);
  g_free (change->appointment_id);
  g_free (change->reason);
  g_free (change->doctor_id);
  g_free (change->patient_id);
  g_free (change);
}

static GTask *
change_new (CalldAppointments *self,
            CalldAppointmentChangeKind kind,
            CalldIdentity *who,
            const char *appointment_id,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldAppointmentChange *change = g_new0 (CalldAppointmentChange, 1);

  change->kind = kind;
  change->who = who != NULL ? calld_identity_ref (who) : NULL;
  change->appointment_id = g_strdup (appointment_id);
  change->began_us = calld_clock_monotonic_us (self->clock);
  g_task_set_task_data (task, change, (GDestroyNotify) change_free);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

/* Takes @task and @error; without @error it gives the appointment. */
void
calld_appointment_change_done (GTask *task, GError *error)
{
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  CalldAppointmentRecord *shown = change->next != NULL ? change->next : change->record;

  if (change->inside)
    calld_turnstile_leave (self->turnstile, change->appointment_id);
  calld_log_info (log_events[change->kind],
                  .appointment_id = shown != NULL ? shown->id : change->appointment_id,
                  .user_id = change->who != NULL ? change->who->user_id : NULL,
                  .code = error != NULL ? call_error_to_code (calld_problem_get_code (error))
                                        : NULL,
                  .latency_us = calld_clock_monotonic_us (self->clock) - change->began_us);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, calld_appointments_view (self, shown), g_object_unref);
  g_object_unref (task);
}

void
calld_appointment_change_audit (CalldAppointments *self,
                                CalldAppointmentChange *change,
                                CalldChange *writes,
                                const char *type)
{
  g_autofree char *payload = change->next != NULL
                                 ? g_strdup_printf ("{\"to\":\"%s\"}", change->next->id)
                                 : NULL;
  g_autoptr (CalldAuditRecord) row = calld_audit_record_new (
      type, change->appointment_id, change->who != NULL ? change->who->user_id : NULL, NULL,
      payload, calld_clock_now_ms (self->clock));

  calld_change_append_audit (writes, row);
}

static gboolean
check_time (CalldAppointments *self, gint64 scheduled_at, guint minutes, GError **error)
{
  gint64 now = calld_clock_now_ms (self->clock);

  if (scheduled_at < now - PAST_MAX_MS || scheduled_at > now + FUTURE_MAX_MS) {
    g_propagate_error (error, calld_problem_new_field ("scheduledAt",
                                                       "scheduledAt must lie between "
                                                       "yesterday and five years from now"));
    return FALSE;
  }
  if (minutes < DURATION_MIN || minutes > DURATION_MAX) {
    g_propagate_error (error, calld_problem_new_field ("durationMinutes",
                                                       "durationMinutes must be from 5 to 480"));
    return FALSE;
  }
  return TRUE;
}

/* Moves the record along @event, in memory and in @writes. */
gboolean
calld_appointment_change_move (CalldAppointments *self,
                               CalldAppointmentChange *change,
                               CallAppointmentEvent event,
                               const CalldAppointmentUpdate *extra,
                               CalldChange *writes,
                               GError **error)
{
  CalldAppointmentRecord *record = change->record;
  CalldAppointmentUpdate update = *extra;
  guint effects;

  update.expected = 1u << record->status;
  if (!call_appointment_machine_step (record->status, event, &update.status, &effects, error))
    return FALSE;
  if (effects & CALL_APPOINTMENT_EFFECT_SET_ENDED)
    record->ended_at = update.ended_at = calld_clock_now_ms (self->clock);
  record->status = update.status;
  calld_change_update_appointment (writes, record->id, &update);
  return TRUE;
}

/* A call makes no sense any more. It ends in its own turn, after ours. */
void
calld_appointment_change_end_call (CalldAppointments *self,
                                   const char *appointment_id,
                                   CallEndReason reason)
{
  const CalldCallRecord *call = calld_calls_peek (self->calls, appointment_id);

  if (call != NULL)
    calld_calls_close (self->calls, appointment_id, call->id, reason);
}

/* --- create ----------------------------------------------------------------------------------- */

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_appointments_post_updated (self, change->record);
  calld_appointment_change_done (task, error);
}

static void
set_name (char **slot, const char *name)
{
  g_free (*slot);
  *slot = g_strdup (name);
}

static void
on_patient (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  g_autoptr (CalldUserRecord) patient = NULL;
  g_autoptr (CalldChange) writes = NULL;

  patient = calld_store_get_user_finish (CALLD_STORE (source), result, NULL);
  if (patient == NULL || patient->role != CALL_ROLE_PATIENT) {
    calld_appointment_change_done (
        task, calld_problem_new_field ("patientId", "There is no such patient"));
    return;
  }
  set_name (&change->record->patient_name, patient->name);
  writes = calld_change_new ();
  calld_change_add_appointment (writes, change->record);
  calld_store_commit_async (self->store, g_steal_pointer (&writes), NULL, on_created, task);
}

static void
on_doctor (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  g_autoptr (CalldUserRecord) doctor = NULL;

  doctor = calld_store_get_user_finish (CALLD_STORE (source), result, NULL);
  if (doctor == NULL || doctor->role != CALL_ROLE_DOCTOR) {
    calld_appointment_change_done (task,
                                   calld_problem_new_field ("doctorId", "There is no such doctor"));
    return;
  }
  change->record = calld_appointment_record_new (change->doctor_id, change->patient_id,
                                                 change->scheduled_at, change->minutes,
                                                 calld_clock_now_ms (self->clock));
  set_name (&change->record->doctor_name, doctor->name);
  calld_store_get_user_async (self->store, change->patient_id, NULL, on_patient, task);
}

/**
 * calld_appointments_create_async:
 * @self: the appointments
 * @who: who asks: the doctor, or an admin
 * @body: people and time; no duration gives the clinic's usual one
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Books an appointment. End it with calld_appointments_change_finish().
 */
void
calld_appointments_create_async (CalldAppointments *self,
                                 CalldIdentity *who,
                                 const CallAppointmentBody *body,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = change_new (self, CALLD_CHANGE_CREATE, who, NULL, cancellable, callback, user_data);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  CalldSubject subject = { .doctor_id = body->doctor_id, .patient_id = body->patient_id };
  GError *error = NULL;

  change->doctor_id = g_strdup (body->doctor_id);
  change->patient_id = g_strdup (body->patient_id);
  change->scheduled_at = body->scheduled_at_ms;
  change->minutes = body->duration_minutes != 0 ? body->duration_minutes
                                                : self->config->duration_minutes;
  if (!calld_auth_can (who, CALLD_ACTION_CREATE_APPOINTMENT, &subject, &error) ||
      !check_time (self, change->scheduled_at, change->minutes, &error))
    calld_appointment_change_done (task, error);
  else
    calld_store_get_user_async (self->store, change->doctor_id, cancellable, on_doctor, task);
}

/* --- changes of one that exists --------------------------------------------------------------- */

static char *
metadata_with_reason (const char *reason)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *kept = NULL;

  if (reason == NULL || *reason == '\0')
    return NULL;
  kept = g_utf8_make_valid (reason, (gssize) strnlen (reason, REASON_MAX));
  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "cancelReason", kept);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

static gboolean
write_cancel (CalldAppointments *self,
              CalldAppointmentChange *change,
              CalldChange *writes,
              GError **error)
{
  g_autofree char *metadata = metadata_with_reason (change->reason);
  CalldAppointmentUpdate update = { .metadata = metadata };

  if (!calld_appointment_change_move (self, change, CALL_APPOINTMENT_EVENT_CANCELLED, &update,
                                      writes, error))
    return FALSE;
  calld_appointment_change_audit (self, change, writes, "appointment_cancel");
  return TRUE;
}

static gboolean
write_reschedule (CalldAppointments *self,
                  CalldAppointmentChange *change,
                  CalldChange *writes,
                  GError **error)
{
  CalldAppointmentRecord *old = change->record;
  guint minutes = change->minutes != 0 ? change->minutes : old->duration_minutes;
  CalldAppointmentUpdate update = { 0 };

  if (!check_time (self, change->scheduled_at, minutes, error))
    return FALSE;
  change->next = calld_appointment_record_new (old->doctor_id, old->patient_id,
                                               change->scheduled_at, minutes,
                                               calld_clock_now_ms (self->clock));
  set_name (&change->next->doctor_name, old->doctor_name);
  set_name (&change->next->patient_name, old->patient_name);
  calld_change_add_appointment (writes, change->next);
  update.rescheduled_to = change->next->id;
  if (!calld_appointment_change_move (self, change, CALL_APPOINTMENT_EVENT_RESCHEDULED, &update,
                                      writes, error))
    return FALSE;
  old->rescheduled_to = g_strdup (change->next->id);
  calld_appointment_change_audit (self, change, writes, "reschedule");
  return TRUE;
}

static void
publish_change (CalldAppointments *self, CalldAppointmentChange *change)
{
  CalldAppointmentRecord *record = change->record;

  if (change->kind == CALLD_CHANGE_CLOSE_WINDOW && record->status == CALL_APPOINTMENT_NO_SHOW) {
    CallNotice *notice = call_notice_new (CALL_NOTICE_NO_SHOW);

    notice->appointment_id = g_strdup (record->id);
    notice->missing = g_strdup (record->missing);
    notice->at_ms = calld_clock_now_ms (self->clock);
    calld_appointments_post (self, record, notice);
  }
  calld_appointments_post_updated (self, record);
  if (change->next != NULL)
    calld_appointments_post_updated (self, change->next);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    if (change->kind != CALLD_CHANGE_CLOSE_WINDOW)
      calld_appointment_change_end_call (self, change->appointment_id,
                                         CALL_END_APPOINTMENT_CANCELLED);
    publish_change (self, change);
    calld_presence_forget_appointment (self->presence, change->appointment_id);
  }
  calld_appointment_change_done (task, error);
}

/* Takes @writes. */
void
calld_appointment_change_commit (GTask *task, CalldChange *writes)
{
  CalldAppointments *self = g_task_get_source_object (task);

  calld_store_commit_async (self->store, writes, NULL, on_changed, task);
}

static gboolean
is_repeated (const CalldAppointmentChange *change)
{
  return change->kind == CALLD_CHANGE_CANCEL &&
         change->record->status == CALL_APPOINTMENT_CANCELLED;
}

/* --- one turn --------------------------------------------------------------------------------- */

static gboolean
may_change (CalldAppointmentChange *change, GError **error)
{
  CalldAction action = change->kind == CALLD_CHANGE_CANCEL ? CALLD_ACTION_CANCEL_APPOINTMENT
                                                           : CALLD_ACTION_RESCHEDULE_APPOINTMENT;

  return change->who == NULL || calld_appointments_may (change->who, action, change->record, error);
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  g_autoptr (CalldChange) writes = calld_change_new ();
  gboolean ok;
  GError *error = NULL;

  change->record = calld_store_get_appointment_finish (CALLD_STORE (source), result, &error);
  if (change->record == NULL || !may_change (change, &error) || is_repeated (change)) {
    calld_appointment_change_done (task, error);
    return;
  }
  if (change->kind == CALLD_CHANGE_CLOSE_WINDOW) {
    calld_appointment_change_close_window (task);
    return;
  }
  ok = change->kind == CALLD_CHANGE_CANCEL ? write_cancel (self, change, writes, &error)
                                           : write_reschedule (self, change, writes, &error);
  if (ok)
    calld_appointment_change_commit (task, g_steal_pointer (&writes));
  else
    calld_appointment_change_done (task, error);
}

static void
on_turn (gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);

  change->inside = TRUE;
  calld_store_get_appointment_async (self->store, change->appointment_id, NULL, on_appointment,
                                     task);
}

static void
wait_for_turn (GTask *task)
{
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);

  if (!calld_turnstile_enter (self->turnstile, change->appointment_id, on_turn, task))
    calld_appointment_change_done (
        task, g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                                   "Too many requests wait for this appointment; try again"));
}

/**
 * calld_appointments_cancel_async:
 * @self: the appointments
 * @who: who asks: one of its people, or an admin
 * @appointment_id: which one
 * @reason: (nullable): why, for its record
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Calls an appointment off and ends its call. May be repeated. End it with
 * calld_appointments_change_finish().
 */
void
calld_appointments_cancel_async (CalldAppointments *self,
                                 CalldIdentity *who,
                                 const char *appointment_id,
                                 const char *reason,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = change_new (self, CALLD_CHANGE_CANCEL, who, appointment_id, cancellable, callback,
                            user_data);
  CalldAppointmentChange *change = g_task_get_task_data (task);

  change->reason = g_strdup (reason);
  wait_for_turn (task);
}

/**
 * calld_appointments_reschedule_async:
 * @self: the appointments
 * @who: who asks: its doctor, or an admin
 * @appointment_id: which one
 * @body: when instead; no duration keeps the old one
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Replaces an appointment by a new one, which calld_appointments_change_finish() gives.
 */
void
calld_appointments_reschedule_async (CalldAppointments *self,
                                     CalldIdentity *who,
                                     const char *appointment_id,
                                     const CallRescheduleBody *body,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  GTask *task = change_new (self, CALLD_CHANGE_RESCHEDULE, who, appointment_id, cancellable,
                            callback, user_data);
  CalldAppointmentChange *change = g_task_get_task_data (task);

  change->scheduled_at = body->scheduled_at_ms;
  change->minutes = body->duration_minutes;
  wait_for_turn (task);
}

/**
 * calld_appointments_close_window_async:
 * @self: the appointments
 * @appointment_id: which one
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Settles an appointment whose window is over: it took place, or it did not and somebody was
 * missing. Does nothing if the window is not over, or people are still talking. End it with
 * calld_appointments_change_finish().
 */
void
calld_appointments_close_window_async (CalldAppointments *self,
                                       const char *appointment_id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  wait_for_turn (change_new (self, CALLD_CHANGE_CLOSE_WINDOW, NULL, appointment_id, cancellable,
                             callback, user_data));
}

/**
 * calld_appointments_change_finish:
 * @self: the appointments
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the appointment as it is now, or %NULL with @error
 */
CallAppointment *
calld_appointments_change_finish (CalldAppointments *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
