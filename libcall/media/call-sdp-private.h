/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-media-enums.h"

G_BEGIN_DECLS

#define CALL_SDP_TWCC_URI \
  "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
/* Browsers send some 5 KiB, with all their codecs. */
#define CALL_SDP_MAX_BYTES (64 * 1024)
#define CALL_SDP_MAX_MEDIA 8

/* What we send, and what the other side has promised to send. */
typedef struct {
  CallVideoCodec codec;
  guint video_payload; /* 0: no video that both sides know */
  guint audio_payload; /* 0: no Opus */
  guint twcc_id;       /* id of the transport-wide header extension, 0: not wanted */
  gboolean expect_video;
  gboolean expect_audio;
} CallSdpChoice;

extern const CallSdpChoice call_sdp_offer_choice;

gboolean
call_sdp_read (const char *sdp, CallVideoCodec preferred, CallSdpChoice *choice, GError **error);
char **call_sdp_list_mids (const char *sdp);

G_END_DECLS
