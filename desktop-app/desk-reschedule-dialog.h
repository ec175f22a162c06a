/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_RESCHEDULE_DIALOG (desk_reschedule_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DeskRescheduleDialog,
                      desk_reschedule_dialog,
                      DESK,
                      RESCHEDULE_DIALOG,
                      AdwMessageDialog)

GtkWidget *desk_reschedule_dialog_new (GtkWindow *parent, CallAppointment *appointment);

CallAppointment *desk_reschedule_dialog_get_appointment (DeskRescheduleDialog *self);
GDateTime *desk_reschedule_dialog_dup_time (DeskRescheduleDialog *self);

G_END_DECLS
