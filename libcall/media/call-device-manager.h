/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-device.h"
#include "call-media-enums.h"
#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_DEVICE_MANAGER (call_device_manager_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallDeviceManager, call_device_manager, CALL, DEVICE_MANAGER, GObject)

CALL_AVAILABLE_IN_ALL
CallDeviceManager *call_device_manager_new (void);

CALL_AVAILABLE_IN_ALL
gboolean call_device_manager_get_ready (CallDeviceManager *self);
CALL_AVAILABLE_IN_ALL
CallDevice *call_device_manager_find (CallDeviceManager *self, CallDeviceKind kind, const char *id);

G_END_DECLS
