/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"
#include "call-utf8.h"

G_BEGIN_DECLS

/* The longest header of a frame: 2 bytes, 8 of length, 4 of mask (RFC 6455 section 5.2). */
#define CALL_WEBSOCKET_HEADER_MAX 14
/* The longest payload of a control frame (RFC 6455 section 5.5). */
#define CALL_WEBSOCKET_CONTROL_MAX 125
/* The bit of a header's first byte that says so (RFC 7692 section 6). */
#define CALL_WEBSOCKET_COMPRESSED 0x40

/**
 * CallWebsocketOpcode:
 * @CALL_WEBSOCKET_CONTINUATION: a further fragment of a message
 * @CALL_WEBSOCKET_TEXT: a text message, UTF-8
 * @CALL_WEBSOCKET_BINARY: a binary message
 * @CALL_WEBSOCKET_CLOSE: the other side closes
 * @CALL_WEBSOCKET_PING: to be answered with a pong of the same payload
 * @CALL_WEBSOCKET_PONG: answer to a ping, or a sign of life
 *
 * The kinds of frames, with their numbers on the wire (RFC 6455 section 11.8).
 */
typedef enum {
  CALL_WEBSOCKET_CONTINUATION = 0,
  CALL_WEBSOCKET_TEXT = 1,
  CALL_WEBSOCKET_BINARY = 2,
  CALL_WEBSOCKET_CLOSE = 8,
  CALL_WEBSOCKET_PING = 9,
  CALL_WEBSOCKET_PONG = 10,
} CallWebsocketOpcode;

/* Close codes we send or know by name (RFC 6455 section 7.4.1 and the IANA registry). */
#define CALL_WEBSOCKET_CODE_NORMAL 1000
#define CALL_WEBSOCKET_CODE_GOING_AWAY 1001
#define CALL_WEBSOCKET_CODE_PROTOCOL_ERROR 1002
#define CALL_WEBSOCKET_CODE_UNSUPPORTED 1003
#define CALL_WEBSOCKET_CODE_NO_STATUS 1005
#define CALL_WEBSOCKET_CODE_ABNORMAL 1006
#define CALL_WEBSOCKET_CODE_BAD_DATA 1007
#define CALL_WEBSOCKET_CODE_POLICY 1008
#define CALL_WEBSOCKET_CODE_TOO_BIG 1009
#define CALL_WEBSOCKET_CODE_SERVER_ERROR 1011
#define CALL_WEBSOCKET_CODE_RESTART 1012
#define CALL_WEBSOCKET_CODE_TRY_LATER 1013

/**
 * CallWebsocketRole:
 * @CALL_WEBSOCKET_SERVER: we read what clients send: every frame is masked
 * @CALL_WEBSOCKET_CLIENT: we read what a server sends: no frame is masked
 *
 * Whose bytes are read.
 */
typedef enum {
  CALL_WEBSOCKET_SERVER,
  CALL_WEBSOCKET_CLIENT,
} CallWebsocketRole;

/**
 * CallWebsocketResult:
 * @CALL_WEBSOCKET_RESULT_MORE: the bytes left do not make a frame yet
 * @CALL_WEBSOCKET_RESULT_MESSAGE: a message or a control frame is there
 * @CALL_WEBSOCKET_RESULT_ERROR: the other side broke the protocol; send a close frame with the
 *   parser's code and drop the connection
 *
 * What call_websocket_parser_feed() found.
 */
typedef enum {
  CALL_WEBSOCKET_RESULT_MORE,
  CALL_WEBSOCKET_RESULT_MESSAGE,
  CALL_WEBSOCKET_RESULT_ERROR,
} CallWebsocketResult;

/**
 * CallWebsocketMessage:
 * @opcode: text, binary, close, ping or pong; never a continuation
 * @close_code: of a close frame: its code, or %CALL_WEBSOCKET_CODE_NO_STATUS
 * @compressed: text or binary that is still to be unpacked, and whose UTF-8 is to be checked then
 * @data: the payload, unmasked; of a close frame the reason; not NUL-terminated
 * @length: bytes at @data
 *
 * A whole message. @data points into the caller's buffer or into the parser, and is good until
 * either is touched again.
 */
typedef struct {
  CallWebsocketOpcode opcode;
  guint16 close_code;
  gboolean compressed;
  const guint8 *data;
  gsize length;
} CallWebsocketMessage;

/**
 * CallWebsocketParser:
 *
 * Reads frames of one connection. A plain struct to be part of another; it allocates only while a
 * message comes in fragments. All fields are private but @deflate, to be set when
 * permessage-deflate was negotiated, and @close_code and @reason, which are set when
 * call_websocket_parser_feed() returns %CALL_WEBSOCKET_RESULT_ERROR.
 */
typedef struct {
  GByteArray *fragments;
  const char *reason;
  guint32 max_message;
  guint16 close_code;
  guint8 opcode;
  guint8 role;
  CallUtf8State utf8;
  /* A fragmented message of no bytes so far has no array, so the opcode alone cannot tell. */
  guint8 in_message;
  guint8 ended;
  guint8 deflate;
  guint8 compressed;
} CallWebsocketParser;

void
call_websocket_parser_init (CallWebsocketParser *self, CallWebsocketRole role, guint32 max_message);
void call_websocket_parser_clear (CallWebsocketParser *self);
CallWebsocketResult call_websocket_parser_feed (CallWebsocketParser *self,
                                                guint8 *data,
                                                gsize length,
                                                gsize *consumed,
                                                gsize *needed,
                                                CallWebsocketMessage *message);

gsize call_websocket_header_write (guint8 header[CALL_WEBSOCKET_HEADER_MAX],
                                   CallWebsocketOpcode opcode,
                                   gboolean fin,
                                   guint64 length);
GBytes *call_websocket_frame_new (CallWebsocketOpcode opcode, const void *data, gsize length);
GBytes *call_websocket_frame_new_close (guint16 code, const char *reason);
GBytes *call_websocket_frame_new_masked (CallWebsocketOpcode opcode,
                                         gboolean fin,
                                         guint32 mask,
                                         const void *data,
                                         gsize length);
void call_websocket_mask (guint8 *data, gsize length, const guint8 mask[4]);
gboolean call_websocket_close_code_is_valid (guint code);
char *call_websocket_accept_key (const char *key);

G_END_DECLS
