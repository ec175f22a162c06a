/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>
#include <call.h>

G_BEGIN_DECLS

#define DESK_TYPE_CHAT_PANEL (desk_chat_panel_get_type ())
G_DECLARE_FINAL_TYPE (DeskChatPanel, desk_chat_panel, DESK, CHAT_PANEL, AdwBin)

void
desk_chat_panel_set_conversation (DeskChatPanel *self, GListModel *messages, const char *own_id);
void desk_chat_panel_set_open (DeskChatPanel *self, gboolean open);
guint desk_chat_panel_get_unread (DeskChatPanel *self);

G_END_DECLS
