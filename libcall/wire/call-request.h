/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-record.h"

G_BEGIN_DECLS

/* The longest text of a message in bytes, and the most messages of one receipt. */
#define CALL_REQUEST_CONTENT_MAX 65536
#define CALL_REQUEST_IDS_MAX 500

/**
 * CallRequestKind:
 * @CALL_REQUEST_SUBSCRIBE: hear a channel: channel
 * @CALL_REQUEST_UNSUBSCRIBE: no longer: channel
 * @CALL_REQUEST_ENTER_WAITING_ROOM: appointment_id
 * @CALL_REQUEST_LEAVE_WAITING_ROOM: appointment_id
 * @CALL_REQUEST_CALL_MEDIA: microphone or camera switched: appointment_id, call_id, audio, video
 * @CALL_REQUEST_CALL_ALIVE: sign of life in a call: appointment_id, call_id, media
 * @CALL_REQUEST_CALL_ERROR: a client's trouble, for the audit: appointment_id, call_id, stage, code
 * @CALL_REQUEST_JOIN_GROUP: hear a conversation: group_id
 * @CALL_REQUEST_LEAVE_GROUP: no longer: group_id
 * @CALL_REQUEST_SEND_MESSAGE: group_id, content, message_kind, reply_to_id, temp_id
 * @CALL_REQUEST_MESSAGE_DELIVERED: message_ids
 * @CALL_REQUEST_MESSAGE_READ: message_ids, group_id
 *
 * What a client asks over Socket.IO (docs/protocol.md section 5), and the fields of each kind.
 */
typedef enum {
  CALL_REQUEST_SUBSCRIBE,
  CALL_REQUEST_UNSUBSCRIBE,
  CALL_REQUEST_ENTER_WAITING_ROOM,
  CALL_REQUEST_LEAVE_WAITING_ROOM,
  CALL_REQUEST_CALL_MEDIA,
  CALL_REQUEST_CALL_ALIVE,
  CALL_REQUEST_CALL_ERROR,
  CALL_REQUEST_JOIN_GROUP,
  CALL_REQUEST_LEAVE_GROUP,
  CALL_REQUEST_SEND_MESSAGE,
  CALL_REQUEST_MESSAGE_DELIVERED,
  CALL_REQUEST_MESSAGE_READ,
  /*< private >*/
  CALL_REQUEST_N_KINDS,
} CallRequestKind;

typedef struct _CallRequest CallRequest;

/**
 * CallRequest:
 * @record: the schema of the kind
 * @kind: which event it is
 * @channel: (nullable): a channel as the client named it
 * @appointment_id: (nullable): the appointment
 * @call_id: (nullable): the call
 * @group_id: (nullable): the conversation
 * @content: (nullable): the text of a message
 * @message_kind: a #CallMessageKind; text if the client did not say
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the client's own id of the message
 * @message_ids: (nullable): messages delivered or read
 * @stage: (nullable): where the trouble was
 * @code: (nullable): what it was
 * @audio: whether the microphone is on
 * @video: whether the camera is on
 * @media: whether packets came since the last sign of life
 *
 * Something a client asks. Fields a kind does not use are zero.
 */
struct _CallRequest {
  CallRecord record;
  CallRequestKind kind;
  char *channel;
  char *appointment_id;
  char *call_id;
  char *group_id;
  char *content;
  int message_kind;
  char *reply_to_id;
  char *temp_id;
  char **message_ids;
  char *stage;
  char *code;
  gboolean audio;
  gboolean video;
  gboolean media;
};

CallRequest *call_request_new (CallRequestKind kind);
CallRequest *call_request_ref (const CallRequest *request);
void call_request_unref (CallRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRequest, call_request_unref)

const char *call_request_kind_get_event (CallRequestKind kind);
const CallSchema *call_request_kind_get_schema (CallRequestKind kind);
gboolean call_request_kind_from_event (const char *event, CallRequestKind *kind);
char *call_request_to_json (const CallRequest *request);
CallRequest *call_request_from_json (const char *event, JsonNode *content, GError **error);
char *call_request_to_socketio (const CallRequest *request, gint64 ack_id);

/**
 * CallChannelKind:
 * @CALL_CHANNEL_UNKNOWN: no channel of ours
 * @CALL_CHANNEL_APPOINTMENT: appointments.<id>
 * @CALL_CHANNEL_USER: users.<id>
 * @CALL_CHANNEL_CONVERSATION: conversations.<id>
 *
 * What a channel's name stands for.
 */
typedef enum {
  CALL_CHANNEL_UNKNOWN,
  CALL_CHANNEL_APPOINTMENT,
  CALL_CHANNEL_USER,
  CALL_CHANNEL_CONVERSATION,
} CallChannelKind;

CallChannelKind call_channel_parse (const char *channel, const char **id);

G_END_DECLS
