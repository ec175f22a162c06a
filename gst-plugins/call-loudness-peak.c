/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-peak.h"

#include <math.h>
#include <string.h>

#define TAPS GST_CALL_LOUDNESS_PEAK_TAPS
#define DELAY GST_CALL_LOUDNESS_PEAK_DELAY
#define CHUNK GST_CALL_LOUDNESS_CHUNK
#define PHASES 3 /* between two samples; the fourth is the sample */
#define KAISER_BETA 4.0
#define SHORT_TAPS 12

/*
 * Two meters do not agree on sound that reaches up to half the sample rate, such as clicks: what
 * lies between the samples depends on how sharply they filter. Both of these count: a sharp one,
 * and the short one of libebur128, which is about that of ITU-R BS.1770.
 */
typedef struct {
  guint first, end;
  float taps[TAPS];
} Filter;

/* Written once. */
static Filter filters[2 * PHASES];
static float overshoot; /* how much higher than the samples the signal between them can be */

static double
bessel_i0 (double x)
{
  double sum = 1, term = 1;

  for (guint k = 1; k < 32; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

static double
kaiser (double x)
{
  return bessel_i0 (KAISER_BETA * sqrt (1 - x * x)) / bessel_i0 (KAISER_BETA);
}

static double
hann (double x)
{
  return 0.5 + 0.5 * cos (G_PI * x);
}

/* Interpolates at @phase quarters between two samples. */
static void
make_filter (Filter *filter, guint phase, guint n_taps, double (*window) (double x))
{
  double highest = 0;

  filter->first = (TAPS - n_taps) / 2;
  filter->end = filter->first + n_taps;
  for (guint k = filter->first; k < filter->end; k++) {
    double x = phase / 4.0 + DELAY - 1 - (double) k;

    filter->taps[k] = (float) (sin (G_PI * x) / (G_PI * x) * window (x / (n_taps / 2)));
    highest += fabsf (filter->taps[k]);
  }
  overshoot = MAX (overshoot, (float) highest);
}

/**
 * gst_call_loudness_peak_init:
 * @self: (out caller-allocates): a finder of peaks, which has seen silence so far
 * @channels: 1 or 2
 */
void
gst_call_loudness_peak_init (GstCallLoudnessPeak *self, guint channels)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    for (guint i = 0; i < PHASES; i++) {
      make_filter (&filters[2 * i], i + 1, TAPS, kaiser);
      make_filter (&filters[2 * i + 1], i + 1, SHORT_TAPS, hann);
    }
    g_once_init_leave (&once, 1);
  }
  memset (self, 0, sizeof (*self));
  self->channels = channels;
}

static float
highest_of (const float *samples, guint n)
{
  float highest = 0;

  for (guint i = 0; i < n; i++) {
    float value = fabsf (samples[i]);

    highest = value > highest ? value : highest;
  }
  return highest;
}

/* Loops over frames are inside, so that the compiler makes vectors of them. */
static void
raise_peaks (const float *restrict history, float *restrict peaks)
{
  for (guint i = 0; i < CHUNK; i++) {
    float value = fabsf (history[i + DELAY - 1]);

    peaks[i] = value > peaks[i] ? value : peaks[i];
  }
  for (guint f = 0; f < G_N_ELEMENTS (filters); f++) {
    float sums[CHUNK] = { 0 };

    for (guint k = filters[f].first; k < filters[f].end; k++)
      for (guint i = 0; i < CHUNK; i++)
        sums[i] += filters[f].taps[k] * history[i + k];
    for (guint i = 0; i < CHUNK; i++) {
      float value = fabsf (sums[i]);

      peaks[i] = value > peaks[i] ? value : peaks[i];
    }
  }
}

static void
append (GstCallLoudnessPeak *self, const float *samples, guint n_frames)
{
  for (guint c = 0; c < self->channels; c++)
    for (guint i = 0; i < n_frames; i++)
      self->history[c][TAPS - 1 + i] = samples[i * self->channels + c];
}

static void
forget (GstCallLoudnessPeak *self, guint n_frames)
{
  for (guint c = 0; c < self->channels; c++)
    memmove (self->history[c], self->history[c] + n_frames, (TAPS - 1) * sizeof (float));
}

/**
 * gst_call_loudness_peak_push:
 * @self: a finder of peaks
 * @samples: interleaved
 * @n_frames: how many, %GST_CALL_LOUDNESS_CHUNK at most
 * @threshold: which peaks matter
 * @peaks: (out): the highest of all channels from a frame to the next, for the frames which are
 *   %GST_CALL_LOUDNESS_PEAK_DELAY before those of @samples
 *
 * Most sound is so far below the threshold that its samples tell enough: then nothing is computed.
 *
 * Returns: whether anything may be above @threshold, and @peaks is set
 */
gboolean
gst_call_loudness_peak_push (GstCallLoudnessPeak *self,
                             const float *samples,
                             guint n_frames,
                             float threshold,
                             float peaks[GST_CALL_LOUDNESS_CHUNK])
{
  float highest = 0;

  append (self, samples, n_frames);
  for (guint c = 0; c < self->channels; c++)
    highest = MAX (highest, highest_of (self->history[c], TAPS - 1 + n_frames));
  if (highest * overshoot > threshold) {
    memset (peaks, 0, CHUNK * sizeof (float));
    for (guint c = 0; c < self->channels; c++)
      raise_peaks (self->history[c], peaks);
  }
  forget (self, n_frames);
  return highest * overshoot > threshold;
}
