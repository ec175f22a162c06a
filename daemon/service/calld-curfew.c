/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-curfew"

#include "config.h"

#include "calld-curfew.h"

struct _CalldCurfew {
  CalldClock *clock;
  CalldCurfewFunc func;
  gpointer user_data;
  GHashTable *entries; /* guint64 → Entry, as many as there are connections */
};

typedef struct {
  guint64 connection_id;
  CalldCurfew *curfew;
  CalldTimer *timer;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  calld_clock_clear (entry->curfew->clock, &entry->timer);
  g_free (entry);
}

static void
on_expired (gpointer user_data)
{
  Entry *entry = user_data;
  CalldCurfew *self = entry->curfew;
  guint64 connection_id = entry->connection_id;

  entry->timer = NULL;
  g_hash_table_remove (self->entries, &entry->connection_id);
  self->func (connection_id, self->user_data);
}

/**
 * calld_curfew_new:
 * @clock: the clock
 * @func: hears of connections that must go
 * @user_data: for @func
 *
 * Returns: (transfer full): a curfew for nobody yet
 */
CalldCurfew *
calld_curfew_new (CalldClock *clock, CalldCurfewFunc func, gpointer user_data)
{
  CalldCurfew *self = g_new0 (CalldCurfew, 1);

  self->clock = g_object_ref (clock);
  self->func = func;
  self->user_data = user_data;
  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, entry_free);
  return self;
}

void
calld_curfew_free (CalldCurfew *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_object_unref (self->clock);
  g_free (self);
}

/**
 * calld_curfew_add:
 * @self: a curfew
 * @connection_id: a connection that has signed in
 * @expires_at: when its token ends, milliseconds since 1970; 0 for never
 *
 * Lets a connection live until its token ends, also when somebody sets the system's clock.
 */
void
calld_curfew_add (CalldCurfew *self, guint64 connection_id, gint64 expires_at)
{
  Entry *entry;

  if (expires_at <= 0)
    return;
  entry = g_new0 (Entry, 1);
  entry->connection_id = connection_id;
  entry->curfew = self;
  g_hash_table_replace (self->entries, &entry->connection_id, entry);
  entry->timer = calld_clock_add_timer_at (self->clock, expires_at, on_expired, entry);
}

/**
 * calld_curfew_remove:
 * @self: a curfew
 * @connection_id: a connection that has gone; an unknown one is ignored
 */
void
calld_curfew_remove (CalldCurfew *self, guint64 connection_id)
{
  g_hash_table_remove (self->entries, &connection_id);
}

/**
 * calld_curfew_get_size:
 * @self: a curfew
 *
 * Returns: how many connections it watches
 */
guint
calld_curfew_get_size (CalldCurfew *self)
{
  return g_hash_table_size (self->entries);
}
