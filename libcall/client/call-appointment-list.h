/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-appointment.h"

G_BEGIN_DECLS

#define CALL_TYPE_APPOINTMENT_LIST (call_appointment_list_get_type ())
G_DECLARE_FINAL_TYPE (CallAppointmentList, call_appointment_list, CALL, APPOINTMENT_LIST, GObject)

CallAppointmentList *call_appointment_list_new (void);
CallAppointment *call_appointment_list_find (CallAppointmentList *self, const char *id);
CallAppointment *call_appointment_list_take (CallAppointmentList *self, CallAppointment *fresh);
void call_appointment_list_replace (CallAppointmentList *self, GPtrArray *fresh);
void call_appointment_list_clear (CallAppointmentList *self);

G_END_DECLS
