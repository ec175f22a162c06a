/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "raw-client.h"

#include "load-swarm.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

RawClient *
raw_client_new (guint16 port)
{
  RawClient *self = g_new0 (RawClient, 1);

  self->fd = load_connect (port);
  g_assert_cmpint (self->fd, >=, 0);
  self->heard = g_string_new (NULL);
  return self;
}

void
raw_client_free (RawClient *self)
{
  close (self->fd);
  g_string_free (self->heard, TRUE);
  g_free (self);
}

/* What cannot be sent any more is not: the other end has closed. */
void
raw_client_send_bytes (RawClient *self, const char *bytes, gsize length)
{
  if (send (self->fd, bytes, length, MSG_NOSIGNAL) < 0)
    self->over = TRUE;
}

/* A text frame with a mask of zeros. */
void
raw_client_send_packet (RawClient *self, const char *packet)
{
  gsize length = strlen (packet);
  g_autofree char *frame = g_malloc (length + 8);
  gsize header = 2;

  frame[0] = (char) 0x81;
  frame[1] = (char) (0x80 | MIN (length, 126));
  if (length >= 126) {
    frame[2] = (char) (length >> 8);
    frame[3] = (char) length;
    header = 4;
  }
  memset (frame + header, 0, 4);
  memcpy (frame + header + 4, packet, length);
  raw_client_send_bytes (self, frame, header + 4 + length);
}

static void
listen_once (RawClient *self, int timeout_ms)
{
  struct pollfd poll_fd = { .fd = self->fd, .events = POLLIN };
  char buffer[4096];
  gssize n;

  if (poll (&poll_fd, 1, timeout_ms) <= 0)
    return;
  n = recv (self->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0)
    g_string_append_len (self->heard, buffer, n);
  else if (n == 0 || errno != EAGAIN)
    self->over = TRUE;
}

/* Waits until it has heard @text, anywhere. */
void
raw_client_await (RawClient *self, const char *text)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (memmem (self->heard->str, self->heard->len, text, strlen (text)) == NULL) {
    g_assert_false (self->over);
    g_assert_cmpint (g_get_monotonic_time (), <, until);
    listen_once (self, 100);
  }
}

/* Whether the other end has closed; what it said before is read. */
gboolean
raw_client_is_over (RawClient *self)
{
  if (!self->over)
    listen_once (self, 0);
  return self->over;
}

/* Returns: (transfer full): a client that has upgraded and got the handshake */
RawClient *
raw_client_new_websocket (guint16 port)
{
  static const char request[] =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  RawClient *self = raw_client_new (port);

  raw_client_send_bytes (self, request, sizeof request - 1);
  raw_client_await (self, "0{\"sid\"");
  return self;
}

/* Returns: (transfer full): the id of a session over long polls */
char *
raw_client_open_poll (guint16 port)
{
  static const char request[] = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"
                                "Host: localhost\r\nConnection: close\r\n\r\n";
  RawClient *client = raw_client_new (port);
  const char *sid, *end;
  char *result;

  raw_client_send_bytes (client, request, sizeof request - 1);
  raw_client_await (client, "\",\"");
  sid = strstr (client->heard->str, "\"sid\":\"") + strlen ("\"sid\":\"");
  end = strchr (sid, '"');
  result = g_strndup (sid, (gsize) (end - sid));
  raw_client_free (client);
  return result;
}
