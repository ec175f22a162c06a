/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "call-local-daemon.h"
#include "test-await.h"

/* A private bus that stands for both, with a daemon on it or not. */

static const char xml[] = "<node><interface name='org.libcall.Calld1'>"
                          "<method name='OpenSession'>"
                          "<arg type='s' direction='out'/><arg type='s' direction='out'/>"
                          "</method></interface></node>";

typedef struct {
  GTestDBus *bus;
  GDBusConnection *connection;
  guint name_id;
  guint object_id;
  gboolean refuse;
  GDBusMethodInvocation *held;
  gboolean hold;
} Daemon;

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer user_data)
{
  Daemon *daemon = user_data;

  if (daemon->hold)
    daemon->held = invocation;
  else if (daemon->refuse)
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR,
                                                   G_DBUS_ERROR_ACCESS_DENIED, "Not you.");
  else
    g_dbus_method_invocation_return_value (invocation,
                                           g_variant_new ("(ss)", "http://127.0.0.1:1/", "tok"));
}

static const GDBusInterfaceVTable vtable = { on_call, NULL, NULL, { NULL } };

static void
set_up_empty (Daemon *daemon, gconstpointer unused)
{
  daemon->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (daemon->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (daemon->bus), TRUE);
}

static void
on_acquired (GDBusConnection *connection, const char *name, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
set_up (Daemon *daemon, gconstpointer unused)
{
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (xml, NULL);
  gboolean acquired = FALSE;

  set_up_empty (daemon, NULL);
  daemon->connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (daemon->bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, NULL);
  daemon->object_id = g_dbus_connection_register_object (
      daemon->connection, "/org/libcall/Calld1", info->interfaces[0], &vtable, daemon, NULL, NULL);
  daemon->name_id = g_bus_own_name_on_connection (daemon->connection, "org.libcall.Calld1",
                                                  G_BUS_NAME_OWNER_FLAGS_NONE, on_acquired, NULL,
                                                  &acquired, NULL);
  test_await (acquired);
}

static void
tear_down (Daemon *daemon, gconstpointer unused)
{
  if (daemon->connection != NULL) {
    g_bus_unown_name (daemon->name_id);
    g_dbus_connection_unregister_object (daemon->connection, daemon->object_id);
    g_dbus_connection_close_sync (daemon->connection, NULL, NULL);
    g_clear_object (&daemon->connection);
  }
  g_test_dbus_down (daemon->bus);
  g_object_unref (daemon->bus);
  g_unsetenv ("DBUS_SYSTEM_BUS_ADDRESS");
}

static gboolean
open_session (GCancellable *cancellable, char **endpoint, char **token, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  call_local_daemon_open_session_async (cancellable, test_result_cb, &result);
  test_await (result != NULL);
  return call_local_daemon_open_session_finish (result, endpoint, token, error);
}

static void
test_open (Daemon *daemon, gconstpointer unused)
{
  g_autofree char *endpoint = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (open_session (NULL, &endpoint, &token, &error));
  g_assert_cmpstr (endpoint, ==, "http://127.0.0.1:1/");
  g_assert_cmpstr (token, ==, "tok");
}

static void
test_refused (Daemon *daemon, gconstpointer unused)
{
  g_autofree char *endpoint = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  daemon->refuse = TRUE;
  g_assert_false (open_session (NULL, &endpoint, &token, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_null (endpoint);
}

static void
test_nobody (Daemon *daemon, gconstpointer unused)
{
  g_autofree char *endpoint = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (open_session (NULL, &endpoint, &token, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

static void
test_cancel (Daemon *daemon, gconstpointer during)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *endpoint = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;

  daemon->hold = TRUE;
  if (!GPOINTER_TO_INT (during))
    g_cancellable_cancel (cancellable);
  call_local_daemon_open_session_async (cancellable, test_result_cb, &result);
  if (GPOINTER_TO_INT (during)) {
    test_await (daemon->held != NULL);
    g_cancellable_cancel (cancellable);
  }
  test_await (result != NULL);
  g_assert_false (call_local_daemon_open_session_finish (result, &endpoint, &token, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (daemon->held != NULL)
    g_dbus_method_invocation_return_value (daemon->held, g_variant_new ("(ss)", "", ""));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/client/local-daemon/open", Daemon, NULL, set_up, test_open, tear_down);
  g_test_add ("/client/local-daemon/refused", Daemon, NULL, set_up, test_refused, tear_down);
  g_test_add ("/client/local-daemon/nobody", Daemon, NULL, set_up_empty, test_nobody, tear_down);
  g_test_add ("/client/local-daemon/cancel-before", Daemon, GINT_TO_POINTER (FALSE), set_up,
              test_cancel, tear_down);
  g_test_add ("/client/local-daemon/cancel-during", Daemon, GINT_TO_POINTER (TRUE), set_up,
              test_cancel, tear_down);

  return g_test_run ();
}
