/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-identity.h"
#include "calld-store.h"

G_BEGIN_DECLS

/* How many deliveries are taken out of the store at once. */
#define CALLD_WEBHOOKS_BATCH 32
/* How long the first of several events waits for the others. */
#define CALLD_WEBHOOKS_DELAY_MS 50

#define CALLD_TYPE_WEBHOOKS (calld_webhooks_get_type ())
G_DECLARE_FINAL_TYPE (CalldWebhooks, calld_webhooks, CALLD, WEBHOOKS, GObject)

/**
 * CalldWebhooksStats:
 * @active: webhooks that get something
 * @delivered: requests that were taken so far
 * @failed: attempts that failed so far
 * @disabled: webhooks that were disabled so far, because they failed for too long
 *
 * What the webhooks count.
 */
typedef struct {
  guint active;
  guint64 delivered;
  guint64 failed;
  guint64 disabled;
} CalldWebhooksStats;

CalldWebhooks *
calld_webhooks_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus);
void calld_webhooks_start (CalldWebhooks *self);
void calld_webhooks_stop (CalldWebhooks *self);
void calld_webhooks_poke (CalldWebhooks *self);
void calld_webhooks_emit (CalldWebhooks *self, const char *event, const char *data_json);
gboolean calld_webhooks_is_heard (CalldWebhooks *self, const char *event);
void calld_webhooks_get_stats (CalldWebhooks *self, CalldWebhooksStats *stats);

void calld_webhooks_list_async (CalldWebhooks *self,
                                CalldIdentity *who,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GPtrArray *calld_webhooks_list_finish (CalldWebhooks *self, GAsyncResult *result, GError **error);
void calld_webhooks_add_async (CalldWebhooks *self,
                               CalldIdentity *who,
                               const char *url,
                               const char *const *events,
                               const char *bot_id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
CalldWebhookRecord *
calld_webhooks_add_finish (CalldWebhooks *self, GAsyncResult *result, GError **error);
void calld_webhooks_remove_async (CalldWebhooks *self,
                                  CalldIdentity *who,
                                  const char *webhook_id,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
void calld_webhooks_test_async (CalldWebhooks *self,
                                CalldIdentity *who,
                                const char *webhook_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean calld_webhooks_change_finish (CalldWebhooks *self, GAsyncResult *result, GError **error);

G_END_DECLS
