/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat-private.h"

#include "calld-access.h"
#include "calld-log.h"
#include "calld-view.h"

#include "call-message-rules.h"
#include "call-notice.h"

/*
 * Conversations: groups, two people, and doctor and patient of an appointment, all in the same way.
 * Who may do what is the rights' to say, and for an appointment's chat the access policy's as well.
 * What decides is kept in memory (calld-conversation.h), so that a message costs the store nothing
 * but writing it.
 */

G_DEFINE_FINAL_TYPE (CalldChat, calld_chat, G_TYPE_OBJECT)

/* --- who may ---------------------------------------------------------------------------------- */

/* @message: the one it is about, or NULL; @target: the member it is about, or NULL. */
gboolean
calld_chat_check (CalldChat *self,
                  CalldIdentity *who,
                  const CalldConversation *conversation,
                  CalldGroupAction action,
                  const CalldMessageRecord *message,
                  const CalldMemberRecord *target,
                  GError **error)
{
  const CalldMemberRecord *member = calld_conversation_find (conversation, who->user_id);
  const CalldGroupSubject subject = {
    .kind = conversation->kind,
    .open = conversation->open,
    .is_member = member != NULL,
    .role = member != NULL ? member->role : CALL_GROUP_ROLE_MEMBER,
    .is_author = message != NULL && g_str_equal (message->sender_id, who->user_id),
    .target = target != NULL ? target->role : CALL_GROUP_ROLE_MEMBER,
  };

  /* The policy says more than that somebody is not in it. */
  return (conversation->appointment == NULL ||
          calld_access_check (self->config, who, CALL_ACTION_CHAT, conversation->appointment, NULL,
                              calld_clock_now_ms (self->clock), error)) &&
         calld_auth_can_in_group (who, action, &subject, error);
}

typedef struct {
  CalldIdentity *who;
  CalldGroupAction action;
} Question;

static void
question_free (Question *question)
{
  calld_identity_unref (question->who);
  g_free (question);
}

static void
on_conversation (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Question *question = g_task_get_task_data (task);
  g_autoptr (CalldConversation) conversation = NULL;
  GError *error = NULL;

  conversation = calld_conversations_get_finish (CALLD_CONVERSATIONS (source), result, &error);
  if (conversation == NULL ||
      !calld_chat_check (self, question->who, conversation, question->action, NULL, NULL, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&conversation),
                           (GDestroyNotify) calld_conversation_unref);
}

/**
 * calld_chat_require_member_async:
 * @self: the chat
 * @who: who asks
 * @conversation_id: about which conversation
 * @action: for what; %CALLD_GROUP_READ for looking into it
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets a conversation for somebody who may do @action in it. Nothing is read from the store for a
 * conversation in use.
 */
void
calld_chat_require_member_async (CalldChat *self,
                                 CalldIdentity *who,
                                 const char *conversation_id,
                                 CalldGroupAction action,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->who = calld_identity_ref (who);
  question->action = action;
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  calld_conversations_get_async (self->conversations, conversation_id, cancellable, on_conversation,
                                 task);
}

/**
 * calld_chat_require_member_finish:
 * @self: the chat
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND, %CALL_ERROR_NOT_PARTICIPANT, %CALL_ERROR_FORBIDDEN, or what the
 *   access policy said
 *
 * Returns: (transfer full): the conversation, or %NULL with @error
 */
CalldConversation *
calld_chat_require_member_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
calld_chat_publish (CalldChat *self,
                    const CalldConversation *conversation,
                    const CallNotice *notice,
                    guint64 except)
{
  g_auto (GStrv) topics = calld_conversation_get_topics (conversation);

  calld_bus_publish (self->bus, (const char *const *) topics, notice, CALLD_PUBLISH_NONE, except);
}

/* --- send ------------------------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  CalldMessageRecord *message;
  CalldConversation *conversation;
  guint64 connection_id;
  gint64 began_us;
} Sending;

static void
sending_free (Sending *sending)
{
  calld_identity_unref (sending->who);
  calld_message_record_free (sending->message);
  g_clear_pointer (&sending->conversation, calld_conversation_unref);
  g_free (sending);
}

static void
publish_message (CalldChat *self, Sending *sending, CallMessage *message)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_NEW_MESSAGE);

  notice->message = g_object_ref (message);
  notice->at_ms = sending->message->created_at;
  calld_chat_publish (self, sending->conversation, notice, sending->connection_id);
}

static void
on_appended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (CalldMessageRecord) stored = NULL;
  g_autoptr (CallMessage) message = NULL;
  gboolean repeated = FALSE;
  GError *error = NULL;

  stored = calld_store_append_message_finish (CALLD_STORE (source), result, &repeated, &error);
  if (stored == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (stored->file == NULL && sending->message->file != NULL)
    stored->file = calld_file_record_copy (sending->message->file);
  message = calld_view_message (stored);
  if (!repeated)
    publish_message (self, sending, message);
  calld_log_debug ("message_sent", .user_id = sending->who->user_id,
                   .connection_id = sending->connection_id,
                   .latency_us = calld_clock_monotonic_us (self->clock) - sending->began_us);
  g_task_return_pointer (task, g_steal_pointer (&message), g_object_unref);
}

/* Takes @task. */
static void
append (CalldChat *self, GTask *task, const CalldConversation *conversation)
{
  Sending *sending = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_chat_check (self, sending->who, conversation, CALLD_GROUP_SEND, NULL, NULL, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  sending->conversation = calld_conversation_ref ((CalldConversation *) conversation);
  calld_store_append_message_async (self->store, sending->message, NULL, on_appended, task);
}

static void
on_conversation_to_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (CalldConversation) conversation = calld_conversations_get_finish (
      CALLD_CONVERSATIONS (source), result, &error);

  if (conversation != NULL) {
    append (g_task_get_source_object (task), task, conversation);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_chat_send_async:
 * @self: the chat
 * @who: who says it
 * @draft: what
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Sends a message. The same temp_id of the same sender gives the same message again, and tells
 * nobody again.
 */
void
calld_chat_send_async (CalldChat *self,
                       CalldIdentity *who,
                       const CalldChatDraft *draft,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Sending *sending = g_new0 (Sending, 1);
  CalldConversation *conversation;
  GError *error = NULL;

  sending->who = calld_identity_ref (who);
  sending->connection_id = draft->connection_id;
  sending->began_us = calld_clock_monotonic_us (self->clock);
  sending->message = calld_message_record_new (draft->conversation_id, who->user_id, draft->content,
                                               draft->kind, draft->temp_id,
                                               calld_clock_now_ms (self->clock));
  sending->message->reply_to_id = g_strdup (draft->reply_to_id);
  if (draft->file != NULL)
    sending->message->file = calld_file_record_copy (draft->file);
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);
  g_task_set_check_cancellable (task, FALSE);
  if (!call_message_rules_check_content (draft->content, draft->kind, &error) ||
      (draft->temp_id != NULL && !call_message_rules_check_temp_id (draft->temp_id, &error))) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  conversation = calld_conversations_peek (self->conversations, draft->conversation_id);
  if (conversation != NULL)
    append (self, task, conversation);
  else
    calld_conversations_get_async (self->conversations, draft->conversation_id, cancellable,
                                   on_conversation_to_send, task);
}

/**
 * calld_chat_send_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the message as stored, or %NULL with @error
 */
CallMessage *
calld_chat_send_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- list ------------------------------------------------------------------------------------- */

GPtrArray *
calld_chat_view_messages (GPtrArray *records)
{
  GPtrArray *views = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (views, calld_view_message (records->pdata[i]));
  return views;
}

static void
on_messages (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) records = NULL;
  GError *error = NULL;

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, calld_chat_view_messages (records),
                           (GDestroyNotify) g_ptr_array_unref);
}

/* The conversation_id of a query under way is a copy. */
static void
message_query_free (CalldMessageQuery *query)
{
  g_free ((char *) query->conversation_id);
  g_free (query);
}

static void
on_opened_to_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  GError *error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (self, result,
                                                                                 &error);

  if (conversation == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_list_messages_async (self->store, g_task_get_task_data (task),
                                   g_task_get_cancellable (task), on_messages, task);
}

/**
 * calld_chat_list_async:
 * @self: the chat
 * @who: who reads
 * @query: which messages
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists messages by sequence.
 */
void
calld_chat_list_async (CalldChat *self,
                       CalldIdentity *who,
                       const CalldMessageQuery *query,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldMessageQuery *copy = g_memdup2 (query, sizeof *query);

  copy->conversation_id = g_strdup (query->conversation_id);
  g_task_set_task_data (task, copy, (GDestroyNotify) message_query_free);
  calld_chat_require_member_async (self, who, query->conversation_id, CALLD_GROUP_READ, cancellable,
                                   on_opened_to_list, task);
}

/**
 * calld_chat_list_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (element-type CallMessage): the messages, or %NULL with @error
 */
GPtrArray *
calld_chat_list_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- resume ----------------------------------------------------------------------------------- */

void
calld_chat_missed_free (CalldChatMissed *missed)
{
  g_ptr_array_unref (missed->messages);
  g_free (missed);
}

static void
on_resumed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (CalldResumeRecord) record = calld_store_resume_finish (CALLD_STORE (source), result,
                                                                    &error);
  CalldChatMissed *missed;

  if (record == NULL) {
    g_task_return_error (task, error);
    return;
  }
  missed = g_new0 (CalldChatMissed, 1);
  missed->messages = calld_chat_view_messages (record->messages);
  missed->seq = record->seq;
  missed->revision = record->revision;
  missed->more = record->more;
  g_task_return_pointer (task, missed, (GDestroyNotify) calld_chat_missed_free);
}

static void
resume_query_free (CalldResumeQuery *query)
{
  g_free ((char *) query->conversation_id);
  g_free (query);
}

static void
on_opened_to_resume (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  GError *error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (self, result,
                                                                                 &error);

  if (conversation == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_resume_async (self->store, g_task_get_task_data (task), g_task_get_cancellable (task),
                            on_resumed, task);
}

/**
 * calld_chat_resume_async:
 * @self: the chat
 * @who: who was away
 * @query: what they know
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gives exactly what came and what changed since then.
 */
void
calld_chat_resume_async (CalldChat *self,
                         CalldIdentity *who,
                         const CalldResumeQuery *query,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldResumeQuery *copy = g_memdup2 (query, sizeof *query);

  copy->conversation_id = g_strdup (query->conversation_id);
  g_task_set_task_data (task, copy, (GDestroyNotify) resume_query_free);
  calld_chat_require_member_async (self, who, query->conversation_id, CALLD_GROUP_READ, cancellable,
                                   on_opened_to_resume, task);
}

/**
 * calld_chat_resume_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): what was missed, or %NULL with @error
 */
CalldChatMissed *
calld_chat_resume_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
calld_chat_finalize (GObject *object)
{
  CalldChat *self = CALLD_CHAT (object);

  g_object_unref (self->conversations);
  calld_config_unref (self->config);
  g_object_unref (self->clock);
  g_object_unref (self->store);
  g_object_unref (self->bus);
  G_OBJECT_CLASS (calld_chat_parent_class)->finalize (object);
}

static void
calld_chat_class_init (CalldChatClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_chat_finalize;
}

static void
calld_chat_init (CalldChat *self)
{
}

/**
 * calld_chat_new:
 * @config: lead, grace, and how long messages can be taken back
 * @clock: the clock
 * @store: where messages are
 * @bus: where they are published
 *
 * Returns: (transfer full): the chat
 */
CalldChat *
calld_chat_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus)
{
  CalldChat *self = g_object_new (CALLD_TYPE_CHAT, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->conversations = calld_conversations_new (store, bus);
  return self;
}

/**
 * calld_chat_set_moved:
 * @self: the chat
 * @func: (nullable): called when somebody came into a group or left it
 * @user_data: for @func
 *
 * Whoever keeps connections puts those of the user into the room, or out of it.
 */
void
calld_chat_set_moved (CalldChat *self, CalldChatMoved func, gpointer user_data)
{
  self->moved = func;
  self->moved_data = user_data;
}

/**
 * calld_chat_get_conversations:
 * @self: the chat
 *
 * Returns: (transfer none): the conversations in use
 */
CalldConversations *
calld_chat_get_conversations (CalldChat *self)
{
  return self->conversations;
}
