/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus"

#include "config.h"

#include "calld-dbus-private.h"

#include "calld-bus.h"
#include "calld-dbus-error.h"
#include "calld-log.h"

#include "call-error.h"
#include "call-notice.h"

/**
 * CalldDbus:
 *
 * Shows the daemon on D-Bus, as data/dbus/org.libcall.Calld1.xml says. Main context only.
 */
struct _CalldDbus {
  GObject parent_instance;

  CalldContext *context; /* not owned: outlives us */
  CalldDbusHooks hooks;
  gpointer hooks_data;

  GDBusConnection *connection;
  CalldDbusCalld *daemon;
  CalldDbusCalldAdmin *admin;
  GDBusObjectManagerServer *objects;
  GHashTable *calls; /* call id → CalldDbusCalldCall */
  guint name_id;
  guint subscription;
  guint refresh_id;
};

G_DEFINE_FINAL_TYPE (CalldDbus, calld_dbus, G_TYPE_OBJECT)

/* --- Connections is counted when asked for ------------------------------------------------------
 */

#define DAEMON_TYPE_SKELETON (daemon_skeleton_get_type ())
G_DECLARE_FINAL_TYPE (DaemonSkeleton, daemon_skeleton, DAEMON, SKELETON, CalldDbusCalldSkeleton)

struct _DaemonSkeleton {
  CalldDbusCalldSkeleton parent_instance;
  CalldDbus *dbus; /* not owned */
};

G_DEFINE_FINAL_TYPE (DaemonSkeleton, daemon_skeleton, CALLD_DBUS_TYPE_CALLD_SKELETON)

enum {
  PROP_0,
  PROP_CONNECTIONS,
};

static void
daemon_skeleton_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  DaemonSkeleton *self = (DaemonSkeleton *) object;
  CalldHubStats stats = { 0 };

  calld_hub_get_stats (calld_context_get_hub (self->dbus->context), &stats);
  g_value_set_uint (value, stats.members);
}

static void
daemon_skeleton_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
}

static void
daemon_skeleton_class_init (DaemonSkeletonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = daemon_skeleton_get_property;
  object_class->set_property = daemon_skeleton_set_property;
  g_object_class_override_property (object_class, PROP_CONNECTIONS, "connections");
}

static void
daemon_skeleton_init (DaemonSkeleton *self)
{
}

/* --- calls as objects ----------------------------------------------------------------------------
 */

static char *
call_path (const char *call_id)
{
  g_autofree char *name = g_strdelimit (g_strdup (call_id), "-", '_');

  return g_strconcat (CALLD_DBUS_PATH "/calls/", name, NULL);
}

static CalldCallRecord *
find_call (CalldDbus *self, const char *call_id)
{
  g_autoptr (GPtrArray) calls = calld_calls_list (calld_context_get_calls (self->context));

  for (guint i = 0; i < calls->len; i++)
    if (g_str_equal (((CalldCallRecord *) calls->pdata[i])->id, call_id))
      return calld_call_record_copy (calls->pdata[i]);
  return NULL;
}

static void
end_call (CalldDbusRequest *request, const char *call_id)
{
  g_autoptr (CalldCallRecord) call = find_call (request->dbus, call_id);

  if (call == NULL) {
    calld_dbus_request_fail (request,
                             g_error_new_literal (CALL_ERROR, CALL_ERROR_NOT_FOUND,
                                                  "There is no such call, or it is over."));
    return;
  }
  calld_log_info ("operator_ends_call", .appointment_id = call->appointment_id,
                  .call_id = call->id);
  calld_calls_close (calld_context_get_calls (request->dbus->context), call->appointment_id,
                     call->id, CALL_END_OPERATOR);
  calld_dbus_request_return (request, NULL);
}

static void
do_end (CalldDbusRequest *request)
{
  const char *path = g_dbus_method_invocation_get_object_path (request->invocation);
  g_autofree char *call_id = g_strdelimit (g_strdup (path + strlen (CALLD_DBUS_PATH "/calls/")),
                                           "_", '-');

  end_call (request, call_id);
}

static gboolean
on_end (CalldDbusCalldCall *call, GDBusMethodInvocation *invocation, CalldDbus *self)
{
  calld_dbus_admit (self, invocation, TRUE, do_end);
  return TRUE;
}

static void
show_call (CalldDbusCalldCall *object, const CalldCallRecord *call)
{
  calld_dbus_calld_call_set_id (object, call->id);
  calld_dbus_calld_call_set_appointment_id (object, call->appointment_id);
  calld_dbus_calld_call_set_state (object,
                                   call_enum_to_nick (CALLD_TYPE_CALL_STATE, (int) call->state));
  calld_dbus_calld_call_set_caller_id (object, call->parties[CALLD_SIDE_CALLER].user_id);
  calld_dbus_calld_call_set_callee_id (object, call->parties[CALLD_SIDE_CALLEE].user_id);
  calld_dbus_calld_call_set_generation (object, call->generation);
  calld_dbus_calld_call_set_requested_at (object, call->requested_at);
  calld_dbus_calld_call_set_started_at (object, call->started_at);
}

static void
add_call (CalldDbus *self, const CalldCallRecord *call)
{
  g_autofree char *path = call_path (call->id);
  g_autoptr (CalldDbusObjectSkeleton) object = calld_dbus_object_skeleton_new (path);
  g_autoptr (CalldDbusCalldCall) interface = calld_dbus_calld_call_skeleton_new ();

  show_call (interface, call);
  g_signal_connect_object (interface, "handle-end", G_CALLBACK (on_end), self, 0);
  calld_dbus_object_skeleton_set_calld_call (object, interface);
  g_dbus_object_manager_server_export (self->objects, G_DBUS_OBJECT_SKELETON (object));
  g_hash_table_insert (self->calls, g_strdup (call->id), g_steal_pointer (&interface));
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  GPtrArray *calls = ((gpointer *) user_data)[0];
  CalldDbus *self = ((gpointer *) user_data)[1];
  g_autofree char *path = NULL;

  for (guint i = 0; i < calls->len; i++)
    if (g_str_equal (((CalldCallRecord *) calls->pdata[i])->id, key))
      return FALSE;
  path = call_path (key);
  g_dbus_object_manager_server_unexport (self->objects, path);
  return TRUE;
}

static gboolean
refresh (gpointer user_data)
{
  CalldDbus *self = user_data;
  g_autoptr (GPtrArray) calls = calld_calls_list (calld_context_get_calls (self->context));
  gpointer both[] = { calls, self };

  self->refresh_id = 0;
  g_hash_table_foreach_remove (self->calls, is_over, both);
  for (guint i = 0; i < calls->len; i++) {
    const CalldCallRecord *call = g_ptr_array_index (calls, i);
    CalldDbusCalldCall *interface = g_hash_table_lookup (self->calls, call->id);

    if (interface != NULL)
      show_call (interface, call);
    else
      add_call (self, call);
  }
  calld_dbus_calld_set_active_calls (self->daemon, calls->len);
  return G_SOURCE_REMOVE;
}

/* Many notices of one turn of the loop cause one look. */
static void
on_notice (const char *const *topics,
           const CallNotice *notice,
           CalldPublishFlags flags,
           guint64 except,
           gpointer user_data)
{
  CalldDbus *self = user_data;

  if (notice->kind <= CALL_NOTICE_CALL_CANCELLED && self->refresh_id == 0)
    self->refresh_id = g_idle_add_full (G_PRIORITY_DEFAULT, refresh, self, NULL);
}

/* --- methods of the daemon -----------------------------------------------------------------------
 */

static gboolean
on_open_session (CalldDbusCalld *daemon, GDBusMethodInvocation *invocation, CalldDbus *self)
{
  calld_dbus_admit (self, invocation, FALSE, calld_dbus_open_session);
  return TRUE;
}

static void
do_end_call (CalldDbusRequest *request)
{
  const char *call_id;

  g_variant_get (g_dbus_method_invocation_get_parameters (request->invocation), "(&s)", &call_id);
  end_call (request, call_id);
}

static gboolean
on_end_call (CalldDbusCalld *daemon,
             GDBusMethodInvocation *invocation,
             const char *call_id,
             CalldDbus *self)
{
  calld_dbus_admit (self, invocation, TRUE, do_end_call);
  return TRUE;
}

static void
do_drain (CalldDbusRequest *request)
{
  CalldDbus *self = request->dbus;

  calld_log_info ("operator_drains", .code = NULL);
  calld_dbus_calld_set_draining (self->daemon, TRUE);
  g_object_ref (self);
  calld_dbus_request_return (request, NULL);
  self->hooks.drain (self->hooks_data);
  g_object_unref (self);
}

static gboolean
on_drain (CalldDbusCalld *daemon, GDBusMethodInvocation *invocation, CalldDbus *self)
{
  calld_dbus_admit (self, invocation, TRUE, do_drain);
  return TRUE;
}

static void
do_reload (CalldDbusRequest *request)
{
  GError *error = NULL;

  if (request->dbus->hooks.reload (request->dbus->hooks_data, &error))
    calld_dbus_request_return (request, NULL);
  else
    calld_dbus_request_fail (request, error);
}

static gboolean
on_reload (CalldDbusCalld *daemon, GDBusMethodInvocation *invocation, CalldDbus *self)
{
  calld_dbus_admit (self, invocation, TRUE, do_reload);
  return TRUE;
}

static void
do_get_stats (CalldDbusRequest *request)
{
  g_autoptr (CallStatsAnswer) report = calld_context_get_report (request->dbus->context);

  calld_dbus_request_return (request,
                             g_variant_new ("(@a{sv})", calld_dbus_stats_to_variant (report)));
}

static gboolean
on_get_stats (CalldDbusCalld *daemon, GDBusMethodInvocation *invocation, CalldDbus *self)
{
  calld_dbus_admit (self, invocation, TRUE, do_get_stats);
  return TRUE;
}

static CalldDbusCalld *
make_daemon (CalldDbus *self)
{
  DaemonSkeleton *skeleton = g_object_new (DAEMON_TYPE_SKELETON, NULL);
  CalldDbusCalld *daemon = CALLD_DBUS_CALLD (skeleton);

  skeleton->dbus = self;
  calld_dbus_calld_set_version (daemon, PACKAGE_VERSION);
  calld_dbus_calld_set_endpoint (daemon, calld_context_get_address (self->context));
  g_signal_connect (daemon, "handle-open-session", G_CALLBACK (on_open_session), self);
  g_signal_connect (daemon, "handle-end-call", G_CALLBACK (on_end_call), self);
  g_signal_connect (daemon, "handle-drain", G_CALLBACK (on_drain), self);
  g_signal_connect (daemon, "handle-reload", G_CALLBACK (on_reload), self);
  g_signal_connect (daemon, "handle-get-stats", G_CALLBACK (on_get_stats), self);
  return daemon;
}

/* --- the service
 * ---------------------------------------------------------------------------------- */

CalldContext *
calld_dbus_get_context (CalldDbus *self)
{
  return self->context;
}

static void
unexport (gpointer interface)
{
  GDBusInterfaceSkeleton *skeleton = interface;

  if (g_dbus_interface_skeleton_get_connection (skeleton) != NULL)
    g_dbus_interface_skeleton_unexport (skeleton);
  g_signal_handlers_disconnect_matched (skeleton, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, NULL, NULL);
  g_object_unref (skeleton);
}

/**
 * calld_dbus_stop:
 * @self: the service
 *
 * Takes everything off the bus. Requests under way are still answered.
 */
void
calld_dbus_stop (CalldDbus *self)
{
  g_clear_handle_id (&self->name_id, g_bus_unown_name);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->subscription != 0)
    calld_bus_unsubscribe (calld_context_get_bus (self->context), self->subscription);
  self->subscription = 0;
  if (self->objects != NULL)
    g_dbus_object_manager_server_set_connection (self->objects, NULL);
  g_hash_table_remove_all (self->calls);
  g_clear_object (&self->objects);
  g_clear_pointer (&self->daemon, unexport);
  g_clear_pointer (&self->admin, unexport);
  g_clear_object (&self->connection);
}

static void
calld_dbus_dispose (GObject *object)
{
  calld_dbus_stop (CALLD_DBUS (object));
  G_OBJECT_CLASS (calld_dbus_parent_class)->dispose (object);
}

static void
calld_dbus_finalize (GObject *object)
{
  g_hash_table_unref (CALLD_DBUS (object)->calls);
  G_OBJECT_CLASS (calld_dbus_parent_class)->finalize (object);
}

static void
calld_dbus_class_init (CalldDbusClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_dbus_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_dbus_finalize;
}

static void
calld_dbus_init (CalldDbus *self)
{
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  calld_dbus_register_errors ();
}

/**
 * calld_dbus_new:
 * @context: a daemon that listens; must outlive the service
 * @hooks: what only the program can do
 * @user_data: for @hooks
 *
 * Returns: (transfer full): a service that is on no bus yet
 */
CalldDbus *
calld_dbus_new (CalldContext *context, const CalldDbusHooks *hooks, gpointer user_data)
{
  CalldDbus *self = g_object_new (CALLD_TYPE_DBUS, NULL);

  self->context = context;
  self->hooks = *hooks;
  self->hooks_data = user_data;
  return self;
}

/**
 * calld_dbus_export:
 * @self: a service on no bus
 * @connection: a message bus
 * @error: (optional): why not
 *
 * Shows the daemon on a bus, without asking for a name.
 *
 * Returns: %TRUE if it is there
 */
gboolean
calld_dbus_export (CalldDbus *self, GDBusConnection *connection, GError **error)
{
  g_return_val_if_fail (self->connection == NULL, FALSE);

  self->connection = g_object_ref (connection);
  self->daemon = make_daemon (self);
  self->admin = calld_dbus_admin_new (self);
  self->objects = g_dbus_object_manager_server_new (CALLD_DBUS_PATH);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->daemon), connection,
                                         CALLD_DBUS_PATH, error) ||
      !g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->admin), connection,
                                         CALLD_DBUS_PATH, error))
    return FALSE;
  g_dbus_object_manager_server_set_connection (self->objects, connection);
  self->subscription = calld_bus_subscribe (calld_context_get_bus (self->context), on_notice, self,
                                            NULL);
  refresh (self);
  return TRUE;
}

static void
on_name_lost (GDBusConnection *connection, const char *name, gpointer user_data)
{
  calld_log_warning (
      "dbus_name_lost",
      .detail = connection == NULL
                    ? "the bus is gone: callctl and Call Desk cannot find this calld"
                    : "another calld has the name: callctl and Call Desk find that one");
}

/* The bus that started us says which one it is; otherwise the session's, if there is a session. */
static GBusType
choose_bus (CalldBusChoice choice)
{
  const char *starter = g_getenv ("DBUS_STARTER_BUS_TYPE");
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  if (choice == CALLD_BUS_SESSION || g_strcmp0 (starter, "session") == 0)
    return G_BUS_TYPE_SESSION;
  if (choice == CALLD_BUS_SYSTEM || g_strcmp0 (starter, "system") == 0)
    return G_BUS_TYPE_SYSTEM;
  if (g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL || g_file_test (socket, G_FILE_TEST_EXISTS))
    return G_BUS_TYPE_SESSION;
  return G_BUS_TYPE_NONE;
}

/**
 * calld_dbus_start:
 * @self: a service on no bus
 * @choice: which bus
 * @error: (optional): why a bus that was asked for by name cannot be used
 *
 * Goes on the bus and asks for the name. With %CALLD_BUS_AUTO it does no harm if there is none.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_dbus_start (CalldDbus *self, CalldBusChoice choice, GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GError) local_error = NULL;
  GBusType type = choice == CALLD_BUS_NONE ? G_BUS_TYPE_NONE : choose_bus (choice);

  if (type == G_BUS_TYPE_NONE)
    return TRUE;
  connection = g_bus_get_sync (type, NULL, &local_error);
  if (connection != NULL && calld_dbus_export (self, connection, &local_error)) {
    g_dbus_connection_set_exit_on_close (connection, FALSE);
    self->name_id = g_bus_own_name_on_connection (
        connection, CALLD_DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, on_name_lost, self, NULL);
    return TRUE;
  }
  if (choice == CALLD_BUS_AUTO) {
    calld_log_warning ("dbus_unavailable", .detail = local_error->message);
    return TRUE;
  }
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "CALL_BUS: ");
  return FALSE;
}
