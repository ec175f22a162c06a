/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-video-paintable-sink.h"

#include "call-video-paintable.h"

GST_DEBUG_CATEGORY_STATIC (call_video_sink_debug);
#define GST_CAT_DEFAULT call_video_sink_debug

/**
 * CallVideoSink:
 *
 * A GStreamer sink whose pictures are painted by GTK: give its `paintable` to a GtkPicture.
 *
 * It takes BGRA only, the layout that needs no further pass to be drawn; [class@VideoSinkBin] makes
 * that, in the right size, off the main thread.
 */
struct _CallVideoSink {
  GstVideoSink parent_instance;

  CallVideoPaintable *paintable;
  GstVideoInfo info; /* streaming thread only */
};

enum { PROP_0, PROP_PAINTABLE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("BGRA")));

G_DEFINE_FINAL_TYPE_WITH_CODE (
    CallVideoSink,
    call_video_sink,
    GST_TYPE_VIDEO_SINK,
    GST_DEBUG_CATEGORY_INIT (call_video_sink_debug, "callvideosink", 0, "paints video with GTK"))

static gboolean
set_info (GstVideoSink *sink, GstCaps *caps, const GstVideoInfo *info)
{
  CALL_VIDEO_SINK (sink)->info = *info;
  return TRUE;
}

static GstFlowReturn
show_frame (GstVideoSink *sink, GstBuffer *buffer)
{
  CallVideoSink *self = CALL_VIDEO_SINK (sink);

  call_video_paintable_put (self->paintable, buffer, &self->info);
  return GST_FLOW_OK;
}

/* No face stays on the screen after the call. */
static gboolean
stop (GstBaseSink *sink)
{
  call_video_paintable_clear (CALL_VIDEO_SINK (sink)->paintable);
  return TRUE;
}

static void
call_video_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_PAINTABLE)
    g_value_set_object (value, CALL_VIDEO_SINK (object)->paintable);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
call_video_sink_finalize (GObject *object)
{
  call_video_paintable_unref_later (CALL_VIDEO_SINK (object)->paintable);
  G_OBJECT_CLASS (call_video_sink_parent_class)->finalize (object);
}

static void
call_video_sink_class_init (CallVideoSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = call_video_sink_get_property;
  object_class->finalize = call_video_sink_finalize;
  GST_BASE_SINK_CLASS (klass)->stop = stop;
  GST_VIDEO_SINK_CLASS (klass)->set_info = set_info;
  GST_VIDEO_SINK_CLASS (klass)->show_frame = show_frame;

  /**
   * CallVideoSink:paintable:
   *
   * What shows the pictures; the same for the life of the sink.
   */
  properties[PROP_PAINTABLE] = g_param_spec_object ("paintable", NULL, NULL, GDK_TYPE_PAINTABLE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "GTK paintable sink", "Sink/Video",
                                         "Shows video in a GdkPaintable", "The libcall developers");
}

static void
call_video_sink_init (CallVideoSink *self)
{
  self->paintable = call_video_paintable_new ();
}

/**
 * call_video_sink_get_paintable:
 * @self: a sink
 *
 * What shows the pictures.
 *
 * Returns: (transfer none): the paintable
 */
GdkPaintable *
call_video_sink_get_paintable (CallVideoSink *self)
{
  g_return_val_if_fail (CALL_IS_VIDEO_SINK (self), NULL);

  return GDK_PAINTABLE (self->paintable);
}
