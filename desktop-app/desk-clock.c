/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-clock"

#include "config.h"

#include "desk-clock.h"

/**
 * DeskClock:
 *
 * What time it is, for everything that is shown. "tick" is emitted every second while somebody
 * listens. Tests hold the clock at a time of their choice and move it by holding it at another.
 */
struct _DeskClock {
  GObject parent_instance;
  GDateTime *held;
  guint source;
};

enum { SIGNAL_TICK, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskClock, desk_clock, G_TYPE_OBJECT)

static gboolean
on_second (gpointer user_data)
{
  DeskClock *self = user_data;

  g_signal_emit (self, signals[SIGNAL_TICK], 0);
  return G_SOURCE_CONTINUE;
}

static void
desk_clock_finalize (GObject *object)
{
  DeskClock *self = DESK_CLOCK (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->held, g_date_time_unref);
  G_OBJECT_CLASS (desk_clock_parent_class)->finalize (object);
}

static void
desk_clock_class_init (DeskClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = desk_clock_finalize;

  signals[SIGNAL_TICK] = g_signal_new ("tick", DESK_TYPE_CLOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
}

static void
desk_clock_init (DeskClock *self)
{
  self->source = g_timeout_add_seconds (1, on_second, self);
}

/**
 * desk_clock_get_default:
 *
 * Returns: (transfer none): the clock of the app
 */
DeskClock *
desk_clock_get_default (void)
{
  static DeskClock *clock = NULL;

  if (clock == NULL)
    clock = g_object_new (DESK_TYPE_CLOCK, NULL);
  return clock;
}

/**
 * desk_clock_get_now:
 * @self: a clock
 *
 * Returns: (transfer full): what time it is, in UTC
 */
GDateTime *
desk_clock_get_now (DeskClock *self)
{
  return self->held != NULL ? g_date_time_ref (self->held) : g_date_time_new_now_utc ();
}

/**
 * desk_clock_hold:
 * @self: a clock
 * @now: (nullable): the time it is from now on, %NULL to let it run again
 *
 * Stops the clock at @now and ticks once.
 */
void
desk_clock_hold (DeskClock *self, GDateTime *now)
{
  g_clear_pointer (&self->held, g_date_time_unref);
  if (now != NULL)
    self->held = g_date_time_ref (now);
  g_signal_emit (self, signals[SIGNAL_TICK], 0);
}
