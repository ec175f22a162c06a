/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

/*
 * DeskAppointmentContext: where something is done to an appointment: the window that asks, what
 * tells how it went, and the client that does it.
 */
typedef struct {
  GtkWindow *window;
  AdwToastOverlay *toasts;
  CallClient *client;
} DeskAppointmentContext;

void desk_appointment_copy_link (const DeskAppointmentContext *context,
                                 CallAppointment *appointment);
void desk_appointment_reschedule (const DeskAppointmentContext *context,
                                  CallAppointment *appointment);
void desk_appointment_cancel (const DeskAppointmentContext *context, CallAppointment *appointment);

G_END_DECLS
