/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-record.h"

#include "call-error.h"
#include "call-peerjs.h"

#include <json-glib/json-glib.h>

#include <string.h>

#define STRING_MAX 4096
#define BYTES_MAX (16 * 1024 * 1024)
#define WORD_MAX 64
#define STRV_MAX 1000
#define MODELS_MAX 5000

#define AT(base, field, Type) (*(Type *) ((guint8 *) (base) + (field)->offset))
#define CONST_AT(base, field, Type) (*(Type const *) ((const guint8 *) (base) + (field)->offset))

typedef GType (*GetTypeFunc) (void);

static GType
get_enum_type (const CallField *field)
{
  /* A function pointer in a data pointer: POSIX promises that this works (dlsym() lives by it). */
  GetTypeFunc get_type;

  memcpy (&get_type, &field->extra, sizeof get_type);
  return get_type ();
}

/* --- life ------------------------------------------------------------------------------------- */

static void
init_fields (const CallSchema *schema, gpointer base)
{
  for (guint i = 0; i < schema->n_fields; i++) {
    const CallField *field = &schema->fields[i];

    if (field->type == CALL_FIELD_ENUM)
      AT (base, field, int) = -1;
    else if (field->type == CALL_FIELD_STRUCT)
      init_fields (field->extra, (guint8 *) base + field->offset);
  }
}

static void
clear_string (const CallField *field, char **text)
{
  if (*text != NULL && (field->flags & CALL_FIELD_SECRET) != 0)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void clear_fields (const CallSchema *schema, gpointer base);

static void
clear_field (const CallField *field, gpointer base)
{
  switch ((CallFieldType) field->type) {
  case CALL_FIELD_STRING:
  case CALL_FIELD_ID:
  case CALL_FIELD_WORD:
  case CALL_FIELD_PEER_ID:
  case CALL_FIELD_RAW:
    clear_string (field, &AT (base, field, char *));
    break;
  case CALL_FIELD_STRV:
  case CALL_FIELD_ID_LIST:
    g_clear_pointer (&AT (base, field, char **), g_strfreev);
    break;
  case CALL_FIELD_MAP:
    g_clear_pointer (&AT (base, field, GHashTable *), g_hash_table_unref);
    break;
  case CALL_FIELD_MODEL:
    g_clear_object (&AT (base, field, GObject *));
    break;
  case CALL_FIELD_MODEL_LIST:
    g_clear_pointer (&AT (base, field, GPtrArray *), g_ptr_array_unref);
    break;
  case CALL_FIELD_BYTES:
    g_clear_pointer (&AT (base, field, GBytes *), g_bytes_unref);
    break;
  case CALL_FIELD_STRUCT:
    clear_fields (field->extra, (guint8 *) base + field->offset);
    break;
  case CALL_FIELD_TIME:
  case CALL_FIELD_INT:
  case CALL_FIELD_UINT:
  case CALL_FIELD_BOOL:
  case CALL_FIELD_ENUM:
    break;
  }
}

static void
clear_fields (const CallSchema *schema, gpointer base)
{
  for (guint i = 0; i < schema->n_fields; i++)
    clear_field (&schema->fields[i], base);
}

static const CallSchema *
get_whole (const CallSchema *schema)
{
  return schema->whole != NULL ? schema->whole : schema;
}

static void
clear_record (gpointer record)
{
  clear_fields (get_whole (((CallRecord *) record)->schema), record);
}

/**
 * call_record_new:
 * @schema: what the struct looks like
 *
 * Makes an empty record: zero all over, -1 in enumerations.
 *
 * Returns: (transfer full): the record
 */
gpointer
call_record_new (const CallSchema *schema)
{
  CallRecord *record = g_atomic_rc_box_alloc0 (schema->size);

  record->schema = schema;
  init_fields (get_whole (schema), record);
  return record;
}

/**
 * call_record_ref:
 * @record: a record
 *
 * Returns: (transfer full): @record
 */
gpointer
call_record_ref (gpointer record)
{
  return g_atomic_rc_box_acquire (record);
}

/**
 * call_record_unref:
 * @record: (transfer full): a record
 *
 * Drops a reference; with the last one the record and all in it are freed.
 */
void
call_record_unref (gpointer record)
{
  g_atomic_rc_box_release_full (record, clear_record);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_fields (const CallSchema *schema, gconstpointer base, CallJsonWriter *writer);

static void
write_map (CallJsonWriter *writer, const char *name, GHashTable *map)
{
  g_autoptr (GList) keys = map != NULL ? g_hash_table_get_keys (map) : NULL;

  /* In order, so that the same content is the same text. */
  keys = g_list_sort (keys, (GCompareFunc) strcmp);
  call_json_begin_object (writer, name);
  for (GList *key = keys; key != NULL; key = key->next)
    call_json_add_string (writer, key->data, g_hash_table_lookup (map, key->data));
  call_json_end_object (writer);
}

static void
write_model (CallJsonWriter *writer, const char *name, const CallModelCodec *codec, gpointer model)
{
  call_json_begin_object (writer, name);
  codec->write (writer, model);
  call_json_end_object (writer);
}

static void
write_models (CallJsonWriter *writer, const CallField *field, GPtrArray *models)
{
  call_json_begin_array (writer, field->name);
  for (guint i = 0; models != NULL && i < models->len; i++)
    write_model (writer, NULL, field->extra, g_ptr_array_index (models, i));
  call_json_end_array (writer);
}

/* A struct that may be missing is missing when its first member, a string, is. */
static gboolean
is_struct_there (const CallField *field, gconstpointer base)
{
  const CallSchema *schema = field->extra;

  return (field->flags & CALL_FIELD_MAYBE) == 0 ||
         CONST_AT ((const guint8 *) base + field->offset, &schema->fields[0], char *) != NULL;
}

static void
write_struct (const CallField *field, gconstpointer base, CallJsonWriter *writer)
{
  if (!is_struct_there (field, base))
    return;
  call_json_begin_object (writer, field->name);
  write_fields (field->extra, (const guint8 *) base + field->offset, writer);
  call_json_end_object (writer);
}

static void
write_bytes (const CallField *field, GBytes *bytes, CallJsonWriter *writer)
{
  g_autofree char *text = NULL;

  if (bytes == NULL)
    return;
  text = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  call_json_add_string (writer, field->name, text);
}

static void
write_number (const CallField *field, gint64 value, CallJsonWriter *writer)
{
  if (value != 0 || (field->flags & CALL_FIELD_MAYBE) == 0)
    call_json_add_int (writer, field->name, value);
}

static void
write_field (const CallField *field, gconstpointer base, CallJsonWriter *writer)
{
  switch ((CallFieldType) field->type) {
  case CALL_FIELD_STRING:
  case CALL_FIELD_ID:
  case CALL_FIELD_WORD:
  case CALL_FIELD_PEER_ID:
    call_json_add_string (writer, field->name, CONST_AT (base, field, char *));
    break;
  case CALL_FIELD_RAW:
    call_json_add_raw (writer, field->name, CONST_AT (base, field, char *));
    break;
  case CALL_FIELD_TIME:
    call_json_add_time (writer, field->name, CONST_AT (base, field, gint64));
    break;
  case CALL_FIELD_INT:
    write_number (field, CONST_AT (base, field, gint64), writer);
    break;
  case CALL_FIELD_UINT:
    write_number (field, CONST_AT (base, field, guint), writer);
    break;
  case CALL_FIELD_BOOL:
    call_json_add_bool (writer, field->name, CONST_AT (base, field, gboolean));
    break;
  case CALL_FIELD_ENUM:
    call_json_add_enum (writer, field->name, get_enum_type (field), CONST_AT (base, field, int));
    break;
  case CALL_FIELD_STRV:
  case CALL_FIELD_ID_LIST:
    call_json_add_strv (writer, field->name, (const char *const *) CONST_AT (base, field, char **));
    break;
  case CALL_FIELD_MAP:
    write_map (writer, field->name, CONST_AT (base, field, GHashTable *));
    break;
  case CALL_FIELD_MODEL:
    if (CONST_AT (base, field, gpointer) == NULL)
      break;
    if ((field->flags & CALL_FIELD_INLINE) != 0)
      ((const CallModelCodec *) field->extra)->write (writer, CONST_AT (base, field, gpointer));
    else
      write_model (writer, field->name, field->extra, CONST_AT (base, field, gpointer));
    break;
  case CALL_FIELD_MODEL_LIST:
    write_models (writer, field, CONST_AT (base, field, GPtrArray *));
    break;
  case CALL_FIELD_BYTES:
    write_bytes (field, CONST_AT (base, field, GBytes *), writer);
    break;
  case CALL_FIELD_STRUCT:
    write_struct (field, base, writer);
    break;
  }
}

static void
write_fields (const CallSchema *schema, gconstpointer base, CallJsonWriter *writer)
{
  for (guint i = 0; i < schema->n_fields; i++)
    write_field (&schema->fields[i], base, writer);
}

/**
 * call_record_write:
 * @record: a record
 * @writer: where to write it
 * @name: (nullable): the member it is, %NULL in an array and at the top
 *
 * Writes @record as a JSON object.
 */
void
call_record_write (gconstpointer record, CallJsonWriter *writer, const char *name)
{
  call_json_begin_object (writer, name);
  write_fields (((const CallRecord *) record)->schema, record, writer);
  call_json_end_object (writer);
}

/**
 * call_record_to_json:
 * @record: a record
 *
 * Returns: (transfer full): @record as a JSON object
 */
char *
call_record_to_json (gconstpointer record)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_record_write (record, &writer, NULL);
  return call_json_writer_finish (&writer);
}

/* --- reading ---------------------------------------------------------------------------------- */

static gboolean
read_fields (const CallSchema *schema, gpointer base, JsonObject *object, GError **error);

static CallJsonFlags
get_json_flags (const CallField *field)
{
  return (field->flags & CALL_FIELD_MAYBE) != 0 ? CALL_JSON_OPTIONAL : CALL_JSON_REQUIRED;
}

static gboolean
is_word (const char *text)
{
  return strlen (text) <= WORD_MAX &&
         text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.")] == '\0';
}

static gboolean
read_string (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  CallJsonFlags flags = get_json_flags (field);
  const char *text = NULL;
  const char *problem = NULL;
  gboolean good;

  if (field->type == CALL_FIELD_ID)
    good = call_json_get_id (object, field->name, flags, &text, error);
  else
    good = call_json_get_text (object, field->name, flags,
                               field->limit > 0 ? field->limit : STRING_MAX, &text, error);
  if (text != NULL && field->type == CALL_FIELD_PEER_ID && !call_peerjs_id_is_valid (text))
    problem = "is not an address of a peer";
  else if (text != NULL && field->type == CALL_FIELD_WORD && !is_word (text))
    problem = "is not a word of letters and digits";
  if (problem != NULL) {
    call_error_set_field (error, field->name, "%s", problem);
    return FALSE;
  }
  AT (base, field, char *) = g_strdup (text);
  return good;
}

static gboolean
read_uint (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  gint64 value = 0;
  gboolean good = call_json_get_int (object, field->name, get_json_flags (field), 0,
                                     field->limit > 0 ? field->limit : G_MAXUINT, &value, error);

  AT (base, field, guint) = (guint) value;
  return good;
}

static gboolean
read_strv (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  char **value = NULL;
  gboolean good = call_json_get_strv (object, field->name, get_json_flags (field),
                                      field->limit > 0 ? field->limit : STRV_MAX, &value, error);

  AT (base, field, char **) = value;
  for (char **item = value;
       good && field->type == CALL_FIELD_ID_LIST && item != NULL && *item != NULL; item++)
    if (!g_uuid_string_is_valid (*item)) {
      call_error_set_field (error, field->name, "has an item that is not an id");
      return FALSE;
    }
  return good;
}

static gboolean
read_map (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  g_autoptr (GHashTable) map = NULL;
  JsonObject *inner = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (!call_json_get_object (object, field->name, get_json_flags (field), &inner, error))
    return FALSE;
  if (inner == NULL)
    return TRUE;
  map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  json_object_iter_init (&iter, inner);
  while (json_object_iter_next (&iter, &name, &value)) {
    if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING) {
      call_error_set_field (error, field->name, "has a member that is not a string");
      return FALSE;
    }
    g_hash_table_insert (map, g_strdup (name), json_node_dup_string (value));
  }
  AT (base, field, GHashTable *) = g_steal_pointer (&map);
  return TRUE;
}

static gboolean
read_model (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  const CallModelCodec *codec = field->extra;
  JsonObject *inner = NULL;

  if ((field->flags & CALL_FIELD_INLINE) != 0)
    inner = object;
  else if (!call_json_get_object (object, field->name, get_json_flags (field), &inner, error))
    return FALSE;
  if (inner == NULL)
    return TRUE;
  AT (base, field, gpointer) = codec->read (inner, error);
  return AT (base, field, gpointer) != NULL;
}

static gboolean
read_models (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  const CallModelCodec *codec = field->extra;
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *array = NULL;

  if (!call_json_get_array (object, field->name, get_json_flags (field), &array, error))
    return FALSE;
  if (array != NULL &&
      json_array_get_length (array) > (field->limit > 0 ? field->limit : MODELS_MAX)) {
    call_error_set_field (error, field->name, "has too many items");
    return FALSE;
  }
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonObject *item = call_json_node_get_object (json_array_get_element (array, i), field->name,
                                                  error);
    gpointer model = item != NULL ? codec->read (item, error) : NULL;

    if (model == NULL)
      return FALSE;
    g_ptr_array_add (models, model);
  }
  AT (base, field, GPtrArray *) = g_steal_pointer (&models);
  return TRUE;
}

static gboolean
read_struct (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  JsonObject *inner = NULL;

  if (!call_json_get_object (object, field->name, get_json_flags (field), &inner, error))
    return FALSE;
  return inner == NULL || read_fields (field->extra, (guint8 *) base + field->offset, inner, error);
}

static gboolean
read_raw (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, field->name);

  if (node != NULL) {
    AT (base, field, char *) = call_json_node_to_string (node);
    return TRUE;
  }
  if ((field->flags & CALL_FIELD_MAYBE) == 0)
    call_error_set_field (error, field->name, "is missing");
  return (field->flags & CALL_FIELD_MAYBE) != 0;
}

static gboolean
read_bytes (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, field->name);

  /* {"_placeholder":true,"num":0}: whoever has the attachments puts them in. */
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node) &&
      json_object_has_member (json_node_get_object (node), "_placeholder"))
    return TRUE;
  return call_json_get_bytes (object, field->name, get_json_flags (field),
                              field->limit > 0 ? field->limit : BYTES_MAX,
                              &AT (base, field, GBytes *), error);
}

static gboolean
read_field (const CallField *field, gpointer base, JsonObject *object, GError **error)
{
  CallJsonFlags flags = get_json_flags (field);

  switch ((CallFieldType) field->type) {
  case CALL_FIELD_STRING:
  case CALL_FIELD_ID:
  case CALL_FIELD_WORD:
  case CALL_FIELD_PEER_ID:
    return read_string (field, base, object, error);
  case CALL_FIELD_RAW:
    return read_raw (field, base, object, error);
  case CALL_FIELD_TIME:
    return call_json_get_time (object, field->name, flags, &AT (base, field, gint64), error);
  case CALL_FIELD_INT:
    return call_json_get_int (object, field->name, flags, 0, G_MAXINT64, &AT (base, field, gint64),
                              error);
  case CALL_FIELD_UINT:
    return read_uint (field, base, object, error);
  case CALL_FIELD_BOOL:
    return call_json_get_bool (object, field->name, flags, &AT (base, field, gboolean), error);
  case CALL_FIELD_ENUM:
    return call_json_get_enum (object, field->name, flags, get_enum_type (field),
                               &AT (base, field, int), error);
  case CALL_FIELD_STRV:
  case CALL_FIELD_ID_LIST:
    return read_strv (field, base, object, error);
  case CALL_FIELD_MAP:
    return read_map (field, base, object, error);
  case CALL_FIELD_MODEL:
    return read_model (field, base, object, error);
  case CALL_FIELD_MODEL_LIST:
    return read_models (field, base, object, error);
  case CALL_FIELD_BYTES:
    return read_bytes (field, base, object, error);
  case CALL_FIELD_STRUCT:
    return read_struct (field, base, object, error);
  default:
    g_assert_not_reached ();
  }
}

static gboolean
read_fields (const CallSchema *schema, gpointer base, JsonObject *object, GError **error)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if (!read_field (&schema->fields[i], base, object, error))
      return FALSE;
  return TRUE;
}

/**
 * call_record_read:
 * @schema: what the struct looks like
 * @object: a JSON object
 * @error: where to put an error, which names the member that is wrong
 *
 * Reads a record. Members the schema does not know are passed over.
 *
 * Returns: (transfer full) (nullable): the record
 */
gpointer
call_record_read (const CallSchema *schema, JsonObject *object, GError **error)
{
  gpointer record = call_record_new (schema);

  if (!read_fields (schema, record, object, error))
    g_clear_pointer (&record, call_record_unref);
  return record;
}

/**
 * call_record_parse:
 * @schema: what the struct looks like
 * @text: (nullable): a body
 * @length: bytes of it, or -1 if it ends with a NUL
 * @error: where to put an error, which names the member that is wrong
 *
 * Reads the body of a request or of an answer. No body is the same as an empty object.
 *
 * Returns: (transfer full) (nullable): the record
 */
gpointer
call_record_parse (const CallSchema *schema, const char *text, gssize length, GError **error)
{
  gboolean empty = text == NULL || length == 0 || *text == '\0';
  g_autoptr (JsonNode) node = call_json_parse (empty ? "{}" : text, empty ? 2 : length, error);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "The body", error) : NULL;

  return object != NULL ? call_record_read (schema, object, error) : NULL;
}
