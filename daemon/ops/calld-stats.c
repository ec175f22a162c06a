/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-stats"

#include "config.h"

#include "calld-stats.h"

#include "calld-reactor.h"

static const char *const protocols[CALLD_HUB_PROTOCOLS] = {
  [CALLD_PROTOCOL_SOCKETIO] = "socketio",
  [CALLD_PROTOCOL_PEERJS] = "peerjs",
  [CALLD_PROTOCOL_PUSHER] = "pusher",
};

/**
 * calld_stats_get_protocol:
 * @number: the number of a protocol
 *
 * Returns: (nullable): its name, %NULL if there is none
 */
const char *
calld_stats_get_protocol (guint number)
{
  return number < G_N_ELEMENTS (protocols) ? protocols[number] : NULL;
}

/* Only Socket.IO has clients without a WebSocket: those that are left when all others have theirs.
 */
static guint
count_polls (const CalldHubStats *hub)
{
  guint socketio = hub->by_protocol[CALLD_PROTOCOL_SOCKETIO];
  guint others = hub->members - socketio;
  guint websockets = hub->websockets > others ? hub->websockets - others : 0;

  return socketio > websockets ? socketio - websockets : 0;
}

/**
 * calld_stats_take:
 * @stats: (out caller-allocates): how everything is
 * @sources: who is asked
 *
 * Asks all parts how they are. Main context.
 */
void
calld_stats_take (CalldStats *stats, const CalldStatsSources *sources)
{
  *stats = (CalldStats){ .hub_alive = TRUE };
  stats->now_us = calld_clock_monotonic_us (sources->clock);
  stats->uptime_us = stats->now_us - sources->began_us;
  stats->max_connections = sources->config->max_connections;
  calld_store_get_stats (sources->store, &stats->store);
  calld_process_look (&stats->process);
  if (sources->config->memory_limit > 0)
    stats->process.limit_bytes = sources->config->memory_limit;
  stats->active_calls = calld_calls_count (sources->calls);
  if (sources->egress != NULL)
    calld_egress_get_stats (sources->egress, &stats->egress);
  if (sources->gateway != NULL) {
    stats->connections = calld_gateway_count (sources->gateway, NULL);
    stats->users = calld_gateway_count_users (sources->gateway);
  }
  if (sources->hub == NULL)
    return;
  calld_hub_get_stats (sources->hub, &stats->hub);
  stats->hub_alive = calld_hub_is_alive (sources->hub);
  stats->polls = count_polls (&stats->hub);
}
