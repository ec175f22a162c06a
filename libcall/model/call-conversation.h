/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-message.h"

G_BEGIN_DECLS

#define CALL_TYPE_CONVERSATION (call_conversation_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallConversation, call_conversation, CALL, CONVERSATION, GObject)

CALL_AVAILABLE_IN_ALL
CallConversation *call_conversation_new (const char *id);
CALL_AVAILABLE_IN_ALL
const char *call_conversation_get_id (CallConversation *self);
CALL_AVAILABLE_IN_ALL
gint64 call_conversation_get_last_seq (CallConversation *self);
CALL_AVAILABLE_IN_ALL
CallMessage *call_conversation_find (CallConversation *self, const char *id_or_temp_id);

G_END_DECLS
