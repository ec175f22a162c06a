/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib.h>
#include <json-glib/json-glib.h>

#include "call-body.h"
#include "call-docs.h"
#include "call-json-schema.h"

/* Whatever is on the wire has a sentence in call-docs.c, and models have a name and a shape. */

static guint n_missing;

static void
miss (const char *owner, const char *what)
{
  g_test_message ("call-docs.c lacks a line for %s%s%s", owner != NULL ? owner : "",
                  owner != NULL ? "." : "", what);
  n_missing++;
}

static void check_schema (const char *owner, const CallSchema *schema);

static void
check_field (const char *owner, const CallField *field)
{
  const CallModelCodec *codec = field->extra;

  if (field->name != NULL && call_docs_get_member (owner, field->name) == NULL)
    miss (owner, field->name);
  if (field->type == CALL_FIELD_STRUCT)
    check_schema (NULL, field->extra);
  if (field->type != CALL_FIELD_MODEL && field->type != CALL_FIELD_MODEL_LIST)
    return;
  if (codec->name == NULL || codec->shape == NULL)
    miss (owner, "a name and a shape of a codec");
  else
    check_schema (codec->name, codec->shape);
}

static void
check_schema (const char *owner, const CallSchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    check_field (owner, &schema->fields[i]);
}

static void
test_requests (void)
{
  n_missing = 0;
  for (int kind = 0; kind < CALL_REQUEST_N_KINDS; kind++) {
    const char *event = call_request_kind_get_event (kind);

    if (call_docs_get_request (kind) == NULL)
      miss (NULL, event);
    check_schema (event, call_request_kind_get_schema (kind));
    if (call_docs_get_ack (kind) != NULL)
      check_schema (event, call_docs_get_ack (kind));
  }
  g_assert_cmpuint (n_missing, ==, 0);
}

static void
test_notices (void)
{
  n_missing = 0;
  for (int kind = 0; kind < CALL_NOTICE_N_KINDS; kind++) {
    const char *event = call_notice_kind_get_event (kind);

    if (call_docs_get_notice (kind) == NULL)
      miss (NULL, event);
    check_schema (event, call_notice_kind_get_schema (kind));
  }
  g_assert_cmpuint (n_missing, ==, 0);
}

static void
test_owner (void)
{
  g_assert_cmpstr (call_docs_get_member ("Error", "code"), !=, call_docs_get_member (NULL, "code"));
  g_assert_cmpstr (call_docs_get_member ("nobody", "code"), ==,
                   call_docs_get_member (NULL, "code"));
  g_assert_null (call_docs_get_member (NULL, "noSuchMember"));
}

/* --- JSON Schema ------------------------------------------------------------------------------ */

static JsonObject *
get (JsonObject *object, const char *name)
{
  g_assert_true (json_object_has_member (object, name));
  return json_object_get_object_member (object, name);
}

static void
test_schema (void)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autoptr (GPtrArray) models = g_ptr_array_new ();
  CallJsonSchema schema = { &writer, models };
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root, *body, *content;

  call_json_begin_object (&writer, NULL);
  call_json_schema_write (&schema, "body", NULL, &call_message_body);
  call_json_schema_write (&schema, "answer", NULL, &call_message_answer);
  call_json_schema_write (&schema, "notice", "new_message",
                          call_notice_kind_get_schema (CALL_NOTICE_NEW_MESSAGE));
  call_json_schema_write_models (&schema);
  call_json_end_object (&writer);
  text = call_json_writer_finish (&writer);
  node = json_from_string (text, NULL);
  g_assert_nonnull (node);

  root = json_node_get_object (node);
  body = get (root, "body");
  content = get (get (body, "properties"), "content");
  g_assert_cmpstr (json_object_get_string_member (content, "type"), ==, "string");
  g_assert_cmpint (json_object_get_int_member (content, "maxLength"), ==, CALL_REQUEST_CONTENT_MAX);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (body, "required")), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (
                       get (get (get (root, "answer"), "properties"), "message"), "$ref"),
                   ==, "#/components/schemas/Message");
  g_assert_true (json_object_has_member (get (root, "notice"), "allOf"));
  /* And what a message refers to. */
  g_assert_cmpuint (models->len, ==, 3);
  g_assert_true (json_object_has_member (get (get (root, "File"), "properties"), "mediaType"));
  g_assert_true (json_object_has_member (get (get (root, "Message"), "properties"), "seq"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/wire/docs/requests", test_requests);
  g_test_add_func ("/wire/docs/notices", test_notices);
  g_test_add_func ("/wire/docs/owner", test_owner);
  g_test_add_func ("/wire/docs/schema", test_schema);

  return g_test_run ();
}
