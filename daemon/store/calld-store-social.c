/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-store"

#include "config.h"

#include "calld-store-social.h"

#include "calld-store-private.h"

static void
submit (CalldStore *self,
        CalldJobKind kind,
        const char *key,
        guint limit,
        GCancellable *cancellable,
        GAsyncReadyCallback callback,
        gpointer user_data)
{
  CalldJob *job = calld_job_new (kind, key);

  job->limit = limit;
  calld_store_submit (self, job, cancellable, callback, user_data);
}

/**
 * calld_store_get_presence_async:
 * @self: a store
 * @user_id: who
 * @cancellable: (nullable): gives up
 * @callback: called when done; %CALL_ERROR_NOT_FOUND for who never chose and was never seen
 * @user_data: for @callback
 *
 * Reads what a user chose to be, and when they were last seen.
 */
void
calld_store_get_presence_async (CalldStore *self,
                                const char *user_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  submit (self, CALLD_JOB_GET_PRESENCE, user_id, 0, cancellable, callback, user_data);
}

CalldPresenceRecord *
calld_store_get_presence_finish (CalldStore *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_store_list_presences_async:
 * @self: a store
 * @conversation_id: a conversation
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists a #CalldPresenceRecord for every member of a conversation.
 */
void
calld_store_list_presences_async (CalldStore *self,
                                  const char *conversation_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  submit (self, CALLD_JOB_LIST_PRESENCES, conversation_id, 0, cancellable, callback, user_data);
}

/**
 * calld_store_list_contacts_async:
 * @self: a store
 * @user_id: who
 * @limit: at most so many
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the ids of those who share a conversation with a user; that of an appointment counts until
 * the visit is over.
 */
void
calld_store_list_contacts_async (CalldStore *self,
                                 const char *user_id,
                                 guint limit,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  submit (self, CALLD_JOB_LIST_CONTACTS, user_id, limit, cancellable, callback, user_data);
}

/**
 * calld_store_list_webhooks_async:
 * @self: a store
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists every #CalldWebhookRecord, the oldest first.
 */
void
calld_store_list_webhooks_async (CalldStore *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  submit (self, CALLD_JOB_LIST_WEBHOOKS, NULL, 0, cancellable, callback, user_data);
}

/**
 * calld_store_list_deliveries_async:
 * @self: a store
 * @webhook_id: a webhook
 * @limit: at most so many
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists what waits for a webhook that is active, a #CalldDeliveryRecord each, the oldest first.
 */
void
calld_store_list_deliveries_async (CalldStore *self,
                                   const char *webhook_id,
                                   guint limit,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  submit (self, CALLD_JOB_LIST_DELIVERIES, webhook_id, limit, cancellable, callback, user_data);
}

/**
 * calld_store_list_pushes_async:
 * @self: a store
 * @user_id: who
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the devices of a user that want to be woken, a #CalldPushRecord each.
 */
void
calld_store_list_pushes_async (CalldStore *self,
                               const char *user_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  submit (self, CALLD_JOB_LIST_PUSHES, user_id, 0, cancellable, callback, user_data);
}
