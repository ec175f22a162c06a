/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldAlert:
 *
 * What an operator is told of without asking.
 */
typedef enum {
  CALLD_ALERT_CONNECTIONS,
  CALLD_ALERT_LATENCY,
  CALLD_ALERT_ERRORS,
  CALLD_ALERT_MEMORY,
  CALLD_ALERT_STORE,
  /*< private >*/
  CALLD_N_ALERTS,
} CalldAlert;

/**
 * CalldAlertRule:
 * @name: a word for programs
 * @summary: a sentence for people
 * @unit: what the value is in: "ratio", "seconds" or "failing"
 * @raise_above: it is raised when the value was above this
 * @raise_seconds: for so long without a break
 * @resolve_below: it is resolved when the value was below this, which is lower, so that a value
 *   that hovers at the threshold does not flap
 * @resolve_seconds: for so long without a break
 *
 * When an alert is raised and when it is over.
 */
typedef struct {
  const char *name;
  const char *summary;
  const char *unit;
  double raise_above;
  guint raise_seconds;
  double resolve_below;
  guint resolve_seconds;
} CalldAlertRule;

/**
 * CalldAlertState:
 * @raised: whether it holds
 * @value: the last value; negative for nothing measured
 * @turning_us: since when the value says the opposite of @raised; 0 if it does not
 *
 * Where an alert stands. Starts as zeros.
 */
typedef struct {
  gboolean raised;
  double value;
  gint64 turning_us;
} CalldAlertState;

/**
 * CalldAlertChange:
 *
 * What a new value did.
 */
typedef enum {
  CALLD_ALERT_UNCHANGED,
  CALLD_ALERT_RAISED,
  CALLD_ALERT_RESOLVED,
} CalldAlertChange;

const CalldAlertRule *calld_alert_get_rule (CalldAlert alert);
CalldAlertChange
calld_alert_feed (const CalldAlertRule *rule, CalldAlertState *state, double value, gint64 now_us);

G_END_DECLS
