/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "desk-call-phase.h"

#include <call-media.h>
#include <call.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DESK_TYPE_CALL (desk_call_get_type ())
G_DECLARE_FINAL_TYPE (DeskCall, desk_call, DESK, CALL, GObject)

DeskCall *desk_call_new (CallClient *client, CallSession *session, CallAppointment *appointment);

void desk_call_prepare (DeskCall *self);

CallSession *desk_call_get_session (DeskCall *self);
CallAppointment *desk_call_get_appointment (DeskCall *self);
CallEngine *desk_call_get_engine (DeskCall *self);
DeskCallPhase desk_call_get_phase (DeskCall *self);
const char *desk_call_get_peer_name (DeskCall *self);
char *desk_call_dup_status (DeskCall *self);
gint64 desk_call_get_elapsed (DeskCall *self);

GdkPaintable *desk_call_get_paintable (DeskCall *self, CallVideoRole role);
void desk_call_set_picture_size (DeskCall *self, CallVideoRole role, int width, int height);

gboolean desk_call_get_muted (DeskCall *self);
void desk_call_set_muted (DeskCall *self, gboolean muted);
gboolean desk_call_get_camera_enabled (DeskCall *self);
void desk_call_set_camera_enabled (DeskCall *self, gboolean enabled);

void desk_call_answer (DeskCall *self);
void desk_call_decline (DeskCall *self);
void desk_call_leave (DeskCall *self);
void desk_call_hang_up (DeskCall *self);

GActionGroup *desk_call_get_actions (DeskCall *self);

G_END_DECLS
