/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-command"

#include "config.h"

#include "calld-command.h"

#include "call-error.h"

/* Programs that look into a file for us: in processes of their own, for as long as they may. */

typedef struct {
  CalldClock *clock;
  CalldTimer *timer;
  GSubprocess *process;
  gboolean late;
  int status;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  calld_clock_clear (run->clock, &run->timer);
  g_clear_object (&run->process);
  g_object_unref (run->clock);
  g_free (run);
}

static void
on_late (gpointer user_data)
{
  Run *run = user_data;

  run->timer = NULL;
  run->late = TRUE;
  g_subprocess_force_exit (run->process);
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = g_task_get_task_data (task);
  GSubprocess *process = G_SUBPROCESS (source);
  g_autofree char *output = NULL;
  GError *error = NULL;

  calld_clock_clear (run->clock, &run->timer);
  if (!g_subprocess_communicate_utf8_finish (process, result, &output, NULL, &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (run->late || !g_subprocess_get_if_exited (process)) {
    g_task_return_new_error (task, CALL_ERROR, run->late ? CALL_ERROR_TIMED_OUT : CALL_ERROR_FAILED,
                             "A program that looks into files %s",
                             run->late ? "took too long" : "was killed");
    return;
  }
  run->status = g_subprocess_get_exit_status (process);
  g_task_return_pointer (task, output != NULL ? g_steal_pointer (&output) : g_strdup (""), g_free);
}

/**
 * calld_command_run_async:
 * @clock: the clock
 * @argv: (array zero-terminated=1): the program and its arguments
 * @timeout_ms: how long it may take
 * @callback: called when it has ended
 * @user_data: for @callback
 *
 * Runs a program that reads nothing and writes little.
 */
void
calld_command_run_async (CalldClock *clock,
                         const char *const *argv,
                         guint timeout_ms,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Run *run = g_new0 (Run, 1);
  GError *error = NULL;

  run->clock = g_object_ref (clock);
  g_task_set_task_data (task, run, run_free);
  run->process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  if (run->process == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  run->timer = calld_clock_add_timer (clock, timeout_ms, on_late, run);
  g_subprocess_communicate_utf8_async (run->process, NULL, NULL, on_exited, task);
}

/**
 * calld_command_run_finish:
 * @result: the result
 * @status: (out): its exit status
 * @error: %CALL_ERROR_TIMED_OUT, %CALL_ERROR_FAILED, or why it could not be started
 *
 * Returns: (transfer full): what it wrote, or %NULL with @error
 */
char *
calld_command_run_finish (GAsyncResult *result, int *status, GError **error)
{
  *status = ((Run *) g_task_get_task_data (G_TASK (result)))->status;
  return g_task_propagate_pointer (G_TASK (result), error);
}
