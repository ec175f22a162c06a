/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-loudness-meter.h"

#include <ebur128.h>
#include <math.h>

#define BLOCK_MS 10
#define MOMENTARY_BLOCKS 40   /* 400 ms, EBU Tech 3341 */
#define SHORT_TERM_BLOCKS 300 /* 3 s */

/*
 * Loudness by EBU R128 in blocks of 10 ms. libebur128 weights and integrates; the windows of 400 ms
 * and 3 s are sums over the blocks, since libebur128 would add up every sample of a window at each
 * reading.
 */
struct _GstCallLoudnessMeter {
  ebur128_state *state;
  guint block_frames;
  double energies[SHORT_TERM_BLOCKS]; /* a ring, 0 before the first block */
  guint next;
};

/**
 * gst_call_loudness_from_energy:
 * @energy: the mean square of weighted samples, summed over the channels
 *
 * ITU-R BS.1770-4, formula 2.
 *
 * Returns: loudness in LUFS, %GST_CALL_LOUDNESS_SILENCE at least
 */
double
gst_call_loudness_from_energy (double energy)
{
  return energy > 1e-12 ? 10 * log10 (energy) - 0.691 : GST_CALL_LOUDNESS_SILENCE;
}

/**
 * gst_call_loudness_to_energy:
 * @loudness: in LUFS
 *
 * Returns: the mean square of weighted samples that is this loud
 */
double
gst_call_loudness_to_energy (double loudness)
{
  return loudness > GST_CALL_LOUDNESS_SILENCE ? pow (10, (loudness + 0.691) / 10) : 0;
}

/**
 * gst_call_loudness_meter_new:
 * @channels: 1, 2 or 5 (left, right, centre, left and right surround)
 * @rate: samples per second, 8000 to 192000
 *
 * Returns: (transfer full): a meter that has heard nothing
 */
GstCallLoudnessMeter *
gst_call_loudness_meter_new (guint channels, guint rate)
{
  GstCallLoudnessMeter *self = g_new0 (GstCallLoudnessMeter, 1);

  /* The histogram keeps the memory of endless tracks the same. */
  self->state = ebur128_init (channels, rate, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
  if (self->state == NULL)
    g_error ("no meter for %u channels at %u Hz", channels, rate);
  self->block_frames = rate * BLOCK_MS / 1000;
  /* One loudspeaker would read 3 LU less than the two that play the same. */
  if (channels == 1)
    ebur128_set_channel (self->state, 0, EBUR128_DUAL_MONO);
  if (channels == 5) {
    ebur128_set_channel (self->state, 2, EBUR128_CENTER);
    ebur128_set_channel (self->state, 3, EBUR128_LEFT_SURROUND);
    ebur128_set_channel (self->state, 4, EBUR128_RIGHT_SURROUND);
  }
  return self;
}

/**
 * gst_call_loudness_meter_free:
 * @self: (transfer full): a meter
 */
void
gst_call_loudness_meter_free (GstCallLoudnessMeter *self)
{
  ebur128_destroy (&self->state);
  g_free (self);
}

/**
 * gst_call_loudness_meter_get_block_frames:
 * @self: a meter
 *
 * Returns: how many frames a block has: 10 ms
 */
guint
gst_call_loudness_meter_get_block_frames (const GstCallLoudnessMeter *self)
{
  return self->block_frames;
}

/**
 * gst_call_loudness_meter_add:
 * @self: a meter
 * @samples: interleaved, full scale is 1
 * @n_frames: how many frames, never beyond the end of the block
 */
void
gst_call_loudness_meter_add (GstCallLoudnessMeter *self, const float *samples, guint n_frames)
{
  ebur128_add_frames_float (self->state, samples, n_frames);
}

static void
append (GstCallLoudnessMeter *self, double energy)
{
  self->energies[self->next] = energy;
  self->next = (self->next + 1) % SHORT_TERM_BLOCKS;
}

/**
 * gst_call_loudness_meter_end_block:
 * @self: a meter that was given all frames of a block
 *
 * Returns: the energy of the block
 */
double
gst_call_loudness_meter_end_block (GstCallLoudnessMeter *self)
{
  double loudness, energy = 0;

  if (ebur128_loudness_window (self->state, BLOCK_MS, &loudness) == EBUR128_SUCCESS &&
      isfinite (loudness))
    energy = gst_call_loudness_to_energy (loudness);
  append (self, energy);
  return energy;
}

/**
 * gst_call_loudness_meter_skip:
 * @self: a meter between two blocks
 * @n_blocks: how many blocks of silence have passed
 *
 * The same as silent blocks for the windows, at no cost for long pauses.
 */
void
gst_call_loudness_meter_skip (GstCallLoudnessMeter *self, guint n_blocks)
{
  for (guint i = 0; i < MIN (n_blocks, SHORT_TERM_BLOCKS); i++)
    append (self, 0);
}

static double
mean_of_last (const GstCallLoudnessMeter *self, guint n_blocks)
{
  double sum = 0;

  for (guint i = 1; i <= n_blocks; i++)
    sum += self->energies[(self->next + SHORT_TERM_BLOCKS - i) % SHORT_TERM_BLOCKS];
  return gst_call_loudness_from_energy (sum / n_blocks);
}

/**
 * gst_call_loudness_meter_get_momentary:
 * @self: a meter
 *
 * Returns: the loudness of the last 400 ms in LUFS
 */
double
gst_call_loudness_meter_get_momentary (const GstCallLoudnessMeter *self)
{
  return mean_of_last (self, MOMENTARY_BLOCKS);
}

/**
 * gst_call_loudness_meter_get_short_term:
 * @self: a meter
 *
 * Returns: the loudness of the last 3 s in LUFS
 */
double
gst_call_loudness_meter_get_short_term (const GstCallLoudnessMeter *self)
{
  return mean_of_last (self, SHORT_TERM_BLOCKS);
}

/**
 * gst_call_loudness_meter_get_integrated:
 * @self: a meter
 *
 * Returns: the gated loudness of all that was heard, in LUFS
 */
double
gst_call_loudness_meter_get_integrated (const GstCallLoudnessMeter *self)
{
  double loudness;

  if (ebur128_loudness_global (self->state, &loudness) != EBUR128_SUCCESS || !isfinite (loudness))
    return GST_CALL_LOUDNESS_SILENCE;
  return loudness;
}
