/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-engine.h"

#include "call-engine-private.h"
#include "call-error.h"

/**
 * CallEngine:
 *
 * Captures, sends, receives and shows the sound and the pictures of a call.
 *
 * The engine knows the other side only through a [iface@Call.Signalling]. It can be started without
 * one, for a preview before a call; the call begins when the signalling is set and its first
 * generation starts. A lost path is replaced by a new generation while capture, preview and the
 * last pictures go on.
 *
 * All methods are for the main context that was the thread's default when the engine was made, and
 * all signals come on it; none comes after [method@Engine.stop_async] was called. Handlers may call
 * any method.
 *
 * Cameras and microphones are opened and closed in threads of their own. On a machine without one
 * the engine sends a moving test picture or a tone instead. A device that is lost during a call is
 * replaced by the next one, or by black or silence, never by a test signal.
 *
 * The environment variable `CALL_MEDIA_ADDRESS` is the default of [property@Engine:local-address].
 */

enum { PROP_STATE = N_CALL_SETTINGS, PROP_SIGNALLING, PROP_DEVICE_MANAGER, N_PROPS };

enum { FLOWING, MEDIA_LOST, MEDIA_RECOVERED, FAILED, DEVICE_LOST, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CallEngine, call_engine, G_TYPE_OBJECT)

/* --- what happens --- */

static void
set_state (CallEngine *self, CallEngineState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
on_state_changed (CallEngineState state, gpointer user_data)
{
  g_autoptr (CallEngine) self = g_object_ref (user_data);

  set_state (self, state);
}

static void
on_flowing (guint generation, gpointer user_data)
{
  g_signal_emit (user_data, signals[FLOWING], 0, generation);
}

static void
on_lost (gpointer user_data)
{
  g_signal_emit (user_data, signals[MEDIA_LOST], 0);
}

static void
on_recovered (gpointer user_data)
{
  g_signal_emit (user_data, signals[MEDIA_RECOVERED], 0);
}

static void
on_failed (const GError *error, gpointer user_data)
{
  g_signal_emit (user_data, signals[FAILED], 0, error);
}

static void
on_latency_changed (guint latency_ms, gpointer user_data)
{
  CallEngine *self = user_data;

  if (self->rig != NULL)
    call_rig_set_latency (self->rig, latency_ms);
}

static void
on_device_lost (CallDeviceKind kind, const GError *error, gpointer user_data)
{
  g_signal_emit (user_data, signals[DEVICE_LOST], 0, kind, error);
}

/* --- properties --- */

static void
call_engine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  CallEngine *self = CALL_ENGINE (object);

  if (call_settings_get (&self->settings, prop_id, value))
    return;
  if (prop_id == PROP_STATE)
    g_value_set_enum (value, self->state);
  else if (prop_id == PROP_SIGNALLING)
    g_value_set_object (value, self->signalling);
  else if (prop_id == PROP_DEVICE_MANAGER)
    g_value_set_object (value, call_engine_get_device_manager (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
call_engine_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  CallEngine *self = CALL_ENGINE (object);
  gboolean changed = FALSE;

  if (prop_id == PROP_SIGNALLING)
    call_engine_set_signalling (self, g_value_get_object (value));
  else if (!call_settings_set (&self->settings, prop_id, value, &changed))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  if (!changed)
    return;
  if (self->rig != NULL)
    call_rig_update (self->rig);
  g_object_notify_by_pspec (object, pspec);
}

/* --- life --- */

static void
call_engine_dispose (GObject *object)
{
  CallEngine *self = CALL_ENGINE (object);

  g_clear_pointer (&self->rig, call_rig_close);
  g_clear_pointer (&self->stage, call_stage_unref);
  g_clear_object (&self->signalling);
  g_clear_object (&self->devices);
  gst_clear_object (&self->sinks[CALL_VIDEO_LOCAL]);
  gst_clear_object (&self->sinks[CALL_VIDEO_REMOTE]);
  G_OBJECT_CLASS (call_engine_parent_class)->dispose (object);
}

static void
call_engine_finalize (GObject *object)
{
  CallEngine *self = CALL_ENGINE (object);

  call_settings_clear (&self->settings);
  g_ptr_array_unref (self->stoppers);
  G_OBJECT_CLASS (call_engine_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * CallEngine:state:
   *
   * Where the media of the call stands.
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, CALL_TYPE_ENGINE_STATE,
                                              CALL_ENGINE_IDLE, readable);
  /**
   * CallEngine:signalling:
   *
   * The way to the other side, or %NULL outside of a call.
   */
  properties[PROP_SIGNALLING] = g_param_spec_object ("signalling", NULL, NULL, CALL_TYPE_SIGNALLING,
                                                     G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY |
                                                         G_PARAM_STATIC_STRINGS);
  /**
   * CallEngine:device-manager:
   *
   * The devices to choose from.
   */
  properties[PROP_DEVICE_MANAGER] = g_param_spec_object ("device-manager", NULL, NULL,
                                                         CALL_TYPE_DEVICE_MANAGER, readable);
  call_settings_make_specs (properties);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
install_signals (GType type)
{
  /**
   * CallEngine::flowing:
   * @self: the engine
   * @generation: the generation
   *
   * The media of a generation comes and goes for the first time.
   */
  signals[FLOWING] = g_signal_new ("flowing", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT);
  /**
   * CallEngine::media-lost:
   * @self: the engine
   *
   * Nothing has come from the other side for three seconds.
   */
  signals[MEDIA_LOST] = g_signal_new ("media-lost", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                      G_TYPE_NONE, 0);
  /**
   * CallEngine::media-recovered:
   * @self: the engine
   *
   * Media comes again in the generation that had lost it.
   */
  signals[MEDIA_RECOVERED] = g_signal_new ("media-recovered", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
  /**
   * CallEngine::failed:
   * @self: the engine
   * @error: why
   *
   * No media can be exchanged. A later generation may still succeed.
   */
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  /**
   * CallEngine::device-lost:
   * @self: the engine
   * @kind: what it was for
   * @error: what happened
   *
   * A device stopped working or could not be opened. The call goes on without it.
   */
  signals[DEVICE_LOST] = g_signal_new ("device-lost", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 2, CALL_TYPE_DEVICE_KIND, G_TYPE_ERROR);
}

static void
call_engine_class_init (CallEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = call_engine_get_property;
  object_class->set_property = call_engine_set_property;
  object_class->dispose = call_engine_dispose;
  object_class->finalize = call_engine_finalize;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
call_engine_init (CallEngine *self)
{
  call_settings_init (&self->settings);
  self->stoppers = g_ptr_array_new_with_free_func (g_object_unref);
  gst_init (NULL, NULL);
}

/**
 * call_engine_new:
 *
 * Makes an engine. It opens nothing before it is started.
 *
 * Returns: (transfer full): the engine
 */
CallEngine *
call_engine_new (void)
{
  return g_object_new (CALL_TYPE_ENGINE, NULL);
}

static gboolean
set_up (CallEngine *self, GError **error)
{
  for (guint role = 0; role < G_N_ELEMENTS (self->sinks); role++)
    if (self->sinks[role] != NULL &&
        !call_rig_set_video_sink (self->rig, role, self->sinks[role], error))
      return FALSE;
  if (!call_rig_start (self->rig, error))
    return FALSE;
  call_rig_set_signalling (self->rig, self->signalling);
  return TRUE;
}

/**
 * call_engine_start:
 * @self: an engine
 * @error: where to put an error
 *
 * Starts capture and preview, and with a [property@Engine:signalling] the call. Devices open in the
 * background: one that cannot be used comes as [signal@Engine::device-lost]. An engine that runs
 * already goes on.
 *
 * Fails with %CALL_ERROR_MEDIA when parts of GStreamer are missing, and with
 * %CALL_ERROR_WRONG_STATE while an earlier [method@Engine.stop_async] is not finished.
 *
 * Returns: whether it runs
 */
gboolean
call_engine_start (CallEngine *self, GError **error)
{
  static const CallRigEvents events = { .path = { .state_changed = on_state_changed,
                                                  .flowing = on_flowing,
                                                  .lost = on_lost,
                                                  .recovered = on_recovered,
                                                  .failed = on_failed,
                                                  .latency_changed = on_latency_changed },
                                        .device_lost = on_device_lost };

  g_return_val_if_fail (CALL_IS_ENGINE (self), FALSE);

  if (self->rig != NULL)
    return TRUE;
  if (self->stoppers->len > 0) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_WRONG_STATE, "The engine is still stopping");
    return FALSE;
  }
  if (!self->settings.use_test_sources)
    call_engine_get_device_manager (self);
  g_clear_pointer (&self->stage, call_stage_unref);
  self->stage = call_stage_new ();
  self->rig = call_rig_new (self->stage, &self->settings, self->devices, &events, self);
  set_state (self, CALL_ENGINE_IDLE);
  if (set_up (self, error))
    return TRUE;
  g_clear_pointer (&self->rig, call_rig_close);
  return FALSE;
}

static void
on_stage_empty (gpointer user_data)
{
  g_autoptr (CallEngine) self = g_object_ref (user_data);
  g_autoptr (GPtrArray) stoppers = g_steal_pointer (&self->stoppers);

  self->stoppers = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < stoppers->len; i++)
    g_task_return_boolean (stoppers->pdata[i], TRUE);
}

/**
 * call_engine_stop_async:
 * @self: an engine
 * @cancellable: (nullable): ends nothing but the waiting
 * @callback: called when all devices are released
 * @user_data: for @callback
 *
 * Ends the call, capture and preview. The pipelines stop in threads; one that does not do so within
 * some seconds is left behind with a warning in the log.
 */
void
call_engine_stop_async (CallEngine *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task;

  g_return_if_fail (CALL_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, call_engine_stop_async);
  if (self->stage == NULL) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_ptr_array_add (self->stoppers, task);
  if (self->rig != NULL) {
    call_rig_fill_stats (self->rig, &self->last_stats);
    g_clear_pointer (&self->rig, call_rig_close);
  }
  call_stage_when_empty (self->stage, on_stage_empty, self);
  set_state (self, CALL_ENGINE_CLOSED);
}

/**
 * call_engine_stop_finish:
 * @self: an engine
 * @result: what the callback got
 * @error: where to put an error
 *
 * Finishes [method@Engine.stop_async].
 *
 * Returns: %FALSE if the waiting was cancelled
 */
gboolean
call_engine_stop_finish (CallEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * call_engine_set_signalling:
 * @self: an engine
 * @signalling: (nullable): the way to the other side
 *
 * Begins another call, or with %NULL ends the one there is; capture and preview go on.
 */
void
call_engine_set_signalling (CallEngine *self, CallSignalling *signalling)
{
  g_return_if_fail (CALL_IS_ENGINE (self));
  g_return_if_fail (signalling == NULL || CALL_IS_SIGNALLING (signalling));

  if (!g_set_object (&self->signalling, signalling))
    return;
  if (self->rig != NULL)
    call_rig_set_signalling (self->rig, signalling);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIGNALLING]);
}

/**
 * call_engine_get_signalling:
 * @self: an engine
 *
 * The way to the other side.
 *
 * Returns: (transfer none) (nullable): it, or %NULL outside of a call
 */
CallSignalling *
call_engine_get_signalling (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  return self->signalling;
}

/**
 * call_engine_set_video_sink:
 * @self: an engine
 * @role: which picture
 * @sink: (nullable): an element or bin with a sink pad for raw video; a floating reference is taken
 *
 * Shows pictures in @sink from now on, or nowhere. An element can serve one engine at a time.
 */
void
call_engine_set_video_sink (CallEngine *self, CallVideoRole role, GstElement *sink)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (CALL_IS_ENGINE (self));
  g_return_if_fail ((guint) role < G_N_ELEMENTS (self->sinks));
  g_return_if_fail (sink == NULL || GST_IS_ELEMENT (sink));

  if (self->sinks[role] == sink)
    return;
  gst_clear_object (&self->sinks[role]);
  self->sinks[role] = sink != NULL ? gst_object_ref_sink (sink) : NULL;
  if (self->rig != NULL && !call_rig_set_video_sink (self->rig, role, sink, &error))
    g_warning ("%s", error->message);
}

/**
 * call_engine_get_state:
 * @self: an engine
 *
 * Where the media of the call stands.
 *
 * Returns: the state
 */
CallEngineState
call_engine_get_state (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), CALL_ENGINE_IDLE);

  return self->state;
}

/**
 * call_engine_get_stats:
 * @self: an engine
 *
 * What has been measured so far; after the engine was stopped, what was measured last.
 *
 * Returns: (transfer full): the figures
 */
CallEngineStats *
call_engine_get_stats (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  if (self->rig != NULL)
    call_rig_fill_stats (self->rig, &self->last_stats);
  return call_engine_stats_copy (&self->last_stats);
}

/**
 * call_engine_get_device_manager:
 * @self: an engine
 *
 * The devices to choose from. The first call begins to look for them.
 *
 * Returns: (transfer none): the list
 */
CallDeviceManager *
call_engine_get_device_manager (CallEngine *self)
{
  g_return_val_if_fail (CALL_IS_ENGINE (self), NULL);

  if (self->devices == NULL)
    self->devices = call_device_manager_new ();
  return self->devices;
}
