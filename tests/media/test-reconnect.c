/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"
#include "udp-relay.h"

/* Bad networks: between the two engines there is a relay that loses, delays and cuts. */

#define LONG 40.0

typedef struct {
  MediaPair *pair;
  UdpRelay *relay;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->pair = media_pair_new ();
  fixture->relay = udp_relay_new ();
  fixture->pair->link->candidate_func = udp_relay_rewrite;
  fixture->pair->link->user_data = fixture->relay;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  media_pair_free (fixture->pair);
  udp_relay_free (fixture->relay);
}

static void
wait_for_pictures (MediaPair *pair, guint n)
{
  for (guint i = 0; i < 2; i++) {
    guint64 frames = media_side_get_decoded (&pair->sides[i]);

    wait_until (media_side_get_decoded (&pair->sides[i]) >= frames + n, LONG);
  }
}

static void
start (Fixture *fixture)
{
  media_pair_start (fixture->pair);
  wait_until (media_pair_is_flowing (fixture->pair), LONG);
  g_assert_cmpuint (udp_relay_get_forwarded (fixture->relay), >, 0); /* it really goes that way */
}

/* A new generation takes over; the picture of the old one stays until then. */
static void
test_new_generation (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  start (fixture);
  for (guint n = 2; n <= 3; n++) {
    wait_for_pictures (pair, 10);
    pair->link->generation = n;
    loopback_link_start_generation (pair->link);
    for (guint i = 0; i < 2; i++)
      g_assert_cmpint (call_engine_get_state (pair->sides[i].engine), ==, CALL_ENGINE_RECONNECTING);
    wait_until (media_pair_is_flowing (pair), LONG);
    wait_for_pictures (pair, 10);
    for (guint i = 0; i < 2; i++) {
      g_assert_cmpuint (pair->link->ends[i]->last_flowing, ==, n);
      g_assert_cmpuint (pair->link->ends[i]->n_lost, ==, 0);
      g_assert_cmpuint (pair->sides[i].n_flowing, ==, n);
    }
  }
}

/* While the new generation cannot connect the old one's pictures go on. */
static void
test_old_media_stays (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  start (fixture);
  pair->link->candidate_func = NULL;
  pair->link->user_data = NULL;
  pair->link->generation = 2;
  pair->link->frozen = TRUE;
  /* Only one end learns of it: there will be no answer. */
  call_signalling_emit_generation_started (CALL_SIGNALLING (pair->link->ends[0]), 2, TRUE);
  g_assert_cmpint (call_engine_get_state (pair->sides[0].engine), ==, CALL_ENGINE_RECONNECTING);
  wait_for_pictures (pair, 60);
  g_assert_cmpint (call_engine_get_state (pair->sides[0].engine), ==, CALL_ENGINE_RECONNECTING);
  g_assert_cmpint (call_engine_get_state (pair->sides[1].engine), ==, CALL_ENGINE_FLOWING);
}

static void
test_blackout (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  start (fixture);
  wait_for_pictures (pair, 10);
  udp_relay_set_cut (fixture->relay, TRUE);
  wait_until (pair->sides[0].n_lost == 1 && pair->sides[1].n_lost == 1, LONG);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (call_engine_get_state (pair->sides[i].engine), ==, CALL_ENGINE_RECONNECTING);
    g_assert_cmpuint (pair->link->ends[i]->n_stalled, ==, 1);
  }
  udp_relay_set_cut (fixture->relay, FALSE); /* after three to four seconds */
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_for_pictures (pair, 10);
  g_assert_cmpuint (pair->link->generation, ==, 1);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (pair->sides[i].n_recovered, ==, 1);
    g_assert_cmpuint (pair->link->ends[i]->n_lost, ==, 0);
    g_assert_cmpuint (pair->link->ends[i]->n_flowing, ==, 2);
  }
}

/* Gone for good: reconnecting, then lost, then a new generation over another path. */
static void
test_lost (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  start (fixture);
  wait_for_pictures (pair, 10);
  udp_relay_cut_present (fixture->relay);
  wait_until (call_engine_get_state (pair->sides[0].engine) == CALL_ENGINE_RECONNECTING, LONG);
  wait_until (pair->link->generation == 2, LONG);
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_for_pictures (pair, 10);
  g_assert_cmpuint (pair->link->ends[0]->n_lost + pair->link->ends[1]->n_lost, >=, 1);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (pair->link->ends[i]->last_flowing, ==, pair->link->generation);
    g_assert_cmpuint (pair->sides[i].n_failed, ==, 0);
  }
}

/* No path at all: tried some times, then given up with an error; a later generation still works. */
static void
test_no_path (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  udp_relay_set_cut (fixture->relay, TRUE);
  media_pair_start (pair);
  wait_until (pair->sides[0].n_failed > 0 || pair->sides[1].n_failed > 0, 3 * LONG);
  g_assert_cmpuint (pair->link->generation, >=, 2);
  for (guint i = 0; i < 2; i++) {
    if (pair->sides[i].n_failed > 0) {
      g_assert_error (pair->sides[i].error, CALL_ERROR, CALL_ERROR_MEDIA);
      g_assert_cmpint (call_engine_get_state (pair->sides[i].engine), ==, CALL_ENGINE_FAILED);
    }
  }
  udp_relay_set_cut (fixture->relay, FALSE);
  pair->link->frozen = TRUE;
  pair->link->generation += 10;
  loopback_link_start_generation (pair->link);
  wait_until (media_pair_is_flowing (pair), LONG);
}

/* Messages of other generations, and rubbish, change nothing. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  static const char *const rubbish[] = { "", "v=0", "\x01\x02", "{\"type\":\"offer\"}", NULL };
  MediaPair *pair = fixture->pair;
  g_autofree char *old_offer = NULL;
  g_autofree char *old_answer = NULL;

  start (fixture);
  old_offer = g_strdup (pair->link->ends[0]->last_sdp);
  old_answer = g_strdup (pair->link->ends[1]->last_sdp);
  pair->link->generation = 2;
  loopback_link_start_generation (pair->link);

  for (guint i = 0; i < 2; i++) {
    CallSignalling *end = CALL_SIGNALLING (pair->link->ends[i]);
    static const guint others[] = { 0, 1, 3, 1000 };

    for (guint k = 0; k < G_N_ELEMENTS (others); k++) {
      call_signalling_emit_description_received (end, others[k], "offer", old_offer);
      call_signalling_emit_description_received (end, others[k], "answer", old_answer);
      call_signalling_emit_candidate_received (
          end, others[k], "candidate:1 1 UDP 1 127.0.0.1 9 typ host", "audio0", 0);
    }
    for (guint k = 0; rubbish[k] != NULL; k++)
      call_signalling_emit_candidate_received (end, 2, rubbish[k], rubbish[k], 77 + k);
    call_signalling_emit_generation_started (end, 1, i == 0); /* going back */
    call_signalling_emit_generation_started (end, 2, i == 0); /* once more */
  }
  wait_until (media_pair_is_flowing (pair), LONG);
  wait_for_pictures (pair, 10);

  /* In a running call neither. */
  for (guint i = 0; i < 2; i++) {
    CallSignalling *end = CALL_SIGNALLING (pair->link->ends[i]);

    call_signalling_emit_description_received (end, 2, "offer", old_offer);
    call_signalling_emit_description_received (end, 2, "answer", old_answer);
    call_signalling_emit_description_received (end, 2, "nonsense", "");
  }
  wait_for_pictures (pair, 30);
  g_assert_true (media_pair_is_flowing (pair));
  g_assert_cmpuint (pair->link->generation, ==, 2);
}

/* A description that cannot be read fails the generation, and the next one works. */
static void
test_bad_description (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;

  media_pair_start (pair);
  call_signalling_emit_description_received (CALL_SIGNALLING (pair->link->ends[1]), 1, "offer",
                                             "v=0\r\nhello");
  wait_until (pair->link->generation >= 2, LONG);
  wait_until (media_pair_is_flowing (pair), LONG);
  g_assert_cmpuint (pair->sides[0].n_failed + pair->sides[1].n_failed, ==, 0);
}

/* Losses on the way are repaired: nearly all that is sent is decoded. */
static void
test_loss (Fixture *fixture, gconstpointer data)
{
  MediaPair *pair = fixture->pair;
  guint64 sent[2], decoded[2];

  udp_relay_set_loss (fixture->relay, 0.05);
  udp_relay_set_delay (fixture->relay, 20);
  start (fixture);
  wait_for_pictures (pair, 30);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (CallEngineStats) stats = call_engine_get_stats (pair->sides[i].engine);

    sent[i] = stats->frames_sent;
    decoded[i] = stats->frames_decoded;
  }
  wait_for_pictures (pair, 300);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (CallEngineStats) from = call_engine_get_stats (pair->sides[1 - i].engine);
    g_autoptr (CallEngineStats) to = call_engine_get_stats (pair->sides[i].engine);
    double ratio = (double) (to->frames_decoded - decoded[i]) / (from->frames_sent - sent[1 - i]);

    g_test_message ("decoded %.3f of the pictures, loss seen %.3f in, %.3f out, rtt %.0f ms", ratio,
                    to->loss_in, to->loss_out, to->rtt_ms);
    /* A tenth without retransmission, nine tenths on a quiet machine with it. */
    g_assert_cmpfloat (ratio, >, 0.6);
  }
  g_assert_cmpuint (pair->link->generation, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/reconnect/new-generation", test_new_generation);
  ADD ("/reconnect/old-media-stays", test_old_media_stays);
  ADD ("/reconnect/blackout", test_blackout);
  ADD ("/reconnect/lost", test_lost);
  ADD ("/reconnect/no-path", test_no_path);
  ADD ("/reconnect/stale", test_stale);
  ADD ("/reconnect/bad-description", test_bad_description);
  ADD ("/reconnect/loss", test_loss);
  return g_test_run ();
}
