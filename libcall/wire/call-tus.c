/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-tus.h"

#include "call-base64.h"
#include "call-error.h"

#include <string.h>

/* JavaScript counts exactly up to here. */
#define NUMBER_MAX (G_GINT64_CONSTANT (1) << 53)

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, what);
  return FALSE;
}

/**
 * call_tus_parse_number:
 * @text: (nullable): the value of Upload-Offset or Upload-Length
 * @number: (out): the number
 * @error: %CALL_ERROR_INVALID
 *
 * Reads a number of bytes: digits and nothing else.
 *
 * Returns: %FALSE with @error
 */
gboolean
call_tus_parse_number (const char *text, gint64 *number, GError **error)
{
  guint64 value;

  if (text == NULL || !g_ascii_isdigit (*text) ||
      !g_ascii_string_to_unsigned (text, 10, 0, NUMBER_MAX, &value, NULL))
    return fail (error, "A number of bytes is missing or malformed");
  *number = (gint64) value;
  return TRUE;
}

static gboolean
is_key (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;
  return length > 0 && length <= 64;
}

/* `key` or `key base64`; @pair is one of those between the commas. */
static gboolean
take_pair (GHashTable *metadata, const char *pair, GError **error)
{
  gsize length = strcspn (pair, " ");
  g_autofree char *value = NULL;

  if (!is_key (pair, length))
    return fail (error, "Upload-Metadata: a key is malformed");
  if (pair[length] == '\0') {
    value = g_strdup ("");
  } else {
    g_autoptr (GBytes) bytes = call_base64_decode (pair + length + 1, -1, CALL_TUS_METADATA_MAX);
    gsize size = bytes != NULL ? g_bytes_get_size (bytes) : 0;

    if (bytes == NULL || !g_utf8_validate (g_bytes_get_data (bytes, NULL), (gssize) size, NULL))
      return fail (error, "Upload-Metadata: a value is no text in base64");
    value = g_strndup (g_bytes_get_data (bytes, NULL), size);
  }
  if (!g_hash_table_insert (metadata, g_strndup (pair, length), g_steal_pointer (&value)))
    return fail (error, "Upload-Metadata: a key comes twice");
  return TRUE;
}

/**
 * call_tus_parse_metadata:
 * @text: (nullable): the value of Upload-Metadata
 * @error: %CALL_ERROR_INVALID
 *
 * Reads what a client says of its upload: keys, each perhaps with a text in base64, with commas
 * between them.
 *
 * Returns: (transfer full) (element-type utf8 utf8): the texts by their keys, or %NULL with @error
 */
GHashTable *
call_tus_parse_metadata (const char *text, GError **error)
{
  g_autoptr (GHashTable) metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) pairs = NULL;

  if (text == NULL || *text == '\0')
    return g_steal_pointer (&metadata);
  if (strlen (text) > CALL_TUS_METADATA_MAX) {
    fail (error, "Upload-Metadata is too long");
    return NULL;
  }
  pairs = g_strsplit (text, ",", CALL_TUS_KEYS_MAX + 1);
  if (g_strv_length (pairs) > CALL_TUS_KEYS_MAX) {
    fail (error, "Upload-Metadata has too many keys");
    return NULL;
  }
  for (guint i = 0; pairs[i] != NULL; i++)
    if (!take_pair (metadata, g_strstrip (pairs[i]), error))
      return NULL;
  return g_steal_pointer (&metadata);
}

/**
 * call_tus_parse_checksum:
 * @text: the value of Upload-Checksum
 * @checksum: (out caller-allocates): what it says
 * @error: %CALL_ERROR_INVALID
 *
 * Reads `<algorithm> <base64>`.
 *
 * Returns: %FALSE with @error
 */
gboolean
call_tus_parse_checksum (const char *text, CallTusChecksum *checksum, GError **error)
{
  static const struct {
    const char *name;
    GChecksumType type;
  } algorithms[] = {
    { "md5 ", G_CHECKSUM_MD5 },
    { "sha1 ", G_CHECKSUM_SHA1 },
    { "sha256 ", G_CHECKSUM_SHA256 },
    { "sha512 ", G_CHECKSUM_SHA512 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    g_autoptr (GBytes) digest = NULL;

    if (!g_str_has_prefix (text, algorithms[i].name))
      continue;
    checksum->type = algorithms[i].type;
    checksum->length = (gsize) g_checksum_type_get_length (checksum->type);
    digest = call_base64_decode (text + strlen (algorithms[i].name), -1, sizeof checksum->digest);
    if (digest == NULL || g_bytes_get_size (digest) != checksum->length)
      return fail (error, "Upload-Checksum: the sum is malformed");
    memcpy (checksum->digest, g_bytes_get_data (digest, NULL), checksum->length);
    return TRUE;
  }
  return fail (error, "Upload-Checksum: this algorithm is not known");
}
