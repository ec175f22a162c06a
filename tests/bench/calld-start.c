/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * How long calld takes from its start until it is ready, and what it then holds in memory. Twenty
 * runs each on a database that exists; the medians are printed, and the limits kept.
 */

#define RUNS 20
#define READY_LIMIT_MS 150.0
#define RSS_LIMIT_MIB 25.0

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static double
median (double values[RUNS])
{
  qsort (values, RUNS, sizeof *values, compare);
  return (values[RUNS / 2 - 1] + values[RUNS / 2]) / 2;
}

/* Resident memory in MiB. Pages of shared libraries count too, as they do in `ps`. */
static double
resident_mib (CalldFixture *calld)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GINT64_FORMAT "/statm",
                                           calld_fixture_get_pid (calld));
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  words = g_strsplit (text, " ", 3);
  return (double) g_ascii_strtoll (words[1], NULL, 10) * (double) sysconf (_SC_PAGESIZE) /
         (1024.0 * 1024.0);
}

int
main (int argc, char **argv)
{
  double ready_ms[RUNS], rss_mib[RUNS];
  CalldFixture *calld = calld_fixture_new (NULL);
  double ready, rss;

  calld_fixture_stop (calld);
  for (int i = 0; i < RUNS; i++) {
    gint64 began = g_get_monotonic_time ();

    calld_fixture_start (calld);
    ready_ms[i] = (double) (g_get_monotonic_time () - began) / 1000.0;
    rss_mib[i] = resident_mib (calld);
    calld_fixture_stop (calld);
  }
  calld_fixture_free (calld);

  ready = median (ready_ms);
  rss = median (rss_mib);
  printf ("calld start to ready: median %.1f ms, fastest %.1f, slowest %.1f (limit %.0f)\n", ready,
          ready_ms[0], ready_ms[RUNS - 1], READY_LIMIT_MS);
  printf ("calld resident when ready: median %.1f MiB, most %.1f (limit %.0f)\n", rss,
          rss_mib[RUNS - 1], RSS_LIMIT_MIB);
  return ready <= READY_LIMIT_MS && rss <= RSS_LIMIT_MIB ? EXIT_SUCCESS : EXIT_FAILURE;
}
