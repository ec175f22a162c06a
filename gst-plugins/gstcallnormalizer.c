/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallnormalizer.h"

#include "call-loudness-samples.h"
#include "call-loudness.h"
#include "gstcallnormalizer-properties.h"

#include <math.h>
#include <string.h>

/**
 * SECTION:element-callnormalizer
 * @title: callnormalizer
 * @short_description: makes live speech evenly loud
 * @see_also: #GstAudioDynamic, #GstLevel, #GstWebrtcDsp
 *
 * A voice comes out at #GstCallNormalizer:target-loudness, whoever speaks and however far from the
 * microphone. Loudness is that of EBU R128, measured by libebur128. The gain moves while somebody
 * speaks and is held in pauses, so that neither the noise of a room nor a clap moves it; a limiter
 * with a look-ahead keeps every true peak under #GstCallNormalizer:true-peak-limit. The latency is
 * 5.3 ms at 48 kHz, and 6.4 ms at 8 kHz; buffers keep their timestamps.
 *
 * Buffers and events that say "gap" leave the gain as it is. At the end of the stream, before gaps
 * and where the stream jumps, what the look-ahead holds comes out first.
 *
 * ## Messages
 *
 * When #GstCallNormalizer:post-messages is set, an element message of the name `callnormalizer`
 * tells, every #GstCallNormalizer:interval of the stream:
 *
 * * #GstClockTime `timestamp`, `stream-time`, `running-time`: the end of what was measured
 * * #gdouble `momentary`, `short-term`, `integrated`: loudness of the input in LUFS; -120 for
 * silence
 * * #gdouble `true-peak`: the highest of the input so far in dBTP
 * * #gdouble `voice-loudness`, `noise-floor`: of the input in LUFS
 * * #gdouble `gain`, `reduction`: in dB, of the normaliser and of its limiter
 * * #gboolean `gated`: whether nobody speaks, and the gain is held
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 audiotestsrc num-buffers=100 volume=0.02 ! audio/x-raw,rate=48000,channels=1 !
 * callnormalizer ! fakesink
 * ]|
 * A tone is no voice, and passes as it is.
 *
 * |[
 * gst-launch-1.0 filesrc location=speech.wav ! wavparse ! audioconvert ! callnormalizer
 * target-loudness=-23 ! wavenc ! filesink location=even.wav
 * ]|
 * A recording becomes as loud as a programme of the EBU.
 *
 * |[
 * gst-launch-1.0 -m filesrc location=speech.wav ! wavparse ! audioconvert ! callnormalizer
 * post-messages=true interval=500000000 ! fakesink
 * ]|
 * Measures twice a second of the recording.
 */

GST_DEBUG_CATEGORY_STATIC (gst_call_normalizer_debug);
#define GST_CAT_DEFAULT gst_call_normalizer_debug

#define BLOCK_FRAMES 960        /* 10 ms at the highest rate */
#define JUMP (40 * GST_MSECOND) /* less than this between two buffers is jitter */
#define BACK_TO_UNITY 0.01      /* s: so fast does the gain leave when it is switched off */

struct _GstCallNormalizer {
  GstAudioFilter parent_instance;

  /* Guarded by the object lock. */
  GstCallNormalizerState state;
  guint delay; /* frames; 0 before there are caps, and while passing through */
  guint rate;

  /* Streaming thread only. */
  GstCallLoudness *loudness;
  guint to_skip;         /* frames of silence that come out of the look-ahead first */
  GstClockTime next_pts; /* of the input, if nothing is missing */
  GstClockTime since_message;
  float block[BLOCK_FRAMES * 2];
};

static GstStaticCaps caps_template = GST_STATIC_CAPS (
    "audio/x-raw, format = (string) { " GST_AUDIO_NE (S16) ", " GST_AUDIO_NE (
        F32) " }, "
             "rate = (int) [ 8000, 96000 ], channels = (int) [ 1, 2 ], layout = (string) "
             "interleaved");

G_DEFINE_FINAL_TYPE_WITH_CODE (GstCallNormalizer,
                               gst_call_normalizer,
                               GST_TYPE_AUDIO_FILTER,
                               GST_DEBUG_CATEGORY_INIT (gst_call_normalizer_debug,
                                                        "callnormalizer",
                                                        0,
                                                        "makes speech evenly loud"))
GST_ELEMENT_REGISTER_DEFINE (callnormalizer,
                             "callnormalizer",
                             GST_RANK_NONE,
                             GST_TYPE_CALL_NORMALIZER)

static GstClockTime
frames_to_time (GstCallNormalizer *self, guint64 n_frames)
{
  return gst_util_uint64_scale (n_frames, GST_SECOND, self->rate);
}

/* --- samples ----------------------------------------------------------------- */

static gboolean
is_s16 (GstCallNormalizer *self)
{
  return GST_AUDIO_FILTER_FORMAT (self) == GST_AUDIO_FORMAT_S16;
}

static void
load (GstCallNormalizer *self, const guint8 *data, guint n_samples)
{
  if (is_s16 (self))
    gst_call_loudness_load_s16 (self->block, (const gint16 *) data, n_samples);
  else
    gst_call_loudness_load_f32 (self->block, (const float *) data, n_samples);
}

static void
store (GstCallNormalizer *self, guint8 *data, guint n_samples)
{
  if (is_s16 (self))
    gst_call_loudness_store_s16 ((gint16 *) data, self->block, n_samples);
  else
    memcpy (data, self->block, n_samples * sizeof (float));
}

static void
process (GstCallNormalizer *self, guint8 *data, gsize size, gboolean is_gap)
{
  guint bpf = GST_AUDIO_FILTER_BPF (self);
  guint channels = GST_AUDIO_FILTER_CHANNELS (self);

  for (gsize n_left = size / bpf; n_left > 0;) {
    guint n = MIN (n_left, BLOCK_FRAMES);

    if (is_gap)
      memset (self->block, 0, n * channels * sizeof (float));
    else
      load (self, data, n * channels);
    if (is_gap)
      gst_call_loudness_process_gap (self->loudness, self->block, n);
    else
      gst_call_loudness_process (self->loudness, self->block, n);
    store (self, data, n * channels);
    data += (gsize) n * bpf;
    n_left -= n;
  }
}

/* --- what the look-ahead holds ------------------------------------------------- */

static void
start_over (GstCallNormalizer *self)
{
  self->next_pts = GST_CLOCK_TIME_NONE;
  if (self->loudness == NULL)
    return;
  gst_call_loudness_reset_delay (self->loudness);
  self->to_skip = gst_call_loudness_get_delay (self->loudness);
}

static GstBuffer *
take_rest (GstCallNormalizer *self)
{
  guint bpf = GST_AUDIO_FILTER_BPF (self);
  guint delay = gst_call_loudness_get_delay (self->loudness);
  guint skip = MIN (self->to_skip, delay);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, (gsize) delay * bpf, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  process (self, map.data, map.size, TRUE);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_resize (buffer, (gssize) skip * bpf, (gssize) (delay - skip) * bpf);
  GST_BUFFER_DURATION (buffer) = frames_to_time (self, delay - skip);
  if (GST_CLOCK_TIME_IS_VALID (self->next_pts)) {
    GstClockTime length = GST_BUFFER_DURATION (buffer);

    GST_BUFFER_PTS (buffer) = self->next_pts > length ? self->next_pts - length : 0;
  }
  return buffer;
}

/* Sends on what was held back; then all is as at the start of a stream. */
static GstFlowReturn
drain (GstCallNormalizer *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  gboolean is_empty;

  if (self->loudness == NULL)
    return flow;
  is_empty = self->to_skip >= gst_call_loudness_get_delay (self->loudness);
  if (!is_empty && !gst_base_transform_is_passthrough (GST_BASE_TRANSFORM (self)))
    flow = gst_pad_push (GST_BASE_TRANSFORM_SRC_PAD (self), take_rest (self));
  start_over (self);
  return flow;
}

static gboolean
has_jumped (GstCallNormalizer *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    return TRUE;
  if (!GST_CLOCK_TIME_IS_VALID (pts) || !GST_CLOCK_TIME_IS_VALID (self->next_pts))
    return FALSE;
  return ABS (GST_CLOCK_DIFF (self->next_pts, pts)) > (GstClockTimeDiff) JUMP;
}

/* The windows of the meter go on over what is missing. */
static void
skip_time (GstCallNormalizer *self, GstClockTime duration)
{
  if (self->loudness != NULL && GST_CLOCK_TIME_IS_VALID (duration))
    gst_call_loudness_skip (self->loudness, (guint) MIN (duration / (10 * GST_MSECOND), 1000));
}

static GstFlowReturn
meet_jump (GstCallNormalizer *self, GstBuffer *buffer)
{
  GstClockTime expected = self->next_pts, pts = GST_BUFFER_PTS (buffer);

  if (!has_jumped (self, buffer))
    return GST_FLOW_OK;
  GST_DEBUG_OBJECT (self, "from %" GST_TIME_FORMAT " to %" GST_TIME_FORMAT,
                    GST_TIME_ARGS (expected), GST_TIME_ARGS (pts));
  if (GST_CLOCK_TIME_IS_VALID (expected) && GST_CLOCK_TIME_IS_VALID (pts) && pts > expected)
    skip_time (self, pts - expected);
  return drain (self);
}

static void
clear_readings (GstCallNormalizer *self)
{
  GST_OBJECT_LOCK (self);
  gst_call_normalizer_state_clear_readings (&self->state);
  self->delay = 0;
  GST_OBJECT_UNLOCK (self);
}

/* --- on and off ---------------------------------------------------------------- */

static void
tell_latency (GstCallNormalizer *self)
{
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

static void
fade_to_unity (GstCallNormalizer *self, guint8 *data, gsize size)
{
  guint bpf = GST_AUDIO_FILTER_BPF (self), channels = GST_AUDIO_FILTER_CHANNELS (self);
  guint length = MIN ((guint) (size / bpf), (guint) (BACK_TO_UNITY * self->rate));
  float from = (float) pow (10, self->state.readings.gain / 20);

  load (self, data, length * channels);
  for (guint i = 0; i < length * channels; i++)
    self->block[i] *= from + (1 - from) * (float) (i / channels) / (float) length;
  store (self, data, length * channels);
}

/* From the next buffer on the base class passes them on. */
static GstFlowReturn
switch_off (GstCallNormalizer *self, GstBuffer *buffer)
{
  GstFlowReturn flow = drain (self);
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    fade_to_unity (self, map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  clear_readings (self);
  gst_call_loudness_restart (self->loudness);
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
  tell_latency (self);
  return flow;
}

/* --- measurements -------------------------------------------------------------- */

static GstMessage *
make_message (GstCallNormalizer *self, GstClockTime end)
{
  const GstSegment *segment = &GST_BASE_TRANSFORM (self)->segment;
  GstStructure *structure = gst_call_normalizer_state_to_structure (&self->state);

  gst_structure_set (structure, "timestamp", G_TYPE_UINT64, end, "stream-time", G_TYPE_UINT64,
                     gst_segment_to_stream_time (segment, GST_FORMAT_TIME, end), "running-time",
                     G_TYPE_UINT64, gst_segment_to_running_time (segment, GST_FORMAT_TIME, end),
                     NULL);
  return gst_message_new_element (GST_OBJECT (self), structure);
}

static void
publish (GstCallNormalizer *self, GstClockTime end, GstClockTime duration)
{
  GstCallLoudnessReadings readings;
  double integrated = gst_call_loudness_get_integrated (self->loudness);
  GstMessage *message = NULL;

  gst_call_loudness_get_readings (self->loudness, &readings);
  self->since_message += duration;
  GST_OBJECT_LOCK (self);
  self->state.readings = readings;
  self->state.integrated = integrated;
  if (self->state.post_messages && self->since_message >= self->state.interval) {
    self->since_message %= self->state.interval;
    message = make_message (self, end);
  }
  GST_OBJECT_UNLOCK (self);
  if (message != NULL)
    gst_element_post_message (GST_ELEMENT (self), message);
}

/* --- the filter ---------------------------------------------------------------- */

/* Takes over what the application set; also whether it is switched on. */
static gboolean
take_config (GstCallNormalizer *self)
{
  guint delay = gst_call_loudness_get_delay (self->loudness);
  gboolean enabled, is_late;

  GST_OBJECT_LOCK (self);
  if (self->state.config_changed)
    gst_call_loudness_set_config (self->loudness, &self->state.config);
  self->state.config_changed = FALSE;
  enabled = self->state.enabled;
  is_late = enabled && self->delay != delay;
  if (is_late)
    self->delay = delay;
  GST_OBJECT_UNLOCK (self);
  if (is_late)
    tell_latency (self);
  return enabled;
}

/* Cuts off the silence that the look-ahead began with, and gives the rest the time it was heard at.
 */
static GstFlowReturn
set_time (GstCallNormalizer *self, GstBuffer *buffer)
{
  guint bpf = GST_AUDIO_FILTER_BPF (self);
  guint n = (guint) (gst_buffer_get_size (buffer) / bpf);
  guint skip = MIN (self->to_skip, n);
  guint late = gst_call_loudness_get_delay (self->loudness) - self->to_skip;

  self->to_skip -= skip;
  if (skip == n)
    return GST_BASE_TRANSFORM_FLOW_DROPPED;
  gst_buffer_resize (buffer, (gssize) skip * bpf, (gssize) (n - skip) * bpf);
  GST_BUFFER_DURATION (buffer) = frames_to_time (self, n - skip);
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    GST_BUFFER_PTS (buffer) -= MIN (frames_to_time (self, late), GST_BUFFER_PTS (buffer));
  GST_BUFFER_OFFSET (buffer) = GST_BUFFER_OFFSET_END (buffer) = GST_BUFFER_OFFSET_NONE;
  return GST_FLOW_OK;
}

static GstFlowReturn
filter_buffer (GstCallNormalizer *self, GstBuffer *buffer)
{
  gboolean is_gap = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  GstClockTime duration;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, (NULL), ("cannot write to a buffer"));
    return GST_FLOW_ERROR;
  }
  process (self, map.data, map.size, is_gap);
  duration = frames_to_time (self, map.size / GST_AUDIO_FILTER_BPF (self));
  gst_buffer_unmap (buffer, &map);
  /* What was held back may come out now. */
  if (is_gap)
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_GAP);
  self->next_pts = GST_CLOCK_TIME_IS_VALID (pts) ? pts + duration : GST_CLOCK_TIME_NONE;
  publish (self, self->next_pts, duration);
  return set_time (self, buffer);
}

static GstFlowReturn
transform_ip (GstBaseTransform *base, GstBuffer *buffer)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (base);
  GstFlowReturn flow;
  gsize odd;

  if (self->loudness == NULL)
    return GST_FLOW_NOT_NEGOTIATED;
  odd = gst_buffer_get_size (buffer) % GST_AUDIO_FILTER_BPF (self);
  if (odd > 0) {
    GST_WARNING_OBJECT (self, "a buffer ends within a frame: %" G_GSIZE_FORMAT " bytes cut", odd);
    gst_buffer_set_size (buffer, gst_buffer_get_size (buffer) - odd);
  }
  if (!take_config (self))
    return switch_off (self, buffer);
  flow = meet_jump (self, buffer);
  return flow == GST_FLOW_OK ? filter_buffer (self, buffer) : flow;
}

static void
before_transform (GstBaseTransform *base, GstBuffer *buffer)
{
  GstClockTime time = gst_segment_to_stream_time (&base->segment, GST_FORMAT_TIME,
                                                  GST_BUFFER_PTS (buffer));

  if (GST_CLOCK_TIME_IS_VALID (time))
    gst_object_sync_values (GST_OBJECT (base), time);
}

static gboolean
setup (GstAudioFilter *filter, const GstAudioInfo *info)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (filter);
  guint channels = GST_AUDIO_INFO_CHANNELS (info), rate = GST_AUDIO_INFO_RATE (info);

  if (self->loudness == NULL)
    self->loudness = gst_call_loudness_new (channels, rate);
  else
    gst_call_loudness_set_format (self->loudness, channels, rate);
  GST_OBJECT_LOCK (self);
  self->rate = rate;
  self->delay = self->state.enabled ? gst_call_loudness_get_delay (self->loudness) : 0;
  self->state.config_changed = TRUE;
  GST_OBJECT_UNLOCK (self);
  start_over (self);
  tell_latency (self);
  return TRUE;
}

static gboolean
start (GstBaseTransform *base)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (base);

  clear_readings (self);
  self->since_message = 0;
  start_over (self);
  return TRUE;
}

static gboolean
stop (GstBaseTransform *base)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (base);

  g_clear_pointer (&self->loudness, gst_call_loudness_free);
  clear_readings (self);
  return TRUE;
}

/* What is held back comes before whatever is said about what follows. */
static gboolean
sink_event (GstBaseTransform *base, GstEvent *event)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (base);
  GstClockTime timestamp, duration;

  switch ((int) GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_STOP:
    start_over (self);
    break;
  case GST_EVENT_GAP:
    drain (self);
    gst_event_parse_gap (event, &timestamp, &duration);
    skip_time (self, duration);
    break;
  case GST_EVENT_CAPS:
  case GST_EVENT_SEGMENT:
  case GST_EVENT_EOS:
    drain (self);
    break;
  default:
    break;
  }
  return GST_BASE_TRANSFORM_CLASS (gst_call_normalizer_parent_class)->sink_event (base, event);
}

static gboolean
query_latency (GstCallNormalizer *self, GstQuery *query)
{
  GstClockTime min, max, own;
  gboolean is_live;

  if (!gst_pad_peer_query (GST_BASE_TRANSFORM_SINK_PAD (self), query))
    return FALSE;
  GST_OBJECT_LOCK (self);
  own = self->delay > 0 ? frames_to_time (self, self->delay) : 0;
  GST_OBJECT_UNLOCK (self);
  gst_query_parse_latency (query, &is_live, &min, &max);
  gst_query_set_latency (query, is_live, min + own,
                         GST_CLOCK_TIME_IS_VALID (max) ? max + own : GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
query (GstBaseTransform *base, GstPadDirection direction, GstQuery *query)
{
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return query_latency (GST_CALL_NORMALIZER (base), query);
  return GST_BASE_TRANSFORM_CLASS (gst_call_normalizer_parent_class)
      ->query (base, direction, query);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (object);

  GST_OBJECT_LOCK (self);
  if (!gst_call_normalizer_state_set (&self->state, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
  /* The streaming thread switches off, when it has sent on what it holds. */
  if (id == GST_CALL_NORMALIZER_PROP_ENABLED && g_value_get_boolean (value))
    gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), FALSE);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (object);

  GST_OBJECT_LOCK (self);
  if (!gst_call_normalizer_state_get (&self->state, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
finalize (GObject *object)
{
  GstCallNormalizer *self = GST_CALL_NORMALIZER (object);

  g_clear_pointer (&self->loudness, gst_call_loudness_free);
  G_OBJECT_CLASS (gst_call_normalizer_parent_class)->finalize (object);
}

static void
gst_call_normalizer_class_init (GstCallNormalizerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *base_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstCaps *caps = gst_static_caps_get (&caps_template);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  gst_call_normalizer_properties_install (object_class);

  gst_element_class_set_static_metadata (
      element_class, "Speech normalizer", "Filter/Effect/Audio",
      "Makes live speech evenly loud by EBU R128, with a latency of 5 ms",
      "The libcall developers");
  gst_audio_filter_class_add_pad_templates (GST_AUDIO_FILTER_CLASS (klass), caps);
  gst_caps_unref (caps);

  GST_AUDIO_FILTER_CLASS (klass)->setup = setup;
  base_class->start = start;
  base_class->stop = stop;
  base_class->sink_event = sink_event;
  base_class->query = query;
  base_class->before_transform = before_transform;
  base_class->transform_ip = transform_ip;
  base_class->transform_ip_on_passthrough = FALSE;
}

static void
gst_call_normalizer_init (GstCallNormalizer *self)
{
  gst_call_normalizer_state_init (&self->state);
  gst_base_transform_set_in_place (GST_BASE_TRANSFORM (self), TRUE);
  gst_base_transform_set_gap_aware (GST_BASE_TRANSFORM (self), TRUE);
}
