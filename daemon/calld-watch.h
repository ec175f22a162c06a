/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-report.h"
#include "calld-stats.h"
#include "calld-watchdog.h"

G_BEGIN_DECLS

/**
 * CalldWatch:
 *
 * The daemon's eye on itself: its watchdog, and where alerts are posted to.
 */
typedef struct _CalldWatch CalldWatch;

CalldWatch *calld_watch_new (const CalldStatsSources *sources);
void calld_watch_free (CalldWatch *self);
CalldWatchdog *calld_watch_get_watchdog (CalldWatch *self);
CallStatsAnswer *calld_watch_report (CalldWatch *self);

G_END_DECLS
