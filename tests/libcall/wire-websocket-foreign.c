/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The frame codec against others: libsoup and Node as clients of a small server made of it, and the
 * codec as a client of libsoup's server. */
#include "call-websocket-frame.h"

#include <libsoup/soup.h>

#include <stdlib.h>
#include <string.h>

#define LIMIT 1000000
#define WATCHDOG_SECONDS 60

/* --- a server of ours, one thread a connection -------------------------------------------------
 */

static gboolean
send_bytes (GOutputStream *out, GBytes *bytes)
{
  g_autoptr (GBytes) owned = bytes;

  return g_output_stream_write_all (out, g_bytes_get_data (owned, NULL), g_bytes_get_size (owned),
                                    NULL, NULL, NULL);
}

/* Reads a request head and answers it. The bytes of the first frames may come with it. */
static gboolean
shake_hands (GInputStream *in, GOutputStream *out, GByteArray *left)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *accept = NULL;
  g_autofree char *answer = NULL;
  const guint8 *end;
  gsize head;
  guint8 buffer[1024];

  while ((end = memmem (left->data, left->len, "\r\n\r\n", 4)) == NULL) {
    gssize n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL);

    if (n <= 0)
      return FALSE;
    g_byte_array_append (left, buffer, (guint) n);
  }
  head = (gsize) (end - left->data) + 4;
  g_assert_true (soup_headers_parse_request ((const char *) left->data, (int) head, headers, NULL,
                                             NULL, NULL) == SOUP_STATUS_OK);
  accept = call_websocket_accept_key (soup_message_headers_get_one (headers, "Sec-WebSocket-Key"));
  g_assert_nonnull (accept);
  g_byte_array_remove_range (left, 0, (guint) head);
  answer = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                            accept);
  return g_output_stream_write_all (out, answer, strlen (answer), NULL, NULL, NULL);
}

/* Returns FALSE when the connection is over. */
static gboolean
answer (GOutputStream *out, const CallWebsocketMessage *message)
{
  if (message->opcode == CALL_WEBSOCKET_CLOSE) {
    g_autofree char *reason = g_strndup ((const char *) message->data, message->length);

    send_bytes (out, call_websocket_frame_new_close (message->close_code, reason));
    return FALSE;
  }
  if (message->opcode == CALL_WEBSOCKET_PONG)
    return TRUE;
  if (message->length == 8 && memcmp (message->data, "close me", 8) == 0)
    return send_bytes (
        out, call_websocket_frame_new_close (CALL_WEBSOCKET_CODE_TRY_LATER, "try again later"));
  return send_bytes (out, call_websocket_frame_new (message->opcode == CALL_WEBSOCKET_PING
                                                        ? CALL_WEBSOCKET_PONG
                                                        : message->opcode,
                                                    message->data, message->length));
}

static gboolean
read_frames (CallWebsocketParser *parser, GByteArray *left, GOutputStream *out)
{
  CallWebsocketMessage message;
  CallWebsocketResult result;
  gsize consumed, needed, from = 0;
  gboolean alive = TRUE;

  do {
    result = call_websocket_parser_feed (parser, left->data + from, left->len - from, &consumed,
                                         &needed, &message);
    from += consumed;
    if (result == CALL_WEBSOCKET_RESULT_MESSAGE)
      alive = answer (out, &message);
  } while (alive && result == CALL_WEBSOCKET_RESULT_MESSAGE);
  g_byte_array_remove_range (left, 0, (guint) from);
  if (result == CALL_WEBSOCKET_RESULT_ERROR)
    send_bytes (out, call_websocket_frame_new_close (parser->close_code, parser->reason));
  return alive && result != CALL_WEBSOCKET_RESULT_ERROR;
}

static gboolean
on_run (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer data)
{
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GByteArray) left = g_byte_array_sized_new (1024);
  CallWebsocketParser parser;
  guint8 buffer[8192];
  gssize n = 0;

  call_websocket_parser_init (&parser, CALL_WEBSOCKET_SERVER, LIMIT);
  if (shake_hands (in, out, left))
    while (read_frames (&parser, left, out) &&
           (n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL)) > 0)
      g_byte_array_append (left, buffer, (guint) n);
  call_websocket_parser_clear (&parser);
  /* The other side reads our close frame before it sees the end of the stream. */
  g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
  while (g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL) > 0)
    ;
  return TRUE;
}

static GSocketService *
start_server (guint16 *port)
{
  GSocketService *service = g_threaded_socket_service_new (8);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (G_SOCKET_LISTENER (service), any, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (service, "run", G_CALLBACK (on_run), NULL);
  g_socket_service_start (service);
  return service;
}

static void
stop_server (GSocketService *service)
{
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_object_unref (service);
}

/* --- libsoup as the client ---------------------------------------------------------------------
 */

typedef struct {
  GMainLoop *loop;
  SoupWebsocketConnection *connection;
  GBytes *message;
  SoupWebsocketDataType kind;
} Client;

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Client *client = data;
  g_autoptr (GError) error = NULL;

  client->connection = soup_session_websocket_connect_finish (SOUP_SESSION (source), result,
                                                              &error);
  g_assert_no_error (error);
  g_main_loop_quit (client->loop);
}

static void
on_message (SoupWebsocketConnection *connection, int kind, GBytes *message, gpointer data)
{
  Client *client = data;

  g_clear_pointer (&client->message, g_bytes_unref);
  client->message = g_bytes_ref (message);
  client->kind = kind;
  g_main_loop_quit (client->loop);
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  g_main_loop_quit (((Client *) data)->loop);
}

static void
connect_soup (Client *client, SoupSession *session, guint16 port)
{
  g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u/", port);
  g_autoptr (SoupMessage) request = soup_message_new ("GET", url);

  soup_message_disable_feature (request, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  soup_session_websocket_connect_async (session, request, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                        on_connected, client);
  g_main_loop_run (client->loop);
  soup_websocket_connection_set_max_incoming_payload_size (client->connection, 2 * LIMIT);
  g_signal_connect (client->connection, "message", G_CALLBACK (on_message), client);
  g_signal_connect (client->connection, "closed", G_CALLBACK (on_closed), client);
}

static void
test_soup_client (void)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 999999 };
  guint16 port;
  GSocketService *service = start_server (&port);
  g_autoptr (SoupSession) session = soup_session_new ();
  Client client = { .loop = g_main_loop_new (NULL, FALSE) };

  connect_soup (&client, session, port);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *text = g_strnfill (sizes[i], 'x');
    g_autoptr (GBytes) bytes = g_bytes_new (text, sizes[i]);

    for (int kind = SOUP_WEBSOCKET_DATA_TEXT; kind <= SOUP_WEBSOCKET_DATA_BINARY; kind++) {
      soup_websocket_connection_send_message (client.connection, kind, bytes);
      g_main_loop_run (client.loop);
      g_assert_cmpint (client.kind, ==, kind);
      g_assert_true (g_bytes_equal (client.message, bytes));
    }
  }
  soup_websocket_connection_close (client.connection, 4001, "bye");
  g_main_loop_run (client.loop);
  g_assert_cmpint (soup_websocket_connection_get_close_code (client.connection), ==, 4001);
  g_assert_cmpstr (soup_websocket_connection_get_close_data (client.connection), ==, "bye");
  g_object_unref (client.connection);
  g_bytes_unref (client.message);
  g_main_loop_unref (client.loop);
  stop_server (service);
}

/* --- Node as the client ------------------------------------------------------------------------
 */

static void
on_node_finished (GObject *source, GAsyncResult *result, gpointer loop)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_assert_true (
      g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &out, &err, NULL));
  g_test_message ("%s", out);
  if (!g_subprocess_get_successful (G_SUBPROCESS (source)))
    g_error ("Node: %s", err);
  g_assert_nonnull (strstr (out, "echoes\n"));
  g_assert_nonnull (strstr (out, "closing\n"));
  g_main_loop_quit (loop);
}

static void
test_node_client (void)
{
  const char *node = g_getenv ("CALL_TEST_NODE");
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "libcall",
                                                   "wire-websocket-client.js", NULL);
  g_autofree char *url = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  GSocketService *service;
  guint16 port;

  if (node == NULL) {
    g_test_skip ("Node is not installed");
    return;
  }
  service = start_server (&port);
  url = g_strdup_printf ("ws://127.0.0.1:%u/", port);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              &error, node, "--experimental-websocket", script, url, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_node_finished, loop);
  g_main_loop_run (loop);
  stop_server (service);
}

/* --- libsoup as the server ---------------------------------------------------------------------
 */

static void
on_soup_message (SoupWebsocketConnection *connection, int kind, GBytes *message, gpointer data)
{
  soup_websocket_connection_send_message (connection, kind, message);
}

static void
on_soup_closed (SoupWebsocketConnection *connection, gpointer data)
{
  g_object_unref (connection);
}

static void
on_soup_connection (SoupServer *server,
                    SoupServerMessage *message,
                    const char *path,
                    SoupWebsocketConnection *connection,
                    gpointer data)
{
  g_object_ref (connection);
  soup_websocket_connection_set_max_incoming_payload_size (connection, 2 * LIMIT);
  g_signal_connect (connection, "message", G_CALLBACK (on_soup_message), NULL);
  g_signal_connect (connection, "closed", G_CALLBACK (on_soup_closed), NULL);
}

typedef struct {
  guint16 port;
  GMainLoop *loop;
} Task;

/* Sends @frame and reads until a message is there, which must be @expected. */
static void
exchange (GIOStream *stream,
          CallWebsocketParser *parser,
          GByteArray *left,
          GBytes *frame,
          CallWebsocketOpcode opcode,
          GBytes *expected)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  CallWebsocketMessage message;
  CallWebsocketResult result;
  gsize consumed, needed;
  guint8 buffer[4096];

  g_assert_true (send_bytes (g_io_stream_get_output_stream (stream), frame));
  while ((result = call_websocket_parser_feed (parser, left->data, left->len, &consumed, &needed,
                                               &message)) == CALL_WEBSOCKET_RESULT_MORE) {
    gssize n = g_input_stream_read (in, buffer, sizeof buffer, NULL, NULL);

    g_assert_cmpint (n, >, 0);
    g_byte_array_remove_range (left, 0, (guint) consumed);
    g_byte_array_append (left, buffer, (guint) n);
  }
  g_assert_cmpint (result, ==, CALL_WEBSOCKET_RESULT_MESSAGE);
  g_assert_cmpint (message.opcode, ==, opcode);
  g_assert_cmpmem (message.data, message.length, g_bytes_get_data (expected, NULL),
                   g_bytes_get_size (expected));
  g_byte_array_remove_range (left, 0, (guint) consumed);
}

static void
exchange_sizes (GIOStream *stream, GByteArray *left)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 65535, 65536, 999999 };
  g_autoptr (GBytes) bye = g_bytes_new_static ("bye", 3);
  CallWebsocketParser parser;

  call_websocket_parser_init (&parser, CALL_WEBSOCKET_CLIENT, LIMIT);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *text = g_strnfill (sizes[i], 'y');
    g_autoptr (GBytes) bytes = g_bytes_new (text, sizes[i]);

    exchange (stream, &parser, left,
              call_websocket_frame_new_masked (CALL_WEBSOCKET_TEXT, TRUE, g_random_int (), text,
                                               sizes[i]),
              CALL_WEBSOCKET_TEXT, bytes);
    exchange (stream, &parser, left,
              call_websocket_frame_new_masked (CALL_WEBSOCKET_BINARY, TRUE, g_random_int (), text,
                                               sizes[i]),
              CALL_WEBSOCKET_BINARY, bytes);
  }
  exchange (stream, &parser, left,
            call_websocket_frame_new_masked (CALL_WEBSOCKET_PING, TRUE, 1, "bye", 3),
            CALL_WEBSOCKET_PONG, bye);
  exchange (stream, &parser, left,
            call_websocket_frame_new_masked (CALL_WEBSOCKET_CLOSE, TRUE, 1,
                                             "\x0f\xa1"
                                             "bye",
                                             5),
            CALL_WEBSOCKET_CLOSE, bye);
  call_websocket_parser_clear (&parser);
}

static gpointer
run_own_client (gpointer data)
{
  Task *task = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host (
      client, "127.0.0.1", task->port, NULL, &error);
  GIOStream *stream = G_IO_STREAM (connection);
  g_autoptr (GByteArray) left = g_byte_array_sized_new (1024);
  const char
      *head = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  guint8 buffer[1024];
  const guint8 *end;

  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (stream), head,
                                            strlen (head), NULL, NULL, NULL));
  while ((end = memmem (left->data, left->len, "\r\n\r\n", 4)) == NULL) {
    gssize n = g_input_stream_read (g_io_stream_get_input_stream (stream), buffer, sizeof buffer,
                                    NULL, NULL);

    g_assert_cmpint (n, >, 0);
    g_byte_array_append (left, buffer, (guint) n);
  }
  g_assert_nonnull (memmem (left->data, left->len, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28));
  g_byte_array_remove_range (left, 0, (guint) (end - left->data) + 4);
  exchange_sizes (stream, left);
  g_main_loop_quit (task->loop);
  return NULL;
}

static void
test_soup_server (void)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  Task task = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autoslist (GUri) uris = NULL;
  GThread *thread;

  soup_server_add_websocket_handler (server, "/", NULL, NULL, on_soup_connection, NULL, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  task.port = (guint16) g_uri_get_port (uris->data);
  thread = g_thread_new ("client", run_own_client, &task);
  g_main_loop_run (task.loop);
  g_thread_join (thread);
  g_main_loop_unref (task.loop);
}

static gboolean
on_watchdog (gpointer data)
{
  g_error ("The test hangs");
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_timeout_add_seconds (WATCHDOG_SECONDS, on_watchdog, NULL);
  g_test_add_func ("/wire/websocket/soup-client", test_soup_client);
  g_test_add_func ("/wire/websocket/node-client", test_node_client);
  g_test_add_func ("/wire/websocket/soup-server", test_soup_server);
  return g_test_run ();
}
