/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-auth.h"
#include "calld-test-clinic.h"

#include "call-jwt.h"

#include <sodium.h>
#include <string.h>

#define MINUTE G_GINT64_CONSTANT (60000)

/* Of a key pair whose private half was thrown away; the token is good until 2100. */
static const char foreign_key[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq9Zc1PkEI0B9dfRRWT2/\n"
    "6LtoQil1OvC4yshtUQimXJgslTX/8cMIlvQVQURECdCF5kHV0dv272BWs3FGE0mg\n"
    "GK0xpd0r5bY0yMRJ3gBXgZzHq2a0tgKlbOoqZVYN7MEfMVq+NuvjhWUmhTjJ12VT\n"
    "HL/bpnvwCsk7MIJDmP9C0t4R03h0fv+QdWNvLg+eZ65K802yf20WZhudNWQEZuKr\n"
    "uRCbL1l+UyryOgVpW2RmQ2Rzos40kt19OOdorNkghlRKh4XTBV2JIW06iwFBTYK8\n"
    "qe2w4OGMCvqGF1X613X7SJjkeIvEpolUtXmsMciZu1gID0ZJOwxryrAEDitYQkLN\n"
    "cQIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
static const char foreign_token[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIyYjFmMGM1ZS03ZjQzLTRhNTMtOWQwYS0"
    "wZDJjNmY1YjhhMTEiLCJyb2xlIjoiZG9jdG9yIiwibmFtZSI6IkRyLiBFbHNld2hlcmUiLCJleHAiOjQ"
    "xMDI0NDQ4MDB9.cYbO3mvzQ5N74H1RnMel4L7_clO-yXHSToEPZ9mi6TxZTI-5UiMprnu9-"
    "q8Rrs1lz9Vleo82Bwo_7_A5YRFV8o1WDg4YRwVq4BglUMsRjF9kajC_qHIfOpw3-"
    "O75XVTOhmC5UxgCHrt4FvnqD0paFLnJvmLtrMKZkCnHF_Kg18Fo9yYJ0AymBAUxw1tw5LkFHohJlVBhZ"
    "BOYh0bndC0yBLluZOOrDLlg_3Oz2zwI2JYggFoyLlcxBd1QokOA6k9QaK6J-"
    "5v8p1sCByTdEJ7EPZkUp03sK_BNcwd-"
    "H3TnCpMXuyr_gV2_4nPu3jRnCWzDgxpTPfEzBezqcHr2XP5ubA";

typedef struct {
  Clinic clinic;
  CalldConfig *config;
  CalldClock *clock;
  CalldAuth *auth;
} Fixture;

static void
give_password (Fixture *self, const char *hash)
{
  CalldChange *change = calld_change_new ();

  g_free (self->clinic.doctor->password_hash);
  self->clinic.doctor->password_hash = g_strdup (hash);
  calld_change_update_user (change, self->clinic.doctor);
  g_assert_true (clinic_commit (&self->clinic, change, NULL));
}

static void
hash_password (Fixture *self, const char *password)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *hash = NULL;

  calld_auth_hash_password_async (self->auth, password, NULL, await_cb, &result);
  hash = calld_auth_hash_password_finish (self->auth, await (&result), NULL);
  give_password (self, hash);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) environment = NULL;
  CalldConfigSources sources = { 0 };
  g_autoptr (GError) error = NULL;

  clinic_set_up (&self->clinic, data);
  environment = g_environ_setenv (g_new0 (char *, 1), "STATE_DIRECTORY", self->clinic.directory,
                                  TRUE);
  environment = g_environ_setenv (environment, "PUBLIC_URL", "https://consult.example.org", TRUE);
  sources.environment = environment;
  self->config = calld_config_load (&sources, &error);
  g_assert_no_error (error);
  self->clock = calld_clock_new_for_tests (CLINIC_NOW);
  self->auth = calld_auth_new (self->config, self->clock, self->clinic.store, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->auth);
  g_clear_object (&self->clock);
  calld_config_unref (self->config);
  clinic_tear_down (&self->clinic, data);
}

static CalldIdentity *
sign_in (Fixture *self, const char *email, const char *password, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_auth_sign_in_async (self->auth, email, password, "127.0.0.1", NULL, await_cb, &result);
  return calld_auth_sign_in_finish (self->auth, await (&result), error);
}

static void
refuse (Fixture *self, const char *email, const char *password, CallError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sign_in (self, email, password, &error));
  g_assert_error (error, CALL_ERROR, (int) code);
}

static void
test_password (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;

  hash_password (self, "correct horse");
  identity = sign_in (self, " ANA@Example.org ", "correct horse", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity->user_id, ==, self->clinic.doctor->id);
  g_assert_cmpstr (identity->time_zone, ==, "America/Sao_Paulo");
  g_assert_cmpint (identity->role, ==, CALL_ROLE_DOCTOR);
  g_assert_null (identity->appointment_id);
  g_assert_false (identity->local_operator);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  refuse (self, "ana@example.org", "", CALL_ERROR_BAD_CREDENTIALS); /* has no password yet */
  hash_password (self, "correct horse");
  refuse (self, "ana@example.org", "correct", CALL_ERROR_BAD_CREDENTIALS);
  refuse (self, "nobody@example.org", "correct horse", CALL_ERROR_BAD_CREDENTIALS);
  refuse (self, "", "correct horse", CALL_ERROR_BAD_CREDENTIALS);
  refuse (self, "ana@example.org' OR 1=1 --", "correct horse", CALL_ERROR_BAD_CREDENTIALS);
}

/* Whether there is an account must not show; not even by an account that is switched off. */
static void
test_inactive (Fixture *self, gconstpointer data)
{
  hash_password (self, "correct horse");
  self->clinic.doctor->active = FALSE;
  hash_password (self, "correct horse");
  refuse (self, "ana@example.org", "wrong", CALL_ERROR_BAD_CREDENTIALS);
  refuse (self, "ana@example.org", "correct horse", CALL_ERROR_FORBIDDEN);
}

static void
test_throttled (Fixture *self, gconstpointer data)
{
  guint retry;

  hash_password (self, "correct horse");
  for (guint i = 0; i < 5; i++)
    refuse (self, "ana@example.org", "wrong", CALL_ERROR_BAD_CREDENTIALS);
  /* Now even the right one is not looked at. */
  refuse (self, "Ana@example.org", "correct horse", CALL_ERROR_RATE_LIMITED);
  retry = calld_auth_get_retry_seconds (self->auth, "ana@example.org", "127.0.0.1");
  g_assert_cmpuint (retry, ==, 12);
  calld_clock_advance (self->clock, retry * 1000);
  calld_identity_unref (sign_in (self, "ana@example.org", "correct horse", NULL));
  refuse (self, "ana@example.org", "wrong", CALL_ERROR_BAD_CREDENTIALS);
}

/* A hash with the costs of other days is renewed by whoever signs in. */
static void
test_rehash (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldIdentity) identity = NULL, again = NULL;
  g_autoptr (CalldUserRecord) user = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  char old[crypto_pwhash_STRBYTES];

  g_assert_cmpint (crypto_pwhash_str (old, "correct horse", 13, 1, 8 * 1024 * 1024), ==, 0);
  give_password (self, old);
  identity = sign_in (self, "ana@example.org", "correct horse", NULL);
  g_assert_nonnull (identity);
  calld_store_get_user_async (self->clinic.store, identity->user_id, NULL, await_cb, &result);
  user = calld_store_get_user_finish (self->clinic.store, await (&result), NULL);
  g_assert_cmpstr (user->password_hash, !=, old);
  again = sign_in (self, "ana@example.org", "correct horse", NULL);
  g_assert_nonnull (again);
}

/* --- tokens --- */

static void
test_token (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldIdentity) who = calld_auth_identity_for_user (self->auth, self->clinic.doctor);
  g_autofree char *token = calld_auth_issue_token (self->auth, who, NULL);
  g_autoptr (CalldIdentity) found = NULL;
  g_autoptr (GError) error = NULL;

  found = calld_auth_verify_token (self->auth, token, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found->user_id, ==, who->user_id);
  g_assert_cmpstr (found->name, ==, "Ana Souza");
  g_assert_cmpint (found->role, ==, CALL_ROLE_DOCTOR);
  g_assert_cmpint (found->expires_at, ==, who->expires_at);

  calld_clock_advance (self->clock, 43200 * G_GINT64_CONSTANT (1000) + 120 * 1000);
  g_assert_null (calld_auth_verify_token (self->auth, token, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
}

static void
test_bad_tokens (Fixture *self, gconstpointer data)
{
  static const char *const bad[] = { NULL, "", "x", "a.b.c",
                                     "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0." };
  g_autoptr (CalldIdentity) who = calld_auth_identity_for_user (self->auth, self->clinic.doctor);
  g_autofree char *token = calld_auth_issue_token (self->auth, who, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (calld_auth_verify_token (self->auth, bad[i], &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  }
  /* One bit of the signature. */
  token[strlen (token) - 3] ^= 1;
  g_assert_null (calld_auth_verify_token (self->auth, token, NULL));
}

/* A secret of somebody else's. */
static void
test_foreign_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (CallJwtKey) key = call_jwt_key_new_secret ("another secret of another server!", 33,
                                                        NULL);
  CallJwtClaims claims = { .subject = self->clinic.doctor->id,
                           .role = CALL_ROLE_ADMIN,
                           .issued_at = CLINIC_NOW / 1000,
                           .expires_at = CLINIC_NOW / 1000 + 600 };
  g_autofree char *token = call_jwt_sign (key, &claims, NULL);

  g_assert_null (calld_auth_verify_token (self->auth, token, NULL));
}

static void
trust_foreign_key (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->config->jwt_public_key = g_strdup (foreign_key);
  g_clear_object (&self->auth);
  self->auth = calld_auth_new (self->config, self->clock, self->clinic.store, &error);
  g_assert_no_error (error);
}

/* Another issuer's tokens are good where its key is configured; our own stay good. */
static void
test_foreign_issuer (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldIdentity) who = calld_auth_identity_for_user (self->auth, self->clinic.doctor);
  g_autofree char *own = calld_auth_issue_token (self->auth, who, NULL);
  g_autoptr (CalldIdentity) foreign = NULL, known = NULL;

  g_assert_null (calld_auth_verify_token (self->auth, foreign_token, NULL));
  trust_foreign_key (self);
  foreign = calld_auth_verify_token (self->auth, foreign_token, NULL);
  g_assert_nonnull (foreign);
  g_assert_cmpstr (foreign->user_id, ==, "2b1f0c5e-7f43-4a53-9d0a-0d2c6f5b8a11");
  g_assert_cmpint (foreign->role, ==, CALL_ROLE_DOCTOR);
  known = calld_auth_verify_token (self->auth, own, NULL);
  g_assert_nonnull (known);
  /* It opens no visit: links are ours alone. */
  g_assert_null (calld_auth_verify_link (self->auth, foreign_token, NULL));
}

/* A public key is public: as a secret of HS256 it must open nothing. */
static void
test_key_as_secret (Fixture *self, gconstpointer data)
{
  g_autoptr (CallJwtKey) key = call_jwt_key_new_secret (foreign_key, strlen (foreign_key), NULL);
  CallJwtClaims claims = { .subject = self->clinic.doctor->id,
                           .role = CALL_ROLE_ADMIN,
                           .issued_at = CLINIC_NOW / 1000,
                           .expires_at = CLINIC_NOW / 1000 + 600 };
  g_autofree char *token = call_jwt_sign (key, &claims, NULL);

  trust_foreign_key (self);
  g_assert_null (calld_auth_verify_token (self->auth, token, NULL));
}

static char *
sign_as (Fixture *self, const char *audience, const char *issuer)
{
  gsize length;
  const void *secret = g_bytes_get_data (self->config->jwt_secret, &length);
  g_autoptr (CallJwtKey) key = call_jwt_key_new_secret (secret, length, NULL);
  CallJwtClaims claims = { .subject = self->clinic.doctor->id,
                           .role = CALL_ROLE_DOCTOR,
                           .audience = (char *) audience,
                           .issuer = (char *) issuer,
                           .expires_at = CLINIC_NOW / 1000 + 600 };

  return call_jwt_sign (key, &claims, NULL);
}

/* JWT_AUDIENCE and JWT_ISSUER: what they say, tokens have to say, and ours do. */
static void
test_audience_and_issuer (Fixture *self, gconstpointer data)
{
  static const struct {
    const char *audience;
    const char *issuer;
    gboolean is_good_before;
    gboolean is_good;
  } cases[] = {
    { NULL, NULL, TRUE, FALSE },         { "visits", "clinic", FALSE, TRUE },
    { "visits", NULL, FALSE, FALSE },    { NULL, "clinic", TRUE, FALSE },
    { "visits", "other", FALSE, FALSE }, { "other", "clinic", FALSE, FALSE },
    { "join", "clinic", FALSE, FALSE },
  };
  g_autoptr (CalldIdentity) who = calld_auth_identity_for_user (self->auth, self->clinic.doctor);
  g_autoptr (CalldAppointmentRecord) appointment = clinic_appointment (&self->clinic);
  g_autoptr (CalldIdentity) known = NULL, linked = NULL;
  g_autofree char *own = NULL, *url = NULL;

  for (guint strict = 0; strict < 2; strict++) {
    self->config->jwt_audience = g_strdup (strict ? "visits" : NULL);
    self->config->jwt_issuer = g_strdup (strict ? "clinic" : NULL);
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
      g_autofree char *token = sign_as (self, cases[i].audience, cases[i].issuer);
      g_autoptr (CalldIdentity) found = calld_auth_verify_token (self->auth, token, NULL);

      g_assert_true ((found != NULL) == (strict ? cases[i].is_good : cases[i].is_good_before));
    }
  }
  own = calld_auth_issue_token (self->auth, who, NULL);
  known = calld_auth_verify_token (self->auth, own, NULL);
  g_assert_nonnull (known);
  url = calld_auth_make_link (self->auth, appointment, NULL, NULL);
  linked = calld_auth_verify_link (self->auth, url, NULL);
  g_assert_nonnull (linked);
}

static void
test_useless_key (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->config->jwt_public_key = g_strdup ("no key");
  g_assert_null (calld_auth_new (self->config, self->clock, self->clinic.store, &error));
  g_assert_nonnull (strstr (error->message, "JWT_PUBLIC_KEY_FILE"));
}

/* --- links --- */

static void
test_link (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) appointment = clinic_appointment (&self->clinic);
  g_autoptr (CalldIdentity) patient = NULL, by_part = NULL, by_token = NULL;
  g_autofree char *url = NULL, *token = NULL;
  g_autoptr (GError) error = NULL;
  gint64 expires_at = 0, closes_at = appointment->scheduled_at + 45 * MINUTE;

  url = calld_auth_make_link (self->auth, appointment, &expires_at, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (url, "https://consult.example.org/join#ey"));
  g_assert_cmpint (expires_at, ==, closes_at);

  patient = calld_auth_verify_link (self->auth, url, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (patient->user_id, ==, self->clinic.patient->id);
  g_assert_cmpstr (patient->appointment_id, ==, appointment->id);
  g_assert_cmpint (patient->role, ==, CALL_ROLE_PATIENT);
  by_part = calld_auth_verify_link (self->auth, strchr (url, '#') + 1, NULL);
  g_assert_nonnull (by_part);

  /* Its token is bound to the same visit, and outlasts the window for whoever is inside. */
  token = calld_auth_issue_token (self->auth, patient, NULL);
  by_token = calld_auth_verify_token (self->auth, token, NULL);
  g_assert_cmpstr (by_token->appointment_id, ==, appointment->id);
  g_assert_cmpint (by_token->expires_at, ==, closes_at + 60 * MINUTE);

  calld_clock_jump (self->clock, closes_at - CLINIC_NOW + 2 * MINUTE);
  g_assert_null (calld_auth_verify_link (self->auth, url, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  g_clear_error (&error);
  g_assert_null (calld_auth_make_link (self->auth, appointment, NULL, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LATE);
}

/* Neither passes for the other. */
static void
test_link_is_no_token (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) appointment = clinic_appointment (&self->clinic);
  g_autoptr (CalldIdentity) who = calld_auth_identity_for_user (self->auth, self->clinic.patient);
  g_autofree char *token = calld_auth_issue_token (self->auth, who, NULL);
  g_autofree char *url = calld_auth_make_link (self->auth, appointment, NULL, NULL);

  g_assert_null (calld_auth_verify_token (self->auth, strchr (url, '#') + 1, NULL));
  g_assert_null (calld_auth_verify_link (self->auth, token, NULL));
  g_assert_null (calld_auth_verify_link (self->auth, NULL, NULL));
  g_assert_null (calld_auth_verify_link (self->auth, "#", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) g_test_add ("/auth/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("password", test_password);
  ADD ("refused", test_refused);
  ADD ("inactive", test_inactive);
  ADD ("throttled", test_throttled);
  ADD ("rehash", test_rehash);
  ADD ("token", test_token);
  ADD ("bad-tokens", test_bad_tokens);
  ADD ("foreign-secret", test_foreign_secret);
  ADD ("foreign-issuer", test_foreign_issuer);
  ADD ("audience-and-issuer", test_audience_and_issuer);
  ADD ("key-as-secret", test_key_as_secret);
  ADD ("useless-key", test_useless_key);
  ADD ("link", test_link);
  ADD ("link-is-no-token", test_link_is_no_token);
  return g_test_run ();
}
