/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-clock.h"
#include "call-http.h"
#include "call-peerjs.h"

G_BEGIN_DECLS

#define CALL_TYPE_RELAY (call_relay_get_type ())
G_DECLARE_FINAL_TYPE (CallRelay, call_relay, CALL, RELAY, GObject)

CallRelay *call_relay_new (CallHttp *http, CallClock *clock);
const char *call_relay_get_peer_id (CallRelay *self);
void call_relay_open (CallRelay *self);
void call_relay_reopen (CallRelay *self);
void call_relay_close (CallRelay *self);
gboolean call_relay_is_open (CallRelay *self);
gboolean call_relay_send (CallRelay *self, const char *text);

G_END_DECLS
