/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "egress-recorder.h"
#include "gstcallegresssink.h"

G_BEGIN_DECLS

#define GST_CALL_EGRESS_GROUP_SECONDS 2.0

typedef enum {
  GST_CALL_EGRESS_GAPS_NOTE,
  GST_CALL_EGRESS_GAPS_FILL,
} GstCallEgressGaps;

struct _GstCallEgressSink {
  GstBaseSink parent_instance;

  /* The object lock guards the settings, and @counts and @path, which the streaming thread leaves
   * there for others to read. */
  GstCallEgressConfig config;
  GstCallEgressGaps gap_policy;
  gboolean mute;
  GstCallEgressCounts counts;
  char *path;

  /* The streaming thread's, and that of state changes while it does not run. */
  GstCallEgressRecorder *recorder;
  GstCallEgressFormat format;
  gboolean is_float;
  gboolean muted_by_event;
  gboolean muted_by_property;
  GstClockTime next_pts;
};

void gst_call_egress_sink_install_properties (GObjectClass *object_class);
void gst_call_egress_sink_clear_settings (GstCallEgressSink *self);

G_END_DECLS
