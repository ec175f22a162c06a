/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "desk-schedule.h"

#include <locale.h>

#define NOW "2026-03-02T14:00:00Z"

/* What the library receives, as the members of one appointment. */
typedef struct {
  CallAppointmentStatus status;
  const char *scheduled_at;
  const char *opens_at;
  const char *closes_at;
  const char *waiting_since;
  gboolean in_call;
  const char *missing;
} Facts;

static GDateTime *
at (const char *text)
{
  return text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
}

static CallAppointment *
make (const char *id, const Facts *facts)
{
  g_autoptr (GDateTime) scheduled = at (facts->scheduled_at);
  g_autoptr (GDateTime) opens = at (facts->opens_at);
  g_autoptr (GDateTime) closes = at (facts->closes_at);
  g_autoptr (GDateTime) since = at (facts->waiting_since);
  g_autoptr (CallParticipant) patient = call_participant_new ("p", "Maria Souza", CALL_ROLE_PATIENT,
                                                              since);
  g_autoptr (CallParticipant) doctor = call_participant_new ("d", "Ana", CALL_ROLE_DOCTOR, NULL);
  g_autoptr (CallActiveCall) active = NULL;
  CallAppointment *appointment;

  if (facts->in_call)
    active = call_active_call_new ("c", CALL_PROGRESS_ACTIVE, "d", "p", 1, NULL, NULL);
  appointment = g_object_new (CALL_TYPE_APPOINTMENT, "id", id, "status", facts->status,
                              "scheduled-at", scheduled, "duration-minutes", 30, "opens-at", opens,
                              "closes-at", closes, "doctor", doctor, "patient", patient,
                              "active-call", active, "missing", facts->missing, NULL);
  if (since != NULL)
    g_list_store_append (G_LIST_STORE (call_appointment_get_waiting (appointment)), patient);
  return appointment;
}

#define OPEN "2026-03-02T14:05:00Z", "2026-03-02T13:55:00Z", "2026-03-02T14:50:00Z"
#define FUTURE "2026-03-02T15:00:00Z", "2026-03-02T14:50:00Z", "2026-03-02T15:45:00Z"
#define PAST "2026-03-02T12:00:00Z", "2026-03-02T11:50:00Z", "2026-03-02T12:45:00Z"

static const struct {
  const char *name;
  Facts facts;
  DeskStanding standing;
  DeskSection section;
  gboolean can_call;
  gboolean can_move;
  const char *text;
} cases[] = {
  { "waiting",
    { CALL_APPOINTMENT_SCHEDULED, OPEN, "2026-03-02T13:57:00Z" },
    DESK_STANDING_WAITING,
    DESK_SECTION_NOW,
    TRUE,
    TRUE,
    "Waiting for 3 minutes" },
  { "early",
    { CALL_APPOINTMENT_SCHEDULED, FUTURE, "2026-03-02T13:59:30Z" },
    DESK_STANDING_WAITING,
    DESK_SECTION_NOW,
    FALSE,
    TRUE,
    "Just arrived" },
  { "in-call",
    { CALL_APPOINTMENT_IN_PROGRESS, OPEN, NULL, TRUE },
    DESK_STANDING_IN_CALL,
    DESK_SECTION_NOW,
    TRUE,
    FALSE,
    "Call in progress" },
  { "in-progress",
    { CALL_APPOINTMENT_IN_PROGRESS, OPEN },
    DESK_STANDING_IN_PROGRESS,
    DESK_SECTION_NOW,
    TRUE,
    FALSE,
    "Not finished yet" },
  { "open",
    { CALL_APPOINTMENT_SCHEDULED, OPEN },
    DESK_STANDING_OPEN,
    DESK_SECTION_NOW,
    TRUE,
    TRUE,
    "The patient is not here yet" },
  { "upcoming",
    { CALL_APPOINTMENT_SCHEDULED, FUTURE },
    DESK_STANDING_UPCOMING,
    DESK_SECTION_LATER,
    FALSE,
    TRUE,
    "Opens in 50 minutes" },
  { "lapsed",
    { CALL_APPOINTMENT_SCHEDULED, PAST },
    DESK_STANDING_LAPSED,
    DESK_SECTION_EARLIER,
    FALSE,
    TRUE,
    "Its time is over" },
  { "completed",
    { CALL_APPOINTMENT_COMPLETED, PAST },
    DESK_STANDING_COMPLETED,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "Completed" },
  { "no-show-patient",
    { CALL_APPOINTMENT_NO_SHOW, PAST, NULL, FALSE, "patient" },
    DESK_STANDING_NO_SHOW,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "The patient did not come" },
  { "no-show-doctor",
    { CALL_APPOINTMENT_NO_SHOW, PAST, NULL, FALSE, "doctor" },
    DESK_STANDING_NO_SHOW,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "The patient waited, but nobody called" },
  { "no-show-both",
    { CALL_APPOINTMENT_NO_SHOW, PAST, NULL, FALSE, "both" },
    DESK_STANDING_NO_SHOW,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "Nobody came" },
  /* Whoever still waits for it is told by the server; here it is over. */
  { "cancelled",
    { CALL_APPOINTMENT_CANCELLED, OPEN, "2026-03-02T13:57:00Z" },
    DESK_STANDING_CANCELLED,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "Cancelled" },
  { "rescheduled",
    { CALL_APPOINTMENT_RESCHEDULED, FUTURE },
    DESK_STANDING_RESCHEDULED,
    DESK_SECTION_EARLIER,
    FALSE,
    FALSE,
    "Moved to another time" },
};

static void
test_standing (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GDateTime) now = at (NOW);
  g_autoptr (CallAppointment) appointment = make ("a", &cases[i].facts);
  g_autofree char *text = desk_schedule_describe (appointment, now);

  g_assert_cmpint (desk_schedule_get_standing (appointment, now), ==, cases[i].standing);
  g_assert_cmpint (desk_schedule_get_section (appointment, now), ==, cases[i].section);
  g_assert_cmpint (desk_schedule_can_call (appointment, now), ==, cases[i].can_call);
  g_assert_cmpint (desk_schedule_can_move (appointment), ==, cases[i].can_move);
  g_assert_cmpstr (text, ==, cases[i].text);
  g_assert_nonnull (desk_standing_style (cases[i].standing));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  g_autoptr (GDateTime) now = at (NOW);

  return desk_schedule_compare (*(CallAppointment **) a, *(CallAppointment **) b, now);
}

static void
test_order (void)
{
  static const struct {
    const char *id;
    Facts facts;
  } shuffled[] = {
    { "past", { CALL_APPOINTMENT_COMPLETED, PAST } },
    { "future", { CALL_APPOINTMENT_SCHEDULED, FUTURE } },
    { "open", { CALL_APPOINTMENT_SCHEDULED, OPEN } },
    { "came-late", { CALL_APPOINTMENT_SCHEDULED, OPEN, "2026-03-02T13:59:00Z" } },
    { "cancelled-later", { CALL_APPOINTMENT_CANCELLED, FUTURE } },
    { "came-first", { CALL_APPOINTMENT_SCHEDULED, FUTURE, "2026-03-02T13:40:00Z" } },
  };
  static const char *const expected[] = { "came-first", "came-late",       "open",
                                          "future",     "cancelled-later", "past" };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < G_N_ELEMENTS (shuffled); i++)
    g_ptr_array_add (list, make (shuffled[i].id, &shuffled[i].facts));
  g_ptr_array_sort (list, compare);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (call_appointment_get_id (list->pdata[i]), ==, expected[i]);
}

static void
on_changed (GObject *watcher)
{
  guint *count = g_object_get_data (watcher, "count");

  (*count)++;
}

static void
test_watch (void)
{
  Facts facts = { CALL_APPOINTMENT_SCHEDULED, OPEN };
  g_autoptr (CallAppointment) appointment = make ("a", &facts);
  GListStore *waiting = G_LIST_STORE (call_appointment_get_waiting (appointment));
  g_autoptr (GObject) watcher = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GDateTime) now = at (NOW);
  g_autoptr (CallParticipant) patient = call_participant_new ("p", "Maria Souza", CALL_ROLE_PATIENT,
                                                              now);
  guint count = 0;

  g_object_set_data (watcher, "count", &count);
  desk_schedule_watch (appointment, G_CALLBACK (on_changed), watcher);
  g_list_store_append (waiting, patient);
  g_assert_cmpuint (count, ==, 1);
  g_object_notify (G_OBJECT (appointment), "status");
  g_assert_cmpuint (count, ==, 2);
  desk_schedule_unwatch (appointment, watcher);
  g_list_store_remove (waiting, 0);
  g_assert_cmpuint (count, ==, 2);
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C");
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/desktop/schedule/standing/", cases[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_standing);
  }
  g_test_add_func ("/desktop/schedule/order", test_order);
  g_test_add_func ("/desktop/schedule/watch", test_watch);
  return g_test_run ();
}
