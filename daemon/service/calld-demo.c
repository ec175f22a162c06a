/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-demo"

#include "config.h"

#include "calld-demo.h"

#include "calld-access.h"

#include <sodium.h>

/*
 * A small clinic to try things out: one clinician, two patients, appointments around now. It is
 * found again by the clinician's address, so seeding may be repeated. The clinician's password is
 * made at random and kept in a file beside the database that only this user may read.
 */

#define PASSWORD_FILE "demo-password"
#define PASSWORD_BYTES 9
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
    if (i != CURRENT_VISIT) {
      calld_appointment_record_free (record);
      continue;
    }
    /* Names come with records that are read; this one goes into a link as it is. */
    record->patient_name = g_strdup (patient->name);
    seed->current = record;
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
    seed->clinician = calld_user_record_new ("Dra. Ana Souza", CALLD_DEMO_CLINICIAN,
                                             CALL_ROLE_DOCTOR, zone,
                                             calld_clock_now_ms (seed->clock));
    seed->clinician->password_hash = g_strdup (seed->password_hash);
    calld_change_add_user (change, seed->clinician);
  }
  if (seed->patients->len == 0)
    add_patients (seed, change, zone);
  calld_store_commit_async (seed->store, g_steal_pointer (&change), NULL, on_people_written, task);
}

/* Makes a password and leaves it where ./run and the tests find it. */
static char *
make_password (CalldConfig *config, GError **error)
{
  guint8 random[PASSWORD_BYTES];
  g_autofree char *path = calld_demo_get_password_file (config);
  g_autofree char *password = NULL;

  randombytes_buf (random, sizeof random);
  password = g_base64_encode (random, sizeof random);
  if (!g_file_set_contents_full (path, password, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  return g_steal_pointer (&password);
}

static gboolean
has_password (const Seed *seed)
{
  g_autofree char *path = calld_demo_get_password_file (seed->config);

  return seed->clinician != NULL && seed->clinician->password_hash != NULL &&
         g_file_test (path, G_FILE_TEST_IS_REGULAR);
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
  g_autofree char *password = NULL;
  GError *error = NULL;

  users = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (users == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  for (guint i = 0; i < users->len; i++) {
    const CalldUserRecord *user = users->pdata[i];

    if (g_strcmp0 (user->email, CALLD_DEMO_CLINICIAN) == 0)
      seed->clinician = calld_user_record_copy (user);
    else
      take_patient (seed, user);
  }
  if (seed->patients->len < G_N_ELEMENTS (patient_names))
    g_ptr_array_set_size (seed->patients, 0);
  if (has_password (seed) && seed->patients->len > 0) {
    look_for_visits (task);
    return;
  }
  password = make_password (seed->config, &error);
  if (password != NULL) {
    calld_auth_hash_password_async (seed->auth, password, NULL, on_hash, task);
  } else {
    g_task_return_error (task, error);
    g_object_unref (task);
  }
}

/**
 * calld_demo_seed_async:
 * @config: settings
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
  Seed *seed = g_new0 (Seed, 1);

  seed->config = calld_config_ref (config);
  seed->clock = g_object_ref (clock);
  seed->store = g_object_ref (store);
  seed->auth = g_object_ref (auth);
  seed->patients = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_user_record_free);
  g_task_set_task_data (task, seed, (GDestroyNotify) seed_free);
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

/**
 * calld_demo_get_password_file:
 * @config: settings
 *
 * Returns: (transfer full): the file with the clinician's password, readable for this user only
 */
char *
calld_demo_get_password_file (CalldConfig *config)
{
  return g_build_filename (config->state_directory, PASSWORD_FILE, NULL);
}
