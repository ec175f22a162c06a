/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-livekit"

#include "config.h"

#include "calld-livekit-policy.h"

#include "call-error.h"

#define ATTEMPTS_MAX 3
#define FIRST_DELAY_MS 1000
/* An egress we have just asked for may not be in LiveKit's list yet. */
#define YOUNG_MS 60000

/**
 * calld_livekit_wants_track:
 * @policy: LIVEKIT_EGRESS
 * @event: what LiveKit tells
 *
 * Whether to ask for a track by ourselves. LiveKit sends no video to a WebSocket.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_livekit_wants_track (CalldTracks policy, const CallLivekitEvent *event)
{
  return policy == CALLD_TRACKS_AUDIO && event->kind == CALL_LIVEKIT_TRACK_PUBLISHED &&
         event->audio && event->track_id != NULL;
}

static gboolean
contains (GPtrArray *theirs, const char *id)
{
  for (guint i = 0; i < theirs->len; i++) {
    const CallLivekitEgress *egress = theirs->pdata[i];

    if (g_str_equal (egress->id, id))
      return !call_livekit_egress_is_over (egress);
  }
  return FALSE;
}

/**
 * calld_livekit_reconcile:
 * @ours: (element-type CalldEgressRecord): those we believe to be alive
 * @theirs: (element-type CallLivekitEgress): those LiveKit says are
 * @now_ms: the time
 *
 * Webhooks get lost: what LiveKit does not know any more is over.
 *
 * Returns: (transfer full) (nullable): what to store, or %NULL if both agree
 */
CalldChange *
calld_livekit_reconcile (GPtrArray *ours, GPtrArray *theirs, gint64 now_ms)
{
  g_autoptr (CalldChange) change = calld_change_new ();

  for (guint i = 0; i < ours->len; i++) {
    CalldEgressRecord *egress = ours->pdata[i];

    if (egress->started_at > now_ms - YOUNG_MS || contains (theirs, egress->id))
      continue;
    egress->over = TRUE;
    egress->ended_at = now_ms;
    calld_change_set_egress (change, egress);
  }
  return calld_change_get_n_steps (change) > 0 ? g_steal_pointer (&change) : NULL;
}

/**
 * calld_livekit_may_retry:
 * @error: how an attempt failed
 * @attempt: which it was, from 1
 * @delay_ms: (out): how long to wait
 *
 * Whether to ask again: only where another answer can be hoped for.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_livekit_may_retry (const GError *error, guint attempt, gint64 *delay_ms)
{
  gboolean final = error->domain == CALL_ERROR && error->code != CALL_ERROR_UNAVAILABLE &&
                   error->code != CALL_ERROR_TIMED_OUT && error->code != CALL_ERROR_RATE_LIMITED;

  if (final || attempt >= ATTEMPTS_MAX || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return FALSE;
  *delay_ms = FIRST_DELAY_MS << (attempt - 1);
  return TRUE;
}
