/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-dto-private.h"

#include "call-enums.h"

/*
 * The members of the objects of the model as they are on the wire, one line each. The codecs read
 * and write by hand; these tables are what the documents say, and tests/clients/documents.test.mjs
 * holds them against what calld really answers.
 */

#define FIELD(name, Type, flags, extra)         \
  {                                             \
    name, 0, CALL_FIELD_##Type, flags, 0, extra \
  }
#define NEEDED(name, Type) FIELD (name, Type, CALL_FIELD_NEEDED, NULL)
#define MAYBE(name, Type) FIELD (name, Type, CALL_FIELD_MAYBE, NULL)
#define ENUM(name, flags, get_type) FIELD (name, ENUM, CALL_FIELD_##flags, get_type)
#define STRUCT(name, shape) FIELD (name, STRUCT, CALL_FIELD_NEEDED, &shape)
#define SHAPE(fields)                      \
  {                                        \
    0, fields, G_N_ELEMENTS (fields), NULL \
  }

static const CallField user_fields[] = {
  NEEDED ("id", ID),          NEEDED ("name", STRING),
  MAYBE ("email", STRING),    ENUM ("role", NEEDED, call_role_get_type),
  MAYBE ("timeZone", STRING),
};
const CallSchema call_dto_user_shape = SHAPE (user_fields);

static const CallField active_call_fields[] = {
  NEEDED ("callId", ID),       ENUM ("state", NEEDED, call_progress_get_type),
  NEEDED ("callerId", ID),     NEEDED ("calleeId", ID),
  NEEDED ("generation", UINT), NEEDED ("peers", MAP),
  MAYBE ("startedAt", TIME),   MAYBE ("requestedAt", TIME),
};
const CallSchema call_dto_active_call_shape = SHAPE (active_call_fields);

static const CallField participant_fields[] = {
  NEEDED ("id", ID),
  NEEDED ("name", STRING),
  ENUM ("role", NEEDED, call_role_get_type),
};
static const CallSchema participant_shape = SHAPE (participant_fields);

static const CallField waiter_fields[] = {
  NEEDED ("userId", ID),
  ENUM ("role", NEEDED, call_role_get_type),
  MAYBE ("since", TIME),
};
static const CallSchema waiter_shape = SHAPE (waiter_fields);
static const CallModelCodec waiter = { NULL, NULL, "Waiter", &waiter_shape };

static const CallField appointment_fields[] = {
  NEEDED ("id", ID),
  ENUM ("status", NEEDED, call_appointment_status_get_type),
  NEEDED ("scheduledAt", TIME),
  NEEDED ("durationMinutes", UINT),
  MAYBE ("opensAt", TIME),
  MAYBE ("closesAt", TIME),
  STRUCT ("doctor", participant_shape),
  STRUCT ("patient", participant_shape),
  MAYBE ("conversationId", ID),
  FIELD ("waiting", MODEL_LIST, CALL_FIELD_NEEDED, &waiter),
  FIELD ("call", MODEL, CALL_FIELD_MAYBE, &call_dto_active_call),
  MAYBE ("startedAt", TIME),
  MAYBE ("endedAt", TIME),
  MAYBE ("rescheduledTo", ID),
  MAYBE ("missing", WORD),
};
const CallSchema call_dto_appointment_shape = SHAPE (appointment_fields);

static const CallField message_fields[] = {
  NEEDED ("id", ID),
  NEEDED ("groupId", ID),
  NEEDED ("seq", INT),
  MAYBE ("revision", INT),
  NEEDED ("senderId", ID),
  MAYBE ("senderName", STRING),
  NEEDED ("content", STRING),
  ENUM ("type", NEEDED, call_message_kind_get_type),
  MAYBE ("replyToId", ID),
  FIELD ("replyTo", MODEL, CALL_FIELD_MAYBE, &call_dto_quote),
  FIELD ("file", MODEL, CALL_FIELD_MAYBE, &call_dto_file),
  MAYBE ("tempId", STRING),
  NEEDED ("createdAt", TIME),
  MAYBE ("editedAt", TIME),
  MAYBE ("deletedAt", TIME),
  MAYBE ("recalledAt", TIME),
  ENUM ("status", NEEDED, call_message_status_get_type),
};
const CallSchema call_dto_message_shape = SHAPE (message_fields);

static const CallField file_fields[] = {
  NEEDED ("id", ID),          NEEDED ("name", STRING), NEEDED ("mediaType", STRING),
  NEEDED ("size", INT),       MAYBE ("url", STRING),   MAYBE ("durationMs", INT),
  MAYBE ("waveform", STRING), MAYBE ("width", INT),    MAYBE ("height", INT),
  MAYBE ("status", WORD),
};
const CallSchema call_dto_file_shape = SHAPE (file_fields);

static const CallField quote_fields[] = {
  NEEDED ("id", ID),          NEEDED ("seq", INT),
  NEEDED ("senderId", ID),    MAYBE ("senderName", STRING),
  NEEDED ("content", STRING), ENUM ("type", NEEDED, call_message_kind_get_type),
};
const CallSchema call_dto_quote_shape = SHAPE (quote_fields);

static const CallField presence_fields[] = {
  NEEDED ("userId", ID),
  MAYBE ("userName", STRING),
  ENUM ("status", NEEDED, call_presence_status_get_type),
  MAYBE ("lastSeen", TIME),
};
const CallSchema call_dto_presence_shape = SHAPE (presence_fields);

static const CallField group_member_fields[] = {
  NEEDED ("userId", ID),
  MAYBE ("userName", STRING),
  ENUM ("role", NEEDED, call_group_role_get_type),
  MAYBE ("joinedAt", TIME),
  MAYBE ("deliveredSeq", INT),
  MAYBE ("readSeq", INT),
};
const CallSchema call_dto_group_member_shape = SHAPE (group_member_fields);

static const CallField group_fields[] = {
  NEEDED ("id", ID),
  ENUM ("type", NEEDED, call_group_kind_get_type),
  MAYBE ("name", STRING),
  NEEDED ("open", BOOL),
  ENUM ("role", NEEDED, call_group_role_get_type),
  FIELD ("members", MODEL_LIST, CALL_FIELD_MAYBE, &call_dto_group_member),
  NEEDED ("lastSeq", INT),
  NEEDED ("revision", INT),
  NEEDED ("unread", INT),
  FIELD ("lastMessage", MODEL, CALL_FIELD_MAYBE, &call_dto_message),
  MAYBE ("createdAt", TIME),
};
const CallSchema call_dto_group_shape = SHAPE (group_fields);

static const CallField audit_event_fields[] = {
  NEEDED ("seq", INT), NEEDED ("type", WORD),   MAYBE ("userId", ID),   MAYBE ("callId", ID),
  NEEDED ("at", TIME), NEEDED ("payload", RAW), MAYBE ("hash", STRING),
};
const CallSchema call_dto_audit_event_shape = SHAPE (audit_event_fields);

static const CallField ice_server_fields[] = {
  NEEDED ("urls", STRV),
  MAYBE ("username", STRING),
  MAYBE ("credential", STRING),
};
const CallSchema call_dto_ice_server_shape = SHAPE (ice_server_fields);
