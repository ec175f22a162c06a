/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Bytes of UTF-8. */
#define CALLD_PASSWORD_MIN 8
#define CALLD_PASSWORD_MAX 1024

#define CALLD_TYPE_PASSWORDS (calld_passwords_get_type ())
G_DECLARE_FINAL_TYPE (CalldPasswords, calld_passwords, CALLD, PASSWORDS, GObject)

/**
 * CalldPasswordVerdict:
 * @right: it is the password
 * @needs_rehash: it is, but the hash was made with other costs than today's: make a new one
 */
typedef struct {
  gboolean right;
  gboolean needs_rehash;
} CalldPasswordVerdict;

CalldPasswords *calld_passwords_new (void);

void calld_passwords_hash_async (CalldPasswords *self,
                                 const char *password,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *calld_passwords_hash_finish (CalldPasswords *self, GAsyncResult *result, GError **error);

void calld_passwords_verify_async (CalldPasswords *self,
                                   const char *hash,
                                   const char *password,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean calld_passwords_verify_finish (CalldPasswords *self,
                                        GAsyncResult *result,
                                        CalldPasswordVerdict *verdict,
                                        GError **error);

G_END_DECLS
