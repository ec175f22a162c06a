/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-json.h"

#include "call-enums.h"
#include "call-error.h"
#include "call-id.h"
#include "call-time.h"

#include <json-glib/json-glib.h>

#include <math.h>
#include <string.h>

/* The largest integer every double up to it can express: what a foreign writer may mean by 3.0. */
#define EXACT_INTEGER 9007199254740992.0

/* The head of a data: address before its text, and the last group of four. */
#define BASE64_COMMA ";base64,"
#define BASE64_HEAD 256

/**
 * call_json_node_ref:
 * @node: a value
 *
 * Returns: (transfer full): @node
 */
JsonNode *
call_json_node_ref (JsonNode *node)
{
  return json_node_ref (node);
}

/**
 * call_json_node_unref:
 * @node: (transfer full): a value
 *
 * Drops a reference.
 */
void
call_json_node_unref (JsonNode *node)
{
  json_node_unref (node);
}

/**
 * call_json_node_get_object:
 * @node: (nullable): a value
 * @what: what it is, for the message
 * @error: where to put an error
 *
 * Returns: (transfer none) (nullable): the object @node is, or %NULL with @error if it is none
 */
JsonObject *
call_json_node_get_object (JsonNode *node, const char *what, GError **error)
{
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "%s is not an object", what);
  return NULL;
}

/**
 * call_json_node_get_array:
 * @node: (nullable): a value
 * @what: what it is, for the message
 * @error: where to put an error
 *
 * Returns: (transfer none) (nullable): the array @node is, or %NULL with @error if it is none
 */
JsonArray *
call_json_node_get_array (JsonNode *node, const char *what, GError **error)
{
  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "%s is not an array", what);
  return NULL;
}

/* Finds a member; null is the same as none. Returns FALSE when that is an error. */
static gboolean
find (JsonObject *object, const char *name, CallJsonFlags flags, JsonNode **node, GError **error)
{
  *node = json_object_get_member (object, name);
  if (*node != NULL && JSON_NODE_HOLDS_NULL (*node))
    *node = NULL;
  if (*node != NULL || flags == CALL_JSON_OPTIONAL)
    return TRUE;
  call_error_set_field (error, name, "is missing");
  return FALSE;
}

static gboolean
holds (JsonNode *node, GType type)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/**
 * call_json_get_string:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @value: (out) (transfer none): its value, good as long as @object
 * @error: where to put an error, which names the member
 *
 * Reads a string.
 *
 * Returns: %FALSE with @error if it is wrong; @value is then unchanged
 */
gboolean
call_json_get_string (JsonObject *object,
                      const char *name,
                      CallJsonFlags flags,
                      const char **value,
                      GError **error)
{
  JsonNode *node;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!holds (node, G_TYPE_STRING)) {
    call_error_set_field (error, name, "is not a string");
    return FALSE;
  }
  *value = json_node_get_string (node);
  return TRUE;
}

/**
 * call_json_get_text:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @max_length: the most bytes it may have
 * @value: (out) (transfer none): its value, good as long as @object
 * @error: where to put an error, which names the member
 *
 * Reads a string of limited length; if it is required, it may not be empty.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_text (JsonObject *object,
                    const char *name,
                    CallJsonFlags flags,
                    gsize max_length,
                    const char **value,
                    GError **error)
{
  const char *text = NULL;

  if (!call_json_get_string (object, name, flags, &text, error))
    return FALSE;
  if (text != NULL && strlen (text) > max_length) {
    call_error_set_field (error, name, "is longer than %" G_GSIZE_FORMAT " bytes", max_length);
    return FALSE;
  }
  if (text != NULL && *text == '\0' && flags == CALL_JSON_REQUIRED) {
    call_error_set_field (error, name, "is empty");
    return FALSE;
  }
  if (text != NULL)
    *value = text;
  return TRUE;
}

/**
 * call_json_get_id:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @value: (out) (transfer none): its value, good as long as @object
 * @error: where to put an error, which names the member
 *
 * Reads a UUID.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_id (JsonObject *object,
                  const char *name,
                  CallJsonFlags flags,
                  const char **value,
                  GError **error)
{
  const char *text = NULL;

  if (!call_json_get_string (object, name, flags, &text, error))
    return FALSE;
  if (text != NULL && !call_id_is_valid (text)) {
    call_error_set_field (error, name, "is not an id");
    return FALSE;
  }
  if (text != NULL)
    *value = text;
  return TRUE;
}

static gboolean
read_integer (JsonNode *node, gint64 *value)
{
  double number;

  if (holds (node, G_TYPE_INT64)) {
    *value = json_node_get_int (node);
    return TRUE;
  }
  if (!holds (node, G_TYPE_DOUBLE))
    return FALSE;
  number = json_node_get_double (node);
  if (number != trunc (number) || fabs (number) > EXACT_INTEGER)
    return FALSE;
  *value = (gint64) number;
  return TRUE;
}

/**
 * call_json_get_int:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @minimum: the smallest value it may have
 * @maximum: the largest
 * @value: (out): its value
 * @error: where to put an error, which names the member
 *
 * Reads a whole number.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_int (JsonObject *object,
                   const char *name,
                   CallJsonFlags flags,
                   gint64 minimum,
                   gint64 maximum,
                   gint64 *value,
                   GError **error)
{
  JsonNode *node;
  gint64 number;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!read_integer (node, &number)) {
    call_error_set_field (error, name, "is not a whole number");
    return FALSE;
  }
  if (number < minimum || number > maximum) {
    call_error_set_field (error, name, "is not between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                          minimum, maximum);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

/**
 * call_json_get_bool:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @value: (out): its value
 * @error: where to put an error, which names the member
 *
 * Reads true or false.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_bool (JsonObject *object,
                    const char *name,
                    CallJsonFlags flags,
                    gboolean *value,
                    GError **error)
{
  JsonNode *node;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!holds (node, G_TYPE_BOOLEAN)) {
    call_error_set_field (error, name, "is neither true nor false");
    return FALSE;
  }
  *value = json_node_get_boolean (node);
  return TRUE;
}

/**
 * call_json_get_time:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @unix_ms: (out): its value, milliseconds since 1970
 * @error: where to put an error, which names the member
 *
 * Reads a time; see call_time_parse().
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_time (JsonObject *object,
                    const char *name,
                    CallJsonFlags flags,
                    gint64 *unix_ms,
                    GError **error)
{
  const char *text = NULL;

  if (!call_json_get_string (object, name, flags, &text, error))
    return FALSE;
  if (text != NULL && !call_time_parse (text, unix_ms)) {
    call_error_set_field (error, name, "is not a time such as 2026-03-02T14:00:00.000Z");
    return FALSE;
  }
  return TRUE;
}

/**
 * call_json_get_enum:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @type: an enumeration whose nicks are the words of the wire
 * @value: (out): its value
 * @error: where to put an error, which names the member
 *
 * Reads a word.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_enum (JsonObject *object,
                    const char *name,
                    CallJsonFlags flags,
                    GType type,
                    int *value,
                    GError **error)
{
  const char *text = NULL;

  if (!call_json_get_string (object, name, flags, &text, error))
    return FALSE;
  if (text != NULL && !call_enum_from_nick (type, text, value)) {
    call_error_set_field (error, name, "is an unknown word");
    return FALSE;
  }
  return TRUE;
}

/**
 * call_json_get_object:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @value: (out) (transfer none): its value, good as long as @object
 * @error: where to put an error, which names the member
 *
 * Reads an object inside an object.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_object (JsonObject *object,
                      const char *name,
                      CallJsonFlags flags,
                      JsonObject **value,
                      GError **error)
{
  JsonNode *node;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    call_error_set_field (error, name, "is not an object");
    return FALSE;
  }
  *value = json_node_get_object (node);
  return TRUE;
}

/**
 * call_json_get_array:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @value: (out) (transfer none): its value, good as long as @object
 * @error: where to put an error, which names the member
 *
 * Reads an array inside an object.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_array (JsonObject *object,
                     const char *name,
                     CallJsonFlags flags,
                     JsonArray **value,
                     GError **error)
{
  JsonNode *node;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node)) {
    call_error_set_field (error, name, "is not an array");
    return FALSE;
  }
  *value = json_node_get_array (node);
  return TRUE;
}

/**
 * call_json_get_strv:
 * @object: an object
 * @name: the member
 * @flags: whether it may be missing
 * @max_items: the most items it may have
 * @value: (out) (transfer full): its value
 * @error: where to put an error, which names the member
 *
 * Reads an array of strings. A lone string counts as an array of one: WebRTC's `urls` may be
 * either.
 *
 * Returns: %FALSE with @error if it is wrong
 */
gboolean
call_json_get_strv (JsonObject *object,
                    const char *name,
                    CallJsonFlags flags,
                    guint max_items,
                    char ***value,
                    GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;
  JsonNode *node;

  if (!find (object, name, flags, &node, error))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (holds (node, G_TYPE_STRING)) {
    g_strv_builder_add (builder, json_node_get_string (node));
    *value = g_strv_builder_end (builder);
    return TRUE;
  }
  if (!call_json_get_array (object, name, flags, &array, error))
    return FALSE;
  if (json_array_get_length (array) > max_items) {
    call_error_set_field (error, name, "has more than %u items", max_items);
    return FALSE;
  }
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *item = json_array_get_element (array, i);

    if (!holds (item, G_TYPE_STRING)) {
      call_error_set_field (error, name, "has an item that is not a string");
      return FALSE;
    }
    g_strv_builder_add (builder, json_node_get_string (item));
  }
  *value = g_strv_builder_end (builder);
  return TRUE;
}

/* GLib passes over what is no base64; whoever sends such means something else. */
static GBytes *
decode_base64 (const char *text)
{
  const char *comma = g_str_has_prefix (text, "data:") ? strstr (text, BASE64_COMMA) : NULL;
  const char *begin = comma != NULL ? comma + strlen (BASE64_COMMA) : text;
  gsize length = strspn (begin, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "+/");
  gsize padding = strspn (begin + length, "=");
  guchar *data;

  if (begin[length + padding] != '\0' || padding > 2 || (length + padding) % 4 != 0)
    return NULL;
  data = g_base64_decode (begin, &length);
  return g_bytes_new_take (data, length);
}

/**
 * call_json_get_bytes:
 * @object: an object
 * @name: a member that is a string of base64, with or without the head of a data: address
 * @flags: flags
 * @max_length: the most bytes it may stand for
 * @value: (out) (transfer full): the bytes, unchanged if there is no such member
 * @error: where to put an error
 *
 * Reads a member that stands for bytes.
 *
 * Returns: %FALSE with @error if it is missing or wrong
 */
gboolean
call_json_get_bytes (JsonObject *object,
                     const char *name,
                     CallJsonFlags flags,
                     gsize max_length,
                     GBytes **value,
                     GError **error)
{
  const char *text = NULL;
  GBytes *bytes;

  if (!call_json_get_text (object, name, flags, max_length / 3 * 4 + BASE64_HEAD, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  bytes = decode_base64 (text);
  if (bytes == NULL) {
    call_error_set_field (error, name, "is neither base64 nor an attachment");
    return FALSE;
  }
  *value = bytes;
  return TRUE;
}
