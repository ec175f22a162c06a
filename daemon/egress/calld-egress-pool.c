/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-egress-pool.h"

/* Fewer tracks are not worth waking another thread. */
#define BATCH_MIN 8

struct _CalldEgressPool {
  GThreadPool *threads;
  guint n_threads;
  /* Tracks with something to do, until somebody says run: waking a thread costs more than what it
   * does for one track. */
  GMutex lock;
  GPtrArray *ready;
  /* Atomic: bytes that wait in all tracks. */
  gsize waiting;
};

static void
work_on_all (gpointer data, gpointer user_data)
{
  g_autoptr (GPtrArray) batch = data;

  for (guint i = 0; i < batch->len; i++)
    calld_egress_track_work (g_ptr_array_index (batch, i));
}

/**
 * calld_egress_pool_new:
 * @threads: how many
 *
 * Makes the workers.
 *
 * Returns: (transfer full): the pool
 */
CalldEgressPool *
calld_egress_pool_new (guint threads)
{
  CalldEgressPool *self = g_atomic_rc_box_new0 (CalldEgressPool);

  g_mutex_init (&self->lock);
  self->ready = g_ptr_array_new ();
  self->n_threads = threads;
  self->threads = g_thread_pool_new (work_on_all, self, (gint) threads, TRUE, NULL);
  return self;
}

static void
pool_clear (gpointer data)
{
  CalldEgressPool *self = data;

  g_ptr_array_unref (self->ready);
  g_mutex_clear (&self->lock);
}

void
calld_egress_pool_unref (CalldEgressPool *self)
{
  g_atomic_rc_box_release_full (self, pool_clear);
}

/**
 * calld_egress_pool_run:
 * @self: the pool
 *
 * Has the workers take up all tracks with something to do: once after many were pushed to.
 */
void
calld_egress_pool_run (CalldEgressPool *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_threads && self->ready->len > 0 && self->threads != NULL; i++) {
    guint n = (self->ready->len + self->n_threads - i - 1) / (self->n_threads - i);
    GPtrArray *batch = g_ptr_array_sized_new (n);

    /* A few tracks are one worker's. */
    n = MIN (MAX (n, BATCH_MIN), self->ready->len);
    for (guint j = 0; j < n; j++)
      g_ptr_array_add (batch, g_ptr_array_steal_index_fast (self->ready, self->ready->len - 1));
    g_thread_pool_push (self->threads, batch, NULL);
  }
  g_mutex_unlock (&self->lock);
}

/**
 * calld_egress_pool_stop:
 * @self: (transfer full): a pool whose tracks have ended
 *
 * Lets the workers finish what there is, then ends them.
 */
void
calld_egress_pool_stop (CalldEgressPool *self)
{
  GThreadPool *threads;

  calld_egress_pool_run (self);
  g_mutex_lock (&self->lock);
  threads = g_steal_pointer (&self->threads);
  g_mutex_unlock (&self->lock);
  g_thread_pool_free (threads, FALSE, TRUE);
  calld_egress_pool_unref (self);
}

CalldEgressPool *
calld_egress_pool_ref (CalldEgressPool *self)
{
  return g_atomic_rc_box_acquire (self);
}

/* A track with something to do waits for calld_egress_pool_run(). */
void
calld_egress_pool_add (CalldEgressPool *self, CalldEgressTrack *track)
{
  g_mutex_lock (&self->lock);
  if (self->threads != NULL)
    g_ptr_array_add (self->ready, calld_egress_track_ref (track));
  g_mutex_unlock (&self->lock);
}

/* Returns: %FALSE if so many bytes more may not wait */
gboolean
calld_egress_pool_take (CalldEgressPool *self, gsize bytes)
{
  if (__atomic_add_fetch (&self->waiting, bytes, __ATOMIC_RELAXED) <= CALLD_EGRESS_TOTAL_BYTES)
    return TRUE;
  calld_egress_pool_give_back (self, bytes);
  return FALSE;
}

/* They wait no longer. */
void
calld_egress_pool_give_back (CalldEgressPool *self, gsize bytes)
{
  __atomic_sub_fetch (&self->waiting, bytes, __ATOMIC_RELAXED);
}
