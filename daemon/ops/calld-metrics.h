/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-error.h"
#include "call-notice.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldCount:
 *
 * What is counted as it happens, in any thread: one relaxed addition each. What a part of the
 * daemon knows anyway (connections, queues, commits) is not here; calld-stats.h asks for it.
 */
typedef enum {
  CALLD_COUNT_EVENTS,          /* requests of clients over sockets */
  CALLD_COUNT_EVENTS_LIMITED,  /* refused by the limit of events */
  CALLD_COUNT_CALLS_LIMITED,   /* refused by the limit of call requests */
  CALLD_COUNT_LOGINS_LIMITED,  /* refused by the guard of passwords */
  CALLD_COUNT_SIGN_INS,        /* sockets let in */
  CALLD_COUNT_SIGN_INS_FAILED, /* sockets refused */
  CALLD_COUNT_HTTP_1XX,        /* requests over HTTP, by the class of their status */
  CALLD_COUNT_HTTP_2XX,
  CALLD_COUNT_HTTP_3XX,
  CALLD_COUNT_HTTP_4XX,
  CALLD_COUNT_HTTP_5XX,
  CALLD_COUNT_STORE_FAILURES, /* transactions that could not be written */
  CALLD_COUNT_CALLS_REQUESTED,
  CALLD_COUNT_CALLS_ACCEPTED,
  CALLD_COUNT_CALLS_CONNECTED, /* media flowed */
  CALLD_COUNT_CALLS_BUSY,
  CALLD_COUNT_ALERT_HOOKS,        /* notices of alerts that were taken */
  CALLD_COUNT_ALERT_HOOKS_FAILED, /* given up, or pushed out of the queue */
  /*< private >*/
  CALLD_N_COUNTS,
} CalldCount;

/**
 * CalldSeries:
 *
 * What is measured, in microseconds, with its histogram.
 */
typedef enum {
  CALLD_SERIES_EVENT,         /* from the bytes of an event to the last byte of what came of it */
  CALLD_SERIES_HTTP,          /* from the head of a request to the end of its answer */
  CALLD_SERIES_COMMIT,        /* one transaction of the store */
  CALLD_SERIES_CALL_CONNECT,  /* from the answer to the first media */
  CALLD_SERIES_CALL_DURATION, /* of calls in which media flowed */
  /*< private >*/
  CALLD_N_SERIES,
} CalldSeries;

/* The most bounds a histogram has, with the one for all that is more. */
#define CALLD_METRICS_BUCKETS 18

/**
 * CalldHistogram:
 * @buckets: how many fell under each bound of the series, and above the one before
 * @sum_us: of all
 * @count: how many
 *
 * What was measured so far. Subtract an earlier one to see what came since.
 */
typedef struct {
  guint64 buckets[CALLD_METRICS_BUCKETS];
  guint64 sum_us;
  guint64 count;
} CalldHistogram;

extern guint64 calld_metrics_counts[CALLD_N_COUNTS];

/**
 * calld_metrics_add:
 * @which: what
 * @n: how many
 *
 * Counts. Any thread.
 */
static inline void
calld_metrics_add (CalldCount which, guint64 n)
{
  __atomic_fetch_add (&calld_metrics_counts[which], n, __ATOMIC_RELAXED);
}

void calld_metrics_count_error (CallError code);
void calld_metrics_count_notice (CallNoticeKind kind);
void calld_metrics_count_end (CallEndReason reason);
void calld_metrics_count_http (guint status);
void calld_metrics_observe (CalldSeries which, gint64 microseconds);

guint64 calld_metrics_get (CalldCount which);
guint64 calld_metrics_get_errors (CallError code);
guint64 calld_metrics_get_server_errors (void);
guint64 calld_metrics_get_notices (CallNoticeKind kind);
guint64 calld_metrics_get_ends (CallEndReason reason);
void calld_metrics_get_histogram (CalldSeries which, CalldHistogram *histogram);
const gint64 *calld_metrics_get_bounds (CalldSeries which, guint *n_bounds);

void calld_histogram_subtract (CalldHistogram *histogram, const CalldHistogram *earlier);
gint64
calld_histogram_get_quantile (const CalldHistogram *histogram, CalldSeries which, double quantile);
gint64 calld_histogram_get_mean (const CalldHistogram *histogram);

G_END_DECLS
