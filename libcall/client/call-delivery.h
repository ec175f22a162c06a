/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-clock.h"
#include "call-http.h"

G_BEGIN_DECLS

#define CALL_TYPE_DELIVERY (call_delivery_get_type ())
G_DECLARE_FINAL_TYPE (CallDelivery, call_delivery, CALL, DELIVERY, GObject)

CallDelivery *call_delivery_new (CallHttp *http, CallClock *clock);
void call_delivery_post_async (CallDelivery *self,
                               const char *path,
                               gpointer record,
                               const CallSchema *answer,
                               gint64 patience_ms,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gpointer call_delivery_post_finish (CallDelivery *self,
                                    GAsyncResult *result,
                                    CallErrorBody **refusal,
                                    GError **error);
void call_delivery_hurry (CallDelivery *self);

G_END_DECLS
