/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "callctl"

#include "config.h"

#include "callctl-private.h"

#include "call-id.h"

#include <gio/gunixfdlist.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CALLD CALLCTL_CALLD
#define ADMIN "org.libcall.Calld1.Admin"
#define CALL "org.libcall.Calld1.Call"
#define PATH "/org/libcall/Calld1"

static gboolean wrong_usage (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
wrong_usage (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (CALLCTL_USAGE, 0, format, args);
  va_end (args);
  return FALSE;
}

/* Wants from @min to @max arguments. */
static gboolean
count (char **arguments, guint min, guint max, GError **error)
{
  guint n = g_strv_length (arguments);

  if (n < min)
    return wrong_usage (error, "Something is missing: see callctl --help.");
  if (n > max)
    return wrong_usage (error, "\"%s\" is too much: see callctl --help.", arguments[max]);
  return TRUE;
}

static gboolean
parse_options (const GOptionEntry *entries, char ***arguments, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;

  g_strv_builder_add (builder, "callctl");
  g_strv_builder_addv (builder, (const char **) *arguments);
  argv = g_strv_builder_end (builder);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  if (!g_option_context_parse_strv (context, &argv, &local_error))
    return wrong_usage (error, "%s.", local_error->message);
  g_strfreev (*arguments);
  *arguments = g_strdupv (argv + 1);
  return TRUE;
}

/**
 * callctl_call:
 * @self: callctl
 * @interface: of calld
 * @method: of @interface
 * @arguments: (nullable): floating
 * @descriptors: (nullable): what handles in @arguments mean
 * @error: what calld says
 *
 * Returns: (transfer full) (nullable): what the method gives
 */
GVariant *
callctl_call (Callctl *self,
              const char *interface,
              const char *method,
              GVariant *arguments,
              GUnixFDList *descriptors,
              GError **error)
{
  GVariant *answer = g_dbus_connection_call_with_unix_fd_list_sync (
      self->bus, CALLD, PATH, interface, method, arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START,
      30000, descriptors, NULL, NULL, error);

  if (answer == NULL && error != NULL)
    g_dbus_error_strip_remote_error (*error);
  return answer;
}

/* For methods that give nothing. */
static gboolean
order (Callctl *self,
       const char *interface,
       const char *method,
       GVariant *arguments,
       GError **error)
{
  g_autoptr (GVariant) answer = callctl_call (self, interface, method, arguments, NULL, error);

  return answer != NULL;
}

static void
print_id (Callctl *self, GVariant *answer)
{
  const char *id;
  GVariantDict dict;
  g_autoptr (GVariant) object = NULL;

  g_variant_get (answer, "(&s)", &id);
  if (!self->json) {
    printf ("%s\n", id);
    return;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
}

/* --- status
 * --------------------------------------------------------------------------------------- */

static GVariant *
to_lower_names (GVariant *properties)
{
  static const char *const names[][2] = {
    { "Id", "id" },
    { "AppointmentId", "appointment-id" },
    { "State", "state" },
    { "CallerId", "caller-id" },
    { "CalleeId", "callee-id" },
    { "Generation", "generation" },
    { "RequestedAt", "requested-at" },
    { "StartedAt", "started-at" },
    { "Version", "version" },
    { "Endpoint", "endpoint" },
    { "ActiveCalls", "active-calls" },
    { "Connections", "connections" },
    { "Draining", "draining" },
  };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (properties, names[i][0], NULL);

    if (value != NULL)
      g_variant_dict_insert_value (&dict, names[i][1], value);
  }
  return g_variant_dict_end (&dict);
}

static GVariant *
list_calls (Callctl *self, GError **error)
{
  g_autoptr (GVariant) answer = callctl_call (self, "org.freedesktop.DBus.ObjectManager",
                                              "GetManagedObjects", NULL, NULL, error);
  g_autoptr (GVariantIter) objects = NULL;
  GVariantBuilder rows;
  GVariant *interfaces;

  if (answer == NULL)
    return NULL;
  g_variant_builder_init (&rows, G_VARIANT_TYPE ("aa{sv}"));
  g_variant_get (answer, "(a{oa{sa{sv}}})", &objects);
  while (g_variant_iter_loop (objects, "{&o@a{sa{sv}}}", NULL, &interfaces)) {
    g_autoptr (GVariant) call = g_variant_lookup_value (interfaces, CALL, G_VARIANT_TYPE_VARDICT);

    if (call != NULL)
      g_variant_builder_add_value (&rows, to_lower_names (call));
  }
  return g_variant_ref_sink (g_variant_builder_end (&rows));
}

static void
print_status (GVariant *status, GVariant *calls)
{
  static const char *const columns[] = { "state", "id", "requested-at", "appointment-id", NULL };
  const char *version = "", *endpoint = "";
  guint n_calls = 0, n_connections = 0;
  gboolean draining = FALSE;
  Callctl plain = { 0 };

  g_variant_lookup (status, "version", "&s", &version);
  g_variant_lookup (status, "endpoint", "&s", &endpoint);
  g_variant_lookup (status, "active-calls", "u", &n_calls);
  g_variant_lookup (status, "connections", "u", &n_connections);
  g_variant_lookup (status, "draining", "b", &draining);
  printf ("calld %s at %s%s\n", version, endpoint, draining ? ", draining" : "");
  printf ("%u active calls, %u connections\n", n_calls, n_connections);
  callctl_print_list (&plain, "calls", calls, columns);
}

static gboolean
command_status (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL, all = NULL, status = NULL, calls = NULL, object = NULL;
  GVariantDict dict;

  if (!count (arguments, 0, 0, error))
    return FALSE;
  answer = callctl_call (self, "org.freedesktop.DBus.Properties", "GetAll",
                         g_variant_new ("(s)", CALLD), NULL, error);
  calls = answer != NULL ? list_calls (self, error) : NULL;
  if (calls == NULL)
    return FALSE;
  all = g_variant_get_child_value (answer, 0);
  status = g_variant_ref_sink (to_lower_names (all));
  if (!self->json) {
    print_status (status, calls);
    return TRUE;
  }
  g_variant_dict_init (&dict, status);
  g_variant_dict_insert_value (&dict, "calls", calls);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
  return TRUE;
}

/* --- users
 * ---------------------------------------------------------------------------------------- */

static GVariant *
list_users (Callctl *self, GError **error)
{
  g_autoptr (GVariant) answer = callctl_call (self, ADMIN, "ListUsers", NULL, NULL, error);

  return answer != NULL ? g_variant_get_child_value (answer, 0) : NULL;
}

static gboolean
command_user_list (Callctl *self, char **arguments, GError **error)
{
  static const char *const columns[] = { "id", "role", "active", "email", "name", NULL };
  g_autoptr (GVariant) users = NULL;

  if (!count (arguments, 0, 0, error))
    return FALSE;
  users = list_users (self, error);
  if (users == NULL)
    return FALSE;
  callctl_print_list (self, "users", users, columns);
  return TRUE;
}

/* Finds a user by id, e-mail address or name; what fits two is refused. */
static char *
find_user (Callctl *self, const char *wanted, GError **error)
{
  static const char *const members[] = { "id", "email", "name" };
  g_autoptr (GVariant) users = list_users (self, error);
  g_autofree char *found = NULL;

  if (users == NULL)
    return NULL;
  for (gsize i = 0; i < g_variant_n_children (users); i++) {
    g_autoptr (GVariant) user = g_variant_get_child_value (users, i);
    const char *value, *id = NULL;

    for (guint m = 0; m < G_N_ELEMENTS (members) && id == NULL; m++)
      if (g_variant_lookup (user, members[m], "&s", &value) &&
          g_ascii_strcasecmp (value, wanted) == 0)
        g_variant_lookup (user, "id", "&s", &id);
    if (id != NULL && found != NULL) {
      wrong_usage (error,
                   "There are several users called \"%s\": give the id, see callctl user list.",
                   wanted);
      return NULL;
    }
    if (id != NULL)
      found = g_strdup (id);
  }
  if (found == NULL)
    wrong_usage (error, "There is no user \"%s\": see callctl user list.", wanted);
  return g_steal_pointer (&found);
}

typedef struct {
  char *name;
  char *role;
  char *email;
  char *zone;
  char *licence;
  char *until;
  gboolean no_password;
} NewUser;

static void
new_user_clear (NewUser *user)
{
  g_free (user->name);
  g_free (user->role);
  g_free (user->email);
  g_free (user->zone);
  g_free (user->licence);
  g_free (user->until);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NewUser, new_user_clear)

static gboolean
parse_new_user (NewUser *user, char **arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &user->name, NULL, NULL },
    { "role", 0, 0, G_OPTION_ARG_STRING, &user->role, NULL, NULL },
    { "email", 0, 0, G_OPTION_ARG_STRING, &user->email, NULL, NULL },
    { "time-zone", 0, 0, G_OPTION_ARG_STRING, &user->zone, NULL, NULL },
    { "licence", 0, 0, G_OPTION_ARG_STRING, &user->licence, NULL, NULL },
    { "licence-until", 0, 0, G_OPTION_ARG_STRING, &user->until, NULL, NULL },
    { "no-password", 0, 0, G_OPTION_ARG_NONE, &user->no_password, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) rest = g_strdupv (arguments);

  if (!parse_options (entries, &rest, error) || !count (rest, 0, 0, error))
    return FALSE;
  if (user->name == NULL || user->role == NULL)
    return wrong_usage (error,
                        "A user needs --name and --role (doctor, patient, admin or service).");
  return TRUE;
}

static gboolean
describe_new_user (const NewUser *user, GVariantDict *dict, GError **error)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  const char *zone = user->zone != NULL ? user->zone : g_time_zone_get_identifier (local);
  gint64 until;

  g_variant_dict_insert (dict, "name", "s", user->name);
  g_variant_dict_insert (dict, "role", "s", user->role);
  g_variant_dict_insert (dict, "time-zone", "s", zone);
  if (user->email != NULL)
    g_variant_dict_insert (dict, "email", "s", user->email);
  if (user->licence != NULL)
    g_variant_dict_insert (dict, "licence-number", "s", user->licence);
  if (user->until != NULL) {
    g_autofree char *midnight = strlen (user->until) == 10
                                    ? g_strconcat (user->until, "T23:59:59", NULL)
                                    : g_strdup (user->until);

    if (!callctl_parse_time (midnight, 0, &until, error))
      return FALSE;
    g_variant_dict_insert (dict, "licence-expires-at", "x", until);
  }
  return TRUE;
}

static gboolean
command_user_add (Callctl *self, char **arguments, GError **error)
{
  g_auto (NewUser) user = { 0 };
  g_autoptr (GUnixFDList) descriptors = g_unix_fd_list_new ();
  g_autoptr (GVariant) details = NULL, answer = NULL;
  GVariantDict dict;
  int fd;

  if (!parse_new_user (&user, arguments, error))
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  if (!describe_new_user (&user, &dict, error)) {
    g_variant_dict_clear (&dict);
    return FALSE;
  }
  /* Without an address there is nothing to sign in with: patients come by their links. */
  if (user.email != NULL && !user.no_password) {
    fd = callctl_read_password (error);
    if (fd < 0) {
      g_variant_dict_clear (&dict);
      return FALSE;
    }
    g_variant_dict_insert (&dict, "password", "h", g_unix_fd_list_append (descriptors, fd, NULL));
    close (fd); /* the list has a copy */
  }
  details = g_variant_ref_sink (g_variant_dict_end (&dict));
  answer = callctl_call (self, ADMIN, "AddUser", g_variant_new ("(@a{sv})", details), descriptors,
                         error);
  if (answer == NULL)
    return FALSE;
  print_id (self, answer);
  return TRUE;
}

static gboolean
command_user_map (Callctl *self, char **arguments, GError **error)
{
  g_autofree char *id = NULL;
  guint64 uid = 0;
  struct passwd *entry;

  if (!count (arguments, 2, 2, error))
    return FALSE;
  entry = getpwnam (arguments[0]);
  if (entry != NULL)
    uid = entry->pw_uid;
  else if (!g_ascii_string_to_unsigned (arguments[0], 10, 0, G_MAXUINT32 - 1, &uid, NULL))
    return wrong_usage (error, "There is no Unix user \"%s\".", arguments[0]);
  id = find_user (self, arguments[1], error);
  return id != NULL &&
         order (self, ADMIN, "MapUser", g_variant_new ("(us)", (guint32) uid, id), error);
}

/* --- appointments
 * ----------------------------------------------------------------------------------- */

static gboolean
command_appointment_add (Callctl *self, char **arguments, GError **error)
{
  g_autofree char *doctor = NULL, *patient = NULL;
  g_autoptr (GVariant) answer = NULL;
  gint64 at, now_ms = g_get_real_time () / 1000;
  guint64 minutes = 0;

  if (!count (arguments, 3, 4, error) || !callctl_parse_time (arguments[2], now_ms, &at, error))
    return FALSE;
  if (arguments[3] != NULL &&
      !g_ascii_string_to_unsigned (arguments[3], 10, 1, 1440, &minutes, NULL))
    return wrong_usage (error, "An appointment lasts from 1 to 1440 minutes.");
  doctor = find_user (self, arguments[0], error);
  patient = doctor != NULL ? find_user (self, arguments[1], error) : NULL;
  if (patient == NULL)
    return FALSE;
  answer = callctl_call (self, ADMIN, "AddAppointment",
                         g_variant_new ("(ssxu)", doctor, patient, at, (guint32) minutes), NULL,
                         error);
  if (answer == NULL)
    return FALSE;
  print_id (self, answer);
  return TRUE;
}

/* A whole local day. */
static gboolean
parse_day (const char *text, gint64 *from, gint64 *to, GError **error)
{
  g_autofree char *midnight = g_strconcat (text, "T00:00:00", NULL);
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) today = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (today, "%Y-%m-%dT00:00:00");
  g_autoptr (GDateTime) begin = g_date_time_new_from_iso8601 (
      g_str_equal (text, "today") ? date : midnight, zone);
  g_autoptr (GDateTime) end = begin != NULL ? g_date_time_add_days (begin, 1) : NULL;

  if (end == NULL)
    return wrong_usage (error, "A day is like 2026-03-02, or \"today\".");
  *from = g_date_time_to_unix (begin) * 1000;
  *to = g_date_time_to_unix (end) * 1000;
  return TRUE;
}

static gboolean
command_appointment_list (Callctl *self, char **arguments, GError **error)
{
  static const char *const columns[] = { "id",     "scheduled-at", "minutes", "status",
                                         "doctor", "patient",      NULL };
  g_autoptr (GVariant) answer = NULL, rows = NULL;
  gint64 from = 0, to = 0;

  if (!count (arguments, 0, 1, error) ||
      (arguments[0] != NULL && !parse_day (arguments[0], &from, &to, error)))
    return FALSE;
  answer = callctl_call (self, ADMIN, "ListAppointments", g_variant_new ("(xx)", from, to), NULL,
                         error);
  if (answer == NULL)
    return FALSE;
  rows = g_variant_get_child_value (answer, 0);
  callctl_print_list (self, "appointments", rows, columns);
  return TRUE;
}

static gboolean
command_link (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL, object = NULL;
  const char *url;
  gint64 expires_at;
  GVariantDict dict;

  if (!count (arguments, 1, 1, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "MakeLink", g_variant_new ("(s)", arguments[0]), NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(&sx)", &url, &expires_at);
  if (!self->json) {
    printf ("%s\n", url);
    return TRUE;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "url", "s", url);
  g_variant_dict_insert (&dict, "expires-at", "x", expires_at);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
  return TRUE;
}

/* --- the daemon
 * ------------------------------------------------------------------------------------ */

static gboolean
command_end (Callctl *self, char **arguments, GError **error)
{
  return count (arguments, 1, 1, error) &&
         order (self, CALLD, "EndCall", g_variant_new ("(s)", arguments[0]), error);
}

static gboolean
command_drain (Callctl *self, char **arguments, GError **error)
{
  return count (arguments, 0, 0, error) && order (self, CALLD, "Drain", NULL, error);
}

static gboolean
command_reload (Callctl *self, char **arguments, GError **error)
{
  return count (arguments, 0, 0, error) && order (self, CALLD, "Reload", NULL, error);
}

static gboolean
command_audit (Callctl *self, char **arguments, GError **error)
{
  g_autoptr (GVariant) answer = NULL, object = NULL;
  const char *head;
  guint64 rows;
  GVariantDict dict;

  if (!count (arguments, 0, 0, error))
    return FALSE;
  answer = callctl_call (self, ADMIN, "VerifyAudit", NULL, NULL, error);
  if (answer == NULL)
    return FALSE;
  g_variant_get (answer, "(t&s)", &rows, &head);
  if (!self->json) {
    printf ("%" G_GUINT64_FORMAT " rows, unbroken%s%s\n", rows,
            *head != '\0' ? ", ending with " : "", head);
    return TRUE;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "rows", "t", rows);
  g_variant_dict_insert (&dict, "head", "s", head);
  object = g_variant_ref_sink (g_variant_dict_end (&dict));
  callctl_print_dict (self, object);
  return TRUE;
}

const CallctlCommand callctl_commands[] = {
  { "status", "", "what calld does now", command_status },
  { "stats", "[--watch]", "connections, throughput, latency, calls; --watch: again and again",
    callctl_command_stats },
  { "user add",
    "--name=NAME --role=ROLE [--email=ADDRESS] [--time-zone=ZONE] [--licence=NUMBER] "
    "[--licence-until=DAY] [--no-password]",
    "add a user; the password is asked for, or read from a pipe", command_user_add },
  { "user list", "", "all users", command_user_list },
  { "user map", "UNIX-USER USER", "sign a user of this machine in without a password",
    command_user_map },
  { "appointment add", "DOCTOR PATIENT TIME [MINUTES]", "book an appointment",
    command_appointment_add },
  { "appointment list", "[DAY]", "appointments of a day (2026-03-02, today), or all",
    command_appointment_list },
  { "link", "APPOINTMENT", "the address that lets the patient in", command_link },
  { "end", "CALL", "end a call for both sides", command_end },
  { "egress-url", "audio|video roomName=ROOM [NAME=VALUE…] [expires=SECONDS]",
    "the address a sender of tracks connects to, good for an hour", callctl_command_egress_url },
  { "egress start", "ROOM TRACK [PARTICIPANT]", "ask LiveKit to send a track",
    callctl_command_egress_start },
  { "egress stop", "EGRESS", "ask LiveKit to send a track no more", callctl_command_egress_stop },
  { "egress list", "", "what LiveKit sends", callctl_command_egress_list },
  { "webhook add", "URL EVENT… [bot:BOT]",
    "tell a program outside what happens; \"*\" is everything; prints its id and secret",
    callctl_command_webhook_add },
  { "webhook list", "", "all webhooks", callctl_command_webhook_list },
  { "webhook remove", "WEBHOOK", "remove a webhook", callctl_command_webhook_remove },
  { "webhook test", "WEBHOOK", "send a ping, and switch a disabled one on again",
    callctl_command_webhook_test },
  { "bot add", "NAME [GROUP…]", "make a program that takes part in chats; prints its id and token",
    callctl_command_bot_add },
  { "audit", "", "check that no audit row was changed or removed", command_audit },
  { "reload", "", "read the settings again", command_reload },
  { "drain", "", "send clients away and end calld", command_drain },
  { NULL },
};
