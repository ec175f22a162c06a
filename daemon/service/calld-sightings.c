/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sightings"

#include "config.h"

#include "calld-sightings.h"

#include "calld-log.h"

struct _CalldSightings {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  GHashTable *rows; /* user id → CalldPresenceRecord */
  CalldTimer *timer;
  GPtrArray *writing; /* (nullable): rows of the transaction that is under way */
  GQueue flushes;     /* of GTask: who waits until all is written */
};

G_DEFINE_FINAL_TYPE (CalldSightings, calld_sightings, G_TYPE_OBJECT)

static void write_batch (CalldSightings *self);

static void
on_time (gpointer user_data)
{
  CalldSightings *self = user_data;

  self->timer = NULL;
  write_batch (self);
}

/* Something waits: sees to it that it is written, soon or at once. */
static void
arm (CalldSightings *self)
{
  guint n_rows = g_hash_table_size (self->rows);

  if (self->writing != NULL || n_rows == 0)
    return;
  if (n_rows >= CALLD_SIGHTINGS_BATCH || !g_queue_is_empty (&self->flushes)) {
    calld_clock_clear (self->clock, &self->timer);
    write_batch (self);
  } else if (self->timer == NULL)
    self->timer = calld_clock_add_timer (self->clock, CALLD_SIGHTINGS_DELAY_MS, on_time, self);
}

static void
finish_flushes (CalldSightings *self, const GError *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->flushes)) != NULL) {
    if (error != NULL)
      g_task_return_error (task, g_error_copy (error));
    else
      g_task_return_boolean (task, TRUE);
    g_object_unref (task);
  }
}

/* What could not be written waits again, unless there is something newer. */
static void
put_back (CalldSightings *self, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++) {
    CalldPresenceRecord *row = rows->pdata[i];

    if (!g_hash_table_contains (self->rows, row->user_id)) {
      CalldPresenceRecord *copy = calld_presence_record_copy (row);

      g_hash_table_insert (self->rows, copy->user_id, copy);
    }
  }
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldSightings) self = user_data;
  g_autoptr (GPtrArray) written = g_steal_pointer (&self->writing);
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    calld_log_warning ("sightings_not_written", .detail = error->message, .count = written->len,
                       .counted = "users");
    put_back (self, written);
    finish_flushes (self, error);
    /* The disk is full or the store is busy: not again at once. */
    if (self->timer == NULL)
      self->timer = calld_clock_add_timer (self->clock, CALLD_SIGHTINGS_DELAY_MS, on_time, self);
    return;
  }
  if (g_hash_table_size (self->rows) == 0)
    finish_flushes (self, NULL);
  arm (self);
}

static void
write_batch (CalldSightings *self)
{
  g_autoptr (CalldChange) change = calld_change_new ();
  GHashTableIter iter;
  gpointer row;

  if (self->writing != NULL || g_hash_table_size (self->rows) == 0)
    return;
  self->writing = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_presence_record_free);
  g_hash_table_iter_init (&iter, self->rows);
  while (self->writing->len < CALLD_SIGHTINGS_BATCH && g_hash_table_iter_next (&iter, NULL, &row)) {
    calld_change_set_presence (change, row);
    g_hash_table_iter_steal (&iter);
    g_ptr_array_add (self->writing, row);
  }
  calld_store_commit_async (self->store, g_steal_pointer (&change), NULL, on_written,
                            g_object_ref (self));
}

static void
calld_sightings_dispose (GObject *object)
{
  CalldSightings *self = CALLD_SIGHTINGS (object);

  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->timer);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (calld_sightings_parent_class)->dispose (object);
}

static void
calld_sightings_finalize (GObject *object)
{
  CalldSightings *self = CALLD_SIGHTINGS (object);

  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (calld_sightings_parent_class)->finalize (object);
}

static void
calld_sightings_class_init (CalldSightingsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_sightings_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_sightings_finalize;
}

static void
calld_sightings_init (CalldSightings *self)
{
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                      (GDestroyNotify) calld_presence_record_free);
  g_queue_init (&self->flushes);
}

/**
 * calld_sightings_new:
 * @clock: the clock
 * @store: where they are written
 *
 * Returns: (transfer full): nothing to write yet
 */
CalldSightings *
calld_sightings_new (CalldClock *clock, CalldStore *store)
{
  CalldSightings *self = g_object_new (CALLD_TYPE_SIGHTINGS, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  return self;
}

/**
 * calld_sightings_add:
 * @self: the sightings
 * @user_id: who
 * @chosen: what the user chose to be
 * @last_seen: when the user was last seen, milliseconds since 1970, 0 to leave that as it is
 *
 * Notes something about a user, in place of what has not been written yet.
 *
 * Returns: %FALSE if there is no room for one more user
 */
gboolean
calld_sightings_add (CalldSightings *self,
                     const char *user_id,
                     CallPresenceStatus chosen,
                     gint64 last_seen)
{
  CalldPresenceRecord *row = g_hash_table_lookup (self->rows, user_id);

  if (row == NULL && g_hash_table_size (self->rows) >= CALLD_SIGHTINGS_MAX)
    return FALSE;
  if (row == NULL) {
    row = g_new0 (CalldPresenceRecord, 1);
    row->user_id = g_strdup (user_id);
    g_hash_table_insert (self->rows, row->user_id, row);
  }
  row->chosen = chosen;
  row->last_seen = MAX (row->last_seen, last_seen);
  arm (self);
  return TRUE;
}

/**
 * calld_sightings_get_size:
 * @self: the sightings
 *
 * Returns: how many users wait for being written
 */
guint
calld_sightings_get_size (CalldSightings *self)
{
  return g_hash_table_size (self->rows);
}

/**
 * calld_sightings_flush_async:
 * @self: the sightings
 * @cancellable: (nullable): does not stop the writing
 * @callback: called when all that was noted is written, or something could not be
 * @user_data: for @callback
 *
 * Writes what waits, at once.
 */
void
calld_sightings_flush_async (CalldSightings *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, calld_sightings_flush_async);
  if (self->writing == NULL && g_hash_table_size (self->rows) == 0) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_queue_push_tail (&self->flushes, task);
  arm (self);
}

gboolean
calld_sightings_flush_finish (CalldSightings *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
