/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "crowd.h"

#include <unistd.h>

/*
 * calld dies without a word, again and again, while a thousand messages a second come in. Nothing
 * that was acknowledged is lost, nothing is there twice, and everybody comes back, is told what it
 * missed, and hears on.
 */

#define PEOPLE 200
#define ROOM 10
#define RATE 1000
#define DEATHS 3

static void
test_kill (void)
{
  Crowd *crowd = crowd_new (PEOPLE, ROOM, NULL);
  guint from;

  crowd->expects_departures = TRUE;
  for (guint i = 0; i < DEATHS; i++) {
    crowd_chat (crowd, RATE, 0.7);
    load_server_kill (crowd->server);
    /* They all notice, and nobody listens. */
    while (crowd->lost->len < PEOPLE)
      load_swarm_turn (crowd->swarm, 20);
    crowd_check_store (crowd);
    load_server_start (crowd->server);
    crowd_wait_for_all (crowd);
    g_test_message ("death %u: %u said, %u acknowledged", i + 1, crowd->sent, crowd->acknowledged);
    /* What was stored before it died and not told any more is had by asking. */
    crowd_resume (crowd);
    crowd_say_again (crowd);
    g_assert_true (crowd_settle (crowd, 60));
    crowd_resume (crowd);
    crowd_assert_known_by_all (crowd);
  }
  g_assert_cmpuint (crowd->refused, ==, 0);
  g_assert_cmpuint (crowd->departures, ==, DEATHS * PEOPLE);

  from = crowd->sent;
  crowd_chat (crowd, RATE, 0.5);
  g_assert_true (crowd_settle (crowd, 60));
  crowd_assert_heard_by_all (crowd, from);

  crowd->expects_departures = TRUE;
  load_server_kill (crowd->server);
  crowd_check_store (crowd);
  g_assert_cmpint (load_clinic_count_messages (crowd->clinic), ==, crowd->sent);
  crowd_free (crowd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (240);
  g_test_add_func ("/faults/kill/nothing-acknowledged-is-lost", test_kill);
  return g_test_run ();
}
