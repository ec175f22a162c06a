/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "egress-block.h"

G_BEGIN_DECLS

/**
 * GstCallEgressGap:
 * @position: the sample, counted in the file, before which something is missing
 * @missing: how many samples are missing
 *
 * What did not come.
 */
typedef struct {
  guint64 position;
  guint64 missing;
} GstCallEgressGap;

/**
 * GstCallEgressLine:
 * @number: the number of the block, from 0
 * @time_us: when its first byte came, microseconds since 1970
 * @position: its first sample of all channels, or its first frame of video, in the file
 * @count: how many of them it holds
 * @offset: its first byte, counted from the end of the file's header
 * @bytes: how many bytes it holds
 * @level: how loud it is, if it is PCM
 * @has_level: whether it is
 * @gaps: (array length=n_gaps) (nullable): what is missing in it
 * @n_gaps: how many gaps there are
 * @paused: how many samples were left out before it, while the track was muted
 * @is_recovered: whether it was found in the file after a crash
 * @sha256: of its bytes
 *
 * What the sidecar and the log say about a block.
 */
typedef struct {
  guint64 number;
  gint64 time_us;
  guint64 position;
  guint64 count;
  guint64 offset;
  guint64 bytes;
  GstCallEgressLevel level;
  gboolean has_level;
  const GstCallEgressGap *gaps;
  guint n_gaps;
  guint64 paused;
  gboolean is_recovered;
  char sha256[65];
} GstCallEgressLine;

/**
 * GstCallEgressNews:
 * @GST_CALL_EGRESS_MUTED: the track is muted: recording pauses
 * @GST_CALL_EGRESS_UNMUTED: it goes on
 * @GST_CALL_EGRESS_LOST: something could not be written
 * @GST_CALL_EGRESS_CLOSED: the end of the file; the last line
 *
 * What else a sidecar tells.
 */
typedef enum {
  GST_CALL_EGRESS_MUTED,
  GST_CALL_EGRESS_UNMUTED,
  GST_CALL_EGRESS_LOST,
  GST_CALL_EGRESS_CLOSED,
} GstCallEgressNews;

char *gst_call_egress_line_to_json (const GstCallEgressLine *self);
char *gst_call_egress_line_to_log (const GstCallEgressLine *self, const char *name);
gboolean gst_call_egress_line_parse (const char *text, gsize length, GstCallEgressLine *line);
gboolean gst_call_egress_line_is_last (const char *text, gsize length);
char *gst_call_egress_news_to_json (GstCallEgressNews news,
                                    gint64 time_us,
                                    guint64 position,
                                    guint64 count,
                                    const char *reason);
char *gst_call_egress_news_to_log (GstCallEgressNews news,
                                   gint64 time_us,
                                   const char *name,
                                   guint64 position,
                                   guint64 count,
                                   const char *reason);
char *gst_call_egress_time (gint64 time_us);

G_END_DECLS
