/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door and what is behind it: one connection, requests for libsoup and for a route. */
#include "config.h"

#include "calld-front-door.h"
#include "calld-hub-private.h"
#include "hub-raw.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a route that echoes ---------------------------------------------------------------------- */

static void
on_echo_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  g_autoptr (CalldFrame) frame = calld_frame_new (
      message->opcode == CALL_WEBSOCKET_TEXT ? CALLD_FRAME_TEXT : CALLD_FRAME_BINARY, message->data,
      message->length);

  calld_peer_send (peer, frame, CALLD_SEND_DEFAULT);
}

static const CalldPeerClass echo_class = { .message = on_echo_message };

/* A long poll: answered when the other end is gone, which is never. */
static gint n_gone;

static void
on_poll_closed (CalldPeer *peer, gpointer owner)
{
  g_atomic_int_inc (&n_gone);
}

static const CalldPeerClass poll_class = { .closed = on_poll_closed };

static gint64
echo_body_limit (gpointer data, CalldPeer *peer, const CalldHead *head)
{
  return 100000;
}

static void
echo_request (gpointer data,
              CalldPeer *peer,
              const CalldHead *head,
              const guint8 *body,
              gsize length)
{
  if (head->websocket)
    calld_peer_upgrade (peer, head, 1000000, NULL, &echo_class, NULL);
  else if (g_strcmp0 (head->query, "hang") == 0)
    calld_peer_claim (peer, &poll_class, NULL);
  else
    calld_peer_answer (peer, 200, "text/plain", NULL, body, length);
}

/* --- libsoup's side --------------------------------------------------------------------------- */

static gboolean
answer_later (gpointer data)
{
  SoupServerMessage *message = data;

  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "later", 5);
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_unpause (message);
  return G_SOURCE_REMOVE;
}

static void
on_soup_request (SoupServer *server,
                 SoupServerMessage *message,
                 const char *path,
                 GHashTable *query,
                 gpointer user_data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *text = g_strdup_printf (
      "%s %s %s %" G_GSIZE_FORMAT, soup_server_message_get_method (message), path,
      soup_server_message_get_remote_host (message), g_bytes_get_size (bytes));

  if (g_str_equal (path, "/later")) {
    soup_server_message_pause (message);
    g_idle_add_full (G_PRIORITY_LOW, answer_later, g_object_ref (message), g_object_unref);
    return;
  }
  if (g_str_equal (path, "/large"))
    soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_TAKE,
                                      g_strnfill (3000000, 'L'), 3000000);
  else
    soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, text, strlen (text));
  soup_server_message_set_status (message, 200, NULL);
}

static void
set_up (HubFixture *fixture, const CalldHubOptions *options)
{
  CalldRoute route = { .prefix = "/echo", .body_limit = echo_body_limit, .request = echo_request };

  hub_fixture_init (fixture, options);
  soup_server_add_handler (fixture->server, NULL, on_soup_request, NULL, NULL);
  calld_reactor_add_route (calld_hub_get_reactor (fixture->hub), &route);
  hub_fixture_listen (fixture);
}

static void
run (const CalldHubOptions *options, HubScenario scenario)
{
  HubFixture fixture = { 0 };

  set_up (&fixture, options);
  hub_fixture_run (&fixture, scenario, NULL);
  hub_fixture_clear (&fixture);
}

static void
assert_answer (int fd, const char *status, const char *body)
{
  g_autofree char *answer = raw_read_answer (fd);
  g_autofree char *prefix = g_strdup_printf ("HTTP/1.1 %s ", status);
  const char *split = strstr (answer, "\r\n\r\n");

  if (!g_str_has_prefix (answer, prefix))
    g_error ("expected %s, got: %s", status, answer);
  g_assert_nonnull (split);
  if (body != NULL)
    g_assert_cmpstr (split + 4, ==, body);
}

/* --- scenarios -------------------------------------------------------------------------------- */

static void
one_connection (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  /* In turn for libsoup and for the reactor, in one connection. */
  for (guint i = 0; i < 20; i++) {
    raw_send (fd, "GET /api/me HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_answer (fd, "200", "GET /api/me 127.0.0.1 0");
    raw_send (fd, "POST /echo/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    assert_answer (fd, "200", "hello");
    raw_send (fd, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    assert_answer (fd, "200", "later");
  }
  close (fd);
}

static void
pipelined (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  raw_send (fd, "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody"
                "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
                "GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_answer (fd, "200", "GET /a 127.0.0.1 0");
  assert_answer (fd, "200", "hi");
  assert_answer (fd, "200", "POST /b 127.0.0.1 4");
  assert_answer (fd, "200", "");
  assert_answer (fd, "200", "later");
  g_assert_true (raw_is_closed (fd));
  close (fd);
}

static void
in_pieces (HubFixture *fixture, gpointer user_data)
{
  static const char text[] = "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin pieces"
                             "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nin pieces";
  int fd = raw_connect (fixture->port);

  for (const char *p = text; *p != '\0'; p++) {
    raw_send_bytes (fd, p, 1);
    if ((p - text) % 7 == 0)
      g_usleep (200); /* so that the pieces do not all come at once */
  }
  assert_answer (fd, "200", "POST /b 127.0.0.1 9");
  assert_answer (fd, "200", "in pieces");
  close (fd);
}

static void
large_answer (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);
  g_autofree char *answer = NULL;

  raw_send (fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  answer = raw_read_answer (fd);
  g_assert_cmpuint (strlen (strstr (answer, "\r\n\r\n") + 4), ==, 3000000);
  raw_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_answer (fd, "200", "");
  close (fd);
}

static void
chunked_body (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);
  g_autofree char *answer = NULL;

  raw_send (fd, "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n");
  raw_send (fd, "0\r\n\r\n");
  answer = raw_read_to_end (fd);
  g_assert_true (g_str_has_suffix (answer, "POST /c 127.0.0.1 5"));
  g_assert_nonnull (strstr (answer, "Connection: close\r\n"));
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  assert_answer (fd, "411", "");
  close (fd);
}

static void
old_http (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);
  g_autofree char *answer = NULL;

  raw_send (fd, "GET /old HTTP/1.0\r\n\r\n");
  answer = raw_read_to_end (fd);
  g_assert_true (g_str_has_suffix (answer, "GET /old 127.0.0.1 0"));
  close (fd);
}

static void
half_closed (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  raw_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
  shutdown (fd, SHUT_WR);
  assert_answer (fd, "200", "hi");
  g_assert_true (raw_is_closed (fd));
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  shutdown (fd, SHUT_WR);
  assert_answer (fd, "200", "later");
  g_assert_true (raw_is_closed (fd));
  close (fd);
}

static void
bad_requests (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *endless = g_strnfill (20000, 'a');
  int fd = raw_connect (fixture->port);

  raw_send (fd, "\x16\x03\x01\x02 this is not HTTP\r\n\r\n");
  assert_answer (fd, "400", "");
  g_assert_true (raw_is_closed (fd));
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, endless);
  assert_answer (fd, "431", "");
  g_assert_true (raw_is_closed (fd));
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  assert_answer (fd, "413", NULL);
  g_assert_true (raw_is_closed (fd));
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n");
  assert_answer (fd, "413", "");
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  assert_answer (fd, "426", NULL);
  close (fd);

  fd = raw_connect (fixture->port);
  raw_send (fd, "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n");
  assert_answer (fd, "400", NULL);
  close (fd);
}

static void
expect_continue (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);

  raw_send (fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                "Expect: 100-continue\r\n\r\n");
  assert_answer (fd, "100", "");
  raw_send (fd, "hello");
  assert_answer (fd, "200", "hello");

  raw_send (fd, "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                "Expect: 100-continue\r\n\r\n");
  assert_answer (fd, "100", "");
  raw_send (fd, "hello");
  assert_answer (fd, "200", "POST /b 127.0.0.1 5");
  close (fd);
}

static void
slow_head (HubFixture *fixture, gpointer user_data)
{
  int idle = raw_connect (fixture->port);
  int head = raw_connect (fixture->port);
  int body = raw_connect (fixture->port);
  int soup_body = raw_connect (fixture->port);

  raw_send (head, "GET / HTTP/1.1\r\nHos");
  raw_send (body, "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
  raw_send (soup_body, "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  /* Drip: each byte is progress, but not enough of it. */
  for (guint i = 0; i < 200 && !raw_wait (head, 20); i++)
    raw_send (head, "x");
  assert_answer (head, "408", "");
  assert_answer (body, "408", "");
  g_assert_true (raw_is_closed (idle));
  g_assert_true (raw_is_closed (soup_body));
  close (idle);
  close (head);
  close (body);
  close (soup_body);
}

static void
reader_stops (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);
  CalldHubStats stats;

  /* More than the socket buffers take, and nobody reads: libsoup alone would keep it for ever. */
  for (guint i = 0; i < 8; i++)
    raw_send (fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  do {
    g_usleep (20000);
    calld_hub_get_stats (fixture->hub, &stats);
  } while (stats.http_connections > 0 || stats.connections > 0);
  close (fd);
}

static void
limits (HubFixture *fixture, gpointer user_data)
{
  int fds[10];
  int fd;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    fds[i] = raw_connect (fixture->port);
    raw_send (fds[i], "GET /echo HTTP/1.1\r\n\r\n");
    assert_answer (fds[i], "200", "");
  }
  fd = raw_connect (fixture->port);
  answer = raw_read_to_end (fd);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 503 "));
  g_assert_nonnull (strstr (answer, "Retry-After: "));
  g_assert_nonnull (strstr (answer, "\"unavailable\""));
  close (fd);

  close (fds[0]);
  /* Its place is free once the reactor has seen it go. */
  while (TRUE) {
    g_autofree char *again = NULL;

    fd = raw_connect (fixture->port);
    raw_send (fd, "GET /echo HTTP/1.1\r\n\r\n");
    again = raw_read_answer (fd);
    close (fd);
    if (g_str_has_prefix (again, "HTTP/1.1 200 "))
      break;
  }
  for (guint i = 1; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
vanished_poll (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_connect (fixture->port);
  struct linger reset = { .l_onoff = 1, .l_linger = 0 };

  raw_send (fd, "GET /echo?hang HTTP/1.1\r\n\r\n");
  /* A request behind one that is not answered yet has to wait. */
  raw_send (fd, "GET /echo HTTP/1.1\r\n\r\n");
  g_assert_false (raw_wait (fd, 50));
  close (fd);
  while (g_atomic_int_get (&n_gone) < 1)
    g_usleep (1000);

  fd = raw_connect (fixture->port);
  raw_send (fd, "GET /echo?hang HTTP/1.1\r\n\r\n");
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close (fd);
  while (g_atomic_int_get (&n_gone) < 2)
    g_usleep (1000);
}

static void
out_of_descriptors (HubFixture *fixture, gpointer user_data)
{
  struct rlimit before, limit;
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  int waiting = raw_connect (fixture->port);
  int fd;

  raw_send (waiting, "GET /echo HTTP/1.1\r\n\r\n");
  assert_answer (waiting, "200", "");
  close (waiting);

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 256;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_test_expect_message ("calld-hub", G_LOG_LEVEL_WARNING, "*out of file descriptors*");
  /* We are one process with the server: the last descriptor of all is our own end. */
  waiting = raw_connect (fixture->port);
  while ((fd = dup (waiting)) >= 0)
    g_array_append_val (fds, fd);
  close (g_array_index (fds, int, fds->len - 1));
  fd = raw_connect (fixture->port);
  raw_send (fd, "GET /echo HTTP/1.1\r\n\r\n");
  g_assert_false (raw_wait (fd, 150));
  setrlimit (RLIMIT_NOFILE, &before);
  for (guint i = 0; i + 1 < fds->len; i++)
    close (g_array_index (fds, int, i));
  /* It waited in the backlog, and nobody lost anything. */
  assert_answer (fd, "200", "");
  close (fd);
  close (waiting);
}

static void
websocket_frames (HubFixture *fixture, gpointer user_data)
{
  g_autofree char *large = g_strnfill (900000, 'x');
  int fd = raw_websocket (fixture->port, "/echo");
  guint8 opcode;
  gsize length;

  raw_send_text (fd, "hello");
  {
    g_autofree char *back = raw_read_text (fd);

    g_assert_cmpstr (back, ==, "hello");
  }
  raw_send_frame (fd, CALL_WEBSOCKET_BINARY, large, 900000);
  {
    g_autofree char *back = raw_read_frame (fd, &opcode, &length);

    g_assert_cmpuint (opcode, ==, CALL_WEBSOCKET_BINARY);
    g_assert_cmpmem (back, length, large, 900000);
  }
  raw_send_frame (fd, CALL_WEBSOCKET_PING, "abc", 3);
  {
    g_autofree char *pong = raw_read_frame (fd, &opcode, &length);

    g_assert_cmpuint (opcode, ==, CALL_WEBSOCKET_PONG);
    g_assert_cmpmem (pong, length, "abc", 3);
  }
  raw_send_frame (fd, CALL_WEBSOCKET_CLOSE, "\x03\xe8", 2);
  g_assert_cmpuint (raw_read_close (fd), ==, 1000);
  g_assert_true (raw_is_closed (fd));
  close (fd);
}

static void
websocket_garbage (HubFixture *fixture, gpointer user_data)
{
  static const struct {
    const char *bytes;
    gsize length;
    guint code;
  } cases[] = {
    { "\x81\x05hello", 7, 1002 },                    /* not masked */
    { "\xff\x80\x00\x00\x00\x00", 6, 1002 },         /* reserved bits */
    { "\x83\x80\x00\x00\x00\x00", 6, 1002 },         /* unknown opcode */
    { "\x80\x80\x00\x00\x00\x00", 6, 1002 },         /* continues nothing */
    { "\x81\x82\x00\x00\x00\x00\xc3\x28", 8, 1007 }, /* no UTF-8 */
    { "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00", 14, 1009 },
    { "\x82\xff\x00\x00\x00\x00\x00\x0f\x42\x41\x00\x00\x00\x00", 14, 1009 }, /* one too many */
    { "\x88\x82\x00\x00\x00\x00\x03\xed", 8, 1002 }, /* code 1005 on the wire */
    { "\x89\xfe\x00\x7e\x00\x00\x00\x00", 8, 1002 }, /* long control frame */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    int fd = raw_websocket (fixture->port, "/echo");

    raw_send_bytes (fd, cases[i].bytes, cases[i].length);
    g_assert_cmpuint (raw_read_close (fd), ==, cases[i].code);
    g_assert_true (raw_is_closed (fd));
    close (fd);
  }
}

static void
websocket_reset (HubFixture *fixture, gpointer user_data)
{
  struct linger reset = { .l_onoff = 1, .l_linger = 0 };
  CalldHubStats stats;

  /* Gone in the middle of a frame. */
  for (guint i = 0; i < 50; i++) {
    int fd = raw_websocket (fixture->port, "/echo");

    raw_send_bytes (fd, "\x82\xfe\x10\x00\x01\x02\x03\x04 part", 13);
    if (i % 2 == 0)
      setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close (fd);
  }
  do {
    g_usleep (1000);
    calld_hub_get_stats (fixture->hub, &stats);
  } while (stats.connections > 0);
  g_assert_cmpuint (stats.frame_memory, ==, 0);
}

/* A client that sends and never reads. */
static void
slow_reader (HubFixture *fixture, gpointer user_data)
{
  int fd = raw_websocket (fixture->port, "/echo");
  g_autofree char *text = g_strnfill (60000, 'x');
  struct timeval patience = { .tv_usec = 300000 };
  CalldHubStats stats;

  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  /* It is not read once its queue is full, so our own send blocks: nothing grows. */
  for (guint i = 0; i < 2000; i++) {
    g_autoptr (GBytes) frame = call_websocket_frame_new_masked (CALL_WEBSOCKET_TEXT, TRUE, 1, text,
                                                                60000);

    if (send (fd, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), MSG_NOSIGNAL) <
        (gssize) g_bytes_get_size (frame))
      break;
  }
  calld_hub_get_stats (fixture->hub, &stats);
  g_assert_cmpuint (stats.connections, ==, 1);
  g_assert_cmpuint (stats.delivered, <, 500);
  close (fd);
}

static void
memory_budget (HubFixture *fixture, gpointer user_data)
{
  static const char head[] = "\x82\xff\x00\x00\x00\x00\x00\x0e\x00\x00\x00\x00\x00\x00";
  g_autofree char *part = g_strnfill (300000, 'x');
  int fds[8];
  guint closed = 0;

  /* Each announces 900 kB and sends a third: the third of them is over the budget of 700 kB. */
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    fds[i] = raw_websocket (fixture->port, "/echo");
    raw_send_bytes (fds[i], head, sizeof head - 1);
    raw_send_bytes (fds[i], part, 300000);
  }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    if (raw_wait (fds[i], 200)) {
      g_assert_cmpuint (raw_read_close (fds[i]), ==, CALL_WEBSOCKET_CODE_TRY_LATER);
      closed++;
    }
    close (fds[i]);
  }
  g_assert_cmpuint (closed, >=, 6);
  g_assert_cmpuint (closed, <, 8);
}

#define SCENARIO(name, setting)        \
  static void test_##name (void)       \
  {                                    \
    CalldHubOptions options;           \
                                       \
    calld_hub_options_init (&options); \
    setting;                           \
    run (&options, name);              \
  }

SCENARIO (one_connection, )
SCENARIO (pipelined, )
SCENARIO (in_pieces, )
SCENARIO (large_answer, )
SCENARIO (chunked_body, )
SCENARIO (old_http, )
SCENARIO (half_closed, )
SCENARIO (bad_requests, )
SCENARIO (expect_continue, )
SCENARIO (slow_head, (options.head_timeout_ms = 300, options.idle_timeout_ms = 300))
SCENARIO (reader_stops, options.head_timeout_ms = 300)
SCENARIO (limits, options.max_connections = 10)
SCENARIO (vanished_poll, )
SCENARIO (out_of_descriptors, )
SCENARIO (websocket_frames, )
SCENARIO (websocket_garbage, )
SCENARIO (websocket_reset, )
SCENARIO (slow_reader, )
SCENARIO (memory_budget, options.frame_memory = 700000)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/front-door/one-connection", test_one_connection);
  g_test_add_func ("/front-door/pipelined", test_pipelined);
  g_test_add_func ("/front-door/in-pieces", test_in_pieces);
  g_test_add_func ("/front-door/large-answer", test_large_answer);
  g_test_add_func ("/front-door/chunked-body", test_chunked_body);
  g_test_add_func ("/front-door/old-http", test_old_http);
  g_test_add_func ("/front-door/half-closed", test_half_closed);
  g_test_add_func ("/front-door/bad-requests", test_bad_requests);
  g_test_add_func ("/front-door/expect-continue", test_expect_continue);
  g_test_add_func ("/front-door/slow-head", test_slow_head);
  g_test_add_func ("/front-door/reader-stops", test_reader_stops);
  g_test_add_func ("/front-door/limits", test_limits);
  g_test_add_func ("/front-door/vanished-poll", test_vanished_poll);
  g_test_add_func ("/front-door/out-of-descriptors", test_out_of_descriptors);
  g_test_add_func ("/websocket/frames", test_websocket_frames);
  g_test_add_func ("/websocket/garbage", test_websocket_garbage);
  g_test_add_func ("/websocket/reset", test_websocket_reset);
  g_test_add_func ("/websocket/slow-reader", test_slow_reader);
  g_test_add_func ("/websocket/memory-budget", test_memory_budget);
  return g_test_run ();
}
