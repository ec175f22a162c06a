/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>

G_BEGIN_DECLS

/*
 * DeskSection: where an appointment stands in the list of the day, in this order.
 */
typedef enum {
  DESK_SECTION_NOW,     /* somebody waits, a call goes on, or its time has come */
  DESK_SECTION_LATER,   /* still to come */
  DESK_SECTION_EARLIER, /* over */
} DeskSection;

/*
 * DeskStanding: what matters most about an appointment at this moment.
 */
typedef enum {
  DESK_STANDING_WAITING,     /* the patient is in the waiting room */
  DESK_STANDING_IN_CALL,     /* a call is active */
  DESK_STANDING_IN_PROGRESS, /* met before, nobody is in a call now */
  DESK_STANDING_OPEN,        /* the window is open, the patient is not there */
  DESK_STANDING_UPCOMING,
  DESK_STANDING_COMPLETED,
  DESK_STANDING_NO_SHOW,
  DESK_STANDING_CANCELLED,
  DESK_STANDING_RESCHEDULED,
  DESK_STANDING_LAPSED, /* the window is over, the server has not settled it yet */
} DeskStanding;

DeskStanding desk_schedule_get_standing (CallAppointment *appointment, GDateTime *now);
DeskSection desk_schedule_get_section (CallAppointment *appointment, GDateTime *now);
int desk_schedule_compare (CallAppointment *a, CallAppointment *b, GDateTime *now);

gboolean desk_schedule_can_call (CallAppointment *appointment, GDateTime *now);
gboolean desk_schedule_can_move (CallAppointment *appointment);

const char *desk_schedule_section_title (DeskSection section);
char *desk_schedule_describe (CallAppointment *appointment, GDateTime *now);
const char *desk_standing_style (DeskStanding standing);

void desk_schedule_watch (CallAppointment *appointment, GCallback changed, gpointer object);
void desk_schedule_unwatch (CallAppointment *appointment, gpointer object);

G_END_DECLS
