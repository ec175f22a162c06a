/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-account.h"
#include "desk-switchboard.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_WINDOW (desk_window_get_type ())
G_DECLARE_FINAL_TYPE (DeskWindow, desk_window, DESK, WINDOW, AdwApplicationWindow)

GtkWidget *desk_window_new (GtkApplication *app,
                            GSettings *settings,
                            DeskAccount *account,
                            DeskSwitchboard *switchboard);

void desk_window_show_appointment (DeskWindow *self, const char *id);
void desk_window_show_arrival (DeskWindow *self, CallAppointment *appointment);
void desk_window_prefill (DeskWindow *self, const char *server, const char *email);

G_END_DECLS
