/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-peerjs.h"

#include "call-error.h"
#include "call-id.h"

#include <json-glib/json-glib.h>

#include <string.h>

#define CONNECTION_PREFIX "mc_"
#define CONNECTION_ID_MAX 256
#define CALL_ID_MAX 64
#define SDP_MAX (256 * 1024)
#define CANDIDATE_MAX 4096
/* A message has an envelope, a payload and the candidates of an offer at most. */
#define MAX_VALUES 2000

static const char *const words[] = {
  [CALL_PEERJS_UNKNOWN] = "",
  [CALL_PEERJS_OPEN] = "OPEN",
  [CALL_PEERJS_ERROR] = "ERROR",
  [CALL_PEERJS_ID_TAKEN] = "ID-TAKEN",
  [CALL_PEERJS_INVALID_KEY] = "INVALID-KEY",
  [CALL_PEERJS_HEARTBEAT] = "HEARTBEAT",
  [CALL_PEERJS_OFFER] = "OFFER",
  [CALL_PEERJS_ANSWER] = "ANSWER",
  [CALL_PEERJS_CANDIDATE] = "CANDIDATE",
  [CALL_PEERJS_LEAVE] = "LEAVE",
  [CALL_PEERJS_EXPIRE] = "EXPIRE",
};

static CallPeerjsType
type_from_word (const char *word)
{
  for (int i = CALL_PEERJS_OPEN; i <= CALL_PEERJS_EXPIRE; i++)
    if (g_str_equal (words[i], word))
      return (CallPeerjsType) i;
  return CALL_PEERJS_UNKNOWN;
}

/**
 * call_peerjs_type_is_relayed:
 * @type: a type
 *
 * Returns: whether the relay passes messages of @type on from one peer to another
 */
gboolean
call_peerjs_type_is_relayed (CallPeerjsType type)
{
  return type == CALL_PEERJS_OFFER || type == CALL_PEERJS_ANSWER || type == CALL_PEERJS_CANDIDATE ||
         type == CALL_PEERJS_LEAVE || type == CALL_PEERJS_EXPIRE;
}

/**
 * call_peerjs_id_is_valid:
 * @id: (nullable): an address from outside
 *
 * Whether @id is what PeerJS takes for one: letters and digits, with single spaces, dashes and
 * underscores between them.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_peerjs_id_is_valid (const char *id)
{
  gsize length = id != NULL ? strlen (id) : 0;
  gboolean after_letter = FALSE;

  if (length == 0 || length > CALL_PEERJS_ID_MAX)
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    gboolean letter = g_ascii_isalnum (id[i]);

    if (!letter && (!after_letter || strchr (" _-", id[i]) == NULL))
      return FALSE;
    after_letter = letter;
  }
  return after_letter;
}

static gboolean
read_message (CallPeerjsMessage *message, JsonObject *object, GError **error)
{
  const char *word = NULL, *src = NULL, *dst = NULL;
  JsonNode *payload;

  if (!call_json_get_text (object, "type", CALL_JSON_REQUIRED, 32, &word, error) ||
      !call_json_get_text (object, "src", CALL_JSON_OPTIONAL, CALL_PEERJS_ID_MAX, &src, error) ||
      !call_json_get_text (object, "dst", CALL_JSON_OPTIONAL, CALL_PEERJS_ID_MAX, &dst, error))
    return FALSE;
  payload = json_object_get_member (object, "payload");
  message->type = type_from_word (word);
  message->src = g_strdup (src);
  message->dst = g_strdup (dst);
  message->payload = payload != NULL ? json_node_ref (payload) : NULL;
  return TRUE;
}

/**
 * call_peerjs_message_parse:
 * @message: (out caller-allocates): the message
 * @text: (array length=length): a text frame
 * @length: bytes of it
 * @error: where to put an error
 *
 * Reads a message of the relay. Members beside type, src, dst and payload are dropped.
 *
 * Returns: %FALSE with @error if it is none: ignore it; @message is then clear
 */
gboolean
call_peerjs_message_parse (CallPeerjsMessage *message,
                           const char *text,
                           gsize length,
                           GError **error)
{
  g_autoptr (JsonNode) node = call_json_parse_limited (text, length, MAX_VALUES, error);
  JsonObject *object;

  memset (message, 0, sizeof *message);
  object = node != NULL ? call_json_node_get_object (node, "The message", error) : NULL;
  return object != NULL && read_message (message, object, error);
}

/**
 * call_peerjs_message_encode:
 * @message: a message of a known type
 *
 * Writes a message. What is %NULL is left out: an absent payload is not null.
 *
 * Returns: (transfer full): a text frame
 */
char *
call_peerjs_message_encode (const CallPeerjsMessage *message)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "type", words[message->type]);
  call_json_add_string (&writer, "src", message->src);
  call_json_add_string (&writer, "dst", message->dst);
  call_json_add_node (&writer, "payload", message->payload);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_peerjs_message_clear:
 * @message: a message
 *
 * Frees what @message holds.
 */
void
call_peerjs_message_clear (CallPeerjsMessage *message)
{
  g_clear_pointer (&message->src, g_free);
  g_clear_pointer (&message->dst, g_free);
  g_clear_pointer (&message->payload, json_node_unref);
}

/**
 * call_peerjs_encode_notice:
 * @type: %CALL_PEERJS_ERROR, %CALL_PEERJS_ID_TAKEN or %CALL_PEERJS_INVALID_KEY
 * @msg: what to say
 *
 * Returns: (transfer full): a server's word to a client it refuses
 */
char *
call_peerjs_encode_notice (CallPeerjsType type, const char *msg)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "type", words[type]);
  call_json_begin_object (&writer, "payload");
  call_json_add_string (&writer, "msg", msg);
  call_json_end_object (&writer);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_peerjs_encode_bare:
 * @type: a type
 * @src: (nullable): sender
 * @dst: (nullable): receiver
 *
 * Returns: (transfer full): a message without a payload, such as OPEN, HEARTBEAT, LEAVE and EXPIRE
 */
char *
call_peerjs_encode_bare (CallPeerjsType type, const char *src, const char *dst)
{
  CallPeerjsMessage message = { type, (char *) src, (char *) dst, NULL };

  return call_peerjs_message_encode (&message);
}

/* --- typed payloads --------------------------------------------------------------------------- */

/**
 * call_peerjs_connection_id_new:
 * @call_id: the call
 * @generation: number of the peer connection, from 1
 *
 * Returns: (transfer full): the id of a media connection
 */
char *
call_peerjs_connection_id_new (const char *call_id, guint generation)
{
  return g_strdup_printf (CONNECTION_PREFIX "%s_%u", call_id, generation);
}

/* Takes call and generation out of "mc_<callId>_<generation>"; other front ends have ids of their
 * own. */
static void
take_connection_id (CallPeerjsSignal *signal)
{
  const char *call_id = signal->connection_id + strlen (CONNECTION_PREFIX);
  const char *last;
  guint64 generation;

  if (!g_str_has_prefix (signal->connection_id, CONNECTION_PREFIX))
    return;
  last = strrchr (call_id, '_');
  if (last == NULL || last - call_id > CALL_ID_MAX ||
      !g_ascii_string_to_unsigned (last + 1, 10, 1, G_MAXUINT, &generation, NULL))
    return;
  signal->generation = (guint) generation;
  signal->call_id = g_strndup (call_id, (gsize) (last - call_id));
}

static gboolean
read_metadata (CallPeerjsSignal *signal, JsonObject *payload, GError **error)
{
  JsonNode *node = json_object_get_member (payload, "metadata");
  JsonObject *metadata = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                       : NULL;
  const char *appointment_id = NULL, *call_id = NULL;
  gint64 generation = signal->generation;

  /* Front ends put there what they like; only ours is of interest. */
  if (metadata == NULL)
    return TRUE;
  if (!call_json_get_text (metadata, "appointmentId", CALL_JSON_OPTIONAL, CALL_ID_MAX,
                           &appointment_id, error) ||
      !call_json_get_text (metadata, "callId", CALL_JSON_OPTIONAL, CALL_ID_MAX, &call_id, error) ||
      !call_json_get_int (metadata, "generation", CALL_JSON_OPTIONAL, 0, G_MAXUINT, &generation,
                          error))
    return FALSE;
  signal->appointment_id = g_strdup (appointment_id);
  if (call_id != NULL) {
    g_free (signal->call_id);
    signal->call_id = g_strdup (call_id);
  }
  signal->generation = (guint) generation;
  return TRUE;
}

static gboolean
read_description (CallPeerjsSignal *signal, JsonObject *payload, GError **error)
{
  JsonObject *description = NULL;
  const char *kind = NULL, *sdp = NULL;

  if (!call_json_get_object (payload, "sdp", CALL_JSON_REQUIRED, &description, error) ||
      !call_json_get_text (description, "type", CALL_JSON_REQUIRED, 16, &kind, error) ||
      !call_json_get_text (description, "sdp", CALL_JSON_REQUIRED, SDP_MAX, &sdp, error))
    return FALSE;
  if (!g_str_equal (kind, signal->type == CALL_PEERJS_OFFER ? "offer" : "answer")) {
    call_error_set_field (error, "type", "is not that of the message");
    return FALSE;
  }
  signal->sdp = g_strdup (sdp);
  return signal->type != CALL_PEERJS_OFFER || read_metadata (signal, payload, error);
}

static gboolean
read_candidate (CallPeerjsSignal *signal, JsonObject *payload, GError **error)
{
  JsonObject *object = NULL;
  const char *candidate = NULL, *mid = NULL;
  gint64 index = 0;

  if (!call_json_get_object (payload, "candidate", CALL_JSON_REQUIRED, &object, error) ||
      !call_json_get_text (object, "candidate", CALL_JSON_OPTIONAL, CANDIDATE_MAX, &candidate,
                           error) ||
      !call_json_get_text (object, "sdpMid", CALL_JSON_OPTIONAL, 256, &mid, error) ||
      !call_json_get_int (object, "sdpMLineIndex", CALL_JSON_OPTIONAL, 0, 1024, &index, error))
    return FALSE;
  signal->candidate = g_strdup (candidate != NULL ? candidate : "");
  signal->sdp_mid = g_strdup (mid);
  signal->sdp_mline_index = (guint) index;
  return TRUE;
}

static gboolean
read_signal (CallPeerjsSignal *signal, const CallPeerjsMessage *message, GError **error)
{
  JsonObject *payload = call_json_node_get_object (message->payload, "The payload", error);
  const char *connection_id = NULL;

  if (payload == NULL || !call_json_get_text (payload, "connectionId", CALL_JSON_REQUIRED,
                                              CONNECTION_ID_MAX, &connection_id, error))
    return FALSE;
  signal->connection_id = g_strdup (connection_id);
  take_connection_id (signal);
  if (signal->type == CALL_PEERJS_CANDIDATE)
    return read_candidate (signal, payload, error);
  return read_description (signal, payload, error);
}

/**
 * call_peerjs_signal_parse:
 * @signal: (out caller-allocates): the typed payload
 * @message: an offer, an answer or a candidate
 * @error: where to put an error
 *
 * Reads the payload of @message (docs/protocol.md section 6).
 *
 * Returns: %FALSE with @error if it is none: ignore it; @signal is then clear
 */
gboolean
call_peerjs_signal_parse (CallPeerjsSignal *signal,
                          const CallPeerjsMessage *message,
                          GError **error)
{
  memset (signal, 0, sizeof *signal);
  signal->type = message->type;
  if (message->type != CALL_PEERJS_OFFER && message->type != CALL_PEERJS_ANSWER &&
      message->type != CALL_PEERJS_CANDIDATE) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "The message carries no signal");
    return FALSE;
  }
  if (read_signal (signal, message, error))
    return TRUE;
  call_peerjs_signal_clear (signal);
  return FALSE;
}

static void
write_description (CallJsonWriter *writer, const CallPeerjsSignal *signal)
{
  call_json_begin_object (writer, "sdp");
  call_json_add_string (writer, "type", signal->type == CALL_PEERJS_OFFER ? "offer" : "answer");
  call_json_add_string (writer, "sdp", signal->sdp);
  call_json_end_object (writer);
}

static void
write_candidate (CallJsonWriter *writer, const CallPeerjsSignal *signal)
{
  call_json_begin_object (writer, "candidate");
  call_json_add_string (writer, "candidate", signal->candidate);
  call_json_add_string (writer, "sdpMid", signal->sdp_mid);
  call_json_add_int (writer, "sdpMLineIndex", signal->sdp_mline_index);
  call_json_end_object (writer);
}

static void
write_metadata (CallJsonWriter *writer, const CallPeerjsSignal *signal)
{
  call_json_begin_object (writer, "metadata");
  call_json_add_string (writer, "appointmentId", signal->appointment_id);
  call_json_add_string (writer, "callId", signal->call_id);
  call_json_add_int (writer, "generation", signal->generation);
  call_json_end_object (writer);
}

/**
 * call_peerjs_signal_encode:
 * @signal: an offer, an answer or a candidate
 * @dst: peer id of the receiver
 *
 * Returns: (transfer full): a text frame for the relay
 */
char *
call_peerjs_signal_encode (const CallPeerjsSignal *signal, const char *dst)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "type", words[signal->type]);
  call_json_add_string (&writer, "dst", dst);
  call_json_begin_object (&writer, "payload");
  if (signal->type == CALL_PEERJS_CANDIDATE)
    write_candidate (&writer, signal);
  else
    write_description (&writer, signal);
  call_json_add_string (&writer, "type", "media");
  call_json_add_string (&writer, "connectionId", signal->connection_id);
  if (signal->type == CALL_PEERJS_OFFER)
    write_metadata (&writer, signal);
  call_json_end_object (&writer);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_peerjs_signal_clear:
 * @signal: a payload
 *
 * Frees what @signal holds.
 */
void
call_peerjs_signal_clear (CallPeerjsSignal *signal)
{
  g_clear_pointer (&signal->connection_id, g_free);
  g_clear_pointer (&signal->sdp, g_free);
  g_clear_pointer (&signal->candidate, g_free);
  g_clear_pointer (&signal->sdp_mid, g_free);
  g_clear_pointer (&signal->appointment_id, g_free);
  g_clear_pointer (&signal->call_id, g_free);
  signal->sdp_mline_index = 0;
  signal->generation = 0;
}
