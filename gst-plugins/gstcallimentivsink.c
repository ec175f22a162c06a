/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallimentivsink.h"

#include "call-http-policy.h"
#include "call-http-queue.h"
#include "wav-header.h"

#include <gst/audio/audio.h>

/**
 * SECTION:element-callimentivsink
 * @title: callimentivsink
 * @short_description: posts speech to a service of emotion analysis
 *
 * Groups samples into blocks of #GstCallImentivSink:group-seconds and posts each to
 * `<location>?meetingId=…&participant=…&track=…&sr=…&ch=…`, as `audio/L16` (the samples as they
 * come: little endian) or as WAV files, with the headers `X-Meeting-Id`, `X-Participant-Id`,
 * `X-Track-Id`, `X-Sequence` and `Idempotency-Key`, by which the receiver counts each block once.
 *
 * The streaming thread never waits for network or disk. A block goes to the spool first and leaves
 * it when it was taken; the order is kept. A try that fails is repeated after a delay that doubles;
 * after three the service is taken to be down, and asked twice a minute at least, or as its
 * `Retry-After` says. What it refuses (400 and the like) is put among the dead letters, which the
 * signal #GstCallImentivSink::replay posts again. After a crash the next start posts what the spool
 * holds.
 *
 * At the end of the stream it waits until all has arrived, #GstCallImentivSink:drain-timeout at
 * most.
 *
 * ## Messages
 *
 * An element message of the name `callimentivsink` has the string `event`, which is `down`, `up`,
 * `dead` or `lost`, the #guint `status` of the last answer and the #guint64 `pending`, blocks that
 * wait. `down` and `lost` are warnings besides.
 *
 * ## Example launch line
 *
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=300 ! audio/x-raw,format=S16LE,rate=48000,channels=1 !
 * callimentivsink location=http://127.0.0.1:8088/ingest spool-dir=spool meeting-id=RM_1
 * participant=alice track=TR_1
 * ]|
 * Posts six and a half seconds of tone in four blocks.
 */

GST_DEBUG_CATEGORY_STATIC (gst_call_imentiv_sink_debug);
#define GST_CAT_DEFAULT gst_call_imentiv_sink_debug

#define DEFAULT_GROUP_SECONDS 2.0
#define DEFAULT_SPOOL_MAX_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define DEFAULT_TIMEOUT_MS 5000
#define DEFAULT_RETRY_DELAY_MS 500
#define DEFAULT_DRAIN_TIMEOUT (5 * GST_SECOND)
#define MAX_MEMORY (16 * 1024 * 1024)

struct _GstCallImentivSink {
  GstBaseSink parent_instance;

  /* Guarded by the object lock. */
  char *texts[5]; /* by the property's number, from PROP_LOCATION on */
  char *api_key;
  GstCallImentivPayload payload;
  double group_seconds;
  guint64 spool_max_bytes;
  guint timeout_ms, retry_delay_ms;
  guint64 drain_timeout;
  GstCallHttpQueue *queue;

  /* Streaming thread only. */
  GstAudioInfo info;
  GByteArray *block;
};

enum {
  PROP_0,
  PROP_LOCATION,
  PROP_SPOOL_DIR,
  PROP_MEETING_ID,
  PROP_PARTICIPANT,
  PROP_TRACK,
  PROP_API_KEY,
  PROP_PAYLOAD,
  PROP_GROUP_SECONDS,
  PROP_SPOOL_MAX_BYTES,
  PROP_TIMEOUT_MS,
  PROP_RETRY_DELAY_MS,
  PROP_DRAIN_TIMEOUT,
  PROP_BLOCKS_DELIVERED,
  PROP_BYTES_DELIVERED,
  PROP_FAILURES,
  PROP_BLOCKS_DEAD,
  PROP_BLOCKS_LOST,
  PROP_BYTES_LOST,
  PROP_BLOCKS_TORN,
  PROP_BLOCKS_PENDING,
  PROP_BYTES_PENDING,
  N_PROPS
};

#define IS_TEXT(id) ((id) >= PROP_LOCATION && (id) <= PROP_TRACK)
#define IS_STAT(id) ((id) >= PROP_BLOCKS_DELIVERED && (id) < N_PROPS)

static GParamSpec *properties[N_PROPS];
static guint replay_signal;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("audio/x-raw, format = (string) S16LE, layout = (string) interleaved, "
                     "rate = (int) [ 8000, 96000 ], channels = (int) [ 1, 2 ]"));

G_DEFINE_ENUM_TYPE (GstCallImentivPayload,
                    gst_call_imentiv_payload,
                    G_DEFINE_ENUM_VALUE (GST_CALL_IMENTIV_PAYLOAD_PCM, "pcm"),
                    G_DEFINE_ENUM_VALUE (GST_CALL_IMENTIV_PAYLOAD_WAV, "wav"))

G_DEFINE_FINAL_TYPE_WITH_CODE (GstCallImentivSink,
                               gst_call_imentiv_sink,
                               GST_TYPE_BASE_SINK,
                               GST_DEBUG_CATEGORY_INIT (gst_call_imentiv_sink_debug,
                                                        "callimentivsink",
                                                        0,
                                                        "posts speech to a service"))
GST_ELEMENT_REGISTER_DEFINE (callimentivsink,
                             "callimentivsink",
                             GST_RANK_NONE,
                             GST_TYPE_CALL_IMENTIV_SINK)

/* --- blocks ---------------------------------------------------------------------- */

static const char *
text_of (GstCallImentivSink *self, guint id)
{
  return self->texts[id - PROP_LOCATION];
}

static gsize
block_size (GstCallImentivSink *self)
{
  gsize frames;

  GST_OBJECT_LOCK (self);
  frames = (gsize) (self->group_seconds * GST_AUDIO_INFO_RATE (&self->info));
  GST_OBJECT_UNLOCK (self);
  return MAX (frames, 1) * GST_AUDIO_INFO_BPF (&self->info);
}

static GBytes *
take_body (GstCallImentivSink *self, gsize size, gboolean is_wav)
{
  GstCallWavFormat format = { GST_AUDIO_INFO_RATE (&self->info),
                              GST_AUDIO_INFO_CHANNELS (&self->info) };
  guint8 header[GST_CALL_WAV_HEADER_SIZE];
  GByteArray *body = g_byte_array_sized_new ((guint) (size + sizeof (header)));

  if (is_wav) {
    gst_call_wav_header_build (&format, size, header);
    g_byte_array_append (body, header, sizeof (header));
  }
  g_byte_array_append (body, self->block->data, (guint) size);
  g_byte_array_remove_range (self->block, 0, (guint) size);
  return g_byte_array_free_to_bytes (body);
}

static void
post_block (GstCallImentivSink *self, gsize size)
{
  GstCallHttpBlock block = { .rate = GST_AUDIO_INFO_RATE (&self->info),
                             .channels = GST_AUDIO_INFO_CHANNELS (&self->info) };
  g_autofree char *meta = NULL;
  g_autoptr (GBytes) body = NULL;

  GST_OBJECT_LOCK (self);
  block.meeting = text_of (self, PROP_MEETING_ID);
  block.participant = text_of (self, PROP_PARTICIPANT);
  block.track = text_of (self, PROP_TRACK);
  block.is_wav = self->payload == GST_CALL_IMENTIV_PAYLOAD_WAV;
  meta = gst_call_http_policy_make_meta (&block);
  GST_OBJECT_UNLOCK (self);
  body = take_body (self, size, block.is_wav);
  gst_call_http_queue_push (self->queue, meta, body);
}

static void
post_rest (GstCallImentivSink *self)
{
  gsize size = self->block->len;

  if (GST_AUDIO_INFO_BPF (&self->info) == 0)
    return;
  size -= size % GST_AUDIO_INFO_BPF (&self->info);
  if (size > 0)
    post_block (self, size);
}

static GstFlowReturn
render (GstBaseSink *base, GstBuffer *buffer)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (base);
  gsize size = block_size (self);
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, (NULL), ("cannot read a buffer"));
    return GST_FLOW_ERROR;
  }
  g_byte_array_append (self->block, map.data, (guint) map.size);
  gst_buffer_unmap (buffer, &map);
  while (self->block->len >= size)
    post_block (self, size);
  return GST_FLOW_OK;
}

static gboolean
set_caps (GstBaseSink *base, GstCaps *caps)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (base);
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps))
    return FALSE;
  if (!gst_audio_info_is_equal (&info, &self->info))
    post_rest (self);
  self->info = info;
  return TRUE;
}

/* The end of the stream means that all has arrived, or that it was waited for long enough. */
static void
drain (GstCallImentivSink *self)
{
  guint64 timeout;

  post_rest (self);
  GST_OBJECT_LOCK (self);
  timeout = self->drain_timeout;
  GST_OBJECT_UNLOCK (self);
  if (!gst_call_http_queue_wait (self->queue, (gint64) (timeout / GST_USECOND)))
    GST_INFO_OBJECT (self, "blocks stay in the spool at the end of the stream");
}

static gboolean
event (GstBaseSink *base, GstEvent *event)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (base);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    drain (self);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    g_byte_array_set_size (self->block, 0);
  else if (gst_event_has_name (event, "call-flush"))
    post_rest (self);
  return GST_BASE_SINK_CLASS (gst_call_imentiv_sink_parent_class)->event (base, event);
}

static gboolean
unlock (GstBaseSink *base)
{
  gst_call_http_queue_interrupt (GST_CALL_IMENTIV_SINK (base)->queue, TRUE);
  return TRUE;
}

static gboolean
unlock_stop (GstBaseSink *base)
{
  gst_call_http_queue_interrupt (GST_CALL_IMENTIV_SINK (base)->queue, FALSE);
  return TRUE;
}

/* --- start and stop ------------------------------------------------------------------ */

static void
on_event (GstCallHttpEvent what, guint status, gpointer user_data)
{
  static const char *const names[] = { "down", "up", "dead", "lost" };
  GstCallImentivSink *self = user_data;
  GstCallHttpStats stats = { 0 };

  GST_OBJECT_LOCK (self);
  if (self->queue != NULL)
    gst_call_http_queue_get_stats (self->queue, &stats);
  GST_OBJECT_UNLOCK (self);
  if (what == GST_CALL_HTTP_EVENT_DOWN)
    GST_ELEMENT_WARNING (self, RESOURCE, WRITE, (NULL),
                         ("the service does not take blocks (status %u); they wait", status));
  else if (what == GST_CALL_HTTP_EVENT_LOST)
    GST_ELEMENT_WARNING (self, RESOURCE, NO_SPACE_LEFT, (NULL), ("a block did not fit the spool"));
  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
                               gst_structure_new ("callimentivsink", "event", G_TYPE_STRING,
                                                  names[what], "status", G_TYPE_UINT, status,
                                                  "pending", G_TYPE_UINT64, stats.pending, NULL)));
}

static GstCallSpool *
open_spool (GstCallImentivSink *self)
{
  g_autoptr (GError) error = NULL;
  GstCallSpool *spool;

  if (text_of (self, PROP_LOCATION) == NULL ||
      !g_uri_is_valid (text_of (self, PROP_LOCATION), G_URI_FLAGS_NONE, NULL)) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, (NULL), ("the location is no URL"));
    return NULL;
  }
  if (text_of (self, PROP_SPOOL_DIR) == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, NOT_FOUND, (NULL), ("spool-dir is not set"));
    return NULL;
  }
  spool = gst_call_spool_open (text_of (self, PROP_SPOOL_DIR), self->spool_max_bytes, &error);
  if (spool == NULL)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, (NULL), ("%s", error->message));
  return spool;
}

static gboolean
start (GstBaseSink *base)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (base);
  GstCallSpool *spool = open_spool (self);
  GstCallHttpQueueConfig config = { .location = text_of (self, PROP_LOCATION),
                                    .api_key = self->api_key,
                                    .timeout_ms = self->timeout_ms,
                                    .retry_delay_ms = self->retry_delay_ms,
                                    .max_memory = MAX_MEMORY };
  GstCallHttpQueue *queue;

  if (spool == NULL)
    return FALSE;
  gst_audio_info_init (&self->info);
  g_byte_array_set_size (self->block, 0);
  queue = gst_call_http_queue_new (&config, spool, on_event, self);
  GST_OBJECT_LOCK (self);
  self->queue = queue;
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* What was not posted as a block yet goes to the spool too. */
static gboolean
stop (GstBaseSink *base)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (base);
  GstCallHttpQueue *queue;

  post_rest (self);
  GST_OBJECT_LOCK (self);
  queue = g_steal_pointer (&self->queue);
  GST_OBJECT_UNLOCK (self);
  g_clear_pointer (&queue, gst_call_http_queue_free);
  return TRUE;
}

static void
replay (GstCallImentivSink *self)
{
  GST_OBJECT_LOCK (self);
  if (self->queue != NULL)
    gst_call_http_queue_replay (self->queue);
  GST_OBJECT_UNLOCK (self);
}

/* --- properties ------------------------------------------------------------------------ */

static void
set_text (char **text, const GValue *value)
{
  g_free (*text);
  *text = g_value_dup_string (value);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (object);

  GST_OBJECT_LOCK (self);
  if (IS_TEXT (id))
    set_text (&self->texts[id - PROP_LOCATION], value);
  else if (id == PROP_API_KEY)
    set_text (&self->api_key, value);
  else if (id == PROP_PAYLOAD)
    self->payload = g_value_get_enum (value);
  else if (id == PROP_GROUP_SECONDS)
    self->group_seconds = g_value_get_double (value);
  else if (id == PROP_SPOOL_MAX_BYTES)
    self->spool_max_bytes = g_value_get_uint64 (value);
  else if (id == PROP_TIMEOUT_MS)
    self->timeout_ms = g_value_get_uint (value);
  else if (id == PROP_RETRY_DELAY_MS)
    self->retry_delay_ms = g_value_get_uint (value);
  else if (id == PROP_DRAIN_TIMEOUT)
    self->drain_timeout = g_value_get_uint64 (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static guint64
stat_of (GstCallImentivSink *self, guint id)
{
  GstCallHttpStats s = { 0 };

  if (self->queue != NULL)
    gst_call_http_queue_get_stats (self->queue, &s);
  return ((guint64[]){ s.delivered, s.delivered_bytes, s.failures, s.dead, s.lost, s.lost_bytes,
                       s.torn, s.pending, s.pending_bytes })[id - PROP_BLOCKS_DELIVERED];
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (object);

  GST_OBJECT_LOCK (self);
  if (IS_TEXT (id))
    g_value_set_string (value, text_of (self, id));
  else if (IS_STAT (id))
    g_value_set_uint64 (value, stat_of (self, id));
  else if (id == PROP_PAYLOAD)
    g_value_set_enum (value, self->payload);
  else if (id == PROP_GROUP_SECONDS)
    g_value_set_double (value, self->group_seconds);
  else if (id == PROP_SPOOL_MAX_BYTES)
    g_value_set_uint64 (value, self->spool_max_bytes);
  else if (id == PROP_TIMEOUT_MS)
    g_value_set_uint (value, self->timeout_ms);
  else if (id == PROP_RETRY_DELAY_MS)
    g_value_set_uint (value, self->retry_delay_ms);
  else if (id == PROP_DRAIN_TIMEOUT)
    g_value_set_uint64 (value, self->drain_timeout);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstCallImentivSink *self = GST_CALL_IMENTIV_SINK (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->texts); i++)
    g_free (self->texts[i]);
  g_free (self->api_key);
  g_byte_array_unref (self->block);
  G_OBJECT_CLASS (gst_call_imentiv_sink_parent_class)->finalize (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static const struct {
  const char *name, *nick, *blurb;
} texts[] = {
  { "location", "Location", "URL to post blocks to" },
  { "spool-dir", "Spool folder", "Folder of this track alone, in which blocks wait" },
  { "meeting-id", "Meeting", "Identifies the meeting to the service" },
  { "participant", "Participant", "Identifies who speaks to the service" },
  { "track", "Track", "Identifies the track to the service" },
};

static const struct {
  const char *name, *nick, *blurb;
} stats_shown[] = {
  { "blocks-delivered", "Blocks delivered", "Blocks that the service took" },
  { "bytes-delivered", "Bytes delivered", "Bytes of the blocks that the service took" },
  { "failures", "Failures", "Tries in vain" },
  { "blocks-dead", "Dead blocks", "Blocks that the service refused" },
  { "blocks-lost", "Blocks lost", "Blocks that did not fit the spool" },
  { "bytes-lost", "Bytes lost", "Bytes of the blocks that did not fit the spool" },
  { "blocks-torn", "Torn blocks", "Blocks found damaged in the spool" },
  { "blocks-pending", "Blocks pending", "Blocks that wait" },
  { "bytes-pending", "Bytes pending", "Bytes of the blocks that wait, with their headers" },
};

static void
add_properties (GObjectClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    properties[PROP_LOCATION + i] = g_param_spec_string (texts[i].name, texts[i].nick,
                                                         texts[i].blurb, NULL, FLAGS);
  for (guint i = 0; i < G_N_ELEMENTS (stats_shown); i++)
    properties[PROP_BLOCKS_DELIVERED + i] = g_param_spec_uint64 (
        stats_shown[i].name, stats_shown[i].nick, stats_shown[i].blurb, 0, G_MAXUINT64, 0,
        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_API_KEY] = g_param_spec_string (
      "api-key", "API key", "Sent as a bearer token; cannot be read back, is never logged", NULL,
      G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  properties[PROP_PAYLOAD] = g_param_spec_enum (
      "payload", "Payload", "Whether blocks are bare samples or WAV files",
      GST_TYPE_CALL_IMENTIV_PAYLOAD, GST_CALL_IMENTIV_PAYLOAD_PCM, PLAYING);
  properties[PROP_GROUP_SECONDS] = g_param_spec_double ("group-seconds", "Group seconds",
                                                        "How many seconds make a block", 0.02, 60,
                                                        DEFAULT_GROUP_SECONDS, PLAYING);
  properties[PROP_SPOOL_MAX_BYTES] = g_param_spec_uint64 (
      "spool-max-bytes", "Spool size", "How large the spool may become", 0, G_MAXUINT64,
      DEFAULT_SPOOL_MAX_BYTES, FLAGS);
  properties[PROP_TIMEOUT_MS] = g_param_spec_uint ("timeout-ms", "Timeout",
                                                   "Milliseconds that one try may take", 10, 600000,
                                                   DEFAULT_TIMEOUT_MS, FLAGS);
  properties[PROP_RETRY_DELAY_MS] = g_param_spec_uint (
      "retry-delay-ms", "Retry delay", "Milliseconds after the first try; doubled after each", 1,
      60000, DEFAULT_RETRY_DELAY_MS, FLAGS);
  properties[PROP_DRAIN_TIMEOUT] = g_param_spec_uint64 (
      "drain-timeout", "Drain timeout",
      "Nanoseconds to wait at the end of the stream for all to arrive; the rest stays in the spool",
      0, G_MAXINT64, DEFAULT_DRAIN_TIMEOUT, PLAYING);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
gst_call_imentiv_sink_class_init (GstCallImentivSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *base_class = GST_BASE_SINK_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  add_properties (object_class);
  /**
   * GstCallImentivSink::replay:
   *
   * An action: posts the dead letters once more.
   */
  replay_signal = g_signal_new_class_handler (
      "replay", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (replay),
      NULL, NULL, NULL, G_TYPE_NONE, 0);

  gst_element_class_set_static_metadata (
      element_class, "Imentiv sink", "Sink/Audio/Network",
      "Posts speech to a service of emotion analysis, and loses none", "The libcall developers");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_type_mark_as_plugin_api (GST_TYPE_CALL_IMENTIV_PAYLOAD, 0);
  base_class->start = start;
  base_class->stop = stop;
  base_class->set_caps = set_caps;
  base_class->render = render;
  base_class->event = event;
  base_class->unlock = unlock;
  base_class->unlock_stop = unlock_stop;
}

static void
gst_call_imentiv_sink_init (GstCallImentivSink *self)
{
  self->group_seconds = DEFAULT_GROUP_SECONDS;
  self->spool_max_bytes = DEFAULT_SPOOL_MAX_BYTES;
  self->timeout_ms = DEFAULT_TIMEOUT_MS;
  self->retry_delay_ms = DEFAULT_RETRY_DELAY_MS;
  self->drain_timeout = DEFAULT_DRAIN_TIMEOUT;
  self->block = g_byte_array_new ();
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}
