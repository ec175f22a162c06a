/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-scenarios.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_HTTP 3000
/* One interval of Node's and calld's heartbeat. */
#define IDLE_SECONDS 25
#define FANOUT_CONNECTIONS 1000
#define FANOUT_P99_MS 50.0
#define FANOUT_STEP_SECONDS 3
#define STORE_SENDERS 400
#define STORE_UNDER_WAY 16

static void
add (LoadReport *report, const char *scenario, const char *what, LoadKind kind, double value)
{
  g_autofree char *name = g_strdup_printf ("%s: %s", scenario, what);

  load_report_add (report, name, kind, value);
}

/* --- messages into rooms ---------------------------------------------------------------------- */

static void
add_connecting (LoadReport *report, const char *scenario, LoadRig *rig)
{
  double memory = (double) load_process_get_memory (rig->server->pid) - (double) rig->memory_before;

  add (report, scenario, "memory KiB/connection", rig->server->kind,
       memory / 1024 / rig->n_clients);
  add (report, scenario, "connects/s", rig->server->kind, rig->n_clients / rig->connect_s);
  add (report, scenario, "connect CPU us", rig->server->kind,
       rig->connect_cpu_s * 1e6 / rig->n_clients);
}

static void
add_sending (LoadReport *report, const char *scenario, LoadRig *rig)
{
  LoadLoss loss = load_tally_get_loss (&rig->tally, rig->room_size);
  LoadKind kind = rig->server->kind;

  add (report, scenario, "CPU us/delivery", kind, rig->cpu_s * 1e6 / (double) loss.expected);
  add (report, scenario, "p50 ms", kind, load_rig_get_latency (rig, 0.5));
  add (report, scenario, "p99 ms", kind, load_rig_get_latency (rig, 0.99));
  add (report, scenario, "lost or doubled", kind, (double) (loss.lost + loss.doubled));
}

static void
run_rooms (LoadReport *report,
           const char *scenario,
           LoadKind kind,
           const LoadOptions *options,
           guint room_size,
           double rate)
{
  LoadRig *rig = load_rig_new (kind, (guint) options->connections, room_size, NULL);

  load_rig_connect (rig);
  add_connecting (report, scenario, rig);
  load_rig_send_paced (rig, rate, 1); /* warms up, Node's compiler above all */
  load_rig_send_paced (rig, rate, options->seconds);
  add_sending (report, scenario, rig);
  load_rig_free (rig);
}

static void
run_rooms10 (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  run_rooms (report, "rooms10", kind, options, 10, 1000);
}

static void
run_rooms100 (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  run_rooms (report, "rooms100", kind, options, 100, 100);
}

/* --- idle ------------------------------------------------------------------------------------- */

static void
run_idle (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  LoadRig *rig = load_rig_new (kind, (guint) options->connections, 10, NULL);
  guint64 cpu;
  double seconds;
  gint64 start;

  load_rig_connect (rig);
  cpu = load_process_get_cpu_ns (rig->server->pid);
  start = g_get_monotonic_time ();
  load_swarm_rest (rig->swarm, IDLE_SECONDS * 1000);
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  add (report, "idle", "CPU % of a core", kind,
       (double) (load_process_get_cpu_ns (rig->server->pid) - cpu) / 1e7 / seconds);
  load_rig_send_paced (rig, 500, options->seconds);
  add (report, "idle", "CPU % with 500 messages/s", kind, rig->cpu_s * 100 / options->seconds);
  load_rig_free (rig);
}

/* --- fan-out ---------------------------------------------------------------------------------- */

/* Steps of about 1.25: the last that is sustained counts. */
static void
run_fanout (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  guint n = MIN (FANOUT_CONNECTIONS, (guint) options->connections);
  LoadRig *rig = load_rig_new (kind, n, 10, NULL);
  double best = 0, cpu = 0, rate = 2000;
  guint failures = 0;

  load_rig_connect (rig);
  load_rig_send_paced (rig, rate, 1);
  while (failures < 2 && rate < 200000) {
    LoadLoss loss;
    double p99;

    load_rig_send_paced (rig, rate, FANOUT_STEP_SECONDS);
    loss = load_tally_get_loss (&rig->tally, rig->room_size);
    p99 = load_rig_get_latency (rig, 0.99);
    g_printerr ("  %.0f deliveries/s: p99 %.1f ms, %.2f us/delivery, lost %" G_GUINT64_FORMAT "\n",
                rate * 10, p99, rig->cpu_s * 1e6 / (double) loss.expected, loss.lost);
    if (p99 <= FANOUT_P99_MS && loss.lost == 0) {
      best = rate;
      cpu = rig->cpu_s * 1e6 / (double) loss.expected;
      rate *= 1.25;
      failures = 0;
    } else {
      failures++; /* once more: the machine has other things to do, too */
    }
  }
  add (report, "fanout", "deliveries/s", kind, best * 10);
  add (report, "fanout", "CPU us/delivery there", kind, cpu);
  load_rig_free (rig);
}

/* --- idle HTTP connections -------------------------------------------------------------------- */

static void
open_http (guint16 port, int *fds, guint n)
{
  static const char request[] = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  char answer[2048];

  for (guint i = 0; i < n; i++) {
    fds[i] = load_connect (port);
    if (fds[i] < 0 || send (fds[i], request, sizeof request - 1, MSG_NOSIGNAL) < 0 ||
        recv (fds[i], answer, sizeof answer, 0) < 12 || strncmp (answer, "HTTP/1.1 200", 12) != 0)
      g_error ("GET /health/live failed");
  }
}

static void
run_http (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  guint n = MIN (FANOUT_CONNECTIONS, (guint) options->connections);
  LoadRig *rig = load_rig_new (kind, n, 10, NULL);
  int fds[IDLE_HTTP];
  double before;

  load_rig_connect (rig);
  load_rig_send_paced (rig, 1000, 1);
  load_rig_send_paced (rig, 1000, options->seconds);
  before = rig->cpu_s;
  open_http (rig->server->port, fds, IDLE_HTTP);
  load_rig_send_paced (rig, 1000, 1);
  load_rig_send_paced (rig, 1000, options->seconds);
  add (report, "http", "CPU us/delivery without", kind, before * 1e5 / 1000 / options->seconds);
  add (report, "http", "CPU beside 3000 idle, ratio", kind, rig->cpu_s / before);
  for (guint i = 0; i < IDLE_HTTP; i++)
    close (fds[i]);
  load_rig_free (rig);
}

/* --- the store -------------------------------------------------------------------------------- */

/* A closed loop: so many messages are always under way, in rooms of two, until the time is over. */
static void
run_store (LoadReport *report, LoadKind kind, const LoadOptions *options)
{
  LoadRig *rig = load_rig_new (kind, STORE_SENDERS, 2, NULL);
  guint64 target = STORE_SENDERS * STORE_UNDER_WAY, cpu, stored;
  gint64 start, end;

  load_rig_connect (rig);
  cpu = load_process_get_cpu_ns (rig->server->pid);
  start = g_get_monotonic_time ();
  end = start + options->seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < end) {
    while (rig->sent * 2 < rig->tally.delivered + target * 2)
      load_rig_send (rig, g_get_monotonic_time ());
    load_swarm_turn (rig->swarm, 10);
  }
  stored = rig->tally.delivered / 2;
  add (report, "store", "messages/s", kind,
       (double) stored * G_USEC_PER_SEC / (double) (g_get_monotonic_time () - start));
  add (report, "store", "CPU us/message", kind,
       (double) (load_process_get_cpu_ns (rig->server->pid) - cpu) / 1000 / (double) stored);
  load_rig_wait_for_deliveries (rig, 20);
  load_server_stop (rig->server);
  if ((guint64) load_clinic_count_messages (rig->clinic) != rig->sent)
    g_error ("of %" G_GUINT64_FORMAT " messages %" G_GINT64_FORMAT " are on the disk", rig->sent,
             load_clinic_count_messages (rig->clinic));
  load_rig_free (rig);
}

/* --- the list --------------------------------------------------------------------------------- */

#define ALL (1u << LOAD_CALLD | 1u << LOAD_SOCKETIO | 1u << LOAD_FLOOR)

static const LoadScenario scenarios[] = {
  { "rooms10", ALL, TRUE, run_rooms10 },
  { "rooms100", ALL, TRUE, run_rooms100 },
  { "idle", 1u << LOAD_CALLD | 1u << LOAD_SOCKETIO, TRUE, run_idle },
  { "fanout", 1u << LOAD_CALLD | 1u << LOAD_SOCKETIO, FALSE, run_fanout },
  { "http", 1u << LOAD_CALLD, TRUE, run_http },
  { "store", 1u << LOAD_CALLD, FALSE, run_store },
};

const LoadScenario *
load_scenario_list (guint *n)
{
  *n = G_N_ELEMENTS (scenarios);
  return scenarios;
}

const LoadScenario *
load_scenario_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (g_str_equal (scenarios[i].name, name))
      return &scenarios[i];
  return NULL;
}
