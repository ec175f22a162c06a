/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-appointment.h"

G_BEGIN_DECLS

/* For call-appointment.c and call-appointment-live.c only. */

struct _CallAppointment {
  GObject parent_instance;

  char *id;
  CallAppointmentStatus status;
  GDateTime *scheduled_at;
  guint duration_minutes;
  GDateTime *opens_at;
  GDateTime *closes_at;
  CallParticipant *doctor;
  CallParticipant *patient;
  char *conversation_id;
  CallActiveCall *active_call;
  GDateTime *started_at;
  GDateTime *ended_at;
  char *rescheduled_to;
  char *missing;

  /* Who is in the waiting room: CallParticipant with waiting-since set, in the order they came. */
  GListStore *waiting;
};

enum {
  CALL_APPOINTMENT_PROP_0,
  CALL_APPOINTMENT_PROP_ID,
  CALL_APPOINTMENT_PROP_STATUS,
  CALL_APPOINTMENT_PROP_SCHEDULED_AT,
  CALL_APPOINTMENT_PROP_DURATION_MINUTES,
  CALL_APPOINTMENT_PROP_OPENS_AT,
  CALL_APPOINTMENT_PROP_CLOSES_AT,
  CALL_APPOINTMENT_PROP_DOCTOR,
  CALL_APPOINTMENT_PROP_PATIENT,
  CALL_APPOINTMENT_PROP_CONVERSATION_ID,
  CALL_APPOINTMENT_PROP_ACTIVE_CALL,
  CALL_APPOINTMENT_PROP_STARTED_AT,
  CALL_APPOINTMENT_PROP_ENDED_AT,
  CALL_APPOINTMENT_PROP_RESCHEDULED_TO,
  CALL_APPOINTMENT_PROP_MISSING,
  CALL_APPOINTMENT_PROP_WAITING,
  CALL_APPOINTMENT_N_PROPS
};

extern GParamSpec *call_appointment_props[CALL_APPOINTMENT_N_PROPS];

gboolean
call_appointment_find_waiting (CallAppointment *self, const char *user_id, guint *position);

/* An appointment is made by g_object_new() with its properties; these keep a shared one up to date.
 * Main context only. */

void call_appointment_absorb (CallAppointment *self, CallAppointment *fresh);
void call_appointment_set_status (CallAppointment *self, CallAppointmentStatus status);
void call_appointment_set_active_call (CallAppointment *self, CallActiveCall *active_call);
void call_appointment_set_started_at (CallAppointment *self, GDateTime *started_at);
void call_appointment_set_ended_at (CallAppointment *self, GDateTime *ended_at);
void call_appointment_set_missing (CallAppointment *self, const char *missing);
void call_appointment_add_waiting (CallAppointment *self, CallParticipant *participant);
void call_appointment_remove_waiting (CallAppointment *self, const char *user_id);

G_END_DECLS
