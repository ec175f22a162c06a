/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat-private.h"

#include "calld-view.h"

/* In which conversations somebody is. */

#define GROUPS_MAX 200

static CallGroup *
view_membership (const CalldMembershipRecord *record)
{
  const CalldConversationRecord *conversation = record->conversation;
  g_autoptr (GDateTime) created_at = calld_view_time (conversation->created_at);
  g_autoptr (CallMessage) last = record->last_message != NULL
                                     ? calld_view_message (record->last_message)
                                     : NULL;

  return g_object_new (CALL_TYPE_GROUP, "id", conversation->id, "kind", conversation->kind, "name",
                       record->peer_name != NULL ? record->peer_name : conversation->name,
                       "is-open", conversation->open, "role", record->role, "last-seq",
                       (gint64) conversation->last_seq, "revision", (gint64) conversation->revision,
                       "unread", (gint64) record->unread, "last-message", last, "created-at",
                       created_at, NULL);
}

static void
on_memberships (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  GPtrArray *groups;

  if (records == NULL) {
    g_task_return_error (task, error);
    return;
  }
  groups = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (groups, view_membership (records->pdata[i]));
  g_task_return_pointer (task, groups, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * calld_chat_list_groups_async:
 * @self: the chat
 * @who: who asks
 * @before: only those last talked in before this time, 0: no bound
 * @limit: at most so many, 0 or above 200: 200
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists somebody's conversations, the one talked in last first.
 */
void
calld_chat_list_groups_async (CalldChat *self,
                              CalldIdentity *who,
                              gint64 before,
                              guint limit,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  if (!calld_auth_can (who, CALLD_ACTION_LIST_GROUPS, NULL, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_list_memberships_async (self->store, who->user_id, before,
                                      limit > 0 ? MIN (limit, GROUPS_MAX) : GROUPS_MAX, cancellable,
                                      on_memberships, task);
}

/**
 * calld_chat_list_groups_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (element-type CallGroup): without members, or %NULL with @error
 */
GPtrArray *
calld_chat_list_groups_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_group_ids (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) ids = calld_store_list_finish (CALLD_STORE (source), result, &error);
  char **topics;

  if (ids == NULL) {
    g_task_return_error (task, error);
    return;
  }
  topics = g_new0 (char *, ids->len + 1);
  for (guint i = 0; i < ids->len; i++)
    topics[i] = calld_topic_conversation (ids->pdata[i]);
  g_task_return_pointer (task, topics, (GDestroyNotify) g_strfreev);
}

/**
 * calld_chat_list_rooms_async:
 * @self: the chat
 * @who: who connected
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the topics a connection hears without asking: the user's groups, at most
 * %CALLD_CHAT_ROOMS_MAX. What is between two people comes on the user's own topic.
 */
void
calld_chat_list_rooms_async (CalldChat *self,
                             CalldIdentity *who,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (!calld_auth_can (who, CALLD_ACTION_LIST_GROUPS, NULL, NULL)) {
    g_task_return_pointer (task, g_new0 (char *, 1), (GDestroyNotify) g_strfreev);
    g_object_unref (task);
    return;
  }
  calld_store_list_group_ids_async (self->store, who->user_id, CALLD_CHAT_ROOMS_MAX, cancellable,
                                    on_group_ids, task);
}

/**
 * calld_chat_list_rooms_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (array zero-terminated=1): topics, or %NULL with @error
 */
char **
calld_chat_list_rooms_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
