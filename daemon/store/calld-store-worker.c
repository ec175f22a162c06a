/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store-sqlite"

#include "config.h"

#include "calld-store-worker.h"

#include "calld-store-sqlite.h"

#include "call-error.h"

static void
worker_clear (gpointer data)
{
  CalldStoreWorker *self = data;

  g_assert (g_queue_is_empty (&self->queue));
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_main_context_unref (self->context);
  calld_sqlite_writer_free (self->writer);
  calld_sqlite_close (self->db);
}

void
calld_store_worker_unref (CalldStoreWorker *self)
{
  g_atomic_rc_box_release_full (self, worker_clear);
}

/* Takes the next task, or NULL: at the end, and if @wait is not set when there is none now. */
GTask *
calld_store_worker_pop (CalldStoreWorker *self, gboolean wait)
{
  GTask *task = NULL;

  g_mutex_lock (&self->lock);
  while (wait && g_queue_is_empty (&self->queue) && !self->closing)
    g_cond_wait (&self->changed, &self->lock);
  task = g_queue_pop_head (&self->queue);
  g_mutex_unlock (&self->lock);
  return task;
}

static gpointer
worker_thread (gpointer data)
{
  CalldStoreWorker *self = data;
  GTask *task;

  while ((task = calld_store_worker_pop (self, TRUE)) != NULL)
    self->work (self, task);
  /* Closing a connection that wrote moves the log into the database; do it here, not in a caller.
   */
  g_clear_pointer (&self->writer, calld_sqlite_writer_free);
  g_clear_pointer (&self->db, calld_sqlite_close);
  calld_store_worker_unref (self);
  return NULL;
}

static void
say_unlocked (CalldStoreWorker *self)
{
  g_atomic_int_set (&self->unsaid, FALSE);
  g_cond_signal (&self->changed);
}

typedef struct {
  GSource source;
  CalldStoreWorker *worker;
} Waker;

/* Before the main context waits, it wakes the thread for all it has asked for in this turn. */
static gboolean
waker_prepare (GSource *source, int *timeout_ms)
{
  CalldStoreWorker *self = ((Waker *) source)->worker;

  if (g_atomic_int_get (&self->unsaid)) {
    g_mutex_lock (&self->lock);
    say_unlocked (self);
    g_mutex_unlock (&self->lock);
  }
  *timeout_ms = -1;
  return FALSE;
}

static gboolean
waker_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
waker_finalize (GSource *source)
{
  calld_store_worker_unref (((Waker *) source)->worker);
}

static GSource *
waker_new (CalldStoreWorker *worker)
{
  static GSourceFuncs funcs = {
    .prepare = waker_prepare,
    .dispatch = waker_dispatch,
    .finalize = waker_finalize,
  };
  GSource *source = g_source_new (&funcs, sizeof (Waker));

  ((Waker *) source)->worker = g_atomic_rc_box_acquire (worker);
  /* Only the first of all sources is asked in every turn. */
  g_source_set_priority (source, G_MININT);
  g_source_set_static_name (source, "calld-store waker");
  g_source_attach (source, worker->context);
  return source;
}

CalldStoreWorker *
calld_store_worker_new (const char *name,
                        CalldSqlite *db,
                        CalldSqliteWriter *writer,
                        CalldStoreWorkFunc work)
{
  CalldStoreWorker *self = g_atomic_rc_box_new0 (CalldStoreWorker);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->queue);
  self->healthy = TRUE;
  self->db = db;
  self->writer = writer;
  self->writes = writer != NULL;
  self->work = work;
  self->context = g_main_context_ref_thread_default ();
  self->waker = waker_new (self);
  self->thread = g_thread_new (name, worker_thread, g_atomic_rc_box_acquire (self));
  return self;
}

/* Waits until what is queued is done, unless the worker's own thread asks, which cannot wait for
 * itself. */
void
calld_store_worker_stop (CalldStoreWorker *self)
{
  GSource *waker;
  GThread *thread;

  g_mutex_lock (&self->lock);
  self->closing = TRUE;
  waker = g_steal_pointer (&self->waker);
  thread = g_steal_pointer (&self->thread);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);

  if (waker != NULL) {
    g_source_destroy (waker);
    g_source_unref (waker);
  }
  if (thread == NULL)
    return;
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else
    g_thread_join (thread);
}

/* Whether the caller is in a turn of the context whose end wakes the thread, and will be back there
 * for the answer. */
static gboolean
will_turn_end (CalldStoreWorker *self, GTask *task)
{
  return self->waker != NULL && g_main_depth () > 0 && g_main_context_is_owner (self->context) &&
         g_task_get_context (task) == self->context;
}

void
calld_store_worker_push (CalldStoreWorker *self, GTask *task)
{
  const char *why = NULL;

  g_mutex_lock (&self->lock);
  if (self->closing)
    why = "The store is closed.";
  else if (self->queue.length >= CALLD_STORE_SQLITE_MAX_QUEUED)
    why = "The store has too much to do: try again later.";
  if (why != NULL)
    self->refused++;
  else {
    /* The thread only waits while there is nothing; telling it again is a system call for nothing.
     */
    if (g_queue_is_empty (&self->queue))
      g_atomic_int_set (&self->unsaid, TRUE);
    g_queue_push_tail (&self->queue, task);
    if (self->unsaid && !will_turn_end (self, task))
      say_unlocked (self);
  }
  g_mutex_unlock (&self->lock);

  if (why != NULL) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "%s", why);
    g_object_unref (task);
  }
}

/* --- answers ---------------------------------------------------------------------------------- */

static void
outcome_return (CalldStoreOutcome *outcome)
{
  if (outcome->error != NULL) {
    g_task_return_error (outcome->task, outcome->error);
    if (outcome->result != NULL)
      outcome->free_result (outcome->result);
  } else if (outcome->free_result != NULL)
    g_task_return_pointer (outcome->task, outcome->result, outcome->free_result);
  else
    g_task_return_boolean (outcome->task, TRUE);
  g_object_unref (outcome->task);
}

static gboolean
return_all (gpointer user_data)
{
  GArray *group = user_data;

  for (guint i = 0; i < group->len; i++)
    outcome_return (&g_array_index (group, CalldStoreOutcome, i));
  return G_SOURCE_REMOVE;
}

/* Each task would wake its context for itself; those of one context in a row share one turn of it.
 */
static void
return_in_context (GMainContext *context, const CalldStoreOutcome *outcomes, guint n)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  GArray *group = g_array_sized_new (FALSE, FALSE, sizeof (CalldStoreOutcome), n);

  g_array_append_vals (group, outcomes, n);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, return_all, group, (GDestroyNotify) g_array_unref);
  g_source_set_static_name (source, "calld-store answers");
  g_source_attach (source, context);
}

void
calld_store_worker_answer (const GArray *group)
{
  guint begin = 0;

  while (begin < group->len) {
    const CalldStoreOutcome *first = &g_array_index (group, CalldStoreOutcome, begin);
    GMainContext *context = g_task_get_context (first->task);
    guint end = begin + 1;

    while (end < group->len &&
           g_task_get_context (g_array_index (group, CalldStoreOutcome, end).task) == context)
      end++;
    return_in_context (context, first, end - begin);
    begin = end;
  }
}

/* Adds the figures of @self to @stats. */
void
calld_store_worker_add_stats (CalldStoreWorker *self, CalldStoreStats *stats)
{
  g_mutex_lock (&self->lock);
  stats->queued += self->queue.length;
  stats->commits += self->commits;
  stats->jobs += self->jobs;
  stats->refused += self->refused;
  stats->healthy = stats->healthy && self->healthy;
  if (self->writes)
    stats->written = self->jobs;
  g_mutex_unlock (&self->lock);
}
