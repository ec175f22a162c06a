/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-client-private.h"

static void
on_signed_in (CallClient *self, GTask *task, gpointer record)
{
  CallLoginAnswer *answer = record;

  call_client_set_identity (self, answer->token, answer->user);
  if (answer->appointment != NULL)
    call_appointment_list_take (self->appointments, answer->appointment);
  g_task_return_boolean (task, TRUE);
}

static void
on_me (CallClient *self, GTask *task, gpointer record)
{
  CallMeAnswer *answer = record;

  call_client_set_identity (self, g_task_get_task_data (task), answer->user);
  g_task_return_boolean (task, TRUE);
}

/* A sign-in begins as a stranger: an older token must not go along with it. */
static GTask *
begin_sign_in (CallClient *self,
               GCancellable *cancellable,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  call_client_sign_out (self);
  return g_task_new (self, cancellable, callback, user_data);
}

/**
 * call_client_sign_in_async:
 * @self: a client
 * @email: the user's e-mail address
 * @password: the password; not kept
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Signs in with an e-mail address and a password. Whoever was signed in is signed out first.
 *
 * The error is %CALL_ERROR_BAD_CREDENTIALS if they are wrong, %CALL_ERROR_RATE_LIMITED after too
 * many attempts, %CALL_ERROR_UNAVAILABLE if the server cannot be reached.
 */
void
call_client_sign_in_async (CallClient *self,
                           const char *email,
                           const char *password,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task;
  CallLoginBody *body;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (email != NULL && password != NULL);

  task = begin_sign_in (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_sign_in_async);
  body = call_record_new (&call_login_body);
  body->email = g_strdup (email);
  body->password = g_strdup (password);
  call_client_rest (self, task, "POST", "api/auth/login", body, &call_login_answer, on_signed_in);
}

/**
 * call_client_sign_in_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.sign_in_async].
 *
 * Returns: %TRUE if the user is signed in
 */
gboolean
call_client_sign_in_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * call_client_sign_in_with_token_async:
 * @self: a client
 * @token: a token from an earlier sign-in, or from the local daemon
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Signs in with a token. The error is %CALL_ERROR_UNAUTHORIZED if it has expired.
 */
void
call_client_sign_in_with_token_async (CallClient *self,
                                      const char *token,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  GTask *task;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (token != NULL);

  task = begin_sign_in (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_sign_in_with_token_async);
  g_task_set_task_data (task, g_strdup (token), g_free);
  call_http_set_token (self->http, token);
  call_client_rest (self, task, "GET", "api/me", NULL, &call_me_answer, on_me);
}

/**
 * call_client_sign_in_with_token_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.sign_in_with_token_async].
 *
 * Returns: %TRUE if the user is signed in
 */
gboolean
call_client_sign_in_with_token_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return call_client_sign_in_finish (self, result, error);
}

/**
 * call_client_sign_in_with_link_async:
 * @self: a client
 * @link: a join link, the whole URL or the part behind its `#`
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Signs in as the patient whom a join link was made for. Its appointment is in
 * [property@Call.Client:appointments] then. The error is %CALL_ERROR_UNAUTHORIZED if the link has
 * expired or is no link.
 */
void
call_client_sign_in_with_link_async (CallClient *self,
                                     const char *link,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  const char *secret;
  GTask *task;
  CallJoinBody *body;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (link != NULL);

  task = begin_sign_in (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_client_sign_in_with_link_async);
  secret = strrchr (link, '#');
  body = call_record_new (&call_join_body);
  body->link = g_strdup (secret != NULL ? secret + 1 : link);
  call_client_rest (self, task, "POST", "api/auth/join", body, &call_login_answer, on_signed_in);
}

/**
 * call_client_sign_in_with_link_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.sign_in_with_link_async].
 *
 * Returns: %TRUE if the user is signed in
 */
gboolean
call_client_sign_in_with_link_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  return call_client_sign_in_finish (self, result, error);
}

/**
 * call_client_sign_out:
 * @self: a client
 *
 * Goes offline and forgets the user, the token and all that was shown. A call that is going on is
 * dropped; end it before if it is to end for the other side at once.
 */
void
call_client_sign_out (CallClient *self)
{
  g_return_if_fail (CALL_IS_CLIENT (self));

  call_client_drop_call (self);
  call_client_go_offline (self);
  g_cancellable_cancel (self->cancellable);
  call_delivery_hurry (self->delivery);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  call_client_clear_chat (self);
  g_hash_table_remove_all (self->waiting_rooms);
  self->loaded = FALSE;
  g_clear_pointer (&self->from, g_date_time_unref);
  g_clear_pointer (&self->to, g_date_time_unref);
  call_appointment_list_clear (self->appointments);
  call_client_set_identity (self, NULL, NULL);
}
