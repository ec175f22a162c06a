/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store"

#include "config.h"

#include "calld-store-private.h"
#include "calld-store-sqlite.h"

#include "call-error.h"

#define DEFAULT_APPOINTMENTS 500
#define DEFAULT_AUDIT 1000

/**
 * CalldStore:
 *
 * Where the clinic's data lives. Everything waits for a disk or a server, so everything is
 * asynchronous: a callback comes once, in the main context that asked. A write is on the disk when
 * its callback says so. A write that is cancelled before its turn is not done; later it is too
 * late, and the callback tells what happened. The queue is bounded; when it is full,
 * %CALL_ERROR_UNAVAILABLE.
 */
G_DEFINE_INTERFACE (CalldStore, calld_store, G_TYPE_OBJECT)

static void
calld_store_default_init (CalldStoreInterface *iface)
{
}

static void
job_free (gpointer data)
{
  CalldJob *job = data;

  calld_change_free (job->change);
  calld_message_record_free (job->message);
  calld_message_change_free (job->message_change);
  g_free (job->key);
  g_strfreev (job->keys);
  g_free (job);
}

CalldJob *
calld_job_new (CalldJobKind kind, const char *key)
{
  CalldJob *job = g_new0 (CalldJob, 1);

  job->kind = kind;
  job->key = g_strdup (key);
  return job;
}

void
calld_store_submit (CalldStore *self,
                    CalldJob *job,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task;

  g_return_if_fail (CALLD_IS_STORE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, calld_store_submit);
  g_task_set_task_data (task, job, job_free);
  /* What was committed must not be reported as cancelled. */
  g_task_set_check_cancellable (task, job->kind > CALLD_JOB_LAST_WRITE);
  CALLD_STORE_GET_IFACE (self)->submit (self, task);
}

gpointer
calld_store_take (CalldStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_store_open:
 * @database_url: as in the configuration, `sqlite:///absolute/path`
 * @audit: hashes the audit rows
 * @error: (optional): where to put why not
 *
 * Opens a database, makes it if there is none, brings its schema forward, and checks it if it was
 * not closed properly. This blocks: call it while starting.
 *
 * Returns: (transfer full) (nullable): the store
 */
CalldStore *
calld_store_open (const char *database_url, CalldAudit *audit, GError **error)
{
  static const char prefix[] = "sqlite://";

  if (!g_str_has_prefix (database_url, prefix)) {
    g_set_error_literal (
        error, CALL_ERROR, CALL_ERROR_INVALID,
        "DATABASE_URL names a kind of database that this program was not built for; "
        "it knows sqlite:///absolute/path.");
    return NULL;
  }
  return calld_store_sqlite_open (database_url + sizeof prefix - 1, audit, error);
}

/**
 * calld_store_close_async:
 * @self: a store
 * @cancellable: (nullable): does not stop the closing, only the waiting
 * @callback: called when everything is on the disk and the database is closed
 * @user_data: for @callback
 *
 * Does what is queued, then closes. What comes later is refused with %CALL_ERROR_UNAVAILABLE.
 */
void
calld_store_close_async (CalldStore *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, calld_store_close_async);
  CALLD_STORE_GET_IFACE (self)->close (self, task);
}

gboolean
calld_store_close_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * calld_store_get_stats:
 * @self: a store
 * @stats: (out caller-allocates): where to put the figures
 *
 * Tells how the store does. From any thread.
 */
void
calld_store_get_stats (CalldStore *self, CalldStoreStats *stats)
{
  CALLD_STORE_GET_IFACE (self)->get_stats (self, stats);
}

/**
 * calld_store_commit_async:
 * @self: a store
 * @change: (transfer full): what to write
 * @cancellable: (nullable): see #CalldStore
 * @callback: called when it is on the disk, or refused
 * @user_data: for @callback
 *
 * Writes all steps of @change, or none.
 */
void
calld_store_commit_async (CalldStore *self,
                          CalldChange *change,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_COMMIT, NULL);

  job->change = change;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_commit_finish:
 * @self: a store
 * @result: of the operation
 * @error: (optional): the guard that failed (see calld-change.h), or %CALL_ERROR_UNAVAILABLE
 *
 * Returns: %TRUE if it is on the disk
 */
gboolean
calld_store_commit_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
calld_store_get_user_async (CalldStore *self,
                            const char *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_USER, id), cancellable, callback,
                      user_data);
}

void
calld_store_get_user_by_email_async (CalldStore *self,
                                     const char *email,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_USER_BY_EMAIL, email), cancellable,
                      callback, user_data);
}

CalldUserRecord *
calld_store_get_user_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

void
calld_store_get_appointment_async (CalldStore *self,
                                   const char *id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_APPOINTMENT, id), cancellable, callback,
                      user_data);
}

void
calld_store_get_appointment_by_conversation_async (CalldStore *self,
                                                   const char *conversation_id,
                                                   GCancellable *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer user_data)
{
  calld_store_submit (self,
                      calld_job_new (CALLD_JOB_GET_APPOINTMENT_BY_CONVERSATION, conversation_id),
                      cancellable, callback, user_data);
}

CalldAppointmentRecord *
calld_store_get_appointment_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

void
calld_store_get_call_async (CalldStore *self,
                            const char *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_CALL, id), cancellable, callback,
                      user_data);
}

CalldCallRecord *
calld_store_get_call_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

void
calld_store_get_lease_async (CalldStore *self,
                             const char *name,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_LEASE, name), cancellable, callback,
                      user_data);
}

CalldLeaseRecord *
calld_store_get_lease_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

void
calld_store_get_setting_async (CalldStore *self,
                               const char *key,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_GET_SETTING, key), cancellable, callback,
                      user_data);
}

char *
calld_store_get_setting_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}

void
calld_store_list_users_async (CalldStore *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_USERS, NULL), cancellable, callback,
                      user_data);
}

void
calld_store_list_appointments_async (CalldStore *self,
                                     const CalldAppointmentQuery *query,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_APPOINTMENTS, query->user_id);

  job->appointments = *query;
  job->appointments.user_id = job->key;
  if (query->limit == 0)
    job->appointments.limit = DEFAULT_APPOINTMENTS;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_list_active_calls_async:
 * @self: a store
 * @appointment_id: (nullable): only of this appointment
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldCallRecord, the oldest first
 * @user_data: for @callback
 *
 * Lists the calls that have not ended, for jobs and for picking up after a crash.
 */
void
calld_store_list_active_calls_async (CalldStore *self,
                                     const char *appointment_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_ACTIVE_CALLS, appointment_id),
                      cancellable, callback, user_data);
}

/**
 * calld_store_list_audit_async:
 * @self: a store
 * @appointment_id: (nullable): only of this appointment; %NULL: the whole chain
 * @after_seq: only rows after this one
 * @limit: at most so many, 0: 1000
 * @cancellable: (nullable): see #CalldStore
 * @callback: called with the list of #CalldAuditRecord, by sequence
 * @user_data: for @callback
 */
void
calld_store_list_audit_async (CalldStore *self,
                              const char *appointment_id,
                              guint64 after_seq,
                              guint limit,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  CalldJob *job = calld_job_new (CALLD_JOB_LIST_AUDIT, appointment_id);

  job->after = after_seq;
  job->limit = limit > 0 ? limit : DEFAULT_AUDIT;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

void
calld_store_list_consents_async (CalldStore *self,
                                 const char *appointment_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  calld_store_submit (self, calld_job_new (CALLD_JOB_LIST_CONSENTS, appointment_id), cancellable,
                      callback, user_data);
}

/**
 * calld_store_list_finish:
 * @self: a store
 * @result: of any of the list operations
 * @error: (optional): where to put why not
 *
 * Returns: (transfer full) (nullable): the records; the array frees them
 */
GPtrArray *
calld_store_list_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return calld_store_take (self, result, error);
}
