/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

/* GET /api/stats, and GetStats of D-Bus: how the server does. Bytes, counts since the start, and
 * figures of the last minute; errors is a JSON object of codes and counts. */
typedef struct {
  gint64 resident;
  gint64 limit;
  gint64 frames;
} CallStatsMemory;

typedef struct {
  gint64 events;
  gint64 deliveries;
  gint64 requests;
  gint64 failures;
} CallStatsThroughput;

typedef struct {
  gint64 event_p50_us;
  gint64 event_p99_us;
  gint64 http_p50_us;
  gint64 http_p99_us;
  gint64 commit_p50_us;
  gint64 commit_p99_us;
} CallStatsLatency;

typedef struct {
  gboolean healthy;
  guint queued;
  gint64 jobs;
  gint64 commits;
  gint64 written;
  gint64 failures;
} CallStatsStore;

typedef struct {
  gint64 requested;
  gint64 answered;
  gint64 connected;
  gint64 busy;
  gint64 no_answer;
  gint64 no_media;
  guint success_percent;
  gint64 connect_mean_ms;
  gint64 duration_mean_seconds;
} CallStatsCalls;

typedef struct {
  CallRecord record;
  char *version;
  gint64 started_at_ms;
  gint64 uptime_seconds;
  guint users;
  guint connections;
  guint max_connections;
  guint websockets;
  guint polls;
  guint http_connections;
  guint rooms;
  guint active_calls;
  gint64 accepted;
  gint64 refused;
  gint64 delivered;
  gint64 closed_slow;
  gint64 dropped_volatile;
  CallStatsMemory memory;
  CallStatsThroughput throughput;
  CallStatsLatency latency;
  CallStatsStore store;
  CallStatsCalls calls;
  char *errors;
  char **alerts;
} CallStatsAnswer;
extern const CallSchema call_stats_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallStatsAnswer, call_record_unref)

G_END_DECLS
