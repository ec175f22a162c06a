/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-key-file"

#include "config.h"

#include "calld-key-file.h"

#include "calld-log.h"

#include "call-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

/* Of a key that we make: 256 bits, written in hex so that it can be copied by hand. */
#define KEY_BYTES 32
#define KEY_FILE_MAX 65536

/* What the group may do but read, and everything others may do. A key that may be read by a group
 * is how configuration management hands them out. */
#define FORBIDDEN_MODE 0037

static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf buf;

  if (g_stat (path, &buf) < 0) {
    g_set_error (error, CALL_ERROR, errno == ENOENT ? CALL_ERROR_NOT_FOUND : CALL_ERROR_INVALID,
                 "\"%s\": %s", path, g_strerror (errno));
    return FALSE;
  }
  if (!S_ISREG (buf.st_mode) || buf.st_size > KEY_FILE_MAX) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "\"%s\" is no key file", path);
    return FALSE;
  }
  if ((buf.st_mode & FORBIDDEN_MODE) != 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID,
                 "\"%s\" is open to others (mode %04o); run: chmod 600 '%s', and make a new key if "
                 "others may have read it",
                 path, (guint) (buf.st_mode & 07777), path);
    return FALSE;
  }
  return TRUE;
}

/**
 * calld_key_file_read:
 * @path: of a file with one secret
 * @error: (optional): %CALL_ERROR_NOT_FOUND if there is none, %CALL_ERROR_INVALID if others can
 * read or change it
 *
 * Reads a secret, without the blanks around it.
 *
 * Returns: (transfer full) (nullable): the secret
 */
char *
calld_key_file_read (const char *path, GError **error)
{
  char *text = NULL;

  if (!check_file (path, error) || !g_file_get_contents (path, &text, NULL, error))
    return NULL;
  return g_strstrip (text);
}

static gboolean
make_key (const char *path, GError **error)
{
  guint8 key[KEY_BYTES];
  char hex[2 * KEY_BYTES + 1];
  gboolean ok;

  randombytes_buf (key, sizeof key);
  sodium_bin2hex (hex, sizeof hex, key, sizeof key);
  ok = g_file_set_contents_full (
      path, hex, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
  sodium_memzero (key, sizeof key);
  sodium_memzero (hex, sizeof hex);
  if (ok)
    calld_log_info ("key_made", .detail = path);
  return ok;
}

/**
 * calld_key_file_ensure:
 * @path: of a file with one secret
 * @error: (optional): where to put why not
 *
 * Reads a secret, and makes it up first, with mode 0600, when there is no such file.
 *
 * Returns: (transfer full) (nullable): the secret
 */
char *
calld_key_file_ensure (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *secret = calld_key_file_read (path, &local_error);

  if (secret == NULL && g_error_matches (local_error, CALL_ERROR, CALL_ERROR_NOT_FOUND)) {
    g_clear_error (&local_error);
    if (make_key (path, &local_error))
      secret = calld_key_file_read (path, &local_error);
  }
  if (secret == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return secret;
}

/**
 * calld_key_file_decode:
 * @hex: what a file holds
 *
 * Reads a key of 32 bytes.
 *
 * Returns: (transfer full) (nullable): the key, %NULL if @hex is none
 */
GBytes *
calld_key_file_decode (const char *hex)
{
  guint8 key[crypto_generichash_KEYBYTES];
  gsize length = 0;
  GBytes *bytes = NULL;

  if (strlen (hex) == 2 * sizeof key &&
      sodium_hex2bin (key, sizeof key, hex, 2 * sizeof key, NULL, &length, NULL) == 0 &&
      length == sizeof key)
    bytes = g_bytes_new (key, sizeof key);
  sodium_memzero (key, sizeof key);
  return bytes;
}
