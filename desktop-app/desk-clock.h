/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define DESK_TYPE_CLOCK (desk_clock_get_type ())
G_DECLARE_FINAL_TYPE (DeskClock, desk_clock, DESK, CLOCK, GObject)

DeskClock *desk_clock_get_default (void);

GDateTime *desk_clock_get_now (DeskClock *self);
void desk_clock_hold (DeskClock *self, GDateTime *now);

G_END_DECLS
