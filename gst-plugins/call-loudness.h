/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstCallLoudness GstCallLoudness;

/* What is wanted. Loudness in LUFS, gains in dB. */
typedef struct {
  double target;
  double max_gain;
  double max_attenuation;
  double true_peak_limit; /* dBTP */
  double gate_threshold;
  double gate_snr;       /* LU over the noise floor */
  double noise_distance; /* LU that the noise floor stays under the target */
} GstCallLoudnessConfig;

/* What is heard, and done about it. */
typedef struct {
  double momentary;   /* of the input, LUFS */
  double short_term;  /* of the input, LUFS */
  double true_peak;   /* the highest of the input so far, dBTP */
  double level;       /* of the voice, LUFS */
  double noise_floor; /* LUFS */
  double gain;        /* dB, without the limiter */
  double reduction;   /* dB, by the limiter */
  gboolean is_gated;  /* nobody speaks, and the gain is held */
} GstCallLoudnessReadings;

extern const GstCallLoudnessConfig gst_call_loudness_defaults;

GstCallLoudness *gst_call_loudness_new (guint channels, guint rate);
void gst_call_loudness_free (GstCallLoudness *self);
void gst_call_loudness_set_format (GstCallLoudness *self, guint channels, guint rate);
void gst_call_loudness_restart (GstCallLoudness *self);
void gst_call_loudness_reset_delay (GstCallLoudness *self);

void gst_call_loudness_set_config (GstCallLoudness *self, const GstCallLoudnessConfig *config);
guint gst_call_loudness_get_delay (const GstCallLoudness *self);
void gst_call_loudness_process (GstCallLoudness *self, float *samples, guint n_frames);
void gst_call_loudness_process_gap (GstCallLoudness *self, float *samples, guint n_frames);
void gst_call_loudness_skip (GstCallLoudness *self, guint n_blocks);
void gst_call_loudness_get_readings (const GstCallLoudness *self,
                                     GstCallLoudnessReadings *readings);
double gst_call_loudness_get_integrated (const GstCallLoudness *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallLoudness, gst_call_loudness_free)

G_END_DECLS
