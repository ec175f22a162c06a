/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-json.h"

#include "call-enums.h"
#include "call-time.h"
#include "call-utf8.h"

#include <json-glib/json-glib.h>

#include <math.h>
#include <string.h>

static const char hex[] = "0123456789abcdef";

static void
append_escaped (GString *text, guchar c)
{
  static const char from[] = "\"\\\b\f\n\r\t";
  static const char to[] = "\"\\bfnrt";
  const char *found = strchr (from, c);
  char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

  if (found != NULL) {
    g_string_append_c (text, '\\');
    g_string_append_c (text, to[found - from]);
  } else {
    g_string_append_len (text, escape, sizeof escape);
  }
}

/* All control characters are escaped, as RFC 8259 asks; U+001E besides would end a packet of a
 * polling body. */
static void
append_quoted (GString *text, const char *value)
{
  const char *at = value;

  g_string_append_c (text, '"');
  while (*at != '\0') {
    const char *plain = at;

    while ((guchar) *at >= ' ' && *at != '"' && *at != '\\')
      at++;
    g_string_append_len (text, plain, at - plain);
    if (*at != '\0')
      append_escaped (text, (guchar) *at++);
  }
  g_string_append_c (text, '"');
}

/* Writes what stands before a value: a comma, and the name in an object. */
static GString *
begin (CallJsonWriter *self, const char *name)
{
  if (self->text == NULL)
    self->text = g_string_sized_new (256);
  if (self->comma)
    g_string_append_c (self->text, ',');
  self->comma = TRUE;
  if (name != NULL) {
    append_quoted (self->text, name);
    g_string_append_c (self->text, ':');
  }
  return self->text;
}

/**
 * call_json_begin_object:
 * @self: a writer
 * @name: (nullable): the member it is, %NULL in an array and at the top
 *
 * Opens an object.
 */
void
call_json_begin_object (CallJsonWriter *self, const char *name)
{
  g_string_append_c (begin (self, name), '{');
  self->comma = FALSE;
}

/**
 * call_json_end_object:
 * @self: a writer
 *
 * Closes it.
 */
void
call_json_end_object (CallJsonWriter *self)
{
  g_string_append_c (self->text, '}');
  self->comma = TRUE;
}

/**
 * call_json_begin_array:
 * @self: a writer
 * @name: (nullable): the member it is, %NULL in an array and at the top
 *
 * Opens an array.
 */
void
call_json_begin_array (CallJsonWriter *self, const char *name)
{
  g_string_append_c (begin (self, name), '[');
  self->comma = FALSE;
}

/**
 * call_json_end_array:
 * @self: a writer
 *
 * Closes it.
 */
void
call_json_end_array (CallJsonWriter *self)
{
  g_string_append_c (self->text, ']');
  self->comma = TRUE;
}

/**
 * call_json_add_string:
 * @self: a writer
 * @name: (nullable): the member
 * @value: (nullable): its value; nothing is written for %NULL. What is not UTF-8 is replaced.
 *
 * Writes a string.
 */
void
call_json_add_string (CallJsonWriter *self, const char *name, const char *value)
{
  g_autofree char *valid = NULL;

  if (value == NULL)
    return;
  /* Nobody should come here with anything else; but one bad byte would cut a client's connection.
   */
  if (!call_utf8_is_valid (value, strlen (value)))
    value = valid = g_utf8_make_valid (value, -1);
  append_quoted (begin (self, name), value);
}

/**
 * call_json_add_int:
 * @self: a writer
 * @name: (nullable): the member
 * @value: its value
 *
 * Writes a whole number.
 */
void
call_json_add_int (CallJsonWriter *self, const char *name, gint64 value)
{
  g_string_append_printf (begin (self, name), "%" G_GINT64_FORMAT, value);
}

/**
 * call_json_add_double:
 * @self: a writer
 * @name: (nullable): the member
 * @value: its value; JSON has no word for infinity and NaN, so null is written
 *
 * Writes a number.
 */
void
call_json_add_double (CallJsonWriter *self, const char *name, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    g_string_append (begin (self, name), "null");
  else if (value == 0)
    g_string_append (begin (self, name), "0");
  else
    g_string_append (begin (self, name), g_ascii_dtostr (buffer, sizeof buffer, value));
}

/**
 * call_json_add_bool:
 * @self: a writer
 * @name: (nullable): the member
 * @value: its value
 *
 * Writes true or false.
 */
void
call_json_add_bool (CallJsonWriter *self, const char *name, gboolean value)
{
  g_string_append (begin (self, name), value ? "true" : "false");
}

/**
 * call_json_add_null:
 * @self: a writer
 * @name: (nullable): the member
 *
 * Writes null.
 */
void
call_json_add_null (CallJsonWriter *self, const char *name)
{
  g_string_append (begin (self, name), "null");
}

/**
 * call_json_add_time:
 * @self: a writer
 * @name: (nullable): the member
 * @unix_ms: milliseconds since 1970; nothing is written for 0
 *
 * Writes a time.
 */
void
call_json_add_time (CallJsonWriter *self, const char *name, gint64 unix_ms)
{
  char text[CALL_TIME_TEXT_SIZE];

  if (unix_ms == 0)
    return;
  call_time_write (unix_ms, text);
  append_quoted (begin (self, name), text);
}

/**
 * call_json_add_enum:
 * @self: a writer
 * @name: (nullable): the member
 * @type: an enumeration whose nicks are the words of the wire
 * @value: a value of it; nothing is written for any other, such as -1
 *
 * Writes a word.
 */
void
call_json_add_enum (CallJsonWriter *self, const char *name, GType type, int value)
{
  const char *nick = value < 0 ? NULL : call_enum_to_nick (type, value);

  if (nick != NULL)
    append_quoted (begin (self, name), nick);
}

/**
 * call_json_add_strv:
 * @self: a writer
 * @name: (nullable): the member
 * @value: (nullable) (array zero-terminated=1): its value; nothing is written for %NULL
 *
 * Writes an array of strings.
 */
void
call_json_add_strv (CallJsonWriter *self, const char *name, const char *const *value)
{
  if (value == NULL)
    return;
  call_json_begin_array (self, name);
  for (; *value != NULL; value++)
    call_json_add_string (self, NULL, *value);
  call_json_end_array (self);
}

/**
 * call_json_add_raw:
 * @self: a writer
 * @name: (nullable): the member
 * @json: (nullable): a value that is JSON already; nothing is written for %NULL
 *
 * Writes JSON.
 */
void
call_json_add_raw (CallJsonWriter *self, const char *name, const char *json)
{
  if (json != NULL)
    g_string_append (begin (self, name), json);
}

static void
add_value (CallJsonWriter *self, const char *name, JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    call_json_add_string (self, name, json_node_get_string (node));
  else if (type == G_TYPE_INT64)
    call_json_add_int (self, name, json_node_get_int (node));
  else if (type == G_TYPE_DOUBLE)
    call_json_add_double (self, name, json_node_get_double (node));
  else
    call_json_add_bool (self, name, json_node_get_boolean (node));
}

/**
 * call_json_add_node:
 * @self: a writer
 * @name: (nullable): the member
 * @node: (nullable): a value that was parsed, so of limited depth; nothing is written for %NULL
 *
 * Writes a parsed value.
 */
void
call_json_add_node (CallJsonWriter *self, const char *name, JsonNode *node)
{
  if (node == NULL)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    const char *member;
    JsonNode *value;

    call_json_begin_object (self, name);
    json_object_iter_init_ordered (&iter, json_node_get_object (node));
    while (json_object_iter_next_ordered (&iter, &member, &value))
      call_json_add_node (self, member, value);
    call_json_end_object (self);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    call_json_begin_array (self, name);
    for (guint i = 0; i < json_array_get_length (array); i++)
      call_json_add_node (self, NULL, json_array_get_element (array, i));
    call_json_end_array (self);
  } else if (JSON_NODE_HOLDS_NULL (node)) {
    call_json_add_null (self, name);
  } else {
    add_value (self, name, node);
  }
}

/**
 * call_json_writer_finish:
 * @self: a writer
 *
 * Ends the writing and leaves @self as new.
 *
 * Returns: (transfer full): what was written
 */
char *
call_json_writer_finish (CallJsonWriter *self)
{
  GString *text = g_steal_pointer (&self->text);

  self->comma = FALSE;
  return text != NULL ? g_string_free (text, FALSE) : g_strdup ("");
}

/**
 * call_json_node_to_string:
 * @node: a value that was parsed
 *
 * Returns: (transfer full): its text, without spaces
 */
char *
call_json_node_to_string (JsonNode *node)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_add_node (&writer, NULL, node);
  return call_json_writer_finish (&writer);
}
