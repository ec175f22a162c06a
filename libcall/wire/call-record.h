/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-json.h"

G_BEGIN_DECLS

/**
 * CallFieldType:
 * @CALL_FIELD_STRING: char *; @limit is its longest length in bytes, 0 for 4096
 * @CALL_FIELD_ID: char *, a UUID
 * @CALL_FIELD_WORD: char *, a word of a program: letters, digits, '_', '-' and '.', at most 64
 * @CALL_FIELD_PEER_ID: char *, an address of the PeerJS relay
 * @CALL_FIELD_TIME: gint64, milliseconds since 1970; 0 is no time
 * @CALL_FIELD_INT: gint64, not negative
 * @CALL_FIELD_UINT: guint; @limit is the largest value, 0 for all
 * @CALL_FIELD_BOOL: gboolean
 * @CALL_FIELD_ENUM: int, a value of the enumeration @extra gives; -1 is no value
 * @CALL_FIELD_STRV: char **; @limit is the largest number of items, 0 for 1000
 * @CALL_FIELD_ID_LIST: char ** of UUIDs; @limit as before
 * @CALL_FIELD_MAP: GHashTable of string to string
 * @CALL_FIELD_MODEL: GObject, written and read by the #CallModelCodec @extra
 * @CALL_FIELD_MODEL_LIST: GPtrArray of such objects, which frees them; @limit is the largest
 * number, 0 for 5000
 * @CALL_FIELD_STRUCT: a struct inside the struct, described by the #CallSchema @extra
 * @CALL_FIELD_RAW: char *, any JSON value as text
 * @CALL_FIELD_BYTES: GBytes *, written in base64; read from that, with or without the head of a
 * data: address, or left %NULL for the placeholder of an attachment; @limit in bytes
 *
 * What a member of a record is, in C and on the wire.
 */
typedef enum {
  CALL_FIELD_STRING,
  CALL_FIELD_ID,
  CALL_FIELD_WORD,
  CALL_FIELD_PEER_ID,
  CALL_FIELD_TIME,
  CALL_FIELD_INT,
  CALL_FIELD_UINT,
  CALL_FIELD_BOOL,
  CALL_FIELD_ENUM,
  CALL_FIELD_STRV,
  CALL_FIELD_ID_LIST,
  CALL_FIELD_MAP,
  CALL_FIELD_MODEL,
  CALL_FIELD_MODEL_LIST,
  CALL_FIELD_STRUCT,
  CALL_FIELD_RAW,
  CALL_FIELD_BYTES,
} CallFieldType;

/**
 * CallFieldFlags:
 * @CALL_FIELD_NEEDED: reading fails without it
 * @CALL_FIELD_MAYBE: may be missing; a missing string, time, -1 or 0 is not written
 * @CALL_FIELD_SECRET: wiped when the record is freed
 * @CALL_FIELD_INLINE: a model whose members are members of this JSON object itself
 *
 * How a field is treated.
 */
typedef enum {
  CALL_FIELD_NEEDED = 0,
  CALL_FIELD_MAYBE = 1 << 0,
  CALL_FIELD_SECRET = 1 << 1,
  CALL_FIELD_INLINE = 1 << 2,
} CallFieldFlags;

/**
 * CallField:
 * @name: the member's name on the wire
 * @offset: where the field is in the struct
 * @type: a #CallFieldType
 * @flags: #CallFieldFlags
 * @limit: see #CallFieldType
 * @extra: see #CallFieldType; of an enumeration its get_type function
 *
 * One line of a schema.
 */
typedef struct {
  const char *name;
  guint16 offset;
  guint8 type;
  guint8 flags;
  guint limit;
  gconstpointer extra;
} CallField;

typedef struct _CallSchema CallSchema;

/* A line for a member that must be there, for one that may be missing, and for one with a limit or
 * with what its type needs besides. */
#define CALL_NEEDED(Struct, name, member, Type)                                           \
  {                                                                                       \
    name, G_STRUCT_OFFSET (Struct, member), CALL_FIELD_##Type, CALL_FIELD_NEEDED, 0, NULL \
  }
#define CALL_MAYBE(Struct, name, member, Type)                                           \
  {                                                                                      \
    name, G_STRUCT_OFFSET (Struct, member), CALL_FIELD_##Type, CALL_FIELD_MAYBE, 0, NULL \
  }
#define CALL_MEMBER(Struct, name, member, Type, flags, limit, extra)               \
  {                                                                                \
    name, G_STRUCT_OFFSET (Struct, member), CALL_FIELD_##Type, flags, limit, extra \
  }
#define CALL_SCHEMA(Struct, fields)                      \
  {                                                      \
    sizeof (Struct), fields, G_N_ELEMENTS (fields), NULL \
  }

/**
 * CallSchema:
 * @size: bytes of the struct
 * @fields: (array length=n_fields): its members, in the order they are written
 * @n_fields: how many
 * @whole: (nullable): when several schemas describe one struct, the one that has all members: a
 *   record is set up and freed by it
 *
 * How a C struct and a JSON object are each other: one table serves both directions.
 */
struct _CallSchema {
  gsize size;
  const CallField *fields;
  guint n_fields;
  const CallSchema *whole;
};

/**
 * CallModelCodec:
 * @write: writes an object's members between the braces that are there already
 * @read: makes an object
 * @name: what the documents call it
 * @shape: its members, for the documents: offsets mean nothing in it
 *
 * How an object of the model and a JSON object are each other.
 */
typedef struct {
  void (*write) (CallJsonWriter *writer, gpointer model);
  gpointer (*read) (JsonObject *object, GError **error);
  const char *name;
  const CallSchema *shape;
} CallModelCodec;

/**
 * CallRecord:
 * @schema: what the struct looks like
 *
 * The first member of every struct a schema describes. Records are shared by reference and not
 * changed once shared; references may be taken and dropped in any thread.
 */
typedef struct {
  const CallSchema *schema;
} CallRecord;

gpointer call_record_new (const CallSchema *schema);
gpointer call_record_ref (gpointer record);
void call_record_unref (gpointer record);
void call_record_write (gconstpointer record, CallJsonWriter *writer, const char *name);
char *call_record_to_json (gconstpointer record);
gpointer call_record_read (const CallSchema *schema, JsonObject *object, GError **error);
gpointer
call_record_parse (const CallSchema *schema, const char *text, gssize length, GError **error);

G_END_DECLS
