/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-gate.h"

#include "call-loudness-meter.h"

#include <math.h>
#include <string.h>

#define RECENT GST_CALL_LOUDNESS_RECENT
#define SMOOTH_BLOCKS 5
#define SLOT_BLOCKS 50
#define MEDIAN_BLOCKS 16

/* The lowest of some fifty readings of steady noise is so much under their mean, in LU. */
#define FLOOR_BIAS 1.0
/* No room is so quiet: what is less, in LUFS, is a microphone that was switched off. */
#define LEAST_FLOOR (-100.0)
/* Syllables rise and fall by more than this within half a second, in LU; fans do not. */
#define LEAST_MOVEMENT 6.0
#define MOVEMENT_BLOCKS 50
/* More than this is not the same voice, in LU. */
#define RELATIVE_GATE 10.0
/* So much of 400 ms of energy is never in 10 or in 30 ms of speech, but in those of a bang. */
#define BANG_SHARE 0.35
#define BANG_SHARE_OF_THREE 0.60

/**
 * gst_call_loudness_gate_init:
 * @self: (out caller-allocates): a gate that has heard nothing
 */
void
gst_call_loudness_gate_init (GstCallLoudnessGate *self)
{
  memset (self, 0, sizeof (*self));
}

static guint
index_of (const GstCallLoudnessGate *self, guint ago)
{
  return (self->at + RECENT - 1 - ago) % RECENT;
}

static double
mean_energy (const GstCallLoudnessGate *self, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += self->energies[index_of (self, i)];
  return sum / n;
}

static void
lower_floor (GstCallLoudnessGate *self, double loudness)
{
  double *slot;

  if (self->n_in_slot == 0) {
    self->slot = (self->slot + 1) % GST_CALL_LOUDNESS_FLOOR_SLOTS;
    self->n_slots = MIN (self->n_slots + 1, GST_CALL_LOUDNESS_FLOOR_SLOTS);
    self->slots[self->slot] = loudness;
  }
  slot = &self->slots[self->slot];
  *slot = MIN (*slot, loudness);
  self->n_in_slot = (self->n_in_slot + 1) % SLOT_BLOCKS;
}

/**
 * gst_call_loudness_gate_push:
 * @self: a gate
 * @energy: of the next 10 ms
 */
void
gst_call_loudness_gate_push (GstCallLoudnessGate *self, double energy)
{
  guint n;

  self->energies[self->at] = energy;
  self->at = (self->at + 1) % RECENT;
  self->n_blocks = MIN (self->n_blocks + 1, RECENT);
  n = MIN (self->n_blocks, SMOOTH_BLOCKS);
  self->smooth[index_of (self, 0)] = gst_call_loudness_from_energy (mean_energy (self, n));
  if (self->n_blocks >= SMOOTH_BLOCKS && self->smooth[index_of (self, 0)] > LEAST_FLOOR)
    lower_floor (self, self->smooth[index_of (self, 0)]);
}

/**
 * gst_call_loudness_gate_get_floor:
 * @self: a gate
 *
 * The loudness of what is there all the time: the least of the last five seconds.
 *
 * Returns: in LUFS
 */
double
gst_call_loudness_gate_get_floor (const GstCallLoudnessGate *self)
{
  double lowest = 0;

  if (self->n_slots == 0)
    return GST_CALL_LOUDNESS_SILENCE;
  for (guint i = 0; i < self->n_slots; i++) {
    guint slot = (self->slot + GST_CALL_LOUDNESS_FLOOR_SLOTS - i) % GST_CALL_LOUDNESS_FLOOR_SLOTS;

    lowest = MIN (lowest, self->slots[slot]);
  }
  return MAX (lowest + FLOOR_BIAS, GST_CALL_LOUDNESS_SILENCE);
}

/**
 * gst_call_loudness_gate_get_momentary:
 * @self: a gate
 *
 * Returns: the loudness of the last 400 ms, or of what there is, in LUFS
 */
double
gst_call_loudness_gate_get_momentary (const GstCallLoudnessGate *self)
{
  guint n = MIN (self->n_blocks, GST_CALL_LOUDNESS_MOMENTARY);

  return n == 0 ? GST_CALL_LOUDNESS_SILENCE : gst_call_loudness_from_energy (mean_energy (self, n));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/**
 * gst_call_loudness_gate_get_median:
 * @self: a gate
 *
 * Half of the last 160 ms was louder: no bang lasts so long.
 *
 * Returns: in LUFS
 */
double
gst_call_loudness_gate_get_median (const GstCallLoudnessGate *self)
{
  double sorted[MEDIAN_BLOCKS];

  for (guint i = 0; i < MEDIAN_BLOCKS; i++)
    sorted[i] = self->energies[index_of (self, i)];
  qsort (sorted, MEDIAN_BLOCKS, sizeof (double), compare);
  return gst_call_loudness_from_energy (sorted[MEDIAN_BLOCKS / 2]);
}

static gboolean
is_bang (const GstCallLoudnessGate *self)
{
  double total = mean_energy (self, GST_CALL_LOUDNESS_MOMENTARY) * GST_CALL_LOUDNESS_MOMENTARY;

  for (guint i = 0; i < GST_CALL_LOUDNESS_MOMENTARY; i++) {
    double one = self->energies[index_of (self, i)];
    double three = one + self->energies[index_of (self, i + 1)] +
                   self->energies[index_of (self, i + 2)];

    if (one > total * BANG_SHARE || three > total * BANG_SHARE_OF_THREE)
      return TRUE;
  }
  return FALSE;
}

/* In LU, of 50 ms each. */
static double
get_movement (const GstCallLoudnessGate *self)
{
  double lowest = 0, highest = GST_CALL_LOUDNESS_SILENCE;

  for (guint i = 0; i < MIN (self->n_blocks, MOVEMENT_BLOCKS); i++) {
    double loudness = self->smooth[index_of (self, i)];

    lowest = MIN (lowest, loudness);
    highest = MAX (highest, loudness);
  }
  return highest - lowest;
}

/**
 * gst_call_loudness_gate_judge:
 * @self: a gate
 * @config: what is speech
 * @level: how loud the voice was so far, in LUFS
 *
 * Returns: what the last 400 ms are
 */
GstCallLoudnessVerdict
gst_call_loudness_gate_judge (const GstCallLoudnessGate *self,
                              const GstCallLoudnessGateConfig *config,
                              double level)
{
  double momentary = gst_call_loudness_gate_get_momentary (self);

  if (momentary < config->threshold ||
      momentary < gst_call_loudness_gate_get_floor (self) + config->snr ||
      get_movement (self) < LEAST_MOVEMENT || is_bang (self))
    return GST_CALL_LOUDNESS_PAUSE;
  return momentary < level - RELATIVE_GATE ? GST_CALL_LOUDNESS_QUIETER : GST_CALL_LOUDNESS_SPEECH;
}
