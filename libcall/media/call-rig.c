/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-rig-private.h"

#include "call-device-private.h"
#include "call-error.h"

#define TICK_MS 200

struct _CallRig {
  CallStage *stage;
  const CallSettings *settings; /* the engine's; it outlives us */
  CallDeviceManager *devices;
  CallRigEvents events;
  gpointer user_data;

  CallRelays relays;
  CallCapture *capture;
  CallPath *path;
  CallOutput *video[2]; /* by CallVideoRole */
  CallOutput *sound;
  char *speaker; /* id of the one that plays */
  gboolean audible;
  char *echo_probe;
  GSource *tick;
};

static gboolean
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

/* The processor finds the probe by its name anywhere in the process: one name for each engine. */
static char *
build_probe_name (const CallSettings *settings)
{
  static gint n_probes;

  if (!settings->echo_cancellation || settings->use_test_sources || !has_element ("webrtcdsp") ||
      !has_element ("webrtcechoprobe"))
    return NULL;
  return g_strdup_printf ("call-echo-probe-%d", g_atomic_int_add (&n_probes, 1));
}

/* --- outputs --- */

static GstElement *
make_null_sink (void)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  return sink;
}

static void
on_video_failed (CallOutput *output, const GError *error, gpointer user_data)
{
  CallRig *self = user_data;

  /* Whoever gave us the sink has to see to it; the call goes on unseen. */
  g_message ("A video sink failed: %s", error->message);
  for (guint role = 0; role < G_N_ELEMENTS (self->video); role++)
    if (self->video[role] == output)
      call_rig_set_video_sink (self, role, NULL, NULL);
}

/* Shows pictures in @sink from now on; %NULL shows them nowhere. */
gboolean
call_rig_set_video_sink (CallRig *self, CallVideoRole role, GstElement *sink, GError **error)
{
  gboolean local = role == CALL_VIDEO_LOCAL;
  CallOutput *output;

  g_clear_pointer (&self->video[role], call_output_close);
  output = call_output_new (local ? CALL_OUTPUT_SELF_VIEW : CALL_OUTPUT_REMOTE_PICTURE,
                            sink != NULL ? sink : make_null_sink (), NULL, self->stage,
                            local ? self->relays.local_video : self->relays.remote_video, error);
  if (output == NULL)
    return FALSE;
  self->video[role] = output;
  call_output_start (output, on_video_failed, self);
  return TRUE;
}

static GstElement *
make_speaker (CallRig *self)
{
  const char *id = self->settings->speaker;
  CallDevice *device = NULL;
  GstElement *sink = NULL;

  if (id != NULL && self->devices != NULL)
    device = call_device_manager_find (self->devices, CALL_DEVICE_SPEAKER, id);
  if (device != NULL)
    sink = call_device_create_element (device);
  return sink != NULL ? sink : gst_element_factory_make ("autoaudiosink", NULL);
}

static gboolean play (CallRig *self, GstElement *sink, GError **error);

static void
on_sound_failed (CallOutput *output, const GError *error, gpointer user_data)
{
  CallRig *self = user_data;

  play (self, make_null_sink (), NULL);
  self->events.device_lost (CALL_DEVICE_SPEAKER, error, self->user_data);
}

static gboolean
play (CallRig *self, GstElement *sink, GError **error)
{
  g_clear_pointer (&self->sound, call_output_close);
  self->sound = call_output_new (CALL_OUTPUT_REMOTE_SOUND, sink, self->echo_probe, self->stage,
                                 self->relays.remote_audio, error);
  if (self->sound == NULL)
    return FALSE;
  call_output_start (self->sound, on_sound_failed, self);
  return TRUE;
}

static gboolean
update_sound (CallRig *self, GError **error)
{
  GstElement *sink;

  if (self->sound != NULL && self->audible == self->settings->audible &&
      g_strcmp0 (self->speaker, self->settings->speaker) == 0)
    return TRUE;
  g_free (self->speaker);
  self->speaker = g_strdup (self->settings->speaker);
  self->audible = self->settings->audible;
  sink = self->audible ? make_speaker (self) : make_null_sink ();
  return play (self, sink != NULL ? sink : make_null_sink (), error);
}

/* --- capture and path --- */

static gboolean
update_capture (CallRig *self, GError **error)
{
  const CallSettings *settings = self->settings;
  CallCaptureConfig config = {
    .format = { .width = settings->width,
                .height = settings->height,
                .framerate = settings->framerate,
                .echo_probe = self->echo_probe },
    .test_sources = settings->use_test_sources,
    .camera_enabled = settings->camera_enabled,
    .camera = settings->camera,
    .microphone = settings->microphone,
    .devices = self->devices,
  };

  return call_capture_update (self->capture, &config, error);
}

static void
update_path (CallRig *self)
{
  const CallSettings *settings = self->settings;
  CallPathConfig config = {
    .codec = settings->codec,
    .format = { settings->bitrate, settings->framerate },
    .relay_only = settings->relay_only,
    .adaptive = settings->adaptive,
    .muted = settings->muted,
    .local_address = settings->local_address,
  };

  if (!call_codec_can_send (config.codec))
    config.codec = CALL_VIDEO_CODEC_VP8;
  call_path_set_config (self->path, &config);
  call_path_set_muted (self->path, settings->muted);
}

static gboolean
on_tick (gpointer user_data)
{
  CallRig *self = user_data;

  call_capture_tick (self->capture);
  call_path_tick (self->path, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static void
on_devices_changed (CallRig *self)
{
  g_autoptr (GError) error = NULL;

  if (!update_capture (self, &error))
    g_message ("A device cannot be used: %s", error->message);
}

/* --- life --- */

CallRig *
call_rig_new (CallStage *stage,
              const CallSettings *settings,
              CallDeviceManager *devices,
              const CallRigEvents *events,
              gpointer user_data)
{
  CallRig *self = g_new0 (CallRig, 1);

  self->stage = call_stage_ref (stage);
  self->settings = settings;
  self->devices = devices != NULL ? g_object_ref (devices) : NULL;
  self->events = *events;
  self->user_data = user_data;
  self->echo_probe = build_probe_name (settings);
  call_relays_init (&self->relays);
  self->capture = call_capture_new (stage, self->relays.local_video, self->relays.local_audio,
                                    events->device_lost, user_data);
  self->path = call_path_new (stage, &self->relays, &events->path, user_data);
  return self;
}

/* Starts capture and outputs; devices may report their failure later. */
gboolean
call_rig_start (CallRig *self, GError **error)
{
  /* Sound comes out before it goes in: the echo canceller looks for the probe. */
  if (!update_sound (self, error) || !update_capture (self, error))
    return FALSE;
  update_path (self);

  self->tick = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, call_stage_get_context (self->stage));
  if (self->devices != NULL) {
    g_signal_connect_swapped (self->devices, "items-changed", G_CALLBACK (on_devices_changed),
                              self);
    g_signal_connect_swapped (self->devices, "notify::ready", G_CALLBACK (on_devices_changed),
                              self);
  }
  return TRUE;
}

/* The settings have changed. */
void
call_rig_update (CallRig *self)
{
  g_autoptr (GError) error = NULL;

  if (!update_sound (self, &error) || !update_capture (self, &error))
    g_message ("A device cannot be used: %s", error->message);
  update_path (self);
}

void
call_rig_set_signalling (CallRig *self, CallSignalling *signalling)
{
  call_path_set_signalling (self->path, signalling);
}

/* Plays what comes out of jitter buffers that wait for @latency_ms. */
void
call_rig_set_latency (CallRig *self, guint latency_ms)
{
  if (self->video[CALL_VIDEO_REMOTE] != NULL)
    call_output_set_latency (self->video[CALL_VIDEO_REMOTE], latency_ms);
  if (self->sound != NULL)
    call_output_set_latency (self->sound, latency_ms);
}

void
call_rig_fill_stats (CallRig *self, CallEngineStats *stats)
{
  call_path_fill_stats (self->path, stats);
  stats->audio_level_out = call_capture_get_level (self->capture);
  if (self->sound != NULL)
    stats->audio_level_in = call_output_get_level (self->sound, g_get_monotonic_time ());
}

/* Frees @self; its pipelines leave the stage one by one. */
void
call_rig_close (CallRig *self)
{
  if (self->tick != NULL)
    g_source_destroy (self->tick);
  g_clear_pointer (&self->tick, g_source_unref);
  if (self->devices != NULL)
    g_signal_handlers_disconnect_by_data (self->devices, self);
  g_clear_object (&self->devices);
  call_path_close (self->path);
  call_capture_close (self->capture);
  g_clear_pointer (&self->sound, call_output_close);
  g_clear_pointer (&self->video[CALL_VIDEO_LOCAL], call_output_close);
  g_clear_pointer (&self->video[CALL_VIDEO_REMOTE], call_output_close);
  call_relays_clear (&self->relays);
  call_stage_unref (self->stage);
  g_free (self->speaker);
  g_free (self->echo_probe);
  g_free (self);
}
