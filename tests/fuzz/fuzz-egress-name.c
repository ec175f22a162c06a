/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "egress-name.h"

#include <string.h>

/* Whatever somebody is called, the file stays in its folder. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *part = gst_call_egress_part (text, "x");
  g_autofree char *name = gst_call_egress_name ((gint64) size * 1000003, text, text, text, "wav");
  g_autofree char *json = gst_call_egress_escape (text);

  g_assert (*part != '\0' && *part != '.' && strlen (part) <= GST_CALL_EGRESS_PART_MAX);
  g_assert (strpbrk (part, "/\\ \n\t:*?\"<>|") == NULL);
  g_assert (strlen (name) <= 255 && strchr (name, '/') == NULL && g_str_has_suffix (name, ".wav"));
  g_assert (g_str_is_ascii (name));
  g_assert (g_utf8_validate (json, -1, NULL) && strpbrk (json, "\n\r") == NULL);
  return 0;
}
