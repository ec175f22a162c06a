/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "fake-server.h"

#include "call-peerjs.h"
#include "call-socketio.h"

struct _FakeServer {
  SoupServer *server;
  char *url;
  GHashTable *answers; /* "METHOD path" to Answer */
  GHashTable *counts;  /* "METHOD path" or "event name" to a number */
  GHashTable *bodies;  /* the same to the last body */
  GHashTable *acks;    /* event to its acknowledgement, "" for none */
  GPtrArray *sockets;  /* SoupWebsocketConnection of Socket.IO that have signed in, or not yet */
  GHashTable *peers;   /* peer id to SoupWebsocketConnection */
  guint ping_interval_ms;
  guint ping_timeout_ms;
  gboolean refuse_tokens;
  gboolean mute; /* takes connections and says nothing */
};

typedef struct {
  guint status;
  char *body;
  SoupServerMessage *held; /* a request that waits for fake_server_release() */
} Answer;

static void
answer_free (Answer *answer)
{
  g_clear_object (&answer->held);
  g_free (answer->body);
  g_free (answer);
}

static void
count (FakeServer *self, const char *what, const char *body)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, what));

  g_hash_table_replace (self->counts, g_strdup (what), GUINT_TO_POINTER (n + 1));
  g_hash_table_replace (self->bodies, g_strdup (what), g_strdup (body));
}

/* --- REST ------------------------------------------------------------------------------------- */

static void
respond (SoupServerMessage *message, guint status, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  if (SOUP_STATUS_IS_REDIRECTION (status))
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Location",
                                  body);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body,
                                    strlen (body));
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  FakeServer *self = user_data;
  g_autofree char *key = g_strdup_printf ("%s %s", soup_server_message_get_method (message), path);
  SoupMessageBody *request = soup_server_message_get_request_body (message);
  g_autofree char *body = g_strndup (request->data, (gsize) request->length);
  Answer *answer = g_hash_table_lookup (self->answers, key);

  count (self, key, body);
  if (answer == NULL) {
    respond (message, 404, "{\"error\":{\"code\":\"not_found\",\"message\":\"No such thing.\"}}");
  } else if (answer->status == 0) {
    g_set_object (&answer->held, message);
    soup_server_message_pause (message);
  } else {
    respond (message, answer->status, answer->body);
  }
}

void
fake_server_answer (FakeServer *self, const char *method_and_path, guint status, const char *body)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->status = status;
  answer->body = g_strdup (body);
  g_hash_table_replace (self->answers, g_strdup (method_and_path), answer);
}

void
fake_server_release (FakeServer *self, const char *method_and_path)
{
  Answer *answer = g_hash_table_lookup (self->answers, method_and_path);
  g_autoptr (SoupServerMessage) held = g_steal_pointer (&answer->held);

  answer->status = 200;
  if (held == NULL)
    return;
  respond (held, 200, answer->body);
  soup_server_message_unpause (held);
}

guint
fake_server_count (FakeServer *self, const char *method_and_path)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, method_and_path));
}

const char *
fake_server_last_body (FakeServer *self, const char *method_and_path)
{
  return g_hash_table_lookup (self->bodies, method_and_path);
}

static void
send_text (SoupWebsocketConnection *connection, const char *text)
{
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (connection, text);
}

/* --- Socket.IO -------------------------------------------------------------------------------- */

static void
send_packet (SoupWebsocketConnection *connection, const char *packet)
{
  g_autofree char *text = g_strconcat ("4", packet, NULL);

  send_text (connection, text);
}

static void
on_socket_connect (FakeServer *self,
                   SoupWebsocketConnection *connection,
                   const CallSocketioPacket *packet)
{
  g_autofree char *token = call_socketio_packet_get_token (packet);
  g_autofree char *text = NULL;

  if (self->refuse_tokens || g_strcmp0 (token, FAKE_TOKEN) != 0)
    text = call_socketio_encode_connect_error ("/", "unauthorized", "unauthorized");
  else
    text = call_socketio_encode_connect ("/", "sid-of-the-namespace", NULL);
  send_packet (connection, text);
}

static void
on_socket_event (FakeServer *self,
                 SoupWebsocketConnection *connection,
                 const CallSocketioPacket *packet)
{
  const char *event = call_socketio_packet_get_event (packet);
  g_autofree char *name = g_strconcat ("event ", event, NULL);
  g_autofree char *argument = call_json_node_to_string (
      call_socketio_packet_get_argument (packet, 0));
  const char *ack = g_hash_table_lookup (self->acks, event);
  g_autofree char *text = NULL;

  count (self, name, argument);
  if (packet->ack_id == CALL_SOCKETIO_NO_ACK || (ack != NULL && ack[0] == '\0'))
    return;
  text = call_socketio_encode_ack ("/", packet->ack_id, ack != NULL ? ack : "{\"ok\":true}");
  send_packet (connection, text);
}

static void
on_socket_message (SoupWebsocketConnection *connection, int type, GBytes *bytes, FakeServer *self)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_auto (CallSocketioPacket) packet = { 0 };

  if (length == 0 || text[0] != '4' || self->mute)
    return;
  if (!call_socketio_packet_parse (&packet, text + 1, length - 1, NULL))
    g_error ("the client sent: %.*s", (int) length, text);
  if (packet.type == CALL_SOCKETIO_CONNECT)
    on_socket_connect (self, connection, &packet);
  else if (packet.type == CALL_SOCKETIO_EVENT)
    on_socket_event (self, connection, &packet);
}

static void
on_socket_closed (SoupWebsocketConnection *connection, FakeServer *self)
{
  g_ptr_array_remove (self->sockets, connection);
}

static void
on_socket (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           SoupWebsocketConnection *connection,
           gpointer user_data)
{
  FakeServer *self = user_data;
  g_autofree char *handshake = g_strdup_printf (
      "0{\"sid\":\"sid\",\"upgrades\":[],\"pingInterval\":%u,\"pingTimeout\":%u,"
      "\"maxPayload\":1000000}",
      self->ping_interval_ms, self->ping_timeout_ms);

  g_ptr_array_add (self->sockets, g_object_ref (connection));
  g_signal_connect (connection, "message", G_CALLBACK (on_socket_message), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_socket_closed), self);
  if (!self->mute)
    send_text (connection, handshake);
}

/* @ack: one JSON value, the argument of the acknowledgement */
void
fake_server_acknowledge (FakeServer *self, const char *event, const char *ack)
{
  g_hash_table_replace (self->acks, g_strdup (event), g_strdup (ack != NULL ? ack : ""));
}

void
fake_server_emit (FakeServer *self, const char *event, const char *json)
{
  g_autofree char *packet = call_socketio_encode_event ("/", CALL_SOCKETIO_NO_ACK, event, json);

  for (guint i = 0; i < self->sockets->len; i++)
    send_packet (self->sockets->pdata[i], packet);
}

void
fake_server_send_raw (FakeServer *self, const char *text)
{
  for (guint i = 0; i < self->sockets->len; i++)
    send_text (self->sockets->pdata[i], text);
}

guint
fake_server_n_sockets (FakeServer *self)
{
  return self->sockets->len;
}

void
fake_server_set_ping (FakeServer *self, guint interval_ms, guint timeout_ms)
{
  self->ping_interval_ms = interval_ms;
  self->ping_timeout_ms = timeout_ms;
}

void
fake_server_refuse_tokens (FakeServer *self, gboolean refuse)
{
  self->refuse_tokens = refuse;
}

void
fake_server_mute (FakeServer *self, gboolean mute)
{
  self->mute = mute;
}

/* --- the relay -------------------------------------------------------------------------------- */

static void
on_peer_message (SoupWebsocketConnection *connection, int type, GBytes *bytes, FakeServer *self)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_auto (CallPeerjsMessage) message = { 0 };
  SoupWebsocketConnection *target;

  g_assert_true (call_peerjs_message_parse (&message, text, length, NULL));
  if (message.type == CALL_PEERJS_HEARTBEAT) {
    count (self, "event HEARTBEAT", NULL);
    return;
  }
  g_free (message.src);
  message.src = g_strdup (g_object_get_data (G_OBJECT (connection), "peer-id"));
  count (self, message.type == CALL_PEERJS_CANDIDATE ? "event CANDIDATE" : "event description",
         NULL);
  target = message.dst != NULL ? g_hash_table_lookup (self->peers, message.dst) : NULL;
  if (target != NULL) {
    g_autofree char *relayed = call_peerjs_message_encode (&message);

    send_text (target, relayed);
  } else if (message.type != CALL_PEERJS_LEAVE) {
    g_autofree char *expire = call_peerjs_encode_bare (CALL_PEERJS_EXPIRE, message.dst,
                                                       message.src);

    send_text (connection, expire);
  }
}

static void
on_peer_closed (SoupWebsocketConnection *connection, FakeServer *self)
{
  const char *id = g_object_get_data (G_OBJECT (connection), "peer-id");

  if (g_hash_table_lookup (self->peers, id) == connection)
    g_hash_table_remove (self->peers, id);
}

static void
on_peer (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         SoupWebsocketConnection *connection,
         gpointer user_data)
{
  FakeServer *self = user_data;
  g_autoptr (GHashTable) query = g_uri_parse_params (
      g_uri_get_query (soup_server_message_get_uri (message)), -1, "&", G_URI_PARAMS_NONE, NULL);
  const char *id = g_hash_table_lookup (query, "id");
  g_autofree char *open = call_peerjs_encode_bare (CALL_PEERJS_OPEN, NULL, NULL);

  g_assert_true (call_peerjs_id_is_valid (id));
  g_assert_nonnull (g_hash_table_lookup (query, "token"));
  g_assert_cmpstr (g_hash_table_lookup (query, "key"), ==, "peerjs");
  g_object_set_data_full (G_OBJECT (connection), "peer-id", g_strdup (id), g_free);
  g_hash_table_replace (self->peers, g_strdup (id), g_object_ref (connection));
  g_signal_connect (connection, "message", G_CALLBACK (on_peer_message), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_peer_closed), self);
  send_text (connection, open);
}

guint
fake_server_n_peers (FakeServer *self)
{
  return g_hash_table_size (self->peers);
}

void
fake_server_relay_raw (FakeServer *self, const char *peer_id, const char *text)
{
  SoupWebsocketConnection *target = g_hash_table_lookup (self->peers, peer_id);

  g_assert_nonnull (target);
  send_text (target, text);
}

/* --- the server ------------------------------------------------------------------------------- */

static void
cut (SoupWebsocketConnection *connection)
{
  g_signal_handlers_disconnect_matched (connection, G_SIGNAL_MATCH_FUNC, 0, 0, NULL,
                                        on_socket_closed, NULL);
  g_signal_handlers_disconnect_matched (connection, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, on_peer_closed,
                                        NULL);
  g_io_stream_close (soup_websocket_connection_get_io_stream (connection), NULL, NULL);
}

void
fake_server_cut (FakeServer *self)
{
  GHashTableIter iter;
  gpointer peer;

  for (guint i = 0; i < self->sockets->len; i++)
    cut (self->sockets->pdata[i]);
  g_ptr_array_set_size (self->sockets, 0);
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    cut (peer);
  g_hash_table_remove_all (self->peers);
}

FakeServer *
fake_server_new (void)
{
  FakeServer *self = g_new0 (FakeServer, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) answer_free);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->bodies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->acks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->ping_interval_ms = 25000;
  self->ping_timeout_ms = 20000;
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_add_websocket_handler (self->server, "/socket.io", NULL, NULL, on_socket, self, NULL);
  soup_server_add_websocket_handler (self->server, "/peerjs", NULL, NULL, on_peer, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->url = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  fake_server_cut (self);
  g_hash_table_unref (self->answers);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_hash_table_unref (self->counts);
  g_hash_table_unref (self->bodies);
  g_hash_table_unref (self->acks);
  g_ptr_array_unref (self->sockets);
  g_hash_table_unref (self->peers);
  g_free (self->url);
  g_free (self);
}

const char *
fake_server_get_url (FakeServer *self)
{
  return self->url;
}
