/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_CLOCK (call_clock_get_type ())
G_DECLARE_FINAL_TYPE (CallClock, call_clock, CALL, CLOCK, GObject)

/**
 * CallTimer:
 *
 * One pending timer. Owned by its clock, gone once it has fired or was cleared.
 */
typedef struct _CallTimer CallTimer;

typedef void (*CallTimerFunc) (gpointer user_data);

CallClock *call_clock_new (void);
CallClock *call_clock_new_for_tests (gint64 now_ms);

gint64 call_clock_now_ms (CallClock *self);
CallTimer *
call_clock_add_timer (CallClock *self, gint64 delay_ms, CallTimerFunc func, gpointer user_data);
void call_clock_clear_timer (CallClock *self, CallTimer **timer);
guint call_clock_get_n_timers (CallClock *self);
void call_clock_advance (CallClock *self, gint64 ms);

G_END_DECLS
