/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-loudness.h"

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_CALL_NORMALIZER_PROP_ENABLED 1

/* What an application tells callnormalizer, and learns of it. The element guards it by its lock. */
typedef struct {
  gboolean enabled;
  gboolean post_messages;
  GstClockTime interval; /* of the messages */
  GstCallLoudnessConfig config;
  gboolean config_changed; /* since the streaming thread looked */
  GstCallLoudnessReadings readings;
  double integrated; /* LUFS */
} GstCallNormalizerState;

void gst_call_normalizer_properties_install (GObjectClass *klass);
void gst_call_normalizer_state_init (GstCallNormalizerState *state);
void gst_call_normalizer_state_clear_readings (GstCallNormalizerState *state);
gboolean
gst_call_normalizer_state_set (GstCallNormalizerState *state, guint id, const GValue *value);
gboolean gst_call_normalizer_state_get (GstCallNormalizerState *state, guint id, GValue *value);
GstStructure *gst_call_normalizer_state_to_structure (GstCallNormalizerState *state);

G_END_DECLS
