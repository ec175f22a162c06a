/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-client-private.h"
#include "call-time.h"

char *
call_client_appointment_path (const char *appointment_id, const char *rest)
{
  g_autofree char *id = g_uri_escape_string (appointment_id, NULL, FALSE);

  return g_strconcat ("api/appointments/", id, rest, NULL);
}

static gint64
to_ms (GDateTime *time)
{
  return g_date_time_to_unix (time) * 1000 + g_date_time_get_microsecond (time) / 1000;
}

static void
append_time (GString *query, const char *name, GDateTime *time)
{
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;

  if (time == NULL)
    return;
  text = call_time_format (to_ms (time));
  escaped = g_uri_escape_string (text, NULL, FALSE);
  g_string_append_printf (query, "%s%s=%s", query->len > 0 ? "&" : "?", name, escaped);
}

/* They may be the ones that are remembered. */
static void
remember_bounds (CallClient *self, GDateTime *from, GDateTime *to)
{
  g_autoptr (GDateTime) old_from G_GNUC_UNUSED = self->from;
  g_autoptr (GDateTime) old_to G_GNUC_UNUSED = self->to;

  self->from = from != NULL ? g_date_time_ref (from) : NULL;
  self->to = to != NULL ? g_date_time_ref (to) : NULL;
  self->loaded = TRUE;
}

/* What the server knew of calls when it was asked is only good if nothing has happened since. */
static void
remember_serial (CallClient *self, GTask *task)
{
  g_task_set_task_data (task, GUINT_TO_POINTER (self->call_serial), NULL);
}

static void
resync (CallClient *self, GTask *task, const char *appointment_id)
{
  CallAppointment *live = call_appointment_list_find (self->appointments, appointment_id);

  if (live != NULL && GPOINTER_TO_UINT (g_task_get_task_data (task)) == self->call_serial)
    call_client_resync_call (self, live);
}

static void
on_list (CallClient *self, GTask *task, gpointer record)
{
  CallAppointmentsAnswer *answer = record;
  const char *in_call;

  call_appointment_list_replace (self->appointments, answer->appointments);
  for (guint i = 0; i < answer->appointments->len; i++)
    resync (self, task, call_appointment_get_id (answer->appointments->pdata[i]));
  in_call = call_client_call_appointment (self);
  if (in_call != NULL && call_client_find_appointment (self, in_call) == NULL)
    call_client_refresh_appointment (self, in_call);
  call_client_subscribe_wanted (self);
  g_task_return_boolean (task, TRUE);
}

/**
 * call_client_load_appointments_async:
 * @self: a client
 * @from: (nullable): only those that begin at this time or later
 * @to: (nullable): only those that begin before this time
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Loads the user's appointments into [property@Call.Client:appointments], 500 at most. The same is
 * asked for again whenever the connection comes back.
 */
void
call_client_load_appointments_async (CallClient *self,
                                     GDateTime *from,
                                     GDateTime *to,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GString) query = g_string_new (NULL);
  g_autofree char *path = NULL;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_load_appointments_async);
  remember_serial (self, task);
  remember_bounds (self, from, to);
  append_time (query, "from", from);
  append_time (query, "to", to);
  path = g_strconcat ("api/appointments", query->str, NULL);
  call_client_rest (self, task, "GET", path, NULL, &call_appointments_answer, on_list);
}

/**
 * call_client_load_appointments_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.load_appointments_async].
 *
 * Returns: %TRUE if the list is up to date
 */
gboolean
call_client_load_appointments_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_appointment (CallClient *self, GTask *task, gpointer record)
{
  CallAppointmentAnswer *answer = record;
  CallAppointment *live = call_appointment_list_take (self->appointments, answer->appointment);

  resync (self, task, call_appointment_get_id (live));
  g_task_return_pointer (task, g_object_ref (live), g_object_unref);
}

/**
 * call_client_find_appointment:
 * @self: a client
 * @appointment_id: the id of an appointment
 *
 * Finds an appointment that has been loaded.
 *
 * Returns: (transfer none) (nullable): the appointment
 */
CallAppointment *
call_client_find_appointment (CallClient *self, const char *appointment_id)
{
  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);
  g_return_val_if_fail (appointment_id != NULL, NULL);

  return call_appointment_list_find (self->appointments, appointment_id);
}

/**
 * call_client_load_appointment_async:
 * @self: a client
 * @appointment_id: the id of an appointment
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Loads one appointment, into [property@Call.Client:appointments] too.
 */
void
call_client_load_appointment_async (CallClient *self,
                                    const char *appointment_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  g_autofree char *path = NULL;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (appointment_id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_load_appointment_async);
  remember_serial (self, task);
  path = call_client_appointment_path (appointment_id, "");
  call_client_rest (self, task, "GET", path, NULL, &call_appointment_answer, on_appointment);
}

static CallAppointment *
finish_appointment (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * call_client_load_appointment_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.load_appointment_async].
 *
 * Returns: (transfer full): the appointment
 */
CallAppointment *
call_client_load_appointment_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return finish_appointment (self, result, error);
}

/* Brings one appointment up to date, and the call with it; nobody waits for it. */
void
call_client_refresh_appointment (CallClient *self, const char *appointment_id)
{
  call_client_load_appointment_async (self, appointment_id, self->cancellable, NULL, NULL);
}

/**
 * call_client_create_appointment_async:
 * @self: a client whose user is a doctor, or an admin
 * @patient_id: the patient
 * @doctor_id: the doctor
 * @scheduled_at: when it is to begin
 * @duration_minutes: how long it is to take
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Books an appointment.
 */
void
call_client_create_appointment_async (CallClient *self,
                                      const char *patient_id,
                                      const char *doctor_id,
                                      GDateTime *scheduled_at,
                                      guint duration_minutes,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  CallAppointmentBody *body;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (patient_id != NULL && doctor_id != NULL && scheduled_at != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_create_appointment_async);
  remember_serial (self, task);
  body = call_record_new (&call_appointment_body);
  body->patient_id = g_strdup (patient_id);
  body->doctor_id = g_strdup (doctor_id);
  body->scheduled_at_ms = to_ms (scheduled_at);
  body->duration_minutes = duration_minutes;
  call_client_rest (self, task, "POST", "api/appointments", body, &call_appointment_answer,
                    on_appointment);
}

/**
 * call_client_create_appointment_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.create_appointment_async].
 *
 * Returns: (transfer full): the appointment
 */
CallAppointment *
call_client_create_appointment_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return finish_appointment (self, result, error);
}

/**
 * call_client_cancel_appointment_async:
 * @self: a client
 * @appointment: an appointment
 * @reason: (nullable): why, for the record
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Calls an appointment off.
 */
void
call_client_cancel_appointment_async (CallClient *self,
                                      CallAppointment *appointment,
                                      const char *reason,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autofree char *path = NULL;
  CallReasonBody *body;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_cancel_appointment_async);
  remember_serial (self, task);
  body = call_record_new (&call_reason_body);
  body->reason = g_strdup (reason);
  path = call_client_appointment_path (call_appointment_get_id (appointment), "/cancel");
  call_client_rest (self, task, "POST", path, body, &call_appointment_answer, on_appointment);
}

/**
 * call_client_cancel_appointment_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.cancel_appointment_async].
 *
 * Returns: %TRUE if it is called off
 */
gboolean
call_client_cancel_appointment_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_autoptr (CallAppointment) appointment = finish_appointment (self, result, error);

  return appointment != NULL;
}

/**
 * call_client_reschedule_appointment_async:
 * @self: a client
 * @appointment: an appointment
 * @scheduled_at: when it is to begin instead
 * @duration_minutes: how long it is to take, 0 for as long as it was
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Moves an appointment: another one is made, and @appointment refers to it.
 */
void
call_client_reschedule_appointment_async (CallClient *self,
                                          CallAppointment *appointment,
                                          GDateTime *scheduled_at,
                                          guint duration_minutes,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data)
{
  g_autofree char *path = NULL;
  CallRescheduleBody *body;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));
  g_return_if_fail (scheduled_at != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_reschedule_appointment_async);
  remember_serial (self, task);
  body = call_record_new (&call_reschedule_body);
  body->scheduled_at_ms = to_ms (scheduled_at);
  body->duration_minutes = duration_minutes;
  path = call_client_appointment_path (call_appointment_get_id (appointment), "/reschedule");
  call_client_rest (self, task, "POST", path, body, &call_appointment_answer, on_appointment);
}

/**
 * call_client_reschedule_appointment_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.reschedule_appointment_async].
 *
 * Returns: (transfer full): the new appointment
 */
CallAppointment *
call_client_reschedule_appointment_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return finish_appointment (self, result, error);
}

static void
on_link (CallClient *self, GTask *task, gpointer record)
{
  CallLinkAnswer *answer = record;

  g_task_return_pointer (task, g_strdup (answer->url), g_free);
}

/**
 * call_client_create_link_async:
 * @self: a client whose user is the doctor of @appointment, or an admin
 * @appointment: an appointment
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Makes the link by which the patient joins. It is a secret of the patient.
 */
void
call_client_create_link_async (CallClient *self,
                               CallAppointment *appointment,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autofree char *path = NULL;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_create_link_async);
  path = call_client_appointment_path (call_appointment_get_id (appointment), "/link");
  call_client_rest (self, task, "POST", path, NULL, &call_link_answer, on_link);
}

/**
 * call_client_create_link_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.create_link_async].
 *
 * Returns: (transfer full): the URL
 */
char *
call_client_create_link_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_audit (CallClient *self, GTask *task, gpointer record)
{
  CallAuditAnswer *answer = record;

  g_task_return_pointer (task, g_ptr_array_ref (answer->events),
                         (GDestroyNotify) g_ptr_array_unref);
}

/**
 * call_client_load_audit_async:
 * @self: a client whose user is the doctor of @appointment, or an admin
 * @appointment: an appointment
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Loads the audit trail.
 */
void
call_client_load_audit_async (CallClient *self,
                              CallAppointment *appointment,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autofree char *path = NULL;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_load_audit_async);
  path = call_client_appointment_path (call_appointment_get_id (appointment), "/audit");
  call_client_rest (self, task, "GET", path, NULL, &call_audit_answer, on_audit);
}

/**
 * call_client_load_audit_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.load_audit_async].
 *
 * Returns: (transfer container) (element-type CallAuditEvent): the events, oldest first
 */
GPtrArray *
call_client_load_audit_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_ice_servers (CallClient *self, GTask *task, gpointer record)
{
  CallIceAnswer *answer = record;

  g_task_return_pointer (task, g_ptr_array_ref (answer->ice_servers),
                         (GDestroyNotify) g_ptr_array_unref);
}

/**
 * call_client_load_ice_servers_async:
 * @self: a client
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Loads the STUN and TURN servers with fresh credentials, for a device check for example. Calls
 * have them by themselves: see [method@Call.Signalling.get_ice_servers].
 */
void
call_client_load_ice_servers_async (CallClient *self,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_load_ice_servers_async);
  call_client_rest (self, task, "GET", "api/ice-servers", NULL, &call_ice_answer, on_ice_servers);
}

/**
 * call_client_load_ice_servers_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.load_ice_servers_async].
 *
 * Returns: (transfer container) (element-type CallIceServer): the servers
 */
GPtrArray *
call_client_load_ice_servers_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
