/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-pipeline-private.h"

#include "call-error.h"

struct _CallPipeline {
  GObject parent_instance;

  char *name;
  GstElement *pipeline; /* the closing thread drops it: finalising webrtcbin joins threads */
  CallStage *stage;
  GSource *bus_source;
  GSource *guard;
  CallPipelineMessageFunc func;
  gpointer user_data;
  void (*drain) (GstBin *pipeline);
  gboolean left; /* the stage: stopped, or given up */

  GMutex state_lock; /* held by the thread that changes the state, and by nobody else */
  gint closed;       /* atomic: no callback, no start after this */
};

G_DEFINE_FINAL_TYPE (CallPipeline, call_pipeline, G_TYPE_OBJECT)

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (CallPipeline) self = g_object_ref (user_data);

  if (!call_pipeline_is_closed (self) && self->func != NULL)
    self->func (self, message, self->user_data);
  return G_SOURCE_CONTINUE;
}

static void
call_pipeline_dispose (GObject *object)
{
  CallPipeline *self = CALL_PIPELINE (object);

  g_warn_if_fail (self->pipeline == NULL || call_pipeline_is_closed (self));
  clear_source (&self->bus_source);
  clear_source (&self->guard);
  G_OBJECT_CLASS (call_pipeline_parent_class)->dispose (object);
}

static void
call_pipeline_finalize (GObject *object)
{
  CallPipeline *self = CALL_PIPELINE (object);

  call_stage_unref (self->stage);
  g_free (self->name);
  g_mutex_clear (&self->state_lock);
  G_OBJECT_CLASS (call_pipeline_parent_class)->finalize (object);
}

static void
call_pipeline_class_init (CallPipelineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = call_pipeline_dispose;
  object_class->finalize = call_pipeline_finalize;
}

static void
call_pipeline_init (CallPipeline *self)
{
  g_mutex_init (&self->state_lock);
}

CallPipeline *
call_pipeline_new (const char *name,
                   CallStage *stage,
                   CallPipelineMessageFunc func,
                   gpointer user_data)
{
  CallPipeline *self = g_object_new (CALL_TYPE_PIPELINE, NULL);
  g_autoptr (GstBus) bus = NULL;

  self->stage = call_stage_ref (stage);
  call_stage_enter (stage);
  self->func = func;
  self->user_data = user_data;
  self->name = g_strdup (name);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (name));
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), call_stage_get_clock (stage));
  gst_element_set_base_time (self->pipeline, call_stage_get_base_time (stage));
  gst_element_set_start_time (self->pipeline, GST_CLOCK_TIME_NONE);

  bus = gst_element_get_bus (self->pipeline);
  self->bus_source = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_source, G_SOURCE_FUNC (on_bus_message), self, NULL);
  g_source_attach (self->bus_source, call_stage_get_context (stage));
  return self;
}

GstBin *
call_pipeline_get_bin (CallPipeline *self)
{
  return GST_BIN (self->pipeline);
}

GstElement *
call_pipeline_dup_element (CallPipeline *self, const char *name)
{
  return gst_bin_get_by_name (GST_BIN (self->pipeline), name);
}

/*
 * Adds the bin that @description makes, with ghost pads for what it leaves unlinked.
 * Returns: (transfer none): the bin, or %NULL with a CALL_ERROR_MEDIA that names what is missing
 */
GstElement *
call_pipeline_add (CallPipeline *self, const char *description, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  GstElement *bin = gst_parse_bin_from_description_full (description, TRUE, NULL,
                                                         GST_PARSE_FLAG_FATAL_ERRORS, &local_error);

  if (bin == NULL) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_MEDIA, "Cannot build a media chain: %s",
                 local_error->message);
    return NULL;
  }
  gst_bin_add (GST_BIN (self->pipeline), bin);
  return bin;
}

gboolean
call_pipeline_is_closed (CallPipeline *self)
{
  return g_atomic_int_get (&self->closed);
}

/* Starts in the caller's thread, for what opens no device. A failure is on the bus. */
void
call_pipeline_play_now (CallPipeline *self)
{
  g_mutex_lock (&self->state_lock);
  if (!call_pipeline_is_closed (self))
    gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_mutex_unlock (&self->state_lock);
}

static gpointer
play_thread (gpointer data)
{
  g_autoptr (CallPipeline) self = data;

  call_pipeline_play_now (self);
  return NULL;
}

/* Starts without waiting: opening a device may block for seconds. */
void
call_pipeline_play (CallPipeline *self)
{
  g_thread_unref (g_thread_new ("call-play", play_thread, g_object_ref (self)));
}

static gboolean
on_stopped (gpointer user_data)
{
  CallPipeline *self = user_data;

  clear_source (&self->guard);
  if (!self->left)
    call_stage_leave (self->stage);
  self->left = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_guard (gpointer user_data)
{
  g_autoptr (CallPipeline) self = g_object_ref (user_data);

  g_warning ("%s does not stop: leaving it behind", self->name);
  on_stopped (self);
  return G_SOURCE_REMOVE;
}

static void
attach_idle (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, notify);
  g_source_attach (source, context);
}

static gpointer
close_thread (gpointer data)
{
  CallPipeline *self = data;

  g_mutex_lock (&self->state_lock);
  if (self->drain != NULL)
    self->drain (GST_BIN (self->pipeline));
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->pipeline);
  g_mutex_unlock (&self->state_lock);
  attach_idle (call_stage_get_context (self->stage), on_stopped, self, g_object_unref);
  return NULL;
}

/* Has @drain called by the closing thread, to finish what must not be interrupted. */
void
call_pipeline_set_drain (CallPipeline *self, void (*drain) (GstBin *pipeline))
{
  self->drain = drain;
}

/*
 * Stops in a thread, since webrtcbin may deadlock when it is stopped early (GStreamer
 * before 1.22.3) and some devices are slow; the stage is left when that is done or the guard has
 * given up. No callback comes from now on. Takes the caller's reference.
 */
void
call_pipeline_close (CallPipeline *self)
{
  g_return_if_fail (!call_pipeline_is_closed (self));

  g_atomic_int_set (&self->closed, TRUE);
  clear_source (&self->bus_source);
  self->func = NULL;

  self->guard = g_timeout_source_new (CALL_PIPELINE_GUARD_MS);
  g_source_set_callback (self->guard, on_guard, self, NULL);
  g_source_attach (self->guard, call_stage_get_context (self->stage));
  g_thread_unref (g_thread_new ("call-close", close_thread, self));
}

typedef struct {
  CallPipeline *self;
  GObject *receiver;
  CallErrandFunc func;
  gpointer payload;
  GDestroyNotify free_payload;
} Errand;

static gboolean
run_errand (gpointer user_data)
{
  Errand *errand = user_data;

  if (!call_pipeline_is_closed (errand->self))
    errand->func (errand->receiver, errand->payload);
  return G_SOURCE_REMOVE;
}

static void
errand_free (gpointer user_data)
{
  Errand *errand = user_data;

  if (errand->free_payload != NULL)
    errand->free_payload (errand->payload);
  g_object_unref (errand->receiver);
  g_object_unref (errand->self);
  g_free (errand);
}

/*
 * Calls @func with @receiver on the main context, unless the pipeline is closed by then. For any
 * thread; takes @payload.
 */
void
call_pipeline_send (CallPipeline *self,
                    GObject *receiver,
                    CallErrandFunc func,
                    gpointer payload,
                    GDestroyNotify free_payload)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->self = g_object_ref (self);
  errand->receiver = g_object_ref (receiver);
  errand->func = func;
  errand->payload = payload;
  errand->free_payload = free_payload;
  attach_idle (call_stage_get_context (self->stage), run_errand, errand, errand_free);
}
