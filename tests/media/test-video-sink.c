/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-video-paintable-sink.h"
#include "media-fixture.h"

/* The pictures that GTK would draw, without a display. */

typedef struct {
  GstElement *pipeline;
  GstElement *filter;
  CallVideoSinkBin *bin;
  GdkPaintable *paintable;
  guint n_contents;
  guint n_sizes;
} Fixture;

static void
count (GdkPaintable *paintable, guint *n)
{
  (*n)++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) source = NULL;
  GstElement *bin = call_video_sink_bin_new ();

  fixture->bin = CALL_VIDEO_SINK_BIN (bin);
  fixture->paintable = g_object_ref (call_video_sink_bin_get_paintable (fixture->bin));
  fixture->pipeline = gst_parse_launch (
      "videotestsrc is-live=true pattern=red ! capsfilter name=filter caps-change-mode=delayed "
      "caps=video/x-raw,format=I420,width=320,height=180,framerate=30/1 "
      "! queue name=last",
      &error);
  g_assert_no_error (error);
  source = gst_bin_get_by_name (GST_BIN (fixture->pipeline), "last");
  fixture->filter = gst_bin_get_by_name (GST_BIN (fixture->pipeline), "filter");
  gst_bin_add (GST_BIN (fixture->pipeline), bin);
  g_assert_true (gst_element_link (source, bin));
  g_signal_connect (fixture->paintable, "invalidate-contents", G_CALLBACK (count),
                    &fixture->n_contents);
  g_signal_connect (fixture->paintable, "invalidate-size", G_CALLBACK (count), &fixture->n_sizes);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gst_element_set_state (fixture->pipeline, GST_STATE_NULL);
  gst_object_unref (fixture->filter);
  gst_object_unref (fixture->pipeline);
  g_object_add_weak_pointer (G_OBJECT (fixture->paintable), (gpointer *) &fixture->paintable);
  g_object_unref (fixture->paintable);
  wait_until (fixture->paintable == NULL, 5); /* the last interval of a resize ends */
}

static GdkTexture *
dup_texture (Fixture *fixture)
{
  g_autoptr (GdkPaintable) image = gdk_paintable_get_current_image (fixture->paintable);

  return GDK_IS_TEXTURE (image) ? GDK_TEXTURE (g_steal_pointer (&image)) : NULL;
}

static int
get_texture_width (Fixture *fixture)
{
  g_autoptr (GdkTexture) texture = dup_texture (fixture);

  return texture != NULL ? gdk_texture_get_width (texture) : 0;
}

static void
test_paints (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree guint32 *pixels = g_new0 (guint32, 320 * 180);

  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture->paintable), ==, 0);
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
  wait_until (fixture->n_contents >= 5, 10);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture->paintable), ==, 320);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (fixture->paintable), ==, 180);
  g_assert_cmpuint (fixture->n_sizes, ==, 1);

  texture = dup_texture (fixture);
  gdk_texture_download (texture, (guchar *) pixels, 320 * 4);
  g_assert_cmpuint (pixels[100 * 320 + 100] >> 24, ==, 0xff);
  g_assert_cmpuint ((pixels[100 * 320 + 100] >> 16) & 0xff, >, 0xe0); /* red */
  g_assert_cmpuint (pixels[100 * 320 + 100] & 0xff, <, 0x20);         /* no blue */
}

/* The pictures become as big as the widget, the paintable keeps telling their own size. */
static void
test_scales (Fixture *fixture, gconstpointer data)
{
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
  call_video_sink_bin_set_size (fixture->bin, 640, 500);
  wait_until (get_texture_width (fixture) == 640, 10);
  for (int width = 200; width <= 400; width++)
    call_video_sink_bin_set_size (fixture->bin, width, 1000);
  wait_until (get_texture_width (fixture) == 400, 10);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (fixture->paintable), ==, 320);
  g_assert_cmpuint (fixture->n_sizes, ==, 1);
}

static void
test_new_shape (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (
      "video/x-raw,format=I420,width=240,height=320,framerate=30/1");

  call_video_sink_bin_set_size (fixture->bin, 640, 160);
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
  wait_until (get_texture_width (fixture) == 284, 10);
  g_object_set (fixture->filter, "caps", caps, NULL);
  wait_until (get_texture_width (fixture) == 120, 10);
  g_assert_cmpint (gdk_paintable_get_intrinsic_height (fixture->paintable), ==, 320);
}

/* When it stops nothing is left to be seen. */
static void
test_clears (Fixture *fixture, gconstpointer data)
{
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
  wait_until (get_texture_width (fixture) > 0, 10);
  gst_element_set_state (fixture->pipeline, GST_STATE_NULL);
  wait_until (get_texture_width (fixture) == 0, 10);
}

/* A main loop that does not turn gets one picture, not a queue of them. */
static void
test_one_slot (Fixture *fixture, gconstpointer data)
{
  G_GNUC_UNUSED g_autoptr (GstPad) pad = gst_element_get_static_pad (GST_ELEMENT (fixture->bin),
                                                                     "sink");
  g_autoptr (GstBus) bus = gst_element_get_bus (fixture->pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstElement) source = NULL;
  GstIterator *sources = gst_bin_iterate_sources (GST_BIN (fixture->pipeline));
  GValue value = G_VALUE_INIT;

  g_assert_cmpint (gst_iterator_next (sources, &value), ==, GST_ITERATOR_OK);
  source = g_value_dup_object (&value);
  g_value_unset (&value);
  gst_iterator_free (sources);
  g_object_set (source, "num-buffers", 30, NULL);
  gst_element_set_state (fixture->pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture->n_contents, ==, 1);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/video-sink/paints", test_paints);
  ADD ("/video-sink/scales", test_scales);
  ADD ("/video-sink/new-shape", test_new_shape);
  ADD ("/video-sink/clears", test_clears);
  ADD ("/video-sink/one-slot", test_one_slot);
  return g_test_run ();
}
