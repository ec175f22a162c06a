/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment-list.h"
#include "call-clock.h"
#include "call-error.h"
#include "call-outbox.h"

/* --- clock ------------------------------------------------------------------------------------ */

typedef struct {
  CallClock *clock;
  CallTimer *timer;
  GString *log;
  const char *name;
} Alarm;

static void
ring (gpointer user_data)
{
  Alarm *alarm = user_data;

  alarm->timer = NULL;
  g_string_append_printf (alarm->log, "%s@%" G_GINT64_FORMAT " ", alarm->name,
                          call_clock_now_ms (alarm->clock));
}

static void
ring_again (gpointer user_data)
{
  Alarm *alarm = user_data;

  ring (alarm);
  if (call_clock_now_ms (alarm->clock) < 300)
    alarm->timer = call_clock_add_timer (alarm->clock, 100, ring_again, alarm);
}

static void
test_clock_for_tests (void)
{
  CallClock *clock = call_clock_new_for_tests (0);
  g_autoptr (GString) log = g_string_new (NULL);
  Alarm a = { clock, NULL, log, "a" };
  Alarm b = { clock, NULL, log, "b" };
  Alarm c = { clock, NULL, log, "c" };

  b.timer = call_clock_add_timer (clock, 250, ring, &b);
  a.timer = call_clock_add_timer (clock, 100, ring_again, &a);
  c.timer = call_clock_add_timer (clock, 120, ring, &c);
  call_clock_clear_timer (clock, &c.timer);
  g_assert_null (c.timer);
  call_clock_clear_timer (clock, &c.timer);
  call_clock_advance (clock, 99);
  g_assert_cmpstr (log->str, ==, "");
  call_clock_advance (clock, 1000);
  g_assert_cmpstr (log->str, ==, "a@100 a@200 b@250 a@300 ");
  g_assert_cmpint (call_clock_now_ms (clock), ==, 1099);
  g_assert_cmpuint (call_clock_get_n_timers (clock), ==, 0);
  g_assert_finalize_object (clock);
}

static void
test_real_clock (void)
{
  CallClock *clock = call_clock_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Alarm kept = { clock, NULL, log, "kept" };
  Alarm cleared = { clock, NULL, log, "cleared" };

  cleared.timer = call_clock_add_timer (clock, 0, ring, &cleared);
  kept.timer = call_clock_add_timer (clock, 1, ring, &kept);
  call_clock_clear_timer (clock, &cleared.timer);
  while (kept.timer != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_str_has_prefix (log->str, "kept@"));
  cleared.timer = call_clock_add_timer (clock, 100000, ring, &cleared);
  g_assert_finalize_object (clock); /* and its timers with it */
}

/* --- outbox ----------------------------------------------------------------------------------- */

static CallMessage *
new_message (guint n)
{
  g_autofree char *temp_id = g_strdup_printf ("t%u", n);

  return g_object_new (CALL_TYPE_MESSAGE, "group-id", "g", "temp-id", temp_id, NULL);
}

static void
push (CallOutbox *outbox, guint n)
{
  g_autoptr (CallMessage) message = new_message (n);

  g_assert_true (call_outbox_push (outbox, message, NULL));
}

static void
test_outbox_order (void)
{
  CallOutbox *outbox = call_outbox_new ();
  g_autoptr (CallMessage) removed = NULL;

  g_assert_null (call_outbox_begin (outbox));
  push (outbox, 1);
  push (outbox, 2);
  g_assert_cmpstr (call_message_get_temp_id (call_outbox_begin (outbox)), ==, "t1");
  g_assert_null (call_outbox_begin (outbox)); /* one at a time */
  call_outbox_again (outbox);
  g_assert_cmpstr (call_message_get_temp_id (call_outbox_begin (outbox)), ==, "t1");
  removed = call_outbox_remove (outbox, "t1");
  g_assert_nonnull (removed);
  g_assert_null (call_outbox_remove (outbox, "t1"));
  g_assert_cmpstr (call_message_get_temp_id (call_outbox_begin (outbox)), ==, "t2");
  g_assert_finalize_object (outbox);
}

static void
test_outbox_overflow (void)
{
  CallOutbox *outbox = call_outbox_new ();
  g_autoptr (CallMessage) last = new_message (CALL_OUTBOX_MAX);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < CALL_OUTBOX_MAX; i++)
    push (outbox, i);
  g_assert_false (call_outbox_push (outbox, last, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_cmpuint (call_outbox_get_length (outbox), ==, CALL_OUTBOX_MAX);
  g_assert_cmpstr (call_message_get_temp_id (call_outbox_begin (outbox)), ==, "t0");
  all = call_outbox_take_all (outbox);
  g_assert_cmpuint (all->len, ==, CALL_OUTBOX_MAX);
  g_assert_cmpuint (call_outbox_get_length (outbox), ==, 0);
  push (outbox, 1);
  g_assert_nonnull (call_outbox_begin (outbox));
  g_assert_finalize_object (outbox);
}

/* --- list ------------------------------------------------------------------------------------- */

static CallAppointment *
new_visit (const char *id, int hour)
{
  g_autoptr (GDateTime) at = g_date_time_new_utc (2026, 3, 2, hour, 0, 0);

  return g_object_new (CALL_TYPE_APPOINTMENT, "id", id, "scheduled-at", at, NULL);
}

static CallAppointment *
take (CallAppointmentList *list, const char *id, int hour)
{
  g_autoptr (CallAppointment) visit = new_visit (id, hour);

  return call_appointment_list_take (list, visit);
}

static void
assert_list (CallAppointmentList *list, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (list)); i++) {
    g_autoptr (CallAppointment) item = g_list_model_get_item (G_LIST_MODEL (list), i);

    g_string_append (text, call_appointment_get_id (item));
  }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
on_changed (GListModel *model, guint position, guint removed, guint added, int *length)
{
  *length += (int) added - (int) removed;
  g_assert_cmpint (*length, ==, (int) g_list_model_get_n_items (model));
}

static void
test_list (void)
{
  CallAppointmentList *list = call_appointment_list_new ();
  int length = 0;
  CallAppointment *b;

  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed), &length);
  take (list, "c", 12);
  take (list, "a", 8);
  b = take (list, "b", 10);
  assert_list (list, "abc");
  g_assert_true (take (list, "b", 14) == b); /* moved to the afternoon, the same object */
  assert_list (list, "acb");
  g_assert_true (call_appointment_list_find (list, "b") == b);
  g_assert_null (call_appointment_list_find (list, "x"));
  g_assert_finalize_object (list);
}

static void
test_list_replace (void)
{
  CallAppointmentList *list = call_appointment_list_new ();
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  int length = 0;
  CallAppointment *b;

  g_signal_connect (list, "items-changed", G_CALLBACK (on_changed), &length);
  take (list, "a", 8);
  b = take (list, "b", 10);
  g_ptr_array_add (fresh, new_visit ("d", 16));
  g_ptr_array_add (fresh, new_visit ("b", 10));
  call_appointment_list_replace (list, fresh);
  assert_list (list, "bd");
  g_assert_true (call_appointment_list_find (list, "b") == b);
  call_appointment_list_clear (list);
  assert_list (list, "");
  call_appointment_list_clear (list);
  g_assert_cmpint (length, ==, 0);
  g_assert_finalize_object (list);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client/clock/for-tests", test_clock_for_tests);
  g_test_add_func ("/client/clock/real", test_real_clock);
  g_test_add_func ("/client/outbox/order", test_outbox_order);
  g_test_add_func ("/client/outbox/overflow", test_outbox_overflow);
  g_test_add_func ("/client/list/live", test_list);
  g_test_add_func ("/client/list/replace", test_list_replace);

  return g_test_run ();
}
