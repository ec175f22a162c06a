/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ebu-signals.h"

#include <ebur128.h>
#include <gst/check/gstharness.h>

#include <math.h>
#include <string.h>

/* The element as a part of a pipeline: times, gaps, events, states, properties. */

#define CAPS(format, rate, channels) \
  "audio/x-raw,format=" format       \
  ",rate=" G_STRINGIFY (rate) ",channels=" G_STRINGIFY (channels) ",layout=interleaved"
#define BLOCK 480
#define DELAY 251 /* frames at 48 kHz */

typedef struct {
  GstHarness *harness;
  guint64 n_out; /* frames of mono */
  GstClockTime next_pts;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->harness = gst_harness_new ("callnormalizer");
  fixture->n_out = 0;
  fixture->next_pts = 0;
  gst_harness_set_src_caps_str (fixture->harness, data != NULL ? data : CAPS ("F32LE", 48000, 1));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gst_harness_teardown (fixture->harness);
}

static GstBuffer *
make_tone (GstClockTime pts, guint n, double amplitude)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, n * sizeof (float), NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint i = 0; i < n; i++) {
    double t = (double) pts / GST_SECOND + i / 48000.0;

    ((float *) map.data)[i] = (float) (amplitude * sin (2 * G_PI * 1000 * t));
  }
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (n, GST_SECOND, 48000);
  return buffer;
}

static void
push_tone (Fixture *fixture, GstClockTime pts, guint n, double amplitude)
{
  GstFlowReturn flow = gst_harness_push (fixture->harness, make_tone (pts, n, amplitude));

  g_assert_cmpint (flow, ==, GST_FLOW_OK);
}

/* Takes all that came out; every buffer begins where the one before ended. */
static void
take_all (Fixture *fixture)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (fixture->harness)) != NULL) {
    g_assert_cmpfloat (fabs ((double) GST_BUFFER_PTS (buffer) - (double) fixture->next_pts), <=, 2);
    fixture->n_out += gst_buffer_get_size (buffer) / sizeof (float);
    fixture->next_pts = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    gst_buffer_unref (buffer);
  }
}

static double
get_double (Fixture *fixture, const char *name)
{
  double value;

  g_object_get (fixture->harness->element, name, &value, NULL);
  return value;
}

/* Whatever the size of the buffers, all that goes in comes out, at its time. */
static void
test_times (Fixture *fixture, gconstpointer data)
{
  static const guint sizes[] = { 480, 1, 7, 100, 251, 250, 252, 4800, 13, 960 };
  guint64 n_in = 0;

  for (guint i = 0; i < 200; i++) {
    guint n = sizes[i % G_N_ELEMENTS (sizes)];

    push_tone (fixture, gst_util_uint64_scale (n_in, GST_SECOND, 48000), n, 0.1);
    n_in += n;
    take_all (fixture);
    g_assert_cmpuint (fixture->n_out, ==, n_in > DELAY ? n_in - DELAY : 0);
  }
  gst_harness_push_event (fixture->harness, gst_event_new_eos ());
  take_all (fixture);
  g_assert_cmpuint (fixture->n_out, ==, n_in);
}

static void
test_latency (Fixture *fixture, gconstpointer data)
{
  GstClockTime latency;

  push_tone (fixture, 0, BLOCK, 0.1);
  latency = gst_harness_query_latency (fixture->harness);
  g_assert_cmpuint (latency, ==, gst_util_uint64_scale (DELAY, GST_SECOND, 48000));
  gst_harness_set_upstream_latency (fixture->harness, 20 * GST_MSECOND);
  g_assert_cmpuint (gst_harness_query_latency (fixture->harness), ==, latency + 20 * GST_MSECOND);
}

static void
test_latency_of_rates (void)
{
  static const guint rates[] = { 8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000 };

  for (gsize i = 0; i < G_N_ELEMENTS (rates); i++) {
    GstHarness *harness = gst_harness_new ("callnormalizer");
    g_autofree char *caps = g_strdup_printf (
        "audio/x-raw,format=S16LE,rate=%u,channels=2,layout=interleaved", rates[i]);
    GstBuffer *buffer = gst_buffer_new_allocate (NULL, rates[i] / 10 * 4, NULL);
    g_autoptr (GBytes) out = NULL;

    gst_buffer_memset (buffer, 0, 0, gst_buffer_get_size (buffer));
    gst_harness_set_src_caps_str (harness, caps);
    g_assert_cmpuint (gst_harness_query_latency (harness), <=, 10 * GST_MSECOND);
    g_assert_cmpuint (gst_harness_query_latency (harness), >, 0);
    g_assert_cmpint (gst_harness_push (harness, buffer), ==, GST_FLOW_OK);
    gst_harness_push_event (harness, gst_event_new_eos ());
    out = gst_harness_take_all_data_as_bytes (harness);
    g_assert_cmpuint (g_bytes_get_size (out), ==, rates[i] / 10 * 4);
    gst_harness_teardown (harness);
  }
}

/* Where the stream jumps, what is held back comes first, and nothing is invented in between. */
static void
test_jump (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, 0.1);
  push_tone (fixture, GST_SECOND, BLOCK, 0.1);
  for (guint i = 0; i < 10; i++)
    gst_buffer_unref (gst_harness_pull (fixture->harness));
  {
    GstBuffer *rest = gst_harness_pull (fixture->harness);
    GstBuffer *after = gst_harness_pull (fixture->harness);

    g_assert_cmpuint (gst_buffer_get_size (rest), ==, DELAY * sizeof (float));
    g_assert_cmpuint (GST_BUFFER_PTS (rest) + GST_BUFFER_DURATION (rest), ==, 100 * GST_MSECOND);
    g_assert_cmpuint (GST_BUFFER_PTS (after), ==, GST_SECOND);
    g_assert_cmpuint (gst_buffer_get_size (after), ==, (BLOCK - DELAY) * sizeof (float));
    gst_buffer_unref (rest);
    gst_buffer_unref (after);
  }
}

/* Timestamps that tremble are no jump. */
static void
test_jitter (Fixture *fixture, gconstpointer data)
{
  guint n_out = 0;
  GstBuffer *buffer;

  for (guint i = 0; i < 100; i++)
    push_tone (fixture, i * 10 * GST_MSECOND + (i % 3) * 5 * GST_MSECOND, BLOCK, 0.1);
  while ((buffer = gst_harness_try_pull (fixture->harness)) != NULL) {
    n_out += gst_buffer_get_size (buffer) / sizeof (float);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (n_out, ==, 100 * BLOCK - DELAY);
}

static void
test_gap_event (Fixture *fixture, gconstpointer data)
{
  GstEvent *event;
  guint n_gaps = 0;

  for (guint i = 0; i < 10; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, 0.1);
  gst_harness_push_event (fixture->harness,
                          gst_event_new_gap (100 * GST_MSECOND, 50 * GST_MSECOND));
  take_all (fixture);
  g_assert_cmpuint (fixture->n_out, ==, 10 * BLOCK);
  while ((event = gst_harness_try_pull_event (fixture->harness)) != NULL) {
    n_gaps += GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    gst_event_unref (event);
  }
  g_assert_cmpuint (n_gaps, ==, 1);
  push_tone (fixture, 150 * GST_MSECOND, BLOCK, 0.1);
  fixture->next_pts = 150 * GST_MSECOND;
  take_all (fixture);
  g_assert_cmpuint (fixture->n_out, ==, 11 * BLOCK - DELAY);
}

/* A gap says nothing of the room: neither the gain nor the noise floor moves. */
static void
test_gap_buffers (Fixture *fixture, gconstpointer data)
{
  double gain, noise_floor;

  for (guint i = 0; i < 300; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, i % 30 < 20 ? 0.02 : 0.0001);
  take_all (fixture);
  gain = get_double (fixture, "gain");
  noise_floor = get_double (fixture, "noise-floor");
  g_assert_cmpfloat (gain, >, 5);
  for (guint i = 300; i < 1000; i++) {
    GstBuffer *buffer = make_tone (i * 10 * GST_MSECOND, BLOCK, 0);

    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
    g_assert_cmpint (gst_harness_push (fixture->harness, buffer), ==, GST_FLOW_OK);
  }
  take_all (fixture);
  g_assert_cmpfloat (get_double (fixture, "gain"), ==, gain);
  g_assert_cmpfloat (get_double (fixture, "noise-floor"), ==, noise_floor);
  g_assert_cmpfloat (get_double (fixture, "short-term"), ==, -120);
}

static void
test_flush (Fixture *fixture, gconstpointer data)
{
  GstSegment segment;

  for (guint i = 0; i < 10; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, 0.1);
  take_all (fixture);
  gst_harness_push_event (fixture->harness, gst_event_new_flush_start ());
  gst_harness_push_event (fixture->harness, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (fixture->harness, gst_event_new_segment (&segment));
  take_all (fixture);
  g_assert_cmpuint (fixture->n_out, ==, 10 * BLOCK - DELAY);
  push_tone (fixture, 0, BLOCK, 0.1);
  fixture->next_pts = 0;
  take_all (fixture);
  g_assert_cmpuint (fixture->n_out, ==, 11 * BLOCK - 2 * DELAY);
}

/* Before other caps, the rest of the old; the gain stays, since the voice is the same. */
static void
test_caps_change (Fixture *fixture, gconstpointer data)
{
  gsize before = 0;
  double gain;
  GstBuffer *buffer;

  for (guint i = 0; i < 300; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, i % 30 < 20 ? 0.02 : 0.0001);
  gain = get_double (fixture, "gain");
  g_assert_cmpfloat (gain, >, 5);
  gst_harness_set_src_caps_str (fixture->harness, CAPS ("S16LE", 16000, 2));
  while ((buffer = gst_harness_try_pull (fixture->harness)) != NULL) {
    before += gst_buffer_get_size (buffer);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpuint (before, ==, 300 * BLOCK * sizeof (float));
  buffer = gst_buffer_new_allocate (NULL, 160 * 4, NULL);
  gst_buffer_memset (buffer, 0, 0, 160 * 4);
  GST_BUFFER_PTS (buffer) = 3 * GST_SECOND;
  g_assert_cmpint (gst_harness_push (fixture->harness, buffer), ==, GST_FLOW_OK);
  g_assert_cmpfloat (fabs (get_double (fixture, "gain") - gain), <, 0.2);
}

/* Off: the same bytes at once, and nothing is lost on the way there or back. */
static void
test_enabled (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 300; i++) {
    if (i == 100)
      g_object_set (fixture->harness->element, "enabled", FALSE, NULL);
    if (i == 200)
      g_object_set (fixture->harness->element, "enabled", TRUE, NULL);
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, 0.1);
    take_all (fixture);
    if (i == 99 || i == 299)
      g_assert_cmpuint (fixture->n_out, ==, (i + 1) * BLOCK - DELAY);
    if (i == 100 || i == 199) {
      g_assert_cmpuint (fixture->n_out, ==, (i + 1) * BLOCK);
      g_assert_cmpuint (gst_harness_query_latency (fixture->harness), ==, 0);
    }
  }
  g_assert_cmpuint (gst_harness_query_latency (fixture->harness), >, 0);
}

static void
test_disabled_from_start (Fixture *fixture, gconstpointer data)
{
  GstBuffer *in = make_tone (0, BLOCK, 0.1), *out;

  g_object_set (fixture->harness->element, "enabled", FALSE, NULL);
  gst_buffer_ref (in);
  gst_harness_push (fixture->harness, gst_buffer_copy_deep (in));
  out = gst_harness_pull (fixture->harness);
  {
    GstMapInfo map;

    gst_buffer_map (out, &map, GST_MAP_READ);
    g_assert_cmpint (gst_buffer_memcmp (in, 0, map.data, map.size), ==, 0);
    g_assert_cmpuint (map.size, ==, BLOCK * sizeof (float));
    gst_buffer_unmap (out, &map);
  }
  gst_buffer_unref (out);
  gst_buffer_unref (in);
  gst_buffer_unref (in);
}

/* What is no sound does no harm that lasts. */
static void
test_no_numbers (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 100; i++) {
    GstBuffer *buffer = make_tone (i * 10 * GST_MSECOND, BLOCK, 0.1);
    float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };

    if (i == 10)
      gst_buffer_fill (buffer, 40, bad, sizeof (bad));
    if (i == 20)
      gst_buffer_set_size (buffer, BLOCK * sizeof (float) - 3);
    g_assert_cmpint (gst_harness_push (fixture->harness, buffer), ==, GST_FLOW_OK);
  }
  for (guint i = 0; i < 100; i++) {
    GstBuffer *buffer = gst_harness_pull (fixture->harness);
    GstMapInfo map;

    gst_buffer_map (buffer, &map, GST_MAP_READ);
    for (gsize j = 0; j < map.size / sizeof (float); j++)
      g_assert_true (fabsf (((float *) map.data)[j]) <= 1);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  g_assert_cmpfloat (get_double (fixture, "momentary"), <, 0);
}

static void
test_messages (void)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  guint n = 0;

  pipeline = gst_parse_launch ("audiotestsrc num-buffers=100 samplesperbuffer=480 volume=0.1 ! "
                               "audio/x-raw,format=F32LE,rate=48000,channels=1 ! "
                               "callnormalizer post-messages=true interval=250000000 ! fakesink",
                               NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (;;) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, 30 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    const GstStructure *structure;
    guint64 time;
    double momentary;

    g_assert_nonnull (message);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
      break;
    g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ELEMENT);
    structure = gst_message_get_structure (message);
    g_assert_cmpstr (gst_structure_get_name (structure), ==, "callnormalizer");
    g_assert_true (gst_structure_get_uint64 (structure, "running-time", &time));
    g_assert_cmpuint (time, ==, ++n * 250 * GST_MSECOND);
    g_assert_true (gst_structure_get_double (structure, "momentary", &momentary));
    g_assert_cmpfloat_with_epsilon (momentary, n > 1 ? -20.7 : -22.7, 0.1);
    for (guint i = 0; i < 8; i++)
      g_assert_true (gst_structure_has_field (
          structure, ((const char *[]){ "short-term", "integrated", "true-peak", "voice-loudness",
                                        "noise-floor", "gain", "reduction", "gated" })[i]));
  }
  g_assert_cmpuint (n, ==, 4);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* Every number has a range that holds, and what may change while playing may be controlled. */
static void
test_properties (void)
{
  g_autoptr (GstElement) element = gst_element_factory_make ("callnormalizer", NULL);
  g_autofree GParamSpec **specs = NULL;
  guint n;

  gst_object_ref_sink (element);
  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++) {
    GParamSpecDouble *spec = (GParamSpecDouble *) specs[i];
    double value;

    if (!G_IS_PARAM_SPEC_DOUBLE (specs[i]) || !(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_assert_true (specs[i]->flags & GST_PARAM_CONTROLLABLE);
    g_object_get (element, specs[i]->name, &value, NULL);
    g_assert_cmpfloat (value, ==, spec->default_value);
    g_object_set (element, specs[i]->name, spec->maximum, NULL);
    g_object_get (element, specs[i]->name, &value, NULL);
    g_assert_cmpfloat (value, ==, spec->maximum);
    g_object_set (element, specs[i]->name, spec->minimum, NULL);
    g_object_get (element, specs[i]->name, &value, NULL);
    g_assert_cmpfloat (value, ==, spec->minimum);
  }
}

/* The states, again and again, also without any data. */
static void
test_states (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "audiotestsrc ! audio/x-raw,format=S16LE,rate=48000,channels=2 ! callnormalizer name=n ! "
      "fakesink",
      NULL);
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), "n");
  double value;

  for (guint i = 0; i < 5; i++) {
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND);
    gst_element_set_state (pipeline, GST_STATE_READY);
    g_object_get (element, "momentary", &value, NULL);
    g_assert_cmpfloat (value, ==, -120);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
}

/* The signals of EBU Tech 3341 by what the element shows, looked at every 10 ms. */
static void
assert_ebu_signal (const EbuSignal *signal)
{
  g_autoptr (GArray) samples = ebu_signal_render (signal);
  Fixture fixture;
  double momentary = -120, short_term = -120;

  set_up (&fixture, NULL);
  gst_harness_set_drop_buffers (fixture.harness, TRUE);
  for (guint at = 0; at + BLOCK <= samples->len; at += BLOCK) {
    GstBuffer *buffer = gst_buffer_new_memdup (&g_array_index (samples, float, at),
                                               BLOCK * sizeof (float));

    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (at, GST_SECOND, EBU_RATE);
    g_assert_cmpint (gst_harness_push (fixture.harness, buffer), ==, GST_FLOW_OK);
    momentary = MAX (momentary, get_double (&fixture, "momentary"));
    short_term = MAX (short_term, get_double (&fixture, "short-term"));
  }
  g_test_message ("signal %s: %.2f %.2f %.2f", signal->name, momentary, short_term,
                  get_double (&fixture, "integrated"));
  if (signal->has_momentary)
    g_assert_cmpfloat_with_epsilon (momentary, signal->expected, 0.1);
  if (signal->has_short_term)
    g_assert_cmpfloat_with_epsilon (short_term, signal->expected, 0.1);
  if (signal->has_integrated)
    g_assert_cmpfloat_with_epsilon (get_double (&fixture, "integrated"), signal->expected, 0.1);
  tear_down (&fixture, NULL);
}

static void
test_ebu_signals (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ebu_signals); i++)
    assert_ebu_signal (&ebu_signals[i]);
  for (guint i = 0; i < 20; i++) {
    EbuSignal signal;

    ebu_burst (&signal, i * 0.15, -38.0 + i, 3, 1); /* 10 and 11 */
    signal.has_short_term = TRUE;
    assert_ebu_signal (&signal);
    ebu_burst (&signal, i * 0.02, -38.0 + i, 0.4, 1); /* 13 and 14 */
    signal.has_momentary = TRUE;
    assert_ebu_signal (&signal);
  }
}

/* A tone that is not spoken passes as it is, however long. */
static void
test_tone_passes (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 1000; i++)
    push_tone (fixture, i * 10 * GST_MSECOND, BLOCK, 0.02);
  take_all (fixture);
  g_assert_cmpfloat (fabs (get_double (fixture, "gain")), <=, 30);
  g_assert_cmpfloat_with_epsilon (get_double (fixture, "momentary"), -34, 0.1);
  g_assert_cmpfloat_with_epsilon (get_double (fixture, "integrated"), -34, 0.1);
  g_assert_cmpfloat_with_epsilon (get_double (fixture, "true-peak"), -34, 0.1);
}

#define TEST(path, function, caps) \
  g_test_add ("/normalizer/" path, Fixture, caps, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  TEST ("times", test_times, NULL);
  TEST ("latency", test_latency, NULL);
  g_test_add_func ("/normalizer/latency-of-rates", test_latency_of_rates);
  TEST ("jump", test_jump, NULL);
  TEST ("jitter", test_jitter, NULL);
  TEST ("gap-event", test_gap_event, NULL);
  TEST ("gap-buffers", test_gap_buffers, NULL);
  TEST ("flush", test_flush, NULL);
  TEST ("caps-change", test_caps_change, NULL);
  TEST ("enabled", test_enabled, NULL);
  TEST ("disabled-from-start", test_disabled_from_start, NULL);
  TEST ("no-numbers", test_no_numbers, NULL);
  TEST ("tone", test_tone_passes, NULL);
  g_test_add_func ("/normalizer/ebu-signals", test_ebu_signals);
  g_test_add_func ("/normalizer/messages", test_messages);
  g_test_add_func ("/normalizer/properties", test_properties);
  g_test_add_func ("/normalizer/states", test_states);
  return g_test_run ();
}
