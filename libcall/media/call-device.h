/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-media-enums.h"
#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_DEVICE (call_device_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallDevice, call_device, CALL, DEVICE, GObject)

CALL_AVAILABLE_IN_ALL
const char *call_device_get_id (CallDevice *self);
CALL_AVAILABLE_IN_ALL
const char *call_device_get_name (CallDevice *self);
CALL_AVAILABLE_IN_ALL
CallDeviceKind call_device_get_kind (CallDevice *self);
CALL_AVAILABLE_IN_ALL
gboolean call_device_get_is_default (CallDevice *self);

G_END_DECLS
