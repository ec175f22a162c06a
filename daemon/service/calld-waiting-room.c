/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-waiting-room"

#include "config.h"

#include "calld-access.h"
#include "calld-appointments-private.h"
#include "calld-log.h"

/* Entering is written to the audit, so that a visit that did not take place shows who had come,
 * even if the daemon was restarted meanwhile. */

typedef struct {
  CalldIdentity *who;
  char *appointment_id;
  guint64 connection_id;
  CalldAppointmentRecord *record;
} Entry;

static void
entry_free (Entry *entry)
{
  g_clear_pointer (&entry->record, calld_appointment_record_free);
  calld_identity_unref (entry->who);
  g_free (entry->appointment_id);
  g_free (entry);
}

static gboolean
is_waiting (CalldAppointments *self, const char *appointment_id, const char *user_id)
{
  g_autoptr (GPtrArray) waiters = calld_presence_list_waiting (self->presence, appointment_id);

  for (guint i = 0; i < waiters->len; i++)
    if (g_str_equal (((CalldWaiter *) waiters->pdata[i])->user_id, user_id))
      return TRUE;
  return FALSE;
}

/* Takes @task. */
static void
let_in (GTask *task)
{
  CalldAppointments *self = g_task_get_source_object (task);
  Entry *entry = g_task_get_task_data (task);
  const char *people[] = { entry->record->doctor_id, entry->record->patient_id, NULL };
  GError *error = NULL;

  g_hash_table_insert (self->rooms, g_strdup (entry->appointment_id), g_strdupv ((char **) people));
  if (calld_presence_enter_waiting_room (self->presence, entry->appointment_id, entry->who,
                                         entry->connection_id, &error))
    g_task_return_pointer (task, calld_appointments_view (self, entry->record), g_object_unref);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_entry_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    let_in (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
write_entry (GTask *task)
{
  CalldAppointments *self = g_task_get_source_object (task);
  Entry *entry = g_task_get_task_data (task);
  g_autoptr (CalldChange) change = calld_change_new ();
  g_autoptr (CalldAuditRecord) row = calld_audit_record_new ("enter", entry->appointment_id,
                                                             entry->who->user_id, NULL, NULL,
                                                             calld_clock_now_ms (self->clock));

  calld_change_append_audit (change, row);
  calld_store_commit_async (self->store, g_steal_pointer (&change), NULL, on_entry_written, task);
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldAppointments *self = CALLD_APPOINTMENTS (source);
  Entry *entry = g_task_get_task_data (task);
  GError *error = NULL;

  entry->record = calld_appointments_open_finish (self, result, &error);
  if (entry->record == NULL ||
      !calld_access_check (self->config, entry->who, CALL_ACTION_ENTER_WAITING, entry->record, NULL,
                           calld_clock_now_ms (self->clock), &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  if (is_waiting (self, entry->appointment_id, entry->who->user_id))
    let_in (task);
  else
    write_entry (task);
}

/**
 * calld_appointments_enter_waiting_room_async:
 * @self: the appointments
 * @who: who enters
 * @appointment_id: whose waiting room
 * @connection_id: the connection that says so; waiting ends some time after it is gone
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lets somebody into the waiting room. May be repeated. End it with
 * calld_appointments_change_finish().
 */
void
calld_appointments_enter_waiting_room_async (CalldAppointments *self,
                                             CalldIdentity *who,
                                             const char *appointment_id,
                                             guint64 connection_id,
                                             GCancellable *cancellable,
                                             GAsyncReadyCallback callback,
                                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Entry *entry = g_new0 (Entry, 1);

  entry->who = calld_identity_ref (who);
  entry->appointment_id = g_strdup (appointment_id);
  entry->connection_id = connection_id;
  g_task_set_task_data (task, entry, (GDestroyNotify) entry_free);
  calld_appointments_open_async (self, who, CALLD_ACTION_ENTER_WAITING_ROOM, appointment_id,
                                 cancellable, on_appointment, task);
}

/**
 * calld_appointments_leave_waiting_room:
 * @self: the appointments
 * @who: who leaves
 * @appointment_id: whose waiting room
 *
 * Lets somebody out. Nothing happens if they were not in.
 */
void
calld_appointments_leave_waiting_room (CalldAppointments *self,
                                       CalldIdentity *who,
                                       const char *appointment_id)
{
  calld_presence_leave_waiting_room (self->presence, appointment_id, who->user_id);
}

/* Somebody came or went, also by losing all connections. */
void
calld_appointments_on_waiting_changed (CalldAppointments *self,
                                       const CalldWaiter *waiter,
                                       gboolean waiting)
{
  char **people = g_hash_table_lookup (self->rooms, waiter->appointment_id);
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_WAITING);
  g_autoptr (GPtrArray) waiters = NULL;
  g_autofree char *watchers = calld_topic_appointment (waiter->appointment_id);
  g_autofree char *other = NULL;

  if (people != NULL)
    other = calld_topic_user (g_str_equal (people[0], waiter->user_id) ? people[1] : people[0]);
  notice->appointment_id = g_strdup (waiter->appointment_id);
  notice->person.id = g_strdup (waiter->user_id);
  notice->person.name = g_strdup (waiter->name);
  notice->person.role = (int) waiter->role;
  notice->waiting = waiting;
  notice->at_ms = calld_clock_now_ms (self->clock);
  calld_log_info (waiting ? "waiting_entered" : "waiting_left",
                  .appointment_id = waiter->appointment_id, .user_id = waiter->user_id);
  calld_bus_publish (self->bus, (const char *const[]){ watchers, other, NULL }, notice,
                     CALLD_PUBLISH_NONE, 0);

  waiters = calld_presence_list_waiting (self->presence, waiter->appointment_id);
  if (waiters->len == 0)
    g_hash_table_remove (self->rooms, waiter->appointment_id);
}
