/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-appointments.h"
#include "calld-auth.h"
#include "calld-calls.h"
#include "calld-chat.h"
#include "calld-company.h"
#include "calld-files.h"
#include "calld-gateway.h"
#include "calld-presence.h"
#include "calld-roster.h"
#include "calld-throttle.h"

G_BEGIN_DECLS

#define CALLD_TYPE_HANDLER (calld_handler_get_type ())
G_DECLARE_FINAL_TYPE (CalldHandler, calld_handler, CALLD, HANDLER, GObject)

/**
 * CalldHandlerParts:
 *
 * What a handler hands requests on to. Borrowed: all of it outlives the handler.
 */
typedef struct {
  CalldClock *clock;
  CalldStore *store;
  CalldAuth *auth;
  CalldPresence *presence;
  CalldCalls *calls;
  CalldAppointments *appointments;
  CalldChat *chat;
  CalldFiles *files;
  CalldRoster *roster;
  CalldCompany *company;
  CalldThrottle *throttle; /* events, by user */
  CalldThrottle *connects; /* (nullable): signing in over sockets, by address */
} CalldHandlerParts;

CalldHandler *calld_handler_new (const CalldHandlerParts *parts);
void calld_handler_set_gateway (CalldHandler *self, CalldGateway *gateway);

G_END_DECLS
