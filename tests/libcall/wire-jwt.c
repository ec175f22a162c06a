/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-error.h"
#include "call-jwt.h"
#include "call-turn-credential.h"

#include <string.h>

/* Made with Node's crypto module, so that libjwt is not its own judge. The claims are
 * {"sub":"u1","role":"doctor","name":"Ana","exp":2000000000,"iat":1700000000}, the secret is the
 * one below; the private keys were thrown away. */
#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW G_GINT64_CONSTANT (1800000000)

/* clang-format off */
static const char key_rsa[] = "-----BEGIN PUBLIC KEY-----\n"
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArdpK5Ih2kRLOQrFvnt4+\n"
  "uXkma6R/T4Eq0W2+6oigNaPnGwkKy4zZ8ivcjcOibLNCJAaYUvwRVE2MEgaTaSiO\n"
  "95FCDjDSS0xugYtugnuM3V0+Qkwqwpi76He4JwMDC0V81/SIJuHGlHX+4Bw7XGrw\n"
  "eeLhEO5V9qlWC871Ozg9s7iv8WtKjQUOgQtWOg2Ii+VQzcf3V/ZZ0red+NnTYdKR\n"
  "nvd/yafUjAgGClQhWfGqVoNy+CsInGHujcwxbhXqLVRfpLywLKqPdX0K486Xkj/T\n"
  "I8YtLCpeuyw9Htq3VbzCzVUfYTHAzQQ0NdFCw4pysIX9ZyjTsO0mRj6r5ANAWr4I\n"
  "lQIDAQAB\n"
  "-----END PUBLIC KEY-----\n";
static const char key_ec[] = "-----BEGIN PUBLIC KEY-----\n"
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/M3uj4AcXggCwMRr74Lerz7x9ZoJ\n"
  "z4qjPgSu0ppVhX9h2TNzNmg5Xr9faQOmMKaeQIuoTkjJaIBNR++As6SEUw==\n"
  "-----END PUBLIC KEY-----\n";
static const char key_ec384[] = "-----BEGIN PUBLIC KEY-----\n"
  "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEbdkStAY4x/89wTxWhiiyC/dwNtNWZ07x\n"
  "YhPfV0treqIaLtCjdJQ1Hj5/MVMAtpOwKBYyZL8y2j3aCGQtGG8D2c5bUirCu6WJ\n"
  "+ShvcD+X4qyvY0jnoYTAlE0VYQYinqqx\n"
  "-----END PUBLIC KEY-----\n";
static const char key_small[] = "-----BEGIN PUBLIC KEY-----\n"
  "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD1+SRLWfdFMGeg+tBzR/ktEfq0\n"
  "kMr1hlDOl3gA8ZL6T5gDSbfUEYzd+Ozp0t4lgzFTQMKleNWDjHlT0Y+MqYeOUOoi\n"
  "cFdQPglCjFq5vUSmqQUxWFiNjdWqqLTQTCIHJhvh+StNACyz7TslDeb1rivc/kKA\n"
  "QM0h3kaJ/6TqlkKpXwIDAQAB\n"
  "-----END PUBLIC KEY-----\n";
static const char token_rs[] = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.ar34wM0SDdKCiV5QeL38CcDlMFbbSdq3TgNTHHpO42MMUKYQuKguJixjW9qNDzs3zOrlpK5F4zVP4e-vHIJrs7_ABLNfXAlI1_xb5ZZfMkYPpZHgNx3XhbtY4_UFjjpOW_U3kndD7xjYCH_VJQh4mDCos5BeRWGwN9Wss9Ad7ptXCQAQ0IzcZcIF4lCmDOMFzAvU6U-lHLnNQujThlRuWdldP5zDd2VwOVRiamrPxTpDurxLtC7DJ8ajCvpoxaKv7eyOIQlfCLEI02A2yK-TOLWXd8OPWvZQycKrlEt0JvyzA7iwSv6byWQu47dnckACqFpga_-9MIaaVcWpQHoCfQ";
static const char token_es[] = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.E_CBJdOFolIM-dAwaNwTmFlO-Dt1KZK9By86X-ov9-Bmoz-6qnQRJpE97voQIJFf2ADnCvb0gEYZhctwNu2v2g";
static const char token_confused[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.3ramGmThHbPTcxHR37HTAp5AzWb_0vfF8y7k8pDLdIQ";
static const char token_confused_trim[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.HSBzjECsN3N-gEVNjOqbCo8WZG21pO6oGEN3ffb9_cw";
static const char token_hs[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.ydr2rSFzmFXfj1FhU3XEadLfb36gzat7iO6lBKOMW5M";
static const char token_hs_notyp[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.NdHuUKU5FKy6s0Sz-tlTyglJCl-XO1qf-EwykjsNLkU";
static const char token_none[] = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.";
static const char token_None[] = "eyJhbGciOiJOb25lIn0.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.Zz_9c2qqZZdbFCKDkXr5RapkfVk8XY3LLzgdEPEeMbw";
static const char token_hs512[] = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.4ajn6_nRNuVAqO9sODKRB-WQigRpbM2HhUH6nI9qWtlmYKhhwG6_bTnSysHbKfcbVw6DQ-nJslBQmFsPlJBulA";
static const char token_crit[] = "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.lQFDMo44rufNnzmCZqzqZMYktXVCc6QAsKmIK_HFwRY";
static const char token_critempty[] = "eyJhbGciOiJIUzI1NiIsImNyaXQiOltdfQ.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.EpNuWNT0lzxCmjCq8siy3_ouIV_qBWE6jyWnFZ5iDGU";
static const char token_audarr[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDAsImF1ZCI6WyJvdGhlciIsImpvaW4iXX0.zr0QbSQVi-kYEq9MkMNkOw5VrvZrWpzRxHDQG75DArc";
static const char token_aud[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDAsImF1ZCI6ImpvaW4ifQ.u7uP5uPzEiKKVB5s5isLFLrG8-apAF9IP7OIDAGym2c";
static const char token_nosub[] = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwMDAwMDAwMDB9.HZqu0zoMNB2N5ubTegxW35DmNVYa4Mn5x0eGt2rED2s";
static const char token_emptysub[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIiLCJleHAiOjIwMDAwMDAwMDB9.6RooGcDFkqos08ZW0wH-ZwDl4yvxCP5woJWBSdqrc-U";
static const char token_noexp[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.0WeS0GPJbDx5SrfDAea0MarPJd_STZsa5N__5MiGzbs";
static const char token_strexp[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSIsImV4cCI6IjIwMDAwMDAwMDAifQ.D5xDT7aBLTlqpephujNBGI8suG5anRaFTos7VAsJc0w";
static const char token_role[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSIsInJvbGUiOiJnb2QiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.-kNoSvRkZ1mTFetuWc4j58jFudLmSsU06IIeA6_PuDQ";
static const char token_array[] = "eyJhbGciOiJIUzI1NiJ9.WzFd.Rpo2xEeZb82BajcqCRZiv6-7XSeJtl-nG9oRPwQkdwo";
static const char token_dupalg[] = "eyJhbGciOiJub25lIiwiYWxnIjoiSFMyNTYifQ.eyJzdWIiOiJ1MSIsInJvbGUiOiJkb2N0b3IiLCJuYW1lIjoiQW5hIiwiZXhwIjoyMDAwMDAwMDAwLCJpYXQiOjE3MDAwMDAwMDB9.DHpCW0WLgK7k6jx_iP85zLZ5Qcsvv2hz5KwJn-EYX0g";
/* clang-format on */

static CallJwtKey *
secret_key (void)
{
  g_autoptr (GError) error = NULL;
  CallJwtKey *key = call_jwt_key_new_secret (SECRET, strlen (SECRET), &error);

  g_assert_no_error (error);
  return key;
}

static CallJwtKey *
public_key (const char *pem)
{
  g_autoptr (GError) error = NULL;
  CallJwtKey *key = call_jwt_key_new_public (pem, &error);

  g_assert_no_error (error);
  return key;
}

static void
assert_refused (const CallJwtKey *key, const char *token, const char *audience, gint64 now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallJwtClaims) claims = call_jwt_verify (key, token, audience, now, &error);

  g_assert_null (claims);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
}

static void
assert_accepted (const CallJwtKey *key, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallJwtClaims) claims = call_jwt_verify (key, token, NULL, NOW, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (claims->subject, ==, "u1");
  g_assert_cmpint (claims->role, ==, CALL_ROLE_DOCTOR);
  g_assert_cmpstr (claims->name, ==, "Ana");
  g_assert_null (claims->appointment_id);
  g_assert_cmpint (claims->expires_at, ==, 2000000000);
  g_assert_cmpint (claims->issued_at, ==, 1700000000);
}

static void
test_keys (void)
{
  static const char *const bad[] = {
    "",
    "hello",
    "-----BEGIN PUBLIC KEY-----",
    "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    key_small,
    key_ec384,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (CallJwtKey) rsa = public_key (key_rsa);
  g_autoptr (CallJwtKey) ec = public_key (key_ec);
  g_autoptr (CallJwtKey) secret = secret_key ();
  g_autoptr (CallJwtKey) again = call_jwt_key_ref (secret);

  g_assert_cmpint (call_jwt_key_get_algorithm (rsa), ==, CALL_JWT_RS256);
  g_assert_cmpint (call_jwt_key_get_algorithm (ec), ==, CALL_JWT_ES256);
  g_assert_cmpint (call_jwt_key_get_algorithm (again), ==, CALL_JWT_HS256);
  g_assert_null (call_jwt_key_new_secret (SECRET, CALL_JWT_SECRET_MIN - 1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_clear_error (&error);
    g_assert_null (call_jwt_key_new_public (bad[i], &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  }
}

static void
test_foreign_tokens (void)
{
  g_autoptr (CallJwtKey) rsa = public_key (key_rsa);
  g_autoptr (CallJwtKey) ec = public_key (key_ec);
  g_autoptr (CallJwtKey) secret = secret_key ();

  assert_accepted (secret, token_hs);
  assert_accepted (secret, token_hs_notyp);
  assert_accepted (rsa, token_rs);
  assert_accepted (ec, token_es);
}

/* Each key takes its own algorithm and nothing else, whatever the token claims. */
static void
test_algorithm_is_pinned (void)
{
  g_autoptr (CallJwtKey) rsa = public_key (key_rsa);
  g_autoptr (CallJwtKey) ec = public_key (key_ec);
  g_autoptr (CallJwtKey) secret = secret_key ();
  /* An HS256 key made of the very text an attacker knows. */
  g_autoptr (CallJwtKey) text = call_jwt_key_new_secret (key_rsa, strlen (key_rsa), NULL);
  const CallJwtKey *keys[] = { rsa, ec, secret };
  const char *tokens[] = { token_none,      token_None,     token_hs512,        token_crit,
                           token_critempty, token_confused, token_confused_trim };

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (tokens); j++)
      assert_refused (keys[i], tokens[j], NULL, NOW);
  assert_accepted (text, token_confused);
  assert_refused (rsa, token_dupalg, NULL, NOW);
  assert_refused (rsa, token_hs, NULL, NOW);
  assert_refused (rsa, token_es, NULL, NOW);
  assert_refused (ec, token_rs, NULL, NOW);
  assert_refused (secret, token_rs, NULL, NOW);
}

static void
test_claims (void)
{
  g_autoptr (CallJwtKey) key = secret_key ();
  const char *tokens[] = { token_nosub,  token_emptysub, token_noexp,
                           token_strexp, token_role,     token_array };

  for (gsize i = 0; i < G_N_ELEMENTS (tokens); i++)
    assert_refused (key, tokens[i], NULL, NOW);
  assert_refused (key, token_hs, NULL, 2000000000);
  assert_refused (key, token_hs, "join", NOW);
  /* A join link does not sign in. */
  assert_refused (key, token_aud, NULL, NOW);
  assert_refused (key, token_aud, "other", NOW);
  for (int i = 0; i < 2; i++) {
    g_autoptr (CallJwtClaims) claims = call_jwt_verify (key, i == 0 ? token_aud : token_audarr,
                                                        "join", NOW, NULL);

    g_assert_nonnull (claims);
    g_assert_cmpstr (claims->audience, ==, "join");
  }
}

/* Every single changed character makes a token worthless. */
static void
test_tampering (void)
{
  g_autoptr (CallJwtKey) key = secret_key ();
  gsize length = strlen (token_hs);

  for (gsize i = 0; i < length; i++) {
    g_autofree char *token = g_strdup (token_hs);

    token[i] = token[i] == 'A' ? 'B' : 'A';
    /* The last character of 32 bytes in base64 has two bits that mean nothing. */
    if (i < length - 1)
      assert_refused (key, token, NULL, NOW);
    token[i] = '\0';
    assert_refused (key, token, NULL, NOW);
  }
}

static void
test_garbage (void)
{
  static const char *const cases[] = {
    "",
    ".",
    "..",
    "...",
    "a.b.c",
    "e30.e30.",
    "e30..",
    "eyJhbGciOiJIUzI1NiJ9",
    "é.é.é",
    "=.=.=",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "bnVsbA.bnVsbA.bnVsbA",
    "W10.W10.W10",
  };
  g_autoptr (CallJwtKey) key = secret_key ();
  g_autofree char *huge = g_strnfill (CALL_JWT_TOKEN_MAX + 1, 'a');
  gint64 expiry = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    assert_refused (key, cases[i], NULL, NOW);
    g_assert_false (call_jwt_peek_expiry (cases[i], &expiry));
  }
  assert_refused (key, NULL, NULL, NOW);
  assert_refused (key, huge, NULL, NOW);
  g_assert_false (call_jwt_peek_expiry (NULL, &expiry));
  g_assert_true (call_jwt_peek_expiry (token_rs, &expiry));
  g_assert_cmpint (expiry, ==, 2000000000);
}

static void
test_sign (void)
{
  g_autoptr (CallJwtKey) key = secret_key ();
  g_autoptr (CallJwtKey) other = call_jwt_key_new_secret ("another secret of enough bytes....", 34,
                                                          NULL);
  g_autoptr (GError) error = NULL;
  CallJwtClaims claims = {
    .subject = (char *) "u\"1",
    .role = CALL_ROLE_PATIENT,
    .name = (char *) "José 😀",
    .appointment_id = (char *) "a1",
    .audience = (char *) "join",
    .id = (char *) "j1",
    .issued_at = NOW - 10,
    .not_before = NOW + 30,
    .expires_at = NOW + 1,
  };
  g_autofree char *token = call_jwt_sign (key, &claims, &error);
  g_autoptr (CallJwtClaims) read = NULL;

  g_assert_no_error (error);
  read = call_jwt_verify (key, token, "join", NOW, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read->subject, ==, claims.subject);
  g_assert_cmpint (read->role, ==, claims.role);
  g_assert_cmpstr (read->name, ==, claims.name);
  g_assert_cmpstr (read->appointment_id, ==, claims.appointment_id);
  g_assert_cmpstr (read->audience, ==, claims.audience);
  g_assert_cmpstr (read->id, ==, claims.id);
  g_assert_cmpint (read->issued_at, ==, claims.issued_at);
  g_assert_cmpint (read->not_before, ==, claims.not_before);
  g_assert_cmpint (read->expires_at, ==, claims.expires_at);
  assert_refused (key, token, "join", NOW + 1);
  assert_refused (key, token, "join", NOW - 1);
  assert_refused (other, token, "join", NOW);
}

static void
test_turn (void)
{
  g_autofree char *username = call_turn_credential_username ("alice", 1700003600);
  g_autofree char *bare = call_turn_credential_username (NULL, 1700003600);
  g_autofree char *password = call_turn_credential_password ("north", username);

  g_assert_cmpstr (username, ==, "1700003600:alice");
  g_assert_cmpstr (bare, ==, "1700003600");
  g_assert_cmpstr (password, ==, "wjwSXO2ch1B6VaLTLMy2Avn5O9o=");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/jwt/keys", test_keys);
  g_test_add_func ("/wire/jwt/foreign-tokens", test_foreign_tokens);
  g_test_add_func ("/wire/jwt/algorithm-is-pinned", test_algorithm_is_pinned);
  g_test_add_func ("/wire/jwt/claims", test_claims);
  g_test_add_func ("/wire/jwt/tampering", test_tampering);
  g_test_add_func ("/wire/jwt/garbage", test_garbage);
  g_test_add_func ("/wire/jwt/sign", test_sign);
  g_test_add_func ("/wire/turn/credential", test_turn);
  return g_test_run ();
}
