/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-video-paintable.h"

struct _CallVideoPaintable {
  GObject parent_instance;

  GdkTexture *texture; /* what is shown; main thread only */
  int shown_width;     /* what was last told to be our size */
  int shown_height;

  GMutex lock; /* guards the mailbox below */
  GstBuffer *buffer;
  GstVideoInfo info;
  int aspect_width; /* of the picture before it was scaled for the screen; 0 when unknown */
  int aspect_height;
  gboolean cleared;
  gboolean scheduled;
};

static void paintable_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallVideoPaintable,
                               call_video_paintable,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, paintable_init))

static void
paintable_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  CallVideoPaintable *self = CALL_VIDEO_PAINTABLE (paintable);

  if (self->texture != NULL)
    gdk_paintable_snapshot (GDK_PAINTABLE (self->texture), snapshot, width, height);
}

static GdkPaintable *
paintable_get_current_image (GdkPaintable *paintable)
{
  CallVideoPaintable *self = CALL_VIDEO_PAINTABLE (paintable);

  if (self->texture != NULL)
    return GDK_PAINTABLE (g_object_ref (self->texture));
  return gdk_paintable_new_empty (0, 0);
}

static int
paintable_get_intrinsic_width (GdkPaintable *paintable)
{
  return CALL_VIDEO_PAINTABLE (paintable)->shown_width;
}

static int
paintable_get_intrinsic_height (GdkPaintable *paintable)
{
  return CALL_VIDEO_PAINTABLE (paintable)->shown_height;
}

static double
paintable_get_intrinsic_aspect_ratio (GdkPaintable *paintable)
{
  CallVideoPaintable *self = CALL_VIDEO_PAINTABLE (paintable);

  return self->shown_height > 0 ? (double) self->shown_width / self->shown_height : 0;
}

static void
paintable_init (GdkPaintableInterface *iface)
{
  iface->snapshot = paintable_snapshot;
  iface->get_current_image = paintable_get_current_image;
  iface->get_intrinsic_width = paintable_get_intrinsic_width;
  iface->get_intrinsic_height = paintable_get_intrinsic_height;
  iface->get_intrinsic_aspect_ratio = paintable_get_intrinsic_aspect_ratio;
}

static void
call_video_paintable_finalize (GObject *object)
{
  CallVideoPaintable *self = CALL_VIDEO_PAINTABLE (object);

  g_clear_object (&self->texture);
  gst_clear_buffer (&self->buffer);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (call_video_paintable_parent_class)->finalize (object);
}

static void
call_video_paintable_class_init (CallVideoPaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = call_video_paintable_finalize;
}

static void
call_video_paintable_init (CallVideoPaintable *self)
{
  g_mutex_init (&self->lock);
}

CallVideoPaintable *
call_video_paintable_new (void)
{
  return g_object_new (CALL_TYPE_VIDEO_PAINTABLE, NULL);
}

static void
free_frame (gpointer data)
{
  GstVideoFrame *frame = data;

  gst_video_frame_unmap (frame);
  g_free (frame);
}

/* The texture keeps the mapped picture: nothing is copied on this side. */
static GdkTexture *
make_texture (GstBuffer *buffer, const GstVideoInfo *info)
{
  GstVideoFrame *frame = g_new0 (GstVideoFrame, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  if (!gst_video_frame_map (frame, info, buffer, GST_MAP_READ)) {
    g_free (frame);
    return NULL;
  }
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  bytes = g_bytes_new_with_free_func (GST_VIDEO_FRAME_PLANE_DATA (frame, 0), stride * info->height,
                                      free_frame, frame);
  /* Opaque, so premultiplied or not is the same; premultiplied is what cairo draws without a pass.
   */
  return gdk_memory_texture_new (info->width, info->height, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED,
                                 bytes, stride);
}

static void
tell_size (CallVideoPaintable *self, int width, int height)
{
  if (self->shown_width == width && self->shown_height == height)
    return;
  self->shown_width = width;
  self->shown_height = height;
  gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
}

static gboolean
show (gpointer user_data)
{
  CallVideoPaintable *self = user_data;
  g_autoptr (GstBuffer) buffer = NULL;
  GstVideoInfo info;
  int width, height;
  gboolean cleared;

  g_mutex_lock (&self->lock);
  buffer = g_steal_pointer (&self->buffer);
  info = self->info;
  width = self->aspect_width;
  height = self->aspect_height;
  cleared = self->cleared;
  self->cleared = FALSE;
  self->scheduled = FALSE;
  g_mutex_unlock (&self->lock);

  if (cleared || buffer != NULL)
    g_clear_object (&self->texture);
  if (buffer != NULL) {
    self->texture = make_texture (buffer, &info);
    tell_size (self, width > 0 ? width : info.width, height > 0 ? height : info.height);
  }
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
schedule (CallVideoPaintable *self)
{
  if (self->scheduled)
    return;
  self->scheduled = TRUE;
  /* In front of drawing, behind input. */
  g_idle_add_full (GDK_PRIORITY_REDRAW - 1, show, g_object_ref (self), g_object_unref);
}

/* Shows @buffer, of BGRA, as soon as the main loop gets to it. For any thread. */
void
call_video_paintable_put (CallVideoPaintable *self, GstBuffer *buffer, const GstVideoInfo *info)
{
  g_mutex_lock (&self->lock);
  gst_buffer_replace (&self->buffer, buffer);
  self->info = *info;
  schedule (self);
  g_mutex_unlock (&self->lock);
}

/* Shows nothing any more. For any thread. */
void
call_video_paintable_clear (CallVideoPaintable *self)
{
  g_mutex_lock (&self->lock);
  gst_clear_buffer (&self->buffer);
  self->cleared = TRUE;
  schedule (self);
  g_mutex_unlock (&self->lock);
}

/*
 * Says how big the picture was before it was scaled: its size and shape do not change with the
 * widget's. For any thread; counts from the next picture on.
 */
void
call_video_paintable_set_aspect (CallVideoPaintable *self, int width, int height)
{
  g_mutex_lock (&self->lock);
  self->aspect_width = width;
  self->aspect_height = height;
  g_mutex_unlock (&self->lock);
}

static gboolean
do_nothing (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

/* Drops a reference on the main thread, where textures may be freed. For any thread. */
void
call_video_paintable_unref_later (CallVideoPaintable *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, do_nothing, self, g_object_unref);
}
