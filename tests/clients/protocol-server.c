/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Serves the gateways' own code with the behaviour that conformance suites and the scripts beside
 * this file expect. */
#include "config.h"

#include "calld-engineio.h"
#include "calld-hub-private.h"
#include "calld-peerjs.h"
#include "calld-pusher.h"
#include "calld-socketio-server.h"

#include <glib-unix.h>
#include <json-glib/json-glib.h>
#include <string.h>

enum {
  NSP_ROOT,
  NSP_CUSTOM,
  NSP_REFUSE,
};

static const char *const namespaces[] = { "/", "/custom", "/refuse", NULL };
static char *everybody[] = { (char *) "*", NULL };

static char *option_protocol;
static int option_port = 0;
/* 0: what the protocol's suite expects. */
static int option_ping_interval;
static int option_ping_timeout;
static int option_max_payload = 1000000;
static int option_connect_timeout = 1000;
static int option_upgrade_timeout = 10000;
static int option_alive_timeout = 60000;
static int option_expire_timeout = 5000;
static int option_cleanup = 1000;
static int option_max_connections = 20000;
static int option_head_timeout = 10000;
static char *option_certificate;
static char *option_key;
static gboolean option_discovery;
static gboolean option_recovery;

static const GOptionEntry entries[] = {
  { "protocol", 0, 0, G_OPTION_ARG_STRING, &option_protocol, "engineio, socketio, pusher or peerjs",
    "NAME" },
  { "port", 0, 0, G_OPTION_ARG_INT, &option_port, "port, 0 for any", "N" },
  { "ping-interval", 0, 0, G_OPTION_ARG_INT, &option_ping_interval,
    "between a pong and the next ping; Pusher: silence before a ping", "MS" },
  { "ping-timeout", 0, 0, G_OPTION_ARG_INT, &option_ping_timeout, "for a pong to come", "MS" },
  { "max-payload", 0, 0, G_OPTION_ARG_INT, &option_max_payload,
    "of one message, or of one body of a long poll", "BYTES" },
  { "connect-timeout", 0, 0, G_OPTION_ARG_INT, &option_connect_timeout,
    "Socket.IO: for the first namespace to be entered", "MS" },
  { "upgrade-timeout", 0, 0, G_OPTION_ARG_INT, &option_upgrade_timeout,
    "from the probe to the end of an upgrade", "MS" },
  { "alive-timeout", 0, 0, G_OPTION_ARG_INT, &option_alive_timeout,
    "PeerJS: between two HEARTBEATs", "MS" },
  { "expire-timeout", 0, 0, G_OPTION_ARG_INT, &option_expire_timeout,
    "PeerJS: for a message to reach a peer that is not there yet", "MS" },
  { "cleanup", 0, 0, G_OPTION_ARG_INT, &option_cleanup,
    "PeerJS: between two looks for expired messages", "MS" },
  { "max-connections", 0, 0, G_OPTION_ARG_INT, &option_max_connections, "connections, and sessions",
    "N" },
  { "head-timeout", 0, 0, G_OPTION_ARG_INT, &option_head_timeout,
    "for the head of a request to arrive", "MS" },
  { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &option_certificate,
    "end TLS here, with this certificate", "FILE" },
  { "key", 0, 0, G_OPTION_ARG_FILENAME, &option_key, "its private key", "FILE" },
  { "recovery", 0, 0, G_OPTION_ARG_NONE, &option_recovery,
    "Socket.IO: clients may come back to where they were", NULL },
  { "discovery", 0, 0, G_OPTION_ARG_NONE, &option_discovery, "PeerJS: list the peers", NULL },
  G_OPTION_ENTRY_NULL,
};

/* --- Engine.IO: an echo ----------------------------------------------------------------------- */

static void
engineio_opened (CalldEngineioSession *session, const CallEngineioQuery *query)
{
}

static void
engineio_closed (CalldEngineioSession *session)
{
}

static void
engineio_message (CalldEngineioSession *session, gboolean binary, const guint8 *data, gsize length)
{
  g_autoptr (CalldFrame) frame = NULL;

  if (binary) {
    frame = calld_frame_new (CALLD_FRAME_BINARY, data, length);
  } else {
    g_autofree char *text = g_strdup_printf ("4%.*s", (int) length, (const char *) data);

    frame = calld_frame_new_text (text);
  }
  calld_engineio_session_send (session, frame, CALLD_SEND_DEFAULT);
}

static const CalldEngineioClass engineio_class = {
  .session_size = sizeof (CalldEngineioSession),
  .opened = engineio_opened,
  .message = engineio_message,
  .closed = engineio_closed,
};

/* --- Socket.IO -------------------------------------------------------------------------------- */

/* The arguments of @packet from number @skip on, behind @event unless it is NULL. */
static void
send_arguments (CalldSocketioSession *session,
                const CallSocketioPacket *packet,
                guint skip,
                CallSocketioType type,
                const char *event,
                gint64 ack_id)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  CallSocketioPacket answer = { .nsp = packet->nsp, .ack_id = ack_id, .data = node };
  JsonNode *argument;

  if (event != NULL)
    json_array_add_string_element (array, event);
  for (guint i = skip; (argument = call_socketio_packet_get_argument (packet, i)) != NULL; i++)
    json_array_add_element (array, json_node_copy (argument));
  json_node_set_array (node, array);
  answer.n_attachments = packet->n_attachments;
  answer.attachments = packet->attachments;
  answer.type = type;
  if (answer.n_attachments > 0)
    answer.type = type == CALL_SOCKETIO_ACK ? CALL_SOCKETIO_BINARY_ACK : CALL_SOCKETIO_BINARY_EVENT;
  if (answer.type == CALL_SOCKETIO_EVENT && ack_id == CALL_SOCKETIO_NO_ACK) {
    g_autofree char *text = call_socketio_packet_encode (&answer);

    calld_socketio_session_emit (session, text);
  } else {
    calld_socketio_session_send (session, &answer);
  }
}

/* Clients that await one packet at a time miss the second of two that come at once; suites are
 * such clients, and set short timers. */
#define APART_MS 10
#define SUITE_INTERVAL_MS 1000

static guint
get_ping_interval (void)
{
  return option_ping_interval > 0 ? (guint) option_ping_interval : 300;
}

static guint
get_gap (void)
{
  return get_ping_interval () < SUITE_INTERVAL_MS ? APART_MS : 0;
}

/* The "auth" event of a client, which is not read until it is sent. */
typedef struct {
  CalldWheelTimer timer;
  CalldReactor *reactor;
  guint64 id;
  char *packet;
} Greeting;

static GHashTable *greetings;

static void
greeting_free (gpointer data)
{
  Greeting *greeting = data;

  g_free (greeting->packet);
  g_free (greeting);
}

static void
on_greeting (CalldWheelTimer *timer)
{
  Greeting *greeting = (Greeting *) timer;
  CalldSocketioSession *session = calld_socketio_server_lookup (greeting->reactor, greeting->id);

  if (session != NULL) {
    calld_socketio_session_send_text (session, greeting->packet);
    calld_engineio_session_release (&session->engine);
  }
  g_hash_table_remove (greetings, greeting);
}

static void
greet_later (CalldSocketioSession *session, const char *packet)
{
  Greeting *greeting = g_new0 (Greeting, 1);

  greeting->reactor = calld_engineio_session_get_reactor (&session->engine);
  greeting->id = session->engine.base.member.id;
  greeting->packet = g_strdup (packet);
  g_hash_table_add (greetings, greeting);
  calld_engineio_session_hold (&session->engine, FALSE);
  calld_reactor_start_timer (greeting->reactor, &greeting->timer, get_gap (), on_greeting);
}

static void
socketio_connect (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  g_autofree char *auth = packet->data != NULL ? call_json_node_to_string (packet->data) : NULL;
  g_autofree char *text = NULL;

  if (nsp == NSP_REFUSE) {
    calld_socketio_session_refuse (
        session, nsp, "4/refuse,{\"message\":\"not authorized\",\"data\":{\"code\":42}}");
    return;
  }
  calld_socketio_session_accept (session, nsp, NULL);
  text = call_socketio_encode_event (namespaces[nsp], CALL_SOCKETIO_NO_ACK, "auth",
                                     auth != NULL ? auth : "{}");
  if (get_gap () > 0)
    greet_later (session, text);
  else
    calld_socketio_session_send_text (session, text);
}

static void
deliver_to_room (CalldMember *member, gpointer user_data)
{
  CalldClient *session = (CalldClient *) member;

  session->klass->deliver (session, user_data, CALLD_SEND_DEFAULT);
}

/* A session is in rooms of all its namespaces, which have their own. */
static char *
name_room (guint nsp, const char *room)
{
  return g_strconcat (namespaces[nsp], "#", room, NULL);
}

static void
emit_to_room (CalldSocketioSession *session,
              guint nsp,
              const char *room,
              const char *event,
              const CallSocketioPacket *packet,
              guint skip)
{
  CalldReactor *reactor = calld_engineio_session_get_reactor (&session->engine);
  g_autofree char *name = name_room (nsp, room);
  const char *const rooms[] = { name, NULL };
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  CallSocketioPacket answer = {
    .type = CALL_SOCKETIO_EVENT, .nsp = packet->nsp, .ack_id = CALL_SOCKETIO_NO_ACK, .data = node
  };
  g_autofree char *text = NULL;
  g_autoptr (CalldFrame) frame = NULL;
  JsonNode *argument;

  json_array_add_string_element (array, event);
  for (guint i = skip; (argument = call_socketio_packet_get_argument (packet, i)) != NULL; i++)
    json_array_add_element (array, json_node_copy (argument));
  json_node_set_array (node, array);
  text = call_socketio_packet_encode (&answer);
  frame = option_recovery ? calld_socketio_event_frame_new (text) : calld_socketio_frame_new (text);
  calld_rooms_broadcast (calld_reactor_get_rooms (reactor), CALLD_PROTOCOL_SOCKETIO, rooms, 0,
                         deliver_to_room, frame);
}

static const char *
get_string (const CallSocketioPacket *packet, guint index)
{
  JsonNode *node = call_socketio_packet_get_argument (packet, index);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static void
send_to_room_of_message (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  JsonNode *node = call_socketio_packet_get_argument (packet, 0);
  const char *room = NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    room = json_object_get_string_member_with_default (json_node_get_object (node), "room", NULL);
  if (room != NULL)
    emit_to_room (session, nsp, room, "msg", packet, 0);
}

static void
join_room (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  CalldReactor *reactor = calld_engineio_session_get_reactor (&session->engine);
  const char *room = get_string (packet, 0);
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (room == NULL)
    return;
  name = name_room (nsp, room);
  calld_rooms_join (calld_reactor_get_rooms (reactor), &session->engine.base.member, name);
  if (packet->ack_id == CALL_SOCKETIO_NO_ACK)
    return;
  text = call_socketio_encode_ack (packet->nsp, packet->ack_id, "\"ok\"");
  calld_socketio_session_send_text (session, text);
}

/* Questions of the server that are not answered yet: whose, by number, and the number of the
 * acknowledgement that the answer is passed on as. */
static GHashTable *questions;

static char *
name_question (CalldSocketioSession *session, guint nsp, gint64 ack_id)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %u %" G_GINT64_FORMAT,
                          session->engine.base.member.id, nsp, ack_id);
}

static void
ask_client (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  static gint64 next_ids[G_N_ELEMENTS (namespaces)];
  gint64 id = next_ids[nsp]++;

  g_hash_table_insert (questions, name_question (session, nsp, id),
                       g_memdup2 (&packet->ack_id, sizeof packet->ack_id));
  send_arguments (session, packet, 0, CALL_SOCKETIO_EVENT, "server-asks", id);
}

static gboolean
is_of_session (gpointer key, gpointer value, gpointer prefix)
{
  return g_str_has_prefix (key, prefix);
}

static void
forget_questions (CalldSocketioSession *session, guint nsp)
{
  g_autofree char *prefix = g_strdup_printf ("%" G_GUINT64_FORMAT " %u ",
                                             session->engine.base.member.id, nsp);

  g_hash_table_foreach_remove (questions, is_of_session, prefix);
}

static void
socketio_event (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  const char *event = call_socketio_packet_get_event (packet);

  if (g_strcmp0 (event, "message") == 0)
    send_arguments (session, packet, 0, CALL_SOCKETIO_EVENT, "message-back", CALL_SOCKETIO_NO_ACK);
  else if (g_strcmp0 (event, "message-with-ack") == 0)
    send_arguments (session, packet, 0, CALL_SOCKETIO_ACK, NULL, packet->ack_id);
  else if (g_strcmp0 (event, "ask-me") == 0)
    ask_client (session, nsp, packet);
  else if (g_strcmp0 (event, "kick-transport") == 0)
    calld_engineio_session_close (&session->engine);
  else if (g_strcmp0 (event, "kick-namespace") == 0)
    calld_socketio_session_disconnect (session, nsp);
  else if (g_strcmp0 (event, "join") == 0)
    join_room (session, nsp, packet);
  else if (g_strcmp0 (event, "room-emit") == 0 && get_string (packet, 0) != NULL)
    emit_to_room (session, nsp, get_string (packet, 0), "room-event", packet, 1);
  else if (g_strcmp0 (event, "msg") == 0)
    send_to_room_of_message (session, nsp, packet);
}

static void
socketio_left (CalldSocketioSession *session, guint nsp)
{
  CalldRooms *rooms = calld_reactor_get_rooms (
      calld_engineio_session_get_reactor (&session->engine));
  CalldMember *member = &session->engine.base.member;
  g_autofree const char **names = calld_rooms_list (rooms, member);
  g_autofree char *prefix = name_room (nsp, "");

  forget_questions (session, nsp);
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_has_prefix (names[i], prefix))
      calld_rooms_leave (rooms, member, names[i]);
}

/* An answer counts once; one to no question is nothing. */
static void
socketio_ack (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  g_autofree char *name = name_question (session, nsp, packet->ack_id);
  const gint64 *ack_id = g_hash_table_lookup (questions, name);
  CallSocketioPacket answer = *packet;

  if (ack_id == NULL)
    return;
  answer.ack_id = *ack_id;
  g_hash_table_remove (questions, name);
  if (answer.ack_id != CALL_SOCKETIO_NO_ACK)
    calld_socketio_session_send (session, &answer);
}

static void
socketio_gone (gpointer app_data, CalldReactor *reactor, guint64 id)
{
}

static const CalldSocketioApp socketio_app = {
  .connect = socketio_connect,
  .event = socketio_event,
  .ack = socketio_ack,
  .left = socketio_left,
  .gone = socketio_gone,
};

/* --- main ------------------------------------------------------------------------------------- */

static gboolean
attach (CalldHub *hub)
{
  CalldReactor *reactor = calld_hub_get_reactor (hub);
  CalldEngineioOptions engine = {
    .path = "/socket.io",
    .protocol = CALLD_PROTOCOL_SOCKETIO,
    .ping_interval_ms = get_ping_interval (),
    .ping_timeout_ms = option_ping_timeout > 0 ? (guint) option_ping_timeout : 200,
    .upgrade_timeout_ms = (guint) option_upgrade_timeout,
    .open_delay_ms = get_gap (),
    .max_payload = (guint) option_max_payload,
    .cors_origins = everybody,
  };

  if (g_strcmp0 (option_protocol, "engineio") == 0) {
    engine.path = "/engine.io";
    calld_engineio_new (reactor, &engine, &engineio_class, NULL, NULL);
    return TRUE;
  }
  if (g_strcmp0 (option_protocol, "socketio") == 0) {
    CalldSocketioServerOptions options = {
      .engine = engine,
      .namespaces = namespaces,
      .connect_timeout_ms = (guint) option_connect_timeout,
      .max_attachments = CALL_SOCKETIO_MAX_ATTACHMENTS,
      .recovery = option_recovery,
    };

    questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    greetings = g_hash_table_new_full (NULL, NULL, greeting_free, NULL);
    calld_socketio_server_new (reactor, &options, &socketio_app, greetings,
                               (GDestroyNotify) g_hash_table_unref);
    return TRUE;
  }
  if (g_strcmp0 (option_protocol, "peerjs") == 0) {
    CalldPeerjsOptions options;

    calld_peerjs_options_init (&options);
    options.alive_timeout_ms = (guint) option_alive_timeout;
    options.expire_timeout_ms = (guint) option_expire_timeout;
    options.cleanup_ms = (guint) option_cleanup;
    options.allow_discovery = option_discovery;
    calld_peerjs_attach (hub, &options);
    return TRUE;
  }
  if (g_strcmp0 (option_protocol, "pusher") == 0) {
    CalldPusherOptions options;

    calld_pusher_options_init (&options);
    options.app_id = "app-id";
    options.app_key = "app-key";
    options.app_secret = "app-secret";
    if (option_ping_interval > 0)
      options.ping_after_ms = (guint) option_ping_interval;
    if (option_ping_timeout > 0)
      options.pong_timeout_ms = (guint) option_ping_timeout;
    options.max_message = (guint) option_max_payload;
    calld_pusher_attach (reactor, &options);
    return TRUE;
  }
  g_printerr ("--protocol has to be engineio, socketio, pusher or peerjs\n");
  return FALSE;
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

/* One page on libsoup's side, so that a browser has somewhere to begin; a PeerJS server mounted at
 * the root says there what it is. */
static void
on_page (SoupServer *server,
         SoupServerMessage *message,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  static const char page[] = "<!doctype html><meta charset=utf-8><title>protocol-server</title>";
  static const char peerjs[] = "{\"name\":\"PeerJS Server\",\"description\":\"protocol-server\","
                               "\"website\":\"https://peerjs.com/\"}";
  gboolean is_peerjs = g_strcmp0 (option_protocol, "peerjs") == 0;

  soup_message_headers_append (soup_server_message_get_response_headers (message),
                               "Access-Control-Allow-Origin", "*");
  soup_server_message_set_response (message, is_peerjs ? "application/json" : "text/html",
                                    SOUP_MEMORY_STATIC, is_peerjs ? peerjs : page,
                                    is_peerjs ? strlen (peerjs) : strlen (page));
  soup_server_message_set_status (message, 200, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (CalldHub) hub = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  CalldHubOptions options;

  g_option_context_add_main_entries (context, entries, NULL);
  calld_hub_options_init (&options);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  options.certificate_file = option_certificate;
  options.key_file = option_key;
  options.max_connections = (guint) option_max_connections;
  options.head_timeout_ms = (guint) option_head_timeout;
  server = soup_server_new (NULL, NULL);
  soup_server_add_handler (server, NULL, on_page, NULL, NULL);
  hub = calld_hub_new (&options, server, &error);
  if (hub == NULL || !attach (hub) ||
      !calld_hub_listen (hub, "127.0.0.1", (guint16) option_port, &error)) {
    g_printerr ("%s\n", error != NULL ? error->message : "cannot start");
    return 1;
  }
  /* Some clients take "localhost" for the one, some for the other. */
  calld_hub_listen (hub, "::1", calld_hub_get_port (hub), NULL);
  g_print ("port %u\nready\n", calld_hub_get_port (hub));
  g_unix_signal_add (SIGTERM, quit, loop);
  g_unix_signal_add (SIGINT, quit, loop);
  g_main_loop_run (loop);
  calld_hub_stop (hub);
  g_clear_pointer (&questions, g_hash_table_unref);
  return 0;
}
