/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_APPOINTMENT_LIST (desk_appointment_list_get_type ())
G_DECLARE_FINAL_TYPE (DeskAppointmentList, desk_appointment_list, DESK, APPOINTMENT_LIST, AdwBin)

void desk_appointment_list_set_model (DeskAppointmentList *self, GListModel *model);
CallAppointment *desk_appointment_list_get_selected (DeskAppointmentList *self);
void desk_appointment_list_select (DeskAppointmentList *self, CallAppointment *appointment);
guint desk_appointment_list_get_n_waiting (DeskAppointmentList *self);

G_END_DECLS
