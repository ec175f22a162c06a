/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/* json-glib's types, named here so that callers pass them on without including json-glib: JSON is
 * opened in libcall/wire only. */
typedef struct _JsonNode JsonNode;
typedef struct _JsonObject JsonObject;
typedef struct _JsonArray JsonArray;

/* Deeper nesting is refused: nothing of ours is deeper than ten, and json-glib frees by recursion.
 */
#define CALL_JSON_MAX_DEPTH 64
/* More members of one object are refused: GHashTable has no secret seed, so that many names could
 * be made to collide. */
#define CALL_JSON_MAX_MEMBERS 256
/* More values in one text are refused: each takes some 50 times the memory of "0,". */
#define CALL_JSON_MAX_VALUES 50000
/* A longer text is refused. */
#define CALL_JSON_MAX_TEXT (4 * 1024 * 1024)

/**
 * CallJsonFlags:
 * @CALL_JSON_REQUIRED: absence, and null, are an error
 * @CALL_JSON_OPTIONAL: absence, and null, leave the caller's value as it is
 *
 * What a getter says to a member that is not there.
 */
typedef enum {
  CALL_JSON_REQUIRED,
  CALL_JSON_OPTIONAL,
} CallJsonFlags;

/* --- reading ---------------------------------------------------------------------------------- */
JsonNode *call_json_parse (const char *text, gssize length, GError **error);
JsonNode *
call_json_parse_limited (const char *text, gsize length, guint max_values, GError **error);
JsonNode *call_json_parse_bytes (GBytes *bytes, GError **error);
JsonNode *call_json_node_ref (JsonNode *node);
void call_json_node_unref (JsonNode *node);
JsonObject *call_json_node_get_object (JsonNode *node, const char *what, GError **error);
JsonArray *call_json_node_get_array (JsonNode *node, const char *what, GError **error);

gboolean call_json_get_string (JsonObject *object,
                               const char *name,
                               CallJsonFlags flags,
                               const char **value,
                               GError **error);
gboolean call_json_get_id (JsonObject *object,
                           const char *name,
                           CallJsonFlags flags,
                           const char **value,
                           GError **error);
gboolean call_json_get_text (JsonObject *object,
                             const char *name,
                             CallJsonFlags flags,
                             gsize max_length,
                             const char **value,
                             GError **error);
gboolean call_json_get_int (JsonObject *object,
                            const char *name,
                            CallJsonFlags flags,
                            gint64 minimum,
                            gint64 maximum,
                            gint64 *value,
                            GError **error);
gboolean call_json_get_bool (JsonObject *object,
                             const char *name,
                             CallJsonFlags flags,
                             gboolean *value,
                             GError **error);
gboolean call_json_get_time (JsonObject *object,
                             const char *name,
                             CallJsonFlags flags,
                             gint64 *unix_ms,
                             GError **error);
gboolean call_json_get_enum (JsonObject *object,
                             const char *name,
                             CallJsonFlags flags,
                             GType type,
                             int *value,
                             GError **error);
gboolean call_json_get_object (JsonObject *object,
                               const char *name,
                               CallJsonFlags flags,
                               JsonObject **value,
                               GError **error);
gboolean call_json_get_array (JsonObject *object,
                              const char *name,
                              CallJsonFlags flags,
                              JsonArray **value,
                              GError **error);
gboolean call_json_get_strv (JsonObject *object,
                             const char *name,
                             CallJsonFlags flags,
                             guint max_items,
                             char ***value,
                             GError **error);
gboolean call_json_get_bytes (JsonObject *object,
                              const char *name,
                              CallJsonFlags flags,
                              gsize max_length,
                              GBytes **value,
                              GError **error);

/* --- writing ---------------------------------------------------------------------------------- */

/**
 * CallJsonWriter:
 * @text: (nullable): what has been written
 * @comma: whether the next value needs a comma before it
 *
 * Writes JSON into a string, without an intermediate tree. Members whose value is %NULL are left
 * out, as docs/protocol.md asks. Start from `{ NULL, FALSE }`.
 */
typedef struct {
  GString *text;
  gboolean comma;
} CallJsonWriter;

#define CALL_JSON_WRITER_INIT       \
  {                                 \
    g_string_sized_new (256), FALSE \
  }

void call_json_begin_object (CallJsonWriter *self, const char *name);
void call_json_end_object (CallJsonWriter *self);
void call_json_begin_array (CallJsonWriter *self, const char *name);
void call_json_end_array (CallJsonWriter *self);
void call_json_add_string (CallJsonWriter *self, const char *name, const char *value);
void call_json_add_int (CallJsonWriter *self, const char *name, gint64 value);
void call_json_add_double (CallJsonWriter *self, const char *name, double value);
void call_json_add_bool (CallJsonWriter *self, const char *name, gboolean value);
void call_json_add_null (CallJsonWriter *self, const char *name);
void call_json_add_time (CallJsonWriter *self, const char *name, gint64 unix_ms);
void call_json_add_enum (CallJsonWriter *self, const char *name, GType type, int value);
void call_json_add_strv (CallJsonWriter *self, const char *name, const char *const *value);
void call_json_add_raw (CallJsonWriter *self, const char *name, const char *json);
void call_json_add_node (CallJsonWriter *self, const char *name, JsonNode *node);
char *call_json_writer_finish (CallJsonWriter *self);
char *call_json_node_to_string (JsonNode *node);

G_END_DECLS
