/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-demo"

#include "config.h"

#include "calld-demo.h"

#include "calld-access.h"

#include "call-error.h"

/*
 * A small clinic to try things out: one clinician, two patients, appointments around now. It is
 * found again by the clinician's address, so seeding may be repeated.
 *
 * Its password is known to everybody. It works only while the daemon runs as a demo, which it does
 * on loopback only: a daemon that does not, takes the password away (calld_demo_lock_async()).
 */

#define CLINICIAN_EMAIL "ana@clinic.example"
#define PASSWORD "demo-password"
#define SETTING_CLINICIAN "demo.clinician"
#define SETTING_HASH "demo.password_hash"
#define MINUTE_MS (60 * (gint64) 1000)
#define SLOT_MS (5 * MINUTE_MS)
#define VISIT_MINUTES 30

static const char *const patient_names[] = { "Bruno Lima", "Clara Nogueira" };

/* When the visits are, in minutes from the current one's, and whose. The first is in the past, so
 * that the day also shows a visit that did not take place. */
static const struct {
  int offset;
  guint patient;
} visits[] = {
  { -120, 1 },
  { 0, 0 },
  { 60, 1 },
  { 24 * 60, 0 },
};
#define CURRENT_VISIT 1

typedef struct {
  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldAuth *auth;
  CalldUserRecord *clinician;
  GPtrArray *patients;
  char *password_hash;
  CalldAppointmentRecord *current;
} Seed;

static void
seed_free (Seed *seed)
{
  calld_config_unref (seed->config);
  g_object_unref (seed->clock);
  g_object_unref (seed->store);
  g_object_unref (seed->auth);
  g_clear_pointer (&seed->clinician, calld_user_record_free);
  g_clear_pointer (&seed->patients, g_ptr_array_unref);
  g_clear_pointer (&seed->current, calld_appointment_record_free);
  g_free (seed->password_hash);
  g_free (seed);
}

/* The zone of this machine, as an IANA name. */
static char *
local_zone (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  const char *name = g_time_zone_get_identifier (zone);
  const char *below = g_strrstr (name, "zoneinfo/");

  if (below != NULL)
    name = below + strlen ("zoneinfo/");
  return g_strdup (g_str_equal (name, "/etc/localtime") || *name == '\0' ? "UTC" : name);
}

/* Takes @task. */
static void
finish_with_link (GTask *task)
{
  Seed *seed = g_task_get_task_data (task);
  GError *error = NULL;
  gint64 expires_at;
  char *link = calld_auth_make_link (seed->auth, seed->current, &expires_at, &error);

  if (link != NULL)
    g_task_return_pointer (task, link, g_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/* --- appointments ----------------------------------------------------------------------------- */

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    finish_with_link (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
add_visits (Seed *seed, CalldChange *change)
{
  gint64 now = calld_clock_now_ms (seed->clock);
  gint64 slot = now - now % SLOT_MS;

  for (gsize i = 0; i < G_N_ELEMENTS (visits); i++) {
    CalldUserRecord *patient = seed->patients->pdata[visits[i].patient];
    CalldAppointmentRecord *record = calld_appointment_record_new (
        seed->clinician->id, patient->id, slot + visits[i].offset * MINUTE_MS, VISIT_MINUTES, now);

    calld_change_add_appointment (change, record);
    if (i == CURRENT_VISIT)
      seed->current = record;
    else
      calld_appointment_record_free (record);
  }
}

static void
on_appointments (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Seed *seed = g_task_get_task_data (task);
  g_autoptr (CalldChange) change = calld_change_new ();
  g_autoptr (GPtrArray) records = NULL;
  gint64 now = calld_clock_now_ms (seed->clock);
  GError *error = NULL;

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  for (guint i = 0; i < records->len && seed->current == NULL; i++) {
    CalldWindow window = calld_access_window (seed->config, records->pdata[i]);

    if (window.opens_at <= now && now + 10 * MINUTE_MS < window.closes_at)
      seed->current = calld_appointment_record_copy (records->pdata[i]);
  }
  if (seed->current != NULL) {
    finish_with_link (task);
    return;
  }
  add_visits (seed, change);
  calld_store_commit_async (seed->store, g_steal_pointer (&change), NULL, on_written, task);
}

/* Takes @task. */
static void
look_for_visits (GTask *task)
{
  Seed *seed = g_task_get_task_data (task);
  CalldAppointmentQuery query = {
    .user_id = seed->clinician->id,
    .from = calld_clock_now_ms (seed->clock) - 12 * 60 * MINUTE_MS,
    .statuses = 1u << CALL_APPOINTMENT_SCHEDULED | 1u << CALL_APPOINTMENT_IN_PROGRESS,
  };

  calld_store_list_appointments_async (seed->store, &query, NULL, on_appointments, task);
}

/* --- people ----------------------------------------------------------------------------------- */

static void
on_people_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    look_for_visits (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
add_patients (Seed *seed, CalldChange *change, const char *zone)
{
  gint64 now = calld_clock_now_ms (seed->clock);

  for (gsize i = 0; i < G_N_ELEMENTS (patient_names); i++) {
    CalldUserRecord *patient = calld_user_record_new (patient_names[i], NULL, CALL_ROLE_PATIENT,
                                                      zone, now);

    calld_change_add_user (change, patient);
    g_ptr_array_add (seed->patients, patient);
  }
}

static void
on_hash (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Seed *seed = g_task_get_task_data (task);
  g_autoptr (CalldChange) change = calld_change_new ();
  g_autofree char *zone = local_zone ();
  GError *error = NULL;

  seed->password_hash = calld_auth_hash_password_finish (CALLD_AUTH (source), result, &error);
  if (seed->password_hash == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  if (seed->clinician != NULL) {
    g_free (seed->clinician->password_hash);
    seed->clinician->password_hash = g_strdup (seed->password_hash);
    calld_change_update_user (change, seed->clinician);
  } else {
    seed->clinician = calld_user_record_new ("Dra. Ana Souza", CLINICIAN_EMAIL, CALL_ROLE_DOCTOR,
                                             zone, calld_clock_now_ms (seed->clock));
    seed->clinician->password_hash = g_strdup (seed->password_hash);
    calld_change_add_user (change, seed->clinician);
  }
  if (seed->patients->len == 0)
    add_patients (seed, change, zone);
  calld_change_set_setting (change, SETTING_CLINICIAN, seed->clinician->id);
  calld_change_set_setting (change, SETTING_HASH, seed->password_hash);
  calld_store_commit_async (seed->store, g_steal_pointer (&change), NULL, on_people_written, task);
}

static void
take_patient (Seed *seed, const CalldUserRecord *user)
{
  for (gsize i = 0; i < G_N_ELEMENTS (patient_names); i++)
    if (user->role == CALL_ROLE_PATIENT && seed->patients->len < G_N_ELEMENTS (patient_names) &&
        g_str_equal (user->name, patient_names[i]))
      g_ptr_array_add (seed->patients, calld_user_record_copy (user));
}

static void
on_users (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Seed *seed = g_task_get_task_data (task);
  g_autoptr (GPtrArray) users = NULL;
  GError *error = NULL;

  users = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (users == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  for (guint i = 0; i < users->len; i++) {
    const CalldUserRecord *user = users->pdata[i];

    if (g_strcmp0 (user->email, CLINICIAN_EMAIL) == 0)
      seed->clinician = calld_user_record_copy (user);
    else
      take_patient (seed, user);
  }
  if (seed->patients->len < G_N_ELEMENTS (patient_names))
    g_ptr_array_set_size (seed->patients, 0);
  if (seed->clinician != NULL && seed->clinician->password_hash != NULL && seed->patients->len > 0)
    look_for_visits (task);
  else
    calld_auth_hash_password_async (seed->auth, PASSWORD, NULL, on_hash, task);
}

/**
 * calld_demo_seed_async:
 * @config: settings; its host must be a loopback address
 * @clock: what "now" is
 * @store: where the clinic goes
 * @auth: hashes the password and makes the link
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes the demo clinic, or finds it and books a visit for now if none is open.
 */
void
calld_demo_seed_async (CalldConfig *config,
                       CalldClock *clock,
                       CalldStore *store,
                       CalldAuth *auth,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GInetAddress) host = g_inet_address_new_from_string (config->host);
  Seed *seed = g_new0 (Seed, 1);

  seed->config = calld_config_ref (config);
  seed->clock = g_object_ref (clock);
  seed->store = g_object_ref (store);
  seed->auth = g_object_ref (auth);
  seed->patients = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_user_record_free);
  g_task_set_task_data (task, seed, (GDestroyNotify) seed_free);
  if (!g_str_equal (config->host, "localhost") &&
      (host == NULL || !g_inet_address_get_is_loopback (host))) {
    g_task_return_new_error (task, CALL_ERROR, CALL_ERROR_INVALID,
                             "HOST: the demo clinic has a password that everybody knows, so it is "
                             "served on a loopback address only, such as 127.0.0.1");
    g_object_unref (task);
    return;
  }
  calld_store_list_users_async (store, cancellable, on_users, task);
}

/**
 * calld_demo_seed_finish:
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the join link of the visit that is open now, or %NULL with @error
 */
char *
calld_demo_seed_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- lock ------------------------------------------------------------------------------------- */

typedef struct {
  char *hash;
} Lock;

static void
lock_free (Lock *lock)
{
  g_free (lock->hash);
  g_free (lock);
}

/* Takes @task. */
static void
lock_done (GTask *task, GError *error)
{
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_locked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  calld_store_commit_finish (CALLD_STORE (source), result, &error);
  lock_done (user_data, error);
}

static void
on_clinician (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldStore *store = CALLD_STORE (source);
  Lock *lock = g_task_get_task_data (task);
  g_autoptr (CalldChange) change = calld_change_new ();
  g_autoptr (CalldUserRecord) user = calld_store_get_user_finish (store, result, NULL);

  if (user == NULL || g_strcmp0 (user->password_hash, lock->hash) != 0) {
    lock_done (task, NULL);
    return;
  }
  g_clear_pointer (&user->password_hash, g_free);
  calld_change_update_user (change, user);
  calld_store_commit_async (store, g_steal_pointer (&change), NULL, on_locked, task);
}

static void
on_clinician_id (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldStore *store = CALLD_STORE (source);
  g_autofree char *id = calld_store_get_setting_finish (store, result, NULL);

  if (id != NULL)
    calld_store_get_user_async (store, id, NULL, on_clinician, task);
  else
    lock_done (task, NULL);
}

static void
on_known_hash (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldStore *store = CALLD_STORE (source);
  Lock *lock = g_task_get_task_data (task);

  lock->hash = calld_store_get_setting_finish (store, result, NULL);
  if (lock->hash != NULL)
    calld_store_get_setting_async (store, SETTING_CLINICIAN, NULL, on_clinician_id, task);
  else
    lock_done (task, NULL);
}

/**
 * calld_demo_lock_async:
 * @store: a store that may once have been a demo's
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Takes the known password away from the demo's clinician, unless it was changed.
 */
void
calld_demo_lock_async (CalldStore *store,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_new0 (Lock, 1), (GDestroyNotify) lock_free);
  calld_store_get_setting_async (store, SETTING_HASH, cancellable, on_known_hash, task);
}

/**
 * calld_demo_lock_finish:
 * @result: the result
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_demo_lock_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
