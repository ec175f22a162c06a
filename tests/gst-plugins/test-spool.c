/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-spool.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The queue on disk: order, bounds, crashes, torn files, dead letters. */

#define LARGE (1024 * 1024)

typedef struct {
  char *folder;
  GstCallSpool *spool;
} Fixture;

static void
open_spool (Fixture *fixture, guint64 max_bytes)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->spool, gst_call_spool_close);
  fixture->spool = gst_call_spool_open (fixture->folder, max_bytes, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("spool-XXXXXX", NULL);
  fixture->spool = NULL;
  open_spool (fixture, LARGE);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf %s", fixture->folder);

  g_clear_pointer (&fixture->spool, gst_call_spool_close);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  g_free (fixture->folder);
}

static guint64
append (Fixture *fixture, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  guint64 sequence = 0;

  gst_call_spool_append (fixture->spool, "meta", body, &sequence, &error);
  g_assert_no_error (error);
  return sequence;
}

static void
assert_head (Fixture *fixture, guint64 sequence, const char *text)
{
  g_autoptr (GstCallSpoolRecord) record = gst_call_spool_peek (fixture->spool);

  g_assert_nonnull (record);
  g_assert_cmpuint (record->sequence, ==, sequence);
  g_assert_cmpstr (record->meta, ==, "meta");
  g_assert_cmpmem (g_bytes_get_data (record->body, NULL), g_bytes_get_size (record->body), text,
                   strlen (text));
}

static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = g_strdup (gst_call_spool_get_id (fixture->spool));

  g_assert_null (gst_call_spool_peek (fixture->spool));
  g_assert_cmpuint (append (fixture, "one"), ==, 1);
  g_assert_cmpuint (append (fixture, "two"), ==, 2);
  assert_head (fixture, 1, "one");
  gst_call_spool_remove (fixture->spool, 1);
  open_spool (fixture, LARGE);
  g_assert_cmpstr (gst_call_spool_get_id (fixture->spool), ==, id);
  assert_head (fixture, 2, "two");
  gst_call_spool_remove (fixture->spool, 2);
  g_assert_cmpuint (gst_call_spool_get_size (fixture->spool), ==, 0);
  /* Sequences are not used twice, even when nothing is left that had them. */
  open_spool (fixture, LARGE);
  g_assert_cmpuint (append (fixture, "three"), ==, 3);
}

static void
test_bound (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) body = g_bytes_new_static ("0123456789", 10);
  g_autoptr (GError) error = NULL;

  open_spool (fixture, 100);
  append (fixture, "0123456789");
  append (fixture, "0123456789");
  g_assert_false (gst_call_spool_append (fixture->spool, "meta", body, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (gst_call_spool_get_count (fixture->spool), ==, 2);
  gst_call_spool_remove (fixture->spool, 1);
  g_assert_cmpuint (append (fixture, "0123456789"), ==, 3);
}

static void
test_modes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;

  append (fixture, "one");
  dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
    GStatBuf info;

    g_assert_cmpint (g_stat (path, &info), ==, 0);
    g_assert_cmpint (info.st_mode & 0077, ==, 0);
    n++;
  }
  g_assert_cmpuint (n, ==, 5);
}

static void
cut (Fixture *fixture, guint64 sequence, gssize to)
{
  g_autofree char *path = g_strdup_printf ("%s/%020" G_GUINT64_FORMAT ".block", fixture->folder,
                                           sequence);

  g_assert_cmpint (truncate (path, to), ==, 0);
}

static void
test_torn (Fixture *fixture, gconstpointer data)
{
  g_autofree char *aside = g_build_filename (fixture->folder, "9.block.new", NULL);
  g_autofree char *path = g_strdup_printf ("%s/%020d.block", fixture->folder, 3);
  g_autofree char *text = NULL;
  gsize length;

  for (guint i = 0; i < 5; i++)
    append (fixture, "some text");
  cut (fixture, 1, 0);
  cut (fixture, 2, 30);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  text[length - 1] ^= 1;
  g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (aside, "half", -1, NULL));
  open_spool (fixture, LARGE);
  assert_head (fixture, 4, "some text");
  g_assert_cmpuint (gst_call_spool_get_n_torn (fixture->spool), ==, 3);
  g_assert_cmpuint (gst_call_spool_get_count (fixture->spool), ==, 2);
  g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));
}

static void
test_dead (Fixture *fixture, gconstpointer data)
{
  append (fixture, "bad");
  append (fixture, "good");
  gst_call_spool_bury (fixture->spool, 1);
  assert_head (fixture, 2, "good");
  open_spool (fixture, LARGE);
  g_assert_cmpuint (gst_call_spool_get_count (fixture->spool), ==, 1);
  g_assert_cmpuint (gst_call_spool_replay (fixture->spool), ==, 1);
  assert_head (fixture, 1, "bad");
  g_assert_cmpuint (gst_call_spool_replay (fixture->spool), ==, 0);
}

static void
test_locked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gst_call_spool_open (fixture->folder, LARGE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
}

/* Appends as fast as it can, and says each number when it is on disk. */
static void
append_for_ever (const char *folder, int told)
{
  g_autoptr (GstCallSpool) spool = gst_call_spool_open (folder, 1024 * LARGE, NULL);
  g_autofree char *text = g_strnfill (20000, 'x');
  g_autoptr (GBytes) body = g_bytes_new (text, 20000);
  guint64 sequence;

  while (gst_call_spool_append (spool, "meta", body, &sequence, NULL))
    if (write (told, &sequence, sizeof (sequence)) < 0)
      break;
  _exit (1);
}

/* kill -9 in the middle of writing: all that was said to be there is there, whole and in order. */
static void
test_killed (Fixture *fixture, gconstpointer data)
{
  guint64 sequence, last = 0, seen = 0;
  int pipes[2];
  pid_t pid;

  g_clear_pointer (&fixture->spool, gst_call_spool_close);
  g_assert_cmpint (pipe (pipes), ==, 0);
  pid = fork ();
  if (pid == 0)
    append_for_ever (fixture->folder, pipes[1]);
  close (pipes[1]);
  while (last < 100 && read (pipes[0], &sequence, sizeof (sequence)) == sizeof (sequence))
    last = sequence;
  kill (pid, SIGKILL);
  while (read (pipes[0], &sequence, sizeof (sequence)) == sizeof (sequence))
    last = sequence;
  waitpid (pid, NULL, 0);
  close (pipes[0]);
  open_spool (fixture, 1024 * LARGE);
  for (;;) {
    g_autoptr (GstCallSpoolRecord) record = gst_call_spool_peek (fixture->spool);

    if (record == NULL)
      break;
    g_assert_cmpuint (record->sequence, ==, ++seen);
    g_assert_cmpuint (g_bytes_get_size (record->body), ==, 20000);
    gst_call_spool_remove (fixture->spool, record->sequence);
  }
  g_assert_cmpuint (seen, >=, last);
  g_assert_cmpuint (seen, <=, last + 1);
  g_assert_cmpuint (gst_call_spool_get_n_torn (fixture->spool), ==, 0);
}

#define TEST(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  TEST ("/spool/order", test_order);
  TEST ("/spool/bound", test_bound);
  TEST ("/spool/modes", test_modes);
  TEST ("/spool/torn", test_torn);
  TEST ("/spool/dead", test_dead);
  TEST ("/spool/locked", test_locked);
  TEST ("/spool/killed", test_killed);
  return g_test_run ();
}
