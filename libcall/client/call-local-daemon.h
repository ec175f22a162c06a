/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

CALL_AVAILABLE_IN_ALL
void call_local_daemon_open_session_async (GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_local_daemon_open_session_finish (GAsyncResult *result,
                                                char **endpoint,
                                                char **token,
                                                GError **error);

G_END_DECLS
