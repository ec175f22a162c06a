/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-body.h"

#include "call-request.h"

/* The bodies of requests about conversations, and of their answers. */

#define NAME_MAX_BYTES 1024
#define TEMP_ID_MAX 128

#define TEXT(Struct, name, member, flags, limit) \
  CALL_MEMBER (Struct, name, member, STRING, flags, limit, NULL)
#define IDS(Struct, name, member, flags) CALL_MEMBER (Struct, name, member, ID_LIST, flags, 0, NULL)
#define ENUM(Struct, name, member, flags, get_type) \
  CALL_MEMBER (Struct, name, member, ENUM, flags, 0, get_type)
#define MODELS(Struct, name, member, codec) \
  CALL_MEMBER (Struct, name, member, MODEL_LIST, CALL_FIELD_NEEDED, 0, &codec)

static const CallField group_fields[] = {
  ENUM (CallGroupBody, "type", kind, CALL_FIELD_MAYBE, call_group_kind_get_type),
  TEXT (CallGroupBody, "name", name, CALL_FIELD_MAYBE, NAME_MAX_BYTES),
  CALL_MAYBE (CallGroupBody, "open", open, BOOL),
  IDS (CallGroupBody, "memberIds", member_ids, CALL_FIELD_MAYBE),
  TEXT (CallGroupBody, "tempId", temp_id, CALL_FIELD_MAYBE, TEMP_ID_MAX),
};
const CallSchema call_group_body = CALL_SCHEMA (CallGroupBody, group_fields);

static const CallField group_update_fields[] = {
  TEXT (CallGroupUpdateBody, "name", name, CALL_FIELD_NEEDED, NAME_MAX_BYTES),
  CALL_MAYBE (CallGroupUpdateBody, "open", open, BOOL),
};
const CallSchema call_group_update_body = CALL_SCHEMA (CallGroupUpdateBody, group_update_fields);

static const CallField members_fields[] = {
  IDS (CallMembersBody, "userIds", user_ids, CALL_FIELD_NEEDED),
};
const CallSchema call_members_body = CALL_SCHEMA (CallMembersBody, members_fields);

static const CallField member_role_fields[] = {
  ENUM (CallMemberRoleBody, "role", role, CALL_FIELD_NEEDED, call_group_role_get_type),
};
const CallSchema call_member_role_body = CALL_SCHEMA (CallMemberRoleBody, member_role_fields);

static const CallField edit_fields[] = {
  TEXT (CallEditBody, "content", content, CALL_FIELD_NEEDED, CALL_REQUEST_CONTENT_MAX),
};
const CallSchema call_edit_body = CALL_SCHEMA (CallEditBody, edit_fields);

static const CallField mark_fields[] = {
  CALL_MEMBER (CallMarkBody,
               "messageIds",
               message_ids,
               ID_LIST,
               CALL_FIELD_NEEDED,
               CALL_REQUEST_IDS_MAX,
               NULL),
};
const CallSchema call_mark_body = CALL_SCHEMA (CallMarkBody, mark_fields);

static const CallField groups_answer_fields[] = {
  MODELS (CallGroupsAnswer, "groups", groups, call_dto_group),
};
const CallSchema call_groups_answer = CALL_SCHEMA (CallGroupsAnswer, groups_answer_fields);

static const CallField group_answer_fields[] = {
  CALL_MEMBER (CallGroupAnswer, "group", group, MODEL, CALL_FIELD_NEEDED, 0, &call_dto_group),
};
const CallSchema call_group_answer = CALL_SCHEMA (CallGroupAnswer, group_answer_fields);

static const CallField missed_answer_fields[] = {
  MODELS (CallMissedAnswer, "messages", messages, call_dto_message),
  CALL_NEEDED (CallMissedAnswer, "seq", seq, INT),
  CALL_NEEDED (CallMissedAnswer, "revision", revision, INT),
  CALL_NEEDED (CallMissedAnswer, "more", more, BOOL),
};
const CallSchema call_missed_answer = CALL_SCHEMA (CallMissedAnswer, missed_answer_fields);

static const CallField receipts_answer_fields[] = {
  MODELS (CallReceiptsAnswer, "receipts", receipts, call_dto_group_member),
};
const CallSchema call_receipts_answer = CALL_SCHEMA (CallReceiptsAnswer, receipts_answer_fields);
