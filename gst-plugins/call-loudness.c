/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness.h"

#include "call-loudness-gain.h"
#include "call-loudness-limiter.h"
#include "call-loudness-meter.h"
#include "call-loudness-peak.h"

#include <math.h>

#define CHUNK GST_CALL_LOUDNESS_CHUNK

const GstCallLoudnessConfig gst_call_loudness_defaults = {
  .target = -16,
  .max_gain = 30,
  .max_attenuation = 30,
  .true_peak_limit = -1.5,
  .gate_threshold = -58,
  .gate_snr = 8,
  .noise_distance = 12,
};

/*
 * Makes speech evenly loud while it is spoken: measures the input, follows the voice with a gain,
 * and lets no true peak through. Not for several threads at a time.
 */
struct _GstCallLoudness {
  guint channels;
  guint block_frames, n_in_block;
  GstCallLoudnessConfig config;
  GstCallLoudnessMeter *meter;
  GstCallLoudnessGain gain;
  GstCallLoudnessLimiter *limiter;
  GstCallLoudnessPeak peak;
  float highest; /* true peak of the input */

  float factor; /* of the next frame */
  float ratio;  /* from a frame to the next, towards the gain at the end of the block */
};

static void
clear_format (GstCallLoudness *self)
{
  g_clear_pointer (&self->meter, gst_call_loudness_meter_free);
  g_clear_pointer (&self->limiter, gst_call_loudness_limiter_free);
}

/**
 * gst_call_loudness_new:
 * @channels: 1 or 2, which get the same gain
 * @rate: samples per second
 *
 * Returns: (transfer full): a normaliser with the defaults
 */
GstCallLoudness *
gst_call_loudness_new (guint channels, guint rate)
{
  GstCallLoudness *self = g_new0 (GstCallLoudness, 1);

  self->config = gst_call_loudness_defaults;
  self->factor = self->ratio = 1;
  gst_call_loudness_gain_init (&self->gain);
  gst_call_loudness_set_format (self, channels, rate);
  return self;
}

/**
 * gst_call_loudness_free:
 * @self: (transfer full): a normaliser
 */
void
gst_call_loudness_free (GstCallLoudness *self)
{
  clear_format (self);
  g_free (self);
}

/**
 * gst_call_loudness_set_format:
 * @self: a normaliser
 * @channels: 1 or 2
 * @rate: samples per second
 *
 * The measurements start anew and what is delayed is forgotten, but the voice is the same: what is
 * known of it, and the gain, stay.
 */
void
gst_call_loudness_set_format (GstCallLoudness *self, guint channels, guint rate)
{
  clear_format (self);
  self->channels = channels;
  self->meter = gst_call_loudness_meter_new (channels, rate);
  self->block_frames = gst_call_loudness_meter_get_block_frames (self->meter);
  self->n_in_block = 0;
  self->limiter = gst_call_loudness_limiter_new (channels, rate);
  gst_call_loudness_limiter_set_limit (self->limiter, self->config.true_peak_limit);
  gst_call_loudness_peak_init (&self->peak, channels);
  self->highest = 0;
}

/**
 * gst_call_loudness_restart:
 * @self: a normaliser
 *
 * Forgets the voice: the gain is 0 dB, as at first. What is measured and delayed stays.
 */
void
gst_call_loudness_restart (GstCallLoudness *self)
{
  gst_call_loudness_gain_init (&self->gain);
  self->factor = self->ratio = 1;
}

/**
 * gst_call_loudness_reset_delay:
 * @self: a normaliser
 *
 * Forgets what is delayed; the next that comes out is as much silence as the delay is long.
 */
void
gst_call_loudness_reset_delay (GstCallLoudness *self)
{
  gst_call_loudness_limiter_reset (self->limiter);
}

/**
 * gst_call_loudness_set_config:
 * @self: a normaliser
 * @config: what is wanted from now on
 */
void
gst_call_loudness_set_config (GstCallLoudness *self, const GstCallLoudnessConfig *config)
{
  self->config = *config;
  gst_call_loudness_limiter_set_limit (self->limiter, config->true_peak_limit);
}

/**
 * gst_call_loudness_get_delay:
 * @self: a normaliser
 *
 * Returns: how many frames later a sample comes out
 */
guint
gst_call_loudness_get_delay (const GstCallLoudness *self)
{
  return gst_call_loudness_limiter_get_delay (self->limiter);
}

static float
to_factor (double db)
{
  return (float) pow (10, db / 20);
}

/* The gain moves evenly, in dB, from one block to the next. */
static void
end_block (GstCallLoudness *self)
{
  double from = self->gain.gain, to;

  to = gst_call_loudness_gain_push (&self->gain, &self->config,
                                    gst_call_loudness_meter_end_block (self->meter));
  self->factor = to_factor (from);
  self->ratio = to_factor ((to - from) / self->block_frames);
  self->n_in_block = 0;
}

static void
raise_highest (GstCallLoudness *self, const float *samples, guint n_frames)
{
  float peaks[CHUNK];

  for (guint i = 0; i < n_frames; i += CHUNK) {
    guint n = MIN (n_frames - i, CHUNK);

    if (!gst_call_loudness_peak_push (&self->peak, samples + i * self->channels, n, self->highest,
                                      peaks))
      continue;
    for (guint j = 0; j < n; j++)
      self->highest = MAX (self->highest, peaks[j]);
  }
}

static void
amplify (GstCallLoudness *self, float *samples, guint n_frames)
{
  for (guint i = 0; i < n_frames; i++) {
    for (guint c = 0; c < self->channels; c++)
      samples[i * self->channels + c] *= self->factor;
    self->factor *= self->ratio;
  }
}

/**
 * gst_call_loudness_process:
 * @self: a normaliser
 * @samples: (inout): interleaved, full scale is 1; what comes out is as long, and late by the delay
 * @n_frames: how many
 */
void
gst_call_loudness_process (GstCallLoudness *self, float *samples, guint n_frames)
{
  while (n_frames > 0) {
    guint n = MIN (n_frames, self->block_frames - self->n_in_block);

    gst_call_loudness_meter_add (self->meter, samples, n);
    raise_highest (self, samples, n);
    amplify (self, samples, n);
    gst_call_loudness_limiter_process (self->limiter, samples, n);
    self->n_in_block += n;
    if (self->n_in_block == self->block_frames)
      end_block (self);
    samples += n * self->channels;
    n_frames -= n;
  }
}

/**
 * gst_call_loudness_process_gap:
 * @self: a normaliser
 * @samples: (inout): silence; what is still delayed comes out, and then silence
 * @n_frames: how many
 *
 * Where nothing was recorded there is nothing to learn about the room or the voice.
 */
void
gst_call_loudness_process_gap (GstCallLoudness *self, float *samples, guint n_frames)
{
  gst_call_loudness_limiter_process (self->limiter, samples, n_frames);
  self->n_in_block += n_frames;
  gst_call_loudness_skip (self, self->n_in_block / self->block_frames);
  self->n_in_block %= self->block_frames;
}

/**
 * gst_call_loudness_skip:
 * @self: a normaliser
 * @n_blocks: how many blocks of 10 ms are missing
 */
void
gst_call_loudness_skip (GstCallLoudness *self, guint n_blocks)
{
  gst_call_loudness_meter_skip (self->meter, n_blocks);
}

/**
 * gst_call_loudness_get_readings:
 * @self: a normaliser
 * @readings: (out): what it heard and did at the end of the last block
 */
void
gst_call_loudness_get_readings (const GstCallLoudness *self, GstCallLoudnessReadings *readings)
{
  readings->momentary = gst_call_loudness_meter_get_momentary (self->meter);
  readings->short_term = gst_call_loudness_meter_get_short_term (self->meter);
  readings->true_peak = 20 * log10 (MAX (self->highest, 1e-6));
  readings->level = gst_call_loudness_level_get (&self->gain.level);
  readings->noise_floor = gst_call_loudness_gate_get_floor (&self->gain.gate);
  readings->gain = self->gain.gain;
  readings->reduction = gst_call_loudness_limiter_get_reduction (self->limiter);
  readings->is_gated = self->gain.hangover == 0;
}

/**
 * gst_call_loudness_get_integrated:
 * @self: a normaliser
 *
 * Returns: the loudness of all the input so far, in LUFS
 */
double
gst_call_loudness_get_integrated (const GstCallLoudness *self)
{
  return gst_call_loudness_meter_get_integrated (self->meter);
}
