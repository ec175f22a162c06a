/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/* The protocol version in the query, and the defaults of the reference server. */
#define CALL_ENGINEIO_VERSION 4
#define CALL_ENGINEIO_PING_INTERVAL_MS 25000
#define CALL_ENGINEIO_PING_TIMEOUT_MS 20000
#define CALL_ENGINEIO_UPGRADE_TIMEOUT_MS 10000
#define CALL_ENGINEIO_MAX_PAYLOAD 1000000
/* Between two packets of a polling body. */
#define CALL_ENGINEIO_SEPARATOR '\x1e'

/**
 * CallEngineioType:
 * @CALL_ENGINEIO_OPEN: the handshake
 * @CALL_ENGINEIO_CLOSE: the session ends
 * @CALL_ENGINEIO_PING: heartbeat of the server; "probe" of a client that switches
 * @CALL_ENGINEIO_PONG: its answer
 * @CALL_ENGINEIO_MESSAGE: what the session carries
 * @CALL_ENGINEIO_UPGRADE: the client has switched to this transport
 * @CALL_ENGINEIO_NOOP: ends a poll that waits
 *
 * Packet types; the value plus '0' is the character on the wire.
 */
typedef enum {
  CALL_ENGINEIO_OPEN,
  CALL_ENGINEIO_CLOSE,
  CALL_ENGINEIO_PING,
  CALL_ENGINEIO_PONG,
  CALL_ENGINEIO_MESSAGE,
  CALL_ENGINEIO_UPGRADE,
  CALL_ENGINEIO_NOOP,
} CallEngineioType;

/**
 * CallEngineioPacket:
 * @type: what it is
 * @binary: whether @data is binary; then @type is %CALL_ENGINEIO_MESSAGE
 * @data: what follows the type; not NUL-terminated, owned by the buffer it was read from
 * @length: bytes at @data
 *
 * One packet.
 */
typedef struct {
  CallEngineioType type;
  gboolean binary;
  const char *data;
  gsize length;
} CallEngineioPacket;

gboolean call_engineio_packet_parse (CallEngineioPacket *packet,
                                     const void *data,
                                     gsize length,
                                     gboolean binary,
                                     GError **error);

/**
 * CallEngineioPayload:
 *
 * A walk over the packets of a polling body. The fields are private; it needs no clearing if it is
 * walked to its end or to an error, and call_engineio_payload_clear() otherwise.
 */
typedef struct {
  const char *body;
  gsize left;
  guchar *decoded;
  gboolean more;
} CallEngineioPayload;

void call_engineio_payload_init (CallEngineioPayload *self, const void *body, gsize length);
gboolean
call_engineio_payload_next (CallEngineioPayload *self, CallEngineioPacket *packet, GError **error);
void call_engineio_payload_clear (CallEngineioPayload *self);
void call_engineio_payload_append (GString *body, const void *frame, gsize length, gboolean binary);
gsize call_engineio_payload_cost (gsize length, gboolean binary);

/**
 * CallEngineioHandshake:
 * @sid: the session, a secret
 * @upgrade: whether the client may switch to WebSocket
 * @ping_interval_ms: between a pong and the next ping
 * @ping_timeout_ms: how long the server waits for the pong
 * @max_payload: bytes of a message or of a polling body
 *
 * What the open packet says.
 */
typedef struct {
  char sid[64];
  gboolean upgrade;
  guint ping_interval_ms;
  guint ping_timeout_ms;
  guint max_payload;
} CallEngineioHandshake;

char *call_engineio_sid_new (void);
char *call_engineio_handshake_encode (const CallEngineioHandshake *handshake);
gboolean call_engineio_handshake_parse (CallEngineioHandshake *handshake,
                                        const CallEngineioPacket *packet,
                                        GError **error);

/**
 * CallEngineioRefusal:
 * @CALL_ENGINEIO_UNKNOWN_TRANSPORT: transport missing or not offered
 * @CALL_ENGINEIO_UNKNOWN_SID: no such session, or no longer
 * @CALL_ENGINEIO_BAD_METHOD: a handshake is a GET
 * @CALL_ENGINEIO_BAD_REQUEST: sid on the wrong transport, no Upgrade header, bad Origin
 * @CALL_ENGINEIO_FORBIDDEN: refused by the application
 * @CALL_ENGINEIO_BAD_VERSION: EIO is not 4
 *
 * Why an HTTP request is refused; the value is the `code` of the body.
 */
typedef enum {
  CALL_ENGINEIO_UNKNOWN_TRANSPORT,
  CALL_ENGINEIO_UNKNOWN_SID,
  CALL_ENGINEIO_BAD_METHOD,
  CALL_ENGINEIO_BAD_REQUEST,
  CALL_ENGINEIO_FORBIDDEN,
  CALL_ENGINEIO_BAD_VERSION,
} CallEngineioRefusal;

const char *call_engineio_refusal_message (CallEngineioRefusal refusal);
guint call_engineio_refusal_status (CallEngineioRefusal refusal);
const char *call_engineio_refusal_body (CallEngineioRefusal refusal);

/**
 * CallEngineioTransport:
 * @CALL_ENGINEIO_TRANSPORT_NONE: missing or unknown
 * @CALL_ENGINEIO_POLLING: long polling over HTTP
 * @CALL_ENGINEIO_WEBSOCKET: WebSocket
 *
 * What carries a session.
 */
typedef enum {
  CALL_ENGINEIO_TRANSPORT_NONE,
  CALL_ENGINEIO_POLLING,
  CALL_ENGINEIO_WEBSOCKET,
} CallEngineioTransport;

/**
 * CallEngineioQuery:
 * @version: EIO, 0 when it is missing or no number
 * @transport: transport
 * @sid: (nullable): sid, absent in a handshake
 * @base64: the client takes no binary WebSocket frames
 * @token: (nullable): the token of calld, when it comes in the query
 *
 * The query of a request to `/socket.io/`. Other members are ignored.
 */
typedef struct {
  int version;
  CallEngineioTransport transport;
  char *sid;
  gboolean base64;
  char *token;
} CallEngineioQuery;

void call_engineio_query_parse (CallEngineioQuery *query, const char *text);
void call_engineio_query_clear (CallEngineioQuery *query);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallEngineioQuery, call_engineio_query_clear)

G_END_DECLS
