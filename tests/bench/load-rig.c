/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-rig.h"

#define UNDER_WAY 256
/* A prime: who speaks next is far from who spoke last. */
#define STRIDE 7919
/* A server is at rest when it needs less than 1 % of a CPU for a second and a half. */
#define REST_MS 500
#define REST_CPU_NS (5 * 1000 * 1000)
#define REST_STEPS 3
#define REST_STEPS_MAX 120

static char *
hello (gpointer data, guint client)
{
  LoadRig *self = data;

  return load_server_hello (self->server, client);
}

static char *
join (gpointer data, guint client)
{
  LoadRig *self = data;

  return load_server_join (self->server, client, self->room_size);
}

static void
on_packet (gpointer data, guint client, const char *text, gsize length)
{
  LoadRig *self = data;
  guint64 number;
  gint64 due_us;

  if (load_server_is_delivery (self->server, text)) {
    if (load_stamp_parse (text, length, &number, &due_us))
      load_tally_take (&self->tally, number, (double) (g_get_monotonic_time () - due_us) / 1000);
  } else if (g_str_has_prefix (text, "42[\"message_error\"")) {
    g_error ("a message was refused: %s", text);
  }
}

static const LoadSwarmFuncs funcs = {
  .hello = hello,
  .join = join,
  .packet = on_packet,
};

/**
 * load_rig_new:
 * @kind: which server
 * @n_clients: how many clients
 * @room_size: how many to a room; divides @n_clients
 * @flags: (nullable): further flags of calld
 *
 * Starts a server; nobody is connected yet.
 *
 * Returns: (transfer full): the rig
 */
LoadRig *
load_rig_new (LoadKind kind, guint n_clients, guint room_size, const char *const *flags)
{
  LoadRig *self = g_new0 (LoadRig, 1);

  g_assert (n_clients % room_size == 0);
  self->n_clients = n_clients;
  self->room_size = room_size;
  if (kind == LOAD_CALLD)
    self->clinic = load_clinic_new (n_clients, room_size);
  self->server = load_server_new (kind, self->clinic, flags);
  self->swarm = load_swarm_new (self->server->port, n_clients, &funcs, self);
  load_tally_init (&self->tally);
  return self;
}

void
load_rig_free (LoadRig *self)
{
  load_swarm_free (self->swarm);
  load_server_free (self->server);
  g_clear_pointer (&self->clinic, load_clinic_free);
  load_tally_clear (&self->tally);
  g_free (self);
}

/* A collector collects, and who came is told to those who know them. */
static void
wait_for_rest (LoadRig *self)
{
  guint calm = 0;

  for (guint i = 0; i < REST_STEPS_MAX && calm < REST_STEPS; i++) {
    guint64 cpu = load_process_get_cpu_ns (self->server->pid);

    load_swarm_rest (self->swarm, REST_MS);
    cpu = load_process_get_cpu_ns (self->server->pid) - cpu;
    calm = cpu < REST_CPU_NS ? calm + 1 : 0;
  }
}

/**
 * load_rig_connect:
 * @self: a rig
 *
 * Connects, signs in and joins everybody, and lets the server come to rest.
 */
void
load_rig_connect (LoadRig *self)
{
  guint64 cpu = load_process_get_cpu_ns (self->server->pid);
  gint64 start = g_get_monotonic_time ();

  self->memory_before = load_process_get_memory (self->server->pid);
  load_swarm_connect_all (self->swarm, UNDER_WAY);
  self->connect_s = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  self->connect_cpu_s = (double) (load_process_get_cpu_ns (self->server->pid) - cpu) / 1e9;
  wait_for_rest (self);
}

/* One message of the next sender. */
void
load_rig_send (LoadRig *self, gint64 due_us)
{
  guint sender = (guint) (self->sent++ * STRIDE % self->n_clients);
  guint64 number = load_tally_begin (&self->tally);
  g_autofree char *stamp = load_stamp (number, due_us);
  g_autofree char *temp_id = g_strdup_printf ("t%" G_GUINT64_FORMAT, self->sent);
  g_autofree char *packet = load_server_message (self->server, sender / self->room_size, stamp,
                                                 temp_id);

  load_swarm_send (self->swarm, sender, packet);
}

/**
 * load_rig_send_paced:
 * @self: a rig whose clients are joined
 * @rate: messages a second
 * @seconds: how long
 *
 * Sends evenly over time, whatever the server does (an open loop), waits for what is under way, and
 * notes what the server's process took. Latency counts from when a message was due.
 */
void
load_rig_send_paced (LoadRig *self, double rate, double seconds)
{
  guint64 count = (guint64) (rate * seconds);
  guint64 cpu;
  gint64 start;

  load_tally_reset (&self->tally);
  cpu = load_process_get_cpu_ns (self->server->pid);
  start = g_get_monotonic_time ();
  for (guint64 i = 0; i < count; i++) {
    gint64 due = start + (gint64) ((double) i * G_USEC_PER_SEC / rate);
    gint64 left = due - g_get_monotonic_time ();

    /* Behind time, what came is read now and then all the same. */
    while (left > 0 || i % 16 == 0) {
      load_swarm_turn (self->swarm, left > 0 ? (int) ((left + 999) / 1000) : 0);
      left = due - g_get_monotonic_time ();
      if (left <= 0)
        break;
    }
    load_rig_send (self, due);
  }
  load_rig_wait_for_deliveries (self, 20);
  self->cpu_s = (double) (load_process_get_cpu_ns (self->server->pid) - cpu) / 1e9;
}

/* Waits until everything has arrived, but not longer than that. */
void
load_rig_wait_for_deliveries (LoadRig *self, double seconds)
{
  gint64 until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);

  while (self->tally.delivered < (guint64) self->tally.counts->len * self->room_size &&
         g_get_monotonic_time () < until)
    load_swarm_turn (self->swarm, 20);
}

/* Returns: milliseconds */
double
load_rig_get_latency (LoadRig *self, double p)
{
  g_array_sort (self->tally.latencies, load_compare_doubles);
  return load_percentile (self->tally.latencies, p);
}
