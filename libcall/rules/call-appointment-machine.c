/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-appointment-machine.h"

/* clang-format off: a table reads best with one edge a line */
static const CallAppointmentEdge edges[] = {
  { CALL_APPOINTMENT_SCHEDULED, CALL_APPOINTMENT_EVENT_MEDIA_STARTED, CALL_APPOINTMENT_IN_PROGRESS,
    CALL_APPOINTMENT_EFFECT_SET_STARTED },
  /* A call that nobody answered does not use up the appointment. */
  { CALL_APPOINTMENT_SCHEDULED, CALL_APPOINTMENT_EVENT_ENDED, CALL_APPOINTMENT_SCHEDULED,
    CALL_APPOINTMENT_EFFECT_END_CALL },
  { CALL_APPOINTMENT_SCHEDULED, CALL_APPOINTMENT_EVENT_WINDOW_OVER, CALL_APPOINTMENT_NO_SHOW,
    CALL_APPOINTMENT_EFFECT_RECORD_MISSING | CALL_APPOINTMENT_EFFECT_END_CALL },
  { CALL_APPOINTMENT_SCHEDULED, CALL_APPOINTMENT_EVENT_CANCELLED, CALL_APPOINTMENT_CANCELLED,
    CALL_APPOINTMENT_EFFECT_END_CALL },
  { CALL_APPOINTMENT_SCHEDULED, CALL_APPOINTMENT_EVENT_RESCHEDULED, CALL_APPOINTMENT_RESCHEDULED,
    CALL_APPOINTMENT_EFFECT_LINK_NEXT | CALL_APPOINTMENT_EFFECT_END_CALL },

  /* The second side reports its media too, and both do again after a lost path. */
  { CALL_APPOINTMENT_IN_PROGRESS, CALL_APPOINTMENT_EVENT_MEDIA_STARTED,
    CALL_APPOINTMENT_IN_PROGRESS, CALL_APPOINTMENT_EFFECT_NONE },
  { CALL_APPOINTMENT_IN_PROGRESS, CALL_APPOINTMENT_EVENT_ENDED, CALL_APPOINTMENT_COMPLETED,
    CALL_APPOINTMENT_EFFECT_SET_ENDED | CALL_APPOINTMENT_EFFECT_END_CALL },
  { CALL_APPOINTMENT_IN_PROGRESS, CALL_APPOINTMENT_EVENT_WINDOW_OVER, CALL_APPOINTMENT_COMPLETED,
    CALL_APPOINTMENT_EFFECT_SET_ENDED | CALL_APPOINTMENT_EFFECT_END_CALL },

  /* Ending is idempotent. */
  { CALL_APPOINTMENT_COMPLETED, CALL_APPOINTMENT_EVENT_ENDED, CALL_APPOINTMENT_COMPLETED,
    CALL_APPOINTMENT_EFFECT_NONE },

  { CALL_APPOINTMENT_NO_SHOW, CALL_APPOINTMENT_EVENT_RESCHEDULED, CALL_APPOINTMENT_RESCHEDULED,
    CALL_APPOINTMENT_EFFECT_LINK_NEXT },
  { CALL_APPOINTMENT_NO_SHOW, CALL_APPOINTMENT_EVENT_CORRECTED, CALL_APPOINTMENT_COMPLETED,
    CALL_APPOINTMENT_EFFECT_SET_ENDED },
};
/* clang-format on */

static const char *const event_names[] = {
  [CALL_APPOINTMENT_EVENT_MEDIA_STARTED] = "media_started",
  [CALL_APPOINTMENT_EVENT_ENDED] = "ended",
  [CALL_APPOINTMENT_EVENT_WINDOW_OVER] = "window_over",
  [CALL_APPOINTMENT_EVENT_CANCELLED] = "cancelled",
  [CALL_APPOINTMENT_EVENT_RESCHEDULED] = "rescheduled",
  [CALL_APPOINTMENT_EVENT_CORRECTED] = "corrected",
};

static const char *const effect_names[] = {
  "set_started", "set_ended", "end_call", "record_missing", "link_next",
};

/**
 * call_appointment_machine_step:
 * @status: where the appointment stands
 * @event: what happened
 * @next: (out): where it stands now
 * @effects: (out): [flags@Call.AppointmentEffects] the caller has to carry out
 * @error: return location for an error
 *
 * Takes one step. A pair that is not in the table gives %CALL_ERROR_WRONG_STATE and changes
 * nothing.
 *
 * Returns: %TRUE if the step is legal
 */
gboolean
call_appointment_machine_step (CallAppointmentStatus status,
                               CallAppointmentEvent event,
                               CallAppointmentStatus *next,
                               guint *effects,
                               GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (edges); i++) {
    if (edges[i].status != status || edges[i].event != event)
      continue;
    *next = edges[i].next;
    *effects = edges[i].effects;
    return TRUE;
  }
  g_set_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE,
               "An appointment that is %s takes no \"%s\".",
               call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, status),
               call_appointment_event_name (event));
  return FALSE;
}

/**
 * call_appointment_machine_edges:
 * @n_edges: (out): how many there are
 *
 * Gives the table, for drawings and tests.
 *
 * Returns: (transfer none) (array length=n_edges): the legal edges
 */
const CallAppointmentEdge *
call_appointment_machine_edges (gsize *n_edges)
{
  *n_edges = G_N_ELEMENTS (edges);
  return edges;
}

const char *
call_appointment_event_name (CallAppointmentEvent event)
{
  return (guint) event < G_N_ELEMENTS (event_names) ? event_names[event] : "unknown";
}

const char *
call_appointment_effect_name (CallAppointmentEffects effect)
{
  for (gsize i = 0; i < G_N_ELEMENTS (effect_names); i++)
    if ((guint) effect == 1u << i)
      return effect_names[i];
  return "none";
}
