/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstCallSpool GstCallSpool;

/* What was put in: what is said of it, and itself. */
typedef struct {
  guint64 sequence;
  char *meta;
  GBytes *body;
} GstCallSpoolRecord;

void gst_call_spool_record_free (GstCallSpoolRecord *self);

GstCallSpool *gst_call_spool_open (const char *folder, guint64 max_bytes, GError **error);
void gst_call_spool_close (GstCallSpool *self);

gboolean gst_call_spool_append (GstCallSpool *self,
                                const char *meta,
                                GBytes *body,
                                guint64 *sequence,
                                GError **error);
GstCallSpoolRecord *gst_call_spool_peek (GstCallSpool *self);
void gst_call_spool_remove (GstCallSpool *self, guint64 sequence);
gboolean gst_call_spool_bury (GstCallSpool *self, guint64 sequence);
guint gst_call_spool_replay (GstCallSpool *self);

const char *gst_call_spool_get_id (const GstCallSpool *self);
guint gst_call_spool_get_count (const GstCallSpool *self);
guint64 gst_call_spool_get_size (const GstCallSpool *self);
guint gst_call_spool_get_n_torn (const GstCallSpool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallSpool, gst_call_spool_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallSpoolRecord, gst_call_spool_record_free)

G_END_DECLS
