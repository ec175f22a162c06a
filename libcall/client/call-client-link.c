/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-client"

#include "config.h"

#include "call-client.h"

#include "call-client-private.h"

/* An attempt to be online: open the transport, then catch up with what was missed, and only then
 * say so. If either fails the next attempt comes after a while, unless the server refuses us. */

static void attempt (CallClient *self);

gboolean
call_client_is_open (CallClient *self)
{
  return self->connection_state == CALL_CONNECTION_ONLINE;
}

static void
complete_online_tasks (CallClient *self, const GError *error)
{
  g_autoptr (GPtrArray) tasks = g_steal_pointer (&self->online_tasks);

  self->online_tasks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tasks->len; i++) {
    if (error != NULL)
      g_task_return_error (tasks->pdata[i], g_error_copy (error));
    else
      g_task_return_boolean (tasks->pdata[i], TRUE);
  }
}

static void
on_retry (gpointer user_data)
{
  CallClient *self = user_data;

  self->retry_timer = NULL;
  attempt (self);
}

static void
stop_attempt (CallClient *self)
{
  call_clock_clear_timer (self->clock, &self->retry_timer);
  g_cancellable_cancel (self->attempt);
  g_clear_object (&self->attempt);
  g_hash_table_remove_all (self->channels);
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_FORBIDDEN) ||
         g_error_matches (error, CALL_ERROR, CALL_ERROR_INVALID);
}

/* The connection is not there, for whatever reason. */
static void
fall_back (CallClient *self, const GError *error)
{
  g_autoptr (CallClient) keep G_GNUC_UNUSED = g_object_ref (self);
  g_autoptr (GError) reason = g_error_copy (error);

  stop_attempt (self);
  call_transport_close (self->transport);
  g_debug ("offline: %s", reason->message);
  if (is_refusal (reason)) {
    self->wanted = FALSE;
    call_client_set_connection_state (self, CALL_CONNECTION_OFFLINE);
  } else if (self->wanted) {
    call_client_set_connection_state (self, self->was_online ? CALL_CONNECTION_RECONNECTING
                                                             : CALL_CONNECTION_CONNECTING);
    self->retry_timer = call_clock_add_timer (
        self->clock, call_backoff_next (&self->backoff, g_random_double ()), on_retry, self);
  }
  call_client_set_last_error (self, reason);
  complete_online_tasks (self, reason);
}

static void
come_online (CallClient *self)
{
  g_autoptr (CallClient) keep G_GNUC_UNUSED = g_object_ref (self);

  g_clear_object (&self->attempt);
  call_backoff_reset (&self->backoff);
  self->was_online = TRUE;
  call_client_set_last_error (self, NULL);
  call_client_set_connection_state (self, CALL_CONNECTION_ONLINE);
  call_delivery_hurry (self->delivery);
  call_client_subscribe_wanted (self);
  call_client_resync_waiting (self);
  call_client_resync_chat (self);
  call_client_call_back_online (self);
  call_client_flush_outbox (self);
  complete_online_tasks (self, NULL);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CallClient *self = CALL_CLIENT (source);
  g_autoptr (GCancellable) ours = user_data;
  g_autoptr (GError) error = NULL;
  gboolean loaded = call_client_load_appointments_finish (self, result, &error);

  if (self->attempt != ours)
    return;
  if (loaded)
    come_online (self);
  else
    fall_back (self, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) holder = user_data; /* keeps the client while the attempt is under way */
  CallClient *self = g_task_get_source_object (holder);
  GCancellable *ours = g_task_get_task_data (holder);
  g_autoptr (GError) error = NULL;
  gboolean opened = call_transport_open_finish (CALL_TRANSPORT (source), result, &error);

  if (self->attempt != ours)
    return;
  if (!opened)
    fall_back (self, error);
  else if (self->loaded)
    call_client_load_appointments_async (self, self->from, self->to, ours, loaded_cb,
                                         g_object_ref (ours));
  else
    come_online (self);
}

static void
attempt (CallClient *self)
{
  GTask *holder = g_task_new (self, NULL, NULL, NULL);

  stop_attempt (self);
  self->attempt = g_cancellable_new ();
  g_task_set_task_data (holder, g_object_ref (self->attempt), g_object_unref);
  call_transport_open_async (self->transport, self->token, self->attempt, opened_cb, holder);
}

static void
on_lost (CallTransport *transport, GError *error, CallClient *self)
{
  if (self->wanted)
    fall_back (self, error);
}

static void
on_notice (CallTransport *transport, CallNotice *notice, CallClient *self)
{
  g_autoptr (CallClient) keep G_GNUC_UNUSED = g_object_ref (self);

  call_client_handle_notice (self, notice);
}

void
call_client_watch_transport (CallClient *self)
{
  g_signal_connect (self->transport, "lost", G_CALLBACK (on_lost), self);
  g_signal_connect (self->transport, "notice", G_CALLBACK (on_notice), self);
}

/* The server is going away and says when to come back. */
void
call_client_reconnect_after (CallClient *self, guint delay_ms)
{
  if (!self->wanted)
    return;
  stop_attempt (self);
  call_transport_close (self->transport);
  call_client_set_connection_state (self, CALL_CONNECTION_RECONNECTING);
  self->retry_timer = call_clock_add_timer (self->clock, delay_ms, on_retry, self);
}

/* Whoever asked for it no longer does. If it is not there yet, nobody wants it. */
static gboolean
on_online_cancelled (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;
  CallClient *self = g_task_get_source_object (task);
  guint position;

  if (!g_ptr_array_find (self->online_tasks, task, &position))
    return G_SOURCE_REMOVE;
  g_task_return_error_if_cancelled (task);
  g_ptr_array_remove_index (self->online_tasks, position);
  if (self->online_tasks->len == 0)
    call_client_go_offline (self);
  return G_SOURCE_REMOVE;
}

static void
destroy_source (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* The source belongs to the task and so goes with it. */
static void
watch_cancellable (GTask *task)
{
  GSource *source;

  if (g_task_get_cancellable (task) == NULL)
    return;
  source = g_cancellable_source_new (g_task_get_cancellable (task));
  g_source_set_callback (source, G_SOURCE_FUNC (on_online_cancelled), task, NULL);
  g_source_attach (source, g_task_get_context (task));
  g_task_set_task_data (task, source, (GDestroyNotify) destroy_source);
}

/**
 * call_client_go_online_async:
 * @self: a client that is signed in
 * @cancellable: (nullable): to stop waiting; the client goes offline again then
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Connects, and stays connected until [method@Call.Client.go_offline]: a connection that is lost is
 * made again, after growing delays, and everything is brought up to date.
 *
 * It completes with what came of the first attempt. When that fails with another error than
 * %CALL_ERROR_UNAUTHORIZED the client goes on trying; see
 * [property@Call.Client:connection-state].
 */
void
call_client_go_online_async (CallClient *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CALL_IS_CLIENT (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_go_online_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->token == NULL) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "Nobody is signed in.");
    return;
  }
  if (self->connection_state == CALL_CONNECTION_ONLINE) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_ptr_array_add (self->online_tasks, g_object_ref (task));
  watch_cancellable (task);
  if (self->wanted)
    return;
  self->wanted = TRUE;
  self->was_online = FALSE;
  call_backoff_reset (&self->backoff);
  call_client_set_connection_state (self, CALL_CONNECTION_CONNECTING);
  attempt (self);
}

/**
 * call_client_go_online_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.go_online_async].
 *
 * Returns: %TRUE if the client is online
 */
gboolean
call_client_go_online_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * call_client_go_offline:
 * @self: a client
 *
 * Disconnects, and stays so. The user remains signed in, and what was loaded remains.
 */
void
call_client_go_offline (CallClient *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CALL_IS_CLIENT (self));

  self->wanted = FALSE;
  stop_attempt (self);
  call_clock_clear_timer (self->clock, &self->outbox_timer);
  call_transport_close (self->transport);
  call_client_set_connection_state (self, CALL_CONNECTION_OFFLINE);
  g_set_error_literal (&error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "The client went offline.");
  complete_online_tasks (self, error);
}
