/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-ringer"

#include "config.h"

#include "desk-ringer.h"

#include "desk-media.h"

#include <gst/gst.h>

/**
 * DeskRinger:
 *
 * Plays the sounds of the app, one at a time: a new one replaces the one that plays. Sounds the
 * clinician switched off are not played. A computer without a speaker is no error.
 */
struct _DeskRinger {
  GObject parent_instance;

  GSettings *settings;
  GstElement *player;
  guint bus_watch;
  gboolean looping;
};

G_DEFINE_FINAL_TYPE (DeskRinger, desk_ringer, G_TYPE_OBJECT)

static const struct {
  const char *uri;
  /* The setting that switches it off, NULL for none. */
  const char *key;
} sounds[] = {
  [DESK_SOUND_RING] = { "resource:///org/libcall/Desk/sounds/ring.oga", "ring-sound" },
  [DESK_SOUND_RINGBACK] = { "resource:///org/libcall/Desk/sounds/ringback.oga", NULL },
  [DESK_SOUND_ARRIVAL] = { "resource:///org/libcall/Desk/sounds/arrival.oga", "arrival-sound" },
  [DESK_SOUND_MESSAGE] = { "resource:///org/libcall/Desk/sounds/message.oga", "message-sound" },
  [DESK_SOUND_ENDED] = { "resource:///org/libcall/Desk/sounds/ended.oga", NULL },
};

static void
rewind_player (DeskRinger *self)
{
  gst_element_seek_simple (self->player, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
}

static gboolean
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  DeskRinger *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS && self->looping) {
    rewind_player (self);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    desk_ringer_stop (self);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    g_info ("cannot play a sound: %s", error->message);
    desk_ringer_stop (self);
  }
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_sink (DeskRinger *self)
{
  GstElement *sink;

  if (!desk_media_get_use_test_sources ())
    return NULL;
  sink = gst_element_factory_make ("fakesink", NULL);
  if (sink != NULL)
    g_object_set (sink, "sync", TRUE, NULL);
  return sink;
}

static gboolean
make_player (DeskRinger *self)
{
  g_autoptr (GstBus) bus = NULL;
  GstElement *sink;

  if (!gst_init_check (NULL, NULL, NULL))
    return FALSE;
  self->player = gst_element_factory_make ("playbin", NULL);
  if (self->player == NULL) {
    g_info ("there is no playbin: no sounds");
    return FALSE;
  }
  g_object_ref_sink (self->player);
  sink = make_sink (self);
  if (sink != NULL)
    g_object_set (self->player, "audio-sink", sink, NULL);
  bus = gst_element_get_bus (self->player);
  self->bus_watch = gst_bus_add_watch (bus, on_bus_message, self);
  return TRUE;
}

static void
start (DeskRinger *self, DeskSound sound, gboolean looping)
{
  desk_ringer_stop (self);
  if (sounds[sound].key != NULL && !g_settings_get_boolean (self->settings, sounds[sound].key))
    return;
  if (!make_player (self))
    return;
  self->looping = looping;
  g_object_set (self->player, "uri", sounds[sound].uri, NULL);
  gst_element_set_state (self->player, GST_STATE_PLAYING);
}

static void
desk_ringer_dispose (GObject *object)
{
  DeskRinger *self = DESK_RINGER (object);

  desk_ringer_stop (self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (desk_ringer_parent_class)->dispose (object);
}

static void
desk_ringer_class_init (DeskRingerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = desk_ringer_dispose;
}

static void
desk_ringer_init (DeskRinger *self)
{
}

/**
 * desk_ringer_new:
 * @settings: the settings of the app
 *
 * Returns: (transfer full): a ringer
 */
DeskRinger *
desk_ringer_new (GSettings *settings)
{
  DeskRinger *self = g_object_new (DESK_TYPE_RINGER, NULL);

  self->settings = g_object_ref (settings);
  return self;
}

/**
 * desk_ringer_play:
 * @self: a ringer
 * @sound: what to play
 *
 * Plays @sound once. It does not interrupt a ring.
 */
void
desk_ringer_play (DeskRinger *self, DeskSound sound)
{
  if (!self->looping)
    start (self, sound, FALSE);
}

/**
 * desk_ringer_loop:
 * @self: a ringer
 * @sound: what to play
 *
 * Plays @sound again and again, until desk_ringer_stop().
 */
void
desk_ringer_loop (DeskRinger *self, DeskSound sound)
{
  start (self, sound, TRUE);
}

/**
 * desk_ringer_stop:
 * @self: a ringer
 *
 * Is silent from now on.
 */
void
desk_ringer_stop (DeskRinger *self)
{
  self->looping = FALSE;
  g_clear_handle_id (&self->bus_watch, g_source_remove);
  if (self->player == NULL)
    return;
  gst_element_set_state (self->player, GST_STATE_NULL);
  g_clear_pointer (&self->player, gst_object_unref);
}

/**
 * desk_ringer_is_playing:
 * @self: a ringer
 *
 * Returns: whether a sound plays
 */
gboolean
desk_ringer_is_playing (DeskRinger *self)
{
  return self->player != NULL;
}
