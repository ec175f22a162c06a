/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include "call-json.h"

#include <stdio.h>
#include <string.h>

/* By the names of D-Bus: "scheduled-at" is a time, "active" is not. */
static gboolean
is_time (const char *name)
{
  return g_str_has_suffix (name, "-at");
}

/* "time-zone" → "timeZone" */
static char *
to_camel_case (const char *name)
{
  GString *camel = g_string_new (NULL);
  gboolean capital = FALSE;

  for (; *name != '\0'; name++) {
    if (*name != '-')
      g_string_append_c (camel, capital ? g_ascii_toupper (*name) : *name);
    capital = *name == '-';
  }
  return g_string_free (camel, FALSE);
}

/**
 * callctl_local_time:
 * @unix_ms: milliseconds since 1970
 *
 * Returns: (transfer full): the time in the zone of the terminal, "-" for never
 */
char *
callctl_local_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) time = unix_ms > 0 ? g_date_time_new_from_unix_local (unix_ms / 1000)
                                           : NULL;

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M") : g_strdup ("-");
}

static gint64
to_integer (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
    return (gint64) g_variant_get_uint64 (value);
  return g_variant_get_int64 (value);
}

static char *
to_text (const char *name, GVariant *value)
{
  if (value == NULL)
    return g_strdup ("-");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "yes" : "no");
  if (is_time (name))
    return callctl_local_time (to_integer (value));
  return g_strdup_printf ("%" G_GINT64_FORMAT, to_integer (value));
}

static void
add_to_json (CallJsonWriter *json, const char *name, GVariant *value)
{
  g_autofree char *member = to_camel_case (name);

  /* GetStats gives the counts by code as the JSON object it is. */
  if (g_str_equal (name, "errors") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    call_json_add_raw (json, member, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    call_json_add_string (json, member, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    call_json_add_bool (json, member, g_variant_get_boolean (value));
  else if (!is_time (name))
    call_json_add_int (json, member, to_integer (value));
  else if (to_integer (value) > 0)
    call_json_add_time (json, member, to_integer (value));
}

static void
add_dict_to_json (CallJsonWriter *json, GVariant *dict)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}")))
      add_to_json (json, name, value);
    else {
      call_json_begin_array (json, name);
      for (gsize i = 0; i < g_variant_n_children (value); i++) {
        g_autoptr (GVariant) row = g_variant_get_child_value (value, i);

        call_json_begin_object (json, NULL);
        add_dict_to_json (json, row);
        call_json_end_object (json);
      }
      call_json_end_array (json);
    }
  }
}

static char *
cell (GVariant *row, const char *column)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (row, column, NULL);

  return to_text (column, value);
}

/* Two blanks between columns, each as wide as its widest cell. */
static void
print_table (GVariant *rows, const char *const *columns)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

    for (guint c = 0; columns[c] != NULL; c++) {
      g_autofree char *text = cell (row, columns[c]);
      glong width = 0;

      for (gsize other = 0; other < g_variant_n_children (rows); other++) {
        g_autoptr (GVariant) other_row = g_variant_get_child_value (rows, other);
        g_autofree char *other_text = cell (other_row, columns[c]);

        width = MAX (width, g_utf8_strlen (other_text, -1));
      }
      if (columns[c + 1] == NULL)
        width = 0;
      printf ("%s%s%*s", c > 0 ? "  " : "", text, (int) MAX (width - g_utf8_strlen (text, -1), 0),
              "");
    }
    printf ("\n");
  }
}

/**
 * callctl_print_list:
 * @self: callctl
 * @name: the member of the JSON object that holds the list
 * @rows: an aa{sv}
 * @columns: which members to print as a table, in order
 *
 * Prints a list.
 */
void
callctl_print_list (Callctl *self, const char *name, GVariant *rows, const char *const *columns)
{
  if (self->json) {
    GVariantDict dict;
    g_autoptr (GVariant) object = NULL;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert_value (&dict, name, rows);
    object = g_variant_ref_sink (g_variant_dict_end (&dict));
    callctl_print_dict (self, object);
  } else
    print_table (rows, columns);
}

/**
 * callctl_print_dict:
 * @self: callctl
 * @dict: an a{sv}
 *
 * Prints one thing: a JSON object, or a line for each member.
 */
void
callctl_print_dict (Callctl *self, GVariant *dict)
{
  CallJsonWriter json = CALL_JSON_WRITER_INIT;
  g_autofree char *text = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  call_json_begin_object (&json, NULL);
  add_dict_to_json (&json, dict);
  call_json_end_object (&json);
  text = call_json_writer_finish (&json);
  if (self->json) {
    printf ("%s\n", text);
    return;
  }
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    g_autofree char *line = to_text (name, value);

    printf ("%s: %s\n", name, line);
  }
}
