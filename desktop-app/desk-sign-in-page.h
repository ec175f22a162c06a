/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_SIGN_IN_PAGE (desk_sign_in_page_get_type ())
G_DECLARE_FINAL_TYPE (DeskSignInPage, desk_sign_in_page, DESK, SIGN_IN_PAGE, AdwBin)

void desk_sign_in_page_prefill (DeskSignInPage *self, const char *server, const char *email);
void desk_sign_in_page_set_busy (DeskSignInPage *self, gboolean busy);
void desk_sign_in_page_set_error (DeskSignInPage *self, const GError *error);
void desk_sign_in_page_clear_password (DeskSignInPage *self);
void desk_sign_in_page_focus (DeskSignInPage *self);

char *desk_sign_in_page_complete_address (const char *text);

G_END_DECLS
