/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-access-policy.h"

#define MINUTE G_GINT64_CONSTANT (60000)
#define HOUR (60 * MINUTE)

static const CallAccessRules rules = CALL_ACCESS_RULES_DEFAULT;

/* 2026-03-02 14:00 UTC, 30 minutes: open from 13:50 to 14:45. */
#define SCHEDULED G_GINT64_CONSTANT (1772460000000)

static CallAccessRequest
good_request (void)
{
  return (CallAccessRequest){
    .now = SCHEDULED,
    .action = CALL_ACTION_REQUEST,
    .user_id = "doc",
    .role = CALL_ROLE_DOCTOR,
    .appointment_id = "apt",
    .doctor_id = "doc",
    .patient_id = "pat",
    .status = CALL_APPOINTMENT_SCHEDULED,
    .scheduled_at = SCHEDULED,
    .duration_minutes = 30,
    .doctor_active = TRUE,
  };
}

static void
assert_rule (const CallAccessRequest *request, CallAccessRule rule)
{
  CallAccessRefusal refusal;
  gboolean allowed = call_access_policy_check (&rules, request, &refusal);

  g_assert_cmpstr (call_access_policy_rule_name (refusal.rule), ==,
                   call_access_policy_rule_name (rule));
  g_assert_cmpint (allowed, ==, rule == CALL_RULE_NONE);
  g_assert_cmpint (call_access_policy_check (&rules, request, NULL), ==, allowed);
}

static void
test_window_edges (void)
{
  CallAccessRequest request = good_request ();
  const struct {
    gint64 now;
    CallAccessRule rule;
  } cases[] = {
    { SCHEDULED - 10 * MINUTE - 1, CALL_RULE_TOO_EARLY },
    { SCHEDULED - 10 * MINUTE, CALL_RULE_NONE },
    { SCHEDULED, CALL_RULE_NONE },
    { SCHEDULED + 45 * MINUTE, CALL_RULE_NONE },
    { SCHEDULED + 45 * MINUTE + 1, CALL_RULE_TOO_LATE },
    { 0, CALL_RULE_TOO_EARLY },
    { G_MAXINT64, CALL_RULE_TOO_LATE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    request.now = cases[i].now;
    assert_rule (&request, cases[i].rule);
  }
}

static void
test_window_is_told (void)
{
  CallAccessRequest request = good_request ();
  CallAccessRefusal refusal;

  request.now = SCHEDULED - HOUR;
  g_assert_false (call_access_policy_check (&rules, &request, &refusal));
  g_assert_cmpint (refusal.code, ==, CALL_ERROR_TOO_EARLY);
  g_assert_cmpint (refusal.opens_at, ==, SCHEDULED - 10 * MINUTE);
  g_assert_cmpint (refusal.closes_at, ==, SCHEDULED + 45 * MINUTE);
}

static void
test_long_durations_do_not_overflow (void)
{
  const CallAccessRules wide = { G_MAXUINT, G_MAXUINT, FALSE };
  gint64 opens, closes;

  call_access_policy_window (&wide, SCHEDULED, G_MAXUINT, &opens, &closes);
  g_assert_cmpint (opens, ==, SCHEDULED - (gint64) G_MAXUINT * MINUTE);
  g_assert_cmpint (closes, ==, SCHEDULED + 2 * (gint64) G_MAXUINT * MINUTE);
}

static void
test_who (void)
{
  CallAccessRequest request = good_request ();

  request.user_id = "pat";
  request.role = CALL_ROLE_PATIENT;
  assert_rule (&request, CALL_RULE_NONE);
  request.user_id = "other";
  assert_rule (&request, CALL_RULE_PARTICIPANT);
  request.role = CALL_ROLE_DOCTOR; /* another doctor is as foreign */
  assert_rule (&request, CALL_RULE_PARTICIPANT);
  request.role = CALL_ROLE_ADMIN; /* an admin takes part in no consultation */
  assert_rule (&request, CALL_RULE_PARTICIPANT);
  request.user_id = NULL;
  assert_rule (&request, CALL_RULE_PARTICIPANT);
  request.user_id = "";
  request.doctor_id = "";
  assert_rule (&request, CALL_RULE_PARTICIPANT);
}

static void
test_admin (void)
{
  CallAccessRequest request = good_request ();

  request.user_id = "boss";
  request.role = CALL_ROLE_ADMIN;
  for (int action = CALL_ACTION_SHOW; action <= CALL_ACTION_CANCEL; action++) {
    gboolean allowed = action == CALL_ACTION_SHOW || action == CALL_ACTION_END ||
                       action == CALL_ACTION_CANCEL;

    request.action = action;
    assert_rule (&request, allowed ? CALL_RULE_NONE : CALL_RULE_PARTICIPANT);
  }
}

static void
test_status (void)
{
  CallAccessRequest request = good_request ();
  CallAccessRefusal refusal;

  for (int status = 0; status <= CALL_APPOINTMENT_RESCHEDULED; status++) {
    request.status = status;
    assert_rule (&request,
                 status <= CALL_APPOINTMENT_IN_PROGRESS ? CALL_RULE_NONE : CALL_RULE_STATUS);
  }
  g_assert_false (call_access_policy_check (&rules, &request, &refusal));
  g_assert_cmpint (refusal.code, ==, CALL_ERROR_WRONG_STATUS);
  g_assert_cmpint (refusal.status, ==, CALL_APPOINTMENT_RESCHEDULED);
}

static void
test_doctor (void)
{
  const CallAccessRules strict = { 10, 15, TRUE };
  CallAccessRequest request = good_request ();
  CallAccessRefusal refusal;

  request.doctor_active = FALSE;
  assert_rule (&request, CALL_RULE_DOCTOR_INACTIVE);
  request.doctor_active = TRUE;
  request.licence_expires_at = SCHEDULED;
  assert_rule (&request, CALL_RULE_LICENCE_EXPIRED);
  request.licence_expires_at = SCHEDULED + 1;
  assert_rule (&request, CALL_RULE_NONE);
  request.licence_expires_at = 0;
  assert_rule (&request, CALL_RULE_NONE);
  g_assert_false (call_access_policy_check (&strict, &request, &refusal));
  g_assert_cmpint (refusal.rule, ==, CALL_RULE_LICENCE_EXPIRED);
  g_assert_cmpint (refusal.code, ==, CALL_ERROR_NOT_ELIGIBLE);
  /* The patient is kept out too: the visit would be held by somebody who may not. */
  request.user_id = "pat";
  request.doctor_active = FALSE;
  assert_rule (&request, CALL_RULE_DOCTOR_INACTIVE);
}

static void
test_scoped_token (void)
{
  CallAccessRequest request = good_request ();

  request.user_id = "pat";
  request.role = CALL_ROLE_PATIENT;
  request.token_appointment_id = "apt";
  assert_rule (&request, CALL_RULE_NONE);
  request.token_appointment_id = "another";
  for (int action = CALL_ACTION_SHOW; action <= CALL_ACTION_CANCEL; action++) {
    request.action = action;
    assert_rule (&request, CALL_RULE_TOKEN_SCOPE);
  }
}

/* Ending, leaving and cancelling only make a call smaller: neither clock nor status forbids them.
 */
static void
test_going_is_always_allowed (void)
{
  const CallAction going[] = { CALL_ACTION_LEAVE, CALL_ACTION_END, CALL_ACTION_CANCEL };
  CallAccessRequest request = good_request ();

  request.status = CALL_APPOINTMENT_COMPLETED;
  request.doctor_active = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (going); i++) {
    request.action = going[i];
    request.now = SCHEDULED + 100 * HOUR;
    assert_rule (&request, CALL_RULE_NONE);
    request.now = 0;
    assert_rule (&request, CALL_RULE_NONE);
  }
}

/* A stranger learns neither status nor times. */
static void
test_order_of_rules (void)
{
  CallAccessRequest request = good_request ();

  request.user_id = "other";
  request.status = CALL_APPOINTMENT_CANCELLED;
  request.now = 0;
  assert_rule (&request, CALL_RULE_PARTICIPANT);
  request.user_id = "doc";
  assert_rule (&request, CALL_RULE_STATUS);
}

static gint64
utc_ms (int year, int month, int day, int hour, int minute)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute, 0);

  return g_date_time_to_unix (time) * 1000;
}

static void
assert_local (gint64 unix_ms, const char *zone_name, const char *expected)
{
  g_autoptr (GTimeZone) zone = call_access_policy_time_zone (zone_name);
  g_autofree char *text = call_access_policy_local_time (unix_ms, zone);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_local_times (void)
{
  /* America/New_York goes to summer time on 2026-03-08 at 2:00, and back on 2026-11-01 at 2:00. */
  assert_local (utc_ms (2026, 3, 7, 15, 0), "America/New_York", "2026-03-07 10:00");
  assert_local (utc_ms (2026, 3, 8, 6, 59), "America/New_York", "2026-03-08 01:59");
  assert_local (utc_ms (2026, 3, 8, 7, 0), "America/New_York", "2026-03-08 03:00");
  assert_local (utc_ms (2026, 11, 1, 5, 30), "America/New_York", "2026-11-01 01:30");
  assert_local (utc_ms (2026, 11, 1, 6, 30), "America/New_York", "2026-11-01 01:30");
  /* Brazil has had no summer time since 2019; before, São Paulo left it on 2019-02-17 at 0:00. */
  assert_local (utc_ms (2019, 2, 17, 1, 30), "America/Sao_Paulo", "2019-02-16 23:30");
  assert_local (utc_ms (2019, 2, 17, 2, 30), "America/Sao_Paulo", "2019-02-16 23:30");
  assert_local (utc_ms (2026, 1, 15, 15, 0), "America/Sao_Paulo", "2026-01-15 12:00");
  assert_local (utc_ms (2026, 1, 15, 15, 0), "America/Manaus", "2026-01-15 11:00");
  assert_local (utc_ms (2026, 1, 15, 15, 0), "America/Noronha", "2026-01-15 13:00");
}

static void
test_bad_zones (void)
{
  const char *const bad[] = { NULL,
                              "",
                              "Mars/Olympus",
                              "../../etc/passwd",
                              "/etc/localtime",
                              ":America/New_York",
                              "America/New_York\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_local (utc_ms (2026, 3, 2, 14, 0), bad[i], "2026-03-02 14:00");
}

/* The window is so many real minutes, whatever the clocks on the wall do in it. */
static void
test_window_over_a_clock_change (void)
{
  CallAccessRequest request = good_request ();
  CallAccessRefusal refusal;
  g_autoptr (GTimeZone) zone = call_access_policy_time_zone ("America/New_York");
  g_autofree char *opens = NULL;
  g_autofree char *closes = NULL;

  request.scheduled_at = utc_ms (2026, 3, 8, 7, 5); /* 3:05 there, five minutes after the jump */
  request.now = request.scheduled_at - 11 * MINUTE;
  g_assert_false (call_access_policy_check (&rules, &request, &refusal));
  g_assert_cmpint (refusal.closes_at - refusal.opens_at, ==, (10 + 30 + 15) * MINUTE);
  opens = call_access_policy_local_time (refusal.opens_at, zone);
  closes = call_access_policy_local_time (refusal.closes_at, zone);
  g_assert_cmpstr (opens, ==, "2026-03-08 01:55");
  g_assert_cmpstr (closes, ==, "2026-03-08 03:50");
}

static void
test_sentences (void)
{
  CallAccessRequest request = good_request ();
  CallAccessRefusal refusal;
  g_autoptr (GTimeZone) zone = call_access_policy_time_zone ("America/Sao_Paulo");
  g_autofree char *early = NULL;
  g_autofree char *late = NULL;
  g_autofree char *status = NULL;

  request.now = 0;
  call_access_policy_check (&rules, &request, &refusal);
  early = call_access_policy_describe (&refusal, zone);
  g_assert_cmpstr (early, ==,
                   "The visit opens at 2026-03-02 10:50 (America/Sao_Paulo) and closes at "
                   "2026-03-02 11:45.");
  request.now = SCHEDULED + HOUR;
  call_access_policy_check (&rules, &request, &refusal);
  late = call_access_policy_describe (&refusal, zone);
  g_assert_cmpstr (late, ==,
                   "The visit was open from 2026-03-02 10:50 to 2026-03-02 11:45 "
                   "(America/Sao_Paulo).");
  request.status = CALL_APPOINTMENT_NO_SHOW;
  call_access_policy_check (&rules, &request, &refusal);
  status = call_access_policy_describe (&refusal, zone);
  g_assert_cmpstr (status, ==, "The appointment is no_show.");
}

static void
test_every_rule_has_words (void)
{
  CallAccessRefusal refusal = { 0 };
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();

  for (int rule = CALL_RULE_NONE; rule <= CALL_RULE_TOO_LATE; rule++) {
    g_autofree char *sentence = NULL;

    refusal.rule = rule;
    sentence = call_access_policy_describe (&refusal, zone);
    g_assert_true (g_str_has_suffix (sentence, "."));
    g_assert_nonnull (call_access_policy_rule_name (rule));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/access/window-edges", test_window_edges);
  g_test_add_func ("/rules/access/window-is-told", test_window_is_told);
  g_test_add_func ("/rules/access/no-overflow", test_long_durations_do_not_overflow);
  g_test_add_func ("/rules/access/who", test_who);
  g_test_add_func ("/rules/access/admin", test_admin);
  g_test_add_func ("/rules/access/status", test_status);
  g_test_add_func ("/rules/access/doctor", test_doctor);
  g_test_add_func ("/rules/access/scoped-token", test_scoped_token);
  g_test_add_func ("/rules/access/going-is-always-allowed", test_going_is_always_allowed);
  g_test_add_func ("/rules/access/order", test_order_of_rules);
  g_test_add_func ("/rules/access/local-times", test_local_times);
  g_test_add_func ("/rules/access/bad-zones", test_bad_zones);
  g_test_add_func ("/rules/access/clock-change", test_window_over_a_clock_change);
  g_test_add_func ("/rules/access/sentences", test_sentences);
  g_test_add_func ("/rules/access/every-rule-has-words", test_every_rule_has_words);

  return g_test_run ();
}
