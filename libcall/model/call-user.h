/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

#include "call-enums.h"

G_BEGIN_DECLS

#define CALL_TYPE_USER (call_user_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallUser, call_user, CALL, USER, GObject)

CALL_AVAILABLE_IN_ALL
CallUser *call_user_new (const char *id,
                         const char *name,
                         const char *email,
                         CallRole role,
                         const char *time_zone);

CALL_AVAILABLE_IN_ALL
const char *call_user_get_id (CallUser *self);
CALL_AVAILABLE_IN_ALL
const char *call_user_get_name (CallUser *self);
CALL_AVAILABLE_IN_ALL
const char *call_user_get_email (CallUser *self);
CALL_AVAILABLE_IN_ALL
CallRole call_user_get_role (CallUser *self);
CALL_AVAILABLE_IN_ALL
const char *call_user_get_time_zone (CallUser *self);

G_END_DECLS
