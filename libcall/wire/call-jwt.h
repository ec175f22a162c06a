/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"

G_BEGIN_DECLS

/* RFC 7518 section 3.2: the key of HS256 has at least the size of the hash. */
#define CALL_JWT_SECRET_MIN 32
/* Longer tokens are refused before they are decoded. */
#define CALL_JWT_TOKEN_MAX 8192

/**
 * CallJwtAlgorithm:
 * @CALL_JWT_HS256: HMAC with SHA-256
 * @CALL_JWT_RS256: RSA PKCS#1 v1.5 with SHA-256
 * @CALL_JWT_ES256: ECDSA on P-256 with SHA-256
 *
 * How a token is signed. It belongs to the key and is never taken from the token.
 */
typedef enum {
  CALL_JWT_HS256,
  CALL_JWT_RS256,
  CALL_JWT_ES256,
} CallJwtAlgorithm;

/**
 * CallJwtClaims:
 * @subject: "sub", the user id
 * @role: "role" as a #CallRole, or -1
 * @name: (nullable): "name"
 * @appointment_id: (nullable): "apt", the one appointment the token opens
 * @audience: (nullable): "aud"
 * @issuer: (nullable): "iss", who gave the token out
 * @id: (nullable): "jti"
 * @issued_at: "iat" in seconds since 1970, or 0
 * @not_before: "nbf" in seconds, or 0
 * @expires_at: "exp" in seconds; required in every token
 *
 * What a token says.
 */
typedef struct {
  char *subject;
  int role;
  char *name;
  char *appointment_id;
  char *audience;
  char *issuer;
  char *id;
  gint64 issued_at;
  gint64 not_before;
  gint64 expires_at;
} CallJwtClaims;

void call_jwt_claims_free (CallJwtClaims *claims);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallJwtClaims, call_jwt_claims_free)

typedef struct _CallJwtKey CallJwtKey;

CallJwtKey *call_jwt_key_new_secret (const void *secret, gsize length, GError **error);
CallJwtKey *call_jwt_key_new_public (const char *pem, GError **error);
CallJwtKey *call_jwt_key_ref (CallJwtKey *key);
void call_jwt_key_unref (CallJwtKey *key);
CallJwtAlgorithm call_jwt_key_get_algorithm (const CallJwtKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallJwtKey, call_jwt_key_unref)

char *call_jwt_sign (const CallJwtKey *key, const CallJwtClaims *claims, GError **error);
CallJwtClaims *call_jwt_verify (const CallJwtKey *key,
                                const char *token,
                                const char *audience,
                                gint64 now_seconds,
                                GError **error);
gboolean call_jwt_peek_expiry (const char *token, gint64 *expires_at);

G_END_DECLS
