/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-record.h"

G_BEGIN_DECLS

typedef struct _CallAppointment CallAppointment;
typedef struct _CallMessage CallMessage;
typedef struct _CallGroup CallGroup;

/**
 * CallNoticeKind:
 * @CALL_NOTICE_CALL_REQUESTED: somebody calls: person, peer_id, auto_accept
 * @CALL_NOTICE_CALL_ACCEPTED: the call was answered: person, peer_id
 * @CALL_NOTICE_CALL_STARTED: media flows at a side: person (id)
 * @CALL_NOTICE_CALL_REJOINED: a new generation of media: person, peer_id, generation
 * @CALL_NOTICE_CALL_LEFT: a side left, the visit goes on: person
 * @CALL_NOTICE_CALL_ENDED: the call is over: reason, duration, status
 * @CALL_NOTICE_CALL_CANCELLED: it never became a call: reason, person unless the server did it
 * @CALL_NOTICE_BUSY: a request met an active call
 * @CALL_NOTICE_NO_SHOW: the window passed: missing
 * @CALL_NOTICE_UPDATED: the appointment changed: appointment
 * @CALL_NOTICE_WAITING: somebody entered or left the waiting room: person, waiting
 * @CALL_NOTICE_CALL_MEDIA: a side muted or unmuted: person, audio, video
 * @CALL_NOTICE_CONNECTED: greeting of a connection: text, user_id
 * @CALL_NOTICE_NEW_MESSAGE: a message: message
 * @CALL_NOTICE_MESSAGE_SENT: our message is stored: temp_id, message
 * @CALL_NOTICE_MESSAGE_ERROR: our message was refused: temp_id, text
 * @CALL_NOTICE_MESSAGE_DELIVERED: a message reached its receiver: message_id, group_id
 * @CALL_NOTICE_MESSAGE_READ: a message was read: message_id, user_id, group_id
 * @CALL_NOTICE_MESSAGE_EDITED: its text is another: message_id, group_id, text, revision
 * @CALL_NOTICE_MESSAGE_DELETED: it is gone: message_id, group_id, user_id, revision
 * @CALL_NOTICE_MESSAGE_RECALLED: its sender took it back: message_id, group_id, user_id, revision
 * @CALL_NOTICE_USER_TYPING: somebody writes: user_id, user_name, group_id
 * @CALL_NOTICE_USER_STOPPED_TYPING: no longer: user_id, group_id
 * @CALL_NOTICE_CONTACT_STATUS: somebody came, went or said how reachable: user_id, presence
 * @CALL_NOTICE_ONLINE_USERS: who of a group is there: group_id, users
 * @CALL_NOTICE_USER_JOINED_GROUP: a new member: user_id, user_name, group_id
 * @CALL_NOTICE_USER_LEFT_GROUP: a member less: user_id, user_name, group_id
 * @CALL_NOTICE_GROUP_UPDATED: a group is new, or its name or a role changed: group
 * @CALL_NOTICE_TOKEN_EXPIRED: sign in again; the connection ends
 * @CALL_NOTICE_SERVER_DRAINING: connect again elsewhere: delay_ms
 *
 * What the server tells clients (docs/protocol.md section 5), with the fields each kind carries
 * besides appointment_id, call_id and at_ms.
 */
typedef enum {
  CALL_NOTICE_CALL_REQUESTED,
  CALL_NOTICE_CALL_ACCEPTED,
  CALL_NOTICE_CALL_STARTED,
  CALL_NOTICE_CALL_REJOINED,
  CALL_NOTICE_CALL_LEFT,
  CALL_NOTICE_CALL_ENDED,
  CALL_NOTICE_CALL_CANCELLED,
  CALL_NOTICE_BUSY,
  CALL_NOTICE_NO_SHOW,
  CALL_NOTICE_UPDATED,
  CALL_NOTICE_WAITING,
  CALL_NOTICE_CALL_MEDIA,
  CALL_NOTICE_CONNECTED,
  CALL_NOTICE_NEW_MESSAGE,
  CALL_NOTICE_MESSAGE_SENT,
  CALL_NOTICE_MESSAGE_ERROR,
  CALL_NOTICE_MESSAGE_DELIVERED,
  CALL_NOTICE_MESSAGE_READ,
  CALL_NOTICE_MESSAGE_EDITED,
  CALL_NOTICE_MESSAGE_DELETED,
  CALL_NOTICE_MESSAGE_RECALLED,
  CALL_NOTICE_USER_TYPING,
  CALL_NOTICE_USER_STOPPED_TYPING,
  CALL_NOTICE_CONTACT_STATUS,
  CALL_NOTICE_ONLINE_USERS,
  CALL_NOTICE_USER_JOINED_GROUP,
  CALL_NOTICE_USER_LEFT_GROUP,
  CALL_NOTICE_GROUP_UPDATED,
  CALL_NOTICE_TOKEN_EXPIRED,
  CALL_NOTICE_SERVER_DRAINING,
  /*< private >*/
  CALL_NOTICE_N_KINDS,
} CallNoticeKind;

/**
 * CallNoticePerson:
 * @id: user id
 * @name: (nullable): name, only where the protocol has it
 * @role: a #CallRole, or -1
 *
 * Who did it: the members "from", "by" and "who", and the one who waits.
 */
typedef struct {
  char *id;
  char *name;
  int role;
} CallNoticePerson;

typedef struct _CallNotice CallNotice;

/**
 * CallNotice:
 * @record: the schema of the kind
 * @kind: which event it is
 * @appointment_id: (nullable): the appointment
 * @call_id: (nullable): the call
 * @person: who did it; its id is %NULL when nobody is named
 * @peer_id: (nullable): address at the relay
 * @generation: number of the peer connection
 * @auto_accept: whether a client under development is to answer by itself
 * @reason: a #CallEndReason, or -1
 * @duration_seconds: how long media flowed
 * @status: a #CallAppointmentStatus, or -1
 * @missing: (nullable): doctor, patient or both
 * @waiting: whether the person waits now
 * @audio: whether the person's microphone is on
 * @video: whether the person's camera is on
 * @user_id: (nullable): the user greeted, or who has read, changed, joined, writes, …
 * @user_name: (nullable): the name of that user
 * @text: (nullable): the greeting, or what was wrong with a message, or its new text
 * @code: (nullable): what was wrong, as a word of docs/protocol.md section 2
 * @message_id: (nullable): a message
 * @group_id: (nullable): its conversation
 * @temp_id: (nullable): the sender's own id of a message
 * @retry_after: in how many seconds to try again, 0 if that is not known
 * @revision: which change of the conversation it was
 * @presence: a #CallPresenceStatus, or -1
 * @users: (nullable) (element-type CallPresence): who is there
 * @group: (nullable): a conversation as it is now
 * @success: always %TRUE in a notice that a message was sent
 * @delay_ms: when to connect again
 * @at_ms: when it happened, milliseconds since 1970
 * @appointment: (nullable): an appointment as it is now
 * @message: (nullable): a message
 *
 * Something the server tells. Fields a kind does not use are zero (-1 for enumerations). Fill a new
 * one in, then share it by reference without changing it.
 */
struct _CallNotice {
  CallRecord record;
  CallNoticeKind kind;
  char *appointment_id;
  char *call_id;
  CallNoticePerson person;
  char *peer_id;
  guint generation;
  gboolean auto_accept;
  int reason;
  gint64 duration_seconds;
  int status;
  char *missing;
  gboolean waiting;
  gboolean audio;
  gboolean video;
  char *user_id;
  char *user_name;
  char *text;
  char *code;
  char *message_id;
  char *group_id;
  char *temp_id;
  guint retry_after;
  gint64 revision;
  int presence;
  GPtrArray *users;
  CallGroup *group;
  gboolean success;
  guint delay_ms;
  gint64 at_ms;
  CallAppointment *appointment;
  CallMessage *message;
};

CallNotice *call_notice_new (CallNoticeKind kind);
CallNotice *call_notice_ref (const CallNotice *notice);
void call_notice_unref (CallNotice *notice);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallNotice, call_notice_unref)

const char *call_notice_kind_get_event (CallNoticeKind kind);
const CallSchema *call_notice_kind_get_schema (CallNoticeKind kind);
gboolean call_notice_kind_from_event (const char *event, CallNoticeKind *kind);
char *call_notice_to_json (const CallNotice *notice);
CallNotice *call_notice_from_json (const char *event, JsonNode *content, GError **error);
char *call_notice_to_socketio (const CallNotice *notice);

G_END_DECLS
