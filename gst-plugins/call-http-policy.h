/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_CALL_HTTP_TRIES 3

typedef enum {
  GST_CALL_HTTP_DELIVERED,
  GST_CALL_HTTP_RETRY,
  GST_CALL_HTTP_BURY,
} GstCallHttpOutcome;

/* What is said of a block. */
typedef struct {
  const char *meeting;
  const char *participant;
  const char *track;
  guint rate, channels;
  gboolean is_wav;
} GstCallHttpBlock;

GstCallHttpOutcome gst_call_http_policy_judge (guint status);
guint gst_call_http_policy_delay_ms (guint n_failed, guint base_ms);
guint gst_call_http_policy_retry_after_ms (const char *value);
char *gst_call_http_policy_make_meta (const GstCallHttpBlock *block);
char *gst_call_http_policy_make_url (const char *endpoint, const char *query);

G_END_DECLS
