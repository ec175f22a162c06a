/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-egress-format.h"

#include "call-egress-query.h"

G_BEGIN_DECLS

/**
 * CalldEgressSettings:
 * @audio_directory: where WAV files go, in a folder for each meeting
 * @video_directory: where encoded video goes
 * @log_directory: where the logs of meetings go
 * @spool_directory: where blocks wait for Imentiv
 * @group_seconds: how long a block is, unless the sender says otherwise
 * @normalize: whether speech is made even
 * @wav_payload: whether Imentiv gets WAV rather than PCM
 * @timeout_ms: how long a post to Imentiv may take
 * @imentiv_url: (nullable): where blocks are posted; %NULL for nowhere
 * @imentiv_key: (nullable): the bearer token for it
 *
 * How tracks are recorded.
 */
typedef struct {
  char *audio_directory;
  char *video_directory;
  char *log_directory;
  char *spool_directory;
  double group_seconds;
  gboolean normalize;
  gboolean wav_payload;
  guint timeout_ms;
  char *imentiv_url;
  char *imentiv_key;
} CalldEgressSettings;

/**
 * CalldEgressCounts:
 * @units: samples of all channels, or frames, that are in files
 * @paused: those that were left out while the track was muted
 * @lost: those that could not be written
 * @blocks: blocks that are in files
 *
 * What the file sink of a chain has done.
 */
typedef struct {
  guint64 units;
  guint64 paused;
  guint64 lost;
  guint64 blocks;
} CalldEgressCounts;

/**
 * CalldEgressChain:
 *
 * The elements of one track, which whoever pushes into them works: no thread of their own. One
 * thread at a time.
 */
typedef struct _CalldEgressChain CalldEgressChain;

gboolean calld_egress_chain_init (GError **error);
gboolean calld_egress_chain_has_imentiv (void);
guint calld_egress_chain_recover (const CalldEgressSettings *settings);
GPtrArray *calld_egress_chain_post_leftovers (const CalldEgressSettings *settings);

CalldEgressChain *calld_egress_chain_new (const CalldEgressSettings *settings,
                                          const CallEgressQuery *query,
                                          const char *meeting_id,
                                          const CalldEgressFormat *format,
                                          GError **error);
void calld_egress_chain_free (CalldEgressChain *self);
gboolean calld_egress_chain_push (CalldEgressChain *self,
                                  guint8 *data,
                                  gsize length,
                                  guint64 time_ns,
                                  guint64 duration_ns);
void calld_egress_chain_push_mute (CalldEgressChain *self, gboolean muted);
void calld_egress_chain_push_gap (CalldEgressChain *self, guint64 time_ns, guint64 duration_ns);
void calld_egress_chain_push_flush (CalldEgressChain *self);
void calld_egress_chain_push_end (CalldEgressChain *self);
void calld_egress_chain_get_counts (CalldEgressChain *self, CalldEgressCounts *counts);

G_END_DECLS
