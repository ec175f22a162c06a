/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-message.h"

G_BEGIN_DECLS

/* For call-message.c and call-message-live.c only. */

struct _CallMessage {
  GObject parent_instance;

  char *id;
  char *group_id;
  gint64 seq;
  char *sender_id;
  char *sender_name;
  char *content;
  CallMessageKind kind;
  char *reply_to_id;
  char *temp_id;
  GDateTime *created_at;
  CallMessageStatus status;
  gint64 revision;
  GDateTime *edited_at;
  GDateTime *deleted_at;
  GDateTime *recalled_at;
  CallMessage *reply_to;
  CallFile *file;
};

void call_message_absorb (CallMessage *self, CallMessage *fresh);
void call_message_change (CallMessage *self,
                          const char *content,
                          GDateTime *edited_at,
                          GDateTime *deleted_at,
                          GDateTime *recalled_at);
void call_message_set_status (CallMessage *self, CallMessageStatus status);

G_END_DECLS
