/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-appointments"

#include "config.h"

#include "calld-access.h"
#include "calld-appointment-change-private.h"

/* What becomes of an appointment whose window is over. */

/* Who never entered: neither the waiting room nor a call. NULL when both did but never met. */
static const char *
who_is_missing (const CalldAppointmentRecord *record, GPtrArray *rows)
{
  gboolean doctor = FALSE, patient = FALSE;

  for (guint i = 0; i < rows->len; i++) {
    static const char *const entries[] = { "enter", "request", "accept", "join", "rejoin", NULL };
    const CalldAuditRecord *row = rows->pdata[i];

    if (row->user_id == NULL || !g_strv_contains (entries, row->type))
      continue;
    doctor |= g_str_equal (row->user_id, record->doctor_id);
    patient |= g_str_equal (row->user_id, record->patient_id);
  }
  if (doctor && patient)
    return NULL;
  return doctor ? "patient" : patient ? "doctor" : "both";
}

static void
on_audit_of_window (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  g_autoptr (CalldChange) writes = calld_change_new ();
  g_autoptr (GPtrArray) rows = NULL;
  CalldAppointmentUpdate update = { 0 };
  GError *error = NULL;

  rows = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (rows == NULL) {
    calld_appointment_change_done (task, error);
    return;
  }
  if (change->record->status == CALL_APPOINTMENT_SCHEDULED) {
    update.missing = who_is_missing (change->record, rows);
    change->record->missing = g_strdup (update.missing);
  }
  if (!calld_appointment_change_move (self, change, CALL_APPOINTMENT_EVENT_WINDOW_OVER, &update,
                                      writes, &error)) {
    calld_appointment_change_done (task, error);
    return;
  }
  if (change->record->status == CALL_APPOINTMENT_NO_SHOW)
    calld_appointment_change_audit (self, change, writes, "no_show");
  calld_appointment_change_commit (task, g_steal_pointer (&writes));
}

/* Whether people are still talking: a consultation that runs late is not cut off. */
static gboolean
is_talking (CalldAppointments *self, const char *appointment_id)
{
  const CalldCallRecord *call = calld_calls_peek (self->calls, appointment_id);
  gint64 zombie_ms = (gint64) self->config->zombie_minutes * 60 * 1000;

  return call != NULL && call->state == CALLD_CALL_ACTIVE &&
         calld_clock_now_ms (self->clock) <
             calld_calls_get_media_at (self->calls, appointment_id) + zombie_ms;
}

void
calld_appointment_change_close_window (GTask *task)
{
  CalldAppointments *self = g_task_get_source_object (task);
  CalldAppointmentChange *change = g_task_get_task_data (task);
  CalldAppointmentRecord *record = change->record;
  gboolean pending = record->status == CALL_APPOINTMENT_SCHEDULED ||
                     record->status == CALL_APPOINTMENT_IN_PROGRESS;
  gint64 closes_at = calld_access_window (self->config, record).closes_at;

  if (!pending || calld_clock_now_ms (self->clock) < closes_at || is_talking (self, record->id)) {
    calld_appointment_change_done (task, NULL);
    return;
  }
  /* The end of the call brings us here again. */
  if (calld_calls_peek (self->calls, record->id) != NULL) {
    calld_appointment_change_end_call (self, record->id, CALL_END_WINDOW_CLOSED);
    calld_appointment_change_done (task, NULL);
    return;
  }
  calld_store_list_audit_async (self->store, record->id, 0, 0, NULL, on_audit_of_window, task);
}
