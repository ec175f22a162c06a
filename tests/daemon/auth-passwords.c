/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-login-guard.h"
#include "calld-passwords.h"
#include "calld-test-await.h"

#include "call-error.h"

#include <sodium.h>
#include <string.h>

static char *
hash (CalldPasswords *passwords, const char *password, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_passwords_hash_async (passwords, password, NULL, await_cb, &result);
  return calld_passwords_hash_finish (passwords, await (&result), error);
}

static CalldPasswordVerdict
verify (CalldPasswords *passwords, const char *known, const char *password)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldPasswordVerdict verdict = { FALSE, FALSE };

  calld_passwords_verify_async (passwords, known, password, NULL, await_cb, &result);
  calld_passwords_verify_finish (passwords, await (&result), &verdict, &error);
  g_assert_no_error (error);
  return verdict;
}

static void
test_hash_and_verify (void)
{
  g_autoptr (CalldPasswords) passwords = calld_passwords_new ();
  g_autofree char *one = hash (passwords, "correct horse", NULL);
  g_autofree char *other = hash (passwords, "correct horse", NULL);

  g_assert_true (g_str_has_prefix (one, "$argon2id$v=19$m=19456,t=2,p=1$"));
  g_assert_cmpstr (one, !=, other);
  g_assert_true (verify (passwords, one, "correct horse").right);
  g_assert_false (verify (passwords, one, "correct horse").needs_rehash);
  g_assert_false (verify (passwords, one, "correct horsf").right);
  g_assert_false (verify (passwords, one, "").right);
  g_assert_false (verify (passwords, NULL, "").right);
  g_assert_false (verify (passwords, NULL, "correct horse").right);
  g_assert_false (verify (passwords, "no hash", "correct horse").right);
}

static void
test_needs_rehash (void)
{
  g_autoptr (CalldPasswords) passwords = calld_passwords_new ();
  char old[crypto_pwhash_STRBYTES];

  g_assert_cmpint (crypto_pwhash_str (old, "correct horse", 13, 1, 8 * 1024 * 1024), ==, 0);
  g_assert_true (verify (passwords, old, "correct horse").needs_rehash);
  g_assert_false (verify (passwords, old, "wrong").needs_rehash);
}

static void
test_limits (void)
{
  g_autoptr (CalldPasswords) passwords = calld_passwords_new ();
  g_autofree char *longest = g_strnfill (CALLD_PASSWORD_MAX, 'x');
  g_autofree char *too_long = g_strnfill (CALLD_PASSWORD_MAX + 1, 'x');
  g_autofree char *good = hash (passwords, longest, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (good);
  g_assert_null (hash (passwords, too_long, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_null (hash (passwords, "1234567", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

/* More than can wait are sent away, and the others are served. */
static void
test_overflow (void)
{
  g_autoptr (CalldPasswords) passwords = calld_passwords_new ();
  GAsyncResult *results[120] = { NULL };
  guint n_served = 0, n_refused = 0;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    calld_passwords_verify_async (passwords, NULL, "x", NULL, await_cb, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (GError) error = NULL;
    CalldPasswordVerdict verdict;

    if (calld_passwords_verify_finish (passwords, await (&results[i]), &verdict, &error))
      n_served++;
    else {
      g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
      n_refused++;
    }
    g_object_unref (results[i]);
  }
  g_assert_cmpuint (n_served, >=, 64);
  g_assert_cmpuint (n_refused, >, 0);
}

/* --- counting attempts --- */

static void
test_pair (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (1000);
  g_autoptr (CalldLoginGuard) guard = calld_login_guard_new (clock);

  for (guint i = 0; i < 5; i++)
    g_assert_true (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
  g_assert_false (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
  g_assert_cmpuint (calld_login_guard_get_retry_seconds (guard, "ana", "10.0.0.1"), ==, 12);
  /* Neither another account nor the same one from elsewhere. */
  g_assert_true (calld_login_guard_enter (guard, "bia", "10.0.0.1"));
  g_assert_true (calld_login_guard_enter (guard, "ana", "10.0.0.2"));

  calld_clock_jump (clock, 3600000);
  g_assert_false (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
  calld_clock_advance (clock, 12000);
  g_assert_cmpuint (calld_login_guard_get_retry_seconds (guard, "ana", "10.0.0.1"), ==, 0);
  g_assert_true (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
  g_assert_false (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
}

static void
test_clear (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (1000);
  g_autoptr (CalldLoginGuard) guard = calld_login_guard_new (clock);

  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < 4; i++)
      g_assert_true (calld_login_guard_enter (guard, "ana", "10.0.0.1"));
    calld_login_guard_clear (guard, "ana", "10.0.0.1");
  }
}

/* Trying many accounts from one address is guessing too. */
static void
test_address (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (1000);
  g_autoptr (CalldLoginGuard) guard = calld_login_guard_new (clock);
  guint n = 0;

  for (guint i = 0; i < 200; i++) {
    g_autofree char *account = g_strdup_printf ("user%u", i);

    n += calld_login_guard_enter (guard, account, "10.0.0.1");
  }
  g_assert_cmpuint (n, ==, 60);
}

static void
test_bounded (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (1000);
  g_autoptr (CalldLoginGuard) guard = calld_login_guard_new (clock);

  for (guint i = 0; i < 2 * CALLD_LOGIN_GUARD_MAX; i++) {
    g_autofree char *address = g_strdup_printf ("10.0.%u.%u", i / 256, i % 256);

    calld_login_guard_enter (guard, "ana", address);
  }
  g_assert_cmpuint (calld_login_guard_get_size (guard), ==, CALLD_LOGIN_GUARD_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
  g_test_add_func ("/passwords/hash-and-verify", test_hash_and_verify);
  g_test_add_func ("/passwords/needs-rehash", test_needs_rehash);
  g_test_add_func ("/passwords/limits", test_limits);
  g_test_add_func ("/passwords/overflow", test_overflow);
  g_test_add_func ("/login-guard/pair", test_pair);
  g_test_add_func ("/login-guard/clear", test_clear);
  g_test_add_func ("/login-guard/address", test_address);
  g_test_add_func ("/login-guard/bounded", test_bounded);
  return g_test_run ();
}
