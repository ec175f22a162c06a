/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-error.h"

G_BEGIN_DECLS

/* The appointment's state machine: a table of legal edges. Pure, any thread. */

typedef enum {
  CALL_APPOINTMENT_EVENT_MEDIA_STARTED, /* media has flowed in a call of it */
  CALL_APPOINTMENT_EVENT_ENDED,         /* somebody ended the visit */
  CALL_APPOINTMENT_EVENT_WINDOW_OVER,   /* the access window has passed */
  CALL_APPOINTMENT_EVENT_CANCELLED,
  CALL_APPOINTMENT_EVENT_RESCHEDULED,
  CALL_APPOINTMENT_EVENT_CORRECTED, /* the doctor states that a "no show" did take place */
} CallAppointmentEvent;

#define CALL_APPOINTMENT_N_STATUSES (CALL_APPOINTMENT_RESCHEDULED + 1)
#define CALL_APPOINTMENT_N_EVENTS (CALL_APPOINTMENT_EVENT_CORRECTED + 1)

typedef enum {
  CALL_APPOINTMENT_EFFECT_NONE = 0,
  CALL_APPOINTMENT_EFFECT_SET_STARTED = 1 << 0,    /* record when media first flowed */
  CALL_APPOINTMENT_EFFECT_SET_ENDED = 1 << 1,      /* record when the visit ended */
  CALL_APPOINTMENT_EFFECT_END_CALL = 1 << 2,       /* end a call that is active, if there is one */
  CALL_APPOINTMENT_EFFECT_RECORD_MISSING = 1 << 3, /* record who did not come */
  CALL_APPOINTMENT_EFFECT_LINK_NEXT = 1 << 4,      /* make the appointment that replaces it */
} CallAppointmentEffects;

typedef struct {
  CallAppointmentStatus status;
  CallAppointmentEvent event;
  CallAppointmentStatus next;
  guint effects; /* CallAppointmentEffects */
} CallAppointmentEdge;

gboolean call_appointment_machine_step (CallAppointmentStatus status,
                                        CallAppointmentEvent event,
                                        CallAppointmentStatus *next,
                                        guint *effects,
                                        GError **error);

const CallAppointmentEdge *call_appointment_machine_edges (gsize *n_edges);
const char *call_appointment_event_name (CallAppointmentEvent event);
const char *call_appointment_effect_name (CallAppointmentEffects effect);

G_END_DECLS
