/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-pusher"

#include "config.h"

#include "calld-pusher-private.h"

#include "calld-front-door.h"

#include <string.h>

/* Pusher's protocol 7 for one application: channels, presence and client events decide nothing that
 * a service would have to know, so all of it lives in the reactor's thread. */

#define CLIENTS "/app"
#define BACK_ENDS "/apps"
/* Versions whose messages are the same. */
#define OLDEST_PROTOCOL 5
#define NEWEST_PROTOCOL 7

/* --- connections ------------------------------------------------------------------------------ */

static void
client_free (CalldPusherClient *self)
{
  g_hash_table_unref (self->subscriptions);
  g_free (self->user_id);
  g_free (self);
}

/* Takes a client out of everything; its connection is the caller's business. */
static void
forget (CalldPusherClient *self)
{
  CalldPusher *server = self->server;

  calld_pusher_client_leave_all (self);
  g_hash_table_remove (server->by_socket_id, self->socket_id);
  calld_reactor_stop_timer (server->reactor, &self->timer);
  calld_reactor_remove_session (server->reactor, &self->base);
  client_free (self);
}

void
calld_pusher_client_close (CalldPusherClient *self, guint code, const char *reason)
{
  CalldPeer *peer = self->peer;

  forget (self);
  calld_peer_close (peer, code, reason);
}

void
calld_pusher_client_send (CalldPusherClient *self, const char *text)
{
  g_autoptr (CalldFrame) frame = calld_frame_new_text (text);

  calld_peer_send (self->peer, frame, CALLD_SEND_DEFAULT);
}

static void
send_error (CalldPeer *peer, CallPusherCode code, const char *message)
{
  g_autofree char *text = call_pusher_encode_error (code, message);
  g_autoptr (CalldFrame) frame = calld_frame_new_text (text);

  calld_peer_send (peer, frame, CALLD_SEND_DEFAULT);
}

/* Any message is a sign of life; only silence is asked. */
static void
on_silence (CalldWheelTimer *timer)
{
  CalldPusherClient *self = (CalldPusherClient *) ((char *) timer -
                                                   G_STRUCT_OFFSET (CalldPusherClient, timer));
  const CalldPusherOptions *options = &self->server->options;
  CalldReactor *reactor = self->server->reactor;
  guint64 silent_ms = calld_reactor_get_now_ms (reactor) - self->active_ms;

  if (silent_ms < options->ping_after_ms) {
    calld_reactor_start_timer (reactor, timer, options->ping_after_ms - silent_ms, on_silence);
  } else if (!self->awaits_pong) {
    self->awaits_pong = TRUE;
    calld_pusher_client_send (self, "{\"event\":\"pusher:ping\",\"data\":{}}");
    calld_reactor_start_timer (reactor, timer, options->pong_timeout_ms, on_silence);
  } else {
    send_error (self->peer, CALL_PUSHER_NO_PONG, "Pong reply not received in time");
    calld_pusher_client_close (self, CALL_PUSHER_NO_PONG, "Pong reply not received in time");
  }
}

static void
on_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  CalldPusherClient *self = owner;

  self->active_ms = calld_reactor_get_now_ms (self->server->reactor);
  self->awaits_pong = FALSE;
  if (message->opcode == CALL_WEBSOCKET_TEXT)
    calld_pusher_client_take (self, (const char *) message->data, message->length);
  else
    send_error (peer, CALL_PUSHER_GENERIC, "Invalid message format");
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
  calld_peer_send (((CalldPusherClient *) session)->peer, frame, flags);
}

static void
close_session (CalldClient *session)
{
  calld_pusher_client_close ((CalldPusherClient *) session, CALL_PUSHER_GENERIC, "closed");
}

/* 4100 makes clients come back, after a second; 4200 would make them come back at once. */
static void
drain (CalldClient *session, guint reconnect_ms)
{
  calld_pusher_client_close ((CalldPusherClient *) session, CALL_PUSHER_OVER_CAPACITY, "restart");
}

static const CalldClientClass session_class = {
  .deliver = deliver,
  .close = close_session,
  .drain = drain,
};

/* --- to channels ------------------------------------------------------------------------------ */

static void
deliver_to_member (CalldMember *member, gpointer user_data)
{
  calld_peer_send (((CalldPusherClient *) member)->peer, user_data, CALLD_SEND_DEFAULT);
}

/* Sends @text to all in @channel but the connection @except. */
void
calld_pusher_publish (CalldPusher *self,
                      const char *channel,
                      const char *text,
                      guint64 except,
                      gboolean is_remembered)
{
  const char *const rooms[] = { channel, NULL };
  g_autoptr (CalldFrame) frame = calld_frame_new_text (text);

  calld_rooms_broadcast (calld_reactor_get_rooms (self->reactor), CALLD_PROTOCOL_PUSHER, rooms,
                         except, deliver_to_member, frame);
  if (is_remembered && (call_pusher_channel_get_flags (channel) & CALL_PUSHER_CHANNEL_CACHE) != 0)
    calld_pusher_channels_remember (self->channels, channel, frame,
                                    calld_reactor_get_now_ms (self->reactor));
}

/* --- connecting ------------------------------------------------------------------------------- */

/* Refusals come after the upgrade, since clients cannot read an HTTP answer and try for ever. The
 * error tells the clients that look at the first message, the code those that look at the end. */
static void
refuse (CalldPeer *peer, CallPusherCode code, const char *message)
{
  send_error (peer, code, message);
  calld_peer_close (peer, code, message);
}

static void
make_socket_id (CalldPusher *server, CalldPusherClient *client)
{
  do {
    g_snprintf (client->socket_id, sizeof client->socket_id, "%u.%u",
                1 + g_random_int () % 1000000000, 1 + g_random_int () % 1000000000);
  } while (g_hash_table_contains (server->by_socket_id, client->socket_id));
}

static void
welcome (CalldPusher *server, CalldPeer *peer)
{
  CalldPusherClient *self = g_new0 (CalldPusherClient, 1);
  g_autofree char *text = NULL;

  self->base.klass = &session_class;
  self->base.member.protocol = CALLD_PROTOCOL_PUSHER;
  self->server = server;
  self->peer = peer;
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->active_ms = calld_reactor_get_now_ms (server->reactor);
  call_rate_limit_init (&self->rate, server->options.client_events_per_second,
                        server->options.client_events_per_second * 60);
  make_socket_id (server, self);
  calld_reactor_add_session (server->reactor, &self->base);
  g_hash_table_insert (server->by_socket_id, self->socket_id, self);
  calld_peer_claim (peer, &peer_class, self);
  calld_reactor_start_timer (server->reactor, &self->timer, server->options.ping_after_ms,
                             on_silence);
  text = call_pusher_encode_established (self->socket_id, server->options.activity_timeout_s);
  calld_pusher_client_send (self, text);
}

static gboolean
is_allowed_origin (CalldPusher *self, const CalldHead *head)
{
  const char *origin = soup_message_headers_get_one (head->headers, "Origin");
  g_autoptr (GUri) uri = NULL;

  if (self->options.origins == NULL || g_strv_contains (self->options.origins, "*"))
    return TRUE;
  uri = origin != NULL ? g_uri_parse (origin, G_URI_FLAGS_NONE, NULL) : NULL;
  return uri != NULL && g_uri_get_host (uri) != NULL &&
         g_strv_contains (self->options.origins, g_uri_get_host (uri));
}

/* What is wrong with a request to connect. */
static CallPusherCode
check (CalldPusher *self, const CalldHead *head, const char **message)
{
  const char *key = head->path + strlen (CLIENTS);
  g_autoptr (GHashTable) query = g_uri_parse_params (head->query != NULL ? head->query : "", -1,
                                                     "&", G_URI_PARAMS_WWW_FORM, NULL);
  const char *protocol = query != NULL ? g_hash_table_lookup (query, "protocol") : NULL;
  guint64 version;

#define WRONG(code, text) (*message = (text), (code))
  if (*key != '/' || key[1] == '\0' || strchr (key + 1, '/') != NULL)
    return WRONG (CALL_PUSHER_BAD_PATH, "Path not found");
  if (!g_str_equal (key + 1, self->options.app_key))
    return WRONG (CALL_PUSHER_NO_APP, "Application does not exist");
  if (protocol == NULL || *protocol == '\0')
    return WRONG (CALL_PUSHER_NO_PROTOCOL, "No protocol version supplied");
  if (!g_ascii_string_to_unsigned (protocol, 10, 0, G_MAXUINT, &version, NULL))
    return WRONG (CALL_PUSHER_BAD_VERSION, "Invalid version string format");
  if (version < OLDEST_PROTOCOL || version > NEWEST_PROTOCOL)
    return WRONG (CALL_PUSHER_UNSUPPORTED_PROTOCOL, "Unsupported protocol version");
  if (!is_allowed_origin (self, head))
    return WRONG (CALL_PUSHER_UNAUTHORIZED, "Origin not allowed");
  if (calld_reactor_is_full (self->reactor) || calld_reactor_is_draining (self->reactor))
    return WRONG (CALL_PUSHER_OVER_CAPACITY, "Over capacity");
#undef WRONG
  return CALL_PUSHER_NO_ERROR;
}

static void
serve_client (gpointer data,
              CalldPeer *peer,
              const CalldHead *head,
              const guint8 *body,
              gsize length)
{
  CalldPusher *self = data;
  const char *message = NULL;
  CallPusherCode code = check (self, head, &message);

  if (!calld_peer_upgrade (peer, head, self->options.max_message, NULL, NULL, NULL))
    return;
  if (code != CALL_PUSHER_NO_ERROR)
    refuse (peer, code, message);
  else
    welcome (self, peer);
}

/* --- the server ------------------------------------------------------------------------------- */

static void
pusher_free (gpointer data)
{
  CalldPusher *self = data;

  g_hash_table_unref (self->by_socket_id);
  calld_pusher_channels_free (self->channels);
  g_free ((char *) self->options.app_id);
  g_free ((char *) self->options.app_key);
  g_free ((char *) self->options.app_secret);
  g_strfreev ((char **) self->options.origins);
  g_free (self);
}

/**
 * calld_pusher_options_init:
 * @options: (out caller-allocates): settings
 *
 * Fills in the defaults. The application has to be named.
 */
void
calld_pusher_options_init (CalldPusherOptions *options)
{
  *options = (CalldPusherOptions){
    .client_events = TRUE,
    .client_events_per_second = 10,
    .activity_timeout_s = 30,
    .ping_after_ms = 60 * 1000,
    .pong_timeout_ms = 30 * 1000,
    .max_message = 100 * 1000,
    .max_body = 1000 * 1000,
    .max_channels = 500,
    .max_members = 100,
    .cache_ms = 30 * 60 * 1000,
    .max_cached = 1000,
  };
}

/**
 * calld_pusher_attach:
 * @reactor: a reactor that does not run yet
 * @options: settings, copied
 *
 * Serves Pusher's protocol 7 at `/app`, and its HTTP interface at `/apps`. The reactor owns it.
 */
void
calld_pusher_attach (CalldReactor *reactor, const CalldPusherOptions *options)
{
  CalldPusher *self = g_new0 (CalldPusher, 1);
  CalldRoute clients = { .prefix = CLIENTS, .request = serve_client, .data = self };
  CalldRoute back_ends = {
    .prefix = BACK_ENDS,
    .body_limit = calld_pusher_api_body_limit,
    .request = calld_pusher_serve_api,
    .free = pusher_free,
    .data = self,
  };

  self->reactor = reactor;
  self->options = *options;
  self->options.app_id = g_strdup (options->app_id);
  self->options.app_key = g_strdup (options->app_key);
  self->options.app_secret = g_strdup (options->app_secret);
  self->options.origins = (const char *const *) g_strdupv ((char **) options->origins);
  self->channels = calld_pusher_channels_new (options->max_cached, options->cache_ms);
  self->by_socket_id = g_hash_table_new (g_str_hash, g_str_equal);
  calld_reactor_add_route (reactor, &clients);
  calld_reactor_add_route (reactor, &back_ends);
}
