/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"
#include "media-process.h"

/*
 * Two peers, each a process in a network namespace of its own, with one interface each and a line
 * between them that loses and delays.
 */

#define LONG 60.0

static const char *const addresses[] = { "10.99.0.1", "10.99.0.2" };

static MediaProcesses *
start (double loss, guint delay_ms)
{
  MediaProcesses *peers = media_processes_new (addresses);

  if (peers == NULL) {
    g_test_skip ("network namespaces with TUN interfaces are not permitted here");
    return NULL;
  }
  media_processes_set_network (peers, loss, delay_ms, FALSE);
  media_processes_start_generation (peers);
  wait_until (media_processes_is_flowing (peers), LONG);
  return peers;
}

static void
ask (MediaProcesses *peers)
{
  media_processes_ask (peers);
  wait_until (media_processes_have_answered (peers), LONG);
}

/* Runs until both have decoded @n pictures more, and says what part of the sent ones that is. */
static void
watch (MediaProcesses *peers, guint n, double ratios[2])
{
  MediaFigures before[2];

  ask (peers);
  for (guint i = 0; i < 2; i++)
    before[i] = *media_processes_get_figures (peers, i);
  for (;;) {
    g_autoptr (MediaDeadline) pause = media_deadline_new (0.5);
    const MediaFigures *a = media_processes_get_figures (peers, 0);
    const MediaFigures *b = media_processes_get_figures (peers, 1);

    ask (peers);
    ratios[0] = (double) (a->decoded - before[0].decoded) / (b->sent - before[1].sent);
    ratios[1] = (double) (b->decoded - before[1].decoded) / (a->sent - before[0].sent);
    if (a->decoded >= before[0].decoded + n && b->decoded >= before[1].decoded + n)
      return;
    while (!media_deadline_is_over (pause))
      g_main_context_iteration (NULL, TRUE);
  }
}

static void
test_line (double loss, guint delay_ms, double at_least)
{
  MediaProcesses *peers = start (loss, delay_ms);
  double ratios[2];

  if (peers == NULL)
    return;
  watch (peers, 250, ratios);
  for (guint i = 0; i < 2; i++) {
    const MediaFigures *figures = media_processes_get_figures (peers, i);

    g_test_message ("decoded %.3f, connected after %" G_GINT64_FORMAT " ms, first picture after "
                    "%" G_GINT64_FORMAT " ms, rtt %.0f ms",
                    ratios[i], figures->connected_ms, figures->first_frame_ms, figures->rtt_ms);
    g_assert_cmpfloat (ratios[i], >, at_least);
    g_assert_cmpfloat (figures->level, >, -40);
    /* Where packets get lost, so may all reports that carried a round trip. */
    if (loss == 0 || figures->rtt_ms >= 0)
      g_assert_cmpfloat (figures->rtt_ms, >=, 1.6 * delay_ms);
  }
  g_assert_cmpuint (media_processes_get_generation (peers), ==, 1);
  media_processes_free (peers);
}

static void
test_clean (void)
{
  test_line (0, 0, 0.9);
}

static void
test_delay (void)
{
  test_line (0, 60, 0.85);
}

/* Without retransmission a twelfth would be left. */
static void
test_loss (void)
{
  test_line (0.05, 20, 0.6);
}

/* The line is dead for some seconds: the call goes on by itself. */
static void
test_short_cut (void)
{
  MediaProcesses *peers = start (0, 10);
  g_autoptr (MediaDeadline) four_seconds = NULL;
  double ratios[2];

  if (peers == NULL)
    return;
  media_processes_set_network (peers, 0, 10, TRUE);
  four_seconds = media_deadline_new (4);
  while (!media_deadline_is_over (four_seconds))
    g_main_context_iteration (NULL, TRUE);
  media_processes_set_network (peers, 0, 10, FALSE);
  watch (peers, 100, ratios);
  g_assert_cmpuint (media_processes_get_generation (peers), ==, 1);
  media_processes_free (peers);
}

/* Dead for longer: a new generation. */
static void
test_long_cut (void)
{
  MediaProcesses *peers = start (0, 10);
  double ratios[2];

  if (peers == NULL)
    return;
  media_processes_set_network (peers, 0, 10, TRUE);
  wait_until (media_processes_get_generation (peers) > 1, LONG);
  media_processes_set_network (peers, 0, 10, FALSE);
  wait_until (media_processes_is_flowing (peers), LONG);
  watch (peers, 50, ratios);
  media_processes_free (peers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/network/clean", test_clean);
  g_test_add_func ("/network/delay", test_delay);
  g_test_add_func ("/network/loss", test_loss);
  g_test_add_func ("/network/cut-for-four-seconds", test_short_cut);
  g_test_add_func ("/network/cut", test_long_cut);
  return g_test_run ();
}
