/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-appointment.h"

G_BEGIN_DECLS

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
