/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A file that comes as text is never longer than it may be; its name can always be shown. */

#include "fuzz.h"

#include "call-base64.h"
#include "call-file-rules.h"

#define LIMIT 64

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = call_data_url_decode ((const char *) data, size, LIMIT, NULL);
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *name = call_file_rules_clean_name (text);

  if (bytes != NULL)
    g_assert_cmpuint (g_bytes_get_size (bytes), <=, LIMIT);
  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_cmpuint (strlen (name), >, 0);
  g_assert_cmpuint (strlen (name), <=, CALL_FILE_NAME_MAX);
  g_assert_null (strchr (name, '/'));
  return 0;
}
