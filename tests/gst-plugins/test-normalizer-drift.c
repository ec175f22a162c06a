/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "speech-signals.h"

#include <ebur128.h>
#include <gst/check/gstharness.h>

#include <math.h>

/* An hour of speech, as fast as it goes: neither times nor loudness drift. */

#define HOUR_BLOCKS (3600 * 100)
#define MINUTE_BLOCKS (60 * 100)
#define MOST_MINUTES 61

typedef struct {
  GstHarness *harness;
  GstClockTime next_pts;
  guint64 n_out;
  ebur128_state *minute;
  double loudness[MOST_MINUTES];
  guint n_minutes;
} Hour;

static GstBuffer *
make_block (GArray *speech, guint block)
{
  guint at = block % (speech->len / SPEECH_BLOCK) * SPEECH_BLOCK;
  GstBuffer *buffer = gst_buffer_new_memdup (&g_array_index (speech, float, at),
                                             SPEECH_BLOCK * sizeof (float));

  GST_BUFFER_PTS (buffer) = block * 10 * GST_MSECOND;
  GST_BUFFER_DURATION (buffer) = 10 * GST_MSECOND;
  return buffer;
}

static void
start_minute (Hour *hour)
{
  hour->minute = ebur128_init (1, SPEECH_RATE, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
  ebur128_set_channel (hour->minute, 0, EBUR128_DUAL_MONO);
}

static void
end_minute (Hour *hour)
{
  double peak;

  ebur128_loudness_global (hour->minute, &hour->loudness[hour->n_minutes++]);
  ebur128_true_peak (hour->minute, 0, &peak);
  g_assert_cmpfloat (20 * log10 (peak), <=, -1.4);
  ebur128_destroy (&hour->minute);
}

/* A sample is where it was: to the nanosecond that its number rounds to. */
static void
take (Hour *hour)
{
  GstBuffer *buffer;

  while ((buffer = gst_harness_try_pull (hour->harness)) != NULL) {
    GstClockTime expected = gst_util_uint64_scale (hour->n_out, GST_SECOND, SPEECH_RATE);
    GstMapInfo map;

    g_assert_cmpfloat (fabs ((double) GST_BUFFER_PTS (buffer) - (double) expected), <=, 2);
    gst_buffer_map (buffer, &map, GST_MAP_READ);
    ebur128_add_frames_float (hour->minute, (const float *) map.data, map.size / sizeof (float));
    hour->n_out += map.size / sizeof (float);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
}

static void
test_hour (void)
{
  g_autoptr (GArray) speech = speech_record (0, 60);
  Hour hour = { .harness = gst_harness_new ("callnormalizer") };

  gst_harness_set_src_caps_str (hour.harness, "audio/x-raw,format=F32LE,rate=48000,channels=1,"
                                              "layout=interleaved");
  for (guint block = 0; block < HOUR_BLOCKS; block++) {
    if (block % MINUTE_BLOCKS == 0)
      start_minute (&hour);
    g_assert_cmpint (gst_harness_push (hour.harness, make_block (speech, block)), ==, GST_FLOW_OK);
    take (&hour);
    if (block % MINUTE_BLOCKS == MINUTE_BLOCKS - 1)
      end_minute (&hour);
  }
  start_minute (&hour);
  gst_harness_push_event (hour.harness, gst_event_new_eos ());
  take (&hour);
  ebur128_destroy (&hour.minute);
  g_assert_cmpuint (hour.n_out, ==, (guint64) HOUR_BLOCKS * SPEECH_BLOCK);
  for (guint i = 2; i < hour.n_minutes; i++)
    g_assert_cmpfloat_with_epsilon (hour.loudness[i], hour.loudness[1], 0.05);
  gst_harness_teardown (hour.harness);
}

int
main (int argc, char *argv[])
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/normalizer/drift", test_hour);
  return g_test_run ();
}
