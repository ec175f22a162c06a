/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The resumable upload protocol (tus.io), and the extensions that are spoken. */
#define CALL_TUS_VERSION "1.0.0"
#define CALL_TUS_EXTENSIONS "creation,creation-with-upload,termination,expiration,checksum"
#define CALL_TUS_CHECKSUMS "md5,sha1,sha256,sha512"

/* What is taken of Upload-Metadata: the longest header and the most keys. */
#define CALL_TUS_METADATA_MAX 8192
#define CALL_TUS_KEYS_MAX 32

/**
 * CallTusChecksum:
 * @type: the algorithm
 * @digest: what the sum must be
 * @length: bytes of @digest
 *
 * What the header Upload-Checksum says of one piece.
 */
typedef struct {
  GChecksumType type;
  guint8 digest[64];
  gsize length;
} CallTusChecksum;

gboolean call_tus_parse_number (const char *text, gint64 *number, GError **error);
GHashTable *call_tus_parse_metadata (const char *text, GError **error);
gboolean call_tus_parse_checksum (const char *text, CallTusChecksum *checksum, GError **error);

G_END_DECLS
