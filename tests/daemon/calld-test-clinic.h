/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-store.h"
#include "calld-test-await.h"

#include "call-error.h"
#include "call-id.h"

/*
 * Clinic:
 *
 * A store in a directory of its own, with a doctor, a patient and an appointment between them.
 */
typedef struct {
  char *directory;
  char *url;
  CalldAudit *audit;
  CalldStore *store;
  CalldUserRecord *doctor;
  CalldUserRecord *patient;
  CalldAppointmentRecord *appointment;
} Clinic;

/* 2026-03-02 14:00 UTC */
#define CLINIC_NOW G_GINT64_CONSTANT (1772460000000)

static inline gboolean
clinic_commit (Clinic *self, CalldChange *change, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_commit_async (self->store, change, NULL, await_cb, &result);
  return calld_store_commit_finish (self->store, await (&result), error);
}

/* Commits and wants it to be refused with @code. */
static inline void
clinic_refuse (Clinic *self, CalldChange *change, CallError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (clinic_commit (self, change, &error));
  g_assert_error (error, CALL_ERROR, (int) code);
}

static inline void
clinic_open (Clinic *self)
{
  g_autoptr (GError) error = NULL;

  self->store = calld_store_open (self->url, self->audit, &error);
  g_assert_no_error (error);
}

static inline void
clinic_close (Clinic *self)
{
  gpointer alive = self->store;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  calld_store_close_async (self->store, NULL, await_cb, &result);
  g_assert_true (calld_store_close_finish (self->store, await (&result), &error));
  g_assert_no_error (error);
  g_clear_object (&result);

  /* A thread of the store may still be letting go of its last task; the alarm ends an endless wait.
   */
  g_object_add_weak_pointer (G_OBJECT (self->store), &alive);
  g_object_unref (self->store);
  while (g_atomic_pointer_get (&alive) != NULL)
    g_thread_yield ();
  self->store = NULL;
}

static inline void
clinic_set_up_people (Clinic *self)
{
  CalldChange *change = calld_change_new ();
  g_autoptr (GError) error = NULL;

  self->doctor = calld_user_record_new ("Ana Souza", "ana@example.org", CALL_ROLE_DOCTOR,
                                        "America/Sao_Paulo", CLINIC_NOW);
  self->patient = calld_user_record_new ("Bia Lima", NULL, CALL_ROLE_PATIENT, "America/Manaus",
                                         CLINIC_NOW);
  self->appointment = calld_appointment_record_new (self->doctor->id, self->patient->id,
                                                    CLINIC_NOW + 600000, 30, CLINIC_NOW);
  calld_change_add_user (change, self->doctor);
  calld_change_add_user (change, self->patient);
  calld_change_add_appointment (change, self->appointment);
  g_assert_true (clinic_commit (self, change, &error));
  g_assert_no_error (error);
}

static inline void
clinic_set_up (Clinic *self, gconstpointer test_data)
{
  static const guint8 key[32] = { 7 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (key, sizeof key);

  self->directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  self->url = g_strdup_printf ("sqlite://%s/calld.db", self->directory);
  self->audit = calld_audit_new (bytes);
  clinic_open (self);
  clinic_set_up_people (self);
}

static inline void
clinic_tear_down (Clinic *self, gconstpointer test_data)
{
  if (self->store != NULL)
    clinic_close (self);
  calld_user_record_free (self->doctor);
  calld_user_record_free (self->patient);
  calld_appointment_record_free (self->appointment);
  calld_audit_unref (self->audit);
  remove_tree (self->directory);
  g_free (self->url);
  g_free (self->directory);
}

/* The whole audit chain, checked. */
static inline GPtrArray *
clinic_audit (Clinic *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *rows;

  calld_store_list_audit_async (self->store, NULL, 0, 0, NULL, await_cb, &result);
  rows = calld_store_list_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
  calld_audit_verify (self->audit, NULL, rows, &error);
  g_assert_no_error (error);
  return rows;
}

static inline CalldAppointmentRecord *
clinic_appointment (Clinic *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldAppointmentRecord *appointment;

  calld_store_get_appointment_async (self->store, self->appointment->id, NULL, await_cb, &result);
  appointment = calld_store_get_appointment_finish (self->store, await (&result), &error);
  g_assert_no_error (error);
  return appointment;
}

static inline CalldMessageRecord *
clinic_say (Clinic *self, const char *text, const char *temp_id, gboolean *repeated)
{
  g_autoptr (CalldMessageRecord) message = calld_message_record_new (
      self->appointment->conversation_id, self->doctor->id, text, CALL_MESSAGE_TEXT, temp_id,
      CLINIC_NOW);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  CalldMessageRecord *stored;

  calld_store_append_message_async (self->store, message, NULL, await_cb, &result);
  stored = calld_store_append_message_finish (self->store, await (&result), repeated, &error);
  g_assert_no_error (error);
  return stored;
}
