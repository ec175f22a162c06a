/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_PRESENCE (call_presence_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallPresence, call_presence, CALL, PRESENCE, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_presence_get_user_id (CallPresence *self);
CALL_AVAILABLE_IN_ALL
const char *call_presence_get_user_name (CallPresence *self);
CALL_AVAILABLE_IN_ALL
CallPresenceStatus call_presence_get_status (CallPresence *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_presence_get_last_seen (CallPresence *self);

G_END_DECLS
