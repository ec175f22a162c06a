/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-backoff.h"

/**
 * call_backoff_next:
 * @backoff: the state
 * @random: a number from [0, 1)
 *
 * Says how long to wait before the next attempt: min × factor^attempts, moved by up to jitter of
 * itself to either side, never over max and never under half of min.
 *
 * Returns: milliseconds
 */
guint
call_backoff_next (CallBackoff *backoff, double random)
{
  double delay = backoff->min_ms;

  g_return_val_if_fail (random >= 0.0 && random <= 1.0, backoff->max_ms);

  /* By multiplying and stopping at max no number of attempts can overflow. */
  for (guint i = 0; i < backoff->attempts && delay < backoff->max_ms; i++)
    delay *= backoff->factor;
  if (backoff->attempts < G_MAXUINT)
    backoff->attempts++;
  delay = MIN (delay, backoff->max_ms);
  delay += (random * 2.0 - 1.0) * backoff->jitter * delay;
  return (guint) CLAMP (delay, backoff->min_ms / 2.0, (double) backoff->max_ms);
}

/**
 * call_backoff_reset:
 * @backoff: the state
 *
 * Starts over, after an attempt that worked.
 */
void
call_backoff_reset (CallBackoff *backoff)
{
  backoff->attempts = 0;
}
