/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-auth"

#include "config.h"

#include "calld-auth.h"

#include "calld-log.h"
#include "calld-login-guard.h"
#include "calld-metrics.h"
#include "calld-passwords.h"

#include "call-access-policy.h"
#include "call-error.h"
#include "call-id.h"
#include "call-jwt.h"

#include <sodium.h>
#include <string.h>

/* The "aud" of a join link. A token has none, so that neither passes for the other. */
#define LINK_AUDIENCE CALLD_CONFIG_LINK_AUDIENCE
#define FILE_AUDIENCE CALLD_CONFIG_FILE_AUDIENCE
#define FILE_LINK_SECONDS 300

/* How much longer than its link a patient's token lasts: whoever is in a visit when the window
 * closes must still be able to end it properly. Entering is the access policy's, not the token's.
 */
#define LINK_TOKEN_EXTRA_MS (60 * 60 * G_GINT64_CONSTANT (1000))

/**
 * CalldAuth:
 *
 * Finds out who somebody is, by password, token or join link, and gives out tokens and links. What
 * they may do is calld_auth_can()'s. Main context only, but for verifying, which any thread may do.
 */
struct _CalldAuth {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldPasswords *passwords;
  CalldLoginGuard *guard;
  CallJwtKey *key;
  CallJwtKey *foreign_key; /* of another issuer, or %NULL */
};

G_DEFINE_FINAL_TYPE (CalldAuth, calld_auth, G_TYPE_OBJECT)

static void
calld_auth_finalize (GObject *object)
{
  CalldAuth *self = CALLD_AUTH (object);

  g_clear_pointer (&self->config, calld_config_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
  g_clear_object (&self->passwords);
  g_clear_pointer (&self->guard, calld_login_guard_free);
  g_clear_pointer (&self->key, call_jwt_key_unref);
  g_clear_pointer (&self->foreign_key, call_jwt_key_unref);
  G_OBJECT_CLASS (calld_auth_parent_class)->finalize (object);
}

static void
calld_auth_class_init (CalldAuthClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_auth_finalize;
}

static void
calld_auth_init (CalldAuth *self)
{
  self->passwords = calld_passwords_new ();
}

/**
 * calld_auth_new:
 * @config: the keys, and how long a token lasts
 * @clock: the time
 * @store: where the users are
 * @error: (optional): a key is of no use
 *
 * Returns: (transfer full) (nullable): the authority
 */
CalldAuth *
calld_auth_new (CalldConfig *config, CalldClock *clock, CalldStore *store, GError **error)
{
  g_autoptr (CalldAuth) self = g_object_new (CALLD_TYPE_AUTH, NULL);
  gsize length;
  const void *secret = g_bytes_get_data (config->jwt_secret, &length);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->guard = calld_login_guard_new (clock);
  self->key = call_jwt_key_new_secret (secret, length, error);
  if (self->key == NULL)
    return NULL;
  if (config->jwt_public_key != NULL) {
    self->foreign_key = call_jwt_key_new_public (config->jwt_public_key, error);
    if (self->foreign_key == NULL) {
      g_prefix_error (error, "JWT_PUBLIC_KEY_FILE: ");
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

/* --- signing in ------------------------------------------------------------------------------ */

typedef struct {
  char *account; /* the e-mail address, in lower case */
  char *password;
  char *address;
  CalldUserRecord *user; /* %NULL if there is none: the password is checked all the same */
  gint64 started_us;
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *sign_in = data;

  sodium_memzero (sign_in->password, strlen (sign_in->password));
  g_free (sign_in->password);
  g_free (sign_in->account);
  g_free (sign_in->address);
  calld_user_record_free (sign_in->user);
  g_free (sign_in);
}

static void
succeed (GTask *task)
{
  CalldAuth *self = g_task_get_source_object (task);
  SignIn *sign_in = g_task_get_task_data (task);

  calld_log_info ("signed_in", .user_id = sign_in->user->id,
                  .latency_us = calld_clock_monotonic_us (self->clock) - sign_in->started_us);
  g_task_return_pointer (task, calld_auth_identity_for_user (self, sign_in->user),
                         (GDestroyNotify) calld_identity_unref);
}

static void
on_rehash_stored (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_log_warning ("rehash_failed", .detail = error->message);
  succeed (task);
}

static void
on_rehashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldAuth *self = g_task_get_source_object (task);
  SignIn *sign_in = g_task_get_task_data (task);
  char *hash = calld_passwords_hash_finish (CALLD_PASSWORDS (source), result, NULL);
  CalldChange *change;

  /* Whoever knows the password comes in, whether or not the hash could be renewed. */
  if (hash == NULL) {
    succeed (task);
    return;
  }
  g_free (sign_in->user->password_hash);
  sign_in->user->password_hash = hash;
  change = calld_change_new ();
  calld_change_update_user (change, sign_in->user);
  calld_store_commit_async (self->store, change, NULL, on_rehash_stored, g_steal_pointer (&task));
}

static void
on_verified (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldAuth *self = g_task_get_source_object (task);
  SignIn *sign_in = g_task_get_task_data (task);
  CalldPasswordVerdict verdict = { FALSE, FALSE };
  GError *error = NULL;

  if (!calld_passwords_verify_finish (CALLD_PASSWORDS (source), result, &verdict, &error))
    g_task_return_error (task, error);
  else if (!verdict.right) {
    calld_log_info ("sign_in_refused", .user_id = sign_in->user != NULL ? sign_in->user->id : NULL);
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_BAD_CREDENTIALS,
                             "The e-mail address or the password is wrong.");
  } else if (!sign_in->user->active)
    /* Only now: who does not know the password must not learn that there is an account. */
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                             "This account is not active: ask the administrator of the clinic.");
  else {
    calld_login_guard_clear (self->guard, sign_in->account, sign_in->address);
    if (verdict.needs_rehash)
      calld_passwords_hash_async (self->passwords, sign_in->password, NULL, on_rehashed,
                                  g_steal_pointer (&task));
    else
      succeed (task);
  }
}

static void
on_user_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldAuth *self = g_task_get_source_object (task);
  SignIn *sign_in = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  sign_in->user = calld_store_get_user_finish (CALLD_STORE (source), result, &error);
  if (sign_in->user == NULL && !g_error_matches (error, CALL_ERROR, CALL_ERROR_NOT_FOUND)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  calld_passwords_verify_async (
      self->passwords, sign_in->user != NULL ? sign_in->user->password_hash : NULL,
      sign_in->password, g_task_get_cancellable (task), on_verified, g_object_ref (task));
}

static char *
email_to_account (const char *email)
{
  return g_strstrip (g_ascii_strdown (email, -1));
}

/**
 * calld_auth_sign_in_async:
 * @self: the authority
 * @email: of the account, in any case
 * @password: the password
 * @address: where the request comes from
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Finds out who has this e-mail address and password. Attempts are counted; after some, the
 * password is not even looked at for a while.
 */
void
calld_auth_sign_in_async (CalldAuth *self,
                          const char *email,
                          const char *password,
                          const char *address,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  SignIn *sign_in = g_new0 (SignIn, 1);

  g_task_set_source_tag (task, calld_auth_sign_in_async);
  sign_in->account = email_to_account (email);
  sign_in->password = g_strdup (password);
  sign_in->address = g_strdup (address);
  sign_in->started_us = calld_clock_monotonic_us (self->clock);
  g_task_set_task_data (task, sign_in, sign_in_free);

  if (calld_login_guard_enter (self->guard, sign_in->account, address)) {
    calld_store_get_user_by_email_async (self->store, sign_in->account, cancellable, on_user_found,
                                         g_object_ref (task));
    return;
  }
  calld_log_warning ("sign_in_throttled");
  calld_metrics_add (CALLD_COUNT_LOGINS_LIMITED, 1);
  g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_RATE_LIMITED,
                           "There were too many attempts to sign in: try again in %u s.",
                           MAX (calld_auth_get_retry_seconds (self, email, address), 1));
}

/**
 * calld_auth_sign_in_finish:
 * @self: the authority
 * @result: of the operation
 * @error: (optional): %CALL_ERROR_BAD_CREDENTIALS, %CALL_ERROR_FORBIDDEN for an inactive account,
 *   %CALL_ERROR_RATE_LIMITED, %CALL_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): who it is
 */
CalldIdentity *
calld_auth_sign_in_finish (CalldAuth *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_auth_get_retry_seconds:
 * @self: the authority
 * @email: of the account
 * @address: where the request came from
 *
 * Tells when to try again after %CALL_ERROR_RATE_LIMITED, for the header `Retry-After`.
 *
 * Returns: seconds, 0 for now
 */
guint
calld_auth_get_retry_seconds (CalldAuth *self, const char *email, const char *address)
{
  g_autofree char *account = email_to_account (email);

  return calld_login_guard_get_retry_seconds (self->guard, account, address);
}

static void
on_hashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char *hash = calld_passwords_hash_finish (CALLD_PASSWORDS (source), result, &error);

  if (hash != NULL)
    g_task_return_pointer (task, hash, g_free);
  else
    g_task_return_error (task, error);
}

/**
 * calld_auth_hash_password_async:
 * @self: the authority
 * @password: a new password, 8 to 1024 bytes
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Hashes a new password, for the @password_hash of a #CalldUserRecord.
 */
void
calld_auth_hash_password_async (CalldAuth *self,
                                const char *password,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, calld_auth_hash_password_async);
  calld_passwords_hash_async (self->passwords, password, cancellable, on_hashed, task);
}

char *
calld_auth_hash_password_finish (CalldAuth *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- tokens ---------------------------------------------------------------------------------- */

/**
 * calld_auth_identity_for_user:
 * @self: the authority
 * @user: a user who has proved to be that
 *
 * Makes the identity of a user; it ends when a token given out now ends.
 *
 * Returns: (transfer full): the identity
 */
CalldIdentity *
calld_auth_identity_for_user (CalldAuth *self, const CalldUserRecord *user)
{
  gint64 expires_at = calld_clock_now_ms (self->clock) +
                      self->config->token_ttl_seconds * G_GINT64_CONSTANT (1000);

  return calld_identity_new (user->id, user->name, user->role, user->time_zone, NULL, expires_at);
}

/**
 * calld_auth_issue_token:
 * @self: the authority
 * @identity: from signing in, from a link or of a user
 * @error: (optional): where to put why not
 *
 * Signs a token that lasts until the identity ends; one from a join link an hour longer, so that a
 * visit that runs over can be ended.
 *
 * Returns: (transfer full) (nullable): the token
 */
char *
calld_auth_issue_token (CalldAuth *self, const CalldIdentity *identity, GError **error)
{
  gint64 extra = identity->appointment_id != NULL ? LINK_TOKEN_EXTRA_MS : 0;
  g_autofree char *id = call_id_new ();
  CallJwtClaims claims = {
    .subject = identity->user_id,
    .role = identity->role,
    .name = identity->name,
    .appointment_id = identity->appointment_id,
    .audience = self->config->jwt_audience,
    .issuer = self->config->jwt_issuer,
    .id = id,
    .issued_at = calld_clock_now_ms (self->clock) / 1000,
    .expires_at = (identity->expires_at + extra) / 1000,
  };

  return call_jwt_sign (self->key, &claims, error);
}

static CalldIdentity *
claims_to_identity (const CallJwtClaims *claims, GError **error)
{
  if (!call_id_is_valid (claims->subject) || claims->role < 0 ||
      (claims->appointment_id != NULL && !call_id_is_valid (claims->appointment_id))) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED,
                         "The token does not say who it is for.");
    return NULL;
  }
  return calld_identity_new (claims->subject, claims->name != NULL ? claims->name : "",
                             (CallRole) claims->role, NULL, claims->appointment_id,
                             claims->expires_at * 1000);
}

/* Each key has its one algorithm, so a token cannot choose how it is checked. */
static CallJwtClaims *
verify (CalldAuth *self, const char *token, const char *audience, GError **error)
{
  gint64 now = calld_clock_now_ms (self->clock) / 1000;
  CallJwtClaims *claims;

  if (token == NULL || *token == '\0') {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "Sign in first.");
    return NULL;
  }
  if (self->foreign_key != NULL && g_strcmp0 (audience, LINK_AUDIENCE) != 0 &&
      g_strcmp0 (audience, FILE_AUDIENCE) != 0) {
    claims = call_jwt_verify (self->foreign_key, token, audience, now, NULL);
    if (claims != NULL)
      return claims;
  }
  return call_jwt_verify (self->key, token, audience, now, error);
}

/* JWT_ISSUER: with several programs that share a key, only this one's tokens are good here. */
static gboolean
check_issuer (CalldAuth *self, const CallJwtClaims *claims, GError **error)
{
  const char *wanted = self->config->jwt_issuer;

  if (wanted == NULL || g_strcmp0 (claims->issuer, wanted) == 0)
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED,
                       "The token was given out by somebody else.");
  return FALSE;
}

/**
 * calld_auth_verify_token:
 * @self: the authority
 * @token: (nullable): what came in `Authorization: Bearer`, or with a socket
 * @error: (optional): %CALL_ERROR_UNAUTHORIZED
 *
 * Finds out who holds a token. The time zone is not in a token: ask the store for it. From any
 * thread.
 *
 * Returns: (transfer full) (nullable): who it is
 */
CalldIdentity *
calld_auth_verify_token (CalldAuth *self, const char *token, GError **error)
{
  /* A join link is exchanged for a token first and is none: its audience is never that of ours. */
  g_autoptr (CallJwtClaims) claims = verify (self, token, self->config->jwt_audience, error);

  if (claims == NULL || !check_issuer (self, claims, error))
    return NULL;
  return claims_to_identity (claims, error);
}

/* --- join links ------------------------------------------------------------------------------ */

/**
 * calld_auth_make_link:
 * @self: the authority
 * @appointment: with the patient's name, as the store gives it
 * @expires_at: (out) (optional): when the link ends, milliseconds since 1970
 * @error: (optional): where to put why not
 *
 * Makes the address that lets the patient of @appointment in, until the access window closes.
 *
 * Returns: (transfer full) (nullable): `<public URL>/join#<link>`
 */
char *
calld_auth_make_link (CalldAuth *self,
                      const CalldAppointmentRecord *appointment,
                      gint64 *expires_at,
                      GError **error)
{
  const CallAccessRules rules = { self->config->lead_minutes, self->config->grace_minutes, FALSE };
  g_autofree char *id = call_id_new ();
  g_autofree char *link = NULL;
  gint64 opens_at, closes_at;
  CallJwtClaims claims = {
    .subject = appointment->patient_id,
    .role = CALL_ROLE_PATIENT,
    .name = appointment->patient_name,
    .appointment_id = appointment->id,
    .audience = (char *) LINK_AUDIENCE,
    .id = id,
    .issued_at = calld_clock_now_ms (self->clock) / 1000,
  };

  call_access_policy_window (&rules, appointment->scheduled_at, appointment->duration_minutes,
                             &opens_at, &closes_at);
  if (closes_at <= calld_clock_now_ms (self->clock)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_TOO_LATE,
                         "The time of this appointment is over: a link would open nothing.");
    return NULL;
  }
  claims.expires_at = closes_at / 1000;
  link = call_jwt_sign (self->key, &claims, error);
  if (link == NULL)
    return NULL;
  if (expires_at != NULL)
    *expires_at = claims.expires_at * 1000;
  return g_strconcat (self->config->public_url, "/join#", link, NULL);
}

/**
 * calld_auth_verify_link:
 * @self: the authority
 * @link: (nullable): a link, or the whole address with a link behind its `#`
 * @error: (optional): %CALL_ERROR_UNAUTHORIZED
 *
 * Finds out which patient a link lets in, and to which appointment.
 *
 * Returns: (transfer full) (nullable): the patient, bound to the appointment
 */
CalldIdentity *
calld_auth_verify_link (CalldAuth *self, const char *link, GError **error)
{
  const char *hash = link != NULL ? strchr (link, '#') : NULL;
  g_autoptr (CallJwtClaims) claims = verify (self, hash != NULL ? hash + 1 : link, LINK_AUDIENCE,
                                             error);

  if (claims == NULL)
    return NULL;
  if (claims->appointment_id == NULL || claims->role != CALL_ROLE_PATIENT) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED,
                         "The link does not say which appointment it is for.");
    return NULL;
  }
  return claims_to_identity (claims, error);
}

/**
 * calld_auth_make_file_link:
 * @self: the authority
 * @identity: who is to fetch the file
 * @file_id: the file
 * @expires_at: (out): when the link ends, milliseconds since 1970
 * @error: (optional): where to put why not
 *
 * Makes what stands in the address of a file in place of a token. It names the user: who may not
 * see the file any more does not see it with an old link either.
 *
 * Returns: (transfer full) (nullable): the link
 */
char *
calld_auth_make_file_link (CalldAuth *self,
                           const CalldIdentity *identity,
                           const char *file_id,
                           gint64 *expires_at,
                           GError **error)
{
  gint64 now = calld_clock_now_ms (self->clock) / 1000;
  CallJwtClaims claims = {
    .subject = identity->user_id,
    .role = identity->role,
    .appointment_id = identity->appointment_id,
    .audience = (char *) FILE_AUDIENCE,
    .id = (char *) file_id,
    .issued_at = now,
    .expires_at = now + FILE_LINK_SECONDS,
  };

  *expires_at = claims.expires_at * 1000;
  return call_jwt_sign (self->key, &claims, error);
}

/**
 * calld_auth_verify_file_link:
 * @self: the authority
 * @link: from calld_auth_make_file_link()
 * @file_id: the file that is asked for
 * @error: (optional): %CALL_ERROR_UNAUTHORIZED
 *
 * Returns: (transfer full) (nullable): who may fetch the file, if anybody of its conversation may
 */
CalldIdentity *
calld_auth_verify_file_link (CalldAuth *self, const char *link, const char *file_id, GError **error)
{
  g_autoptr (CallJwtClaims) claims = verify (self, link, FILE_AUDIENCE, error);

  if (claims != NULL && g_strcmp0 (claims->id, file_id) == 0)
    return claims_to_identity (claims, error);
  if (claims != NULL)
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "The link is for another file.");
  return NULL;
}
