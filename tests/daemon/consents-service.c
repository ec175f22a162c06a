/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-consents.h"
#include "calld-office.h"

static CalldConsents *
make (Office *office)
{
  return calld_consents_new (office->clock, office->clinic.store, office->appointments);
}

static CallConsent *
give (Office *office, CalldIdentity *who, const char *kind, gboolean given, GError **error)
{
  g_autoptr (CalldConsents) consents = make (office);
  g_autoptr (CallConsentBody) body = call_record_new (&call_consent_body);
  g_autoptr (GAsyncResult) result = NULL;

  body->kind = g_strdup (kind);
  body->given = given;
  body->text_version = g_strdup ("2026-01");
  body->language = g_strdup ("pt-BR");
  calld_consents_give_async (consents, who, office->clinic.appointment->id, body, NULL, await_cb,
                             &result);
  return calld_consents_give_finish (consents, await (&result), error);
}

static gboolean
is_given (Office *office, const char *user_id, const char *kind)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) records = NULL;

  calld_store_list_consents_async (office->clinic.store, office->clinic.appointment->id, NULL,
                                   await_cb, &result);
  records = calld_store_list_finish (office->clinic.store, await (&result), NULL);
  return calld_consents_is_given (records, user_id, kind);
}

static void
test_give_and_withdraw (Office *self, gconstpointer data)
{
  const char *patient = self->clinic.patient->id;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallConsent) first = NULL, second = NULL;

  g_assert_false (is_given (self, patient, CALLD_CONSENT_ANALYSIS));
  first = give (self, self->patient, CALLD_CONSENT_ANALYSIS, TRUE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (call_consent_get_user_id (first), ==, patient);
  g_assert_cmpstr (call_consent_get_mode (first), ==, "clicked");
  g_assert_true (is_given (self, patient, CALLD_CONSENT_ANALYSIS));
  /* It is for that and nobody else's. */
  g_assert_false (is_given (self, patient, "recording"));
  g_assert_false (is_given (self, self->clinic.doctor->id, CALLD_CONSENT_ANALYSIS));
  office_advance (self, 1);
  second = give (self, self->patient, CALLD_CONSENT_ANALYSIS, FALSE, &error);
  g_assert_no_error (error);
  g_assert_false (is_given (self, patient, CALLD_CONSENT_ANALYSIS));
}

static void
test_strangers (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldConsents) consents = make (self);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_null (give (self, self->stranger, "recording", TRUE, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT);
  g_clear_error (&error);
  calld_consents_list_async (consents, self->stranger, self->clinic.appointment->id, NULL, await_cb,
                             &result);
  g_assert_null (calld_consents_list_finish (consents, await (&result), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT);
}

static void
test_trail (Office *self, gconstpointer data)
{
  g_autoptr (CallConsent) given = give (self, self->doctor, "recording", TRUE, NULL);
  g_autoptr (CallConsent) withdrawn = give (self, self->doctor, "recording", FALSE, NULL);
  g_autoptr (CalldConsents) consents = make (self);
  g_autoptr (GAsyncResult) listed = NULL, audit = NULL;
  g_autoptr (GPtrArray) views = NULL, rows = NULL;

  g_assert_nonnull (given);
  g_assert_nonnull (withdrawn);
  calld_consents_list_async (consents, self->patient, self->clinic.appointment->id, NULL, await_cb,
                             &listed);
  views = calld_consents_list_finish (consents, await (&listed), NULL);
  g_assert_cmpuint (views->len, ==, 2);
  calld_store_list_audit_async (self->clinic.store, self->clinic.appointment->id, 0, 10, NULL,
                                await_cb, &audit);
  rows = calld_store_list_finish (self->clinic.store, await (&audit), NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  g_assert_cmpstr (((CalldAuditRecord *) rows->pdata[0])->type, ==, "consent");
  g_assert_cmpstr (((CalldAuditRecord *) rows->pdata[1])->type, ==, "consent_withdrawn");
}

#define CASE(name, test) \
  g_test_add ("/consents/" name, Office, NULL, office_set_up, test, office_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  CASE ("give-and-withdraw", test_give_and_withdraw);
  CASE ("strangers", test_strangers);
  CASE ("trail", test_trail);
  return g_test_run ();
}
