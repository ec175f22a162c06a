/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-session-machine.h"

/* Every pair of state and event, against what the product needs, written down a second time. A pair
 * that is not here must be refused. */
typedef struct {
  const char *state;
  const char *event;
  const char *next;
  const char *effects;
} Expectation;

static const Expectation expected[] = {
  { "idle", "request", "ringing_out", "send_request start_ringing" },
  { "idle", "rang", "ringing_in", "start_ringing" },
  { "idle", "rejoin", "connecting", "send_rejoin" },
  { "ringing_out", "request_ok", "ringing_out", "" },
  { "ringing_out", "request_failed", "error", "stop_ringing" },
  { "ringing_out", "busy", "ended", "stop_ringing" },
  { "ringing_out", "peer_accepted", "connecting", "stop_ringing start_generation" },
  { "ringing_out", "crossed", "connecting", "send_accept stop_ringing" },
  { "ringing_out", "cancel", "ended", "send_cancel stop_ringing" },
  { "ringing_out", "cancelled", "ended", "stop_ringing" },
  { "ringing_out", "ring_timeout", "ended", "send_cancel stop_ringing" },
  { "ringing_out", "call_ended", "ended", "stop_ringing" },
  { "ringing_out", "other_rang", "ringing_out", "refuse_other" },
  { "ringing_out", "failed", "error", "send_cancel stop_ringing" },
  { "ringing_in", "accept", "connecting", "send_accept stop_ringing" },
  { "ringing_in", "decline", "ended", "send_cancel stop_ringing" },
  { "ringing_in", "answered_elsewhere", "ended", "stop_ringing" },
  { "ringing_in", "cancelled", "ended", "stop_ringing" },
  { "ringing_in", "ring_timeout", "ended", "stop_ringing" },
  { "ringing_in", "call_ended", "ended", "stop_ringing" },
  { "ringing_in", "other_rang", "ringing_in", "refuse_other" },
  { "ringing_in", "failed", "error", "stop_ringing" },
  { "connecting", "accept_ok", "connecting", "start_generation" },
  { "connecting", "accept_failed", "error", "stop_media" },
  { "connecting", "answered_elsewhere", "ended", "stop_media" },
  { "connecting", "rejoin_ok", "connecting", "start_generation" },
  { "connecting", "rejoin_failed", "error", "stop_media" },
  { "connecting", "peer_rejoined", "connecting", "start_generation" },
  { "connecting", "peer_left", "connecting", "set_reconnecting" },
  { "connecting", "media_flowing", "in_call", "send_started clear_reconnecting" },
  { "connecting", "media_stalled", "connecting", "set_reconnecting" },
  { "connecting", "media_lost", "connecting", "send_rejoin set_reconnecting" },
  { "connecting", "hang_up", "ending", "send_end stop_media" },
  { "connecting", "leave", "ending", "send_leave stop_media" },
  { "connecting", "cancelled", "ended", "stop_media" },
  { "connecting", "call_ended", "ended", "stop_media" },
  { "connecting", "other_rang", "connecting", "refuse_other" },
  { "connecting", "failed", "error", "send_leave stop_media" },
  { "in_call", "media_flowing", "in_call", "clear_reconnecting" },
  { "in_call", "media_stalled", "in_call", "set_reconnecting" },
  { "in_call", "media_lost", "in_call", "send_rejoin set_reconnecting" },
  { "in_call", "peer_rejoined", "in_call", "start_generation set_reconnecting" },
  { "in_call", "rejoin_ok", "in_call", "start_generation set_reconnecting" },
  { "in_call", "rejoin_failed", "error", "stop_media" },
  { "in_call", "answered_elsewhere", "ended", "stop_media" },
  { "in_call", "peer_left", "in_call", "set_reconnecting" },
  { "in_call", "hang_up", "ending", "send_end stop_media" },
  { "in_call", "leave", "ending", "send_leave stop_media" },
  { "in_call", "call_ended", "ended", "stop_media" },
  { "in_call", "other_rang", "in_call", "refuse_other" },
  { "in_call", "failed", "error", "send_leave stop_media" },
  { "ending", "end_done", "ended", "" },
  { "ending", "call_ended", "ended", "" },
  { "ending", "other_rang", "ending", "refuse_other" },
};

static const Expectation *
find (const char *state, const char *event)
{
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    if (g_str_equal (expected[i].state, state) && g_str_equal (expected[i].event, event))
      return &expected[i];
  return NULL;
}

static char *
effects_to_text (guint effects)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < CALL_SESSION_N_EFFECTS; i++)
    if (effects & (1u << i))
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
                              call_session_effect_name (1u << i));
  g_assert_cmpuint (effects >> CALL_SESSION_N_EFFECTS, ==, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
try_pair (CallState state, CallSessionEvent event)
{
  const char *state_name = call_enum_to_nick (CALL_TYPE_STATE, state);
  const Expectation *want = find (state_name, call_session_event_name (event));
  CallState next = 77;
  guint effects = 0xabcdu;
  g_autoptr (GError) error = NULL;
  gboolean legal = call_session_machine_step (state, event, &next, &effects, &error);
  g_autofree char *text = NULL;

  g_test_message ("%s × %s", state_name, call_session_event_name (event));
  if (want == NULL) {
    g_assert_false (legal);
    g_assert_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE);
    g_assert_cmpint (next, ==, 77);
    g_assert_cmpuint (effects, ==, 0xabcdu);
    return;
  }
  g_assert_no_error (error);
  g_assert_true (legal);
  text = effects_to_text (effects);
  g_assert_cmpstr (call_enum_to_nick (CALL_TYPE_STATE, next), ==, want->next);
  g_assert_cmpstr (text, ==, want->effects);
}

static void
test_every_pair (void)
{
  guint pairs = 0;

  for (int state = 0; state < CALL_SESSION_N_STATES; state++)
    for (int event = 0; event < CALL_SESSION_N_EVENTS; event++, pairs++)
      try_pair (state, event);
  g_assert_cmpuint (pairs, ==, 8 * 29);
}

static void
test_table (void)
{
  gsize n;
  const CallSessionEdge *edges = call_session_machine_edges (&n);

  g_assert_cmpuint (n, ==, G_N_ELEMENTS (expected));
  for (gsize i = 0; i < n; i++)
    for (gsize j = i + 1; j < n; j++)
      g_assert_false (edges[i].state == edges[j].state && edges[i].event == edges[j].event);
}

static void
test_over_is_over (void)
{
  gsize n;
  const CallSessionEdge *edges = call_session_machine_edges (&n);

  for (gsize i = 0; i < n; i++) {
    g_assert_cmpint (edges[i].state, !=, CALL_STATE_ENDED);
    g_assert_cmpint (edges[i].state, !=, CALL_STATE_ERROR);
    g_assert_cmpint (edges[i].next, !=, CALL_STATE_IDLE);
  }
}

/* Whatever happens, a call can end from where it is, and by the server's word or the clock alone
 * once it rings: nobody is stuck. */
static void
test_never_stuck (void)
{
  const CallState ringing[] = { CALL_STATE_RINGING_OUT, CALL_STATE_RINGING_IN };
  const CallState living[] = { CALL_STATE_RINGING_OUT, CALL_STATE_RINGING_IN, CALL_STATE_CONNECTING,
                               CALL_STATE_IN_CALL, CALL_STATE_ENDING };
  CallState next;
  guint effects;

  for (gsize i = 0; i < G_N_ELEMENTS (ringing); i++) {
    g_assert_true (call_session_machine_step (ringing[i], CALL_SESSION_EVENT_RING_TIMEOUT, &next,
                                              &effects, NULL));
    g_assert_cmpint (next, ==, CALL_STATE_ENDED);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (living); i++) {
    g_assert_true (call_session_machine_step (living[i], CALL_SESSION_EVENT_CALL_ENDED, &next,
                                              &effects, NULL));
    g_assert_cmpint (next, ==, CALL_STATE_ENDED);
  }
}

/* Ringing that starts is stopped on every way out, media too. */
static void
test_effects_balance (void)
{
  gsize n;
  const CallSessionEdge *edges = call_session_machine_edges (&n);

  for (gsize i = 0; i < n; i++) {
    gboolean was_ringing = edges[i].state == CALL_STATE_RINGING_OUT ||
                           edges[i].state == CALL_STATE_RINGING_IN;
    gboolean had_media = edges[i].state == CALL_STATE_CONNECTING ||
                         edges[i].state == CALL_STATE_IN_CALL;
    gboolean keeps_media = edges[i].next == CALL_STATE_CONNECTING ||
                           edges[i].next == CALL_STATE_IN_CALL;

    if (was_ringing && edges[i].next != edges[i].state)
      g_assert_true (edges[i].effects & CALL_SESSION_EFFECT_STOP_RINGING);
    if (had_media && !keeps_media)
      g_assert_true (edges[i].effects & CALL_SESSION_EFFECT_STOP_MEDIA);
    if (edges[i].effects & CALL_SESSION_EFFECT_START_GENERATION)
      g_assert_true (keeps_media);
  }
}

static void
test_names (void)
{
  for (int event = 0; event < CALL_SESSION_N_EVENTS; event++)
    g_assert_cmpstr (call_session_event_name (event), !=, "unknown");
  g_assert_cmpstr (call_session_event_name (CALL_SESSION_N_EVENTS), ==, "unknown");
  g_assert_cmpstr (call_session_effect_name (0), ==, "none");
  g_assert_cmpstr (call_session_effect_name (3), ==, "none");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rules/session-machine/every-pair", test_every_pair);
  g_test_add_func ("/rules/session-machine/table", test_table);
  g_test_add_func ("/rules/session-machine/over-is-over", test_over_is_over);
  g_test_add_func ("/rules/session-machine/never-stuck", test_never_stuck);
  g_test_add_func ("/rules/session-machine/effects-balance", test_effects_balance);
  g_test_add_func ("/rules/session-machine/names", test_names);

  return g_test_run ();
}
