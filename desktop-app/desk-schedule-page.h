/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_SCHEDULE_PAGE (desk_schedule_page_get_type ())
G_DECLARE_FINAL_TYPE (DeskSchedulePage, desk_schedule_page, DESK, SCHEDULE_PAGE, AdwBin)

void desk_schedule_page_set_appointments (DeskSchedulePage *self, GListModel *appointments);
void desk_schedule_page_set_loading (DeskSchedulePage *self, gboolean loading);
void desk_schedule_page_set_error (DeskSchedulePage *self, const GError *error);
void desk_schedule_page_set_connection (DeskSchedulePage *self, CallConnectionState state);
void desk_schedule_page_select (DeskSchedulePage *self, CallAppointment *appointment);
CallAppointment *desk_schedule_page_get_selected (DeskSchedulePage *self);

G_END_DECLS
