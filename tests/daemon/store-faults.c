/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What goes wrong with a database in a file. */

#include "config.h"

#include "calld-sqlite.h"
#include "calld-store-sqlite.h"
#include "calld-test-clinic.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char *
database_path (Clinic *clinic)
{
  return g_build_filename (clinic->directory, "calld.db", NULL);
}

static CalldSqlite *
open_beside (Clinic *clinic)
{
  g_autofree char *path = database_path (clinic);
  g_autoptr (GError) error = NULL;
  CalldSqlite *db = calld_sqlite_open (path, FALSE, &error);

  g_assert_no_error (error);
  return db;
}

static void
run (CalldSqlite *db, const char *sql)
{
  g_autoptr (GError) error = NULL;

  calld_sqlite_run (db, sql, &error);
  g_assert_no_error (error);
}

static void
test_private_files (Clinic *clinic, gconstpointer data)
{
  g_autofree char *path = database_path (clinic);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct stat buf;

  g_assert_cmpint (stat (path, &buf), ==, 0);
  g_assert_cmpuint (buf.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (log, &buf), ==, 0);
  g_assert_cmpuint (buf.st_mode & 0777, ==, 0600);

  /* Closed properly, the log is in the database. */
  clinic_close (clinic);
  g_assert_cmpint (stat (log, &buf), <, 0);
}

static void
test_second_daemon (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_store_open (clinic->url, clinic->audit, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "Another calld"));
}

static void
test_bad_urls (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (calld_store_open ("postgresql://localhost/x", clinic->audit, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (calld_store_open ("sqlite:///no/such/directory/x.db", clinic->audit, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

static void
test_not_a_database (Clinic *clinic, gconstpointer data)
{
  g_autofree char *path = g_build_filename (clinic->directory, "text.db", NULL);
  g_autofree char *url = g_strconcat ("sqlite://", path, NULL);
  g_autofree char *text = g_strnfill (8192, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_null (calld_store_open (url, clinic->audit, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_FAILED);
}

/* The chain cannot be changed by a statement, whoever sends it. */
static void
test_audit_is_final (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new ("end", clinic->appointment->id, NULL,
                                                               NULL, NULL, CLINIC_NOW);
  g_autoptr (CalldSqlite) db = open_beside (clinic);

  calld_change_append_audit (change, event);
  g_assert_true (clinic_commit (clinic, change, NULL));
  g_assert_false (calld_sqlite_run (db, "DELETE FROM appointment_call_events", NULL));
  g_assert_false (calld_sqlite_run (db, "UPDATE appointment_call_events SET at = 1", NULL));
  g_ptr_array_unref (clinic_audit (clinic));
}

/* While another program holds the database, what does not fit into the queue is refused at once,
 * and what does is done when it lets go. */
static void
test_overflow (Clinic *clinic, gconstpointer data)
{
  enum { EXTRA = 100 };
  const guint n = CALLD_STORE_SQLITE_MAX_QUEUED + EXTRA;
  g_autofree GAsyncResult **results = g_new0 (GAsyncResult *, n);
  g_autoptr (CalldSqlite) db = open_beside (clinic);
  guint n_done = 0, n_refused = 0;
  CalldStoreStats stats;

  run (db, "BEGIN IMMEDIATE");
  for (guint i = 0; i < n; i++) {
    CalldChange *change = calld_change_new ();

    calld_change_set_setting (change, "k", "v");
    calld_store_commit_async (clinic->store, change, NULL, await_cb, &results[i]);
  }
  /* The last one knows already. */
  await (&results[n - 1]);
  run (db, "COMMIT");
  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;

    if (calld_store_commit_finish (clinic->store, await (&results[i]), &error))
      n_done++;
    else {
      g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
      n_refused++;
    }
    g_object_unref (results[i]);
  }
  calld_store_get_stats (clinic->store, &stats);
  g_assert_cmpuint (n_done, >=, CALLD_STORE_SQLITE_MAX_QUEUED);
  g_assert_cmpuint (n_refused, >=, EXTRA - 1);
  g_assert_cmpuint (stats.refused, ==, n_refused);
  g_assert_cmpuint (stats.queued, ==, 0);
}

/* A disk that takes no more: what cannot be stored is refused, nothing before it is lost, and when
 * there is room again it goes on, with the audit chain unbroken. */
static void
fill_disk (Clinic *clinic)
{
  struct rlimit limit;
  g_autofree char *long_text = g_strnfill (4000, 'x');
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;
  guint n = 0;

  /* Writing beyond the limit then fails with EFBIG, which SQLite takes for an error of the disk. */
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 600000;
  setrlimit (RLIMIT_FSIZE, &limit);
  while (ok && n++ < 1000) {
    CalldChange *change = calld_change_new ();
    g_autofree char *payload = g_strdup_printf ("{\"n\":%u,\"x\":\"%s\"}", n, long_text);
    g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
        "mute", clinic->appointment->id, NULL, NULL, payload, CLINIC_NOW + n);

    calld_change_append_audit (change, event);
    ok = clinic_commit (clinic, change, &error);
  }
  g_assert_false (ok);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_FSIZE, &limit);
  g_test_message ("full after %u rows: %s", n, error->message);
}

static void
test_full_disk (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new ("end", clinic->appointment->id, NULL,
                                                               NULL, NULL, CLINIC_NOW);
  CalldStoreStats stats;
  g_autoptr (GError) error = NULL;

  fill_disk (clinic);
  calld_store_get_stats (clinic->store, &stats);
  g_assert_false (stats.healthy);

  calld_change_append_audit (change, event);
  clinic_commit (clinic, change, &error);
  g_assert_no_error (error);
  calld_store_get_stats (clinic->store, &stats);
  g_assert_true (stats.healthy);
  g_ptr_array_unref (clinic_audit (clinic));
}

/* A page of the database that was overwritten is found after a crash, before anybody relies on it.
 */
static void
test_damaged (Clinic *clinic, gconstpointer data)
{
  g_autofree char *path = database_path (clinic);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  clinic_close (clinic);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  memset (content + 4096, 0xa5, length - 4096);
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (log, "x", 1, NULL)); /* as if it had been killed */
  g_assert_null (calld_store_open (clinic->url, clinic->audit, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_FAILED);
  g_test_message ("%s", error->message);
}

/* Dropped without being closed, it closes itself, and what was handed in is done. */
static void
test_dropped (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, other = NULL;
  CalldChange *change = calld_change_new ();
  g_autofree char *value = NULL;
  gpointer alive = clinic->store;

  calld_change_set_setting (change, "k", "kept");
  calld_store_commit_async (clinic->store, change, NULL, await_cb, &result);
  g_object_add_weak_pointer (G_OBJECT (clinic->store), &alive);
  g_clear_object (&clinic->store);
  await (&result);
  g_clear_object (&result);
  while (g_atomic_pointer_get (&alive) != NULL)
    g_thread_yield ();

  /* The lock is gone once its files are closed, a moment after the object. */
  while (clinic->store == NULL)
    clinic->store = calld_store_open (clinic->url, clinic->audit, NULL);
  calld_store_get_setting_async (clinic->store, "k", NULL, await_cb, &other);
  value = calld_store_get_setting_finish (clinic->store, await (&other), NULL);
  g_assert_cmpstr (value, ==, "kept");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) \
  g_test_add ("/store/sqlite/" path, Clinic, NULL, clinic_set_up, func, clinic_tear_down)
  ADD ("private-files", test_private_files);
  ADD ("second-daemon", test_second_daemon);
  ADD ("bad-urls", test_bad_urls);
  ADD ("not-a-database", test_not_a_database);
  ADD ("audit-is-final", test_audit_is_final);
  ADD ("overflow", test_overflow);
  ADD ("full-disk", test_full_disk);
  ADD ("damaged", test_damaged);
  ADD ("dropped", test_dropped);
  return g_test_run ();
}
