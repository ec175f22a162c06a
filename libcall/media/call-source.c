/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-source-private.h"

#include "call-error.h"
#include "call-level-private.h"
#include "call-pipeline-private.h"

#include <gst/app/gstappsink.h>

struct _CallSource {
  CallSourceKind kind;
  guint64 origin;
  double level;
  CallPipeline *pipeline;
  CallSourceFailedFunc failed_func;
  gpointer failed_data;
};

/* What the streaming thread needs; it may outlive the source by a moment while the pipeline stops.
 */
typedef struct {
  CallRelay *relay;
  guint64 origin;
} Outlet;

static void
outlet_free (gpointer data)
{
  Outlet *outlet = data;

  call_relay_unref (outlet->relay);
  g_free (outlet);
}

static GstFlowReturn
on_new_sample (GstAppSink *sink, gpointer user_data)
{
  Outlet *outlet = user_data;

  return call_relay_push_from_sink (outlet->relay, outlet->origin, GST_ELEMENT (sink));
}

#define PICTURE_TAIL                                                                    \
  "videorate skip-to-first=true ! videoconvertscale add-borders=true "                  \
  "! video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1,pixel-aspect-ratio=1/1 " \
  "! appsink name=out sync=false async=false max-buffers=2 drop=true"
#define SOUND_FORMAT "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"
#define SOUND_TAIL                                                                             \
  "audioconvert ! audioresample ! " SOUND_FORMAT " ! %s ! level interval=200000000 ! appsink " \
  "name=out sync=false async=false max-buffers=10 drop=true"
/* The processor's gain control has no effect in GStreamer 1.22, so it stays off. */
#define ECHO_CANCELLER                                                                \
  "webrtcdsp probe=%s echo-cancel=true noise-suppression=true high-pass-filter=true " \
  "gain-control=false"

static char *
describe_sound (const char *head, const CallSourceFormat *format)
{
  g_autofree char *filter = g_strdup ("identity silent=true");

  if (format->echo_probe != NULL) {
    g_free (filter);
    filter = g_strdup_printf (ECHO_CANCELLER, format->echo_probe);
  }
  return g_strdup_printf ("%s" SOUND_TAIL, head, filter);
}

static char *
describe_picture (const char *head, const CallSourceFormat *format)
{
  return g_strdup_printf ("%s" PICTURE_TAIL, head, format->width, format->height,
                          format->framerate);
}

/*
 * The launch line behind the device, or the whole one of a test signal. Black has the frame rate of
 * what it replaces: webrtcbin makes all outgoing media wait for the slowest source.
 */
char *
call_source_describe (CallSourceKind kind, const CallSourceFormat *format)
{
  switch (kind) {
  case CALL_SOURCE_CAMERA:
    /* Not decodebin: inside a live pipeline it may never reach the playing state. */
    return describe_picture (format->jpeg ? "capsfilter caps=image/jpeg ! jpegdec ! "
                                          : "capsfilter caps=video/x-raw ! ",
                             format);
  case CALL_SOURCE_TEST_PICTURE:
    return describe_picture (
        "videotestsrc is-live=true pattern=ball background-color=0xff205080 ! ", format);
  case CALL_SOURCE_BLACK:
    return describe_picture ("videotestsrc is-live=true pattern=black ! ", format);
  case CALL_SOURCE_MICROPHONE:
    return describe_sound ("", format);
  case CALL_SOURCE_TEST_TONE:
    return describe_sound (
        "audiotestsrc is-live=true samplesperbuffer=480 freq=440 volume=0.1 ! " SOUND_FORMAT " ! ",
        format);
  case CALL_SOURCE_SILENCE:
    return describe_sound (
        "audiotestsrc is-live=true samplesperbuffer=480 wave=silence ! " SOUND_FORMAT " ! ",
        format);
  default:
    g_return_val_if_reached (NULL);
  }
}

static void
report_failure (CallSource *self, GstMessage *message)
{
  CallSourceFailedFunc func = self->failed_func;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &cause, NULL);
  error = g_error_new (CALL_ERROR, CALL_ERROR_MEDIA, "A capture device failed: %s", cause->message);
  self->failed_func = NULL;
  if (func != NULL)
    func (self, error, self->failed_data);
}

static void
on_message (CallPipeline *pipeline, GstMessage *message, gpointer user_data)
{
  CallSource *self = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    report_failure (self, message);
  else
    call_level_parse (message, &self->level);
}

static gboolean
build (CallSource *self, const CallSourceFormat *format, GstElement *device, GError **error)
{
  GstBin *bin = call_pipeline_get_bin (self->pipeline);
  g_autofree char *description = call_source_describe (self->kind, format);
  GstElement *chain = call_pipeline_add (self->pipeline, description, error);

  if (chain == NULL)
    return FALSE;
  if (device == NULL)
    return TRUE;
  gst_bin_add (bin, device);
  if (gst_element_link (device, chain))
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_MEDIA,
                       "The device delivers an unknown format");
  return FALSE;
}

static void
connect_outlet (CallSource *self, CallRelay *relay)
{
  static const GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };
  g_autoptr (GstElement) sink = call_pipeline_dup_element (self->pipeline, "out");
  Outlet *outlet = g_new0 (Outlet, 1);

  outlet->relay = call_relay_ref (relay);
  outlet->origin = self->origin;
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), (GstAppSinkCallbacks *) &callbacks, outlet,
                              outlet_free);
}

/*
 * Builds a source that hands what it makes to @relay as @origin. @device is the element of a chosen
 * camera or microphone, %NULL for the kinds that need none.
 */
CallSource *
call_source_new (CallSourceKind kind,
                 const CallSourceFormat *format,
                 GstElement *device,
                 CallStage *stage,
                 CallRelay *relay,
                 guint64 origin,
                 GError **error)
{
  g_autofree char *name = g_strdup_printf ("call-source-%" G_GUINT64_FORMAT, origin);
  CallSource *self = g_new0 (CallSource, 1);

  self->kind = kind;
  self->origin = origin;
  self->level = CALL_LEVEL_SILENCE;
  self->pipeline = call_pipeline_new (name, stage, on_message, self);
  if (!build (self, format, device, error)) {
    call_source_close (self);
    return NULL;
  }
  connect_outlet (self, relay);
  return self;
}

void
call_source_start (CallSource *self, CallSourceFailedFunc func, gpointer user_data)
{
  self->failed_func = func;
  self->failed_data = user_data;
  call_pipeline_play (self->pipeline);
}

/* Frees @self; the device is released in a thread. */
void
call_source_close (CallSource *self)
{
  call_pipeline_close (self->pipeline);
  g_free (self);
}

CallSourceKind
call_source_get_kind (CallSource *self)
{
  return self->kind;
}

guint64
call_source_get_origin (CallSource *self)
{
  return self->origin;
}

/* The last measured level in dBFS, before any muting. */
double
call_source_get_level (CallSource *self)
{
  return self->level;
}
