/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-request.h"

#include "call-error.h"
#include "call-id.h"

#include <json-glib/json-glib.h>

#define TEMP_ID_MAX 128

#define NEEDED(name, member, Type) CALL_NEEDED (CallRequest, name, member, Type)
#define MAYBE(name, member, Type) CALL_MAYBE (CallRequest, name, member, Type)
#define TEXT(name, member, flags, limit) \
  CALL_MEMBER (CallRequest, name, member, STRING, flags, limit, NULL)
#define IDS(name, member) \
  CALL_MEMBER (CallRequest, name, member, ID_LIST, CALL_FIELD_NEEDED, CALL_REQUEST_IDS_MAX, NULL)
#define KIND(name, member) \
  CALL_MEMBER (CallRequest, name, member, ENUM, CALL_FIELD_MAYBE, 0, call_message_kind_get_type)

#define PRESENCE(name, flags) \
  CALL_MEMBER (CallRequest, name, presence, ENUM, flags, 0, call_presence_status_get_type)

static const CallField all[] = {
  MAYBE (NULL, channel, STRING),     MAYBE (NULL, appointment_id, STRING),
  MAYBE (NULL, call_id, STRING),     MAYBE (NULL, group_id, STRING),
  MAYBE (NULL, content, STRING),     KIND (NULL, message_kind),
  MAYBE (NULL, reply_to_id, STRING), MAYBE (NULL, temp_id, STRING),
  MAYBE (NULL, message_ids, STRV),   MAYBE (NULL, stage, STRING),
  MAYBE (NULL, code, STRING),        MAYBE (NULL, message_id, STRING),
  PRESENCE (NULL, CALL_FIELD_MAYBE), MAYBE (NULL, file_name, STRING),
  MAYBE (NULL, file, BYTES),
};
static const CallSchema whole = CALL_SCHEMA (CallRequest, all);

static const CallField channel_fields[] = {
  TEXT ("channel", channel, CALL_FIELD_NEEDED, 256),
};
static const CallField appointment_fields[] = {
  NEEDED ("appointmentId", appointment_id, ID),
};
static const CallField call_media_fields[] = {
  NEEDED ("appointmentId", appointment_id, ID),
  NEEDED ("callId", call_id, ID),
  NEEDED ("audio", audio, BOOL),
  NEEDED ("video", video, BOOL),
};
static const CallField call_alive_fields[] = {
  NEEDED ("appointmentId", appointment_id, ID),
  NEEDED ("callId", call_id, ID),
  NEEDED ("media", media, BOOL),
};
static const CallField call_error_fields[] = {
  NEEDED ("appointmentId", appointment_id, ID),
  NEEDED ("callId", call_id, ID),
  NEEDED ("stage", stage, WORD),
  NEEDED ("code", code, WORD),
};
static const CallField group_fields[] = {
  NEEDED ("groupId", group_id, ID),
};
static const CallField send_message_fields[] = {
  NEEDED ("groupId", group_id, ID),
  TEXT ("content", content, CALL_FIELD_NEEDED, CALL_REQUEST_CONTENT_MAX),
  KIND ("type", message_kind),
  MAYBE ("replyToId", reply_to_id, ID),
  TEXT ("tempId", temp_id, CALL_FIELD_MAYBE, TEMP_ID_MAX),
};
static const CallField delivered_fields[] = {
  IDS ("messageIds", message_ids),
};
static const CallField read_fields[] = {
  IDS ("messageIds", message_ids),
  NEEDED ("groupId", group_id, ID),
};

static const CallField edit_fields[] = {
  NEEDED ("messageId", message_id, ID),
  TEXT ("content", content, CALL_FIELD_NEEDED, CALL_REQUEST_CONTENT_MAX),
};
static const CallField message_fields[] = {
  NEEDED ("messageId", message_id, ID),
};
static const CallField resume_fields[] = {
  NEEDED ("groupId", group_id, ID),
  NEEDED ("seq", seq, INT),
  MAYBE ("revision", revision, INT),
  MAYBE ("limit", limit, UINT),
};
static const CallField status_fields[] = {
  PRESENCE ("status", CALL_FIELD_NEEDED),
};
static const CallField upload_fields[] = {
  TEXT ("fileName", file_name, CALL_FIELD_NEEDED, 1024),
  CALL_MEMBER (CallRequest, "file", file, BYTES, CALL_FIELD_NEEDED, CALL_REQUEST_FILE_MAX, NULL),
  MAYBE ("fileSize", file_size, INT),
  NEEDED ("groupId", group_id, ID),
  KIND ("type", message_kind),
  TEXT ("content", content, CALL_FIELD_MAYBE, CALL_REQUEST_CONTENT_MAX),
  MAYBE ("replyToId", reply_to_id, ID),
  TEXT ("tempId", temp_id, CALL_FIELD_MAYBE, TEMP_ID_MAX),
  MAYBE ("durationMs", duration_ms, INT),
};

typedef struct {
  const char *event;
  CallSchema schema;
} Kind;

#define EVENT(name, fields)                                       \
  {                                                               \
    name,                                                         \
    {                                                             \
      sizeof (CallRequest), fields, G_N_ELEMENTS (fields), &whole \
    }                                                             \
  }

static const Kind kinds[CALL_REQUEST_N_KINDS] = {
  [CALL_REQUEST_SUBSCRIBE] = EVENT ("subscribe", channel_fields),
  [CALL_REQUEST_UNSUBSCRIBE] = EVENT ("unsubscribe", channel_fields),
  [CALL_REQUEST_ENTER_WAITING_ROOM] = EVENT ("enter_waiting_room", appointment_fields),
  [CALL_REQUEST_LEAVE_WAITING_ROOM] = EVENT ("leave_waiting_room", appointment_fields),
  [CALL_REQUEST_CALL_MEDIA] = EVENT ("call_media", call_media_fields),
  [CALL_REQUEST_CALL_ALIVE] = EVENT ("call_alive", call_alive_fields),
  [CALL_REQUEST_CALL_ERROR] = EVENT ("call_error", call_error_fields),
  [CALL_REQUEST_JOIN_GROUP] = EVENT ("join_group", group_fields),
  [CALL_REQUEST_LEAVE_GROUP] = EVENT ("leave_group", group_fields),
  [CALL_REQUEST_SEND_MESSAGE] = EVENT ("send_message", send_message_fields),
  [CALL_REQUEST_MESSAGE_DELIVERED] = EVENT ("message_delivered", delivered_fields),
  [CALL_REQUEST_MESSAGE_READ] = EVENT ("message_read", read_fields),
  [CALL_REQUEST_EDIT_MESSAGE] = EVENT ("edit_message", edit_fields),
  [CALL_REQUEST_DELETE_MESSAGE] = EVENT ("delete_message", message_fields),
  [CALL_REQUEST_RECALL_MESSAGE] = EVENT ("recall_message", message_fields),
  [CALL_REQUEST_RESUME] = EVENT ("resume", resume_fields),
  [CALL_REQUEST_TYPING_START] = EVENT ("typing_start", group_fields),
  [CALL_REQUEST_TYPING_STOP] = EVENT ("typing_stop", group_fields),
  [CALL_REQUEST_UPDATE_STATUS] = EVENT ("update_status", status_fields),
  [CALL_REQUEST_GET_ONLINE_USERS] = EVENT ("get_online_users", group_fields),
  [CALL_REQUEST_UPLOAD_FILE] = EVENT ("upload_file", upload_fields),
};

/**
 * call_request_new:
 * @kind: which event it is
 *
 * Returns: (transfer full): a request to be filled in
 */
CallRequest *
call_request_new (CallRequestKind kind)
{
  CallRequest *request;

  g_return_val_if_fail ((guint) kind < CALL_REQUEST_N_KINDS, NULL);

  request = call_record_new (&kinds[kind].schema);
  request->kind = kind;
  request->message_kind = CALL_MESSAGE_TEXT;
  return request;
}

/**
 * call_request_ref:
 * @request: a request
 *
 * Returns: (transfer full): @request
 */
CallRequest *
call_request_ref (const CallRequest *request)
{
  return call_record_ref ((gpointer) request);
}

/**
 * call_request_unref:
 * @request: (transfer full): a request
 *
 * Drops a reference.
 */
void
call_request_unref (CallRequest *request)
{
  call_record_unref (request);
}

/**
 * call_request_kind_get_event:
 * @kind: a kind
 *
 * Returns: the name of its event
 */
const char *
call_request_kind_get_event (CallRequestKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_REQUEST_N_KINDS, NULL);

  return kinds[kind].event;
}

/**
 * call_request_kind_get_schema:
 * @kind: a kind
 *
 * Returns: (transfer none): the members of its argument
 */
const CallSchema *
call_request_kind_get_schema (CallRequestKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_REQUEST_N_KINDS, NULL);

  return &kinds[kind].schema;
}

/**
 * call_request_kind_from_event:
 * @event: (nullable): the name of an event
 * @kind: (out): its kind
 *
 * Returns: %FALSE if clients send no such event
 */
gboolean
call_request_kind_from_event (const char *event, CallRequestKind *kind)
{
  for (int i = 0; event != NULL && i < CALL_REQUEST_N_KINDS; i++)
    if (g_str_equal (kinds[i].event, event)) {
      *kind = (CallRequestKind) i;
      return TRUE;
    }
  return FALSE;
}

/**
 * call_request_kind_is_message:
 * @kind: a kind
 *
 * Whether a refusal of it is told with `message_error` too.
 *
 * Returns: %TRUE for what makes or changes a message
 */
gboolean
call_request_kind_is_message (CallRequestKind kind)
{
  return kind == CALL_REQUEST_SEND_MESSAGE || kind == CALL_REQUEST_UPLOAD_FILE ||
         kind == CALL_REQUEST_EDIT_MESSAGE || kind == CALL_REQUEST_DELETE_MESSAGE ||
         kind == CALL_REQUEST_RECALL_MESSAGE;
}

/**
 * call_request_to_json:
 * @request: a request
 *
 * Returns: (transfer full): the argument of its event
 */
char *
call_request_to_json (const CallRequest *request)
{
  return call_record_to_json (request);
}

/**
 * call_request_from_json:
 * @event: (nullable): the name of an event
 * @content: (nullable): its argument
 * @error: where to put an error, which names the member that is wrong
 *
 * Reads what a client asks. That it may ask it is for others to say.
 *
 * Returns: (transfer full) (nullable): the request
 */
CallRequest *
call_request_from_json (const char *event, JsonNode *content, GError **error)
{
  CallRequestKind kind;
  JsonObject *object;
  CallRequest *request;

  if (!call_request_kind_from_event (event, &kind)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "No such event");
    return NULL;
  }
  object = call_json_node_get_object (content, "The argument", error);
  request = object != NULL ? call_record_read (&kinds[kind].schema, object, error) : NULL;
  if (request == NULL)
    return NULL;
  request->kind = kind;
  if (request->message_kind < 0 && kind != CALL_REQUEST_UPLOAD_FILE)
    request->message_kind = CALL_MESSAGE_TEXT;
  if (kind == CALL_REQUEST_RESUME && !json_object_has_member (object, "revision"))
    request->revision = -1;
  return request;
}

/* An attachment stands in its message for a member that was left out of it. */
static gboolean
take_attachment (CallRequest *request,
                 const CallSocketioPacket *packet,
                 JsonNode *content,
                 GError **error)
{
  JsonNode *node = json_object_get_member (json_node_get_object (content), "file");
  GBytes *bytes = call_socketio_packet_get_attachment (packet, node);

  if (bytes == NULL || g_bytes_get_size (bytes) > CALL_REQUEST_FILE_MAX) {
    call_error_set_field (error, "file", bytes == NULL ? "is missing" : "is too large");
    return FALSE;
  }
  request->file = g_bytes_ref (bytes);
  return TRUE;
}

/**
 * call_request_from_packet:
 * @packet: an event with all its attachments
 * @error: where to put an error, which names the member that is wrong
 *
 * Reads what a client asks, with the binary messages that belong to it.
 *
 * Returns: (transfer full) (nullable): the request
 */
CallRequest *
call_request_from_packet (const CallSocketioPacket *packet, GError **error)
{
  const char *event = call_socketio_packet_get_event (packet);
  JsonNode *content = call_socketio_packet_get_argument (packet, 0);
  CallRequest *request = call_request_from_json (event, content, error);

  if (request != NULL && request->kind == CALL_REQUEST_UPLOAD_FILE && request->file == NULL &&
      !take_attachment (request, packet, content, error))
    g_clear_pointer (&request, call_request_unref);
  return request;
}

/**
 * call_request_to_socketio:
 * @request: a request
 * @ack_id: the number of the acknowledgement wanted, or %CALL_SOCKETIO_NO_ACK
 *
 * Returns: (transfer full): a Socket.IO packet in the namespace "/"
 */
char *
call_request_to_socketio (const CallRequest *request, gint64 ack_id)
{
  g_autofree char *json = call_request_to_json (request);

  return call_socketio_encode_event (NULL, ack_id, kinds[request->kind].event, json);
}

/**
 * call_channel_parse:
 * @channel: (nullable): a channel as a client named it
 * @id: (out) (optional) (transfer none): the id in it
 *
 * Reads the name of a channel, with the "private-" that other front ends put before it.
 *
 * Returns: what it stands for
 */
CallChannelKind
call_channel_parse (const char *channel, const char **id)
{
  static const struct {
    const char *prefix;
    CallChannelKind kind;
  } prefixes[] = {
    { "appointments.", CALL_CHANNEL_APPOINTMENT },
    { "users.", CALL_CHANNEL_USER },
    { "conversations.", CALL_CHANNEL_CONVERSATION },
  };

  if (channel != NULL && g_str_has_prefix (channel, "private-"))
    channel += strlen ("private-");
  for (gsize i = 0; channel != NULL && i < G_N_ELEMENTS (prefixes); i++) {
    gsize length = strlen (prefixes[i].prefix);

    if (strncmp (channel, prefixes[i].prefix, length) == 0 && call_id_is_valid (channel + length)) {
      if (id != NULL)
        *id = channel + length;
      return prefixes[i].kind;
    }
  }
  return CALL_CHANNEL_UNKNOWN;
}
