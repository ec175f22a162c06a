/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "udp-relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_PORTS 64
#define MAX_WAITING 4096
#define SEED 4711

typedef struct {
  int fd;      /* ours */
  guint16 own; /* what the other end sends to instead of */
  guint16 real;
  guint side;
  gboolean cut;
} Port;

typedef struct {
  gint64 due;
  Port *out; /* whose socket it leaves from, so that its sender is recognised */
  guint16 to;
  gsize length;
  guint8 data[2048];
} Packet;

struct _UdpRelay {
  GThread *thread;
  GMutex lock; /* guards all below */
  Port ports[MAX_PORTS];
  guint n_ports;
  GQueue waiting; /* of Packet, by due time: the delay is the same for all at a time */
  GRand *random;
  double loss;
  guint delay_ms;
  gboolean cut;
  gboolean stop;
  guint64 n_forwarded;
};

static void
send_packet (const Packet *packet)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons (packet->to) };

  to.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  sendto (packet->out->fd, packet->data, packet->length, MSG_DONTWAIT, (struct sockaddr *) &to,
          sizeof to);
}

static Port *
find_sender (UdpRelay *relay, guint side, guint16 real)
{
  for (guint i = 0; i < relay->n_ports; i++)
    if (relay->ports[i].side == side && relay->ports[i].real == real)
      return &relay->ports[i];
  return NULL;
}

static void
take (UdpRelay *relay, Port *port, gint64 now)
{
  struct sockaddr_in from;
  socklen_t from_length = sizeof from;
  Packet *packet = g_new (Packet, 1);
  gssize n = recvfrom (port->fd, packet->data, sizeof packet->data, MSG_DONTWAIT,
                       (struct sockaddr *) &from, &from_length);
  Port *sender = n > 0 ? find_sender (relay, 1 - port->side, ntohs (from.sin_port)) : NULL;

  if (sender == NULL || relay->cut || port->cut || sender->cut ||
      relay->waiting.length >= MAX_WAITING || g_rand_double (relay->random) < relay->loss) {
    g_free (packet);
    return;
  }
  packet->due = now + relay->delay_ms * 1000;
  packet->out = sender;
  packet->to = port->real;
  packet->length = n;
  g_queue_push_tail (&relay->waiting, packet);
}

static int
forward_due (UdpRelay *relay, gint64 now)
{
  Packet *packet;

  while ((packet = g_queue_peek_head (&relay->waiting)) != NULL && packet->due <= now) {
    send_packet (packet);
    relay->n_forwarded++;
    g_free (g_queue_pop_head (&relay->waiting));
  }
  return packet != NULL ? (int) CLAMP ((packet->due - now) / 1000 + 1, 1, 20) : 20;
}

static gpointer
run (gpointer data)
{
  UdpRelay *relay = data;
  struct pollfd fds[MAX_PORTS];
  int timeout = 20;

  for (;;) {
    guint n;

    g_mutex_lock (&relay->lock);
    if (relay->stop) {
      g_mutex_unlock (&relay->lock);
      return NULL;
    }
    n = relay->n_ports;
    for (guint i = 0; i < n; i++)
      fds[i] = (struct pollfd){ relay->ports[i].fd, POLLIN, 0 };
    g_mutex_unlock (&relay->lock);

    poll (fds, n, timeout);
    g_mutex_lock (&relay->lock);
    for (guint i = 0; i < n; i++)
      if (fds[i].revents & POLLIN)
        take (relay, &relay->ports[i], g_get_monotonic_time ());
    timeout = forward_due (relay, g_get_monotonic_time ());
    g_mutex_unlock (&relay->lock);
  }
}

UdpRelay *
udp_relay_new (void)
{
  UdpRelay *relay = g_new0 (UdpRelay, 1);

  g_mutex_init (&relay->lock);
  g_queue_init (&relay->waiting);
  relay->random = g_rand_new_with_seed (SEED);
  relay->thread = g_thread_new ("udp-relay", run, relay);
  return relay;
}

void
udp_relay_free (UdpRelay *relay)
{
  g_mutex_lock (&relay->lock);
  relay->stop = TRUE;
  g_mutex_unlock (&relay->lock);
  g_thread_join (relay->thread);
  for (guint i = 0; i < relay->n_ports; i++)
    close (relay->ports[i].fd);
  g_queue_clear_full (&relay->waiting, g_free);
  g_rand_free (relay->random);
  g_mutex_clear (&relay->lock);
  g_free (relay);
}

static Port *
open_port (UdpRelay *relay, guint side, guint16 real)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  Port *port = &relay->ports[relay->n_ports];

  g_assert_cmpuint (relay->n_ports, <, MAX_PORTS);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  port->fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (port->fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (getsockname (port->fd, (struct sockaddr *) &address, &length), ==, 0);
  port->own = ntohs (address.sin_port);
  port->real = real;
  port->side = side;
  relay->n_ports++;
  return port;
}

/* A LoopbackCandidateFunc: UDP candidates lead to us, others are dropped. */
char *
udp_relay_rewrite (guint from, const char *candidate, gpointer data)
{
  UdpRelay *relay = data;
  g_auto (GStrv) words = g_strsplit (candidate, " ", -1);
  Port *port;

  if (g_ascii_strcasecmp (words[2], "udp") != 0 || !g_str_equal (words[4], "127.0.0.1"))
    return NULL;
  g_mutex_lock (&relay->lock);
  port = find_sender (relay, from, (guint16) atoi (words[5]));
  if (port == NULL)
    port = open_port (relay, from, (guint16) atoi (words[5]));
  g_free (words[5]);
  words[5] = g_strdup_printf ("%u", port->own);
  g_mutex_unlock (&relay->lock);
  return g_strjoinv (" ", words);
}

#define SETTER(name, type, field)                         \
  void udp_relay_set_##name (UdpRelay *relay, type value) \
  {                                                       \
    g_mutex_lock (&relay->lock);                          \
    relay->field = value;                                 \
    g_mutex_unlock (&relay->lock);                        \
  }

SETTER (loss, double, loss)
SETTER (delay, guint, delay_ms)
SETTER (cut, gboolean, cut)

/* Cuts the ports there are for good; those of a later generation work. */
void
udp_relay_cut_present (UdpRelay *relay)
{
  g_mutex_lock (&relay->lock);
  for (guint i = 0; i < relay->n_ports; i++)
    relay->ports[i].cut = TRUE;
  g_mutex_unlock (&relay->lock);
}

guint64
udp_relay_get_forwarded (UdpRelay *relay)
{
  guint64 n;

  g_mutex_lock (&relay->lock);
  n = relay->n_forwarded;
  g_mutex_unlock (&relay->lock);
  return n;
}
