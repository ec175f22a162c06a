/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include "calld-dbus-error.h"

#include "call-error.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#define NAME "org.libcall.Calld1"

/* Exit codes, as callctl(1) says. */
enum {
  EXIT_DONE = 0,
  EXIT_REFUSED = 1,
  EXIT_USAGE = 2,
  EXIT_NO_DAEMON = 3,
};

static gboolean
has_daemon (GDBusConnection *bus)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
      g_variant_new ("(s)", NAME), G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  gboolean has_owner = FALSE;

  if (answer != NULL)
    g_variant_get (answer, "(b)", &has_owner);
  return has_owner;
}

/* The session's daemon comes first: whoever has one means that. */
static gboolean
find_daemon (Callctl *self)
{
  const GBusType types[] = { G_BUS_TYPE_SESSION, G_BUS_TYPE_SYSTEM };

  for (guint i = 0; i < G_N_ELEMENTS (types) && self->bus == NULL; i++) {
    gboolean left_out = types[i] == G_BUS_TYPE_SESSION ? self->system : self->session;
    g_autoptr (GDBusConnection) bus = left_out ? NULL : g_bus_get_sync (types[i], NULL, NULL);

    if (bus != NULL && has_daemon (bus))
      self->bus = g_steal_pointer (&bus);
  }
  if (self->bus != NULL)
    return TRUE;
  fprintf (stderr,
           "callctl: calld does not run on %s. Start it with \"systemctl start calld\", or run "
           "\"calld\" yourself, and try again.\n",
           self->session  ? "the session bus"
           : self->system ? "the system bus"
                          : "the session bus or the system bus");
  return FALSE;
}

/* Finds the command that @words begin with and moves @words behind it. */
static const CallctlCommand *
find_command (char ***words)
{
  for (const CallctlCommand *command = callctl_commands; command->words != NULL; command++) {
    g_auto (GStrv) parts = g_strsplit (command->words, " ", -1);
    guint n = 0;

    while (parts[n] != NULL && g_strcmp0 ((*words)[n], parts[n]) == 0)
      n++;
    if (parts[n] == NULL) {
      *words += n;
      return command;
    }
  }
  return NULL;
}

static char *
list_commands (void)
{
  GString *text = g_string_new ("Commands:\n");

  for (const CallctlCommand *command = callctl_commands; command->words != NULL; command++)
    g_string_append_printf (text, "  %s %s\n        %s\n", command->words, command->arguments,
                            command->help);
  g_string_append (text, "\nA user is given by id, e-mail address or name. A time is like "
                         "\"2026-03-02 14:00\", \"+30m\" or \"now\".\n");
  return g_string_free (text, FALSE);
}

static int
report (const GError *error)
{
  fprintf (stderr, "callctl: %s\n", error->message);
  if (error->domain == CALLCTL_USAGE)
    return EXIT_USAGE;
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ? EXIT_NO_DAEMON
                                                                             : EXIT_REFUSED;
}

static int
run (Callctl *self, char **words)
{
  const CallctlCommand *command = find_command (&words);
  g_autoptr (GError) error = NULL;

  if (command == NULL) {
    fprintf (stderr, "callctl: There is no command \"%s\". Try callctl --help.\n",
             words[0] != NULL ? words[0] : "");
    return EXIT_USAGE;
  }
  if (!find_daemon (self))
    return EXIT_NO_DAEMON;
  return command->func (self, words, &error) ? EXIT_DONE : report (error);
}

/* Options of callctl itself stand before the command; what follows is the command's. */
static gboolean
parse (Callctl *self, int *argc, char ***argv, gboolean *version, GError **error)
{
  const GOptionEntry entries[] = {
    { "session", 0, 0, G_OPTION_ARG_NONE, &self->session, "Only look on the session bus", NULL },
    { "system", 0, 0, G_OPTION_ARG_NONE, &self->system, "Only look on the system bus", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print JSON", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, version, "Print the version", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *commands = list_commands ();

  g_option_context_set_summary (context, "Runs the calld of this machine.");
  g_option_context_set_description (context, commands);
  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/* --json is understood behind the command too, where one thinks of it. */
static void
take_json (Callctl *self, char **words)
{
  guint kept = 0;

  for (guint i = 0; words[i] != NULL; i++) {
    if (g_str_equal (words[i], "--json"))
      self->json = TRUE;
    else
      words[kept++] = words[i];
  }
  words[kept] = NULL;
}

int
main (int argc, char **argv)
{
  Callctl self = { 0 };
  gboolean version = FALSE;
  g_autoptr (GError) error = NULL;
  int code;

  setlocale (LC_ALL, "");
  calld_dbus_register_errors ();
  if (!parse (&self, &argc, &argv, &version, &error)) {
    fprintf (stderr, "callctl: %s. Try callctl --help.\n", error->message);
    return EXIT_USAGE;
  }
  if (version) {
    printf ("callctl %s\n", PACKAGE_VERSION);
    return EXIT_DONE;
  }
  take_json (&self, argv + 1);
  code = run (&self, argv + 1);
  g_clear_object (&self.bus);
  return code;
}
