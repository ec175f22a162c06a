/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-turn-credential.h"

#include <string.h>

/**
 * call_turn_credential_username:
 * @user: (nullable): who it is for; the TURN server sees it
 * @expires_seconds: until when it may be used, seconds since 1970
 *
 * Makes the user name of a time-limited TURN credential, as coturn's use-auth-secret wants it
 * (draft-uberti-behave-turn-rest-00).
 *
 * Returns: (transfer full): the name
 */
char *
call_turn_credential_username (const char *user, gint64 expires_seconds)
{
  if (user == NULL)
    return g_strdup_printf ("%" G_GINT64_FORMAT, expires_seconds);
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%s", expires_seconds, user);
}

/**
 * call_turn_credential_password:
 * @secret: what we share with the TURN server
 * @username: what call_turn_credential_username() made
 *
 * Makes the password that goes with @username: HMAC-SHA1 in base64. SHA-1 is what the scheme says;
 * nothing else is understood.
 *
 * Returns: (transfer full): the password
 */
char *
call_turn_credential_password (const char *secret, const char *username)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *) secret, strlen (secret));
  guint8 digest[20];
  gsize length = sizeof digest;

  g_hmac_update (hmac, (const guchar *) username, -1);
  g_hmac_get_digest (hmac, digest, &length);
  return g_base64_encode (digest, length);
}
