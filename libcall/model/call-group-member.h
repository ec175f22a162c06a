/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_GROUP_MEMBER (call_group_member_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallGroupMember, call_group_member, CALL, GROUP_MEMBER, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_group_member_get_user_id (CallGroupMember *self);
CALL_AVAILABLE_IN_ALL
const char *call_group_member_get_user_name (CallGroupMember *self);
CALL_AVAILABLE_IN_ALL
CallGroupRole call_group_member_get_role (CallGroupMember *self);
CALL_AVAILABLE_IN_ALL
gint64 call_group_member_get_delivered_seq (CallGroupMember *self);
CALL_AVAILABLE_IN_ALL
gint64 call_group_member_get_read_seq (CallGroupMember *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_group_member_get_joined_at (CallGroupMember *self);

G_END_DECLS
