/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-notice.h"

#include "call-dto.h"
#include "call-error.h"
#include "call-socketio.h"

/* The longest text of a message in bytes. */
#define CONTENT_MAX 65536

#define NEEDED(name, member, Type) CALL_NEEDED (CallNotice, name, member, Type)
#define MAYBE(name, member, Type) CALL_MAYBE (CallNotice, name, member, Type)
#define ENUM(name, member, flags, get_type) \
  CALL_MEMBER (CallNotice, name, member, ENUM, flags, 0, get_type)
#define PERSON(name, flags, schema) \
  CALL_MEMBER (CallNotice, name, person, STRUCT, flags, 0, &schema)
#define MODEL(name, member, flags, codec) \
  CALL_MEMBER (CallNotice, name, member, MODEL, flags, 0, &codec)
#define PRESENCE(name, flags) ENUM (name, presence, flags, call_presence_status_get_type)
#define AT NEEDED ("at", at_ms, TIME)
#define APPOINTMENT NEEDED ("appointmentId", appointment_id, ID)
#define CALL APPOINTMENT, NEEDED ("callId", call_id, ID)

#define MESSAGE NEEDED ("messageId", message_id, ID), NEEDED ("groupId", group_id, ID)
#define REVISION NEEDED ("revision", revision, INT)

/* --- people ----------------------------------------------------------------------------------- */

#define PERSON_ID CALL_NEEDED (CallNoticePerson, "id", id, ID)
#define PERSON_NAME CALL_MAYBE (CallNoticePerson, "name", name, STRING)
#define PERSON_ROLE \
  CALL_MEMBER (CallNoticePerson, "role", role, ENUM, CALL_FIELD_MAYBE, 0, call_role_get_type)

static const CallField full_person_fields[] = { PERSON_ID, PERSON_NAME, PERSON_ROLE };
static const CallSchema full_person = CALL_SCHEMA (CallNoticePerson, full_person_fields);
static const CallField person_fields[] = { PERSON_ID, PERSON_ROLE };
static const CallSchema person = CALL_SCHEMA (CallNoticePerson, person_fields);
static const CallField bare_person_fields[] = { PERSON_ID };
static const CallSchema bare_person = CALL_SCHEMA (CallNoticePerson, bare_person_fields);

/* --- kinds ------------------------------------------------------------------------------------ */

static const CallField all[] = {
  MAYBE (NULL, appointment_id, STRING),
  MAYBE (NULL, call_id, STRING),
  PERSON (NULL, CALL_FIELD_MAYBE, full_person),
  MAYBE (NULL, peer_id, STRING),
  ENUM (NULL, reason, CALL_FIELD_MAYBE, call_end_reason_get_type),
  ENUM (NULL, status, CALL_FIELD_MAYBE, call_appointment_status_get_type),
  MAYBE (NULL, missing, STRING),
  MAYBE (NULL, user_id, STRING),
  MAYBE (NULL, text, STRING),
  MAYBE (NULL, message_id, STRING),
  MAYBE (NULL, group_id, STRING),
  MAYBE (NULL, temp_id, STRING),
  MAYBE (NULL, user_name, STRING),
  MAYBE (NULL, code, STRING),
  PRESENCE (NULL, CALL_FIELD_MAYBE),
  CALL_MEMBER (CallNotice, NULL, users, MODEL_LIST, CALL_FIELD_MAYBE, 0, &call_dto_presence),
  MODEL (NULL, group, CALL_FIELD_MAYBE, call_dto_group),
  MODEL (NULL, appointment, CALL_FIELD_MAYBE, call_dto_appointment),
  MODEL (NULL, message, CALL_FIELD_MAYBE, call_dto_message),
};
static const CallSchema whole = CALL_SCHEMA (CallNotice, all);

static const CallField requested_fields[] = {
  CALL,
  PERSON ("from", CALL_FIELD_NEEDED, full_person),
  NEEDED ("peerId", peer_id, PEER_ID),
  MAYBE ("autoAccept", auto_accept, BOOL),
  AT,
};
static const CallField accepted_fields[] = {
  CALL,
  PERSON ("by", CALL_FIELD_NEEDED, person),
  NEEDED ("peerId", peer_id, PEER_ID),
  AT,
};
static const CallField started_fields[] = {
  CALL,
  PERSON ("who", CALL_FIELD_NEEDED, bare_person),
  AT,
};
static const CallField rejoined_fields[] = {
  CALL,
  PERSON ("by", CALL_FIELD_NEEDED, person),
  NEEDED ("peerId", peer_id, PEER_ID),
  NEEDED ("generation", generation, UINT),
  AT,
};
static const CallField left_fields[] = {
  CALL,
  PERSON ("by", CALL_FIELD_NEEDED, person),
  AT,
};
static const CallField ended_fields[] = {
  CALL,
  ENUM ("reason", reason, CALL_FIELD_NEEDED, call_end_reason_get_type),
  NEEDED ("duration", duration_seconds, INT),
  ENUM ("status", status, CALL_FIELD_MAYBE, call_appointment_status_get_type),
  AT,
};
static const CallField cancelled_fields[] = {
  CALL,
  PERSON ("by", CALL_FIELD_MAYBE, person),
  ENUM ("reason", reason, CALL_FIELD_NEEDED, call_end_reason_get_type),
  AT,
};
static const CallField busy_fields[] = {
  APPOINTMENT,
  MAYBE ("callId", call_id, ID),
  AT,
};
static const CallField no_show_fields[] = {
  APPOINTMENT,
  MAYBE ("missing", missing, STRING),
  AT,
};
static const CallField updated_fields[] = {
  MODEL ("appointment", appointment, CALL_FIELD_NEEDED, call_dto_appointment),
};
static const CallField waiting_fields[] = {
  APPOINTMENT,
  NEEDED ("userId", person.id, ID),
  ENUM ("role", person.role, CALL_FIELD_NEEDED, call_role_get_type),
  MAYBE ("name", person.name, STRING),
  NEEDED ("waiting", waiting, BOOL),
  AT,
};
static const CallField media_fields[] = {
  CALL,
  PERSON ("by", CALL_FIELD_NEEDED, person),
  NEEDED ("audio", audio, BOOL),
  NEEDED ("video", video, BOOL),
  AT,
};
static const CallField connected_fields[] = {
  MAYBE ("message", text, STRING),
  NEEDED ("userId", user_id, ID),
  NEEDED ("timestamp", at_ms, TIME),
};
static const CallField new_message_fields[] = {
  MODEL (NULL, message, CALL_FIELD_INLINE, call_dto_message),
};
static const CallField sent_fields[] = {
  MAYBE ("tempId", temp_id, STRING),
  MODEL ("message", message, CALL_FIELD_NEEDED, call_dto_message),
  NEEDED ("success", success, BOOL),
};
static const CallField error_fields[] = {
  MAYBE ("tempId", temp_id, STRING), MAYBE ("messageId", message_id, ID),
  NEEDED ("error", text, STRING),    MAYBE ("code", code, WORD),
  NEEDED ("timestamp", at_ms, TIME), MAYBE ("retryAfter", retry_after, UINT),
};
static const CallField delivered_fields[] = {
  NEEDED ("messageId", message_id, ID),
  NEEDED ("groupId", group_id, ID),
  NEEDED ("timestamp", at_ms, TIME),
};
static const CallField read_fields[] = {
  NEEDED ("messageId", message_id, ID),
  NEEDED ("readBy", user_id, ID),
  NEEDED ("groupId", group_id, ID),
};
static const CallField edited_fields[] = {
  MESSAGE,
  CALL_MEMBER (CallNotice, "content", text, STRING, CALL_FIELD_NEEDED, CONTENT_MAX, NULL),
  NEEDED ("editedAt", at_ms, TIME),
  REVISION,
};
static const CallField deleted_fields[] = {
  MESSAGE,
  NEEDED ("deletedAt", at_ms, TIME),
  NEEDED ("deletedBy", user_id, ID),
  REVISION,
};
static const CallField recalled_fields[] = {
  MESSAGE,
  NEEDED ("recalledAt", at_ms, TIME),
  NEEDED ("recalledBy", user_id, ID),
  REVISION,
};
static const CallField user_in_group_fields[] = {
  NEEDED ("userId", user_id, ID),
  MAYBE ("userName", user_name, STRING),
  NEEDED ("groupId", group_id, ID),
};
static const CallField stopped_typing_fields[] = {
  NEEDED ("userId", user_id, ID),
  NEEDED ("groupId", group_id, ID),
};
static const CallField contact_status_fields[] = {
  NEEDED ("userId", user_id, ID),
  PRESENCE ("status", CALL_FIELD_NEEDED),
  NEEDED ("timestamp", at_ms, TIME),
};
static const CallField online_users_fields[] = {
  NEEDED ("groupId", group_id, ID),
  CALL_MEMBER (CallNotice, "users", users, MODEL_LIST, CALL_FIELD_NEEDED, 0, &call_dto_presence),
};
static const CallField group_updated_fields[] = {
  MODEL ("group", group, CALL_FIELD_NEEDED, call_dto_group),
};
static const CallField expired_fields[] = {
  NEEDED ("timestamp", at_ms, TIME),
};
static const CallField draining_fields[] = {
  NEEDED ("reconnectAfterMs", delay_ms, UINT),
};

typedef struct {
  const char *event;
  CallSchema schema;
} Kind;

#define EVENT(name, fields)                                      \
  {                                                              \
    name,                                                        \
    {                                                            \
      sizeof (CallNotice), fields, G_N_ELEMENTS (fields), &whole \
    }                                                            \
  }

static const Kind kinds[CALL_NOTICE_N_KINDS] = {
  [CALL_NOTICE_CALL_REQUESTED] = EVENT ("AppointmentCallRequested", requested_fields),
  [CALL_NOTICE_CALL_ACCEPTED] = EVENT ("AppointmentCallAccepted", accepted_fields),
  [CALL_NOTICE_CALL_STARTED] = EVENT ("AppointmentCallStarted", started_fields),
  [CALL_NOTICE_CALL_REJOINED] = EVENT ("AppointmentCallRejoined", rejoined_fields),
  [CALL_NOTICE_CALL_LEFT] = EVENT ("AppointmentCallLeft", left_fields),
  [CALL_NOTICE_CALL_ENDED] = EVENT ("AppointmentCallEnded", ended_fields),
  [CALL_NOTICE_CALL_CANCELLED] = EVENT ("AppointmentCallCancelled", cancelled_fields),
  [CALL_NOTICE_BUSY] = EVENT ("AppointmentBusy", busy_fields),
  [CALL_NOTICE_NO_SHOW] = EVENT ("AppointmentNoShow", no_show_fields),
  [CALL_NOTICE_UPDATED] = EVENT ("AppointmentUpdated", updated_fields),
  [CALL_NOTICE_WAITING] = EVENT ("AppointmentWaiting", waiting_fields),
  [CALL_NOTICE_CALL_MEDIA] = EVENT ("AppointmentCallMedia", media_fields),
  [CALL_NOTICE_CONNECTED] = EVENT ("connected", connected_fields),
  [CALL_NOTICE_NEW_MESSAGE] = EVENT ("new_message", new_message_fields),
  [CALL_NOTICE_MESSAGE_SENT] = EVENT ("message_sent", sent_fields),
  [CALL_NOTICE_MESSAGE_ERROR] = EVENT ("message_error", error_fields),
  [CALL_NOTICE_MESSAGE_DELIVERED] = EVENT ("message_delivered", delivered_fields),
  [CALL_NOTICE_MESSAGE_READ] = EVENT ("message_read", read_fields),
  [CALL_NOTICE_MESSAGE_EDITED] = EVENT ("message_edited", edited_fields),
  [CALL_NOTICE_MESSAGE_DELETED] = EVENT ("message_deleted", deleted_fields),
  [CALL_NOTICE_MESSAGE_RECALLED] = EVENT ("message_recalled", recalled_fields),
  [CALL_NOTICE_USER_TYPING] = EVENT ("user_typing", user_in_group_fields),
  [CALL_NOTICE_USER_STOPPED_TYPING] = EVENT ("user_stopped_typing", stopped_typing_fields),
  [CALL_NOTICE_CONTACT_STATUS] = EVENT ("contact_status_changed", contact_status_fields),
  [CALL_NOTICE_ONLINE_USERS] = EVENT ("online_users", online_users_fields),
  [CALL_NOTICE_USER_JOINED_GROUP] = EVENT ("user_joined_group", user_in_group_fields),
  [CALL_NOTICE_USER_LEFT_GROUP] = EVENT ("user_left_group", user_in_group_fields),
  [CALL_NOTICE_GROUP_UPDATED] = EVENT ("group_updated", group_updated_fields),
  [CALL_NOTICE_TOKEN_EXPIRED] = EVENT ("token_expired", expired_fields),
  [CALL_NOTICE_SERVER_DRAINING] = EVENT ("server_draining", draining_fields),
};

/**
 * call_notice_new:
 * @kind: which event it is
 *
 * Returns: (transfer full): a notice to be filled in
 */
CallNotice *
call_notice_new (CallNoticeKind kind)
{
  CallNotice *notice;

  g_return_val_if_fail ((guint) kind < CALL_NOTICE_N_KINDS, NULL);

  notice = call_record_new (&kinds[kind].schema);
  notice->kind = kind;
  notice->success = kind == CALL_NOTICE_MESSAGE_SENT;
  return notice;
}

/**
 * call_notice_ref:
 * @notice: a notice
 *
 * Returns: (transfer full): @notice
 */
CallNotice *
call_notice_ref (const CallNotice *notice)
{
  return call_record_ref ((gpointer) notice);
}

/**
 * call_notice_unref:
 * @notice: (transfer full): a notice
 *
 * Drops a reference.
 */
void
call_notice_unref (CallNotice *notice)
{
  call_record_unref (notice);
}

/**
 * call_notice_kind_get_event:
 * @kind: a kind
 *
 * Returns: the name of its event
 */
const char *
call_notice_kind_get_event (CallNoticeKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_NOTICE_N_KINDS, NULL);

  return kinds[kind].event;
}

/**
 * call_notice_kind_get_schema:
 * @kind: a kind
 *
 * Returns: (transfer none): the members of its argument
 */
const CallSchema *
call_notice_kind_get_schema (CallNoticeKind kind)
{
  g_return_val_if_fail ((guint) kind < CALL_NOTICE_N_KINDS, NULL);

  return &kinds[kind].schema;
}

/**
 * call_notice_kind_from_event:
 * @event: (nullable): the name of an event
 * @kind: (out): its kind
 *
 * Returns: %FALSE if servers send no such event
 */
gboolean
call_notice_kind_from_event (const char *event, CallNoticeKind *kind)
{
  for (int i = 0; event != NULL && i < CALL_NOTICE_N_KINDS; i++)
    if (g_str_equal (kinds[i].event, event)) {
      *kind = (CallNoticeKind) i;
      return TRUE;
    }
  return FALSE;
}

/**
 * call_notice_to_json:
 * @notice: a notice
 *
 * Returns: (transfer full): the argument of its event
 */
char *
call_notice_to_json (const CallNotice *notice)
{
  return call_record_to_json (notice);
}

/**
 * call_notice_from_json:
 * @event: (nullable): the name of an event
 * @content: (nullable): its argument
 * @error: where to put an error, which names the member that is wrong
 *
 * Reads what a server tells. A client passes over events it does not know.
 *
 * Returns: (transfer full) (nullable): the notice
 */
CallNotice *
call_notice_from_json (const char *event, JsonNode *content, GError **error)
{
  CallNoticeKind kind;
  JsonObject *object;
  CallNotice *notice;

  if (!call_notice_kind_from_event (event, &kind)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "No such event");
    return NULL;
  }
  object = call_json_node_get_object (content, "The content", error);
  notice = object != NULL ? call_record_read (&kinds[kind].schema, object, error) : NULL;
  if (notice != NULL)
    notice->kind = kind;
  return notice;
}

/**
 * call_notice_to_socketio:
 * @notice: a notice
 *
 * Returns: (transfer full): a Socket.IO packet in the namespace "/"
 */
char *
call_notice_to_socketio (const CallNotice *notice)
{
  g_autofree char *json = call_notice_to_json (notice);

  return call_socketio_encode_event (NULL, CALL_SOCKETIO_NO_ACK, kinds[notice->kind].event, json);
}
