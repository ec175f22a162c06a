/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every backend of CalldStore does with meetings, whatever order the webhooks come in. */

#include "config.h"

#include "calld-change-meeting.h"
#include "calld-store-meeting.h"
#include "calld-test-clinic.h"

#define T0 CLINIC_NOW

static void
start (Clinic *clinic, const char *room, const char *sid, gint64 at)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (CalldMeetingRecord) meeting = calld_meeting_record_new (NULL, room, sid, at);

  calld_change_start_meeting (change, meeting);
  g_assert_true (clinic_commit (clinic, change, NULL));
}

static void
end (Clinic *clinic, const char *room, const char *sid, gint64 at)
{
  CalldChange *change = calld_change_new ();

  calld_change_end_meeting (change, room, sid, at);
  g_assert_true (clinic_commit (clinic, change, NULL));
}

static CalldMeetingRecord *
get (Clinic *clinic, const char *meeting_id)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_get_meeting_async (clinic->store, meeting_id, NULL, await_cb, &result);
  return calld_store_get_meeting_finish (clinic->store, await (&result), NULL);
}

static CalldMeetingRecord *
get_active (Clinic *clinic, const char *room)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldMeetingRecord *meeting;

  calld_store_get_active_meeting_async (clinic->store, room, NULL, await_cb, &result);
  meeting = calld_store_get_meeting_finish (clinic->store, await (&result), &error);
  if (meeting == NULL)
    g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  return meeting;
}

static GPtrArray *
list_meetings (Clinic *clinic)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_list_meetings_async (clinic->store, 100, NULL, await_cb, &result);
  return calld_store_list_finish (clinic->store, await (&result), NULL);
}

static void
test_life (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) active = NULL;
  g_autoptr (CalldMeetingRecord) over = NULL;

  start (clinic, "consult-1", "RM_1", T0);
  active = get_active (clinic, "consult-1");
  g_assert_cmpstr (active->meeting_id, ==, "RM_1");
  g_assert_cmpstr (active->room_sid, ==, "RM_1");
  g_assert_true (active->active);
  g_assert_cmpint (active->started_at, ==, T0);
  g_assert_null (active->appointment_id);
  end (clinic, "consult-1", "RM_1", T0 + 5000);
  over = get (clinic, "RM_1");
  g_assert_false (over->active);
  g_assert_cmpint (over->ended_at, ==, T0 + 5000);
  g_assert_null (get_active (clinic, "consult-1"));
}

static void
test_twice (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) over = NULL;
  g_autoptr (GPtrArray) all = NULL;

  start (clinic, "consult-1", "RM_1", T0);
  start (clinic, "consult-1", "RM_1", T0 + 10);
  end (clinic, "consult-1", "RM_1", T0 + 5000);
  end (clinic, "consult-1", "RM_1", T0 + 9000);
  start (clinic, "consult-1", "RM_1", T0);
  over = get (clinic, "RM_1");
  g_assert_false (over->active);
  g_assert_cmpint (over->started_at, ==, T0);
  g_assert_cmpint (over->ended_at, ==, T0 + 5000);
  all = list_meetings (clinic);
  g_assert_cmpuint (all->len, ==, 1);
}

/* The end comes first: the start that follows begins nothing. */
static void
test_backwards (Clinic *clinic, gconstpointer data)
{
  end (clinic, "consult-1", "RM_1", T0 + 5000);
  start (clinic, "consult-1", "RM_1", T0);
  g_assert_null (get_active (clinic, "consult-1"));
  end (clinic, "consult-2", NULL, T0);
  start (clinic, "consult-2", "RM_2", T0 + 1);
  {
    g_autoptr (CalldMeetingRecord) active = get_active (clinic, "consult-2");

    g_assert_cmpstr (active->meeting_id, ==, "RM_2");
  }
}

/* A room of the same name again, the end of the first got lost; then the first's start comes late.
 */
static void
test_next_meeting (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) first = NULL;
  g_autoptr (CalldMeetingRecord) second = NULL;
  g_autoptr (CalldMeetingRecord) late = NULL;

  start (clinic, "consult-1", "RM_1", T0);
  start (clinic, "consult-1", "RM_2", T0 + 60000);
  first = get (clinic, "RM_1");
  g_assert_false (first->active);
  g_assert_cmpint (first->ended_at, ==, T0 + 60000);
  start (clinic, "consult-1", "RM_0", T0 + 30000);
  second = get_active (clinic, "consult-1");
  g_assert_cmpstr (second->meeting_id, ==, "RM_2");
  late = get (clinic, "RM_0");
  g_assert_false (late->active);
  end (clinic, "consult-1", "RM_1", T0 + 90000);
  g_clear_pointer (&second, calld_meeting_record_free);
  second = get_active (clinic, "consult-1");
  g_assert_cmpstr (second->meeting_id, ==, "RM_2");
}

/* Sound came before LiveKit said that there is a room. */
static void
test_adopted (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) before = NULL;
  g_autoptr (CalldMeetingRecord) after = NULL;

  start (clinic, "consult-1", NULL, T0);
  before = get_active (clinic, "consult-1");
  g_assert_cmpstr (before->meeting_id, ==, before->id);
  g_assert_null (before->room_sid);
  start (clinic, "consult-1", "RM_1", T0 + 100);
  after = get_active (clinic, "consult-1");
  g_assert_cmpstr (after->meeting_id, ==, before->meeting_id);
  g_assert_cmpstr (after->room_sid, ==, "RM_1");
  end (clinic, "consult-1", "RM_1", T0 + 200);
  g_assert_null (get_active (clinic, "consult-1"));
}

/* Sound of the next meeting came already; the first one's webhooks come late, and twice. */
static void
test_late_and_nameless (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) next = NULL;
  g_autoptr (CalldMeetingRecord) over = NULL;
  g_autoptr (CalldMeetingRecord) adopted = NULL;

  end (clinic, "consult-1", "RM_1", T0);
  start (clinic, "consult-1", NULL, T0 + 10);
  start (clinic, "consult-1", "RM_1", T0 - 5000);
  end (clinic, "consult-1", "RM_1", T0 + 20);
  next = get_active (clinic, "consult-1");
  g_assert_null (next->room_sid);
  over = get (clinic, "RM_1");
  g_assert_false (over->active);
  g_assert_cmpint (over->ended_at, ==, T0);
  start (clinic, "consult-1", "RM_2", T0 + 30);
  adopted = get_active (clinic, "consult-1");
  g_assert_cmpstr (adopted->meeting_id, ==, next->meeting_id);
  g_assert_cmpstr (adopted->room_sid, ==, "RM_2");
}

/* Its end is told before its start: the start begins nothing. */
static void
test_nameless_ended (Clinic *clinic, gconstpointer data)
{
  start (clinic, "consult-1", NULL, T0);
  end (clinic, "consult-1", "RM_1", T0 + 10);
  start (clinic, "consult-1", "RM_1", T0 - 5);
  g_assert_null (get_active (clinic, "consult-1"));
}

static void
test_appointment (Clinic *clinic, gconstpointer data)
{
  g_autofree char *room = g_strconcat ("appointment-", clinic->appointment->id, NULL);
  g_autoptr (CalldMeetingRecord) meeting = NULL;

  start (clinic, room, "RM_1", T0);
  meeting = get (clinic, "RM_1");
  g_assert_cmpstr (meeting->appointment_id, ==, clinic->appointment->id);
}

static void
test_events (Clinic *clinic, gconstpointer data)
{
  static const struct {
    const char *id;
    gint64 at;
    gboolean fresh;
  } heard[] = {
    { "EV_1", T0, TRUE },
    { "EV_1", T0 + 1, FALSE },
    { "EV_2", T0 + 2, TRUE },
    /* Eight days later the first is forgotten. */
    { "EV_3", T0 + G_GINT64_CONSTANT (8) * 24 * 3600 * 1000, TRUE },
    { "EV_1", T0 + G_GINT64_CONSTANT (8) * 24 * 3600 * 1000, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (heard); i++) {
    CalldChange *change = calld_change_new ();

    calld_change_note_event (change, heard[i].id, heard[i].at);
    if (heard[i].fresh)
      g_assert_true (clinic_commit (clinic, change, NULL));
    else
      clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
  }
}

static GPtrArray *
set_egress (Clinic *clinic, const char *id, gboolean over, const char *error, gint64 ended_at)
{
  const CalldEgressRecord egress = { .id = (char *) id,
                                     .meeting_id = (char *) "RM_1",
                                     .room_name = (char *) "consult-1",
                                     .track_id = (char *) "TR_a",
                                     .over = over,
                                     .error = (char *) error,
                                     .started_at = T0,
                                     .ended_at = ended_at };
  CalldChange *change = calld_change_new ();
  g_autoptr (GAsyncResult) result = NULL;

  calld_change_set_egress (change, &egress);
  g_assert_true (clinic_commit (clinic, change, NULL));
  calld_store_list_egresses_async (clinic->store, NULL, await_cb, &result);
  return calld_store_list_finish (clinic->store, await (&result), NULL);
}

static void
test_egress (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GPtrArray) first = set_egress (clinic, "EG_1", FALSE, NULL, 0);
  g_autoptr (GPtrArray) both = set_egress (clinic, "EG_2", FALSE, NULL, 0);
  g_autoptr (GPtrArray) one = set_egress (clinic, "EG_1", TRUE, "lost", T0 + 10);
  g_autoptr (GPtrArray) late = set_egress (clinic, "EG_1", FALSE, NULL, 0);

  g_assert_cmpuint (first->len, ==, 1);
  g_assert_cmpstr (((CalldEgressRecord *) first->pdata[0])->track_id, ==, "TR_a");
  g_assert_cmpuint (both->len, ==, 2);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpstr (((CalldEgressRecord *) one->pdata[0])->id, ==, "EG_2");
  g_assert_cmpuint (late->len, ==, 1);
}

#define CASE(name, test) \
  g_test_add ("/store/meetings/" name, Clinic, NULL, clinic_set_up, test, clinic_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  CASE ("life", test_life);
  CASE ("twice", test_twice);
  CASE ("backwards", test_backwards);
  CASE ("next-meeting", test_next_meeting);
  CASE ("adopted", test_adopted);
  CASE ("late-and-nameless", test_late_and_nameless);
  CASE ("nameless-ended", test_nameless_ended);
  CASE ("appointment", test_appointment);
  CASE ("events", test_events);
  CASE ("egress", test_egress);
  return g_test_run ();
}
