/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-change"

#include "config.h"

#include "calld-change-meeting.h"

#include "calld-change-private.h"

void
calld_change_note_event (CalldChange *self, const char *event_id, gint64 now_ms)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_NOTE_EVENT, NULL, NULL);

  step->key = g_strdup (event_id);
  step->now_ms = now_ms;
}

void
calld_change_start_meeting (CalldChange *self, const CalldMeetingRecord *meeting)
{
  calld_change_add_step (self, CALLD_STEP_START_MEETING, calld_meeting_record_copy (meeting),
                         (GDestroyNotify) calld_meeting_record_free);
}

void
calld_change_end_meeting (CalldChange *self,
                          const char *room_name,
                          const char *room_sid,
                          gint64 now_ms)
{
  g_autoptr (CalldMeetingRecord) meeting = calld_meeting_record_new (NULL, room_name, room_sid,
                                                                     now_ms);

  meeting->active = FALSE;
  meeting->ended_at = now_ms;
  calld_change_add_step (self, CALLD_STEP_END_MEETING, calld_meeting_record_copy (meeting),
                         (GDestroyNotify) calld_meeting_record_free);
}

void
calld_change_set_egress (CalldChange *self, const CalldEgressRecord *egress)
{
  calld_change_add_step (self, CALLD_STEP_SET_EGRESS, calld_egress_record_copy (egress),
                         (GDestroyNotify) calld_egress_record_free);
}
