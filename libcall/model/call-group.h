/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"
#include "call-message.h"

G_BEGIN_DECLS

#define CALL_TYPE_GROUP (call_group_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallGroup, call_group, CALL, GROUP, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_group_get_id (CallGroup *self);
CALL_AVAILABLE_IN_ALL
CallGroupKind call_group_get_kind (CallGroup *self);
CALL_AVAILABLE_IN_ALL
const char *call_group_get_name (CallGroup *self);
CALL_AVAILABLE_IN_ALL
gboolean call_group_is_open (CallGroup *self);
CALL_AVAILABLE_IN_ALL
CallGroupRole call_group_get_role (CallGroup *self);
CALL_AVAILABLE_IN_ALL
GPtrArray *call_group_get_members (CallGroup *self);
CALL_AVAILABLE_IN_ALL
gint64 call_group_get_last_seq (CallGroup *self);
CALL_AVAILABLE_IN_ALL
gint64 call_group_get_revision (CallGroup *self);
CALL_AVAILABLE_IN_ALL
gint64 call_group_get_unread (CallGroup *self);
CALL_AVAILABLE_IN_ALL
CallMessage *call_group_get_last_message (CallGroup *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_group_get_created_at (CallGroup *self);

G_END_DECLS
