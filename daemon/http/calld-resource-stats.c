/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-report.h"
#include "calld-resources.h"

/* GET /api/stats */
void
calld_resource_stats (CalldExchange *exchange)
{
  CalldParts *parts = calld_exchange_get_parts (exchange);
  g_autoptr (GError) error = NULL;
  CalldStats stats;

  if (!calld_auth_can (calld_exchange_get_identity (exchange), CALLD_ACTION_READ_STATISTICS, NULL,
                       &error)) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  calld_stats_take (&stats, &parts->stats);
  calld_exchange_reply (
      exchange, 200, calld_report_new (&stats, parts->watchdog, calld_clock_now_ms (parts->clock)));
}
