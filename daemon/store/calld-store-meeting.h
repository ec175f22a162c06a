/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-record-meeting.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* What CalldStore reads of calld-record-meeting.h. */

void calld_store_get_meeting_async (CalldStore *self,
                                    const char *meeting_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
void calld_store_get_active_meeting_async (CalldStore *self,
                                           const char *room_name,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CalldMeetingRecord *
calld_store_get_meeting_finish (CalldStore *self, GAsyncResult *result, GError **error);

/* Both end with calld_store_list_finish(). */
void calld_store_list_meetings_async (CalldStore *self,
                                      guint limit,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_store_list_egresses_async (CalldStore *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);

G_END_DECLS
