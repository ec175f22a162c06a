/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every backend of CalldStore must do. */

#include "config.h"

#include "calld-test-clinic.h"

static void
test_users (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GAsyncResult) one = NULL, other = NULL, none = NULL, all = NULL;
  g_autoptr (CalldUserRecord) by_id = NULL, by_email = NULL;
  g_autoptr (GPtrArray) users = NULL;
  g_autoptr (GError) error = NULL;

  calld_store_get_user_async (clinic->store, clinic->doctor->id, NULL, await_cb, &one);
  by_id = calld_store_get_user_finish (clinic->store, await (&one), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_id->name, ==, "Ana Souza");
  g_assert_cmpint (by_id->role, ==, CALL_ROLE_DOCTOR);
  g_assert_cmpstr (by_id->time_zone, ==, "America/Sao_Paulo");
  g_assert_true (by_id->active);
  g_assert_null (by_id->password_hash);

  calld_store_get_user_by_email_async (clinic->store, "ANA@example.ORG", NULL, await_cb, &other);
  by_email = calld_store_get_user_finish (clinic->store, await (&other), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (by_email->id, ==, clinic->doctor->id);

  calld_store_get_user_by_email_async (clinic->store, "nobody@example.org", NULL, await_cb, &none);
  g_assert_null (calld_store_get_user_finish (clinic->store, await (&none), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  g_clear_error (&error);

  calld_store_list_users_async (clinic->store, NULL, await_cb, &all);
  users = calld_store_list_finish (clinic->store, await (&all), &error);
  g_assert_cmpuint (users->len, ==, 2);
}

static void
test_update_user (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CalldUserRecord) user = NULL;
  g_autoptr (CalldUserRecord) stranger = calld_user_record_new ("Nobody", NULL, CALL_ROLE_ADMIN,
                                                                "UTC", CLINIC_NOW);

  clinic->doctor->active = FALSE;
  clinic->doctor->licence_number = g_strdup ("CRM-SP 123456");
  clinic->doctor->licence_expires_at = CLINIC_NOW;
  calld_change_update_user (change, clinic->doctor);
  g_assert_true (clinic_commit (clinic, change, NULL));

  calld_store_get_user_async (clinic->store, clinic->doctor->id, NULL, await_cb, &result);
  user = calld_store_get_user_finish (clinic->store, await (&result), NULL);
  g_assert_false (user->active);
  g_assert_cmpstr (user->licence_number, ==, "CRM-SP 123456");
  g_assert_cmpint (user->licence_expires_at, ==, CLINIC_NOW);

  change = calld_change_new ();
  calld_change_update_user (change, stranger);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
}

static void
test_taken_email (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (CalldUserRecord) twin = calld_user_record_new ("Ana Two", "Ana@Example.org",
                                                            CALL_ROLE_DOCTOR, "UTC", CLINIC_NOW);

  calld_change_add_user (change, twin);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
}

static void
test_appointment (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) stored = clinic_appointment (clinic);
  g_autoptr (CalldAppointmentRecord) by_chat = NULL;
  g_autoptr (GAsyncResult) result = NULL, other = NULL;
  g_autoptr (GPtrArray) members = NULL;

  g_assert_cmpstr (stored->doctor_name, ==, "Ana Souza");
  g_assert_cmpstr (stored->patient_name, ==, "Bia Lima");
  g_assert_cmpint (stored->status, ==, CALL_APPOINTMENT_SCHEDULED);
  g_assert_cmpint (stored->scheduled_at, ==, CLINIC_NOW + 600000);
  g_assert_cmpuint (stored->duration_minutes, ==, 30);

  calld_store_list_members_async (clinic->store, stored->conversation_id, NULL, await_cb, &result);
  members = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (members->len, ==, 2);

  calld_store_get_appointment_by_conversation_async (clinic->store, stored->conversation_id, NULL,
                                                     await_cb, &other);
  by_chat = calld_store_get_appointment_finish (clinic->store, await (&other), NULL);
  g_assert_cmpstr (by_chat->id, ==, stored->id);
}

static void
test_appointment_of_unknown_people (Clinic *clinic, gconstpointer data)
{
  g_autofree char *nobody = call_id_new ();
  g_autoptr (CalldAppointmentRecord) bad = calld_appointment_record_new (
      clinic->doctor->id, nobody, CLINIC_NOW, 30, CLINIC_NOW);
  g_autoptr (CalldAppointmentRecord) same = calld_appointment_record_new (
      clinic->doctor->id, clinic->doctor->id, CLINIC_NOW, 30, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  calld_change_add_appointment (change, bad);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
  change = calld_change_new ();
  calld_change_add_appointment (change, same);
  clinic_refuse (clinic, change, CALL_ERROR_INVALID);
}

static guint
count_appointments (Clinic *clinic, CalldAppointmentQuery query)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  calld_store_list_appointments_async (clinic->store, &query, NULL, await_cb, &result);
  found = calld_store_list_finish (clinic->store, await (&result), &error);
  g_assert_no_error (error);
  return found->len;
}

static void
test_list_appointments (Clinic *clinic, gconstpointer data)
{
  g_autofree char *stranger = call_id_new ();
  gint64 at = clinic->appointment->scheduled_at;

  g_assert_cmpuint (count_appointments (clinic, (CalldAppointmentQuery){ 0 }), ==, 1);
  g_assert_cmpuint (
      count_appointments (clinic, (CalldAppointmentQuery){ .user_id = clinic->patient->id }), ==,
      1);
  g_assert_cmpuint (count_appointments (clinic, (CalldAppointmentQuery){ .user_id = stranger }), ==,
                    0);
  g_assert_cmpuint (count_appointments (clinic, (CalldAppointmentQuery){ .from = at }), ==, 1);
  g_assert_cmpuint (count_appointments (clinic, (CalldAppointmentQuery){ .from = at + 1 }), ==, 0);
  g_assert_cmpuint (count_appointments (clinic, (CalldAppointmentQuery){ .to = at }), ==, 0);
  g_assert_cmpuint (
      count_appointments (clinic,
                          (CalldAppointmentQuery){ .statuses = 1u << CALL_APPOINTMENT_NO_SHOW }),
      ==, 0);
  g_assert_cmpuint (
      count_appointments (clinic,
                          (CalldAppointmentQuery){ .statuses = 1u << CALL_APPOINTMENT_SCHEDULED }),
      ==, 1);
}

static void
test_every_status (Clinic *clinic, gconstpointer data)
{
  guint before = 1u << CALL_APPOINTMENT_SCHEDULED;

  for (guint status = CALL_APPOINTMENT_SCHEDULED; status <= CALL_APPOINTMENT_RESCHEDULED;
       status++) {
    CalldAppointmentUpdate update = { .expected = before, .status = status };
    CalldAppointmentQuery query = { .statuses = 1u << status };
    CalldChange *change = calld_change_new ();

    calld_change_update_appointment (change, clinic->appointment->id, &update);
    g_assert_true (clinic_commit (clinic, change, NULL));
    g_assert_cmpuint (count_appointments (clinic, query), ==, 1);
    before = 1u << status;
  }
}

static void
test_guarded_status (Clinic *clinic, gconstpointer data)
{
  CalldAppointmentUpdate update = { .expected = 1u << CALL_APPOINTMENT_SCHEDULED,
                                    .status = CALL_APPOINTMENT_IN_PROGRESS,
                                    .started_at = CLINIC_NOW,
                                    .metadata = "{\"callId\":\"x\"}" };
  g_autoptr (CalldAppointmentRecord) stored = NULL;
  g_autofree char *unknown = call_id_new ();
  CalldChange *change = calld_change_new ();

  calld_change_update_appointment (change, clinic->appointment->id, &update);
  g_assert_true (clinic_commit (clinic, change, NULL));

  change = calld_change_new ();
  calld_change_update_appointment (change, clinic->appointment->id, &update);
  clinic_refuse (clinic, change, CALL_ERROR_WRONG_STATUS);

  change = calld_change_new ();
  calld_change_update_appointment (change, unknown, &update);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);

  /* A second start does not move the first one. */
  update.expected = 1u << CALL_APPOINTMENT_IN_PROGRESS;
  update.started_at = CLINIC_NOW + 5000;
  update.metadata = NULL;
  change = calld_change_new ();
  calld_change_update_appointment (change, clinic->appointment->id, &update);
  g_assert_true (clinic_commit (clinic, change, NULL));
  stored = clinic_appointment (clinic);
  g_assert_cmpint (stored->started_at, ==, CLINIC_NOW);
  g_assert_cmpstr (stored->metadata, ==, "{\"callId\":\"x\"}");
}

/* --- calls and leases --- */

static CalldCallRecord *
start_call (Clinic *clinic, GError **error)
{
  g_autoptr (CalldCallRecord) call = calld_call_record_new (
      clinic->appointment->id, clinic->doctor->id, "peer-d", clinic->patient->id, CLINIC_NOW);
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
      "request", clinic->appointment->id, clinic->doctor->id, call->id, NULL, CLINIC_NOW);
  CalldChange *change = calld_change_new ();

  calld_change_take_lease (change, "appointment:x:active_call", call->id, CLINIC_NOW,
                           CLINIC_NOW + 45000);
  calld_change_add_call (change, call);
  calld_change_append_audit (change, event);
  return clinic_commit (clinic, change, error) ? g_steal_pointer (&call) : NULL;
}

static guint
count_active_calls (Clinic *clinic, const char *appointment_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) calls = NULL;

  calld_store_list_active_calls_async (clinic->store, appointment_id, NULL, await_cb, &result);
  calls = calld_store_list_finish (clinic->store, await (&result), NULL);
  return calls->len;
}

static void
test_call (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldCallRecord) call = start_call (clinic, NULL);
  g_autoptr (CalldCallRecord) stored = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  CalldChange *change = calld_change_new ();

  g_assert_cmpuint (count_active_calls (clinic, NULL), ==, 1);
  g_assert_cmpuint (count_active_calls (clinic, clinic->appointment->id), ==, 1);
  g_assert_cmpuint (count_active_calls (clinic, clinic->doctor->id), ==, 0);

  call->state = CALLD_CALL_ENDED;
  call->generation = 2;
  call->ended_at = CLINIC_NOW + 1;
  call->end_reason = CALL_END_DECLINED;
  call->parties[CALLD_SIDE_CALLEE].peer_id = g_strdup ("peer-p");
  call->parties[CALLD_SIDE_CALLEE].joined_at = CLINIC_NOW + 1;
  calld_change_update_call (change, call, CALLD_CALL_RINGING, 1);
  g_assert_true (clinic_commit (clinic, change, NULL));
  g_assert_cmpuint (count_active_calls (clinic, NULL), ==, 0);

  calld_store_get_call_async (clinic->store, call->id, NULL, await_cb, &result);
  stored = calld_store_get_call_finish (clinic->store, await (&result), NULL);
  g_assert_cmpint (stored->state, ==, CALLD_CALL_ENDED);
  g_assert_cmpint (stored->end_reason, ==, CALL_END_DECLINED);
  g_assert_cmpuint (stored->generation, ==, 2);
  g_assert_cmpstr (stored->parties[CALLD_SIDE_CALLER].peer_id, ==, "peer-d");
  g_assert_cmpstr (stored->parties[CALLD_SIDE_CALLEE].peer_id, ==, "peer-p");
  g_assert_cmpint (stored->parties[CALLD_SIDE_CALLEE].joined_at, ==, CLINIC_NOW + 1);
  g_assert_true (calld_call_record_get_party (stored, clinic->patient->id) ==
                 &stored->parties[CALLD_SIDE_CALLEE]);
  g_assert_null (calld_call_record_get_party (stored, "somebody else"));
}

static void
test_call_changed_meanwhile (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldCallRecord) call = start_call (clinic, NULL);
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
      "accept", clinic->appointment->id, clinic->patient->id, call->id, NULL, CLINIC_NOW);
  g_autoptr (GPtrArray) rows = NULL;
  CalldChange *change = calld_change_new ();

  call->state = CALLD_CALL_ACTIVE;
  calld_change_append_audit (change, event);
  calld_change_update_call (change, call, CALLD_CALL_ACCEPTED, 1);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);

  /* The audit row of the refused change is gone with it, and the chain goes on. */
  rows = clinic_audit (clinic);
  g_assert_cmpuint (rows->len, ==, 1);
}

static void
test_busy (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldCallRecord) first = start_call (clinic, NULL);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (first);
  g_assert_null (start_call (clinic, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_BUSY);
  g_assert_cmpuint (count_active_calls (clinic, NULL), ==, 1);
  rows = clinic_audit (clinic);
  g_assert_cmpuint (rows->len, ==, 1);
}

static gboolean
take (Clinic *clinic, const char *holder, gint64 now, gint64 expires)
{
  CalldChange *change = calld_change_new ();

  calld_change_take_lease (change, "lease", holder, now, expires);
  return clinic_commit (clinic, change, NULL);
}

static void
test_leases (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, none = NULL;
  g_autoptr (CalldLeaseRecord) lease = NULL;
  g_autoptr (GError) error = NULL;
  CalldChange *change;

  g_assert_true (take (clinic, "one", 1000, 2000));
  g_assert_false (take (clinic, "two", 1999, 3000));
  g_assert_true (take (clinic, "one", 1999, 2500));
  /* Expired: its holder may be dead. */
  g_assert_true (take (clinic, "two", 2500, 3500));

  change = calld_change_new ();
  calld_change_renew_lease (change, "lease", "one", 9000);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);
  change = calld_change_new ();
  calld_change_renew_lease (change, "lease", "two", 9000);
  g_assert_true (clinic_commit (clinic, change, NULL));

  /* One that is not ours is left alone. */
  change = calld_change_new ();
  calld_change_release_lease (change, "lease", "one");
  g_assert_true (clinic_commit (clinic, change, NULL));
  calld_store_get_lease_async (clinic->store, "lease", NULL, await_cb, &result);
  lease = calld_store_get_lease_finish (clinic->store, await (&result), NULL);
  g_assert_cmpstr (lease->holder, ==, "two");
  g_assert_cmpint (lease->expires_at, ==, 9000);

  change = calld_change_new ();
  calld_change_release_lease (change, "lease", "two");
  g_assert_true (clinic_commit (clinic, change, NULL));
  calld_store_get_lease_async (clinic->store, "lease", NULL, await_cb, &none);
  g_assert_null (calld_store_get_lease_finish (clinic->store, await (&none), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
}

/* --- messages --- */

static void
test_messages (Clinic *clinic, gconstpointer data)
{
  gboolean repeated = TRUE;
  g_autoptr (CalldMessageRecord) first = clinic_say (clinic, "Bom dia!", "t1", &repeated);
  g_autoptr (CalldMessageRecord) again = NULL, second = NULL;

  g_assert_false (repeated);
  g_assert_cmpuint (first->seq, ==, 1);
  g_assert_cmpstr (first->sender_name, ==, "Ana Souza");
  g_assert_cmpint (first->status, ==, CALL_MESSAGE_SENT);

  again = clinic_say (clinic, "Bom dia!", "t1", &repeated);
  g_assert_true (repeated);
  g_assert_cmpstr (again->id, ==, first->id);
  g_assert_cmpuint (again->seq, ==, 1);

  second = clinic_say (clinic, "Como vai? 👋", NULL, &repeated);
  g_assert_false (repeated);
  g_assert_cmpuint (second->seq, ==, 2);
}

static GPtrArray *
list_messages (Clinic *clinic, guint64 before, guint64 after, guint limit)
{
  CalldMessageQuery query = { clinic->appointment->conversation_id, before, after, limit };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *messages;

  calld_store_list_messages_async (clinic->store, &query, NULL, await_cb, &result);
  messages = calld_store_list_finish (clinic->store, await (&result), &error);
  g_assert_no_error (error);
  return messages;
}

static void
assert_seqs (GPtrArray *messages, guint64 first, guint n)
{
  g_assert_cmpuint (messages->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (((CalldMessageRecord *) messages->pdata[i])->seq, ==, first + i);
  g_ptr_array_unref (messages);
}

static void
test_list_messages (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GAsyncResult) result = NULL;

  for (guint i = 0; i < 10; i++) {
    g_autoptr (CalldMessageRecord) stored = clinic_say (clinic, "x", NULL, NULL);

    if (i < 2)
      g_ptr_array_add (ids, g_strdup (stored->id));
  }
  assert_seqs (list_messages (clinic, 0, 0, 0), 1, 10);
  assert_seqs (list_messages (clinic, 0, 0, 3), 8, 3);
  assert_seqs (list_messages (clinic, 8, 0, 3), 5, 3);
  assert_seqs (list_messages (clinic, 0, 4, 3), 5, 3);
  assert_seqs (list_messages (clinic, 0, 10, 3), 0, 0);
  assert_seqs (list_messages (clinic, G_MAXUINT64, 0, 3), 8, 3);

  g_ptr_array_add (ids, call_id_new ());
  g_ptr_array_add (ids, NULL);
  calld_store_list_messages_by_id_async (clinic->store, (const char *const *) ids->pdata, NULL,
                                         await_cb, &result);
  assert_seqs (calld_store_list_finish (clinic->store, await (&result), NULL), 1, 2);
}

static void
mark (Clinic *clinic, guint64 delivered, guint64 read)
{
  CalldReceiptRecord receipt = { clinic->appointment->conversation_id, clinic->patient->id,
                                 delivered, read, CLINIC_NOW };
  CalldChange *change = calld_change_new ();

  calld_change_mark_receipt (change, &receipt);
  g_assert_true (clinic_commit (clinic, change, NULL));
}

static CallMessageStatus
status_of (Clinic *clinic, guint64 seq)
{
  g_autoptr (GPtrArray) messages = list_messages (clinic, 0, seq - 1, 1);

  if (seq == 1) {
    g_clear_pointer (&messages, g_ptr_array_unref);
    messages = list_messages (clinic, 2, 0, 1);
  }
  return ((CalldMessageRecord *) messages->pdata[0])->status;
}

static void
test_receipts (Clinic *clinic, gconstpointer data)
{
  CalldReceiptRecord stranger = { clinic->appointment->conversation_id, NULL, 1, 1, CLINIC_NOW };
  g_autofree char *nobody = call_id_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) receipts = NULL;
  CalldChange *change = calld_change_new ();

  for (guint i = 0; i < 3; i++)
    calld_message_record_free (clinic_say (clinic, "x", NULL, NULL));
  g_assert_cmpint (status_of (clinic, 1), ==, CALL_MESSAGE_SENT);
  mark (clinic, 2, 1);
  g_assert_cmpint (status_of (clinic, 1), ==, CALL_MESSAGE_READ);
  g_assert_cmpint (status_of (clinic, 2), ==, CALL_MESSAGE_DELIVERED);
  g_assert_cmpint (status_of (clinic, 3), ==, CALL_MESSAGE_SENT);

  /* Neither back, nor past the end; what is read was delivered. */
  mark (clinic, 1, 0);
  g_assert_cmpint (status_of (clinic, 1), ==, CALL_MESSAGE_READ);
  mark (clinic, 0, 1000);
  calld_store_list_receipts_async (clinic->store, clinic->appointment->conversation_id, NULL,
                                   await_cb, &result);
  receipts = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (receipts->len, ==, 1);
  g_assert_cmpuint (((CalldReceiptRecord *) receipts->pdata[0])->delivered_seq, ==, 3);
  g_assert_cmpuint (((CalldReceiptRecord *) receipts->pdata[0])->read_seq, ==, 3);

  stranger.user_id = nobody;
  calld_change_mark_receipt (change, &stranger);
  clinic_refuse (clinic, change, CALL_ERROR_NOT_FOUND);
}

static void
test_message_to_nowhere (Clinic *clinic, gconstpointer data)
{
  g_autofree char *nowhere = call_id_new ();
  g_autoptr (CalldMessageRecord) message = calld_message_record_new (
      nowhere, clinic->doctor->id, "x", CALL_MESSAGE_TEXT, "t", CLINIC_NOW);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  calld_store_append_message_async (clinic->store, message, NULL, await_cb, &result);
  g_assert_null (calld_store_append_message_finish (clinic->store, await (&result), NULL, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
}

/* --- the rest --- */

static void
test_consents (Clinic *clinic, gconstpointer data)
{
  g_autofree char *id = call_id_new ();
  CalldConsentRecord consent = {
    .id = id,
    .appointment_id = clinic->appointment->id,
    .user_id = clinic->patient->id,
    .kind = (char *) "consultation",
    .text_version = (char *) "2026-01",
    .language = (char *) "pt-BR",
    .mode = (char *) "clicked",
    .given = TRUE,
    .at = CLINIC_NOW,
  };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) consents = NULL;
  CalldChange *change = calld_change_new ();

  calld_change_add_consent (change, &consent);
  g_assert_true (clinic_commit (clinic, change, NULL));
  calld_store_list_consents_async (clinic->store, clinic->appointment->id, NULL, await_cb, &result);
  consents = calld_store_list_finish (clinic->store, await (&result), NULL);
  g_assert_cmpuint (consents->len, ==, 1);
  g_assert_cmpstr (((CalldConsentRecord *) consents->pdata[0])->text_version, ==, "2026-01");
  g_assert_true (((CalldConsentRecord *) consents->pdata[0])->given);
}

static void
test_settings (Clinic *clinic, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *value = NULL;

  calld_change_set_setting (change, "clinic.name", "one");
  calld_change_set_setting (change, "clinic.name", "two");
  g_assert_true (clinic_commit (clinic, change, NULL));
  calld_store_get_setting_async (clinic->store, "clinic.name", NULL, await_cb, &result);
  value = calld_store_get_setting_finish (clinic->store, await (&result), NULL);
  g_assert_cmpstr (value, ==, "two");
}

static void
test_all_or_nothing (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldUserRecord) good = calld_user_record_new ("Caio", "caio@example.org",
                                                            CALL_ROLE_PATIENT, "UTC", CLINIC_NOW);
  CalldChange *change = calld_change_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  calld_change_add_user (change, good);
  calld_change_renew_lease (change, "nobody's", "me", 1);
  clinic_refuse (clinic, change, CALL_ERROR_CONFLICT);

  calld_store_get_user_async (clinic->store, good->id, NULL, await_cb, &result);
  g_assert_null (calld_store_get_user_finish (clinic->store, await (&result), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
}

/* Many at once share transactions; the bad ones among them fail alone. */
static void
test_group (Clinic *clinic, gconstpointer data)
{
  GAsyncResult *results[60] = { NULL };
  g_autoptr (GPtrArray) rows = NULL;
  CalldStoreStats stats;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    CalldChange *change = calld_change_new ();
    g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
        "join", clinic->appointment->id, clinic->doctor->id, NULL, "{\"n\":1}", CLINIC_NOW + i);

    calld_change_append_audit (change, event);
    if (i % 3 == 0)
      calld_change_renew_lease (change, "nobody's", "me", 1);
    calld_store_commit_async (clinic->store, change, NULL, await_cb, &results[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_assert_cmpint (calld_store_commit_finish (clinic->store, await (&results[i]), NULL), ==,
                     i % 3 != 0);
    g_object_unref (results[i]);
  }
  rows = clinic_audit (clinic);
  g_assert_cmpuint (rows->len, ==, 40);
  calld_store_get_stats (clinic->store, &stats);
  g_assert_cmpuint (stats.commits, <, 60);
  g_assert_true (stats.healthy);
}

static void
test_cancel (Clinic *clinic, gconstpointer data)
{
  g_autoptr (GCancellable) before = g_cancellable_new (), after = g_cancellable_new ();
  g_autoptr (GAsyncResult) one = NULL, other = NULL, read = NULL;
  g_autoptr (GError) error = NULL;
  CalldChange *change = calld_change_new ();

  g_cancellable_cancel (before);
  calld_change_set_setting (change, "k", "cancelled");
  calld_store_commit_async (clinic->store, change, before, await_cb, &one);
  g_assert_false (calld_store_commit_finish (clinic->store, await (&one), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  change = calld_change_new ();
  calld_change_set_setting (change, "k", "kept");
  calld_store_commit_async (clinic->store, change, after, await_cb, &other);
  g_assert_true (calld_store_commit_finish (clinic->store, await (&other), &error));
  g_cancellable_cancel (after);

  calld_store_get_setting_async (clinic->store, "k", after, await_cb, &read);
  g_assert_null (calld_store_get_setting_finish (clinic->store, await (&read), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_close_and_open (Clinic *clinic, gconstpointer data)
{
  GAsyncResult *results[20] = { NULL };
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GAsyncResult) late = NULL;
  g_autoptr (GAsyncResult) closed = NULL;
  g_autoptr (GError) error = NULL;

  /* What was handed in before is done before it closes. */
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (CalldMessageRecord) message = calld_message_record_new (
        clinic->appointment->conversation_id, clinic->doctor->id, "x", CALL_MESSAGE_TEXT, NULL,
        CLINIC_NOW);

    calld_store_append_message_async (clinic->store, message, NULL, await_cb, &results[i]);
  }
  calld_store_close_async (clinic->store, NULL, await_cb, &closed);
  g_assert_true (calld_store_close_finish (clinic->store, await (&closed), NULL));
  for (guint i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (CalldMessageRecord) stored = calld_store_append_message_finish (
        clinic->store, await (&results[i]), NULL, NULL);

    g_assert_nonnull (stored);
    g_object_unref (results[i]);
  }

  calld_store_list_users_async (clinic->store, NULL, await_cb, &late);
  g_assert_null (calld_store_list_finish (clinic->store, await (&late), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_clear_object (&late);
  g_clear_object (&closed);
  clinic_close (clinic);

  clinic_open (clinic);
  messages = list_messages (clinic, 0, 0, 0);
  g_assert_cmpuint (messages->len, ==, 20);
}

/* The reader of a store without a server is another connection: it must see what was acknowledged.
 */
static void
test_read_your_writes (Clinic *clinic, gconstpointer data)
{
  for (guint i = 1; i <= 50; i++) {
    g_autoptr (CalldMessageRecord) stored = clinic_say (clinic, "x", NULL, NULL);
    g_autoptr (GPtrArray) messages = list_messages (clinic, 0, i - 1, 1);

    g_assert_cmpuint (stored->seq, ==, i);
    g_assert_cmpuint (messages->len, ==, 1);
  }
}

static void
test_audit_chain_goes_on (Clinic *clinic, gconstpointer data)
{
  g_autoptr (CalldCallRecord) call = start_call (clinic, NULL);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (CalldAuditRecord) event = calld_audit_record_new (
      "end", clinic->appointment->id, NULL, call->id, "{\"reason\":\"operator\"}", CLINIC_NOW + 1);
  CalldChange *change = calld_change_new ();

  clinic_close (clinic);
  clinic_open (clinic);
  calld_change_append_audit (change, event);
  g_assert_true (clinic_commit (clinic, change, NULL));

  rows = clinic_audit (clinic);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (((CalldAuditRecord *) rows->pdata[1])->type, ==, "end");
  g_assert_cmpstr (((CalldAuditRecord *) rows->pdata[1])->payload, ==, "{\"reason\":\"operator\"}");
  g_assert_null (((CalldAuditRecord *) rows->pdata[1])->user_id);
}

typedef struct {
  const char *name;
  void (*func) (Clinic *clinic, gconstpointer data);
} Case;

static const Case cases[] = {
  { "users", test_users },
  { "update-user", test_update_user },
  { "taken-email", test_taken_email },
  { "appointment", test_appointment },
  { "appointment-of-unknown-people", test_appointment_of_unknown_people },
  { "list-appointments", test_list_appointments },
  { "every-status", test_every_status },
  { "guarded-status", test_guarded_status },
  { "call", test_call },
  { "call-changed-meanwhile", test_call_changed_meanwhile },
  { "busy", test_busy },
  { "leases", test_leases },
  { "messages", test_messages },
  { "list-messages", test_list_messages },
  { "receipts", test_receipts },
  { "message-to-nowhere", test_message_to_nowhere },
  { "consents", test_consents },
  { "settings", test_settings },
  { "all-or-nothing", test_all_or_nothing },
  { "group", test_group },
  { "cancel", test_cancel },
  { "close-and-open", test_close_and_open },
  { "read-your-writes", test_read_your_writes },
  { "audit-chain-goes-on", test_audit_chain_goes_on },
};

/* A backend: its name and how a clinic is set up on it. */
static const struct {
  const char *name;
  void (*set_up) (Clinic *clinic, gconstpointer data);
} backends[] = {
  { "sqlite", clinic_set_up },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
  for (guint b = 0; b < G_N_ELEMENTS (backends); b++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
      g_autofree char *path = g_strdup_printf ("/store/%s/%s", backends[b].name, cases[i].name);

      g_test_add (path, Clinic, NULL, backends[b].set_up, cases[i].func, clinic_tear_down);
    }
  return g_test_run ();
}
