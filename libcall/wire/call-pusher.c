/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-pusher.h"

#include "call-error.h"

#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL, "Pusher: %s", what);
  return FALSE;
}

/* --- messages --------------------------------------------------------------------------------- */

static const struct {
  const char *event;
  CallPusherKind kind;
} events[] = {
  { "pusher:subscribe", CALL_PUSHER_SUBSCRIBE }, { "pusher:unsubscribe", CALL_PUSHER_UNSUBSCRIBE },
  { "pusher:ping", CALL_PUSHER_PING },           { "pusher:pong", CALL_PUSHER_PONG },
  { "pusher:signin", CALL_PUSHER_SIGNIN },
};

static CallPusherKind
get_kind (const char *event)
{
  if (g_str_has_prefix (event, "client-"))
    return CALL_PUSHER_CLIENT_EVENT;
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_str_equal (event, events[i].event))
      return events[i].kind;
  return CALL_PUSHER_OTHER;
}

/* Some clients send data as an object, others as a string of JSON. */
static JsonNode *
open_data (JsonNode *node)
{
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING)
    return call_json_parse (json_node_get_string (node), -1, NULL);
  return node != NULL ? call_json_node_ref (node) : NULL;
}

static gboolean
copy_text (JsonObject *object, const char *name, char **value, GError **error)
{
  const char *text = NULL;

  if (!call_json_get_string (object, name, CALL_JSON_OPTIONAL, &text, error))
    return FALSE;
  if (text != NULL) {
    g_free (*value);
    *value = g_strdup (text);
  }
  return TRUE;
}

static gboolean
read_data (CallPusherMessage *message, JsonNode *node, GError **error)
{
  JsonNode *data = open_data (node);
  JsonObject *object = data != NULL && JSON_NODE_HOLDS_OBJECT (data) ? json_node_get_object (data)
                                                                     : NULL;
  gboolean good = TRUE;

  if (object != NULL)
    good = copy_text (object, "channel", &message->channel, error) &&
           copy_text (object, "auth", &message->auth, error) &&
           copy_text (object, message->kind == CALL_PUSHER_SIGNIN ? "user_data" : "channel_data",
                      &message->text, error);
  g_clear_pointer (&data, call_json_node_unref);
  return good;
}

static gboolean
check_message (const CallPusherMessage *message, GError **error)
{
  switch (message->kind) {
  case CALL_PUSHER_SUBSCRIBE:
  case CALL_PUSHER_UNSUBSCRIBE:
  case CALL_PUSHER_CLIENT_EVENT:
    return message->channel != NULL || fail (error, "no channel");
  case CALL_PUSHER_SIGNIN:
    return (message->auth != NULL && message->text != NULL) || fail (error, "no user");
  case CALL_PUSHER_PING:
  case CALL_PUSHER_PONG:
  case CALL_PUSHER_OTHER:
  default:
    return TRUE;
  }
}

static gboolean
read_message (CallPusherMessage *message, JsonObject *object, GError **error)
{
  JsonNode *data = json_object_get_member (object, "data");
  const char *event = NULL;

  if (!call_json_get_string (object, "event", CALL_JSON_REQUIRED, &event, error) ||
      !copy_text (object, "channel", &message->channel, error))
    return FALSE;
  if (strlen (event) > CALL_PUSHER_EVENT_MAX)
    return fail (error, "name of the event too long");
  message->event = g_strdup (event);
  message->kind = get_kind (event);
  if (message->kind == CALL_PUSHER_CLIENT_EVENT)
    message->data = data != NULL ? call_json_node_to_string (data) : NULL;
  else if (!read_data (message, data, error))
    return FALSE;
  return check_message (message, error);
}

/**
 * call_pusher_message_parse:
 * @message: (out caller-allocates): what it says
 * @text: (array length=length): a text frame
 * @length: bytes of it
 * @error: where to put an error
 *
 * Reads a message of a client (Pusher protocol 7).
 *
 * Returns: %FALSE with @error if it is none. @message is then clear.
 */
gboolean
call_pusher_message_parse (CallPusherMessage *message,
                           const char *text,
                           gsize length,
                           GError **error)
{
  JsonNode *node = call_json_parse (text, (gssize) length, error);
  JsonObject *object;
  gboolean good;

  memset (message, 0, sizeof *message);
  if (node == NULL)
    return FALSE;
  object = call_json_node_get_object (node, "A message", error);
  good = object != NULL && read_message (message, object, error);
  if (!good)
    call_pusher_message_clear (message);
  call_json_node_unref (node);
  return good;
}

/**
 * call_pusher_message_clear:
 * @message: a message
 *
 * Frees what @message holds.
 */
void
call_pusher_message_clear (CallPusherMessage *message)
{
  g_clear_pointer (&message->event, g_free);
  g_clear_pointer (&message->channel, g_free);
  g_clear_pointer (&message->auth, g_free);
  g_clear_pointer (&message->text, g_free);
  g_clear_pointer (&message->data, g_free);
}

/* --- channels --------------------------------------------------------------------------------- */

/**
 * call_pusher_channel_get_flags:
 * @name: the name of a channel
 *
 * Returns: what it is
 */
CallPusherChannelFlags
call_pusher_channel_get_flags (const char *name)
{
  static const struct {
    const char *prefix;
    CallPusherChannelFlags flags;
  } prefixes[] = {
    { "private-encrypted-cache-",
      CALL_PUSHER_CHANNEL_PRIVATE | CALL_PUSHER_CHANNEL_ENCRYPTED | CALL_PUSHER_CHANNEL_CACHE },
    { "private-encrypted-", CALL_PUSHER_CHANNEL_PRIVATE | CALL_PUSHER_CHANNEL_ENCRYPTED },
    { "private-cache-", CALL_PUSHER_CHANNEL_PRIVATE | CALL_PUSHER_CHANNEL_CACHE },
    { "private-", CALL_PUSHER_CHANNEL_PRIVATE },
    { "presence-cache-",
      CALL_PUSHER_CHANNEL_PRIVATE | CALL_PUSHER_CHANNEL_PRESENCE | CALL_PUSHER_CHANNEL_CACHE },
    { "presence-", CALL_PUSHER_CHANNEL_PRIVATE | CALL_PUSHER_CHANNEL_PRESENCE },
    { "cache-", CALL_PUSHER_CHANNEL_CACHE },
    { CALL_PUSHER_USER_PREFIX, CALL_PUSHER_CHANNEL_USER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i].prefix))
      return prefixes[i].flags;
  return CALL_PUSHER_CHANNEL_PUBLIC;
}

/**
 * call_pusher_channel_is_valid:
 * @name: the name of a channel
 *
 * Returns: whether a channel may be called that
 */
gboolean
call_pusher_channel_is_valid (const char *name)
{
  const char *p = *name == '#' ? name + 1 : name;

  if (*p == '\0' || strlen (name) > CALL_PUSHER_CHANNEL_MAX)
    return FALSE;
  for (; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("_-=@,.;", *p) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * call_pusher_socket_id_is_valid:
 * @socket_id: what is said to be the id of a connection
 *
 * Returns: whether it is two decimal numbers with a dot between
 */
gboolean
call_pusher_socket_id_is_valid (const char *socket_id)
{
  gsize first = strspn (socket_id, "0123456789");
  gsize second;

  if (first == 0 || first > 20 || socket_id[first] != '.')
    return FALSE;
  second = strspn (socket_id + first + 1, "0123456789");
  return second > 0 && second <= 20 && socket_id[first + 1 + second] == '\0';
}

/* --- signatures ------------------------------------------------------------------------------- */

/**
 * call_pusher_sign:
 * @key: the key of the application
 * @secret: its secret
 * @text: what is signed
 *
 * Signs a text.
 *
 * Returns: (transfer full): `<key>:<HMAC-SHA256 in lower-case hex>`
 */
char *
call_pusher_sign (const char *key, const char *secret, const char *text)
{
  g_autofree char *hex = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) secret,
                                                    strlen (secret), text, -1);

  return g_strconcat (key, ":", hex, NULL);
}

/**
 * call_pusher_text_of_channel:
 * @socket_id: a connection
 * @channel: a channel
 * @channel_data: (nullable): who enters it, the very text
 *
 * Returns: (transfer full): what is signed for entering a channel
 */
char *
call_pusher_text_of_channel (const char *socket_id, const char *channel, const char *channel_data)
{
  return channel_data != NULL ? g_strconcat (socket_id, ":", channel, ":", channel_data, NULL)
                              : g_strconcat (socket_id, ":", channel, NULL);
}

/**
 * call_pusher_text_of_user:
 * @socket_id: a connection
 * @user_data: who it is, the very text
 *
 * Returns: (transfer full): what is signed for signing in
 */
char *
call_pusher_text_of_user (const char *socket_id, const char *user_data)
{
  return g_strconcat (socket_id, "::user::", user_data, NULL);
}

/**
 * call_pusher_verify:
 * @key: the key of the application
 * @secret: its secret
 * @text: what was signed
 * @auth: (nullable): the signature a client shows
 *
 * Checks a signature, in a time that says nothing about it.
 *
 * Returns: whether it is right
 */
gboolean
call_pusher_verify (const char *key, const char *secret, const char *text, const char *auth)
{
  g_autofree char *expected = call_pusher_sign (key, secret, text);
  gsize length = strlen (expected);

  return auth != NULL && strlen (auth) == length && sodium_memcmp (auth, expected, length) == 0;
}

/* --- who -------------------------------------------------------------------------------------- */

/* An id may be a number; it is compared as text. */
static char *
read_user_id (JsonObject *object, const char *name, gboolean may_be_number)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *id = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    id = g_strdup (json_node_get_string (node));
  else if (may_be_number && json_node_get_value_type (node) == G_TYPE_INT64)
    id = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (id == NULL || *id == '\0' || strlen (id) > CALL_PUSHER_USER_MAX)
    return NULL;
  return g_steal_pointer (&id);
}

static gboolean
read_member (JsonObject *object, char **user_id, char **info, GError **error)
{
  JsonNode *node = json_object_get_member (object, "user_info");
  g_autofree char *text = node != NULL ? call_json_node_to_string (node) : g_strdup ("null");
  g_autofree char *id = read_user_id (object, "user_id", TRUE);

  if (id == NULL)
    return fail (error, "no user_id in channel_data");
  if (strlen (text) > CALL_PUSHER_INFO_MAX)
    return fail (error, "user_info is too long");
  *user_id = g_steal_pointer (&id);
  *info = g_steal_pointer (&text);
  return TRUE;
}

/**
 * call_pusher_member_parse:
 * @channel_data: what a client says of itself
 * @user_id: (out) (transfer full): who it is
 * @info: (out) (transfer full): more about it as JSON, "null" if nothing was said
 * @error: where to put an error
 *
 * Reads who enters a presence channel.
 *
 * Returns: %FALSE with @error if it says nobody
 */
gboolean
call_pusher_member_parse (const char *channel_data, char **user_id, char **info, GError **error)
{
  JsonNode *node = call_json_parse (channel_data, -1, error);
  JsonObject *object;
  gboolean good;

  *user_id = *info = NULL;
  if (node == NULL)
    return FALSE;
  object = call_json_node_get_object (node, "channel_data", error);
  good = object != NULL && read_member (object, user_id, info, error);
  call_json_node_unref (node);
  return good;
}

/**
 * call_pusher_user_parse:
 * @user_data: what a client says of itself
 * @id: (out) (transfer full): who it is
 * @error: where to put an error
 *
 * Reads who signs in.
 *
 * Returns: %FALSE with @error if it says nobody
 */
gboolean
call_pusher_user_parse (const char *user_data, char **id, GError **error)
{
  JsonNode *node = call_json_parse (user_data, -1, error);
  JsonObject *object;

  *id = NULL;
  if (node == NULL)
    return FALSE;
  object = call_json_node_get_object (node, "user_data", error);
  if (object != NULL) {
    *id = read_user_id (object, "id", FALSE);
    if (*id == NULL)
      fail (error, "no id in user_data");
  }
  call_json_node_unref (node);
  return *id != NULL;
}

/* --- encoding --------------------------------------------------------------------------------- */

static void
begin (CallJsonWriter *writer, const char *event, const char *channel)
{
  call_json_begin_object (writer, NULL);
  call_json_add_string (writer, "event", event);
  if (channel != NULL)
    call_json_add_string (writer, "channel", channel);
}

static char *
end (CallJsonWriter *writer)
{
  call_json_end_object (writer);
  return call_json_writer_finish (writer);
}

/**
 * call_pusher_encode:
 * @event: its name
 * @channel: (nullable): its channel
 * @text: (nullable): its data, which clients get as a string
 *
 * Returns: (transfer full): an event of the server or of the HTTP interface
 */
char *
call_pusher_encode (const char *event, const char *channel, const char *text)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  begin (&writer, event, channel);
  if (text != NULL)
    call_json_add_string (&writer, "data", text);
  return end (&writer);
}

/**
 * call_pusher_encode_raw:
 * @event: its name
 * @channel: (nullable): its channel
 * @json: (nullable): its data, of any type
 * @user_id: (nullable): who sends it, on presence channels
 *
 * Returns: (transfer full): an event whose data keeps its type, such as one of another client
 */
char *
call_pusher_encode_raw (const char *event,
                        const char *channel,
                        const char *json,
                        const char *user_id)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  begin (&writer, event, channel);
  if (json != NULL)
    call_json_add_raw (&writer, "data", json);
  if (user_id != NULL)
    call_json_add_string (&writer, "user_id", user_id);
  return end (&writer);
}

/**
 * call_pusher_encode_established:
 * @socket_id: the id of the connection
 * @activity_timeout_s: after how much silence the client is to ask whether we are there
 *
 * Returns: (transfer full): the first message of a server
 */
char *
call_pusher_encode_established (const char *socket_id, guint activity_timeout_s)
{
  g_autofree char *data = g_strdup_printf ("{\"socket_id\":\"%s\",\"activity_timeout\":%u}",
                                           socket_id, activity_timeout_s);

  return call_pusher_encode ("pusher:connection_established", NULL, data);
}

/**
 * call_pusher_encode_error:
 * @code: why
 * @message: why, in words
 *
 * Returns: (transfer full): an error of the connection
 */
char *
call_pusher_encode_error (CallPusherCode code, const char *message)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  begin (&writer, "pusher:error", NULL);
  call_json_begin_object (&writer, "data");
  call_json_add_int (&writer, "code", code);
  call_json_add_string (&writer, "message", message);
  call_json_end_object (&writer);
  return end (&writer);
}

/**
 * call_pusher_encode_refusal:
 * @channel: a channel
 * @type: why, as a word
 * @message: why, in words
 * @status: why, as an HTTP status
 *
 * Returns: (transfer full): the answer to a subscription that is refused
 */
char *
call_pusher_encode_refusal (const char *channel,
                            const char *type,
                            const char *message,
                            guint status)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  begin (&writer, "pusher:subscription_error", channel);
  call_json_begin_object (&writer, "data");
  call_json_add_string (&writer, "type", type);
  call_json_add_string (&writer, "error", message);
  call_json_add_int (&writer, "status", status);
  call_json_end_object (&writer);
  return end (&writer);
}

/**
 * call_pusher_encode_member:
 * @added: whether it came or went
 * @channel: a presence channel
 * @user_id: who
 * @info: (nullable): more about a user who came, as JSON
 *
 * Returns: (transfer full): what the others hear
 */
char *
call_pusher_encode_member (gboolean added,
                           const char *channel,
                           const char *user_id,
                           const char *info)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *data = NULL;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "user_id", user_id);
  if (added)
    call_json_add_raw (&writer, "user_info", info);
  data = end (&writer);
  return call_pusher_encode (
      added ? "pusher_internal:member_added" : "pusher_internal:member_removed", channel, data);
}

/**
 * call_pusher_encode_signed_in:
 * @auth: the signature the client showed
 * @user_data: what it said of itself
 *
 * Returns: (transfer full): the answer to signing in
 */
char *
call_pusher_encode_signed_in (const char *auth, const char *user_data)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *data = NULL;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "auth", auth);
  call_json_add_string (&writer, "user_data", user_data);
  data = end (&writer);
  return call_pusher_encode ("pusher:signin_success", NULL, data);
}
