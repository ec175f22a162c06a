/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-socketio.h"

#include "call-error.h"
#include "call-utf8.h"

#include <json-glib/json-glib.h>

#include <string.h>

/* An event of ours has some twenty values; other people's have hundreds at most. */
#define MAX_VALUES 10000
/* Longer names of namespaces are nobody's. */
#define MAX_NSP 256
/* Ours have some twenty characters. */
#define MAX_RECOVERY 64
/* Ids up to 2^53, what JavaScript counts to. */
#define MAX_ACK_DIGITS 16

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL, "Socket.IO: %s", what);
  return FALSE;
}

static gboolean
is_binary (CallSocketioType type)
{
  return type == CALL_SOCKETIO_BINARY_EVENT || type == CALL_SOCKETIO_BINARY_ACK;
}

/* --- parsing ---------------------------------------------------------------------------------- */

typedef struct {
  const char *at;
  const char *end;
} Cursor;

/* Reads digits into @value; FALSE if there are none, or more than @max_digits. */
static gboolean
take_number (Cursor *cursor, gsize max_digits, gint64 *value)
{
  const char *from = cursor->at;

  *value = 0;
  while (cursor->at < cursor->end && g_ascii_isdigit (*cursor->at)) {
    if ((gsize) (cursor->at - from) == max_digits)
      return FALSE;
    *value = *value * 10 + (*cursor->at++ - '0');
  }
  return cursor->at > from;
}

static gboolean
take_attachment_count (CallSocketioPacket *packet, Cursor *cursor, GError **error)
{
  gint64 count;

  if (!take_number (cursor, 4, &count) || cursor->at == cursor->end || *cursor->at != '-')
    return fail (error, "no number of attachments");
  if (count > CALL_SOCKETIO_MAX_ATTACHMENTS)
    return fail (error, "too many attachments");
  cursor->at++;
  packet->n_attachments = (guint) count;
  return TRUE;
}

/* Everything up to the comma is the name, whatever it has in it; without a comma it is the rest. */
static gboolean
take_nsp (CallSocketioPacket *packet, Cursor *cursor, GError **error)
{
  gsize left = (gsize) (cursor->end - cursor->at);
  const char *comma;
  gsize length;

  if (left == 0 || *cursor->at != '/') {
    packet->nsp = g_strdup ("/");
    return TRUE;
  }
  comma = memchr (cursor->at, ',', left);
  length = comma != NULL ? (gsize) (comma - cursor->at) : left;
  if (length > MAX_NSP || memchr (cursor->at, '\0', length) != NULL ||
      !call_utf8_is_valid (cursor->at, length))
    return fail (error, "bad namespace");
  packet->nsp = g_strndup (cursor->at, length);
  cursor->at += length + (comma != NULL ? 1 : 0);
  return TRUE;
}

static gboolean
is_event_name (JsonNode *node)
{
  GType type;

  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  type = json_node_get_value_type (node);
  return type == G_TYPE_STRING || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static gboolean
check_event (JsonNode *data, GError **error)
{
  JsonArray *array = json_node_get_array (data);
  JsonNode *name;

  if (json_array_get_length (array) == 0 || !is_event_name (json_array_get_element (array, 0)))
    return fail (error, "event without a name");
  name = json_array_get_element (array, 0);
  if (json_node_get_value_type (name) == G_TYPE_STRING &&
      call_socketio_event_is_reserved (json_node_get_string (name)))
    return fail (error, "reserved event");
  return TRUE;
}

/* Which content goes with which type: the reference parser's isDataValid(). */
static gboolean
check_data (const CallSocketioPacket *packet, GError **error)
{
  gboolean is_object = packet->data != NULL && JSON_NODE_HOLDS_OBJECT (packet->data);
  gboolean is_array = packet->data != NULL && JSON_NODE_HOLDS_ARRAY (packet->data);

  switch (packet->type) {
  case CALL_SOCKETIO_CONNECT:
    return packet->data == NULL || is_object || fail (error, "CONNECT without an object");
  case CALL_SOCKETIO_DISCONNECT:
    return packet->data == NULL || fail (error, "DISCONNECT with content");
  case CALL_SOCKETIO_CONNECT_ERROR:
    return is_object || fail (error, "CONNECT_ERROR without an object");
  case CALL_SOCKETIO_ACK:
  case CALL_SOCKETIO_BINARY_ACK:
    if (packet->ack_id == CALL_SOCKETIO_NO_ACK)
      return fail (error, "ACK without a number");
    return is_array || fail (error, "ACK without an array");
  case CALL_SOCKETIO_EVENT:
  case CALL_SOCKETIO_BINARY_EVENT:
    return is_array ? check_event (packet->data, error) : fail (error, "EVENT without an array");
  default:
    g_assert_not_reached ();
  }
}

static gboolean
parse (CallSocketioPacket *packet, Cursor *cursor, GError **error)
{
  if (cursor->at == cursor->end || *cursor->at < '0' ||
      *cursor->at > '0' + CALL_SOCKETIO_BINARY_ACK)
    return fail (error, "unknown packet type");
  packet->type = (CallSocketioType) (*cursor->at++ - '0');
  if (is_binary (packet->type) && !take_attachment_count (packet, cursor, error))
    return FALSE;
  if (!take_nsp (packet, cursor, error))
    return FALSE;
  if (cursor->at < cursor->end && g_ascii_isdigit (*cursor->at) &&
      !take_number (cursor, MAX_ACK_DIGITS, &packet->ack_id))
    return fail (error, "bad acknowledgement number");
  if (cursor->at < cursor->end) {
    packet->data = call_json_parse_limited (cursor->at, (gsize) (cursor->end - cursor->at),
                                            MAX_VALUES, error);
    if (packet->data == NULL)
      return FALSE;
  }
  return check_data (packet, error);
}

/**
 * call_socketio_packet_parse:
 * @packet: (out caller-allocates): the packet
 * @text: (array length=length): the data of an Engine.IO message that is text
 * @length: bytes of it
 * @error: where to put an error
 *
 * Reads a packet: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]` (Socket.IO protocol 5).
 * A packet with attachments is to be completed by call_socketio_packet_attach().
 *
 * Returns: %FALSE with @error if it is none: close the connection. @packet is then clear.
 */
gboolean
call_socketio_packet_parse (CallSocketioPacket *packet,
                            const char *text,
                            gsize length,
                            GError **error)
{
  const char *start = length > 0 ? text : "";
  Cursor cursor = { start, start + length };

  memset (packet, 0, sizeof *packet);
  packet->ack_id = CALL_SOCKETIO_NO_ACK;
  if (parse (packet, &cursor, error))
    return TRUE;
  call_socketio_packet_clear (packet);
  return FALSE;
}

/**
 * call_socketio_packet_attach:
 * @packet: a packet that is not complete
 * @attachment: the binary message that came next
 * @error: where to put an error
 *
 * Adds an attachment.
 *
 * Returns: %FALSE with @error if the packet has all it announced: close the connection
 */
gboolean
call_socketio_packet_attach (CallSocketioPacket *packet, GBytes *attachment, GError **error)
{
  if (call_socketio_packet_is_complete (packet))
    return fail (error, "attachment without a packet");
  if (packet->attachments == NULL)
    packet->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_ptr_array_add (packet->attachments, g_bytes_ref (attachment));
  return TRUE;
}

/**
 * call_socketio_packet_is_complete:
 * @packet: a packet
 *
 * Returns: whether all its attachments have come
 */
gboolean
call_socketio_packet_is_complete (const CallSocketioPacket *packet)
{
  return packet->n_attachments == (packet->attachments != NULL ? packet->attachments->len : 0);
}

/**
 * call_socketio_packet_clear:
 * @packet: a packet
 *
 * Frees what @packet holds.
 */
void
call_socketio_packet_clear (CallSocketioPacket *packet)
{
  g_clear_pointer (&packet->nsp, g_free);
  g_clear_pointer (&packet->data, json_node_unref);
  g_clear_pointer (&packet->attachments, g_ptr_array_unref);
  packet->n_attachments = 0;
}

/* --- content ---------------------------------------------------------------------------------- */

/**
 * call_socketio_packet_get_event:
 * @packet: a packet
 *
 * Returns: (transfer none) (nullable): the name of the event, %NULL if it is none or a number
 */
const char *
call_socketio_packet_get_event (const CallSocketioPacket *packet)
{
  JsonNode *name;

  if (packet->type != CALL_SOCKETIO_EVENT && packet->type != CALL_SOCKETIO_BINARY_EVENT)
    return NULL;
  name = json_array_get_element (json_node_get_array (packet->data), 0);
  return json_node_get_value_type (name) == G_TYPE_STRING ? json_node_get_string (name) : NULL;
}

/**
 * call_socketio_packet_get_argument:
 * @packet: a packet
 * @index: counted from 0, behind the name of an event
 *
 * Returns: (transfer none) (nullable): an argument of an event or of an acknowledgement
 */
JsonNode *
call_socketio_packet_get_argument (const CallSocketioPacket *packet, guint index)
{
  gboolean is_event = packet->type == CALL_SOCKETIO_EVENT ||
                      packet->type == CALL_SOCKETIO_BINARY_EVENT;
  guint first = is_event ? 1 : 0;
  JsonArray *array;

  if (packet->data == NULL || !JSON_NODE_HOLDS_ARRAY (packet->data))
    return NULL;
  array = json_node_get_array (packet->data);
  if (index >= json_array_get_length (array) - first)
    return NULL;
  return json_array_get_element (array, first + index);
}

/**
 * call_socketio_packet_get_attachment:
 * @packet: a complete packet
 * @placeholder: (nullable): a value of its content
 *
 * Finds what `{"_placeholder":true,"num":0}` stands for.
 *
 * Returns: (transfer none) (nullable): the attachment, %NULL if @placeholder is none of @packet
 */
GBytes *
call_socketio_packet_get_attachment (const CallSocketioPacket *packet, JsonNode *placeholder)
{
  JsonObject *object;
  gboolean is_placeholder = FALSE;
  gint64 num = -1;

  if (placeholder == NULL || !JSON_NODE_HOLDS_OBJECT (placeholder) || packet->attachments == NULL)
    return NULL;
  object = json_node_get_object (placeholder);
  if (!call_json_get_bool (object, "_placeholder", CALL_JSON_REQUIRED, &is_placeholder, NULL) ||
      !is_placeholder ||
      !call_json_get_int (object, "num", CALL_JSON_REQUIRED, 0,
                          (gint64) packet->attachments->len - 1, &num, NULL))
    return NULL;
  return g_ptr_array_index (packet->attachments, num);
}

/**
 * call_socketio_event_is_reserved:
 * @event: (nullable): the name of an event
 *
 * Whether it is a name that clients must not send: close the connection.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_socketio_event_is_reserved (const char *event)
{
  static const char *const reserved[] = { "connect",     "connect_error",  "disconnect",
                                          "newListener", "removeListener", "disconnecting",
                                          NULL };

  return event != NULL && g_strv_contains (reserved, event);
}

/**
 * call_socketio_packet_get_token:
 * @packet: a CONNECT packet
 *
 * Returns: (transfer full) (nullable): the token in its auth object, if there is one
 */
char *
call_socketio_packet_get_token (const CallSocketioPacket *packet)
{
  const char *token = NULL;

  if (packet->type == CALL_SOCKETIO_CONNECT && packet->data != NULL)
    call_json_get_string (json_node_get_object (packet->data), "token", CALL_JSON_OPTIONAL, &token,
                          NULL);
  return g_strdup (token);
}

/**
 * call_socketio_packet_get_recovery:
 * @packet: a CONNECT packet
 * @pid: (out) (transfer full): the private id of the connection that was lost
 * @offset: (out) (transfer full): the last event that came over it
 *
 * Reads where a client wants to go on.
 *
 * Returns: %FALSE if it starts anew
 */
gboolean
call_socketio_packet_get_recovery (const CallSocketioPacket *packet, char **pid, char **offset)
{
  const char *a = NULL, *b = NULL;
  JsonObject *object = packet->type == CALL_SOCKETIO_CONNECT && packet->data != NULL
                           ? json_node_get_object (packet->data)
                           : NULL;

  if (object == NULL ||
      !call_json_get_text (object, "pid", CALL_JSON_REQUIRED, MAX_RECOVERY, &a, NULL) ||
      !call_json_get_text (object, "offset", CALL_JSON_REQUIRED, MAX_RECOVERY, &b, NULL))
    return FALSE;
  *pid = g_strdup (a);
  *offset = g_strdup (b);
  return TRUE;
}

/* --- encoding --------------------------------------------------------------------------------- */

static GString *
begin (CallSocketioType type, guint n_attachments, const char *nsp, gint64 ack_id)
{
  GString *text = g_string_sized_new (256);

  g_string_append_c (text, (char) ('0' + type));
  if (is_binary (type))
    g_string_append_printf (text, "%u-", n_attachments);
  if (nsp != NULL && !g_str_equal (nsp, "/")) {
    g_string_append (text, nsp);
    g_string_append_c (text, ',');
  }
  if (ack_id != CALL_SOCKETIO_NO_ACK)
    g_string_append_printf (text, "%" G_GINT64_FORMAT, ack_id);
  return text;
}

/**
 * call_socketio_packet_encode:
 * @packet: a packet; the placeholders of attachments are in its content already
 *
 * Returns: (transfer full): the packet; its attachments are to follow as binary messages
 */
char *
call_socketio_packet_encode (const CallSocketioPacket *packet)
{
  CallJsonWriter writer = {
    begin (packet->type, packet->n_attachments, packet->nsp, packet->ack_id), FALSE
  };

  call_json_add_node (&writer, NULL, packet->data);
  return call_json_writer_finish (&writer);
}

/**
 * call_socketio_add_offset:
 * @event: an event without acknowledgement, as it is encoded
 * @offset: what tells it from all others
 *
 * Appends the offset as the last argument (connection state recovery).
 *
 * Returns: (transfer full): the event
 */
char *
call_socketio_add_offset (const char *event, const char *offset)
{
  gsize length = strlen (event);

  g_return_val_if_fail (length > 0 && event[length - 1] == ']', NULL);

  return g_strdup_printf ("%.*s,\"%s\"]", (int) (length - 1), event, offset);
}

static char *
encode_object (CallSocketioType type, const char *nsp, const char *name, const char *value)
{
  CallJsonWriter writer = { begin (type, 0, nsp, CALL_SOCKETIO_NO_ACK), FALSE };

  if (value != NULL) {
    call_json_begin_object (&writer, NULL);
    call_json_add_string (&writer, name, value);
    call_json_end_object (&writer);
  }
  return call_json_writer_finish (&writer);
}

/**
 * call_socketio_encode_connect:
 * @nsp: (nullable): the namespace, %NULL for "/"
 * @sid: the id the connection has in it, no secret
 * @pid: (nullable): what the client has to show to come back to where it was; a secret
 *
 * Returns: (transfer full): a server's answer to CONNECT
 */
char *
call_socketio_encode_connect (const char *nsp, const char *sid, const char *pid)
{
  CallJsonWriter writer = { begin (CALL_SOCKETIO_CONNECT, 0, nsp, CALL_SOCKETIO_NO_ACK), FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "sid", sid);
  if (pid != NULL)
    call_json_add_string (&writer, "pid", pid);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_socketio_encode_connect_auth:
 * @nsp: (nullable): the namespace, %NULL for "/"
 * @token: (nullable): the token to sign in with
 *
 * Returns: (transfer full): a client's CONNECT
 */
char *
call_socketio_encode_connect_auth (const char *nsp, const char *token)
{
  return encode_object (CALL_SOCKETIO_CONNECT, nsp, "token", token);
}

/**
 * call_socketio_encode_connect_error:
 * @nsp: (nullable): the namespace, %NULL for "/"
 * @message: why, in words
 * @code: (nullable): why, as a word of docs/protocol.md
 *
 * Returns: (transfer full): a server's refusal
 */
char *
call_socketio_encode_connect_error (const char *nsp, const char *message, const char *code)
{
  CallJsonWriter writer = { begin (CALL_SOCKETIO_CONNECT_ERROR, 0, nsp, CALL_SOCKETIO_NO_ACK),
                            FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "message", message);
  if (code != NULL) {
    call_json_begin_object (&writer, "data");
    call_json_add_string (&writer, "code", code);
    call_json_end_object (&writer);
  }
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_socketio_encode_disconnect:
 * @nsp: (nullable): the namespace, %NULL for "/"
 *
 * Returns: (transfer full): a DISCONNECT
 */
char *
call_socketio_encode_disconnect (const char *nsp)
{
  return g_string_free (begin (CALL_SOCKETIO_DISCONNECT, 0, nsp, CALL_SOCKETIO_NO_ACK), FALSE);
}

/**
 * call_socketio_encode_event:
 * @nsp: (nullable): the namespace, %NULL for "/"
 * @ack_id: the number of the acknowledgement wanted, or %CALL_SOCKETIO_NO_ACK
 * @event: its name
 * @arguments: (nullable): its arguments as JSON, separated by commas
 *
 * Returns: (transfer full): an event
 */
char *
call_socketio_encode_event (const char *nsp,
                            gint64 ack_id,
                            const char *event,
                            const char *arguments)
{
  CallJsonWriter writer = { begin (CALL_SOCKETIO_EVENT, 0, nsp, ack_id), FALSE };

  call_json_begin_array (&writer, NULL);
  call_json_add_string (&writer, NULL, event);
  call_json_add_raw (&writer, NULL, arguments);
  call_json_end_array (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_socketio_encode_ack:
 * @nsp: (nullable): the namespace, %NULL for "/"
 * @ack_id: the number of the event
 * @arguments: (nullable): the answer as JSON, values separated by commas
 *
 * Returns: (transfer full): an acknowledgement
 */
char *
call_socketio_encode_ack (const char *nsp, gint64 ack_id, const char *arguments)
{
  CallJsonWriter writer = { begin (CALL_SOCKETIO_ACK, 0, nsp, ack_id), FALSE };

  call_json_begin_array (&writer, NULL);
  call_json_add_raw (&writer, NULL, arguments);
  call_json_end_array (&writer);
  return call_json_writer_finish (&writer);
}
