/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-clock.h"
#include "calld-config.h"
#include "calld-record-meeting.h"
#include "calld-store.h"

#include "call-livekit.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_TYPE_MEETINGS (calld_meetings_get_type ())
G_DECLARE_FINAL_TYPE (CalldMeetings, calld_meetings, CALLD, MEETINGS, GObject)

CalldMeetings *calld_meetings_new (CalldConfig *config, CalldClock *clock, CalldStore *store);

void calld_meetings_take_webhook_async (CalldMeetings *self,
                                        const char *authorization,
                                        GBytes *body,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
gboolean
calld_meetings_take_webhook_finish (CalldMeetings *self, GAsyncResult *result, GError **error);

void calld_meetings_resolve_async (CalldMeetings *self,
                                   const char *meeting_id,
                                   const char *room_name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
CalldMeetingRecord *
calld_meetings_resolve_finish (CalldMeetings *self, GAsyncResult *result, GError **error);

void calld_meetings_note_egress (CalldChange *change,
                                 const CallLivekitEgress *egress,
                                 const char *participant,
                                 gint64 now_ms);

void calld_meetings_may_analyse_async (CalldMeetings *self,
                                       const CalldMeetingRecord *meeting,
                                       const char *participant,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
gboolean
calld_meetings_may_analyse_finish (CalldMeetings *self, GAsyncResult *result, GError **error);

G_END_DECLS
