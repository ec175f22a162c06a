/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#define WITH_SYSTEMD 1
#else
#define WITH_SYSTEMD 0
#endif

/*
 * calld as a program: options, signals, and what it tells the service manager.
 */

static char *
calld_binary (void)
{
  return g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "daemon", "calld", NULL);
}

/* Runs calld to its end. */
static char *
run (const char *const *arguments, int *status)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *binary = calld_binary ();
  g_auto (GStrv) argv = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_strv_builder_add (builder, binary);
  g_strv_builder_addv (builder, (const char **) arguments);
  argv = g_strv_builder_end (builder);
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  *status = g_subprocess_get_exit_status (process);
  return text;
}

static void
test_help (void)
{
  const char *const help[] = { "--help", NULL };
  const char *const version[] = { "--version", NULL };
  const char *const stray[] = { "stray", NULL };
  const char *const unknown[] = { "--unknown", NULL };
  int status;
  g_autofree char *text = run (help, &status);
  g_autofree char *number = NULL;
  g_autofree char *wrong = NULL;

  g_assert_cmpint (status, ==, 0);
  g_assert_nonnull (strstr (text, "--print-port"));
  number = run (version, &status);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (number, ==, "calld " PACKAGE_VERSION "\n");
  wrong = run (stray, &status);
  g_assert_cmpint (status, ==, 2);
  g_assert_nonnull (strstr (wrong, "stray"));
  g_free (run (unknown, &status));
  g_assert_cmpint (status, ==, 2);
}

static void
test_port_in_use (void)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  g_autofree char *directory = g_dir_make_tmp ("calld-second-XXXXXX", NULL);
  g_autofree char *port = g_strdup_printf ("--port=%u", calld->port);
  g_autofree char *state = g_strdup_printf ("--state-directory=%s", directory);
  const char *const arguments[] = { "--no-dbus", port, state, NULL };
  g_autofree char *text = NULL;
  g_autofree char *remove = g_strdup_printf ("rm -r %s", directory);
  int status;

  text = run (arguments, &status);
  g_assert_cmpint (status, ==, 1);
  g_assert_nonnull (strstr (text, "in use"));
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
}

/* It is told at the start what would go wrong in the middle of the day. */
static void
test_too_few_descriptors (void)
{
  g_autofree char *directory = g_dir_make_tmp ("calld-descriptors-XXXXXX", NULL);
  g_autofree char *binary = calld_binary ();
  g_autofree char *command = g_strdup_printf (
      "ulimit -Sn 100; ulimit -Hn 300; exec %s --no-dbus --port=0 --state-directory=%s 2>&1",
      binary, directory);
  g_autofree char *remove = g_strdup_printf ("rm -r %s", directory);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                      "/bin/sh", "-c", command, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
  g_assert_nonnull (strstr (text, "MAX_CONNECTIONS=10000 needs 10064 file descriptors"));
  g_assert_nonnull (strstr (text, "300 only"));
  g_assert_nonnull (strstr (text, "LimitNOFILE=10064"));
  g_assert_nonnull (strstr (text, "lower MAX_CONNECTIONS to 236"));
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
}

/* --- the service manager ---------------------------------------------------------------------- */

typedef struct {
  CalldFixture *calld;
  GSocket *socket;
  char *directory;
  char *env_file;
} Manager;

static void
write_settings (Manager *self, const char *settings)
{
  g_assert_true (g_file_set_contents (self->env_file, settings, -1, NULL));
}

static void
manager_set_up (Manager *self, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *flag = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  const char *flags[] = { NULL, NULL };

  self->directory = g_dir_make_tmp ("calld-manager-XXXXXX", NULL);
  self->env_file = g_build_filename (self->directory, "env", NULL);
  write_settings (self, "CALL_LEAD_MINUTES=10\n");
  path = g_build_filename (self->directory, "notify", NULL);
  address = g_unix_socket_address_new (path);
  self->socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM,
                               G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (self->socket, address, TRUE, &error));
  g_setenv ("CALLD_FIXTURE_NOTIFY_SOCKET", path, TRUE);
  flag = g_strdup_printf ("--env-file=%s", self->env_file);
  flags[0] = flag;
  self->calld = calld_fixture_new (flags);
}

static void
manager_tear_down (Manager *self, gconstpointer data)
{
  g_autofree char *notify = g_build_filename (self->directory, "notify", NULL);

  g_unsetenv ("CALLD_FIXTURE_NOTIFY_SOCKET");
  calld_fixture_free (self->calld);
  g_object_unref (self->socket);
  g_unlink (notify);
  g_unlink (self->env_file);
  g_rmdir (self->directory);
  g_free (self->env_file);
  g_free (self->directory);
}

/* Waits for a message that has the line @word. */
static void
expect_notice (Manager *self, const char *word)
{
  char buffer[1024];
  gssize n;

  do {
    n = g_socket_receive (self->socket, buffer, sizeof buffer - 1, NULL, NULL);
    g_assert_cmpint (n, >, 0);
    buffer[n] = '\0';
  } while (strstr (buffer, word) == NULL);
}

static void
test_notify (Manager *self, gconstpointer data)
{
  if (!WITH_SYSTEMD) {
    g_test_skip ("built without systemd");
    return;
  }
  expect_notice (self, "READY=1");
  kill ((pid_t) calld_fixture_get_pid (self->calld), SIGHUP);
  expect_notice (self, "RELOADING=1");
  expect_notice (self, "READY=1");
  calld_fixture_stop (self->calld);
  expect_notice (self, "STOPPING=1");
}

static char *
opens_at (Caller *caller)
{
  g_autofree char *path = g_strdup_printf ("/api/appointments/%s", caller->appointment_id);
  g_autoptr (JsonObject) answer = caller_get (caller, 200, path);

  return g_strdup (json_object_get_string_member (
      json_object_get_object_member (answer, "appointment"), "opensAt"));
}

/* The window is changed without a restart; a wrong file changes nothing. */
static void
test_reload (Manager *self, gconstpointer data)
{
  g_autoptr (Caller) clinician = caller_new (self->calld);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *still = NULL;

  caller_sign_in_clinician (clinician);
  before = opens_at (clinician);
  expect_notice (self, "READY=1");
  write_settings (self, "CALL_LEAD_MINUTES=60\n");
  kill ((pid_t) calld_fixture_get_pid (self->calld), SIGHUP);
  expect_notice (self, "READY=1");
  after = opens_at (clinician);
  g_assert_cmpstr (after, <, before);

  write_settings (self, "CALL_LEAD_MINUTES=many\n");
  kill ((pid_t) calld_fixture_get_pid (self->calld), SIGHUP);
  expect_notice (self, "READY=1");
  still = opens_at (clinician);
  g_assert_cmpstr (still, ==, after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);

  g_test_add_func ("/program/help", test_help);
  g_test_add_func ("/program/port-in-use", test_port_in_use);
  g_test_add_func ("/program/too-few-descriptors", test_too_few_descriptors);
  g_test_add ("/program/notify", Manager, NULL, manager_set_up, test_notify, manager_tear_down);
  if (WITH_SYSTEMD)
    g_test_add ("/program/reload", Manager, NULL, manager_set_up, test_reload, manager_tear_down);
  return g_test_run ();
}
