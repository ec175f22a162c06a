/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "call-peer-private.h"

#include <gst/app/gstappsink.h>

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_MEDIA, what);
  return FALSE;
}

static guint64
sum_bytes (GstPadProbeInfo *info, guint *packets)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

    *packets = gst_buffer_list_length (list);
    return gst_buffer_list_calculate_size (list);
  }
  *packets = 1;
  return gst_buffer_get_size (gst_pad_probe_info_get_buffer (info));
}

static GstPadProbeReturn
count_bytes_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CallFlow *flow = user_data;
  guint packets;
  guint64 bytes = sum_bytes (info, &packets);

  if (atomic_load (&flow->connected)) /* before, webrtcbin throws it away */
    atomic_fetch_add (&flow->bytes_out, bytes);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
count_packets_in (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CallFlow *flow = user_data;
  guint packets;
  guint64 bytes = sum_bytes (info, &packets);

  atomic_fetch_add (&flow->bytes_in, bytes);
  atomic_fetch_add (&flow->packets_in, packets);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
count_picture_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  CallFlow *flow = user_data;

  if (atomic_load (&flow->connected))
    atomic_fetch_add (&flow->frames_sent, 1);
  return GST_PAD_PROBE_OK;
}

static void
add_probe (GstPad *pad, GstPadProbeCallback callback, CallFlow *flow)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback,
                     call_flow_ref (flow), (GDestroyNotify) call_flow_unref);
}

/*
 * Retransmission on request is for video only: on both, webrtcbin 1.22 would give the payload type
 * of one stream to the other; and Opus has its own forward error correction.
 */
static void
ask_for_retransmission (GstPad *webrtc_pad)
{
  g_autoptr (GObject) transceiver = NULL;

  g_object_get (webrtc_pad, "transceiver", &transceiver, NULL);
  if (transceiver != NULL)
    g_object_set (transceiver, "do-nack", TRUE, NULL);
}

static gboolean
add_sender (CallPipeline *pipeline,
            GstElement *webrtc,
            CallFlow *flow,
            const char *description,
            gboolean video,
            GError **error)
{
  GstElement *chain = call_pipeline_add (pipeline, description, error);
  g_autoptr (GstPad) source = chain != NULL ? gst_element_get_static_pad (chain, "src") : NULL;
  g_autoptr (GstPad) sink = NULL;

  if (source == NULL)
    return FALSE;
  sink = gst_element_request_pad_simple (webrtc, "sink_%u");
  if (sink == NULL || gst_pad_link (source, sink) != GST_PAD_LINK_OK)
    return fail (error, "The encoder cannot be linked to the transport");
  add_probe (source, count_bytes_out, flow);
  if (video)
    ask_for_retransmission (sink);
  return TRUE;
}

static void
count_pictures (CallPipeline *pipeline, CallFlow *flow)
{
  g_autoptr (GstElement) payloader = call_pipeline_dup_element (pipeline, "payloader");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (payloader, "sink");

  add_probe (pad, count_picture_out, flow);
}

/* Adds the chains that encode what @choice says; the order of media in an offer is theirs. */
gboolean
call_peer_media_add_senders (CallPipeline *pipeline,
                             GstElement *webrtc,
                             CallFlow *flow,
                             const CallSdpChoice *choice,
                             const CallCodecFormat *format,
                             GError **error)
{
  if (choice->audio_payload != 0) {
    g_autofree char *sound = call_codec_describe_audio_sender (choice);

    if (!add_sender (pipeline, webrtc, flow, sound, FALSE, error))
      return FALSE;
  }
  if (choice->video_payload != 0) {
    g_autofree char *picture = call_codec_describe_video_sender (choice, format);

    if (!add_sender (pipeline, webrtc, flow, picture, TRUE, error))
      return FALSE;
    count_pictures (pipeline, flow);
  }
  return TRUE;
}

/*
 * Adds a chain that decodes what comes out of @pad, up to an appsink. Called from webrtcbin's
 * thread while it waits, so that no packet is lost. Returns: (transfer full): the appsink, or %NULL
 * if the stream is of no known kind
 */
GstElement *
call_peer_media_add_receiver (CallPipeline *pipeline, GstPad *pad, CallFlow *flow, GError **error)
{
  g_autofree char *encoding = call_codec_dup_encoding (pad);
  const char *head = call_codec_describe_receiver (encoding);
  g_autofree char *description = NULL;
  g_autoptr (GstPad) sink = NULL;
  GstElement *chain;

  if (head == NULL) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_MEDIA, "The other side sends an unknown codec, %s",
                 encoding != NULL ? encoding : "which has no name");
    return NULL;
  }
  description = g_strconcat (
      head, "appsink name=out sync=false async=false max-buffers=3 drop=true", NULL);
  chain = call_pipeline_add (pipeline, description, error);
  if (chain == NULL)
    return NULL;
  sink = gst_element_get_static_pad (chain, "sink");
  add_probe (pad, count_packets_in, flow);
  if (!gst_element_sync_state_with_parent (chain) || gst_pad_link (pad, sink) != GST_PAD_LINK_OK) {
    fail (error, "The decoder cannot be linked to the transport");
    return NULL;
  }
  return gst_bin_get_by_name (GST_BIN (chain), "out");
}
