/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of one part of a name; four of them and an extension stay below NAME_MAX. */
#define GST_CALL_EGRESS_PART_MAX 48

char *gst_call_egress_part (const char *text, const char *fallback);
char *gst_call_egress_name (gint64 time_us,
                            const char *room,
                            const char *participant,
                            const char *track,
                            const char *extension);
char *gst_call_egress_escape (const char *text);

G_END_DECLS
