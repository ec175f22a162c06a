/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_CALL_IMENTIV_PAYLOAD (gst_call_imentiv_payload_get_type ())
#define GST_TYPE_CALL_IMENTIV_SINK (gst_call_imentiv_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstCallImentivSink,
                      gst_call_imentiv_sink,
                      GST,
                      CALL_IMENTIV_SINK,
                      GstBaseSink)

typedef enum {
  GST_CALL_IMENTIV_PAYLOAD_PCM,
  GST_CALL_IMENTIV_PAYLOAD_WAV,
} GstCallImentivPayload;

GType gst_call_imentiv_payload_get_type (void);

GST_ELEMENT_REGISTER_DECLARE (callimentivsink)

G_END_DECLS
