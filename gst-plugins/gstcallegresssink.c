/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-callegresssink
 *
 * Writes one track of a conversation to files that can be played at any moment, whatever happens to
 * the process: samples to WAV (RF64 beyond 4 GiB), VP8 and VP9 to IVF, H.264 to Annex-B, Ogg as it
 * comes. Files are called `<timestamp>_<room>_<participant>_<track>.<extension>` and lie in a
 * folder for each meeting. Samples are grouped into blocks; a sidecar, `<file>.jsonl`, has a line
 * for each block: time, sample, gaps, level, SHA-256.
 *
 * A serialized custom event named `call-mute` with a boolean field `muted` pauses the recording, as
 * does the property #GstCallEgressSink:mute; an event named `call-flush` writes what there is of a
 * block. A full disk is no error of the flow: the element warns once, counts what is lost, says it
 * in the sidecar, and goes on as soon as there is room.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=300 ! audio/x-raw,rate=48000,channels=1 ! callegresssink
 * location=egress meeting-id=RM_1 room=consult-1 participant=alice track=TR_1
 * ]| Writes three seconds of tone to egress/RM_1/.
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=300 ! audioconvert ! opusenc ! oggmux
 * max-page-delay=500000000 ! callegresssink location=egress meeting-id=RM_1 room=consult-1
 * ]| Writes Ogg/Opus, a tenth of the size.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=60 ! vp8enc deadline=1 ! callegresssink location=egress
 * meeting-id=RM_1 room=consult-1 track=TR_2
 * ]| Writes VP8 to an IVF file.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=30 ! x264enc ! video/x-h264,stream-format=byte-stream !
 * callegresssink location=egress meeting-id=RM_1 room=consult-1 track=TR_3
 * ]| Writes H.264 to an Annex-B file.
 */
#include "config.h"

#include "gstcallegresssink-private.h"

#include <gst/audio/audio.h>

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (gst_call_egress_sink_debug);
#define GST_CAT_DEFAULT gst_call_egress_sink_debug

/* What differs less from the expected time is jitter. */
#define TOLERANCE (20 * GST_MSECOND)
/* Silence that is put in for one gap; a longer one is only noted. */
#define FILL_MAX (60 * GST_SECOND)
#define PIECE 4096

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS (
        "audio/x-raw, format = (string) { S16LE, F32LE }, layout = (string) interleaved, "
        "rate = (int) [ 8000, 192000 ], channels = (int) [ 1, 8 ]; "
        "video/x-h264, stream-format = (string) byte-stream, alignment = (string) { au, nal }; "
        "video/x-vp8; video/x-vp9; audio/ogg; application/ogg"));

G_DEFINE_FINAL_TYPE (GstCallEgressSink, gst_call_egress_sink, GST_TYPE_BASE_SINK)
GST_ELEMENT_REGISTER_DEFINE (callegresssink,
                             "callegresssink",
                             GST_RANK_NONE,
                             GST_CALL_TYPE_EGRESS_SINK)

/* --- what the recorder says ------------------------------------------------------------------- */

static void
publish (GstCallEgressSink *self)
{
  GST_OBJECT_LOCK (self);
  gst_call_egress_recorder_get_counts (self->recorder, &self->counts);
  if (g_strcmp0 (self->path, gst_call_egress_recorder_get_path (self->recorder)) != 0) {
    g_free (self->path);
    self->path = g_strdup (gst_call_egress_recorder_get_path (self->recorder));
  }
  GST_OBJECT_UNLOCK (self);
}

static void
on_written (gpointer owner, const char *path, const GstCallEgressLine *line)
{
  GstCallEgressSink *self = owner;

  publish (self);
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (
          GST_OBJECT (self),
          gst_structure_new ("call-egress-block", "file", G_TYPE_STRING, path, "number",
                             G_TYPE_UINT64, line->number, "time", G_TYPE_INT64, line->time_us,
                             "position", G_TYPE_UINT64, line->position, "count", G_TYPE_UINT64,
                             line->count, "bytes", G_TYPE_UINT64, line->bytes, "rms", G_TYPE_DOUBLE,
                             line->level.rms_db, "sha256", G_TYPE_STRING, line->sha256, NULL)));
}

static void
on_troubled (gpointer owner, const GError *error)
{
  GstCallEgressSink *self = owner;

  publish (self);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    GST_ELEMENT_WARNING (self, RESOURCE, NO_SPACE_LEFT,
                         ("There is no room for the recording: what comes now is lost"),
                         ("%s", error->message));
  else
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE, ("The recording cannot be written"),
                         ("%s", error->message));
}

static void
on_resumed (gpointer owner, guint64 lost)
{
  GstCallEgressSink *self = owner;

  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), gst_structure_new ("call-egress-resumed", "lost",
                                                                     G_TYPE_UINT64, lost, NULL)));
}

static const GstCallEgressRecorderClass recorder_class = { on_written, on_troubled, on_resumed };

/* --- states ----------------------------------------------------------------------------------- */

static gboolean
begin (GstCallEgressSink *self)
{
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->config.location != NULL)
    self->recorder = gst_call_egress_recorder_new (&self->config, &recorder_class, self);
  GST_OBJECT_UNLOCK (self);
  if (self->recorder == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, ("No folder to write to: set location"), (NULL));
    return FALSE;
  }
  if (!gst_call_egress_recorder_prepare (self->recorder, &error)) {
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, ("Cannot write to the folder"),
                       ("%s", error->message));
    g_clear_pointer (&self->recorder, gst_call_egress_recorder_free);
    return FALSE;
  }
  self->next_pts = GST_CLOCK_TIME_NONE;
  self->format.extension = NULL;
  self->muted_by_event = self->muted_by_property = FALSE;
  return TRUE;
}

static void
end (GstCallEgressSink *self)
{
  if (self->recorder == NULL)
    return;
  gst_call_egress_recorder_close (self->recorder, "stop", g_get_real_time ());
  publish (self);
  g_clear_pointer (&self->recorder, gst_call_egress_recorder_free);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !begin (self))
    return GST_STATE_CHANGE_FAILURE;
  result = GST_ELEMENT_CLASS (gst_call_egress_sink_parent_class)
               ->change_state (element, transition);
  /* The pads are not active any more: nobody renders. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE))
    end (self);
  return result;
}

static gboolean
set_audio_format (GstCallEgressSink *self, GstCaps *caps)
{
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps))
    return FALSE;
  self->format = (GstCallEgressFormat){
    .kind = GST_CALL_EGRESS_WAV,
    .wav = { (guint) GST_AUDIO_INFO_RATE (&info), (guint) GST_AUDIO_INFO_CHANNELS (&info) },
    .extension = "wav",
  };
  self->is_float = GST_AUDIO_INFO_FORMAT (&info) == GST_AUDIO_FORMAT_F32LE;
  return TRUE;
}

static gboolean
set_caps (GstBaseSink *sink, GstCaps *caps)
{
  static const struct {
    const char *name;
    GstCallEgressFormat format;
  } formats[] = {
    { "video/x-h264", { .kind = GST_CALL_EGRESS_RAW, .extension = "h264" } },
    { "video/x-vp8", { .kind = GST_CALL_EGRESS_IVF, .fourcc = "VP80", .extension = "ivf" } },
    { "video/x-vp9", { .kind = GST_CALL_EGRESS_IVF, .fourcc = "VP90", .extension = "ivf" } },
    { "audio/ogg", { .kind = GST_CALL_EGRESS_RAW, .extension = "ogg" } },
    { "application/ogg", { .kind = GST_CALL_EGRESS_RAW, .extension = "ogg" } },
  };
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (sink);
  GstStructure *structure = gst_caps_get_structure (caps, 0);

  if (gst_structure_has_name (structure, "audio/x-raw")) {
    if (!set_audio_format (self, caps))
      return FALSE;
  } else {
    for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
      if (gst_structure_has_name (structure, formats[i].name))
        self->format = formats[i].format;
  }
  gst_call_egress_recorder_set_format (self->recorder, &self->format, g_get_real_time ());
  self->next_pts = GST_CLOCK_TIME_NONE;
  publish (self);
  return TRUE;
}

/* --- samples ---------------------------------------------------------------------------------- */

static void
fill (GstCallEgressSink *self, guint64 samples)
{
  static const guint8 silence[PIECE * 2 * 8];
  gsize unit = gst_call_wav_format_get_frame_size (&self->format.wav);
  guint64 most = gst_util_uint64_scale (FILL_MAX, self->format.wav.rate, GST_SECOND);

  samples = MIN (samples, most);
  while (samples > 0) {
    gsize n = (gsize) MIN (samples, PIECE);

    gst_call_egress_recorder_add_samples (self->recorder, silence, n * unit, g_get_real_time ());
    samples -= n;
  }
}

static void
take_gap (GstCallEgressSink *self, GstClockTime duration)
{
  guint64 missing = gst_util_uint64_scale_round (duration, self->format.wav.rate, GST_SECOND);
  gboolean fills;

  GST_OBJECT_LOCK (self);
  fills = self->gap_policy == GST_CALL_EGRESS_GAPS_FILL;
  GST_OBJECT_UNLOCK (self);
  GST_DEBUG_OBJECT (self, "%" G_GUINT64_FORMAT " samples are missing", missing);
  gst_call_egress_recorder_add_gap (self->recorder, missing, g_get_real_time ());
  if (fills)
    fill (self, missing);
}

static void
look_at_time (GstCallEgressSink *self, GstClockTime pts, guint64 samples)
{
  if (!GST_CLOCK_TIME_IS_VALID (pts))
    pts = self->next_pts;
  if (GST_CLOCK_TIME_IS_VALID (self->next_pts) && pts > self->next_pts + TOLERANCE)
    take_gap (self, pts - self->next_pts);
  else if (GST_CLOCK_TIME_IS_VALID (self->next_pts) && pts + TOLERANCE > self->next_pts)
    pts = self->next_pts;
  if (GST_CLOCK_TIME_IS_VALID (pts))
    self->next_pts = pts + gst_util_uint64_scale (samples, GST_SECOND, self->format.wav.rate);
}

static void
add_floats (GstCallEgressSink *self, const guint8 *data, gsize n_samples)
{
  gint16 piece[PIECE];
  const float *from = (const float *) (gconstpointer) data;
  gsize most = PIECE - PIECE % self->format.wav.channels;

  while (n_samples > 0) {
    gsize n = MIN (n_samples, most);

    for (gsize i = 0; i < n; i++) {
      float value = from[i] * 32768.0f;

      piece[i] = GINT16_TO_LE ((gint16) lrintf (CLAMP (value, -32768.0f, 32767.0f)));
    }
    gst_call_egress_recorder_add_samples (self->recorder, (const guint8 *) piece,
                                          n * sizeof (gint16), g_get_real_time ());
    from += n;
    n_samples -= n;
  }
}

static void
take_samples (GstCallEgressSink *self, GstBuffer *buffer, const GstMapInfo *map)
{
  gsize channels = self->format.wav.channels;
  gsize unit = channels * (self->is_float ? sizeof (float) : sizeof (gint16));
  gsize length = map->size - map->size % unit;

  look_at_time (self, GST_BUFFER_PTS (buffer), length / unit);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))
    GST_LOG_OBJECT (self, "silence");
  if (self->is_float)
    add_floats (self, map->data, length / sizeof (float));
  else
    gst_call_egress_recorder_add_samples (self->recorder, map->data, length, g_get_real_time ());
}

/* --- flow ------------------------------------------------------------------------------------- */

static void
update_mute (GstCallEgressSink *self)
{
  GST_OBJECT_LOCK (self);
  self->muted_by_property = self->mute;
  GST_OBJECT_UNLOCK (self);
  gst_call_egress_recorder_set_muted (
      self->recorder, self->muted_by_event || self->muted_by_property, g_get_real_time ());
}

static guint64
get_video_time (GstCallEgressSink *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer)
                                                      : GST_BUFFER_DTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    pts = (GstClockTime) g_get_monotonic_time () * GST_USECOND;
  return gst_util_uint64_scale_round (pts, 90000, GST_SECOND);
}

static GstFlowReturn
render (GstBaseSink *sink, GstBuffer *buffer)
{
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (sink);
  GstMapInfo map;

  if (self->format.extension == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("Cannot read a buffer"), (NULL));
    return GST_FLOW_ERROR;
  }
  update_mute (self);
  if (self->format.kind == GST_CALL_EGRESS_WAV)
    take_samples (self, buffer, &map);
  else
    gst_call_egress_recorder_add_frame (self->recorder, map.data, map.size,
                                        get_video_time (self, buffer), g_get_real_time ());
  gst_buffer_unmap (buffer, &map);
  publish (self);
  return GST_FLOW_OK;
}

static void
take_custom (GstCallEgressSink *self, const GstStructure *structure)
{
  if (structure == NULL)
    return;
  if (gst_structure_has_name (structure, "call-mute") &&
      gst_structure_get_boolean (structure, "muted", &self->muted_by_event)) {
    update_mute (self);
    publish (self);
  } else if (gst_structure_has_name (structure, "call-flush")) {
    gst_call_egress_recorder_flush (self->recorder, g_get_real_time ());
  }
}

static void
take_gap_event (GstCallEgressSink *self, GstEvent *event)
{
  GstClockTime pts, duration;

  gst_event_parse_gap (event, &pts, &duration);
  if (self->format.extension == NULL || self->format.kind != GST_CALL_EGRESS_WAV ||
      !GST_CLOCK_TIME_IS_VALID (duration))
    return;
  take_gap (self, duration);
  if (GST_CLOCK_TIME_IS_VALID (pts))
    self->next_pts = pts + duration;
}

static gboolean
event (GstBaseSink *sink, GstEvent *event)
{
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (sink);

  switch ((int) GST_EVENT_TYPE (event)) {
  case GST_EVENT_EOS:
    /* Before the base class says EOS: then the file is complete. */
    gst_call_egress_recorder_close (self->recorder, "eos", g_get_real_time ());
    publish (self);
    break;
  case GST_EVENT_SEGMENT:
  case GST_EVENT_FLUSH_STOP:
    self->next_pts = GST_CLOCK_TIME_NONE;
    break;
  case GST_EVENT_GAP:
    take_gap_event (self, event);
    break;
  case GST_EVENT_CUSTOM_DOWNSTREAM:
    take_custom (self, gst_event_get_structure (event));
    break;
  default:
    break;
  }
  return GST_BASE_SINK_CLASS (gst_call_egress_sink_parent_class)->event (sink, event);
}

static guint
on_recover (GstCallEgressSink *self, const char *location, const char *logs)
{
  return location != NULL ? gst_call_egress_recover (location, logs) : 0;
}

static void
finalize (GObject *object)
{
  gst_call_egress_sink_clear_settings (GST_CALL_EGRESS_SINK (object));
  G_OBJECT_CLASS (gst_call_egress_sink_parent_class)->finalize (object);
}

static void
gst_call_egress_sink_class_init (GstCallEgressSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_call_egress_sink_debug, "callegresssink", 0, "Tracks to files");
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  sink_class->set_caps = set_caps;
  sink_class->render = render;
  sink_class->event = event;
  gst_call_egress_sink_install_properties (object_class);

  /**
   * GstCallEgressSink::recover:
   * @self: the element
   * @location: a folder with folders of meetings
   * @logs: (nullable): the folder with their logs
   *
   * Mends every file below @location that a process left behind when it died: call it when a
   * service starts.
   *
   * Returns: how many could not be mended
   */
  g_signal_new_class_handler ("recover", G_TYPE_FROM_CLASS (klass),
                              G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (on_recover), NULL,
                              NULL, NULL, G_TYPE_UINT, 2, G_TYPE_STRING, G_TYPE_STRING);
  gst_element_class_set_static_metadata (element_class, "Egress file sink", "Sink/File/Audio/Video",
                                         "Writes a track to files that can be played at any moment",
                                         "The libcall developers");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
}

static void
gst_call_egress_sink_init (GstCallEgressSink *self)
{
  self->config.group_seconds = GST_CALL_EGRESS_GROUP_SECONDS;
  self->config.limits.sync = GST_CALL_EGRESS_SYNC_CLOSE;
  self->next_pts = GST_CLOCK_TIME_NONE;
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}
