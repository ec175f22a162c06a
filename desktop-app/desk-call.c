/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-call"

#include "config.h"

#include "desk-call.h"

#include "desk-call-actions.h"
#include "desk-clock.h"
#include "desk-media.h"

#include "call-video-paintable-sink.h"

#include <glib/gi18n.h>

/* After this long in "connecting" the clinician is told that something may be wrong. */
#define SLOW_CONNECT_SECONDS 10

/**
 * DeskCall:
 *
 * The call the app has: the session that the client leads, the engine that carries its media, and
 * what the pages show of both. It takes what the clinician decides and hands it on.
 */
struct _DeskCall {
  GObject parent_instance;

  CallClient *client;
  CallSession *session;
  CallAppointment *appointment;
  CallEngine *engine;
  GstElement *sinks[2];
  GSimpleActionGroup *actions;

  DeskCallPhase phase;
  GDateTime *connecting_since;
  gboolean slow;
  gboolean started;
  gboolean stopped;
};

enum { PROP_0, PROP_PHASE, PROP_MUTED, PROP_CAMERA_ENABLED, PROP_STATUS, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { SIGNAL_FAILED, SIGNAL_STATS, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskCall, desk_call, G_TYPE_OBJECT)

static void
fail (DeskCall *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!call_engine_stop_finish (CALL_ENGINE (source), result, &error))
    g_debug ("stopping the engine: %s", error->message);
}

static void
stop_media (DeskCall *self)
{
  if (self->stopped || !self->started)
    return;
  self->stopped = TRUE;
  call_engine_stop_async (self->engine, NULL, on_stopped, NULL);
}

static gboolean
start_media (DeskCall *self)
{
  g_autoptr (GError) error = NULL;

  if (self->started)
    return TRUE;
  self->started = TRUE;
  call_engine_set_signalling (self->engine,
                              call_client_get_signalling (self->client, self->session));
  if (call_engine_start (self->engine, &error))
    return TRUE;
  call_client_report_call_error (self->client, self->session, "capture", "media");
  fail (self, error);
  return FALSE;
}

static void
set_phase (DeskCall *self, DeskCallPhase phase)
{
  if (self->phase == phase)
    return;
  self->phase = phase;
  g_clear_pointer (&self->connecting_since, g_date_time_unref);
  self->slow = FALSE;
  if (phase == DESK_CALL_CONNECTING)
    self->connecting_since = desk_clock_get_now (desk_clock_get_default ());
  desk_call_actions_update (self->actions, self->phase);
  if (phase == DESK_CALL_OVER)
    stop_media (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PHASE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
on_session_changed (DeskCall *self)
{
  G_GNUC_UNUSED g_autoptr (DeskCall) alive = g_object_ref (self);

  set_phase (self, desk_call_phase_of_session (self->session));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
on_engine_failed (DeskCall *self, const GError *error)
{
  call_client_report_call_error (self->client, self->session, "media", "media");
  fail (self, error);
}

static void
check_slowness (DeskCall *self)
{
  g_autoptr (GDateTime) now = NULL;

  if (self->connecting_since == NULL || self->slow)
    return;
  now = desk_clock_get_now (desk_clock_get_default ());
  if (g_date_time_difference (now, self->connecting_since) <
      SLOW_CONNECT_SECONDS * G_TIME_SPAN_SECOND)
    return;
  self->slow = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
on_tick (DeskCall *self)
{
  g_autoptr (CallEngineStats) stats = NULL;

  check_slowness (self);
  if (self->phase != DESK_CALL_IN_CALL && self->phase != DESK_CALL_RECONNECTING)
    return;
  stats = call_engine_get_stats (self->engine);
  g_signal_emit (self, signals[SIGNAL_STATS], 0, stats);
}

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskCall) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!call_client_accept_call_finish (CALL_CLIENT (source), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, error);
}

/**
 * desk_call_answer:
 * @self: a call that rings in
 *
 * Answers it.
 */
void
desk_call_answer (DeskCall *self)
{
  if (self->phase != DESK_CALL_RINGING_IN || self->started)
    return;
  if (!start_media (self))
    return;
  call_client_accept_call_async (self->client, self->session, NULL, on_accepted,
                                 g_object_ref (self));
}

typedef gboolean (*ClientVerb) (CallClient *client, CallSession *session, GError **error);

static void
perform (DeskCall *self, ClientVerb verb)
{
  G_GNUC_UNUSED g_autoptr (DeskCall) alive = g_object_ref (self);
  g_autoptr (GError) error = NULL;

  if (!verb (self->client, self->session, &error))
    fail (self, error);
}

/**
 * desk_call_decline:
 * @self: a call that rings in
 *
 * Declines it.
 */
void
desk_call_decline (DeskCall *self)
{
  perform (self, call_client_decline_call);
}

/**
 * desk_call_leave:
 * @self: a call
 *
 * Leaves it without ending the visit.
 */
void
desk_call_leave (DeskCall *self)
{
  perform (self, call_client_leave_call);
}

/**
 * desk_call_hang_up:
 * @self: a call
 *
 * Cancels it while it rings out, ends the consultation afterwards.
 */
void
desk_call_hang_up (DeskCall *self)
{
  perform (self,
           self->phase == DESK_CALL_RINGING_OUT ? call_client_cancel_call : call_client_end_call);
}

static void
announce_media (DeskCall *self)
{
  call_client_set_media (self->client, self->session, !desk_call_get_muted (self),
                         desk_call_get_camera_enabled (self));
}

/**
 * desk_call_get_muted:
 * @self: a call
 *
 * Returns: whether our microphone is off
 */
gboolean
desk_call_get_muted (DeskCall *self)
{
  return call_engine_get_muted (self->engine);
}

/**
 * desk_call_set_muted:
 * @self: a call
 * @muted: whether our microphone is off
 *
 * Switches the microphone and tells the other side.
 */
void
desk_call_set_muted (DeskCall *self, gboolean muted)
{
  if (desk_call_get_muted (self) == muted)
    return;
  call_engine_set_muted (self->engine, muted);
  desk_call_actions_switch (self->actions, "mute", muted);
  announce_media (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
}

/**
 * desk_call_get_camera_enabled:
 * @self: a call
 *
 * Returns: whether our picture is sent
 */
gboolean
desk_call_get_camera_enabled (DeskCall *self)
{
  return call_engine_get_camera_enabled (self->engine);
}

/**
 * desk_call_set_camera_enabled:
 * @self: a call
 * @enabled: whether our picture is sent
 *
 * Switches the camera and tells the other side.
 */
void
desk_call_set_camera_enabled (DeskCall *self, gboolean enabled)
{
  if (desk_call_get_camera_enabled (self) == enabled)
    return;
  call_engine_set_camera_enabled (self->engine, enabled);
  desk_call_actions_switch (self->actions, "camera-off", !enabled);
  announce_media (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAMERA_ENABLED]);
}

static void
make_engine (DeskCall *self)
{
  g_autoptr (GSettings) settings = g_settings_new ("org.libcall.Desk");

  self->engine = desk_media_new_engine (settings);
  for (int role = CALL_VIDEO_LOCAL; role <= CALL_VIDEO_REMOTE; role++) {
    self->sinks[role] = g_object_ref_sink (call_video_sink_bin_new ());
    call_engine_set_video_sink (self->engine, (CallVideoRole) role, self->sinks[role]);
  }
  g_signal_connect_object (self->engine, "failed", G_CALLBACK (on_engine_failed), self,
                           G_CONNECT_SWAPPED);
}

static void
desk_call_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DeskCall *self = DESK_CALL (object);

  switch (prop_id) {
  case PROP_PHASE:
    g_value_set_uint (value, self->phase);
    break;
  case PROP_MUTED:
    g_value_set_boolean (value, desk_call_get_muted (self));
    break;
  case PROP_CAMERA_ENABLED:
    g_value_set_boolean (value, desk_call_get_camera_enabled (self));
    break;
  case PROP_STATUS:
    g_value_take_string (value, desk_call_dup_status (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_call_dispose (GObject *object)
{
  DeskCall *self = DESK_CALL (object);

  if (self->engine != NULL)
    stop_media (self);
  g_clear_object (&self->actions);
  g_clear_object (&self->engine);
  gst_clear_object (&self->sinks[CALL_VIDEO_LOCAL]);
  gst_clear_object (&self->sinks[CALL_VIDEO_REMOTE]);
  g_clear_object (&self->session);
  g_clear_object (&self->appointment);
  g_clear_object (&self->client);
  g_clear_pointer (&self->connecting_since, g_date_time_unref);
  G_OBJECT_CLASS (desk_call_parent_class)->dispose (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_PHASE] = g_param_spec_uint ("phase", NULL, NULL, 0, DESK_CALL_OVER, 0, flags);
  properties[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags);
  properties[PROP_CAMERA_ENABLED] = g_param_spec_boolean ("camera-enabled", NULL, NULL, TRUE,
                                                          flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
desk_call_class_init (DeskCallClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = desk_call_get_property;
  object_class->dispose = desk_call_dispose;
  install_properties (object_class);

  /**
   * DeskCall::failed:
   * @self: the call
   * @error: what went wrong; the call may go on
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DESK_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  /**
   * DeskCall::stats:
   * @self: the call
   * @stats: what the engine measured, every second while the call is connected
   */
  signals[SIGNAL_STATS] = g_signal_new ("stats", DESK_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, CALL_TYPE_ENGINE_STATS);
}

static void
desk_call_init (DeskCall *self)
{
  self->actions = desk_call_actions_new (self);
  make_engine (self);
  g_signal_connect_object (desk_clock_get_default (), "tick", G_CALLBACK (on_tick), self,
                           G_CONNECT_SWAPPED);
}

/**
 * desk_call_new:
 * @client: the client that leads @session
 * @session: the call
 * @appointment: (nullable): its appointment, when it is known
 *
 * For a call we make, capture starts now, so that the clinician sees herself while it rings. For
 * one that rings in nothing is captured before it is answered.
 *
 * Returns: (transfer full): a call
 */
DeskCall *
desk_call_new (CallClient *client, CallSession *session, CallAppointment *appointment)
{
  DeskCall *self = g_object_new (DESK_TYPE_CALL, NULL);

  self->client = g_object_ref (client);
  self->session = g_object_ref (session);
  g_set_object (&self->appointment, appointment);
  self->phase = desk_call_phase_of_session (session);
  desk_call_actions_update (self->actions, self->phase);
  g_signal_connect_object (session, "notify", G_CALLBACK (on_session_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * desk_call_prepare:
 * @self: a call
 *
 * Starts capture if the call is one that we made or join again. Failures come by "failed", so
 * connect to it first.
 */
void
desk_call_prepare (DeskCall *self)
{
  if (self->phase != DESK_CALL_RINGING_IN && self->phase != DESK_CALL_OVER)
    start_media (self);
}

/**
 * desk_call_get_session:
 * @self: a call
 *
 * Returns: (transfer none): the session behind it
 */
CallSession *
desk_call_get_session (DeskCall *self)
{
  return self->session;
}

/**
 * desk_call_get_appointment:
 * @self: a call
 *
 * Returns: (transfer none) (nullable): its appointment
 */
CallAppointment *
desk_call_get_appointment (DeskCall *self)
{
  return self->appointment;
}

/**
 * desk_call_get_engine:
 * @self: a call
 *
 * Returns: (transfer none): the engine that carries its media
 */
CallEngine *
desk_call_get_engine (DeskCall *self)
{
  return self->engine;
}

/**
 * desk_call_get_actions:
 * @self: a call
 *
 * Returns: (transfer none): answer, decline, leave, hang-up, mute and camera-off
 */
GActionGroup *
desk_call_get_actions (DeskCall *self)
{
  return G_ACTION_GROUP (self->actions);
}

/**
 * desk_call_get_phase:
 * @self: a call
 *
 * Returns: how far it is
 */
DeskCallPhase
desk_call_get_phase (DeskCall *self)
{
  return self->phase;
}

/**
 * desk_call_get_peer_name:
 * @self: a call
 *
 * Returns: (transfer none): the name of the other side
 */
const char *
desk_call_get_peer_name (DeskCall *self)
{
  CallParticipant *peer = call_session_get_peer (self->session);
  const char *name = peer != NULL ? call_participant_get_name (peer) : NULL;

  if (name != NULL)
    return name;
  if (self->appointment != NULL)
    return call_participant_get_name (call_appointment_get_patient (self->appointment));
  return _ ("Patient");
}

/**
 * desk_call_dup_status:
 * @self: a call
 *
 * Returns: (transfer full): what goes on, in a few translated words; empty in an undisturbed call
 */
char *
desk_call_dup_status (DeskCall *self)
{
  switch (self->phase) {
  case DESK_CALL_RINGING_IN:
    return g_strdup (_ ("Incoming video call"));
  case DESK_CALL_RINGING_OUT:
    return g_strdup (_ ("Calling…"));
  case DESK_CALL_CONNECTING:
    return g_strdup (self->slow ? _ ("Still connecting. The network may be slow or blocked.")
                                : _ ("Connecting…"));
  case DESK_CALL_RECONNECTING:
    return g_strdup (_ ("Connection lost. Reconnecting…"));
  case DESK_CALL_ENDING:
    return g_strdup (_ ("Ending…"));
  case DESK_CALL_OVER:
    return g_strdup (_ ("Call ended"));
  case DESK_CALL_IN_CALL:
  default:
    if (call_session_get_peer_present (self->session))
      return g_strdup ("");
    /* Translators: %s is a name. */
    return g_strdup_printf (_ ("%s has left. Waiting for them to come back…"),
                            desk_call_get_peer_name (self));
  }
}

/**
 * desk_call_get_elapsed:
 * @self: a call
 *
 * Returns: seconds since the call connected, 0 before
 */
gint64
desk_call_get_elapsed (DeskCall *self)
{
  GDateTime *since = call_session_get_connected_at (self->session);
  g_autoptr (GDateTime) now = desk_clock_get_now (desk_clock_get_default ());

  return since != NULL ? MAX (0, g_date_time_difference (now, since) / G_TIME_SPAN_SECOND) : 0;
}

/**
 * desk_call_get_paintable:
 * @self: a call
 * @role: ours or the other side's
 *
 * Returns: (transfer none): the picture
 */
GdkPaintable *
desk_call_get_paintable (DeskCall *self, CallVideoRole role)
{
  return call_video_sink_bin_get_paintable (CALL_VIDEO_SINK_BIN (self->sinks[role]));
}

/**
 * desk_call_set_picture_size:
 * @self: a call
 * @role: ours or the other side's
 * @width: the width of its widget in device pixels
 * @height: the height
 *
 * Says how large the picture is shown, so that it is scaled once, outside the main thread.
 */
void
desk_call_set_picture_size (DeskCall *self, CallVideoRole role, int width, int height)
{
  if (width > 0 && height > 0)
    call_video_sink_bin_set_size (CALL_VIDEO_SINK_BIN (self->sinks[role]), width, height);
}
