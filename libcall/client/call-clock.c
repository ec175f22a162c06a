/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-clock.h"

/*
 * CallClock:
 *
 * What the client knows of time, so that tests can move it. The real one fires in the
 * thread-default main context of whoever adds a timer; the one for tests only inside
 * call_clock_advance().
 */
struct _CallClock {
  GObject parent_instance;

  gboolean manual;
  gint64 manual_now_ms;
  GPtrArray *timers; /* CallTimer, in the order they were added */
};

struct _CallTimer {
  CallClock *clock;
  gint64 due_ms;   /* of a manual clock */
  GSource *source; /* of a real one */
  CallTimerFunc func;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (CallClock, call_clock, G_TYPE_OBJECT)

static void
timer_free (CallTimer *timer)
{
  if (timer->source != NULL)
    g_source_destroy (timer->source);
  g_clear_pointer (&timer->source, g_source_unref);
  g_free (timer);
}

/* The timer is gone before its function runs, so that the function may add it again. */
static void
fire (CallTimer *timer)
{
  g_autoptr (CallClock) clock = g_object_ref (timer->clock);
  CallTimerFunc func = timer->func;
  gpointer user_data = timer->user_data;

  g_ptr_array_remove (clock->timers, timer);
  func (user_data);
}

static gboolean
on_source (gpointer user_data)
{
  fire (user_data);
  return G_SOURCE_REMOVE;
}

static void
call_clock_finalize (GObject *object)
{
  CallClock *self = CALL_CLOCK (object);

  g_clear_pointer (&self->timers, g_ptr_array_unref);

  G_OBJECT_CLASS (call_clock_parent_class)->finalize (object);
}

static void
call_clock_class_init (CallClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_clock_finalize;
}

static void
call_clock_init (CallClock *self)
{
  self->timers = g_ptr_array_new_with_free_func ((GDestroyNotify) timer_free);
}

CallClock *
call_clock_new (void)
{
  return g_object_new (CALL_TYPE_CLOCK, NULL);
}

CallClock *
call_clock_new_for_tests (gint64 now_ms)
{
  CallClock *self = call_clock_new ();

  self->manual = TRUE;
  self->manual_now_ms = now_ms;
  return self;
}

/* Milliseconds since 1970. */
gint64
call_clock_now_ms (CallClock *self)
{
  return self->manual ? self->manual_now_ms : g_get_real_time () / 1000;
}

CallTimer *
call_clock_add_timer (CallClock *self, gint64 delay_ms, CallTimerFunc func, gpointer user_data)
{
  CallTimer *timer = g_new0 (CallTimer, 1);

  timer->clock = self;
  timer->func = func;
  timer->user_data = user_data;
  g_ptr_array_add (self->timers, timer);
  if (self->manual) {
    timer->due_ms = self->manual_now_ms + MAX (delay_ms, 0);
    return timer;
  }
  timer->source = g_timeout_source_new ((guint) CLAMP (delay_ms, 0, G_MAXINT));
  g_source_set_callback (timer->source, on_source, timer, NULL);
  g_source_set_static_name (timer->source, "libcall timer");
  g_source_attach (timer->source, g_main_context_get_thread_default ());
  return timer;
}

void
call_clock_clear_timer (CallClock *self, CallTimer **timer)
{
  CallTimer *pending = g_steal_pointer (timer);

  if (pending != NULL)
    g_ptr_array_remove (self->timers, pending);
}

guint
call_clock_get_n_timers (CallClock *self)
{
  return self->timers->len;
}

static CallTimer *
next_due (CallClock *self, gint64 until_ms)
{
  CallTimer *next = NULL;

  for (guint i = 0; i < self->timers->len; i++) {
    CallTimer *timer = self->timers->pdata[i];

    if (timer->due_ms <= until_ms && (next == NULL || timer->due_ms < next->due_ms))
      next = timer;
  }
  return next;
}

/* Moves a clock for tests, firing what falls due on the way in its order. */
void
call_clock_advance (CallClock *self, gint64 ms)
{
  gint64 until_ms = self->manual_now_ms + ms;
  CallTimer *timer;

  g_return_if_fail (self->manual);

  while ((timer = next_due (self, until_ms)) != NULL) {
    self->manual_now_ms = MAX (self->manual_now_ms, timer->due_ms);
    fire (timer);
  }
  self->manual_now_ms = until_ms;
}
