/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A part that is sent lies within the file, whatever was asked for. */

#include "fuzz.h"

#include "call-byte-range.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const gint64 totals[] = { 0, 1, 1000, G_MAXINT64 };
  g_autofree char *text = g_strndup ((const char *) data, size);

  for (gsize i = 0; i < G_N_ELEMENTS (totals); i++) {
    gint64 first = -1, last = -1;

    if (call_byte_range_parse (text, totals[i], &first, &last) == CALL_BYTE_RANGE_PART) {
      g_assert_cmpint (first, >=, 0);
      g_assert_cmpint (first, <=, last);
      g_assert_cmpint (last, <, totals[i]);
    }
  }
  return 0;
}
