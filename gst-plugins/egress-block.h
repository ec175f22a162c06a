/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include <sys/uio.h>

G_BEGIN_DECLS

#define GST_CALL_EGRESS_PAGE_SIZE 16384
/* Free pages that the process keeps: 16 MiB; what is more goes back to the system. */
#define GST_CALL_EGRESS_SPARE_PAGES 1024
#define GST_CALL_EGRESS_BLOCK_MAX (64 * 1024 * 1024)

/**
 * GstCallEgressBlock:
 *
 * Bytes that wait to be written together, in pages of a pool that all blocks of the process share:
 * tracks whose flushes are staggered need little more than half of what they would need otherwise.
 * One thread at a time.
 */
typedef struct {
  GPtrArray *pages;
  gsize length;
} GstCallEgressBlock;

void gst_call_egress_block_init (GstCallEgressBlock *self);
void gst_call_egress_block_clear (GstCallEgressBlock *self);
gboolean gst_call_egress_block_append (GstCallEgressBlock *self, gconstpointer data, gsize length);
guint gst_call_egress_block_get_vectors (const GstCallEgressBlock *self,
                                         struct iovec *vectors,
                                         guint first,
                                         guint n);
guint gst_call_egress_block_count_spare (void);

/**
 * GstCallEgressLevel:
 * @rms_db: the power of the samples, in dB of full scale; -120 for silence
 * @peak_db: the largest sample, in dB of full scale
 *
 * How loud a block is.
 */
typedef struct {
  double rms_db;
  double peak_db;
} GstCallEgressLevel;

void gst_call_egress_block_describe (const GstCallEgressBlock *self,
                                     GstCallEgressLevel *level,
                                     char hex[65]);

G_END_DECLS
