/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-exposition.h"
#include "calld-resources.h"
#include "calld-stats.h"
#include "calld-watchdog.h"

#include "call-error.h"

#include <sodium.h>
#include <string.h>

/* GET /metrics: every figure there is, for Prometheus. Names and labels are stable: dashboards are
 * made of them. */

static void
gauge (CalldExposition *out, const char *name, const char *help, guint64 value)
{
  calld_exposition_begin_gauge (out, name, help);
  calld_exposition_add (out, NULL, NULL, value);
}

static void
counter (CalldExposition *out, const char *name, const char *help, guint64 value)
{
  calld_exposition_begin_counter (out, name, help);
  calld_exposition_add (out, NULL, NULL, value);
}

/* --- the parts -------------------------------------------------------------------------------- */

static void
write_process (CalldExposition *out, const CalldStats *stats, gint64 now_ms)
{
  calld_exposition_begin_gauge (out, "calld_info", "The version, as a label");
  calld_exposition_add (out, "version", PACKAGE_VERSION, 1);
  calld_exposition_begin_gauge (out, "process_start_time_seconds", "When it began, since 1970");
  calld_exposition_add_double (out, NULL, NULL, (double) (now_ms - stats->uptime_us / 1000) / 1000);
  calld_exposition_begin_counter (out, "process_cpu_seconds_total", "Processor time");
  calld_exposition_add_double (out, NULL, NULL, (double) stats->process.cpu_us / G_USEC_PER_SEC);
  gauge (out, "process_resident_memory_bytes", "Resident memory", stats->process.resident_bytes);
  gauge (out, "calld_memory_limit_bytes", "What it may take; 0 for no limit",
         stats->process.limit_bytes);
  gauge (out, "process_open_fds", "Open descriptors", stats->process.open_files);
  gauge (out, "process_max_fds", "The limit of descriptors", stats->process.max_files);
  gauge (out, "calld_threads", "Threads", stats->process.threads);
}

static void
write_connections (CalldExposition *out, const CalldStats *stats)
{
  const CalldHubStats *hub = &stats->hub;

  calld_exposition_begin_gauge (out, "calld_clients", "Clients of the gateways, by transport");
  calld_exposition_add (out, "transport", "websocket", hub->members - stats->polls);
  calld_exposition_add (out, "transport", "polling", stats->polls);
  calld_exposition_begin_gauge (out, "calld_protocol_clients",
                                "Clients of the gateways, by protocol");
  for (guint i = 0; i < CALLD_HUB_PROTOCOLS; i++)
    if (calld_stats_get_protocol (i) != NULL)
      calld_exposition_add (out, "protocol", calld_stats_get_protocol (i), hub->by_protocol[i]);
  calld_exposition_begin_gauge (out, "calld_connections", "Open TCP connections, by what for");
  calld_exposition_add (out, "kind", "realtime", hub->connections);
  calld_exposition_add (out, "kind", "http", hub->http_connections);
  gauge (out, "calld_connections_max", "How many there may be", stats->max_connections);
  gauge (out, "calld_signed_in_connections", "Signed-in connections", stats->connections);
  gauge (out, "calld_users_online", "People with at least one of them", stats->users);
  gauge (out, "calld_rooms", "Rooms with at least one member", hub->rooms);
  counter (out, "calld_connections_accepted_total", "Connections accepted", hub->accepted);
  counter (out, "calld_connections_refused_total", "Connections refused: too many", hub->refused);
}

static void
write_messages (CalldExposition *out, const CalldStats *stats)
{
  const CalldHubStats *hub = &stats->hub;

  counter (out, "calld_received_total", "WebSocket messages and polls' bodies", hub->received);
  counter (out, "calld_delivered_total", "Frames given to receivers", hub->delivered);
  counter (out, "calld_received_bytes_total", "Bytes read from sockets", hub->bytes_in);
  counter (out, "calld_sent_bytes_total", "Bytes written to sockets", hub->bytes_out);
  calld_exposition_begin_counter (out, "calld_dropped_total",
                                  "What full queues cost, by their policy");
  calld_exposition_add (out, "policy", "volatile", hub->dropped_volatile);
  calld_exposition_add (out, "policy", "slow_reader_closed", hub->closed_slow);
  calld_exposition_add (out, "policy", "store_refused", stats->store.refused);
  calld_exposition_begin_gauge (out, "calld_queue_length", "What waits, by queue");
  calld_exposition_add (out, "queue", "services", hub->mail);
  calld_exposition_add (out, "queue", "reactor", hub->reactor_mail);
  calld_exposition_add (out, "queue", "store", stats->store.queued);
  gauge (out, "calld_frame_memory_bytes", "Incomplete messages and bodies", hub->frame_memory);
  calld_exposition_begin_gauge (out, "calld_reactor_lag_seconds",
                                "How late the reactor's last timer was");
  calld_exposition_add_double (out, NULL, NULL, (double) hub->loop_lag_us / G_USEC_PER_SEC);
}

static void
write_events (CalldExposition *out)
{
  counter (out, "calld_events_total", "Events of clients", calld_metrics_get (CALLD_COUNT_EVENTS));
  calld_exposition_begin_counter (out, "calld_notices_total",
                                  "Events published, however many got them");
  for (int kind = 0; kind < CALL_NOTICE_N_KINDS; kind++)
    calld_exposition_add (out, "event", call_notice_kind_get_event ((CallNoticeKind) kind),
                          calld_metrics_get_notices ((CallNoticeKind) kind));
  calld_exposition_begin_counter (out, "calld_errors_total", "Refusals and failures, by code");
  for (int code = CALL_ERROR_FAILED; code <= CALL_ERROR_MEDIA; code++)
    calld_exposition_add (out, "code", call_error_to_code ((CallError) code),
                          calld_metrics_get_errors ((CallError) code));
  calld_exposition_begin_counter (out, "calld_rate_limited_total", "Refusals by rate limits");
  calld_exposition_add (out, "limit", "events", calld_metrics_get (CALLD_COUNT_EVENTS_LIMITED));
  calld_exposition_add (out, "limit", "calls", calld_metrics_get (CALLD_COUNT_CALLS_LIMITED));
  calld_exposition_add (out, "limit", "logins", calld_metrics_get (CALLD_COUNT_LOGINS_LIMITED));
  calld_exposition_begin_counter (out, "calld_sign_ins_total", "Sockets that asked to be let in");
  calld_exposition_add (out, "result", "ok", calld_metrics_get (CALLD_COUNT_SIGN_INS));
  calld_exposition_add (out, "result", "refused", calld_metrics_get (CALLD_COUNT_SIGN_INS_FAILED));
  calld_exposition_add_histogram (out, "calld_event_latency_seconds",
                                  "From the bytes of an event to the last byte of what came of it",
                                  CALLD_SERIES_EVENT);
}

static void
write_http (CalldExposition *out)
{
  static const char *const classes[] = { "1xx", "2xx", "3xx", "4xx", "5xx" };

  calld_exposition_begin_counter (out, "calld_http_requests_total", "Requests over HTTP");
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    calld_exposition_add (out, "status", classes[i], calld_metrics_get (CALLD_COUNT_HTTP_1XX + i));
  calld_exposition_add_histogram (out, "calld_http_latency_seconds",
                                  "From the head of a request to the end of its answer",
                                  CALLD_SERIES_HTTP);
}

static void
write_store (CalldExposition *out, const CalldStats *stats)
{
  gauge (out, "calld_store_healthy", "Whether the last write succeeded", stats->store.healthy);
  counter (out, "calld_store_commits_total", "Transactions", stats->store.commits);
  counter (out, "calld_store_writes_total",
           "Changes written; divided by commits: the size of a group", stats->store.written);
  counter (out, "calld_store_reads_total", "Readings", stats->store.jobs - stats->store.written);
  counter (out, "calld_store_failures_total", "Transactions that could not be written",
           calld_metrics_get (CALLD_COUNT_STORE_FAILURES));
  gauge (out, "calld_store_queue_max", "How many changes, and readings, may wait",
         stats->store.capacity);
  calld_exposition_add_histogram (out, "calld_store_commit_seconds",
                                  "One transaction, with all that was grouped into it",
                                  CALLD_SERIES_COMMIT);
}

static void
write_alerts (CalldExposition *out, CalldWatchdog *watchdog)
{
  if (watchdog == NULL)
    return;
  calld_exposition_begin_gauge (out, "calld_alert", "Whether an alert holds");
  for (int i = 0; i < CALLD_N_ALERTS; i++)
    calld_exposition_add (out, "alert", calld_alert_get_rule ((CalldAlert) i)->name,
                          calld_watchdog_is_raised (watchdog, (CalldAlert) i));
  calld_exposition_begin_counter (out, "calld_alerts_raised_total", "How often it was raised");
  for (int i = 0; i < CALLD_N_ALERTS; i++)
    calld_exposition_add (out, "alert", calld_alert_get_rule ((CalldAlert) i)->name,
                          calld_watchdog_count_raised (watchdog, (CalldAlert) i));
  calld_exposition_begin_counter (out, "calld_alert_notices_total",
                                  "What was posted to ALERT_WEBHOOK_URL");
  calld_exposition_add (out, "result", "ok", calld_metrics_get (CALLD_COUNT_ALERT_HOOKS));
  calld_exposition_add (out, "result", "failed",
                        calld_metrics_get (CALLD_COUNT_ALERT_HOOKS_FAILED));
}

static void
write_calls (CalldExposition *out, const CalldStats *stats)
{
  gauge (out, "calld_active_calls", "Calls that are not over", stats->active_calls);
  calld_exposition_begin_counter (out, "calld_calls_total", "Calls by how far they came");
  calld_exposition_add (out, "stage", "requested", calld_metrics_get (CALLD_COUNT_CALLS_REQUESTED));
  calld_exposition_add (out, "stage", "accepted", calld_metrics_get (CALLD_COUNT_CALLS_ACCEPTED));
  calld_exposition_add (out, "stage", "connected", calld_metrics_get (CALLD_COUNT_CALLS_CONNECTED));
  calld_exposition_add (out, "stage", "busy", calld_metrics_get (CALLD_COUNT_CALLS_BUSY));
  calld_exposition_begin_counter (out, "calld_calls_ended_total", "Calls by how they ended");
  for (int reason = CALL_END_HANG_UP; reason <= CALL_END_FAILED; reason++)
    calld_exposition_add (out, "reason", call_enum_to_nick (CALL_TYPE_END_REASON, reason),
                          calld_metrics_get_ends ((CallEndReason) reason));
  calld_exposition_add_histogram (out, "calld_call_connect_seconds",
                                  "From the answer to the first media", CALLD_SERIES_CALL_CONNECT);
  calld_exposition_add_histogram (out, "calld_call_duration_seconds",
                                  "How long media flowed, of calls that had any",
                                  CALLD_SERIES_CALL_DURATION);
}

static void
write_egress (CalldExposition *out, const CalldStats *stats)
{
  const CalldEgressStats *egress = &stats->egress;

  gauge (out, "calld_egress_tracks", "Tracks that are coming in", egress->tracks);
  counter (out, "calld_egress_tracks_total", "Tracks that came in", egress->total);
  counter (out, "calld_egress_received_bytes_total", "Bytes of tracks", egress->bytes);
  counter (out, "calld_egress_dropped_bytes_total", "Bytes of tracks that found a queue full",
           egress->dropped);
  counter (out, "calld_egress_lost_total", "Samples and frames that could not be written",
           egress->lost);
}

/* --- access ----------------------------------------------------------------------------------- */

static gboolean
holds_token (CalldExchange *exchange, const char *token)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (
      calld_exchange_get_message (exchange));
  const char *given = soup_message_headers_get_one (headers, "Authorization");
  gsize length = strlen (token);

  if (given == NULL || g_ascii_strncasecmp (given, "Bearer ", strlen ("Bearer ")) != 0)
    return FALSE;
  given += strlen ("Bearer ");
  return strlen (given) == length && sodium_memcmp (given, token, length) == 0;
}

/* Behind a proxy everybody comes from this machine: with a public address a token is needed. */
static gboolean
is_from_here (CalldExchange *exchange)
{
  const char *text = calld_exchange_get_address (exchange);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return calld_exchange_get_parts (exchange)->config->public_url_is_made && address != NULL &&
         g_inet_address_get_is_loopback (address);
}

static gboolean
may_read (CalldExchange *exchange)
{
  const char *token = calld_exchange_get_parts (exchange)->config->metrics_token;

  return token != NULL ? holds_token (exchange, token) : is_from_here (exchange);
}

static gboolean
wants_openmetrics (CalldExchange *exchange)
{
  const char *accept = soup_message_headers_get_list (
      soup_server_message_get_request_headers (calld_exchange_get_message (exchange)), "Accept");

  return accept != NULL && strstr (accept, "application/openmetrics-text") != NULL;
}

/* GET /metrics */
void
calld_resource_metrics (CalldExchange *exchange)
{
  CalldParts *parts = calld_exchange_get_parts (exchange);
  CalldExposition out = { g_string_sized_new (16384), wants_openmetrics (exchange), NULL };
  g_autoptr (GBytes) bytes = NULL;
  CalldStats stats;
  char *text;

  if (!may_read (exchange)) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, CALL_ERROR_UNAUTHORIZED,
                                                    "Metrics are read with METRICS_TOKEN.");

    g_string_free (out.text, TRUE);
    calld_exchange_reply_error (exchange, error);
    return;
  }
  calld_stats_take (&stats, &parts->stats);
  write_process (&out, &stats, calld_clock_now_ms (parts->clock));
  write_connections (&out, &stats);
  write_messages (&out, &stats);
  write_events (&out);
  write_http (&out);
  write_store (&out, &stats);
  write_calls (&out, &stats);
  write_egress (&out, &stats);
  write_alerts (&out, parts->watchdog);
  text = calld_exposition_finish (&out);
  bytes = g_bytes_new_take (text, strlen (text));
  calld_exchange_reply_bytes (exchange, 200, calld_exposition_get_content_type (&out), bytes);
}
