/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "call-relay"

#include "config.h"

#include "call-relay.h"

#include "call-backoff.h"
#include "call-id.h"

/*
 * CallRelay:
 *
 * A place at the PeerJS relay: keeps a WebSocket open under one peer id, comes back under the same
 * id when it is lost, and says HEARTBEAT. It understands types only; what the messages mean is
 * CallPeerSignalling's business.
 *
 * Signals: "opened" each time the relay is there; "message" (CallPeerjsMessage, by pointer).
 */
struct _CallRelay {
  GObject parent_instance;

  CallHttp *http;
  CallClock *clock;
  char *peer_id;
  char *token; /* proves to the relay that a second connection is ours */

  gboolean wanted;
  gboolean open;
  SoupWebsocketConnection *connection;
  GSignalGroup *handlers;
  GCancellable *connecting; /* set while an attempt is under way */
  CallBackoff backoff;
  CallTimer *retry_timer;
  CallTimer *heartbeat_timer;
};

enum { OPENED, MESSAGE, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CallRelay, call_relay, G_TYPE_OBJECT)

/* A session description of a browser has some 10 kB; the server takes 1 MB at most. */
#define MAX_MESSAGE 1000000

static void attempt (CallRelay *self);

static void
drop_connection (CallRelay *self)
{
  g_autoptr (SoupWebsocketConnection) connection = g_steal_pointer (&self->connection);

  self->open = FALSE;
  g_signal_group_set_target (self->handlers, NULL);
  call_clock_clear_timer (self->clock, &self->heartbeat_timer);
  call_clock_clear_timer (self->clock, &self->retry_timer);
  g_cancellable_cancel (self->connecting);
  g_clear_object (&self->connecting);
  if (connection != NULL &&
      soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
on_retry (gpointer user_data)
{
  CallRelay *self = user_data;

  self->retry_timer = NULL;
  attempt (self);
}

static void
lose (CallRelay *self)
{
  drop_connection (self);
  if (!self->wanted)
    return;
  self->retry_timer = call_clock_add_timer (
      self->clock, call_backoff_next (&self->backoff, g_random_double ()), on_retry, self);
}

static void
on_heartbeat (gpointer user_data)
{
  CallRelay *self = user_data;
  g_autofree char *text = call_peerjs_encode_bare (CALL_PEERJS_HEARTBEAT, NULL, NULL);

  self->heartbeat_timer = call_clock_add_timer (self->clock, CALL_PEERJS_HEARTBEAT_MS, on_heartbeat,
                                                self);
  call_relay_send (self, text);
}

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *bytes, CallRelay *self)
{
  g_autoptr (CallRelay) keep G_GNUC_UNUSED = g_object_ref (self);
  g_auto (CallPeerjsMessage) message = { 0 };
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (type != SOUP_WEBSOCKET_DATA_TEXT || !call_peerjs_message_parse (&message, text, length, NULL))
    return;
  switch (message.type) {
  case CALL_PEERJS_OPEN:
    call_backoff_reset (&self->backoff);
    break;
  case CALL_PEERJS_ERROR:
  case CALL_PEERJS_ID_TAKEN:
  case CALL_PEERJS_INVALID_KEY:
    g_debug ("the relay refuses");
    lose (self);
    break;
  case CALL_PEERJS_OFFER:
  case CALL_PEERJS_ANSWER:
  case CALL_PEERJS_CANDIDATE:
  case CALL_PEERJS_LEAVE:
  case CALL_PEERJS_EXPIRE:
    g_signal_emit (self, signals[MESSAGE], 0, &message);
    break;
  case CALL_PEERJS_HEARTBEAT:
  case CALL_PEERJS_UNKNOWN:
    break;
  }
}

static void
on_closed (SoupWebsocketConnection *connection, CallRelay *self)
{
  lose (self);
}

static void
connect_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CallRelay) self = user_data;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *connection = soup_session_websocket_connect_finish (
      SOUP_SESSION (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->connecting);
  if (connection == NULL) {
    g_debug ("the relay cannot be reached: %s", error->message);
    lose (self);
    return;
  }
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_MESSAGE);
  self->connection = connection;
  self->open = TRUE;
  g_signal_group_set_target (self->handlers, connection);
  self->heartbeat_timer = call_clock_add_timer (self->clock, CALL_PEERJS_HEARTBEAT_MS, on_heartbeat,
                                                self);
  /* Not waiting for OPEN: the reference relay does not say it to an id it knows, and what is sent
   * now is in order behind the handshake anyway. */
  g_signal_emit (self, signals[OPENED], 0);
}

static void
attempt (CallRelay *self)
{
  g_autofree char *query = g_strdup_printf ("peerjs?key=peerjs&id=%s&token=%s", self->peer_id,
                                            self->token);
  g_autoptr (SoupMessage) message = call_http_new_message (self->http, "GET", query, NULL);

  if (message == NULL)
    return;
  soup_message_disable_feature (message, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->connecting = g_cancellable_new ();
  soup_session_websocket_connect_async (call_http_get_session (self->http), message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, self->connecting, connect_cb,
                                        g_object_ref (self));
}

static void
call_relay_dispose (GObject *object)
{
  CallRelay *self = CALL_RELAY (object);

  self->wanted = FALSE;
  if (self->clock != NULL)
    drop_connection (self);
  g_clear_object (&self->handlers);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);

  G_OBJECT_CLASS (call_relay_parent_class)->dispose (object);
}

static void
call_relay_finalize (GObject *object)
{
  CallRelay *self = CALL_RELAY (object);

  g_clear_pointer (&self->peer_id, g_free);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (call_relay_parent_class)->finalize (object);
}

static void
call_relay_class_init (CallRelayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = call_relay_dispose;
  object_class->finalize = call_relay_finalize;

  signals[OPENED] = g_signal_new ("opened", CALL_TYPE_RELAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", CALL_TYPE_RELAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
call_relay_init (CallRelay *self)
{
  self->peer_id = call_id_new ();
  self->token = call_id_new ();
  self->backoff = (CallBackoff){ 300, 3000, 2.0, 0.5, 0 };
  self->handlers = g_signal_group_new (SOUP_TYPE_WEBSOCKET_CONNECTION);
  g_signal_group_connect (self->handlers, "message", G_CALLBACK (on_message), self);
  g_signal_group_connect (self->handlers, "closed", G_CALLBACK (on_closed), self);
}

CallRelay *
call_relay_new (CallHttp *http, CallClock *clock)
{
  CallRelay *self = g_object_new (CALL_TYPE_RELAY, NULL);

  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  return self;
}

const char *
call_relay_get_peer_id (CallRelay *self)
{
  return self->peer_id;
}

void
call_relay_open (CallRelay *self)
{
  if (self->wanted)
    return;
  self->wanted = TRUE;
  attempt (self);
}

/* The way to the server has changed: a connection that looks open may be dead. */
void
call_relay_reopen (CallRelay *self)
{
  if (!self->wanted)
    return;
  drop_connection (self);
  call_backoff_reset (&self->backoff);
  attempt (self);
}

void
call_relay_close (CallRelay *self)
{
  self->wanted = FALSE;
  drop_connection (self);
}

gboolean
call_relay_is_open (CallRelay *self)
{
  return self->open;
}

/* Returns: whether it went out; if not, the caller keeps it for "opened" */
gboolean
call_relay_send (CallRelay *self, const char *text)
{
  if (!self->open ||
      soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return FALSE;
  soup_websocket_connection_send_text (self->connection, text);
  return TRUE;
}
