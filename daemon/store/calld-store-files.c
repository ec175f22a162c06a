/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store"

#include "config.h"

#include "calld-search-query.h"
#include "calld-store-private.h"

void
calld_store_get_file_async (CalldStore *self,
                            const char *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_FILE, id), cancellable, callback,
                      user_data);
}

CalldFileRecord *
calld_store_get_file_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_store_list_files_async:
 * @self: a store
 * @state: only files in this state
 * @before: only files announced before this time
 * @limit: at most so many
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldFileRecord, the oldest first
 * @user_data: for @callback
 *
 * Lists files that something is to be done with. Those whose bytes are gone are not among them.
 */
void
calld_store_list_files_async (CalldStore *self,
                              CalldFileState state,
                              gint64 before,
                              guint limit,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_FILES,
                                 call_enum_to_nick (CALLD_TYPE_FILE_STATE, (int) state));

  job->before = (guint64) MAX (before, 0);
  job->limit = limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_get_twin_async:
 * @self: a store
 * @file: a file with its etag
 * @since: milliseconds since 1970
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when done; ends with calld_store_get_file_finish()
 * @user_data: for @callback
 *
 * Finds a file with the same bytes that its user sent to the same conversation since then.
 */
void
calld_store_get_twin_async (CalldStore *self,
                            const CalldFileRecord *file,
                            gint64 since,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_GET_TWIN, NULL);
  const char *keys[] = { file->id, file->conversation_id, file->user_id,
                         file->etag != NULL ? file->etag : "", NULL };

  job->keys = g_strdupv ((char **) keys);
  job->after = (guint64) MAX (since, 0);
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_unindexed_async:
 * @self: a store
 * @limit: at most so many
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of ids
 * @user_data: for @callback
 *
 * Lists conversations with messages whose words are not in the index yet.
 */
void
calld_store_list_unindexed_async (CalldStore *self,
                                  guint limit,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_UNINDEXED, NULL);

  job->limit = limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_search_messages_async:
 * @self: a store
 * @query: what to look for
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldMessageRecord, the newest first
 * @user_data: for @callback
 *
 * Looks for words in the conversations of a user.
 */
void
calld_store_search_messages_async (CalldStore *self,
                                   const CalldSearchQuery *query,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_SEARCH_MESSAGES, query->conversation_id);
  g_autofree char *question = calld_search_query_build (query->text);
  const char *keys[] = { query->user_id, question != NULL ? question : "\"\"", NULL };

  job->keys = g_strdupv ((char **) keys);
  job->before = query->before > 0 ? (guint64) query->before : G_MAXINT64;
  job->limit = query->limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}
