/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-office.h"

#include "call-body.h"

static void
on_published (const char *const *topics,
              const CallNotice *notice,
              CalldPublishFlags flags,
              guint64 except,
              gpointer user_data)
{
  Office *self = user_data;
  g_autofree char *where = g_strjoinv (" ", (char **) topics);

  g_ptr_array_add (self->heard,
                   g_strdup_printf ("%s %s", call_notice_kind_get_event (notice->kind), where));
  g_ptr_array_add (self->notices, call_notice_ref (notice));
}

static CalldConfig *
load_config (Office *self)
{
  g_autoptr (GHashTable) flags = g_hash_table_new (g_str_hash, g_str_equal);
  CalldConfigSources sources = { .flags = flags };
  g_autoptr (GError) error = NULL;
  CalldConfig *config;

  g_hash_table_insert (flags, (gpointer) "STATE_DIRECTORY", self->clinic.directory);
  g_hash_table_insert (flags, (gpointer) "DATABASE_URL", self->clinic.url);
  g_hash_table_insert (flags, (gpointer) "PUBLIC_URL", (gpointer) "https://clinic.example");
  config = calld_config_load (&sources, &error);
  g_assert_no_error (error);
  return config;
}

void
office_open_services (Office *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  self->bus = calld_bus_local_new ();
  calld_bus_subscribe (self->bus, on_published, self, NULL);
  self->auth = calld_auth_new (self->config, self->clock, self->clinic.store, &error);
  g_assert_no_error (error);
  self->presence = calld_presence_new (self->clock, 15000);
  self->turnstile = calld_turnstile_new ();
  self->calls = calld_calls_new (self->config, self->clock, self->clinic.store, self->bus,
                                 self->presence, self->turnstile);
  self->appointments = calld_appointments_new (self->config, self->clock, self->clinic.store,
                                               self->bus, self->auth, self->presence, self->calls,
                                               self->turnstile);
  self->chat = calld_chat_new (self->config, self->clock, self->clinic.store, self->bus);
  self->jobs = calld_jobs_new (self->config, self->clock, self->clinic.store, self->appointments,
                               self->calls);
  calld_calls_adopt_async (self->calls, NULL, await_cb, &result);
  g_assert_true (calld_calls_adopt_finish (self->calls, await (&result), &error));
  g_assert_no_error (error);
}

void
office_close_services (Office *self)
{
  calld_jobs_stop (self->jobs);
  office_settle (self);
  g_clear_object (&self->jobs);
  g_clear_object (&self->chat);
  g_assert_finalize_object (self->appointments);
  g_assert_finalize_object (self->calls);
  g_assert_cmpuint (calld_turnstile_get_n_keys (self->turnstile), ==, 0);
  g_clear_pointer (&self->turnstile, calld_turnstile_free);
  g_assert_finalize_object (self->presence);
  g_assert_finalize_object (self->auth);
  g_assert_finalize_object (self->bus);
}

/* As if the daemon had died and come back: the store is all that is left. */
void
office_restart (Office *self)
{
  office_close_services (self);
  office_open_services (self);
}

static CalldIdentity *
identity_of (const CalldUserRecord *user)
{
  return calld_identity_new (user->id, user->name, user->role, user->time_zone, NULL, G_MAXINT64);
}

static void
add_stranger (Office *self)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (GError) error = NULL;

  self->stranger_record = calld_user_record_new ("Caio Reis", NULL, CALL_ROLE_PATIENT,
                                                 "America/Sao_Paulo", CLINIC_NOW);
  self->other_appointment = calld_appointment_record_new (
      self->clinic.doctor->id, self->stranger_record->id, CLINIC_NOW + 600000, 30, CLINIC_NOW);
  calld_change_add_user (change, self->stranger_record);
  calld_change_add_appointment (change, self->other_appointment);
  g_assert_true (clinic_commit (&self->clinic, change, &error));
  g_assert_no_error (error);
}

void
office_set_up (Office *self, gconstpointer test_data)
{
  clinic_set_up (&self->clinic, test_data);
  self->config = load_config (self);
  self->clock = calld_clock_new_for_tests (CLINIC_NOW);
  self->heard = g_ptr_array_new_with_free_func (g_free);
  self->notices = g_ptr_array_new_with_free_func ((GDestroyNotify) call_notice_unref);
  add_stranger (self);
  self->doctor = identity_of (self->clinic.doctor);
  self->patient = identity_of (self->clinic.patient);
  self->stranger = identity_of (self->stranger_record);
  office_open_services (self);
}

void
office_tear_down (Office *self, gconstpointer test_data)
{
  g_autoptr (GPtrArray) audit = NULL;

  office_close_services (self);
  /* Whatever a test did, the chain is whole. */
  audit = clinic_audit (&self->clinic);
  calld_identity_unref (self->doctor);
  calld_identity_unref (self->patient);
  calld_identity_unref (self->stranger);
  calld_user_record_free (self->stranger_record);
  calld_appointment_record_free (self->other_appointment);
  g_ptr_array_unref (self->heard);
  g_ptr_array_unref (self->notices);
  clinic_tear_down (&self->clinic, test_data);
  g_assert_cmpuint (calld_clock_get_n_timers (self->clock), ==, 0);
  g_object_unref (self->clock);
  calld_config_unref (self->config);
}

/* --- doing ------------------------------------------------------------------------------------ */

gpointer
office_do (Office *self, CalldIdentity *who, CalldCallOrder order, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  if (order.appointment_id == NULL)
    order.appointment_id = self->clinic.appointment->id;
  calld_calls_perform_async (self->calls, who, &order, 0, NULL, await_cb, &result);
  return calld_calls_perform_finish (self->calls, await (&result), error);
}

gpointer
office_try (Office *self,
            CalldIdentity *who,
            CalldCallAction action,
            const char *call_id,
            const char *peer,
            GError **error)
{
  return office_do (
      self, who,
      (CalldCallOrder){ .action = action, .call_id = call_id, .peer_id = peer, .generation = 1 },
      error);
}

void
office_ok (Office *self,
           CalldIdentity *who,
           CalldCallAction action,
           const char *call_id,
           const char *peer)
{
  g_autoptr (GError) error = NULL;
  gpointer answer = office_try (self, who, action, call_id, peer, &error);

  g_assert_no_error (error);
  call_record_unref (answer);
}

void
office_refused (Office *self,
                CalldIdentity *who,
                CalldCallAction action,
                const char *call_id,
                const char *peer,
                CallError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (office_try (self, who, action, call_id, peer, &error));
  g_assert_cmpstr (call_error_to_code (calld_problem_get_code (error)), ==,
                   call_error_to_code (code));
}

/* Requests a call and returns its id. */
char *
office_request (Office *self, CalldIdentity *who)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallRequestAnswer) answer = office_try (self, who, CALLD_CALL_REQUEST, NULL,
                                                     "peer-caller", &error);

  g_assert_no_error (error);
  return g_strdup (answer->call_id);
}

/* A call in which media flows: the doctor called, the patient answered. */
char *
office_talk (Office *self)
{
  char *call_id = office_request (self, self->doctor);

  office_ok (self, self->patient, CALLD_CALL_ACCEPT, call_id, "peer-callee");
  office_ok (self, self->doctor, CALLD_CALL_STARTED, call_id, NULL);
  office_ok (self, self->patient, CALLD_CALL_STARTED, call_id, NULL);
  return call_id;
}

/* Lets everything that is under way end: the store answers in the order it was asked, so the answer
 * to our own question comes after all before it. Each answer may ask anew; a few rounds do. */
void
office_settle (Office *self)
{
  for (int round = 0; round < 12; round++) {
    g_autoptr (GAsyncResult) write = NULL, read = NULL;
    CalldChange *change = calld_change_new ();

    calld_change_set_setting (change, "test.settle", "1");
    calld_store_commit_async (self->clinic.store, change, NULL, await_cb, &write);
    calld_store_list_users_async (self->clinic.store, NULL, await_cb, &read);
    g_assert_true (calld_store_commit_finish (self->clinic.store, await (&write), NULL));
    g_ptr_array_unref (calld_store_list_finish (self->clinic.store, await (&read), NULL));
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
}

void
office_advance (Office *self, gint64 ms)
{
  calld_clock_advance (self->clock, ms);
  office_settle (self);
}

/* --- looking ---------------------------------------------------------------------------------- */

void
office_forget (Office *self)
{
  g_ptr_array_set_size (self->heard, 0);
  g_ptr_array_set_size (self->notices, 0);
}

guint
office_count_heard (Office *self, const char *event)
{
  g_autofree char *prefix = g_strconcat (event, " ", NULL);
  guint n = 0;

  for (guint i = 0; i < self->heard->len; i++)
    n += g_str_has_prefix (self->heard->pdata[i], prefix);
  return n;
}

const CallNotice *
office_last (Office *self, CallNoticeKind kind)
{
  for (guint i = self->notices->len; i > 0; i--)
    if (((CallNotice *) self->notices->pdata[i - 1])->kind == kind)
      return self->notices->pdata[i - 1];
  return NULL;
}

static gboolean
was_heard_by (Office *self, const char *event, const char *user_id)
{
  g_autofree char *prefix = g_strconcat (event, " ", NULL);
  g_autofree char *topic = g_strconcat ("user/", user_id, NULL);

  for (guint i = 0; i < self->heard->len; i++)
    if (g_str_has_prefix (self->heard->pdata[i], prefix) &&
        strstr (self->heard->pdata[i], topic) != NULL)
      return TRUE;
  return FALSE;
}

void
office_assert_heard (Office *self, const char *event, const char *user_id)
{
  g_assert_true (was_heard_by (self, event, user_id));
}

void
office_assert_not_heard_by (Office *self, const char *event, const char *user_id)
{
  g_assert_false (was_heard_by (self, event, user_id));
}

guint
office_count_audit (Office *self, const char *type)
{
  g_autoptr (GPtrArray) rows = clinic_audit (&self->clinic);
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += g_str_equal (((CalldAuditRecord *) rows->pdata[i])->type, type);
  return n;
}

CallAppointmentStatus
office_status (Office *self)
{
  g_autoptr (CalldAppointmentRecord) record = clinic_appointment (&self->clinic);

  return record->status;
}

/* Calls that the database holds for not over. */
guint
office_count_active (Office *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) calls = NULL;

  calld_store_list_active_calls_async (self->clinic.store, NULL, NULL, await_cb, &result);
  calls = calld_store_list_finish (self->clinic.store, await (&result), NULL);
  return calls->len;
}

gboolean
office_has_lease (Office *self, const char *name)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CalldLeaseRecord) lease = NULL;

  calld_store_get_lease_async (self->clinic.store, name, NULL, await_cb, &result);
  lease = calld_store_get_lease_finish (self->clinic.store, await (&result), NULL);
  return lease != NULL && lease->expires_at > calld_clock_now_ms (self->clock);
}
