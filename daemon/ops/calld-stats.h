/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-calls.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-egress.h"
#include "calld-gateway.h"
#include "calld-hub.h"
#include "calld-process.h"
#include "calld-store.h"

G_BEGIN_DECLS

/**
 * CalldStatsSources:
 * @config: settings
 * @clock: the clock
 * @store: the store
 * @hub: (nullable): the hub
 * @gateway: (nullable): the gateway
 * @calls: calls
 * @egress: (nullable): the tracks of LiveKit
 * @began_us: when the daemon began, monotonic
 *
 * Who is asked. Borrowed.
 */
typedef struct {
  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldHub *hub;
  CalldGateway *gateway;
  CalldCalls *calls;
  CalldEgress *egress;
  gint64 began_us;
} CalldStatsSources;

/**
 * CalldStats:
 * @now_us: when it was taken, monotonic
 * @uptime_us: since the start
 * @hub: of the hub
 * @store: of the store
 * @process: of the process; its limit is MEMORY_LIMIT if that is set
 * @users: how many people are connected
 * @connections: with how many signed-in connections
 * @max_connections: how many there may be
 * @polls: clients of Socket.IO without a WebSocket
 * @active_calls: calls that are not over
 * @egress: of the tracks of LiveKit
 * @hub_alive: whether the reactor's loop turns
 *
 * How everything is at one moment. Counters of what happened are in calld-metrics.h.
 */
typedef struct {
  gint64 now_us;
  gint64 uptime_us;
  CalldHubStats hub;
  CalldStoreStats store;
  CalldProcess process;
  guint users;
  guint connections;
  guint max_connections;
  guint polls;
  guint active_calls;
  CalldEgressStats egress;
  gboolean hub_alive;
} CalldStats;

const char *calld_stats_get_protocol (guint number);
void calld_stats_take (CalldStats *stats, const CalldStatsSources *sources);

G_END_DECLS
