/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-candidates-private.h"
#include "call-relay-private.h"
#include "media-fixture.h"

#include <gst/app/gstappsink.h>

/* Small parts: the relay between pipelines, and the box for candidates. */

typedef struct {
  CallRelay *relay;
  GstElement *pipeline;
  GstAppSrc *entry;
  GstAppSink *exit;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->relay = call_relay_new ();
  fixture->pipeline = gst_parse_launch ("appsrc name=in is-live=true format=time max-bytes=0 "
                                        "max-buffers=3 leaky-type=downstream ! "
                                        "appsink name=out sync=false max-buffers=2",
                                        NULL);
  fixture->entry = call_relay_join (fixture->relay, GST_BIN (fixture->pipeline), "in");
  fixture->exit = GST_APP_SINK (gst_bin_get_by_name (GST_BIN (fixture->pipeline), "out"));
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  call_relay_leave (fixture->relay, &fixture->entry);
  call_relay_unref (fixture->relay);
  gst_element_set_state (fixture->pipeline, GST_STATE_NULL);
  gst_object_unref (fixture->exit);
  gst_object_unref (fixture->pipeline);
}

static gboolean
push (Fixture *fixture, guint64 origin, guint8 mark, GstClockTime pts)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-test");
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (&mark, 1);
  g_autoptr (GstSample) sample = NULL;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 10 * GST_SECOND;
  GST_BUFFER_PTS (buffer) = pts;
  sample = gst_sample_new (buffer, caps, &segment, NULL);
  return call_relay_push (fixture->relay, origin, sample);
}

static void
assert_next (Fixture *fixture, guint8 mark, GstClockTime running_time)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (fixture->exit, 10 * GST_SECOND);
  GstBuffer *buffer;

  g_assert_nonnull (sample);
  buffer = gst_sample_get_buffer (sample);
  g_assert_cmpint (gst_buffer_memcmp (buffer, 0, &mark, 1), ==, 0);
  g_assert_cmpuint (GST_BUFFER_PTS (buffer), ==, running_time);
}

static void
test_newest_wins (Fixture *fixture, gconstpointer data)
{
  g_assert_true (push (fixture, 1, 'a', 10 * GST_SECOND));
  assert_next (fixture, 'a', 0); /* each pipeline's zero is the same moment */
  g_assert_true (push (fixture, 2, 'b', 11 * GST_SECOND));
  assert_next (fixture, 'b', GST_SECOND);
  g_assert_false (push (fixture, 1, 'c', 12 * GST_SECOND));
  g_assert_true (push (fixture, 2, 'd', 13 * GST_SECOND));
  assert_next (fixture, 'd', 3 * GST_SECOND);
  g_assert_cmpuint (call_relay_get_origin (fixture->relay), ==, 2);
}

static void
test_forbid (Fixture *fixture, gconstpointer data)
{
  g_assert_true (push (fixture, 1, 'a', 10 * GST_SECOND));
  assert_next (fixture, 'a', 0);
  call_relay_forbid_before (fixture->relay, 5);
  g_assert_false (push (fixture, 4, 'b', 11 * GST_SECOND));
  call_relay_forbid_before (fixture->relay, 3);
  g_assert_false (push (fixture, 4, 'c', 11 * GST_SECOND));
  g_assert_true (push (fixture, 5, 'd', 12 * GST_SECOND));
  assert_next (fixture, 'd', 2 * GST_SECOND);
}

static void
test_timeless (Fixture *fixture, gconstpointer data)
{
  g_assert_false (push (fixture, 1, 'a', GST_CLOCK_TIME_NONE));
  g_assert_false (push (fixture, 1, 'b', 2 * GST_SECOND)); /* before its segment */
  g_assert_cmpuint (call_relay_get_origin (fixture->relay), ==, 0);
}

/* A consumer that is too slow loses the oldest and holds nobody up. */
static void
test_overflow (Fixture *fixture, gconstpointer data)
{
  guint8 last = 0;
  guint n = 0;

  for (guint i = 0; i < 200; i++)
    g_assert_true (push (fixture, 1, i, (10 + i) * GST_SECOND));
  for (;;) {
    g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (fixture->exit, GST_SECOND / 2);

    if (sample == NULL)
      break;
    gst_buffer_extract (gst_sample_get_buffer (sample), 0, &last, 1);
    n++;
  }
  g_assert_cmpuint (last, ==, 199);
  g_assert_cmpuint (n, <, 20);
}

static void
test_leave (Fixture *fixture, gconstpointer data)
{
  call_relay_leave (fixture->relay, &fixture->entry);
  g_assert_null (fixture->entry);
  g_assert_true (push (fixture, 1, 'a', 10 * GST_SECOND)); /* into the void */
  g_assert_null (gst_app_sink_try_pull_sample (fixture->exit, GST_SECOND / 10));
}

/* --- candidates --- */

static void
collect (const char *candidate, guint index, gpointer user_data)
{
  g_ptr_array_add (user_data, g_strdup (candidate));
}

#define HOST(port) "candidate:1 1 UDP 2015363327 192.0.2.7 " port " typ host"

static void
test_candidates_wait (void)
{
  g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func (g_free);
  CallCandidates *box = call_candidates_new (collect, given);

  call_candidates_add (box, HOST ("1"), 0);
  call_candidates_add (box, "rubbish", 0);
  call_candidates_add (box, HOST ("2"), 0);
  g_assert_cmpuint (given->len, ==, 0);
  g_assert_cmpuint (call_candidates_get_waiting (box), ==, 2);
  call_candidates_open (box);
  call_candidates_add (box, HOST ("3"), 0);
  g_assert_cmpuint (given->len, ==, 3);
  g_assert_cmpstr (given->pdata[0], ==, HOST ("1"));
  g_assert_cmpstr (given->pdata[2], ==, HOST ("3"));
  call_candidates_free (box);
}

static void
test_candidates_flood (void)
{
  g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func (g_free);
  CallCandidates *box = call_candidates_new (collect, given);

  for (guint i = 0; i < 10 * CALL_CANDIDATES_MAX; i++)
    call_candidates_add (box, HOST ("1"), 0);
  g_assert_cmpuint (call_candidates_get_waiting (box), ==, CALL_CANDIDATES_MAX);
  call_candidates_free (box);
}

/* Hidden names that nobody knows are dropped, and a look-up does not outlive its box. */
static void
test_candidates_hidden (void)
{
  g_autoptr (GPtrArray) given = g_ptr_array_new_with_free_func (g_free);
  CallCandidates *box = call_candidates_new (collect, given);

  call_candidates_open (box);
  call_candidates_add (box, "candidate:1 1 udp 1 d6f1d3a4-nobody.local 50000 typ host", 0);
  call_candidates_free (box);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (given->len, ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/relay/newest-wins", test_newest_wins);
  ADD ("/relay/forbid", test_forbid);
  ADD ("/relay/timeless", test_timeless);
  ADD ("/relay/overflow", test_overflow);
  ADD ("/relay/leave", test_leave);
  g_test_add_func ("/candidates/wait", test_candidates_wait);
  g_test_add_func ("/candidates/flood", test_candidates_flood);
  g_test_add_func ("/candidates/hidden", test_candidates_hidden);
  return g_test_run ();
}
