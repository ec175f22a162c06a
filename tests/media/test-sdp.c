/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-codec-private.h"
#include "call-error.h"
#include "call-ice-private.h"
#include "call-sdp-private.h"

/* What comes from the other side: descriptions, candidates; and what the server says about ICE. */

#define HEAD "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
#define KEYS                                                                       \
  "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 " \
  "AA:BB\r\na=setup:actpass\r\n"
#define AUDIO                                                                  \
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\n" KEYS \
  "a=extmap:3 " CALL_SDP_TWCC_URI "\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n"
#define VIDEO_HEAD(types) \
  "m=video 9 UDP/TLS/RTP/SAVPF " types "\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=bundle-only\r\n" KEYS
#define VP8 \
  "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
#define H264_MODE_0                                                                       \
  "a=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;" \
  "profile-level-id=42e01f\r\n"
#define H264_HIGH                                                                         \
  "a=rtpmap:103 H264/90000\r\na=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;" \
  "profile-level-id=64001f\r\n"
#define H264_BASE                                                                         \
  "a=rtpmap:104 H264/90000\r\na=fmtp:104 level-asymmetry-allowed=1;packetization-mode=1;" \
  "profile-level-id=42001f\r\n"
#define H264_GOOD                                                                         \
  "a=rtpmap:108 H264/90000\r\na=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;" \
  "profile-level-id=42e01f\r\n"

typedef struct {
  const char *name;
  const char *sdp;
  CallVideoCodec preferred;
  gboolean ok;
  CallSdpChoice expected;
} SdpCase;

static const SdpCase sdp_cases[] = {
  { "browser, VP8 preferred",
    HEAD AUDIO VIDEO_HEAD ("96 97 102 103 104 108") VP8 H264_MODE_0 H264_HIGH H264_BASE H264_GOOD,
    CALL_VIDEO_CODEC_VP8,
    TRUE,
    { CALL_VIDEO_CODEC_VP8, 96, 111, 3, TRUE, TRUE } },
  { "browser, H.264 preferred",
    HEAD AUDIO VIDEO_HEAD ("96 97 102 103 104 108") VP8 H264_MODE_0 H264_HIGH H264_BASE H264_GOOD,
    CALL_VIDEO_CODEC_H264,
    TRUE,
    { CALL_VIDEO_CODEC_H264, 108, 111, 3, TRUE, TRUE } },
  { "no H.264 that we can make",
    HEAD AUDIO VIDEO_HEAD ("96 102") VP8 H264_MODE_0,
    CALL_VIDEO_CODEC_H264,
    TRUE,
    { CALL_VIDEO_CODEC_VP8, 96, 111, 3, TRUE, TRUE } },
  { "only H.264",
    HEAD AUDIO VIDEO_HEAD ("108") H264_GOOD,
    CALL_VIDEO_CODEC_VP8,
    TRUE,
    { CALL_VIDEO_CODEC_H264, 108, 111, 3, TRUE, TRUE } },
  { "sound only",
    HEAD AUDIO,
    CALL_VIDEO_CODEC_VP8,
    TRUE,
    { CALL_VIDEO_CODEC_VP8, 0, 111, 3, FALSE, TRUE } },
  { "watches without a camera",
    HEAD AUDIO VIDEO_HEAD ("96") VP8 "a=recvonly\r\n",
    CALL_VIDEO_CODEC_VP8,
    TRUE,
    { CALL_VIDEO_CODEC_VP8, 96, 111, 3, FALSE, TRUE } },
  { "codec we do not know",
    HEAD VIDEO_HEAD ("45") "a=rtpmap:45 AV1/90000\r\n",
    CALL_VIDEO_CODEC_VP8,
    FALSE,
    { 0 } },
  { "empty", "", CALL_VIDEO_CODEC_VP8, FALSE, { 0 } },
  { "nothing", NULL, CALL_VIDEO_CODEC_VP8, FALSE, { 0 } },
  { "rubbish", "\x01\x02hello=\r\n", CALL_VIDEO_CODEC_VP8, FALSE, { 0 } },
  { "no text", "\xff\xfe", CALL_VIDEO_CODEC_VP8, FALSE, { 0 } },
  { "no media", HEAD, CALL_VIDEO_CODEC_VP8, FALSE, { 0 } },
  { "no names",
    HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" KEYS "a=rtpmap:111 opus/48000/2\r\n",
    CALL_VIDEO_CODEC_VP8,
    FALSE,
    { 0 } },
  { "no credentials",
    HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n",
    CALL_VIDEO_CODEC_VP8,
    FALSE,
    { 0 } },
};

static void
test_sdp (gconstpointer data)
{
  const SdpCase *c = data;
  g_autoptr (GError) error = NULL;
  CallSdpChoice choice;

  g_assert_cmpint (call_sdp_read (c->sdp, c->preferred, &choice, &error), ==, c->ok);
  if (!c->ok) {
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpint (choice.codec, ==, c->expected.codec);
  g_assert_cmpuint (choice.video_payload, ==, c->expected.video_payload);
  g_assert_cmpuint (choice.audio_payload, ==, c->expected.audio_payload);
  g_assert_cmpuint (choice.twcc_id, ==, c->expected.twcc_id);
  g_assert_cmpint (choice.expect_video, ==, c->expected.expect_video);
  g_assert_cmpint (choice.expect_audio, ==, c->expected.expect_audio);
}

static void
test_sdp_too_long (void)
{
  g_autofree char *tail = g_strnfill (CALL_SDP_MAX_BYTES, 'a');
  g_autofree char *sdp = g_strconcat (HEAD AUDIO "a=", tail, NULL);
  g_autoptr (GError) error = NULL;
  CallSdpChoice choice;

  g_assert_false (call_sdp_read (sdp, CALL_VIDEO_CODEC_VP8, &choice, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
}

static void
test_mids (void)
{
  g_auto (GStrv) mids = call_sdp_list_mids (HEAD AUDIO VIDEO_HEAD ("96") VP8);

  g_assert_cmpuint (g_strv_length (mids), ==, 2);
  g_assert_cmpstr (mids[1], ==, "1");
}

#define HOST "candidate:1 1 UDP 2015363327 192.0.2.7 50000 typ host"

static const struct {
  const char *candidate;
  CallCandidateClass expected;
} candidates[] = {
  { HOST, CALL_CANDIDATE_PLAIN },
  { "a=" HOST, CALL_CANDIDATE_PLAIN },
  { "candidate:1 1 tcp 1 2001:db8::1 9 typ host tcptype active", CALL_CANDIDATE_PLAIN },
  { "candidate:842163049 1 udp 1677729535 203.0.113.5 46154 typ srflx raddr 10.0.0.1 rport 46154 "
    "generation 0 ufrag EEtu network-cost 999",
    CALL_CANDIDATE_PLAIN },
  { "candidate:1 1 udp 1 1b5a1b3e-0000-4000-8000-2b2b2b2b2b2b.local 50000 typ host",
    CALL_CANDIDATE_NAMED },
  { "candidate:1 1 udp 1 example.org 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 udp 1 .. 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 udp 1 $(reboot).local 50000 typ host", CALL_CANDIDATE_BAD },
  { "", CALL_CANDIDATE_BAD },
  { NULL, CALL_CANDIDATE_BAD },
  { "candidate:", CALL_CANDIDATE_BAD },
  { "1 1 UDP 2015363327 192.0.2.7 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 SCTP 1 192.0.2.7 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 300 UDP 1 192.0.2.7 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 99999999999 192.0.2.7 50000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 1 192.0.2.7 70000 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 1 192.0.2.7 -1 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 1 192.0.2.700 5 typ host", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 1 192.0.2.7 5 typ guess", CALL_CANDIDATE_BAD },
  { "candidate:1 1 UDP 1 192.0.2.7 5 type host", CALL_CANDIDATE_BAD },
};

static void
test_candidates (void)
{
  g_autofree char *endless = g_strnfill (CALL_CANDIDATE_MAX_BYTES, 'x');
  g_autofree char *long_one = g_strconcat (HOST " ", endless, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++) {
    g_test_message ("%s", candidates[i].candidate);
    g_assert_cmpint (call_candidate_classify (candidates[i].candidate), ==, candidates[i].expected);
  }
  g_assert_cmpint (call_candidate_classify (long_one), ==, CALL_CANDIDATE_BAD);
}

static void
test_candidate_parts (void)
{
  g_autofree char *address = call_candidate_dup_address (HOST);
  g_autofree char *replaced = call_candidate_replace_address (HOST, "198.51.100.1");

  g_assert_cmpstr (address, ==, "192.0.2.7");
  g_assert_cmpstr (replaced, ==, "candidate:1 1 UDP 2015363327 198.51.100.1 50000 typ host");
  g_assert_false (call_candidate_is_relay (HOST));
  g_assert_true (call_candidate_is_relay (
      "candidate:9 1 UDP 5 192.0.2.7 50000 typ relay raddr 1.2.3.4 rport 5"));
  g_assert_null (call_candidate_replace_address ("", "198.51.100.1"));
}

static const struct {
  const char *url, *username, *credential, *expected;
} ice_urls[] = {
  { "stun:stun.example.org:3478", NULL, NULL, "stun://stun.example.org:3478" },
  { "turn:127.0.0.1:3478?transport=udp", "1795170483:call",
    "J9v/+a=", "turn://1795170483%3Acall:J9v%2F%2Ba%3D@127.0.0.1:3478?transport=udp" },
  { "turns:turn.example.org:443?transport=tcp", "u", "p",
    "turns://u:p@turn.example.org:443?transport=tcp" },
  { "turn:[2001:db8::1]:3478", "u", "p", "turn://u:p@[2001:db8::1]:3478" },
  { "turn:127.0.0.1:3478", NULL, NULL, NULL },
  { "http:example.org", "u", "p", NULL },
  { "stun:", NULL, NULL, NULL },
  { "stun", NULL, NULL, NULL },
  { "turn:evil@host", "u", "p", NULL },
  { "turn:a b", "u", "p", NULL },
  { "", NULL, NULL, NULL },
  { NULL, NULL, NULL, NULL },
};

static void
test_ice_urls (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ice_urls); i++) {
    g_autofree char *uri = call_ice_uri_build (ice_urls[i].url, ice_urls[i].username,
                                               ice_urls[i].credential);

    g_assert_cmpstr (uri, ==, ice_urls[i].expected);
  }
}

/* Whatever is chosen, the chain that is made from it can be built. */
static void
test_senders (void)
{
  const CallCodecFormat format = { 500000, 30 };

  for (CallVideoCodec codec = CALL_VIDEO_CODEC_VP8; codec <= CALL_VIDEO_CODEC_H264; codec++)
    for (guint id = 0; id < 2; id++) {
      CallSdpChoice choice = { codec, 96, 111, id * 5, TRUE, TRUE };
      g_autofree char *video = call_codec_describe_video_sender (&choice, &format);
      g_autofree char *audio = call_codec_describe_audio_sender (&choice);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstElement) chain = NULL;
      g_autoptr (GstElement) sound = NULL;

      g_assert_true (call_codec_can_send (codec));
      chain = gst_parse_launch_full (video, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
      g_assert_no_error (error);
      gst_object_ref_sink (chain);
      sound = gst_parse_launch_full (audio, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
      g_assert_no_error (error);
      gst_object_ref_sink (sound);
    }
  g_assert_nonnull (call_codec_describe_receiver ("vp8"));
  g_assert_nonnull (call_codec_describe_receiver ("H264"));
  g_assert_null (call_codec_describe_receiver ("AV1"));
  g_assert_null (call_codec_describe_receiver (NULL));
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (sdp_cases); i++) {
    g_autofree char *path = g_strconcat ("/sdp/read/", sdp_cases[i].name, NULL);

    g_strdelimit (path, " ", '-');
    g_test_add_data_func (path, &sdp_cases[i], test_sdp);
  }
  g_test_add_func ("/sdp/too-long", test_sdp_too_long);
  g_test_add_func ("/sdp/mids", test_mids);
  g_test_add_func ("/sdp/candidates", test_candidates);
  g_test_add_func ("/sdp/candidate-parts", test_candidate_parts);
  g_test_add_func ("/sdp/ice-urls", test_ice_urls);
  g_test_add_func ("/sdp/senders", test_senders);
  return g_test_run ();
}
