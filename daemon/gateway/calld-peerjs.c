/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-peerjs"

#include "config.h"

#include "calld-peerjs.h"

#include "calld-front-door.h"
#include "calld-hub-private.h"
#include "calld-peerjs-relay.h"
#include "calld-peerjs-waiting.h"

#include "call-id.h"
#include "call-peerjs.h"
#include "call-rate-limit.h"

#include <string.h>

/* The relay of media signalling. It decides nothing that a service would have to know, so it lives
 * in the reactor's thread altogether. */

typedef struct {
  CalldPeerjsOptions options;
  CalldReactor *reactor;
  GHashTable *by_id;
  CalldPeerjsWaiting *waiting;
  CalldWheelTimer cleanup;
} Relay;

typedef struct {
  CalldClient base;
  Relay *relay;
  CalldPeer *peer;
  char *id;
  char *token;
  CalldWheelTimer alive;
  CallRateLimit rate;
} Client;

/* --- clients ---------------------------------------------------------------------------------- */

static void
client_free (Client *self)
{
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}

/* Takes a client out of the table; its connection is the caller's business. */
static void
forget (Client *self)
{
  CalldReactor *reactor = self->relay->reactor;

  g_hash_table_remove (self->relay->by_id, self->id);
  calld_reactor_stop_timer (reactor, &self->alive);
  calld_reactor_remove_session (reactor, &self->base);
  client_free (self);
}

static void
close_client (Client *self, guint code, const char *reason)
{
  calld_peer_close (self->peer, code, reason);
  forget (self);
}

static void
on_alive_timeout (CalldWheelTimer *timer)
{
  close_client ((Client *) ((char *) timer - G_STRUCT_OFFSET (Client, alive)), 0, NULL);
}

static void
stamp (Client *self)
{
  calld_reactor_start_timer (self->relay->reactor, &self->alive,
                             self->relay->options.alive_timeout_ms, on_alive_timeout);
}

static void
send_text (CalldPeer *peer, const char *text)
{
  g_autoptr (CalldFrame) frame = calld_frame_new_text (text);

  calld_peer_send (peer, frame, CALLD_SEND_DEFAULT);
}

static void
send_bare (Client *self, CallPeerjsType type, const char *src, const char *dst)
{
  g_autofree char *text = call_peerjs_encode_bare (type, src, dst);

  send_text (self->peer, text);
}

/* --- messages --------------------------------------------------------------------------------- */

static void
on_expired (const char *dst, const char *src, gpointer user_data)
{
  Relay *relay = user_data;
  Client *sender = g_hash_table_lookup (relay->by_id, src);

  if (sender != NULL)
    send_bare (sender, CALL_PEERJS_EXPIRE, dst, src);
}

static void
on_cleanup (CalldWheelTimer *timer)
{
  Relay *relay = (Relay *) ((char *) timer - G_STRUCT_OFFSET (Relay, cleanup));
  guint64 now_ms = calld_reactor_get_now_ms (relay->reactor);

  calld_peerjs_waiting_expire (relay->waiting, now_ms - relay->options.expire_timeout_ms,
                               on_expired, relay);
  if (!calld_peerjs_waiting_is_empty (relay->waiting))
    calld_reactor_start_timer (relay->reactor, timer, relay->options.cleanup_ms, on_cleanup);
}

static void
keep (Relay *relay, Client *sender, const CallPeerjsMessage *message, CalldFrame *frame)
{
  if (message->type == CALL_PEERJS_LEAVE || message->type == CALL_PEERJS_EXPIRE)
    return;
  /* Overflow policy: what cannot wait has expired, and its sender hears so at once. */
  if (!calld_peerjs_waiting_add (relay->waiting, message->dst, sender->id, frame,
                                 calld_reactor_get_now_ms (relay->reactor)))
    on_expired (message->dst, sender->id, relay);
  else if (!calld_wheel_is_started (&relay->cleanup))
    calld_reactor_start_timer (relay->reactor, &relay->cleanup, relay->options.cleanup_ms,
                               on_cleanup);
}

/* Forwards exactly {type, src, dst, payload}; the sender is who we know, whatever it says. */
static void
relay_message (Client *sender, CallPeerjsMessage *message)
{
  Relay *relay = sender->relay;
  Client *target = g_hash_table_lookup (relay->by_id, message->dst);
  g_autofree char *text = NULL;
  g_autoptr (CalldFrame) frame = NULL;

  g_free (message->src);
  message->src = g_strdup (sender->id);
  text = call_peerjs_message_encode (message);
  frame = calld_frame_new_text (text);
  if (target == NULL)
    keep (relay, sender, message, frame);
  else if (!calld_peer_send (target->peer, frame, CALLD_SEND_DEFAULT))
    send_bare (sender, CALL_PEERJS_LEAVE, message->dst, sender->id);
}

static void
take_message (Client *self, CallPeerjsMessage *message)
{
  if (message->type == CALL_PEERJS_HEARTBEAT)
    stamp (self);
  else if (!call_peerjs_type_is_relayed (message->type))
    g_debug ("a message of a type that is not relayed");
  else if (message->dst != NULL)
    relay_message (self, message);
  else if (message->type == CALL_PEERJS_LEAVE)
    close_client (self, CALL_WEBSOCKET_CODE_NORMAL, NULL);
}

static void
on_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *data)
{
  Client *self = owner;
  g_auto (CallPeerjsMessage) message = { 0 };
  gint64 now_ms = (gint64) calld_reactor_get_now_ms (self->relay->reactor);

  if (!call_rate_limit_take (&self->rate, 1, now_ms, NULL)) {
    close_client (self, CALL_WEBSOCKET_CODE_POLICY, "too many messages");
    return;
  }
  if (data->opcode == CALL_WEBSOCKET_TEXT &&
      call_peerjs_message_parse (&message, (const char *) data->data, data->length, NULL))
    take_message (self, &message);
}

static void
on_closed (CalldPeer *peer, gpointer owner)
{
  forget (owner);
}

static const CalldPeerClass peer_class = { .message = on_message, .closed = on_closed };

/* --- for the hub ------------------------------------------------------------------------------ */

static void
deliver (CalldClient *session, CalldFrame *frame, CalldSendFlags flags)
{
  calld_peer_send (((Client *) session)->peer, frame, flags);
}

static void
close_session (CalldClient *session)
{
  close_client ((Client *) session, 0, NULL);
}

static void
drain (CalldClient *session, guint reconnect_ms)
{
  close_client ((Client *) session, CALL_WEBSOCKET_CODE_RESTART, "restart");
}

static const CalldClientClass session_class = {
  .deliver = deliver,
  .close = close_session,
  .drain = drain,
};

/* --- connecting ------------------------------------------------------------------------------- */

/* Refusals come after the upgrade, so that a browser can read them. */
static void
refuse (CalldPeer *peer, CallPeerjsType type, const char *why)
{
  g_autofree char *text = call_peerjs_encode_notice (type, why);

  send_text (peer, text);
  calld_peer_close (peer, 0, NULL);
}

static Client *
client_new (Relay *relay, CalldPeer *peer, const char *id, const char *token)
{
  Client *self = g_new0 (Client, 1);

  self->base.klass = &session_class;
  self->base.member.protocol = CALLD_PROTOCOL_PEERJS;
  self->relay = relay;
  self->peer = peer;
  self->id = g_strdup (id);
  self->token = g_strdup (token);
  call_rate_limit_init (&self->rate, relay->options.burst, relay->options.messages_per_second * 60);
  calld_reactor_add_session (relay->reactor, &self->base);
  g_hash_table_insert (relay->by_id, self->id, self);
  return self;
}

static void
welcome (Client *self)
{
  g_autoptr (GPtrArray) frames = calld_peerjs_waiting_take (self->relay->waiting, self->id);
  g_autofree char *open = call_peerjs_encode_bare (CALL_PEERJS_OPEN, NULL, NULL);

  calld_peer_claim (self->peer, &peer_class, self);
  stamp (self);
  send_text (self->peer, open);
  for (guint i = 0; frames != NULL && i < frames->len; i++)
    calld_peer_send (self->peer, g_ptr_array_index (frames, i), CALLD_SEND_DEFAULT);
}

static void
connect_client (Relay *relay, CalldPeer *peer, const char *id, const char *token)
{
  Client *client = g_hash_table_lookup (relay->by_id, id);

  if (client != NULL && !g_str_equal (client->token, token)) {
    refuse (peer, CALL_PEERJS_ID_TAKEN, "ID is taken");
    return;
  }
  if (client == NULL && g_hash_table_size (relay->by_id) >= relay->options.concurrent_limit) {
    refuse (peer, CALL_PEERJS_ERROR, "Server has reached its concurrent user limit");
    return;
  }
  if (client != NULL) {
    /* The same client again, before its old connection was known to be dead. It waits for OPEN. */
    calld_peer_close (client->peer, 0, NULL);
    client->peer = peer;
  } else {
    client = client_new (relay, peer, id, token);
  }
  welcome (client);
}

static void
open_websocket (Relay *relay, CalldPeer *peer, const CalldHead *head)
{
  g_autoptr (GHashTable) query = g_uri_parse_params (head->query != NULL ? head->query : "", -1,
                                                     "&", G_URI_PARAMS_WWW_FORM, NULL);
  const char *id = query != NULL ? g_hash_table_lookup (query, "id") : NULL;
  const char *token = query != NULL ? g_hash_table_lookup (query, "token") : NULL;
  const char *key = query != NULL ? g_hash_table_lookup (query, "key") : NULL;

  if (!calld_peer_upgrade (peer, head, relay->options.max_message, NULL, NULL, NULL))
    return;
  if (id == NULL || token == NULL || key == NULL || *id == '\0' || *token == '\0' || *key == '\0')
    refuse (peer, CALL_PEERJS_ERROR, "No id, token, or key supplied to websocket server");
  else if (!g_str_equal (key, relay->options.key))
    refuse (peer, CALL_PEERJS_ERROR, "Invalid key provided");
  else if (strlen (id) > CALL_PEERJS_ID_MAX || strlen (token) > CALL_PEERJS_ID_MAX)
    refuse (peer, CALL_PEERJS_ERROR, "The id or the token is too long");
  else
    connect_client (relay, peer, id, token);
}

/* --- HTTP ------------------------------------------------------------------------------------- */

static void
answer (CalldPeer *peer, const CalldHead *head, guint status, const char *type, const char *body)
{
  const char *origin = soup_message_headers_get_one (head->headers, "Origin");
  g_autoptr (GString) headers = g_string_new ("Cache-Control: no-store\r\n");

  if (origin != NULL && strpbrk (origin, "\r\n") == NULL)
    g_string_append_printf (headers, "Access-Control-Allow-Origin: %s\r\nVary: Origin\r\n", origin);
  calld_peer_answer_text (peer, status, type, headers->str, body);
}

static void
answer_peers (Relay *relay, CalldPeer *peer, const CalldHead *head)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer id;

  if (!relay->options.allow_discovery) {
    g_string_free (writer.text, TRUE);
    answer (peer, head, 401, "text/plain", "");
    return;
  }
  call_json_begin_array (&writer, NULL);
  g_hash_table_iter_init (&iter, relay->by_id);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    call_json_add_string (&writer, NULL, id);
  call_json_end_array (&writer);
  text = call_json_writer_finish (&writer);
  answer (peer, head, 200, "application/json", text);
}

/* What is asked for, below the path and perhaps below the key: "", "id" or "peers". */
static char *
get_resource (Relay *relay, const CalldHead *head)
{
  const char *rest = head->path + strlen (relay->options.path);
  gsize key = strlen (relay->options.key);
  gsize length;

  while (*rest == '/')
    rest++;
  if (strncmp (rest, relay->options.key, key) == 0 && (rest[key] == '/' || rest[key] == '\0'))
    rest += key;
  while (*rest == '/')
    rest++;
  length = strlen (rest);
  while (length > 0 && rest[length - 1] == '/')
    length--;
  return g_strndup (rest, length);
}

static void
on_request (gpointer data, CalldPeer *peer, const CalldHead *head, const guint8 *body, gsize length)
{
  Relay *relay = data;
  g_autofree char *resource = get_resource (relay, head);

  if (head->websocket && *resource == '\0' && !calld_reactor_is_draining (relay->reactor)) {
    open_websocket (relay, peer, head);
  } else if (!g_str_equal (head->method, "GET")) {
    answer (peer, head, 405, NULL, "");
  } else if (g_str_equal (resource, "id")) {
    g_autofree char *id = call_id_new ();

    answer (peer, head, 200, "text/html; charset=utf-8", id);
  } else if (g_str_equal (resource, "peers")) {
    answer_peers (relay, peer, head);
  } else if (*resource == '\0') {
    answer (peer, head, 200, "application/json",
            "{\"name\":\"PeerJS Server\",\"description\":\"A server side element to broker "
            "connections between PeerJS clients.\",\"website\":\"https://peerjs.com/\"}");
  } else {
    answer (peer, head, 404, NULL, "");
  }
}

/* --- the relay -------------------------------------------------------------------------------- */

static void
relay_free (gpointer data)
{
  Relay *relay = data;

  g_hash_table_unref (relay->by_id);
  calld_peerjs_waiting_free (relay->waiting);
  g_free ((char *) relay->options.path);
  g_free ((char *) relay->options.key);
  g_free (relay);
}

/**
 * calld_peerjs_options_init:
 * @options: (out caller-allocates): settings
 *
 * Fills in the defaults.
 */
void
calld_peerjs_options_init (CalldPeerjsOptions *options)
{
  *options = (CalldPeerjsOptions){
    .path = "/peerjs",
    .key = "peerjs",
    .concurrent_limit = 5000,
    .alive_timeout_ms = CALL_PEERJS_ALIVE_TIMEOUT_MS,
    .expire_timeout_ms = CALL_PEERJS_EXPIRE_TIMEOUT_MS,
    .cleanup_ms = 1000,
    .max_message = 128 * 1024,
    .max_waiting = 128,
    .waiting_memory = 16 * 1024 * 1024,
    .messages_per_second = 50,
    .burst = 500,
  };
}

/**
 * calld_peerjs_attach:
 * @hub: the hub, which does not listen yet
 * @options: settings, copied
 *
 * Serves the PeerJS relay.
 */
void
calld_peerjs_attach (CalldHub *hub, const CalldPeerjsOptions *options)
{
  calld_peerjs_relay_new (calld_hub_get_reactor (hub), options);
}

/**
 * calld_peerjs_relay_new:
 * @reactor: a reactor that does not run yet
 * @options: settings, copied
 *
 * Makes the relay; the reactor owns it.
 */
void
calld_peerjs_relay_new (CalldReactor *reactor, const CalldPeerjsOptions *options)
{
  Relay *relay = g_new0 (Relay, 1);
  CalldRoute route = { .request = on_request, .free = relay_free, .data = relay };
  gsize length = strlen (options->path);

  while (length > 0 && options->path[length - 1] == '/')
    length--;
  relay->options = *options;
  relay->options.path = g_strndup (options->path, length);
  relay->options.key = g_strdup (options->key);
  relay->reactor = reactor;
  relay->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  relay->waiting = calld_peerjs_waiting_new (options->max_waiting, options->waiting_memory);
  route.prefix = relay->options.path;
  calld_reactor_add_route (relay->reactor, &route);
}
