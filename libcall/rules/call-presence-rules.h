/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

G_BEGIN_DECLS

/* What others see of somebody. Pure, any thread. Times are milliseconds. */

/**
 * CallPresenceReach:
 * @CALL_PRESENCE_GONE: no device is connected, and the grace is over
 * @CALL_PRESENCE_IDLE: devices are connected, but nobody has done anything for a while
 * @CALL_PRESENCE_ACTIVE: somebody uses one of them
 *
 * All devices of a user together.
 */
typedef enum {
  CALL_PRESENCE_GONE,
  CALL_PRESENCE_IDLE,
  CALL_PRESENCE_ACTIVE,
} CallPresenceReach;

CallPresenceReach call_presence_rules_reach (guint n_connections,
                                             gboolean in_grace,
                                             gint64 active_at,
                                             gint64 away_after,
                                             gint64 now);
CallPresenceStatus call_presence_rules_merge (CallPresenceStatus chosen, CallPresenceReach reach);
CallPresenceStatus call_presence_rules_keep (CallPresenceStatus chosen);

G_END_DECLS
