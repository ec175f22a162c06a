/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-record-meeting.h"
#include "calld-sqlite-writer-private.h"

#include "call-error.h"

/* LiveKit gives up after minutes; a week bounds the table. */
#define EVENT_KEPT_MS (G_GINT64_CONSTANT (7) * 24 * 3600 * 1000)

static gboolean
forget_events (CalldSqliteWriter *self, gint64 before, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM livekit_events WHERE at < ?1");

  calld_cursor_bind_int (cursor, before);
  return calld_cursor_run (cursor, error);
}

gboolean
calld_sqlite_writer_note_event_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO livekit_events (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING");

  calld_cursor_bind_text (cursor, step->key);
  calld_cursor_bind_int (cursor, step->now_ms);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                      "This event was heard before.", error) &&
         forget_events (self, step->now_ms - EVENT_KEPT_MS, error);
}

/* An active meeting whose room has no sid yet is that of a sid which no other meeting has. */
#define IS_NAMELESS(sid, room)                                                                 \
  "(room_name = " room " AND status = 'ACTIVE' AND (" sid " IS NULL OR (room_sid IS NULL AND " \
  "NOT EXISTS (SELECT 1 FROM meetings WHERE room_sid = " sid "))))"

/* Whether LiveKit's id of the room is known; an active room that has none yet gets it. */
static gboolean
adopt (CalldSqliteWriter *self, const CalldMeetingRecord *meeting, gboolean *known, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE meetings SET room_sid = coalesce (room_sid, ?1) WHERE meeting_id = ?2 OR "
                "room_sid = ?1 OR " IS_NAMELESS ("?1", "?3"));

  calld_cursor_bind_text (cursor, meeting->room_sid);
  calld_cursor_bind_text (cursor, meeting->meeting_id);
  calld_cursor_bind_text (cursor, meeting->room_name);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  *known = calld_sqlite_get_changes (self->db) > 0;
  return TRUE;
}

static gboolean
end_older (CalldSqliteWriter *self, const CalldMeetingRecord *meeting, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE meetings SET status = 'ENDED', ended_at = max (started_at, ?2) WHERE "
                "room_name = ?1 AND status = 'ACTIVE' AND started_at <= ?2");

  calld_cursor_bind_text (cursor, meeting->room_name);
  calld_cursor_bind_int (cursor, meeting->started_at);
  return calld_cursor_run (cursor, error);
}

/* One that is younger and active has been found: this one is over. */
static gboolean
insert (CalldSqliteWriter *self, const CalldMeetingRecord *meeting, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO meetings (id, meeting_id, room_name, room_sid, appointment_id, status, "
      "started_at, ended_at) SELECT ?1, ?2, ?3, ?4, (SELECT id FROM appointments WHERE "
      "instr (?3, id) > 0), CASE WHEN ?5 AND younger = 0 THEN 'ACTIVE' ELSE 'ENDED' END, ?6, "
      "CASE WHEN ?5 AND younger <> 0 THEN younger ELSE ?7 END FROM (SELECT coalesce (max "
      "(started_at), 0) AS younger FROM meetings WHERE room_name = ?3 AND status = 'ACTIVE')");

  calld_cursor_bind_text (cursor, meeting->id);
  calld_cursor_bind_text (cursor, meeting->meeting_id);
  calld_cursor_bind_text (cursor, meeting->room_name);
  calld_cursor_bind_text (cursor, meeting->room_sid);
  calld_cursor_bind_int (cursor, meeting->active);
  calld_cursor_bind_int (cursor, meeting->started_at);
  calld_cursor_bind_int (cursor, meeting->ended_at);
  return calld_cursor_run (cursor, error);
}

gboolean
calld_sqlite_writer_start_meeting_step (CalldSqliteWriter *self,
                                        const CalldStep *step,
                                        GError **error)
{
  const CalldMeetingRecord *meeting = step->record;
  gboolean known;

  if (!adopt (self, meeting, &known, error))
    return FALSE;
  return known || (end_older (self, meeting, error) && insert (self, meeting, error));
}

gboolean
calld_sqlite_writer_end_meeting_step (CalldSqliteWriter *self,
                                      const CalldStep *step,
                                      GError **error)
{
  const CalldMeetingRecord *meeting = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "UPDATE meetings SET room_sid = coalesce (room_sid, ?1), status = 'ENDED', ended_at "
      "= CASE WHEN status = 'ENDED' THEN ended_at ELSE ?3 END WHERE room_sid = ?1 OR " IS_NAMELESS (
          "?1", "?2"));

  calld_cursor_bind_text (cursor, meeting->room_sid);
  calld_cursor_bind_text (cursor, meeting->room_name);
  calld_cursor_bind_int (cursor, meeting->ended_at);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  return calld_sqlite_get_changes (self->db) > 0 || meeting->room_sid == NULL ||
         insert (self, meeting, error);
}

gboolean
calld_sqlite_writer_egress_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldEgressRecord *egress = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO egresses (id, meeting_id, room_name, track_id, participant, over, error, "
      "started_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO "
      "UPDATE SET error = coalesce (error, ?7), ended_at = CASE WHEN over THEN ended_at ELSE ?9 "
      "END, over = max (over, ?6)");

  calld_cursor_bind_text (cursor, egress->id);
  calld_cursor_bind_text (cursor, egress->meeting_id);
  calld_cursor_bind_text (cursor, egress->room_name);
  calld_cursor_bind_text (cursor, egress->track_id);
  calld_cursor_bind_text (cursor, egress->participant);
  calld_cursor_bind_int (cursor, egress->over != FALSE);
  calld_cursor_bind_text (cursor, egress->error);
  calld_cursor_bind_int (cursor, egress->started_at);
  calld_cursor_bind_int (cursor, egress->ended_at);
  return calld_cursor_run (cursor, error);
}
