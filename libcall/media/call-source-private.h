/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-pipeline-private.h"
#include "call-relay-private.h"

G_BEGIN_DECLS

typedef enum {
  CALL_SOURCE_CAMERA,
  CALL_SOURCE_TEST_PICTURE,
  CALL_SOURCE_BLACK,
  CALL_SOURCE_MICROPHONE,
  CALL_SOURCE_TEST_TONE,
  CALL_SOURCE_SILENCE,
} CallSourceKind;

/* What a source is asked to deliver. */
typedef struct {
  guint width;
  guint height;
  guint framerate;
  gboolean jpeg;          /* the camera delivers JPEG pictures, not raw ones */
  const char *echo_probe; /* name of the playback's probe, or NULL for no echo cancellation */
} CallSourceFormat;

typedef struct _CallSource CallSource;
typedef void (*CallSourceFailedFunc) (CallSource *source, const GError *error, gpointer user_data);

/*
 * CallSource is one pipeline that produces pictures or sound for a relay: a device, a test signal
 * or nothing visible. Errors are told once, on the main context.
 */
CallSource *call_source_new (CallSourceKind kind,
                             const CallSourceFormat *format,
                             GstElement *device,
                             CallStage *stage,
                             CallRelay *relay,
                             guint64 origin,
                             GError **error);
void call_source_start (CallSource *self, CallSourceFailedFunc func, gpointer user_data);
void call_source_close (CallSource *self);
CallSourceKind call_source_get_kind (CallSource *self);
guint64 call_source_get_origin (CallSource *self);
double call_source_get_level (CallSource *self);

char *call_source_describe (CallSourceKind kind, const CallSourceFormat *format);

G_END_DECLS
