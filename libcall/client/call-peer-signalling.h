/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-clock.h"
#include "call-http.h"
#include "call-signalling.h"

G_BEGIN_DECLS

#define CALL_TYPE_PEER_SIGNALLING (call_peer_signalling_get_type ())
G_DECLARE_FINAL_TYPE (CallPeerSignalling, call_peer_signalling, CALL, PEER_SIGNALLING, GObject)

/* How many messages of each kind are kept: those for a generation that has not started here, those
 * the engine has not asked for yet, and those of ours that may have to be sent again. Over it the
 * newest are dropped: they are candidates, and ICE does with fewer. */
#define CALL_PEER_SIGNALLING_MAX_KEPT 256

CallPeerSignalling *
call_peer_signalling_new (CallHttp *http, CallClock *clock, const char *appointment_id);
const char *call_peer_signalling_get_peer_id (CallPeerSignalling *self);
void call_peer_signalling_connect (CallPeerSignalling *self);
void call_peer_signalling_reconnect (CallPeerSignalling *self);
void call_peer_signalling_set_call_id (CallPeerSignalling *self, const char *call_id);
void call_peer_signalling_set_remote (CallPeerSignalling *self, const char *peer_id);
void call_peer_signalling_set_ice_servers (CallPeerSignalling *self, GPtrArray *servers);
void call_peer_signalling_start (CallPeerSignalling *self, guint generation, gboolean offer);
void call_peer_signalling_finish (CallPeerSignalling *self);

G_END_DECLS
