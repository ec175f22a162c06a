/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus-local.h"
#include "calld-gateway.h"
#include "calld-socketio.h"
#include "hub-raw.h"

G_BEGIN_DECLS

/* A Socket.IO gateway in the main context, in front of services that note what they hear. */

#define GATEWAY_WEBSOCKET "/socket.io/?EIO=4&transport=websocket"

#define TEST_TYPE_SERVICES (test_services_get_type ())
G_DECLARE_FINAL_TYPE (TestServices, test_services, TEST, SERVICES, GObject)

/* The counters are read with gateway_get_count() and gateway_wait_for() only. */
struct _TestServices {
  GObject parent_instance;

  CalldGateway *gateway;
  int n_opened;
  int n_closed;
  int n_handled;
  int n_kept;
  /* Requests that are not answered until somebody asks for it. */
  gboolean keeps;
  GQueue kept;
  guint64 last_id;
};

typedef struct {
  HubFixture hub;
  CalldBus *bus;
  TestServices *services;
  CalldGateway *gateway;
} GatewayFixture;

typedef void (*GatewayAdjust) (CalldHubOptions *hub, CalldSocketioOptions *socketio);
typedef void (*GatewayErrand) (GatewayFixture *fixture, gpointer data);

void gateway_run (HubScenario scenario, GatewayAdjust adjust);
void gateway_in_main (GatewayFixture *fixture, GatewayErrand func, gpointer data);
int gateway_sign_in (GatewayFixture *fixture, const char *user);

/* Any thread. */
void gateway_count (int *counter);
int gateway_get_count (const int *counter);
void gateway_wait_for (const int *counter, int value);

G_END_DECLS
