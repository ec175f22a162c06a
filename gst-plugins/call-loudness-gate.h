/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Blocks of 10 ms. */
#define GST_CALL_LOUDNESS_MOMENTARY 40
#define GST_CALL_LOUDNESS_RECENT 100
#define GST_CALL_LOUDNESS_FLOOR_SLOTS 10

typedef enum {
  GST_CALL_LOUDNESS_PAUSE,
  GST_CALL_LOUDNESS_QUIETER, /* speech, but far under what was heard so far */
  GST_CALL_LOUDNESS_SPEECH,
} GstCallLoudnessVerdict;

/* What makes sound speech. */
typedef struct {
  double threshold; /* LUFS: less is never speech */
  double snr;       /* LU over the noise floor */
} GstCallLoudnessGateConfig;

/* Tells speech from pauses, noise and bangs, by the energies of blocks of 10 ms. */
typedef struct {
  double energies[GST_CALL_LOUDNESS_RECENT]; /* rings; the newest is before `at` */
  double smooth[GST_CALL_LOUDNESS_RECENT];   /* LUFS of 50 ms */
  guint at;
  guint n_blocks; /* how many of the rings are set */

  double slots[GST_CALL_LOUDNESS_FLOOR_SLOTS]; /* the lowest of `smooth` in each half second */
  guint slot, n_slots, n_in_slot;
} GstCallLoudnessGate;

void gst_call_loudness_gate_init (GstCallLoudnessGate *self);
void gst_call_loudness_gate_push (GstCallLoudnessGate *self, double energy);
double gst_call_loudness_gate_get_floor (const GstCallLoudnessGate *self);
double gst_call_loudness_gate_get_momentary (const GstCallLoudnessGate *self);
double gst_call_loudness_gate_get_median (const GstCallLoudnessGate *self);
GstCallLoudnessVerdict gst_call_loudness_gate_judge (const GstCallLoudnessGate *self,
                                                     const GstCallLoudnessGateConfig *config,
                                                     double level);

G_END_DECLS
