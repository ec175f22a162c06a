/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-relay-private.h"

#include <gst/app/gstappsink.h>

struct _CallRelay {
  gatomicrefcount refs;
  GMutex lock; /* guards everything below; taken by streaming threads, never held while waiting */
  guint64 origin;
  GPtrArray *consumers; /* of GstAppSrc, which bound their own queues and drop the oldest */
};

CallRelay *
call_relay_new (void)
{
  CallRelay *self = g_new0 (CallRelay, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->consumers = g_ptr_array_new_with_free_func (gst_object_unref);
  return self;
}

CallRelay *
call_relay_ref (CallRelay *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
call_relay_unref (CallRelay *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_ptr_array_unref (self->consumers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* All pipelines of an engine share clock and base time, so a running time means the same in each.
 */
static GstSample *
make_running (GstSample *sample)
{
  const GstSegment *segment = gst_sample_get_segment (sample);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstClockTime time;
  g_autoptr (GstBuffer) copy = NULL;

  if (buffer == NULL || !GST_BUFFER_PTS_IS_VALID (buffer))
    return NULL;
  time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return NULL;

  copy = gst_buffer_copy (buffer); /* shares the memory */
  GST_BUFFER_PTS (copy) = time;
  GST_BUFFER_DTS (copy) = GST_CLOCK_TIME_NONE;
  return gst_sample_new (copy, gst_sample_get_caps (sample), NULL, NULL);
}

/*
 * Gives @sample to all consumers unless a newer origin has spoken. Called from streaming threads.
 * Returns: whether @sample was taken.
 */
gboolean
call_relay_push (CallRelay *self, guint64 origin, GstSample *sample)
{
  g_autoptr (GstSample) running = make_running (sample);
  gboolean taken;

  if (running == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  taken = origin >= self->origin;
  if (taken)
    self->origin = origin;
  for (guint i = 0; taken && i < self->consumers->len; i++)
    gst_app_src_push_sample (self->consumers->pdata[i], running);
  g_mutex_unlock (&self->lock);
  return taken;
}

/* A new-sample callback's body: takes the waiting sample of @appsink and hands it on. */
GstFlowReturn
call_relay_push_from_sink (CallRelay *self, guint64 origin, GstElement *appsink)
{
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (GST_APP_SINK (appsink));

  if (sample == NULL)
    return GST_FLOW_EOS;
  call_relay_push (self, origin, sample);
  return GST_FLOW_OK;
}

/* Silences all origins before @origin at once, even if @origin has nothing to say yet. */
void
call_relay_forbid_before (CallRelay *self, guint64 origin)
{
  g_mutex_lock (&self->lock);
  self->origin = MAX (self->origin, origin);
  g_mutex_unlock (&self->lock);
}

guint64
call_relay_get_origin (CallRelay *self)
{
  guint64 origin;

  g_mutex_lock (&self->lock);
  origin = self->origin;
  g_mutex_unlock (&self->lock);
  return origin;
}

void
call_relay_add_consumer (CallRelay *self, GstAppSrc *consumer)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->consumers, gst_object_ref (consumer));
  g_mutex_unlock (&self->lock);
}

/* After this no sample reaches @consumer any more. Unknown consumers are ignored. */
void
call_relay_remove_consumer (CallRelay *self, GstAppSrc *consumer)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->consumers, consumer);
  g_mutex_unlock (&self->lock);
}

/*
 * Makes the appsrc called @name in @bin a consumer.
 * Returns: (transfer full) (nullable): it, to leave with; %NULL if there is none
 */
GstAppSrc *
call_relay_join (CallRelay *self, GstBin *bin, const char *name)
{
  GstElement *entry = gst_bin_get_by_name (bin, name);

  if (entry == NULL)
    return NULL;
  call_relay_add_consumer (self, GST_APP_SRC (entry));
  return GST_APP_SRC (entry);
}

void
call_relay_leave (CallRelay *self, GstAppSrc **consumer)
{
  if (*consumer == NULL)
    return;
  call_relay_remove_consumer (self, *consumer);
  gst_clear_object (consumer);
}

void
call_relays_init (CallRelays *self)
{
  self->local_video = call_relay_new ();
  self->local_audio = call_relay_new ();
  self->remote_video = call_relay_new ();
  self->remote_audio = call_relay_new ();
}

/* References the same relays as @other. */
void
call_relays_copy (CallRelays *self, const CallRelays *other)
{
  self->local_video = call_relay_ref (other->local_video);
  self->local_audio = call_relay_ref (other->local_audio);
  self->remote_video = call_relay_ref (other->remote_video);
  self->remote_audio = call_relay_ref (other->remote_audio);
}

void
call_relays_clear (CallRelays *self)
{
  g_clear_pointer (&self->local_video, call_relay_unref);
  g_clear_pointer (&self->local_audio, call_relay_unref);
  g_clear_pointer (&self->remote_video, call_relay_unref);
  g_clear_pointer (&self->remote_audio, call_relay_unref);
}
