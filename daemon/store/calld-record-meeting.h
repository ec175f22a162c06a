/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Rows about meetings at LiveKit. As in calld-record.h: times are milliseconds since 1970, 0 for
 * never; a record owns its strings. */

/**
 * CalldMeetingRecord:
 * @id: made by calld_meeting_record_new()
 * @meeting_id: the name its files have; unique; the room's sid if there is one
 * @room_name: the room; one meeting of a room is active at a time
 * @room_sid: (nullable): LiveKit's id of the room; %NULL until LiveKit tells
 * @appointment_id: (nullable): read only: the appointment whose id is in the room's name
 * @active: whether it goes on
 * @started_at: when it began
 * @ended_at: when it was over, 0 before
 */
typedef struct {
  char *id;
  char *meeting_id;
  char *room_name;
  char *room_sid;
  char *appointment_id;
  gboolean active;
  gint64 started_at;
  gint64 ended_at;
} CalldMeetingRecord;

/**
 * CalldEgressRecord:
 * @id: LiveKit's id of it
 * @meeting_id: what it belongs to
 * @room_name: the room
 * @track_id: the track
 * @participant: (nullable): whose
 * @over: whether it sends nothing any more; it stays over
 * @error: (nullable): why it failed
 * @started_at: when it was asked for
 * @ended_at: when it was over, 0 before
 */
typedef struct {
  char *id;
  char *meeting_id;
  char *room_name;
  char *track_id;
  char *participant;
  gboolean over;
  char *error;
  gint64 started_at;
  gint64 ended_at;
} CalldEgressRecord;

CalldMeetingRecord *calld_meeting_record_new (const char *meeting_id,
                                              const char *room_name,
                                              const char *room_sid,
                                              gint64 started_at);
CalldMeetingRecord *calld_meeting_record_copy (const CalldMeetingRecord *self);
void calld_meeting_record_free (CalldMeetingRecord *self);
CalldEgressRecord *calld_egress_record_copy (const CalldEgressRecord *self);
void calld_egress_record_free (CalldEgressRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldMeetingRecord, calld_meeting_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldEgressRecord, calld_egress_record_free)

G_END_DECLS
