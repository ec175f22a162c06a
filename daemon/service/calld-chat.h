/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-conversation.h"
#include "calld-rights.h"

#include "call-group.h"
#include "call-message.h"

G_BEGIN_DECLS

/**
 * CalldChatDraft:
 * @conversation_id: where
 * @content: what is said
 * @kind: what it is
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the sender's own id
 * @file: (nullable): what it carries, kept by the store already
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
  const CalldFileRecord *file;
  guint64 connection_id;
} CalldChatDraft;

/**
 * CalldChatMissed:
 * @messages: (element-type CallMessage): changed ones by revision, then new ones by sequence
 * @seq: the last sequence of them, or the one asked from
 * @revision: the revision up to which changes are in them
 * @more: whether to ask again from there
 *
 * What somebody missed.
 */
typedef struct {
  GPtrArray *messages;
  guint64 seq;
  guint64 revision;
  gboolean more;
} CalldChatMissed;

void calld_chat_missed_free (CalldChatMissed *missed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldChatMissed, calld_chat_missed_free)

/**
 * CalldGroupOrder:
 * @action: one of UPDATE, ADD_MEMBER, REMOVE_MEMBER, SET_ROLE, LEAVE and JOIN
 * @conversation_id: where
 * @user_ids: (nullable): whom it is about
 * @role: of SET_ROLE
 * @name: (nullable): of UPDATE; %NULL leaves it as it is
 * @open: of UPDATE: 0 or 1, -1 leaves it as it is
 *
 * A change of a group. Borrows everything.
 */
typedef struct {
  CalldGroupAction action;
  const char *conversation_id;
  const char *const *user_ids;
  CallGroupRole role;
  const char *name;
  int open;
} CalldGroupOrder;

/**
 * CalldGroupDraft:
 * @kind: group or direct
 * @name: (nullable): of a group
 * @open: whether anybody may join
 * @user_ids: who is in it besides the one who makes it; exactly one of a direct conversation
 * @temp_id: (nullable): the same again of the same user gives the same group
 *
 * A conversation to be made. Borrows everything.
 */
typedef struct {
  CallGroupKind kind;
  const char *name;
  gboolean open;
  const char *const *user_ids;
  const char *temp_id;
} CalldGroupDraft;

/* The most of a user's groups whose rooms a connection is put into by itself. */
#define CALLD_CHAT_ROOMS_MAX 200

/* @joined: whether @user_id came into the conversation or left it, before anybody is told. */
typedef void (*CalldChatMoved) (const char *topic,
                                const char *user_id,
                                gboolean joined,
                                gpointer user_data);

#define CALLD_TYPE_CHAT (calld_chat_get_type ())
G_DECLARE_FINAL_TYPE (CalldChat, calld_chat, CALLD, CHAT, GObject)

CalldChat *
calld_chat_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus);
void calld_chat_set_moved (CalldChat *self, CalldChatMoved func, gpointer user_data);
CalldConversations *calld_chat_get_conversations (CalldChat *self);

void calld_chat_require_member_async (CalldChat *self,
                                      CalldIdentity *who,
                                      const char *conversation_id,
                                      CalldGroupAction action,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
CalldConversation *
calld_chat_require_member_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_send_async (CalldChat *self,
                            CalldIdentity *who,
                            const CalldChatDraft *draft,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
CallMessage *calld_chat_send_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_list_async (CalldChat *self,
                            CalldIdentity *who,
                            const CalldMessageQuery *query,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GPtrArray *calld_chat_list_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_resume_async (CalldChat *self,
                              CalldIdentity *who,
                              const CalldResumeQuery *query,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
CalldChatMissed *calld_chat_resume_finish (CalldChat *self, GAsyncResult *result, GError **error);

/* calld-chat-change.c */
void calld_chat_change_async (CalldChat *self,
                              CalldIdentity *who,
                              CalldMessageChangeKind kind,
                              const char *message_id,
                              const char *content,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
CallMessage *calld_chat_change_finish (CalldChat *self, GAsyncResult *result, GError **error);

/* calld-chat-marks.c */
void calld_chat_mark_async (CalldChat *self,
                            CalldIdentity *who,
                            CallMessageStatus mark,
                            const char *const *message_ids,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean calld_chat_mark_finish (CalldChat *self, GAsyncResult *result, GError **error);

/* calld-chat-groups.c */
void calld_chat_create_async (CalldChat *self,
                              CalldIdentity *who,
                              const CalldGroupDraft *draft,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
void calld_chat_order_async (CalldChat *self,
                             CalldIdentity *who,
                             const CalldGroupOrder *order,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
CallGroup *calld_chat_group_finish (CalldChat *self, GAsyncResult *result, GError **error);
CallGroup *calld_chat_view_group (const CalldConversation *conversation, const char *user_id);

void calld_chat_list_groups_async (CalldChat *self,
                                   CalldIdentity *who,
                                   gint64 before,
                                   guint limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
GPtrArray *calld_chat_list_groups_finish (CalldChat *self, GAsyncResult *result, GError **error);

void calld_chat_list_rooms_async (CalldChat *self,
                                  CalldIdentity *who,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
char **calld_chat_list_rooms_finish (CalldChat *self, GAsyncResult *result, GError **error);

G_END_DECLS
