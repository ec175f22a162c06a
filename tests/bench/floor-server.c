/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The floor: what a server costs that does nothing but read a message and write it to the members
 * of its room, one send() each. It speaks just enough to be loaded like the others; it checks
 * nothing, and is no server to build on.
 */
#include "config.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 65536
#define MAX_ROOMS 65536
#define EVENTS 256

typedef struct {
  int fds[128];
  guint n;
} Room;

static gboolean upgraded[MAX_FDS];
static Room *rooms[MAX_ROOMS];

static void
put (int fd, const void *data, gsize length)
{
  if (send (fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT) != (gssize) length)
    fprintf (stderr, "floor: a client does not read\n");
}

static gsize
make_frame (guint8 *frame, const char *text, gsize length)
{
  gsize header = 2;

  frame[0] = 0x81;
  frame[1] = (guint8) MIN (length, 126);
  if (length >= 126) {
    frame[2] = (guint8) (length >> 8);
    frame[3] = (guint8) length;
    header = 4;
  }
  memcpy (frame + header, text, length);
  return header + length;
}

static void
put_text (int fd, const char *text)
{
  guint8 frame[512];

  put (fd, frame, make_frame (frame, text, strlen (text)));
}

static void
upgrade (int fd)
{
  static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  upgraded[fd] = TRUE;
  put (fd, answer, sizeof answer - 1);
  put_text (fd, "0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,"
                "\"maxPayload\":1000000}");
}

static void
join (int fd, guint number)
{
  Room *room = rooms[number];

  if (room == NULL)
    room = rooms[number] = g_new0 (Room, 1);
  g_assert (room->n < G_N_ELEMENTS (room->fds));
  room->fds[room->n++] = fd;
  put_text (fd, "431[\"ok\"]");
}

static void
pass_on (const char *text, gsize length)
{
  static guint8 frame[4096];
  gsize size = make_frame (frame, text, length);
  const Room *room = rooms[atoi (strstr (text, "\"r") + 2)];

  for (guint i = 0; i < room->n; i++)
    put (room->fds[i], frame, size);
}

static void
take_text (int fd, char *text, gsize length)
{
  char behind = text[length];

  text[length] = '\0';
  if (strncmp (text, "42[", 3) == 0)
    pass_on (text, length);
  else if (strncmp (text, "421", 3) == 0)
    join (fd, (guint) atoi (strstr (text, "\"r") + 2));
  else if (strcmp (text, "40") == 0)
    put_text (fd, "40{\"sid\":\"y\"}");
  text[length] = behind;
}

/* Clients send whole frames with a mask of zeros. */
static void
take_bytes (int fd)
{
  static char buffer[65537];
  gssize n = recv (fd, buffer, sizeof buffer - 1, MSG_DONTWAIT);
  gsize at = 0;

  if (n <= 0) {
    upgraded[fd] = FALSE;
    close (fd);
    return;
  }
  if (!upgraded[fd]) {
    upgrade (fd);
    return;
  }
  while (at + 6 <= (gsize) n) {
    gsize length = (guint8) buffer[at + 1] & 0x7f, header = 6;

    if (length == 126) {
      length = (gsize) (guint8) buffer[at + 2] << 8 | (guint8) buffer[at + 3];
      header = 8;
    }
    take_text (fd, buffer + at + header, length);
    at += header + length;
  }
}

static void
take_client (int epoll_fd, int listener)
{
  struct epoll_event event = { .events = EPOLLIN };
  int one = 1;

  event.data.fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (event.data.fd < 0 || event.data.fd >= MAX_FDS)
    return;
  setsockopt (event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, event.data.fd, &event);
}

static int
listen_somewhere (int epoll_fd)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  struct epoll_event event = { .events = EPOLLIN };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || listen (fd, 4096) < 0)
    g_error ("floor: cannot listen");
  getsockname (fd, (struct sockaddr *) &address, &length);
  event.data.fd = fd;
  epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event);
  printf ("port %u\nready\n", ntohs (address.sin_port));
  fflush (stdout);
  return fd;
}

int
main (void)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event events[EVENTS];
  struct rlimit limit;
  int listener;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  listener = listen_somewhere (epoll_fd);
  for (;;) {
    int n = epoll_wait (epoll_fd, events, EVENTS, -1);

    for (int i = 0; i < n; i++)
      if (events[i].data.fd == listener)
        take_client (epoll_fd, listener);
      else
        take_bytes (events[i].data.fd);
  }
}
