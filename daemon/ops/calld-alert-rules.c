/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-alerts"

#include "config.h"

#include "calld-alert-rules.h"

static const CalldAlertRule rules[CALLD_N_ALERTS] = {
  [CALLD_ALERT_CONNECTIONS] = { "connections", "More than 90 % of MAX_CONNECTIONS are open.",
                                "ratio", 0.90, 0, 0.85, 60 },
  [CALLD_ALERT_LATENCY] = { "latency",
                            "For a minute 5 % of events or requests have taken more than 200 ms.",
                            "seconds", 0.200, 60, 0.150, 60 },
  [CALLD_ALERT_ERRORS] = { "errors", "More than 5 % of requests failed over the last 5 minutes.",
                           "ratio", 0.05, 0, 0.03, 60 },
  [CALLD_ALERT_MEMORY] = { "memory", "More than 80 % of the memory limit is in use.", "ratio", 0.80,
                           30, 0.75, 60 },
  [CALLD_ALERT_STORE] = { "store", "The database cannot be written.", "failing", 0.5, 0, 0.5, 30 },
};

/**
 * calld_alert_get_rule:
 * @alert: an alert
 *
 * Returns: (transfer none): its rule
 */
const CalldAlertRule *
calld_alert_get_rule (CalldAlert alert)
{
  g_return_val_if_fail ((guint) alert < CALLD_N_ALERTS, NULL);

  return &rules[alert];
}

/**
 * calld_alert_feed:
 * @rule: a rule
 * @state: (inout): where its alert stands
 * @value: the value at this moment; negative when nothing was measured, which is as good as well
 * @now_us: monotonic time
 *
 * Decides whether an alert is raised or resolved. A pure function.
 *
 * Returns: what changed
 */
CalldAlertChange
calld_alert_feed (const CalldAlertRule *rule, CalldAlertState *state, double value, gint64 now_us)
{
  gboolean turns = state->raised ? value < rule->resolve_below : value > rule->raise_above;
  guint seconds = state->raised ? rule->resolve_seconds : rule->raise_seconds;

  state->value = value;
  if (!turns) {
    state->turning_us = 0;
    return CALLD_ALERT_UNCHANGED;
  }
  if (state->turning_us == 0)
    state->turning_us = now_us;
  if (now_us - state->turning_us < (gint64) seconds * G_USEC_PER_SEC)
    return CALLD_ALERT_UNCHANGED;
  state->raised = !state->raised;
  state->turning_us = 0;
  return state->raised ? CALLD_ALERT_RAISED : CALLD_ALERT_RESOLVED;
}
