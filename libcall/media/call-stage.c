/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-stage-private.h"

struct _CallStage {
  gatomicrefcount refs;
  GstClock *clock;
  GstClockTime base_time;
  GMainContext *context;
  guint n_running;
  CallStageEmptyFunc empty;
  gpointer user_data;
};

CallStage *
call_stage_new (void)
{
  CallStage *self = g_new0 (CallStage, 1);

  g_atomic_ref_count_init (&self->refs);
  self->clock = gst_system_clock_obtain ();
  self->base_time = gst_clock_get_time (self->clock);
  self->context = g_main_context_ref_thread_default ();
  return self;
}

CallStage *
call_stage_ref (CallStage *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
call_stage_unref (CallStage *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  gst_object_unref (self->clock);
  g_main_context_unref (self->context);
  g_free (self);
}

GstClock *
call_stage_get_clock (CallStage *self)
{
  return self->clock;
}

GstClockTime
call_stage_get_base_time (CallStage *self)
{
  return self->base_time;
}

GMainContext *
call_stage_get_context (CallStage *self)
{
  return self->context;
}

void
call_stage_enter (CallStage *self)
{
  self->n_running++;
}

static void
check_empty (CallStage *self)
{
  CallStageEmptyFunc func = self->empty;

  if (self->n_running > 0 || func == NULL)
    return;
  self->empty = NULL;
  func (self->user_data);
}

void
call_stage_leave (CallStage *self)
{
  self->n_running--;
  check_empty (self);
}

/* Calls @func once, as soon as nothing runs any more; at once if that is so already. */
void
call_stage_when_empty (CallStage *self, CallStageEmptyFunc func, gpointer user_data)
{
  self->empty = func;
  self->user_data = user_data;
  check_empty (self);
}
