/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment-machine.h"

typedef struct {
  const char *status;
  const char *event;
  const char *next;
  guint effects;
} Expectation;

#define F(x) CALL_APPOINTMENT_EFFECT_##x

static const Expectation expected[] = {
  { "scheduled", "media_started", "in_progress", F (SET_STARTED) },
  { "scheduled", "ended", "scheduled", F (END_CALL) },
  { "scheduled", "window_over", "no_show", F (RECORD_MISSING) | F (END_CALL) },
  { "scheduled", "cancelled", "cancelled", F (END_CALL) },
  { "scheduled", "rescheduled", "rescheduled", F (LINK_NEXT) | F (END_CALL) },
  { "in_progress", "media_started", "in_progress", F (NONE) },
  { "in_progress", "ended", "completed", F (SET_ENDED) | F (END_CALL) },
  { "in_progress", "window_over", "completed", F (SET_ENDED) | F (END_CALL) },
  { "completed", "ended", "completed", F (NONE) },
  { "no_show", "rescheduled", "rescheduled", F (LINK_NEXT) },
  { "no_show", "corrected", "completed", F (SET_ENDED) },
};

static const Expectation *
find (const char *status, const char *event)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    if (g_str_equal (expected[i].status, status) && g_str_equal (expected[i].event, event))
      return &expected[i];
  return NULL;
}

static void
try_pair (CallAppointmentStatus status, CallAppointmentEvent event)
{
  const char *name = call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, status);
  const Expectation *want = find (name, call_appointment_event_name (event));
  CallAppointmentStatus next = 77;
  guint effects = 0xabcdu;
  g_autoptr (GError) error = NULL;
  gboolean legal = call_appointment_machine_step (status, event, &next, &effects, &error);

  g_test_message ("%s × %s", name, call_appointment_event_name (event));
  if (want == NULL) {
    g_assert_false (legal);
    g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
    g_assert_cmpint (next, ==, 77);
    g_assert_cmpuint (effects, ==, 0xabcdu);
    return;
  }
  g_assert_no_error (error);
  g_assert_true (legal);
  g_assert_cmpstr (call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, next), ==, want->next);
  g_assert_cmpuint (effects, ==, want->effects);
}

static void
test_every_pair (void)
{
  guint pairs = 0;

  for (int status = 0; status < CALL_APPOINTMENT_N_STATUSES; status++)
    for (int event = 0; event < CALL_APPOINTMENT_N_EVENTS; event++, pairs++)
      try_pair (status, event);
  g_assert_cmpuint (pairs, ==, 6 * 6);
}

static void
test_table (void)
{
  gsize n;
  const CallAppointmentEdge *edges = call_appointment_machine_edges (&n);

  g_assert_cmpuint (n, ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      g_assert_false (edges[i].status == edges[j].status && edges[i].event == edges[j].event);
}

/* Completed means that media had flowed, unless a person states it afterwards. */
static void
test_completed_only_after_media (void)
{
  gsize n;
  const CallAppointmentEdge *edges = call_appointment_machine_edges (&n);

  for (gsize i = 0; i < n; i++) {
    if (edges[i].next != CALL_APPOINTMENT_COMPLETED || edges[i].status == edges[i].next)
      continue;
    g_assert_true (edges[i].status == CALL_APPOINTMENT_IN_PROGRESS ||
                   edges[i].event == CALL_APPOINTMENT_EVENT_CORRECTED);
    g_assert_true (edges[i].effects & CALL_APPOINTMENT_EFFECT_SET_ENDED);
  }
}

static void
test_names (void)
{
  for (int event = 0; event < CALL_APPOINTMENT_N_EVENTS; event++)
    g_assert_cmpstr (call_appointment_event_name (event), !=, "unknown");
  g_assert_cmpstr (call_appointment_event_name (CALL_APPOINTMENT_N_EVENTS), ==, "unknown");
  for (guint i = 0; i < 5; i++)
    g_assert_cmpstr (call_appointment_effect_name (1u << i), !=, "none");
  g_assert_cmpstr (call_appointment_effect_name (1u << 5), ==, "none");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/appointment-machine/every-pair", test_every_pair);
  g_test_add_func ("/rules/appointment-machine/table", test_table);
  g_test_add_func ("/rules/appointment-machine/completed-only-after-media",
                   test_completed_only_after_media);
  g_test_add_func ("/rules/appointment-machine/names", test_names);

  return g_test_run ();
}
