/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change.h"
#include "calld-record-meeting.h"

G_BEGIN_DECLS

/* Steps of a #CalldChange about meetings at LiveKit. Webhooks come late, twice and in any order:
 * each step leaves the same rows behind whatever came before it. */

/* CALL_ERROR_CONFLICT if it was heard before. Events older than a week are forgotten. */
void calld_change_note_event (CalldChange *self, const char *event_id, gint64 now_ms);

/* A meeting that is over stays over. An active one of the same room without a sid takes this one's;
 * one that began before this one is over; is it younger, then this one is over already. */
void calld_change_start_meeting (CalldChange *self, const CalldMeetingRecord *meeting);

/* Ends the one with @room_sid, or is it %NULL the active one of the room. One that is not known yet
 * is kept as over, so that a start that comes late does not begin it. */
void calld_change_end_meeting (CalldChange *self,
                               const char *room_name,
                               const char *room_sid,
                               gint64 now_ms);

/* Adds it, or writes over and error of the one that is there. */
void calld_change_set_egress (CalldChange *self, const CalldEgressRecord *egress);

G_END_DECLS
