/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-limiter.h"

#include "call-loudness-peak.h"

#include <math.h>
#include <string.h>

#define CHUNK GST_CALL_LOUDNESS_CHUNK
#define LOOK_AHEAD_MS 5
#define RELEASE_S 0.080
/* What oversampling by four leaves between its points, and a gain that moves adds. */
#define MARGIN_DB 0.1
#define ALMOST_ONE 0.99999 /* an exponential never arrives */

typedef struct {
  guint64 frame;
  float gain;
} Need;

/*
 * Never lets a peak through. The gain that each frame needs is held for the length of the
 * look-ahead, rises again slowly, and is smoothed by a mean over the same length: so it is all
 * there when the peak is, and no step is heard.
 */
struct _GstCallLoudnessLimiter {
  guint channels;
  guint window; /* frames of the look-ahead */
  float limit;
  double release;
  GstCallLoudnessPeak peak;

  float *delayed; /* a ring of `delay` frames */
  guint delay;
  guint at;

  Need *needs; /* a queue of rising gains in a ring of `window`: the first is the lowest ahead */
  guint first_need, n_needs;
  guint64 frame; /* of the peaks that are looked at */
  double held;   /* the lowest gain ahead, on its way back to 1 */

  float *gains; /* a ring of `window`, whose mean is the gain */
  double sum;
  guint at_gain;
  gboolean is_idle; /* all of `gains` is 1, and nothing is needed */
};

/**
 * gst_call_loudness_limiter_new:
 * @channels: 1 or 2, which get the same gain
 * @rate: samples per second
 *
 * Returns: (transfer full): a limiter at 0 dBTP
 */
GstCallLoudnessLimiter *
gst_call_loudness_limiter_new (guint channels, guint rate)
{
  GstCallLoudnessLimiter *self = g_new0 (GstCallLoudnessLimiter, 1);

  self->channels = channels;
  self->window = MAX (rate * LOOK_AHEAD_MS / 1000, 1);
  self->delay = self->window - 1 + GST_CALL_LOUDNESS_PEAK_DELAY;
  self->release = 1 - exp (-1 / (RELEASE_S * rate));
  self->delayed = g_new (float, self->delay *channels);
  self->needs = g_new (Need, self->window + 1);
  self->gains = g_new (float, self->window);
  gst_call_loudness_limiter_set_limit (self, 0);
  gst_call_loudness_limiter_reset (self);
  return self;
}

/**
 * gst_call_loudness_limiter_free:
 * @self: (transfer full): a limiter
 */
void
gst_call_loudness_limiter_free (GstCallLoudnessLimiter *self)
{
  g_free (self->delayed);
  g_free (self->needs);
  g_free (self->gains);
  g_free (self);
}

static void
rest (GstCallLoudnessLimiter *self)
{
  for (guint i = 0; i < self->window; i++)
    self->gains[i] = 1;
  self->sum = self->window;
  self->held = 1;
  self->n_needs = 0;
  self->is_idle = TRUE;
}

/**
 * gst_call_loudness_limiter_reset:
 * @self: a limiter
 *
 * Forgets what is delayed: silence comes out first.
 */
void
gst_call_loudness_limiter_reset (GstCallLoudnessLimiter *self)
{
  memset (self->delayed, 0, sizeof (float) * self->delay * self->channels);
  gst_call_loudness_peak_init (&self->peak, self->channels);
  rest (self);
}

/**
 * gst_call_loudness_limiter_set_limit:
 * @self: a limiter
 * @limit: the highest true peak, in dBTP
 */
void
gst_call_loudness_limiter_set_limit (GstCallLoudnessLimiter *self, double limit)
{
  self->limit = (float) pow (10, (limit - MARGIN_DB) / 20);
}

/**
 * gst_call_loudness_limiter_get_delay:
 * @self: a limiter
 *
 * Returns: how many frames later a sample comes out
 */
guint
gst_call_loudness_limiter_get_delay (const GstCallLoudnessLimiter *self)
{
  return self->delay;
}

/**
 * gst_call_loudness_limiter_get_reduction:
 * @self: a limiter
 *
 * Returns: by how many dB the limiter lowers what comes out just now, 0 or less
 */
double
gst_call_loudness_limiter_get_reduction (const GstCallLoudnessLimiter *self)
{
  return self->is_idle ? 0 : 20 * log10 (self->sum / self->window);
}

static Need *
need_at (GstCallLoudnessLimiter *self, guint index)
{
  return &self->needs[(self->first_need + index) % (self->window + 1)];
}

/* The lowest gain that any of the last `window` frames needs. */
static float
lowest_ahead (GstCallLoudnessLimiter *self, float need)
{
  while (self->n_needs > 0 && need_at (self, self->n_needs - 1)->gain >= need)
    self->n_needs--;
  if (need < 1)
    *need_at (self, self->n_needs++) = (Need){ self->frame, need };
  if (self->n_needs > 0 && need_at (self, 0)->frame + self->window <= self->frame) {
    self->first_need = (self->first_need + 1) % (self->window + 1);
    self->n_needs--;
  }
  self->frame++;
  return self->n_needs > 0 ? need_at (self, 0)->gain : 1;
}

static float
next_gain (GstCallLoudnessLimiter *self, float peak)
{
  float lowest = lowest_ahead (self, peak > self->limit ? self->limit / peak : 1);

  self->held += (1 - self->held) * self->release;
  if (self->held > ALMOST_ONE)
    self->held = 1;
  self->held = MIN (self->held, lowest);
  self->sum += (float) self->held - (double) self->gains[self->at_gain];
  self->gains[self->at_gain] = (float) self->held;
  self->at_gain = (self->at_gain + 1) % self->window;
  return (float) (self->sum / self->window);
}

static void
rest_when_done (GstCallLoudnessLimiter *self)
{
  if (self->held < 1 || self->n_needs > 0)
    return;
  for (guint i = 0; i < self->window; i++)
    if (self->gains[i] < 1)
      return;
  rest (self);
}

/* Swaps @frame with the one that is due, times @gain. */
static void
exchange (GstCallLoudnessLimiter *self, float *frame, float gain)
{
  float *due = &self->delayed[self->at * self->channels];

  for (guint c = 0; c < self->channels; c++) {
    float sample = frame[c];

    frame[c] = due[c] * gain;
    due[c] = sample;
  }
  if (++self->at == self->delay)
    self->at = 0;
}

static gboolean
exceeds (const float *peaks, guint n, float limit)
{
  for (guint i = 0; i < n; i++)
    if (peaks[i] > limit)
      return TRUE;
  return FALSE;
}

static void
process_chunk (GstCallLoudnessLimiter *self, float *samples, guint n_frames)
{
  float peaks[CHUNK];
  gboolean any;

  any = gst_call_loudness_peak_push (&self->peak, samples, n_frames, self->limit, peaks);
  if (any && self->is_idle)
    self->is_idle = !exceeds (peaks, n_frames, self->limit);
  if (self->is_idle) {
    for (guint i = 0; i < n_frames; i++)
      exchange (self, samples + i * self->channels, 1);
    self->frame += n_frames;
    return;
  }
  for (guint i = 0; i < n_frames; i++)
    exchange (self, samples + i * self->channels, next_gain (self, any ? peaks[i] : 0));
  rest_when_done (self);
}

/**
 * gst_call_loudness_limiter_process:
 * @self: a limiter
 * @samples: (inout): interleaved; what comes out is as long, and late by the delay
 * @n_frames: how many
 */
void
gst_call_loudness_limiter_process (GstCallLoudnessLimiter *self, float *samples, guint n_frames)
{
  while (n_frames > 0) {
    guint n = MIN (n_frames, CHUNK);

    process_chunk (self, samples, n);
    samples += n * self->channels;
    n_frames -= n;
  }
}
