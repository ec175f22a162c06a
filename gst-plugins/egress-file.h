/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "egress-block.h"
#include "egress-line.h"
#include "wav-header.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define GST_CALL_EGRESS_SIDECAR ".jsonl"

/**
 * GstCallEgressKind:
 * @GST_CALL_EGRESS_WAV: samples with a header
 * @GST_CALL_EGRESS_IVF: frames of video with a header each, and one for the file
 * @GST_CALL_EGRESS_RAW: bytes as they come: Annex-B, Ogg
 *
 * What a file looks like.
 */
typedef enum {
  GST_CALL_EGRESS_WAV,
  GST_CALL_EGRESS_IVF,
  GST_CALL_EGRESS_RAW,
} GstCallEgressKind;

/**
 * GstCallEgressSync:
 * @GST_CALL_EGRESS_SYNC_NONE: the system writes to the disk when it likes
 * @GST_CALL_EGRESS_SYNC_CLOSE: the file is on the disk when it is closed
 * @GST_CALL_EGRESS_SYNC_BLOCK: each block is on the disk before the next is taken
 *
 * What survives a power failure. Whatever was flushed survives the death of the process.
 */
typedef enum {
  GST_CALL_EGRESS_SYNC_NONE,
  GST_CALL_EGRESS_SYNC_CLOSE,
  GST_CALL_EGRESS_SYNC_BLOCK,
} GstCallEgressSync;

/**
 * GstCallEgressFormat:
 * @kind: what the file looks like
 * @wav: of %GST_CALL_EGRESS_WAV
 * @fourcc: of %GST_CALL_EGRESS_IVF
 * @extension: of the name
 *
 * What goes into a file.
 */
typedef struct {
  GstCallEgressKind kind;
  GstCallWavFormat wav;
  char fourcc[5];
  const char *extension;
} GstCallEgressFormat;

/**
 * GstCallEgressPlace:
 * @folder: the folder of the meeting, which exists
 * @log: (nullable): the log of the meeting
 * @room: (nullable): for the name, and for the first line of the sidecar
 * @participant: (nullable): likewise
 * @track: (nullable): likewise
 *
 * Where a file goes, and whose it is.
 */
typedef struct {
  const char *folder;
  const char *log;
  const char *room;
  const char *participant;
  const char *track;
} GstCallEgressPlace;

/**
 * GstCallEgressLimits:
 * @sync: what survives a power failure
 * @max_bytes: how long the file may grow, 0 for any length
 * @min_free: bytes of the disk that are left alone
 *
 * What a file may take.
 */
typedef struct {
  GstCallEgressSync sync;
  guint64 max_bytes;
  guint64 min_free;
} GstCallEgressLimits;

/**
 * GstCallEgressFile:
 *
 * A file that grows by blocks and is playable after each, and its sidecar. One thread at a time.
 */
typedef struct _GstCallEgressFile GstCallEgressFile;

GstCallEgressFile *gst_call_egress_file_new (const GstCallEgressPlace *place,
                                             const GstCallEgressFormat *format,
                                             const GstCallEgressLimits *limits,
                                             gint64 time_us,
                                             GError **error);
gboolean gst_call_egress_file_append (GstCallEgressFile *self,
                                      const GstCallEgressBlock *block,
                                      GstCallEgressLine *line,
                                      GError **error);
gboolean gst_call_egress_file_tell (GstCallEgressFile *self,
                                    GstCallEgressNews news,
                                    gint64 time_us,
                                    guint64 position,
                                    guint64 count,
                                    const char *reason,
                                    GError **error);
gboolean gst_call_egress_file_close (GstCallEgressFile *self,
                                     gint64 time_us,
                                     const char *reason,
                                     GError **error);
void gst_call_egress_file_set_picture (GstCallEgressFile *self, guint width, guint height);
const char *gst_call_egress_file_get_path (GstCallEgressFile *self);
guint64 gst_call_egress_file_get_position (GstCallEgressFile *self);
guint64 gst_call_egress_file_get_bytes (GstCallEgressFile *self);

gboolean gst_call_egress_recover_file (const char *path, const char *log, GError **error);
guint gst_call_egress_recover (const char *location, const char *logs);

G_END_DECLS
