/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/**
 * CallEngineStats:
 * @generation: the generation the figures are of, 0 before the first
 * @frames_decoded: remote pictures decoded since the engine was started, over all generations
 * @frames_sent: our pictures encoded and sent, over all generations
 * @audio_buffers_decoded: pieces of remote sound decoded, over all generations
 * @first_frame_ms: from the start of the first generation to its first decoded picture, -1 before
 * @connected_ms: from the start of the first generation to its secure connection, -1 before
 * @rtt_ms: round trip time in milliseconds, -1 while unknown
 * @loss_in: packets lost on the way to us, 0.0 to 1.0, over about a second
 * @loss_out: packets lost on the way to the other side, 0.0 to 1.0, as it reports them
 * @bitrate_in: bits per second of media received
 * @bitrate_out: bits per second of media sent
 * @audio_level_in: root mean square of the remote sound in dBFS, -120.0 for silence or none
 * @audio_level_out: the same of our microphone, before muting
 * @candidate_local: (nullable): "host", "srflx", "prflx" or "relay" when a path has been chosen
 * @candidate_remote: (nullable): the same for the other side's end of the path
 * @width: width of the remote picture in pixels, 0 before the first
 * @height: height of the remote picture in pixels, 0 before the first
 *
 * What a [class@Engine] has measured.
 */
typedef struct _CallEngineStats CallEngineStats;

struct _CallEngineStats {
  guint generation;
  guint64 frames_decoded;
  guint64 frames_sent;
  guint64 audio_buffers_decoded;
  gint64 first_frame_ms;
  gint64 connected_ms;
  double rtt_ms;
  double loss_in;
  double loss_out;
  guint64 bitrate_in;
  guint64 bitrate_out;
  double audio_level_in;
  double audio_level_out;
  const char *candidate_local;
  const char *candidate_remote;
  guint width;
  guint height;
};

#define CALL_TYPE_ENGINE_STATS (call_engine_stats_get_type ())

CALL_AVAILABLE_IN_ALL
GType call_engine_stats_get_type (void) G_GNUC_CONST;
CALL_AVAILABLE_IN_ALL
CallEngineStats *call_engine_stats_copy (const CallEngineStats *self);
CALL_AVAILABLE_IN_ALL
void call_engine_stats_free (CallEngineStats *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallEngineStats, call_engine_stats_free)

G_END_DECLS
