/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat-private.h"

#include "calld-log.h"
#include "calld-view.h"

#include "call-message-rules.h"
#include "call-notice.h"

/* Messages that change after they were sent: edited, deleted, taken back. */

typedef struct {
  CalldIdentity *who;
  CalldMessageChange change;
  CalldMessageRecord *message; /* as it was */
  CalldConversation *conversation;
} Changing;

static void
changing_free (Changing *changing)
{
  calld_identity_unref (changing->who);
  calld_message_record_free (changing->message);
  g_clear_pointer (&changing->conversation, calld_conversation_unref);
  g_free (changing->change.message_id);
  g_free (changing->change.user_id);
  g_free (changing->change.content);
  g_free (changing);
}

static void
publish_change (CalldChat *self, const Changing *changing, const CalldMessageRecord *message)
{
  static const CallNoticeKind kinds[] = {
    [CALLD_MESSAGE_EDIT] = CALL_NOTICE_MESSAGE_EDITED,
    [CALLD_MESSAGE_DELETE] = CALL_NOTICE_MESSAGE_DELETED,
    [CALLD_MESSAGE_RECALL] = CALL_NOTICE_MESSAGE_RECALLED,
  };
  g_autoptr (CallNotice) notice = call_notice_new (kinds[changing->change.kind]);

  notice->message_id = g_strdup (message->id);
  notice->group_id = g_strdup (message->conversation_id);
  notice->user_id = g_strdup (changing->who->user_id);
  notice->revision = (gint64) message->revision;
  notice->at_ms = changing->change.at;
  if (changing->change.kind == CALLD_MESSAGE_EDIT)
    notice->text = g_strdup (message->content);
  calld_chat_publish (self, changing->conversation, notice, 0);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Changing *changing = g_task_get_task_data (task);
  gboolean repeated = FALSE;
  GError *error = NULL;
  g_autoptr (CalldMessageRecord) message = calld_store_change_message_finish (
      CALLD_STORE (source), result, &repeated, &error);

  if (message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (!repeated)
    publish_change (self, changing, message);
  calld_log_info ("message_changed", .user_id = changing->who->user_id);
  g_task_return_pointer (task, calld_view_message (message), g_object_unref);
}

static gboolean
check_change (CalldChat *self, const Changing *changing, GError **error)
{
  static const CalldGroupAction actions[] = {
    [CALLD_MESSAGE_EDIT] = CALLD_GROUP_EDIT_MESSAGE,
    [CALLD_MESSAGE_DELETE] = CALLD_GROUP_DELETE_MESSAGE,
    [CALLD_MESSAGE_RECALL] = CALLD_GROUP_RECALL_MESSAGE,
  };
  const CallMessageRules rules = { self->config->message_recall_seconds };
  const CalldMessageRecord *message = changing->message;

  if (!calld_chat_check (self, changing->who, changing->conversation,
                         actions[changing->change.kind], message, NULL, error))
    return FALSE;
  if (changing->change.kind == CALLD_MESSAGE_EDIT)
    return call_message_rules_may_edit (message->kind, changing->change.content, error);
  /* What is gone already stays gone, however late it is said again. */
  return changing->change.kind == CALLD_MESSAGE_DELETE || message->recalled_at > 0 ||
         call_message_rules_may_recall (&rules, message->created_at, changing->change.at, error);
}

static void
on_conversation_to_change (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Changing *changing = g_task_get_task_data (task);
  GError *error = NULL;

  changing->conversation = calld_conversations_get_finish (CALLD_CONVERSATIONS (source), result,
                                                           &error);
  if (changing->conversation != NULL && check_change (self, changing, &error)) {
    calld_store_change_message_async (self->store, &changing->change, NULL, on_changed, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
on_message_to_change (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Changing *changing = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) found = calld_store_list_finish (CALLD_STORE (source), result, &error);

  if (found != NULL && found->len == 0)
    g_set_error_literal (&error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such message.");
  if (error != NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  changing->message = calld_message_record_copy (found->pdata[0]);
  calld_conversations_get_async (self->conversations, changing->message->conversation_id, NULL,
                                 on_conversation_to_change, task);
}

/**
 * calld_chat_change_async:
 * @self: the chat
 * @who: who does it
 * @kind: edit, delete, or take back
 * @message_id: which message
 * @content: (nullable): the new text of an edit
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes a message and tells everybody in the conversation. What is so already is not told again.
 */
void
calld_chat_change_async (CalldChat *self,
                         CalldIdentity *who,
                         CalldMessageChangeKind kind,
                         const char *message_id,
                         const char *content,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Changing *changing = g_new0 (Changing, 1);
  const char *const ids[] = { message_id, NULL };

  changing->who = calld_identity_ref (who);
  changing->change.kind = kind;
  changing->change.message_id = g_strdup (message_id);
  changing->change.user_id = g_strdup (who->user_id);
  changing->change.content = g_strdup (content);
  changing->change.at = calld_clock_now_ms (self->clock);
  g_task_set_task_data (task, changing, (GDestroyNotify) changing_free);
  g_task_set_check_cancellable (task, FALSE);
  calld_store_list_messages_by_id_async (self->store, ids, cancellable, on_message_to_change, task);
}

/**
 * calld_chat_change_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the message as it is now, or %NULL with @error
 */
CallMessage *
calld_chat_change_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
