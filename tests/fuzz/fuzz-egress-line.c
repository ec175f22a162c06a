/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "egress-line.h"

#include <string.h>

/* What is read of a line is read of it again when it is written. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  GstCallEgressLine line, again;
  g_autofree char *json = NULL;

  gst_call_egress_line_is_last ((const char *) data, size);
  if (!gst_call_egress_line_parse ((const char *) data, size, &line))
    return 0;
  json = gst_call_egress_line_to_json (&line);
  g_assert (gst_call_egress_line_parse (json, strlen (json) - 1, &again));
  g_assert (again.number == line.number && again.position == line.position);
  g_assert (again.count == line.count && again.offset == line.offset && again.bytes == line.bytes);
  return 0;
}
