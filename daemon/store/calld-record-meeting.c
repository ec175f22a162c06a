/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-record"

#include "config.h"

#include "calld-record-meeting.h"

#include "call-id.h"

/**
 * calld_meeting_record_new:
 * @meeting_id: (nullable): the name its files have; %NULL: the room's sid, or else a fresh id
 * @room_name: the room
 * @room_sid: (nullable): LiveKit's id of the room
 * @started_at: when it began
 *
 * Makes a meeting that goes on.
 *
 * Returns: (transfer full): the record
 */
CalldMeetingRecord *
calld_meeting_record_new (const char *meeting_id,
                          const char *room_name,
                          const char *room_sid,
                          gint64 started_at)
{
  CalldMeetingRecord *self = g_new0 (CalldMeetingRecord, 1);

  self->id = call_id_new ();
  self->meeting_id = g_strdup (meeting_id != NULL ? meeting_id
                               : room_sid != NULL ? room_sid
                                                  : self->id);
  self->room_name = g_strdup (room_name);
  self->room_sid = g_strdup (room_sid);
  self->active = TRUE;
  self->started_at = started_at;
  return self;
}

CalldMeetingRecord *
calld_meeting_record_copy (const CalldMeetingRecord *self)
{
  CalldMeetingRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->meeting_id = g_strdup (self->meeting_id);
  copy->room_name = g_strdup (self->room_name);
  copy->room_sid = g_strdup (self->room_sid);
  copy->appointment_id = g_strdup (self->appointment_id);
  return copy;
}

void
calld_meeting_record_free (CalldMeetingRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->meeting_id);
  g_free (self->room_name);
  g_free (self->room_sid);
  g_free (self->appointment_id);
  g_free (self);
}

CalldEgressRecord *
calld_egress_record_copy (const CalldEgressRecord *self)
{
  CalldEgressRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->meeting_id = g_strdup (self->meeting_id);
  copy->room_name = g_strdup (self->room_name);
  copy->track_id = g_strdup (self->track_id);
  copy->participant = g_strdup (self->participant);
  copy->error = g_strdup (self->error);
  return copy;
}

void
calld_egress_record_free (CalldEgressRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->meeting_id);
  g_free (self->room_name);
  g_free (self->track_id);
  g_free (self->participant);
  g_free (self->error);
  g_free (self);
}
