/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-stage-private.h"

G_BEGIN_DECLS

/*
 * CallPipeline is a GstPipeline that keeps off the main thread: it is started and stopped by
 * threads of its own, since devices and webrtcbin may take their time, and tells what happened on
 * the main context of its stage. After call_pipeline_close() it tells nothing any more.
 */
#define CALL_TYPE_PIPELINE (call_pipeline_get_type ())
G_DECLARE_FINAL_TYPE (CallPipeline, call_pipeline, CALL, PIPELINE, GObject)

typedef void (*CallPipelineMessageFunc) (CallPipeline *self,
                                         GstMessage *message,
                                         gpointer user_data);
typedef void (*CallErrandFunc) (gpointer receiver, gpointer payload);

/* How long a pipeline may take to stop before it is left behind with a warning. */
#define CALL_PIPELINE_GUARD_MS 5000

CallPipeline *call_pipeline_new (const char *name,
                                 CallStage *stage,
                                 CallPipelineMessageFunc func,
                                 gpointer user_data);
GstBin *call_pipeline_get_bin (CallPipeline *self);
GstElement *call_pipeline_dup_element (CallPipeline *self, const char *name);
GstElement *call_pipeline_add (CallPipeline *self, const char *description, GError **error);

void call_pipeline_play (CallPipeline *self);
void call_pipeline_play_now (CallPipeline *self);
gboolean call_pipeline_is_closed (CallPipeline *self);
void call_pipeline_set_drain (CallPipeline *self, void (*drain) (GstBin *pipeline));
void call_pipeline_close (CallPipeline *self);

void call_pipeline_send (CallPipeline *self,
                         GObject *receiver,
                         CallErrandFunc func,
                         gpointer payload,
                         GDestroyNotify free_payload);

G_END_DECLS
