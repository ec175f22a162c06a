/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-clock.h"

#include <unistd.h>

#define START G_GINT64_CONSTANT (1772460000000)

typedef struct {
  CalldClock *clock;
  GString *log;
  CalldTimer *timer;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = calld_clock_new_for_tests (START);
  self->log = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (calld_clock_get_n_timers (self->clock), ==, 0);
  g_assert_finalize_object (self->clock);
  g_string_free (self->log, TRUE);
}

static Fixture *current;

static void
on_timer (gpointer user_data)
{
  g_string_append_printf (current->log, "%s@%" G_GINT64_FORMAT " ", (const char *) user_data,
                          calld_clock_now_ms (current->clock) - START);
}

static CalldTimer *
add (Fixture *self, gint64 delay, const char *name)
{
  current = self;
  return calld_clock_add_timer (self->clock, delay, on_timer, (gpointer) name);
}

static CalldTimer *
add_at (Fixture *self, gint64 after, const char *name)
{
  current = self;
  return calld_clock_add_timer_at (self->clock, START + after, on_timer, (gpointer) name);
}

static void
test_order (Fixture *self, gconstpointer data)
{
  add (self, 200, "c");
  add (self, 100, "a");
  add_at (self, 150, "b");
  add (self, 200, "d");
  calld_clock_advance (self->clock, 99);
  g_assert_cmpstr (self->log->str, ==, "");
  calld_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->log->str, ==, "a@100 b@150 c@200 d@200 ");
  g_assert_cmpint (calld_clock_now_ms (self->clock), ==, START + 1099);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  CalldTimer *timer = add (self, 100, "a");

  add (self, 100, "b");
  calld_clock_clear (self->clock, &timer);
  g_assert_null (timer);
  calld_clock_clear (self->clock, &timer);
  calld_clock_advance (self->clock, 100);
  g_assert_cmpstr (self->log->str, ==, "b@100 ");
}

static void
on_rearm (gpointer user_data)
{
  Fixture *self = user_data;

  on_timer ((gpointer) "r");
  if (self->log->len < 20)
    calld_clock_add_timer (self->clock, 10, on_rearm, self);
}

static void
test_rearm_while_firing (Fixture *self, gconstpointer data)
{
  current = self;
  calld_clock_add_timer (self->clock, 10, on_rearm, self);
  calld_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->log->str, ==, "r@10 r@20 r@30 r@40 ");
}

static void
on_cancel_other (gpointer user_data)
{
  Fixture *self = user_data;

  calld_clock_clear (self->clock, &self->timer);
}

static void
test_cancel_while_firing (Fixture *self, gconstpointer data)
{
  current = self;
  calld_clock_add_timer (self->clock, 10, on_cancel_other, self);
  self->timer = add (self, 10, "never");
  calld_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->log->str, ==, "");
}

/* Setting the system's clock moves dates, not delays. */
static void
test_jump (Fixture *self, gconstpointer data)
{
  gint64 monotonic = calld_clock_monotonic_us (self->clock);

  add (self, 1000, "delay");
  add_at (self, 3600000, "date");
  calld_clock_jump (self->clock, 3600000);
  g_assert_cmpstr (self->log->str, ==, "date@3600000 ");
  g_assert_cmpint (calld_clock_monotonic_us (self->clock), ==, monotonic);
  calld_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->log->str, ==, "date@3600000 delay@3601000 ");
}

static void
test_jump_back (Fixture *self, gconstpointer data)
{
  add_at (self, 1000, "date");
  calld_clock_jump (self->clock, -60000);
  calld_clock_advance (self->clock, 60000);
  g_assert_cmpstr (self->log->str, ==, "");
  calld_clock_advance (self->clock, 1000);
  g_assert_cmpstr (self->log->str, ==, "date@1000 ");
}

static void
test_past (Fixture *self, gconstpointer data)
{
  add_at (self, -5000, "past");
  add (self, -5, "negative");
  calld_clock_advance (self->clock, 0);
  g_assert_cmpstr (self->log->str, ==, "negative@0 past@0 ");
}

static void
test_far (Fixture *self, gconstpointer data)
{
  CalldTimer *one = calld_clock_add_timer (self->clock, G_MAXINT64, on_timer, NULL);
  CalldTimer *other = calld_clock_add_timer_at (self->clock, G_MAXINT64, on_timer, NULL);

  calld_clock_advance (self->clock, 1000);
  calld_clock_clear (self->clock, &one);
  calld_clock_clear (self->clock, &other);
}

static void
on_quit (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

/* The real one, in a context of its own. */
static void
test_real (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  CalldClock *clock;
  gint64 start;
  CalldTimer *unused;

  g_main_context_push_thread_default (context);
  clock = calld_clock_new ();
  start = calld_clock_monotonic_us (clock);
  unused = calld_clock_add_timer (clock, 3600000, on_quit, loop);
  calld_clock_add_timer (clock, 20, on_quit, loop);
  g_main_loop_run (loop);
  g_assert_cmpint (calld_clock_monotonic_us (clock) - start, >=, 20000);

  calld_clock_add_timer_at (clock, calld_clock_now_ms (clock) + 20, on_quit, loop);
  g_main_loop_run (loop);
  g_assert_cmpint (calld_clock_monotonic_us (clock) - start, >=, 39000);

  /* A far one waits without being asked all the time. */
  calld_clock_clear (clock, &unused);
  unused = calld_clock_add_timer_at (clock, G_MAXINT64, on_quit, loop);
  g_assert_false (g_main_context_iteration (context, FALSE));
  calld_clock_clear (clock, &unused);
  g_assert_finalize_object (clock);
  g_main_context_pop_thread_default (context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
#define ADD(path, func) g_test_add ("/clock/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("order", test_order);
  ADD ("cancel", test_cancel);
  ADD ("rearm-while-firing", test_rearm_while_firing);
  ADD ("cancel-while-firing", test_cancel_while_firing);
  ADD ("jump", test_jump);
  ADD ("jump-back", test_jump_back);
  ADD ("past", test_past);
  ADD ("far", test_far);
  g_test_add_func ("/clock/real", test_real);
  return g_test_run ();
}
