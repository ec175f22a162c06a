/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-auth.h"
#include "calld-store.h"

G_BEGIN_DECLS

void calld_admission_async (CalldAuth *auth,
                            CalldStore *store,
                            const char *token,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
void calld_admission_by_link_async (CalldAuth *auth,
                                    CalldStore *store,
                                    const char *link,
                                    const char *file_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
CalldIdentity *calld_admission_finish (GAsyncResult *result, GError **error);

G_END_DECLS
