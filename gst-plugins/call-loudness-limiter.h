/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstCallLoudnessLimiter GstCallLoudnessLimiter;

GstCallLoudnessLimiter *gst_call_loudness_limiter_new (guint channels, guint rate);
void gst_call_loudness_limiter_free (GstCallLoudnessLimiter *self);

void gst_call_loudness_limiter_reset (GstCallLoudnessLimiter *self);
void gst_call_loudness_limiter_set_limit (GstCallLoudnessLimiter *self, double limit);
guint gst_call_loudness_limiter_get_delay (const GstCallLoudnessLimiter *self);
double gst_call_loudness_limiter_get_reduction (const GstCallLoudnessLimiter *self);
void
gst_call_loudness_limiter_process (GstCallLoudnessLimiter *self, float *samples, guint n_frames);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallLoudnessLimiter, gst_call_loudness_limiter_free)

G_END_DECLS
