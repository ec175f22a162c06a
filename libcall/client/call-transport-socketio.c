/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-socketio"

#include "config.h"

#include "call-transport-socketio.h"

#include "call-engineio.h"
#include "call-error.h"
#include "call-socketio.h"

/*
 * CallTransportSocketio:
 *
 * Socket.IO 5 over Engine.IO 4, straight on WebSocket without polling first.
 */
struct _CallTransportSocketio {
  GObject parent_instance;

  CallHttp *http;
  CallClock *clock;

  SoupWebsocketConnection *connection;
  GSignalGroup *handlers; /* on connection: gone with it, so that nothing late is heard */
  GTask *opening;         /* the open_async() under way */
  GSource *opening_cancelled;
  char *token;
  gboolean open; /* the server has taken the token */

  CallTimer *open_timer;
  CallTimer *silence_timer; /* fires when the server has not been heard for too long */
  guint silence_ms;

  GHashTable *pending; /* acknowledgement number to Pending */
  gint64 next_ack;
};

typedef struct {
  CallTransportSocketio *transport;
  gint64 ack_id;
  GTask *task;
  GSource *cancelled;
  CallTimer *timer;
} Pending;

static void call_transport_socketio_iface_init (CallTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallTransportSocketio,
                               call_transport_socketio,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALL_TYPE_TRANSPORT,
                                                      call_transport_socketio_iface_init))

/* Has @func called, with @data, when the task's cancellable is cancelled. */
static GSource *
watch_cancellable (GTask *task, GCancellableSourceFunc func, gpointer data)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *source;

  if (cancellable == NULL)
    return NULL;
  source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (func), data, NULL);
  g_source_attach (source, g_task_get_context (task));
  return source;
}

static void
unwatch (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
pending_free (Pending *pending)
{
  unwatch (&pending->cancelled);
  call_clock_clear_timer (pending->transport->clock, &pending->timer);
  g_clear_object (&pending->task);
  g_free (pending);
}

/* Takes a pending request out of the table; its task may run code that comes back to us. */
static GTask *
take_pending (CallTransportSocketio *self, gint64 ack_id)
{
  Pending *pending = g_hash_table_lookup (self->pending, &ack_id);
  GTask *task = NULL;

  if (pending != NULL)
    task = g_steal_pointer (&pending->task);
  if (pending != NULL)
    g_hash_table_remove (self->pending, &ack_id);
  return task;
}

static void
fail_pending (CallTransportSocketio *self)
{
  g_autoptr (GList) ids = g_hash_table_get_values (self->pending);
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *l = ids; l != NULL; l = l->next)
    g_ptr_array_add (tasks, g_steal_pointer (&((Pending *) l->data)->task));
  g_hash_table_remove_all (self->pending);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_new_error (tasks->pdata[i], CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                             "The connection was lost.");
}

static void
drop_connection (CallTransportSocketio *self)
{
  g_autoptr (SoupWebsocketConnection) connection = g_steal_pointer (&self->connection);

  g_signal_group_set_target (self->handlers, NULL);
  unwatch (&self->opening_cancelled);
  call_clock_clear_timer (self->clock, &self->open_timer);
  call_clock_clear_timer (self->clock, &self->silence_timer);
  g_clear_pointer (&self->token, g_free);
  self->open = FALSE;
  if (connection != NULL &&
      soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

/* The connection cannot go on. Whoever waits for it to open is told so; else "lost" tells. */
static void
lose (CallTransportSocketio *self, GError *error)
{
  g_autoptr (GError) owned = error;
  g_autoptr (GTask) opening = g_steal_pointer (&self->opening);
  g_autoptr (CallTransportSocketio) keep G_GNUC_UNUSED = g_object_ref (self);
  gboolean was_open = self->open;

  g_debug ("connection lost: %s", error->message);
  drop_connection (self);
  fail_pending (self);
  if (opening != NULL)
    g_task_return_error (opening, g_steal_pointer (&owned));
  else if (was_open)
    call_transport_emit_lost (CALL_TRANSPORT (self), owned);
}

static void
lose_literal (CallTransportSocketio *self, CallError code, const char *message)
{
  lose (self, g_error_new_literal (CALL_ERROR, code, message));
}

static void
on_open_timeout (gpointer user_data)
{
  CallTransportSocketio *self = user_data;

  self->open_timer = NULL;
  lose_literal (self, CALL_ERROR_TIMED_OUT, "The server did not answer in time.");
}

static gboolean
on_open_cancelled (GCancellable *cancellable, gpointer user_data)
{
  CallTransportSocketio *self = user_data;

  lose (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled."));
  return G_SOURCE_REMOVE;
}

static void
on_silence (gpointer user_data)
{
  CallTransportSocketio *self = user_data;

  self->silence_timer = NULL;
  lose_literal (self, CALL_ERROR_TIMED_OUT, "The server has fallen silent.");
}

/* The server pings; if it does not for both of its intervals the connection is dead, however open
 * it looks. */
static void
hear (CallTransportSocketio *self)
{
  if (self->silence_ms == 0)
    return;
  call_clock_clear_timer (self->clock, &self->silence_timer);
  self->silence_timer = call_clock_add_timer (self->clock, self->silence_ms, on_silence, self);
}

/* --- Socket.IO -------------------------------------------------------------------------------- */

/* A connection that is closing is not lost yet, but takes nothing more. */
static void
send_text (CallTransportSocketio *self, const char *text)
{
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
}

static void
send_message (CallTransportSocketio *self, const char *packet)
{
  g_autofree char *text = g_strconcat ("4", packet, NULL);

  send_text (self, text);
}

static void
on_connected (CallTransportSocketio *self)
{
  g_autoptr (GTask) opening = g_steal_pointer (&self->opening);

  if (opening == NULL)
    return;
  self->open = TRUE;
  unwatch (&self->opening_cancelled);
  call_clock_clear_timer (self->clock, &self->open_timer);
  g_clear_pointer (&self->token, g_free);
  g_task_return_boolean (opening, TRUE);
}

static void
on_connect_error (CallTransportSocketio *self, CallSocketioPacket *packet)
{
  JsonObject *object = call_json_node_get_object (packet->data, "data", NULL);
  JsonObject *data = NULL;
  const char *code = NULL;

  if (object != NULL && call_json_get_object (object, "data", CALL_JSON_OPTIONAL, &data, NULL) &&
      data != NULL)
    call_json_get_string (data, "code", CALL_JSON_OPTIONAL, &code, NULL);
  lose (self, g_error_new (CALL_ERROR, call_error_from_code (code, 401),
                           "The server refused the connection."));
}

static void
on_event (CallTransportSocketio *self, CallSocketioPacket *packet)
{
  const char *event = call_socketio_packet_get_event (packet);
  JsonNode *argument = call_socketio_packet_get_argument (packet, 0);
  g_autoptr (CallNotice) notice = NULL;
  g_autoptr (GError) error = NULL;

  if (event == NULL || argument == NULL)
    return;
  notice = call_notice_from_json (event, argument, &error);
  if (notice != NULL)
    call_transport_emit_notice (CALL_TRANSPORT (self), notice);
  else
    g_debug ("event left out: %s", error->message); /* a newer server may have more */
}

static void
on_ack (CallTransportSocketio *self, CallSocketioPacket *packet)
{
  g_autoptr (GTask) task = take_pending (self, packet->ack_id);
  CallAck *ack;
  GError *error = NULL;

  if (task == NULL)
    return; /* cancelled or timed out meanwhile */
  ack = g_new0 (CallAck, 1);
  if (call_ack_parse (ack, packet->data, &error) && ack->error == NULL) {
    g_task_return_pointer (task, ack, (GDestroyNotify) call_transport_ack_free);
    return;
  }
  if (error == NULL)
    error = call_error_body_to_error (ack->error, 0);
  g_task_return_error (task, error);
  call_transport_ack_free (ack);
}

static void
on_packet (CallTransportSocketio *self, const CallEngineioPacket *message)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;

  if (!call_socketio_packet_parse (&packet, message->data, message->length, &error)) {
    lose_literal (self, CALL_ERROR_PROTOCOL, "The server does not speak Socket.IO.");
    return;
  }
  if (!g_str_equal (packet.nsp, "/"))
    return;
  switch (packet.type) {
  case CALL_SOCKETIO_CONNECT:
    on_connected (self);
    break;
  case CALL_SOCKETIO_CONNECT_ERROR:
    on_connect_error (self, &packet);
    break;
  case CALL_SOCKETIO_DISCONNECT:
    lose_literal (self, CALL_ERROR_UNAVAILABLE, "The server ended the connection.");
    break;
  case CALL_SOCKETIO_EVENT:
    on_event (self, &packet);
    break;
  case CALL_SOCKETIO_ACK:
    on_ack (self, &packet);
    break;
  case CALL_SOCKETIO_BINARY_EVENT:
  case CALL_SOCKETIO_BINARY_ACK:
    break; /* no event of ours has attachments */
  }
}

/* --- Engine.IO -------------------------------------------------------------------------------- */

static void
on_handshake (CallTransportSocketio *self, const CallEngineioPacket *packet)
{
  CallEngineioHandshake handshake;
  g_autofree char *connect = NULL;

  if (self->token == NULL || !call_engineio_handshake_parse (&handshake, packet, NULL)) {
    lose_literal (self, CALL_ERROR_PROTOCOL, "The server does not speak Engine.IO.");
    return;
  }
  self->silence_ms = handshake.ping_interval_ms + handshake.ping_timeout_ms;
  hear (self);
  connect = call_socketio_encode_connect_auth ("/", self->token);
  send_message (self, connect);
}

static void
on_message (SoupWebsocketConnection *connection,
            int type,
            GBytes *bytes,
            CallTransportSocketio *self)
{
  g_autoptr (CallTransportSocketio) keep G_GNUC_UNUSED = g_object_ref (self);
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  CallEngineioPacket packet;

  hear (self);
  if (!call_engineio_packet_parse (&packet, data, length, type == SOUP_WEBSOCKET_DATA_BINARY,
                                   NULL)) {
    lose_literal (self, CALL_ERROR_PROTOCOL, "The server does not speak Engine.IO.");
    return;
  }
  switch (packet.type) {
  case CALL_ENGINEIO_OPEN:
    on_handshake (self, &packet);
    break;
  case CALL_ENGINEIO_CLOSE:
    lose_literal (self, CALL_ERROR_UNAVAILABLE, "The server ended the connection.");
    break;
  case CALL_ENGINEIO_PING:
    send_text (self, "3");
    break;
  case CALL_ENGINEIO_MESSAGE:
    if (!packet.binary)
      on_packet (self, &packet);
    break;
  case CALL_ENGINEIO_PONG:
  case CALL_ENGINEIO_UPGRADE:
  case CALL_ENGINEIO_NOOP:
    break;
  }
}

static void
on_closed (SoupWebsocketConnection *connection, CallTransportSocketio *self)
{
  lose_literal (self, CALL_ERROR_UNAVAILABLE, "The server closed the connection.");
}

static void
on_error (SoupWebsocketConnection *connection, GError *error, CallTransportSocketio *self)
{
  lose (self, call_http_translate_error (error));
}

static void
connect_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CallTransportSocketio *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection = soup_session_websocket_connect_finish (
      SOUP_SESSION (source), result, &error);

  /* It may have been closed, or timed out, while it was connecting. */
  if (self->opening != task) {
    if (connection != NULL)
      soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    return;
  }
  if (connection == NULL) {
    lose (self, call_http_translate_error (error));
    return;
  }
  soup_websocket_connection_set_max_incoming_payload_size (connection, CALL_ENGINEIO_MAX_PAYLOAD);
  self->connection = g_steal_pointer (&connection);
  g_signal_group_set_target (self->handlers, self->connection);
}

static void
call_transport_socketio_open_async (CallTransport *transport,
                                    const char *token,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  CallTransportSocketio *self = CALL_TRANSPORT_SOCKETIO (transport);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (SoupMessage) message = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, call_transport_socketio_open_async);
  if (self->opening != NULL || self->open) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_CONFLICT, "It is open already.");
    return;
  }
  message = call_http_new_message (self->http, "GET", "socket.io/?EIO=4&transport=websocket",
                                   &error);
  if (message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  /* Compression costs the server 100 kB a connection and gains nothing on short texts. */
  soup_message_disable_feature (message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->opening = g_object_ref (task);
  self->opening_cancelled = watch_cancellable (task, on_open_cancelled, self);
  self->token = g_strdup (token);
  self->silence_ms = 0;
  self->open_timer = call_clock_add_timer (self->clock, CALL_TRANSPORT_OPEN_TIMEOUT_MS,
                                           on_open_timeout, self);
  soup_session_websocket_connect_async (call_http_get_session (self->http), message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, cancellable, connect_cb,
                                        g_object_ref (task));
}

static gboolean
call_transport_socketio_open_finish (CallTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- requests --------------------------------------------------------------------------------- */

static void
on_ack_timeout (gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (GTask) task = NULL;

  pending->timer = NULL;
  task = take_pending (pending->transport, pending->ack_id);
  g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_TIMED_OUT,
                           "The server did not answer in time.");
}

static gboolean
on_request_cancelled (GCancellable *cancellable, gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (GTask) task = take_pending (pending->transport, pending->ack_id);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
call_transport_socketio_request_async (CallTransport *transport,
                                       const CallRequest *request,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  CallTransportSocketio *self = CALL_TRANSPORT_SOCKETIO (transport);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *packet = NULL;
  Pending *pending;

  g_task_set_source_tag (task, call_transport_socketio_request_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (!self->open || g_hash_table_size (self->pending) >= CALL_TRANSPORT_MAX_PENDING) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                             "There is no connection to the server.");
    return;
  }
  pending = g_new0 (Pending, 1);
  pending->transport = self;
  pending->ack_id = self->next_ack++;
  pending->task = g_object_ref (task);
  pending->cancelled = watch_cancellable (task, on_request_cancelled, pending);
  pending->timer = call_clock_add_timer (self->clock, CALL_TRANSPORT_ACK_TIMEOUT_MS, on_ack_timeout,
                                         pending);
  g_hash_table_insert (self->pending, &pending->ack_id, pending);
  packet = call_request_to_socketio (request, pending->ack_id);
  send_message (self, packet);
}

static CallAck *
call_transport_socketio_request_finish (CallTransport *transport,
                                        GAsyncResult *result,
                                        GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
call_transport_socketio_close (CallTransport *transport)
{
  CallTransportSocketio *self = CALL_TRANSPORT_SOCKETIO (transport);

  self->open = FALSE;
  if (self->opening != NULL || self->connection != NULL)
    lose_literal (self, CALL_ERROR_UNAVAILABLE, "The connection was closed.");
}

static void
call_transport_socketio_iface_init (CallTransportInterface *iface)
{
  iface->open_async = call_transport_socketio_open_async;
  iface->open_finish = call_transport_socketio_open_finish;
  iface->request_async = call_transport_socketio_request_async;
  iface->request_finish = call_transport_socketio_request_finish;
  iface->close = call_transport_socketio_close;
}

static void
call_transport_socketio_dispose (GObject *object)
{
  CallTransportSocketio *self = CALL_TRANSPORT_SOCKETIO (object);

  if (self->clock != NULL)
    drop_connection (self);
  g_hash_table_remove_all (self->pending);
  g_clear_object (&self->handlers);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (call_transport_socketio_parent_class)->dispose (object);
}

static void
call_transport_socketio_finalize (GObject *object)
{
  CallTransportSocketio *self = CALL_TRANSPORT_SOCKETIO (object);

  g_clear_pointer (&self->pending, g_hash_table_unref);

  G_OBJECT_CLASS (call_transport_socketio_parent_class)->finalize (object);
}

static void
call_transport_socketio_class_init (CallTransportSocketioClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = call_transport_socketio_dispose;
  object_class->finalize = call_transport_socketio_finalize;
}

static void
call_transport_socketio_init (CallTransportSocketio *self)
{
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL,
                                         (GDestroyNotify) pending_free);
  self->handlers = g_signal_group_new (SOUP_TYPE_WEBSOCKET_CONNECTION);
  g_signal_group_connect (self->handlers, "message", G_CALLBACK (on_message), self);
  g_signal_group_connect (self->handlers, "closed", G_CALLBACK (on_closed), self);
  g_signal_group_connect (self->handlers, "error", G_CALLBACK (on_error), self);
}

CallTransport *
call_transport_socketio_new (CallHttp *http, CallClock *clock)
{
  CallTransportSocketio *self = g_object_new (CALL_TYPE_TRANSPORT_SOCKETIO, NULL);

  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  return CALL_TRANSPORT (self);
}
