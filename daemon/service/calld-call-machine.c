/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-call"

#include "config.h"

#include "calld-call-machine.h"

typedef struct {
  CalldCallState state;
  CalldCallEvent event;
  CalldCallState next;
} Edge;

/* All legal edges of a call on the server. An ended call stays ended. */
static const Edge edges[] = {
  { CALLD_CALL_RINGING, CALLD_CALL_EVENT_ACCEPT, CALLD_CALL_ACCEPTED },
  { CALLD_CALL_RINGING, CALLD_CALL_EVENT_CANCEL, CALLD_CALL_ENDED },
  { CALLD_CALL_RINGING, CALLD_CALL_EVENT_NO_ANSWER, CALLD_CALL_ENDED },
  { CALLD_CALL_RINGING, CALLD_CALL_EVENT_CLOSE, CALLD_CALL_ENDED },

  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_STARTED, CALLD_CALL_ACTIVE },
  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_REJOIN, CALLD_CALL_ACCEPTED },
  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_LEAVE, CALLD_CALL_ACCEPTED },
  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_LAST_LEFT, CALLD_CALL_ENDED },
  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_END, CALLD_CALL_ENDED },
  { CALLD_CALL_ACCEPTED, CALLD_CALL_EVENT_CLOSE, CALLD_CALL_ENDED },

  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_STARTED, CALLD_CALL_ACTIVE },
  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_REJOIN, CALLD_CALL_ACTIVE },
  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_LEAVE, CALLD_CALL_ACTIVE },
  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_LAST_LEFT, CALLD_CALL_ENDED },
  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_END, CALLD_CALL_ENDED },
  { CALLD_CALL_ACTIVE, CALLD_CALL_EVENT_CLOSE, CALLD_CALL_ENDED },
};

/**
 * calld_call_machine_step:
 * @state: where the call stands
 * @event: what happens
 * @next: (out): where it stands then; unchanged if there is no such edge
 *
 * A pure function.
 *
 * Returns: whether the machine has this edge
 */
gboolean
calld_call_machine_step (CalldCallState state, CalldCallEvent event, CalldCallState *next)
{
  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++)
    if (edges[i].state == state && edges[i].event == event) {
      *next = edges[i].next;
      return TRUE;
    }
  return FALSE;
}
