/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-output-private.h"

#include "call-error.h"
#include "call-level-private.h"

/* The jitter buffer of a peer releases packets up to 100 ms late, and decoding takes its time too.
 */
#define DECODING_MS 40
#define REMOTE_LATENCY_MS (100 + DECODING_MS)
/* Sinks that watch their clock drop pictures that are late at all, so the self view gets some air.
 */
#define SELF_LATENCY_MS 40
/* A level that is older than this says nothing any more: no sound has come since. */
#define LEVEL_AGE_US (600 * 1000)

struct _CallOutput {
  CallPipeline *pipeline;
  CallRelay *relay;
  GstAppSrc *entry;
  double level;
  gint64 level_at;
  CallOutputFailedFunc failed_func;
  gpointer failed_data;
};

#define ENTRY                                                                                \
  "appsrc name=in is-live=true format=time min-latency=%u000000 max-bytes=0 max-buffers=%u " \
  "leaky-type=downstream ! "

static char *
describe (CallOutputKind kind, const char *echo_probe)
{
  if (kind == CALL_OUTPUT_REMOTE_SOUND)
    return g_strdup_printf (
        ENTRY "level interval=200000000 ! audioconvert ! audioresample ! "
              "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved ! %s%s identity "
              "name=last silent=true",
        REMOTE_LATENCY_MS, 25, echo_probe != NULL ? "webrtcechoprobe name=" : "",
        echo_probe != NULL ? echo_probe : "");
  return g_strdup_printf (ENTRY "videoconvert name=last",
                          kind == CALL_OUTPUT_SELF_VIEW ? SELF_LATENCY_MS : REMOTE_LATENCY_MS, 2);
}

static void
report_failure (CallOutput *self, GstMessage *message)
{
  CallOutputFailedFunc func = self->failed_func;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &cause, NULL);
  error = g_error_new (CALL_ERROR, CALL_ERROR_MEDIA, "Playback failed: %s", cause->message);
  self->failed_func = NULL;
  if (func != NULL)
    func (self, error, self->failed_data);
}

static void
on_message (CallPipeline *pipeline, GstMessage *message, gpointer user_data)
{
  CallOutput *self = user_data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    report_failure (self, message);
  else if (call_level_parse (message, &self->level))
    self->level_at = g_get_monotonic_time ();
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (call_pipeline_get_bin (pipeline));
}

/* A fifth of a second of playback buffer by default; lips would be that much ahead of the sound. */
static void
on_element_added (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer user_data)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), "buffer-time") != NULL)
    g_object_set (element, "buffer-time", G_GINT64_CONSTANT (60000), "latency-time",
                  G_GINT64_CONSTANT (10000), NULL);
}

static gboolean
build (CallOutput *self,
       CallOutputKind kind,
       GstElement *sink,
       const char *echo_probe,
       GError **error)
{
  GstBin *bin = call_pipeline_get_bin (self->pipeline);
  g_autofree char *description = describe (kind, echo_probe);
  G_GNUC_UNUSED g_autoptr (GstElement) owned_sink = g_object_ref_sink (sink);
  GstElement *chain;

  g_signal_connect (bin, "deep-element-added", G_CALLBACK (on_element_added), NULL);
  chain = call_pipeline_add (self->pipeline, description, error);
  if (chain == NULL)
    return FALSE;
  gst_bin_add (bin, sink);
  if (gst_element_link (chain, sink)) {
    self->entry = call_relay_join (self->relay, bin, "in");
    return TRUE;
  }
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_MEDIA, "The sink cannot be linked");
  return FALSE;
}

/* Builds an output of what comes through @relay into @sink, whose floating reference is taken. */
CallOutput *
call_output_new (CallOutputKind kind,
                 GstElement *sink,
                 const char *echo_probe,
                 CallStage *stage,
                 CallRelay *relay,
                 GError **error)
{
  CallOutput *self = g_new0 (CallOutput, 1);

  self->level = CALL_LEVEL_SILENCE;
  self->relay = call_relay_ref (relay);
  self->pipeline = call_pipeline_new ("call-output", stage, on_message, self);
  if (!build (self, kind, sink, echo_probe, error)) {
    call_output_close (self);
    return NULL;
  }
  return self;
}

void
call_output_start (CallOutput *self, CallOutputFailedFunc func, gpointer user_data)
{
  self->failed_func = func;
  self->failed_data = user_data;
  call_pipeline_play (self->pipeline);
}

/* Frees @self; the sink goes with it. */
void
call_output_close (CallOutput *self)
{
  call_relay_leave (self->relay, &self->entry);
  call_pipeline_close (self->pipeline);
  call_relay_unref (self->relay);
  g_free (self);
}

/* Plays what comes out of jitter buffers that wait for @jitter_latency_ms. */
void
call_output_set_latency (CallOutput *self, guint jitter_latency_ms)
{
  gint64 latency = (gint64) (jitter_latency_ms + DECODING_MS) * GST_MSECOND;

  g_object_set (self->entry, "min-latency", latency, NULL);
}

/* The level of what is played in dBFS, silence when nothing has come lately. */
double
call_output_get_level (CallOutput *self, gint64 now_us)
{
  return now_us - self->level_at < LEVEL_AGE_US ? self->level : CALL_LEVEL_SILENCE;
}
