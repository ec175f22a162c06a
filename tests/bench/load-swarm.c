/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-swarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512
#define BUFFER 65536

typedef struct {
  int fd;
  guint8 stage;
  gboolean deaf;
  GByteArray *in;  /* an incomplete frame, mostly NULL */
  GByteArray *out; /* what the socket did not take yet, mostly NULL */
} Client;

struct _LoadSwarm {
  guint16 port;
  guint n;
  LoadSwarmFuncs funcs;
  gpointer data;
  Client *clients;
  int epoll_fd;
  guint joined;
  guint under_way;
  guint8 *buffer;
};

/* --- one client ------------------------------------------------------------------------------- */

static void
watch (LoadSwarm *self, guint number, int operation)
{
  Client *client = &self->clients[number];
  struct epoll_event event = { .data.u32 = number };

  event.events = (client->deaf ? 0u : (guint32) EPOLLIN) |
                 (client->out != NULL ? (guint32) EPOLLOUT : 0u);
  epoll_ctl (self->epoll_fd, operation, client->fd, &event);
}

static void
move_to (LoadSwarm *self, Client *client, LoadStage stage)
{
  if (client->stage == LOAD_JOINED)
    self->joined--;
  else if (client->stage != LOAD_AWAY)
    self->under_way--;
  client->stage = (guint8) stage;
  if (stage == LOAD_JOINED)
    self->joined++;
  else if (stage != LOAD_AWAY)
    self->under_way++;
}

/* Closes without a word. */
void
load_swarm_disconnect (LoadSwarm *self, guint number)
{
  Client *client = &self->clients[number];

  if (client->stage == LOAD_AWAY)
    return;
  close (client->fd);
  client->fd = -1;
  client->deaf = FALSE;
  g_clear_pointer (&client->in, g_byte_array_unref);
  g_clear_pointer (&client->out, g_byte_array_unref);
  move_to (self, client, LOAD_AWAY);
}

static void
lose (LoadSwarm *self, guint number)
{
  if (self->funcs.gone == NULL)
    g_error ("the server closed connection %u", number);
  load_swarm_disconnect (self, number);
  self->funcs.gone (self->data, number);
}

static void
send_bytes (LoadSwarm *self, guint number, const guint8 *data, gsize length)
{
  Client *client = &self->clients[number];
  gssize sent = 0;

  if (client->out == NULL) {
    sent = send (client->fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
      sent = 0; /* an error shows when the socket is read */
  }
  if ((gsize) sent == length)
    return;
  if (client->out == NULL) {
    client->out = g_byte_array_new ();
    watch (self, number, EPOLL_CTL_MOD);
  }
  g_byte_array_append (client->out, data + sent, (guint) (length - (gsize) sent));
}

static void
send_rest (LoadSwarm *self, guint number)
{
  Client *client = &self->clients[number];
  gssize sent = send (client->fd, client->out->data, client->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

  if (sent > 0)
    g_byte_array_remove_range (client->out, 0, (guint) sent);
  if (client->out->len > 0)
    return;
  g_clear_pointer (&client->out, g_byte_array_unref);
  watch (self, number, EPOLL_CTL_MOD);
}

/**
 * load_swarm_send:
 * @self: a swarm
 * @number: a client; one that is away says nothing
 * @packet: what it sends, in a text frame
 *
 * Lets a client send.
 */
void
load_swarm_send (LoadSwarm *self, guint number, const char *packet)
{
  gsize length = strlen (packet);
  g_autofree guint8 *frame = g_malloc (length + 8);
  gsize header = 2;

  if (self->clients[number].stage == LOAD_AWAY)
    return;
  g_assert (length < 65536);
  frame[0] = 0x81;
  frame[1] = (guint8) (0x80 | MIN (length, 126));
  if (length >= 126) {
    frame[2] = (guint8) (length >> 8);
    frame[3] = (guint8) length;
    header = 4;
  }
  memset (frame + header, 0, 4); /* a mask of zeros is a mask */
  memcpy (frame + header + 4, packet, length);
  send_bytes (self, number, frame, header + 4 + length);
}

/* --- packets ---------------------------------------------------------------------------------- */

static void
take_text (LoadSwarm *self, guint number, const char *text, gsize length)
{
  Client *client = &self->clients[number];
  g_autofree char *answer = NULL;

  if (length == 1 && text[0] == '2') {
    load_swarm_send (self, number, "3");
  } else if (client->stage == LOAD_OPENING && text[0] == '0') {
    move_to (self, client, LOAD_ENTERING);
    answer = self->funcs.hello (self->data, number);
    load_swarm_send (self, number, answer);
  } else if (client->stage == LOAD_ENTERING && g_str_has_prefix (text, "40")) {
    move_to (self, client, LOAD_JOINING);
    answer = self->funcs.join (self->data, number);
    load_swarm_send (self, number, answer);
  } else if (client->stage == LOAD_JOINING && g_str_has_prefix (text, "431")) {
    if (strstr (text, "ok\"") == NULL || strstr (text, "\"ok\":false") != NULL)
      g_error ("client %u could not join: %s", number, text);
    move_to (self, client, LOAD_JOINED);
  } else if (client->stage == LOAD_ENTERING && g_str_has_prefix (text, "44")) {
    g_error ("client %u was not let in: %s", number, text);
  } else {
    self->funcs.packet (self->data, number, text, length);
  }
}

/* A byte behind the payload is zero while it is looked at. */
static void
take_frame (LoadSwarm *self, guint number, guint8 opcode, char *payload, gsize length)
{
  char behind = payload[length];

  if (opcode == 8) {
    lose (self, number);
    return;
  }
  payload[length] = '\0';
  take_text (self, number, payload, length);
  payload[length] = behind;
}

static gsize
take_head (Client *client, const guint8 *data, gsize length)
{
  const char *end = g_strstr_len ((const char *) data, (gssize) length, "\r\n\r\n");

  if (end == NULL)
    return 0;
  client->stage = LOAD_OPENING;
  return (gsize) (end + 4 - (const char *) data);
}

static gsize
take_bytes (LoadSwarm *self, guint number, guint8 *data, gsize length)
{
  Client *client = &self->clients[number];
  gsize used = 0;

  if (client->stage == LOAD_UPGRADING)
    used = take_head (client, data, length);
  while (client->stage > LOAD_UPGRADING && length - used >= 2) {
    gsize header = 2, size = data[used + 1] & 0x7f;

    if (size == 126) {
      if (length - used < 4)
        break;
      size = (gsize) data[used + 2] << 8 | data[used + 3];
      header = 4;
    }
    if (length - used < header + size)
      break;
    take_frame (self, number, data[used] & 0x0f, (char *) data + used + header, size);
    used += header + size;
  }
  return client->stage == LOAD_AWAY ? length : used;
}

static void
take_kept (LoadSwarm *self, guint number, gssize n)
{
  /* Ours alone: the client may go while its frames are looked at. */
  GByteArray *in = g_steal_pointer (&self->clients[number].in);
  gsize used, kept;

  g_byte_array_append (in, self->buffer, (guint) n + 1); /* and room for a zero byte */
  kept = in->len - 1;
  used = take_bytes (self, number, in->data, kept);
  if (used == kept) {
    g_byte_array_unref (in);
    return;
  }
  g_byte_array_set_size (in, (guint) kept);
  g_byte_array_remove_range (in, 0, (guint) used);
  self->clients[number].in = in;
}

static void
read_client (LoadSwarm *self, guint number)
{
  Client *client = &self->clients[number];
  gssize n = recv (client->fd, self->buffer, BUFFER - 1, MSG_DONTWAIT);
  gsize used;

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0) {
    lose (self, number);
    return;
  }
  if (client->in != NULL) {
    take_kept (self, number, n);
    return;
  }
  used = take_bytes (self, number, self->buffer, (gsize) n);
  if (used < (gsize) n) {
    client->in = g_byte_array_new ();
    g_byte_array_append (client->in, self->buffer + used, (guint) ((gsize) n - used));
  }
}

/**
 * load_swarm_turn:
 * @self: a swarm
 * @timeout_ms: how long to wait
 *
 * Reads what came.
 */
void
load_swarm_turn (LoadSwarm *self, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (self->epoll_fd, events, EVENTS, timeout_ms);

  for (int i = 0; i < n; i++) {
    guint number = events[i].data.u32;

    if ((events[i].events & EPOLLOUT) != 0 && self->clients[number].out != NULL)
      send_rest (self, number);
    if ((events[i].events & ~(guint32) EPOLLOUT) != 0 && self->clients[number].stage != LOAD_AWAY)
      read_client (self, number);
  }
}

/* Goes on answering pings for a while. */
void
load_swarm_rest (LoadSwarm *self, guint ms)
{
  gint64 until = g_get_monotonic_time () + (gint64) ms * 1000;
  gint64 left;

  while ((left = until - g_get_monotonic_time ()) > 0)
    load_swarm_turn (self, (int) (left / 1000) + 1);
}

/* --- connecting ------------------------------------------------------------------------------- */

/* Returns: a connected socket, or -1 and errno */
int
load_connect (guint16 port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int one = 1;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) < 0) {
    int saved = errno;

    close (fd);
    errno = saved;
    return -1;
  }
  if (fd >= 0)
    setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

/**
 * load_swarm_connect:
 * @self: a swarm
 * @number: a client that is away
 *
 * Begins to connect a client.
 *
 * Returns: %FALSE if nobody listens; an error unless the swarm knows of clients that go
 */
gboolean
load_swarm_connect (LoadSwarm *self, guint number)
{
  static const char request[] =
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  Client *client = &self->clients[number];

  g_assert (client->stage == LOAD_AWAY);
  client->fd = load_connect (self->port);
  if (client->fd < 0) {
    if (self->funcs.gone == NULL)
      g_error ("connect: %s", g_strerror (errno));
    return FALSE;
  }
  move_to (self, client, LOAD_UPGRADING);
  watch (self, number, EPOLL_CTL_ADD);
  send_bytes (self, number, (const guint8 *) request, sizeof request - 1);
  return TRUE;
}

/* Connects everybody, with so many under way at once, and waits until all are joined. */
void
load_swarm_connect_all (LoadSwarm *self, guint under_way)
{
  guint next = 0;

  while (self->joined < self->n) {
    while (next < self->n && self->under_way < under_way)
      load_swarm_connect (self, next++);
    load_swarm_turn (self, 100);
  }
}

/* A deaf client does not read; what is sent to it fills its socket, which is made small. */
void
load_swarm_set_deaf (LoadSwarm *self, guint number, gboolean deaf)
{
  int size = deaf ? 4096 : 1024 * 1024;

  setsockopt (self->clients[number].fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  self->clients[number].deaf = deaf;
  watch (self, number, EPOLL_CTL_MOD);
}

/* --- the whole -------------------------------------------------------------------------------- */

LoadStage
load_swarm_get_stage (LoadSwarm *self, guint client)
{
  return self->clients[client].stage;
}

guint
load_swarm_get_joined (LoadSwarm *self)
{
  return self->joined;
}

guint
load_swarm_get_under_way (LoadSwarm *self)
{
  return self->under_way;
}

void
load_swarm_set_port (LoadSwarm *self, guint16 port)
{
  self->port = port;
}

/* Returns: how many descriptors we may have now */
guint
load_raise_descriptor_limit (void)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  return (guint) MIN (limit.rlim_cur, G_MAXINT);
}

/**
 * load_swarm_new:
 * @port: where the server listens on the loopback
 * @n: how many clients
 * @funcs: what they say and hear
 * @data: for @funcs
 *
 * Returns: (transfer full): a swarm of which everybody is away
 */
LoadSwarm *
load_swarm_new (guint16 port, guint n, const LoadSwarmFuncs *funcs, gpointer data)
{
  LoadSwarm *self = g_new0 (LoadSwarm, 1);

  self->port = port;
  self->n = n;
  self->funcs = *funcs;
  self->data = data;
  self->clients = g_new0 (Client, n);
  self->buffer = g_malloc (BUFFER);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  return self;
}

void
load_swarm_free (LoadSwarm *self)
{
  for (guint i = 0; i < self->n; i++)
    load_swarm_disconnect (self, i);
  close (self->epoll_fd);
  g_free (self->clients);
  g_free (self->buffer);
  g_free (self);
}
