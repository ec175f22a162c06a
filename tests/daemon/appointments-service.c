/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-office.h"

#include "call-body.h"

#define MINUTE 60000
#define WINDOW ((10 + 30 + 15) * MINUTE)

static CallAppointment *
finish (Office *self, GAsyncResult **result, GError **error)
{
  return calld_appointments_change_finish (self->appointments, await (result), error);
}

static CallAppointment *
create (Office *self, CalldIdentity *who, gint64 at, guint minutes, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CallAppointmentBody) body = call_record_new (&call_appointment_body);

  body->doctor_id = g_strdup (self->clinic.doctor->id);
  body->patient_id = g_strdup (self->clinic.patient->id);
  body->scheduled_at_ms = at;
  body->duration_minutes = minutes;
  calld_appointments_create_async (self->appointments, who, body, NULL, await_cb, &result);
  return finish (self, &result, error);
}

static CallAppointment *
cancel (Office *self, CalldIdentity *who, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_appointments_cancel_async (self->appointments, who, self->clinic.appointment->id, "holiday",
                                   NULL, await_cb, &result);
  return finish (self, &result, error);
}

static CallAppointment *
enter (Office *self, CalldIdentity *who, guint64 connection, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_appointments_enter_waiting_room_async (
      self->appointments, who, self->clinic.appointment->id, connection, NULL, await_cb, &result);
  return finish (self, &result, error);
}

/* --- booking ---------------------------------------------------------------------------------- */

static void
test_create (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) made = create (self, self->doctor, CLINIC_NOW + 3 * 60 * MINUTE, 0,
                                             &error);

  g_assert_no_error (error);
  g_assert_cmpuint (call_appointment_get_duration_minutes (made), ==, 30);
  g_assert_cmpint (call_appointment_get_status (made), ==, CALL_APPOINTMENT_SCHEDULED);
  g_assert_cmpstr (call_participant_get_name (call_appointment_get_patient (made)), ==, "Bia Lima");
  office_assert_heard (self, "AppointmentUpdated", self->clinic.patient->id);
  office_assert_not_heard_by (self, "AppointmentUpdated", self->stranger_record->id);
}

static void
test_create_refused (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (create (self, self->patient, CLINIC_NOW + MINUTE, 30, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_FORBIDDEN);
  g_clear_error (&error);
  g_assert_null (
      create (self, self->doctor, CLINIC_NOW - 3 * 24 * 60 * (gint64) MINUTE, 30, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (create (self, self->doctor, CLINIC_NOW, 481, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_INVALID);
  g_assert_cmpuint (self->heard->len, ==, 0);
}

/* --- cancelling and moving -------------------------------------------------------------------- */

static void
test_cancel_ends_call (Office *self, gconstpointer data)
{
  G_GNUC_UNUSED g_autofree char *call_id = office_request (self, self->doctor);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) shown = NULL;

  g_assert_null (cancel (self, self->stranger, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
  g_clear_error (&error);

  shown = cancel (self, self->patient, &error);
  g_assert_no_error (error);
  g_assert_cmpint (call_appointment_get_status (shown), ==, CALL_APPOINTMENT_CANCELLED);
  office_settle (self);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_CANCELLED)->reason, ==,
                   CALL_END_APPOINTMENT_CANCELLED);
  g_assert_cmpuint (office_count_active (self), ==, 0);

  /* Again: the same answer, and nobody hears twice. */
  office_forget (self);
  g_clear_object (&shown);
  shown = cancel (self, self->doctor, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->heard->len, ==, 0);
  g_assert_cmpuint (office_count_audit (self, "appointment_cancel"), ==, 1);
  office_refused (self, self->doctor, CALLD_CALL_REQUEST, NULL, "p", CALL_ERROR_WRONG_STATUS);
}

/* A visit that took place cannot be called off. */
static void
test_cancel_too_late (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);
  g_autoptr (GError) error = NULL;

  office_ok (self, self->doctor, CALLD_CALL_END, call_id, NULL);
  g_assert_null (cancel (self, self->doctor, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
}

static void
test_reschedule (Office *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) next = NULL;
  g_autoptr (CalldAppointmentRecord) old = NULL;
  g_autoptr (CallRescheduleBody) body = call_record_new (&call_reschedule_body);

  body->scheduled_at_ms = CLINIC_NOW + 24 * 60 * (gint64) MINUTE;
  calld_appointments_reschedule_async (self->appointments, self->doctor,
                                       self->clinic.appointment->id, body, NULL, await_cb, &result);
  next = finish (self, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (call_appointment_get_duration_minutes (next), ==, 30);
  old = clinic_appointment (&self->clinic);
  g_assert_cmpint (old->status, ==, CALL_APPOINTMENT_RESCHEDULED);
  g_assert_cmpstr (old->rescheduled_to, ==, call_appointment_get_id (next));
  g_assert_cmpuint (office_count_heard (self, "AppointmentUpdated"), ==, 2);

  /* It cannot be moved twice: that would make two of one. */
  calld_appointments_reschedule_async (self->appointments, self->doctor,
                                       self->clinic.appointment->id, body, NULL, await_cb, &again);
  g_assert_null (finish (self, &again, &error));
  g_assert_nonnull (error);
  office_refused (self, self->doctor, CALLD_CALL_REQUEST, NULL, "p", CALL_ERROR_WRONG_STATUS);
}

/* --- looking ---------------------------------------------------------------------------------- */

static guint
list_as (Office *self, CalldIdentity *who)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = NULL;
  CalldAppointmentQuery query = { 0 };

  calld_appointments_list_async (self->appointments, who, &query, NULL, await_cb, &result);
  list = calld_appointments_list_finish (self->appointments, await (&result), &error);
  g_assert_no_error (error);
  return list->len;
}

static void
test_list (Office *self, gconstpointer data)
{
  g_autoptr (CalldIdentity) admin = calld_identity_new (self->stranger->user_id, "Admin",
                                                        CALL_ROLE_ADMIN, NULL, NULL, G_MAXINT64);
  g_autoptr (CalldIdentity) by_link = calld_identity_new (self->patient->user_id, "Bia",
                                                          CALL_ROLE_PATIENT, NULL,
                                                          self->clinic.appointment->id, G_MAXINT64);
  G_GNUC_UNUSED g_autoptr (CallAppointment) made = create (self, self->doctor,
                                                           CLINIC_NOW + 5 * 60 * MINUTE, 30, NULL);

  g_assert_cmpuint (list_as (self, self->doctor), ==, 3);
  g_assert_cmpuint (list_as (self, self->patient), ==, 2);
  g_assert_cmpuint (list_as (self, self->stranger), ==, 1);
  g_assert_cmpuint (list_as (self, admin), ==, 3);
  /* A link opens one appointment, not the patient's whole history. */
  g_assert_cmpuint (list_as (self, by_link), ==, 1);
}

static void
test_link (Office *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallLinkAnswer) answer = NULL;
  g_autoptr (CalldIdentity) identity = NULL;

  calld_appointments_make_link_async (self->appointments, self->patient,
                                      self->clinic.appointment->id, NULL, await_cb, &refused);
  g_assert_null (
      calld_appointments_make_link_finish (self->appointments, await (&refused), &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_FORBIDDEN);
  g_clear_error (&error);

  calld_appointments_make_link_async (self->appointments, self->doctor,
                                      self->clinic.appointment->id, NULL, await_cb, &result);
  answer = calld_appointments_make_link_finish (self->appointments, await (&result), &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (answer->url, "https://clinic.example/join#"));
  identity = calld_auth_verify_link (self->auth, strchr (answer->url, '#') + 1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (identity->appointment_id, ==, self->clinic.appointment->id);
}

/* --- the waiting room ------------------------------------------------------------------------- */

static void
test_waiting_room (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) shown = NULL;

  calld_presence_connected (self->presence, 7, self->clinic.patient->id);
  shown = enter (self, self->patient, 7, &error);
  g_assert_no_error (error);
  g_assert_true (call_appointment_is_waiting (shown, self->clinic.patient->id));
  office_assert_heard (self, "AppointmentWaiting", self->clinic.doctor->id);
  office_assert_not_heard_by (self, "AppointmentWaiting", self->clinic.patient->id);
  g_assert_true (office_last (self, CALL_NOTICE_WAITING)->waiting);

  /* Entering again from the same page is nothing new. */
  office_forget (self);
  g_clear_object (&shown);
  shown = enter (self, self->patient, 7, &error);
  g_assert_cmpuint (self->heard->len, ==, 0);
  g_assert_cmpuint (office_count_audit (self, "enter"), ==, 1);

  calld_appointments_leave_waiting_room (self->appointments, self->patient,
                                         self->clinic.appointment->id);
  g_assert_false (office_last (self, CALL_NOTICE_WAITING)->waiting);
}

static void
test_waiting_grace (Office *self, gconstpointer data)
{
  calld_presence_connected (self->presence, 7, self->clinic.patient->id);
  g_object_unref (enter (self, self->patient, 7, NULL));
  office_forget (self);

  /* A reload of the page. */
  calld_presence_disconnected (self->presence, 7);
  office_advance (self, 5000);
  calld_presence_connected (self->presence, 8, self->clinic.patient->id);
  office_advance (self, 60000);
  g_assert_cmpuint (self->heard->len, ==, 0);

  calld_presence_disconnected (self->presence, 8);
  office_advance (self, 15100);
  g_assert_cmpuint (office_count_heard (self, "AppointmentWaiting"), ==, 1);
  g_assert_false (office_last (self, CALL_NOTICE_WAITING)->waiting);
}

/* Another page of the same patient does not keep a room occupied that was entered elsewhere. */
static void
test_waiting_by_connection (Office *self, gconstpointer data)
{
  calld_presence_connected (self->presence, 1, self->clinic.patient->id);
  calld_presence_connected (self->presence, 2, self->clinic.patient->id);
  g_object_unref (enter (self, self->patient, 2, NULL));
  calld_presence_disconnected (self->presence, 2);
  office_advance (self, 15100);
  g_assert_cmpuint (office_count_heard (self, "AppointmentWaiting"), ==, 2);
}

static void
test_waiting_refused (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (enter (self, self->stranger, 1, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
  g_clear_error (&error);
  calld_clock_jump (self->clock, -MINUTE);
  g_assert_null (enter (self, self->patient, 1, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_TOO_EARLY);
  g_assert_cmpuint (self->heard->len, ==, 0);
}

static void
test_waiting_ends_with_call (Office *self, gconstpointer data)
{
  calld_presence_connected (self->presence, 7, self->clinic.patient->id);
  g_object_unref (enter (self, self->patient, 7, NULL));
  g_free (office_talk (self));
  g_assert_false (office_last (self, CALL_NOTICE_WAITING)->waiting);
  g_assert_cmpuint (office_count_heard (self, "AppointmentWaiting"), ==, 2);
}

/* --- the end of the window -------------------------------------------------------------------- */

static void
close_window (Office *self)
{
  calld_jobs_start (self->jobs);
  office_settle (self);
  office_advance (self, WINDOW);
  office_advance (self, 11000);
}

static void
test_no_show_both (Office *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) record = NULL;

  close_window (self);
  record = clinic_appointment (&self->clinic);
  g_assert_cmpint (record->status, ==, CALL_APPOINTMENT_NO_SHOW);
  g_assert_cmpstr (record->missing, ==, "both");
  office_assert_heard (self, "AppointmentNoShow", self->clinic.doctor->id);
  office_assert_heard (self, "AppointmentNoShow", self->clinic.patient->id);
  /* The other appointment of this clinic ended at the same time. */
  g_assert_cmpuint (office_count_audit (self, "no_show"), ==, 2);

  office_advance (self, 10 * MINUTE);
  g_assert_cmpuint (office_count_audit (self, "no_show"), ==, 2);
}

static void
test_no_show_of_doctor (Office *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) record = NULL;

  calld_presence_connected (self->presence, 7, self->clinic.patient->id);
  g_object_unref (enter (self, self->patient, 7, NULL));
  /* Also across a restart: who came is in the database. */
  office_restart (self);
  close_window (self);
  record = clinic_appointment (&self->clinic);
  g_assert_cmpstr (record->missing, ==, "doctor");
}

static void
test_no_show_of_patient (Office *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) record = NULL;

  g_free (office_request (self, self->doctor));
  close_window (self);
  record = clinic_appointment (&self->clinic);
  g_assert_cmpint (record->status, ==, CALL_APPOINTMENT_NO_SHOW);
  g_assert_cmpstr (record->missing, ==, "patient");
  g_assert_cmpuint (office_count_audit (self, "no_answer"), ==, 1);
}

static void
test_no_show_without_media (Office *self, gconstpointer data)
{
  g_autoptr (CalldAppointmentRecord) record = NULL;
  g_autofree char *call_id = NULL;

  calld_jobs_start (self->jobs);
  office_settle (self);
  office_advance (self, WINDOW - 60000);
  call_id = office_request (self, self->doctor);
  office_ok (self, self->patient, CALLD_CALL_ACCEPT, call_id, "peer");
  office_advance (self, 65000);
  office_advance (self, 11000);
  record = clinic_appointment (&self->clinic);
  g_assert_cmpint (record->status, ==, CALL_APPOINTMENT_NO_SHOW);
  g_assert_null (record->missing);
  g_assert_cmpint (office_last (self, CALL_NOTICE_CALL_ENDED)->reason, ==, CALL_END_WINDOW_CLOSED);
  g_assert_cmpuint (office_count_active (self), ==, 0);
}

/* People left and nobody ended the visit: it took place. */
static void
test_completed_by_time (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);

  office_ok (self, self->doctor, CALLD_CALL_LEAVE, call_id, NULL);
  office_ok (self, self->patient, CALLD_CALL_LEAVE, call_id, NULL);
  close_window (self);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpuint (office_count_audit (self, "no_show"), ==, 1); /* the other one */
}

static void
talk_on (Office *self, const char *call_id, int minutes)
{
  CalldCallOrder order = { .action = CALLD_CALL_ALIVE, .call_id = call_id, .media = TRUE };

  for (int i = 0; i < minutes; i++) {
    office_advance (self, MINUTE);
    call_record_unref (office_do (self, self->doctor, order, NULL));
    call_record_unref (office_do (self, self->patient, order, NULL));
  }
}

/* A consultation that runs late is not cut off. */
static void
test_late_talk_goes_on (Office *self, gconstpointer data)
{
  g_autofree char *call_id = office_talk (self);

  calld_jobs_start (self->jobs);
  talk_on (self, call_id, 60);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_IN_PROGRESS);
  g_assert_cmpuint (office_count_heard (self, "AppointmentCallEnded"), ==, 0);
  office_ok (self, self->doctor, CALLD_CALL_END, call_id, NULL);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
}

static void
test_due_while_down (Office *self, gconstpointer data)
{
  g_free (office_talk (self));
  office_close_services (self);
  calld_clock_jump (self->clock, 24 * 60 * (gint64) MINUTE);
  office_open_services (self);
  calld_jobs_start (self->jobs);
  office_advance (self, 10 * MINUTE);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_COMPLETED);
  g_assert_cmpuint (office_count_audit (self, "no_show"), ==, 1); /* the other one */
}

/* The daemon died after the appointment was cancelled and before its call was. */
static void
test_call_of_cancelled (Office *self, gconstpointer data)
{
  CalldChange *change = calld_change_new ();
  CalldAppointmentUpdate update = {
    .expected = 1u << CALL_APPOINTMENT_IN_PROGRESS,
    .status = CALL_APPOINTMENT_CANCELLED,
  };
  g_autoptr (GError) error = NULL;

  g_free (office_talk (self));
  calld_change_update_appointment (change, self->clinic.appointment->id, &update);
  g_assert_true (clinic_commit (&self->clinic, change, &error));
  office_restart (self);
  calld_jobs_start (self->jobs);
  office_settle (self);
  g_assert_cmpuint (office_count_active (self), ==, 0);
  g_assert_cmpint (office_status (self), ==, CALL_APPOINTMENT_CANCELLED);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void
test_presence_is_bounded (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint entered = 0;

  for (int i = 0; i < 100; i++) {
    g_autofree char *id = call_id_new ();

    if (calld_presence_enter_waiting_room (self->presence, id, self->patient, 0, NULL))
      entered++;
  }
  g_assert_cmpuint (entered, ==, 32);
  g_assert_null (enter (self, self->patient, 0, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_RATE_LIMITED);
}

#define CASE(path, func) \
  g_test_add ("/appointments/" path, Office, NULL, office_set_up, func, office_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);

  CASE ("create", test_create);
  CASE ("create-refused", test_create_refused);
  CASE ("cancel/ends-call", test_cancel_ends_call);
  CASE ("cancel/too-late", test_cancel_too_late);
  CASE ("reschedule", test_reschedule);
  CASE ("list", test_list);
  CASE ("link", test_link);
  CASE ("waiting/room", test_waiting_room);
  CASE ("waiting/grace", test_waiting_grace);
  CASE ("waiting/by-connection", test_waiting_by_connection);
  CASE ("waiting/refused", test_waiting_refused);
  CASE ("waiting/ends-with-call", test_waiting_ends_with_call);
  CASE ("window/no-show/both", test_no_show_both);
  CASE ("window/no-show/doctor", test_no_show_of_doctor);
  CASE ("window/no-show/patient", test_no_show_of_patient);
  CASE ("window/no-show/without-media", test_no_show_without_media);
  CASE ("window/completed", test_completed_by_time);
  CASE ("window/late-talk", test_late_talk_goes_on);
  CASE ("window/due-while-down", test_due_while_down);
  CASE ("window/call-of-cancelled", test_call_of_cancelled);
  CASE ("bounds/presence", test_presence_is_bounded);
  return g_test_run ();
}
