/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-rate-limit.h"

#define MINUTE_US (60 * G_GINT64_CONSTANT (1000000))

/* Kept in microseconds of refilling, so that no rate loses to rounding. */
static gint64
cost_us (const CallRateLimit *limit, guint n)
{
  return n * MINUTE_US / MAX (limit->per_minute, 1);
}

static gint64
spent_now (const CallRateLimit *limit, gint64 now_ms)
{
  gint64 passed_ms = MAX (now_ms - limit->last_ms, 0);

  if (passed_ms >= limit->spent_us / 1000 + 1)
    return 0;
  return MAX (limit->spent_us - passed_ms * 1000, 0);
}

/**
 * call_rate_limit_init:
 * @limit: the bucket
 * @burst: how many may come at once
 * @per_minute: how many come back in a minute
 *
 * Makes a full bucket.
 */
void
call_rate_limit_init (CallRateLimit *limit, guint burst, guint per_minute)
{
  *limit = (CallRateLimit){ .burst = burst, .per_minute = per_minute };
}

/**
 * call_rate_limit_take:
 * @limit: the bucket
 * @n: how many
 * @now_ms: the time, of any clock that does not go back; if it does the bucket waits
 * @retry_after_ms: (out) (optional): how long until @n would be there; 0 when they are
 *
 * Takes @n tokens, or none of them.
 *
 * Returns: %TRUE if they were there
 */
gboolean
call_rate_limit_take (CallRateLimit *limit, guint n, gint64 now_ms, gint64 *retry_after_ms)
{
  gint64 spent = spent_now (limit, now_ms);
  gint64 wanted = spent + cost_us (limit, n);
  gint64 room = cost_us (limit, limit->burst);

  limit->spent_us = spent;
  limit->last_ms = MAX (now_ms, limit->last_ms);
  if (retry_after_ms != NULL)
    *retry_after_ms = wanted <= room ? 0 : (wanted - room + 999) / 1000;
  if (wanted > room)
    return FALSE;
  limit->spent_us = wanted;
  return TRUE;
}

/**
 * call_rate_limit_is_full:
 * @limit: the bucket
 * @now_ms: the time
 *
 * Whether nothing is missing, so that whoever keeps many buckets may forget this one.
 *
 * Returns: %TRUE if it is full
 */
gboolean
call_rate_limit_is_full (const CallRateLimit *limit, gint64 now_ms)
{
  return spent_now (limit, now_ms) == 0;
}
