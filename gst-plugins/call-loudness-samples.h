/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void gst_call_loudness_load_s16 (float *samples, const gint16 *from, guint n);
void gst_call_loudness_load_f32 (float *samples, const float *from, guint n);
void gst_call_loudness_store_s16 (gint16 *to, const float *samples, guint n);

G_END_DECLS
