/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "call-json.h"
#include "call-utf8.h"

#include <json-glib/json-glib.h>

#include <math.h>
#include <string.h>

/*
 * Why not JsonParser: it recurses with the depth of the text, asserts on a lone surrogate (ordinary
 * in what JavaScript sends), wraps integers that do not fit, and takes comments and other things
 * that are no JSON. This one makes the same tree by a loop, within limits.
 */

typedef struct {
  JsonObject *object;
  JsonArray *array;
  char *name;
} Level;

typedef struct {
  const char *start;
  const char *at;
  const char *end;
  JsonNode *root;
  Level levels[CALL_JSON_MAX_DEPTH];
  guint depth;
  guint n_values;
  GString *scratch;
  GError **error;
} Parser;

static gboolean
fail (Parser *self, const char *what)
{
  g_set_error (self->error, CALL_ERROR, CALL_ERROR_INVALID, "Not JSON: %s at byte %" G_GSIZE_FORMAT,
               what, (gsize) (self->at - self->start));
  return FALSE;
}

static gboolean
fail_limit (Parser *self, const char *what)
{
  g_set_error (self->error, CALL_ERROR, CALL_ERROR_TOO_LARGE, "JSON with too many %s", what);
  return FALSE;
}

static void
skip_space (Parser *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\n' || *self->at == '\r' || *self->at == '\t'))
    self->at++;
}

static gboolean
take (Parser *self, char c)
{
  skip_space (self);
  if (self->at == self->end || *self->at != c)
    return FALSE;
  self->at++;
  return TRUE;
}

/* --- strings ---------------------------------------------------------------------------------- */

static gboolean
take_hex (Parser *self, gunichar *unit)
{
  *unit = 0;
  if (self->end - self->at < 4)
    return fail (self, "short \\u escape");
  for (int i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (self->at[i]);

    if (digit < 0)
      return fail (self, "bad \\u escape");
    *unit = *unit << 4 | (gunichar) digit;
  }
  self->at += 4;
  return TRUE;
}

/* A lone half of a surrogate pair cannot be said in UTF-8, and NUL would end a C string early,
 * which is how checks get fooled. Both become U+FFFD. */
static gboolean
take_unicode_escape (Parser *self)
{
  gunichar unit, low;
  const char *before;

  if (!take_hex (self, &unit))
    return FALSE;
  before = self->at;
  if (unit >= 0xd800 && unit <= 0xdbff && self->end - self->at >= 6 && self->at[0] == '\\' &&
      self->at[1] == 'u') {
    self->at += 2;
    if (!take_hex (self, &low))
      return FALSE;
    if (low >= 0xdc00 && low <= 0xdfff)
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    else
      self->at = before;
  }
  if (unit == 0 || (unit >= 0xd800 && unit <= 0xdfff))
    unit = 0xfffd;
  g_string_append_unichar (self->scratch, unit);
  return TRUE;
}

static gboolean
take_escape (Parser *self)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (++self->at == self->end)
    return fail (self, "end in a string");
  if (*self->at == 'u') {
    self->at++;
    return take_unicode_escape (self);
  }
  found = *self->at != '\0' ? strchr (from, *self->at) : NULL;
  if (found == NULL)
    return fail (self, "unknown escape");
  g_string_append_c (self->scratch, to[found - from]);
  self->at++;
  return TRUE;
}

/* Reads a string into the scratch buffer. The text was checked to be UTF-8 before. */
static gboolean
take_string (Parser *self)
{
  g_string_truncate (self->scratch, 0);
  self->at++;
  while (self->at < self->end && *self->at != '"') {
    const char *plain = self->at;

    while (self->at < self->end && *self->at != '"' && *self->at != '\\' &&
           (guchar) *self->at >= ' ')
      self->at++;
    g_string_append_len (self->scratch, plain, self->at - plain);
    if (self->at == self->end || *self->at == '"')
      continue;
    if (*self->at != '\\')
      return fail (self, "control character in a string");
    if (!take_escape (self))
      return FALSE;
  }
  if (self->at == self->end)
    return fail (self, "end in a string");
  self->at++;
  return TRUE;
}

/* --- numbers and words ------------------------------------------------------------------------ */

static gsize
take_digits (Parser *self)
{
  const char *from = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return (gsize) (self->at - from);
}

static gboolean
scan_number (Parser *self, gboolean *is_integer)
{
  *is_integer = TRUE;
  if (*self->at == '-')
    self->at++;
  if (self->at < self->end && *self->at == '0')
    self->at++;
  else if (take_digits (self) == 0)
    return fail (self, "bad number");
  if (self->at < self->end && *self->at == '.') {
    *is_integer = FALSE;
    self->at++;
    if (take_digits (self) == 0)
      return fail (self, "bad number");
  }
  if (self->at < self->end && (*self->at == 'e' || *self->at == 'E')) {
    *is_integer = FALSE;
    self->at++;
    if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
      self->at++;
    if (take_digits (self) == 0)
      return fail (self, "bad number");
  }
  return TRUE;
}

static gboolean
take_number (Parser *self, JsonNode *node)
{
  const char *from = self->at;
  gboolean is_integer;
  gint64 integer;
  double number;

  if (!scan_number (self, &is_integer))
    return FALSE;
  g_string_truncate (self->scratch, 0);
  g_string_append_len (self->scratch, from, self->at - from);
  /* An integer that does not fit is a number all the same, as in JavaScript. */
  if (is_integer &&
      g_ascii_string_to_signed (self->scratch->str, 10, G_MININT64, G_MAXINT64, &integer, NULL)) {
    json_node_init_int (node, integer);
    return TRUE;
  }
  number = g_ascii_strtod (self->scratch->str, NULL);
  if (!isfinite (number))
    return fail (self, "number out of range");
  json_node_init_double (node, number);
  return TRUE;
}

static gboolean
take_word (Parser *self, JsonNode *node)
{
  gsize left = (gsize) (self->end - self->at);

  if (left >= 4 && memcmp (self->at, "true", 4) == 0) {
    json_node_init_boolean (node, TRUE);
    self->at += 4;
  } else if (left >= 5 && memcmp (self->at, "false", 5) == 0) {
    json_node_init_boolean (node, FALSE);
    self->at += 5;
  } else if (left >= 4 && memcmp (self->at, "null", 4) == 0) {
    json_node_init_null (node);
    self->at += 4;
  } else {
    return fail (self, left == 0 ? "unexpected end" : "unexpected character");
  }
  return TRUE;
}

/* --- structure -------------------------------------------------------------------------------- */

static Level *
top (Parser *self)
{
  return self->depth > 0 ? &self->levels[self->depth - 1] : NULL;
}

/* Hangs @node into the container that is open. */
static void
attach (Parser *self, JsonNode *node)
{
  Level *level = top (self);

  if (level == NULL)
    self->root = node;
  else if (level->array != NULL)
    json_array_add_element (level->array, node);
  else
    json_object_set_member (level->object, level->name, node);
}

static gboolean
open_container (Parser *self, gboolean is_array)
{
  JsonNode *node;
  Level level = { 0 };

  if (self->depth == CALL_JSON_MAX_DEPTH)
    return fail_limit (self, "levels");
  node = json_node_alloc ();
  if (is_array) {
    level.array = json_array_new ();
    json_node_init_array (node, level.array);
    json_array_unref (level.array);
  } else {
    level.object = json_object_new ();
    json_node_init_object (node, level.object);
    json_object_unref (level.object);
  }
  attach (self, node);
  self->levels[self->depth++] = level;
  self->at++;
  return TRUE;
}

static void
close_container (Parser *self)
{
  g_clear_pointer (&top (self)->name, g_free);
  self->depth--;
}

static gboolean
take_name (Parser *self)
{
  Level *level = top (self);

  skip_space (self);
  if (self->at == self->end || *self->at != '"')
    return fail (self, "no member name");
  if (json_object_get_size (level->object) == CALL_JSON_MAX_MEMBERS)
    return fail_limit (self, "members in one object");
  if (!take_string (self))
    return FALSE;
  g_free (level->name);
  level->name = g_strndup (self->scratch->str, self->scratch->len);
  return take (self, ':') || fail (self, "no colon");
}

static gboolean
take_scalar (Parser *self)
{
  JsonNode *node = json_node_alloc ();
  gboolean good;
  char c = self->at < self->end ? *self->at : '\0';

  if (c == '"') {
    good = take_string (self);
    if (good)
      json_node_init_string (node, self->scratch->str);
  } else if (c == '-' || g_ascii_isdigit (c)) {
    good = take_number (self, node);
  } else {
    good = take_word (self, node);
  }
  if (!good) {
    json_node_init_null (node);
    json_node_unref (node);
    return FALSE;
  }
  attach (self, node);
  return TRUE;
}

/* Behind a value: closes what ends here and goes to the next value, if there is one. */
static gboolean
go_on (Parser *self, gboolean *more)
{
  while (self->depth > 0) {
    gboolean in_array = top (self)->array != NULL;

    if (take (self, ',')) {
      *more = TRUE;
      return in_array || take_name (self);
    }
    if (!take (self, in_array ? ']' : '}'))
      return fail (self, self->at == self->end ? "unexpected end" : "no comma");
    close_container (self);
  }
  *more = FALSE;
  skip_space (self);
  return self->at == self->end || fail (self, "more than one value");
}

static gboolean
parse_all (Parser *self, guint max_values)
{
  gboolean more = TRUE;

  while (more) {
    char c;

    skip_space (self);
    if (++self->n_values > max_values)
      return fail_limit (self, "values");
    c = self->at < self->end ? *self->at : '\0';
    if (c == '{' || c == '[') {
      if (!open_container (self, c == '['))
        return FALSE;
      if (take (self, c == '[' ? ']' : '}'))
        close_container (self);
      else if (c == '{' && !take_name (self))
        return FALSE;
      else
        continue;
    } else if (!take_scalar (self)) {
      return FALSE;
    }
    if (!go_on (self, &more))
      return FALSE;
  }
  return TRUE;
}

/**
 * call_json_parse_limited:
 * @text: (array length=length): the text
 * @length: bytes of it
 * @max_values: the most values, of all kinds and depths, it may have
 * @error: where to put an error
 *
 * Reads one JSON text (RFC 8259), strictly and without recursion; how long it may be is for the
 * caller to say. Of members of the same name the
 * last counts. An integer outside 64 bits becomes a double; a lone surrogate and `\u0000` become
 * U+FFFD. What is wrong gives %CALL_ERROR_INVALID, what is too much %CALL_ERROR_TOO_LARGE.
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
call_json_parse_limited (const char *text, gsize length, guint max_values, GError **error)
{
  const char *start = length > 0 ? text : "";
  Parser parser = { .start = start, .at = start, .end = start + length, .error = error };
  gboolean good;

  if (!call_utf8_is_valid (text, length)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "Not JSON: not UTF-8");
    return NULL;
  }
  parser.scratch = g_string_sized_new (128);
  good = parse_all (&parser, max_values);
  g_string_free (parser.scratch, TRUE);
  while (parser.depth > 0)
    close_container (&parser);
  if (!good)
    g_clear_pointer (&parser.root, json_node_unref);
  return parser.root;
}

/**
 * call_json_parse:
 * @text: the text
 * @length: bytes of it, or -1 if it ends with a NUL
 * @error: where to put an error
 *
 * Reads one JSON text with the usual limits; see call_json_parse_limited().
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
call_json_parse (const char *text, gssize length, GError **error)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;

  if (size > CALL_JSON_MAX_TEXT) {
    Parser parser = { .start = text, .at = text, .end = text + size, .error = error };

    fail_limit (&parser, "bytes");
    return NULL;
  }
  return call_json_parse_limited (text, size, CALL_JSON_MAX_VALUES, error);
}

/**
 * call_json_parse_bytes:
 * @bytes: (nullable): the text
 * @error: where to put an error
 *
 * Reads the body of a request or an answer.
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
call_json_parse_bytes (GBytes *bytes, GError **error)
{
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  return call_json_parse (text != NULL ? text : "", (gssize) length, error);
}
