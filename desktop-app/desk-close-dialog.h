/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

GtkWidget *desk_close_dialog_new (GtkWindow *parent);

G_END_DECLS
