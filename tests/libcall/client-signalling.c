/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-ice-server.h"
#include "call-peer-signalling.h"
#include "call-peerjs.h"
#include "client-fixture.h"

/* Two ends of one call, over the relay. */
typedef struct {
  CallPeerSignalling *signalling;
  GString *heard;
} End;

typedef struct {
  FakeServer *server;
  CallHttp *http;
  CallClock *clock;
  End a;
  End b;
} Pair;

static void
on_started (CallSignalling *signalling, guint generation, gboolean offer, End *end)
{
  g_string_append_printf (end->heard, "start%u%s ", generation, offer ? "+" : "-");
}

static void
on_description (CallSignalling *signalling,
                guint generation,
                const char *type,
                const char *sdp,
                End *end)
{
  g_string_append_printf (end->heard, "%s%u:%s ", type, generation, sdp);
}

static void
on_candidate (CallSignalling *signalling,
              guint generation,
              const char *candidate,
              const char *sdp_mid,
              guint sdp_mline_index,
              End *end)
{
  g_string_append_printf (end->heard, "cand%u:%s/%s/%u ", generation, candidate, sdp_mid,
                          sdp_mline_index);
}

static void
on_finished (CallSignalling *signalling, End *end)
{
  g_string_append (end->heard, "finished ");
}

static void
listen (End *end)
{
  g_signal_connect (end->signalling, "generation-started", G_CALLBACK (on_started), end);
  g_signal_connect (end->signalling, "description-received", G_CALLBACK (on_description), end);
  g_signal_connect (end->signalling, "candidate-received", G_CALLBACK (on_candidate), end);
  g_signal_connect (end->signalling, "finished", G_CALLBACK (on_finished), end);
}

static void
set_up_end (Pair *pair, End *end)
{
  end->signalling = call_peer_signalling_new (pair->http, pair->clock, VISIT);
  end->heard = g_string_new (NULL);
  call_peer_signalling_set_call_id (end->signalling, CALL_1);
  call_peer_signalling_connect (end->signalling);
}

static void
set_up_silent (Pair *pair, gconstpointer unused)
{
  pair->server = fake_server_new ();
  pair->http = call_http_new (fake_server_get_url (pair->server));
  pair->clock = call_clock_new_for_tests (NOW_MS);
  set_up_end (pair, &pair->a);
  set_up_end (pair, &pair->b);
  call_peer_signalling_set_remote (pair->a.signalling,
                                   call_peer_signalling_get_peer_id (pair->b.signalling));
  call_peer_signalling_set_remote (pair->b.signalling,
                                   call_peer_signalling_get_peer_id (pair->a.signalling));
  /* Both ends are open when both have begun their heartbeats. */
  test_await (call_clock_get_n_timers (pair->clock) == 2);
}

static void
set_up (Pair *pair, gconstpointer unused)
{
  set_up_silent (pair, NULL);
  listen (&pair->a);
  listen (&pair->b);
}

static void
tear_down_end (End *end)
{
  gpointer signalling = end->signalling;

  call_peer_signalling_finish (end->signalling);
  g_signal_handlers_disconnect_by_data (end->signalling, end);
  g_object_add_weak_pointer (signalling, &signalling);
  g_object_unref (end->signalling);
  test_await (signalling == NULL);
  g_string_free (end->heard, TRUE);
}

static void
tear_down (Pair *pair, gconstpointer unused)
{
  tear_down_end (&pair->a);
  tear_down_end (&pair->b);
  test_settle ();
  g_assert_cmpuint (call_clock_get_n_timers (pair->clock), ==, 0);
  g_object_unref (pair->clock);
  g_object_unref (pair->http);
  fake_server_free (pair->server);
  test_settle ();
}

static void
start (Pair *pair, guint generation)
{
  call_peer_signalling_start (pair->a.signalling, generation, TRUE);
  call_peer_signalling_start (pair->b.signalling, generation, FALSE);
}

static void
describe (End *end, guint generation, const char *type, const char *sdp)
{
  call_signalling_send_description (CALL_SIGNALLING (end->signalling), generation, type, sdp);
}

static void
candidate (End *end, guint generation, const char *text)
{
  call_signalling_send_candidate (CALL_SIGNALLING (end->signalling), generation, text, "0", 0);
}

/* A marker that goes the same way as all the rest: once it is there, the rest is. */
static void
assert_heard (End *from, End *to, guint generation, const char *expected)
{
  g_autofree char *marker = g_strdup_printf ("cand%u:marker/0/0 ", generation);
  g_autofree char *all = g_strconcat (expected, marker, NULL);

  candidate (from, generation, "marker");
  test_await (g_str_has_suffix (to->heard->str, marker));
  g_assert_cmpstr (to->heard->str, ==, all);
  g_string_set_size (to->heard, 0);
}

static void
test_offer_and_answer (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  g_assert_cmpstr (pair->a.heard->str, ==, "start1+ ");
  describe (&pair->a, 1, "offer", "sdp-a");
  candidate (&pair->a, 1, "c1");
  candidate (&pair->a, 1, "");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:sdp-a cand1:c1/0/0 cand1:/0/0 ");
  describe (&pair->b, 1, "answer", "sdp-b");
  assert_heard (&pair->b, &pair->a, 1, "start1+ answer1:sdp-b ");
}

/* Those before the description wait for it. */
static void
test_early_candidates (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  candidate (&pair->a, 1, "c1");
  candidate (&pair->a, 1, "c2");
  describe (&pair->a, 1, "offer", "sdp");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:sdp cand1:c1/0/0 cand1:c2/0/0 ");
}

/* The relay may be faster than the event that starts the generation. */
static void
test_before_the_generation (Pair *pair, gconstpointer unused)
{
  call_peer_signalling_start (pair->a.signalling, 1, TRUE);
  describe (&pair->a, 1, "offer", "sdp");
  candidate (&pair->a, 1, "c1");
  candidate (&pair->b, 1, "nothing started here");
  candidate (&pair->a, 1, "marker");
  test_await (fake_server_count (pair->server, "event CANDIDATE") == 2);
  test_settle ();
  call_peer_signalling_start (pair->b.signalling, 1, FALSE);
  test_await (g_str_has_suffix (pair->b.heard->str, "marker/0/0 "));
  g_assert_cmpstr (pair->b.heard->str, ==, "start1- offer1:sdp cand1:c1/0/0 cand1:marker/0/0 ");
}

static void
test_generations (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  describe (&pair->a, 1, "offer", "one");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:one ");
  start (pair, 3);
  describe (&pair->a, 1, "offer", "too late");
  candidate (&pair->a, 1, "too late");
  candidate (&pair->a, 2, "never was");
  describe (&pair->a, 3, "offer", "three");
  assert_heard (&pair->a, &pair->b, 3, "start3- offer3:three ");
  start (pair, 2);
  start (pair, 3);
  assert_heard (&pair->a, &pair->b, 3, "");
  g_assert_cmpuint (call_signalling_get_generation (CALL_SIGNALLING (pair->b.signalling), NULL), ==,
                    3);
}

/* One side is ahead: what it sends is kept until the other knows. */
static void
test_one_side_ahead (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  describe (&pair->a, 1, "offer", "one");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:one ");
  call_peer_signalling_start (pair->a.signalling, 2, TRUE);
  candidate (&pair->a, 2, "c2");
  describe (&pair->a, 2, "offer", "two");
  candidate (&pair->a, 2, "marker");
  test_await (fake_server_count (pair->server, "event CANDIDATE") == 3);
  test_settle ();
  call_peer_signalling_start (pair->b.signalling, 2, FALSE);
  test_await (g_str_has_suffix (pair->b.heard->str, "marker/0/0 "));
  g_assert_cmpstr (pair->b.heard->str, ==, "start2- offer2:two cand2:c2/0/0 cand2:marker/0/0 ");
}

static void
relay (Pair *pair,
       End *to,
       const char *src,
       CallPeerjsType type,
       const char *call,
       guint generation)
{
  g_auto (CallPeerjsSignal) signal = { 0 };
  g_auto (CallPeerjsMessage) message = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *forged = NULL;

  signal.type = type;
  signal.call_id = g_strdup (call);
  signal.generation = generation;
  signal.appointment_id = g_strdup (VISIT);
  signal.connection_id = call_peerjs_connection_id_new (call, generation);
  signal.sdp = type == CALL_PEERJS_CANDIDATE ? NULL : g_strdup ("forged");
  signal.candidate = type == CALL_PEERJS_CANDIDATE ? g_strdup ("forged") : NULL;
  text = call_peerjs_signal_encode (&signal, call_peer_signalling_get_peer_id (to->signalling));
  g_assert_true (call_peerjs_message_parse (&message, text, strlen (text), NULL));
  g_free (message.src);
  message.src = g_strdup (src);
  forged = call_peerjs_message_encode (&message);
  fake_server_relay_raw (pair->server, call_peer_signalling_get_peer_id (to->signalling), forged);
}

static void
test_foreign_messages (Pair *pair, gconstpointer unused)
{
  const char *const a = call_peer_signalling_get_peer_id (pair->a.signalling);
  const char *const b = call_peer_signalling_get_peer_id (pair->b.signalling);

  start (pair, 2);
  relay (pair, &pair->b, REMOTE_PEER, CALL_PEERJS_OFFER, CALL_1, 2); /* somebody else */
  relay (pair, &pair->b, a, CALL_PEERJS_OFFER, CALL_2, 2);           /* another call */
  relay (pair, &pair->b, a, CALL_PEERJS_OFFER, CALL_1, 1);           /* an older generation */
  relay (pair, &pair->b, a, CALL_PEERJS_ANSWER, CALL_1, 2);          /* it has offered nothing */
  relay (pair, &pair->a, b, CALL_PEERJS_OFFER, CALL_1, 2);           /* it is the one to offer */
  fake_server_relay_raw (pair->server, b, "garbage");
  fake_server_relay_raw (pair->server, b, "{\"type\":\"OFFER\",\"src\":\"x\",\"payload\":5}");
  fake_server_relay_raw (pair->server, b, "{\"type\":\"LEAVE\",\"src\":\"x\"}");
  describe (&pair->a, 2, "offer", "true");
  test_await (strstr (pair->b.heard->str, "offer2:true") != NULL);
  relay (pair, &pair->b, a, CALL_PEERJS_OFFER, CALL_1, 2); /* a second one */
  assert_heard (&pair->a, &pair->b, 2, "start2- offer2:true ");
  describe (&pair->b, 2, "answer", "true");
  assert_heard (&pair->b, &pair->a, 2, "start2+ answer2:true ");
}

/* An engine that comes late gets what has come, soon after it asks, and not inside that call. */
static void
test_late_engine (Pair *pair, gconstpointer unused)
{
  gboolean offer = TRUE;

  listen (&pair->a);
  start (pair, 1);
  describe (&pair->a, 1, "offer", "sdp");
  candidate (&pair->a, 1, "c1");
  describe (&pair->b, 1, "answer", "sdp"); /* b's engine is deaf; wait until a has heard b */
  test_await (strstr (pair->a.heard->str, "answer1:sdp") != NULL);
  listen (&pair->b);
  g_assert_cmpuint (call_signalling_get_generation (CALL_SIGNALLING (pair->b.signalling), &offer),
                    ==, 1);
  g_assert_false (offer);
  g_assert_cmpstr (pair->b.heard->str, ==, "");
  assert_heard (&pair->a, &pair->b, 1, "offer1:sdp cand1:c1/0/0 ");
}

/* The relay dies in the middle of setting up: all is sent again, and heard once. */
static void
test_relay_comes_back (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  describe (&pair->a, 1, "offer", "sdp");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:sdp ");
  fake_server_cut (pair->server);
  describe (&pair->b, 1, "answer", "lost on its way");
  test_await_moving (pair->clock, strstr (pair->a.heard->str, "answer1:lost on its way") != NULL);
  g_assert_null (strstr (pair->b.heard->str, "offer1"));
}

static void
test_reconnect (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  describe (&pair->a, 1, "offer", "sdp");
  assert_heard (&pair->a, &pair->b, 1, "start1- offer1:sdp ");
  call_peer_signalling_reconnect (pair->a.signalling);
  call_peer_signalling_reconnect (pair->b.signalling);
  describe (&pair->b, 1, "answer", "after");
  test_await_moving (pair->clock, strstr (pair->a.heard->str, "answer1:after") != NULL);
}

/* The other side is not at the relay yet. */
static void
test_expire (Pair *pair, gconstpointer unused)
{
  call_peer_signalling_set_remote (pair->a.signalling, REMOTE_PEER);
  start (pair, 1);
  describe (&pair->a, 1, "offer", "sdp");
  test_await (call_clock_get_n_timers (pair->clock) == 3); /* two heartbeats, and to send again */
  call_peer_signalling_set_remote (pair->a.signalling,
                                   call_peer_signalling_get_peer_id (pair->b.signalling));
  call_clock_advance (pair->clock, 1000);
  test_await (g_str_equal (pair->b.heard->str, "start1- offer1:sdp "));
}

static void
test_heartbeat (Pair *pair, gconstpointer unused)
{
  call_clock_advance (pair->clock, 5000);
  test_await (fake_server_count (pair->server, "event HEARTBEAT") == 2);
  call_clock_advance (pair->clock, 10000);
  test_await (fake_server_count (pair->server, "event HEARTBEAT") == 6);
}

static void
test_overflow (Pair *pair, gconstpointer unused)
{
  guint n = 0;

  start (pair, 1);
  for (guint i = 0; i < CALL_PEER_SIGNALLING_MAX_KEPT + 10; i++)
    candidate (&pair->a, 1, "c");
  describe (&pair->a, 1, "offer", "sdp");
  test_await (strstr (pair->b.heard->str, "offer1:sdp cand1:c") != NULL);
  candidate (&pair->a, 1, "marker");
  test_await (g_str_has_suffix (pair->b.heard->str, "marker/0/0 "));
  for (const char *p = pair->b.heard->str; (p = strstr (p, "cand1:c/")) != NULL; p++)
    n++;
  /* The description took one of the places on its way to the engine. */
  g_assert_cmpuint (n, ==, CALL_PEER_SIGNALLING_MAX_KEPT - 1);
}

static void
on_report (CallPeerSignalling *signalling, guint generation, guint *sum)
{
  *sum += generation;
}

static void
on_report_lost (CallPeerSignalling *signalling, guint generation, const char *why, guint *sum)
{
  g_assert_cmpstr (why, ==, "why");
  *sum += generation;
}

static void
test_reports (Pair *pair, gconstpointer unused)
{
  CallSignalling *a = CALL_SIGNALLING (pair->a.signalling);
  guint flowing = 0;
  guint stalled = 0;
  guint lost = 0;

  g_signal_connect (a, "flowing", G_CALLBACK (on_report), &flowing);
  g_signal_connect (a, "stalled", G_CALLBACK (on_report), &stalled);
  g_signal_connect (a, "lost", G_CALLBACK (on_report_lost), &lost);
  call_signalling_report_flowing (a, 1); /* nothing has started */
  start (pair, 2);
  call_signalling_report_flowing (a, 1);
  call_signalling_report_stalled (a, 3);
  call_signalling_report_lost (a, 1, "why");
  g_assert_cmpuint (flowing + stalled + lost, ==, 0);
  call_signalling_report_flowing (a, 2);
  call_signalling_report_stalled (a, 2);
  call_signalling_report_lost (a, 2, "why");
  call_peer_signalling_finish (pair->a.signalling);
  call_signalling_report_lost (a, 2, "why");
  g_assert_cmpuint (flowing, ==, 2);
  g_assert_cmpuint (stalled, ==, 2);
  g_assert_cmpuint (lost, ==, 2);
}

static void
test_finish (Pair *pair, gconstpointer unused)
{
  start (pair, 1);
  describe (&pair->a, 1, "offer", "sdp");
  call_peer_signalling_finish (pair->b.signalling);
  call_peer_signalling_finish (pair->b.signalling);
  call_peer_signalling_start (pair->b.signalling, 2, FALSE);
  describe (&pair->b, 1, "answer", "sdp");
  test_await (fake_server_n_peers (pair->server) == 1);
  g_assert_cmpstr (pair->b.heard->str, ==, "start1- finished ");
  g_assert_cmpuint (call_signalling_get_generation (CALL_SIGNALLING (pair->b.signalling), NULL), ==,
                    0);
}

static void
test_ice_servers (Pair *pair, gconstpointer unused)
{
  const char *const urls[] = { "stun:a.test", NULL };
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) some = NULL;
  CallSignalling *a = CALL_SIGNALLING (pair->a.signalling);

  none = call_signalling_get_ice_servers (a);
  g_assert_cmpuint (none->len, ==, 0);
  g_ptr_array_add (servers, call_ice_server_new (urls, NULL, NULL));
  call_peer_signalling_set_ice_servers (pair->a.signalling, servers);
  some = call_signalling_get_ice_servers (a);
  g_assert_cmpuint (some->len, ==, 1);
  g_assert_true (some->pdata[0] == servers->pdata[0]);
}

#define ADD(path, func) g_test_add ("/client/signalling/" path, Pair, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("offer-and-answer", test_offer_and_answer);
  ADD ("early-candidates", test_early_candidates);
  ADD ("before-the-generation", test_before_the_generation);
  ADD ("generations", test_generations);
  ADD ("one-side-ahead", test_one_side_ahead);
  ADD ("foreign-messages", test_foreign_messages);
  g_test_add ("/client/signalling/late-engine", Pair, NULL, set_up_silent, test_late_engine,
              tear_down);
  ADD ("relay-comes-back", test_relay_comes_back);
  ADD ("reconnect", test_reconnect);
  ADD ("expire", test_expire);
  ADD ("heartbeat", test_heartbeat);
  ADD ("overflow", test_overflow);
  ADD ("reports", test_reports);
  ADD ("finish", test_finish);
  ADD ("ice-servers", test_ice_servers);

  return g_test_run ();
}
