/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define CALLD_TYPE_CLOCK (calld_clock_get_type ())
G_DECLARE_FINAL_TYPE (CalldClock, calld_clock, CALLD, CLOCK, GObject)

/**
 * CalldTimer:
 *
 * One pending timer. It is owned by its clock and gone once it fired or was cancelled.
 */
typedef struct _CalldTimer CalldTimer;

/**
 * CalldTimerFunc:
 * @user_data: what was given with the timer
 *
 * Called once in the context that made the clock. The timer is gone already: forget the pointer.
 */
typedef void (*CalldTimerFunc) (gpointer user_data);

CalldClock *calld_clock_new (void);
CalldClock *calld_clock_new_for_tests (gint64 wall_ms);

gint64 calld_clock_now_ms (CalldClock *self);
gint64 calld_clock_monotonic_us (CalldClock *self);

CalldTimer *
calld_clock_add_timer (CalldClock *self, gint64 delay_ms, CalldTimerFunc func, gpointer user_data);
CalldTimer *calld_clock_add_timer_at (CalldClock *self,
                                      gint64 wall_ms,
                                      CalldTimerFunc func,
                                      gpointer user_data);
void calld_clock_cancel (CalldClock *self, CalldTimer *timer);
guint calld_clock_get_n_timers (CalldClock *self);

void calld_clock_advance (CalldClock *self, gint64 ms);
void calld_clock_jump (CalldClock *self, gint64 ms);

/**
 * calld_clock_clear:
 * @self: a clock
 * @timer: (inout): address of a timer pointer
 *
 * Cancels the timer that @timer holds, if any, and forgets it.
 */
static inline void
calld_clock_clear (CalldClock *self, CalldTimer **timer)
{
  CalldTimer *pending = *timer;

  *timer = NULL;
  if (pending != NULL)
    calld_clock_cancel (self, pending);
}

G_END_DECLS
