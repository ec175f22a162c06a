/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-clock.h"
#include "call-http.h"
#include "call-transport.h"

G_BEGIN_DECLS

#define CALL_TYPE_TRANSPORT_SOCKETIO (call_transport_socketio_get_type ())
G_DECLARE_FINAL_TYPE (CallTransportSocketio,
                      call_transport_socketio,
                      CALL,
                      TRANSPORT_SOCKETIO,
                      GObject)

/* How long opening may take, and how long an acknowledgement. */
#define CALL_TRANSPORT_OPEN_TIMEOUT_MS 15000
#define CALL_TRANSPORT_ACK_TIMEOUT_MS 10000
/* How many requests may wait for their acknowledgement. Over it new ones are refused. */
#define CALL_TRANSPORT_MAX_PENDING 256

CallTransport *call_transport_socketio_new (CallHttp *http, CallClock *clock);

G_END_DECLS
