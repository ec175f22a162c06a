/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <call.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DESK_TYPE_MESSAGE_ROW (desk_message_row_get_type ())
G_DECLARE_FINAL_TYPE (DeskMessageRow, desk_message_row, DESK, MESSAGE_ROW, GtkListBoxRow)

GtkWidget *desk_message_row_new (CallMessage *message, gboolean own);

G_END_DECLS
