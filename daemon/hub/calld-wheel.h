/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* 11 digits in base 64 hold any 64-bit time. */
#define CALLD_WHEEL_LEVELS 11
#define CALLD_WHEEL_SLOTS 64

typedef struct _CalldWheelTimer CalldWheelTimer;

/**
 * CalldWheelFunc:
 * @timer: the timer that fired; it is stopped already and may be started again
 *
 * Called when a timer is due.
 */
typedef void (*CalldWheelFunc) (CalldWheelTimer *timer);

/**
 * CalldWheelTimer:
 * @next: private
 * @prev: private
 * @due_ms: when it fires, in the wheel's time
 * @func: what is called then
 *
 * A timer, to be part of another struct. Zero @func and links before its first use.
 */
struct _CalldWheelTimer {
  CalldWheelTimer *next;
  CalldWheelTimer *prev;
  guint64 due_ms;
  CalldWheelFunc func;
};

/**
 * CalldWheel:
 *
 * Timers sorted into slots by the digits of their time in base 64: starting and stopping one costs
 * the same whatever their number, and a timer moves at most #CALLD_WHEEL_LEVELS times. It owns no
 * clock: time is what calld_wheel_advance() is told. The fields are private.
 */
typedef struct {
  guint64 now_ms;
  guint64 occupied[CALLD_WHEEL_LEVELS];
  CalldWheelTimer slots[CALLD_WHEEL_LEVELS][CALLD_WHEEL_SLOTS];
  CalldWheelTimer due;
  guint count;
} CalldWheel;

void calld_wheel_init (CalldWheel *self, guint64 now_ms);
void
calld_wheel_start (CalldWheel *self, CalldWheelTimer *timer, guint64 due_ms, CalldWheelFunc func);
void calld_wheel_stop (CalldWheel *self, CalldWheelTimer *timer);
gboolean calld_wheel_next (const CalldWheel *self, guint64 *due_ms);
guint calld_wheel_advance (CalldWheel *self, guint64 now_ms);

/**
 * calld_wheel_is_started:
 * @timer: a timer
 *
 * Whether @timer waits to fire.
 *
 * Returns: %TRUE if it does
 */
static inline gboolean
calld_wheel_is_started (const CalldWheelTimer *timer)
{
  return timer->next != NULL;
}

G_END_DECLS
