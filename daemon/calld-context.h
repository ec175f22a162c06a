/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-auth.h"
#include "calld-bots.h"
#include "calld-bus.h"
#include "calld-calls.h"
#include "calld-chat.h"
#include "calld-clock.h"
#include "calld-config.h"
#include "calld-gateway.h"
#include "calld-hub.h"
#include "calld-report.h"
#include "calld-stats.h"
#include "calld-store.h"
#include "calld-webhooks.h"
#include "calld-egress.h"
#include "calld-livekit.h"

G_BEGIN_DECLS

/**
 * CalldContext:
 *
 * A whole daemon but its command line: builds everything in order and tears it down in reverse.
 */
typedef struct _CalldContext CalldContext;

CalldContext *calld_context_new (CalldConfig *config, CalldClock *clock, GError **error);
void calld_context_free (CalldContext *self);

gboolean calld_context_start (CalldContext *self, gboolean demo, GError **error);
void
calld_context_drain_async (CalldContext *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean calld_context_drain_finish (CalldContext *self, GAsyncResult *result, GError **error);
void calld_context_stop (CalldContext *self);

const char *calld_context_get_address (CalldContext *self);
const char *calld_context_get_demo_link (CalldContext *self);

CallStatsAnswer *calld_context_get_report (CalldContext *self);

CalldConfig *calld_context_get_config (CalldContext *self);
CalldClock *calld_context_get_clock (CalldContext *self);
CalldStore *calld_context_get_store (CalldContext *self);
CalldAuth *calld_context_get_auth (CalldContext *self);
CalldBus *calld_context_get_bus (CalldContext *self);
CalldHub *calld_context_get_hub (CalldContext *self);
CalldGateway *calld_context_get_gateway (CalldContext *self);
CalldCalls *calld_context_get_calls (CalldContext *self);
CalldAppointments *calld_context_get_appointments (CalldContext *self);
CalldChat *calld_context_get_chat (CalldContext *self);
CalldWebhooks *calld_context_get_webhooks (CalldContext *self);
CalldBots *calld_context_get_bots (CalldContext *self);
CalldEgress *calld_context_get_egress (CalldContext *self);
CalldLivekit *calld_context_get_livekit (CalldContext *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldContext, calld_context_free)

G_END_DECLS
