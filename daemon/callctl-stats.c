/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* callctl stats: how calld does, as a table for people. */

#define WATCH_SECONDS 2
/* ECMA-48: to the upper left, and nothing below. */
#define CLEAR "\033[H\033[J"

typedef enum {
  FORM_NUMBER,
  FORM_BYTES,
  FORM_LATENCY,
  FORM_PERCENT,
  FORM_MS,
  FORM_SECONDS,
} Form;

typedef struct {
  const char *heading; /* begins a group */
  const char *name;    /* what GetStats calls it */
  const char *label;
  Form form;
} Row;

static const Row rows[] = {
  { "Connections", "connections", "signed in", FORM_NUMBER },
  { NULL, "max-connections", "at most", FORM_NUMBER },
  { NULL, "users", "people", FORM_NUMBER },
  { NULL, "websockets", "over WebSocket", FORM_NUMBER },
  { NULL, "polls", "that poll", FORM_NUMBER },
  { NULL, "rooms", "rooms", FORM_NUMBER },
  { NULL, "refused", "refused: too many", FORM_NUMBER },
  { NULL, "closed-slow", "closed: read too slowly", FORM_NUMBER },
  { "The last minute", "throughput-events-per-minute", "events of clients", FORM_NUMBER },
  { NULL, "throughput-deliveries-per-minute", "frames to clients", FORM_NUMBER },
  { NULL, "throughput-requests-per-minute", "requests over HTTP", FORM_NUMBER },
  { NULL, "throughput-failures-per-minute", "failed", FORM_NUMBER },
  { NULL, "latency-event-p50-us", "half of the events within", FORM_LATENCY },
  { NULL, "latency-event-p99-us", "99 % of the events within", FORM_LATENCY },
  { NULL, "latency-http-p99-us", "99 % of the requests within", FORM_LATENCY },
  { "Database", "store-queued", "waiting", FORM_NUMBER },
  { NULL, "store-commits", "transactions", FORM_NUMBER },
  { NULL, "store-written", "changes in them", FORM_NUMBER },
  { NULL, "store-failures", "failed", FORM_NUMBER },
  { NULL, "latency-commit-p99-us", "99 % written within", FORM_LATENCY },
  { "Calls", "active-calls", "now", FORM_NUMBER },
  { NULL, "calls-requested", "requested", FORM_NUMBER },
  { NULL, "calls-answered", "answered", FORM_NUMBER },
  { NULL, "calls-success-percent", "of those with media", FORM_PERCENT },
  { NULL, "calls-busy", "busy", FORM_NUMBER },
  { NULL, "calls-no-answer", "not answered", FORM_NUMBER },
  { NULL, "calls-connect-mean-ms", "to connect, on average", FORM_MS },
  { NULL, "calls-duration-mean-seconds", "long, on average", FORM_SECONDS },
  { "Memory", "memory-resident", "in use", FORM_BYTES },
  { NULL, "memory-limit", "limit", FORM_BYTES },
};

static guint64
get_number (GVariant *stats, const char *name)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (stats, name, NULL);

  if (value == NULL)
    return 0;
  return g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32 (value)
                                                             : g_variant_get_uint64 (value);
}

static char *
to_words (Form form, guint64 value)
{
  switch (form) {
  case FORM_BYTES:
    return value > 0 ? g_format_size_full (value, G_FORMAT_SIZE_IEC_UNITS) : g_strdup ("none");
  case FORM_LATENCY:
    return g_strdup_printf ("%.1f ms", (double) value / 1000);
  case FORM_PERCENT:
    return g_strdup_printf ("%" G_GUINT64_FORMAT " %%", value);
  case FORM_MS:
    return g_strdup_printf ("%.1f s", (double) value / 1000);
  case FORM_SECONDS:
    return g_strdup_printf ("%" G_GUINT64_FORMAT " min", (value + 30) / 60);
  case FORM_NUMBER:
  default:
    return g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  }
}

static void
print_head (GVariant *stats)
{
  guint64 uptime = get_number (stats, "uptime");
  const char *version = "", *alerts = "";

  g_variant_lookup (stats, "version", "&s", &version);
  g_variant_lookup (stats, "alerts", "&s", &alerts);
  printf ("calld %s, up %" G_GUINT64_FORMAT " d %02" G_GUINT64_FORMAT ":%02" G_GUINT64_FORMAT "\n",
          version, uptime / 86400, uptime / 3600 % 24, uptime / 60 % 60);
  printf ("Alerts: %s\n", *alerts != '\0' ? alerts : "none");
}

static void
print_stats (GVariant *stats)
{
  const char *errors = "{}";

  print_head (stats);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *words = to_words (rows[i].form, get_number (stats, rows[i].name));

    if (rows[i].heading != NULL)
      printf ("\n%s\n", rows[i].heading);
    printf ("  %14s  %s\n", words, rows[i].label);
  }
  g_variant_lookup (stats, "errors", "&s", &errors);
  if (!g_str_equal (errors, "{}"))
    printf ("\nErrors since the start: %s\n", errors);
  fflush (stdout);
}

static gboolean
print_once (Callctl *self, gboolean clear, GError **error)
{
  g_autoptr (GVariant) answer = callctl_call (self, CALLCTL_CALLD, "GetStats", NULL, NULL, error);
  g_autoptr (GVariant) stats = answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;

  if (stats == NULL)
    return FALSE;
  if (clear && isatty (STDOUT_FILENO))
    printf (CLEAR);
  if (self->json)
    callctl_print_dict (self, stats);
  else
    print_stats (stats);
  return TRUE;
}

typedef struct {
  Callctl *callctl;
  GMainLoop *loop;
  GError *error;
} Watch;

static gboolean
on_watch (gpointer user_data)
{
  Watch *watch = user_data;

  if (print_once (watch->callctl, TRUE, &watch->error))
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (watch->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  g_main_loop_quit (((Watch *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

/* Until ^C, or until calld has gone. */
static gboolean
watch_stats (Callctl *self, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Watch watch = { self, loop, NULL };
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, &watch);

  if (on_watch (&watch) == G_SOURCE_CONTINUE) {
    guint timer = g_timeout_add_seconds (WATCH_SECONDS, on_watch, &watch);

    g_main_loop_run (loop);
    if (watch.error == NULL)
      g_source_remove (timer);
  }
  g_source_remove (interrupt);
  if (watch.error == NULL)
    return TRUE;
  g_propagate_error (error, watch.error);
  return FALSE;
}

gboolean
callctl_command_stats (Callctl *self, char **arguments, GError **error)
{
  if (arguments[0] == NULL)
    return print_once (self, FALSE, error);
  if (g_str_equal (arguments[0], "--watch") && arguments[1] == NULL)
    return watch_stats (self, error);
  g_set_error (error, CALLCTL_USAGE, 0, "\"%s\" is too much: see callctl --help.", arguments[0]);
  return FALSE;
}
