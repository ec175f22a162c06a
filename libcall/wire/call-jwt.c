/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-jwt.h"

#include "call-error.h"
#include "call-json.h"

/* Not json-glib here: libjwt brings jansson, and both define json_object_iter_next(). */
#include <jwt.h>

#include <stdlib.h>
#include <string.h>

/* How far another issuer's clock may run ahead of ours. */
#define LEEWAY_SECONDS 30
#define CLAIM_MAX 1024
#define AUDIENCES_MAX 16
#define PEM_MAX 16384
#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END "-----END PUBLIC KEY-----"
/* A key of 2048 bits, the least RFC 7518 section 3.3 allows, is 294 bytes of DER. */
#define RSA_DER_MIN 294

struct _CallJwtKey {
  gatomicrefcount refs;
  CallJwtAlgorithm algorithm;
  guint8 *data;
  int length;
};

static const struct {
  const char *name;
  jwt_alg_t alg;
} algorithms[] = {
  [CALL_JWT_HS256] = { "HS256", JWT_ALG_HS256 },
  [CALL_JWT_RS256] = { "RS256", JWT_ALG_RS256 },
  [CALL_JWT_ES256] = { "ES256", JWT_ALG_ES256 },
};

/**
 * call_jwt_claims_free:
 * @claims: (transfer full) (nullable): claims
 *
 * Frees claims that call_jwt_verify() made.
 */
void
call_jwt_claims_free (CallJwtClaims *claims)
{
  if (claims == NULL)
    return;
  g_free (claims->subject);
  g_free (claims->name);
  g_free (claims->appointment_id);
  g_free (claims->audience);
  g_free (claims->issuer);
  g_free (claims->id);
  g_free (claims);
}

/* --- keys ------------------------------------------------------------------------------------- */

static CallJwtKey *
key_new (CallJwtAlgorithm algorithm, const void *data, gsize length)
{
  CallJwtKey *key = g_new0 (CallJwtKey, 1);

  g_atomic_ref_count_init (&key->refs);
  key->algorithm = algorithm;
  key->data = g_malloc (length + 1);
  memcpy (key->data, data, length);
  key->data[length] = '\0';
  key->length = (int) length;
  return key;
}

/**
 * call_jwt_key_new_secret:
 * @secret: (array length=length): the secret
 * @length: bytes of it
 * @error: where to put an error
 *
 * Makes a key of HS256, which signs and verifies.
 *
 * Returns: (transfer full) (nullable): the key, or %NULL with @error if @secret is shorter than
 *   %CALL_JWT_SECRET_MIN
 */
CallJwtKey *
call_jwt_key_new_secret (const void *secret, gsize length, GError **error)
{
  if (length < CALL_JWT_SECRET_MIN || length > G_MAXINT) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "The secret is shorter than %d bytes",
                 CALL_JWT_SECRET_MIN);
    return NULL;
  }
  return key_new (CALL_JWT_HS256, secret, length);
}

/* Tells the kind of a key by the object identifiers at the start of its SubjectPublicKeyInfo. */
static gboolean
find_algorithm (const guint8 *der, gsize length, CallJwtAlgorithm *algorithm)
{
  static const guint8 rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 };
  static const guint8 p256[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
  gsize head = MIN (length, 32);

  if (memmem (der, head, rsa, sizeof rsa) != NULL && length >= RSA_DER_MIN) {
    *algorithm = CALL_JWT_RS256;
    return TRUE;
  }
  if (memmem (der, head, p256, sizeof p256) != NULL) {
    *algorithm = CALL_JWT_ES256;
    return TRUE;
  }
  return FALSE;
}

/**
 * call_jwt_key_new_public:
 * @pem: a public key in PEM ("BEGIN PUBLIC KEY"): RSA of at least 2048 bits, or P-256
 * @error: where to put an error
 *
 * Makes a key of RS256 or ES256, by what @pem holds. It only verifies.
 *
 * Returns: (transfer full) (nullable): the key
 */
CallJwtKey *
call_jwt_key_new_public (const char *pem, GError **error)
{
  const char *begin = strlen (pem) <= PEM_MAX ? strstr (pem, PEM_BEGIN) : NULL;
  const char *body = begin != NULL ? begin + strlen (PEM_BEGIN) : NULL;
  const char *end = body != NULL ? strstr (body, PEM_END) : NULL;
  CallJwtAlgorithm algorithm;
  g_autofree char *base64 = NULL;
  g_autofree guint8 *der = NULL;
  gsize length = 0;

  if (end != NULL) {
    base64 = g_strndup (body, (gsize) (end - body));
    der = g_base64_decode (base64, &length);
  }
  if (der == NULL || !find_algorithm (der, length, &algorithm)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "This is no public key in PEM of RSA (2048 bits or more) or P-256");
    return NULL;
  }
  return key_new (algorithm, begin, (gsize) (end - begin) + strlen (PEM_END));
}

/**
 * call_jwt_key_ref:
 * @key: a key
 *
 * Returns: (transfer full): @key
 */
CallJwtKey *
call_jwt_key_ref (CallJwtKey *key)
{
  g_atomic_ref_count_inc (&key->refs);
  return key;
}

/**
 * call_jwt_key_unref:
 * @key: (transfer full): a key
 *
 * Drops a reference; with the last one the secret is wiped.
 */
void
call_jwt_key_unref (CallJwtKey *key)
{
  if (!g_atomic_ref_count_dec (&key->refs))
    return;
  explicit_bzero (key->data, (gsize) key->length);
  g_free (key->data);
  g_free (key);
}

/**
 * call_jwt_key_get_algorithm:
 * @key: a key
 *
 * Returns: the one algorithm @key is for
 */
CallJwtAlgorithm
call_jwt_key_get_algorithm (const CallJwtKey *key)
{
  return key->algorithm;
}

/* --- signing ---------------------------------------------------------------------------------- */

/* An absent claim is not an empty one. The functions of libjwt return an errno. */
static int
add_text (jwt_t *jwt, const char *name, const char *value)
{
  return value != NULL ? jwt_add_grant (jwt, name, value) : 0;
}

static int
add_time (jwt_t *jwt, const char *name, gint64 seconds)
{
  return seconds != 0 ? jwt_add_grant_int (jwt, name, (long) seconds) : 0;
}

static int
add_claims (jwt_t *jwt, const CallJwtClaims *claims)
{
  const char *role = claims->role >= 0 ? call_enum_to_nick (CALL_TYPE_ROLE, claims->role) : NULL;

  return add_text (jwt, "sub", claims->subject) | add_text (jwt, "role", role) |
         add_text (jwt, "name", claims->name) | add_text (jwt, "apt", claims->appointment_id) |
         add_text (jwt, "aud", claims->audience) | add_text (jwt, "iss", claims->issuer) |
         add_text (jwt, "jti", claims->id) | add_time (jwt, "iat", claims->issued_at) |
         add_time (jwt, "nbf", claims->not_before) | add_time (jwt, "exp", claims->expires_at);
}

/**
 * call_jwt_sign:
 * @key: a key of HS256
 * @claims: what to say; with a subject and an expiry
 * @error: where to put an error
 *
 * Makes a token (RFC 7519, JWS compact form).
 *
 * Returns: (transfer full) (nullable): the token
 */
char *
call_jwt_sign (const CallJwtKey *key, const CallJwtClaims *claims, GError **error)
{
  jwt_t *jwt = NULL;
  char *encoded = NULL;
  char *token = NULL;

  g_return_val_if_fail (key->algorithm == CALL_JWT_HS256, NULL);
  g_return_val_if_fail (claims->subject != NULL && claims->expires_at > 0, NULL);

  if (jwt_new (&jwt) == 0 && jwt_set_alg (jwt, JWT_ALG_HS256, key->data, key->length) == 0 &&
      add_claims (jwt, claims) == 0)
    encoded = jwt_encode_str (jwt);
  if (encoded != NULL)
    token = g_strdup (encoded);
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_FAILED, "The token could not be signed");
  free (encoded);
  jwt_free (jwt);
  return token;
}

/* --- verifying -------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, why);
  return FALSE;
}

/* Decodes base64url without padding (RFC 7515 section 2), strictly. */
static char *
decode_part (const char *text, gsize length, gsize *size)
{
  g_autofree char *base64 = g_malloc (length + 3);

  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return NULL;
    base64[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
  }
  if (length % 4 == 1)
    return NULL;
  base64[length] = '\0';
  if (length % 4 != 0)
    strcpy (base64 + length, length % 4 == 2 ? "==" : "=");
  return (char *) g_base64_decode (base64, size);
}

/* The part of a token before the @index-th dot, as a JSON object. */
static JsonNode *
parse_part (const char *token, guint index)
{
  const char *from = token;
  const char *dot = strchr (token, '.');
  g_autofree char *text = NULL;
  gsize size = 0;

  for (; index > 0 && dot != NULL; index--) {
    from = dot + 1;
    dot = strchr (from, '.');
  }
  if (dot == NULL)
    return NULL;
  text = decode_part (from, (gsize) (dot - from), &size);
  return text != NULL ? call_json_parse (text, (gssize) size, NULL) : NULL;
}

/* The algorithm is the key's, never the token's choice: "none", and HS256 keyed with the text of a
 * public key, are the classic forgeries (RFC 8725 sections 2.1 and 3.1). */
static gboolean
check_header (const CallJwtKey *key, const char *token)
{
  JsonNode *node = parse_part (token, 0);
  JsonObject *header = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;
  const char *algorithm = NULL;
  char **critical = NULL;
  gboolean good;

  /* RFC 7515 section 4.1.11: extensions that must be understood are not. */
  good = header != NULL &&
         call_json_get_string (header, "alg", CALL_JSON_REQUIRED, &algorithm, NULL) &&
         g_str_equal (algorithm, algorithms[key->algorithm].name) &&
         call_json_get_strv (header, "crit", CALL_JSON_OPTIONAL, G_MAXUINT, &critical, NULL) &&
         critical == NULL;
  g_strfreev (critical);
  g_clear_pointer (&node, call_json_node_unref);
  return good;
}

static gboolean
check_signature (const CallJwtKey *key, const char *token)
{
  jwt_t *jwt = NULL;
  gboolean good = jwt_decode (&jwt, token, key->data, key->length) == 0 &&
                  jwt_get_alg (jwt) == algorithms[key->algorithm].alg;

  jwt_free (jwt);
  return good;
}

static gboolean
get_text (JsonObject *object, const char *name, CallJsonFlags flags, char **value)
{
  const char *text = NULL;

  if (!call_json_get_text (object, name, flags, CLAIM_MAX, &text, NULL))
    return FALSE;
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
get_seconds (JsonObject *object, const char *name, CallJsonFlags flags, gint64 *value)
{
  return call_json_get_int (object, name, flags, 0, G_MAXINT64 / 1000, value, NULL);
}

/* Without an audience of ours the token must have none: a join link is no token to sign in with. */
static gboolean
check_audience (JsonObject *object, const char *audience, CallJwtClaims *claims)
{
  g_auto (GStrv) audiences = NULL;

  if (!call_json_get_strv (object, "aud", CALL_JSON_OPTIONAL, AUDIENCES_MAX, &audiences, NULL))
    return FALSE;
  if (audience == NULL || audiences == NULL)
    return audience == NULL && audiences == NULL;
  claims->audience = g_strdup (audience);
  return g_strv_contains ((const char *const *) audiences, audience);
}

static gboolean
read_claims (JsonObject *object, const char *audience, CallJwtClaims *claims)
{
  claims->role = -1;
  return get_text (object, "sub", CALL_JSON_REQUIRED, &claims->subject) &&
         call_json_get_enum (object, "role", CALL_JSON_OPTIONAL, CALL_TYPE_ROLE, &claims->role,
                             NULL) &&
         get_text (object, "name", CALL_JSON_OPTIONAL, &claims->name) &&
         get_text (object, "apt", CALL_JSON_OPTIONAL, &claims->appointment_id) &&
         get_text (object, "iss", CALL_JSON_OPTIONAL, &claims->issuer) &&
         get_text (object, "jti", CALL_JSON_OPTIONAL, &claims->id) &&
         get_seconds (object, "exp", CALL_JSON_REQUIRED, &claims->expires_at) &&
         get_seconds (object, "iat", CALL_JSON_OPTIONAL, &claims->issued_at) &&
         get_seconds (object, "nbf", CALL_JSON_OPTIONAL, &claims->not_before) &&
         check_audience (object, audience, claims);
}

static CallJwtClaims *
parse_claims (const char *token, const char *audience)
{
  JsonNode *node = parse_part (token, 1);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;
  CallJwtClaims *claims = g_new0 (CallJwtClaims, 1);

  if (object == NULL || !read_claims (object, audience, claims))
    g_clear_pointer (&claims, call_jwt_claims_free);
  g_clear_pointer (&node, call_json_node_unref);
  return claims;
}

/**
 * call_jwt_verify:
 * @key: a key
 * @token: (nullable): a token from outside
 * @audience: (nullable): who the token has to be for; if %NULL, it must not name anybody
 * @now_seconds: the time, seconds since 1970
 * @error: where to put an error
 *
 * Checks a token: its algorithm is the key's, its signature right, it has a subject and has not
 * expired. The message of @error says nothing of the content.
 *
 * Returns: (transfer full) (nullable): what it says, or %NULL with %CALL_ERROR_UNAUTHORIZED
 */
CallJwtClaims *
call_jwt_verify (const CallJwtKey *key,
                 const char *token,
                 const char *audience,
                 gint64 now_seconds,
                 GError **error)
{
  g_autoptr (CallJwtClaims) claims = NULL;

  if (token == NULL || *token == '\0')
    refuse (error, "There is no token");
  else if (strnlen (token, CALL_JWT_TOKEN_MAX + 1) > CALL_JWT_TOKEN_MAX ||
           !check_header (key, token) || !check_signature (key, token))
    refuse (error, "The token is not valid");
  else if ((claims = parse_claims (token, audience)) == NULL)
    refuse (error, "The token is not for this");
  else if (now_seconds >= claims->expires_at)
    refuse (error, "The token has expired");
  else if (now_seconds + LEEWAY_SECONDS < claims->not_before)
    refuse (error, "The token is not valid yet");
  else
    return g_steal_pointer (&claims);
  return NULL;
}

/**
 * call_jwt_peek_expiry:
 * @token: (nullable): a token we were given
 * @expires_at: (out): when it expires, seconds since 1970
 *
 * Reads when a token expires without checking it, for its holder, who has no key.
 *
 * Returns: %FALSE if it cannot be read
 */
gboolean
call_jwt_peek_expiry (const char *token, gint64 *expires_at)
{
  JsonNode *node = token != NULL && strnlen (token, CALL_JWT_TOKEN_MAX + 1) <= CALL_JWT_TOKEN_MAX
                       ? parse_part (token, 1)
                       : NULL;
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;
  gboolean good = object != NULL && get_seconds (object, "exp", CALL_JSON_REQUIRED, expires_at);

  g_clear_pointer (&node, call_json_node_unref);
  return good;
}
