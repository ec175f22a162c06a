/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-json.h"

G_BEGIN_DECLS

/* A client says HEARTBEAT this often, and is forgotten after the other time without one. */
#define CALL_PEERJS_HEARTBEAT_MS 5000
#define CALL_PEERJS_ALIVE_TIMEOUT_MS 90000
/* A message to a peer that is not there waits this long before its sender gets EXPIRE. */
#define CALL_PEERJS_EXPIRE_TIMEOUT_MS 5000
#define CALL_PEERJS_ID_MAX 128

/**
 * CallPeerjsType:
 * @CALL_PEERJS_UNKNOWN: a type we do not know: ignore the message
 * @CALL_PEERJS_OPEN: server: the id is yours
 * @CALL_PEERJS_ERROR: server: refused, and why
 * @CALL_PEERJS_ID_TAKEN: server: somebody else has the id
 * @CALL_PEERJS_INVALID_KEY: server: wrong key
 * @CALL_PEERJS_HEARTBEAT: client: sign of life
 * @CALL_PEERJS_OFFER: a session description that offers
 * @CALL_PEERJS_ANSWER: a session description that answers
 * @CALL_PEERJS_CANDIDATE: an ICE candidate
 * @CALL_PEERJS_LEAVE: the peer is gone
 * @CALL_PEERJS_EXPIRE: server: an offer could not be delivered in time
 *
 * What a message of the relay is.
 */
typedef enum {
  CALL_PEERJS_UNKNOWN,
  CALL_PEERJS_OPEN,
  CALL_PEERJS_ERROR,
  CALL_PEERJS_ID_TAKEN,
  CALL_PEERJS_INVALID_KEY,
  CALL_PEERJS_HEARTBEAT,
  CALL_PEERJS_OFFER,
  CALL_PEERJS_ANSWER,
  CALL_PEERJS_CANDIDATE,
  CALL_PEERJS_LEAVE,
  CALL_PEERJS_EXPIRE,
} CallPeerjsType;

/**
 * CallPeerjsMessage:
 * @type: what it is
 * @src: (nullable): peer id of the sender; what a client writes there is not to be believed
 * @dst: (nullable): peer id of the receiver
 * @payload: (nullable): the content, passed on as it is
 *
 * A message of the relay.
 */
typedef struct {
  CallPeerjsType type;
  char *src;
  char *dst;
  JsonNode *payload;
} CallPeerjsMessage;

gboolean call_peerjs_message_parse (CallPeerjsMessage *message,
                                    const char *text,
                                    gsize length,
                                    GError **error);
char *call_peerjs_message_encode (const CallPeerjsMessage *message);
void call_peerjs_message_clear (CallPeerjsMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallPeerjsMessage, call_peerjs_message_clear)

char *call_peerjs_encode_notice (CallPeerjsType type, const char *msg);
char *call_peerjs_encode_bare (CallPeerjsType type, const char *src, const char *dst);
gboolean call_peerjs_type_is_relayed (CallPeerjsType type);
gboolean call_peerjs_id_is_valid (const char *id);

/**
 * CallPeerjsSignal:
 * @type: offer, answer or candidate
 * @connection_id: "mc_<callId>_<generation>"
 * @sdp: (nullable): of an offer or answer
 * @candidate: (nullable): of a candidate; an empty string ends the candidates
 * @sdp_mid: (nullable): the media of the candidate
 * @sdp_mline_index: its index
 * @appointment_id: (nullable): metadata of an offer
 * @call_id: (nullable): metadata of an offer, or else read from @connection_id
 * @generation: metadata of an offer, or else read from @connection_id; 0 if unknown
 *
 * The typed payload of an offer, an answer or a candidate (docs/protocol.md section 6).
 */
typedef struct {
  CallPeerjsType type;
  char *connection_id;
  char *sdp;
  char *candidate;
  char *sdp_mid;
  guint sdp_mline_index;
  char *appointment_id;
  char *call_id;
  guint generation;
} CallPeerjsSignal;

gboolean call_peerjs_signal_parse (CallPeerjsSignal *signal,
                                   const CallPeerjsMessage *message,
                                   GError **error);
char *call_peerjs_signal_encode (const CallPeerjsSignal *signal, const char *dst);
void call_peerjs_signal_clear (CallPeerjsSignal *signal);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallPeerjsSignal, call_peerjs_signal_clear)
char *call_peerjs_connection_id_new (const char *call_id, guint generation);

G_END_DECLS
