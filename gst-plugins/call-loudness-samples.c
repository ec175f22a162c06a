/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-samples.h"

#include <math.h>

#define FULL_SCALE 32768.f
/* A sample beyond this, 36 dB over full scale, is not sound. */
#define LARGEST 64.f

/**
 * gst_call_loudness_load_s16:
 * @samples: (out): full scale is 1
 * @from: what is to be converted
 * @n: how many
 */
void
gst_call_loudness_load_s16 (float *samples, const gint16 *from, guint n)
{
  for (guint i = 0; i < n; i++)
    samples[i] = from[i] * (1 / FULL_SCALE);
}

/**
 * gst_call_loudness_load_f32:
 * @samples: (out): numbers, none of them too large to be sound
 * @from: whatever a stranger sent
 * @n: how many
 *
 * What is no number would stay in the filters for ever.
 */
void
gst_call_loudness_load_f32 (float *samples, const float *from, guint n)
{
  for (guint i = 0; i < n; i++)
    samples[i] = isnan (from[i]) ? 0 : CLAMP (from[i], -LARGEST, LARGEST);
}

/**
 * gst_call_loudness_store_s16:
 * @to: (out): rounded, and clipped
 * @samples: full scale is 1
 * @n: how many
 */
void
gst_call_loudness_store_s16 (gint16 *to, const float *samples, guint n)
{
  for (guint i = 0; i < n; i++) {
    float sample = samples[i] * FULL_SCALE;

    sample += sample < 0 ? -.5f : .5f;
    to[i] = (gint16) CLAMP (sample, -32768.f, 32767.f);
  }
}
