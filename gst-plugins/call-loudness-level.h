/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-loudness-gate.h"

G_BEGIN_DECLS

/* How loud the voice is: means over speech only, in steps of 100 ms. */
typedef struct {
  double slow, fast; /* energies */
  guint n_slow, n_fast;
  guint n_apart; /* steps in a row in which the two means differ too much */
  double quieter;
  guint n_quieter; /* steps of quieter speech since the last of the usual */
  guint since_acquired;
} GstCallLoudnessLevel;

void gst_call_loudness_level_init (GstCallLoudnessLevel *self);
void gst_call_loudness_level_step (GstCallLoudnessLevel *self,
                                   GstCallLoudnessVerdict verdict,
                                   double momentary);
double gst_call_loudness_level_get (const GstCallLoudnessLevel *self);
gboolean gst_call_loudness_level_is_fresh (const GstCallLoudnessLevel *self);

G_END_DECLS
