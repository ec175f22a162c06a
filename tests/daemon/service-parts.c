/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <unistd.h>

#include "calld-bus-local.h"
#include "calld-call-machine.h"
#include "calld-presence.h"
#include "calld-problem.h"
#include "calld-turnstile.h"

#include "call-notice.h"

#define NOW G_GINT64_CONSTANT (1772460000000)

/* --- the machine of a call -------------------------------------------------------------------- */

#define NO (-1)

/* Every state with every event: what is not an edge is refused and changes nothing. */
static const int expected[CALLD_CALL_N_STATES][CALLD_CALL_N_EVENTS] = {
  /* ACCEPT CANCEL STARTED REJOIN LEAVE LAST_LEFT END NO_ANSWER CLOSE */
  [CALLD_CALL_RINGING] = { CALLD_CALL_ACCEPTED, CALLD_CALL_ENDED, NO, NO, NO, NO, NO,
                           CALLD_CALL_ENDED, CALLD_CALL_ENDED },
  [CALLD_CALL_ACCEPTED] = { NO, NO, CALLD_CALL_ACTIVE, CALLD_CALL_ACCEPTED, CALLD_CALL_ACCEPTED,
                            CALLD_CALL_ENDED, CALLD_CALL_ENDED, NO, CALLD_CALL_ENDED },
  [CALLD_CALL_ACTIVE] = { NO, NO, CALLD_CALL_ACTIVE, CALLD_CALL_ACTIVE, CALLD_CALL_ACTIVE,
                          CALLD_CALL_ENDED, CALLD_CALL_ENDED, NO, CALLD_CALL_ENDED },
  [CALLD_CALL_ENDED] = { NO, NO, NO, NO, NO, NO, NO, NO, NO },
};

static void
test_machine (void)
{
  for (int state = 0; state < CALLD_CALL_N_STATES; state++)
    for (int event = 0; event < CALLD_CALL_N_EVENTS; event++) {
      CalldCallState next = (CalldCallState) 77;
      gboolean ok = calld_call_machine_step ((CalldCallState) state, (CalldCallEvent) event, &next);

      g_test_message ("state %d event %d", state, event);
      g_assert_cmpint (ok, ==, expected[state][event] != NO);
      g_assert_cmpint (next, ==, ok ? expected[state][event] : 77);
    }
}

/* --- the turnstile ---------------------------------------------------------------------------- */

static void
add_letter (gpointer user_data)
{
  GString *text = user_data;

  g_string_append_c (text, (char) ('a' + text->len));
}

static void
test_turnstile_order (void)
{
  g_autoptr (CalldTurnstile) turnstile = calld_turnstile_new ();
  g_autoptr (GString) one = g_string_new (NULL);
  g_autoptr (GString) other = g_string_new (NULL);

  for (int i = 0; i < 3; i++)
    g_assert_true (calld_turnstile_enter (turnstile, "one", add_letter, one));
  g_assert_true (calld_turnstile_enter (turnstile, "other", add_letter, other));
  g_assert_cmpstr (one->str, ==, "a");
  g_assert_cmpstr (other->str, ==, "a");
  calld_turnstile_leave (turnstile, "one");
  g_assert_cmpstr (one->str, ==, "ab");
  calld_turnstile_leave (turnstile, "one");
  g_assert_cmpstr (one->str, ==, "abc");
  calld_turnstile_leave (turnstile, "one");
  calld_turnstile_leave (turnstile, "other");
  g_assert_cmpuint (calld_turnstile_get_n_keys (turnstile), ==, 0);
}

static void
test_turnstile_bound (void)
{
  g_autoptr (CalldTurnstile) turnstile = calld_turnstile_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < CALLD_TURNSTILE_WAITING_MAX + 1; i++)
    g_assert_true (calld_turnstile_enter (turnstile, "k", add_letter, text));
  g_assert_false (calld_turnstile_enter (turnstile, "k", add_letter, text));
  for (int i = 0; i < CALLD_TURNSTILE_WAITING_MAX + 1; i++)
    calld_turnstile_leave (turnstile, "k");
  g_assert_cmpuint (text->len, ==, CALLD_TURNSTILE_WAITING_MAX + 1);
}

/* --- the bus ---------------------------------------------------------------------------------- */

typedef struct {
  CalldBus *bus;
  guint id;
  guint heard;
  guint freed;
  gboolean leaves;
} Ear;

static void
on_published (const char *const *topics,
              const CallNotice *notice,
              CalldPublishFlags flags,
              guint64 except,
              gpointer user_data)
{
  Ear *ear = user_data;

  g_assert_cmpuint (except, ==, 42);
  ear->heard++;
  if (ear->leaves)
    calld_bus_unsubscribe (ear->bus, ear->id);
}

static void
on_freed (gpointer user_data)
{
  ((Ear *) user_data)->freed++;
}

static void
test_bus (void)
{
  g_autoptr (CalldBus) bus = calld_bus_local_new ();
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_BUSY);
  const char *const topics[] = { "user/a", NULL };
  Ear first = { .bus = bus, .leaves = TRUE }, second = { .bus = bus };

  first.id = calld_bus_subscribe (bus, on_published, &first, on_freed);
  second.id = calld_bus_subscribe (bus, on_published, &second, on_freed);
  for (int i = 0; i < 2; i++)
    calld_bus_publish (bus, topics, notice, CALLD_PUBLISH_NONE, 42);
  g_assert_cmpuint (first.heard, ==, 1);
  g_assert_cmpuint (first.freed, ==, 1);
  g_assert_cmpuint (second.heard, ==, 2);
  g_assert_cmpuint (second.freed, ==, 0);
  calld_bus_unsubscribe (bus, second.id);
  g_assert_cmpuint (second.freed, ==, 1);
  calld_bus_unsubscribe (bus, 99);
}

static void
test_topics (void)
{
  g_autofree char *topic = calld_topic_appointment ("1");
  g_autofree char *room = calld_topic_to_room (topic);

  g_assert_cmpstr (room, ==, "appointments.1");
  g_assert_null (calld_topic_to_room ("elsewhere/1"));
}

/* --- problems --------------------------------------------------------------------------------- */

static void
test_problem (void)
{
  g_autoptr (GError) busy = calld_problem_new_busy ("call-1", "Busy");
  g_autoptr (GError) copy = g_error_copy (busy);
  g_autoptr (GError) flat = calld_problem_flatten (copy);
  g_autoptr (CallErrorBody) body = calld_problem_get_body (copy);
  g_autoptr (GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_ACCES,
                                                    "/secret/path");
  g_autoptr (CallErrorBody) hidden = calld_problem_get_body (foreign);

  g_assert_cmpstr (body->call_id, ==, "call-1");
  g_assert_cmpint (calld_problem_get_code (copy), ==, CALL_ERROR_BUSY);
  g_assert_error (flat, CALL_ERROR, CALL_ERROR_BUSY);
  /* What broke inside is nobody's business. */
  g_assert_cmpstr (hidden->code, ==, "internal");
  g_assert_null (strstr (hidden->message, "secret"));
}

/* --- presence --------------------------------------------------------------------------------- */

static void
on_call_lost (CalldPresence *presence,
              const char *appointment_id,
              const char *user_id,
              guint *count)
{
  (*count)++;
}

/* A call hangs on the connection that reported it, not on any other of the user. */
static void
test_presence_binding (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (NOW);
  g_autoptr (CalldPresence) presence = calld_presence_new (clock, 15000);
  guint lost = 0;

  g_signal_connect (presence, "call-lost", G_CALLBACK (on_call_lost), &lost);
  calld_presence_connected (presence, 1, "ana");
  calld_presence_connected (presence, 2, "ana");
  /* Accepted over HTTP: no connection is known to carry it, so any of them does. */
  calld_presence_enter_call (presence, "apt", "ana", 0, NULL);
  calld_presence_disconnected (presence, 1);
  calld_clock_advance (clock, 60000);
  g_assert_cmpuint (lost, ==, 0);

  calld_presence_connected (presence, 3, "ana");
  calld_presence_enter_call (presence, "apt", "ana", 2, NULL);
  calld_presence_disconnected (presence, 2);
  calld_clock_advance (clock, 14999);
  g_assert_cmpuint (lost, ==, 0);
  /* It says again that it is in the call, on another connection. */
  calld_presence_enter_call (presence, "apt", "ana", 3, NULL);
  calld_clock_advance (clock, 60000);
  g_assert_cmpuint (lost, ==, 0);
  calld_presence_disconnected (presence, 3);
  calld_clock_advance (clock, 15000);
  g_assert_cmpuint (lost, ==, 1);
  g_assert_false (calld_presence_is_connected (presence, "ana"));
  g_assert_cmpuint (calld_clock_get_n_timers (clock), ==, 0);
}

/* A connection that was gone before its request was carried out keeps nobody present. */
static void
test_presence_stale_connection (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (NOW);
  g_autoptr (CalldPresence) presence = calld_presence_new (clock, 1000);
  guint lost = 0;

  g_signal_connect (presence, "call-lost", G_CALLBACK (on_call_lost), &lost);
  calld_presence_connected (presence, 1, "ana");
  calld_presence_connected (presence, 2, "ana");
  calld_presence_disconnected (presence, 1);
  calld_presence_enter_call (presence, "apt", "ana", 1, NULL);
  calld_presence_disconnected (presence, 2);
  calld_presence_disconnected (presence, 99);
  calld_clock_advance (clock, 1000);
  g_assert_cmpuint (lost, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);

  g_test_add_func ("/service/machine", test_machine);
  g_test_add_func ("/service/turnstile/order", test_turnstile_order);
  g_test_add_func ("/service/turnstile/bound", test_turnstile_bound);
  g_test_add_func ("/service/bus", test_bus);
  g_test_add_func ("/service/topics", test_topics);
  g_test_add_func ("/service/problem", test_problem);
  g_test_add_func ("/service/presence/binding", test_presence_binding);
  g_test_add_func ("/service/presence/stale-connection", test_presence_stale_connection);
  return g_test_run ();
}
