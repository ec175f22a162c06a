/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-active-call.h"
#include "call-enums.h"
#include "call-participant.h"

G_BEGIN_DECLS

#define CALL_TYPE_APPOINTMENT (call_appointment_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallAppointment, call_appointment, CALL, APPOINTMENT, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_appointment_get_id (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
CallAppointmentStatus call_appointment_get_status (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_appointment_get_scheduled_at (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
guint call_appointment_get_duration_minutes (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_appointment_get_opens_at (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_appointment_get_closes_at (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
CallParticipant *call_appointment_get_doctor (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
CallParticipant *call_appointment_get_patient (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
const char *call_appointment_get_conversation_id (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
CallActiveCall *call_appointment_get_active_call (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_appointment_get_started_at (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_appointment_get_ended_at (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
const char *call_appointment_get_rescheduled_to (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
const char *call_appointment_get_missing (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
GListModel *call_appointment_get_waiting (CallAppointment *self);
CALL_AVAILABLE_IN_ALL
gboolean call_appointment_is_waiting (CallAppointment *self, const char *user_id);
CALL_AVAILABLE_IN_ALL
CallParticipant *call_appointment_get_other (CallAppointment *self, const char *user_id);

G_END_DECLS
