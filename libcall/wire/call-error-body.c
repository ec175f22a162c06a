/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error-body.h"

#include <json-glib/json-glib.h>

#include <string.h>

static const CallField fields[] = {
  CALL_NEEDED (CallErrorBody, "code", code, STRING),
  CALL_MAYBE (CallErrorBody, "message", message, STRING),
  CALL_MAYBE (CallErrorBody, "field", field, STRING),
  CALL_MAYBE (CallErrorBody, "opensAt", opens_at_ms, TIME),
  CALL_MAYBE (CallErrorBody, "closesAt", closes_at_ms, TIME),
  CALL_MAYBE (CallErrorBody, "opensAtLocal", opens_at_local, STRING),
  CALL_MAYBE (CallErrorBody, "timeZone", time_zone, STRING),
  CALL_MEMBER (CallErrorBody,
               "status",
               status,
               ENUM,
               CALL_FIELD_MAYBE,
               0,
               call_appointment_status_get_type),
  CALL_MAYBE (CallErrorBody, "reason", reason, STRING),
  CALL_MAYBE (CallErrorBody, "callId", call_id, STRING),
  CALL_MAYBE (CallErrorBody, "retryAfter", retry_after, UINT),
};

const CallSchema call_error_body_schema = CALL_SCHEMA (CallErrorBody, fields);

/**
 * call_error_body_new:
 * @code: the error
 * @message: an English sentence for people
 *
 * Returns: (transfer full): a body
 */
CallErrorBody *
call_error_body_new (CallError code, const char *message)
{
  CallErrorBody *body = call_record_new (&call_error_body_schema);

  body->code = g_strdup (call_error_to_code (code));
  body->message = g_strdup (message);
  return body;
}

/* The members that go between a body and the details of a GError as they are. */
static const struct {
  const char *name;
  gsize offset;
} texts[] = {
  { "field", G_STRUCT_OFFSET (CallErrorBody, field) },
  { "opensAtLocal", G_STRUCT_OFFSET (CallErrorBody, opens_at_local) },
  { "timeZone", G_STRUCT_OFFSET (CallErrorBody, time_zone) },
  { "reason", G_STRUCT_OFFSET (CallErrorBody, reason) },
  { "callId", G_STRUCT_OFFSET (CallErrorBody, call_id) },
};

static void
take_details (CallErrorBody *body, GVariant *details)
{
  const char *status = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_variant_lookup (details, texts[i].name, "s", G_STRUCT_MEMBER_P (body, texts[i].offset));
  g_variant_lookup (details, "opensAt", "x", &body->opens_at_ms);
  g_variant_lookup (details, "closesAt", "x", &body->closes_at_ms);
  g_variant_lookup (details, "retryAfter", "u", &body->retry_after);
  if (g_variant_lookup (details, "status", "&s", &status))
    call_enum_from_nick (CALL_TYPE_APPOINTMENT_STATUS, status, &body->status);
}

/**
 * call_error_body_new_from_error:
 * @error: an error; one of another domain than %CALL_ERROR counts as %CALL_ERROR_FAILED
 *
 * Makes the body that tells a client of @error, with its details.
 *
 * Returns: (transfer full): a body
 */
CallErrorBody *
call_error_body_new_from_error (const GError *error)
{
  CallError code = error->domain == CALL_ERROR ? (CallError) error->code : CALL_ERROR_FAILED;
  CallErrorBody *body = call_error_body_new (code, error->message);
  GVariant *details = call_error_get_details (error);

  if (details != NULL)
    take_details (body, details);
  return body;
}

/**
 * call_error_body_to_json:
 * @body: a body
 *
 * Returns: (transfer full): `{"error":{…}}`
 */
char *
call_error_body_to_json (const CallErrorBody *body)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_begin_object (&writer, NULL);
  call_record_write (body, &writer, "error");
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_error_body_parse:
 * @text: (nullable): the body of an answer that refuses
 * @length: bytes of it, or -1 if it ends with a NUL
 *
 * Reads what a server says to a request it refuses. Proxies refuse in their own words, so anything
 * may come.
 *
 * Returns: (transfer full) (nullable): the body, %NULL if @text is none
 */
CallErrorBody *
call_error_body_parse (const char *text, gssize length)
{
  g_autoptr (JsonNode) node = text != NULL ? call_json_parse (text, length, NULL) : NULL;
  JsonObject *inner = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      !call_json_get_object (json_node_get_object (node), "error", CALL_JSON_REQUIRED, &inner,
                             NULL))
    return NULL;
  return call_record_read (&call_error_body_schema, inner, NULL);
}

static GVariant *
make_details (const CallErrorBody *body)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  const char *status = body->status >= 0
                           ? call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, body->status)
                           : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = G_STRUCT_MEMBER (const char *, body, texts[i].offset);

    if (text != NULL)
      g_variant_dict_insert (&dict, texts[i].name, "s", text);
  }
  if (body->opens_at_ms != 0)
    g_variant_dict_insert (&dict, "opensAt", "x", body->opens_at_ms);
  if (body->closes_at_ms != 0)
    g_variant_dict_insert (&dict, "closesAt", "x", body->closes_at_ms);
  if (body->retry_after != 0)
    g_variant_dict_insert (&dict, "retryAfter", "u", body->retry_after);
  if (status != NULL)
    g_variant_dict_insert (&dict, "status", "s", status);
  return g_variant_dict_end (&dict);
}

/**
 * call_error_body_to_error:
 * @body: (nullable): what the server said
 * @http_status: the status it came with, or 0
 *
 * Makes an error of %CALL_ERROR with the details of @body.
 *
 * Returns: (transfer full): the error
 */
GError *
call_error_body_to_error (const CallErrorBody *body, guint http_status)
{
  CallError code = call_error_from_code (body != NULL ? body->code : NULL, http_status);
  GError *error;

  if (body == NULL)
    return g_error_new (CALL_ERROR, (int) code, "The server answered with status %u", http_status);
  error = g_error_new_literal (CALL_ERROR, (int) code,
                               body->message != NULL ? body->message : body->code);
  call_error_set_details (error, make_details (body));
  return error;
}
