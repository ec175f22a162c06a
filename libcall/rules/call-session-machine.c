/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-session-machine.h"

#define S(x) CALL_STATE_##x
#define E(x) CALL_SESSION_EVENT_##x
#define F(x) CALL_SESSION_EFFECT_##x

/* clang-format off: a table reads best with one edge a line */
static const CallSessionEdge edges[] = {
  { S (IDLE), E (REQUEST), S (RINGING_OUT), F (SEND_REQUEST) | F (START_RINGING) },
  { S (IDLE), E (RANG), S (RINGING_IN), F (START_RINGING) },
  { S (IDLE), E (REJOIN), S (CONNECTING), F (SEND_REJOIN) },

  { S (RINGING_OUT), E (REQUEST_OK), S (RINGING_OUT), F (NONE) },
  { S (RINGING_OUT), E (REQUEST_FAILED), S (ERROR), F (STOP_RINGING) },
  { S (RINGING_OUT), E (BUSY), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_OUT), E (PEER_ACCEPTED), S (CONNECTING), F (STOP_RINGING) | F (START_GENERATION) },
  /* Both called at once and the server took the other one's call: we wanted to talk, so we accept.
   */
  { S (RINGING_OUT), E (CROSSED), S (CONNECTING), F (STOP_RINGING) | F (SEND_ACCEPT) },
  { S (RINGING_OUT), E (CANCEL), S (ENDED), F (STOP_RINGING) | F (SEND_CANCEL) },
  { S (RINGING_OUT), E (CANCELLED), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_OUT), E (RING_TIMEOUT), S (ENDED), F (STOP_RINGING) | F (SEND_CANCEL) },
  { S (RINGING_OUT), E (CALL_ENDED), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_OUT), E (OTHER_RANG), S (RINGING_OUT), F (REFUSE_OTHER) },
  { S (RINGING_OUT), E (FAILED), S (ERROR), F (STOP_RINGING) | F (SEND_CANCEL) },

  { S (RINGING_IN), E (ACCEPT), S (CONNECTING), F (STOP_RINGING) | F (SEND_ACCEPT) },
  { S (RINGING_IN), E (DECLINE), S (ENDED), F (STOP_RINGING) | F (SEND_CANCEL) },
  { S (RINGING_IN), E (ANSWERED_ELSEWHERE), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_IN), E (CANCELLED), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_IN), E (RING_TIMEOUT), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_IN), E (CALL_ENDED), S (ENDED), F (STOP_RINGING) },
  { S (RINGING_IN), E (OTHER_RANG), S (RINGING_IN), F (REFUSE_OTHER) },
  { S (RINGING_IN), E (FAILED), S (ERROR), F (STOP_RINGING) },

  { S (CONNECTING), E (ACCEPT_OK), S (CONNECTING), F (START_GENERATION) },
  { S (CONNECTING), E (ACCEPT_FAILED), S (ERROR), F (STOP_MEDIA) },
  { S (CONNECTING), E (ANSWERED_ELSEWHERE), S (ENDED), F (STOP_MEDIA) },
  { S (CONNECTING), E (REJOIN_OK), S (CONNECTING), F (START_GENERATION) },
  { S (CONNECTING), E (REJOIN_FAILED), S (ERROR), F (STOP_MEDIA) },
  { S (CONNECTING), E (PEER_REJOINED), S (CONNECTING), F (START_GENERATION) },
  { S (CONNECTING), E (PEER_LEFT), S (CONNECTING), F (SET_RECONNECTING) },
  { S (CONNECTING), E (MEDIA_FLOWING), S (IN_CALL), F (SEND_STARTED) | F (CLEAR_RECONNECTING) },
  { S (CONNECTING), E (MEDIA_STALLED), S (CONNECTING), F (SET_RECONNECTING) },
  { S (CONNECTING), E (MEDIA_LOST), S (CONNECTING), F (SEND_REJOIN) | F (SET_RECONNECTING) },
  { S (CONNECTING), E (HANG_UP), S (ENDING), F (SEND_END) | F (STOP_MEDIA) },
  { S (CONNECTING), E (LEAVE), S (ENDING), F (SEND_LEAVE) | F (STOP_MEDIA) },
  { S (CONNECTING), E (CANCELLED), S (ENDED), F (STOP_MEDIA) },
  { S (CONNECTING), E (CALL_ENDED), S (ENDED), F (STOP_MEDIA) },
  { S (CONNECTING), E (OTHER_RANG), S (CONNECTING), F (REFUSE_OTHER) },
  { S (CONNECTING), E (FAILED), S (ERROR), F (SEND_LEAVE) | F (STOP_MEDIA) },

  { S (IN_CALL), E (MEDIA_FLOWING), S (IN_CALL), F (CLEAR_RECONNECTING) },
  { S (IN_CALL), E (MEDIA_STALLED), S (IN_CALL), F (SET_RECONNECTING) },
  { S (IN_CALL), E (MEDIA_LOST), S (IN_CALL), F (SEND_REJOIN) | F (SET_RECONNECTING) },
  { S (IN_CALL), E (PEER_REJOINED), S (IN_CALL), F (START_GENERATION) | F (SET_RECONNECTING) },
  { S (IN_CALL), E (REJOIN_OK), S (IN_CALL), F (START_GENERATION) | F (SET_RECONNECTING) },
  { S (IN_CALL), E (REJOIN_FAILED), S (ERROR), F (STOP_MEDIA) },
  { S (IN_CALL), E (ANSWERED_ELSEWHERE), S (ENDED), F (STOP_MEDIA) },
  { S (IN_CALL), E (PEER_LEFT), S (IN_CALL), F (SET_RECONNECTING) },
  { S (IN_CALL), E (HANG_UP), S (ENDING), F (SEND_END) | F (STOP_MEDIA) },
  { S (IN_CALL), E (LEAVE), S (ENDING), F (SEND_LEAVE) | F (STOP_MEDIA) },
  { S (IN_CALL), E (CALL_ENDED), S (ENDED), F (STOP_MEDIA) },
  { S (IN_CALL), E (OTHER_RANG), S (IN_CALL), F (REFUSE_OTHER) },
  { S (IN_CALL), E (FAILED), S (ERROR), F (SEND_LEAVE) | F (STOP_MEDIA) },

  { S (ENDING), E (END_DONE), S (ENDED), F (NONE) },
  { S (ENDING), E (CALL_ENDED), S (ENDED), F (NONE) },
  { S (ENDING), E (OTHER_RANG), S (ENDING), F (REFUSE_OTHER) },
};
/* clang-format on */

static const char *const event_names[] = {
  [E (REQUEST)] = "request",
  [E (ACCEPT)] = "accept",
  [E (DECLINE)] = "decline",
  [E (CANCEL)] = "cancel",
  [E (REJOIN)] = "rejoin",
  [E (LEAVE)] = "leave",
  [E (HANG_UP)] = "hang_up",
  [E (REQUEST_OK)] = "request_ok",
  [E (REQUEST_FAILED)] = "request_failed",
  [E (BUSY)] = "busy",
  [E (ACCEPT_OK)] = "accept_ok",
  [E (ACCEPT_FAILED)] = "accept_failed",
  [E (REJOIN_OK)] = "rejoin_ok",
  [E (REJOIN_FAILED)] = "rejoin_failed",
  [E (END_DONE)] = "end_done",
  [E (RANG)] = "rang",
  [E (OTHER_RANG)] = "other_rang",
  [E (CROSSED)] = "crossed",
  [E (PEER_ACCEPTED)] = "peer_accepted",
  [E (ANSWERED_ELSEWHERE)] = "answered_elsewhere",
  [E (CANCELLED)] = "cancelled",
  [E (PEER_REJOINED)] = "peer_rejoined",
  [E (PEER_LEFT)] = "peer_left",
  [E (CALL_ENDED)] = "call_ended",
  [E (MEDIA_FLOWING)] = "media_flowing",
  [E (MEDIA_STALLED)] = "media_stalled",
  [E (MEDIA_LOST)] = "media_lost",
  [E (RING_TIMEOUT)] = "ring_timeout",
  [E (FAILED)] = "failed",
};

static const char *const effect_names[CALL_SESSION_N_EFFECTS] = {
  "send_request",     "send_accept", "send_cancel",      "send_started",       "send_rejoin",
  "send_leave",       "send_end",    "refuse_other",     "start_ringing",      "stop_ringing",
  "start_generation", "stop_media",  "set_reconnecting", "clear_reconnecting",
};

/**
 * call_session_machine_step:
 * @state: the state of the call
 * @event: what happened
 * @next: (out): the state it is in now
 * @effects: (out): [flags@Call.SessionEffects] the caller has to carry out
 * @error: return location for an error
 *
 * Takes one step. A pair that is not in the table gives %CALL_ERROR_WRONG_STATE and changes
 * nothing.
 *
 * Returns: %TRUE if the step is legal
 */
gboolean
call_session_machine_step (CallState state,
                           CallSessionEvent event,
                           CallState *next,
                           guint *effects,
                           GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++) {
    if (edges[i].state != state || edges[i].event != event)
      continue;
    *next = edges[i].next;
    *effects = edges[i].effects;
    return TRUE;
  }
  g_set_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE, "A call that is %s takes no \"%s\".",
               call_enum_to_nick (CALL_TYPE_STATE, state), call_session_event_name (event));
  return FALSE;
}

/**
 * call_session_machine_edges:
 * @n_edges: (out): how many there are
 *
 * Gives the table, for drawings and tests.
 *
 * Returns: (transfer none) (array length=n_edges): the legal edges
 */
const CallSessionEdge *
call_session_machine_edges (gsize *n_edges)
{
  *n_edges = G_N_ELEMENTS (edges);
  return edges;
}

const char *
call_session_event_name (CallSessionEvent event)
{
  return (guint) event < G_N_ELEMENTS (event_names) ? event_names[event] : "unknown";
}

const char *
call_session_effect_name (CallSessionEffects effect)
{
  for (gsize i = 0; i < CALL_SESSION_N_EFFECTS; i++)
    if ((guint) effect == 1u << i)
      return effect_names[i];
  return "none";
}
