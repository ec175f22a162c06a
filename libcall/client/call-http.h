/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include "call-error-body.h"
#include "call-record.h"

G_BEGIN_DECLS

#define CALL_TYPE_HTTP (call_http_get_type ())
G_DECLARE_FINAL_TYPE (CallHttp, call_http, CALL, HTTP, GObject)

/* An answer is at most this large. */
#define CALL_HTTP_MAX_ANSWER (8 * 1024 * 1024)

CallHttp *call_http_new (const char *endpoint);
SoupSession *call_http_get_session (CallHttp *self);
void call_http_set_token (CallHttp *self, const char *token);
SoupMessage *call_http_new_message (CallHttp *self,
                                    const char *method,
                                    const char *path_and_query,
                                    GError **error);

void call_http_send_async (CallHttp *self,
                           const char *method,
                           const char *path_and_query,
                           gconstpointer record,
                           const CallSchema *answer,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gpointer call_http_send_finish (CallHttp *self,
                                GAsyncResult *result,
                                CallErrorBody **refusal,
                                GError **error);

GError *call_http_translate_error (const GError *error);
gboolean call_http_error_is_transient (const GError *error);

G_END_DECLS
