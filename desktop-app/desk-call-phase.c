/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-call"

#include "config.h"

#include "desk-call-phase.h"

/**
 * desk_call_phase_to_nick:
 * @phase: a phase
 *
 * Returns: its name on D-Bus
 */
const char *
desk_call_phase_to_nick (DeskCallPhase phase)
{
  static const char *nicks[] = {
    [DESK_CALL_RINGING_IN] = "ringing_in",
    [DESK_CALL_RINGING_OUT] = "ringing_out",
    [DESK_CALL_CONNECTING] = "connecting",
    [DESK_CALL_IN_CALL] = "in_call",
    [DESK_CALL_RECONNECTING] = "reconnecting",
    [DESK_CALL_ENDING] = "ending",
    [DESK_CALL_OVER] = "idle",
  };

  return nicks[phase];
}

/**
 * desk_call_phase_of_session:
 * @session: a call
 *
 * Returns: how far it is
 */
DeskCallPhase
desk_call_phase_of_session (CallSession *session)
{
  switch (call_session_get_state (session)) {
  case CALL_STATE_RINGING_IN:
    return DESK_CALL_RINGING_IN;
  case CALL_STATE_IDLE:
  case CALL_STATE_RINGING_OUT:
    return DESK_CALL_RINGING_OUT;
  case CALL_STATE_CONNECTING:
    return DESK_CALL_CONNECTING;
  case CALL_STATE_IN_CALL:
    return call_session_get_reconnecting (session) ? DESK_CALL_RECONNECTING : DESK_CALL_IN_CALL;
  case CALL_STATE_ENDING:
    return DESK_CALL_ENDING;
  case CALL_STATE_ENDED:
  case CALL_STATE_ERROR:
  default:
    return DESK_CALL_OVER;
  }
}
