/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-sdp-private.h"

#include "call-error.h"

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

/*
 * What our own offers say. Video stays away from 96 to 99, from where webrtcbin numbers the streams
 * it adds for retransmission.
 */
const CallSdpChoice call_sdp_offer_choice = {
  .codec = CALL_VIDEO_CODEC_VP8,
  .video_payload = 100,
  .audio_payload = 111,
  .twcc_id = 1,
  .expect_video = TRUE,
  .expect_audio = TRUE,
};

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL, "The session description %s", what);
  return FALSE;
}

/* Reads the number in front of the first space of an attribute such as "96 VP8/90000". */
static const char *
split_number (const char *value, guint max, guint *number)
{
  char *end = NULL;
  guint64 n = g_ascii_strtoull (value, &end, 10);

  if (end == value || n == 0 || n > max)
    return NULL;
  *number = (guint) n;
  while (*end == ' ')
    end++;
  return end;
}

static const char *
find_format_parameters (const GstSDPMedia *media, guint payload)
{
  for (guint i = 0;; i++) {
    const char *value = gst_sdp_media_get_attribute_val_n (media, "fmtp", i);
    const char *rest;
    guint n;

    if (value == NULL)
      return "";
    rest = split_number (value, 127, &n);
    if (rest != NULL && n == payload)
      return rest;
  }
}

/* RFC 6184 section 8.1: constrained baseline is profile_idc 0x42 with constraint_set1. */
static gboolean
is_constrained_baseline (const char *parameters)
{
  const char *level_id = strstr (parameters, "profile-level-id=");
  guint64 bits;

  if (strstr (parameters, "packetization-mode=1") == NULL || level_id == NULL)
    return FALSE;
  bits = g_ascii_strtoull (level_id + strlen ("profile-level-id="), NULL, 16);
  return (bits >> 16) == 0x42 && (bits & 0x4000) != 0;
}

/* The payload type of the first format called @encoding that we can make, or 0. */
static guint
find_payload (const GstSDPMedia *media, const char *encoding)
{
  for (guint i = 0;; i++) {
    const char *value = gst_sdp_media_get_attribute_val_n (media, "rtpmap", i);
    const char *name;
    guint payload;

    if (value == NULL)
      return 0;
    name = split_number (value, 127, &payload);
    if (name == NULL || g_ascii_strncasecmp (name, encoding, strlen (encoding)) != 0)
      continue;
    if (!g_str_has_prefix (encoding, "H264") ||
        is_constrained_baseline (find_format_parameters (media, payload)))
      return payload;
  }
}

static guint
find_extension (const GstSDPMedia *media, const char *uri)
{
  for (guint i = 0;; i++) {
    const char *value = gst_sdp_media_get_attribute_val_n (media, "extmap", i);
    const char *rest;
    guint id;

    if (value == NULL)
      return 0;
    rest = split_number (value, 14, &id); /* RFC 8285: 15 is reserved in the one-byte form */
    if (rest != NULL && g_str_has_prefix (rest, uri))
      return id;
  }
}

static gboolean
sends (const GstSDPMedia *media)
{
  return gst_sdp_media_get_attribute_val (media, "recvonly") == NULL &&
         gst_sdp_media_get_attribute_val (media, "inactive") == NULL;
}

static void
read_video (const GstSDPMedia *media, CallVideoCodec preferred, CallSdpChoice *choice)
{
  guint vp8 = find_payload (media, "VP8/90000");
  guint h264 = find_payload (media, "H264/90000");
  gboolean want_h264 = preferred == CALL_VIDEO_CODEC_H264;

  if (choice->video_payload != 0)
    return; /* one video stream is all there is */
  choice->codec = h264 != 0 && (want_h264 || vp8 == 0) ? CALL_VIDEO_CODEC_H264
                                                       : CALL_VIDEO_CODEC_VP8;
  choice->video_payload = choice->codec == CALL_VIDEO_CODEC_H264 ? h264 : vp8;
  choice->expect_video = choice->video_payload != 0 && sends (media);
}

static void
read_media (const GstSDPMedia *media, CallVideoCodec preferred, CallSdpChoice *choice)
{
  const char *kind = gst_sdp_media_get_media (media);

  if (gst_sdp_media_get_port (media) == 0 &&
      gst_sdp_media_get_attribute_val (media, "bundle-only") == NULL)
    return; /* refused, RFC 3264 section 6 */
  if (g_strcmp0 (kind, "video") == 0)
    read_video (media, preferred, choice);
  if (g_strcmp0 (kind, "audio") == 0 && choice->audio_payload == 0) {
    choice->audio_payload = find_payload (media, "opus/48000");
    choice->expect_audio = choice->audio_payload != 0 && sends (media);
  }
  if (choice->twcc_id == 0)
    choice->twcc_id = find_extension (media, CALL_SDP_TWCC_URI);
}

static const char *
find_anywhere (const GstSDPMessage *message, const char *attribute)
{
  const char *value = gst_sdp_message_get_attribute_val (message, attribute);

  for (guint i = 0; value == NULL && i < gst_sdp_message_medias_len (message); i++)
    value = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (message, i), attribute);
  return value;
}

static gboolean
check (const GstSDPMessage *message, GError **error)
{
  guint n = gst_sdp_message_medias_len (message);

  if (n == 0 || n > CALL_SDP_MAX_MEDIA)
    return fail (error, "has no media or too many");
  for (guint i = 0; i < n; i++)
    if (gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (message, i), "mid") == NULL)
      return fail (error, "does not name its media (a=mid)");
  if (find_anywhere (message, "ice-ufrag") == NULL || find_anywhere (message, "ice-pwd") == NULL)
    return fail (error, "has no ICE credentials");
  if (find_anywhere (message, "fingerprint") == NULL || find_anywhere (message, "setup") == NULL)
    return fail (error, "has no DTLS fingerprint");
  return TRUE;
}

static GstSDPMessage *
parse (const char *sdp, GError **error)
{
  GstSDPMessage *message = NULL;

  if (sdp == NULL || *sdp == '\0' || strlen (sdp) > CALL_SDP_MAX_BYTES ||
      !g_utf8_validate (sdp, -1, NULL)) {
    fail (error, "is empty, too long or no text");
    return NULL;
  }
  if (gst_sdp_message_new_from_text (sdp, &message) == GST_SDP_OK)
    return message;
  g_clear_pointer (&message, gst_sdp_message_free);
  fail (error, "cannot be parsed");
  return NULL;
}

/*
 * Reads an offer or answer of the other side (RFC 8829): which payload types it knows, which of our
 * codecs to use, and what it is going to send. @sdp comes from outside.
 */
gboolean
call_sdp_read (const char *sdp, CallVideoCodec preferred, CallSdpChoice *choice, GError **error)
{
  GstSDPMessage *message = parse (sdp, error);
  gboolean ok;

  memset (choice, 0, sizeof *choice);
  if (message == NULL)
    return FALSE;
  ok = check (message, error);
  for (guint i = 0; ok && i < gst_sdp_message_medias_len (message); i++)
    read_media (gst_sdp_message_get_media (message, i), preferred, choice);
  if (ok && choice->audio_payload == 0 && choice->video_payload == 0)
    ok = fail (error, "has no codec that we know");
  gst_sdp_message_free (message);
  return ok;
}

/* The names of the media descriptions of one of our own descriptions, in order; "" where one has
 * none. */
char **
call_sdp_list_mids (const char *sdp)
{
  GstSDPMessage *message = parse (sdp, NULL);
  g_autoptr (GPtrArray) mids = g_ptr_array_new ();

  for (guint i = 0; message != NULL && i < gst_sdp_message_medias_len (message); i++) {
    const char *mid = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (message, i),
                                                       "mid");

    g_ptr_array_add (mids, g_strdup (mid != NULL ? mid : ""));
  }
  g_ptr_array_add (mids, NULL);
  if (message != NULL)
    gst_sdp_message_free (message);
  return (char **) g_ptr_array_free (g_steal_pointer (&mids), FALSE);
}
