/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-metrics"

#include "config.h"

#include "calld-call-figures.h"

#include "calld-metrics.h"

/*
 * How calls go, read from what is published about them, so that no service has to keep figures.
 * Main context only.
 */

/* Calls that were answered and have no media yet: their number is that of calls that connect at
 * this moment. One whose end is never published cannot stay for ever: at this many all are
 * forgotten. */
#define CONNECTING_MAX 10000

/* call id → when it was answered, milliseconds since 1970 */
static GHashTable *connecting;

static void
take_accepted (const CallNotice *notice)
{
  gint64 *at_ms = g_new (gint64, 1);

  *at_ms = notice->at_ms;
  if (connecting == NULL)
    connecting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (g_hash_table_size (connecting) >= CONNECTING_MAX)
    g_hash_table_remove_all (connecting);
  g_hash_table_replace (connecting, g_strdup (notice->call_id), at_ms);
  calld_metrics_add (CALLD_COUNT_CALLS_ACCEPTED, 1);
}

/* Each side says that its media flows; the first one is when the call connected. */
static void
take_started (const CallNotice *notice)
{
  const gint64 *at_ms = connecting != NULL ? g_hash_table_lookup (connecting, notice->call_id)
                                           : NULL;

  if (at_ms == NULL)
    return;
  calld_metrics_add (CALLD_COUNT_CALLS_CONNECTED, 1);
  calld_metrics_observe (CALLD_SERIES_CALL_CONNECT, (notice->at_ms - *at_ms) * 1000);
  g_hash_table_remove (connecting, notice->call_id);
}

static void
take_end (const CallNotice *notice)
{
  if (connecting != NULL && notice->call_id != NULL)
    g_hash_table_remove (connecting, notice->call_id);
  if (notice->reason >= 0)
    calld_metrics_count_end ((CallEndReason) notice->reason);
  if (notice->kind == CALL_NOTICE_CALL_ENDED && notice->duration_seconds > 0)
    calld_metrics_observe (CALLD_SERIES_CALL_DURATION, notice->duration_seconds * G_USEC_PER_SEC);
}

/**
 * calld_call_figures_take:
 * @notice: what is published
 *
 * Counts what it says about a call, if anything.
 */
void
calld_call_figures_take (const CallNotice *notice)
{
  switch ((int) notice->kind) {
  case CALL_NOTICE_CALL_REQUESTED:
    calld_metrics_add (CALLD_COUNT_CALLS_REQUESTED, 1);
    break;
  case CALL_NOTICE_CALL_ACCEPTED:
    take_accepted (notice);
    break;
  case CALL_NOTICE_CALL_STARTED:
    take_started (notice);
    break;
  case CALL_NOTICE_CALL_ENDED:
  case CALL_NOTICE_CALL_CANCELLED:
    take_end (notice);
    break;
  case CALL_NOTICE_BUSY:
    calld_metrics_add (CALLD_COUNT_CALLS_BUSY, 1);
    break;
  default:
    break;
  }
}
