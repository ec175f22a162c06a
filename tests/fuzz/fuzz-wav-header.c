/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "wav-header.h"

#include <string.h>

/* What is taken for our header is written again to the byte. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  guint8 again[GST_CALL_WAV_HEADER_SIZE];
  GstCallWavFormat format;
  guint64 bytes;

  if (!gst_call_wav_header_parse (data, size, &format, &bytes))
    return 0;
  g_assert (size >= sizeof again);
  gst_call_wav_header_build (&format, bytes, again);
  g_assert (memcmp (again, data, sizeof again) == 0);
  return 0;
}
