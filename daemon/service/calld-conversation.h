/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-store.h"

G_BEGIN_DECLS

/**
 * CalldConversation:
 * @id: its id
 * @topic: where it is published
 * @kind: what kind it is
 * @name: (nullable): of a group
 * @open: whether anybody may join
 * @created_at: when it was made
 * @appointment: (nullable): whose chat it is
 * @members: (element-type CalldMemberRecord): who is in it; their marks move, all else stays
 *
 * A conversation in memory, reference counted: what it takes to decide about a message and to tell
 * its members, without asking the store. Whoever keeps one sees who was in it then.
 */
typedef struct {
  char *id;
  char *topic;
  CallGroupKind kind;
  char *name;
  gboolean open;
  gint64 created_at;
  CalldAppointmentRecord *appointment;
  GPtrArray *members;
  GHashTable *by_user; /* user id → CalldMemberRecord, borrowed */
} CalldConversation;

CalldConversation *calld_conversation_ref (CalldConversation *self);
void calld_conversation_unref (CalldConversation *self);
CalldMemberRecord *calld_conversation_find (const CalldConversation *self, const char *user_id);
char **calld_conversation_get_topics (const CalldConversation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldConversation, calld_conversation_unref)

/* The most that are kept: conversations, and members of them together. */
#define CALLD_CONVERSATIONS_MAX 4096
#define CALLD_CONVERSATIONS_MEMBERS_MAX 200000

#define CALLD_TYPE_CONVERSATIONS (calld_conversations_get_type ())
G_DECLARE_FINAL_TYPE (CalldConversations, calld_conversations, CALLD, CONVERSATIONS, GObject)

CalldConversations *calld_conversations_new (CalldStore *store, CalldBus *bus);
void calld_conversations_set_bounds (CalldConversations *self, guint conversations, guint members);
CalldConversation *calld_conversations_peek (CalldConversations *self, const char *id);
void calld_conversations_get_async (CalldConversations *self,
                                    const char *id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CalldConversation *
calld_conversations_get_finish (CalldConversations *self, GAsyncResult *result, GError **error);
void calld_conversations_forget (CalldConversations *self, const char *id);
void calld_conversations_note_marks (CalldConversations *self, const CalldReceiptRecord *receipt);
guint calld_conversations_get_size (CalldConversations *self);

G_END_DECLS
