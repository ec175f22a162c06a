/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-stats.h"
#include "calld-watchdog.h"

#include "call-stats-body.h"

G_BEGIN_DECLS

CallStatsAnswer *calld_report_new (const CalldStats *stats, CalldWatchdog *watchdog, gint64 now_ms);

G_END_DECLS
