/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"
#include "call-file.h"

G_BEGIN_DECLS

#define CALL_TYPE_MESSAGE (call_message_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallMessage, call_message, CALL, MESSAGE, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_message_get_id (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_group_id (CallMessage *self);
CALL_AVAILABLE_IN_ALL
gint64 call_message_get_seq (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_sender_id (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_sender_name (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_content (CallMessage *self);
CALL_AVAILABLE_IN_ALL
CallMessageKind call_message_get_kind (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_reply_to_id (CallMessage *self);
CALL_AVAILABLE_IN_ALL
const char *call_message_get_temp_id (CallMessage *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_message_get_created_at (CallMessage *self);
CALL_AVAILABLE_IN_ALL
CallMessageStatus call_message_get_status (CallMessage *self);
CALL_AVAILABLE_IN_ALL
gint64 call_message_get_revision (CallMessage *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_message_get_edited_at (CallMessage *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_message_get_deleted_at (CallMessage *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_message_get_recalled_at (CallMessage *self);
CALL_AVAILABLE_IN_ALL
CallMessage *call_message_get_reply_to (CallMessage *self);
CALL_AVAILABLE_IN_ALL
CallFile *call_message_get_file (CallMessage *self);

G_END_DECLS
