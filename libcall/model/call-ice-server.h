/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_ICE_SERVER (call_ice_server_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallIceServer, call_ice_server, CALL, ICE_SERVER, GObject)

CALL_AVAILABLE_IN_ALL
CallIceServer *
call_ice_server_new (const char *const *urls, const char *username, const char *credential);

CALL_AVAILABLE_IN_ALL
const char *const *call_ice_server_get_urls (CallIceServer *self);
CALL_AVAILABLE_IN_ALL
const char *call_ice_server_get_username (CallIceServer *self);
CALL_AVAILABLE_IN_ALL
const char *call_ice_server_get_credential (CallIceServer *self);

G_END_DECLS
