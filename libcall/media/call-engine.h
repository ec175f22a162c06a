/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "call-device-manager.h"
#include "call-engine-stats.h"
#include "call-media-enums.h"
#include "call-signalling.h"
#include "call-types.h"

G_BEGIN_DECLS

#define CALL_TYPE_ENGINE (call_engine_get_type ())
CALL_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (CallEngine, call_engine, CALL, ENGINE, GObject)

CALL_AVAILABLE_IN_ALL
CallEngine *call_engine_new (void);

CALL_AVAILABLE_IN_ALL
gboolean call_engine_start (CallEngine *self, GError **error);
CALL_AVAILABLE_IN_ALL
void call_engine_stop_async (CallEngine *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
CALL_AVAILABLE_IN_ALL
gboolean call_engine_stop_finish (CallEngine *self, GAsyncResult *result, GError **error);

CALL_AVAILABLE_IN_ALL
void call_engine_set_signalling (CallEngine *self, CallSignalling *signalling);
CALL_AVAILABLE_IN_ALL
CallSignalling *call_engine_get_signalling (CallEngine *self);
CALL_AVAILABLE_IN_ALL
void call_engine_set_video_sink (CallEngine *self, CallVideoRole role, GstElement *sink);

CALL_AVAILABLE_IN_ALL
CallEngineState call_engine_get_state (CallEngine *self);
CALL_AVAILABLE_IN_ALL
CallEngineStats *call_engine_get_stats (CallEngine *self);
CALL_AVAILABLE_IN_ALL
CallDeviceManager *call_engine_get_device_manager (CallEngine *self);

CALL_AVAILABLE_IN_ALL
void call_engine_set_muted (CallEngine *self, gboolean muted);
CALL_AVAILABLE_IN_ALL
gboolean call_engine_get_muted (CallEngine *self);
CALL_AVAILABLE_IN_ALL
void call_engine_set_camera_enabled (CallEngine *self, gboolean enabled);
CALL_AVAILABLE_IN_ALL
gboolean call_engine_get_camera_enabled (CallEngine *self);
CALL_AVAILABLE_IN_ALL
void call_engine_set_camera (CallEngine *self, const char *device_id);
CALL_AVAILABLE_IN_ALL
const char *call_engine_get_camera (CallEngine *self);
CALL_AVAILABLE_IN_ALL
void call_engine_set_microphone (CallEngine *self, const char *device_id);
CALL_AVAILABLE_IN_ALL
const char *call_engine_get_microphone (CallEngine *self);
CALL_AVAILABLE_IN_ALL
void call_engine_set_speaker (CallEngine *self, const char *device_id);
CALL_AVAILABLE_IN_ALL
const char *call_engine_get_speaker (CallEngine *self);

G_END_DECLS
