/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whoever asks for calld on a bus gets one, though none ran; and one that has the name keeps it. */

#include "config.h"

#include "calld-test-await.h"

#define NAME "org.libcall.Calld1"
#define PATH "/org/libcall/Calld1"

static char *
make_service_directory (const char *directory)
{
  g_autofree char *services = g_build_filename (directory, "services", NULL);
  g_autofree char *file = g_build_filename (services, NAME ".service", NULL);
  g_autofree char *calld = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "daemon", "calld",
                                             NULL);
  g_autofree char *text = g_strdup_printf (
      /* What it prints is not for the report of this test. */
      "[D-BUS Service]\nName=" NAME
      "\nExec=/bin/sh -c \"exec %s --port=0 --demo --call-env=development "
      "--state-directory=%s >/dev/null 2>&1\"\n",
      calld, directory);

  g_assert_cmpint (g_mkdir (services, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  return g_steal_pointer (&services);
}

static GVariant *
call (GDBusConnection *bus, const char *method, GError **error)
{
  return g_dbus_connection_call_sync (bus, NAME, PATH, NAME, method, NULL, NULL,
                                      G_DBUS_CALL_FLAGS_NONE, 20000, NULL, error);
}

static void
on_vanished (GDBusConnection *connection, const char *name, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_activation (void)
{
  g_autofree char *directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  g_autofree char *services = make_service_directory (directory);
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GVariant) session = NULL, again = NULL, drained = NULL;
  g_autoptr (GError) error = NULL;
  const char *endpoint, *other;
  gboolean gone = FALSE;
  guint watch;

  g_test_dbus_add_service_dir (bus, services);
  g_test_dbus_up (bus);
  connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);

  session = call (connection, "OpenSession", &error);
  g_assert_no_error (error);
  g_variant_get (session, "(&s&s)", &endpoint, NULL);
  g_assert_true (g_str_has_prefix (endpoint, "http://127.0.0.1:"));
  again = call (connection, "OpenSession", &error);
  g_assert_no_error (error);
  g_variant_get (again, "(&s&s)", &other, NULL);
  g_assert_cmpstr (endpoint, ==, other);

  drained = call (connection, "Drain", &error);
  g_assert_no_error (error);
  watch = g_bus_watch_name_on_connection (connection, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                          on_vanished, &gone, NULL);
  while (!gone)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
  g_clear_object (&connection);
  g_test_dbus_down (bus);
  remove_tree (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
  g_test_add_func ("/dbus/activation", test_activation);
  return g_test_run ();
}
