/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-call-case.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-identity.h"
#include "calld-presence.h"
#include "calld-store.h"
#include "calld-turnstile.h"

G_BEGIN_DECLS

#define CALLD_TYPE_CALLS (calld_calls_get_type ())
G_DECLARE_FINAL_TYPE (CalldCalls, calld_calls, CALLD, CALLS, GObject)

CalldCalls *calld_calls_new (CalldConfig *config,
                             CalldClock *clock,
                             CalldStore *store,
                             CalldBus *bus,
                             CalldPresence *presence,
                             CalldTurnstile *turnstile);

void calld_calls_adopt_async (CalldCalls *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean calld_calls_adopt_finish (CalldCalls *self, GAsyncResult *result, GError **error);

void calld_calls_perform_async (CalldCalls *self,
                                CalldIdentity *who,
                                const CalldCallOrder *order,
                                guint64 connection_id,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gpointer calld_calls_perform_finish (CalldCalls *self, GAsyncResult *result, GError **error);

void calld_calls_close (CalldCalls *self,
                        const char *appointment_id,
                        const char *call_id,
                        CallEndReason reason);
const CalldCallRecord *calld_calls_peek (CalldCalls *self, const char *appointment_id);
GPtrArray *calld_calls_list (CalldCalls *self);
guint calld_calls_count (CalldCalls *self);
gint64 calld_calls_get_media_at (CalldCalls *self, const char *appointment_id);

G_END_DECLS
