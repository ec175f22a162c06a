/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"

static void
check (CallHealthAnswer *answer, const char *name, gboolean ok, const char *trouble)
{
  g_hash_table_insert (answer->checks, g_strdup (name), g_strdup (ok ? "ok" : trouble));
  answer->ready = answer->ready && ok;
}

/* An alert does not make the daemon unfit: requests are better served badly than not at all. */
static void
check_alerts (CallHealthAnswer *answer, CalldWatchdog *watchdog)
{
  for (int i = 0; watchdog != NULL && i < CALLD_N_ALERTS; i++) {
    const CalldAlertRule *rule = calld_alert_get_rule ((CalldAlert) i);

    if (!calld_watchdog_is_raised (watchdog, (CalldAlert) i))
      continue;
    g_hash_table_insert (answer->checks, g_strconcat ("alert.", rule->name, NULL),
                         g_strdup (rule->summary));
    g_free (answer->status);
    answer->status = g_strdup ("degraded");
  }
}

static CallHealthAnswer *
examine (CalldParts *parts)
{
  CallHealthAnswer *answer = call_record_new (&call_health_answer);
  CalldStoreStats stats;

  calld_store_get_stats (parts->store, &stats);
  if (answer->checks == NULL)
    answer->checks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  answer->live = TRUE;
  answer->ready = TRUE;
  check (answer, "store", stats.healthy, "cannot write");
  check (answer, "reactor", parts->hub == NULL || calld_hub_is_alive (parts->hub), "not answering");
  check (answer, "draining", !parts->draining, "yes");
  answer->status = g_strdup (answer->ready ? "ok" : "degraded");
  check_alerts (answer, parts->watchdog);
  answer->uptime_seconds = (calld_clock_monotonic_us (parts->clock) - parts->began_us) /
                           G_USEC_PER_SEC;
  answer->version = g_strdup (PACKAGE_VERSION);
  return answer;
}

/* GET /health: tells, but is itself always well */
void
calld_resource_health (CalldExchange *exchange)
{
  calld_exchange_reply (exchange, 200, examine (calld_exchange_get_parts (exchange)));
}

/* GET /health/live: whoever reads this got an answer from the main loop */
void
calld_resource_health_live (CalldExchange *exchange)
{
  calld_exchange_reply (exchange, 200, examine (calld_exchange_get_parts (exchange)));
}

/* GET /health/ready */
void
calld_resource_health_ready (CalldExchange *exchange)
{
  CallHealthAnswer *answer = examine (calld_exchange_get_parts (exchange));

  calld_exchange_reply (exchange, answer->ready ? 200 : 503, answer);
}
