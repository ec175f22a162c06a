/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-metrics"

#include "config.h"

#include "calld-metrics.h"

#include <string.h>

/*
 * One set of figures for the process, as with the log: whoever counts must not need to be handed
 * anything. All of it is plain memory and relaxed additions; a reader may see one figure a moment
 * before another.
 */

#define N_ERRORS (CALL_ERROR_MEDIA + 1)
#define N_REASONS 32

guint64 calld_metrics_counts[CALLD_N_COUNTS];

static guint64 errors[N_ERRORS];
static guint64 notices[CALL_NOTICE_N_KINDS];
static guint64 ends[N_REASONS];
static CalldHistogram histograms[CALLD_N_SERIES];

#define MS 1000
#define S (1000 * MS)

/* Upper bounds in microseconds. The last bucket takes what is more. */
static const gint64 latency_bounds[] = {
  250,     500,      1 * MS,   2 * MS,   3 * MS, 5 * MS, 10 * MS, 20 * MS,
  50 * MS, 100 * MS, 200 * MS, 500 * MS, 1 * S,  2 * S,  5 * S,   10 * S,
};
static const gint64 connect_bounds[] = {
  100 * MS, 200 * MS, 500 * MS, 1 * S, 2 * S, 3 * S, 5 * S, 8 * S, 12 * S, 20 * S, 30 * S, 60 * S,
};
static const gint64 duration_bounds[] = {
  30 * (gint64) S,   60 * (gint64) S,   180 * (gint64) S,  300 * (gint64) S,
  600 * (gint64) S,  900 * (gint64) S,  1200 * (gint64) S, 1800 * (gint64) S,
  2700 * (gint64) S, 3600 * (gint64) S, 5400 * (gint64) S, 7200 * (gint64) S,
};

#define BOUNDS(array)             \
  {                               \
    (array), G_N_ELEMENTS (array) \
  }

static const struct {
  const gint64 *bounds;
  guint n;
} series[CALLD_N_SERIES] = {
  [CALLD_SERIES_EVENT] = BOUNDS (latency_bounds),
  [CALLD_SERIES_HTTP] = BOUNDS (latency_bounds),
  [CALLD_SERIES_COMMIT] = BOUNDS (latency_bounds),
  [CALLD_SERIES_CALL_CONNECT] = BOUNDS (connect_bounds),
  [CALLD_SERIES_CALL_DURATION] = BOUNDS (duration_bounds),
};

G_STATIC_ASSERT (G_N_ELEMENTS (latency_bounds) < CALLD_METRICS_BUCKETS);
G_STATIC_ASSERT (G_N_ELEMENTS (connect_bounds) < CALLD_METRICS_BUCKETS);
G_STATIC_ASSERT (G_N_ELEMENTS (duration_bounds) < CALLD_METRICS_BUCKETS);

static void
add (guint64 *figure, guint64 n)
{
  __atomic_fetch_add (figure, n, __ATOMIC_RELAXED);
}

static guint64
load (const guint64 *figure)
{
  return __atomic_load_n (figure, __ATOMIC_RELAXED);
}

/* --- counting --------------------------------------------------------------------------------- */

/**
 * calld_metrics_count_error:
 * @code: what a request was refused with
 *
 * Counts a refusal by its kind. Any thread.
 */
void
calld_metrics_count_error (CallError code)
{
  add (&errors[(guint) code < N_ERRORS ? code : CALL_ERROR_FAILED], 1);
}

/**
 * calld_metrics_count_notice:
 * @kind: what was told to clients
 *
 * Counts something that was published, however many get it. Any thread.
 */
void
calld_metrics_count_notice (CallNoticeKind kind)
{
  if ((guint) kind < CALL_NOTICE_N_KINDS)
    add (&notices[kind], 1);
}

/**
 * calld_metrics_count_end:
 * @reason: why a call is over
 *
 * Counts the end of a call. Any thread.
 */
void
calld_metrics_count_end (CallEndReason reason)
{
  if ((guint) reason < N_REASONS)
    add (&ends[reason], 1);
}

/**
 * calld_metrics_count_http:
 * @status: of an answer
 *
 * Counts a request over HTTP by the class of its status.
 */
void
calld_metrics_count_http (guint status)
{
  if (status >= 100 && status < 600)
    calld_metrics_add (CALLD_COUNT_HTTP_1XX + status / 100 - 1, 1);
}

/**
 * calld_metrics_observe:
 * @which: what was measured
 * @microseconds: how long it took
 *
 * Puts a measurement into its histogram. Any thread.
 */
void
calld_metrics_observe (CalldSeries which, gint64 microseconds)
{
  CalldHistogram *histogram = &histograms[which];
  guint bucket = 0;

  while (bucket < series[which].n && microseconds > series[which].bounds[bucket])
    bucket++;
  add (&histogram->buckets[bucket], 1);
  add (&histogram->sum_us, (guint64) MAX (microseconds, 0));
  add (&histogram->count, 1);
}

/* --- reading ---------------------------------------------------------------------------------- */

/**
 * calld_metrics_get:
 * @which: what
 *
 * Returns: how many so far
 */
guint64
calld_metrics_get (CalldCount which)
{
  return load (&calld_metrics_counts[which]);
}

/**
 * calld_metrics_get_errors:
 * @code: a kind of refusal
 *
 * Returns: how many so far
 */
guint64
calld_metrics_get_errors (CallError code)
{
  return load (&errors[code]);
}

/**
 * calld_metrics_get_server_errors:
 *
 * Those that are not the client's fault: what a status of 500 and above stands for.
 *
 * Returns: how many so far
 */
guint64
calld_metrics_get_server_errors (void)
{
  guint64 sum = 0;

  for (guint code = 0; code < N_ERRORS; code++)
    if (call_error_to_status ((CallError) code) >= 500)
      sum += load (&errors[code]);
  return sum;
}

/**
 * calld_metrics_get_notices:
 * @kind: what clients are told
 *
 * Returns: how many so far
 */
guint64
calld_metrics_get_notices (CallNoticeKind kind)
{
  return load (&notices[kind]);
}

/**
 * calld_metrics_get_ends:
 * @reason: why calls are over
 *
 * Returns: how many so far
 */
guint64
calld_metrics_get_ends (CallEndReason reason)
{
  return (guint) reason < N_REASONS ? load (&ends[reason]) : 0;
}

/**
 * calld_metrics_get_histogram:
 * @which: what was measured
 * @histogram: (out caller-allocates): all of it so far
 */
void
calld_metrics_get_histogram (CalldSeries which, CalldHistogram *histogram)
{
  const CalldHistogram *from = &histograms[which];

  histogram->count = 0;
  for (guint i = 0; i < CALLD_METRICS_BUCKETS; i++) {
    histogram->buckets[i] = load (&from->buckets[i]);
    /* Counted here, so that a copy agrees with itself whatever is added meanwhile. */
    histogram->count += histogram->buckets[i];
  }
  histogram->sum_us = load (&from->sum_us);
}

/**
 * calld_metrics_get_bounds:
 * @which: what is measured
 * @n_bounds: (out): how many
 *
 * Returns: (transfer none) (array length=n_bounds): the upper bounds of its buckets but the last
 */
const gint64 *
calld_metrics_get_bounds (CalldSeries which, guint *n_bounds)
{
  *n_bounds = series[which].n;
  return series[which].bounds;
}

/* --- histograms ------------------------------------------------------------------------------- */

/**
 * calld_histogram_subtract:
 * @histogram: what was measured up to a time
 * @earlier: up to an earlier one; set to zeros for all of it
 *
 * Leaves in @histogram what was measured in between.
 */
void
calld_histogram_subtract (CalldHistogram *histogram, const CalldHistogram *earlier)
{
  for (guint i = 0; i < CALLD_METRICS_BUCKETS; i++)
    histogram->buckets[i] -= earlier->buckets[i];
  histogram->sum_us -= earlier->sum_us;
  histogram->count -= earlier->count;
}

/**
 * calld_histogram_get_quantile:
 * @histogram: measurements
 * @which: of what
 * @quantile: 0.5 for the median …
 *
 * Estimates a quantile: as if the measurements of a bucket lay evenly in it. What is above all
 * bounds counts as the last one.
 *
 * Returns: microseconds, 0 if nothing was measured
 */
gint64
calld_histogram_get_quantile (const CalldHistogram *histogram, CalldSeries which, double quantile)
{
  const gint64 *bounds = series[which].bounds;
  double wanted = quantile * (double) histogram->count;
  double below = 0;

  for (guint i = 0; i < series[which].n; i++) {
    double in_bucket = (double) histogram->buckets[i];
    double lower = i > 0 ? (double) bounds[i - 1] : 0;

    if (in_bucket > 0 && below + in_bucket >= wanted)
      return (gint64) (lower + ((double) bounds[i] - lower) * (wanted - below) / in_bucket);
    below += in_bucket;
  }
  return histogram->count > 0 ? bounds[series[which].n - 1] : 0;
}

/**
 * calld_histogram_get_mean:
 * @histogram: measurements
 *
 * Returns: their mean in microseconds, 0 if there are none
 */
gint64
calld_histogram_get_mean (const CalldHistogram *histogram)
{
  return histogram->count > 0 ? (gint64) (histogram->sum_us / histogram->count) : 0;
}
