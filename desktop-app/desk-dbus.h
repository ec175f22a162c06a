/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-switchboard.h"

G_BEGIN_DECLS

#define DESK_TYPE_DBUS (desk_dbus_get_type ())
G_DECLARE_FINAL_TYPE (DeskDbus, desk_dbus, DESK, DBUS, GObject)

DeskDbus *desk_dbus_new (void);

gboolean
desk_dbus_export (DeskDbus *self, GDBusConnection *connection, const char *path, GError **error);
void desk_dbus_unexport (DeskDbus *self);
void desk_dbus_set_switchboard (DeskDbus *self, DeskSwitchboard *switchboard);

G_END_DECLS
