/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld"

#include "config.h"

#include "calld-watch.h"

#include "calld-alert-hook.h"

struct _CalldWatch {
  CalldStatsSources sources;
  CalldWatchdog *watchdog;
  CalldAlertHook *hook; /* (nullable) */
};

static void
take_stats (CalldStats *stats, gpointer user_data)
{
  CalldWatch *self = user_data;

  calld_stats_take (stats, &self->sources);
}

static void
on_alert (CalldAlert alert, CalldAlertChange change, double value, gpointer user_data)
{
  CalldWatch *self = user_data;

  if (self->hook != NULL)
    calld_alert_hook_tell (self->hook, alert, change, value);
}

/**
 * calld_watch_new:
 * @sources: who is asked; outlive the watch
 *
 * Begins to watch.
 *
 * Returns: (transfer full): a watch
 */
CalldWatch *
calld_watch_new (const CalldStatsSources *sources)
{
  CalldWatch *self = g_new0 (CalldWatch, 1);
  const CalldConfig *config = sources->config;

  self->sources = *sources;
  if (config->alert_webhook_url != NULL)
    self->hook = calld_alert_hook_new (sources->clock, config->alert_webhook_url,
                                       config->alert_webhook_secret, config->public_url);
  self->watchdog = calld_watchdog_new (&(CalldWatchdogOptions){
      .clock = sources->clock,
      .take = take_stats,
      .changed = on_alert,
      .user_data = self,
  });
  return self;
}

/**
 * calld_watch_free:
 * @self: (transfer full): a watch
 */
void
calld_watch_free (CalldWatch *self)
{
  calld_watchdog_free (self->watchdog);
  calld_alert_hook_free (self->hook);
  g_free (self);
}

/**
 * calld_watch_get_watchdog:
 * @self: a watch
 *
 * Returns: (transfer none): its watchdog
 */
CalldWatchdog *
calld_watch_get_watchdog (CalldWatch *self)
{
  return self->watchdog;
}

/**
 * calld_watch_report:
 * @self: a watch
 *
 * Returns: (transfer full): how the daemon does
 */
CallStatsAnswer *
calld_watch_report (CalldWatch *self)
{
  CalldStats stats;

  take_stats (&stats, self);
  return calld_report_new (&stats, self->watchdog, calld_clock_now_ms (self->sources.clock));
}
