/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store-sqlite"

#include "config.h"

#include "calld-store-sqlite.h"

#include "calld-log.h"
#include "calld-metrics.h"
#include "calld-migrate.h"
#include "calld-sql-resources.h"
#include "calld-sqlite-reader.h"
#include "calld-sqlite-writer.h"
#include "calld-store-private.h"
#include "calld-store-worker.h"

#include "call-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define MIGRATIONS "/org/libcall/calld/sql/sqlite"

/* How many jobs share one transaction: what came during the one before, and what a turn of the main
 * context asked for, which wakes the thread at its end only. So one fsync serves many under load,
 * and who comes alone does not wait. */
#define GROUP_MAX 1024
#define READ_MAX 256

struct _CalldStoreSqlite {
  GObject parent_instance;

  CalldStoreWorker *writer;
  CalldStoreWorker *reader;
  int lock_fd; /* held while open: the audit chain has one writer */
};

static void store_iface_init (CalldStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CalldStoreSqlite,
                               calld_store_sqlite,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CALLD_TYPE_STORE, store_iface_init))

/* --- reading --------------------------------------------------------------------------------- */

static void
read_one (CalldStoreWorker *self, CalldStoreOutcome *outcome)
{
  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (outcome->task),
                                            &outcome->error))
    return;
  outcome->result = calld_sqlite_read (self->db, g_task_get_task_data (outcome->task),
                                       &outcome->free_result, &outcome->error);
}

/* What waits already is read in one go, and answered in one turn of who asked. */
static void
work_read (CalldStoreWorker *self, GTask *first)
{
  g_autoptr (GArray) group = g_array_new (FALSE, TRUE, sizeof (CalldStoreOutcome));
  GTask *task = first;

  do {
    CalldStoreOutcome outcome = { .task = task };

    g_array_append_val (group, outcome);
    task = group->len < READ_MAX ? calld_store_worker_pop (self, FALSE) : NULL;
  } while (task != NULL);

  for (guint i = 0; i < group->len; i++)
    read_one (self, &g_array_index (group, CalldStoreOutcome, i));

  g_mutex_lock (&self->lock);
  self->jobs += group->len;
  g_mutex_unlock (&self->lock);
  calld_store_worker_answer (group);
}

/* --- writing --------------------------------------------------------------------------------- */

static gboolean
apply_job (CalldStoreWorker *self, CalldStoreOutcome *outcome)
{
  CalldJob *job = g_task_get_task_data (outcome->task);

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (outcome->task),
                                            &outcome->error))
    return FALSE;
  if (job->kind == CALLD_JOB_COMMIT)
    return calld_sqlite_writer_apply (self->writer, job->change, &outcome->error);

  if (job->kind == CALLD_JOB_CHANGE_MESSAGE)
    outcome->result = calld_sqlite_writer_change_message (self->writer, job->message_change,
                                                          &job->repeated, &outcome->error);
  else
    outcome->result = calld_sqlite_writer_append_message (self->writer, job->message,
                                                          &job->repeated, &outcome->error);
  outcome->free_result = (GDestroyNotify) calld_message_record_free;
  return outcome->result != NULL;
}

/* Each job has a savepoint of its own, so that one that is refused harms no other of its group. */
static gboolean
apply_in_savepoint (CalldStoreWorker *self, CalldStoreOutcome *outcome)
{
  g_autoptr (CalldCursor) savepoint = calld_sqlite_prepare (self->db, "SAVEPOINT job");
  g_autoptr (CalldCursor) release = calld_sqlite_prepare (self->db, "RELEASE job");
  const CalldJob *job = g_task_get_task_data (outcome->task);
  CalldAuditHead head;

  /* A message that is refused has changed nothing. */
  if (job->kind == CALLD_JOB_APPEND_MESSAGE)
    return apply_job (self, outcome);
  if (!calld_cursor_run (savepoint, &outcome->error))
    return FALSE;
  calld_sqlite_writer_get_head (self->writer, &head);
  if (apply_job (self, outcome) && calld_cursor_run (release, &outcome->error))
    return TRUE;

  calld_sqlite_writer_set_head (self->writer, &head);
  if (calld_sqlite_is_in_transaction (self->db)) {
    calld_sqlite_run (self->db, "ROLLBACK TO job", NULL);
    calld_sqlite_run (self->db, "RELEASE job", NULL);
  }
  return FALSE;
}

/* What was not refused for its own sake fails with the group. */
static void
fail_group (GArray *group, const GError *why)
{
  for (guint i = 0; i < group->len; i++) {
    CalldStoreOutcome *outcome = &g_array_index (group, CalldStoreOutcome, i);

    if (outcome->error == NULL)
      outcome->error = g_error_copy (why);
  }
}

static gboolean
apply_group (CalldStoreWorker *self, GTask *first, GArray *group, GError **error)
{
  GTask *task = first;

  do {
    CalldStoreOutcome outcome = { .task = task };

    apply_in_savepoint (self, &outcome);
    g_array_append_val (group, outcome);
    if (!calld_sqlite_is_in_transaction (self->db)) {
      /* A full or broken disk has undone the whole transaction. */
      *error = g_error_copy (outcome.error);
      return FALSE;
    }
    task = group->len < GROUP_MAX ? calld_store_worker_pop (self, FALSE) : NULL;
  } while (task != NULL);
  return TRUE;
}

static gboolean
begin (CalldStoreWorker *self, GTask *first, GArray *group, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (self->db, "BEGIN IMMEDIATE");
  CalldStoreOutcome outcome = { .task = first };

  if (calld_cursor_run (cursor, error))
    return TRUE;
  g_array_append_val (group, outcome);
  return FALSE;
}

static gboolean
commit (CalldStoreWorker *self, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (self->db, "COMMIT");

  return calld_cursor_run (cursor, error);
}

static void
note_group (CalldStoreWorker *self, guint n_jobs, const GError *error)
{
  gboolean was_healthy;

  g_mutex_lock (&self->lock);
  was_healthy = self->healthy;
  self->healthy = error == NULL;
  self->jobs += n_jobs;
  if (error == NULL)
    self->commits++;
  g_mutex_unlock (&self->lock);

  if (error != NULL)
    calld_metrics_add (CALLD_COUNT_STORE_FAILURES, 1);
  if (error != NULL && was_healthy)
    calld_log_error ("store_write_failed", .detail = error->message);
  else if (error == NULL && !was_healthy)
    calld_log_info ("store_writes_again");
}

static void
work_write (CalldStoreWorker *self, GTask *first)
{
  g_autoptr (GArray) group = g_array_new (FALSE, FALSE, sizeof (CalldStoreOutcome));
  g_autoptr (GError) error = NULL;
  gint64 began_us = g_get_monotonic_time ();
  CalldAuditHead head;

  calld_sqlite_writer_get_head (self->writer, &head);
  if (!begin (self, first, group, &error) || !apply_group (self, first, group, &error) ||
      !commit (self, &error)) {
    if (calld_sqlite_is_in_transaction (self->db))
      calld_sqlite_run (self->db, "ROLLBACK", NULL);
    calld_sqlite_writer_set_head (self->writer, &head);
    fail_group (group, error);
  }
  note_group (self, group->len, error);
  calld_metrics_observe (CALLD_SERIES_COMMIT, g_get_monotonic_time () - began_us);
  calld_store_worker_answer (group);
}

/* --- opening and closing --------------------------------------------------------------------- */

/* Two daemons on one database would fork its audit chain. */
static int
lock_database (const char *path, GError **error)
{
  g_autofree char *lock_path = g_strconcat (path, ".lock", NULL);
  int fd = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                 "Cannot write beside the database: %s: %s.", lock_path, g_strerror (errno));
    return -1;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  g_set_error (error, CALL_ERROR, CALL_ERROR_CONFLICT,
               "Another calld uses the database \"%s\": stop that one first.", path);
  close (fd);
  return -1;
}

/* SQLite would make the file as the umask says; what it adds later takes this mode. */
static gboolean
make_private (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "Cannot open the database \"%s\": %s.",
                 path, g_strerror (errno));
    return FALSE;
  }
  close (fd);
  return TRUE;
}

/* A log that was not folded into the database when it was closed: it was not closed. */
static gboolean
was_killed (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  GStatBuf buf;

  return g_stat (log, &buf) == 0 && buf.st_size > 0;
}

static gboolean
check_integrity (CalldSqlite *db, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, "PRAGMA quick_check(1)");
  const char *word;

  if (!calld_cursor_next (cursor, error))
    return FALSE;
  word = calld_cursor_peek_text (cursor);
  if (g_strcmp0 (word, "ok") == 0)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED,
               "The database is damaged (%s): restore a backup before starting again.", word);
  return FALSE;
}

static CalldSqlite *
open_writing (const char *path, GError **error)
{
  gboolean killed = was_killed (path);
  g_autoptr (CalldSqlite) db = NULL;

  if (!make_private (path, error))
    return NULL;
  db = calld_sqlite_open (path, FALSE, error);
  if (db == NULL ||
      !calld_sqlite_run (db,
                         "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                         "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
                         /* 8 MiB of pages; fold the log after 64 MiB rather than 4. */
                         "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16000;",
                         error))
    return NULL;
  if (killed) {
    calld_log_info ("store_recovering");
    if (!check_integrity (db, error))
      return NULL;
  }
  if (!calld_migrate (db, calld_sql_get_resource (), MIGRATIONS, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * calld_store_sqlite_open:
 * @path: of the database file; made with mode 0600 if there is none
 * @audit: hashes the audit rows
 * @error: (optional): where to put why not
 *
 * Opens a database in a file: write-ahead log, every commit synced, one thread that writes and one
 * that reads. Two processes cannot have the same one open.
 *
 * Returns: (transfer full) (nullable): the store
 */
CalldStore *
calld_store_sqlite_open (const char *path, CalldAudit *audit, GError **error)
{
  g_autoptr (CalldStoreSqlite) self = g_object_new (CALLD_TYPE_STORE_SQLITE, NULL);
  g_autoptr (CalldSqlite) writing = NULL;
  g_autoptr (CalldSqlite) reading = NULL;
  g_autoptr (CalldSqliteWriter) writer = NULL;

  self->lock_fd = lock_database (path, error);
  if (self->lock_fd < 0)
    return NULL;
  writing = open_writing (path, error);
  if (writing == NULL)
    return NULL;
  writer = calld_sqlite_writer_new (writing, audit, error);
  if (writer == NULL)
    return NULL;
  reading = calld_sqlite_open (path, TRUE, error);
  if (reading == NULL)
    return NULL;

  self->writer = calld_store_worker_new ("store-writer", g_steal_pointer (&writing),
                                         g_steal_pointer (&writer), work_write);
  self->reader = calld_store_worker_new ("store-reader", g_steal_pointer (&reading), NULL,
                                         work_read);
  return CALLD_STORE (g_steal_pointer (&self));
}

static void
calld_store_sqlite_submit (CalldStore *store, GTask *task)
{
  CalldStoreSqlite *self = CALLD_STORE_SQLITE (store);
  const CalldJob *job = g_task_get_task_data (task);

  calld_store_worker_push (job->kind <= CALLD_JOB_LAST_WRITE ? self->writer : self->reader, task);
}

/* The reader goes first: the last connection to close is the one that may fold the log. */
static void
stop_workers (CalldStoreSqlite *self)
{
  if (self->reader != NULL)
    calld_store_worker_stop (self->reader);
  if (self->writer != NULL)
    calld_store_worker_stop (self->writer);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
}

static void
close_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  stop_workers (source);
  g_task_return_boolean (task, TRUE);
}

static void
calld_store_sqlite_close (CalldStore *store, GTask *task)
{
  g_task_run_in_thread (task, close_thread);
  g_object_unref (task);
}

static void
calld_store_sqlite_get_stats (CalldStore *store, CalldStoreStats *stats)
{
  CalldStoreSqlite *self = CALLD_STORE_SQLITE (store);

  *stats = (CalldStoreStats){ .healthy = TRUE, .capacity = CALLD_STORE_SQLITE_MAX_QUEUED };
  calld_store_worker_add_stats (self->writer, stats);
  calld_store_worker_add_stats (self->reader, stats);
}

static void
calld_store_sqlite_finalize (GObject *object)
{
  CalldStoreSqlite *self = CALLD_STORE_SQLITE (object);

  stop_workers (self);
  g_clear_pointer (&self->reader, calld_store_worker_unref);
  g_clear_pointer (&self->writer, calld_store_worker_unref);
  G_OBJECT_CLASS (calld_store_sqlite_parent_class)->finalize (object);
}

static void
store_iface_init (CalldStoreInterface *iface)
{
  iface->submit = calld_store_sqlite_submit;
  iface->close = calld_store_sqlite_close;
  iface->get_stats = calld_store_sqlite_get_stats;
}

static void
calld_store_sqlite_class_init (CalldStoreSqliteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = calld_store_sqlite_finalize;
}

static void
calld_store_sqlite_init (CalldStoreSqlite *self)
{
  self->lock_fd = -1;
}
