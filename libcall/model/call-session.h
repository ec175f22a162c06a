/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"
#include "call-error.h"
#include "call-participant.h"

G_BEGIN_DECLS

#define CALL_TYPE_SESSION (call_session_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallSession, call_session, CALL, SESSION, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_session_get_call_id (CallSession *self);
CALL_AVAILABLE_IN_ALL
const char *call_session_get_appointment_id (CallSession *self);
CALL_AVAILABLE_IN_ALL
CallState call_session_get_state (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_is_over (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_reconnecting (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_peer_present (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_outgoing (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_auto_accept (CallSession *self);
CALL_AVAILABLE_IN_ALL
CallParticipant *call_session_get_peer (CallSession *self);
CALL_AVAILABLE_IN_ALL
guint call_session_get_generation (CallSession *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_session_get_requested_at (CallSession *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_session_get_started_at (CallSession *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_session_get_connected_at (CallSession *self);
CALL_AVAILABLE_IN_ALL
CallEndReason call_session_get_end_reason (CallSession *self);
CALL_AVAILABLE_IN_ALL
const GError *call_session_get_error (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_local_audio (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_local_video (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_remote_audio (CallSession *self);
CALL_AVAILABLE_IN_ALL
gboolean call_session_get_remote_video (CallSession *self);

G_END_DECLS
