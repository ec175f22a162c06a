/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-device-manager.h"
#include "call-source-private.h"

G_BEGIN_DECLS

typedef void (*CallCaptureLostFunc) (CallDeviceKind kind, const GError *error, gpointer user_data);

/* What to capture; the owner changes it and calls call_capture_update(). */
typedef struct {
  CallSourceFormat format;
  gboolean test_sources; /* instead of devices */
  gboolean camera_enabled;
  const char *camera;     /* device id, or NULL for the default one */
  const char *microphone; /* device id, or NULL for the default one */
  CallDeviceManager *devices;
} CallCaptureConfig;

/*
 * CallCapture keeps one source of pictures and one of sound running and swaps them without a gap:
 * the new one takes over with its first sample, then the old one's device is released.
 */
typedef struct _CallCapture CallCapture;

CallCapture *call_capture_new (CallStage *stage,
                               CallRelay *video,
                               CallRelay *audio,
                               CallCaptureLostFunc lost,
                               gpointer user_data);
gboolean call_capture_update (CallCapture *self, const CallCaptureConfig *config, GError **error);
void call_capture_tick (CallCapture *self);
void call_capture_close (CallCapture *self);
double call_capture_get_level (CallCapture *self);

G_END_DECLS
