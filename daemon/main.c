/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld"

#include "config.h"

#include "calld-config.h"
#include "calld-context.h"
#include "calld-dbus.h"
#include "calld-demo.h"
#include "calld-log.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#else
#define sd_notifyf(...)
#define sd_notify(...)
#define sd_watchdog_enabled(unset, usec) 0
#endif

/* How often the service manager hears that the goodbye goes on, and what it is promised. */
#define EXTEND_MS 1000
#define EXTEND_PROMISE_US (5 * G_USEC_PER_SEC)

typedef struct {
  /* options */
  gboolean print_port;
  gboolean demo;
  gboolean no_dbus;
  gboolean version;
  char *env_file;
  GHashTable *flags;

  GMainLoop *loop;
  CalldConfig *config;
  CalldContext *context;
  CalldDbus *dbus;
  gboolean stopping;
} Main;

static Main program;

static const GOptionEntry entries[] = {
  { "print-port", 0, 0, G_OPTION_ARG_NONE, &program.print_port,
    "Print the address when ready: calld: listening on http://…", NULL },
  { "demo", 0, 0, G_OPTION_ARG_NONE, &program.demo,
    "Make a small demo clinic and print a patient's link", NULL },
  { "no-dbus", 0, 0, G_OPTION_ARG_NONE, &program.no_dbus, "Stay off D-Bus, like --call-bus=none",
    NULL },
  { "env-file", 0, 0, G_OPTION_ARG_FILENAME, &program.env_file,
    "Read settings from FILE (default: .env here, if there is one)", "FILE" },
  { "version", 0, 0, G_OPTION_ARG_NONE, &program.version, "Print the version", NULL },
  G_OPTION_ENTRY_NULL,
};

/* --- options ---------------------------------------------------------------------------------- */

static gboolean
parse_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) options = g_option_context_new ("");

  program.flags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_option_context_set_summary (options,
                                "Carries remote consultations: appointments, calls, chat.");
  g_option_context_set_description (
      options, "Every setting is also an environment variable, see env.example and calld(8).\n");
  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_add_group (options, calld_config_option_group_new (program.flags));
  if (!g_option_context_parse (options, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "Unexpected argument “%s”",
                 (*argv)[1]);
    return FALSE;
  }
  if (program.no_dbus)
    g_hash_table_replace (program.flags, g_strdup ("CALL_BUS"), g_strdup ("none"));
  if (program.env_file == NULL && g_file_test (".env", G_FILE_TEST_IS_REGULAR))
    program.env_file = g_strdup (".env");
  return TRUE;
}

static CalldConfigSources
config_sources (void)
{
  return (CalldConfigSources){
    .flags = program.flags,
    .environment = environ,
    .env_file = program.env_file,
  };
}

/* --- signals ---------------------------------------------------------------------------------- */

static void
on_drained (GObject *source, GAsyncResult *result, gpointer user_data)
{
  calld_context_drain_finish (program.context, result, NULL);
  g_main_loop_quit (program.loop);
}

/* DRAIN_TIMEOUT_SECONDS may be longer than the unit's TimeoutStopSec. */
static gboolean
on_extend (gpointer user_data)
{
  sd_notifyf (0, "EXTEND_TIMEOUT_USEC=%" G_GINT64_FORMAT, (gint64) EXTEND_PROMISE_US);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate (gpointer user_data)
{
  /* Whoever asks twice is in a hurry. */
  if (program.stopping) {
    g_main_loop_quit (program.loop);
    return G_SOURCE_CONTINUE;
  }
  program.stopping = TRUE;
  sd_notify (0, "STOPPING=1\nSTATUS=Saying goodbye to clients");
  on_extend (NULL);
  g_timeout_add (EXTEND_MS, on_extend, NULL);
  calld_context_drain_async (program.context, on_drained, NULL);
  return G_SOURCE_CONTINUE;
}

static gboolean
reload (GError **error)
{
  CalldConfigSources sources = config_sources ();
  g_autoptr (GError) local_error = NULL;

  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time ());
  if (calld_config_reload (program.config, &sources, &local_error))
    calld_log_info ("reloaded", .code = NULL);
  else
    calld_log_error ("reload_failed", .detail = local_error->message);
  sd_notify (0, "READY=1");
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
on_reload (gpointer user_data)
{
  reload (NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_dbus_drain (gpointer user_data)
{
  if (!program.stopping)
    on_terminate (NULL);
}

static gboolean
on_dbus_reload (gpointer user_data, GError **error)
{
  return reload (error);
}

static gboolean
on_watchdog (gpointer user_data)
{
  sd_notify (0, "WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static void
watch_signals (void)
{
  guint64 usec = 0;

  signal (SIGPIPE, SIG_IGN);
  g_unix_signal_add (SIGTERM, on_terminate, NULL);
  g_unix_signal_add (SIGINT, on_terminate, NULL);
  g_unix_signal_add (SIGHUP, on_reload, NULL);
  if (sd_watchdog_enabled (0, &usec) > 0)
    g_timeout_add ((guint) MAX (usec / 2000, 100), on_watchdog, NULL);
}

/* --- running ---------------------------------------------------------------------------------- */

static void
announce (void)
{
  const char *address = calld_context_get_address (program.context);
  const char *link = calld_context_get_demo_link (program.context);
  g_autofree char *password_file = calld_demo_get_password_file (program.config);

  if (program.print_port)
    printf ("calld: listening on %s\n", address);
  if (link != NULL)
    printf ("calld: clinician: %s, password in %s\ncalld: join link: %s\n", CALLD_DEMO_CLINICIAN,
            password_file, link);
  fflush (stdout);
  sd_notifyf (0, "READY=1\nSTATUS=Listening on %s", address);
  calld_log_info ("ready", .detail = PACKAGE_VERSION, .count = program.config->port,
                  .counted = "port");
}

static gboolean
go_on_dbus (GError **error)
{
  static const CalldDbusHooks hooks = { on_dbus_drain, on_dbus_reload };

  program.dbus = calld_dbus_new (program.context, &hooks, NULL);
  return calld_dbus_start (program.dbus, program.config->bus, error);
}

static gboolean
run (GError **error)
{
  CalldConfigSources sources = config_sources ();
  g_autoptr (CalldClock) clock = NULL;

  program.config = calld_config_load (&sources, error);
  if (program.config == NULL)
    return FALSE;
  calld_log_set_up (program.config->log_level, program.config->log_format);
  calld_log_install_writer ();
  clock = calld_clock_new ();
  program.context = calld_context_new (program.config, clock, error);
  if (program.context == NULL || !calld_context_start (program.context, program.demo, error))
    return FALSE;
  if (!go_on_dbus (error))
    return FALSE;

  program.loop = g_main_loop_new (NULL, FALSE);
  watch_signals ();
  announce ();
  g_main_loop_run (program.loop);
  calld_log_info ("stopped", .code = NULL);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (!parse_options (&argc, &argv, &error)) {
    fprintf (stderr, "calld: %s\nTry calld --help.\n", error->message);
    return 2;
  }
  if (program.version) {
    printf ("calld %s\n", PACKAGE_VERSION);
    return EXIT_SUCCESS;
  }
  if (!run (&error))
    fprintf (stderr, "calld: %s\n", error->message);
  g_clear_object (&program.dbus);
  if (program.context != NULL)
    calld_context_stop (program.context);
  g_clear_pointer (&program.context, calld_context_free);
  g_clear_pointer (&program.config, calld_config_unref);
  g_clear_pointer (&program.loop, g_main_loop_unref);
  g_clear_pointer (&program.flags, g_hash_table_unref);
  g_free (program.env_file);
  return error == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
