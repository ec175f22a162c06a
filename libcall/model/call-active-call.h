/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_ACTIVE_CALL (call_active_call_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallActiveCall, call_active_call, CALL, ACTIVE_CALL, GObject)

CALL_AVAILABLE_IN_ALL
CallActiveCall *call_active_call_new (const char *call_id,
                                      CallProgress state,
                                      const char *caller_id,
                                      const char *callee_id,
                                      guint generation,
                                      GDateTime *requested_at,
                                      GDateTime *started_at);

CALL_AVAILABLE_IN_ALL
const char *call_active_call_get_call_id (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
CallProgress call_active_call_get_state (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
const char *call_active_call_get_caller_id (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
const char *call_active_call_get_callee_id (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
guint call_active_call_get_generation (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_active_call_get_requested_at (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
GDateTime *call_active_call_get_started_at (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
GHashTable *call_active_call_get_peers (CallActiveCall *self);
CALL_AVAILABLE_IN_ALL
const char *call_active_call_get_peer_id (CallActiveCall *self, const char *user_id);

G_END_DECLS
