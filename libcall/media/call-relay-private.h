/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/*
 * CallRelay hands raw media from one pipeline to others. Whatever produces media has an origin
 * number; the highest number that has produced anything wins and older ones are ignored. That one
 * rule switches cameras and microphones, turns the camera off and replaces one generation of a call
 * by the next, always without a gap and without going back.
 */
typedef struct _CallRelay CallRelay;

CallRelay *call_relay_new (void);
CallRelay *call_relay_ref (CallRelay *self);
void call_relay_unref (CallRelay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRelay, call_relay_unref)

gboolean call_relay_push (CallRelay *self, guint64 origin, GstSample *sample);
void call_relay_forbid_before (CallRelay *self, guint64 origin);
guint64 call_relay_get_origin (CallRelay *self);

void call_relay_add_consumer (CallRelay *self, GstAppSrc *consumer);
void call_relay_remove_consumer (CallRelay *self, GstAppSrc *consumer);
GstAppSrc *call_relay_join (CallRelay *self, GstBin *bin, const char *name);
void call_relay_leave (CallRelay *self, GstAppSrc **consumer);

GstFlowReturn call_relay_push_from_sink (CallRelay *self, guint64 origin, GstElement *appsink);

/* The four relays of an engine. */
typedef struct {
  CallRelay *local_video;
  CallRelay *local_audio;
  CallRelay *remote_video;
  CallRelay *remote_audio;
} CallRelays;

void call_relays_init (CallRelays *self);
void call_relays_copy (CallRelays *self, const CallRelays *other);
void call_relays_clear (CallRelays *self);

G_END_DECLS
