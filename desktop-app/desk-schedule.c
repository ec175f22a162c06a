/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-schedule"

#include "config.h"

#include "desk-schedule.h"

#include "desk-time-text.h"

#include <glib/gi18n.h>

/* Pure: what an appointment means to the clinician at a given moment. */

/* The list keeps the participant, and that its time, alive. */
static GDateTime *
waiting_since (CallAppointment *appointment)
{
  GListModel *waiting = call_appointment_get_waiting (appointment);

  for (guint i = 0; i < g_list_model_get_n_items (waiting); i++) {
    g_autoptr (CallParticipant) who = g_list_model_get_item (waiting, i);

    if (call_participant_get_role (who) == CALL_ROLE_PATIENT)
      return call_participant_get_waiting_since (who);
  }
  return NULL;
}

static gboolean
has_passed (GDateTime *when, GDateTime *now)
{
  return when != NULL && g_date_time_compare (when, now) <= 0;
}

static DeskStanding
standing_of_open (CallAppointment *appointment, GDateTime *now)
{
  if (call_appointment_get_active_call (appointment) != NULL)
    return DESK_STANDING_IN_CALL;
  if (waiting_since (appointment) != NULL)
    return DESK_STANDING_WAITING;
  if (has_passed (call_appointment_get_closes_at (appointment), now))
    return DESK_STANDING_LAPSED;
  if (call_appointment_get_status (appointment) == CALL_APPOINTMENT_IN_PROGRESS)
    return DESK_STANDING_IN_PROGRESS;
  if (has_passed (call_appointment_get_opens_at (appointment), now))
    return DESK_STANDING_OPEN;
  return DESK_STANDING_UPCOMING;
}

/**
 * desk_schedule_get_standing:
 * @appointment: an appointment
 * @now: the current time
 *
 * Returns: what matters most about @appointment now
 */
DeskStanding
desk_schedule_get_standing (CallAppointment *appointment, GDateTime *now)
{
  switch (call_appointment_get_status (appointment)) {
  case CALL_APPOINTMENT_COMPLETED:
    return DESK_STANDING_COMPLETED;
  case CALL_APPOINTMENT_NO_SHOW:
    return DESK_STANDING_NO_SHOW;
  case CALL_APPOINTMENT_CANCELLED:
    return DESK_STANDING_CANCELLED;
  case CALL_APPOINTMENT_RESCHEDULED:
    return DESK_STANDING_RESCHEDULED;
  case CALL_APPOINTMENT_SCHEDULED:
  case CALL_APPOINTMENT_IN_PROGRESS:
  default:
    return standing_of_open (appointment, now);
  }
}

/**
 * desk_schedule_get_section:
 * @appointment: an appointment
 * @now: the current time
 *
 * Returns: the section of the day's list that @appointment belongs to
 */
DeskSection
desk_schedule_get_section (CallAppointment *appointment, GDateTime *now)
{
  static const DeskSection sections[] = {
    [DESK_STANDING_WAITING] = DESK_SECTION_NOW,
    [DESK_STANDING_IN_CALL] = DESK_SECTION_NOW,
    [DESK_STANDING_IN_PROGRESS] = DESK_SECTION_NOW,
    [DESK_STANDING_OPEN] = DESK_SECTION_NOW,
    [DESK_STANDING_UPCOMING] = DESK_SECTION_LATER,
    [DESK_STANDING_COMPLETED] = DESK_SECTION_EARLIER,
    [DESK_STANDING_NO_SHOW] = DESK_SECTION_EARLIER,
    [DESK_STANDING_CANCELLED] = DESK_SECTION_EARLIER,
    [DESK_STANDING_RESCHEDULED] = DESK_SECTION_EARLIER,
    [DESK_STANDING_LAPSED] = DESK_SECTION_EARLIER,
  };

  return sections[desk_schedule_get_standing (appointment, now)];
}

static int
compare_waiting (CallAppointment *a, CallAppointment *b)
{
  GDateTime *since_a = waiting_since (a);
  GDateTime *since_b = waiting_since (b);

  if (since_a != NULL && since_b != NULL)
    return g_date_time_compare (since_a, since_b);
  return (since_b != NULL) - (since_a != NULL);
}

/**
 * desk_schedule_compare:
 * @a: an appointment
 * @b: another
 * @now: the current time
 *
 * Orders by section; in the first one who has waited longest comes first; then by time.
 *
 * Returns: as strcmp()
 */
int
desk_schedule_compare (CallAppointment *a, CallAppointment *b, GDateTime *now)
{
  DeskSection section = desk_schedule_get_section (a, now);
  int order = (int) section - (int) desk_schedule_get_section (b, now);

  if (order == 0 && section == DESK_SECTION_NOW)
    order = compare_waiting (a, b);
  if (order == 0)
    order = g_date_time_compare (call_appointment_get_scheduled_at (a),
                                 call_appointment_get_scheduled_at (b));
  /* The latest of those that are over is the one looked for. */
  if (section == DESK_SECTION_EARLIER && desk_schedule_get_section (b, now) == section)
    order = -order;
  return order != 0 ? order : g_strcmp0 (call_appointment_get_id (a), call_appointment_get_id (b));
}

/**
 * desk_schedule_can_call:
 * @appointment: an appointment
 * @now: the current time
 *
 * Only a hint for the button: the server decides.
 *
 * Returns: whether a call can be asked for
 */
gboolean
desk_schedule_can_call (CallAppointment *appointment, GDateTime *now)
{
  return desk_schedule_get_section (appointment, now) == DESK_SECTION_NOW &&
         (has_passed (call_appointment_get_opens_at (appointment), now) ||
          call_appointment_get_active_call (appointment) != NULL);
}

/**
 * desk_schedule_can_move:
 * @appointment: an appointment
 *
 * Returns: whether @appointment can still be moved or cancelled
 */
gboolean
desk_schedule_can_move (CallAppointment *appointment)
{
  return call_appointment_get_status (appointment) == CALL_APPOINTMENT_SCHEDULED &&
         call_appointment_get_active_call (appointment) == NULL;
}

/**
 * desk_schedule_section_title:
 * @section: a section
 *
 * Returns: its heading, translated
 */
const char *
desk_schedule_section_title (DeskSection section)
{
  switch (section) {
  case DESK_SECTION_NOW:
    /* Translators: heading above the appointments whose time has come. */
    return _ ("Now");
  case DESK_SECTION_LATER:
    /* Translators: heading above the appointments still to come. */
    return _ ("Later");
  case DESK_SECTION_EARLIER:
  default:
    /* Translators: heading above the appointments that are over. */
    return _ ("Earlier");
  }
}

static char *
describe_no_show (CallAppointment *appointment)
{
  const char *missing = call_appointment_get_missing (appointment);

  if (g_strcmp0 (missing, "patient") == 0)
    return g_strdup (_ ("The patient did not come"));
  if (g_strcmp0 (missing, "doctor") == 0)
    return g_strdup (_ ("The patient waited, but nobody called"));
  return g_strdup (_ ("Nobody came"));
}

static char *
describe_upcoming (CallAppointment *appointment, GDateTime *now)
{
  GDateTime *opens_at = call_appointment_get_opens_at (appointment);
  g_autofree char *until = desk_time_text_until (
      opens_at != NULL ? opens_at : call_appointment_get_scheduled_at (appointment), now);

  /* Translators: %s is "in 12 minutes" or "now". */
  return g_strdup_printf (_ ("Opens %s"), until);
}

/**
 * desk_schedule_describe:
 * @appointment: an appointment
 * @now: the current time
 *
 * Returns: (transfer full): its standing as a short sentence, translated
 */
char *
desk_schedule_describe (CallAppointment *appointment, GDateTime *now)
{
  switch (desk_schedule_get_standing (appointment, now)) {
  case DESK_STANDING_WAITING:
    return desk_time_text_waiting (waiting_since (appointment), now);
  case DESK_STANDING_IN_CALL:
    return g_strdup (_ ("Call in progress"));
  case DESK_STANDING_IN_PROGRESS:
    return g_strdup (_ ("Not finished yet"));
  case DESK_STANDING_OPEN:
    return g_strdup (_ ("The patient is not here yet"));
  case DESK_STANDING_UPCOMING:
    return describe_upcoming (appointment, now);
  case DESK_STANDING_COMPLETED:
    return g_strdup (_ ("Completed"));
  case DESK_STANDING_NO_SHOW:
    return describe_no_show (appointment);
  case DESK_STANDING_CANCELLED:
    return g_strdup (_ ("Cancelled"));
  case DESK_STANDING_RESCHEDULED:
    return g_strdup (_ ("Moved to another time"));
  case DESK_STANDING_LAPSED:
  default:
    return g_strdup (_ ("Its time is over"));
  }
}

/**
 * desk_standing_style:
 * @standing: a standing
 *
 * Returns: the style class of the label that tells it
 */
const char *
desk_standing_style (DeskStanding standing)
{
  switch (standing) {
  case DESK_STANDING_WAITING:
    return "waiting";
  case DESK_STANDING_IN_CALL:
  case DESK_STANDING_IN_PROGRESS:
    return "in-call";
  case DESK_STANDING_NO_SHOW:
    return "missed";
  case DESK_STANDING_OPEN:
  case DESK_STANDING_UPCOMING:
  case DESK_STANDING_COMPLETED:
  case DESK_STANDING_CANCELLED:
  case DESK_STANDING_RESCHEDULED:
  case DESK_STANDING_LAPSED:
  default:
    return "calm";
  }
}

/**
 * desk_schedule_watch:
 * @appointment: an appointment
 * @changed: called with @object when anything about @appointment has changed
 * @object: who wants to know
 *
 * Follows an appointment and its waiting room, until @object goes or desk_schedule_unwatch().
 */
void
desk_schedule_watch (CallAppointment *appointment, GCallback changed, gpointer object)
{
  g_signal_connect_object (appointment, "notify", changed, object, G_CONNECT_SWAPPED);
  g_signal_connect_object (call_appointment_get_waiting (appointment), "items-changed", changed,
                           object, G_CONNECT_SWAPPED);
}

/**
 * desk_schedule_unwatch:
 * @appointment: an appointment
 * @object: who wanted to know
 *
 * Ends desk_schedule_watch().
 */
void
desk_schedule_unwatch (CallAppointment *appointment, gpointer object)
{
  g_signal_handlers_disconnect_by_data (appointment, object);
  g_signal_handlers_disconnect_by_data (call_appointment_get_waiting (appointment), object);
}
