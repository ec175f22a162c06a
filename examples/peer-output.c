/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-output.h"

#include <json-glib/json-glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Members are given as name and value: "s:name" a string, "i:name" a gint64, "d:name" a double,
 * "b:name" a gboolean. */
static void
add_members (JsonBuilder *builder, va_list members)
{
  const char *name;

  while ((name = va_arg (members, const char *)) != NULL) {
    json_builder_set_member_name (builder, name + strlen ("s:"));
    switch (name[0]) {
    case 's':
      json_builder_add_string_value (builder, va_arg (members, const char *));
      break;
    case 'i':
      json_builder_add_int_value (builder, va_arg (members, gint64));
      break;
    case 'd':
      json_builder_add_double_value (builder, va_arg (members, double));
      break;
    case 'b':
      json_builder_add_boolean_value (builder, va_arg (members, gboolean));
      break;
    default:
      g_assert_not_reached ();
    }
  }
}

static void
output_members (gint64 monotonic_us, const char *event, va_list members)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *line = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "t");
  json_builder_add_double_value (builder, (double) monotonic_us / 1000.0);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, event);
  add_members (builder, members);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  /* A reader that went away is no reason to fail: the peer goes on. */
  puts (line);
  fflush (stdout);
}

/* Prints one line of JSON: what happened now. */
void
peer_output (const char *event, ...)
{
  va_list members;

  va_start (members, event);
  output_members (g_get_monotonic_time (), event, members);
  va_end (members);
}

/* The same for what happened at another time of the monotonic clock. */
void
peer_output_at (gint64 monotonic_us, const char *event, ...)
{
  va_list members;

  va_start (members, event);
  output_members (monotonic_us, event, members);
  va_end (members);
}
