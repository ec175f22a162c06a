/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-stats"

#include "config.h"

#include "calld-report.h"

/* What /api/stats and GetStats tell: the same record for both. */

#define SPAN_SECONDS 60
#define MINUTE_US (60 * (gint64) G_USEC_PER_SEC)

static void
fill_connections (CallStatsAnswer *answer, const CalldStats *stats)
{
  answer->users = stats->users;
  answer->connections = stats->connections;
  answer->max_connections = stats->max_connections;
  answer->websockets = stats->hub.websockets;
  answer->polls = stats->polls;
  answer->http_connections = stats->hub.http_connections;
  answer->rooms = stats->hub.rooms;
  answer->active_calls = stats->active_calls;
  answer->accepted = (gint64) stats->hub.accepted;
  answer->refused = (gint64) stats->hub.refused;
  answer->delivered = (gint64) stats->hub.delivered;
  answer->closed_slow = (gint64) stats->hub.closed_slow;
  answer->dropped_volatile = (gint64) stats->hub.dropped_volatile;
  answer->memory = (CallStatsMemory){
    .resident = (gint64) stats->process.resident_bytes,
    .limit = (gint64) stats->process.limit_bytes,
    .frames = (gint64) stats->hub.frame_memory,
  };
}

/* The first minute is shorter than one: what it would have been. */
static gint64
per_minute (guint64 n, gint64 span_us)
{
  return span_us > 0 ? (gint64) ((double) n * MINUTE_US / (double) span_us) : 0;
}

static void
fill_throughput (CallStatsAnswer *answer, const CalldSpan *span)
{
  answer->throughput = (CallStatsThroughput){
    .events = per_minute (span->events, span->span_us),
    .deliveries = per_minute (span->deliveries, span->span_us),
    .requests = per_minute (span->requests, span->span_us),
    .failures = per_minute (span->failures, span->span_us),
  };
}

static void
fill_latency (CallStatsAnswer *answer, const CalldSpan *span)
{
  CalldHistogram commit;

  calld_metrics_get_histogram (CALLD_SERIES_COMMIT, &commit);
  answer->latency = (CallStatsLatency){
    .event_p50_us = calld_histogram_get_quantile (&span->event_latency, CALLD_SERIES_EVENT, 0.5),
    .event_p99_us = calld_histogram_get_quantile (&span->event_latency, CALLD_SERIES_EVENT, 0.99),
    .http_p50_us = calld_histogram_get_quantile (&span->http_latency, CALLD_SERIES_HTTP, 0.5),
    .http_p99_us = calld_histogram_get_quantile (&span->http_latency, CALLD_SERIES_HTTP, 0.99),
    .commit_p50_us = calld_histogram_get_quantile (&commit, CALLD_SERIES_COMMIT, 0.5),
    .commit_p99_us = calld_histogram_get_quantile (&commit, CALLD_SERIES_COMMIT, 0.99),
  };
}

static void
fill_store (CallStatsAnswer *answer, const CalldStoreStats *store)
{
  answer->store = (CallStatsStore){
    .healthy = store->healthy,
    .queued = store->queued,
    .jobs = (gint64) store->jobs,
    .commits = (gint64) store->commits,
    .written = (gint64) store->written,
    .failures = (gint64) calld_metrics_get (CALLD_COUNT_STORE_FAILURES),
  };
}

static void
fill_calls (CallStatsAnswer *answer)
{
  guint64 answered = calld_metrics_get (CALLD_COUNT_CALLS_ACCEPTED);
  guint64 connected = calld_metrics_get (CALLD_COUNT_CALLS_CONNECTED);
  CalldHistogram connect, duration;

  calld_metrics_get_histogram (CALLD_SERIES_CALL_CONNECT, &connect);
  calld_metrics_get_histogram (CALLD_SERIES_CALL_DURATION, &duration);
  answer->calls = (CallStatsCalls){
    .requested = (gint64) calld_metrics_get (CALLD_COUNT_CALLS_REQUESTED),
    .answered = (gint64) answered,
    .connected = (gint64) connected,
    .busy = (gint64) calld_metrics_get (CALLD_COUNT_CALLS_BUSY),
    .no_answer = (gint64) calld_metrics_get_ends (CALL_END_NO_ANSWER),
    .no_media = (gint64) calld_metrics_get_ends (CALL_END_NO_MEDIA),
    .success_percent = answered > 0 ? (guint) (100 * connected / answered) : 0,
    .connect_mean_ms = calld_histogram_get_mean (&connect) / 1000,
    .duration_mean_seconds = calld_histogram_get_mean (&duration) / G_USEC_PER_SEC,
  };
}

static char *
list_errors (void)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  for (int code = CALL_ERROR_FAILED; code <= CALL_ERROR_MEDIA; code++)
    if (calld_metrics_get_errors ((CallError) code) > 0)
      call_json_add_int (&writer, call_error_to_code ((CallError) code),
                         (gint64) calld_metrics_get_errors ((CallError) code));
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

static char **
list_alerts (CalldWatchdog *watchdog)
{
  g_autoptr (GStrvBuilder) alerts = g_strv_builder_new ();

  for (int i = 0; i < CALLD_N_ALERTS; i++)
    if (calld_watchdog_is_raised (watchdog, (CalldAlert) i))
      g_strv_builder_add (alerts, calld_alert_get_rule ((CalldAlert) i)->name);
  return g_strv_builder_end (alerts);
}

/**
 * calld_report_new:
 * @stats: how everything is
 * @watchdog: remembers the last minutes
 * @now_ms: the time, milliseconds since 1970
 *
 * Returns: (transfer full): how the server does
 */
CallStatsAnswer *
calld_report_new (const CalldStats *stats, CalldWatchdog *watchdog, gint64 now_ms)
{
  CallStatsAnswer *answer = call_record_new (&call_stats_answer);
  CalldSpan span;

  calld_watchdog_get_span (watchdog, SPAN_SECONDS, &span);
  answer->version = g_strdup (PACKAGE_VERSION);
  answer->uptime_seconds = stats->uptime_us / G_USEC_PER_SEC;
  answer->started_at_ms = now_ms - stats->uptime_us / 1000;
  fill_connections (answer, stats);
  fill_throughput (answer, &span);
  fill_latency (answer, &span);
  fill_store (answer, &stats->store);
  fill_calls (answer);
  answer->errors = list_errors ();
  answer->alerts = list_alerts (watchdog);
  return answer;
}
