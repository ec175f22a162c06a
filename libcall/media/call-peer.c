/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-peer-private.h"

#include "call-candidates-private.h"
#include "call-error.h"
#include "call-ice-private.h"
#include "call-promise-private.h"
#include "call-transport-private.h"

#include <gst/app/gstappsink.h>
#include <gst/sdp/sdp.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

/* A TURN server that has not answered by then refuses us or is not there: webrtcbin tells neither.
 */
#define RELAY_PATIENCE_US (5 * G_USEC_PER_SEC)
/* A side that promised sound and pictures but delivers one of them is talked to all the same. */
#define PARTIAL_MEDIA_US (4 * G_USEC_PER_SEC)

struct _CallPeer {
  GObject parent_instance;

  guint generation;
  guint64 origin;
  gboolean offer;
  gboolean relay_only;
  gboolean muted;
  CallVideoCodec codec;
  CallCodecFormat format;
  CallSdpChoice choice;
  CallRelays relays;
  CallFlow *flow;
  CallPeerEvents events;
  gpointer user_data;

  CallPipeline *pipeline;
  GstElement *webrtc;
  GstAppSrc *video_entry;
  GstAppSrc *audio_entry;
  CallCandidates *candidates;
  char **mids; /* of our own description */
  CallFeedback feedback;
  CallReception reception;
  guint latency_ms;
  gint64 gathering_us;
  gint64 first_media_us;
  gboolean has_remote;
  gboolean has_relay;
  gboolean tuned;
  gboolean connected;
  gboolean told_flowing;
  gboolean told_failed;
};

G_DEFINE_FINAL_TYPE (CallPeer, call_peer, G_TYPE_OBJECT)

/* From webrtcbin's threads to the main context. */
static void
send_errand (CallPeer *self, CallErrandFunc func, gpointer payload, GDestroyNotify free_payload)
{
  call_pipeline_send (self->pipeline, G_OBJECT (self), func, payload, free_payload);
}

static void
tell_failed (CallPeer *self, gboolean fatal, const GError *error)
{
  if (self->told_failed)
    return;
  self->told_failed = TRUE;
  self->events.failed (self, error, fatal, self->user_data);
}

static void tell_failed_with (CallPeer *self, gboolean fatal, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static void
tell_failed_with (CallPeer *self, gboolean fatal, const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (CALL_ERROR, CALL_ERROR_MEDIA, format, args);
  va_end (args);
  tell_failed (self, fatal, error);
}

/* --- media --- */

static gboolean
has_promised_media (CallPeer *self)
{
  gboolean video = atomic_load (&self->flow->frames_decoded) > 0;
  gboolean sound = atomic_load (&self->flow->sounds_decoded) > 0;

  if ((video || !self->choice.expect_video) && (sound || !self->choice.expect_audio))
    return video || sound || (!self->choice.expect_video && !self->choice.expect_audio);
  return self->first_media_us != 0 &&
         g_get_monotonic_time () - self->first_media_us > PARTIAL_MEDIA_US;
}

static void
check_flowing (gpointer receiver, gpointer payload)
{
  CallPeer *self = receiver;
  gboolean any = atomic_load (&self->flow->packets_in) > 0;

  if (any && self->first_media_us == 0)
    self->first_media_us = g_get_monotonic_time ();
  if (self->told_flowing || !self->connected || call_pipeline_is_closed (self->pipeline) ||
      !has_promised_media (self))
    return;
  if (self->choice.video_payload != 0 && atomic_load (&self->flow->frames_sent) == 0)
    return;
  self->told_flowing = TRUE;
  self->events.flowing (self, self->user_data);
}

static void
tell_first_picture (gpointer receiver, gpointer payload)
{
  CallPeer *self = receiver;

  self->events.first_picture (self, self->user_data);
  check_flowing (self, NULL);
}

static GstFlowReturn
on_picture (GstAppSink *sink, gpointer user_data)
{
  CallPeer *self = user_data;
  GstFlowReturn flow = call_relay_push_from_sink (self->relays.remote_video, self->origin,
                                                  GST_ELEMENT (sink));

  if (flow == GST_FLOW_OK && atomic_fetch_add (&self->flow->frames_decoded, 1) == 0)
    send_errand (self, tell_first_picture, NULL, NULL);
  call_flow_note_size (self->flow, GST_ELEMENT (sink));
  return flow;
}

static GstFlowReturn
on_sound (GstAppSink *sink, gpointer user_data)
{
  CallPeer *self = user_data;
  GstFlowReturn flow = call_relay_push_from_sink (self->relays.remote_audio, self->origin,
                                                  GST_ELEMENT (sink));

  if (flow == GST_FLOW_OK && atomic_fetch_add (&self->flow->sounds_decoded, 1) == 0)
    send_errand (self, check_flowing, NULL, NULL);
  return flow;
}

static void
tell_receiver_failed (gpointer receiver, gpointer payload)
{
  tell_failed (receiver, TRUE, payload);
}

static void
on_pad_added (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  static const GstAppSinkCallbacks pictures = { .new_sample = on_picture };
  static const GstAppSinkCallbacks sounds = { .new_sample = on_sound };
  CallPeer *self = user_data;
  g_autoptr (GstElement) sink = NULL;
  g_autofree char *encoding = NULL;
  g_autoptr (GError) error = NULL;
  gboolean sound;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  encoding = call_codec_dup_encoding (pad);
  sound = g_strcmp0 (encoding, "OPUS") == 0;
  sink = call_peer_media_add_receiver (self->pipeline, pad, self->flow, &error);
  if (sink == NULL) {
    send_errand (self, tell_receiver_failed, g_steal_pointer (&error),
                 (GDestroyNotify) g_error_free);
    return;
  }
  gst_app_sink_set_callbacks (GST_APP_SINK (sink),
                              (GstAppSinkCallbacks *) (sound ? &sounds : &pictures),
                              g_object_ref (self), g_object_unref);
}

static gboolean
add_senders (CallPeer *self, GError **error)
{
  if (!call_peer_media_add_senders (self->pipeline, self->webrtc, self->flow, &self->choice,
                                    &self->format, error))
    return FALSE;
  call_peer_set_muted (self, self->muted);
  self->video_entry = call_relay_join (self->relays.local_video,
                                       call_pipeline_get_bin (self->pipeline), "video-in");
  self->audio_entry = call_relay_join (self->relays.local_audio,
                                       call_pipeline_get_bin (self->pipeline), "audio-in");
  return TRUE;
}

/* --- negotiation --- */

static GstPromise *
ask (CallPeer *self, CallReplyFunc func)
{
  return call_promise_new (self->pipeline, G_OBJECT (self), func);
}

static gboolean
check_reply (CallPeer *self, const GError *error)
{
  if (error != NULL)
    tell_failed_with (self, FALSE, "The negotiation failed: %s", error->message);
  return error == NULL;
}

static void
on_local_set (gpointer receiver, const GstStructure *reply, const GError *error)
{
  CallPeer *self = receiver;

  if (check_reply (self, error))
    self->tuned = call_peer_stats_tune (self->webrtc);
}

static void
use_local_description (CallPeer *self, const GstStructure *reply, const char *type)
{
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autofree char *text = NULL;

  if (reply != NULL)
    gst_structure_get (reply, type, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  if (description == NULL) {
    tell_failed_with (self, FALSE, "No %s could be made", type);
    return;
  }
  text = gst_sdp_message_as_text (description->sdp);
  self->mids = call_sdp_list_mids (text);
  self->gathering_us = g_get_monotonic_time ();
  g_signal_emit_by_name (self->webrtc, "set-local-description", description,
                         ask (self, on_local_set));
  self->events.description (self, type, text, self->user_data);
}

static void
on_offer_made (gpointer receiver, const GstStructure *reply, const GError *error)
{
  if (check_reply (receiver, error))
    use_local_description (receiver, reply, "offer");
}

static void
on_answer_made (gpointer receiver, const GstStructure *reply, const GError *error)
{
  if (check_reply (receiver, error))
    use_local_description (receiver, reply, "answer");
}

static void
on_remote_set (gpointer receiver, const GstStructure *reply, const GError *error)
{
  CallPeer *self = receiver;

  if (!check_reply (self, error))
    return;
  if (!self->offer)
    g_signal_emit_by_name (self->webrtc, "create-answer", NULL, ask (self, on_answer_made));
  call_candidates_open (self->candidates);
}

static void
set_remote (CallPeer *self, GstWebRTCSDPType type, const char *text)
{
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  GstSDPMessage *message = NULL;

  if (gst_sdp_message_new_from_text (text, &message) != GST_SDP_OK) {
    tell_failed_with (self, FALSE, "The session description cannot be parsed");
    return;
  }
  description = gst_webrtc_session_description_new (type, message);
  g_signal_emit_by_name (self->webrtc, "set-remote-description", description,
                         ask (self, on_remote_set));
}

void
call_peer_set_remote_description (CallPeer *self, const char *type, const char *sdp)
{
  g_autoptr (GError) error = NULL;
  gboolean is_offer = g_strcmp0 (type, "offer") == 0;
  CallSdpChoice choice;

  if (is_offer == self->offer || self->has_remote || self->told_failed ||
      (!is_offer && g_strcmp0 (type, "answer") != 0)) {
    g_debug ("Generation %u: a description is ignored", self->generation);
    return;
  }
  if (!call_sdp_read (sdp, self->codec, &choice, &error)) {
    tell_failed (self, FALSE, error);
    return;
  }
  if (is_offer)
    self->choice = choice;
  self->choice.expect_audio = choice.expect_audio;
  self->choice.expect_video = choice.expect_video;
  /* The answering side learns the payload types first and only then builds its encoders. */
  if (is_offer && !add_senders (self, &error)) {
    tell_failed (self, TRUE, error);
    return;
  }
  call_pipeline_play_now (self->pipeline);
  self->has_remote = TRUE;
  set_remote (self, is_offer ? GST_WEBRTC_SDP_TYPE_OFFER : GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
}

/* --- candidates --- */

static void
give_candidate (const char *candidate, guint index, gpointer user_data)
{
  CallPeer *self = user_data;

  g_signal_emit_by_name (self->webrtc, "add-ice-candidate", index, candidate);
}

static guint
find_index (CallPeer *self, const char *mid, guint index)
{
  for (guint i = 0; mid != NULL && self->mids != NULL && self->mids[i] != NULL; i++)
    if (g_str_equal (self->mids[i], mid))
      return i;
  return index;
}

/* Takes a candidate of the other side; bad ones and those of no use are ignored. */
void
call_peer_add_candidate (CallPeer *self, const char *candidate, const char *mid, guint index)
{
  guint line = find_index (self, mid, index);

  if (line < CALL_SDP_MAX_MEDIA)
    call_candidates_add (self->candidates, candidate, line);
}

typedef struct {
  guint index;
  char text[CALL_CANDIDATE_MAX_BYTES];
} LocalCandidate;

static void
tell_candidate (gpointer receiver, gpointer payload)
{
  CallPeer *self = receiver;
  LocalCandidate *candidate = payload;
  const char *mid = NULL;

  if (self->mids != NULL && candidate->index < g_strv_length (self->mids))
    mid = self->mids[candidate->index];
  self->has_relay |= call_candidate_is_relay (candidate->text);
  self->events.candidate (self, candidate->text, mid, candidate->index, self->user_data);
}

static void
on_ice_candidate (GstElement *webrtc, guint index, const char *text, gpointer user_data)
{
  LocalCandidate *candidate = g_new0 (LocalCandidate, 1);

  candidate->index = index;
  g_strlcpy (candidate->text, text, sizeof candidate->text);
  send_errand (user_data, tell_candidate, candidate, g_free);
}

/* --- connection --- */

static void
tell_connected (gpointer receiver, gpointer payload)
{
  CallPeer *self = receiver;

  if (self->connected)
    return;
  self->connected = TRUE;
  self->events.connected (self, self->user_data);
  check_flowing (self, NULL);
}

static void
tell_transport_failed (gpointer receiver, gpointer payload)
{
  tell_failed_with (receiver, FALSE, "No network path to the other side was found, or it broke");
}

static void
on_connection_state (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  CallPeer *self = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) {
    atomic_store (&self->flow->connected, TRUE);
    send_errand (self, tell_connected, NULL, NULL);
  } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
    send_errand (self, tell_transport_failed, NULL, NULL);
  }
}

/* Called several times a second: what webrtcbin should tell, and does not. */
void
call_peer_tick (CallPeer *self, gint64 now_us)
{
  if (!self->tuned && self->gathering_us != 0)
    self->tuned = call_peer_stats_tune (self->webrtc);
  if (self->connected)
    call_peer_stats_sample (self->webrtc, &self->feedback);
  if (self->relay_only && !self->has_relay && self->gathering_us != 0 &&
      now_us - self->gathering_us > RELAY_PATIENCE_US)
    tell_failed_with (
        self, TRUE,
        "The TURN server gave no relay address: it refused the credentials, or cannot "
        "be reached");
  check_flowing (self, NULL);
}

/* --- life --- */

static void
on_message (CallPipeline *pipeline, GstMessage *message, gpointer user_data)
{
  CallPeer *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY)
    gst_bin_recalculate_latency (call_pipeline_get_bin (pipeline));
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return;
  gst_message_parse_error (message, &error, NULL);
  tell_failed_with (self, FALSE, "The media chain broke: %s", error->message);
}

static void
call_peer_finalize (GObject *object)
{
  CallPeer *self = CALL_PEER (object);

  gst_clear_object (&self->webrtc);
  g_clear_object (&self->pipeline);
  call_relays_clear (&self->relays);
  g_clear_pointer (&self->flow, call_flow_unref);
  g_clear_pointer (&self->mids, g_strfreev);
  G_OBJECT_CLASS (call_peer_parent_class)->finalize (object);
}

static void
call_peer_class_init (CallPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_peer_finalize;
}

static void
call_peer_init (CallPeer *self)
{
  self->flow = call_flow_new ();
  self->candidates = call_candidates_new (give_candidate, self);
  self->latency_ms = CALL_TRANSPORT_LATENCY_MS;
}

static void
use_config (CallPeer *self, const CallPeerConfig *config)
{
  self->generation = config->generation;
  self->origin = config->origin;
  self->offer = config->offer;
  self->relay_only = config->relay_only;
  self->muted = config->muted;
  self->codec = config->codec;
  self->format = config->format;
  self->choice = call_sdp_offer_choice;
  self->choice.codec = config->codec;
  call_relays_copy (&self->relays, config->relays);
}

/* The closure keeps the peer alive while a callback runs on another thread. */
static void
connect_signal (CallPeer *self, const char *signal, GCallback callback)
{
  g_signal_connect_data (self->webrtc, signal, callback, g_object_ref (self),
                         (GClosureNotify) (void (*) (void)) g_object_unref, 0);
}

CallPeer *
call_peer_new (const CallPeerConfig *config,
               const CallPeerEvents *events,
               gpointer user_data,
               GError **error)
{
  g_autofree char *name = g_strdup_printf ("call-peer-%u", config->generation);
  g_autoptr (GstElement) webrtc = call_transport_new (config, error);
  CallPeer *self;

  if (webrtc == NULL)
    return NULL;
  self = g_object_new (CALL_TYPE_PEER, NULL);
  use_config (self, config);
  self->events = *events;
  self->user_data = user_data;
  self->pipeline = call_pipeline_new (name, config->stage, on_message, self);
  call_pipeline_set_drain (self->pipeline, call_transport_drain);
  self->webrtc = g_steal_pointer (&webrtc);
  gst_bin_add (call_pipeline_get_bin (self->pipeline), self->webrtc);
  connect_signal (self, "pad-added", G_CALLBACK (on_pad_added));
  connect_signal (self, "on-ice-candidate", G_CALLBACK (on_ice_candidate));
  connect_signal (self, "notify::connection-state", G_CALLBACK (on_connection_state));
  return self;
}

/* Begins: the offering side builds its encoders and offers, the other one waits for the offer. */
gboolean
call_peer_start (CallPeer *self, GError **error)
{
  if (!self->offer)
    return TRUE;
  if (!add_senders (self, error))
    return FALSE;
  call_pipeline_play_now (self->pipeline);
  g_signal_emit_by_name (self->webrtc, "create-offer", NULL, ask (self, on_offer_made));
  return TRUE;
}

/* Takes the caller's reference. Nothing is told any more. */
void
call_peer_close (CallPeer *self)
{
  G_GNUC_UNUSED g_autoptr (CallPeer) owned = self;

  g_signal_handlers_disconnect_by_data (self->webrtc, self);
  call_relay_leave (self->relays.local_video, &self->video_entry);
  call_relay_leave (self->relays.local_audio, &self->audio_entry);
  g_clear_pointer (&self->candidates, call_candidates_free);
  gst_clear_object (&self->webrtc);
  call_pipeline_close (g_object_ref (self->pipeline));
}

void
call_peer_set_muted (CallPeer *self, gboolean muted)
{
  g_autoptr (GstElement) volume = call_pipeline_dup_element (self->pipeline, "mute");

  self->muted = muted;
  if (volume != NULL)
    g_object_set (volume, "mute", muted, NULL);
}

/* Changes what the encoder aims at, in bits per second. */
void
call_peer_set_bitrate (CallPeer *self, guint bitrate)
{
  g_autoptr (GstElement) encoder = call_pipeline_dup_element (self->pipeline, "encoder");

  self->format.bitrate = bitrate;
  if (encoder != NULL)
    call_codec_set_bitrate (encoder, bitrate);
}

/* Gives the jitter buffers more time on a rough path. */
void
call_peer_set_latency (CallPeer *self, guint latency_ms)
{
  if (latency_ms == self->latency_ms)
    return;
  self->latency_ms = latency_ms;
  g_object_set (self->webrtc, "latency", latency_ms, NULL);
}

guint
call_peer_get_latency (CallPeer *self)
{
  return self->latency_ms;
}

guint
call_peer_get_generation (CallPeer *self)
{
  return self->generation;
}

/* (transfer none): what has been counted; it stays readable after the peer is closed. */
CallFlow *
call_peer_get_flow (CallPeer *self)
{
  return self->flow;
}

void
call_peer_measure (CallPeer *self, CallMeasurement *measurement)
{
  call_peer_stats_measure (self->webrtc, &self->feedback, &self->reception, measurement);
}
