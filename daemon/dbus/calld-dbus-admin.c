/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-dbus-admin"

#include "config.h"

#include "calld-dbus-private.h"

#include "calld-log.h"

#include "call-error.h"
#include "call-id.h"

#include <gio/gunixfdlist.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD_MAX 1024
#define NAME_MAX_BYTES 200
#define EMAIL_MAX_BYTES 254
/* Rows of the audit that are checked at a time. */
#define AUDIT_PAGE 1000

static CalldStore *
store_of (CalldDbusRequest *request)
{
  return calld_context_get_store (calld_dbus_get_context (request->dbus));
}

static GVariant *
arguments (CalldDbusRequest *request)
{
  return g_dbus_method_invocation_get_parameters (request->invocation);
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID, sentence);
  return FALSE;
}

/* --- AddUser -----------------------------------------------------------------------------------
 */

typedef struct {
  CalldDbusRequest *request;
  CalldUserRecord *user;
} NewUser;

static void
new_user_free (NewUser *new_user)
{
  calld_user_record_free (new_user->user);
  g_free (new_user);
}

static gboolean
is_text (const char *text, gsize max)
{
  gsize length = text != NULL ? strlen (text) : 0;

  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (text[i]))
      return FALSE;
  return length > 0 && length <= max;
}

static gboolean
is_time_zone (const char *name)
{
  g_autoptr (GTimeZone) zone = NULL;

  if (*name == '/' || *name == ':' || strstr (name, "..") != NULL)
    return FALSE;
  zone = g_time_zone_new_identifier (name);
  return zone != NULL;
}

static CalldUserRecord *
read_user (GVariant *details, gint64 now_ms, GError **error)
{
  const char *name = NULL, *role_word = NULL, *email = NULL, *zone = "UTC", *licence = NULL;
  CalldUserRecord *user;
  int role = 0;
  gint64 expires_at = 0;

  g_variant_lookup (details, "name", "&s", &name);
  g_variant_lookup (details, "role", "&s", &role_word);
  g_variant_lookup (details, "email", "&s", &email);
  g_variant_lookup (details, "time-zone", "&s", &zone);
  g_variant_lookup (details, "licence-number", "&s", &licence);
  g_variant_lookup (details, "licence-expires-at", "x", &expires_at);
  if (!is_text (name, NAME_MAX_BYTES))
    return refuse (error, "A user needs a name of at most 200 bytes."), NULL;
  if (!call_enum_from_nick (CALL_TYPE_ROLE, role_word, &role))
    return refuse (error, "The role is doctor, patient, admin or service."), NULL;
  if (email != NULL && (!is_text (email, EMAIL_MAX_BYTES) || strchr (email, '@') == NULL))
    return refuse (error, "This is no e-mail address."), NULL;
  if (!is_time_zone (zone))
    return refuse (error, "The time zone is not known here; it is like America/Sao_Paulo."), NULL;
  if (licence != NULL && !is_text (licence, NAME_MAX_BYTES))
    return refuse (error, "The licence number is empty or too long."), NULL;
  user = calld_user_record_new (name, email, role, zone, now_ms);
  user->licence_number = g_strdup (licence);
  user->licence_expires_at = expires_at;
  return user;
}

/* The caller wrote the password before it called, so there is nothing to wait for. */
static gboolean
read_secret (int fd, char *buffer, gsize size, GError **error)
{
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  gsize length = 0;
  gssize n = 1;

  while (length < size && n > 0) {
    if (poll (&ready, 1, 0) <= 0)
      return refuse (error, "The password must be written, and the pipe closed, before the call.");
    n = read (fd, buffer + length, size - length);
    length += (gsize) MAX (n, 0);
  }
  if (n < 0 || length == size)
    return refuse (error, "The password cannot be read, or is too long.");
  buffer[length] = '\0';
  return TRUE;
}

static int
take_descriptor (CalldDbusRequest *request, gint32 handle, GError **error)
{
  GDBusMessage *message = g_dbus_method_invocation_get_message (request->invocation);
  GUnixFDList *list = g_dbus_message_get_unix_fd_list (message);

  if (list == NULL || handle < 0 || handle >= g_unix_fd_list_get_length (list))
    return refuse (error, "The password's descriptor is missing."), -1;
  return g_unix_fd_list_get (list, handle, error);
}

static void
on_user_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NewUser *new_user = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    calld_log_info ("user_added", .user_id = new_user->user->id);
    calld_dbus_request_return (new_user->request, g_variant_new ("(s)", new_user->user->id));
  } else
    calld_dbus_request_fail (new_user->request, error);
  new_user_free (new_user);
}

static void
store_user (NewUser *new_user)
{
  CalldChange *change = calld_change_new ();

  calld_change_add_user (change, new_user->user);
  calld_store_commit_async (store_of (new_user->request), change, NULL, on_user_added, new_user);
}

static void
on_password_hashed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  NewUser *new_user = user_data;
  GError *error = NULL;

  new_user->user->password_hash = calld_auth_hash_password_finish (CALLD_AUTH (source), result,
                                                                   &error);
  if (new_user->user->password_hash != NULL) {
    store_user (new_user);
    return;
  }
  calld_dbus_request_fail (new_user->request, error);
  new_user_free (new_user);
}

static gboolean
hash_password (NewUser *new_user, gint32 handle, GError **error)
{
  CalldAuth *auth = calld_context_get_auth (calld_dbus_get_context (new_user->request->dbus));
  char password[PASSWORD_MAX + 2];
  int fd = take_descriptor (new_user->request, handle, error);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = read_secret (fd, password, sizeof password - 1, error);
  close (fd);
  if (ok)
    calld_auth_hash_password_async (auth, password, NULL, on_password_hashed, new_user);
  sodium_memzero (password, sizeof password);
  return ok;
}

static void
do_add_user (CalldDbusRequest *request)
{
  CalldClock *clock = calld_context_get_clock (calld_dbus_get_context (request->dbus));
  g_autoptr (GVariant) details = g_variant_get_child_value (arguments (request), 0);
  NewUser *new_user = g_new0 (NewUser, 1);
  gint32 handle = -1;
  GError *error = NULL;

  new_user->request = request;
  new_user->user = read_user (details, calld_clock_now_ms (clock), &error);
  if (new_user->user != NULL && !g_variant_lookup (details, "password", "h", &handle))
    store_user (new_user);
  else if (new_user->user == NULL || !hash_password (new_user, handle, &error)) {
    calld_dbus_request_fail (request, error);
    new_user_free (new_user);
  }
}

static gboolean
on_add_user (CalldDbusCalldAdmin *admin,
             GDBusMethodInvocation *invocation,
             GUnixFDList *descriptors,
             GVariant *details,
             CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_add_user);
  return TRUE;
}

/* --- ListUsers ---------------------------------------------------------------------------------
 */

static void
insert_text (GVariantDict *dict, const char *name, const char *text)
{
  if (text != NULL)
    g_variant_dict_insert (dict, name, "s", text);
}

static GVariant *
user_to_variant (const CalldUserRecord *user)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_text (&dict, "id", user->id);
  insert_text (&dict, "name", user->name);
  insert_text (&dict, "email", user->email);
  insert_text (&dict, "role", call_enum_to_nick (CALL_TYPE_ROLE, user->role));
  insert_text (&dict, "time-zone", user->time_zone);
  insert_text (&dict, "licence-number", user->licence_number);
  g_variant_dict_insert (&dict, "active", "b", user->active);
  if (user->licence_expires_at != 0)
    g_variant_dict_insert (&dict, "licence-expires-at", "x", user->licence_expires_at);
  return g_variant_dict_end (&dict);
}

static GVariant *
appointment_to_variant (const CalldAppointmentRecord *appointment)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_text (&dict, "id", appointment->id);
  insert_text (&dict, "status",
               call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, appointment->status));
  g_variant_dict_insert (&dict, "scheduled-at", "x", appointment->scheduled_at);
  g_variant_dict_insert (&dict, "minutes", "u", appointment->duration_minutes);
  insert_text (&dict, "doctor-id", appointment->doctor_id);
  insert_text (&dict, "doctor", appointment->doctor_name);
  insert_text (&dict, "patient-id", appointment->patient_id);
  insert_text (&dict, "patient", appointment->patient_name);
  return g_variant_dict_end (&dict);
}

static void
return_list (CalldDbusRequest *request,
             GAsyncResult *result,
             GVariant *(*to_variant) (gconstpointer record))
{
  GError *error = NULL;
  g_autoptr (GPtrArray) records = calld_store_list_finish (store_of (request), result, &error);
  GVariantBuilder list;

  if (records == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < records->len; i++)
    g_variant_builder_add_value (&list, to_variant (records->pdata[i]));
  calld_dbus_request_return (request, g_variant_new ("(aa{sv})", &list));
}

static void
on_users (GObject *source, GAsyncResult *result, gpointer user_data)
{
  return_list (user_data, result, (GVariant * (*) (gconstpointer)) user_to_variant);
}

static void
do_list_users (CalldDbusRequest *request)
{
  calld_store_list_users_async (store_of (request), NULL, on_users, request);
}

static gboolean
on_list_users (CalldDbusCalldAdmin *admin, GDBusMethodInvocation *invocation, CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_list_users);
  return TRUE;
}

/* --- MapUser -----------------------------------------------------------------------------------
 */

static void
on_mapped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_dbus_request_return (user_data, NULL);
  else
    calld_dbus_request_fail (user_data, error);
}

static void
on_user_to_map (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                  &error);
  g_autofree char *key = NULL;
  CalldChange *change;
  guint uid;

  if (user == NULL) {
    calld_dbus_request_fail (request, error);
    return;
  }
  g_variant_get (arguments (request), "(u&s)", &uid, NULL);
  key = g_strdup_printf (CALLD_DBUS_LOCAL_USER, uid);
  change = calld_change_new ();
  calld_change_set_setting (change, key, user->id);
  calld_store_commit_async (CALLD_STORE (source), change, NULL, on_mapped, request);
}

static void
do_map_user (CalldDbusRequest *request)
{
  const char *id;

  g_variant_get (arguments (request), "(u&s)", NULL, &id);
  calld_store_get_user_async (store_of (request), id, NULL, on_user_to_map, request);
}

static gboolean
on_map_user (CalldDbusCalldAdmin *admin,
             GDBusMethodInvocation *invocation,
             guint uid,
             const char *id,
             CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_map_user);
  return TRUE;
}

/* --- appointments ------------------------------------------------------------------------------
 */

static void
on_appointment_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CallAppointment) appointment = calld_appointments_change_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (appointment != NULL)
    calld_dbus_request_return (request,
                               g_variant_new ("(s)", call_appointment_get_id (appointment)));
  else
    calld_dbus_request_fail (request, error);
}

static void
do_add_appointment (CalldDbusRequest *request)
{
  CalldContext *context = calld_dbus_get_context (request->dbus);
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  g_autoptr (CallAppointmentBody) body = call_record_new (&call_appointment_body);

  g_variant_get (arguments (request), "(ssxu)", &body->doctor_id, &body->patient_id,
                 &body->scheduled_at_ms, &body->duration_minutes);
  if (!call_id_is_valid (body->doctor_id) || !call_id_is_valid (body->patient_id))
    calld_dbus_request_fail (request,
                             g_error_new_literal (CALL_ERROR, CALL_ERROR_INVALID,
                                                  "Doctor and patient are given by their ids."));
  else
    calld_appointments_create_async (calld_context_get_appointments (context), who, body, NULL,
                                     on_appointment_added, request);
}

static gboolean
on_add_appointment (CalldDbusCalldAdmin *admin,
                    GDBusMethodInvocation *invocation,
                    const char *doctor_id,
                    const char *patient_id,
                    gint64 scheduled_at,
                    guint minutes,
                    CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_add_appointment);
  return TRUE;
}

static void
on_appointments (GObject *source, GAsyncResult *result, gpointer user_data)
{
  return_list (user_data, result, (GVariant * (*) (gconstpointer)) appointment_to_variant);
}

static void
do_list_appointments (CalldDbusRequest *request)
{
  CalldAppointmentQuery query = { 0 };

  g_variant_get (arguments (request), "(xx)", &query.from, &query.to);
  calld_store_list_appointments_async (store_of (request), &query, NULL, on_appointments, request);
}

static gboolean
on_list_appointments (CalldDbusCalldAdmin *admin,
                      GDBusMethodInvocation *invocation,
                      gint64 from,
                      gint64 to,
                      CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_list_appointments);
  return TRUE;
}

static void
on_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldDbusRequest *request = user_data;
  GError *error = NULL;
  g_autoptr (CallLinkAnswer) answer = calld_appointments_make_link_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (answer != NULL)
    calld_dbus_request_return (request, g_variant_new ("(sx)", answer->url, answer->expires_at_ms));
  else
    calld_dbus_request_fail (request, error);
}

static void
do_make_link (CalldDbusRequest *request)
{
  CalldContext *context = calld_dbus_get_context (request->dbus);
  g_autoptr (CalldIdentity) who = calld_identity_new_operator ();
  const char *id;

  g_variant_get (arguments (request), "(&s)", &id);
  calld_appointments_make_link_async (calld_context_get_appointments (context), who, id, NULL,
                                      on_link, request);
}

static gboolean
on_make_link (CalldDbusCalldAdmin *admin,
              GDBusMethodInvocation *invocation,
              const char *appointment_id,
              CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_make_link);
  return TRUE;
}

/* --- VerifyAudit -------------------------------------------------------------------------------
 */

typedef struct {
  CalldDbusRequest *request;
  CalldAudit *audit;
  guint64 n_rows;
  char *head; /* hash of the last row that was checked, or NULL */
} Verification;

static void
verification_free (Verification *verification)
{
  calld_audit_unref (verification->audit);
  g_free (verification->head);
  g_free (verification);
}

static void on_audit_page (GObject *source, GAsyncResult *result, gpointer user_data);

static void
read_audit_page (Verification *verification)
{
  calld_store_list_audit_async (store_of (verification->request), NULL, verification->n_rows,
                                AUDIT_PAGE, NULL, on_audit_page, verification);
}

static void
on_audit_page (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Verification *verification = user_data;
  GError *error = NULL;
  g_autoptr (GPtrArray) rows = calld_store_list_finish (CALLD_STORE (source), result, &error);

  if (rows == NULL || !calld_audit_verify (verification->audit, verification->head, rows, &error)) {
    calld_dbus_request_fail (verification->request, error);
    verification_free (verification);
    return;
  }
  verification->n_rows += rows->len;
  if (rows->len > 0) {
    const CalldAuditRecord *last = rows->pdata[rows->len - 1];

    g_free (verification->head);
    verification->head = g_strdup (last->hash);
    read_audit_page (verification);
    return;
  }
  calld_dbus_request_return (verification->request,
                             g_variant_new ("(ts)", verification->n_rows,
                                            verification->head != NULL ? verification->head : ""));
  verification_free (verification);
}

static void
do_verify_audit (CalldDbusRequest *request)
{
  CalldConfig *config = calld_context_get_config (calld_dbus_get_context (request->dbus));
  Verification *verification = g_new0 (Verification, 1);

  verification->request = request;
  verification->audit = calld_audit_new (config->audit_key);
  read_audit_page (verification);
}

static gboolean
on_verify_audit (CalldDbusCalldAdmin *admin, GDBusMethodInvocation *invocation, CalldDbus *dbus)
{
  calld_dbus_admit (dbus, invocation, TRUE, do_verify_audit);
  return TRUE;
}

/**
 * calld_dbus_admin_new:
 * @dbus: the service
 *
 * Returns: (transfer full): the interface of operators
 */
CalldDbusCalldAdmin *
calld_dbus_admin_new (CalldDbus *dbus)
{
  CalldDbusCalldAdmin *admin = calld_dbus_calld_admin_skeleton_new ();

  g_signal_connect (admin, "handle-add-user", G_CALLBACK (on_add_user), dbus);
  g_signal_connect (admin, "handle-list-users", G_CALLBACK (on_list_users), dbus);
  g_signal_connect (admin, "handle-map-user", G_CALLBACK (on_map_user), dbus);
  g_signal_connect (admin, "handle-add-appointment", G_CALLBACK (on_add_appointment), dbus);
  g_signal_connect (admin, "handle-list-appointments", G_CALLBACK (on_list_appointments), dbus);
  g_signal_connect (admin, "handle-make-link", G_CALLBACK (on_make_link), dbus);
  g_signal_connect (admin, "handle-verify-audit", G_CALLBACK (on_verify_audit), dbus);
  calld_dbus_social_connect (admin, dbus);
  calld_dbus_egress_connect (admin, dbus);
  return admin;
}
