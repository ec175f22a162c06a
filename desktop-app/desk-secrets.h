/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void desk_secrets_store_token_async (const char *server,
                                     const char *email,
                                     const char *token,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
gboolean desk_secrets_store_token_finish (GAsyncResult *result, GError **error);
void desk_secrets_lookup_token_async (const char *server,
                                      const char *email,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
char *desk_secrets_lookup_token_finish (GAsyncResult *result, GError **error);
void desk_secrets_forget_token (const char *server, const char *email);

G_END_DECLS
