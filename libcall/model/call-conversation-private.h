/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-conversation.h"

G_BEGIN_DECLS

/* How many messages are kept. Over it the oldest go: the store has them. */
#define CALL_CONVERSATION_MAX_MESSAGES 5000

CallMessage *call_conversation_add (CallConversation *self, CallMessage *message);
gboolean call_conversation_find_gap (CallConversation *self, gint64 *before);

G_END_DECLS
