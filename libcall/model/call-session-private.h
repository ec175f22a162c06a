/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-session.h"

#include "call-session-machine.h"

G_BEGIN_DECLS

/* What surrounds a call says what happened; only the machine says what that does to its state.
 * Main context only. */

CallSession *
call_session_new (const char *appointment_id, CallParticipant *peer, gboolean outgoing);
gboolean
call_session_feed (CallSession *self, CallSessionEvent event, guint *effects, GError **error);
gboolean call_session_feed_end (CallSession *self,
                                CallSessionEvent event,
                                CallEndReason reason,
                                const GError *cause,
                                guint *effects,
                                GError **error);

void call_session_set_call_id (CallSession *self, const char *call_id);
void call_session_set_outgoing (CallSession *self, gboolean outgoing);
void call_session_set_generation (CallSession *self, guint generation);
void call_session_set_requested_at (CallSession *self, GDateTime *requested_at);
void call_session_set_started_at (CallSession *self, GDateTime *started_at);
void call_session_set_connected_at (CallSession *self, GDateTime *connected_at);
void call_session_set_peer_present (CallSession *self, gboolean present);
void call_session_set_local_media (CallSession *self, gboolean audio, gboolean video);
void call_session_set_remote_media (CallSession *self, gboolean audio, gboolean video);

G_END_DECLS
