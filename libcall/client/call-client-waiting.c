/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-client-private.h"

/* What concerns the user comes by itself; what else happens in an appointment comes to those who
 * subscribed. So only the next few are, well inside the server's limit of events a minute. */
#define MAX_CHANNELS 24
#define SOON_MS (12 * 3600 * G_GINT64_CONSTANT (1000))

static gboolean
is_soon (CallClient *self, CallAppointment *appointment)
{
  CallAppointmentStatus status = call_appointment_get_status (appointment);
  GDateTime *opens = call_appointment_get_opens_at (appointment);
  GDateTime *closes = call_appointment_get_closes_at (appointment);
  gint64 now = call_clock_now_ms (self->clock);

  if (status != CALL_APPOINTMENT_SCHEDULED && status != CALL_APPOINTMENT_IN_PROGRESS)
    return FALSE;
  return opens != NULL && closes != NULL && g_date_time_to_unix (closes) * 1000 >= now &&
         g_date_time_to_unix (opens) * 1000 <= now + SOON_MS;
}

static void
subscribe (CallClient *self, const char *appointment_id)
{
  g_autoptr (CallRequest) request = NULL;
  char *channel = g_strconcat ("appointments.", appointment_id, NULL);

  if (g_hash_table_contains (self->channels, channel)) {
    g_free (channel);
    return;
  }
  request = call_request_new (CALL_REQUEST_SUBSCRIBE);
  request->channel = g_strdup (channel);
  g_hash_table_add (self->channels, channel);
  call_transport_send (self->transport, request);
}

/* Subscribes to what is not yet: the appointment of the call first, then the waiting rooms we are
 * in, then what is soon. */
void
call_client_subscribe_wanted (CallClient *self)
{
  GListModel *list = G_LIST_MODEL (self->appointments);
  GHashTableIter iter;
  gpointer id;

  if (!call_client_is_open (self))
    return;
  if (call_client_call_appointment (self) != NULL)
    subscribe (self, call_client_call_appointment (self));
  g_hash_table_iter_init (&iter, self->waiting_rooms);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    subscribe (self, id);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (CallAppointment) item = g_list_model_get_item (list, i);

    if (g_hash_table_size (self->channels) >= MAX_CHANNELS)
      return;
    if (is_soon (self, item))
      subscribe (self, call_appointment_get_id (item));
  }
}

static CallRequest *
waiting_request (CallRequestKind kind, const char *appointment_id)
{
  CallRequest *request = call_request_new (kind);

  request->appointment_id = g_strdup (appointment_id);
  return request;
}

/* The server forgets who waits when a connection goes. */
void
call_client_resync_waiting (CallClient *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->waiting_rooms);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    g_autoptr (CallRequest) request = waiting_request (CALL_REQUEST_ENTER_WAITING_ROOM, id);

    call_transport_send (self->transport, request);
  }
}

static void
entered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CallClient *self = g_task_get_source_object (task);
  const char *id = g_task_get_task_data (task);
  GError *error = NULL;
  CallAck *ack = call_transport_request_finish (CALL_TRANSPORT (source), result, &error);

  if (ack == NULL) {
    /* A connection that was lost enters again by itself; a refusal is one. */
    if (!call_http_error_is_transient (error))
      g_hash_table_remove (self->waiting_rooms, id);
    g_task_return_error (task, error);
    return;
  }
  if (ack->appointment != NULL)
    call_appointment_list_take (self->appointments, ack->appointment);
  call_transport_ack_free (ack);
  call_client_subscribe_wanted (self);
  g_task_return_boolean (task, TRUE);
}

/**
 * call_client_enter_waiting_room_async:
 * @self: a client that is online
 * @appointment: an appointment
 * @cancellable: (nullable): to stop waiting for the answer
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Enters the waiting room, so that the other side sees it. After a lost connection the client
 * enters it again.
 *
 * The error is %CALL_ERROR_TOO_EARLY or %CALL_ERROR_TOO_LATE outside the access window.
 */
void
call_client_enter_waiting_room_async (CallClient *self,
                                      CallAppointment *appointment,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (CallRequest) request = NULL;
  const char *id;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  id = call_appointment_get_id (appointment);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_enter_waiting_room_async);
  g_task_set_task_data (task, g_strdup (id), g_free);
  g_hash_table_add (self->waiting_rooms, g_strdup (id));
  request = waiting_request (CALL_REQUEST_ENTER_WAITING_ROOM, id);
  call_transport_request_async (self->transport, request, cancellable, entered_cb, task);
}

/**
 * call_client_enter_waiting_room_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.enter_waiting_room_async].
 *
 * Returns: %TRUE if the user waits there now
 */
gboolean
call_client_enter_waiting_room_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
left_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  CallAck *ack = call_transport_request_finish (CALL_TRANSPORT (source), result, &error);

  if (ack == NULL) {
    g_task_return_error (task, error);
    return;
  }
  call_transport_ack_free (ack);
  g_task_return_boolean (task, TRUE);
}

/**
 * call_client_leave_waiting_room_async:
 * @self: a client
 * @appointment: an appointment
 * @cancellable: (nullable): to stop waiting for the answer
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Leaves the waiting room.
 */
void
call_client_leave_waiting_room_async (CallClient *self,
                                      CallAppointment *appointment,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  g_autoptr (CallRequest) request = NULL;
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_APPOINTMENT (appointment));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_leave_waiting_room_async);
  g_hash_table_remove (self->waiting_rooms, call_appointment_get_id (appointment));
  request = waiting_request (CALL_REQUEST_LEAVE_WAITING_ROOM,
                             call_appointment_get_id (appointment));
  call_transport_request_async (self->transport, request, cancellable, left_cb, task);
}

/**
 * call_client_leave_waiting_room_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.leave_waiting_room_async].
 *
 * Returns: %TRUE if the server knows
 */
gboolean
call_client_leave_waiting_room_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
