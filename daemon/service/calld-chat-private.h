/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-chat.h"

G_BEGIN_DECLS

/* Shared by the files of the chat. */

struct _CalldChat {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldConversations *conversations;
  CalldChatMoved moved;
  gpointer moved_data;
};

gboolean calld_chat_check (CalldChat *self,
                           CalldIdentity *who,
                           const CalldConversation *conversation,
                           CalldGroupAction action,
                           const CalldMessageRecord *message,
                           const CalldMemberRecord *target,
                           GError **error);
void calld_chat_publish (CalldChat *self,
                         const CalldConversation *conversation,
                         const CallNotice *notice,
                         guint64 except);
GPtrArray *calld_chat_view_messages (GPtrArray *records);

G_END_DECLS
