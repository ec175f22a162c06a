/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-watchdog"

#include "config.h"

#include "calld-watchdog.h"

#include "calld-log.h"

/*
 * Looks at the figures every few seconds, remembers five minutes of them, and tells once when
 * something is wrong and once when it is over.
 */

#define ERROR_WINDOW_SECONDS 300
#define LATENCY_WINDOW_SECONDS 60
/* So many samples cover the longest span, and the one before it to subtract from. */
#define SAMPLES (ERROR_WINDOW_SECONDS * 1000 / CALLD_WATCHDOG_INTERVAL_MS + 1)
/* With fewer requests than this a single failure would be a large share. */
#define REQUESTS_MIN 20
#define QUANTILE 0.95

typedef struct {
  gint64 at_us;
  guint64 events;
  guint64 requests;
  guint64 deliveries;
  guint64 failures;
  guint64 store_failures;
  CalldHistogram event_latency;
  CalldHistogram http_latency;
} Sample;

struct _CalldWatchdog {
  CalldWatchdogOptions options;
  CalldTimer *timer;
  CalldAlertState states[CALLD_N_ALERTS];
  guint64 raised[CALLD_N_ALERTS];
  /* A ring: @next is the oldest once it is full. */
  Sample samples[SAMPLES];
  guint next;
  guint n_samples;
};

/* --- samples ---------------------------------------------------------------------------------- */

static void
fill_sample (Sample *sample, const CalldStats *stats)
{
  *sample = (Sample){ .at_us = stats->now_us, .deliveries = stats->hub.delivered };
  sample->events = calld_metrics_get (CALLD_COUNT_EVENTS);
  for (int i = CALLD_COUNT_HTTP_1XX; i <= CALLD_COUNT_HTTP_5XX; i++)
    sample->requests += calld_metrics_get ((CalldCount) i);
  sample->failures = calld_metrics_get_server_errors ();
  sample->store_failures = calld_metrics_get (CALLD_COUNT_STORE_FAILURES);
  calld_metrics_get_histogram (CALLD_SERIES_EVENT, &sample->event_latency);
  calld_metrics_get_histogram (CALLD_SERIES_HTTP, &sample->http_latency);
}

/* @ago 0 is the latest. */
static const Sample *
get_sample (CalldWatchdog *self, guint ago)
{
  ago = MIN (ago, self->n_samples - 1);
  return &self->samples[(self->next + SAMPLES - 1 - ago) % SAMPLES];
}

static void
subtract (CalldSpan *span, const Sample *to, const Sample *from)
{
  span->span_us = to->at_us - from->at_us;
  span->events = to->events - from->events;
  span->requests = to->requests - from->requests;
  span->deliveries = to->deliveries - from->deliveries;
  span->failures = to->failures - from->failures;
  span->event_latency = to->event_latency;
  span->http_latency = to->http_latency;
  calld_histogram_subtract (&span->event_latency, &from->event_latency);
  calld_histogram_subtract (&span->http_latency, &from->http_latency);
}

/**
 * calld_watchdog_get_span:
 * @self: a watchdog
 * @seconds: up to 300
 * @span: (out caller-allocates): what happened in these seconds, or since the start
 */
void
calld_watchdog_get_span (CalldWatchdog *self, guint seconds, CalldSpan *span)
{
  guint ago = seconds * 1000 / CALLD_WATCHDOG_INTERVAL_MS;

  subtract (span, get_sample (self, 0), get_sample (self, ago));
}

/* --- the values of the rules ------------------------------------------------------------------ */

static double
get_latency (CalldWatchdog *self)
{
  CalldSpan span;
  gint64 event, http;

  calld_watchdog_get_span (self, LATENCY_WINDOW_SECONDS, &span);
  if (span.event_latency.count + span.http_latency.count == 0)
    return -1;
  event = calld_histogram_get_quantile (&span.event_latency, CALLD_SERIES_EVENT, QUANTILE);
  http = calld_histogram_get_quantile (&span.http_latency, CALLD_SERIES_HTTP, QUANTILE);
  return (double) MAX (event, http) / G_USEC_PER_SEC;
}

static double
get_error_rate (CalldWatchdog *self)
{
  CalldSpan span;
  guint64 all;

  calld_watchdog_get_span (self, ERROR_WINDOW_SECONDS, &span);
  all = span.events + span.requests;
  return all >= REQUESTS_MIN ? (double) span.failures / (double) all : -1;
}

static double
get_value (CalldWatchdog *self, CalldAlert alert, const CalldStats *stats)
{
  switch (alert) {
  case CALLD_ALERT_CONNECTIONS:
    return (double) MAX (stats->hub.connections, stats->hub.members) / stats->max_connections;
  case CALLD_ALERT_LATENCY:
    return get_latency (self);
  case CALLD_ALERT_ERRORS:
    return get_error_rate (self);
  case CALLD_ALERT_MEMORY:
    return stats->process.limit_bytes > 0
               ? (double) stats->process.resident_bytes / (double) stats->process.limit_bytes
               : -1;
  case CALLD_ALERT_STORE:
    return !stats->store.healthy ||
           get_sample (self, 0)->store_failures != get_sample (self, 1)->store_failures;
  case CALLD_N_ALERTS:
  default:
    g_return_val_if_reached (-1);
  }
}

/* --- looking ---------------------------------------------------------------------------------- */

static void
tell (CalldWatchdog *self, CalldAlert alert, CalldAlertChange change)
{
  const CalldAlertRule *rule = calld_alert_get_rule (alert);
  double value = self->states[alert].value;

  if (change == CALLD_ALERT_RAISED) {
    self->raised[alert]++;
    calld_log_warning ("alert_raised", .code = rule->name, .detail = rule->summary,
                       .count = (gint64) (value * 1000), .counted = "thousandths");
  } else {
    calld_log_info ("alert_resolved", .code = rule->name);
  }
  if (self->options.changed != NULL)
    self->options.changed (alert, change, value, self->options.user_data);
}

static void
look (CalldWatchdog *self)
{
  CalldStats stats;

  self->options.take (&stats, self->options.user_data);
  fill_sample (&self->samples[self->next], &stats);
  self->next = (self->next + 1) % SAMPLES;
  self->n_samples = MIN (self->n_samples + 1, SAMPLES);
  for (int i = 0; i < CALLD_N_ALERTS; i++) {
    CalldAlert alert = (CalldAlert) i;
    CalldAlertChange change = calld_alert_feed (calld_alert_get_rule (alert), &self->states[i],
                                                get_value (self, alert, &stats), stats.now_us);

    if (change != CALLD_ALERT_UNCHANGED)
      tell (self, alert, change);
  }
}

static void
on_timer (gpointer user_data)
{
  CalldWatchdog *self = user_data;

  self->timer = calld_clock_add_timer (self->options.clock, CALLD_WATCHDOG_INTERVAL_MS, on_timer,
                                       self);
  look (self);
}

/**
 * calld_watchdog_new:
 * @options: what it works with
 *
 * Begins to look.
 *
 * Returns: (transfer full): a watchdog
 */
CalldWatchdog *
calld_watchdog_new (const CalldWatchdogOptions *options)
{
  CalldWatchdog *self = g_new0 (CalldWatchdog, 1);

  self->options = *options;
  g_object_ref (self->options.clock);
  on_timer (self);
  return self;
}

/**
 * calld_watchdog_free:
 * @self: (transfer full) (nullable): a watchdog
 */
void
calld_watchdog_free (CalldWatchdog *self)
{
  if (self == NULL)
    return;
  calld_clock_clear (self->options.clock, &self->timer);
  g_object_unref (self->options.clock);
  g_free (self);
}

/**
 * calld_watchdog_is_raised:
 * @self: a watchdog
 * @alert: an alert
 *
 * Returns: whether it holds
 */
gboolean
calld_watchdog_is_raised (CalldWatchdog *self, CalldAlert alert)
{
  return self->states[alert].raised;
}

/**
 * calld_watchdog_count_raised:
 * @self: a watchdog
 * @alert: an alert
 *
 * Returns: how often it was raised
 */
guint64
calld_watchdog_count_raised (CalldWatchdog *self, CalldAlert alert)
{
  return self->raised[alert];
}
