/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-switchboard.h"

G_BEGIN_DECLS

#define DESK_TYPE_NOTIFIER (desk_notifier_get_type ())
G_DECLARE_FINAL_TYPE (DeskNotifier, desk_notifier, DESK, NOTIFIER, GObject)

DeskNotifier *
desk_notifier_new (GApplication *app, DeskSwitchboard *switchboard, DeskRinger *ringer);

void desk_notifier_set_client (DeskNotifier *self, CallClient *client);
void desk_notifier_set_attentive (DeskNotifier *self, gboolean attentive);

G_END_DECLS
