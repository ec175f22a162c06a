/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-body.h"
#include "call-error-body.h"

#include <string.h>

static const CallSchema *const schemas[] = {
  &call_login_body,        &call_join_body,           &call_appointment_body,
  &call_reschedule_body,   &call_reason_body,         &call_message_body,
  &call_call_request_body, &call_call_accept_body,    &call_call_cancel_body,
  &call_call_started_body, &call_call_rejoin_body,    &call_call_leave_body,
  &call_call_end_body,     &call_login_answer,        &call_me_answer,
  &call_ice_answer,        &call_appointments_answer, &call_appointment_answer,
  &call_link_answer,       &call_audit_answer,        &call_messages_answer,
  &call_message_answer,    &call_request_answer,      &call_accept_answer,
  &call_started_answer,    &call_rejoin_answer,       &call_end_answer,
  &call_health_answer,
};

static void
try_error_body (const char *text, gssize size)
{
  CallErrorBody *body = call_error_body_parse (text, size);
  g_autoptr (GError) error = call_error_body_to_error (body, 0);
  g_autoptr (CallErrorBody) again = call_error_body_new_from_error (error);

  g_assert (again->code != NULL);
  g_clear_pointer (&body, call_record_unref);
}

/* The first byte chooses what the rest is read as. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const CallSchema *schema;
  const char *text = (const char *) data + 1;
  gpointer record;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (size < 1)
    return 0;
  try_error_body (text, (gssize) size - 1);
  schema = schemas[data[0] % G_N_ELEMENTS (schemas)];
  record = call_record_parse (schema, text, (gssize) size - 1, NULL);
  if (record == NULL)
    return 0;
  first = call_record_to_json (record);
  call_record_unref (record);
  record = call_record_parse (schema, first, -1, NULL);
  g_assert (record != NULL);
  second = call_record_to_json (record);
  g_assert_cmpstr (first, ==, second);
  call_record_unref (record);
  return 0;
}
