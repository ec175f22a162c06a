/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <stdio.h>

#include "call-appointment-machine.h"
#include "call-session-machine.h"

/* Prints docs/state-machines.md from the tables. With the page as its argument it compares instead,
 * so that the page cannot fall behind. */

static void
print_session_effects (GString *page, guint effects)
{
  const char *separator = "";

  for (guint i = 0; i < CALL_SESSION_N_EFFECTS; i++) {
    if (!(effects & (1u << i)))
      continue;
    g_string_append_printf (page, "%s`%s`", separator, call_session_effect_name (1u << i));
    separator = ", ";
  }
}

static void
print_session_drawing (GString *page)
{
  gsize n;
  const CallSessionEdge *edges = call_session_machine_edges (&n);

  g_string_append (page, "```mermaid\nstateDiagram-v2\n  [*] --> idle\n");
  for (gsize i = 0; i < n; i++) {
    if (edges[i].state == edges[i].next)
      continue;
    g_string_append_printf (page, "  %s --> %s : %s\n",
                            call_enum_to_nick (CALL_TYPE_STATE, edges[i].state),
                            call_enum_to_nick (CALL_TYPE_STATE, edges[i].next),
                            call_session_event_name (edges[i].event));
  }
  g_string_append (page, "  ended --> [*]\n  error --> [*]\n```\n");
}

static void
print_session_table (GString *page)
{
  gsize n;
  const CallSessionEdge *edges = call_session_machine_edges (&n);

  g_string_append (page, "\n| state | event | next | effects |\n|---|---|---|---|\n");
  for (gsize i = 0; i < n; i++) {
    g_string_append_printf (page, "| %s | %s | %s | ",
                            call_enum_to_nick (CALL_TYPE_STATE, edges[i].state),
                            call_session_event_name (edges[i].event),
                            call_enum_to_nick (CALL_TYPE_STATE, edges[i].next));
    print_session_effects (page, edges[i].effects);
    g_string_append (page, " |\n");
  }
}

static void
print_appointment_drawing (GString *page)
{
  gsize n;
  const CallAppointmentEdge *edges = call_appointment_machine_edges (&n);

  g_string_append (page, "```mermaid\nstateDiagram-v2\n  [*] --> scheduled\n");
  for (gsize i = 0; i < n; i++) {
    if (edges[i].status == edges[i].next)
      continue;
    g_string_append_printf (page, "  %s --> %s : %s\n",
                            call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, edges[i].status),
                            call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, edges[i].next),
                            call_appointment_event_name (edges[i].event));
  }
  g_string_append (page, "  completed --> [*]\n  cancelled --> [*]\n  rescheduled --> [*]\n```\n");
}

static void
print_appointment_table (GString *page)
{
  gsize n;
  const CallAppointmentEdge *edges = call_appointment_machine_edges (&n);

  g_string_append (page, "\n| status | event | next | effects |\n|---|---|---|---|\n");
  for (gsize i = 0; i < n; i++) {
    const char *separator = "";

    g_string_append_printf (page, "| %s | %s | %s | ",
                            call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, edges[i].status),
                            call_appointment_event_name (edges[i].event),
                            call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, edges[i].next));
    for (guint bit = 1; bit <= CALL_APPOINTMENT_EFFECT_LINK_NEXT; bit <<= 1) {
      if (!(edges[i].effects & bit))
        continue;
      g_string_append_printf (page, "%s`%s`", separator, call_appointment_effect_name (bit));
      separator = ", ";
    }
    g_string_append (page, " |\n");
  }
}

static char *
print_page (void)
{
  GString *page = g_string_new (
      "# State machines\n\n"
      "This page is printed from the tables in `libcall/rules` by `tests/libcall/print-machines`; "
      "a "
      "test compares them.\nA pair that is not listed is refused with `wrong_state` and changes "
      "nothing.\n\n"
      "## A call, as one client sees it\n\n"
      "Table: `libcall/rules/call-session-machine.c`. Events come from the user, from HTTP "
      "answers, "
      "from the server's events, from\nthe media engine and from the clock, and from nowhere else. "
      "*Reconnecting* is a flag beside the state. The drawing leaves out\nwhat does not change the "
      "state.\n\n");

  print_session_drawing (page);
  print_session_table (page);
  g_string_append (
      page,
      "\n## An appointment\n\n"
      "Table: `libcall/rules/call-appointment-machine.c`. Leaving a call is not ending a visit: "
      "a call can be made or joined again\nwhile the access window is open.\n\n");
  print_appointment_drawing (page);
  print_appointment_table (page);
  return g_string_free (page, FALSE);
}

int
main (int argc, char *argv[])
{
  g_autofree char *page = print_page ();
  g_autofree char *committed = NULL;
  g_autoptr (GError) error = NULL;

  if (argc < 2) {
    fputs (page, stdout);
    return 0;
  }
  if (!g_file_get_contents (argv[1], &committed, NULL, &error)) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  if (g_str_equal (page, committed))
    return 0;
  fprintf (stderr, "%s is not what the tables say; print it again:\n  %s > %s\n", argv[1], argv[0],
           argv[1]);
  return 1;
}
