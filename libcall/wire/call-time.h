/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/* Bytes of a time on the wire, with its NUL: 2026-03-02T14:00:00.000Z */
#define CALL_TIME_TEXT_SIZE 25

void call_time_write (gint64 unix_ms, char text[CALL_TIME_TEXT_SIZE]);
char *call_time_format (gint64 unix_ms);
gboolean call_time_parse (const char *text, gint64 *unix_ms);

gint64 call_time_from_date_time (GDateTime *time);
GDateTime *call_time_to_date_time (gint64 unix_ms);

G_END_DECLS
