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
  CalldTimer *sweep;   /* while there are any */
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
  calld_clock_clear (self->clock, &self->sweep);
  g_hash_table_unref (self->buckets);
  g_object_unref (self->clock);
  g_free (self);
}

/* The time that does not jump: setting the clock gives nobody more. */
static gint64
now_ms (CalldThrottle *self)
{
  return calld_clock_monotonic_us (self->clock) / 1000;
}

static void
forget_full (CalldThrottle *self)
{
  GHashTableIter iter;
  CallRateLimit *limit;

  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &limit))
    if (call_rate_limit_is_full (limit, now_ms (self)))
      g_hash_table_iter_remove (&iter);
}

static void
on_sweep (gpointer user_data)
{
  CalldThrottle *self = user_data;

  self->sweep = NULL;
  forget_full (self);
  if (g_hash_table_size (self->buckets) > 0)
    self->sweep = calld_clock_add_timer (self->clock, CALLD_THROTTLE_SWEEP_MS, on_sweep, self);
}

/* Whoever has not come for long is forgotten. If everybody keeps coming, all start anew: a limit
 * that is too kind for a moment, rather than memory without end. */
static void
make_room (CalldThrottle *self)
{
  if (g_hash_table_size (self->buckets) < CALLD_THROTTLE_KEYS_MAX)
    return;
  forget_full (self);
  if (g_hash_table_size (self->buckets) >= CALLD_THROTTLE_KEYS_MAX)
    g_hash_table_remove_all (self->buckets);
}

static CallRateLimit *
add_bucket (CalldThrottle *self, const char *key)
{
  CallRateLimit *limit = g_new0 (CallRateLimit, 1);

  make_room (self);
  call_rate_limit_init (limit, self->burst, self->per_minute);
  g_hash_table_insert (self->buckets, g_strdup (key), limit);
  if (self->sweep == NULL)
    self->sweep = calld_clock_add_timer (self->clock, CALLD_THROTTLE_SWEEP_MS, on_sweep, self);
  return limit;
}

static void
set_limited (GError **error, guint per_minute, guint seconds)
{
  g_auto (GVariantDict) details = G_VARIANT_DICT_INIT (NULL);

  if (error == NULL)
    return;
  g_set_error (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED,
               "Too many requests: %u in a minute are allowed; try again in %u s", per_minute,
               seconds);
  g_variant_dict_insert (&details, "retryAfter", "u", seconds);
  call_error_set_details (*error, g_variant_dict_end (&details));
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
  CallRateLimit *limit = g_hash_table_lookup (self->buckets, key);
  gint64 retry_ms = 0;
  guint seconds;

  if (limit == NULL)
    limit = add_bucket (self, key);
  if (call_rate_limit_take (limit, 1, now_ms (self), &retry_ms))
    return TRUE;

  seconds = (guint) MAX (1, (retry_ms + 999) / 1000);
  if (retry_s != NULL)
    *retry_s = seconds;
  set_limited (error, self->per_minute, seconds);
  return FALSE;
}

/**
 * calld_throttle_address_key:
 * @address: an address as text
 *
 * Makes the key by which an address is counted. Whoever has one IPv6 address has 2^64 of them: they
 * count as one.
 *
 * Returns: (transfer full): the key
 */
char *
calld_throttle_address_key (const char *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  const guint8 *bytes;

  if (inet == NULL || g_inet_address_get_family (inet) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);
  bytes = g_inet_address_to_bytes (inet);
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", bytes[0], bytes[1], bytes[2],
                          bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
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
