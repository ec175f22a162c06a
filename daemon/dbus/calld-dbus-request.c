/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus-request"

#include "config.h"

#include "calld-dbus-private.h"

#include "call-error.h"

#include <unistd.h>

typedef struct {
  CalldDbusRequest *request;
  gboolean operators_only;
  CalldDbusFunc func;
} Admission;

static void
request_free (CalldDbusRequest *request)
{
  g_object_unref (request->dbus);
  g_object_unref (request->invocation);
  g_free (request);
}

/**
 * calld_dbus_request_return:
 * @request: (transfer full): a request
 * @answer: (nullable): a tuple of what the method gives; floating
 *
 * Answers well.
 */
void
calld_dbus_request_return (CalldDbusRequest *request, GVariant *answer)
{
  g_dbus_method_invocation_return_value (g_object_ref (request->invocation), answer);
  request_free (request);
}

/**
 * calld_dbus_request_fail:
 * @request: (transfer full): a request
 * @error: (transfer full): why not
 *
 * Answers with an error.
 */
void
calld_dbus_request_fail (CalldDbusRequest *request, GError *error)
{
  g_dbus_method_invocation_take_error (g_object_ref (request->invocation), error);
  request_free (request);
}

/**
 * calld_dbus_is_operator:
 * @uid: a Unix user
 *
 * Whether @uid may run the daemon: root, who can do so anyway, and the user whose daemon it is.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_dbus_is_operator (guint uid)
{
  return uid == 0 || uid == geteuid ();
}

static void
on_uid (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Admission *admission = user_data;
  CalldDbusRequest *request = admission->request;
  GError *error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                               &error);

  if (answer == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  g_variant_get (answer, "(u)", &request->uid);
  if (admission->operators_only && !calld_dbus_is_operator (request->uid))
    calld_dbus_request_fail (
        request,
        g_error_new_literal (CALL_ERROR, CALL_ERROR_FORBIDDEN,
                             "Only root and the user who runs calld may do this: try sudo."));
  else
    admission->func (request);
}

/**
 * calld_dbus_admit:
 * @self: the service
 * @invocation: (transfer full): a method call
 * @operators_only: whether others are refused
 * @func: what to do with it; takes the request
 *
 * Asks the bus who calls. What the caller says of itself counts for nothing.
 */
void
calld_dbus_admit (CalldDbus *self,
                  GDBusMethodInvocation *invocation,
                  gboolean operators_only,
                  CalldDbusFunc func)
{
  Admission *admission = g_new0 (Admission, 1);

  admission->request = g_new0 (CalldDbusRequest, 1);
  admission->request->dbus = g_object_ref (self);
  admission->request->invocation = invocation;
  admission->operators_only = operators_only;
  admission->func = func;
  g_dbus_connection_call (
      g_dbus_method_invocation_get_connection (invocation), "org.freedesktop.DBus",
      "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixUser",
      g_variant_new ("(s)", g_dbus_method_invocation_get_sender (invocation)),
      G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_uid, admission);
}

/* --- OpenSession ------------------------------------------------------------------------------ */

static void
return_session (CalldDbusRequest *request, const CalldUserRecord *user)
{
  CalldContext *context = calld_dbus_get_context (request->dbus);
  CalldAuth *auth = calld_context_get_auth (context);
  g_autoptr (CalldIdentity) identity = calld_auth_identity_for_user (auth, user);
  g_autofree char *token = NULL;
  GError *error = NULL;

  if (!user->active) {
    calld_dbus_request_fail (
        request,
        g_error_new_literal (CALL_ERROR, CALL_ERROR_FORBIDDEN,
                             "Your account is not active: ask the administrator of the clinic."));
    return;
  }
  token = calld_auth_issue_token (auth, identity, &error);
  if (token == NULL)
    calld_dbus_request_fail (request, error);
  else
    calld_dbus_request_return (request,
                               g_variant_new ("(ss)", calld_context_get_address (context), token));
}

static void
on_user (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                  &error);

  if (user == NULL)
    calld_dbus_request_fail (request, error);
  else
    return_session (request, user);
}

static GError *
nobody_belongs_to (guint uid)
{
  return g_error_new (
      CALL_ERROR, CALL_ERROR_NOT_FOUND,
      "No user of the clinic belongs to the Unix user %u: an operator can set this with "
      "\"callctl user map %u USER\". Or sign in with a password.",
      uid, uid);
}

/* A machine of one doctor, who runs the daemon too, needs no setting. */
static void
on_users (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) users = calld_store_list_finish (CALLD_STORE (source), result, &error);
  const CalldUserRecord *only = NULL;
  guint n_doctors = 0;

  if (users == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  for (guint i = 0; i < users->len; i++) {
    const CalldUserRecord *user = g_ptr_array_index (users, i);

    if (user->role == CALL_ROLE_DOCTOR && user->active) {
      n_doctors++;
      only = user;
    }
  }
  if (n_doctors == 1)
    return_session (request, only);
  else
    calld_dbus_request_fail (request, nobody_belongs_to (request->uid));
}

static void
on_mapping (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  CalldStore *store = CALLD_STORE (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *user_id = calld_store_get_setting_finish (store, result, &error);

  if (user_id != NULL)
    calld_store_get_user_async (store, user_id, NULL, on_user, request);
  else if (!g_error_matches (error, CALL_ERROR, CALL_ERROR_NOT_FOUND))
    calld_dbus_request_fail (request, g_steal_pointer (&error));
  else if (request->uid == geteuid ())
    calld_store_list_users_async (store, NULL, on_users, request);
  else
    calld_dbus_request_fail (request, nobody_belongs_to (request->uid));
}

/**
 * calld_dbus_open_session:
 * @request: (transfer full): a request of anybody
 *
 * Signs in the user of the clinic who belongs to the caller.
 */
void
calld_dbus_open_session (CalldDbusRequest *request)
{
  CalldStore *store = calld_context_get_store (calld_dbus_get_context (request->dbus));
  g_autofree char *key = g_strdup_printf (CALLD_DBUS_LOCAL_USER, request->uid);

  calld_store_get_setting_async (store, key, NULL, on_mapping, request);
}

/* --- tables of methods ------------------------------------------------------------------------ */

typedef struct {
  CalldDbus *dbus;
  const CalldDbusMethod *method;
} Route;

static void
free_route (gpointer route, GClosure *closure)
{
  g_free (route);
}

/* Swapped: the data comes first, and the arguments of the method, however many, are passed over. */
static gboolean
on_method (const Route *route, GDBusMethodInvocation *invocation)
{
  calld_dbus_admit (route->dbus, invocation, TRUE, route->method->func);
  return TRUE;
}

/**
 * calld_dbus_serve:
 * @admin: the interface of operators
 * @dbus: the service
 * @methods: (array length=n_methods): methods; kept, not copied
 * @n_methods: how many
 *
 * Serves methods, for operators only.
 */
void
calld_dbus_serve (CalldDbusCalldAdmin *admin,
                  CalldDbus *dbus,
                  const CalldDbusMethod *methods,
                  gsize n_methods)
{
  for (gsize i = 0; i < n_methods; i++) {
    Route *route = g_new0 (Route, 1);

    route->dbus = dbus;
    route->method = &methods[i];
    g_signal_connect_data (admin, methods[i].signal, G_CALLBACK (on_method), route, free_route,
                           G_CONNECT_SWAPPED);
  }
}
