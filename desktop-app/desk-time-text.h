/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Times as the clinician reads them. Pure: what is now comes in as an argument, so that tests can
 * choose it. All results are owned by the caller.
 */
char *desk_time_text_clock (GDateTime *when);
char *desk_time_text_range (GDateTime *start, guint minutes);
char *desk_time_text_day (GDateTime *when, GDateTime *now);
char *desk_time_text_date (GDateTime *when);
char *desk_time_text_duration (guint minutes);
char *desk_time_text_waiting (GDateTime *since, GDateTime *now);
char *desk_time_text_until (GDateTime *when, GDateTime *now);
char *desk_time_text_elapsed (gint64 seconds);

void desk_time_text_set_zone (GTimeZone *zone);

G_END_DECLS
