/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "ivf-writer.h"

/* A torn file is cut at the same place, however often it is looked at. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  GstCallIvfHeader header;
  guint32 frames, again;
  guint width, height;
  gsize whole;

  gst_call_ivf_header_parse (data, size, &header);
  whole = gst_call_ivf_scan (data, size, &frames);
  g_assert (whole <= size);
  g_assert (gst_call_ivf_scan (data, whole, &again) == whole && again == frames);
  if (gst_call_vp8_get_size (data, size, &width, &height))
    g_assert (width > 0 && height > 0 && width < 16384 && height < 16384);
  return 0;
}
