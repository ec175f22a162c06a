/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-backoff.h"
#include "call-message-rules.h"
#include "call-rate-limit.h"

#define MINUTE G_GINT64_CONSTANT (60000)

static void
test_backoff_grows (void)
{
  CallBackoff backoff = CALL_BACKOFF_DEFAULT;
  const guint expected[] = { 1000, 2000, 4000, 5000, 5000, 5000 };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (call_backoff_next (&backoff, 0.5), ==, expected[i]);
  call_backoff_reset (&backoff);
  g_assert_cmpuint (call_backoff_next (&backoff, 0.5), ==, 1000);
}

static void
test_backoff_jitter (void)
{
  CallBackoff low = CALL_BACKOFF_DEFAULT;
  CallBackoff high = CALL_BACKOFF_DEFAULT;

  g_assert_cmpuint (call_backoff_next (&low, 0.0), ==, 500);
  g_assert_cmpuint (call_backoff_next (&high, 1.0), ==, 1500);
  for (int i = 0; i < 20; i++) {
    CallBackoff any = CALL_BACKOFF_DEFAULT;
    guint delay;

    any.attempts = (guint) i;
    delay = call_backoff_next (&any, g_test_rand_double ());
    g_assert_cmpuint (delay, >=, 500);
    g_assert_cmpuint (delay, <=, 5000);
  }
}

static void
test_backoff_never_overflows (void)
{
  CallBackoff backoff = CALL_BACKOFF_DEFAULT;

  backoff.attempts = G_MAXUINT;
  g_assert_cmpuint (call_backoff_next (&backoff, 0.5), ==, 5000);
  g_assert_cmpuint (backoff.attempts, ==, G_MAXUINT);
}

static void
test_bucket (void)
{
  CallRateLimit limit;
  gint64 retry;

  call_rate_limit_init (&limit, 3, 60);
  for (int i = 0; i < 3; i++)
    g_assert_true (call_rate_limit_take (&limit, 1, 1000, &retry));
  g_assert_cmpint (retry, ==, 0);
  g_assert_false (call_rate_limit_take (&limit, 1, 1000, &retry));
  g_assert_cmpint (retry, ==, 1000);
  g_assert_false (call_rate_limit_take (&limit, 1, 1999, &retry));
  g_assert_cmpint (retry, ==, 1);
  g_assert_true (call_rate_limit_take (&limit, 1, 2000, NULL));
  g_assert_false (call_rate_limit_take (&limit, 1, 2000, NULL));
}

static void
test_bucket_refills (void)
{
  CallRateLimit limit;

  call_rate_limit_init (&limit, 5, 100);
  g_assert_true (call_rate_limit_is_full (&limit, 0));
  g_assert_true (call_rate_limit_take (&limit, 5, 0, NULL));
  g_assert_false (call_rate_limit_is_full (&limit, 2999));
  g_assert_true (call_rate_limit_is_full (&limit, 3000));
  g_assert_false (call_rate_limit_take (&limit, 6, 10 * MINUTE, NULL));
  g_assert_true (call_rate_limit_take (&limit, 5, 10 * MINUTE, NULL));
  g_assert_true (call_rate_limit_is_full (&limit, G_MAXINT64));
}

/* So many in a minute, no more and no fewer, however they are spread. */
static void
test_bucket_rate (void)
{
  CallRateLimit limit;
  guint taken = 0;

  call_rate_limit_init (&limit, 10, 100);
  for (gint64 now = 0; now < 10 * MINUTE; now += 37)
    taken += call_rate_limit_take (&limit, 1, now, NULL) ? 1 : 0;
  g_assert_cmpuint (taken, >=, 1008);
  g_assert_cmpuint (taken, <=, 1010);
}

static void
test_bucket_clock_going_back (void)
{
  CallRateLimit limit;

  call_rate_limit_init (&limit, 1, 60);
  g_assert_true (call_rate_limit_take (&limit, 1, 10000, NULL));
  g_assert_false (call_rate_limit_take (&limit, 1, 0, NULL));
  g_assert_false (call_rate_limit_take (&limit, 1, 10500, NULL));
  g_assert_true (call_rate_limit_take (&limit, 1, 11000, NULL));
}

static void
test_bucket_extremes (void)
{
  CallRateLimit none;
  CallRateLimit large;

  call_rate_limit_init (&none, 0, 0);
  g_assert_false (call_rate_limit_take (&none, 1, 0, NULL));
  call_rate_limit_init (&large, G_MAXUINT, 1);
  g_assert_true (call_rate_limit_take (&large, G_MAXUINT, 0, NULL));
  g_assert_false (call_rate_limit_take (&large, 1, 0, NULL));
}

static void
assert_content (const char *content, CallMessageKind kind, int code)
{
  g_autoptr (GError) error = NULL;
  gboolean good = call_message_rules_check_content (content, kind, &error);

  if (code < 0) {
    g_assert_no_error (error);
    g_assert_true (good);
    return;
  }
  g_assert_error (error, CALL_ERROR, code);
  g_assert_false (good);
}

static void
test_message_content (void)
{
  g_autofree char *longest = g_strnfill (CALL_MESSAGE_MAX_LENGTH, 'a');
  g_autofree char *too_long = g_strnfill (CALL_MESSAGE_MAX_LENGTH + 1, 'a');

  assert_content ("Olá", CALL_MESSAGE_TEXT, -1);
  assert_content ("", CALL_MESSAGE_TEXT, CALL_ERROR_INVALID);
  assert_content (" \t\n\u00a0\u2003", CALL_MESSAGE_TEXT, CALL_ERROR_INVALID);
  assert_content ("", CALL_MESSAGE_IMAGE, -1);
  assert_content (NULL, CALL_MESSAGE_TEXT, CALL_ERROR_INVALID);
  assert_content ("\xff\xfe", CALL_MESSAGE_TEXT, CALL_ERROR_INVALID);
  assert_content (longest, CALL_MESSAGE_TEXT, -1);
  assert_content (too_long, CALL_MESSAGE_TEXT, CALL_ERROR_TOO_LARGE);
}

static void
test_message_temp_id (void)
{
  g_autofree char *longest = g_strnfill (CALL_MESSAGE_TEMP_ID_MAX_LENGTH, 'x');
  g_autofree char *too_long = g_strnfill (CALL_MESSAGE_TEMP_ID_MAX_LENGTH + 1, 'x');

  g_assert_true (call_message_rules_check_temp_id (NULL, NULL));
  g_assert_true (call_message_rules_check_temp_id ("tmp_1", NULL));
  g_assert_true (call_message_rules_check_temp_id (longest, NULL));
  g_assert_false (call_message_rules_check_temp_id (too_long, NULL));
  g_assert_false (call_message_rules_check_temp_id ("", NULL));
  g_assert_false (call_message_rules_check_temp_id ("a b", NULL));
  g_assert_false (call_message_rules_check_temp_id ("é", NULL));
}

static void
test_message_edit_and_recall (void)
{
  const CallMessageRules rules = CALL_MESSAGE_RULES_DEFAULT;
  const CallMessageRules never = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (call_message_rules_may_edit (CALL_MESSAGE_TEXT, "other", NULL));
  g_assert_false (call_message_rules_may_edit (CALL_MESSAGE_TEXT, " ", NULL));
  g_assert_true (call_message_rules_may_edit (CALL_MESSAGE_IMAGE, "", NULL));
  g_assert_true (call_message_rules_may_recall (&rules, 0, 5 * MINUTE, NULL));
  g_assert_false (call_message_rules_may_recall (&rules, 0, 5 * MINUTE + 1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LATE);
  g_assert_false (call_message_rules_may_recall (&never, 0, 0, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/backoff/grows", test_backoff_grows);
  g_test_add_func ("/rules/backoff/jitter", test_backoff_jitter);
  g_test_add_func ("/rules/backoff/never-overflows", test_backoff_never_overflows);
  g_test_add_func ("/rules/rate-limit/bucket", test_bucket);
  g_test_add_func ("/rules/rate-limit/refills", test_bucket_refills);
  g_test_add_func ("/rules/rate-limit/rate", test_bucket_rate);
  g_test_add_func ("/rules/rate-limit/clock-going-back", test_bucket_clock_going_back);
  g_test_add_func ("/rules/rate-limit/extremes", test_bucket_extremes);
  g_test_add_func ("/rules/message/content", test_message_content);
  g_test_add_func ("/rules/message/temp-id", test_message_temp_id);
  g_test_add_func ("/rules/message/edit-and-recall", test_message_edit_and_recall);

  return g_test_run ();
}
