/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite-writer.h"
#include "calld-store.h"

G_BEGIN_DECLS

typedef struct _CalldStoreWorker CalldStoreWorker;
typedef void (*CalldStoreWorkFunc) (CalldStoreWorker *worker, GTask *first);

/*
 * CalldStoreWorker:
 *
 * A thread with a connection of its own and a bounded queue of tasks. It is shared by the store and
 * the thread, because the last reference to the store may be dropped by a task that the thread
 * itself returns.
 */
struct _CalldStoreWorker {
  GMutex lock; /* guards queue, closing, waker and the figures */
  GCond changed;
  GQueue queue; /* of GTask */
  gboolean closing;
  gint unsaid; /* atomic: whether the thread is to be woken at the end of the turn of @context */
  gboolean healthy;
  guint64 jobs;
  guint64 commits;
  guint64 refused;

  GMainContext *context;     /* of who opened the store */
  GSource *waker;            /* the store's side only */
  GThread *thread;           /* the store's side only */
  CalldSqlite *db;           /* the thread's, once it runs */
  CalldSqliteWriter *writer; /* of the writing worker only, the thread's */
  gboolean writes;
  CalldStoreWorkFunc work;
};

/* One job of a group: what is returned once the whole group is done. */
typedef struct {
  GTask *task;
  gpointer result;
  GDestroyNotify free_result; /* NULL for a job that only succeeds */
  GError *error;
} CalldStoreOutcome;

CalldStoreWorker *calld_store_worker_new (const char *name,
                                          CalldSqlite *db,
                                          CalldSqliteWriter *writer,
                                          CalldStoreWorkFunc work);
void calld_store_worker_unref (CalldStoreWorker *self);
void calld_store_worker_stop (CalldStoreWorker *self);
void calld_store_worker_push (CalldStoreWorker *self, GTask *task);
GTask *calld_store_worker_pop (CalldStoreWorker *self, gboolean wait);
void calld_store_worker_answer (const GArray *group);
void calld_store_worker_add_stats (CalldStoreWorker *self, CalldStoreStats *stats);

G_END_DECLS
