/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"

#include <gst/video/video.h>

/* --- deadlines --- */

struct _MediaDeadline {
  gint64 end;
  guint wake_up;
};

static gboolean
wake_up (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

MediaDeadline *
media_deadline_new (double seconds)
{
  MediaDeadline *deadline = g_new0 (MediaDeadline, 1);

  deadline->end = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  /* What is waited for may be something a thread counts, which wakes no main loop. */
  deadline->wake_up = g_timeout_add (20, wake_up, NULL);
  return deadline;
}

gboolean
media_deadline_is_over (MediaDeadline *deadline)
{
  return g_get_monotonic_time () > deadline->end;
}

void
media_deadline_free (MediaDeadline *deadline)
{
  g_source_remove (deadline->wake_up);
  g_free (deadline);
}

/* --- pictures --- */

static void
judge (MediaEye *eye, GstVideoFrame *frame)
{
  const guint8 *row = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  int stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);
  guint64 sum = 0, squares = 0, checksum = 5381, n = 0;

  for (guint y = 0; y < height; y += 4, row += 4 * stride)
    for (guint x = 0; x < width; x += 4, n++) {
      sum += row[x];
      squares += (guint64) row[x] * row[x];
      checksum = checksum * 33 + (row[x] >> 4); /* not each flicker of the codec is a move */
    }
  eye->width = width;
  eye->height = height;
  eye->mean = (double) sum / n;
  eye->variance = (double) squares / n - eye->mean * eye->mean;
  eye->n_moves += eye->checksum != checksum;
  eye->checksum = checksum;
  eye->n_frames++;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  MediaEye *eye = user_data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo video;
  GstVideoFrame frame;

  g_assert_true (gst_video_info_from_caps (&video, caps));
  if (!gst_video_frame_map (&frame, &video, gst_pad_probe_info_get_buffer (info), GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&eye->lock);
  judge (eye, &frame);
  g_mutex_unlock (&eye->lock);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

MediaEye *
media_eye_new (void)
{
  MediaEye *eye = g_new0 (MediaEye, 1);
  g_autoptr (GstPad) pad = NULL;

  g_mutex_init (&eye->lock);
  eye->sink = gst_object_ref_sink (gst_element_factory_make ("fakesink", NULL));
  g_object_set (eye->sink, "sync", FALSE, NULL);
  pad = gst_element_get_static_pad (eye->sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, eye, NULL);
  return eye;
}

void
media_eye_free (MediaEye *eye)
{
  gst_object_unref (eye->sink);
  g_mutex_clear (&eye->lock);
  g_free (eye);
}

#define EYE_GETTER(type, name, field)       \
  type media_eye_get_##name (MediaEye *eye) \
  {                                         \
    type value;                             \
                                            \
    g_mutex_lock (&eye->lock);              \
    value = eye->field;                     \
    g_mutex_unlock (&eye->lock);            \
    return value;                           \
  }

EYE_GETTER (double, mean, mean)
EYE_GETTER (double, variance, variance)
EYE_GETTER (guint, moves, n_moves)
EYE_GETTER (guint, frames, n_frames)

/* --- engines --- */

static void
on_flowing (CallEngine *engine, guint generation, MediaSide *side)
{
  g_assert_false (side->silent);
  side->n_flowing++;
}

static void
on_lost (CallEngine *engine, MediaSide *side)
{
  g_assert_false (side->silent);
  side->n_lost++;
}

static void
on_recovered (CallEngine *engine, MediaSide *side)
{
  g_assert_false (side->silent);
  side->n_recovered++;
}

static void
on_failed (CallEngine *engine, GError *error, MediaSide *side)
{
  g_assert_false (side->silent);
  side->n_failed++;
  g_clear_error (&side->error);
  side->error = g_error_copy (error);
}

static void
on_device_lost (CallEngine *engine, CallDeviceKind kind, GError *error, MediaSide *side)
{
  g_assert_false (side->silent);
  side->n_device_lost++;
}

void
media_side_init (MediaSide *side, CallSignalling *signalling)
{
  side->engine = call_engine_new ();
  side->eye = media_eye_new ();
  side->self_ = media_eye_new ();
  g_object_set (side->engine, "use-test-sources", TRUE, "audio-sink", "fake", "local-address",
                "127.0.0.1", "signalling", signalling, NULL);
  call_engine_set_video_sink (side->engine, CALL_VIDEO_REMOTE, side->eye->sink);
  call_engine_set_video_sink (side->engine, CALL_VIDEO_LOCAL, side->self_->sink);
  g_signal_connect (side->engine, "flowing", G_CALLBACK (on_flowing), side);
  g_signal_connect (side->engine, "media-lost", G_CALLBACK (on_lost), side);
  g_signal_connect (side->engine, "media-recovered", G_CALLBACK (on_recovered), side);
  g_signal_connect (side->engine, "failed", G_CALLBACK (on_failed), side);
  g_signal_connect (side->engine, "device-lost", G_CALLBACK (on_device_lost), side);
}

static void
stop_cb (GObject *engine, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  call_engine_stop_finish (CALL_ENGINE (engine), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

/* Stops the engine, which must then let go of everything. */
void
media_side_stop (MediaSide *side)
{
  call_engine_stop_async (side->engine, NULL, stop_cb, &side->stopped);
  side->silent = TRUE;
  wait_until (side->stopped, 20);
  g_assert_finalize_object (side->engine);
  media_eye_free (side->eye);
  media_eye_free (side->self_);
  g_clear_error (&side->error);
}

guint64
media_side_get_decoded (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (side->engine);

  return stats->frames_decoded;
}

double
media_side_get_level (MediaSide *side)
{
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (side->engine);

  return stats->audio_level_in;
}

MediaPair *
media_pair_new (void)
{
  MediaPair *pair = g_new0 (MediaPair, 1);

  pair->link = loopback_link_new ();
  for (guint i = 0; i < 2; i++)
    media_side_init (&pair->sides[i], CALL_SIGNALLING (pair->link->ends[i]));
  return pair;
}

void
media_pair_start (MediaPair *pair)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) {
    call_engine_start (pair->sides[i].engine, &error);
    g_assert_no_error (error);
  }
  loopback_link_start_generation (pair->link);
}

gboolean
media_pair_is_flowing (MediaPair *pair)
{
  return call_engine_get_state (pair->sides[0].engine) == CALL_ENGINE_FLOWING &&
         call_engine_get_state (pair->sides[1].engine) == CALL_ENGINE_FLOWING;
}

void
media_pair_free (MediaPair *pair)
{
  for (guint i = 0; i < 2; i++)
    media_side_stop (&pair->sides[i]);
  loopback_link_free (pair->link);
  g_free (pair);
}
