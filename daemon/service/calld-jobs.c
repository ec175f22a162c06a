/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-jobs"

#include "config.h"

#include "calld-jobs.h"

#include "calld-access.h"
#include "calld-log.h"

/*
 * What time does: appointments whose window is over are settled. A sweep looks at those that may be
 * due; it runs at the start, every ten seconds, and when a call ends. Ringing and calls without
 * media have timers of their own, see calld-calls.c.
 */

#define SWEEP_MS (10 * 1000)

struct _CalldJobs {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldAppointments *appointments;
  CalldCalls *calls;
  GCancellable *cancellable;
  CalldTimer *timer;
  gboolean running;
  guint64 n_sweeps;
};

G_DEFINE_FINAL_TYPE (CalldJobs, calld_jobs, G_TYPE_OBJECT)

static void sweep (gpointer user_data);

static void
arm (CalldJobs *self)
{
  if (self->running && self->timer == NULL)
    self->timer = calld_clock_add_timer (self->clock, SWEEP_MS, sweep, self);
}

static void
on_window_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) appointment = calld_appointments_change_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (appointment == NULL)
    calld_log_warning ("close_window_failed", .detail = error->message);
}

static void
settle (CalldJobs *self, const char *appointment_id)
{
  calld_appointments_close_window_async (self->appointments, appointment_id, self->cancellable,
                                         on_window_closed, NULL);
}

static void
on_due (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldJobs) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  gint64 now = calld_clock_now_ms (self->clock);

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    calld_log_warning ("sweep_failed", .detail = error->message);
  for (guint i = 0; records != NULL && i < records->len; i++) {
    const CalldAppointmentRecord *record = records->pdata[i];

    if (calld_access_window (self->config, record).closes_at <= now)
      settle (self, record->id);
  }
  self->n_sweeps++;
  arm (self);
}

static void
sweep (gpointer user_data)
{
  CalldJobs *self = user_data;
  /* Whatever is over began at least the grace ago. */
  CalldAppointmentQuery query = {
    .to = calld_clock_now_ms (self->clock) - (gint64) self->config->grace_minutes * 60 * 1000,
    .statuses = 1u << CALL_APPOINTMENT_SCHEDULED | 1u << CALL_APPOINTMENT_IN_PROGRESS,
  };

  self->timer = NULL;
  calld_store_list_appointments_async (self->store, &query, self->cancellable, on_due,
                                       g_object_ref (self));
}

static void
on_call_changed (CalldJobs *self, const char *appointment_id, const CalldCallRecord *call)
{
  if (self->running && call->state == CALLD_CALL_ENDED)
    settle (self, appointment_id);
}

/* --- after a restart -------------------------------------------------------------------------- */

static void
on_appointment_of_call (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldJobs) self = user_data;
  g_autoptr (CalldAppointmentRecord) record = NULL;
  const CalldCallRecord *call;

  record = calld_store_get_appointment_finish (CALLD_STORE (source), result, NULL);
  if (record == NULL || record->status == CALL_APPOINTMENT_SCHEDULED ||
      record->status == CALL_APPOINTMENT_IN_PROGRESS)
    return;
  call = calld_calls_peek (self->calls, record->id);
  if (call != NULL)
    calld_calls_close (self->calls, record->id, call->id, CALL_END_APPOINTMENT_CANCELLED);
}

/* An earlier daemon may have died between the end of an appointment and the end of its call. */
static void
check_adopted_calls (CalldJobs *self)
{
  g_autoptr (GPtrArray) calls = calld_calls_list (self->calls);

  for (guint i = 0; i < calls->len; i++)
    calld_store_get_appointment_async (
        self->store, ((CalldCallRecord *) calls->pdata[i])->appointment_id, self->cancellable,
        on_appointment_of_call, g_object_ref (self));
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_jobs_dispose (GObject *object)
{
  CalldJobs *self = CALLD_JOBS (object);

  calld_jobs_stop (self);
  g_clear_object (&self->calls);
  g_clear_object (&self->appointments);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->config, calld_config_unref);

  G_OBJECT_CLASS (calld_jobs_parent_class)->dispose (object);
}

static void
calld_jobs_class_init (CalldJobsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_jobs_dispose;
}

static void
calld_jobs_init (CalldJobs *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * calld_jobs_new:
 * @config: settings
 * @clock: the clock
 * @store: where appointments are found
 * @appointments: settles them
 * @calls: the calls, adopted already when the jobs start
 *
 * Returns: (transfer full): jobs that do nothing yet
 */
CalldJobs *
calld_jobs_new (CalldConfig *config,
                CalldClock *clock,
                CalldStore *store,
                CalldAppointments *appointments,
                CalldCalls *calls)
{
  CalldJobs *self = g_object_new (CALLD_TYPE_JOBS, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->appointments = g_object_ref (appointments);
  self->calls = g_object_ref (calls);
  g_signal_connect_object (calls, "changed", G_CALLBACK (on_call_changed), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * calld_jobs_start:
 * @self: the jobs
 *
 * Begins to work, at once with what became due while no daemon ran.
 */
void
calld_jobs_start (CalldJobs *self)
{
  if (self->running)
    return;
  self->running = TRUE;
  check_adopted_calls (self);
  sweep (self);
}

/**
 * calld_jobs_stop:
 * @self: the jobs
 *
 * Stops. What is under way is cancelled or finishes unseen.
 */
void
calld_jobs_stop (CalldJobs *self)
{
  self->running = FALSE;
  g_cancellable_cancel (self->cancellable);
  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->timer);
}

/**
 * calld_jobs_get_n_sweeps:
 * @self: the jobs
 *
 * Returns: how many sweeps are done
 */
guint64
calld_jobs_get_n_sweeps (CalldJobs *self)
{
  return self->n_sweeps;
}
