/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "crowd.h"
#include "load-figures.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The real calld under a clock that jumps, and under one that runs so fast that hours pass in
 * seconds (libfaketime). CALL_TIME_SECONDS says for how many real seconds; 24 hours are 240.
 */

#define ROOM 10
#define SPEED 360
#define HOUR 3600
#define MIB (1024 * 1024)
/* SQLite's page caches, which fill as the database grows; and some to spare. */
#define CACHES (10 * MIB)

static const char *const libraries[] = {
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
};

/* Only for processes that are started while it is set. */
static gboolean
set_preload (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    if (g_file_test (libraries[i], G_FILE_TEST_EXISTS)) {
      g_setenv ("LD_PRELOAD", libraries[i], TRUE);
      return TRUE;
    }
  g_test_skip ("libfaketime is not installed");
  return FALSE;
}

static Crowd *
start (guint n_clients, const char *const *flags)
{
  Crowd *crowd = crowd_new (n_clients, ROOM, flags);

  g_unsetenv ("LD_PRELOAD");
  g_unsetenv ("FAKETIME");
  g_unsetenv ("FAKETIME_TIMESTAMP_FILE");
  g_unsetenv ("FAKETIME_NO_CACHE");
  g_unsetenv ("FAKETIME_DONT_FAKE_MONOTONIC");
  return crowd;
}

static void
set_time (const char *path, const char *offset)
{
  g_autofree char *next = g_strconcat (path, ".new", NULL);

  g_assert_true (g_file_set_contents (next, offset, -1, NULL));
  g_assert_cmpint (g_rename (next, path), ==, 0);
}

/* Somebody sets the wall clock while people chat: nobody is cut off, nothing is lost. */
static void
test_jumps (void)
{
  static const char *const offsets[] = { "+3h", "+0", "-3h", "+0", "-24h", "+1h", "+0" };
  g_autofree char *directory = g_dir_make_tmp ("calld-time-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "time", NULL);
  Crowd *crowd;

  if (!set_preload ()) {
    g_rmdir (directory);
    return;
  }
  set_time (path, "+0");
  g_setenv ("FAKETIME_TIMESTAMP_FILE", path, TRUE);
  g_setenv ("FAKETIME_NO_CACHE", "1", TRUE);
  g_setenv ("FAKETIME_DONT_FAKE_MONOTONIC", "1", TRUE);
  crowd = start (100, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (offsets); i++) {
    set_time (path, offsets[i]);
    crowd_chat (crowd, 200, 0.4);
    g_assert_true (crowd_settle (crowd, 60));
  }
  crowd_assert_heard_by_all (crowd, 0);
  g_assert_cmpuint (crowd->departures, ==, 0);
  g_assert_cmpuint (crowd->refused, ==, 0);
  load_server_kill (crowd->server);
  crowd_check_store (crowd);
  crowd_free (crowd);
  g_unlink (path);
  g_rmdir (directory);
}

static guint64
sample (Crowd *crowd)
{
  return load_process_get_memory (crowd->server->pid);
}

/* One round: people talk, a tenth of them leave without a word and come back. */
static void
live (Crowd *crowd, guint round)
{
  crowd_chat (crowd, 200, 0.25);
  for (guint i = round % 10; i < crowd->n_clients; i += 10) {
    if (load_swarm_get_stage (crowd->swarm, i) == LOAD_AWAY)
      continue; /* on its way back already */
    load_swarm_disconnect (crowd->swarm, i);
    g_array_append_val (crowd->lost, i);
  }
  crowd_wait_for_all (crowd);
  crowd_say_again (crowd);
  g_assert_true (crowd_settle (crowd, 60));
}

/* Hours of traffic: pings, messages, people who come and go, jobs that run by the hour. Memory
 * stays where it was after the first rounds. */
static void
test_hours (void)
{
  gint64 seconds = g_getenv ("CALL_TIME_SECONDS") != NULL ? atoi (g_getenv ("CALL_TIME_SECONDS"))
                                                          : 10;
  g_autofree char *speed = g_strdup_printf ("+0 x%d", SPEED);
  gint64 until;
  guint64 early, middle = 0, late;
  guint round = 0;
  Crowd *crowd;

  if (!set_preload ())
    return;
  g_setenv ("FAKETIME", speed, TRUE);
  /* A busy machine takes its time, which is long for the other side: as much as may be set. */
  crowd = start (100,
                 (const char *const[]){ "--ping-interval-ms=300000", "--ping-timeout-ms=300000",
                                        "--token-ttl-seconds=1000000", NULL });
  crowd->expects_departures = TRUE;
  while (round < 10)
    live (crowd, round++);
  early = sample (crowd);
  until = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until) {
    live (crowd, round++);
    if (middle == 0 && g_get_monotonic_time () > until - seconds * G_USEC_PER_SEC / 2)
      middle = sample (crowd);
  }
  late = sample (crowd);
  g_print ("# %" G_GINT64_FORMAT " virtual hours, %u messages, %u rounds: memory %" G_GUINT64_FORMAT
           " KiB, %" G_GUINT64_FORMAT " in the middle, %" G_GUINT64_FORMAT " at the end\n",
           seconds * SPEED / HOUR, crowd->sent, round, early / 1024, middle / 1024, late / 1024);
  if (!CROWD_SANITIZED)
    g_assert_cmpuint (late, <, early + CACHES + 2 * MIB);
  load_server_kill (crowd->server);
  crowd_check_store (crowd);
  crowd_free (crowd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (600);
  g_test_add_func ("/faults/time/jumps", test_jumps);
  g_test_add_func ("/faults/time/hours", test_hours);
  return g_test_run ();
}
