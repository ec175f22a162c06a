/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define DESK_TYPE_RING_PAGE (desk_ring_page_get_type ())
G_DECLARE_FINAL_TYPE (DeskRingPage, desk_ring_page, DESK, RING_PAGE, AdwBin)

void desk_ring_page_set_call (DeskRingPage *self, DeskCall *call);

G_END_DECLS
