/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-record.h"

G_BEGIN_DECLS

/**
 * CallJsonSchema:
 * @writer: where schemas are written
 * @models: (element-type CallModelCodec): the models that were referred to so far
 *
 * Writes field tables as JSON Schema 2020-12. Models are referred to by name; the owner writes them
 * last, with call_json_schema_write_models(). Start from `{ &writer, g_ptr_array_new () }`.
 */
typedef struct {
  CallJsonWriter *writer;
  GPtrArray *models;
} CallJsonSchema;

void call_json_schema_write (CallJsonSchema *self,
                             const char *name,
                             const char *owner,
                             const CallSchema *schema);
void call_json_schema_write_type (CallJsonSchema *self,
                                  const char *name,
                                  CallFieldType type,
                                  guint limit,
                                  gconstpointer extra);
void call_json_schema_write_models (CallJsonSchema *self);

G_END_DECLS
