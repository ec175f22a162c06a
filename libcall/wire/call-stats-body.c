/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-stats-body.h"

static const CallField memory_fields[] = {
  CALL_NEEDED (CallStatsMemory, "resident", resident, INT),
  CALL_NEEDED (CallStatsMemory, "limit", limit, INT),
  CALL_NEEDED (CallStatsMemory, "frames", frames, INT),
};
static const CallSchema memory_schema = CALL_SCHEMA (CallStatsMemory, memory_fields);

static const CallField throughput_fields[] = {
  CALL_NEEDED (CallStatsThroughput, "eventsPerMinute", events, INT),
  CALL_NEEDED (CallStatsThroughput, "deliveriesPerMinute", deliveries, INT),
  CALL_NEEDED (CallStatsThroughput, "requestsPerMinute", requests, INT),
  CALL_NEEDED (CallStatsThroughput, "failuresPerMinute", failures, INT),
};
static const CallSchema throughput_schema = CALL_SCHEMA (CallStatsThroughput, throughput_fields);

static const CallField latency_fields[] = {
  CALL_NEEDED (CallStatsLatency, "eventP50Us", event_p50_us, INT),
  CALL_NEEDED (CallStatsLatency, "eventP99Us", event_p99_us, INT),
  CALL_NEEDED (CallStatsLatency, "httpP50Us", http_p50_us, INT),
  CALL_NEEDED (CallStatsLatency, "httpP99Us", http_p99_us, INT),
  CALL_NEEDED (CallStatsLatency, "commitP50Us", commit_p50_us, INT),
  CALL_NEEDED (CallStatsLatency, "commitP99Us", commit_p99_us, INT),
};
static const CallSchema latency_schema = CALL_SCHEMA (CallStatsLatency, latency_fields);

static const CallField store_fields[] = {
  CALL_NEEDED (CallStatsStore, "healthy", healthy, BOOL),
  CALL_NEEDED (CallStatsStore, "queued", queued, UINT),
  CALL_NEEDED (CallStatsStore, "jobs", jobs, INT),
  CALL_NEEDED (CallStatsStore, "commits", commits, INT),
  CALL_NEEDED (CallStatsStore, "written", written, INT),
  CALL_NEEDED (CallStatsStore, "failures", failures, INT),
};
static const CallSchema store_schema = CALL_SCHEMA (CallStatsStore, store_fields);

static const CallField calls_fields[] = {
  CALL_NEEDED (CallStatsCalls, "requested", requested, INT),
  CALL_NEEDED (CallStatsCalls, "answered", answered, INT),
  CALL_NEEDED (CallStatsCalls, "connected", connected, INT),
  CALL_NEEDED (CallStatsCalls, "busy", busy, INT),
  CALL_NEEDED (CallStatsCalls, "noAnswer", no_answer, INT),
  CALL_NEEDED (CallStatsCalls, "noMedia", no_media, INT),
  CALL_NEEDED (CallStatsCalls, "successPercent", success_percent, UINT),
  CALL_NEEDED (CallStatsCalls, "connectMeanMs", connect_mean_ms, INT),
  CALL_NEEDED (CallStatsCalls, "durationMeanSeconds", duration_mean_seconds, INT),
};
static const CallSchema calls_schema = CALL_SCHEMA (CallStatsCalls, calls_fields);

#define GROUP(name, member, schema) \
  CALL_MEMBER (CallStatsAnswer, name, member, STRUCT, CALL_FIELD_NEEDED, 0, &schema)

static const CallField stats_fields[] = {
  CALL_NEEDED (CallStatsAnswer, "version", version, STRING),
  CALL_NEEDED (CallStatsAnswer, "startedAt", started_at_ms, TIME),
  CALL_NEEDED (CallStatsAnswer, "uptime", uptime_seconds, INT),
  CALL_NEEDED (CallStatsAnswer, "users", users, UINT),
  CALL_NEEDED (CallStatsAnswer, "connections", connections, UINT),
  CALL_NEEDED (CallStatsAnswer, "maxConnections", max_connections, UINT),
  CALL_NEEDED (CallStatsAnswer, "websockets", websockets, UINT),
  CALL_NEEDED (CallStatsAnswer, "polls", polls, UINT),
  CALL_NEEDED (CallStatsAnswer, "httpConnections", http_connections, UINT),
  CALL_NEEDED (CallStatsAnswer, "rooms", rooms, UINT),
  CALL_NEEDED (CallStatsAnswer, "activeCalls", active_calls, UINT),
  CALL_NEEDED (CallStatsAnswer, "accepted", accepted, INT),
  CALL_NEEDED (CallStatsAnswer, "refused", refused, INT),
  CALL_NEEDED (CallStatsAnswer, "delivered", delivered, INT),
  CALL_NEEDED (CallStatsAnswer, "closedSlow", closed_slow, INT),
  CALL_NEEDED (CallStatsAnswer, "droppedVolatile", dropped_volatile, INT),
  GROUP ("memory", memory, memory_schema),
  GROUP ("throughput", throughput, throughput_schema),
  GROUP ("latency", latency, latency_schema),
  GROUP ("store", store, store_schema),
  GROUP ("calls", calls, calls_schema),
  CALL_NEEDED (CallStatsAnswer, "errors", errors, RAW),
  CALL_NEEDED (CallStatsAnswer, "alerts", alerts, STRV),
};
const CallSchema call_stats_answer = CALL_SCHEMA (CallStatsAnswer, stats_fields);
