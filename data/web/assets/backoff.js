/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * Waiting time before connection attempt number `attempt` (from 0): 1 s doubling to 5 s, with a jitter
 * of half the value either way, so that a restarted server is not hit by everybody in the same second.
 * `random` is in [0, 1).
 */
export function backoff(attempt, random, { first = 1000, most = 5000, factor = 2, jitter = 0.5 } = {}) {
  const base = Math.min(most, first * factor ** Math.min(attempt, 16));
  return Math.round(Math.min(most, base * (1 - jitter + 2 * jitter * random)));
}
