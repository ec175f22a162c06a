/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The service on a private bus, over a whole daemon in this process. */

#include "config.h"

#include "calld-dbus-error.h"
#include "calld-dbus-private.h"
#include "calld-log.h"
#include "calld-test-await.h"

#include "call-error.h"
#include "call-id.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NOBODY 65534

/* Like a session bus, but other users may come in, as on the system bus. */
static const char bus_config[] =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
    "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</"
    "type>"
    "<listen>unix:path=%s/bus</listen><auth>EXTERNAL</auth><policy context=\"default\">"
    "<allow user=\"*\"/><allow own=\"*\"/><allow send_destination=\"*\"/>"
    "<allow receive_sender=\"*\"/></policy></busconfig>";

typedef struct {
  char *directory;
  char *address;
  GPid bus_pid;
  CalldConfig *config;
  CalldClock *clock;
  CalldContext *context;
  CalldDbus *dbus;
  GDBusConnection *server;
  GDBusConnection *client;
  guint n_drained;
  gboolean reload_fails;
} Fixture;

static void
on_drain (gpointer user_data)
{
  ((Fixture *) user_data)->n_drained++;
}

static gboolean
on_reload (gpointer user_data, GError **error)
{
  if (!((Fixture *) user_data)->reload_fails)
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, "PORT: no.");
  return FALSE;
}

static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_bus (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->directory, "bus.conf", NULL);
  g_autofree char *config = g_strdup_printf (bus_config, self->directory);
  g_autofree char *option = g_strconcat ("--config-file=", path, NULL);
  char *argv[] = { (char *) "dbus-daemon", option, (char *) "--nofork",
                   (char *) "--print-address=1", NULL };
  char buffer[512] = { 0 };
  g_autoptr (GError) error = NULL;
  int out;

  g_assert_true (g_file_set_contents (path, config, -1, NULL));
  g_chmod (self->directory, 0711);
  g_spawn_async_with_pipes (NULL, argv, NULL,
                            G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                G_SPAWN_STDERR_TO_DEV_NULL,
                            die_with_parent, NULL, &self->bus_pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  /* It prints its address once it listens. */
  g_assert_cmpint (read (out, buffer, sizeof buffer - 1), >, 0);
  close (out);
  self->address = g_strdup (g_strstrip (buffer));
}

static GDBusConnection *
connect_bus (const char *address)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_sync (
      address,
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
          G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

static void
start_daemon (Fixture *self)
{
  g_auto (GStrv) environment = g_environ_setenv (g_new0 (char *, 1), "STATE_DIRECTORY",
                                                 self->directory, TRUE);
  CalldConfigSources sources = { 0 };
  g_autoptr (GError) error = NULL;

  environment = g_environ_setenv (environment, "PORT", "0", TRUE);
  environment = g_environ_setenv (environment, "CALL_ENV", "development", TRUE);
  sources.environment = environment;
  self->config = calld_config_load (&sources, &error);
  g_assert_no_error (error);
  self->clock = calld_clock_new ();
  self->context = calld_context_new (self->config, self->clock, &error);
  g_assert_no_error (error);
  calld_context_start (self->context, TRUE, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const CalldDbusHooks hooks = { on_drain, on_reload };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = NULL;

  calld_log_set_up (CALLD_LOG_ERROR, CALLD_LOG_TEXT);
  self->directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  start_bus (self);
  start_daemon (self);
  self->server = connect_bus (self->address);
  self->client = connect_bus (self->address);
  self->dbus = calld_dbus_new (self->context, &hooks, self);
  calld_dbus_export (self->dbus, self->server, &error);
  g_assert_no_error (error);
  answer = g_dbus_connection_call_sync (self->server, "org.freedesktop.DBus",
                                        "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "RequestName", g_variant_new ("(su)", CALLD_DBUS_NAME, 0),
                                        NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  int status;

  g_assert_finalize_object (self->dbus);
  calld_context_stop (self->context);
  calld_context_free (self->context);
  g_object_unref (self->clock);
  calld_config_unref (self->config);
  g_object_unref (self->client);
  g_object_unref (self->server);
  kill (self->bus_pid, SIGTERM);
  waitpid (self->bus_pid, &status, 0);
  remove_tree (self->directory);
  g_free (self->directory);
  g_free (self->address);
}

static GVariant *
call_on (Fixture *self,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *args,
         GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_dbus_connection_call (self->client, CALLD_DBUS_NAME, path, interface, method, args, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, await_cb, &result);
  return g_dbus_connection_call_finish (self->client, await (&result), error);
}

static GVariant *
call (Fixture *self, const char *interface, const char *method, GVariant *args, GError **error)
{
  return call_on (self, CALLD_DBUS_PATH, interface, method, args, error);
}

static GVariant *
call_well (Fixture *self, const char *interface, const char *method, GVariant *args)
{
  g_autoptr (GError) error = NULL;
  GVariant *answer = call (self, interface, method, args, &error);

  g_assert_no_error (error);
  return answer;
}

static void
call_badly (Fixture *self,
            const char *interface,
            const char *method,
            GVariant *args,
            CallError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call (self, interface, method, args, &error));
  g_assert_error (error, CALL_ERROR, (int) code);
}

#define ADMIN "org.libcall.Calld1.Admin"

static GVariant *
get_property (Fixture *self, const char *name)
{
  g_autoptr (GVariant) answer = call_well (self, "org.freedesktop.DBus.Properties", "Get",
                                           g_variant_new ("(ss)", CALLD_DBUS_NAME, name));
  GVariant *value;

  g_variant_get (answer, "(v)", &value);
  return value;
}

static void
test_properties (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) version = get_property (self, "Version");
  g_autoptr (GVariant) endpoint = get_property (self, "Endpoint");
  g_autoptr (GVariant) calls = get_property (self, "ActiveCalls");
  g_autoptr (GVariant) connections = get_property (self, "Connections");

  g_assert_cmpstr (g_variant_get_string (version, NULL), ==, PACKAGE_VERSION);
  g_assert_cmpstr (g_variant_get_string (endpoint, NULL), ==,
                   calld_context_get_address (self->context));
  g_assert_cmpuint (g_variant_get_uint32 (calls), ==, 0);
  g_assert_cmpuint (g_variant_get_uint32 (connections), ==, 0);
}

/* Whoever runs the daemon of a clinic with one doctor is that doctor. */
static void
test_open_session (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) answer = call_well (self, CALLD_DBUS_NAME, "OpenSession", NULL);
  g_autoptr (CalldIdentity) who = NULL;
  const char *endpoint, *token;

  g_variant_get (answer, "(&s&s)", &endpoint, &token);
  g_assert_cmpstr (endpoint, ==, calld_context_get_address (self->context));
  who = calld_auth_verify_token (calld_context_get_auth (self->context), token, NULL);
  g_assert_nonnull (who);
  g_assert_cmpint (who->role, ==, CALL_ROLE_DOCTOR);
  g_assert_cmpstr (who->name, ==, "Dra. Ana Souza");
}

static char *
add_user (Fixture *self, const char *name, const char *role)
{
  GVariantDict dict;
  g_autoptr (GVariant) answer = NULL;
  char *id;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "role", "s", role);
  answer = call_well (self, ADMIN, "AddUser",
                      g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)));
  g_variant_get (answer, "(s)", &id);
  return id;
}

/* With two it has to be said; and then it is as it was said. */
static void
test_map_user (Fixture *self, gconstpointer data)
{
  g_autofree char *id = add_user (self, "Dr. Two", "doctor");
  g_autofree char *unknown = call_id_new ();
  g_autoptr (GVariant) mapped = NULL, answer = NULL;
  g_autoptr (CalldIdentity) who = NULL;
  const char *token;

  call_badly (self, CALLD_DBUS_NAME, "OpenSession", NULL, CALL_ERROR_NOT_FOUND);
  call_badly (self, ADMIN, "MapUser", g_variant_new ("(us)", geteuid (), unknown),
              CALL_ERROR_NOT_FOUND);
  mapped = call_well (self, ADMIN, "MapUser", g_variant_new ("(us)", geteuid (), id));
  answer = call_well (self, CALLD_DBUS_NAME, "OpenSession", NULL);
  g_variant_get (answer, "(&s&s)", NULL, &token);
  who = calld_auth_verify_token (calld_context_get_auth (self->context), token, NULL);
  g_assert_cmpstr (who->user_id, ==, id);
}

static const struct {
  const char *name;
  const char *role;
  const char *email;
  const char *zone;
} bad_users[] = {
  { NULL, "doctor", NULL, "UTC" },
  { "", "doctor", NULL, "UTC" },
  { "x\ny", "doctor", NULL, "UTC" },
  { "X", "king", NULL, "UTC" },
  { "X", NULL, NULL, "UTC" },
  { "X", "doctor", "no address", "UTC" },
  { "X", "doctor", NULL, "Mars/Olympus" },
  { "X", "doctor", NULL, "../../etc/passwd" },
};

static void
test_bad_users (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_users); i++) {
    GVariantDict dict;

    g_test_message ("case %u", i);
    g_variant_dict_init (&dict, NULL);
    if (bad_users[i].name != NULL)
      g_variant_dict_insert (&dict, "name", "s", bad_users[i].name);
    if (bad_users[i].role != NULL)
      g_variant_dict_insert (&dict, "role", "s", bad_users[i].role);
    if (bad_users[i].email != NULL)
      g_variant_dict_insert (&dict, "email", "s", bad_users[i].email);
    g_variant_dict_insert (&dict, "time-zone", "s", bad_users[i].zone);
    call_badly (self, ADMIN, "AddUser", g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)),
                CALL_ERROR_INVALID);
  }
}

/* A handle that stands for nothing, and one that nobody ever writes to. */
static void
test_bad_password (Fixture *self, gconstpointer data)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", "X");
  g_variant_dict_insert (&dict, "role", "s", "doctor");
  g_variant_dict_insert (&dict, "password", "h", 0);
  call_badly (self, ADMIN, "AddUser", g_variant_new ("(@a{sv})", g_variant_dict_end (&dict)),
              CALL_ERROR_INVALID);
}

static void
test_bad_arguments (Fixture *self, gconstpointer data)
{
  g_autofree char *unknown = call_id_new ();

  call_badly (self, CALLD_DBUS_NAME, "EndCall", g_variant_new ("(s)", unknown),
              CALL_ERROR_NOT_FOUND);
  call_badly (self, CALLD_DBUS_NAME, "EndCall", g_variant_new ("(s)", ""), CALL_ERROR_NOT_FOUND);
  call_badly (self, ADMIN, "MakeLink", g_variant_new ("(s)", unknown), CALL_ERROR_NOT_FOUND);
  call_badly (self, ADMIN, "AddAppointment",
              g_variant_new ("(ssxu)", "x", "y", G_GINT64_CONSTANT (0), 0), CALL_ERROR_INVALID);
}

/* --- calls --- */

static void
get_visit (Fixture *self, char **appointment_id, char **doctor_id)
{
  gint64 now = g_get_real_time () / 1000;
  g_autoptr (GVariant) answer = call_well (
      self, ADMIN, "ListAppointments", g_variant_new ("(xx)", now - 20 * 60000, now + 5 * 60000));
  g_autoptr (GVariant) rows = g_variant_get_child_value (answer, 0);
  g_autoptr (GVariant) visit = NULL;

  g_assert_cmpuint (g_variant_n_children (rows), ==, 1);
  visit = g_variant_get_child_value (rows, 0);
  g_assert_true (g_variant_lookup (visit, "id", "s", appointment_id));
  g_assert_true (g_variant_lookup (visit, "doctor-id", "s", doctor_id));
}

static void
start_call (Fixture *self)
{
  g_autofree char *appointment_id = NULL, *doctor_id = NULL, *peer_id = call_id_new ();
  g_autoptr (CalldIdentity) who = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldCallOrder order = { .action = CALLD_CALL_REQUEST };
  gpointer answer;

  get_visit (self, &appointment_id, &doctor_id);
  who = calld_identity_new (doctor_id, "Dra. Ana Souza", CALL_ROLE_DOCTOR, "UTC", NULL, G_MAXINT64);
  order.appointment_id = appointment_id;
  order.user_id = doctor_id;
  order.role = CALL_ROLE_DOCTOR;
  order.name = "Dra. Ana Souza";
  order.peer_id = peer_id;
  calld_calls_perform_async (calld_context_get_calls (self->context), who, &order, 0, NULL,
                             await_cb, &result);
  answer = calld_calls_perform_finish (calld_context_get_calls (self->context), await (&result),
                                       &error);
  g_assert_no_error (error);
  call_record_unref (answer);
}

/* The path and id of the only call, or NULL. */
static char *
find_call_object (Fixture *self, char **id)
{
  g_autoptr (GVariant) answer = call_well (self, "org.freedesktop.DBus.ObjectManager",
                                           "GetManagedObjects", NULL);
  g_autoptr (GVariantIter) iter = NULL;
  g_autoptr (GVariant) interfaces = NULL, properties = NULL;
  char *path = NULL;

  g_variant_get (answer, "(a{oa{sa{sv}}})", &iter);
  if (!g_variant_iter_next (iter, "{o@a{sa{sv}}}", &path, &interfaces))
    return NULL;
  properties = g_variant_lookup_value (interfaces, "org.libcall.Calld1.Call", NULL);
  g_assert_true (g_variant_lookup (properties, "Id", "s", id));
  return path;
}

static void
wait_for_calls (Fixture *self, guint n)
{
  for (;;) {
    g_autoptr (GVariant) calls = get_property (self, "ActiveCalls");

    if (g_variant_get_uint32 (calls) == n)
      return;
    g_main_context_iteration (NULL, TRUE);
  }
}

static void
test_call_object (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL, *id = NULL, *none = NULL, *other = NULL;
  g_autoptr (GVariant) state = NULL, value = NULL, ended = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (find_call_object (self, &none));
  start_call (self);
  wait_for_calls (self, 1);
  path = find_call_object (self, &id);
  g_assert_true (g_str_has_prefix (path, CALLD_DBUS_PATH "/calls/"));
  state = call_on (self, path, "org.freedesktop.DBus.Properties", "Get",
                   g_variant_new ("(ss)", "org.libcall.Calld1.Call", "State"), &error);
  g_assert_no_error (error);
  g_variant_get (state, "(v)", &value);
  g_assert_cmpstr (g_variant_get_string (value, NULL), ==, "ringing");

  ended = call_on (self, path, "org.libcall.Calld1.Call", "End", NULL, &error);
  g_assert_no_error (error);
  wait_for_calls (self, 0);
  g_assert_null (find_call_object (self, &other));
  call_badly (self, CALLD_DBUS_NAME, "EndCall", g_variant_new ("(s)", id), CALL_ERROR_NOT_FOUND);
}

static void
test_end_call (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL, *id = NULL, *head = NULL;
  g_autoptr (GVariant) ended = NULL, audit = NULL;
  guint64 rows;

  start_call (self);
  wait_for_calls (self, 1);
  path = find_call_object (self, &id);
  ended = call_well (self, CALLD_DBUS_NAME, "EndCall", g_variant_new ("(s)", id));
  wait_for_calls (self, 0);
  audit = call_well (self, ADMIN, "VerifyAudit", NULL);
  g_variant_get (audit, "(ts)", &rows, &head);
  g_assert_cmpuint (rows, >=, 2);
  g_assert_cmpuint (strlen (head), ==, 64);
}

/* --- the daemon --- */

static void
test_drain_and_reload (Fixture *self, gconstpointer data)
{
  g_autoptr (GVariant) reloaded = call_well (self, CALLD_DBUS_NAME, "Reload", NULL);
  g_autoptr (GVariant) stats = call_well (self, CALLD_DBUS_NAME, "GetStats", NULL);
  g_autoptr (GVariant) drained = NULL, draining = NULL, dict = NULL;
  gboolean healthy = FALSE;

  g_assert_nonnull (reloaded);
  dict = g_variant_get_child_value (stats, 0);
  g_assert_true (g_variant_lookup (dict, "store-healthy", "b", &healthy));
  g_assert_true (healthy);
  self->reload_fails = TRUE;
  call_badly (self, CALLD_DBUS_NAME, "Reload", NULL, CALL_ERROR_INVALID);
  drained = call_well (self, CALLD_DBUS_NAME, "Drain", NULL);
  g_assert_cmpuint (self->n_drained, ==, 1);
  draining = get_property (self, "Draining");
  g_assert_true (g_variant_get_boolean (draining));
}

/* --- other users --- */

static const char *const forbidden[][2] = {
  { CALLD_DBUS_NAME, "Drain" }, { CALLD_DBUS_NAME, "Reload" }, { CALLD_DBUS_NAME, "GetStats" },
  { ADMIN, "ListUsers" },       { ADMIN, "VerifyAudit" },
};

/* In a child, as another Unix user: exits 0 if everything is refused. */
static void
try_as_nobody (const char *address)
{
  g_autoptr (GDBusConnection) bus = NULL;

  if (setgid (NOBODY) < 0 || setuid (NOBODY) < 0)
    _exit (2);
  calld_dbus_register_errors ();
  bus = connect_bus (address);
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) answer = g_dbus_connection_call_sync (
        bus, CALLD_DBUS_NAME, CALLD_DBUS_PATH, forbidden[i][0], forbidden[i][1], NULL, NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

    if (answer != NULL || !g_error_matches (error, CALL_ERROR, CALL_ERROR_FORBIDDEN))
      _exit (3 + (int) i);
  }
  _exit (0);
}

static void
on_child (GPid pid, int status, gpointer user_data)
{
  *(int *) user_data = status;
}

static void
test_others (Fixture *self, gconstpointer data)
{
  char *argv[] = { (char *) "/proc/self/exe", (char *) "--as-nobody", self->address, NULL };
  int status = -1;
  GPid pid;

  g_assert_true (calld_dbus_is_operator (0));
  g_assert_true (calld_dbus_is_operator (geteuid ()));
  g_assert_false (calld_dbus_is_operator (NOBODY));
  if (geteuid () != 0) {
    g_test_skip ("only root can become somebody else");
    return;
  }
  g_assert_true (g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_parent, NULL,
                                &pid, NULL));
  g_child_watch_add (pid, on_child, &status);
  while (status == -1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpuint (self->n_drained, ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--as-nobody") == 0)
    try_as_nobody (argv[2]);

  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) g_test_add ("/dbus/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("properties", test_properties);
  ADD ("open-session", test_open_session);
  ADD ("map-user", test_map_user);
  ADD ("bad-users", test_bad_users);
  ADD ("bad-password", test_bad_password);
  ADD ("bad-arguments", test_bad_arguments);
  ADD ("call-object", test_call_object);
  ADD ("end-call", test_end_call);
  ADD ("drain-and-reload", test_drain_and_reload);
  ADD ("others", test_others);
  return g_test_run ();
}
