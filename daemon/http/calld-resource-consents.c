/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

static void
on_given (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  CallConsent *consent = calld_consents_give_finish (CALLD_CONSENTS (source), result, &error);
  CallConsentAnswer *answer;

  if (consent == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_consent_answer);
  answer->consent = consent;
  calld_exchange_reply (exchange, 201, answer);
}

/* POST /api/appointments/{id}/consents */
void
calld_resource_consents_give (CalldExchange *exchange)
{
  calld_consents_give_async (calld_exchange_get_parts (exchange)->consents,
                             calld_exchange_get_identity (exchange),
                             calld_exchange_get_param (exchange),
                             calld_exchange_get_body (exchange), NULL, on_given, exchange);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *list = calld_consents_list_finish (CALLD_CONSENTS (source), result, &error);
  CallConsentsAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_consents_answer);
  g_clear_pointer (&answer->consents, g_ptr_array_unref);
  answer->consents = list;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/appointments/{id}/consents */
void
calld_resource_consents_list (CalldExchange *exchange)
{
  calld_consents_list_async (calld_exchange_get_parts (exchange)->consents,
                             calld_exchange_get_identity (exchange),
                             calld_exchange_get_param (exchange), NULL, on_listed, exchange);
}
