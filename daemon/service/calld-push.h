/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-clock.h"
#include "calld-identity.h"
#include "calld-roster.h"
#include "calld-store.h"
#include "calld-webhooks.h"

G_BEGIN_DECLS

/* How long messages for one user are gathered, in case the user comes back or more follow. */
#define CALLD_PUSH_DELAY_MS 5000
/* Users with something gathered at most; for whoever comes then nothing is sent. */
#define CALLD_PUSH_USERS_MAX 10000

#define CALLD_TYPE_PUSH (calld_push_get_type ())
G_DECLARE_FINAL_TYPE (CalldPush, calld_push, CALLD, PUSH, GObject)

CalldPush *calld_push_new (CalldClock *clock,
                           CalldStore *store,
                           CalldBus *bus,
                           CalldRoster *roster,
                           CalldWebhooks *webhooks);
guint calld_push_get_size (CalldPush *self);

void calld_push_subscribe_async (CalldPush *self,
                                 CalldIdentity *who,
                                 const CalldPushRecord *device,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void calld_push_unsubscribe_async (CalldPush *self,
                                   CalldIdentity *who,
                                   const char *id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
gboolean calld_push_change_finish (CalldPush *self, GAsyncResult *result, GError **error);

G_END_DECLS
