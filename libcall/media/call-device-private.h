/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-device.h"

#include <gst/gst.h>

G_BEGIN_DECLS

CallDevice *call_device_new (CallDeviceKind kind, GstDevice *device);
GstDevice *call_device_get_gst_device (CallDevice *self);
GstElement *call_device_create_element (CallDevice *self);

gboolean call_device_is_jpeg_only (CallDevice *self);

gboolean call_device_is_wanted (GstDevice *device, CallDeviceKind *kind);
char *call_device_build_id (GstDevice *device);

G_END_DECLS
