/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wav-header.h"

#include <gst/check/gstharness.h>

#include <string.h>

typedef struct {
  char *folder;
  GstHarness *harness;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  GstElement *sink;

  self->folder = g_dir_make_tmp ("egress-XXXXXX", NULL);
  sink = gst_element_factory_make ("callegresssink", NULL);
  g_object_set (sink, "location", self->folder, "meeting-id", "RM_1", "room", "consult-1",
                "participant", "alice", "track", "TR_1", NULL);
  self->harness = gst_harness_new_with_element (sink, "sink", NULL);
  gst_object_unref (sink);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  const char *argv[] = { "rm", "-rf", self->folder, NULL };

  g_clear_pointer (&self->harness, gst_harness_teardown);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (self->folder);
}

static GPtrArray *
list_files (Fixture *self, const char *suffix)
{
  g_autofree char *meeting = g_build_filename (self->folder, "RM_1", NULL);
  g_autoptr (GDir) dir = g_dir_open (meeting, 0, NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, suffix))
      g_ptr_array_add (paths, g_build_filename (meeting, name, NULL));
  return paths;
}

static char *
read_only_file (Fixture *self, const char *suffix, gsize *length)
{
  g_autoptr (GPtrArray) paths = list_files (self, suffix);
  char *data = NULL;

  g_assert_cmpuint (paths->len, ==, 1);
  g_assert_true (g_file_get_contents (paths->pdata[0], &data, length, NULL));
  return data;
}

static void
push (Fixture *self, gconstpointer data, gsize length, GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, length);

  GST_BUFFER_PTS (buffer) = pts;
  g_assert_cmpint (gst_harness_push (self->harness, buffer), ==, GST_FLOW_OK);
}

static void
push_samples (Fixture *self, guint n, GstClockTime pts)
{
  g_autofree gint16 *samples = g_new (gint16, n);

  for (guint i = 0; i < n; i++)
    samples[i] = (gint16) (i * 7);
  push (self, samples, n * 2, pts);
}

static guint64
get_count (Fixture *self, const char *name)
{
  GstStructure *stats = NULL;
  guint64 value = 0;

  g_object_get (self->harness->element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

static GstEvent *
mute_event (gboolean muted)
{
  return gst_event_new_custom (
      GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new ("call-mute", "muted", G_TYPE_BOOLEAN, muted, NULL));
}

/* --- samples ---------------------------------------------------------------------------------- */

static void
test_wav (Fixture *self, gconstpointer data)
{
  g_autofree char *file = NULL;
  GstCallWavFormat format;
  guint64 bytes;
  gsize length;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2");
  for (guint i = 0; i < 5; i++)
    push_samples (self, 960, GST_CLOCK_TIME_NONE);
  g_assert_true (gst_harness_push_event (self->harness, gst_event_new_eos ()));
  /* EOS means that the file is complete. */
  file = read_only_file (self, ".wav", &length);
  g_assert_true (gst_call_wav_header_parse ((guint8 *) file, length, &format, &bytes));
  g_assert_cmpuint (bytes, ==, 9600);
  g_assert_cmpuint (length, ==, 9600 + GST_CALL_WAV_HEADER_SIZE);
  g_assert_cmpuint (format.channels, ==, 2);
  g_assert_cmpuint (get_count (self, "units"), ==, 2400);
}

static void
test_float (Fixture *self, gconstpointer data)
{
  const float samples[] = { 0.0f, 0.5f, -0.5f, 1.0f, -1.0f, 2.0f };
  const gint16 expected[] = { 0, 16384, -16384, 32767, -32768, 32767 };
  g_autofree char *file = NULL;
  gsize length;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=F32LE,layout=interleaved,rate=16000,channels=1");
  push (self, samples, sizeof samples, 0);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  file = read_only_file (self, ".wav", &length);
  g_assert_cmpmem (file + GST_CALL_WAV_HEADER_SIZE, length - GST_CALL_WAV_HEADER_SIZE, expected,
                   sizeof expected);
}

static void
test_caps_change (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) paths = NULL;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, 0);
  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=1");
  push_samples (self, 160, 10 * GST_MSECOND);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  paths = list_files (self, ".wav");
  g_assert_cmpuint (paths->len, ==, 2);
}

static void
test_gaps (Fixture *self, gconstpointer data)
{
  g_autofree char *sidecar = NULL;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, 0);
  push_samples (self, 480, 10 * GST_MSECOND);
  push_samples (self, 480, 28 * GST_MSECOND); /* jitter */
  push_samples (self, 480, 130 * GST_MSECOND);
  gst_harness_push_event (self->harness, gst_event_new_gap (140 * GST_MSECOND, 50 * GST_MSECOND));
  push_samples (self, 480, 190 * GST_MSECOND);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  g_assert_cmpuint (get_count (self, "missing"), ==, 4800 + 2400);
  sidecar = read_only_file (self, ".jsonl", NULL);
  g_assert_nonnull (strstr (sidecar, "\"gaps\":[{\"position\":1440,\"missing\":4800},"
                                     "{\"position\":1920,\"missing\":2400}]"));
}

static void
test_fill (Fixture *self, gconstpointer data)
{
  gst_util_set_object_arg (G_OBJECT (self->harness->element), "gap-policy", "fill");
  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, 0);
  push_samples (self, 480, GST_SECOND);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  g_assert_cmpuint (get_count (self, "units"), ==, 48480);
}

static void
test_mute (Fixture *self, gconstpointer data)
{
  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (self->harness, mute_event (TRUE));
  /* What came before is in the file at once. */
  g_assert_cmpuint (get_count (self, "units"), ==, 480);
  push_samples (self, 480, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (self->harness, mute_event (FALSE));
  g_object_set (self->harness->element, "mute", TRUE, NULL);
  push_samples (self, 480, GST_CLOCK_TIME_NONE);
  g_object_set (self->harness->element, "mute", FALSE, NULL);
  push_samples (self, 480, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  g_assert_cmpuint (get_count (self, "units"), ==, 960);
  g_assert_cmpuint (get_count (self, "paused"), ==, 960);
}

static void
test_flush_event (Fixture *self, gconstpointer data)
{
  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, GST_CLOCK_TIME_NONE);
  g_assert_cmpuint (get_count (self, "units"), ==, 0);
  gst_harness_push_event (
      self->harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("call-flush")));
  g_assert_cmpuint (get_count (self, "units"), ==, 480);
}

/* A flushing seek ends nothing: what has come is kept, and the track goes on. */
static void
test_flush_start_stop (Fixture *self, gconstpointer data)
{
  GstSegment segment;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, 0);
  gst_harness_push_event (self->harness, gst_event_new_flush_start ());
  gst_harness_push_event (self->harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (self->harness, gst_event_new_segment (&segment));
  push_samples (self, 480, 5 * GST_SECOND);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  g_assert_cmpuint (get_count (self, "units"), ==, 960);
  g_assert_cmpuint (get_count (self, "missing"), ==, 0);
}

/* --- video ------------------------------------------------------------------------------------ */

static void
test_ivf (Fixture *self, gconstpointer data)
{
  const guint8 key[] = { 0x10, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0 };
  g_autofree char *file = NULL;
  gsize length;

  gst_harness_set_src_caps_str (self->harness, "video/x-vp8");
  push (self, key, sizeof key, 0);
  push (self, "delta", 5, GST_SECOND);
  push (self, "later", 5, 3 * GST_SECOND);
  g_assert_cmpuint (get_count (self, "units"), ==, 2);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  file = read_only_file (self, ".ivf", &length);
  g_assert_cmpuint (length, ==, 32 + 3 * 12 + 20);
  g_assert_cmpmem (file, 4, "DKIF", 4);
  g_assert_cmpmem (file + 8, 8, "VP80\x40\x01\xf0\x00", 8);
  g_assert_cmpuint ((guint8) file[24], ==, 3);
  g_assert_cmpmem (file + length - 17, 17, "\x05\0\0\0\xb0\x1e\x04\0\0\0\0\0later", 17);
}

static void
test_h264 (Fixture *self, gconstpointer data)
{
  g_autofree char *file = NULL;
  gsize length;

  gst_harness_set_src_caps_str (self->harness,
                                "video/x-h264,stream-format=byte-stream,alignment=au");
  push (self, "\0\0\0\1one", 7, 0);
  push (self, "\0\0\0\1two", 7, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (self->harness, gst_event_new_eos ());
  file = read_only_file (self, ".h264", &length);
  g_assert_cmpmem (file, length, "\0\0\0\1one\0\0\0\1two", 14);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
test_no_location (void)
{
  GstElement *sink = gst_element_factory_make ("callegresssink", NULL);

  gst_object_ref_sink (sink);
  g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_object_unref (sink);
}

static void
test_states (Fixture *self, gconstpointer data)
{
  GstElement *sink = gst_object_ref (self->harness->element);
  g_autoptr (GPtrArray) paths = NULL;

  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  push_samples (self, 480, 0);
  /* Without EOS. */
  gst_element_set_state (sink, GST_STATE_READY);
  g_assert_cmpuint (get_count (self, "units"), ==, 480);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpint (gst_element_set_state (sink, GST_STATE_PLAYING), ==, GST_STATE_CHANGE_SUCCESS);
    g_assert_cmpint (gst_element_set_state (sink, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
  }
  gst_element_set_state (sink, GST_STATE_PLAYING);
  paths = list_files (self, ".wav");
  g_assert_cmpuint (paths->len, ==, 1);
  gst_object_unref (sink);
}

static void
test_full (Fixture *self, gconstpointer data)
{
  GstBus *bus = gst_bus_new ();
  GstMessage *message;

  gst_element_set_bus (self->harness->element, bus);
  gst_element_set_state (self->harness->element, GST_STATE_READY);
  g_object_set (self->harness->element, "max-bytes", G_GUINT64_CONSTANT (1000), "group-bytes", 960,
                NULL);
  gst_element_set_state (self->harness->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (
      self->harness, "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  for (guint i = 0; i < 5; i++)
    push_samples (self, 480, GST_CLOCK_TIME_NONE);
  g_assert_cmpuint (get_count (self, "units"), ==, 480);
  g_assert_cmpuint (get_count (self, "lost"), ==, 4 * 480);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  gst_message_unref (message);
  /* Once is enough. */
  g_assert_null (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING));
  gst_element_set_bus (self->harness->element, NULL);
  gst_object_unref (bus);
}

/* --- foreign readers -------------------------------------------------------------------------- */

static char *
probe (const char *path)
{
  const char *argv[] = { "ffprobe",
                         "-v",
                         "error",
                         "-count_packets",
                         "-show_entries",
                         "stream=codec_name,sample_rate,channels,width,height,duration_ts",
                         "-of",
                         "compact",
                         path,
                         NULL };
  char *out = NULL;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  return out;
}

/* A comment as one line: the formatter breaks long ones. */
static char *
unwrap (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\s*\n \\* ?", 0, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, " ", 0, NULL);
}

/* The launch lines that the documentation shows, run to their end, and read by ffprobe. */
static void
test_launch (void)
{
  const struct {
    const char *line, *suffix, *says;
  } cases[] = {
    { "audiotestsrc num-buffers=300 ! audio/x-raw,rate=48000,channels=1 ! callegresssink "
      "location=egress meeting-id=RM_1 room=consult-1 participant=alice track=TR_1",
      ".wav", "codec_name=pcm_s16le|sample_rate=48000|channels=1" },
    { "audiotestsrc num-buffers=300 ! audioconvert ! opusenc ! oggmux max-page-delay=500000000 ! "
      "callegresssink location=egress meeting-id=RM_1 room=consult-1",
      ".ogg", "codec_name=opus" },
    { "videotestsrc num-buffers=60 ! vp8enc deadline=1 ! callegresssink location=egress "
      "meeting-id=RM_1 room=consult-1 track=TR_2",
      ".ivf", "codec_name=vp8|width=320|height=240" },
    { "videotestsrc num-buffers=30 ! x264enc ! video/x-h264,stream-format=byte-stream ! "
      "callegresssink location=egress meeting-id=RM_1 room=consult-1 track=TR_3",
      ".h264", "codec_name=h264|width=320|height=240" },
  };
  g_autofree char *source = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"),
                                              "gst-plugins/gstcallegresssink.c", NULL);
  g_autofree char *text = NULL;
  g_autofree char *comment = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  comment = unwrap (text);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Fixture fixture;
    g_auto (GStrv) halves = g_strsplit (cases[i].line, "location=egress", 2);
    g_autofree char *line = NULL;
    g_autofree char *says = NULL;
    g_autofree char *shown = g_strconcat ("gst-launch-1.0 ", cases[i].line, " ]|", NULL);
    g_autoptr (GPtrArray) paths = NULL;
    GstElement *pipeline;
    GstMessage *message;
    GstBus *bus;

    g_assert_nonnull (strstr (comment, shown));
    set_up (&fixture, NULL);
    line = g_strdup_printf ("%slocation=%s%s", halves[0], fixture.folder, halves[1]);
    pipeline = gst_parse_launch (line, NULL);
    bus = gst_element_get_bus (pipeline);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
                                          GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_nonnull (message);
    g_assert_cmpstr (GST_MESSAGE_TYPE_NAME (message), ==, "eos");
    gst_message_unref (message);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    paths = list_files (&fixture, cases[i].suffix);
    g_assert_cmpuint (paths->len, ==, 1);
    says = probe (paths->pdata[0]);
    g_assert_nonnull (strstr (says, cases[i].says));
    gst_object_unref (bus);
    gst_object_unref (pipeline);
    tear_down (&fixture, NULL);
  }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  ADD ("/egress-sink/wav", test_wav);
  ADD ("/egress-sink/float", test_float);
  ADD ("/egress-sink/caps-change", test_caps_change);
  ADD ("/egress-sink/gaps", test_gaps);
  ADD ("/egress-sink/fill", test_fill);
  ADD ("/egress-sink/mute", test_mute);
  ADD ("/egress-sink/flush-event", test_flush_event);
  ADD ("/egress-sink/flush-start-stop", test_flush_start_stop);
  ADD ("/egress-sink/ivf", test_ivf);
  ADD ("/egress-sink/h264", test_h264);
  g_test_add_func ("/egress-sink/no-location", test_no_location);
  ADD ("/egress-sink/states", test_states);
  ADD ("/egress-sink/full", test_full);
  g_test_add_func ("/egress-sink/launch", test_launch);
  return g_test_run ();
}
