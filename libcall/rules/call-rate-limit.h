/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A token bucket. Pure; the time is passed in. Zeroed memory with a rate set is a full bucket. */
typedef struct {
  guint burst;      /* how many may come at once */
  guint per_minute; /* how many come back in a minute */
  gint64 spent_us;  /* how far the bucket is from full, in microseconds of refilling */
  gint64 last_ms;   /* when it was last looked at */
} CallRateLimit;

void call_rate_limit_init (CallRateLimit *limit, guint burst, guint per_minute);
gboolean
call_rate_limit_take (CallRateLimit *limit, guint n, gint64 now_ms, gint64 *retry_after_ms);
gboolean call_rate_limit_is_full (const CallRateLimit *limit, gint64 now_ms);

G_END_DECLS
