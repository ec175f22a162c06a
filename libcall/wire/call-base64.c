/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-base64.h"

#include "call-error.h"

#include <sodium.h>
#include <string.h>

#define DATA_URL "data:"
#define BASE64_MARK ";base64,"
/* A media type with its parameters is short; more before the comma is no data URL. */
#define MEDIA_TYPE_MAX 256

/**
 * call_base64_decode:
 * @text: base64 of RFC 4648 section 4
 * @length: bytes of it, -1 for a string
 * @limit: the most bytes that may come out
 *
 * Decodes base64, strictly: a letter too many, or one that does not belong there, is no base64.
 *
 * Returns: (transfer full) (nullable): the bytes, %NULL if it is none or more than @limit
 */
GBytes *
call_base64_decode (const char *text, gssize length, gsize limit)
{
  gsize n = length < 0 ? strlen (text) : (gsize) length;
  gsize size = 0;
  g_autofree guint8 *data = NULL;

  if (n / 4 > limit / 3 + 1)
    return NULL;
  data = g_malloc (n / 4 * 3 + 4);
  if (sodium_base642bin (data, n / 4 * 3 + 4, text, n, NULL, &size, NULL,
                         sodium_base64_VARIANT_ORIGINAL) < 0 ||
      size > limit)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), size);
}

/* Behind the comma of `data:[<type>][;base64],`; @text itself if it is no data URL. */
static const char *
skip_head (const char *text, gsize length, gboolean *is_base64)
{
  gsize head = strlen (DATA_URL);
  const char *comma;

  *is_base64 = TRUE;
  if (length < head || g_ascii_strncasecmp (text, DATA_URL, head) != 0)
    return text;
  comma = memchr (text, ',', MIN (length, head + MEDIA_TYPE_MAX));
  if (comma == NULL)
    return NULL;
  *is_base64 = (gsize) (comma - text) + 1 >= head + strlen (BASE64_MARK) &&
               g_ascii_strncasecmp (comma + 1 - strlen (BASE64_MARK), BASE64_MARK,
                                    strlen (BASE64_MARK)) == 0;
  return comma + 1;
}

/* RFC 3986 section 2.1. */
static GBytes *
unescape (const char *text, gsize length, gsize limit)
{
  GBytes *bytes = g_uri_unescape_bytes (text, (gssize) length, NULL, NULL);

  if (bytes != NULL && g_bytes_get_size (bytes) > limit)
    g_clear_pointer (&bytes, g_bytes_unref);
  return bytes;
}

/**
 * call_data_url_decode:
 * @text: a data URL (RFC 2397), or base64 alone
 * @length: bytes of it
 * @limit: the most bytes that may come out
 * @error: %CALL_ERROR_INVALID or %CALL_ERROR_TOO_LARGE
 *
 * Decodes a file that a client sent as text. What the URL says of its type is not looked at.
 *
 * Returns: (transfer full): the bytes, or %NULL with @error
 */
GBytes *
call_data_url_decode (const char *text, gsize length, gsize limit, GError **error)
{
  gboolean is_base64;
  const char *data = skip_head (text, length, &is_base64);
  gsize rest = data != NULL ? length - (gsize) (data - text) : 0;
  GBytes *bytes = NULL;

  if (rest / 4 > limit / 3 + 1 && is_base64) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_TOO_LARGE, "The file is too large");
    return NULL;
  }
  if (data != NULL)
    bytes = is_base64 ? call_base64_decode (data, (gssize) rest, limit)
                      : unescape (data, rest, limit);
  if (bytes == NULL)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "The file is neither binary, nor base64, nor a data URL");
  return bytes;
}
