/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-docs.h"

#include "call-dto.h"

/*
 * A member with the same name means the same everywhere; where it does not, a line with the owner
 * before the name ("User.name") says so. Whoever adds a member or an event adds a line here:
 * tests/libcall/wire-docs.c names what is missing.
 */

typedef struct {
  const char *name;
  const char *doc;
} MemberDoc;

static const MemberDoc members[] = {
  { "appointment", "The appointment as it is now" },
  { "appointmentId", "The appointment" },
  { "appointments", "By time" },
  { "at", "When it happened" },
  { "audio", "Whether the microphone is on" },
  { "autoAccept", "In development only: answer without asking" },
  { "by", "Who did it; absent when the server did" },
  { "call", "The active call, if there is one" },
  { "calleeId", "The user who is called" },
  { "callerId", "The user who calls" },
  { "callId", "The call" },
  { "channel", "appointments.<id>, users.<id> or conversations.<id>; “private-” may stand before" },
  { "checks", "Each part: “ok”, or what is wrong with it" },
  { "closesAt", "When the access window closes" },
  { "code", "A word for programs" },
  { "consent", "What was noted" },
  { "consents", "In the order in which they were given and withdrawn; the last of a kind counts" },
  { "content", "The text" },
  { "conversationId", "Its chat" },
  { "createdAt", "When it was stored" },
  { "credential", "Password for the TURN server, for a limited time" },
  { "deletedAt", "When it was deleted; its content is gone" },
  { "deletedBy", "Who deleted it" },
  { "deliveredSeq", "Up to which message it reached this member" },
  { "doctor", "Its doctor" },
  { "doctorId", "Its doctor" },
  { "duration", "Seconds in which media flowed" },
  { "durationMinutes", "How long it takes" },
  { "durationMs", "How long it plays, in milliseconds" },
  { "editedAt", "When its text was changed" },
  { "Egress.status", "LiveKit's word for how it stands" },
  { "egresses", "Those that are not over" },
  { "egressId", "LiveKit's id of it" },
  { "email", "In a user's own record only" },
  { "endedAt", "When it ended" },
  { "error", "What went wrong, a sentence" },
  { "events", "In the order in which they happened" },
  { "expiresAt", "Until when it is good" },
  { "field", "The member that was wrong" },
  { "file", "What it carries" },
  { "fileName", "The name of the file" },
  { "fileSize", "Its size in bytes" },
  { "from", "Who calls" },
  { "generation", "The number of the peer connection: each rebuilt one has the next" },
  { "given", "Whether it is a consent; if not, it is a withdrawal" },
  { "group", "The conversation as it is now" },
  { "groupId", "The conversation" },
  { "groups", "The one talked in last first" },
  { "hash", "Chains the row to the one before" },
  { "height", "How high a picture is, in pixels" },
  { "iceServers", "As RTCPeerConnection takes them" },
  { "id", "Its id" },
  { "joinedAt", "Since when" },
  { "kind", "To what: consultation, recording, ai_analysis" },
  { "language", "Of the text that was shown, BCP 47" },
  { "lastMessage", "The last one" },
  { "lastSeen", "When they were last online" },
  { "lastSeq", "The sequence of its last message" },
  { "limit", "At most so many" },
  { "link", "The part of a join link behind #" },
  { "live", "Whether the main loop turns" },
  { "media", "Whether packets came since the last sign of life" },
  { "mediaType", "As the server found it, image/png for one" },
  { "memberIds", "Who is in it besides the caller" },
  { "members", "Who is in it" },
  { "message", "The message" },
  { "messageId", "The message" },
  { "messageIds", "Messages" },
  { "messages", "By sequence" },
  { "missing", "Who did not come: doctor, patient or both" },
  { "mode", "How: clicked or recorded" },
  { "more", "Whether to ask again from there" },
  { "name", "Its name" },
  { "offer", "Whether this side offers" },
  { "open", "Whether anybody may join" },
  { "opensAt", "When the access window opens" },
  { "opensAtLocal", "The same in the user's time zone, for people" },
  { "participant", "The identity of whose track it is" },
  { "password", "The password" },
  { "patient", "Its patient" },
  { "patientId", "Its patient" },
  { "payload", "More of what happened" },
  { "peerId", "An address at the PeerJS relay" },
  { "peers", "User id to address at the PeerJS relay" },
  { "readBy", "Who read it" },
  { "readSeq", "Up to which message this member has read" },
  { "ready", "Whether it should get requests" },
  { "reason", "Why" },
  { "receipts", "Members, and how far each of them is" },
  { "recalledAt", "When its sender took it back; its content is gone" },
  { "recalledBy", "Who took it back" },
  { "reconnectAfterMs", "How long to stay away, in milliseconds; everybody is told another time" },
  { "replyTo", "The beginning of the message it answers" },
  { "replyToId", "The message it answers" },
  { "requestedAt", "When it began to ring" },
  { "rescheduledTo", "The appointment that took its place" },
  { "retryAfter", "In how many seconds to try again" },
  { "revision", "A number that grows with each change of a message in the conversation" },
  { "role", "In which role" },
  { "roomName", "The room at LiveKit" },
  { "scheduledAt", "When it begins" },
  { "senderId", "Who wrote it" },
  { "senderName", "The writer's name" },
  { "seq", "A number that grows by one" },
  { "since", "Since when" },
  { "size", "In bytes" },
  { "stage", "Where the trouble was, a word of a program" },
  { "startedAt", "When media first flowed" },
  { "state", "How far the call is" },
  { "status", "Its status" },
  { "success", "Always true" },
  { "tempId", "The sender's own id of the message; the same again is the same message" },
  { "textVersion", "Which text was shown" },
  { "timestamp", "When it happened" },
  { "timeZone", "IANA name" },
  { "token", "For the header Authorization, and for the socket" },
  { "trackId", "The track" },
  { "ttl", "Seconds for which the credential is good" },
  { "type", "What it is" },
  { "unread", "How many messages of others you have not read" },
  { "uptime", "Seconds since the start" },
  { "url", "The join link" },
  { "urls", "Addresses of the server" },
  { "user", "The user" },
  { "userId", "The user" },
  { "userIds", "Who they are" },
  { "username", "User for the TURN server" },
  { "userName", "Their name" },
  { "users", "Who they are" },
  { "version", "The version of the server" },
  { "video", "Whether the camera is on" },
  { "waiting", "Who is in the waiting room, or whether somebody is" },
  { "waveform", "One digit for each part of a voice message, 0 to 9" },
  { "who", "Whose media flows" },
  { "width", "How wide a picture is, in pixels" },

  { "call_error.code", "What it was, a word of a program" },

  /* GET /api/stats */
  { "accepted", "Connections accepted since the start" },
  { "activeCalls", "Calls that are not over" },
  { "alerts", "The alerts that hold" },
  { "answered", "Calls that were answered" },
  { "busy", "Requests that met an active call" },
  { "calls", "Calls since the start" },
  { "closedSlow", "Connections closed because they read too slowly" },
  { "commitP50Us", "Half of the transactions since the start took less" },
  { "commitP99Us", "99 % of the transactions since the start took less" },
  { "commits", "Transactions" },
  { "connectMeanMs", "From the answer to the first media, on average" },
  { "connected", "Calls in which media flowed" },
  { "connections", "Signed-in connections" },
  { "delivered", "Frames given to receivers" },
  { "deliveriesPerMinute", "Frames given to receivers" },
  { "droppedVolatile", "Typing and presence left out for slow readers" },
  { "durationMeanSeconds", "How long media flowed, on average" },
  { "eventP50Us", "Half of the events took less" },
  { "eventP99Us", "99 % of the events took less" },
  { "eventsPerMinute", "Events of clients" },
  { "failures", "Transactions that could not be written" },
  { "failuresPerMinute", "Those that failed by the server's fault" },
  { "frames", "Incomplete messages and bodies" },
  { "healthy", "Whether the last write succeeded" },
  { "httpConnections", "Connections with a request over HTTP" },
  { "httpP50Us", "Half of the requests took less" },
  { "httpP99Us", "99 % of the requests took less" },
  { "jobs", "Writes and readings" },
  { "latency", "Of the last minute, in microseconds" },
  { "maxConnections", "How many there may be" },
  { "memory", "Memory in bytes" },
  { "noAnswer", "Calls nobody answered" },
  { "noMedia", "Answered calls in which media never flowed, or stopped for good" },
  { "polls", "Clients that poll" },
  { "queued", "What waits" },
  { "refused", "Connections refused: too many" },
  { "requested", "Requests to call" },
  { "requestsPerMinute", "Requests over HTTP" },
  { "resident", "What the process takes" },
  { "rooms", "Rooms with a member" },
  { "store", "The database" },
  { "successPercent", "Of the answered calls, those in which media flowed" },
  { "throughput", "Of the last minute" },
  { "websockets", "Connections that speak WebSocket" },
  { "written", "Changes written" },

  { "connected.message", "A greeting" },
  { "Error.code", "A word for programs: see the table of errors" },
  { "Error.message", "An English sentence for people; translate by code" },
  { "Error.status", "The appointment's status, of wrong_status" },
  { "Error.callId", "The active call, of busy" },
  { "File.status", "Why there is nothing to fetch: infected or removed" },
  { "File.url", "Where it can be fetched" },
  { "message_edited.content", "The new text" },
  { "resume.revision", "The last one the client knows; absent: that of the message seq" },
  { "resume.seq", "The last one the client knows" },
  { "upload_file.file", "A binary attachment, base64 or a data: address" },
  { "User.name", "Their name" },
  { "active", "Whether anything is sent" },
  { "auth", "The secret of a Web Push subscription" },
  { "botId", "A bot: only what is said to it" },
  { "count", "How many messages" },
  { "endpoint", "Where the device listens" },
  { "failingSince", "Since when every attempt failed" },
  { "groupIds", "The groups it is put into" },
  { "keys", "The keys of a Web Push subscription" },
  { "kind", "web or desktop" },
  { "p256dh", "The public key of a Web Push subscription" },
  { "secret", "Signs what is sent; told once" },
  { "subscriptions", "The devices of the user" },
  { "webhooks", "All of them" },
};

typedef struct {
  const char *doc;
  const CallSchema *ack;
} RequestDoc;

#define FIELD(name, Type, flags, extra)         \
  {                                             \
    name, 0, CALL_FIELD_##Type, flags, 0, extra \
  }
#define ACK(fields)                        \
  {                                        \
    0, fields, G_N_ELEMENTS (fields), NULL \
  }

static const CallField appointment_ack_fields[] = {
  FIELD ("appointment", MODEL, CALL_FIELD_NEEDED, &call_dto_appointment),
};
static const CallSchema appointment_ack = ACK (appointment_ack_fields);
static const CallField generation_ack_fields[] = {
  FIELD ("generation", UINT, CALL_FIELD_NEEDED, NULL),
};
static const CallSchema generation_ack = ACK (generation_ack_fields);
static const CallField message_ack_fields[] = {
  FIELD ("message", MODEL, CALL_FIELD_NEEDED, &call_dto_message),
};
static const CallSchema message_ack = ACK (message_ack_fields);

static const CallField group_ack_fields[] = {
  FIELD ("group", MODEL, CALL_FIELD_MAYBE, &call_dto_group),
};
static const CallSchema group_ack = ACK (group_ack_fields);

static const CallField resume_ack_fields[] = {
  FIELD ("messages", MODEL_LIST, CALL_FIELD_NEEDED, &call_dto_message),
  FIELD ("seq", INT, CALL_FIELD_NEEDED, NULL),
  FIELD ("revision", INT, CALL_FIELD_NEEDED, NULL),
  FIELD ("more", BOOL, CALL_FIELD_NEEDED, NULL),
};
static const CallSchema resume_ack = ACK (resume_ack_fields);
static const CallField users_ack_fields[] = {
  FIELD ("users", MODEL_LIST, CALL_FIELD_NEEDED, &call_dto_presence),
};
static const CallSchema users_ack = ACK (users_ack_fields);

static const RequestDoc requests[CALL_REQUEST_N_KINDS] = {
  [CALL_REQUEST_SUBSCRIBE] = { "Hear what happens in a channel" },
  [CALL_REQUEST_UNSUBSCRIBE] = { "No longer hear a channel" },
  [CALL_REQUEST_ENTER_WAITING_ROOM] = { "Enter the waiting room of an appointment",
                                        &appointment_ack },
  [CALL_REQUEST_LEAVE_WAITING_ROOM] = { "Leave the waiting room" },
  [CALL_REQUEST_CALL_MEDIA] = { "Say that microphone or camera was switched" },
  [CALL_REQUEST_CALL_ALIVE] = { "A sign of life, every 10 s in a call", &generation_ack },
  [CALL_REQUEST_CALL_ERROR] = { "Tell of trouble with a call, for the audit" },
  [CALL_REQUEST_JOIN_GROUP] = { "Hear a conversation", &group_ack },
  [CALL_REQUEST_LEAVE_GROUP] = { "No longer hear a conversation" },
  [CALL_REQUEST_SEND_MESSAGE] = { "Say something in a conversation", &message_ack },
  [CALL_REQUEST_MESSAGE_DELIVERED] = { "Say that messages arrived" },
  [CALL_REQUEST_MESSAGE_READ] = { "Say that messages were read" },
  [CALL_REQUEST_EDIT_MESSAGE] = { "Change the text of one's own message", &message_ack },
  [CALL_REQUEST_DELETE_MESSAGE] = { "Delete a message", &message_ack },
  [CALL_REQUEST_RECALL_MESSAGE] = { "Take one's own message back, soon after it was sent",
                                    &message_ack },
  [CALL_REQUEST_RESUME] = { "Get what was missed in a conversation", &resume_ack },
  [CALL_REQUEST_TYPING_START] = { "Say that one is writing" },
  [CALL_REQUEST_TYPING_STOP] = { "Say that one no longer is" },
  [CALL_REQUEST_UPDATE_STATUS] = { "Say how reachable one is" },
  [CALL_REQUEST_GET_ONLINE_USERS] = { "Ask who of a conversation is there", &users_ack },
  [CALL_REQUEST_UPLOAD_FILE] = { "Send a file as a message", &message_ack },
};

static const char *const notices[CALL_NOTICE_N_KINDS] = {
  [CALL_NOTICE_CALL_REQUESTED] = "The other side calls",
  [CALL_NOTICE_CALL_ACCEPTED] = "The call was answered: the caller offers now",
  [CALL_NOTICE_CALL_STARTED] = "Media flows at one side",
  [CALL_NOTICE_CALL_REJOINED] = "A new generation of media: both sides begin anew",
  [CALL_NOTICE_CALL_LEFT] = "A side left; the visit goes on",
  [CALL_NOTICE_CALL_ENDED] = "The call is over",
  [CALL_NOTICE_CALL_CANCELLED] = "It was given up, declined, or not answered",
  [CALL_NOTICE_BUSY] = "A request met an active call",
  [CALL_NOTICE_NO_SHOW] = "The access window passed without a visit",
  [CALL_NOTICE_UPDATED] = "The appointment was made, moved or cancelled",
  [CALL_NOTICE_WAITING] = "Somebody entered or left the waiting room",
  [CALL_NOTICE_CALL_MEDIA] = "A side switched microphone or camera",
  [CALL_NOTICE_CONNECTED] = "The greeting after signing in",
  [CALL_NOTICE_NEW_MESSAGE] = "A message, to all members but the connection that sent it",
  [CALL_NOTICE_MESSAGE_SENT] = "To the connection that sent it: the message is stored",
  [CALL_NOTICE_MESSAGE_ERROR] = "To the connection that sent it: the message was refused",
  [CALL_NOTICE_MESSAGE_DELIVERED] = "To the sender: the message arrived",
  [CALL_NOTICE_MESSAGE_READ] = "To the sender: the message was read",
  [CALL_NOTICE_MESSAGE_EDITED] = "The text of a message was changed",
  [CALL_NOTICE_MESSAGE_DELETED] = "A message was deleted",
  [CALL_NOTICE_MESSAGE_RECALLED] = "A message was taken back by its sender",
  [CALL_NOTICE_USER_TYPING] = "Somebody writes",
  [CALL_NOTICE_USER_STOPPED_TYPING] = "Somebody writes no longer",
  [CALL_NOTICE_CONTACT_STATUS] = "Somebody came, went, or said how reachable they are",
  [CALL_NOTICE_ONLINE_USERS] = "Who of a conversation is there",
  [CALL_NOTICE_USER_JOINED_GROUP] = "A conversation has a new member",
  [CALL_NOTICE_USER_LEFT_GROUP] = "A conversation has a member less",
  [CALL_NOTICE_GROUP_UPDATED] = "A conversation is new to the receiver, or was changed",
  [CALL_NOTICE_TOKEN_EXPIRED] = "The token has ended, and with it the connection: sign in again",
  [CALL_NOTICE_SERVER_DRAINING] = "The server goes down: connect again after a while",
};

static const char *
find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_str_equal (members[i].name, name))
      return members[i].doc;
  return NULL;
}

/**
 * call_docs_get_member:
 * @owner: (nullable): the object or event it is in
 * @member: a member's name on the wire
 *
 * Returns: (nullable): what it means, %NULL if nobody wrote it down
 */
const char *
call_docs_get_member (const char *owner, const char *member)
{
  g_autofree char *full = owner != NULL ? g_strconcat (owner, ".", member, NULL) : NULL;
  const char *doc = full != NULL ? find (full) : NULL;

  return doc != NULL ? doc : find (member);
}

/**
 * call_docs_get_request:
 * @kind: what a client may ask
 *
 * Returns: (nullable): what it does, %NULL if nobody wrote it down
 */
const char *
call_docs_get_request (CallRequestKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_REQUEST_N_KINDS, NULL);

  return requests[kind].doc;
}

/**
 * call_docs_get_ack:
 * @kind: what a client may ask
 *
 * Returns: (transfer none) (nullable): what the acknowledgement has besides `ok`, %NULL for nothing
 */
const CallSchema *
call_docs_get_ack (CallRequestKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_REQUEST_N_KINDS, NULL);

  return requests[kind].ack;
}

/**
 * call_docs_get_notice:
 * @kind: what the server may tell
 *
 * Returns: (nullable): what it says, %NULL if nobody wrote it down
 */
const char *
call_docs_get_notice (CallNoticeKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_NOTICE_N_KINDS, NULL);

  return notices[kind];
}
