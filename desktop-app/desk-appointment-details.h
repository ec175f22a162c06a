/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_APPOINTMENT_DETAILS (desk_appointment_details_get_type ())
G_DECLARE_FINAL_TYPE (DeskAppointmentDetails,
                      desk_appointment_details,
                      DESK,
                      APPOINTMENT_DETAILS,
                      AdwBin)

void desk_appointment_details_set_appointment (DeskAppointmentDetails *self,
                                               CallAppointment *appointment);
CallAppointment *desk_appointment_details_get_appointment (DeskAppointmentDetails *self);
void desk_appointment_details_set_online (DeskAppointmentDetails *self, gboolean online);

G_END_DECLS
