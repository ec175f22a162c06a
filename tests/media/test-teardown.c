/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "media-fixture.h"

#include <dirent.h>
#include <malloc.h>

/* Calls that end at the worst moments: nothing hangs, nothing is left behind. */

#define LONG 40.0

typedef struct {
  guint threads;
  guint descriptors;
  gsize memory; /* resident, bytes */
} Footprint;

static guint
count_entries (const char *path)
{
  DIR *dir = opendir (path);
  guint n = 0;

  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

static Footprint
measure (void)
{
  Footprint footprint = { count_entries ("/proc/self/task"), count_entries ("/proc/self/fd"), 0 };
  g_autofree char *statm = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  words = g_strsplit (statm, " ", 3);
  footprint.memory = g_ascii_strtoull (words[1], NULL, 10) * 4096;
  return footprint;
}

/* The moments at which a call is torn down. */
typedef gboolean (*Moment) (MediaPair *pair);

static gboolean
at_once (MediaPair *pair)
{
  return TRUE;
}

static gboolean
after_offer (MediaPair *pair)
{
  return pair->link->ends[0]->n_descriptions > 0;
}

static gboolean
after_answer (MediaPair *pair)
{
  return pair->link->ends[1]->n_descriptions > 0;
}

static gboolean
after_first_candidate (MediaPair *pair)
{
  return pair->link->ends[0]->n_candidates > 0;
}

static gboolean
when_flowing (MediaPair *pair)
{
  return media_pair_is_flowing (pair);
}

static void
run_once (Moment moment)
{
  MediaPair *pair = media_pair_new ();

  media_pair_start (pair);
  wait_until (moment (pair), LONG);
  media_pair_free (pair);
}

typedef struct {
  const char *path;
  Moment moment;
  guint times;
  gsize growth; /* bytes that may be lost each time; webrtcbin 1.22 itself loses some */
} Torture;

static const Torture tortures[] = {
  { "/teardown/at-once", at_once, 25, 1024 * 1024 },
  { "/teardown/after-offer", after_offer, 25, 1024 * 1024 },
  { "/teardown/after-answer", after_answer, 25, 1024 * 1024 },
  { "/teardown/after-first-candidate", after_first_candidate, 10, 1024 * 1024 },
  { "/teardown/flowing", when_flowing, 15, 1024 * 1024 },
};

/* Threads end a moment after they have said so. */
static void
assert_like (const Footprint *before)
{
  wait_until (measure ().threads <= before->threads + 1, LONG);
  wait_until (measure ().descriptors <= before->descriptors + 1, LONG);
}

static void
test_torture (gconstpointer data)
{
  const Torture *torture = data;
  Footprint before, after;

  for (guint i = 0; i < 8; i++) /* what is loaded and cached once */
    run_once (torture->moment);
  before = measure ();
  for (guint i = 0; i < torture->times; i++)
    run_once (torture->moment);
  assert_like (&before);
  after = measure ();
  g_test_message ("threads %u then %u, descriptors %u then %u, %" G_GSSIZE_FORMAT " kB each time",
                  before.threads, after.threads, before.descriptors, after.descriptors,
                  ((gssize) after.memory - (gssize) before.memory) / 1024 /
                      (gssize) torture->times);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (after.memory, <, before.memory + torture->times * torture->growth);
#endif
}

/* An engine that is dropped without being stopped stops by itself, and tells nothing. */
static void
test_dropped (void)
{
  for (guint i = 0; i < 5; i++) {
    g_autoptr (LoopbackLink) link = loopback_link_new ();
    MediaSide sides[2] = { 0 };

    for (guint k = 0; k < 2; k++) {
      media_side_init (&sides[k], CALL_SIGNALLING (link->ends[k]));
      g_assert_true (call_engine_start (sides[k].engine, NULL));
    }
    loopback_link_start_generation (link);
    wait_until (link->ends[1]->n_descriptions > 0, LONG);
    for (guint k = 0; k < 2; k++) {
      sides[k].silent = TRUE;
      g_assert_finalize_object (sides[k].engine);
      wait_until (GST_OBJECT_REFCOUNT_VALUE (sides[k].eye->sink) == 1, LONG);
      wait_until (GST_OBJECT_REFCOUNT_VALUE (sides[k].self_->sink) == 1, LONG);
      media_eye_free (sides[k].eye);
      media_eye_free (sides[k].self_);
    }
    while (g_main_context_iteration (NULL, FALSE))
      ; /* letters on their way */
  }
}

/* Generations as fast as they come: only the newest matters. */
static void
test_generation_storm (void)
{
  MediaPair *pair = media_pair_new ();

  media_pair_start (pair);
  for (guint i = 0; i < 20; i++) {
    guint steps = g_test_rand_int_range (0, 30);

    while (steps-- > 0)
      g_main_context_iteration (NULL, FALSE);
    pair->link->generation++;
    loopback_link_start_generation (pair->link);
  }
  wait_until (media_pair_is_flowing (pair), LONG);
  g_assert_cmpuint (pair->link->ends[0]->last_flowing, ==, pair->link->generation);
  media_pair_free (pair);
}

int
main (int argc, char **argv)
{
  /* A heap for each thread grows for its own reasons and would hide what is really lost. */
  mallopt (M_ARENA_MAX, 1);
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tortures); i++)
    g_test_add_data_func (tortures[i].path, &tortures[i], test_torture);
  g_test_add_func ("/teardown/dropped", test_dropped);
  g_test_add_func ("/teardown/generation-storm", test_generation_storm);
  return g_test_run ();
}
