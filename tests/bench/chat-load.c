/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What chat costs: calld with sign-in, groups and its database on disk, against Node's socket.io
 * and the floor, which only pass messages on; the same clients, the same machine, in turn.
 *
 * usage: chat-load [--scenario NAME]… [--runs N] [--connections N] [--seconds N] [--json]
 *
 * CPU is what the server's threads took, user and system, the receiving half of the loopback
 * included. Latency counts from when a message was due. Nothing may be lost or doubled.
 */
#include "config.h"

#include "load-scenarios.h"

#include <stdlib.h>

static const LoadTarget targets[] = {
  { "rooms10: lost or doubled", LOAD_AT_MOST, 0 }, /* first: all there is to a smoke test */
  { "rooms10: memory KiB/connection", LOAD_AT_MOST, 1.5 },
  { "rooms10: memory KiB/connection", LOAD_AT_MOST_SOCKETIO, 0.1 },
  { "rooms10: connects/s", LOAD_AT_LEAST_SOCKETIO, 2 },
  { "rooms10: CPU us/delivery", LOAD_AT_MOST_SOCKETIO, 0.5 },
  { "rooms10: CPU us/delivery", LOAD_AT_MOST_FLOOR, 1.35 },
  { "rooms10: p50 ms", LOAD_AT_MOST, 3 },
  { "rooms10: p99 ms", LOAD_AT_MOST, 20 },
  { "rooms100: CPU us/delivery", LOAD_AT_MOST_SOCKETIO, 0.45 },
  { "rooms100: p50 ms", LOAD_AT_MOST, 3 },
  { "rooms100: p99 ms", LOAD_AT_MOST, 20 },
  { "rooms100: lost or doubled", LOAD_AT_MOST, 0 },
  { "idle: CPU % of a core", LOAD_AT_MOST, 0.6 },
  { "idle: CPU % with 500 messages/s", LOAD_AT_MOST, 5 },
  { "fanout: deliveries/s", LOAD_AT_LEAST_SOCKETIO, 4 },
  { "http: CPU beside 3000 idle, ratio", LOAD_AT_MOST, 1.1 },
  { "store: messages/s", LOAD_AT_LEAST, 20000 },
};

static LoadOptions options = { .connections = 10000, .seconds = 10 };
static int runs = 5;
static gboolean json;
static gboolean alone;
static gboolean smoke;
static char **names;

static const GOptionEntry entries[] = {
  { "scenario", 0, 0, G_OPTION_ARG_STRING_ARRAY, &names,
    "rooms10, rooms100, idle, fanout, http or store; may be repeated (default: all)", "NAME" },
  { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "how often each, in turn (default 5)", "N" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &options.connections, "default 10000", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "how long messages are sent", "N" },
  { "alone", 0, 0, G_OPTION_ARG_NONE, &alone, "only calld, nothing to compare with", NULL },
  { "smoke", 0, 0, G_OPTION_ARG_NONE, &smoke,
    "only whether it works: a little of everything, and no targets but that nothing is lost",
    NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &json, "the figures as one JSON object at the end", NULL },
  G_OPTION_ENTRY_NULL,
};

static void
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("%s\n", error->message);
    exit (2);
  }
  if (runs < 1 || runs > LOAD_MAX_RUNS || options.connections < 100 || options.seconds < 1) {
    g_printerr ("These numbers make no sense\n");
    exit (2);
  }
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (load_scenario_find (names[i]) == NULL) {
      g_printerr ("There is no scenario %s\n", names[i]);
      exit (2);
    }
}

static void
run_scenario (LoadReport *report, const LoadScenario *scenario, gboolean compare)
{
  load_set_apart (scenario->apart);
  for (int run = 0; run < runs; run++)
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
      if ((scenario->kinds & 1u << kind) == 0 || (kind != LOAD_CALLD && alone) ||
          (kind == LOAD_SOCKETIO && !compare))
        continue;
      g_printerr ("%s, run %d of %d: %s\n", scenario->name, run + 1, runs,
                  load_kind_to_name (kind));
      scenario->run (report, kind, &options);
    }
}

/* Little enough for every machine, and all three servers if they are there. */
static int
run_smoke (void)
{
  LoadReport *report = load_report_new ();
  guint lost;

  options = (LoadOptions){ .connections = 200, .seconds = 2 };
  runs = 1;
  run_scenario (report, load_scenario_find ("rooms10"), load_kind_is_available (LOAD_SOCKETIO));
  load_report_print (report);
  lost = load_report_print_targets (report, targets, 1);
  load_report_free (report);
  return lost == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  LoadReport *report = load_report_new ();
  guint n_scenarios, missed, descriptors;
  const LoadScenario *scenarios = load_scenario_list (&n_scenarios);
  gboolean compare;

  parse_options (&argc, &argv);
  if (smoke)
    return run_smoke ();
  descriptors = load_raise_descriptor_limit ();
  compare = !alone && load_kind_is_available (LOAD_SOCKETIO);
  g_print ("%d connections, %d runs of %d s, %u descriptors\n", options.connections, runs,
           options.seconds, descriptors);
  if (!alone && !compare)
    g_print ("socket.io is not installed (npm ci in tests/clients): nothing to compare with\n");
  for (guint i = 0; i < n_scenarios; i++)
    if (names == NULL || g_strv_contains ((const char *const *) names, scenarios[i].name))
      run_scenario (report, &scenarios[i], compare);
  load_report_print (report);
  missed = load_report_print_targets (report, targets, G_N_ELEMENTS (targets));
  if (json)
    load_report_print_json (report);
  load_report_free (report);
  g_strfreev (names);
  return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
