/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store"

#include "config.h"

#include "calld-store-meeting.h"

#include "calld-store-private.h"

/**
 * calld_store_get_meeting_async:
 * @self: a store
 * @meeting_id: the name its files have
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Reads a meeting.
 */
void
calld_store_get_meeting_async (CalldStore *self,
                               const char *meeting_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_MEETING, meeting_id), cancellable,
                      callback, user_data);
}

/**
 * calld_store_get_active_meeting_async:
 * @self: a store
 * @room_name: a room
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Reads the meeting that goes on in a room.
 */
void
calld_store_get_active_meeting_async (CalldStore *self,
                                      const char *room_name,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_ACTIVE_MEETING, room_name), cancellable,
                      callback, user_data);
}

CalldMeetingRecord *
calld_store_get_meeting_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_store_list_meetings_async:
 * @self: a store
 * @limit: at most so many
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists meetings: those that go on first, then the newest.
 */
void
calld_store_list_meetings_async (CalldStore *self,
                                 guint limit,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_MEETINGS, NULL);

  job->limit = limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_egresses_async:
 * @self: a store
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists what LiveKit was asked to send and what is not over, the oldest first.
 */
void
calld_store_list_egresses_async (CalldStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_EGRESSES, NULL), cancellable, callback,
                      user_data);
}
