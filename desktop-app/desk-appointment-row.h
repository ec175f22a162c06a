/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DESK_TYPE_APPOINTMENT_ROW (desk_appointment_row_get_type ())
G_DECLARE_FINAL_TYPE (DeskAppointmentRow,
                      desk_appointment_row,
                      DESK,
                      APPOINTMENT_ROW,
                      GtkListBoxRow)

GtkWidget *desk_appointment_row_new (CallAppointment *appointment);

CallAppointment *desk_appointment_row_get_appointment (DeskAppointmentRow *self);
void desk_appointment_row_refresh (DeskAppointmentRow *self, GDateTime *now);

G_END_DECLS
