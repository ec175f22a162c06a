/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>

G_BEGIN_DECLS

/*
 * DeskCallPhase: what the clinician sees of a call.
 */
typedef enum {
  DESK_CALL_RINGING_IN,
  DESK_CALL_RINGING_OUT,
  DESK_CALL_CONNECTING,
  DESK_CALL_IN_CALL,
  DESK_CALL_RECONNECTING,
  DESK_CALL_ENDING,
  DESK_CALL_OVER,
} DeskCallPhase;

DeskCallPhase desk_call_phase_of_session (CallSession *session);
const char *desk_call_phase_to_nick (DeskCallPhase phase);

G_END_DECLS
