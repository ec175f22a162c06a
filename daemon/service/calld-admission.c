/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-admission"

#include "config.h"

#include "calld-admission.h"

#include "call-error.h"

/* A token says who somebody was when it was made; the store says whether they still are. */

static void
on_user (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldIdentity *claimed = g_task_get_task_data (task);
  g_autoptr (CalldUserRecord) user = NULL;
  g_autoptr (GError) error = NULL;

  user = calld_store_get_user_finish (CALLD_STORE (source), result, &error);
  if (user == NULL && !g_error_matches (error, CALL_ERROR, CALL_ERROR_NOT_FOUND))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (user == NULL)
    /* A token of a foreign issuer, for somebody we have no row of. */
    g_task_return_pointer (task, calld_identity_ref (claimed),
                           (GDestroyNotify) calld_identity_unref);
  else if (!user->active)
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAUTHORIZED,
                             "This account is not active");
  else
    g_task_return_pointer (task,
                           calld_identity_new (user->id, user->name, user->role, user->time_zone,
                                               claimed->appointment_id, claimed->expires_at),
                           (GDestroyNotify) calld_identity_unref);
}

/* Takes @claimed, or if that is %NULL @error, and @task. */
static void
look_up (CalldStore *store, CalldIdentity *claimed, GError *error, GTask *task)
{
  if (claimed == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_task_set_task_data (task, claimed, (GDestroyNotify) calld_identity_unref);
  calld_store_get_user_async (store, claimed->user_id, g_task_get_cancellable (task), on_user,
                              task);
}

/**
 * calld_admission_async:
 * @auth: verifies tokens
 * @store: knows the users
 * @token: (nullable): a token
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds out who holds @token, with the name and time zone of today, and only if still active.
 */
void
calld_admission_async (CalldAuth *auth,
                       CalldStore *store,
                       const char *token,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  CalldIdentity *claimed;
  GError *error = NULL;

  if (token == NULL)
    g_set_error_literal (&error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "Sign in first");
  claimed = token != NULL ? calld_auth_verify_token (auth, token, &error) : NULL;
  look_up (store, claimed, error, task);
}

/**
 * calld_admission_by_link_async:
 * @auth: verifies links
 * @store: knows the users
 * @link: what stands in the address of a file
 * @file_id: the file
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Like calld_admission_async(), for who has a signed address in place of a token.
 */
void
calld_admission_by_link_async (CalldAuth *auth,
                               CalldStore *store,
                               const char *link,
                               const char *file_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  CalldIdentity *claimed = calld_auth_verify_file_link (auth, link, file_id, &error);

  look_up (store, claimed, error, task);
}

/**
 * calld_admission_finish:
 * @result: the result
 * @error: %CALL_ERROR_UNAUTHORIZED, or what the store said
 *
 * Returns: (transfer full): who it is, or %NULL with @error
 */
CalldIdentity *
calld_admission_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
