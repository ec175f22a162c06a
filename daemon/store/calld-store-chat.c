/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store"

#include "config.h"

#include "calld-store-private.h"

#define DEFAULT_MESSAGES 100
#define DEFAULT_GROUPS 200

/* What a store knows of conversations. */

/**
 * calld_store_append_message_async:
 * @self: a store
 * @message: what was said; its @seq is given by the store
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when it is on the disk, or refused
 * @user_data: for @callback
 *
 * Adds a message to its conversation. One with the same sender and @temp_id as an earlier one is
 * not stored again.
 */
void
calld_store_append_message_async (CalldStore *self,
                                  const CalldMessageRecord *message,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_APPEND_MESSAGE, NULL);

  job->message = calld_message_record_copy (message);
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_append_message_finish:
 * @self: a store
 * @result: of the operation
 * @repeated: (out) (optional): whether it had been stored before: do not publish it again
 * @error: (optional): %CALL_ERROR_NOT_FOUND for an unknown conversation or sender
 *
 * Returns: (transfer full) (nullable): the message as it is stored
 */
CalldMessageRecord *
calld_store_append_message_finish (CalldStore *self,
                                   GAsyncResult *result,
                                   gboolean *repeated,
                                   GError **error)
{
  if (repeated != NULL)
    *repeated = ((CalldJob *) g_task_get_task_data (G_TASK (result)))->repeated;
  return calld_store_take (self, result, error);
}

void
calld_store_list_messages_async (CalldStore *self,
                                 const CalldMessageQuery *query,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_MESSAGES, query->conversation_id);

  job->before = query->before;
  job->after = query->after;
  job->limit = query->limit > 0 ? query->limit : DEFAULT_MESSAGES;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_messages_by_id_async:
 * @self: a store
 * @ids: (array zero-terminated=1): message ids; unknown ones are left out
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldMessageRecord
 * @user_data: for @callback
 */
void
calld_store_list_messages_by_id_async (CalldStore *self,
                                       const char *const *ids,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_MESSAGES_BY_ID, NULL);

  job->keys = g_strdupv ((char **) ids);
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_members_async:
 * @self: a store
 * @conversation_id: a conversation
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldMemberRecord, the first to join first
 * @user_data: for @callback
 */
void
calld_store_list_members_async (CalldStore *self,
                                const char *conversation_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_MEMBERS, conversation_id), cancellable,
                      callback, user_data);
}

void
calld_store_list_receipts_async (CalldStore *self,
                                 const char *conversation_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_RECEIPTS, conversation_id), cancellable,
                      callback, user_data);
}

/**
 * calld_store_change_message_async:
 * @self: a store
 * @change: what happens to a message
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when it is on the disk, or refused
 * @user_data: for @callback
 *
 * Edits a message, deletes it or takes it back. That the user may is for the caller to know.
 */
void
calld_store_change_message_async (CalldStore *self,
                                  const CalldMessageChange *change,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_CHANGE_MESSAGE, NULL);

  job->message_change = calld_message_change_copy (change);
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_change_message_finish:
 * @self: a store
 * @result: of the operation
 * @repeated: (out) (optional): whether it was so before: do not publish it again
 * @error: (optional): %CALL_ERROR_NOT_FOUND for an unknown message, %CALL_ERROR_WRONG_STATE for one
 *   that is gone
 *
 * Returns: (transfer full) (nullable): the message as it is now
 */
CalldMessageRecord *
calld_store_change_message_finish (CalldStore *self,
                                   GAsyncResult *result,
                                   gboolean *repeated,
                                   GError **error)
{
  if (repeated != NULL)
    *repeated = ((CalldJob *) g_task_get_task_data (G_TASK (result)))->repeated;
  return calld_store_take (self, result, error);
}

/**
 * calld_store_get_conversation_async:
 * @self: a store
 * @id: a conversation
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets a conversation with its members and how far they have read.
 */
void
calld_store_get_conversation_async (CalldStore *self,
                                    const char *id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_CONVERSATION, id), cancellable, callback,
                      user_data);
}

CalldConversationRecord *
calld_store_get_conversation_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

/**
 * calld_store_list_memberships_async:
 * @self: a store
 * @user_id: a user
 * @before: only those whose last message, or themselves, are older; 0: no bound
 * @limit: at most so many, 0: 200
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldMembershipRecord, the last one talked in first
 * @user_data: for @callback
 */
void
calld_store_list_memberships_async (CalldStore *self,
                                    const char *user_id,
                                    gint64 before,
                                    guint limit,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_MEMBERSHIPS, user_id);

  job->before = (guint64) MAX (before, 0);
  job->limit = limit > 0 ? limit : DEFAULT_GROUPS;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_group_ids_async:
 * @self: a store
 * @user_id: a user
 * @limit: at most so many
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of ids (strings) of groups the user is a member of
 * @user_data: for @callback
 *
 * Lists the groups in whose rooms the user's connections belong; those joined last come first.
 */
void
calld_store_list_group_ids_async (CalldStore *self,
                                  const char *user_id,
                                  guint limit,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_GROUP_IDS, user_id);

  job->limit = limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_resume_async:
 * @self: a store
 * @query: from where, and how many messages at most; 0: 100
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets what came and what changed in a conversation since a moment a client knows, all as it is in
 * one instant.
 */
void
calld_store_resume_async (CalldStore *self,
                          const CalldResumeQuery *query,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_RESUME, query->conversation_id);

  job->after = query->seq;
  job->revision = query->revision;
  job->limit = query->limit > 0 ? query->limit : DEFAULT_MESSAGES;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

CalldResumeRecord *
calld_store_resume_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}
