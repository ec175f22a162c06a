/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_PARTICIPANT (call_participant_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallParticipant, call_participant, CALL, PARTICIPANT, GObject)

CALL_AVAILABLE_IN_ALL
CallParticipant *call_participant_new (const char *user_id,
                                       const char *name,
                                       CallRole role,
                                       GDateTime *waiting_since);

CALL_AVAILABLE_IN_ALL
const char *call_participant_get_user_id (CallParticipant *self);
CALL_AVAILABLE_IN_ALL
const char *call_participant_get_name (CallParticipant *self);
CALL_AVAILABLE_IN_ALL
CallRole call_participant_get_role (CallParticipant *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_participant_get_waiting_since (CallParticipant *self);

G_END_DECLS
