/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-loudness-gate.h"
#include "call-loudness-level.h"
#include "call-loudness.h"

G_BEGIN_DECLS

/* The gain of each block of 10 ms, from the energies of those before it. */
typedef struct {
  GstCallLoudnessGate gate;
  GstCallLoudnessLevel level;
  GstCallLoudnessVerdict verdict; /* of the last step */
  double gain;                    /* dB */
  guint n_in_step;
  guint hangover; /* blocks in which the gain still moves after the last speech */
} GstCallLoudnessGain;

void gst_call_loudness_gain_init (GstCallLoudnessGain *self);
double gst_call_loudness_gain_push (GstCallLoudnessGain *self,
                                    const GstCallLoudnessConfig *config,
                                    double energy);

G_END_DECLS
