/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-json-schema.h"

#include "call-docs.h"
#include "call-peerjs.h"

#include <string.h>

#define REFERENCE "#/components/schemas/"

static void
write_values (CallJsonWriter *writer, gconstpointer extra)
{
  GType (*get_type) (void);
  g_autoptr (GEnumClass) klass = NULL;

  /* A function pointer in a data pointer, as in call-record.c. */
  memcpy (&get_type, &extra, sizeof get_type);
  klass = g_type_class_ref (get_type ());
  call_json_begin_array (writer, "enum");
  for (guint i = 0; i < klass->n_values; i++)
    call_json_add_string (writer, NULL, klass->values[i].value_nick);
  call_json_end_array (writer);
}

static void
write_reference (CallJsonSchema *self, const CallModelCodec *codec)
{
  g_autofree char *reference = g_strconcat (REFERENCE, codec->name, NULL);

  if (!g_ptr_array_find (self->models, codec, NULL))
    g_ptr_array_add (self->models, (gpointer) codec);
  call_json_add_string (self->writer, "$ref", reference);
}

static void
write_string (CallJsonWriter *writer, const char *format, const char *pattern, guint limit)
{
  call_json_add_string (writer, "type", "string");
  call_json_add_string (writer, "format", format);
  call_json_add_string (writer, "pattern", pattern);
  if (limit > 0)
    call_json_add_int (writer, "maxLength", limit);
}

static void
write_integer (CallJsonWriter *writer, guint limit)
{
  call_json_add_string (writer, "type", "integer");
  call_json_add_int (writer, "minimum", 0);
  if (limit > 0)
    call_json_add_int (writer, "maximum", limit);
}

static void
write_array (CallJsonSchema *self, guint limit, const char *format, const CallModelCodec *codec)
{
  call_json_add_string (self->writer, "type", "array");
  if (limit > 0)
    call_json_add_int (self->writer, "maxItems", limit);
  call_json_begin_object (self->writer, "items");
  if (codec != NULL)
    write_reference (self, codec);
  else
    write_string (self->writer, format, NULL, 0);
  call_json_end_object (self->writer);
}

static void
write_map (CallJsonWriter *writer)
{
  call_json_add_string (writer, "type", "object");
  call_json_begin_object (writer, "additionalProperties");
  call_json_add_string (writer, "type", "string");
  call_json_end_object (writer);
}

static void write_members (CallJsonSchema *self, const char *owner, const CallSchema *schema);

static void
write_type (CallJsonSchema *self, CallFieldType type, guint limit, gconstpointer extra)
{
  CallJsonWriter *writer = self->writer;

  switch (type) {
  case CALL_FIELD_STRING:
    write_string (writer, NULL, NULL, limit);
    break;
  case CALL_FIELD_ID:
    write_string (writer, "uuid", NULL, 0);
    break;
  case CALL_FIELD_WORD:
    write_string (writer, NULL, "^[A-Za-z0-9_.-]*$", 64);
    break;
  case CALL_FIELD_PEER_ID:
    write_string (writer, NULL, "^[A-Za-z0-9]+([ _-][A-Za-z0-9]+)*$", CALL_PEERJS_ID_MAX);
    break;
  case CALL_FIELD_TIME:
    write_string (writer, "date-time", NULL, 0);
    break;
  case CALL_FIELD_INT:
  case CALL_FIELD_UINT:
    write_integer (writer, limit);
    break;
  case CALL_FIELD_BOOL:
    call_json_add_string (writer, "type", "boolean");
    break;
  case CALL_FIELD_ENUM:
    call_json_add_string (writer, "type", "string");
    write_values (writer, extra);
    break;
  case CALL_FIELD_STRV:
  case CALL_FIELD_ID_LIST:
    write_array (self, limit, type == CALL_FIELD_ID_LIST ? "uuid" : NULL, NULL);
    break;
  case CALL_FIELD_MAP:
    write_map (writer);
    break;
  case CALL_FIELD_MODEL:
    write_reference (self, extra);
    break;
  case CALL_FIELD_MODEL_LIST:
    write_array (self, limit, NULL, extra);
    break;
  case CALL_FIELD_STRUCT:
    write_members (self, NULL, extra);
    break;
  case CALL_FIELD_BYTES:
    call_json_add_string (writer, "type", "string");
    call_json_add_string (writer, "contentEncoding", "base64");
    break;
  case CALL_FIELD_RAW:
    break;
  }
}

static gboolean
is_inline (const CallField *field)
{
  return (field->flags & CALL_FIELD_INLINE) != 0;
}

static void
write_member (CallJsonSchema *self, const char *owner, const CallField *field)
{
  call_json_begin_object (self->writer, field->name);
  write_type (self, (CallFieldType) field->type, field->limit, field->extra);
  call_json_add_string (self->writer, "description", call_docs_get_member (owner, field->name));
  call_json_end_object (self->writer);
}

static void
write_inline (CallJsonSchema *self, const CallSchema *schema)
{
  call_json_begin_array (self->writer, "allOf");
  for (guint i = 0; i < schema->n_fields; i++)
    if (is_inline (&schema->fields[i])) {
      call_json_begin_object (self->writer, NULL);
      write_reference (self, schema->fields[i].extra);
      call_json_end_object (self->writer);
    }
  call_json_end_array (self->writer);
}

static void
write_required (CallJsonSchema *self, const CallSchema *schema)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < schema->n_fields; i++) {
    const CallField *field = &schema->fields[i];

    if ((field->flags & CALL_FIELD_MAYBE) != 0 || is_inline (field))
      continue;
    if (!begun)
      call_json_begin_array (self->writer, "required");
    begun = TRUE;
    call_json_add_string (self->writer, NULL, field->name);
  }
  if (begun)
    call_json_end_array (self->writer);
}

static void
write_members (CallJsonSchema *self, const char *owner, const CallSchema *schema)
{
  gboolean has_inline = FALSE;

  call_json_add_string (self->writer, "type", "object");
  call_json_begin_object (self->writer, "properties");
  for (guint i = 0; i < schema->n_fields; i++)
    if (is_inline (&schema->fields[i]))
      has_inline = TRUE;
    else
      write_member (self, owner, &schema->fields[i]);
  call_json_end_object (self->writer);
  if (has_inline)
    write_inline (self, schema);
  write_required (self, schema);
}

/**
 * call_json_schema_write:
 * @self: a writer
 * @name: (nullable): the member it is, %NULL in an array and at the top
 * @owner: (nullable): what the object is called, for its members' descriptions
 * @schema: a field table
 *
 * Writes the schema of a record. Unknown members are allowed, since readers pass over them.
 */
void
call_json_schema_write (CallJsonSchema *self,
                        const char *name,
                        const char *owner,
                        const CallSchema *schema)
{
  call_json_begin_object (self->writer, name);
  write_members (self, owner, schema);
  call_json_end_object (self->writer);
}

/**
 * call_json_schema_write_type:
 * @self: a writer
 * @name: (nullable): the member it is
 * @type: what it is
 * @limit: as in #CallField
 * @extra: as in #CallField
 *
 * Writes the schema of a single value.
 */
void
call_json_schema_write_type (CallJsonSchema *self,
                             const char *name,
                             CallFieldType type,
                             guint limit,
                             gconstpointer extra)
{
  call_json_begin_object (self->writer, name);
  write_type (self, type, limit, extra);
  call_json_end_object (self->writer);
}

/**
 * call_json_schema_write_models:
 * @self: a writer
 *
 * Writes the models that were referred to, and those these refer to, as members by their names.
 */
void
call_json_schema_write_models (CallJsonSchema *self)
{
  /* The list grows while models refer to others. */
  for (guint i = 0; i < self->models->len; i++) {
    const CallModelCodec *codec = g_ptr_array_index (self->models, i);

    call_json_schema_write (self, codec->name, codec->name, codec->shape);
  }
}
