/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-config.h"
#include "calld-context.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CALLD_DBUS_NAME "org.libcall.Calld1"
#define CALLD_DBUS_PATH "/org/libcall/Calld1"

/**
 * CalldDbusHooks:
 * @drain: say goodbye to clients, then end the program
 * @reload: read the settings again
 *
 * What only the program can do. Called in the main context.
 */
typedef struct {
  void (*drain) (gpointer user_data);
  gboolean (*reload) (gpointer user_data, GError **error);
} CalldDbusHooks;

#define CALLD_TYPE_DBUS (calld_dbus_get_type ())
G_DECLARE_FINAL_TYPE (CalldDbus, calld_dbus, CALLD, DBUS, GObject)

CalldDbus *calld_dbus_new (CalldContext *context, const CalldDbusHooks *hooks, gpointer user_data);
gboolean calld_dbus_start (CalldDbus *self, CalldBusChoice choice, GError **error);
gboolean calld_dbus_export (CalldDbus *self, GDBusConnection *connection, GError **error);
void calld_dbus_stop (CalldDbus *self);

G_END_DECLS
