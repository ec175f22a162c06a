/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-bus.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-identity.h"
#include "calld-store.h"

#include "call-message.h"

G_BEGIN_DECLS

/**
 * CalldChatDraft:
 * @conversation_id: where
 * @content: what is said
 * @kind: what it is
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the sender's own id
 * @connection_id: the connection that sends it, which gets no copy; or 0
 *
 * A message to be sent. Borrows everything.
 */
typedef struct {
  const char *conversation_id;
  const char *content;
  CallMessageKind kind;
  const char *reply_to_id;
  const char *temp_id;
  guint64 connection_id;
} CalldChatDraft;

#define CALLD_TYPE_CHAT (calld_chat_get_type ())
G_DECLARE_FINAL_TYPE (CalldChat, calld_chat, CALLD, CHAT, GObject)

CalldChat *
calld_chat_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus);

void calld_chat_open_async (CalldChat *self,
                            CalldIdentity *who,
                            const char *conversation_id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
CalldAppointmentRecord *
calld_chat_open_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_send_async (CalldChat *self,
                            CalldIdentity *who,
                            const CalldChatDraft *draft,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
CallMessage *calld_chat_send_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_mark_async (CalldChat *self,
                            CalldIdentity *who,
                            CallMessageStatus mark,
                            const char *const *message_ids,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean calld_chat_mark_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_list_async (CalldChat *self,
                            CalldIdentity *who,
                            const CalldMessageQuery *query,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GPtrArray *calld_chat_list_finish (CalldChat *self, GAsyncResult *result, GError **error);

G_END_DECLS
