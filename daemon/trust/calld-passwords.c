/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-passwords"

#include "config.h"

#include "calld-passwords.h"

#include "call-error.h"

#include <sodium.h>
#include <string.h>

/* RFC 9106 with the costs that OWASP's password storage sheet gives for argon2id: a guess costs
 * 19 MiB and some 30 ms, and a small server can afford a few at a time. */
#define OPS_LIMIT 2
#define MEM_LIMIT (19 * 1024 * 1024)

/* Threads that hash at the same time, each with MEM_LIMIT; and how many may wait for them. A flood
 * of sign-ins is told to come back rather than to queue for minutes. */
#define MAX_THREADS 2
#define MAX_WAITING 64

/**
 * CalldPasswords:
 *
 * Hashes and checks passwords with argon2id in threads of its own, so that the main loop never
 * waits for it. Whether an account exists cannot be told from the time it takes: with no hash to
 * check against, a hash of nobody's is checked.
 */
struct _CalldPasswords {
  GObject parent_instance;

  GThreadPool *pool;
  /* Of a password that nobody has, made in a thread when first needed; guarded by the lock. */
  GMutex lock;
  char *nobody;
};

typedef struct {
  char *hash; /* what to check against, or %NULL for nobody's */
  char *password;
  gboolean verify;
  CalldPasswordVerdict verdict;
} Job;

G_DEFINE_FINAL_TYPE (CalldPasswords, calld_passwords, G_TYPE_OBJECT)

static void
job_free (gpointer data)
{
  Job *job = data;

  sodium_memzero (job->password, strlen (job->password));
  g_free (job->password);
  g_free (job->hash);
  g_free (job);
}

static char *
hash_password (const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];

  if (crypto_pwhash_str_alg (hash, password, strlen (password), OPS_LIMIT, MEM_LIMIT,
                             crypto_pwhash_ALG_ARGON2ID13) == 0)
    return g_strdup (hash);
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                       "There is not enough memory to hash a password.");
  return NULL;
}

static const char *
get_nobody (CalldPasswords *self)
{
  const char *nobody;

  g_mutex_lock (&self->lock);
  if (self->nobody == NULL)
    self->nobody = hash_password ("", NULL);
  nobody = self->nobody;
  g_mutex_unlock (&self->lock);
  return nobody;
}

static void
verify_password (CalldPasswords *self, Job *job)
{
  const char *hash = job->hash != NULL ? job->hash : get_nobody (self);
  gboolean right = hash != NULL &&
                   crypto_pwhash_str_verify (hash, job->password, strlen (job->password)) == 0;

  job->verdict.right = right && job->hash != NULL;
  job->verdict.needs_rehash = job->verdict.right &&
                              crypto_pwhash_str_needs_rehash (hash, OPS_LIMIT, MEM_LIMIT) != 0;
}

static void
work (gpointer data, gpointer user_data)
{
  GTask *task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  char *hash;

  if (g_task_return_error_if_cancelled (task)) {
    g_object_unref (task);
    return;
  }
  if (job->verify) {
    verify_password (g_task_get_source_object (task), job);
    g_task_return_boolean (task, TRUE);
  } else if ((hash = hash_password (job->password, &error)) != NULL)
    g_task_return_pointer (task, hash, g_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
calld_passwords_finalize (GObject *object)
{
  CalldPasswords *self = CALLD_PASSWORDS (object);

  /* Each task holds a reference to us, so nothing is left to do; but it may be one of the pool's
   * own threads that drops the last one, and that cannot wait for itself. */
  g_thread_pool_free (self->pool, TRUE, FALSE);
  g_mutex_clear (&self->lock);
  g_free (self->nobody);
  G_OBJECT_CLASS (calld_passwords_parent_class)->finalize (object);
}

static void
calld_passwords_class_init (CalldPasswordsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = calld_passwords_finalize;
}

static void
calld_passwords_init (CalldPasswords *self)
{
  g_mutex_init (&self->lock);
  /* Picks the fastest code for this processor; harmless when done before. */
  if (sodium_init () < 0)
    g_error ("libsodium cannot start");
  self->pool = g_thread_pool_new (work, NULL, MAX_THREADS, FALSE, NULL);
}

CalldPasswords *
calld_passwords_new (void)
{
  return g_object_new (CALLD_TYPE_PASSWORDS, NULL);
}

static void
push (CalldPasswords *self, GTask *task, Job *job)
{
  gsize length = strlen (job->password);

  g_task_set_task_data (task, job, job_free);
  if (length > CALLD_PASSWORD_MAX) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_TOO_LARGE,
                             "A password has at most %d bytes.", CALLD_PASSWORD_MAX);
    g_object_unref (task);
  } else if (g_thread_pool_unprocessed (self->pool) >= MAX_WAITING) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                             "Too many people sign in at this moment: try again in a few seconds.");
    g_object_unref (task);
  } else
    g_thread_pool_push (self->pool, task, NULL);
}

/**
 * calld_passwords_hash_async:
 * @self: the passwords
 * @password: a new password, 8 to 1024 bytes
 * @cancellable: (nullable): gives up if it has not begun
 * @callback: called when done
 * @user_data: for @callback
 *
 * Hashes a new password.
 */
void
calld_passwords_hash_async (CalldPasswords *self,
                            const char *password,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, calld_passwords_hash_async);
  job->password = g_strdup (password);
  if (strlen (password) >= CALLD_PASSWORD_MIN) {
    push (self, task, job);
    return;
  }
  job_free (job);
  g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_INVALID,
                           "A password has at least %d characters.", CALLD_PASSWORD_MIN);
  g_object_unref (task);
}

/**
 * calld_passwords_hash_finish:
 * @self: the passwords
 * @result: of the operation
 * @error: (optional): %CALL_ERROR_INVALID, %CALL_ERROR_TOO_LARGE or %CALL_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): the hash with its salt and costs, as text
 */
char *
calld_passwords_hash_finish (CalldPasswords *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_passwords_verify_async:
 * @self: the passwords
 * @hash: (nullable): of the account; %NULL if there is no such account or it has no password
 * @password: what was given
 * @cancellable: (nullable): gives up if it has not begun
 * @callback: called when done
 * @user_data: for @callback
 *
 * Checks a password. It takes the same time whether there is a @hash or not.
 */
void
calld_passwords_verify_async (CalldPasswords *self,
                              const char *hash,
                              const char *password,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, calld_passwords_verify_async);
  job->hash = g_strdup (hash);
  job->password = g_strdup (password);
  job->verify = TRUE;
  push (self, task, job);
}

/**
 * calld_passwords_verify_finish:
 * @self: the passwords
 * @result: of the operation
 * @verdict: (out caller-allocates): what came out, if it returns %TRUE
 * @error: (optional): %CALL_ERROR_TOO_LARGE or %CALL_ERROR_UNAVAILABLE
 *
 * Returns: %TRUE if the password was checked, not that it is right
 */
gboolean
calld_passwords_verify_finish (CalldPasswords *self,
                               GAsyncResult *result,
                               CalldPasswordVerdict *verdict,
                               GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *verdict = ((Job *) g_task_get_task_data (G_TASK (result)))->verdict;
  return TRUE;
}
