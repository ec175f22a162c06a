/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-preferences-window"

#include "config.h"

#include "desk-preferences-window.h"

#include "desk-clock.h"
#include "desk-device-row.h"
#include "desk-error-text.h"
#include "desk-media.h"

#include "call-video-paintable-sink.h"

#include <glib/gi18n.h>

#define PREVIEW_WIDTH 352
#define PREVIEW_HEIGHT 198
#define LEVEL_INTERVAL_MS 100
/* Speech lies between -50 and -10 dBFS; the bar shows from -60 to 0. */
#define LEVEL_FLOOR_DB 60.0

/**
 * DeskPreferencesWindow:
 *
 * Preferences that are a check at once: the camera is seen, the microphone moves a bar, the
 * speaker plays. During a call the engine of the call is shown, since a camera opens only once;
 * otherwise the window has an engine of its own for as long as it is open.
 */
struct _DeskPreferencesWindow {
  AdwPreferencesWindow parent_instance;

  GtkStack *preview_stack;
  GtkPicture *preview;
  GtkLabel *preview_note;
  DeskDeviceRow *camera_row;
  DeskDeviceRow *microphone_row;
  DeskDeviceRow *speaker_row;
  GtkLevelBar *level_bar;
  GtkSwitch *ring_switch;
  GtkSwitch *arrival_switch;
  GtkSwitch *message_switch;
  GtkSwitch *relay_switch;

  GSettings *settings;
  DeskRinger *ringer;
  CallEngine *engine;
  GstElement *sink;
  GdkPaintable *paintable;
  gboolean own_engine;
  guint level_source;
};

G_DEFINE_FINAL_TYPE (DeskPreferencesWindow, desk_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static void
on_test_clicked (DeskPreferencesWindow *self)
{
  desk_ringer_play (self->ringer, DESK_SOUND_RING);
}

static void
show_preview (DeskPreferencesWindow *self)
{
  gboolean shown = gdk_paintable_get_intrinsic_width (self->paintable) > 0;

  gtk_stack_set_visible_child_name (self->preview_stack, shown ? "video" : "none");
}

static gboolean
on_level_timer (gpointer user_data)
{
  DeskPreferencesWindow *self = user_data;
  g_autoptr (CallEngineStats) stats = call_engine_get_stats (self->engine);
  double level = 1.0 + stats->audio_level_out / LEVEL_FLOOR_DB;

  gtk_level_bar_set_value (self->level_bar, CLAMP (level, 0.0, 1.0));
  show_preview (self);
  return G_SOURCE_CONTINUE;
}

static void
show_engine_error (DeskPreferencesWindow *self, const GError *error)
{
  g_info ("preview: %s", error->message);
  gtk_label_set_label (self->preview_note,
                       _ ("The camera cannot be used. Close other programs that use it, or choose "
                          "another one below."));
}

static void
on_engine_failed (DeskPreferencesWindow *self, const GError *error)
{
  show_engine_error (self, error);
}

static void
start_own_engine (DeskPreferencesWindow *self)
{
  g_autoptr (GError) error = NULL;

  self->own_engine = TRUE;
  self->engine = desk_media_new_engine (self->settings);
  self->sink = g_object_ref_sink (call_video_sink_bin_new ());
  self->paintable = g_object_ref (
      call_video_sink_bin_get_paintable (CALL_VIDEO_SINK_BIN (self->sink)));
  call_video_sink_bin_set_size (CALL_VIDEO_SINK_BIN (self->sink), PREVIEW_WIDTH, PREVIEW_HEIGHT);
  call_engine_set_video_sink (self->engine, CALL_VIDEO_LOCAL, self->sink);
  g_signal_connect_object (self->engine, "failed", G_CALLBACK (on_engine_failed), self,
                           G_CONNECT_SWAPPED);
  if (!call_engine_start (self->engine, &error))
    show_engine_error (self, error);
}

static void
on_engine_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!call_engine_stop_finish (CALL_ENGINE (source), result, &error))
    g_debug ("stopping the preview: %s", error->message);
}

static void
stop_engine (DeskPreferencesWindow *self)
{
  g_clear_handle_id (&self->level_source, g_source_remove);
  if (self->engine != NULL && self->own_engine)
    call_engine_stop_async (self->engine, NULL, on_engine_stopped, NULL);
  g_clear_object (&self->engine);
  g_clear_object (&self->paintable);
  gst_clear_object (&self->sink);
}

static void
bind_switches (DeskPreferencesWindow *self)
{
  const struct {
    const char *key;
    GtkSwitch *widget;
  } switches[] = {
    { "ring-sound", self->ring_switch },
    { "arrival-sound", self->arrival_switch },
    { "message-sound", self->message_switch },
    { "relay-only", self->relay_switch },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (switches); i++)
    g_settings_bind (self->settings, switches[i].key, switches[i].widget, "active",
                     G_SETTINGS_BIND_DEFAULT);
}

static void
desk_preferences_window_dispose (GObject *object)
{
  DeskPreferencesWindow *self = DESK_PREFERENCES_WINDOW (object);

  stop_engine (self);
  g_clear_object (&self->settings);
  g_clear_object (&self->ringer);
  G_OBJECT_CLASS (desk_preferences_window_parent_class)->dispose (object);
}

static void
desk_preferences_window_class_init (DeskPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = desk_preferences_window_dispose;

  g_type_ensure (DESK_TYPE_DEVICE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/libcall/Desk/desk-preferences-window.ui");
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, preview_stack);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, preview);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, preview_note);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, camera_row);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, microphone_row);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, speaker_row);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, level_bar);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, ring_switch);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, arrival_switch);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, message_switch);
  gtk_widget_class_bind_template_child (widget_class, DeskPreferencesWindow, relay_switch);
  gtk_widget_class_bind_template_callback (widget_class, on_test_clicked);
}

static void
desk_preferences_window_init (DeskPreferencesWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_label_set_label (self->preview_note, _ ("Starting the camera…"));
}

static void
bind_devices (DeskPreferencesWindow *self)
{
  GListModel *devices = G_LIST_MODEL (call_engine_get_device_manager (self->engine));

  desk_device_row_bind (self->camera_row, devices, CALL_DEVICE_CAMERA, self->settings, "camera");
  desk_device_row_bind (self->microphone_row, devices, CALL_DEVICE_MICROPHONE, self->settings,
                        "microphone");
  desk_device_row_bind (self->speaker_row, devices, CALL_DEVICE_SPEAKER, self->settings, "speaker");
}

/**
 * desk_preferences_window_new:
 * @settings: the settings of the app
 * @ringer: plays the test sound
 * @call: (nullable): the call that goes on, if any
 *
 * Returns: (transfer floating): a window
 */
GtkWidget *
desk_preferences_window_new (GSettings *settings, DeskRinger *ringer, DeskCall *call)
{
  DeskPreferencesWindow *self = g_object_new (DESK_TYPE_PREFERENCES_WINDOW, NULL);

  self->settings = g_object_ref (settings);
  self->ringer = g_object_ref (ringer);
  if (call != NULL) {
    self->engine = g_object_ref (desk_call_get_engine (call));
    self->paintable = g_object_ref (desk_call_get_paintable (call, CALL_VIDEO_LOCAL));
  } else {
    start_own_engine (self);
  }
  gtk_picture_set_paintable (self->preview, self->paintable);
  show_preview (self);
  bind_switches (self);
  bind_devices (self);
  self->level_source = g_timeout_add (LEVEL_INTERVAL_MS, on_level_timer, self);
  return GTK_WIDGET (self);
}
