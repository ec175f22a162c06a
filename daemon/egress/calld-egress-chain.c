/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-egress"

#include "config.h"

#include "calld-egress-chain.h"

#include "calld-log.h"

#include "call-error.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

#define FILE_SINK "callegresssink"
#define IMENTIV_SINK "callimentivsink"
#define NORMALIZER "callnormalizer"
/* How long the end of a track waits for its last blocks to be posted; the rest stays in the spool.
 */
#define DRAIN GST_SECOND

struct _CalldEgressChain {
  GstElement *pipeline;
  GstElement *first;
  GstElement *file_sink;
  /* NULL when nothing is posted: what shuts while the track is muted, what posts, where it keeps
   * blocks. */
  GstElement *valve;
  GstElement *post_sink;
  char *spool;
  GstPad *pad;
};

/* --- elements --------------------------------------------------------------------------------- */

static gboolean
has_element (const char *name)
{
  GstElementFactory *factory = gst_element_factory_find (name);

  if (factory == NULL)
    return FALSE;
  gst_object_unref (factory);
  return TRUE;
}

/**
 * calld_egress_chain_init:
 * @error: return location
 *
 * Starts GStreamer, and looks whether the plug-in is there.
 *
 * Returns: %FALSE if tracks cannot be recorded
 */
gboolean
calld_egress_chain_init (GError **error)
{
  if (!gst_init_check (NULL, NULL, error))
    return FALSE;
  if (has_element (FILE_SINK))
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
               "the GStreamer element %s is not installed; look at GST_PLUGIN_PATH", FILE_SINK);
  return FALSE;
}

/**
 * calld_egress_chain_has_imentiv:
 *
 * Whether blocks can be posted.
 *
 * Returns: %TRUE if the element is there
 */
gboolean
calld_egress_chain_has_imentiv (void)
{
  return has_element (IMENTIV_SINK);
}

/**
 * calld_egress_chain_recover:
 * @settings: where files are
 *
 * Mends what an earlier process left behind when it died. It reads folders: not for the main
 * context of a daemon that serves.
 *
 * Returns: how many files could not be mended
 */
guint
calld_egress_chain_recover (const CalldEgressSettings *settings)
{
  const char *folders[] = { settings->audio_directory, settings->video_directory };
  GstElement *sink = gst_element_factory_make (FILE_SINK, NULL);
  guint total = 0;

  for (guint i = 0; sink != NULL && i < G_N_ELEMENTS (folders); i++) {
    guint failed = 0;

    g_signal_emit_by_name (sink, "recover", folders[i], settings->log_directory, &failed);
    total += failed;
  }
  if (sink != NULL)
    gst_object_unref (gst_object_ref_sink (sink));
  return total;
}

/* --- building --------------------------------------------------------------------------------- */

static gboolean
add (CalldEgressChain *self,
     GstElement **last,
     GstElement *element,
     const char *name,
     GError **error)
{
  if (element == NULL) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                 "the GStreamer element %s is not installed", name);
    return FALSE;
  }
  gst_bin_add (GST_BIN (self->pipeline), element);
  if (*last == NULL) {
    self->first = element;
  } else if (!gst_element_link (*last, element)) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED, "%s cannot be linked", name);
    return FALSE;
  }
  *last = element;
  return TRUE;
}

static gboolean
add_named (CalldEgressChain *self, GstElement **last, const char *name, GError **error)
{
  return add (self, last, gst_element_factory_make (name, NULL), name, error);
}

static GstCaps *
make_audio_caps (guint rate, guint channels)
{
  return gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                              G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (int) rate,
                              "channels", G_TYPE_INT, (int) channels, NULL);
}

static GstCaps *
make_caps (const CallEgressQuery *query, const CalldEgressFormat *format)
{
  if (query->kind == CALL_EGRESS_AUDIO)
    return make_audio_caps (format->rate, format->channels);
  if (g_str_equal (query->codec, "h264"))
    return gst_caps_new_simple ("video/x-h264", "stream-format", G_TYPE_STRING, "byte-stream",
                                "alignment", G_TYPE_STRING, "au", NULL);
  return gst_caps_new_empty_simple (g_str_equal (query->codec, "vp8") ? "video/x-vp8"
                                                                      : "video/x-vp9");
}

static gboolean
add_converters (CalldEgressChain *self,
                GstElement **last,
                const CallEgressQuery *query,
                GError **error)
{
  g_autoptr (GstCaps) caps = make_audio_caps (query->sample_rate, query->channels);

  if (!add_named (self, last, "audioconvert", error) ||
      !add_named (self, last, "audioresample", error) ||
      !add_named (self, last, "capsfilter", error))
    return FALSE;
  g_object_set (*last, "caps", caps, NULL);
  return TRUE;
}

static GstElement *
make_file_sink (const CalldEgressSettings *settings,
                const CallEgressQuery *query,
                const char *meeting_id)
{
  GstElement *sink = gst_element_factory_make (FILE_SINK, NULL);

  if (sink != NULL)
    g_object_set (
        sink, "location",
        query->kind == CALL_EGRESS_AUDIO ? settings->audio_directory : settings->video_directory,
        "log-location", settings->log_directory, "meeting-id", meeting_id, "room", query->room_name,
        "participant", query->participant, "track", query->track_id, "group-seconds",
        query->group_seconds > 0 ? query->group_seconds : settings->group_seconds, "stagger", TRUE,
        NULL);
  return sink;
}

static GstElement *
make_post_sink (const CalldEgressSettings *settings, const char *spool)
{
  GstElement *sink = gst_element_factory_make (IMENTIV_SINK, NULL);

  if (sink == NULL)
    return NULL;
  g_object_set (sink, "location", settings->imentiv_url, "spool-dir", spool, "timeout-ms",
                settings->timeout_ms, "drain-timeout", (guint64) DRAIN, NULL);
  if (settings->imentiv_key != NULL)
    g_object_set (sink, "api-key", settings->imentiv_key, NULL);
  return sink;
}

/* A folder of its own for each track: no two write to one spool. */
static gboolean
add_post_sink (CalldEgressChain *self,
               GstElement *last,
               const CalldEgressSettings *settings,
               const CallEgressQuery *query,
               const char *meeting_id,
               GError **error)
{
  g_autofree char *name = g_uuid_string_random ();

  if (g_mkdir_with_parents (settings->spool_directory, 0700) < 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED, "cannot make the folder %s",
                 settings->spool_directory);
    return FALSE;
  }
  self->spool = g_build_filename (settings->spool_directory, name, NULL);
  if (!add_named (self, &last, "valve", error))
    return FALSE;
  self->valve = last;
  gst_util_set_object_arg (G_OBJECT (self->valve), "drop-mode", "forward-sticky-events");
  self->post_sink = make_post_sink (settings, self->spool);
  if (!add (self, &last, self->post_sink, IMENTIV_SINK, error))
    return FALSE;
  g_object_set (self->post_sink, "meeting-id", meeting_id, "participant", query->participant,
                "track", query->track_id, "group-seconds",
                query->group_seconds > 0 ? query->group_seconds : settings->group_seconds, NULL);
  gst_util_set_object_arg (G_OBJECT (self->post_sink), "payload",
                           settings->wav_payload ? "wav" : "pcm");
  return TRUE;
}

static gboolean
add_sinks (CalldEgressChain *self,
           GstElement *last,
           const CalldEgressSettings *settings,
           const CallEgressQuery *query,
           const char *meeting_id,
           GError **error)
{
  gboolean posts = settings->imentiv_url != NULL && query->kind == CALL_EGRESS_AUDIO &&
                   calld_egress_chain_has_imentiv ();
  GstElement *tee;

  self->file_sink = make_file_sink (settings, query, meeting_id);
  if (!posts)
    return add (self, &last, self->file_sink, FILE_SINK, error);
  if (!add_named (self, &last, "tee", error))
    return FALSE;
  tee = last;
  if (!add (self, &last, self->file_sink, FILE_SINK, error))
    return FALSE;
  return add_post_sink (self, tee, settings, query, meeting_id, error);
}

static gboolean
build (CalldEgressChain *self,
       const CalldEgressSettings *settings,
       const CallEgressQuery *query,
       const char *meeting_id,
       const CalldEgressFormat *format,
       GError **error)
{
  CalldEgressFormat declared = { query->sample_rate, query->channels };
  GstElement *last = NULL;
  g_autoptr (GstPad) target = NULL;

  if (query->kind == CALL_EGRESS_AUDIO) {
    if (!calld_egress_format_equal (format, &declared) &&
        !add_converters (self, &last, query, error))
      return FALSE;
    if (settings->normalize && !add_named (self, &last, NORMALIZER, error))
      return FALSE;
  }
  if (!add_sinks (self, last, settings, query, meeting_id, error))
    return FALSE;
  target = gst_element_get_static_pad (self->first, "sink");
  return gst_pad_link (self->pad, target) == GST_PAD_LINK_OK;
}

/* Nobody looks at the bus: warnings are logged where they come from, the rest is dropped. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    gst_message_parse_warning (message, &error, NULL);
    calld_log_warning ("egress_warning", .detail = error->message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    calld_log_warning ("egress_error", .detail = error->message);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
begin (CalldEgressChain *self, GstCaps *caps)
{
  g_autofree char *stream_id = g_strdup_printf ("%p", (gpointer) self);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_set_active (self->pad, TRUE);
  gst_pad_push_event (self->pad, gst_event_new_stream_start (stream_id));
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
}

/**
 * calld_egress_chain_new:
 * @settings: how tracks are recorded
 * @query: what the sender said
 * @meeting_id: the meeting
 * @format: how samples really come; what differs from what is declared is converted to that
 * @error: return location
 *
 * Makes the elements of a track, ready for data.
 *
 * Returns: (transfer full): the chain, %NULL if an element is missing or the folder cannot be made
 */
CalldEgressChain *
calld_egress_chain_new (const CalldEgressSettings *settings,
                        const CallEgressQuery *query,
                        const char *meeting_id,
                        const CalldEgressFormat *format,
                        GError **error)
{
  CalldEgressChain *self = g_new0 (CalldEgressChain, 1);
  g_autoptr (GstCaps) caps = make_caps (query, format);
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_message, NULL, NULL);
  if (!build (self, settings, query, meeting_id, format, error)) {
    calld_egress_chain_free (self);
    return NULL;
  }
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_FAILED, "the elements of a track do not start");
    calld_egress_chain_free (self);
    return NULL;
  }
  begin (self, caps);
  return self;
}

static gboolean
is_empty (GstElement *post_sink)
{
  guint64 pending = 0, dead = 0;

  g_object_get (post_sink, "blocks-pending", &pending, "blocks-dead", &dead, NULL);
  return pending == 0 && dead == 0;
}

/* Of a track whose blocks have all been posted. */
static void
remove_spool (const char *spool)
{
  g_autoptr (GDir) dir = g_dir_open (spool, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (spool, name, NULL);

    /* The folder of dead letters is empty too. */
    if (g_unlink (path) < 0)
      g_rmdir (path);
  }
  g_rmdir (spool);
}

static void
free_post_sink (gpointer data)
{
  GstElement *sink = data;
  gboolean is_posted = is_empty (sink);
  g_autofree char *spool = NULL;

  g_object_get (sink, "spool-dir", &spool, NULL);
  gst_element_set_state (sink, GST_STATE_NULL);
  if (is_posted && spool != NULL)
    remove_spool (spool);
  gst_object_unref (sink);
}

/**
 * calld_egress_chain_post_leftovers:
 * @settings: where spools are
 *
 * Begins to post what earlier tracks, or an earlier process, could not. It goes on as long as the
 * elements live.
 *
 * Returns: (transfer full): the elements that do
 */
GPtrArray *
calld_egress_chain_post_leftovers (const CalldEgressSettings *settings)
{
  GPtrArray *sinks = g_ptr_array_new_with_free_func (free_post_sink);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (settings->imentiv_url == NULL || !calld_egress_chain_has_imentiv ())
    return sinks;
  dir = g_dir_open (settings->spool_directory, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *spool = g_build_filename (settings->spool_directory, name, NULL);
    GstElement *sink = gst_object_ref_sink (make_post_sink (settings, spool));

    /* It posts from here on; it is never fed. */
    gst_element_set_state (sink, GST_STATE_READY);
    g_ptr_array_add (sinks, sink);
  }
  return sinks;
}

/**
 * calld_egress_chain_free:
 * @self: (transfer full): a chain
 *
 * Ends the chain; what its sinks still hold is written.
 */
void
calld_egress_chain_free (CalldEgressChain *self)
{
  gboolean is_posted = self->post_sink != NULL && is_empty (self->post_sink);

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  if (is_posted)
    remove_spool (self->spool);
  g_free (self->spool);
  gst_pad_set_active (self->pad, FALSE);
  gst_object_unref (self->pad);
  gst_object_unref (self->pipeline);
  g_free (self);
}

/* --- data ------------------------------------------------------------------------------------- */

/**
 * calld_egress_chain_push:
 * @self: a chain
 * @data: (transfer full) (array length=length): whole samples, or a frame of video
 * @length: their bytes
 * @time_ns: their place in the stream, nanoseconds
 * @duration_ns: how long they last; 0 when that is not known
 *
 * Takes data through the chain in the caller's thread.
 *
 * Returns: %FALSE if the chain takes no more
 */
gboolean
calld_egress_chain_push (CalldEgressChain *self,
                         guint8 *data,
                         gsize length,
                         guint64 time_ns,
                         guint64 duration_ns)
{
  GstBuffer *buffer = gst_buffer_new_wrapped (data, length);

  GST_BUFFER_PTS (buffer) = time_ns;
  if (duration_ns > 0)
    GST_BUFFER_DURATION (buffer) = duration_ns;
  return gst_pad_push (self->pad, buffer) == GST_FLOW_OK;
}

/**
 * calld_egress_chain_push_mute:
 * @self: a chain
 * @muted: whether the track is muted from here on
 *
 * Tells the elements that the recording pauses or goes on.
 */
void
calld_egress_chain_push_mute (CalldEgressChain *self, gboolean muted)
{
  GstStructure *structure = gst_structure_new ("call-mute", "muted", G_TYPE_BOOLEAN, muted, NULL);

  if (self->valve != NULL && muted)
    calld_egress_chain_push_flush (self);
  gst_pad_push_event (self->pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, structure));
  if (self->valve != NULL)
    g_object_set (self->valve, "drop", muted, NULL);
}

/**
 * calld_egress_chain_push_gap:
 * @self: a chain
 * @time_ns: where something is missing, nanoseconds
 * @duration_ns: how much
 *
 * Tells the elements that something is missing.
 */
void
calld_egress_chain_push_gap (CalldEgressChain *self, guint64 time_ns, guint64 duration_ns)
{
  gst_pad_push_event (self->pad, gst_event_new_gap (time_ns, duration_ns));
}

/**
 * calld_egress_chain_push_flush:
 * @self: a chain
 *
 * Has what there is of a block written.
 */
void
calld_egress_chain_push_flush (CalldEgressChain *self)
{
  gst_pad_push_event (self->pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                                                       gst_structure_new_empty ("call-flush")));
}

/**
 * calld_egress_chain_push_end:
 * @self: a chain
 *
 * Tells the elements that nothing comes any more.
 */
void
calld_egress_chain_push_end (CalldEgressChain *self)
{
  gst_pad_push_event (self->pad, gst_event_new_eos ());
}

/**
 * calld_egress_chain_get_counts:
 * @self: a chain
 * @counts: (out caller-allocates): what is in the file
 *
 * Reads what the file sink has done.
 */
void
calld_egress_chain_get_counts (CalldEgressChain *self, CalldEgressCounts *counts)
{
  GstStructure *stats = NULL;

  *counts = (CalldEgressCounts){ 0 };
  g_object_get (self->file_sink, "stats", &stats, NULL);
  if (stats == NULL)
    return;
  gst_structure_get (stats, "units", G_TYPE_UINT64, &counts->units, "paused", G_TYPE_UINT64,
                     &counts->paused, "lost", G_TYPE_UINT64, &counts->lost, "blocks", G_TYPE_UINT64,
                     &counts->blocks, NULL);
  gst_structure_free (stats);
}
