/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-level.h"

#include "call-loudness-meter.h"

#include <string.h>

/* In steps of 100 ms. */
#define SLOW_STEPS 30
#define FAST_STEPS 8
#define APART_STEPS 4
#define QUIETER_STEPS 7
#define FRESH_STEPS 15
#define FRESH_MEMORY 8

/* LU between the means that natural speech does not show for long. */
#define LOUDER 4.0
#define QUIETER 5.0
#define FRESH_JUMP 2.0 /* of energy */

/**
 * gst_call_loudness_level_init:
 * @self: (out caller-allocates): a level that nothing is known of
 */
void
gst_call_loudness_level_init (GstCallLoudnessLevel *self)
{
  memset (self, 0, sizeof (*self));
}

static void
average (double *mean, guint *n, guint most, double energy)
{
  *n = MIN (*n + 1, most);
  *mean += (energy - *mean) / *n;
}

/* Another voice, or another distance: what was known is worth nothing. */
static void
start_over (GstCallLoudnessLevel *self, double energy, guint n)
{
  self->slow = self->fast = energy;
  self->n_slow = self->n_fast = n;
  self->n_apart = 0;
  self->n_quieter = 0;
  self->since_acquired = 0;
}

static void
hear (GstCallLoudnessLevel *self, double energy)
{
  double apart;

  if (self->n_slow == 0)
    self->since_acquired = 0;
  if (gst_call_loudness_level_is_fresh (self) && energy > self->slow * FRESH_JUMP)
    self->n_slow = 0; /* the first sounds were only the beginning */
  average (&self->slow, &self->n_slow,
           gst_call_loudness_level_is_fresh (self) ? FRESH_MEMORY : SLOW_STEPS, energy);
  average (&self->fast, &self->n_fast, FAST_STEPS, energy);
  self->since_acquired++;
  self->n_quieter = 0;
  apart = gst_call_loudness_from_energy (self->fast) - gst_call_loudness_from_energy (self->slow);
  self->n_apart = apart > LOUDER || apart < -QUIETER ? self->n_apart + 1 : 0;
  if (self->n_apart >= APART_STEPS)
    start_over (self, self->fast, FAST_STEPS);
}

static void
hear_quieter (GstCallLoudnessLevel *self, double energy)
{
  if (self->n_quieter == 0)
    self->quieter = 0;
  average (&self->quieter, &self->n_quieter, QUIETER_STEPS, energy);
  if (self->n_quieter >= QUIETER_STEPS)
    start_over (self, self->quieter, QUIETER_STEPS);
}

/**
 * gst_call_loudness_level_step:
 * @self: a level
 * @verdict: what the gate says of the last 400 ms
 * @momentary: their loudness
 *
 * To be called every 100 ms.
 */
void
gst_call_loudness_level_step (GstCallLoudnessLevel *self,
                              GstCallLoudnessVerdict verdict,
                              double momentary)
{
  double energy = gst_call_loudness_to_energy (momentary);

  if (verdict == GST_CALL_LOUDNESS_SPEECH)
    hear (self, energy);
  else if (verdict == GST_CALL_LOUDNESS_QUIETER)
    hear_quieter (self, energy);
  else if (self->n_quieter > 0)
    self->n_quieter--;
}

/**
 * gst_call_loudness_level_get:
 * @self: a level
 *
 * Returns: how loud the voice is, in LUFS; %GST_CALL_LOUDNESS_SILENCE if none was heard
 */
double
gst_call_loudness_level_get (const GstCallLoudnessLevel *self)
{
  return gst_call_loudness_from_energy (self->slow);
}

/**
 * gst_call_loudness_level_is_fresh:
 * @self: a level
 *
 * Returns: whether a voice was just heard for the first time, or changed
 */
gboolean
gst_call_loudness_level_is_fresh (const GstCallLoudnessLevel *self)
{
  return self->since_acquired < FRESH_STEPS;
}
