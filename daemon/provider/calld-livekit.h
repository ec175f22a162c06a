/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-config.h"
#include "calld-store.h"

#include "call-livekit.h"

G_BEGIN_DECLS

/**
 * CalldLivekitSign:
 * @room_name: the room
 * @participant: (nullable): whose track
 * @track_id: the track
 * @user_data: what was given with the function
 *
 * Makes the address to which LiveKit sends a track.
 *
 * Returns: (transfer full): a URL that is good for a while
 */
typedef char *(*CalldLivekitSign) (const char *room_name,
                                   const char *participant,
                                   const char *track_id,
                                   gpointer user_data);

#define CALLD_TYPE_LIVEKIT (calld_livekit_get_type ())
G_DECLARE_FINAL_TYPE (CalldLivekit, calld_livekit, CALLD, LIVEKIT, GObject)

CalldLivekit *calld_livekit_new (CalldConfig *config,
                                 CalldClock *clock,
                                 CalldStore *store,
                                 CalldLivekitSign sign,
                                 gpointer user_data);

void calld_livekit_start_egress_async (CalldLivekit *self,
                                       const char *room_name,
                                       const char *track_id,
                                       const char *participant,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
CallLivekitEgress *
calld_livekit_start_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error);

void calld_livekit_stop_egress_async (CalldLivekit *self,
                                      const char *egress_id,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
calld_livekit_stop_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error);

void calld_livekit_list_egress_async (CalldLivekit *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
GPtrArray *
calld_livekit_list_egress_finish (CalldLivekit *self, GAsyncResult *result, GError **error);

G_END_DECLS
