/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-id.h"

#include <sodium.h>
#include <string.h>

/* RFC 9562 section 5: version and variant bits, then the usual form in lower case. */
static char *
format_uuid (guint8 b[16], guint8 version)
{
  b[6] = (guint8) (version << 4) | (b[6] & 0x0f);
  b[8] = 0x80 | (b[8] & 0x3f);

  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                          b[12], b[13], b[14], b[15]);
}

/**
 * call_id_new:
 *
 * Makes a random id (UUID version 4, RFC 9562 section 5.4). It comes from the system's secure
 * random source, unlike g_uuid_string_random()'s, so that it may serve as an unguessable address.
 *
 * Returns: (transfer full): 36 characters, lower case
 */
char *
call_id_new (void)
{
  guint8 b[16];

  randombytes_buf (b, sizeof b);
  return format_uuid (b, 4);
}

/**
 * call_id_new_sorted:
 * @unix_ms: milliseconds since 1970, UTC
 *
 * Makes an id that sorts by time (UUID version 7, RFC 9562 section 5.7).
 *
 * Returns: (transfer full): 36 characters, lower case
 */
char *
call_id_new_sorted (gint64 unix_ms)
{
  guint8 b[16];

  randombytes_buf (b, sizeof b);
  for (int i = 0; i < 6; i++)
    b[i] = (guint8) (unix_ms >> (8 * (5 - i)));
  return format_uuid (b, 7);
}

/**
 * call_id_new_named:
 * @name: a name
 *
 * Makes the id of @name, the same for the same name (UUID version 8, RFC 9562 section 5.8: the
 * beginning of its SHA-256).
 *
 * Returns: (transfer full): 36 characters, lower case
 */
char *
call_id_new_named (const char *name)
{
  guint8 hash[crypto_hash_sha256_BYTES];

  crypto_hash_sha256 (hash, (const guint8 *) name, strlen (name));
  return format_uuid (hash, 8);
}

/**
 * call_id_is_valid:
 * @id: (nullable): a string from outside
 *
 * Whether @id is a UUID in its usual form. The check makes an id safe to use in file names and
 * logs.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_id_is_valid (const char *id)
{
  return id != NULL && g_uuid_string_is_valid (id);
}
