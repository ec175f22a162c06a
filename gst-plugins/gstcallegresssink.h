/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_CALL_TYPE_EGRESS_SINK (gst_call_egress_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstCallEgressSink, gst_call_egress_sink, GST_CALL, EGRESS_SINK, GstBaseSink)

GST_ELEMENT_REGISTER_DECLARE (callegresssink)

G_END_DECLS
