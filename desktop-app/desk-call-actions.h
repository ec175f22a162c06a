/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call.h"

G_BEGIN_DECLS

GSimpleActionGroup *desk_call_actions_new (DeskCall *call);
void desk_call_actions_update (GSimpleActionGroup *actions, DeskCallPhase phase);
void desk_call_actions_switch (GSimpleActionGroup *actions, const char *name, gboolean on);

G_END_DECLS
