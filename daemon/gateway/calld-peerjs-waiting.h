/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-frame.h"

G_BEGIN_DECLS

/**
 * CalldPeerjsWaiting:
 *
 * Messages for peers that are not there (yet). Pure: time comes in as an argument. Bounded by the
 * messages for one peer and by the bytes for all; what does not fit is refused, and its sender is
 * to hear that it expired.
 */
typedef struct _CalldPeerjsWaiting CalldPeerjsWaiting;

/**
 * CalldPeerjsWaitingFunc:
 * @dst: the peer that did not come
 * @src: a peer that waited for it
 * @user_data: what was given
 *
 * Called once for each pair whose messages expired.
 */
typedef void (*CalldPeerjsWaitingFunc) (const char *dst, const char *src, gpointer user_data);

CalldPeerjsWaiting *calld_peerjs_waiting_new (guint max_for_one, gsize max_bytes);
void calld_peerjs_waiting_free (CalldPeerjsWaiting *self);
gboolean calld_peerjs_waiting_add (CalldPeerjsWaiting *self,
                                   const char *dst,
                                   const char *src,
                                   CalldFrame *frame,
                                   guint64 now_ms);
GPtrArray *calld_peerjs_waiting_take (CalldPeerjsWaiting *self, const char *dst);
void calld_peerjs_waiting_expire (CalldPeerjsWaiting *self,
                                  guint64 older_than_ms,
                                  CalldPeerjsWaitingFunc func,
                                  gpointer user_data);
gboolean calld_peerjs_waiting_is_empty (CalldPeerjsWaiting *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldPeerjsWaiting, calld_peerjs_waiting_free)

G_END_DECLS
