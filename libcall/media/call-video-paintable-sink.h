/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/gstvideosink.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Compiled into programs with a GTK window, not into libcall-media. */

#define CALL_TYPE_VIDEO_SINK (call_video_sink_get_type ())
G_DECLARE_FINAL_TYPE (CallVideoSink, call_video_sink, CALL, VIDEO_SINK, GstVideoSink)

#define CALL_TYPE_VIDEO_SINK_BIN (call_video_sink_bin_get_type ())
G_DECLARE_FINAL_TYPE (CallVideoSinkBin, call_video_sink_bin, CALL, VIDEO_SINK_BIN, GstBin)

GdkPaintable *call_video_sink_get_paintable (CallVideoSink *self);

GstElement *call_video_sink_bin_new (void);
GdkPaintable *call_video_sink_bin_get_paintable (CallVideoSinkBin *self);
void call_video_sink_bin_set_size (CallVideoSinkBin *self, int width, int height);

G_END_DECLS
