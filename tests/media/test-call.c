/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"

/* Two engines in one process: what is sent is what is seen and heard. */

#define LONG 30.0

static void
assert_picture_and_tone (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = NULL;

  wait_until (media_eye_get_frames (side->eye) >= 30, LONG);
  wait_until (media_eye_get_moves (side->eye) >= 10, LONG);
  wait_until (media_side_get_level (side) > -40, LONG);
  g_assert_cmpfloat (media_eye_get_variance (side->eye), >, 50);

  stats = call_engine_get_stats (side->engine);
  g_assert_cmpuint (stats->width, ==, 640);
  g_assert_cmpuint (stats->height, ==, 360);
  g_assert_cmpuint (stats->frames_decoded, >=, 30);
  g_assert_cmpuint (stats->frames_sent, >, 0);
  g_assert_cmpint (stats->connected_ms, >=, 0);
  g_assert_cmpint (stats->first_frame_ms, >=, stats->connected_ms);
}

static void
test_call (gconstpointer data)
{
  CallVideoCodec codec = GPOINTER_TO_INT (data);
  MediaPair *pair = media_pair_new ();

  for (guint i = 0; i < 2; i++)
    g_object_set (pair->sides[i].engine, "video-codec", codec, NULL);
  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  for (guint i = 0; i < 2; i++) {
    assert_picture_and_tone (&pair->sides[i]);
    g_assert_cmpuint (pair->link->ends[i]->n_flowing, ==, 1);
    g_assert_cmpuint (pair->sides[i].n_flowing, ==, 1);
    g_assert_nonnull (strstr (pair->link->ends[i]->last_sdp,
                              codec == CALL_VIDEO_CODEC_H264 ? "H264/90000" : "VP8/90000"));
  }
  media_pair_free (pair);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/call/vp8", GINT_TO_POINTER (CALL_VIDEO_CODEC_VP8), test_call);
  g_test_add_data_func ("/call/h264", GINT_TO_POINTER (CALL_VIDEO_CODEC_H264), test_call);
  return g_test_run ();
}
