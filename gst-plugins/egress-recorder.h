/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "egress-file.h"

G_BEGIN_DECLS

/**
 * GstCallEgressConfig:
 * @location: the folder of all meetings
 * @logs: (nullable): the folder of their logs
 * @meeting_id: (nullable): the meeting; without one the files go straight into @location
 * @room: (nullable): the room
 * @participant: (nullable): who speaks
 * @track: (nullable): the track
 * @group_seconds: a block is at most so long
 * @group_bytes: and at most so large, 0 for any size
 * @stagger: make the first block shorter by chance, so that many tracks do not flush at once
 * @limits: what each file may take
 *
 * How a track is recorded.
 */
typedef struct {
  char *location;
  char *logs;
  char *meeting_id;
  char *room;
  char *participant;
  char *track;
  double group_seconds;
  guint group_bytes;
  gboolean stagger;
  GstCallEgressLimits limits;
} GstCallEgressConfig;

/**
 * GstCallEgressRecorderClass:
 * @written: a block is in the file
 * @troubled: writing has failed for the first time since it last succeeded
 * @resumed: writing succeeds again after so many samples or frames were lost
 *
 * What the owner of a recorder hears, from inside the calls that add to it.
 */
typedef struct {
  void (*written) (gpointer owner, const char *path, const GstCallEgressLine *line);
  void (*troubled) (gpointer owner, const GError *error);
  void (*resumed) (gpointer owner, guint64 lost);
} GstCallEgressRecorderClass;

/**
 * GstCallEgressCounts:
 * @files: files that were begun
 * @blocks: blocks that were written
 * @bytes: bytes that were written
 * @units: samples of all channels, or frames of video, that were written
 * @lost: those that could not be written
 * @missing: samples that never came
 * @paused: samples that were left out because the track was muted
 *
 * What a recorder has done.
 */
typedef struct {
  guint64 files;
  guint64 blocks;
  guint64 bytes;
  guint64 units;
  guint64 lost;
  guint64 missing;
  guint64 paused;
} GstCallEgressCounts;

/**
 * GstCallEgressRecorder:
 *
 * Groups what a track brings into blocks, and writes them to files. One thread at a time; the times
 * it is given are of the wall clock, in microseconds since 1970.
 */
typedef struct _GstCallEgressRecorder GstCallEgressRecorder;

GstCallEgressRecorder *gst_call_egress_recorder_new (const GstCallEgressConfig *config,
                                                     const GstCallEgressRecorderClass *klass,
                                                     gpointer owner);
void gst_call_egress_recorder_free (GstCallEgressRecorder *self);
gboolean gst_call_egress_recorder_prepare (GstCallEgressRecorder *self, GError **error);
void gst_call_egress_recorder_set_format (GstCallEgressRecorder *self,
                                          const GstCallEgressFormat *format,
                                          gint64 time_us);
void gst_call_egress_recorder_add_samples (GstCallEgressRecorder *self,
                                           const guint8 *data,
                                           gsize length,
                                           gint64 time_us);
void gst_call_egress_recorder_add_frame (GstCallEgressRecorder *self,
                                         const guint8 *data,
                                         gsize length,
                                         guint64 pts,
                                         gint64 time_us);
void
gst_call_egress_recorder_add_gap (GstCallEgressRecorder *self, guint64 missing, gint64 time_us);
void
gst_call_egress_recorder_set_muted (GstCallEgressRecorder *self, gboolean muted, gint64 time_us);
void gst_call_egress_recorder_flush (GstCallEgressRecorder *self, gint64 time_us);
void
gst_call_egress_recorder_close (GstCallEgressRecorder *self, const char *reason, gint64 time_us);
void gst_call_egress_recorder_get_counts (GstCallEgressRecorder *self, GstCallEgressCounts *counts);
const char *gst_call_egress_recorder_get_path (GstCallEgressRecorder *self);

G_END_DECLS
