/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever comes in, one short line of UTF-8 without control characters comes out. */

#include "fuzz.h"

#include "calld-log.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *clean = calld_log_redact (text);

  g_assert (g_utf8_validate (clean, -1, NULL));
  g_assert (strlen (clean) <= 400);
  for (const char *p = clean; *p != '\0'; p++)
    g_assert (!g_ascii_iscntrl (*p));
  return 0;
}
