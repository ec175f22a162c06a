/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-secrets"

#include "config.h"

#include "desk-secrets.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

/*
 * Tokens are kept by the secret service of the desktop, one for each server and e-mail address.
 * Passwords are not kept at all.
 */
static const SecretSchema token_schema = {
  "org.libcall.Desk.Token",
  SECRET_SCHEMA_NONE,
  {
      { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "email", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, SECRET_SCHEMA_ATTRIBUTE_STRING },
  },
};

/**
 * desk_secrets_store_token_async:
 * @server: the address of the server
 * @email: who signed in
 * @token: the token
 * @cancellable: (nullable): to stop
 * @callback: when it is done
 * @user_data: for @callback
 *
 * Keeps @token in the place of an earlier one.
 */
void
desk_secrets_store_token_async (const char *server,
                                const char *email,
                                const char *token,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  /* Translators: name of an entry in the keyring; %s is the address of a server. */
  g_autofree char *label = g_strdup_printf (_ ("Call Desk at %s"), server);

  secret_password_store (&token_schema, SECRET_COLLECTION_DEFAULT, label, token, cancellable,
                         callback, user_data, "server", server, "email", email, NULL);
}

/**
 * desk_secrets_store_token_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: whether the token was kept
 */
gboolean
desk_secrets_store_token_finish (GAsyncResult *result, GError **error)
{
  return secret_password_store_finish (result, error);
}

/**
 * desk_secrets_lookup_token_async:
 * @server: the address of the server
 * @email: who signed in
 * @cancellable: (nullable): to stop
 * @callback: when it is done
 * @user_data: for @callback
 *
 * Looks for a token that was kept.
 */
void
desk_secrets_lookup_token_async (const char *server,
                                 const char *email,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  secret_password_lookup (&token_schema, cancellable, callback, user_data, "server", server,
                          "email", email, NULL);
}

/**
 * desk_secrets_lookup_token_finish:
 * @result: what the callback got
 * @error: return location for an error
 *
 * Returns: (transfer full) (nullable): the token; %NULL without an error if there is none
 */
char *
desk_secrets_lookup_token_finish (GAsyncResult *result, GError **error)
{
  char *secret = secret_password_lookup_finish (result, error);
  char *token = g_strdup (secret);

  secret_password_free (secret);
  return token;
}

static void
on_cleared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    g_info ("the token was not removed from the keyring: %s", error->message);
}

/**
 * desk_secrets_forget_token:
 * @server: the address of the server
 * @email: who signed in
 *
 * Removes the token that was kept.
 */
void
desk_secrets_forget_token (const char *server, const char *email)
{
  secret_password_clear (&token_schema, NULL, on_cleared, NULL, "server", server, "email", email,
                         NULL);
}
