/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-store.h"

G_BEGIN_DECLS

/* What CalldStore reads of calld-record-social.h. */

void calld_store_get_presence_async (CalldStore *self,
                                     const char *user_id,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
CalldPresenceRecord *
calld_store_get_presence_finish (CalldStore *self, GAsyncResult *result, GError **error);

/* All end with calld_store_list_finish(). */
void calld_store_list_presences_async (CalldStore *self,
                                       const char *conversation_id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
void calld_store_list_contacts_async (CalldStore *self,
                                      const char *user_id,
                                      guint limit,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_store_list_webhooks_async (CalldStore *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
void calld_store_list_deliveries_async (CalldStore *self,
                                        const char *webhook_id,
                                        guint limit,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
void calld_store_list_pushes_async (CalldStore *self,
                                    const char *user_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

G_END_DECLS
