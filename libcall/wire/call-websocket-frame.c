/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-websocket-frame.h"

#include <string.h>

/* RFC 6455 section 1.3 */
#define HANDSHAKE_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define BASE64_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

#define FIN 0x80
#define RESERVED 0x70
#define OPCODE 0x0f
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_16 126
#define LENGTH_64 127

typedef struct {
  gboolean fin;
  gboolean compressed;
  guint8 opcode;
  gboolean masked;
  guint8 mask[4];
  guint64 length;
  gsize size;
} Header;

static gboolean
is_control (guint8 opcode)
{
  return (opcode & 0x8) != 0;
}

/**
 * call_websocket_parser_init:
 * @self: (out caller-allocates): a parser
 * @role: whose bytes it reads
 * @max_message: bytes a message may have, over all its fragments
 *
 * Starts to read a connection.
 */
void
call_websocket_parser_init (CallWebsocketParser *self, CallWebsocketRole role, guint32 max_message)
{
  memset (self, 0, sizeof *self);
  self->role = role;
  self->max_message = max_message;
}

/**
 * call_websocket_parser_clear:
 * @self: a parser
 *
 * Frees what @self holds, if anything.
 */
void
call_websocket_parser_clear (CallWebsocketParser *self)
{
  g_clear_pointer (&self->fragments, g_byte_array_unref);
}

static CallWebsocketResult
fail (CallWebsocketParser *self, guint16 code, const char *reason)
{
  call_websocket_parser_clear (self);
  self->ended = TRUE;
  self->close_code = code;
  self->reason = reason;
  return CALL_WEBSOCKET_RESULT_ERROR;
}

/* RFC 7692 section 6: the bit belongs to the first frame of a message. */
static gboolean
may_be_compressed (const CallWebsocketParser *self, guint8 opcode)
{
  return self->deflate && (opcode == CALL_WEBSOCKET_TEXT || opcode == CALL_WEBSOCKET_BINARY);
}

/* What the first two bytes can be wrong with, so that nothing is awaited, let alone allocated, for
 * a frame that will be refused. */
static const char *
check_start (const CallWebsocketParser *self, const guint8 *data)
{
  guint8 opcode = data[0] & OPCODE;
  gboolean masked = (data[1] & MASKED) != 0;

  if ((data[0] & RESERVED & ~(may_be_compressed (self, opcode) ? CALL_WEBSOCKET_COMPRESSED : 0)) !=
      0)
    return "reserved bit set";
  if ((opcode > CALL_WEBSOCKET_BINARY && !is_control (opcode)) || opcode > CALL_WEBSOCKET_PONG)
    return "unknown opcode";
  if (masked != (self->role == CALL_WEBSOCKET_SERVER))
    return masked ? "masked frame from a server" : "frame without mask";
  if (is_control (opcode))
    return (data[0] & FIN) == 0                              ? "fragmented control frame"
           : (data[1] & LENGTH) > CALL_WEBSOCKET_CONTROL_MAX ? "control frame too long"
                                                             : NULL;
  if (opcode == CALL_WEBSOCKET_CONTINUATION)
    return self->in_message ? NULL : "continuation of nothing";
  return self->in_message ? "message inside a message" : NULL;
}

static const char *
read_length (Header *header, const guint8 *data)
{
  guint8 length = data[1] & LENGTH;

  if (length == LENGTH_16) {
    header->length = ((guint64) data[2] << 8) | data[3];
    return header->length < LENGTH_16 ? "length not in its shortest form" : NULL;
  }
  if (length == LENGTH_64) {
    guint64 big;

    memcpy (&big, data + 2, sizeof big);
    header->length = GUINT64_FROM_BE (big);
    return header->length <= G_MAXUINT16           ? "length not in its shortest form"
           : header->length > (guint64) G_MAXINT64 ? "length out of range"
                                                   : NULL;
  }
  header->length = length;
  return NULL;
}

/* Reads the header at @data, and returns how many bytes it has as far as one can tell: it is
 * complete when that is not more than @length. @problem is set when the frame is wrong however it
 * goes on. */
static gsize
read_header (const CallWebsocketParser *self,
             const guint8 *data,
             gsize length,
             Header *header,
             const char **problem)
{
  guint8 start;

  if (length < 2)
    return 2;
  *problem = check_start (self, data);
  if (*problem != NULL)
    return 2;

  start = data[1] & LENGTH;
  header->fin = (data[0] & FIN) != 0;
  header->compressed = (data[0] & CALL_WEBSOCKET_COMPRESSED) != 0;
  header->opcode = data[0] & OPCODE;
  header->masked = (data[1] & MASKED) != 0;
  header->size = 2 + (start == LENGTH_16 ? 2 : start == LENGTH_64 ? 8 : 0);
  if (length < header->size)
    return header->size + (header->masked ? 4 : 0);
  *problem = read_length (header, data);
  if (header->masked) {
    if (length >= header->size + 4)
      memcpy (header->mask, data + header->size, 4);
    header->size += 4;
  }
  return header->size;
}

static CallWebsocketResult
take_close (CallWebsocketParser *self,
            const guint8 *payload,
            gsize length,
            CallWebsocketMessage *out)
{
  guint code;

  out->close_code = CALL_WEBSOCKET_CODE_NO_STATUS;
  out->length = 0;
  if (length == 1)
    return fail (self, CALL_WEBSOCKET_CODE_PROTOCOL_ERROR, "half a close code");
  if (length >= 2) {
    code = ((guint) payload[0] << 8) | payload[1];
    if (!call_websocket_close_code_is_valid (code))
      return fail (self, CALL_WEBSOCKET_CODE_PROTOCOL_ERROR, "close code not allowed");
    if (!call_utf8_is_valid (payload + 2, length - 2))
      return fail (self, CALL_WEBSOCKET_CODE_BAD_DATA, "close reason is not UTF-8");
    out->close_code = code;
    out->data = payload + 2;
    out->length = length - 2;
  }
  /* RFC 6455 section 1.4: whatever follows a close frame is not read. */
  call_websocket_parser_clear (self);
  self->ended = TRUE;
  return CALL_WEBSOCKET_RESULT_MESSAGE;
}

static CallWebsocketResult
take_fragment (CallWebsocketParser *self,
               const Header *header,
               const guint8 *payload,
               CallWebsocketMessage *out)
{
  if (header->opcode != CALL_WEBSOCKET_CONTINUATION) {
    self->opcode = header->opcode;
    self->compressed = header->compressed;
    self->utf8 = CALL_UTF8_ACCEPT;
    self->in_message = TRUE;
  }
  if (self->opcode == CALL_WEBSOCKET_TEXT && !self->compressed) {
    self->utf8 = call_utf8_feed (self->utf8, payload, header->length);
    if (self->utf8 == CALL_UTF8_REJECT || (header->fin && self->utf8 != CALL_UTF8_ACCEPT))
      return fail (self, CALL_WEBSOCKET_CODE_BAD_DATA, "text is not UTF-8");
  }
  if (header->length > 0) {
    if (self->fragments == NULL)
      self->fragments = g_byte_array_new ();
    g_byte_array_append (self->fragments, payload, header->length);
  }
  if (!header->fin)
    return CALL_WEBSOCKET_RESULT_MORE;

  self->in_message = FALSE;
  out->opcode = self->opcode;
  out->compressed = self->compressed;
  out->data = self->fragments != NULL ? self->fragments->data : payload;
  out->length = self->fragments != NULL ? self->fragments->len : 0;
  return CALL_WEBSOCKET_RESULT_MESSAGE;
}

static CallWebsocketResult
take_frame (CallWebsocketParser *self,
            const Header *header,
            guint8 *payload,
            CallWebsocketMessage *out)
{
  if (header->masked)
    call_websocket_mask (payload, header->length, header->mask);
  out->opcode = header->opcode;
  out->close_code = 0;
  out->compressed = header->compressed;
  out->data = payload;
  out->length = header->length;

  if (header->opcode == CALL_WEBSOCKET_CLOSE)
    return take_close (self, payload, header->length, out);
  if (is_control (header->opcode))
    return CALL_WEBSOCKET_RESULT_MESSAGE;
  if (header->opcode == CALL_WEBSOCKET_CONTINUATION || !header->fin)
    return take_fragment (self, header, payload, out);
  if (header->opcode == CALL_WEBSOCKET_TEXT && !header->compressed &&
      !call_utf8_is_valid (payload, header->length))
    return fail (self, CALL_WEBSOCKET_CODE_BAD_DATA, "text is not UTF-8");
  return CALL_WEBSOCKET_RESULT_MESSAGE;
}

static gboolean
is_too_big (const CallWebsocketParser *self, const Header *header)
{
  gsize before = header->opcode == CALL_WEBSOCKET_CONTINUATION && self->fragments != NULL
                     ? self->fragments->len
                     : 0;

  return !is_control (header->opcode) && header->length > self->max_message - before;
}

/* Reads one frame, perhaps only a fragment. @used stays 0 while it is incomplete. */
static CallWebsocketResult
read_frame (CallWebsocketParser *self,
            guint8 *data,
            gsize length,
            gsize *used,
            gsize *needed,
            CallWebsocketMessage *message)
{
  Header header = { 0 };
  const char *problem = NULL;

  *needed = read_header (self, data, length, &header, &problem);
  if (problem != NULL)
    return fail (self, CALL_WEBSOCKET_CODE_PROTOCOL_ERROR, problem);
  /* An extended length is known before the mask is there; refuse it then. */
  if (header.size > 0 && is_too_big (self, &header))
    return fail (self, CALL_WEBSOCKET_CODE_TOO_BIG, "message too big");
  if (length < *needed)
    return CALL_WEBSOCKET_RESULT_MORE;
  *needed += header.length;
  if (length < *needed)
    return CALL_WEBSOCKET_RESULT_MORE;
  *used = *needed;
  return take_frame (self, &header, data + header.size, message);
}

/**
 * call_websocket_parser_feed:
 * @self: a parser
 * @data: (array length=length): bytes that were received and not consumed yet; unmasked in place
 * @length: how many
 * @consumed: (out): bytes at @data that are done with
 * @needed: (out): with %CALL_WEBSOCKET_RESULT_MORE: how many bytes, counted from the first that is
 *   not consumed, have to be there before the next call can find something
 * @message: (out caller-allocates): with %CALL_WEBSOCKET_RESULT_MESSAGE: what was found
 *
 * Reads the next message or control frame (RFC 6455 section 5). Call it until it returns something
 * else than %CALL_WEBSOCKET_RESULT_MESSAGE, then keep the bytes that were not consumed. A frame
 * that is over the limit, or wrong in any way its header shows, is refused before its payload is
 * awaited, so @needed never exceeds the limit plus %CALL_WEBSOCKET_HEADER_MAX. Nothing is allocated
 * for a message in one frame. After a close frame or an error everything is swallowed.
 *
 * Returns: what there was
 */
CallWebsocketResult
call_websocket_parser_feed (CallWebsocketParser *self,
                            guint8 *data,
                            gsize length,
                            gsize *consumed,
                            gsize *needed,
                            CallWebsocketMessage *message)
{
  *consumed = 0;
  *needed = 2;
  if (self->ended) {
    *consumed = length;
    return self->close_code != 0 ? CALL_WEBSOCKET_RESULT_ERROR : CALL_WEBSOCKET_RESULT_MORE;
  }
  /* The last message has been dealt with: an idle connection keeps no memory. */
  if (!self->in_message)
    call_websocket_parser_clear (self);
  if (length == 0)
    return CALL_WEBSOCKET_RESULT_MORE;

  while (TRUE) {
    gsize used = 0;
    CallWebsocketResult result = read_frame (self, data + *consumed, length - *consumed, &used,
                                             needed, message);

    *consumed += used;
    if (result != CALL_WEBSOCKET_RESULT_MORE || used == 0)
      return result;
  }
}

/**
 * call_websocket_mask:
 * @data: (array length=length): bytes, changed in place
 * @length: how many
 * @mask: the key as it is on the wire
 *
 * Puts a mask on, or takes it off (RFC 6455 section 5.3).
 */
void
call_websocket_mask (guint8 *data, gsize length, const guint8 mask[4])
{
  guint64 wide;
  gsize i = 0;

  memcpy (&wide, mask, 4);
  memcpy ((guint8 *) &wide + 4, mask, 4);
  for (; length - i >= sizeof wide; i += sizeof wide) {
    guint64 word;

    memcpy (&word, data + i, sizeof word);
    word ^= wide;
    memcpy (data + i, &word, sizeof word);
  }
  for (; i < length; i++)
    data[i] ^= mask[i & 3];
}

/**
 * call_websocket_close_code_is_valid:
 * @code: a close code
 *
 * Whether @code may be in a close frame (RFC 6455 section 7.4, and the codes registered since).
 *
 * Returns: %TRUE if it may
 */
gboolean
call_websocket_close_code_is_valid (guint code)
{
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

/**
 * call_websocket_header_write:
 * @header: where to put the header
 * @opcode: the frame's opcode
 * @fin: whether it is the last, or only, frame of its message
 * @length: bytes of the payload
 *
 * Writes the header of a frame without a mask, as servers send them.
 *
 * Returns: bytes written, 2 to 10
 */
gsize
call_websocket_header_write (guint8 header[CALL_WEBSOCKET_HEADER_MAX],
                             CallWebsocketOpcode opcode,
                             gboolean fin,
                             guint64 length)
{
  header[0] = (fin ? FIN : 0) | opcode;
  if (length < LENGTH_16) {
    header[1] = (guint8) length;
    return 2;
  }
  if (length <= G_MAXUINT16) {
    header[1] = LENGTH_16;
    header[2] = (guint8) (length >> 8);
    header[3] = (guint8) length;
    return 4;
  }
  header[1] = LENGTH_64;
  length = GUINT64_TO_BE (length);
  memcpy (header + 2, &length, sizeof length);
  return 10;
}

/**
 * call_websocket_frame_new:
 * @opcode: the frame's opcode
 * @data: (array length=length) (nullable): the payload
 * @length: how many bytes
 *
 * Makes a frame for any number of receivers: one message in one frame, without a mask.
 *
 * Returns: (transfer full): the frame's bytes
 */
GBytes *
call_websocket_frame_new (CallWebsocketOpcode opcode, const void *data, gsize length)
{
  guint8 header[CALL_WEBSOCKET_HEADER_MAX];
  gsize size = call_websocket_header_write (header, opcode, TRUE, length);
  guint8 *frame = g_malloc (size + length);

  memcpy (frame, header, size);
  if (length > 0)
    memcpy (frame + size, data, length);
  return g_bytes_new_take (frame, size + length);
}

/* The longest beginning of @text that fits and does not cut a character in two. */
static gsize
fit_reason (const char *text, gsize limit)
{
  gsize length = strlen (text);

  if (length <= limit)
    return length;
  while (limit > 0 && ((guint8) text[limit] & 0xc0) == 0x80)
    limit--;
  return limit;
}

/**
 * call_websocket_frame_new_close:
 * @code: why, or %CALL_WEBSOCKET_CODE_NO_STATUS to say nothing
 * @reason: (nullable): UTF-8; cut to 123 bytes
 *
 * Makes a close frame without a mask.
 *
 * Returns: (transfer full): the frame's bytes
 */
GBytes *
call_websocket_frame_new_close (guint16 code, const char *reason)
{
  guint8 payload[CALL_WEBSOCKET_CONTROL_MAX];
  gsize length = 0;

  if (code == CALL_WEBSOCKET_CODE_NO_STATUS)
    return call_websocket_frame_new (CALL_WEBSOCKET_CLOSE, NULL, 0);
  payload[0] = (guint8) (code >> 8);
  payload[1] = (guint8) code;
  if (reason != NULL) {
    length = fit_reason (reason, sizeof payload - 2);
    memcpy (payload + 2, reason, length);
  }
  return call_websocket_frame_new (CALL_WEBSOCKET_CLOSE, payload, length + 2);
}

/**
 * call_websocket_frame_new_masked:
 * @opcode: the frame's opcode
 * @fin: whether it is the last, or only, frame of its message
 * @mask: four random bytes
 * @data: (array length=length) (nullable): the payload
 * @length: how many bytes
 *
 * Makes a frame as clients send them.
 *
 * Returns: (transfer full): the frame's bytes
 */
GBytes *
call_websocket_frame_new_masked (CallWebsocketOpcode opcode,
                                 gboolean fin,
                                 guint32 mask,
                                 const void *data,
                                 gsize length)
{
  guint8 header[CALL_WEBSOCKET_HEADER_MAX];
  gsize size = call_websocket_header_write (header, opcode, fin, length);
  guint8 *frame = g_malloc (size + 4 + length);

  header[1] |= MASKED;
  memcpy (frame, header, size);
  memcpy (frame + size, &mask, 4);
  if (length > 0)
    memcpy (frame + size + 4, data, length);
  call_websocket_mask (frame + size + 4, length, frame + size);
  return g_bytes_new_take (frame, size + 4 + length);
}

/**
 * call_websocket_accept_key:
 * @key: (nullable): the header Sec-WebSocket-Key
 *
 * Computes the header Sec-WebSocket-Accept (RFC 6455 section 4.2.2).
 *
 * Returns: (transfer full) (nullable): its value, or %NULL if @key is not 16 bytes in base64
 */
char *
call_websocket_accept_key (const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  guint8 nonce[24];
  gsize length = sizeof digest;
  int state = 0;
  guint save = 0;

  if (key == NULL || strlen (key) != sizeof nonce || strspn (key, BASE64_DIGITS) != 22 ||
      g_base64_decode_step (key, sizeof nonce, nonce, &state, &save) != 16)
    return NULL;
  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) HANDSHAKE_GUID, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}
