/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The headers of a resumable upload: numbers are within their bounds, metadata is text. */

#include "fuzz.h"

#include "call-tus.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GHashTable) metadata = call_tus_parse_metadata (text, NULL);
  GHashTableIter iter;
  gpointer key, value;
  CallTusChecksum checksum;
  gint64 number = -1;

  if (call_tus_parse_number (text, &number, NULL))
    g_assert_cmpint (number, >=, 0);
  if (call_tus_parse_checksum (text, &checksum, NULL))
    g_assert_cmpuint (checksum.length, <=, sizeof checksum.digest);
  if (metadata == NULL)
    return 0;
  g_assert_cmpuint (g_hash_table_size (metadata), <=, CALL_TUS_KEYS_MAX);
  g_hash_table_iter_init (&iter, metadata);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_assert_true (g_utf8_validate (value, -1, NULL));
  return 0;
}
