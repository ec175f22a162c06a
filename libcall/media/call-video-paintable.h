/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Compiled into programs with a GTK window, not into libcall-media. */

/*
 * CallVideoPaintable shows the newest of the pictures that another thread puts into it. There is
 * room for one: a picture that was not shown in time is replaced, so a slow screen never makes a
 * queue.
 */
#define CALL_TYPE_VIDEO_PAINTABLE (call_video_paintable_get_type ())
G_DECLARE_FINAL_TYPE (CallVideoPaintable, call_video_paintable, CALL, VIDEO_PAINTABLE, GObject)

CallVideoPaintable *call_video_paintable_new (void);
void
call_video_paintable_put (CallVideoPaintable *self, GstBuffer *buffer, const GstVideoInfo *info);
void call_video_paintable_clear (CallVideoPaintable *self);
void call_video_paintable_set_aspect (CallVideoPaintable *self, int width, int height);
void call_video_paintable_unref_later (CallVideoPaintable *self);

G_END_DECLS
