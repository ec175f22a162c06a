/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-gain.h"

#include "call-loudness-meter.h"

#include <string.h>

#define STEP_BLOCKS 10
#define HANGOVER_BLOCKS 20

/* dB in a block of 10 ms. */
#define UP 0.08
#define DOWN 0.25
#define FRESH_UP 1.50
#define FRESH_DOWN 1.50
#define TOO_LOUD_DOWN 2.50
/* Half of 160 ms so much over the target is not a syllable but another level, in LU. */
#define TOO_LOUD 6.0

/**
 * gst_call_loudness_gain_init:
 * @self: (out caller-allocates): a gain of 0 dB that has heard nothing
 */
void
gst_call_loudness_gain_init (GstCallLoudnessGain *self)
{
  memset (self, 0, sizeof (*self));
  gst_call_loudness_gate_init (&self->gate);
  gst_call_loudness_level_init (&self->level);
}

static void
step (GstCallLoudnessGain *self, const GstCallLoudnessConfig *config)
{
  GstCallLoudnessGateConfig gate = { config->gate_threshold, config->gate_snr };

  self->verdict = gst_call_loudness_gate_judge (&self->gate, &gate,
                                                gst_call_loudness_level_get (&self->level));
  gst_call_loudness_level_step (&self->level, self->verdict,
                                gst_call_loudness_gate_get_momentary (&self->gate));
  if (self->verdict == GST_CALL_LOUDNESS_SPEECH)
    self->hangover = HANGOVER_BLOCKS;
}

/* The noise of the room stays away from the voice, but is never made less than it is. */
static double
most_over_noise (const GstCallLoudnessGain *self, const GstCallLoudnessConfig *config)
{
  double floor = gst_call_loudness_gate_get_floor (&self->gate);

  return MAX (config->target - config->noise_distance - floor, 0);
}

static double
wanted_gain (const GstCallLoudnessGain *self, const GstCallLoudnessConfig *config)
{
  double gain = config->target - gst_call_loudness_level_get (&self->level);

  gain = MIN (gain, config->max_gain);
  gain = MIN (gain, most_over_noise (self, config));
  return MAX (gain, -config->max_attenuation);
}

static gboolean
is_too_loud (const GstCallLoudnessGain *self, const GstCallLoudnessConfig *config)
{
  double median = gst_call_loudness_gate_get_median (&self->gate);

  return median + self->gain > config->target + TOO_LOUD;
}

static void
move (GstCallLoudnessGain *self, double wanted)
{
  gboolean is_fresh = gst_call_loudness_level_is_fresh (&self->level);
  double up = is_fresh ? FRESH_UP : UP, down = is_fresh ? FRESH_DOWN : DOWN;

  self->gain = CLAMP (wanted, self->gain - down, self->gain + up);
}

/**
 * gst_call_loudness_gain_push:
 * @self: a gain
 * @config: what is wanted
 * @energy: of the last block
 *
 * In pauses the gain is held, so that they stay what they are.
 *
 * Returns: the gain of the next block in dB
 */
double
gst_call_loudness_gain_push (GstCallLoudnessGain *self,
                             const GstCallLoudnessConfig *config,
                             double energy)
{
  gst_call_loudness_gate_push (&self->gate, energy);
  self->n_in_step++;
  if (self->n_in_step == STEP_BLOCKS) {
    self->n_in_step = 0;
    step (self, config);
  }
  if (is_too_loud (self, config))
    self->gain = MAX (self->gain - TOO_LOUD_DOWN, -config->max_attenuation);
  else if (self->hangover > 0)
    move (self, wanted_gain (self, config));
  else if (self->gain > most_over_noise (self, config))
    self->gain = MAX (self->gain - DOWN, most_over_noise (self, config));
  if (self->hangover > 0)
    self->hangover--;
  return self->gain;
}
