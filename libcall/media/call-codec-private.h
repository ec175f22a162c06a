/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-sdp-private.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* The numbers an encoder starts with. */
typedef struct {
  guint bitrate; /* bits per second */
  guint framerate;
} CallCodecFormat;

char *call_codec_describe_video_sender (const CallSdpChoice *choice, const CallCodecFormat *format);
char *call_codec_describe_audio_sender (const CallSdpChoice *choice);
const char *call_codec_describe_receiver (const char *encoding);
char *call_codec_dup_encoding (GstPad *pad);
gboolean call_codec_can_send (CallVideoCodec codec);
void call_codec_set_bitrate (GstElement *encoder, guint bitrate);

G_END_DECLS
