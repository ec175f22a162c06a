/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"
#include "desk-ringer.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_PREFERENCES_WINDOW (desk_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (DeskPreferencesWindow,
                      desk_preferences_window,
                      DESK,
                      PREFERENCES_WINDOW,
                      AdwPreferencesWindow)

GtkWidget *desk_preferences_window_new (GSettings *settings, DeskRinger *ringer, DeskCall *call);

G_END_DECLS
