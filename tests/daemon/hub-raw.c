/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "hub-raw.h"

#include "call-websocket-frame.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Longer than any timer a test sets; whoever gets here hangs. */
#define PATIENCE_MS 20000

typedef struct {
  HubFixture *fixture;
  HubScenario scenario;
  gpointer user_data;
} Run;

void
hub_fixture_init (HubFixture *self, const CalldHubOptions *options)
{
  g_autoptr (GError) error = NULL;
  CalldHubOptions defaults;

  calld_hub_options_init (&defaults);
  self->server = soup_server_new (NULL, NULL);
  self->hub = calld_hub_new (options != NULL ? options : &defaults, self->server, &error);
  g_assert_no_error (error);
  self->loop = g_main_loop_new (NULL, FALSE);
}

void
hub_fixture_listen (HubFixture *self)
{
  g_autoptr (GError) error = NULL;

  calld_hub_listen (self->hub, "127.0.0.1", 0, &error);
  g_assert_no_error (error);
  self->port = calld_hub_get_port (self->hub);
  g_assert_cmpuint (self->port, !=, 0);
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static gpointer
run_scenario (gpointer data)
{
  Run *run = data;

  run->scenario (run->fixture, run->user_data);
  g_idle_add (quit, run->fixture->loop);
  return NULL;
}

void
hub_fixture_run (HubFixture *self, HubScenario scenario, gpointer user_data)
{
  Run run = { self, scenario, user_data };
  GThread *thread = g_thread_new ("scenario", run_scenario, &run);

  g_main_loop_run (self->loop);
  g_thread_join (thread);
}

void
hub_fixture_clear (HubFixture *self)
{
  calld_hub_stop (self->hub);
  g_assert_finalize_object (self->hub);
  g_clear_object (&self->server);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

/* --- bytes ------------------------------------------------------------------------------------ */

int
raw_connect (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

void
raw_send_bytes (int fd, const void *data, gsize length)
{
  const char *p = data;

  while (length > 0) {
    gssize n = send (fd, p, length, MSG_NOSIGNAL);

    /* A server may close while we are still talking: what it said then is what matters. */
    if (n < 0)
      return;
    p += n;
    length -= (gsize) n;
  }
}

void
raw_send (int fd, const char *text)
{
  raw_send_bytes (fd, text, strlen (text));
}

gboolean
raw_wait (int fd, int timeout_ms)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, timeout_ms) == 1;
}

static gboolean
read_byte (int fd, GString *text)
{
  char c;
  gssize n = recv (fd, &c, 1, 0);

  if (n < 0 && errno == EAGAIN)
    g_error ("no answer after %d ms; so far: %s", PATIENCE_MS, text->str);
  if (n <= 0)
    return FALSE;
  g_string_append_c (text, c);
  return TRUE;
}

static void
read_exactly (int fd, GString *text, gsize length)
{
  gsize end = text->len + length;

  while (text->len < end) {
    char buffer[65536];
    gssize n = recv (fd, buffer, MIN (sizeof buffer, end - text->len), 0);

    if (n <= 0)
      g_error ("the connection ended, or stood still for %d ms", PATIENCE_MS);
    g_string_append_len (text, buffer, n);
  }
}

char *
raw_read_until (int fd, const char *end)
{
  GString *text = g_string_new (NULL);

  while (!g_str_has_suffix (text->str, end) && read_byte (fd, text))
    ;
  return g_string_free (text, FALSE);
}

/* One HTTP answer, head and body. */
char *
raw_read_answer (int fd)
{
  g_autofree char *head = raw_read_until (fd, "\r\n\r\n");
  GString *text = g_string_new (head);
  g_autofree char *lower = g_ascii_strdown (head, -1);
  const char *length = strstr (lower, "content-length: ");

  if (length != NULL)
    read_exactly (fd, text, (gsize) g_ascii_strtoull (length + 16, NULL, 10));
  return g_string_free (text, FALSE);
}

char *
raw_read_to_end (int fd)
{
  GString *text = g_string_new (NULL);

  while (read_byte (fd, text))
    ;
  return g_string_free (text, FALSE);
}

gboolean
raw_is_closed (int fd)
{
  char c;

  return recv (fd, &c, 1, 0) <= 0;
}

/* --- WebSocket -------------------------------------------------------------------------------- */

/* @headers: further lines, each with its CRLF; @answer: (nullable): the head of the answer. */
int
raw_websocket_with (guint16 port, const char *target, const char *headers, char **answer)
{
  int fd = raw_connect (port);
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n"
                                              "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                              "Sec-WebSocket-Version: 13\r\n"
                                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                              "%s\r\n",
                                              target, headers);
  g_autofree char *head = NULL;

  raw_send (fd, request);
  head = raw_read_until (fd, "\r\n\r\n");
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_nonnull (strstr (head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  if (answer != NULL)
    *answer = g_steal_pointer (&head);
  return fd;
}

int
raw_websocket (guint16 port, const char *target)
{
  return raw_websocket_with (port, target, "", NULL);
}

void
raw_send_frame (int fd, guint8 opcode, const void *data, gsize length)
{
  g_autoptr (GBytes) frame = call_websocket_frame_new_masked ((CallWebsocketOpcode) opcode, TRUE,
                                                              g_random_int (), data, length);

  raw_send_bytes (fd, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
}

void
raw_send_text (int fd, const char *text)
{
  raw_send_frame (fd, CALL_WEBSOCKET_TEXT, text, strlen (text));
}

/* @first: (out): the first byte of the header. */
char *
raw_read_any_frame (int fd, guint8 *first, gsize *length)
{
  g_autoptr (GString) header = g_string_new (NULL);
  GString *payload = g_string_new (NULL);
  guint64 n;

  if (!read_byte (fd, header) || !read_byte (fd, header)) {
    g_string_free (payload, TRUE);
    return NULL;
  }
  *first = (guint8) header->str[0];
  n = (guint8) header->str[1];
  g_assert_cmpuint (n, <, 128);
  if (n >= 126) {
    gsize size = n == 126 ? 2 : 8;

    read_exactly (fd, header, size);
    n = 0;
    for (gsize i = 0; i < size; i++)
      n = n << 8 | (guint8) header->str[2 + i];
  }
  read_exactly (fd, payload, n);
  *length = n;
  return g_string_free (payload, FALSE);
}

char *
raw_read_frame (int fd, guint8 *opcode, gsize *length)
{
  guint8 first = 0x80;
  char *payload = raw_read_any_frame (fd, &first, length);

  g_assert_cmphex (first & 0xf0, ==, 0x80);
  *opcode = first & 0x0f;
  return payload;
}

char *
raw_read_text (int fd)
{
  guint8 opcode;
  gsize length;
  char *payload = raw_read_frame (fd, &opcode, &length);

  g_assert_nonnull (payload);
  g_assert_cmpuint (opcode, ==, CALL_WEBSOCKET_TEXT);
  return payload;
}

void
raw_assert_text (int fd, const char *expected)
{
  g_autofree char *text = raw_read_text (fd);

  g_assert_cmpstr (text, ==, expected);
}

void
raw_assert_prefix (int fd, const char *prefix)
{
  g_autofree char *text = raw_read_text (fd);

  if (!g_str_has_prefix (text, prefix))
    g_error ("expected %s…, got %s", prefix, text);
}

/* The code of the close frame; 1005 if it has none, 1006 if the connection ends without one. */
guint
raw_read_close (int fd)
{
  while (TRUE) {
    guint8 opcode;
    gsize length;
    g_autofree char *payload = raw_read_frame (fd, &opcode, &length);

    if (payload == NULL)
      return CALL_WEBSOCKET_CODE_ABNORMAL;
    if (opcode == CALL_WEBSOCKET_CLOSE)
      return length < 2 ? CALL_WEBSOCKET_CODE_NO_STATUS
                        : (guint) (guint8) payload[0] << 8 | (guint8) payload[1];
  }
}
