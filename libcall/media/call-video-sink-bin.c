/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-video-paintable-sink.h"
#include "call-video-paintable.h"

/* A window that is being resized does not make the pipeline negotiate with each step. */
#define RESIZE_INTERVAL_MS 200
/* Beyond this scaling costs more than anybody sees. */
#define MAX_WIDTH 1920
#define MAX_HEIGHT 1080

/**
 * CallVideoSinkBin:
 *
 * A [class@VideoSink] with all that has to be done before: converts and scales to the size of the
 * widget in the streaming thread, so that the main thread only draws.
 */
struct _CallVideoSinkBin {
  GstBin parent_instance;

  CallVideoSink *sink;
  GstElement *filter;

  GMutex lock; /* guards the sizes: caps come from the streaming thread */
  int source_width;
  int source_height;
  int box_width; /* 0 until the widget's size is known */
  int box_height;
  gboolean waiting; /* for the end of the interval */
  gboolean changed; /* within it */
};

G_DEFINE_FINAL_TYPE (CallVideoSinkBin, call_video_sink_bin, GST_TYPE_BIN)

/* The largest size of the picture's shape that fits the box, in even numbers. */
static void
fit (int source_width, int source_height, int box_width, int box_height, int *width, int *height)
{
  int w = MIN (box_width, MAX_WIDTH);
  int h = MIN (box_height, MAX_HEIGHT);

  if ((gint64) w * source_height > (gint64) h * source_width)
    w = gst_util_uint64_scale_round (h, source_width, source_height);
  else
    h = gst_util_uint64_scale_round (w, source_height, source_width);
  *width = MAX (w & ~1, 2);
  *height = MAX (h & ~1, 2);
}

/* With the lock held. */
static GstCaps *
make_caps (CallVideoSinkBin *self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "video/x-raw,format=(string)BGRA,pixel-aspect-ratio=(fraction)1/1");
  int width, height;

  if (self->box_width > 0 && self->source_width > 0 && self->source_height > 0) {
    fit (self->source_width, self->source_height, self->box_width, self->box_height, &width,
         &height);
    gst_caps_set_simple (caps, "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, NULL);
  }
  return g_steal_pointer (&caps);
}

static void
apply (CallVideoSinkBin *self)
{
  g_autoptr (GstCaps) caps = NULL;

  g_mutex_lock (&self->lock);
  caps = make_caps (self);
  g_mutex_unlock (&self->lock);
  g_object_set (self->filter, "caps", caps, NULL);
}

static gboolean
on_interval (gpointer user_data)
{
  CallVideoSinkBin *self = user_data;
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->changed;
  self->changed = FALSE;
  self->waiting = again;
  g_mutex_unlock (&self->lock);

  if (again)
    apply (self);
  return again ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CallVideoSinkBin *self = user_data;
  GstEvent *event = gst_pad_probe_info_get_event (info);
  GstVideoInfo video;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&video, caps))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->lock);
  self->source_width = video.width;
  self->source_height = video.height;
  g_mutex_unlock (&self->lock);
  call_video_paintable_set_aspect (
      CALL_VIDEO_PAINTABLE (call_video_sink_get_paintable (self->sink)), video.width, video.height);
  apply (self);
  return GST_PAD_PROBE_OK;
}

static void
call_video_sink_bin_finalize (GObject *object)
{
  CallVideoSinkBin *self = CALL_VIDEO_SINK_BIN (object);

  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (call_video_sink_bin_parent_class)->finalize (object);
}

static void
call_video_sink_bin_class_init (CallVideoSinkBinClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_video_sink_bin_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "GTK paintable sink bin",
                                         "Sink/Video", "Scales and shows video in a GdkPaintable",
                                         "The libcall developers");
}

static void
call_video_sink_bin_init (CallVideoSinkBin *self)
{
  GstElement *scaler = gst_element_factory_make ("videoconvertscale", NULL);
  g_autoptr (GstPad) pad = NULL;

  g_mutex_init (&self->lock);
  self->filter = gst_element_factory_make ("capsfilter", NULL);
  self->sink = g_object_new (CALL_TYPE_VIDEO_SINK, NULL);
  /* A picture of the old size may be on its way when the size changes: it is no error. */
  gst_util_set_object_arg (G_OBJECT (self->filter), "caps-change-mode", "delayed");
  g_object_set (scaler, "add-borders", FALSE, "n-threads", 1, NULL);
  gst_util_set_object_arg (G_OBJECT (scaler), "method", "bilinear");
  gst_bin_add_many (GST_BIN (self), scaler, self->filter, GST_ELEMENT (self->sink), NULL);
  gst_element_link_many (scaler, self->filter, GST_ELEMENT (self->sink), NULL);
  apply (self);

  pad = gst_element_get_static_pad (scaler, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, self, NULL);
  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new ("sink", pad));
}

/**
 * call_video_sink_bin_new:
 *
 * Makes a sink for [method@CallMedia.Engine.set_video_sink].
 *
 * Returns: (transfer floating): the bin
 */
GstElement *
call_video_sink_bin_new (void)
{
  return g_object_new (CALL_TYPE_VIDEO_SINK_BIN, NULL);
}

/**
 * call_video_sink_bin_get_paintable:
 * @self: a bin
 *
 * What shows the pictures. Its size is that of the picture as it was sent, whatever the widget's.
 *
 * Returns: (transfer none): the paintable
 */
GdkPaintable *
call_video_sink_bin_get_paintable (CallVideoSinkBin *self)
{
  g_return_val_if_fail (CALL_IS_VIDEO_SINK_BIN (self), NULL);

  return call_video_sink_get_paintable (self->sink);
}

/**
 * call_video_sink_bin_set_size:
 * @self: a bin
 * @width: width of the widget in device pixels
 * @height: height of the widget in device pixels
 *
 * Says how big the pictures are shown, to scale them to the largest size of their shape that fits.
 * May be called as often as the widget is resized: it counts five times a second.
 */
void
call_video_sink_bin_set_size (CallVideoSinkBin *self, int width, int height)
{
  gboolean at_once;

  g_return_if_fail (CALL_IS_VIDEO_SINK_BIN (self));

  if (width <= 0 || height <= 0)
    return;
  g_mutex_lock (&self->lock);
  if (width == self->box_width && height == self->box_height) {
    g_mutex_unlock (&self->lock);
    return;
  }
  self->box_width = width;
  self->box_height = height;
  at_once = !self->waiting;
  self->waiting = TRUE;
  self->changed = !at_once;
  g_mutex_unlock (&self->lock);

  if (!at_once)
    return;
  apply (self);
  g_timeout_add_full (G_PRIORITY_DEFAULT, RESIZE_INTERVAL_MS, on_interval, g_object_ref (self),
                      g_object_unref);
}
