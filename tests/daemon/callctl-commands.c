/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The real callctl against the real calld on a private bus. */

#include "config.h"

#include "calld-test-await.h"

#include "call-id.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

typedef struct {
  GTestDBus *bus;
  char *directory;
  GSubprocess *calld;
} Fixture;

/* What a run of callctl left. */
typedef struct {
  char *out;
  char *err;
  int code;
} Run;

static void
run_clear (Run *run)
{
  g_free (run->out);
  g_free (run->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static char *
program (const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "daemon", name, NULL);
}

/* Runs "callctl WORDS", separated by |, with @input on stdin. */
static Run
run_callctl (const char *words, const char *input)
{
  g_autofree char *path = program ("callctl");
  g_autofree char *line = g_strconcat (path, "|", words, NULL);
  g_auto (GStrv) argv = g_strsplit (line, "|", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv ((const char *const *) argv,
                                                       G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                                           G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                           G_SUBPROCESS_FLAGS_STDERR_PIPE,
                                                       &error);
  Run run = { NULL, NULL, -1 };

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, input != NULL ? input : "", NULL, &run.out, &run.err,
                                 &error);
  g_assert_no_error (error);
  run.code = g_subprocess_get_exit_status (process);
  g_strchomp (run.out);
  return run;
}

static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_calld (Fixture *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *path = program ("calld");
  g_autofree char *state = g_strconcat ("--state-directory=", self->directory, NULL);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_cwd (launcher, self->directory);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->calld = g_subprocess_launcher_spawn (launcher, &error, path, "--port=0",
                                             "--call-bus=session", "--call-env=development", state,
                                             NULL);
  g_assert_no_error (error);
}

static void
on_name (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  gboolean there = FALSE;
  guint watch;

  self->directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  /* No daemon of the machine may be found by mistake. */
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  start_calld (self);
  watch = g_bus_watch_name (G_BUS_TYPE_SESSION, "org.libcall.Calld1", G_BUS_NAME_WATCHER_FLAGS_NONE,
                            on_name, NULL, &there, NULL);
  while (!there)
    g_main_context_iteration (NULL, TRUE);
  g_bus_unwatch_name (watch);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_subprocess_send_signal (self->calld, SIGTERM);
  g_assert_true (g_subprocess_wait (self->calld, NULL, NULL));
  g_object_unref (self->calld);
  g_test_dbus_stop (self->bus);
  g_object_unref (self->bus);
  remove_tree (self->directory);
  g_free (self->directory);
}

static void
assert_has (const char *text, const char *word)
{
  if (strstr (text, word) == NULL)
    g_error ("\"%s\" is not in: %s", word, text);
}

static char *
do_well (const char *words, const char *input)
{
  g_auto (Run) run = run_callctl (words, input);

  if (run.code != 0)
    g_error ("callctl %s: %s", words, run.err);
  return g_steal_pointer (&run.out);
}

static void
do_badly (const char *words, const char *input, int code, const char *word)
{
  g_auto (Run) run = run_callctl (words, input);

  g_assert_cmpint (run.code, ==, code);
  g_assert_cmpstr (run.out, ==, "");
  assert_has (run.err, word);
  g_assert_true (g_str_has_prefix (run.err, "callctl: "));
}

static void
test_status (Fixture *self, gconstpointer data)
{
  g_autofree char *text = do_well ("status", NULL);
  g_autofree char *json = do_well ("status|--json", NULL);
  g_autofree char *session = do_well ("--session|--json|status", NULL);

  assert_has (text, "calld " PACKAGE_VERSION " at http://127.0.0.1:");
  assert_has (text, "0 active calls, 0 connections");
  assert_has (json, "\"calls\":[]");
  g_assert_cmpstr (json, ==, session);
  do_badly ("--system|status", NULL, 3, "does not run on the system bus");
}

/* From nothing to a link that a patient can open. */
static void
test_a_clinic (Fixture *self, gconstpointer data)
{
  g_autofree char *doctor = do_well (
      "user|add|--name=Ana Souza|--role=doctor|--email=ana@example.org|"
      "--time-zone=America/Sao_Paulo|--licence=CRM 1|--licence-until=2090-01-01",
      "correct horse\n");
  g_autofree char *patient = do_well ("user|add|--name=Bia Lima|--role=patient", NULL);
  g_autofree char *users = do_well ("user|list|--json", NULL);
  g_autofree char *visit = do_well ("appointment|add|ANA@example.org|bia lima|+5m|20", NULL);
  g_autofree char *visits = do_well ("appointment|list", NULL);
  g_autofree char *words = g_strconcat ("link|", visit, NULL);
  g_autofree char *link = do_well (words, NULL);
  g_autofree char *mapped = do_well ("user|map|0|ana@example.org", NULL);
  g_autofree char *audit = do_well ("audit", NULL);

  g_assert_cmpstr (mapped, ==, "");
  g_assert_true (call_id_is_valid (doctor));
  g_assert_true (call_id_is_valid (patient));
  g_assert_true (call_id_is_valid (visit));
  assert_has (users, "\"email\":\"ana@example.org\"");
  assert_has (users, "\"licenceExpiresAt\":\"20");
  g_assert_null (strstr (users, "argon2"));
  assert_has (visits, "20  scheduled  Ana Souza  Bia Lima");
  assert_has (link, "/join#ey");
  assert_has (audit, "rows, unbroken");
}

/* Programs outside: what is told once is told, and afterwards nowhere. */
static void
test_programs (Fixture *self, gconstpointer data)
{
  g_autofree char *bot = do_well ("bot|add|Triage", NULL);
  g_auto (GStrv) bot_lines = g_strsplit (bot, "\n", 2);
  g_autofree char *add_words = g_strconcat (
      "webhook|add|https://example.org/hook|new_message|bot:", bot_lines[0], NULL);
  g_autofree char *added = do_well (add_words, NULL);
  g_auto (GStrv) lines = g_strsplit (added, "\n", 2);
  g_autofree char *list = do_well ("webhook|list", NULL);
  g_autofree char *json = do_well ("webhook|list|--json", NULL);
  g_autofree char *remove_words = g_strconcat ("webhook|remove|", lines[0], NULL);
  g_autofree char *removed = do_well (remove_words, NULL);

  g_assert_true (call_id_is_valid (bot_lines[0]));
  g_assert_true (g_str_has_prefix (bot_lines[1], "ey"));
  g_assert_true (call_id_is_valid (lines[0]));
  g_assert_true (g_str_has_prefix (lines[1], "whsec_"));
  assert_has (list, "https://example.org/hook");
  assert_has (json, bot_lines[0]);
  g_assert_null (strstr (json, "whsec_"));
  g_assert_cmpstr (removed, ==, "");
  do_badly (remove_words, NULL, 1, "no such webhook");
  do_badly ("webhook|test|nonsense", NULL, 1, "no id");
  do_badly ("webhook|add|ftp://example.org|*", NULL, 1, "https://");
  do_badly ("webhook|add|https://example.org", NULL, 2, "missing");
  do_badly ("bot|add|@x", NULL, 1, "name");
}

static void
test_egress (Fixture *self, gconstpointer data)
{
  g_autofree char *url = do_well ("egress-url|audio|roomName=a room|trackId=TR_a", NULL);
  g_autofree char *video = do_well ("egress-url|video|roomName=r|codec=vp8|expires=60", NULL);

  g_assert_true (g_str_has_prefix (url, "ws://"));
  assert_has (url, "/egress-audio?roomName=a%20room&");
  assert_has (url, "&signature=");
  assert_has (video, "/egress-video?");
  do_badly ("egress-url|audio|trackId=TR_a", NULL, 1, "roomName");
  do_badly ("egress-url|smell|roomName=r", NULL, 1, "audio or video");
  do_badly ("egress-url|audio|roomName=r|expires=9999999", NULL, 1, "seconds");
  do_badly ("egress-url|audio|roomName", NULL, 2, "NAME=VALUE");
  do_badly ("egress-url|audio", NULL, 2, "missing");
  do_badly ("egress|start|r|TR_a", NULL, 1, "LIVEKIT_URL is missing");
  do_badly ("egress|stop|EG_1", NULL, 1, "LIVEKIT_URL is missing");
  do_badly ("egress|list|x", NULL, 2, "too much");
}

static void
test_refusals (Fixture *self, gconstpointer data)
{
  do_badly ("frobnicate", NULL, 2, "There is no command \"frobnicate\"");
  do_badly ("user", NULL, 2, "There is no command");
  do_badly ("--frobnicate|status", NULL, 2, "--help");
  do_badly ("status|now", NULL, 2, "\"now\" is too much");
  do_badly ("link", NULL, 2, "missing");
  do_badly ("link|nonsense", NULL, 1, "no such appointment");
  do_badly ("end|nonsense", NULL, 1, "no such call");
  do_badly ("user|add|--name=X", NULL, 2, "--role");
  do_badly ("user|add|--name=X|--role=king", NULL, 1, "doctor, patient, admin or service");
  do_badly ("user|add|--name=X|--role=doctor|--email=x@example.org", "", 2, "There is no password");
  do_badly ("user|add|--name=X|--role=doctor|--email=x@example.org", "short\n", 1, "at least 8");
  do_badly ("user|add|--name=X|--role=doctor|--password=x", NULL, 2, "--password");
  do_badly ("user|add|--name=X|--role=doctor|--licence-until=soon", NULL, 2, "A time is like");
  do_badly ("user|map|no-such-unix-user|x", NULL, 2, "no Unix user");
  do_badly ("appointment|add|x|y|tomorrow", NULL, 2, "A time is like");
  do_badly ("appointment|add|x|y|now|0", NULL, 2, "1440");
  do_badly ("appointment|add|x|y|now", NULL, 2, "There is no user \"x\"");
  do_badly ("appointment|list|someday", NULL, 2, "A day is like");
}

static void
test_help (Fixture *self, gconstpointer data)
{
  g_autofree char *help = do_well ("--help", NULL);
  g_autofree char *version = do_well ("--version", NULL);

  assert_has (help, "appointment add DOCTOR PATIENT TIME [MINUTES]");
  g_assert_cmpstr (version, ==, "callctl " PACKAGE_VERSION);
}

static void
test_drain (Fixture *self, gconstpointer data)
{
  g_autofree char *nothing = do_well ("reload", NULL);
  g_autofree char *drained = do_well ("drain", NULL);

  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (drained, ==, "");
  g_assert_true (g_subprocess_wait (self->calld, NULL, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (self->calld), ==, 0);
  do_badly ("status", NULL, 3, "Start it with");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) g_test_add ("/callctl/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("status", test_status);
  ADD ("a-clinic", test_a_clinic);
  ADD ("programs", test_programs);
  ADD ("egress", test_egress);
  ADD ("refusals", test_refusals);
  ADD ("help", test_help);
  ADD ("drain", test_drain);
  return g_test_run ();
}
