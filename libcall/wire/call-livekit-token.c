/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-livekit-token.h"

#include "call-error.h"

/* Not json-glib here: libjwt brings jansson, and both define json_object_iter_next(). */
#include <jwt.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 8192

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, why);
  return FALSE;
}

/**
 * call_livekit_sign_egress:
 * @api_key: LiveKit's name for us
 * @api_secret: what goes with it
 * @now_seconds: the time, seconds since 1970
 * @error: where to put an error
 *
 * Makes an access token that may start and stop egress: the grant "roomRecord" (LiveKit, access
 * tokens).
 *
 * Returns: (transfer full) (nullable): the token
 */
char *
call_livekit_sign_egress (const char *api_key,
                          const char *api_secret,
                          gint64 now_seconds,
                          GError **error)
{
  jwt_t *jwt = NULL;
  char *encoded = NULL;
  char *token = NULL;

  if (jwt_new (&jwt) == 0 &&
      jwt_set_alg (jwt, JWT_ALG_HS256, (const unsigned char *) api_secret,
                   (int) strlen (api_secret)) == 0 &&
      (jwt_add_grant (jwt, "iss", api_key) | jwt_add_grant (jwt, "sub", "calld") |
       jwt_add_grant_int (jwt, "nbf", (long) (now_seconds - CALL_LIVEKIT_LEEWAY_SECONDS)) |
       jwt_add_grant_int (jwt, "exp", (long) (now_seconds + CALL_LIVEKIT_TOKEN_SECONDS)) |
       jwt_add_grants_json (jwt, "{\"video\":{\"roomRecord\":true}}")) == 0)
    encoded = jwt_encode_str (jwt);
  if (encoded != NULL)
    token = g_strdup (encoded);
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_FAILED,
                         "The token for LiveKit could not be signed");
  free (encoded);
  jwt_free (jwt);
  return token;
}

/* --- webhooks --------------------------------------------------------------------------------- */

static gboolean
is_hash_of (const char *claimed, GBytes *body)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;
  gsize size;
  const guint8 *data = g_bytes_get_data (body, &size);

  g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, digest, &length);
  text = g_base64_encode (digest, length);
  /* No secret: the token that names it is signed. */
  return g_strcmp0 (claimed, text) == 0;
}

static gboolean
check_times (jwt_t *jwt, gint64 now, GError **error)
{
  gint64 expires = jwt_get_grant_int (jwt, "exp");
  gint64 not_before = jwt_get_grant_int (jwt, "nbf");

  if (expires <= 0)
    return refuse (error, "The signature of the webhook never expires");
  if (now - CALL_LIVEKIT_LEEWAY_SECONDS >= expires)
    return refuse (error, "The signature of the webhook has expired; are the clocks right?");
  if (now + CALL_LIVEKIT_LEEWAY_SECONDS < not_before)
    return refuse (error, "The signature of the webhook is not valid yet; are the clocks right?");
  return TRUE;
}

static gboolean
check (jwt_t *jwt, const char *api_key, GBytes *body, gint64 now, GError **error)
{
  if (g_strcmp0 (jwt_get_grant (jwt, "iss"), api_key) != 0)
    return refuse (error, "The webhook is signed with another API key");
  if (!check_times (jwt, now, error))
    return FALSE;
  if (!is_hash_of (jwt_get_grant (jwt, "sha256"), body))
    return refuse (error, "The webhook's body is not the one that was signed");
  return TRUE;
}

/**
 * call_livekit_verify_webhook:
 * @api_key: LiveKit's name for us
 * @api_secret: what goes with it
 * @authorization: (nullable): the header Authorization: a token without "Bearer"
 * @body: the body as it came, before anything parses it
 * @now_seconds: the time, seconds since 1970
 * @error: where to put an error
 *
 * Checks that a webhook comes from LiveKit and that nobody changed it: a token of HS256 from our
 * API key, in time, whose claim "sha256" is the hash of @body in base64 (LiveKit, webhooks).
 *
 * Returns: %TRUE if so, else %FALSE with %CALL_ERROR_UNAUTHORIZED
 */
gboolean
call_livekit_verify_webhook (const char *api_key,
                             const char *api_secret,
                             const char *authorization,
                             GBytes *body,
                             gint64 now_seconds,
                             GError **error)
{
  jwt_t *jwt = NULL;
  gboolean good;

  if (authorization == NULL || *authorization == '\0')
    return refuse (error, "The webhook has no signature");
  if (strnlen (authorization, TOKEN_MAX + 1) > TOKEN_MAX ||
      jwt_decode (&jwt, authorization, (const unsigned char *) api_secret,
                  (int) strlen (api_secret)) != 0)
    return refuse (error, "The signature of the webhook is wrong");
  /* The key says how a token is signed, never the token: RFC 8725 section 3.1. */
  good = jwt_get_alg (jwt) == JWT_ALG_HS256 ? check (jwt, api_key, body, now_seconds, error)
                                            : refuse (error, "The webhook is not signed by HS256");
  jwt_free (jwt);
  return good;
}
