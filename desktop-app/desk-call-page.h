/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_CALL_PAGE (desk_call_page_get_type ())
G_DECLARE_FINAL_TYPE (DeskCallPage, desk_call_page, DESK, CALL_PAGE, AdwBin)

void desk_call_page_set_call (DeskCallPage *self, DeskCall *call);
void desk_call_page_set_conversation (DeskCallPage *self, GListModel *messages, const char *own_id);
void desk_call_page_toggle_chat (DeskCallPage *self);
void desk_call_page_tell (DeskCallPage *self, const char *text);

G_END_DECLS
