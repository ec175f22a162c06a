/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static char *
find_calld (void)
{
  const char *named = g_getenv ("CALLD_BINARY");
  const char *build = g_getenv ("G_TEST_BUILDDIR");

  if (named != NULL)
    return g_strdup (named);
  g_assert_nonnull (build);
  return g_build_filename (build, "..", "daemon", "calld", NULL);
}

/**
 * calld_fixture_new:
 * @flags: (nullable) (array zero-terminated=1): more options for calld, such as
 *   "--call-ring-seconds=5"
 *
 * Starts calld and waits until it is ready.
 *
 * Returns: (transfer full): the fixture
 */
CalldFixture *
calld_fixture_new (const char *const *flags)
{
  CalldFixture *self = g_new0 (CalldFixture, 1);
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("calld-fixture-XXXXXX", &error);
  g_assert_no_error (error);
  self->log_path = g_build_filename (self->directory, "calld.log", NULL);
  self->flags = g_strdupv ((char **) flags);
  calld_fixture_start (self);
  return self;
}

/* Reads lines until one begins with @prefix, and gives the rest of that. */
static char *
wait_for_line (CalldFixture *self, GDataInputStream *lines, const char *prefix)
{
  for (;;) {
    g_autoptr (GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);

    g_assert_no_error (error);
    if (line == NULL) {
      g_autofree char *log = calld_fixture_read_log (self);

      g_error ("calld ended before it was ready:\n%s", log);
    }
    if (g_str_has_prefix (line, prefix))
      return g_strdup (line + strlen (prefix));
  }
}

static GPtrArray *
make_arguments (CalldFixture *self)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);
  const char *const fixed[] = { "--demo", "--print-port", "--no-dbus", "--host=127.0.0.1" };

  g_ptr_array_add (arguments, find_calld ());
  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (arguments, g_strdup (fixed[i]));
  g_ptr_array_add (arguments, g_strdup_printf ("--port=%u", self->port));
  g_ptr_array_add (arguments, g_strdup_printf ("--state-directory=%s", self->directory));
  g_ptr_array_add (arguments,
                   g_strdup_printf ("--database-url=sqlite://%s/clinic.db", self->directory));
  for (gsize i = 0; self->flags != NULL && self->flags[i] != NULL; i++)
    g_ptr_array_add (arguments, g_strdup (self->flags[i]));
  g_ptr_array_add (arguments, NULL);
  return arguments;
}

static void
read_announcement (CalldFixture *self)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (
      g_subprocess_get_stdout_pipe (self->process));
  g_autofree char *clinician = NULL;
  g_autofree char *password = NULL;
  char *comma;

  g_free (self->address);
  g_free (self->join_link);
  g_free (self->email);
  g_free (self->password);
  self->address = wait_for_line (self, lines, "calld: listening on ");
  clinician = wait_for_line (self, lines, "calld: clinician: ");
  self->join_link = wait_for_line (self, lines, "calld: join link: ");

  self->port = (guint16) atoi (strrchr (self->address, ':') + 1);
  comma = strchr (clinician, ',');
  self->email = g_strndup (clinician, (gsize) (comma - clinician));
  g_assert_true (
      g_file_get_contents (strstr (comma, "in ") + strlen ("in "), &password, NULL, NULL));
  self->password = g_strdup (g_strstrip (password));
}

/**
 * calld_fixture_start:
 * @self: a fixture whose calld does not run
 *
 * Starts calld again on the same port and database, and waits until it is ready.
 */
void
calld_fixture_start (CalldFixture *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GPtrArray) arguments = make_arguments (self);
  g_autoptr (GError) error = NULL;

  g_assert_null (self->process);
  /* Nothing of the machine's settings may leak into a test. */
  g_subprocess_launcher_unsetenv (launcher, "DATABASE_URL");
  if (g_getenv ("CALLD_FIXTURE_NOTIFY_SOCKET") != NULL)
    g_subprocess_launcher_setenv (launcher, "NOTIFY_SOCKET",
                                  g_getenv ("CALLD_FIXTURE_NOTIFY_SOCKET"), TRUE);
  else
    g_subprocess_launcher_unsetenv (launcher, "NOTIFY_SOCKET");
  g_subprocess_launcher_set_cwd (launcher, self->directory);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_set_stderr_file_path (launcher, self->log_path);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata,
                                                &error);
  g_assert_no_error (error);
  read_announcement (self);
}

/**
 * calld_fixture_kill:
 * @self: a fixture
 *
 * Kills calld without a warning (SIGKILL) and waits until it is gone.
 */
void
calld_fixture_kill (CalldFixture *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

/**
 * calld_fixture_restart:
 * @self: a fixture
 *
 * Kills calld and starts it again on the same port and database.
 */
void
calld_fixture_restart (CalldFixture *self)
{
  calld_fixture_kill (self);
  calld_fixture_start (self);
}

/**
 * calld_fixture_stop:
 * @self: a fixture
 *
 * Asks calld to end (SIGTERM), waits until it has, and wants it to have ended well.
 */
void
calld_fixture_stop (CalldFixture *self)
{
  if (self->process == NULL)
    return;
  g_subprocess_send_signal (self->process, SIGTERM);
  g_subprocess_wait (self->process, NULL, NULL);
  if (!g_subprocess_get_if_exited (self->process) ||
      g_subprocess_get_exit_status (self->process) != 0) {
    g_autofree char *log = calld_fixture_read_log (self);

    g_error ("calld did not end well:\n%s", log);
  }
  g_clear_object (&self->process);
}

/**
 * calld_fixture_read_log:
 * @self: a fixture
 *
 * Returns: (transfer full): what calld has written to stderr since it was last started
 */
char *
calld_fixture_read_log (CalldFixture *self)
{
  char *text = NULL;

  if (!g_file_get_contents (self->log_path, &text, NULL, NULL))
    return g_strdup ("");
  return text;
}

/**
 * calld_fixture_get_pid:
 * @self: a fixture
 *
 * Returns: the process id of calld
 */
gint64
calld_fixture_get_pid (CalldFixture *self)
{
  return g_ascii_strtoll (g_subprocess_get_identifier (self->process), NULL, 10);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    g_unlink (child);
  }
  g_rmdir (path);
}

/**
 * calld_fixture_free:
 * @self: (transfer full): a fixture
 *
 * Stops calld if it runs, and removes its directory.
 */
void
calld_fixture_free (CalldFixture *self)
{
  calld_fixture_stop (self);
  remove_directory (self->directory);
  g_strfreev (self->flags);
  g_free (self->directory);
  g_free (self->address);
  g_free (self->email);
  g_free (self->password);
  g_free (self->join_link);
  g_free (self->log_path);
  g_free (self);
}
