/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "crowd.h"

#include "calld-sqlite.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* A disk that is full and a database that another program holds, while people chat: clear errors,
 * nothing acknowledged is lost, and it goes on by itself. */

#define ROOM 10

/* The crowd gets errors, says it all again when the fault is over, and all of it is stored once. */
static void
recover (Crowd *crowd)
{
  guint from;

  while (!crowd_settle (crowd, 0)) {
    guint refused = crowd->refused;

    crowd_say_again (crowd);
    crowd_settle (crowd, 10);
    g_assert_cmpuint (crowd->refused, ==, refused);
  }
  from = crowd->sent;
  crowd->text_length = 0;
  crowd_chat (crowd, 200, 0.5);
  g_assert_true (crowd_settle (crowd, 60));
  crowd_assert_heard_by_all (crowd, from);
  g_assert_cmpuint (crowd->departures, ==, 0);
  load_server_stop (crowd->server);
}

static void
end (Crowd *crowd)
{
  crowd_check_store (crowd);
  g_assert_cmpint (load_clinic_count_messages (crowd->clinic), ==, crowd->sent);
  crowd_free (crowd);
}

static void
test_busy (void)
{
  Crowd *crowd = crowd_new (100, ROOM, NULL);
  g_autofree char *path = load_clinic_get_database (crowd->clinic);
  g_autoptr (GError) error = NULL;
  CalldSqlite *db = calld_sqlite_open (path, FALSE, &error);

  g_assert_no_error (error);
  crowd->expects_departures = TRUE;
  crowd_chat (crowd, 200, 0.5);
  g_assert_true (crowd_settle (crowd, 60));
  g_assert_true (calld_sqlite_run (db, "BEGIN IMMEDIATE", &error));
  crowd_chat (crowd, 200, 0.2);
  /* It waits for a while, as one does for a backup, and says so then. */
  while (crowd->refused == 0)
    crowd_turn (crowd, 50);
  g_assert_nonnull (strstr (crowd->last_refusal, "locked"));
  g_assert_true (calld_sqlite_run (db, "COMMIT", &error));
  calld_sqlite_close (db);
  while (crowd->refused + crowd->acknowledged < crowd->sent)
    crowd_turn (crowd, 50);
  recover (crowd);
  end (crowd);
}

/* A file system of our own in memory; its size can be changed. */
static gboolean
mount_small (const char *path)
{
  if (unshare (CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
    return FALSE;
  return mount ("tmpfs", path, "tmpfs", 0, "size=12m") == 0;
}

static void
test_full (void)
{
  g_autofree char *path = g_dir_make_tmp ("calld-full-XXXXXX", NULL);
  Crowd *crowd;

  if (!mount_small (path)) {
    g_test_skip ("Mounting needs root");
    rmdir (path);
    return;
  }
  g_setenv ("CALL_BENCH_DIRECTORY", path, TRUE);
  crowd = crowd_new (100, ROOM, NULL);
  crowd->expects_departures = TRUE;
  crowd->text_length = 8000;
  while (crowd->refused == 0)
    crowd_chat (crowd, 200, 0.2);
  g_assert_nonnull (strstr (crowd->last_refusal, "disk"));
  g_test_message ("after %u messages: %s", crowd->acknowledged, crowd->last_refusal);
  while (crowd->refused + crowd->acknowledged < crowd->sent)
    crowd_turn (crowd, 50);

  g_assert_cmpint (mount ("tmpfs", path, "tmpfs", MS_REMOUNT, "size=256m"), ==, 0);
  recover (crowd);
  end (crowd);
  g_unsetenv ("CALL_BENCH_DIRECTORY");
  umount (path);
  rmdir (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (240);
  g_test_add_func ("/faults/store/locked", test_busy);
  g_test_add_func ("/faults/store/disk-full", test_full);
  return g_test_run ();
}
