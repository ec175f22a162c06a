/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-fixture.h"

/* The example in Python, run as a user would, against the real calld: the library as bindings see
 * it. */

typedef struct {
  char *out;
  char *err;
  int status;
} Run;

static void
run_clear (Run *run)
{
  g_free (run->out);
  g_free (run->err);
}

static Run
run_example (CalldFixture *calld, const char *password, const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *example = g_build_filename (g_getenv ("CALL_SOURCE_ROOT"), "examples",
                                               "list-appointments.py", NULL);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  Run run = { 0 };

  g_ptr_array_add (argv, (gpointer) "/usr/bin/python3");
  g_ptr_array_add (argv, example);
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  g_subprocess_launcher_setenv (launcher, "CALL_PASSWORD", password, TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &run.out, &run.err, &error);
  g_assert_no_error (error);
  run.status = g_subprocess_get_exit_status (process);
  g_test_message ("%s%s", run.out, run.err);
  return run;
}

static void
test_password (void)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  const char *const arguments[] = { calld->address, calld->email, NULL };
  Run good = run_example (calld, calld->password, arguments);
  Run bad = run_example (calld, "wrong", arguments);

  g_assert_cmpint (good.status, ==, 0);
  g_assert_cmpstr (good.err, ==, "");
  g_assert_nonnull (strstr (good.out, "(doctor)"));
  g_assert_nonnull (strstr (good.out, "scheduled"));
  g_assert_nonnull (strstr (good.out, "connection: online"));
  g_assert_cmpint (bad.status, ==, 1);
  g_assert_cmpstr (bad.out, ==, "");
  g_assert_true (g_str_has_prefix (bad.err, "list-appointments: "));
  run_clear (&good);
  run_clear (&bad);
}

static void
test_link (void)
{
  g_autoptr (CalldFixture) calld = calld_fixture_new (NULL);
  const char *const arguments[] = { "--link", calld->join_link, calld->address, NULL };
  Run run = run_example (calld, "", arguments);

  g_assert_cmpint (run.status, ==, 0);
  g_assert_nonnull (strstr (run.out, "(patient)"));
  run_clear (&run);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/introspection/password", test_password);
  g_test_add_func ("/introspection/link", test_link);

  return g_test_run ();
}
