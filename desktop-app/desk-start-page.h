/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_START_PAGE (desk_start_page_get_type ())
G_DECLARE_FINAL_TYPE (DeskStartPage, desk_start_page, DESK, START_PAGE, AdwBin)

void desk_start_page_set_error (DeskStartPage *self, const GError *error);

G_END_DECLS
