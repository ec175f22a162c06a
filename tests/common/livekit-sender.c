/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "livekit-sender.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT 1
#define BINARY 2
#define CLOSE 8
#define PING 9

/* Returns: %FALSE once the server has closed. */
gboolean
livekit_sender_send_raw (LivekitSender *self, const void *data, gsize length)
{
  const char *from = data;

  while (length > 0) {
    ssize_t n = send (self->fd, from, length, MSG_NOSIGNAL);

    if (n <= 0)
      return FALSE;
    from += n;
    length -= (gsize) n;
  }
  return TRUE;
}

static gboolean
send_frame (LivekitSender *self, guint8 opcode, const void *data, gsize length)
{
  g_autofree guint8 *frame = g_malloc (length + 14);
  guint8 mask[4];
  gsize at = 0;

  frame[at++] = 0x80 | opcode;
  if (length < 126) {
    frame[at++] = 0x80 | (guint8) length;
  } else if (length < 65536) {
    guint16 size = htons ((guint16) length);

    frame[at++] = 0x80 | 126;
    memcpy (frame + at, &size, 2);
    at += 2;
  } else {
    guint64 size = GUINT64_TO_BE ((guint64) length);

    frame[at++] = 0x80 | 127;
    memcpy (frame + at, &size, 8);
    at += 8;
  }
  self->mask = self->mask * 1664525 + 1013904223;
  memcpy (mask, &self->mask, 4);
  memcpy (frame + at, mask, 4);
  at += 4;
  for (gsize i = 0; i < length; i++)
    frame[at + i] = ((const guint8 *) data)[i] ^ mask[i % 4];
  return livekit_sender_send_raw (self, frame, at + length);
}

static gboolean
read_all (LivekitSender *self, void *data, gsize length)
{
  char *to = data;

  while (length > 0) {
    ssize_t n = recv (self->fd, to, length, 0);

    if (n <= 0)
      return FALSE;
    to += n;
    length -= (gsize) n;
  }
  return TRUE;
}

/* Connects to a server of this machine, and asks for @target. Returns: the status, 101 if all is
 * well; the connection is closed otherwise. */
guint
livekit_sender_dial (LivekitSender *self, guint16 port, const char *target)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct timeval limit = { .tv_sec = 30 };
  g_autofree char *request = g_strdup_printf (
      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUser-Agent: Go-http-client/1.1\r\n"
      "Connection: Upgrade\r\nContent-Type: audio/x-raw\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Upgrade: websocket\r\n\r\n",
      target, port);
  g_autoptr (GString) head = g_string_new (NULL);
  guint status;
  char byte;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->mask = 1;
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt (self->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  g_assert_cmpint (connect (self->fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_true (livekit_sender_send_raw (self, request, strlen (request)));
  while (!g_str_has_suffix (head->str, "\r\n\r\n")) {
    g_assert_true (read_all (self, &byte, 1));
    g_string_append_c (head, byte);
  }
  g_assert_true (g_str_has_prefix (head->str, "HTTP/1.1 "));
  status = (guint) g_ascii_strtoull (head->str + 9, NULL, 10);
  if (status != 101)
    livekit_sender_vanish (self);
  return status;
}

/* Samples. Returns: %FALSE once the server has closed. */
gboolean
livekit_sender_send (LivekitSender *self, const void *data, gsize length)
{
  return send_frame (self, BINARY, data, length);
}

void
livekit_sender_send_text (LivekitSender *self, const char *text)
{
  g_assert_true (send_frame (self, TEXT, text, strlen (text)));
}

void
livekit_sender_send_muted (LivekitSender *self, gboolean muted)
{
  livekit_sender_send_text (self, muted ? "{\"muted\":true}" : "{\"muted\":false}");
}

void
livekit_sender_ping (LivekitSender *self)
{
  g_assert_true (send_frame (self, PING, "ping", 4));
}

/* The next frame of the server, which must be short. Returns: %NULL once it has closed. */
char *
livekit_sender_read (LivekitSender *self, guint8 *opcode, gsize *length)
{
  guint8 head[2];
  char *data;

  if (!read_all (self, head, 2))
    return NULL;
  g_assert_cmpuint (head[1], <, 126);
  *opcode = head[0] & 0x0f;
  *length = head[1];
  data = g_malloc0 (*length + 1);
  g_assert_true (read_all (self, data, *length));
  return data;
}

/* The normal end: an empty close frame, and no waiting. */
void
livekit_sender_close (LivekitSender *self)
{
  g_assert_true (send_frame (self, CLOSE, NULL, 0));
  livekit_sender_vanish (self);
}

/* The end without a word. */
void
livekit_sender_vanish (LivekitSender *self)
{
  close (self->fd);
  self->fd = -1;
}
