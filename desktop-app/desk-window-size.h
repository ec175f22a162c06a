/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void desk_window_size_restore (GtkWindow *window, GSettings *settings);
void desk_window_size_save (GtkWindow *window, GSettings *settings);

G_END_DECLS
