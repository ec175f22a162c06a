/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a meter shows where there is nothing to hear. */
#define GST_CALL_LOUDNESS_SILENCE (-120.0)

typedef struct _GstCallLoudnessMeter GstCallLoudnessMeter;

GstCallLoudnessMeter *gst_call_loudness_meter_new (guint channels, guint rate);
void gst_call_loudness_meter_free (GstCallLoudnessMeter *self);

guint gst_call_loudness_meter_get_block_frames (const GstCallLoudnessMeter *self);
void gst_call_loudness_meter_add (GstCallLoudnessMeter *self, const float *samples, guint n_frames);
double gst_call_loudness_meter_end_block (GstCallLoudnessMeter *self);
void gst_call_loudness_meter_skip (GstCallLoudnessMeter *self, guint n_blocks);

double gst_call_loudness_meter_get_momentary (const GstCallLoudnessMeter *self);
double gst_call_loudness_meter_get_short_term (const GstCallLoudnessMeter *self);
double gst_call_loudness_meter_get_integrated (const GstCallLoudnessMeter *self);

double gst_call_loudness_from_energy (double energy);
double gst_call_loudness_to_energy (double loudness);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallLoudnessMeter, gst_call_loudness_meter_free)

G_END_DECLS
