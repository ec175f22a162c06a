/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-throttle"

#include "config.h"

#include "calld-throttle.h"

#include "call-error.h"
#include "call-rate-limit.h"

struct _CalldThrottle {
  CalldClock *clock;
  guint burst;
  guint per_minute;
  GHashTable *buckets; /* key → CallRateLimit */
};

/**
 * calld_throttle_new:
 * @clock: the clock
 * @burst: how many may come at once
 * @per_minute: how many come back in a minute
 *
 * Returns: (transfer full): a throttle
 */
CalldThrottle *
calld_throttle_new (CalldClock *clock, guint burst, guint per_minute)
{
  CalldThrottle *self = g_new0 (CalldThrottle, 1);

  self->clock = g_object_ref (clock);
  self->burst = burst;
  self->per_minute = per_minute;
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * calld_throttle_free:
 * @self: (transfer full): a throttle
 */
void
calld_throttle_free (CalldThrottle *self)
{
  g_hash_table_unref (self->buckets);
  g_object_unref (self->clock);
  g_free (self);
}

/* Whoever has not come for long is forgotten. If everybody keeps coming, all start anew: a limit
 * that is too kind for a moment, rather than memory without end. */
static void
make_room (CalldThrottle *self, gint64 now)
{
  GHashTableIter iter;
  CallRateLimit *limit;

  if (g_hash_table_size (self->buckets) < CALLD_THROTTLE_KEYS_MAX)
    return;
  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &limit))
    if (call_rate_limit_is_full (limit, now))
      g_hash_table_iter_remove (&iter);
  if (g_hash_table_size (self->buckets) >= CALLD_THROTTLE_KEYS_MAX)
    g_hash_table_remove_all (self->buckets);
}

/**
 * calld_throttle_take:
 * @self: a throttle
 * @key: who comes
 * @retry_s: (out) (optional): after how many seconds to come again, for the header `Retry-After`
 * @error: %CALL_ERROR_RATE_LIMITED
 *
 * Counts one.
 *
 * Returns: %FALSE with @error if it was one too many
 */
gboolean
calld_throttle_take (CalldThrottle *self, const char *key, guint *retry_s, GError **error)
{
  gint64 now = calld_clock_now_ms (self->clock);
  CallRateLimit *limit = g_hash_table_lookup (self->buckets, key);
  gint64 retry_ms = 0;
  guint seconds;

  if (limit == NULL) {
    make_room (self, now);
    limit = g_new0 (CallRateLimit, 1);
    call_rate_limit_init (limit, self->burst, self->per_minute);
    g_hash_table_insert (self->buckets, g_strdup (key), limit);
  }
  if (call_rate_limit_take (limit, 1, now, &retry_ms))
    return TRUE;

  seconds = (guint) MAX (1, (retry_ms + 999) / 1000);
  if (retry_s != NULL)
    *retry_s = seconds;
  g_set_error (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED,
               "Too many requests: %u in a minute are allowed; try again in %u s", self->per_minute,
               seconds);
  return FALSE;
}

/**
 * calld_throttle_get_n_keys:
 * @self: a throttle
 *
 * Returns: how many keys it remembers
 */
guint
calld_throttle_get_n_keys (CalldThrottle *self)
{
  return g_hash_table_size (self->buckets);
}
