/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-alert-rules.h"
#include "calld-clock.h"
#include "calld-metrics.h"
#include "calld-stats.h"

G_BEGIN_DECLS

/* How often figures are looked at. */
#define CALLD_WATCHDOG_INTERVAL_MS 5000

/**
 * CalldWatchdogFunc:
 * @alert: which alert
 * @change: what happened to it
 * @value: the value that did it
 * @user_data: what was given
 *
 * Called once when an alert is raised and once when it is resolved.
 */
typedef void (*CalldWatchdogFunc) (CalldAlert alert,
                                   CalldAlertChange change,
                                   double value,
                                   gpointer user_data);

/**
 * CalldWatchdogOptions:
 * @clock: the clock
 * @take: asks how everything is
 * @changed: (nullable): hears of alerts
 * @user_data: for both
 *
 * What a watchdog works with.
 */
typedef struct {
  CalldClock *clock;
  void (*take) (CalldStats *stats, gpointer user_data);
  CalldWatchdogFunc changed;
  gpointer user_data;
} CalldWatchdogOptions;

/**
 * CalldSpan:
 * @span_us: how long it is
 * @events: events of clients
 * @requests: requests over HTTP
 * @deliveries: frames given to receivers
 * @failures: requests and events that failed by the server's fault
 * @event_latency: of events
 * @http_latency: of requests
 *
 * What happened in the time up to now.
 */
typedef struct {
  gint64 span_us;
  guint64 events;
  guint64 requests;
  guint64 deliveries;
  guint64 failures;
  CalldHistogram event_latency;
  CalldHistogram http_latency;
} CalldSpan;

typedef struct _CalldWatchdog CalldWatchdog;

CalldWatchdog *calld_watchdog_new (const CalldWatchdogOptions *options);
void calld_watchdog_free (CalldWatchdog *self);

gboolean calld_watchdog_is_raised (CalldWatchdog *self, CalldAlert alert);
guint64 calld_watchdog_count_raised (CalldWatchdog *self, CalldAlert alert);
void calld_watchdog_get_span (CalldWatchdog *self, guint seconds, CalldSpan *span);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldWatchdog, calld_watchdog_free)

G_END_DECLS
