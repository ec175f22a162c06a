/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-switchboard"

#include "config.h"

#include "desk-switchboard.h"

/**
 * DeskSwitchboard:
 *
 * Holds the one call of the app: takes calls that come in, makes those that are asked for, and
 * lets them be heard. Window, notifications and D-Bus watch its "call".
 */
struct _DeskSwitchboard {
  GObject parent_instance;

  CallClient *client;
  DeskRinger *ringer;
  DeskCall *call;
  /* Set while a call is being asked for: a second click must not ask again. */
  gboolean asking;
  /* Whether what was asked for became a call: then the end of that call tells what went wrong. */
  gboolean taken;
};

enum { PROP_0, PROP_CALL, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { SIGNAL_FAILED, SIGNAL_OVER, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (DeskSwitchboard, desk_switchboard, G_TYPE_OBJECT)

static void
let_hear (DeskSwitchboard *self, DeskCallPhase phase)
{
  switch (phase) {
  case DESK_CALL_RINGING_IN:
    desk_ringer_loop (self->ringer, DESK_SOUND_RING);
    break;
  case DESK_CALL_RINGING_OUT:
    desk_ringer_loop (self->ringer, DESK_SOUND_RINGBACK);
    break;
  case DESK_CALL_OVER:
    desk_ringer_stop (self->ringer);
    desk_ringer_play (self->ringer, DESK_SOUND_ENDED);
    break;
  case DESK_CALL_CONNECTING:
  case DESK_CALL_IN_CALL:
  case DESK_CALL_RECONNECTING:
  case DESK_CALL_ENDING:
  default:
    desk_ringer_stop (self->ringer);
    break;
  }
}

static void
on_phase (DeskSwitchboard *self)
{
  DeskCallPhase phase = desk_call_get_phase (self->call);
  g_autoptr (DeskCall) ended = NULL;

  let_hear (self, phase);
  if (phase != DESK_CALL_OVER)
    return;
  g_signal_handlers_disconnect_by_data (self->call, self);
  ended = g_steal_pointer (&self->call);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CALL]);
  g_signal_emit (self, signals[SIGNAL_OVER], 0, ended);
}

static void
on_call_failed (DeskSwitchboard *self, const GError *error)
{
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
take (DeskSwitchboard *self, CallSession *session)
{
  CallAppointment *appointment = call_client_find_appointment (
      self->client, call_session_get_appointment_id (session));

  if (self->call != NULL || call_session_is_over (session))
    return;
  self->taken = TRUE;
  self->call = desk_call_new (self->client, session, appointment);
  g_signal_connect_object (self->call, "notify::phase", G_CALLBACK (on_phase), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->call, "failed", G_CALLBACK (on_call_failed), self,
                           G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CALL]);
  let_hear (self, desk_call_get_phase (self->call));
  desk_call_prepare (self->call);
  if (call_session_get_auto_accept (session))
    desk_call_answer (self->call);
}

static void
on_active_session (DeskSwitchboard *self)
{
  CallSession *session = call_client_get_active_session (self->client);

  if (session != NULL)
    take (self, session);
}

static void
on_asked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskSwitchboard) self = user_data;
  g_autoptr (CallSession) session = NULL;
  g_autoptr (GError) error = NULL;

  self->asking = FALSE;
  session = call_client_request_call_finish (CALL_CLIENT (source), result, &error);
  if (session == NULL && !self->taken)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
on_rejoined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DeskSwitchboard) self = user_data;
  g_autoptr (CallSession) session = NULL;
  g_autoptr (GError) error = NULL;

  self->asking = FALSE;
  session = call_client_rejoin_call_finish (CALL_CLIENT (source), result, &error);
  if (session == NULL && !self->taken)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
desk_switchboard_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DeskSwitchboard *self = DESK_SWITCHBOARD (object);

  switch (prop_id) {
  case PROP_CALL:
    g_value_set_object (value, self->call);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
desk_switchboard_dispose (GObject *object)
{
  DeskSwitchboard *self = DESK_SWITCHBOARD (object);

  desk_switchboard_set_client (self, NULL);
  g_clear_object (&self->ringer);
  G_OBJECT_CLASS (desk_switchboard_parent_class)->dispose (object);
}

static void
desk_switchboard_class_init (DeskSwitchboardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = desk_switchboard_get_property;
  object_class->dispose = desk_switchboard_dispose;

  properties[PROP_CALL] = g_param_spec_object ("call", NULL, NULL, DESK_TYPE_CALL,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS |
                                                   G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DeskSwitchboard::failed:
   * @self: the switchboard
   * @error: what went wrong with a call or with asking for one
   */
  signals[SIGNAL_FAILED] = g_signal_new ("failed", DESK_TYPE_SWITCHBOARD, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
  /**
   * DeskSwitchboard::over:
   * @self: the switchboard
   * @call: the call that has ended
   */
  signals[SIGNAL_OVER] = g_signal_new ("over", DESK_TYPE_SWITCHBOARD, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, DESK_TYPE_CALL);
}

static void
desk_switchboard_init (DeskSwitchboard *self)
{
}

/**
 * desk_switchboard_new:
 * @ringer: what lets calls be heard
 *
 * Returns: (transfer full): a switchboard without a client
 */
DeskSwitchboard *
desk_switchboard_new (DeskRinger *ringer)
{
  DeskSwitchboard *self = g_object_new (DESK_TYPE_SWITCHBOARD, NULL);

  self->ringer = g_object_ref (ringer);
  return self;
}

/**
 * desk_switchboard_set_client:
 * @self: the switchboard
 * @client: (nullable): the client whose calls it takes
 *
 * Changes the client. A call of the old one is dropped.
 */
void
desk_switchboard_set_client (DeskSwitchboard *self, CallClient *client)
{
  if (self->client == client)
    return;
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  if (self->call != NULL) {
    g_signal_handlers_disconnect_by_data (self->call, self);
    g_clear_object (&self->call);
    desk_ringer_stop (self->ringer);
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CALL]);
  }
  g_set_object (&self->client, client);
  self->asking = FALSE;
  if (client == NULL)
    return;
  g_signal_connect_object (client, "notify::active-session", G_CALLBACK (on_active_session), self,
                           G_CONNECT_SWAPPED);
  on_active_session (self);
}

/**
 * desk_switchboard_get_client:
 * @self: the switchboard
 *
 * Returns: (transfer none) (nullable): its client
 */
CallClient *
desk_switchboard_get_client (DeskSwitchboard *self)
{
  return self->client;
}

/**
 * desk_switchboard_get_call:
 * @self: the switchboard
 *
 * Returns: (transfer none) (nullable): the call there is
 */
DeskCall *
desk_switchboard_get_call (DeskSwitchboard *self)
{
  return self->call;
}

/**
 * desk_switchboard_connect:
 * @self: the switchboard
 * @appointment: whom to call
 *
 * Calls the patient of @appointment, or joins the call that goes on there.
 */
void
desk_switchboard_connect (DeskSwitchboard *self, CallAppointment *appointment)
{
  CallActiveCall *active = call_appointment_get_active_call (appointment);

  if (self->client == NULL || self->call != NULL || self->asking)
    return;
  self->asking = TRUE;
  self->taken = FALSE;
  if (active != NULL && call_active_call_get_state (active) != CALL_PROGRESS_RINGING)
    call_client_rejoin_call_async (self->client, appointment, NULL, on_rejoined,
                                   g_object_ref (self));
  else
    call_client_request_call_async (self->client, appointment, NULL, on_asked, g_object_ref (self));
}
