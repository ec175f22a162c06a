/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-clock"

#include "config.h"

#include "calld-clock.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

/**
 * CalldClock:
 *
 * The time of day, a time that never jumps, and timers in both. All the daemon's rules get their
 * time from here, so that a test can let a quarter of an hour pass in no time. A clock belongs to
 * the main context in which it was made; only reading the time is for any thread.
 *
 * Timers after a delay do not care about the time of day. Timers at a time of day fire when the
 * time of day has come, also when somebody sets the system's clock.
 */
struct _CalldClock {
  GObject parent_instance;

  GSource *source; /* NULL in tests */
  /* Both by due time, then by age. */
  GSequence *delays; /* due is monotonic, in microseconds */
  GSequence *dates;  /* due is wall time, in milliseconds */
  guint64 n_made;    /* gives timers their age */

  gboolean is_test;
  /* The time in tests; read by any thread. */
  gint64 test_wall_ms;
  gint64 test_monotonic_us;
};

struct _CalldTimer {
  gint64 due;
  guint64 age;
  GSequenceIter *place;
  CalldTimerFunc func;
  gpointer user_data;
};

typedef struct {
  GSource parent;
  CalldClock *clock; /* not owned: the clock destroys its source */
  int jump_fd; /* readable when somebody set the system's clock, -1 if the kernel cannot tell */
  gpointer jump_tag;
} ClockSource;

G_DEFINE_FINAL_TYPE (CalldClock, calld_clock, G_TYPE_OBJECT)

static int
compare_timers (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const CalldTimer *one = a, *other = b;

  if (one->due != other->due)
    return one->due < other->due ? -1 : 1;
  return one->age < other->age ? -1 : one->age > other->age;
}

static CalldTimer *
first_timer (GSequence *timers)
{
  return g_sequence_is_empty (timers) ? NULL : g_sequence_get (g_sequence_get_begin_iter (timers));
}

/* Sets when the main context looks at us again. */
static void
rearm (CalldClock *self)
{
  const CalldTimer *delay = first_timer (self->delays);
  const CalldTimer *date = first_timer (self->dates);
  gint64 due = -1;

  if (self->source == NULL)
    return;
  if (delay != NULL)
    due = delay->due;
  if (date != NULL) {
    gint64 wait_ms = MAX (date->due - calld_clock_now_ms (self), 0);
    gint64 date_due = calld_clock_monotonic_us (self) + MIN (wait_ms, G_MAXINT64 / 4000) * 1000;

    due = due < 0 ? date_due : MIN (due, date_due);
  }
  g_source_set_ready_time (self->source, due);
}

static void
fire (CalldTimer *timer)
{
  CalldTimerFunc func = timer->func;
  gpointer user_data = timer->user_data;

  g_sequence_remove (timer->place);
  func (user_data);
}

/* The next timer that is due; those made while firing, being younger than @limit, wait their turn.
 */
static CalldTimer *
next_due (CalldClock *self, guint64 limit)
{
  CalldTimer *delay = first_timer (self->delays);
  CalldTimer *date = first_timer (self->dates);

  if (delay != NULL && delay->due <= calld_clock_monotonic_us (self) && delay->age < limit)
    return delay;
  if (date != NULL && date->due <= calld_clock_now_ms (self) && date->age < limit)
    return date;
  return NULL;
}

static void
fire_due (CalldClock *self)
{
  guint64 limit = self->n_made;
  CalldTimer *timer;

  g_object_ref (self);
  while ((timer = next_due (self, limit)) != NULL)
    fire (timer);
  rearm (self);
  g_object_unref (self);
}

/* --- the source of the real clock --- */

/* timerfd_create(2): with CANCEL_ON_SET a read fails with ECANCELED when the clock was set. The
 * timer itself is as far away as can be. */
static void
arm_jump_fd (int fd)
{
  const struct itimerspec far = { .it_value = { .tv_sec = G_MAXINT32 } };

  timerfd_settime (fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static gboolean
clock_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  ClockSource *self = (ClockSource *) source;
  guint64 ignored;

  if (self->jump_fd >= 0 && g_source_query_unix_fd (source, self->jump_tag) != 0 &&
      read (self->jump_fd, &ignored, sizeof ignored) < 0 && errno == ECANCELED)
    arm_jump_fd (self->jump_fd);
  fire_due (self->clock);
  return G_SOURCE_CONTINUE;
}

static void
clock_source_finalize (GSource *source)
{
  ClockSource *self = (ClockSource *) source;

  if (self->jump_fd >= 0)
    close (self->jump_fd);
}

static GSourceFuncs clock_source_funcs = {
  .dispatch = clock_source_dispatch,
  .finalize = clock_source_finalize,
};

static void
start_source (CalldClock *self)
{
  ClockSource *source;

  self->source = g_source_new (&clock_source_funcs, sizeof (ClockSource));
  g_source_set_name (self->source, "calld-clock");
  source = (ClockSource *) self->source;
  source->clock = self;
  source->jump_fd = timerfd_create (CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (source->jump_fd >= 0) {
    arm_jump_fd (source->jump_fd);
    source->jump_tag = g_source_add_unix_fd (self->source, source->jump_fd, G_IO_IN);
  }
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

static void
calld_clock_finalize (GObject *object)
{
  CalldClock *self = CALLD_CLOCK (object);

  if (self->source != NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  g_sequence_free (self->delays);
  g_sequence_free (self->dates);
  G_OBJECT_CLASS (calld_clock_parent_class)->finalize (object);
}

static void
calld_clock_class_init (CalldClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_clock_finalize;
}

static void
calld_clock_init (CalldClock *self)
{
  self->delays = g_sequence_new (g_free);
  self->dates = g_sequence_new (g_free);
}

/**
 * calld_clock_new:
 *
 * Makes the system's clock. Its timers fire in the thread-default main context of the caller.
 *
 * Returns: (transfer full): the clock
 */
CalldClock *
calld_clock_new (void)
{
  CalldClock *self = g_object_new (CALLD_TYPE_CLOCK, NULL);

  start_source (self);
  return self;
}

/**
 * calld_clock_new_for_tests:
 * @wall_ms: the time of day to begin with, milliseconds since 1970
 *
 * Makes a clock that stands still until calld_clock_advance() or calld_clock_jump().
 *
 * Returns: (transfer full): the clock
 */
CalldClock *
calld_clock_new_for_tests (gint64 wall_ms)
{
  CalldClock *self = g_object_new (CALLD_TYPE_CLOCK, NULL);

  self->is_test = TRUE;
  self->test_wall_ms = wall_ms;
  self->test_monotonic_us = G_USEC_PER_SEC;
  return self;
}

/**
 * calld_clock_now_ms:
 * @self: a clock
 *
 * Reads the time of day. It may jump; use calld_clock_monotonic_us() to measure. From any thread.
 *
 * Returns: milliseconds since 1970, UTC
 */
gint64
calld_clock_now_ms (CalldClock *self)
{
  if (self->is_test)
    return __atomic_load_n (&self->test_wall_ms, __ATOMIC_RELAXED);
  return g_get_real_time () / 1000;
}

/**
 * calld_clock_monotonic_us:
 * @self: a clock
 *
 * Reads the time that never jumps. From any thread.
 *
 * Returns: microseconds since some moment
 */
gint64
calld_clock_monotonic_us (CalldClock *self)
{
  if (self->is_test)
    return __atomic_load_n (&self->test_monotonic_us, __ATOMIC_RELAXED);
  return g_get_monotonic_time ();
}

static CalldTimer *
add_timer (CalldClock *self, GSequence *timers, gint64 due, CalldTimerFunc func, gpointer user_data)
{
  CalldTimer *timer = g_new0 (CalldTimer, 1);

  timer->due = due;
  timer->age = self->n_made++;
  timer->func = func;
  timer->user_data = user_data;
  timer->place = g_sequence_insert_sorted (timers, timer, compare_timers, NULL);
  rearm (self);
  return timer;
}

/**
 * calld_clock_add_timer:
 * @self: a clock
 * @delay_ms: after how many milliseconds, at least 0
 * @func: what to call, once
 * @user_data: for @func
 *
 * Sets a timer that the time of day does not move.
 *
 * Returns: (transfer none): the timer, until it fires or is cancelled
 */
CalldTimer *
calld_clock_add_timer (CalldClock *self, gint64 delay_ms, CalldTimerFunc func, gpointer user_data)
{
  gint64 delay_us = CLAMP (delay_ms, 0, G_MAXINT64 / 4000) * 1000;

  return add_timer (self, self->delays, calld_clock_monotonic_us (self) + delay_us, func,
                    user_data);
}

/**
 * calld_clock_add_timer_at:
 * @self: a clock
 * @wall_ms: when, milliseconds since 1970; a time gone by means at once
 * @func: what to call, once
 * @user_data: for @func
 *
 * Sets a timer for a time of day.
 *
 * Returns: (transfer none): the timer, until it fires or is cancelled
 */
CalldTimer *
calld_clock_add_timer_at (CalldClock *self, gint64 wall_ms, CalldTimerFunc func, gpointer user_data)
{
  return add_timer (self, self->dates, wall_ms, func, user_data);
}

/**
 * calld_clock_cancel:
 * @self: a clock
 * @timer: (transfer full): a timer of it that is pending
 *
 * Takes a timer back.
 */
void
calld_clock_cancel (CalldClock *self, CalldTimer *timer)
{
  g_sequence_remove (timer->place);
  rearm (self);
}

/**
 * calld_clock_get_n_timers:
 * @self: a clock
 *
 * How many timers are pending, so that a test can see that none was left behind.
 *
 * Returns: a number of timers
 */
guint
calld_clock_get_n_timers (CalldClock *self)
{
  return (guint) (g_sequence_get_length (self->delays) + g_sequence_get_length (self->dates));
}

static void
move_test_clock (CalldClock *self, gint64 us)
{
  gint64 monotonic_us = self->test_monotonic_us + us;
  /* Whole milliseconds since the start, so that many small steps do not lose time. */
  gint64 ms = monotonic_us / 1000 - self->test_monotonic_us / 1000;

  __atomic_store_n (&self->test_monotonic_us, monotonic_us, __ATOMIC_RELAXED);
  __atomic_store_n (&self->test_wall_ms, self->test_wall_ms + ms, __ATOMIC_RELAXED);
}

/**
 * calld_clock_advance:
 * @self: a clock for tests
 * @ms: how many milliseconds pass
 *
 * Lets time pass. Each timer fires at its own time, in order, also those that are set by others
 * while time passes.
 */
void
calld_clock_advance (CalldClock *self, gint64 ms)
{
  gint64 end = self->test_monotonic_us + ms * 1000;

  g_return_if_fail (self->is_test && ms >= 0);

  for (;;) {
    CalldTimer *delay = first_timer (self->delays);
    CalldTimer *date = first_timer (self->dates);
    gint64 step = end - self->test_monotonic_us;

    if (delay != NULL)
      step = MIN (step, MAX (delay->due - self->test_monotonic_us, 0));
    if (date != NULL)
      step = MIN (step, CLAMP (date->due - self->test_wall_ms, 0, G_MAXINT64 / 4000) * 1000);
    move_test_clock (self, step);
    if (next_due (self, G_MAXUINT64) == NULL)
      break;
    fire (next_due (self, G_MAXUINT64));
  }
}

/**
 * calld_clock_jump:
 * @self: a clock for tests
 * @ms: by how much, may be negative
 *
 * Sets the time of day, as an administrator or a time server would. No time passes.
 */
void
calld_clock_jump (CalldClock *self, gint64 ms)
{
  g_return_if_fail (self->is_test);

  __atomic_store_n (&self->test_wall_ms, self->test_wall_ms + ms, __ATOMIC_RELAXED);
  fire_due (self);
}
