/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-openapi.h"

#include "call-docs.h"
#include "call-error-body.h"
#include "call-json-schema.h"

/*
 * The events over Socket.IO as an AsyncAPI 3.0 document, https://www.asyncapi.com/docs/reference:
 * what clients send is received by us, and answered with an acknowledgement if they ask for one.
 */

#define CHANNEL "#/channels/socketio"

typedef struct {
  CallJsonWriter *writer;
  CallJsonSchema schema;
} Document;

/* Both sides have events of the same name, so the key of a message says whose it is. */
static char *
get_key (const char *side, const char *event)
{
  return g_strconcat (side, ".", event, NULL);
}

static void
write_reference (Document *self, const char *name, const char *base, const char *key)
{
  g_autofree char *reference = g_strconcat (base, key, NULL);

  call_json_begin_object (self->writer, name);
  call_json_add_string (self->writer, "$ref", reference);
  call_json_end_object (self->writer);
}

/* --- messages --------------------------------------------------------------------------------- */

static void
begin_message (Document *self, const char *key, const char *event, const char *summary)
{
  call_json_begin_object (self->writer, key);
  call_json_add_string (self->writer, "name", event);
  call_json_add_string (self->writer, "summary", summary);
  call_json_add_string (self->writer, "contentType", "application/json");
}

static void
write_ack (Document *self, const char *event, const CallSchema *more)
{
  static const CallSchema nothing = { 0, NULL, 0, NULL };
  g_autofree char *key = get_key ("ack", event);

  begin_message (self, key, event, "The acknowledgement, if the client asked for one");
  call_json_begin_object (self->writer, "payload");
  call_json_begin_array (self->writer, "oneOf");
  call_json_begin_object (self->writer, NULL);
  call_json_begin_array (self->writer, "allOf");
  call_json_begin_object (self->writer, NULL);
  call_json_add_string (self->writer, "$ref", "#/components/schemas/Ok");
  call_json_end_object (self->writer);
  call_json_schema_write (&self->schema, NULL, event, more != NULL ? more : &nothing);
  call_json_end_array (self->writer);
  call_json_end_object (self->writer);
  call_json_begin_object (self->writer, NULL);
  call_json_add_string (self->writer, "$ref", "#/components/schemas/NotOk");
  call_json_end_object (self->writer);
  call_json_end_array (self->writer);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

static void
write_request (Document *self, CallRequestKind kind)
{
  const char *event = call_request_kind_get_event (kind);
  g_autofree char *key = get_key ("client", event);

  begin_message (self, key, event, call_docs_get_request (kind));
  call_json_schema_write (&self->schema, "payload", event, call_request_kind_get_schema (kind));
  call_json_end_object (self->writer);
  write_ack (self, event, call_docs_get_ack (kind));
}

static void
write_notice (Document *self, CallNoticeKind kind)
{
  const char *event = call_notice_kind_get_event (kind);
  g_autofree char *key = get_key ("server", event);

  begin_message (self, key, event, call_docs_get_notice (kind));
  call_json_schema_write (&self->schema, "payload", event, call_notice_kind_get_schema (kind));
  call_json_end_object (self->writer);
}

static void
write_messages (Document *self)
{
  call_json_begin_object (self->writer, "messages");
  for (int kind = 0; kind < CALL_REQUEST_N_KINDS; kind++)
    write_request (self, (CallRequestKind) kind);
  for (int kind = 0; kind < CALL_NOTICE_N_KINDS; kind++)
    write_notice (self, (CallNoticeKind) kind);
  call_json_end_object (self->writer);
}

/* --- the channel ------------------------------------------------------------------------------ */

static void
write_channel_message (Document *self, const char *side, const char *event)
{
  g_autofree char *key = get_key (side, event);

  write_reference (self, key, "#/components/messages/", key);
}

static void
write_channels (Document *self)
{
  call_json_begin_object (self->writer, "channels");
  call_json_begin_object (self->writer, "socketio");
  call_json_add_string (self->writer, "address", "/");
  call_json_add_string (
      self->writer, "description",
      "The namespace “/” of Socket.IO 5 on Engine.IO 4, path /socket.io/. Sign in with "
      "auth: {token} in CONNECT. The name of a message is the name of the event, its payload the "
      "only argument.");
  call_json_begin_object (self->writer, "messages");
  for (int kind = 0; kind < CALL_REQUEST_N_KINDS; kind++) {
    write_channel_message (self, "client", call_request_kind_get_event ((CallRequestKind) kind));
    write_channel_message (self, "ack", call_request_kind_get_event ((CallRequestKind) kind));
  }
  for (int kind = 0; kind < CALL_NOTICE_N_KINDS; kind++)
    write_channel_message (self, "server", call_notice_kind_get_event ((CallNoticeKind) kind));
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

/* --- operations ------------------------------------------------------------------------------- */

static void
write_operation_messages (Document *self, const char *key)
{
  call_json_begin_array (self->writer, "messages");
  write_reference (self, NULL, CHANNEL "/messages/", key);
  call_json_end_array (self->writer);
}

static void
begin_operation (Document *self, const char *key, const char *action, const char *summary)
{
  call_json_begin_object (self->writer, key);
  call_json_add_string (self->writer, "action", action);
  call_json_add_string (self->writer, "summary", summary);
  write_reference (self, "channel", CHANNEL, "");
  write_operation_messages (self, key);
}

static void
write_receiving (Document *self, CallRequestKind kind)
{
  const char *event = call_request_kind_get_event (kind);
  g_autofree char *key = get_key ("client", event);
  g_autofree char *ack = get_key ("ack", event);

  begin_operation (self, key, "receive", call_docs_get_request (kind));
  call_json_begin_object (self->writer, "reply");
  write_reference (self, "channel", CHANNEL, "");
  write_operation_messages (self, ack);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

static void
write_operations (Document *self)
{
  call_json_begin_object (self->writer, "operations");
  for (int kind = 0; kind < CALL_REQUEST_N_KINDS; kind++)
    write_receiving (self, (CallRequestKind) kind);
  for (int kind = 0; kind < CALL_NOTICE_N_KINDS; kind++) {
    g_autofree char *key = get_key ("server", call_notice_kind_get_event ((CallNoticeKind) kind));

    begin_operation (self, key, "send", call_docs_get_notice ((CallNoticeKind) kind));
    call_json_end_object (self->writer);
  }
  call_json_end_object (self->writer);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
write_ok (Document *self, const char *name, gboolean ok)
{
  CallJsonWriter *writer = self->writer;
  const char *required[] = { "ok", ok ? NULL : "error", NULL };

  call_json_begin_object (writer, name);
  call_json_add_string (writer, "type", "object");
  call_json_begin_object (writer, "properties");
  call_json_begin_object (writer, "ok");
  call_json_add_bool (writer, "const", ok);
  call_json_end_object (writer);
  if (!ok)
    call_json_schema_write (&self->schema, "error", "Error", &call_error_body_schema);
  call_json_end_object (writer);
  call_json_add_strv (writer, "required", required);
  call_json_end_object (writer);
}

static void
write_components (Document *self)
{
  call_json_begin_object (self->writer, "components");
  write_messages (self);
  call_json_begin_object (self->writer, "schemas");
  write_ok (self, "Ok", TRUE);
  write_ok (self, "NotOk", FALSE);
  call_json_schema_write_models (&self->schema);
  call_json_end_object (self->writer);
  call_json_end_object (self->writer);
}

/**
 * calld_asyncapi_write:
 *
 * Writes the document of all events. A pure function.
 *
 * Returns: (transfer full): JSON
 */
char *
calld_asyncapi_write (void)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autoptr (GPtrArray) models = g_ptr_array_new ();
  Document self = { &writer, { &writer, models } };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "asyncapi", "3.0.0");
  call_json_begin_object (&writer, "info");
  call_json_add_string (&writer, "title", "calld");
  call_json_add_string (&writer, "version", PACKAGE_VERSION);
  call_json_add_string (&writer, "description",
                        "What clients and calld tell each other over Socket.IO.");
  call_json_end_object (&writer);
  write_channels (&self);
  write_operations (&self);
  write_components (&self);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}
