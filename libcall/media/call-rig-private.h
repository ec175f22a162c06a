/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-capture-private.h"
#include "call-output-private.h"
#include "call-path-private.h"
#include "call-settings-private.h"

G_BEGIN_DECLS

typedef struct {
  CallPathEvents path;
  CallCaptureLostFunc device_lost;
} CallRigEvents;

/*
 * CallRig is all that runs between the start and the stop of an engine: capture, the path to the
 * other side, and the outputs.
 */
typedef struct _CallRig CallRig;

CallRig *call_rig_new (CallStage *stage,
                       const CallSettings *settings,
                       CallDeviceManager *devices,
                       const CallRigEvents *events,
                       gpointer user_data);
gboolean call_rig_start (CallRig *self, GError **error);
void call_rig_update (CallRig *self);
void call_rig_set_signalling (CallRig *self, CallSignalling *signalling);
gboolean
call_rig_set_video_sink (CallRig *self, CallVideoRole role, GstElement *sink, GError **error);
void call_rig_set_latency (CallRig *self, guint latency_ms);
void call_rig_fill_stats (CallRig *self, CallEngineStats *stats);
void call_rig_close (CallRig *self);

G_END_DECLS
