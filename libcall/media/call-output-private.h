/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-pipeline-private.h"
#include "call-relay-private.h"

G_BEGIN_DECLS

typedef enum {
  CALL_OUTPUT_SELF_VIEW,
  CALL_OUTPUT_REMOTE_PICTURE,
  CALL_OUTPUT_REMOTE_SOUND,
} CallOutputKind;

typedef struct _CallOutput CallOutput;
typedef void (*CallOutputFailedFunc) (CallOutput *output, const GError *error, gpointer user_data);

/*
 * CallOutput shows the pictures or plays the sound of a relay. It is a pipeline of its own, so that
 * it lives longer than the generations of a call and a dying sound card harms nothing else.
 */
CallOutput *call_output_new (CallOutputKind kind,
                             GstElement *sink,
                             const char *echo_probe,
                             CallStage *stage,
                             CallRelay *relay,
                             GError **error);
void call_output_start (CallOutput *self, CallOutputFailedFunc func, gpointer user_data);
void call_output_close (CallOutput *self);
void call_output_set_latency (CallOutput *self, guint jitter_latency_ms);
double call_output_get_level (CallOutput *self, gint64 now_us);

G_END_DECLS
