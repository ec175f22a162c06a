/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_CALL_LOUDNESS_MAX_CHANNELS 2
/* Frames that are looked at together. */
#define GST_CALL_LOUDNESS_CHUNK 32
/* What lies between two frames is known when this many have followed. */
#define GST_CALL_LOUDNESS_PEAK_DELAY 12
#define GST_CALL_LOUDNESS_PEAK_TAPS (2 * GST_CALL_LOUDNESS_PEAK_DELAY)

/* What is between the samples: four times oversampled, as ITU-R BS.1770-4, annex 2, but sharper. */
typedef struct {
  guint channels;
  float history[GST_CALL_LOUDNESS_MAX_CHANNELS]
               [GST_CALL_LOUDNESS_PEAK_TAPS - 1 + GST_CALL_LOUDNESS_CHUNK];
} GstCallLoudnessPeak;

void gst_call_loudness_peak_init (GstCallLoudnessPeak *self, guint channels);
gboolean gst_call_loudness_peak_push (GstCallLoudnessPeak *self,
                                      const float *samples,
                                      guint n_frames,
                                      float threshold,
                                      float peaks[GST_CALL_LOUDNESS_CHUNK]);

G_END_DECLS
