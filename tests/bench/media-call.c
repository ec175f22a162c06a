/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"
#include "media-process.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * What a call costs: two peers, each a process of its own, on the loopback. Prints medians of the
 * time from the start of a generation to the connection and to the first decoded picture, and the
 * CPU that one peer takes for 360p30 both ways (test picture, encoding, decoding).
 *
 *   bench-media-call [RUNS [SECONDS]]
 */

#define FIRST_FRAME_LIMIT_MS 1000.0
#define CPU_LIMIT 0.20

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static void
print_row (const char *what, GArray *values, const char *unit)
{
  double *v = (double *) (gpointer) values->data;

  g_array_sort (values, compare);
  printf ("%-38s %7.1f %7.1f %7.1f %s\n", what, v[0], v[values->len / 2], v[values->len - 1], unit);
}

static double
get_median (GArray *values)
{
  g_array_sort (values, compare);
  return g_array_index (values, double, values->len / 2);
}

static void
ask (MediaProcesses *peers)
{
  media_processes_ask (peers);
  wait_until (media_processes_have_answered (peers), 30);
}

static void
measure_connect (GArray *connected[2], GArray *first[2])
{
  MediaProcesses *peers = media_processes_new (NULL);

  media_processes_start_generation (peers);
  wait_until (media_processes_is_flowing (peers), 60);
  ask (peers);
  for (guint i = 0; i < 2; i++) {
    const MediaFigures *figures = media_processes_get_figures (peers, i);
    double c = figures->connected_ms, f = figures->first_frame_ms;

    g_array_append_val (connected[i], c);
    g_array_append_val (first[i], f);
  }
  media_processes_free (peers);
}

/* CPU seconds per second of one peer, and pictures per second it decoded. */
static void
measure_cost (GArray *cpu, GArray *rate, guint windows)
{
  MediaProcesses *peers = media_processes_new (NULL);

  media_processes_start_generation (peers);
  wait_until (media_processes_is_flowing (peers), 60);
  for (guint i = 0; i < windows; i++) {
    g_autoptr (MediaDeadline) second = NULL;
    MediaFigures before;
    const MediaFigures *after;
    gint64 began, took;
    double c, r;

    ask (peers);
    before = *media_processes_get_figures (peers, 0);
    began = g_get_monotonic_time ();
    second = media_deadline_new (1);
    while (!media_deadline_is_over (second))
      g_main_context_iteration (NULL, TRUE);
    ask (peers);
    took = g_get_monotonic_time () - began;
    after = media_processes_get_figures (peers, 0);
    c = 100.0 * (after->cpu_seconds - before.cpu_seconds) * G_USEC_PER_SEC / took;
    r = (double) (after->decoded - before.decoded) * G_USEC_PER_SEC / took;
    g_array_append_val (cpu, c);
    g_array_append_val (rate, r);
  }
  media_processes_free (peers);
}

int
main (int argc, char **argv)
{
  guint runs = argc > 1 ? atoi (argv[1]) : 20, seconds = argc > 2 ? atoi (argv[2]) : 20;
  GArray *lists[6];

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    lists[i] = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < MAX (runs, 1); i++)
    measure_connect (&lists[0], &lists[2]);
  measure_cost (lists[4], lists[5], MAX (seconds, 1));

  printf ("%-38s %7s %7s %7s\n", "", "min", "median", "max");
  print_row ("offering side: connected", lists[0], "ms");
  print_row ("answering side: connected", lists[1], "ms");
  print_row ("offering side: first picture decoded", lists[2], "ms");
  print_row ("answering side: first picture decoded", lists[3], "ms");
  print_row ("CPU of one peer, 360p30 both ways", lists[4], "% of a core");
  print_row ("pictures decoded", lists[5], "per second");
  return get_median (lists[2]) <= FIRST_FRAME_LIMIT_MS &&
                 get_median (lists[3]) <= FIRST_FRAME_LIMIT_MS &&
                 get_median (lists[4]) <= 100 * CPU_LIMIT
             ? 0
             : 1;
}
