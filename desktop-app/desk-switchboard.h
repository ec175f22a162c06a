/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"
#include "desk-ringer.h"

G_BEGIN_DECLS

#define DESK_TYPE_SWITCHBOARD (desk_switchboard_get_type ())
G_DECLARE_FINAL_TYPE (DeskSwitchboard, desk_switchboard, DESK, SWITCHBOARD, GObject)

DeskSwitchboard *desk_switchboard_new (DeskRinger *ringer);

void desk_switchboard_set_client (DeskSwitchboard *self, CallClient *client);
CallClient *desk_switchboard_get_client (DeskSwitchboard *self);
DeskCall *desk_switchboard_get_call (DeskSwitchboard *self);
void desk_switchboard_connect (DeskSwitchboard *self, CallAppointment *appointment);

G_END_DECLS
