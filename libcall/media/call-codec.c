/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-codec-private.h"

/*
 * The chains that were measured to work with browsers, between the raw media of a relay and the RTP
 * of webrtcbin. Caps are written out in full because an offer is made from them before any data
 * flows; an Opus line without its clock rate and channels is refused by browsers.
 */
#define RAW_ENTRY(name, buffers)                                                                 \
  "appsrc name=" name " is-live=true format=time min-latency=0 max-bytes=0 max-buffers=" buffers \
  " leaky-type=downstream ! "

/* More threads busy-wait on a busy machine and lose more than they win at these sizes. */
#define VP8_ENCODER                                                                            \
  "vp8enc name=encoder deadline=1 cpu-used=8 threads=1 end-usage=cbr target-bitrate=%u "       \
  "keyframe-max-dist=3000 lag-in-frames=0 error-resilient=partitions buffer-initial-size=300 " \
  "buffer-optimal-size=400 buffer-size=600 undershoot=95 static-threshold=1 ! "                \
  "rtpvp8pay name=payloader picture-id-mode=15-bit pt=%u mtu=1200 ! "
#define X264_ENCODER                                                                             \
  "x264enc name=encoder tune=zerolatency speed-preset=superfast threads=1 sliced-threads=false " \
  "bitrate=%u key-int-max=3000 "
#define OPENH264_ENCODER                                                                      \
  "openh264enc name=encoder complexity=low rate-control=bitrate bitrate=%u000 gop-size=3000 " \
  "multi-thread=1 "
/*
 * Constrained baseline, level 3.1: 720p30, RFC 6184 section 8.1. The payloader reads 42c01f from
 * the stream, browsers say 42e01f, which promises the same; left alone, nothing would be negotiated
 * at all, without any error. So a capssetter overwrites it, and names all other fields too: what it
 * leaves open it would offer as a range, with a warning.
 */
#define H264_PROFILE_LEVEL_ID "42e01f"
#define H264_TAIL                                                    \
  "! video/x-h264,profile=constrained-baseline,level=(string)3.1 ! " \
  "h264parse config-interval=-1 ! "                                  \
  "rtph264pay name=payloader config-interval=-1 aggregate-mode=zero-latency pt=%u mtu=1200 ! "

#define H264_DEPAY \
  "queue ! rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse ! "

static char *
describe_extension (guint id)
{
  return id != 0 ? g_strdup_printf (",extmap-%u=(string)%s", id, CALL_SDP_TWCC_URI) : g_strdup ("");
}

static gboolean
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

gboolean
call_codec_can_send (CallVideoCodec codec)
{
  if (codec == CALL_VIDEO_CODEC_VP8)
    return has_element ("vp8enc");
  return has_element ("x264enc") || has_element ("openh264enc");
}

static char *
describe_h264 (const CallSdpChoice *choice, const CallCodecFormat *format)
{
  guint kbits = format->bitrate / 1000;
  g_autofree char *encoder = has_element ("x264enc") ? g_strdup_printf (X264_ENCODER, kbits)
                                                     : g_strdup_printf (OPENH264_ENCODER, kbits);
  g_autofree char *tail = g_strdup_printf (H264_TAIL, choice->video_payload);

  return g_strconcat (encoder, tail, NULL);
}

static char *
describe_video_caps (const CallSdpChoice *choice)
{
  gboolean h264 = choice->codec == CALL_VIDEO_CODEC_H264;
  g_autofree char *extension = describe_extension (choice->twcc_id);

  return g_strdup_printf (
      "application/x-rtp,media=(string)video,clock-rate=(int)90000,encoding-name=(string)%s,"
      "payload=(int)%u%s%s",
      h264 ? "H264" : "VP8", choice->video_payload,
      h264 ? ",packetization-mode=(string)1,profile-level-id=(string)" H264_PROFILE_LEVEL_ID : "",
      extension);
}

/* From raw I420 to RTP. The element "encoder" takes a bit rate, "payloader" sees whole pictures. */
char *
call_codec_describe_video_sender (const CallSdpChoice *choice, const CallCodecFormat *format)
{
  gboolean h264 = choice->codec == CALL_VIDEO_CODEC_H264;
  g_autofree char *caps = describe_video_caps (choice);
  g_autofree char *setter = h264 ? g_strdup_printf ("capssetter caps=\"%s\" ! ", caps)
                                 : g_strdup ("");
  g_autofree char *encoder = h264 ? describe_h264 (choice, format)
                                  : g_strdup_printf (VP8_ENCODER, format->bitrate,
                                                     choice->video_payload);

  return g_strdup_printf (RAW_ENTRY ("video-in", "2") "%s%scapsfilter caps=\"%s\"", encoder, setter,
                          caps);
}

/* From raw sound to RTP. Muting happens in front of the encoder, which then sends next to nothing.
 */
char *
call_codec_describe_audio_sender (const CallSdpChoice *choice)
{
  return g_strdup_printf (
      RAW_ENTRY ("audio-in",
                 "20") "volume name=mute ! audioconvert ! audioresample ! "
                       "opusenc audio-type=voice bitrate=32000 frame-size=20 "
                       "inband-fec=true packet-loss-percentage=10 dtx=true ! "
                       "rtpopuspay dtx=true pt=%u ! "
                       "capsfilter caps=\"application/x-rtp,media=(string)audio,clock-rate=48000,"
                       "encoding-name=(string)OPUS,encoding-params=(string)2,payload=%u\"",
      choice->audio_payload, choice->audio_payload);
}

/*
 * The upper-case name of what an RTP stream carries, %NULL if the pad does not say. The stream's
 * caps may be known before they have been sent as an event.
 */
char *
call_codec_dup_encoding (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const char *name;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (caps == NULL || gst_caps_get_size (caps) == 0)
    return NULL;
  name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");
  return g_strdup (name);
}

/*
 * From RTP to raw media; ends with an open link. The depayloaders ask for a key picture and wait
 * for it instead of showing rubbish.
 */
const char *
call_codec_describe_receiver (const char *encoding)
{
  if (encoding == NULL)
    return NULL;
  if (g_ascii_strcasecmp (encoding, "VP8") == 0)
    return "queue ! rtpvp8depay request-keyframe=true wait-for-keyframe=true ! "
           "vp8dec threads=1 ! ";
  if (g_ascii_strcasecmp (encoding, "OPUS") == 0)
    return "queue ! rtpopusdepay ! opusdec use-inband-fec=true plc=true ! ";
  if (g_ascii_strcasecmp (encoding, "H264") != 0)
    return NULL;
  return has_element ("avdec_h264") ? H264_DEPAY "avdec_h264 max-threads=1 ! "
                                    : H264_DEPAY "openh264dec ! ";
}

void
call_codec_set_bitrate (GstElement *encoder, guint bitrate)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (encoder);
  gboolean kilo = g_str_has_prefix (GST_OBJECT_NAME (gst_element_get_factory (encoder)), "x264");

  if (g_object_class_find_property (klass, "target-bitrate") != NULL)
    g_object_set (encoder, "target-bitrate", (int) bitrate, NULL);
  else
    g_object_set (encoder, "bitrate", kilo ? bitrate / 1000 : bitrate, NULL);
}
