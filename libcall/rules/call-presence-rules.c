/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-presence-rules.h"

/* chosen × reach → what others see. Who does not want to be seen is offline, whatever the devices
 * do; who is not there is offline, whatever was chosen. */
static const CallPresenceStatus merged[][3] = {
  [CALL_PRESENCE_ONLINE] = {
    [CALL_PRESENCE_GONE] = CALL_PRESENCE_OFFLINE,
    [CALL_PRESENCE_IDLE] = CALL_PRESENCE_AWAY,
    [CALL_PRESENCE_ACTIVE] = CALL_PRESENCE_ONLINE,
  },
  [CALL_PRESENCE_AWAY] = {
    [CALL_PRESENCE_GONE] = CALL_PRESENCE_OFFLINE,
    [CALL_PRESENCE_IDLE] = CALL_PRESENCE_AWAY,
    [CALL_PRESENCE_ACTIVE] = CALL_PRESENCE_AWAY,
  },
  [CALL_PRESENCE_BUSY] = {
    [CALL_PRESENCE_GONE] = CALL_PRESENCE_OFFLINE,
    [CALL_PRESENCE_IDLE] = CALL_PRESENCE_BUSY,
    [CALL_PRESENCE_ACTIVE] = CALL_PRESENCE_BUSY,
  },
  [CALL_PRESENCE_OFFLINE] = {
    [CALL_PRESENCE_GONE] = CALL_PRESENCE_OFFLINE,
    [CALL_PRESENCE_IDLE] = CALL_PRESENCE_OFFLINE,
    [CALL_PRESENCE_ACTIVE] = CALL_PRESENCE_OFFLINE,
  },
};

/**
 * call_presence_rules_reach:
 * @n_connections: how many devices are connected
 * @in_grace: whether none is, but one was a moment ago
 * @active_at: when the user last did something on any of them
 * @away_after: after how long without it nobody seems to be there, 0 for never
 * @now: the time
 *
 * Merges the devices of a user: one that is used makes up for all that lie around.
 *
 * Returns: how the user can be reached
 */
CallPresenceReach
call_presence_rules_reach (guint n_connections,
                           gboolean in_grace,
                           gint64 active_at,
                           gint64 away_after,
                           gint64 now)
{
  if (n_connections == 0 && !in_grace)
    return CALL_PRESENCE_GONE;
  return away_after > 0 && now - active_at >= away_after ? CALL_PRESENCE_IDLE
                                                         : CALL_PRESENCE_ACTIVE;
}

/**
 * call_presence_rules_merge:
 * @chosen: what the user chose last, %CALL_PRESENCE_ONLINE if nothing
 * @reach: what the devices say
 *
 * Returns: what others see
 */
CallPresenceStatus
call_presence_rules_merge (CallPresenceStatus chosen, CallPresenceReach reach)
{
  g_return_val_if_fail ((guint) chosen < G_N_ELEMENTS (merged), CALL_PRESENCE_OFFLINE);
  g_return_val_if_fail ((guint) reach < G_N_ELEMENTS (merged[0]), CALL_PRESENCE_OFFLINE);

  return merged[chosen][reach];
}

/**
 * call_presence_rules_keep:
 * @chosen: what the user chose
 *
 * Says what is left of a choice when the last device has gone. Front ends say "offline" when they
 * sign out: whoever signs in again wants to be seen again.
 *
 * Returns: the choice for the next time
 */
CallPresenceStatus
call_presence_rules_keep (CallPresenceStatus chosen)
{
  return chosen == CALL_PRESENCE_OFFLINE ? CALL_PRESENCE_ONLINE : chosen;
}
