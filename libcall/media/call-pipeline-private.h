/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * CallPipeline is a GstPipeline that keeps off the main thread: it is started and stopped by
 * threads of its own, since devices and webrtcbin may take their time, and tells what happened on
 * the main context it was made for. After call_pipeline_close() it tells nothing any more.
 */
#define CALL_TYPE_PIPELINE (call_pipeline_get_type ())
G_DECLARE_FINAL_TYPE (CallPipeline, call_pipeline, CALL, PIPELINE, GObject)

typedef void (*CallPipelineMessageFunc) (CallPipeline *self,
                                         GstMessage *message,
                                         gpointer user_data);
typedef void (*CallErrandFunc) (gpointer receiver, gpointer payload);
typedef void (*CallPipelineClosedFunc) (gpointer user_data);

/* How long a pipeline may take to stop before it is left behind with a warning. */
#define CALL_PIPELINE_GUARD_MS 5000

CallPipeline *call_pipeline_new (const char *name,
                                 GstClockTime base_time,
                                 CallPipelineMessageFunc func,
                                 gpointer user_data);
GstBin *call_pipeline_get_bin (CallPipeline *self);
GMainContext *call_pipeline_get_context (CallPipeline *self);
GstElement *call_pipeline_dup_element (CallPipeline *self, const char *name);
GstElement *call_pipeline_add (CallPipeline *self, const char *description, GError **error);

void call_pipeline_play (CallPipeline *self);
void call_pipeline_play_now (CallPipeline *self);
gboolean call_pipeline_is_closed (CallPipeline *self);
void call_pipeline_close (CallPipeline *self, CallPipelineClosedFunc func, gpointer user_data);

void call_pipeline_send (CallPipeline *self,
                         GObject *receiver,
                         CallErrandFunc func,
                         gpointer payload,
                         GDestroyNotify free_payload);

GstClockTime call_pipeline_get_base_time_now (void);

G_END_DECLS
