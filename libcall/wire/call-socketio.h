/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-json.h"

G_BEGIN_DECLS

/* More attachments than this close the connection, as in the reference. */
#define CALL_SOCKETIO_MAX_ATTACHMENTS 10
/* No acknowledgement is asked for. */
#define CALL_SOCKETIO_NO_ACK (-1)

/**
 * CallSocketioType:
 * @CALL_SOCKETIO_CONNECT: enter a namespace, or the answer to it
 * @CALL_SOCKETIO_DISCONNECT: leave a namespace
 * @CALL_SOCKETIO_EVENT: an event
 * @CALL_SOCKETIO_ACK: the answer to an event
 * @CALL_SOCKETIO_CONNECT_ERROR: a namespace refuses
 * @CALL_SOCKETIO_BINARY_EVENT: an event with attachments
 * @CALL_SOCKETIO_BINARY_ACK: an answer with attachments
 *
 * Packet types; the value plus '0' is the character on the wire.
 */
typedef enum {
  CALL_SOCKETIO_CONNECT,
  CALL_SOCKETIO_DISCONNECT,
  CALL_SOCKETIO_EVENT,
  CALL_SOCKETIO_ACK,
  CALL_SOCKETIO_CONNECT_ERROR,
  CALL_SOCKETIO_BINARY_EVENT,
  CALL_SOCKETIO_BINARY_ACK,
} CallSocketioType;

/**
 * CallSocketioPacket:
 * @type: what it is
 * @nsp: the namespace, "/" if none was named
 * @ack_id: the number of the acknowledgement, or %CALL_SOCKETIO_NO_ACK
 * @data: (nullable): the content: an object of CONNECT and CONNECT_ERROR, an array of the others,
 *   absent in DISCONNECT and perhaps in CONNECT
 * @n_attachments: how many binary packets belong to it
 * @attachments: (nullable) (element-type GBytes): those that have come
 *
 * One packet. Use call_socketio_packet_clear().
 */
typedef struct {
  CallSocketioType type;
  char *nsp;
  gint64 ack_id;
  JsonNode *data;
  guint n_attachments;
  GPtrArray *attachments;
} CallSocketioPacket;

gboolean call_socketio_packet_parse (CallSocketioPacket *packet,
                                     const char *text,
                                     gsize length,
                                     GError **error);
gboolean
call_socketio_packet_attach (CallSocketioPacket *packet, GBytes *attachment, GError **error);
gboolean call_socketio_packet_is_complete (const CallSocketioPacket *packet);
void call_socketio_packet_clear (CallSocketioPacket *packet);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallSocketioPacket, call_socketio_packet_clear)

const char *call_socketio_packet_get_event (const CallSocketioPacket *packet);
JsonNode *call_socketio_packet_get_argument (const CallSocketioPacket *packet, guint index);
GBytes *call_socketio_packet_get_attachment (const CallSocketioPacket *packet,
                                             JsonNode *placeholder);
gboolean call_socketio_event_is_reserved (const char *event);
char *call_socketio_packet_get_token (const CallSocketioPacket *packet);
gboolean
call_socketio_packet_get_recovery (const CallSocketioPacket *packet, char **pid, char **offset);

/* Encoding. Each returns the text of an Engine.IO message, without its leading '4' unless said. */
char *call_socketio_packet_encode (const CallSocketioPacket *packet);
char *call_socketio_encode_connect (const char *nsp, const char *sid, const char *pid);
char *call_socketio_add_offset (const char *event, const char *offset);
char *call_socketio_encode_connect_auth (const char *nsp, const char *token);
char *call_socketio_encode_connect_error (const char *nsp, const char *message, const char *code);
char *call_socketio_encode_disconnect (const char *nsp);
char *call_socketio_encode_event (const char *nsp,
                                  gint64 ack_id,
                                  const char *event,
                                  const char *arguments);
char *call_socketio_encode_ack (const char *nsp, gint64 ack_id, const char *arguments);

G_END_DECLS
