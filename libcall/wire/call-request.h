/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-record.h"
#include "call-socketio.h"

G_BEGIN_DECLS

/* The longest text of a message in bytes, and the most messages of one receipt. */
#define CALL_REQUEST_CONTENT_MAX 65536
#define CALL_REQUEST_IDS_MAX 500
/* The largest file an event carries; larger ones go over HTTP. */
#define CALL_REQUEST_FILE_MAX (100 * 1024 * 1024)

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
 * @CALL_REQUEST_EDIT_MESSAGE: message_id, content
 * @CALL_REQUEST_DELETE_MESSAGE: message_id
 * @CALL_REQUEST_RECALL_MESSAGE: take our own message back: message_id
 * @CALL_REQUEST_RESUME: what was missed in a conversation: group_id, seq, revision, limit
 * @CALL_REQUEST_TYPING_START: group_id
 * @CALL_REQUEST_TYPING_STOP: group_id
 * @CALL_REQUEST_UPDATE_STATUS: presence
 * @CALL_REQUEST_GET_ONLINE_USERS: group_id
 * @CALL_REQUEST_UPLOAD_FILE: a file as a message: file_name, file, file_size, group_id,
 *   message_kind, content, reply_to_id, temp_id, duration_ms
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
  CALL_REQUEST_EDIT_MESSAGE,
  CALL_REQUEST_DELETE_MESSAGE,
  CALL_REQUEST_RECALL_MESSAGE,
  CALL_REQUEST_RESUME,
  CALL_REQUEST_TYPING_START,
  CALL_REQUEST_TYPING_STOP,
  CALL_REQUEST_UPDATE_STATUS,
  CALL_REQUEST_GET_ONLINE_USERS,
  CALL_REQUEST_UPLOAD_FILE,
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
 * @message_kind: a #CallMessageKind; text if the client did not say, -1 for an upload whose type
 *   the server is to find
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the client's own id of the message
 * @message_ids: (nullable): messages delivered or read
 * @message_id: (nullable): the message to change
 * @seq: the last sequence the client knows
 * @revision: the last revision the client knows, or -1 to take that of @seq
 * @limit: at most so many messages, 0: as many as the server thinks good
 * @presence: a #CallPresenceStatus, or -1
 * @file_name: (nullable): the name of a file
 * @file: (nullable): what is in it
 * @file_size: how large the client says it is, 0 if it does not say
 * @duration_ms: how long it plays, 0 if the client does not say
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
  char *message_id;
  gint64 seq;
  gint64 revision;
  guint limit;
  int presence;
  char *file_name;
  GBytes *file;
  gint64 file_size;
  gint64 duration_ms;
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
gboolean call_request_kind_is_message (CallRequestKind kind);
char *call_request_to_json (const CallRequest *request);
CallRequest *call_request_from_json (const char *event, JsonNode *content, GError **error);
CallRequest *call_request_from_packet (const CallSocketioPacket *packet, GError **error);
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
