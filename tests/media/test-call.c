/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"

/* Two engines in one process: what is sent is what is seen and heard. */

#define LONG 30.0
#define SILENT -70.0
#define AUDIBLE -40.0

static void
assert_picture_and_tone (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = NULL;

  wait_until (media_eye_get_frames (side->eye) >= 30, LONG);
  wait_until (media_eye_get_moves (side->eye) >= 10, LONG);
  wait_until (media_side_get_level (side) > AUDIBLE, LONG);
  g_assert_cmpfloat (media_eye_get_variance (side->eye), >, 50);

  stats = call_engine_get_stats (side->engine);
  g_assert_cmpuint (stats->width, ==, 640);
  g_assert_cmpuint (stats->height, ==, 360);
  g_assert_cmpuint (stats->frames_decoded, >=, 30);
  g_assert_cmpuint (stats->frames_sent, >, 0);
  g_assert_cmpint (stats->connected_ms, >=, 0);
  g_assert_cmpint (stats->first_frame_ms, >=, stats->connected_ms);
}

static gboolean
has_measured (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (side->engine);

  return stats->rtt_ms >= 0;
}

static void
assert_measured (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = NULL;

  wait_until (has_measured (side), LONG);
  stats = call_engine_get_stats (side->engine);
  g_assert_cmpfloat (stats->rtt_ms, <, 1000);
  g_assert_cmpuint (stats->bitrate_in, >, 10000);
  g_assert_cmpuint (stats->bitrate_out, >, 10000);
  g_assert_cmpfloat (stats->loss_in, <=, 1);
  g_assert_cmpfloat (stats->audio_level_out, >, AUDIBLE);
  g_assert_cmpstr (stats->candidate_local, ==, "host");
  g_assert_nonnull (stats->candidate_remote);
}

static void
test_codec (gconstpointer data)
{
  CallVideoCodec codec = GPOINTER_TO_INT (data);
  MediaPair *pair = media_pair_new ();

  for (guint i = 0; i < 2; i++)
    g_object_set (pair->sides[i].engine, "video-codec", codec, NULL);
  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  for (guint i = 0; i < 2; i++) {
    assert_picture_and_tone (&pair->sides[i]);
    assert_measured (&pair->sides[i]);
    g_assert_cmpuint (pair->link->ends[i]->n_flowing, ==, 1);
    g_assert_cmpuint (pair->sides[i].n_flowing, ==, 1);
    g_assert_nonnull (strstr (pair->link->ends[i]->last_sdp,
                              codec == CALL_VIDEO_CODEC_H264 ? "H264/90000" : "VP8/90000"));
    g_assert_nonnull (strstr (pair->link->ends[i]->last_sdp, "transport-wide-cc"));
    g_assert_nonnull (strstr (pair->link->ends[i]->last_sdp, "OPUS/48000/2"));
  }
  media_pair_free (pair);
}

/* The side that answers takes what is offered, whatever it would like better. */
static void
test_unlike_codecs (void)
{
  MediaPair *pair = media_pair_new ();

  g_object_set (pair->sides[0].engine, "video-codec", CALL_VIDEO_CODEC_H264, NULL);
  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  assert_picture_and_tone (&pair->sides[0]);
  assert_picture_and_tone (&pair->sides[1]);
  g_assert_nonnull (strstr (pair->link->ends[1]->last_sdp, "H264/90000"));
  media_pair_free (pair);
}

static void
test_mute (void)
{
  MediaPair *pair = media_pair_new ();

  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_until (media_side_get_level (&pair->sides[1]) > AUDIBLE, LONG);

  call_engine_set_muted (pair->sides[0].engine, TRUE);
  wait_until (media_side_get_level (&pair->sides[1]) < SILENT, LONG);
  g_assert_cmpfloat (media_side_get_level (&pair->sides[0]), >, AUDIBLE); /* the other way */

  call_engine_set_muted (pair->sides[0].engine, FALSE);
  wait_until (media_side_get_level (&pair->sides[1]) > AUDIBLE, LONG);
  g_assert_cmpuint (pair->link->generation, ==, 1);
  media_pair_free (pair);
}

static void
test_camera (void)
{
  MediaPair *pair = media_pair_new ();
  MediaSide *sender = &pair->sides[1], *receiver = &pair->sides[0];
  guint64 frames;

  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_until (media_eye_get_moves (receiver->eye) >= 5, LONG);

  call_engine_set_camera_enabled (sender->engine, FALSE);
  wait_until (media_eye_get_mean (receiver->eye) < 20 && media_eye_get_variance (receiver->eye) < 4,
              LONG);
  wait_until (media_eye_get_mean (sender->self_) < 20, LONG);
  frames = media_side_get_decoded (receiver);
  wait_until (media_side_get_decoded (receiver) > frames + 10, LONG); /* black flows on */

  call_engine_set_camera_enabled (sender->engine, TRUE);
  wait_until (media_eye_get_variance (receiver->eye) > 50, LONG);
  g_assert_cmpuint (pair->link->generation, ==, 1);
  g_assert_cmpuint (sender->n_device_lost + receiver->n_device_lost, ==, 0);
  media_pair_free (pair);
}

/* Whoever enters a call with camera and microphone off shows and says nothing from the first
 * moment. */
static void
test_enter_hidden (void)
{
  MediaPair *pair = media_pair_new ();

  call_engine_set_camera_enabled (pair->sides[0].engine, FALSE);
  call_engine_set_muted (pair->sides[0].engine, TRUE);
  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_until (media_eye_get_frames (pair->sides[1].eye) >= 30, LONG);
  g_assert_cmpfloat (media_eye_get_mean (pair->sides[1].eye), <, 20);
  g_assert_cmpuint (media_eye_get_moves (pair->sides[1].eye), <=, 2);
  g_assert_cmpfloat (media_side_get_level (&pair->sides[1]), <, SILENT);
  media_pair_free (pair);
}

static guint
get_width (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (side->engine);

  return stats->width;
}

/* Another size of pictures in the middle of a call needs no new negotiation. */
static void
test_resize (void)
{
  MediaPair *pair = media_pair_new ();

  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  g_object_set (pair->sides[0].engine, "width", 320, "height", 180, NULL);
  wait_until (get_width (&pair->sides[1]) == 320, LONG);
  g_assert_cmpuint (pair->link->generation, ==, 1);
  media_pair_free (pair);
}

static void
test_preview (void)
{
  MediaPair *pair = media_pair_new ();
  CallEngine *engine = pair->sides[0].engine;
  g_autoptr (GError) error = NULL;

  call_engine_set_signalling (engine, NULL);
  call_engine_start (engine, &error);
  g_assert_no_error (error);
  wait_until (media_eye_get_moves (pair->sides[0].self_) >= 5, LONG);
  g_assert_cmpint (call_engine_get_state (engine), ==, CALL_ENGINE_IDLE);

  /* The call begins while the preview runs, and ends before it. */
  call_engine_set_signalling (engine, CALL_SIGNALLING (pair->link->ends[0]));
  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  loopback_link_finish (pair->link);
  g_assert_cmpint (call_engine_get_state (engine), ==, CALL_ENGINE_CLOSED);
  wait_until (media_eye_get_moves (pair->sides[0].self_) >= 50, LONG);
  media_pair_free (pair);
}

static void
test_second_call (void)
{
  MediaPair *pair = media_pair_new ();
  g_autoptr (LoopbackLink) second = loopback_link_new ();

  media_pair_start (pair);
  wait_until (media_pair_is_flowing (pair), LONG);
  loopback_link_finish (pair->link);
  for (guint i = 0; i < 2; i++)
    call_engine_set_signalling (pair->sides[i].engine, CALL_SIGNALLING (second->ends[i]));
  loopback_link_start_generation (second);
  wait_until (media_pair_is_flowing (pair), LONG);
  for (guint i = 0; i < 2; i++) {
    guint frames = media_eye_get_frames (pair->sides[i].eye);

    wait_until (media_eye_get_frames (pair->sides[i].eye) > frames + 10, LONG);
  }
  for (guint i = 0; i < 2; i++)
    call_engine_set_signalling (pair->sides[i].engine, NULL);
  media_pair_free (pair);
}

static void
on_state_stop (CallEngine *engine, GParamSpec *pspec, gboolean *stopped)
{
  if (call_engine_get_state (engine) == CALL_ENGINE_FLOWING)
    call_engine_stop_async (engine, NULL, NULL, NULL);
  *stopped |= call_engine_get_state (engine) == CALL_ENGINE_CLOSED;
}

/* An application may do anything in a handler. */
static void
test_stop_in_handler (void)
{
  MediaPair *pair = media_pair_new ();
  gboolean stopped = FALSE;

  g_signal_connect (pair->sides[0].engine, "notify::state", G_CALLBACK (on_state_stop), &stopped);
  media_pair_start (pair);
  wait_until (stopped, LONG);
  media_pair_free (pair);
}

static void
count_lost (CallEngine *engine, CallDeviceKind kind, GError *error, guint *n)
{
  (*n)++;
}

/* Nothing is plugged in, nothing plays sound: the engine starts, shows a test picture and stops. */
static void
test_no_devices (void)
{
  MediaSide side = { 0 };
  g_autoptr (GError) error = NULL;
  guint n_lost = 0;

  media_side_init (&side, NULL);
  g_signal_connect (side.engine, "device-lost", G_CALLBACK (count_lost), &n_lost);
  g_object_set (side.engine, "use-test-sources", FALSE, "audio-sink", "auto", NULL);
  call_engine_start (side.engine, &error);
  g_assert_no_error (error);
  wait_until (call_device_manager_get_ready (call_engine_get_device_manager (side.engine)), LONG);
  wait_until (media_eye_get_moves (side.self_) >= 5, LONG);
  media_side_stop (&side);
}

static void
test_restart (void)
{
  MediaSide side = { 0 };
  g_autoptr (GError) error = NULL;
  guint frames;

  media_side_init (&side, NULL);
  call_engine_start (side.engine, &error);
  g_assert_no_error (error);
  wait_until (media_eye_get_frames (side.self_) >= 5, LONG);
  call_engine_stop_async (side.engine, NULL, NULL, NULL);
  g_assert_false (call_engine_start (side.engine, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
  wait_until (call_engine_start (side.engine, NULL), LONG);
  frames = media_eye_get_frames (side.self_);
  wait_until (media_eye_get_frames (side.self_) > frames + 5, LONG);
  media_side_stop (&side);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/call/vp8", GINT_TO_POINTER (CALL_VIDEO_CODEC_VP8), test_codec);
  g_test_add_data_func ("/call/h264", GINT_TO_POINTER (CALL_VIDEO_CODEC_H264), test_codec);
  g_test_add_func ("/call/unlike-codecs", test_unlike_codecs);
  g_test_add_func ("/call/mute", test_mute);
  g_test_add_func ("/call/camera", test_camera);
  g_test_add_func ("/call/enter-hidden", test_enter_hidden);
  g_test_add_func ("/call/resize", test_resize);
  g_test_add_func ("/call/preview", test_preview);
  g_test_add_func ("/call/second-call", test_second_call);
  g_test_add_func ("/call/stop-in-handler", test_stop_in_handler);
  g_test_add_func ("/call/no-devices", test_no_devices);
  g_test_add_func ("/call/restart", test_restart);
  return g_test_run ();
}
