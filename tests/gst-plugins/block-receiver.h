/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BlockReceiver BlockReceiver;

/* A request that came in, answered or not. */
typedef struct {
  char *key; /* Idempotency-Key */
  guint64 sequence;
  char *query;
  char *content_type, *authorization, *meeting, *participant, *track;
  GBytes *body;
  guint status; /* of the answer; 0: none was given */
  gint64 time;  /* monotonic */
} BlockRequest;

#define BLOCK_RECEIVER_HANGS 1 /* instead of a status: never answers */

BlockReceiver *block_receiver_new (guint port);
void block_receiver_free (BlockReceiver *self);
guint block_receiver_get_port (BlockReceiver *self);
void block_receiver_plan (BlockReceiver *self, const guint *statuses, guint n);
void block_receiver_wait (BlockReceiver *self, guint n_taken);
GPtrArray *block_receiver_get_requests (BlockReceiver *self);
GPtrArray *block_receiver_get_taken (BlockReceiver *self);

G_END_DECLS
