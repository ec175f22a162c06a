/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-spool.h"

G_BEGIN_DECLS

typedef struct _GstCallHttpQueue GstCallHttpQueue;

typedef struct {
  const char *location;
  const char *api_key;  /* nullable */
  guint timeout_ms;     /* for one try */
  guint retry_delay_ms; /* after the first try */
  gsize max_memory;     /* bytes of blocks on their way to the spool */
} GstCallHttpQueueConfig;

typedef struct {
  guint64 delivered, delivered_bytes;
  guint64 failures;         /* tries in vain */
  guint64 dead;             /* blocks that the endpoint refused */
  guint64 lost, lost_bytes; /* blocks that did not fit */
  guint64 torn;             /* blocks that did not survive on disk */
  guint64 pending, pending_bytes;
  guint last_status; /* 0: no answer */
} GstCallHttpStats;

typedef enum {
  GST_CALL_HTTP_EVENT_DOWN, /* three tries in vain; blocks stay in the spool */
  GST_CALL_HTTP_EVENT_UP,   /* blocks arrive again */
  GST_CALL_HTTP_EVENT_DEAD, /* a block was refused */
  GST_CALL_HTTP_EVENT_LOST, /* a block did not fit */
} GstCallHttpEvent;

/* Called in the thread of the queue, or in that which pushes. */
typedef void (*GstCallHttpEventFunc) (GstCallHttpEvent event, guint status, gpointer user_data);

GstCallHttpQueue *gst_call_http_queue_new (const GstCallHttpQueueConfig *config,
                                           GstCallSpool *spool,
                                           GstCallHttpEventFunc func,
                                           gpointer user_data);
void gst_call_http_queue_free (GstCallHttpQueue *self);
gboolean gst_call_http_queue_push (GstCallHttpQueue *self, const char *meta, GBytes *body);
gboolean gst_call_http_queue_wait (GstCallHttpQueue *self, gint64 timeout_us);
void gst_call_http_queue_interrupt (GstCallHttpQueue *self, gboolean interrupted);
void gst_call_http_queue_replay (GstCallHttpQueue *self);
void gst_call_http_queue_get_stats (GstCallHttpQueue *self, GstCallHttpStats *stats);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstCallHttpQueue, gst_call_http_queue_free)

G_END_DECLS
