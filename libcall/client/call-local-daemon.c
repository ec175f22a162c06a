/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-local-daemon.h"

#include "call-error.h"

#define NAME "org.libcall.Calld1"
#define PATH "/org/libcall/Calld1"
#define TIMEOUT_MS 5000

/* The buses, in the order they are asked: a daemon of one's own comes first. */
static const GBusType buses[] = { G_BUS_TYPE_SESSION, G_BUS_TYPE_SYSTEM };

typedef struct {
  guint bus; /* index of the one being asked */
  char *endpoint;
  char *token;
} Open;

static void try_bus (GTask *task);

static void
open_free (Open *open)
{
  g_free (open->endpoint);
  g_free (open->token);
  g_free (open);
}

/* No daemon on this bus. On the last one that is the answer. */
static void
try_next (GTask *task, GError *error)
{
  g_autoptr (GError) owned = error;
  g_autoptr (GTask) keep G_GNUC_UNUSED = task;
  Open *open = g_task_get_task_data (task);

  if (g_error_matches (owned, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, g_steal_pointer (&owned));
    return;
  }
  if (++open->bus < G_N_ELEMENTS (buses)) {
    try_bus (g_steal_pointer (&keep));
    return;
  }
  g_dbus_error_strip_remote_error (owned);
  g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                           "There is no calld on this machine: %s", owned->message);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Open *open = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                               &error);

  if (answer == NULL) {
    try_next (g_steal_pointer (&task), error);
    return;
  }
  g_variant_get (answer, "(ss)", &open->endpoint, &open->token);
  g_task_return_boolean (task, TRUE);
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_finish (result, &error);

  if (bus == NULL) {
    try_next (g_steal_pointer (&task), error);
    return;
  }
  g_dbus_connection_call (bus, NAME, PATH, NAME, "OpenSession", NULL, G_VARIANT_TYPE ("(ss)"),
                          G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, g_task_get_cancellable (task),
                          called_cb, g_object_ref (task));
}

/* Takes @task. */
static void
try_bus (GTask *task)
{
  Open *open = g_task_get_task_data (task);

  g_bus_get (buses[open->bus], g_task_get_cancellable (task), bus_cb, task);
}

/**
 * call_local_daemon_open_session_async:
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Asks the `calld` of this machine for a session: it knows the user from the bus, so that nobody
 * has to sign in. The session bus is asked first, then the system bus; the daemon is started if it
 * can be.
 *
 * The error is %CALL_ERROR_UNAVAILABLE if there is no daemon, or none for this user.
 */
void
call_local_daemon_open_session_async (GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, call_local_daemon_open_session_async);
  g_task_set_task_data (task, g_new0 (Open, 1), (GDestroyNotify) open_free);
  try_bus (task);
}

/**
 * call_local_daemon_open_session_finish:
 * @result: what the callback got
 * @endpoint: (out) (transfer full): the server, for [ctor@Call.Client.new]
 * @token: (out) (transfer full): for [method@Call.Client.sign_in_with_token_async]
 * @error: return location for an error
 *
 * Finishes [func@Call.local_daemon_open_session_async].
 *
 * Returns: %TRUE if there is a session
 */
gboolean
call_local_daemon_open_session_finish (GAsyncResult *result,
                                       char **endpoint,
                                       char **token,
                                       GError **error)
{
  Open *open;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  open = g_task_get_task_data (G_TASK (result));
  *endpoint = g_steal_pointer (&open->endpoint);
  *token = g_steal_pointer (&open->token);
  return TRUE;
}
