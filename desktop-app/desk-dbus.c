/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-dbus"

#include "config.h"

#include "desk-dbus.h"

#include "desk-dbus-generated.h"

/**
 * DeskDbus:
 *
 * The current call as org.libcall.Desk on the session bus, for the shell, headset keys and
 * scripts.
 */
struct _DeskDbus {
  GObject parent_instance;

  DeskDbusDesk *skeleton;
  DeskSwitchboard *switchboard;
  GSignalGroup *call_signals;
};

G_DEFINE_FINAL_TYPE (DeskDbus, desk_dbus, G_TYPE_OBJECT)

static DeskCall *
current_call (DeskDbus *self)
{
  return self->switchboard != NULL ? desk_switchboard_get_call (self->switchboard) : NULL;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

/* Writes only what differs: a notification inside the handler of the same one would start it anew,
 * for ever. */
static void
show_switches (DeskDbus *self)
{
  DeskCall *call = current_call (self);
  gboolean muted = call != NULL && desk_call_get_muted (call);
  gboolean camera = call != NULL && desk_call_get_camera_enabled (call);

  if (desk_dbus_desk_get_muted (self->skeleton) != muted)
    desk_dbus_desk_set_muted (self->skeleton, muted);
  if (desk_dbus_desk_get_camera_enabled (self->skeleton) != camera)
    desk_dbus_desk_set_camera_enabled (self->skeleton, camera);
}

static void
show_call (DeskDbus *self)
{
  DeskCall *call = current_call (self);
  CallSession *session = call != NULL ? desk_call_get_session (call) : NULL;
  DeskCallPhase phase = call != NULL ? desk_call_get_phase (call) : DESK_CALL_OVER;

  desk_dbus_desk_set_call_id (self->skeleton,
                              session != NULL ? or_empty (call_session_get_call_id (session)) : "");
  desk_dbus_desk_set_appointment_id (
      self->skeleton, session != NULL ? or_empty (call_session_get_appointment_id (session)) : "");
  desk_dbus_desk_set_peer (self->skeleton, call != NULL ? desk_call_get_peer_name (call) : "");
  desk_dbus_desk_set_state (self->skeleton, desk_call_phase_to_nick (phase));
  show_switches (self);
}

static void
show_stats (DeskDbus *self, CallEngineStats *stats)
{
  DeskCall *call = current_call (self);

  if (call == NULL)
    return;
  desk_dbus_desk_set_elapsed (self->skeleton, (guint) desk_call_get_elapsed (call));
  desk_dbus_desk_set_frames_decoded (self->skeleton, stats->frames_decoded);
}

static void
on_call_changed (DeskDbus *self)
{
  g_signal_group_set_target (self->call_signals, current_call (self));
  desk_dbus_desk_set_elapsed (self->skeleton, 0);
  desk_dbus_desk_set_frames_decoded (self->skeleton, 0);
  show_call (self);
}

static void
on_muted_written (DeskDbus *self)
{
  DeskCall *call = current_call (self);

  if (call != NULL)
    desk_call_set_muted (call, desk_dbus_desk_get_muted (self->skeleton));
  show_switches (self);
}

static void
on_camera_written (DeskDbus *self)
{
  DeskCall *call = current_call (self);

  if (call != NULL)
    desk_call_set_camera_enabled (call, desk_dbus_desk_get_camera_enabled (self->skeleton));
  show_switches (self);
}

/* Runs an action of the call the way its button would. */
static gboolean
perform (DeskDbus *self, GDBusMethodInvocation *invocation, const char *name)
{
  DeskCall *call = current_call (self);
  GActionGroup *actions = call != NULL ? desk_call_get_actions (call) : NULL;

  if (actions == NULL || !g_action_group_get_action_enabled (actions, name)) {
    g_dbus_method_invocation_return_error_literal (invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                                   "There is no call this can be done to");
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  g_action_group_activate_action (actions, name, NULL);
  g_dbus_method_invocation_return_value (invocation, NULL);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
on_answer (DeskDbus *self, GDBusMethodInvocation *invocation)
{
  return perform (self, invocation, "answer");
}

static gboolean
on_decline (DeskDbus *self, GDBusMethodInvocation *invocation)
{
  return perform (self, invocation, "decline");
}

static gboolean
on_leave (DeskDbus *self, GDBusMethodInvocation *invocation)
{
  return perform (self, invocation, "leave");
}

static gboolean
on_hang_up (DeskDbus *self, GDBusMethodInvocation *invocation)
{
  return perform (self, invocation, "hang-up");
}

static void
desk_dbus_dispose (GObject *object)
{
  DeskDbus *self = DESK_DBUS (object);

  desk_dbus_set_switchboard (self, NULL);
  desk_dbus_unexport (self);
  g_clear_object (&self->call_signals);
  g_clear_object (&self->skeleton);
  G_OBJECT_CLASS (desk_dbus_parent_class)->dispose (object);
}

static void
desk_dbus_class_init (DeskDbusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = desk_dbus_dispose;
}

static void
connect_skeleton (DeskDbus *self)
{
  const struct {
    const char *signal;
    GCallback handler;
  } handlers[] = {
    { "handle-answer", G_CALLBACK (on_answer) },
    { "handle-decline", G_CALLBACK (on_decline) },
    { "handle-leave", G_CALLBACK (on_leave) },
    { "handle-hang-up", G_CALLBACK (on_hang_up) },
    { "notify::muted", G_CALLBACK (on_muted_written) },
    { "notify::camera-enabled", G_CALLBACK (on_camera_written) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->skeleton, handlers[i].signal, handlers[i].handler, self,
                             G_CONNECT_SWAPPED);
}

static void
desk_dbus_init (DeskDbus *self)
{
  self->skeleton = desk_dbus_desk_skeleton_new ();
  self->call_signals = g_signal_group_new (DESK_TYPE_CALL);
  g_signal_group_connect_object (self->call_signals, "notify::status", G_CALLBACK (show_call), self,
                                 G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "notify::muted", G_CALLBACK (show_switches),
                                 self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "notify::camera-enabled",
                                 G_CALLBACK (show_switches), self, G_CONNECT_SWAPPED);
  g_signal_group_connect_object (self->call_signals, "stats", G_CALLBACK (show_stats), self,
                                 G_CONNECT_SWAPPED);
  show_call (self);
  connect_skeleton (self);
}

/**
 * desk_dbus_new:
 *
 * Returns: (transfer full): the object, not exported yet
 */
DeskDbus *
desk_dbus_new (void)
{
  return g_object_new (DESK_TYPE_DBUS, NULL);
}

/**
 * desk_dbus_export:
 * @self: the object
 * @connection: a bus
 * @path: where
 * @error: return location for an error
 *
 * Returns: whether it can be seen on the bus
 */
gboolean
desk_dbus_export (DeskDbus *self, GDBusConnection *connection, const char *path, GError **error)
{
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                           path, error);
}

/**
 * desk_dbus_unexport:
 * @self: the object
 *
 * Takes it off the bus.
 */
void
desk_dbus_unexport (DeskDbus *self)
{
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);

  if (skeleton != NULL && g_dbus_interface_skeleton_get_connection (skeleton) != NULL)
    g_dbus_interface_skeleton_unexport (skeleton);
}

/**
 * desk_dbus_set_switchboard:
 * @self: the object
 * @switchboard: (nullable): whose call is exported
 *
 * Sets whose call is exported.
 */
void
desk_dbus_set_switchboard (DeskDbus *self, DeskSwitchboard *switchboard)
{
  if (self->switchboard != NULL)
    g_signal_handlers_disconnect_by_data (self->switchboard, self);
  g_set_object (&self->switchboard, switchboard);
  if (switchboard == NULL)
    return;
  g_signal_connect_object (switchboard, "notify::call", G_CALLBACK (on_call_changed), self,
                           G_CONNECT_SWAPPED);
  on_call_changed (self);
}
