/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-reader"

#include "config.h"

#include "calld-record-meeting.h"
#include "calld-sqlite-reader-private.h"

#define MEETING                                                                                 \
  "SELECT id, meeting_id, room_name, room_sid, appointment_id, status = 'ACTIVE', started_at, " \
  "ended_at FROM meetings "
#define EGRESS                                                                                  \
  "SELECT id, meeting_id, room_name, track_id, participant, over, error, started_at, ended_at " \
  "FROM egresses "

static gpointer
read_meeting (CalldCursor *cursor)
{
  CalldMeetingRecord *meeting = g_new0 (CalldMeetingRecord, 1);

  meeting->id = calld_cursor_get_text (cursor);
  meeting->meeting_id = calld_cursor_get_text (cursor);
  meeting->room_name = calld_cursor_get_text (cursor);
  meeting->room_sid = calld_cursor_get_text (cursor);
  meeting->appointment_id = calld_cursor_get_text (cursor);
  meeting->active = calld_cursor_get_int (cursor) != 0;
  meeting->started_at = calld_cursor_get_int (cursor);
  meeting->ended_at = calld_cursor_get_int (cursor);
  return meeting;
}

static gpointer
read_egress (CalldCursor *cursor)
{
  CalldEgressRecord *egress = g_new0 (CalldEgressRecord, 1);

  egress->id = calld_cursor_get_text (cursor);
  egress->meeting_id = calld_cursor_get_text (cursor);
  egress->room_name = calld_cursor_get_text (cursor);
  egress->track_id = calld_cursor_get_text (cursor);
  egress->participant = calld_cursor_get_text (cursor);
  egress->over = calld_cursor_get_int (cursor) != 0;
  egress->error = calld_cursor_get_text (cursor);
  egress->started_at = calld_cursor_get_int (cursor);
  egress->ended_at = calld_cursor_get_int (cursor);
  return egress;
}

static void
bind_limit (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_nothing (CalldCursor *cursor, const CalldJob *job)
{
}

#define FREE_MEETING (GDestroyNotify) calld_meeting_record_free
#define FREE_EGRESS (GDestroyNotify) calld_egress_record_free

const CalldReading calld_sqlite_meeting_readings[] = {
  [CALLD_JOB_GET_MEETING - CALLD_JOB_FIRST_MEETING] = { MEETING "WHERE meeting_id = ?1",
                                                        read_meeting, FREE_MEETING, NULL,
                                                        "meeting" },
  [CALLD_JOB_GET_ACTIVE_MEETING -
      CALLD_JOB_FIRST_MEETING] = { MEETING "WHERE room_name = ?1 AND status = 'ACTIVE'",
                                   read_meeting, FREE_MEETING, NULL, "meeting" },
  [CALLD_JOB_LIST_MEETINGS -
      CALLD_JOB_FIRST_MEETING] = { MEETING "ORDER BY status, started_at DESC, id LIMIT ?1",
                                   read_meeting, FREE_MEETING, bind_limit, NULL },
  [CALLD_JOB_LIST_EGRESSES -
      CALLD_JOB_FIRST_MEETING] = { EGRESS "WHERE over = 0 ORDER BY started_at, id", read_egress,
                                   FREE_EGRESS, bind_nothing, NULL },
};
