/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-jwt.h"

#include <string.h>

/* The secret of the corpus; tokens signed with it get past the signature. */
#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW G_GINT64_CONSTANT (1800000000)

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (CallJwtKey) key = call_jwt_key_new_secret (SECRET, strlen (SECRET), NULL);
  g_autoptr (CallJwtKey) public_key = call_jwt_key_new_public (text, NULL);
  g_autoptr (CallJwtClaims) claims = call_jwt_verify (key, text, NULL, NOW, NULL);
  g_autoptr (CallJwtClaims) join = call_jwt_verify (key, text, "join", NOW, NULL);
  gint64 expiry;

  if (claims != NULL)
    g_assert (join == NULL && claims->subject != NULL && claims->expires_at > NOW);
  call_jwt_peek_expiry (text, &expiry);
  if (public_key != NULL)
    g_assert (call_jwt_verify (public_key, text, NULL, NOW, NULL) == NULL);
  return 0;
}
