/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "packet-line.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define MAX_WAITING 4096
#define SEED 4711

typedef struct {
  gint64 due;
  int to;
  gsize length;
  guint8 data[2048];
} Packet;

struct _PacketLine {
  GThread *thread;
  int ends[2];
  GQueue waiting; /* of Packet, by due time; the thread's */
  GRand *random;
  GMutex lock; /* guards all below */
  double loss;
  guint delay_ms;
  gboolean cut;
  gboolean stop;
};

static void
take (PacketLine *line, guint end, double loss, guint delay_ms)
{
  Packet *packet = g_new (Packet, 1);
  gssize n = read (line->ends[end], packet->data, sizeof packet->data);

  if (n <= 0 || line->waiting.length >= MAX_WAITING || g_rand_double (line->random) < loss) {
    g_free (packet);
    return;
  }
  packet->due = g_get_monotonic_time () + delay_ms * 1000;
  packet->to = line->ends[1 - end];
  packet->length = n;
  g_queue_push_tail (&line->waiting, packet);
}

static int
forward_due (PacketLine *line)
{
  gint64 now = g_get_monotonic_time ();
  Packet *packet;

  while ((packet = g_queue_peek_head (&line->waiting)) != NULL && packet->due <= now) {
    if (write (packet->to, packet->data, packet->length) < 0)
      g_debug ("a packet went nowhere");
    g_free (g_queue_pop_head (&line->waiting));
  }
  return packet != NULL ? (int) CLAMP ((packet->due - now) / 1000 + 1, 1, 20) : 20;
}

static gpointer
run (gpointer data)
{
  PacketLine *line = data;
  struct pollfd fds[2] = { { line->ends[0], POLLIN, 0 }, { line->ends[1], POLLIN, 0 } };
  int timeout = 20;

  for (;;) {
    double loss;
    guint delay_ms;
    gboolean stop;

    poll (fds, 2, timeout);
    g_mutex_lock (&line->lock);
    loss = line->cut ? 1.0 : line->loss;
    delay_ms = line->delay_ms;
    stop = line->stop;
    g_mutex_unlock (&line->lock);
    if (stop)
      return NULL;
    for (guint end = 0; end < 2; end++)
      if (fds[end].revents & POLLIN)
        take (line, end, loss, delay_ms);
    timeout = forward_due (line);
  }
}

PacketLine *
packet_line_new (int left, int right)
{
  PacketLine *line = g_new0 (PacketLine, 1);

  line->ends[0] = left;
  line->ends[1] = right;
  for (guint end = 0; end < 2; end++)
    fcntl (line->ends[end], F_SETFL, fcntl (line->ends[end], F_GETFL) | O_NONBLOCK);
  g_mutex_init (&line->lock);
  g_queue_init (&line->waiting);
  line->random = g_rand_new_with_seed (SEED);
  line->thread = g_thread_new ("packet-line", run, line);
  return line;
}

void
packet_line_free (PacketLine *line)
{
  g_mutex_lock (&line->lock);
  line->stop = TRUE;
  g_mutex_unlock (&line->lock);
  g_thread_join (line->thread);
  g_queue_clear_full (&line->waiting, g_free);
  g_rand_free (line->random);
  g_mutex_clear (&line->lock);
  g_free (line);
}

void
packet_line_set (PacketLine *line, double loss, guint delay_ms, gboolean cut)
{
  g_mutex_lock (&line->lock);
  line->loss = loss;
  line->delay_ms = delay_ms;
  line->cut = cut;
  g_mutex_unlock (&line->lock);
}
