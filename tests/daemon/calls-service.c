/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-office.h"

#include "call-body.h"

/* --- the whole way ---------------------------------------------------------------------------- */

static void
test_whole_call (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *call_id = office_request (self, self->doctor);
  g_autoptr (CallEndAnswer) end = NULL;
  g_autoptr (CallStartedAnswer) started = NULL;
  const char *kinds[] = { "request", "accept", "join", "end" };

  /* Only the patient hears the ring, besides those who watch the appointment. */
  office_assert_heard (self, "AppointmentCallRequested", self->clinic.patient->id);
  office_assert_not_heard_by (self, "AppointmentCallRequested", self->stranger_record->id);
  g_assert_cmpstr (office_last (self, CALL_NOTICE_CALL_REQUESTED)->person.name, ==, "Ana Souza");

  office_ok (self, self->patient, CALLD_CALL_ACCEPT, call_id, "peer-callee");
  office_assert_heard (self, "AppointmentCallAccepted", self->clinic.doctor->id);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_SCHEDULED);

  office_advance (self, 2000);
  started = office_try (self, self->patient, CALLD_CALL_STARTED, call_id, NULL, &error);
  g_assert_cmpint (started->started_at_ms, ==, CLINIC_NOW + 2000);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_IN_PROGRESS);
  office_advance (self, 500);
  g_clear_pointer (&started, call_record_unref);
  started = office_try (self, self->doctor, CALLD_CALL_STARTED, call_id, NULL, &error);
  /* The first one counts. */
  g_assert_cmpint (started->started_at_ms, ==, CLINIC_NOW + 2000);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallStarted"), ==, 2);

  office_advance (self, 9500);
  end = office_try (self, self->doctor, CALLD_CALL_END, call_id, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (end->duration_seconds, ==, 10);
  g_assert_cmpint (end->status, ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpuint (office_count_audit (self, kinds[i]), ==,
                      g_str_equal (kinds[i], "join") ? 2 : 1);
}

static void
test_repeats (Office *self, gconstpointer data)
{
  g_autofree char *first = office_request (self, self->doctor);
  g_autofree char *again = office_request (self, self->doctor);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallEndAnswer) end = NULL;

  g_assert_cmpstr (first, ==, again);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallRequested"), ==, 1);

  for (int i = 0; i < 2; i++)
    office_ok (self, self->patient, CALLD_CALL_ACCEPT, first, "peer-callee");
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallAccepted"), ==, 1);

  for (int i = 0; i < 2; i++)
    office_ok (self, self->doctor, CALLD_CALL_STARTED, first, NULL);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallStarted"), ==, 1);
  office_advance (self, 3000);

  for (int i = 0; i < 2; i++)
    office_ok (self, self->patient, CALLD_CALL_END, first, NULL);
  office_advance (self, 60000);
  end = office_try (self, self->doctor, CALLD_CALL_END, first, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (end->duration_seconds, ==, 3);
  g_assert_cmpint (end->status, ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 1);
  g_assert_cmpuint (office_count_audit (self, "end"), ==, 1);
}

/* --- who may, and when ------------------------------------------------------------------------ */

static void
test_strangers (Office *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;

  office_refused (self, self->stranger, CALLD_CALL_REQUEST, NULL, "p", CALL_ERROR_NOT_PARTICIPANT);
  call_id = office_request (self, self->doctor);
  for (CalldCallAction action = CALLD_CALL_ACCEPT; action <= CALLD_CALL_ERROR; action++)
    office_refused (self, self->stranger, action, call_id, "p", CALL_ERROR_NOT_PARTICIPANT);
  office_assert_not_heard_by (self, "AppointmentCallRequested", self->stranger_record->id);
  g_assert_cmpuint (office_count_audit (self, "request"), ==, 1);

  /* The caller cannot answer itself. */
  office_refused (self, self->doctor, CALLD_CALL_ACCEPT, call_id, "p", CALL_ERROR_FORBIDDEN);
}

static void
test_foreign_call_id (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);
  g_autofree char *nothing = call_id_new ();
  g_autoptr (GError) error = NULL;
  CalldCallOrder order = {
    .action = CALLD_CALL_END,
    .appointment_id = self->other_appointment->id,
    .call_id = call_id,
  };

  g_assert_null (office_do (self, self->doctor, order, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  office_refused (self, self->doctor, CALLD_CALL_END, nothing, NULL, CALL_ERROR_NOT_FOUND);
  g_assert_cmpuint (office_count_active (self), ==, 1);
}

static void
assert_window_refusal (Office *self, CallError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallErrorBody) body = NULL;

  g_assert_null (office_try (self, self->patient, CALLD_CALL_REQUEST, NULL, "p", &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, code);
  body = calld_problem_get_body (error);
  g_assert_cmpint (body->opens_at_ms, ==, CLINIC_NOW);
  g_assert_cmpint (body->closes_at_ms, ==, CLINIC_NOW + (10 + 30 + 15) * 60000);
  /* 14:00 UTC is ten in the morning in Manaus. */
  g_assert_cmpstr (body->opens_at_local, ==, "2026-03-02 10:00");
  g_assert_cmpstr (body->time_zone, ==, "America/Manaus");
}

static void
test_window (Office *self, gconstpointer data)
{
  calld_clock_jump (self->clock, -1000);
  assert_window_refusal (self, CALL_ERROR_TOO_EARLY);
  calld_clock_jump (self->clock, 1000 + 55 * 60000 + 1000);
  assert_window_refusal (self, CALL_ERROR_TOO_LATE);
  g_assert_cmpuint (office_count_active (self), ==, 0);
}

static void
set_doctor (Office *self, gboolean active, gint64 licence)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (GError) error = NULL;

  self->clinic.doctor->active = active;
  self->clinic.doctor->licence_expires_at = licence;
  calld_change_update_user (change, self->clinic.doctor);
  g_assert_true (clinic_commit (&self->clinic, change, &error));
}

static void
test_eligibility (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallErrorBody) body = NULL;

  set_doctor (self, FALSE, 0);
  g_assert_null (office_try (self, self->patient, CALLD_CALL_REQUEST, NULL, "p", &error));
  body = calld_problem_get_body (error);
  g_assert_cmpstr (body->code, ==, "not_eligible");
  g_assert_cmpstr (body->reason, ==, "inactive");

  set_doctor (self, TRUE, CLINIC_NOW - 1);
  g_clear_error (&error);
  g_clear_pointer (&body, call_record_unref);
  g_assert_null (office_try (self, self->patient, CALLD_CALL_REQUEST, NULL, "p", &error));
  body = calld_problem_get_body (error);
  g_assert_cmpstr (body->reason, ==, "licence_expired");

  set_doctor (self, TRUE, CLINIC_NOW + 1000000);
  office_ok (self, self->patient, CALLD_CALL_REQUEST, NULL, "p");
}

static void
test_wrong_status (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallErrorBody) body = NULL;

  office_ok (self, self->doctor, CALLD_CALL_END, call_id, NULL);
  g_assert_null (office_try (self, self->doctor, CALLD_CALL_REQUEST, NULL, "p", &error));
  body = calld_problem_get_body (error);
  g_assert_cmpstr (body->code, ==, "wrong_status");
  g_assert_cmpint (body->status, ==, CALL_APPOINTMENT_COMPLETED);
}

static void
test_auto_accept (Office *self, gconstpointer data)
{
  g_free (office_request (self, self->doctor));
  g_assert_false (office_last (self, CALL_NOTICE_CALL_REQUESTED)->auto_accept);
  office_advance (self, 31000);
  self->config->auto_accept = TRUE;
  g_free (office_request (self, self->doctor));
  g_assert_true (office_last (self, CALL_NOTICE_CALL_REQUESTED)->auto_accept);
}

/* --- busy ------------------------------------------------------------------------------------- */

static void
test_busy (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallErrorBody) body = NULL;
  CalldCallOrder order = {
    .action = CALLD_CALL_REQUEST,
    .appointment_id = self->other_appointment->id,
    .peer_id = "p",
  };

  /* Both call at the same time: the second one is told of the first call, in which it takes part.
   */
  g_assert_null (office_try (self, self->patient, CALLD_CALL_REQUEST, NULL, "p", &error));
  body = calld_problem_get_body (error);
  g_assert_cmpstr (body->code, ==, "busy");
  g_assert_cmpstr (body->call_id, ==, call_id);
  office_assert_heard (self, "AppointmentBusy", self->clinic.patient->id);
  office_assert_not_heard_by (self, "AppointmentBusy", self->clinic.doctor->id);

  /* The doctor is on the phone; another patient learns no more than that. */
  g_clear_error (&error);
  g_clear_pointer (&body, call_record_unref);
  g_assert_null (office_do (self, self->stranger, order, &error));
  body = calld_problem_get_body (error);
  g_assert_cmpstr (body->code, ==, "busy");
  g_assert_null (body->call_id);
  office_assert_heard (self, "AppointmentBusy", self->stranger_record->id);
  g_assert_null (office_last (self, CALL_NOTICE_BUSY)->call_id);

  /* And cannot ring the other patient. */
  g_clear_error (&error);
  g_assert_null (office_do (self, self->doctor, order, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_BUSY);

  office_ok (self, self->doctor, CALLD_CALL_CANCEL, call_id, NULL);
  g_clear_error (&error);
  call_record_unref (office_do (self, self->stranger, order, &error));
  g_assert_no_error (error);
}

static void
test_answered_elsewhere (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);

  office_ok (self, self->patient, CALLD_CALL_ACCEPT, call_id, "phone");
  office_refused (self, self->patient, CALLD_CALL_ACCEPT, call_id, "tablet", CALL_ERROR_CONFLICT);
  /* The other device heard, so that it stops ringing. */
  office_assert_heard (self, "AppointmentCallAccepted", self->clinic.patient->id);
}

static void
test_simultaneous_requests (Office *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) a = NULL, b = NULL;
  g_autoptr (GError) error_a = NULL, error_b = NULL;
  CalldCallOrder order = {
    .action = CALLD_CALL_REQUEST,
    .appointment_id = self->clinic.appointment->id,
    .peer_id = "p",
  };
  gpointer answer_a, answer_b;

  calld_calls_perform_async (self->calls, self->doctor, &order, 0, NULL, await_cb, &a);
  calld_calls_perform_async (self->calls, self->patient, &order, 0, NULL, await_cb, &b);
  answer_a = calld_calls_perform_finish (self->calls, await (&a), &error_a);
  answer_b = calld_calls_perform_finish (self->calls, await (&b), &error_b);
  g_assert_nonnull (answer_a);
  g_assert_null (answer_b);
  g_assert_cmpint (calld_problem_get_code (error_b), ==, CALL_ERROR_BUSY);
  g_assert_cmpuint (office_count_active (self), ==, 1);
  call_record_unref (answer_a);
}

/* Two appointments of one doctor, both requested before either is committed: the leases of people
 * decide. */
static void
test_simultaneous_appointments (Office *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) a = NULL, b = NULL;
  g_autoptr (GError) error_a = NULL, error_b = NULL;
  CalldCallOrder order = { .action = CALLD_CALL_REQUEST, .peer_id = "p" };
  gpointer answer_a, answer_b;

  order.appointment_id = self->clinic.appointment->id;
  calld_calls_perform_async (self->calls, self->patient, &order, 0, NULL, await_cb, &a);
  order.appointment_id = self->other_appointment->id;
  calld_calls_perform_async (self->calls, self->stranger, &order, 0, NULL, await_cb, &b);
  answer_a = calld_calls_perform_finish (self->calls, await (&a), &error_a);
  answer_b = calld_calls_perform_finish (self->calls, await (&b), &error_b);
  g_assert_true ((answer_a == NULL) != (answer_b == NULL));
  g_assert_cmpint (calld_problem_get_code (answer_a == NULL ? error_a : error_b), ==,
                   CALL_ERROR_BUSY);
  g_assert_cmpuint (office_count_active (self), ==, 1);
  call_record_unref (answer_a != NULL ? answer_a : answer_b);
}

/* --- cancel, decline, no answer --------------------------------------------------------------- */

static void
test_cancel (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);

  for (int i = 0; i < 2; i++)
    office_ok (self, self->doctor, CALLD_CALL_CANCEL, call_id, NULL);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallCancelled"), ==, 1);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_CANCELLED)->reason, ==, CALL_END_CANCELLED);
  g_assert_cmpuint (office_count_audit (self, "cancel"), ==, 1);
  office_refused (self, self->patient, CALLD_CALL_ACCEPT, call_id, "p", CALL_ERROR_WRONG_STATE);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_SCHEDULED);
}

static void
test_decline (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);

  office_ok (self, self->patient, CALLD_CALL_CANCEL, call_id, NULL);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_CANCELLED)->reason, ==, CALL_END_DECLINED);
  g_assert_cmpuint (office_count_audit (self, "decline"), ==, 1);
  g_free (office_request (self, self->doctor));
}

static void
test_cancel_too_late (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);

  office_refused (self, self->doctor, CALLD_CALL_CANCEL, call_id, NULL, CALL_ERROR_WRONG_STATE);
}

static void
test_no_answer (Office *self, gconstpointer data)
{
  g_autofree char *lease = calld_call_lease_for_appointment (self->clinic.appointment->id);
  g_autofree char *call_id = office_request (self, self->doctor);

  g_assert_true (office_has_lease (self, lease));
  office_advance (self, 29900);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallCancelled"), ==, 0);
  office_advance (self, 200);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallCancelled"), ==, 1);
  office_assert_heard (self, "AppointmentCallCancelled", self->clinic.doctor->id);
  office_assert_heard (self, "AppointmentCallCancelled", self->clinic.patient->id);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_CANCELLED)->reason, ==, CALL_END_NO_ANSWER);
  g_assert_null (office_last (self, CALL_NOTICE_CALL_CANCELLED)->person.id);
  g_assert_cmpuint (office_count_audit (self, "no_answer"), ==, 1);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_false (office_has_lease (self, lease));
  office_refused (self, self->patient, CALLD_CALL_ACCEPT, call_id, "p", CALL_ERROR_WRONG_STATE);
  g_free (office_request (self, self->patient));
}

/* --- leave, rejoin ---------------------------------------------------------------------------- */

static void
test_leave_and_return (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallRejoinAnswer) rejoin = NULL;

  office_ok (self, self->patient, CALLD_CALL_LEAVE, call_id, NULL);
  office_ok (self, self->patient, CALLD_CALL_LEAVE, call_id, NULL);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallLeft"), ==, 1);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 0);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_IN_PROGRESS);

  rejoin = office_try (self, self->patient, CALLD_CALL_REJOIN, call_id, "new-peer", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rejoin->generation, ==, 2);
  g_assert_false (rejoin->offer);
  g_assert_cmpstr (g_hash_table_lookup (rejoin->peers, self->clinic.patient->id), ==, "new-peer");
  g_assert_cmpstr (g_hash_table_lookup (rejoin->peers, self->clinic.doctor->id), ==, "peer-caller");
  office_assert_heard (self, "AppointmentCallRejoined", self->clinic.doctor->id);

  office_ok (self, self->patient, CALLD_CALL_LEAVE, call_id, NULL);
  office_ok (self, self->doctor, CALLD_CALL_LEAVE, call_id, NULL);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 1);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_ENDED)->reason, ==, CALL_END_LEFT);
  /* The visit is not over: it may go on inside the window. */
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_IN_PROGRESS);
  g_free (office_request (self, self->patient));
}

static void
test_rejoin_together (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallRejoinAnswer) first = NULL, second = NULL, third = NULL;

  /* Both sides lost the path and know generation 1: one new generation, not two. */
  first = office_try (self, self->doctor, CALLD_CALL_REJOIN, call_id, "peer-caller", &error);
  second = office_try (self, self->patient, CALLD_CALL_REJOIN, call_id, "peer-callee", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (first->generation, ==, 2);
  g_assert_cmpuint (second->generation, ==, 2);
  g_assert_true (first->offer);
  g_assert_false (second->offer);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallRejoined"), ==, 1);

  /* A refreshed page has another address: that is a new generation. */
  third = office_try (self, self->patient, CALLD_CALL_REJOIN, call_id, "peer-new", &error);
  g_assert_cmpuint (third->generation, ==, 3);
}

static void
test_wrong_states (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);

  office_refused (self, self->doctor, CALLD_CALL_STARTED, call_id, NULL, CALL_ERROR_WRONG_STATE);
  office_refused (self, self->doctor, CALLD_CALL_REJOIN, call_id, "p", CALL_ERROR_WRONG_STATE);
  office_refused (self, self->doctor, CALLD_CALL_ALIVE, call_id, NULL, CALL_ERROR_WRONG_STATE);
  office_refused (self, self->doctor, CALLD_CALL_MEDIA, call_id, NULL, CALL_ERROR_WRONG_STATE);
  g_assert_cmpuint (office_count_audit (self, "join"), ==, 0);
}

/* --- signs of life ---------------------------------------------------------------------------- */

static void
alive (Office *self, CalldIdentity *who, const char *call_id, gboolean media)
{
  g_autoptr (GError) error = NULL;
  CalldCallOrder order = { .action = CALLD_CALL_ALIVE, .call_id = call_id, .media = media };
  gpointer answer = office_do (self, who, order, &error);

  g_assert_no_error (error);
  call_record_unref (answer);
}

static void
test_alive_keeps_lease (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autofree char *lease = calld_call_lease_for_appointment (self->clinic.appointment->id);

  for (int i = 0; i < 30; i++) {
    office_advance (self, 10000);
    alive (self, self->doctor, call_id, TRUE);
    alive (self, self->patient, call_id, TRUE);
    g_assert_true (office_has_lease (self, lease));
  }
  g_assert_cmpuint (calld_calls_count (self->calls), ==, 1);
}

static void
test_zombie (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);

  /* Alive, but no packets: after five minutes it is no call any more. */
  for (int i = 0; i < 29; i++) {
    office_advance (self, 10000);
    alive (self, self->doctor, call_id, FALSE);
  }
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 0);
  office_advance (self, 11000);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 1);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_ENDED)->reason, ==, CALL_END_NO_MEDIA);
  g_assert_cmpuint (office_count_audit (self, "zombie"), ==, 1);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_free (office_request (self, self->patient));
}

static void
test_media_switches (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  CalldCallOrder order = { .action = CALLD_CALL_MEDIA, .call_id = call_id, .video = TRUE };

  for (int i = 0; i < 2; i++)
    call_record_unref (office_do (self, self->doctor, order, NULL));
  g_assert_cmpuint (office_count_audit (self, "mute"), ==, 1);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallMedia"), ==, 1);
  order.audio = TRUE;
  order.video = FALSE;
  call_record_unref (office_do (self, self->doctor, order, NULL));
  g_assert_cmpuint (office_count_audit (self, "unmute"), ==, 1);
  g_assert_cmpuint (office_count_audit (self, "camera_off"), ==, 1);
}

static void
test_error_report (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_request (self, self->doctor);
  CalldCallOrder order = {
    .action = CALLD_CALL_ERROR,
    .call_id = call_id,
    .stage = "capture",
    .code = "denied\"}",
  };

  call_record_unref (office_do (self, self->doctor, order, NULL));
  g_assert_cmpuint (office_count_audit (self, "error"), ==, 1);
}

/* --- after a crash ---------------------------------------------------------------------------- */

static void
test_restart_in_call (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallRejoinAnswer) rejoin = NULL;

  office_restart (self);
  g_assert_cmpuint (calld_calls_count (self->calls), ==, 1);
  alive (self, self->doctor, call_id, TRUE);
  rejoin = office_try (self, self->patient, CALLD_CALL_REJOIN, call_id, "peer-callee-2", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rejoin->generation, ==, 2);
  office_ok (self, self->doctor, CALLD_CALL_END, call_id, NULL);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpuint (office_count_active (self), ==, 0);
}

static void
test_restart_while_ringing (Office *self, gconstpointer data)
{
  g_free (office_request (self, self->doctor));
  office_close_services (self);
  calld_clock_jump (self->clock, 45000);
  office_open_services (self);
  office_advance (self, 1);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_cmpuint (office_count_audit (self, "no_answer"), ==, 1);
  g_free (office_request (self, self->patient));
}

/* Nobody came back: the appointment is free again as soon as the lease has lapsed. */
static void
test_no_ghost_busy (Office *self, gconstpointer data)
{
  g_autofree char *old = office_talk (self);
  g_autofree char *fresh = NULL;

  office_close_services (self);
  calld_clock_jump (self->clock, 2 * 60000);
  office_open_services (self);
  fresh = office_request (self, self->patient);
  g_assert_cmpstr (old, !=, fresh);
  g_assert_cmpuint (office_count_active (self), ==, 1);
  g_assert_cmpuint (calld_calls_count (self->calls), ==, 1);
  g_assert_cmpuint (office_count_audit (self, "zombie"), ==, 1);
  office_refused (self, self->doctor, CALLD_CALL_ALIVE, old, NULL, CALL_ERROR_WRONG_STATE);
}

static void
test_restart_zombie (Office *self, gconstpointer data)
{
  g_free (office_talk (self));
  office_restart (self);
  office_advance (self, 5 * 60000 + 1000);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_cmpuint (office_count_audit (self, "zombie"), ==, 1);
}

/* --- connections ------------------------------------------------------------------------------ */

static void
test_connection_lost (Office *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;

  calld_presence_connected (self->presence, 1, self->clinic.doctor->id);
  calld_presence_connected (self->presence, 2, self->clinic.patient->id);
  call_id = office_talk (self);

  calld_presence_disconnected (self->presence, 2);
  office_advance (self, 14000);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallLeft"), ==, 0);
  calld_presence_connected (self->presence, 3, self->clinic.patient->id);
  office_advance (self, 20000);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallLeft"), ==, 0);

  calld_presence_disconnected (self->presence, 3);
  office_advance (self, 15100);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallLeft"), ==, 1);
  calld_presence_disconnected (self->presence, 1);
  office_advance (self, 15100);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 1);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_cmpuint (office_count_audit (self, "leave"), ==, 2);
}

/* The signalling of one side was away for long while media went on: a sign of life brings it back
 * into the call, and both sides learn the new generation. */
static void
test_lost_and_back (Office *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAcceptAnswer) answer = NULL;
  CalldCallOrder order = { .action = CALLD_CALL_ALIVE, .media = TRUE };

  calld_presence_connected (self->presence, 1, self->clinic.doctor->id);
  calld_presence_connected (self->presence, 2, self->clinic.patient->id);
  order.call_id = call_id = office_talk (self);
  calld_presence_disconnected (self->presence, 2);
  office_advance (self, 20000);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallLeft"), ==, 1);

  calld_presence_connected (self->presence, 3, self->clinic.patient->id);
  answer = office_do (self, self->patient, order, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->generation, ==, 2);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallRejoined"), ==, 1);
  g_assert_cmpstr (office_last (self, CALL_NOTICE_CALL_REJOINED)->peer_id, ==, "peer-callee");

  /* Whoever left by their own will stays out, whatever still was on its way. */
  office_ok (self, self->patient, CALLD_CALL_LEAVE, call_id, NULL);
  office_refused (self, self->patient, CALLD_CALL_ALIVE, call_id, NULL, CALL_ERROR_WRONG_STATE);
  office_ok (self, self->doctor, CALLD_CALL_LEAVE, call_id, NULL);
  g_assert_cmpuint (office_count_active (self), ==, 0);
}

static void
test_caller_lost_while_ringing (Office *self, gconstpointer data)
{
  calld_presence_connected (self->presence, 1, self->clinic.doctor->id);
  g_free (office_request (self, self->doctor));
  calld_presence_disconnected (self->presence, 1);
  office_advance (self, 15100);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_CANCELLED)->reason, ==, CALL_END_CANCELLED);
  g_assert_cmpuint (office_count_active (self), ==, 0);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void
on_counted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *counts = user_data;
  g_autoptr (GError) error = NULL;
  gpointer answer = calld_calls_perform_finish (CALLD_CALLS (source), result, &error);

  if (answer != NULL)
    call_record_unref (answer);
  else
    g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  counts[answer != NULL ? 0 : 1]++;
}

static void
test_queue_is_bounded (Office *self, gconstpointer data)
{
  guint counts[2] = { 0, 0 };
  CalldCallOrder order = {
    .action = CALLD_CALL_REQUEST,
    .appointment_id = self->clinic.appointment->id,
    .peer_id = "p",
  };

  for (int i = 0; i < CALLD_TURNSTILE_WAITING_MAX + 11; i++)
    calld_calls_perform_async (self->calls, self->doctor, &order, 0, NULL, on_counted, counts);
  while (counts[0] + counts[1] < CALLD_TURNSTILE_WAITING_MAX + 11)
    g_main_context_iteration (NULL, TRUE);
  /* One inside, the queue full, ten turned away; all the others get the same answer. */
  g_assert_cmpuint (counts[1], ==, 10);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallRequested"), ==, 1);
}

#define CASE(path, func) \
  g_test_add ("/calls/" path, Office, NULL, office_set_up, func, office_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);

  CASE ("whole-call", test_whole_call);
  CASE ("repeats", test_repeats);
  CASE ("strangers", test_strangers);
  CASE ("foreign-call-id", test_foreign_call_id);
  CASE ("window", test_window);
  CASE ("eligibility", test_eligibility);
  CASE ("wrong-status", test_wrong_status);
  CASE ("auto-accept", test_auto_accept);
  CASE ("busy", test_busy);
  CASE ("answered-elsewhere", test_answered_elsewhere);
  CASE ("simultaneous/requests", test_simultaneous_requests);
  CASE ("simultaneous/appointments", test_simultaneous_appointments);
  CASE ("cancel", test_cancel);
  CASE ("decline", test_decline);
  CASE ("cancel-too-late", test_cancel_too_late);
  CASE ("no-answer", test_no_answer);
  CASE ("leave-and-return", test_leave_and_return);
  CASE ("rejoin-together", test_rejoin_together);
  CASE ("wrong-states", test_wrong_states);
  CASE ("alive-keeps-lease", test_alive_keeps_lease);
  CASE ("zombie", test_zombie);
  CASE ("media-switches", test_media_switches);
  CASE ("error-report", test_error_report);
  CASE ("restart/in-call", test_restart_in_call);
  CASE ("restart/while-ringing", test_restart_while_ringing);
  CASE ("restart/no-ghost-busy", test_no_ghost_busy);
  CASE ("restart/zombie", test_restart_zombie);
  CASE ("connection-lost", test_connection_lost);
  CASE ("lost-and-back", test_lost_and_back);
  CASE ("caller-lost-while-ringing", test_caller_lost_while_ringing);
  CASE ("queue-is-bounded", test_queue_is_bounded);
  return g_test_run ();
}
