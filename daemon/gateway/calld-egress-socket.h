/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-egress.h"
#include "calld-hub.h"

G_BEGIN_DECLS

/**
 * CalldEgressSocketOptions:
 * @poll_ms: how often a socket is read; the kernel keeps what comes in between
 * @idle_ms: a sender that says nothing for so long has gone
 * @park_ms: how long a stream with a name waits for its sender to come back
 * @max_audio_message: bytes of the longest message with samples
 * @max_video_message: bytes of the longest frame of video
 *
 * Limits of the egress sockets.
 */
typedef struct {
  guint poll_ms;
  guint idle_ms;
  guint park_ms;
  guint32 max_audio_message;
  guint32 max_video_message;
} CalldEgressSocketOptions;

void calld_egress_socket_options_init (CalldEgressSocketOptions *options);
void calld_egress_socket_attach (CalldHub *hub,
                                 CalldEgress *egress,
                                 const CalldEgressSocketOptions *options);

G_END_DECLS
