/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/gstaudiofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_CALL_NORMALIZER (gst_call_normalizer_get_type ())
G_DECLARE_FINAL_TYPE (GstCallNormalizer, gst_call_normalizer, GST, CALL_NORMALIZER, GstAudioFilter)

GST_ELEMENT_REGISTER_DECLARE (callnormalizer)

G_END_DECLS
