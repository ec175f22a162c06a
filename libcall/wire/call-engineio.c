/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-engineio.h"

#include "call-error.h"
#include "call-json.h"
#include "call-utf8.h"

#include <sodium.h>
#include <string.h>

/* In a polling body this stands before binary data in base64. */
#define BINARY_MARK 'b'
#define SID_BYTES 15

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL, "Engine.IO: %s", what);
  return FALSE;
}

/**
 * call_engineio_packet_parse:
 * @packet: (out caller-allocates): the packet; it points into @data
 * @data: (array length=length): a WebSocket message
 * @length: bytes of it
 * @binary: whether the message is binary
 * @error: where to put an error
 *
 * Reads a packet that came over WebSocket: a text message is a digit and data, a binary message is
 * nothing but data.
 *
 * Returns: %FALSE with @error if it is no packet: close the session
 */
gboolean
call_engineio_packet_parse (CallEngineioPacket *packet,
                            const void *data,
                            gsize length,
                            gboolean binary,
                            GError **error)
{
  const char *text = data;

  if (binary) {
    *packet = (CallEngineioPacket){ CALL_ENGINEIO_MESSAGE, TRUE, text, length };
    return TRUE;
  }
  if (length == 0)
    return fail (error, "empty packet");
  if (text[0] < '0' || text[0] > '0' + CALL_ENGINEIO_NOOP)
    return fail (error, "unknown packet type");
  *packet = (CallEngineioPacket){ (CallEngineioType) (text[0] - '0'), FALSE, text + 1, length - 1 };
  return TRUE;
}

/* --- polling bodies --------------------------------------------------------------------------- */

/**
 * call_engineio_payload_init:
 * @self: (out caller-allocates): a walk
 * @body: (array length=length): a body; it is not copied
 * @length: bytes of it
 *
 * Starts to walk over the packets of a polling body.
 */
void
call_engineio_payload_init (CallEngineioPayload *self, const void *body, gsize length)
{
  *self = (CallEngineioPayload){ .body = body, .left = length, .more = TRUE };
}

/**
 * call_engineio_payload_clear:
 * @self: a walk
 *
 * Ends a walk early.
 */
void
call_engineio_payload_clear (CallEngineioPayload *self)
{
  g_clear_pointer (&self->decoded, g_free);
  self->more = FALSE;
}

/* g_base64_decode() skips what is no base64; the other side must not get away with that. */
static gboolean
is_base64 (const char *text, gsize length)
{
  gsize digits = 0;

  while (digits < length &&
         (g_ascii_isalnum (text[digits]) || text[digits] == '+' || text[digits] == '/'))
    digits++;
  for (gsize i = digits; i < length; i++)
    if (text[i] != '=')
      return FALSE;
  return length % 4 == 0 && length - digits <= 2;
}

static gboolean
take_binary (CallEngineioPayload *self,
             CallEngineioPacket *packet,
             const char *text,
             gsize length,
             GError **error)
{
  int state = 0;
  guint save = 0;
  gsize size;

  if (!is_base64 (text, length))
    return fail (error, "bad base64");
  self->decoded = g_malloc (length / 4 * 3 + 1);
  size = g_base64_decode_step (text, length, self->decoded, &state, &save);
  *packet = (CallEngineioPacket){ CALL_ENGINEIO_MESSAGE, TRUE, (const char *) self->decoded, size };
  return TRUE;
}

/**
 * call_engineio_payload_next:
 * @self: a walk
 * @packet: (out caller-allocates): the packet; good until the next call
 * @error: where to put an error
 *
 * Reads the next packet of a polling body.
 *
 * Returns: %FALSE at the end of the body, and with @error if there is no packet: close the session
 */
gboolean
call_engineio_payload_next (CallEngineioPayload *self, CallEngineioPacket *packet, GError **error)
{
  const char *text = self->body;
  const char *separator;
  gsize length;
  gboolean good;

  g_clear_pointer (&self->decoded, g_free);
  if (!self->more)
    return FALSE;
  separator = self->left > 0 ? memchr (text, CALL_ENGINEIO_SEPARATOR, self->left) : NULL;
  length = separator != NULL ? (gsize) (separator - text) : self->left;
  self->more = separator != NULL;
  self->body = separator != NULL ? separator + 1 : NULL;
  self->left -= length + (separator != NULL ? 1 : 0);

  if (length > 0 && text[0] == BINARY_MARK)
    good = take_binary (self, packet, text + 1, length - 1, error);
  else if (!call_utf8_is_valid (text, length))
    good = fail (error, "packet is not UTF-8");
  else
    good = call_engineio_packet_parse (packet, text, length, FALSE, error);
  if (!good)
    call_engineio_payload_clear (self);
  return good;
}

/**
 * call_engineio_payload_append:
 * @body: a body under construction
 * @frame: (array length=length): what would be a WebSocket message: with its digit if it is text
 * @length: bytes of it
 * @binary: whether it is binary
 *
 * Adds a packet to a polling body.
 */
void
call_engineio_payload_append (GString *body, const void *frame, gsize length, gboolean binary)
{
  g_autofree char *base64 = NULL;

  if (body->len > 0)
    g_string_append_c (body, CALL_ENGINEIO_SEPARATOR);
  if (!binary) {
    g_string_append_len (body, frame, (gssize) length);
    return;
  }
  base64 = g_base64_encode (frame, length);
  g_string_append_c (body, BINARY_MARK);
  g_string_append (body, base64);
}

/**
 * call_engineio_payload_cost:
 * @length: bytes of a frame
 * @binary: whether it is binary
 *
 * Returns: the bytes that call_engineio_payload_append() adds for it at most
 */
gsize
call_engineio_payload_cost (gsize length, gboolean binary)
{
  return 1 + (binary ? 1 + (length + 2) / 3 * 4 : length);
}

/* --- handshake -------------------------------------------------------------------------------- */

/**
 * call_engineio_sid_new:
 *
 * Makes the id of a session. It is a secret, made of 15 bytes of the system's random source.
 *
 * Returns: (transfer full): 20 characters of URL-safe base64
 */
char *
call_engineio_sid_new (void)
{
  guint8 random[SID_BYTES];
  gsize size = sodium_base64_encoded_len (sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  char *sid = g_malloc (size);

  randombytes_buf (random, sizeof random);
  return sodium_bin2base64 (sid, size, random, sizeof random,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/**
 * call_engineio_handshake_encode:
 * @handshake: what to say
 *
 * Makes the open packet, with exactly the five members the protocol has.
 *
 * Returns: (transfer full): the packet with its digit
 */
char *
call_engineio_handshake_encode (const CallEngineioHandshake *handshake)
{
  static const char *const upgrades[] = { "websocket", NULL };
  CallJsonWriter writer = { g_string_new ("0"), FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "sid", handshake->sid);
  call_json_add_strv (&writer, "upgrades", handshake->upgrade ? upgrades : upgrades + 1);
  call_json_add_int (&writer, "pingInterval", handshake->ping_interval_ms);
  call_json_add_int (&writer, "pingTimeout", handshake->ping_timeout_ms);
  call_json_add_int (&writer, "maxPayload", handshake->max_payload);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

static gboolean
read_handshake (CallEngineioHandshake *handshake, JsonObject *object, GError **error)
{
  const char *sid = NULL;
  gint64 interval = 0, timeout = 0, payload = CALL_ENGINEIO_MAX_PAYLOAD;
  g_auto (GStrv) upgrades = NULL;

  if (!call_json_get_text (object, "sid", CALL_JSON_REQUIRED, sizeof handshake->sid - 1, &sid,
                           error) ||
      !call_json_get_strv (object, "upgrades", CALL_JSON_OPTIONAL, 16, &upgrades, error) ||
      !call_json_get_int (object, "pingInterval", CALL_JSON_REQUIRED, 1, G_MAXINT, &interval,
                          error) ||
      !call_json_get_int (object, "pingTimeout", CALL_JSON_REQUIRED, 1, G_MAXINT, &timeout,
                          error) ||
      !call_json_get_int (object, "maxPayload", CALL_JSON_OPTIONAL, 1, G_MAXINT, &payload, error))
    return FALSE;
  g_strlcpy (handshake->sid, sid, sizeof handshake->sid);
  handshake->upgrade = upgrades != NULL &&
                       g_strv_contains ((const char *const *) upgrades, "websocket");
  handshake->ping_interval_ms = (guint) interval;
  handshake->ping_timeout_ms = (guint) timeout;
  handshake->max_payload = (guint) payload;
  return TRUE;
}

/**
 * call_engineio_handshake_parse:
 * @handshake: (out caller-allocates): what it says
 * @packet: the first packet of a session
 * @error: where to put an error
 *
 * Reads the open packet.
 *
 * Returns: %FALSE with @error if it is none
 */
gboolean
call_engineio_handshake_parse (CallEngineioHandshake *handshake,
                               const CallEngineioPacket *packet,
                               GError **error)
{
  JsonNode *node;
  JsonObject *object;
  gboolean good;

  memset (handshake, 0, sizeof *handshake);
  if (packet->type != CALL_ENGINEIO_OPEN || packet->binary)
    return fail (error, "no handshake");
  node = call_json_parse (packet->data, (gssize) packet->length, error);
  if (node == NULL)
    return FALSE;
  object = call_json_node_get_object (node, "The handshake", error);
  good = object != NULL && read_handshake (handshake, object, error);
  call_json_node_unref (node);
  return good;
}

/* --- requests --------------------------------------------------------------------------------- */

static const struct {
  const char *message;
  const char *body;
  guint status;
} refusals[] = {
#define REFUSAL(code, status, message)                                  \
  {                                                                     \
    message, "{\"code\":" #code ",\"message\":\"" message "\"}", status \
  }
  [CALL_ENGINEIO_UNKNOWN_TRANSPORT] = REFUSAL (0, 400, "Transport unknown"),
  [CALL_ENGINEIO_UNKNOWN_SID] = REFUSAL (1, 400, "Session ID unknown"),
  [CALL_ENGINEIO_BAD_METHOD] = REFUSAL (2, 400, "Bad handshake method"),
  [CALL_ENGINEIO_BAD_REQUEST] = REFUSAL (3, 400, "Bad request"),
  [CALL_ENGINEIO_FORBIDDEN] = REFUSAL (4, 403, "Forbidden"),
  [CALL_ENGINEIO_BAD_VERSION] = REFUSAL (5, 400, "Unsupported protocol version"),
#undef REFUSAL
};

/**
 * call_engineio_refusal_message:
 * @refusal: why
 *
 * Returns: the words of the reference server, the body of a refused WebSocket upgrade
 */
const char *
call_engineio_refusal_message (CallEngineioRefusal refusal)
{
  return refusals[refusal].message;
}

/**
 * call_engineio_refusal_status:
 * @refusal: why
 *
 * Returns: the HTTP status
 */
guint
call_engineio_refusal_status (CallEngineioRefusal refusal)
{
  return refusals[refusal].status;
}

/**
 * call_engineio_refusal_body:
 * @refusal: why
 *
 * Returns: the JSON body of a refused request
 */
const char *
call_engineio_refusal_body (CallEngineioRefusal refusal)
{
  return refusals[refusal].body;
}

static CallEngineioTransport
parse_transport (const char *text)
{
  if (g_strcmp0 (text, "websocket") == 0)
    return CALL_ENGINEIO_WEBSOCKET;
  if (g_strcmp0 (text, "polling") == 0)
    return CALL_ENGINEIO_POLLING;
  return CALL_ENGINEIO_TRANSPORT_NONE;
}

/**
 * call_engineio_query_parse:
 * @query: (out caller-allocates): what it says
 * @text: (nullable): the query of a request, without its question mark
 *
 * Reads the query of a request. What cannot be read counts as missing; of a member that comes twice
 * the last counts.
 */
void
call_engineio_query_parse (CallEngineioQuery *query, const char *text)
{
  g_autoptr (GHashTable) table = g_uri_parse_params (text != NULL ? text : "", -1, "&",
                                                     G_URI_PARAMS_WWW_FORM, NULL);
  const char *version = table != NULL ? g_hash_table_lookup (table, "EIO") : NULL;

  memset (query, 0, sizeof *query);
  if (table == NULL)
    return;
  if (version != NULL && strlen (version) == 1 && g_ascii_isdigit (*version))
    query->version = *version - '0';
  query->transport = parse_transport (g_hash_table_lookup (table, "transport"));
  query->sid = g_strdup (g_hash_table_lookup (table, "sid"));
  query->base64 = g_strcmp0 (g_hash_table_lookup (table, "b64"), "1") == 0;
  query->token = g_strdup (g_hash_table_lookup (table, "token"));
}

/**
 * call_engineio_query_clear:
 * @query: a query
 *
 * Frees what @query holds.
 */
void
call_engineio_query_clear (CallEngineioQuery *query)
{
  g_clear_pointer (&query->sid, g_free);
  if (query->token != NULL)
    sodium_memzero (query->token, strlen (query->token));
  g_clear_pointer (&query->token, g_free);
}
