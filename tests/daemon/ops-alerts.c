/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>

#include "calld-alert-rules.h"
#include "calld-log.h"
#include "calld-metrics.h"
#include "calld-watchdog.h"

#include <string.h>

/* The rules one by one, then the watchdog that feeds them, with a clock that is moved. */

#define SECOND ((gint64) G_USEC_PER_SEC)
#define START (1000 * SECOND)
#define INTERVAL_S (CALLD_WATCHDOG_INTERVAL_MS / 1000)

/* --- one rule --------------------------------------------------------------------------------- */

typedef struct {
  guint at_s;
  double value;
  CalldAlertChange change;
} Step;

static void
feed (const CalldAlertRule *rule, const Step *steps, gsize n)
{
  CalldAlertState state = { 0 };

  for (gsize i = 0; i < n; i++) {
    g_test_message ("%s at %u s: %g", rule->name, steps[i].at_s, steps[i].value);
    g_assert_cmpint (
        calld_alert_feed (rule, &state, steps[i].value, START + steps[i].at_s * SECOND), ==,
        steps[i].change);
  }
}

static void
test_sustained (void)
{
  static const CalldAlertRule rule = { "x", "", "seconds", 0.2, 60, 0.15, 60 };
  static const Step steps[] = {
    { 0, 0.1, CALLD_ALERT_UNCHANGED },    { 10, 0.3, CALLD_ALERT_UNCHANGED },
    { 69, 0.3, CALLD_ALERT_UNCHANGED },   { 70, 0.3, CALLD_ALERT_RAISED },
    { 80, 0.5, CALLD_ALERT_UNCHANGED },   { 90, 0.18, CALLD_ALERT_UNCHANGED },
    { 200, 0.18, CALLD_ALERT_UNCHANGED }, { 210, 0.1, CALLD_ALERT_UNCHANGED },
    { 269, 0.1, CALLD_ALERT_UNCHANGED },  { 270, 0.1, CALLD_ALERT_RESOLVED },
    { 280, 0.1, CALLD_ALERT_UNCHANGED },  { 300, 0.3, CALLD_ALERT_UNCHANGED },
    { 360, 0.3, CALLD_ALERT_RAISED },
  };

  feed (&rule, steps, G_N_ELEMENTS (steps));
}

static void
test_flapping (void)
{
  static const CalldAlertRule rule = { "x", "", "ratio", 0.8, 30, 0.75, 60 };
  CalldAlertState state = { 0 };

  /* A value that goes up and down faster than the rule's time says nothing, */
  for (guint s = 0; s < 600; s += 10)
    g_assert_cmpint (
        calld_alert_feed (&rule, &state, (s / 10) % 2 == 0 ? 0.9 : 0.5, START + s * SECOND), ==,
        CALLD_ALERT_UNCHANGED);
  /* and one that goes up and down around the threshold is told once. */
  g_assert_cmpint (calld_alert_feed (&rule, &state, 0.9, START + 600 * SECOND), ==,
                   CALLD_ALERT_UNCHANGED);
  g_assert_cmpint (calld_alert_feed (&rule, &state, 0.9, START + 630 * SECOND), ==,
                   CALLD_ALERT_RAISED);
  for (guint s = 640; s < 1200; s += 10)
    g_assert_cmpint (
        calld_alert_feed (&rule, &state, (s / 10) % 2 == 0 ? 0.81 : 0.79, START + s * SECOND), ==,
        CALLD_ALERT_UNCHANGED);
  g_assert_true (state.raised);
}

static void
test_nothing_measured (void)
{
  const CalldAlertRule *rule = calld_alert_get_rule (CALLD_ALERT_LATENCY);
  CalldAlertState state = { 0 };

  g_assert_cmpint (calld_alert_feed (rule, &state, -1, START), ==, CALLD_ALERT_UNCHANGED);
  g_assert_cmpint (calld_alert_feed (rule, &state, 1, START), ==, CALLD_ALERT_UNCHANGED);
  g_assert_cmpint (calld_alert_feed (rule, &state, 1, START + 60 * SECOND), ==, CALLD_ALERT_RAISED);
  g_assert_cmpint (calld_alert_feed (rule, &state, -1, START + 70 * SECOND), ==,
                   CALLD_ALERT_UNCHANGED);
  g_assert_cmpint (calld_alert_feed (rule, &state, -1, START + 130 * SECOND), ==,
                   CALLD_ALERT_RESOLVED);
}

static void
test_rules (void)
{
  for (int i = 0; i < CALLD_N_ALERTS; i++) {
    const CalldAlertRule *rule = calld_alert_get_rule ((CalldAlert) i);

    g_assert_nonnull (rule->name);
    g_assert_cmpfloat (rule->resolve_below, <=, rule->raise_above);
    g_assert_cmpuint (rule->resolve_seconds, >, 0);
  }
}

/* --- the watchdog ----------------------------------------------------------------------------- */

typedef struct {
  CalldClock *clock;
  CalldWatchdog *watchdog;
  CalldStats stats;
  guint raised[CALLD_N_ALERTS];
  guint resolved[CALLD_N_ALERTS];
} Fixture;

static void
take (CalldStats *stats, gpointer user_data)
{
  Fixture *fixture = user_data;

  *stats = fixture->stats;
  stats->now_us = calld_clock_monotonic_us (fixture->clock);
}

static void
on_changed (CalldAlert alert, CalldAlertChange change, double value, gpointer user_data)
{
  Fixture *fixture = user_data;

  if (change == CALLD_ALERT_RAISED)
    fixture->raised[alert]++;
  else
    fixture->resolved[alert]++;
}

static void
swallow (CalldLogLevel level, const char *line, gpointer user_data)
{
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  calld_log_set_sink (swallow, NULL);
  fixture->clock = calld_clock_new_for_tests (1767225600000);
  fixture->stats = (CalldStats){
    .max_connections = 1000,
    .store.healthy = TRUE,
    .process = { .resident_bytes = 100, .limit_bytes = 1000 },
  };
  fixture->watchdog = calld_watchdog_new (&(CalldWatchdogOptions){
      .clock = fixture->clock,
      .take = take,
      .changed = on_changed,
      .user_data = fixture,
  });
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  calld_watchdog_free (fixture->watchdog);
  g_assert_cmpuint (calld_clock_get_n_timers (fixture->clock), ==, 0);
  g_object_unref (fixture->clock);
  calld_log_set_sink (NULL, NULL);
}

/* Passes time; @work happens before each look. */
static void
pass (Fixture *fixture, guint seconds, void (*work) (void))
{
  for (guint s = 0; s < seconds; s += INTERVAL_S) {
    if (work != NULL)
      work ();
    calld_clock_advance (fixture->clock, CALLD_WATCHDOG_INTERVAL_MS);
  }
}

static void
expect (Fixture *fixture, CalldAlert alert, guint raised, guint resolved)
{
  g_assert_cmpuint (fixture->raised[alert], ==, raised);
  g_assert_cmpuint (fixture->resolved[alert], ==, resolved);
  g_assert_cmpint (calld_watchdog_is_raised (fixture->watchdog, alert), ==, raised > resolved);
  g_assert_cmpuint (calld_watchdog_count_raised (fixture->watchdog, alert), ==, raised);
}

static void
test_connections (Fixture *fixture, gconstpointer data)
{
  fixture->stats.hub.connections = 900;
  pass (fixture, 60, NULL);
  expect (fixture, CALLD_ALERT_CONNECTIONS, 0, 0);
  fixture->stats.hub.connections = 901;
  pass (fixture, 60, NULL);
  expect (fixture, CALLD_ALERT_CONNECTIONS, 1, 0);
  fixture->stats.hub.connections = 860;
  pass (fixture, 120, NULL);
  expect (fixture, CALLD_ALERT_CONNECTIONS, 1, 0);
  fixture->stats.hub.connections = 100;
  pass (fixture, 70, NULL);
  expect (fixture, CALLD_ALERT_CONNECTIONS, 1, 1);
}

static void
slow_request (void)
{
  for (guint i = 0; i < 10; i++)
    calld_metrics_observe (CALLD_SERIES_HTTP, 300 * 1000);
}

static void
quick_request (void)
{
  for (guint i = 0; i < 1000; i++)
    calld_metrics_observe (CALLD_SERIES_EVENT, 1000);
}

static void
test_latency (Fixture *fixture, gconstpointer data)
{
  pass (fixture, 30, quick_request);
  pass (fixture, 50, slow_request);
  expect (fixture, CALLD_ALERT_LATENCY, 0, 0);
  pass (fixture, 30, slow_request);
  expect (fixture, CALLD_ALERT_LATENCY, 1, 0);
  pass (fixture, 60, slow_request);
  expect (fixture, CALLD_ALERT_LATENCY, 1, 0);
  /* The slow ones have to leave the minute that is looked at, and that has to last. */
  pass (fixture, 50, quick_request);
  expect (fixture, CALLD_ALERT_LATENCY, 1, 0);
  pass (fixture, 90, quick_request);
  expect (fixture, CALLD_ALERT_LATENCY, 1, 1);
}

static void
fail_one_in_ten (void)
{
  calld_metrics_add (CALLD_COUNT_EVENTS, 10);
  calld_metrics_count_error (CALL_ERROR_FAILED);
}

static void
refuse_half (void)
{
  calld_metrics_add (CALLD_COUNT_EVENTS, 10);
  for (guint i = 0; i < 5; i++)
    calld_metrics_count_error (CALL_ERROR_FORBIDDEN);
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  /* What clients do wrong is not the server's failure. */
  pass (fixture, 300, refuse_half);
  expect (fixture, CALLD_ALERT_ERRORS, 0, 0);
  pass (fixture, 120, fail_one_in_ten);
  expect (fixture, CALLD_ALERT_ERRORS, 0, 0);
  pass (fixture, 60, fail_one_in_ten);
  expect (fixture, CALLD_ALERT_ERRORS, 1, 0);
  pass (fixture, 120, refuse_half);
  expect (fixture, CALLD_ALERT_ERRORS, 1, 0);
  pass (fixture, 300, refuse_half);
  expect (fixture, CALLD_ALERT_ERRORS, 1, 1);
}

static void
test_few_requests (Fixture *fixture, gconstpointer data)
{
  calld_metrics_add (CALLD_COUNT_EVENTS, 1);
  calld_metrics_count_error (CALL_ERROR_FAILED);
  pass (fixture, 60, NULL);
  expect (fixture, CALLD_ALERT_ERRORS, 0, 0);
}

static void
test_memory (Fixture *fixture, gconstpointer data)
{
  fixture->stats.process.resident_bytes = 810;
  pass (fixture, 30, NULL);
  expect (fixture, CALLD_ALERT_MEMORY, 0, 0);
  pass (fixture, 10, NULL);
  expect (fixture, CALLD_ALERT_MEMORY, 1, 0);
  fixture->stats.process.resident_bytes = 500;
  pass (fixture, 70, NULL);
  expect (fixture, CALLD_ALERT_MEMORY, 1, 1);
  fixture->stats.process.limit_bytes = 0;
  fixture->stats.process.resident_bytes = 5000;
  pass (fixture, 70, NULL);
  expect (fixture, CALLD_ALERT_MEMORY, 1, 1);
}

static void
test_store (Fixture *fixture, gconstpointer data)
{
  fixture->stats.store.healthy = FALSE;
  pass (fixture, 5, NULL);
  expect (fixture, CALLD_ALERT_STORE, 1, 0);
  fixture->stats.store.healthy = TRUE;
  pass (fixture, 30, NULL);
  expect (fixture, CALLD_ALERT_STORE, 1, 0);
  /* One failure between two looks is enough, also when writing succeeds again by then. */
  calld_metrics_add (CALLD_COUNT_STORE_FAILURES, 1);
  pass (fixture, 30, NULL);
  expect (fixture, CALLD_ALERT_STORE, 1, 0);
  pass (fixture, 30, NULL);
  expect (fixture, CALLD_ALERT_STORE, 1, 1);
  calld_metrics_add (CALLD_COUNT_STORE_FAILURES, 1);
  pass (fixture, 5, NULL);
  expect (fixture, CALLD_ALERT_STORE, 2, 1);
}

static void
test_span (Fixture *fixture, gconstpointer data)
{
  CalldSpan span;

  pass (fixture, 600, fail_one_in_ten);
  calld_watchdog_get_span (fixture->watchdog, 60, &span);
  g_assert_cmpint (span.span_us, ==, 60 * SECOND);
  g_assert_cmpuint (span.events, ==, 120);
  g_assert_cmpuint (span.failures, ==, 12);
  calld_watchdog_get_span (fixture->watchdog, 300, &span);
  g_assert_cmpuint (span.events, ==, 600);
  /* No more is remembered. */
  calld_watchdog_get_span (fixture->watchdog, 3600, &span);
  g_assert_cmpint (span.span_us, ==, 300 * SECOND);
}

#define ADD(name, func) \
  g_test_add ("/alerts/watchdog/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/alerts/rules/sustained", test_sustained);
  g_test_add_func ("/alerts/rules/flapping", test_flapping);
  g_test_add_func ("/alerts/rules/nothing-measured", test_nothing_measured);
  g_test_add_func ("/alerts/rules/table", test_rules);
  ADD ("connections", test_connections);
  ADD ("latency", test_latency);
  ADD ("errors", test_errors);
  ADD ("few-requests", test_few_requests);
  ADD ("memory", test_memory);
  ADD ("store", test_store);
  ADD ("span", test_span);

  return g_test_run ();
}
