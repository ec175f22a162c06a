/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-egress-chain.h"

G_BEGIN_DECLS

/* What may wait for a worker: of one track, and of all together. What comes above it is dropped,
 * and said so: a sender that is not read would freeze. */
#define CALLD_EGRESS_TRACK_BYTES (4 * 1024 * 1024)
#define CALLD_EGRESS_TOTAL_BYTES (512 * 1024 * 1024)

/**
 * CalldEgressTrack:
 *
 * One track on its way from a socket to its files. The reactor pushes, a worker of the pool takes
 * it through the chain; counted atomically.
 */
typedef struct _CalldEgressTrack CalldEgressTrack;

/**
 * CalldEgressPool:
 *
 * A few threads that carry all tracks. A track is worked on by one of them at a time, and holds a
 * reference to the pool.
 */
typedef struct _CalldEgressPool CalldEgressPool;

/**
 * CalldEgressTrackStats:
 * @received: bytes that came from the sender
 * @dropped: bytes that found no room in the queue
 * @stored: bytes of the sender's stream that are in the file, or were rightly left out
 * @blocks: blocks in files
 * @lost: samples or frames that could not be written
 * @actual: how samples really come
 * @is_muted: whether the track is muted
 *
 * What a track has done.
 */
typedef struct {
  guint64 received;
  guint64 dropped;
  guint64 stored;
  guint64 blocks;
  guint64 lost;
  CalldEgressFormat actual;
  gboolean is_muted;
} CalldEgressTrackStats;

CalldEgressTrack *calld_egress_track_new (CalldEgressPool *pool, const CallEgressQuery *query);
CalldEgressTrack *calld_egress_track_ref (CalldEgressTrack *self);
void calld_egress_track_unref (CalldEgressTrack *self);
void calld_egress_track_start (CalldEgressTrack *self,
                               const CalldEgressSettings *settings,
                               const char *meeting_id);
void calld_egress_track_push (CalldEgressTrack *self, guint8 *data, gsize length, gint64 now_us);
void calld_egress_track_push_mute (CalldEgressTrack *self, gboolean muted);
void calld_egress_track_push_gap (CalldEgressTrack *self, guint64 bytes);
void calld_egress_track_end (CalldEgressTrack *self);
void calld_egress_track_get_stats (CalldEgressTrack *self, CalldEgressTrackStats *stats);
const CallEgressQuery *calld_egress_track_get_query (CalldEgressTrack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldEgressTrack, calld_egress_track_unref)

G_END_DECLS
