/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-problem.h"
#include "calld-resources.h"

#include "call-body.h"
#include "call-time.h"

/* --- list ------------------------------------------------------------------------------------- */

static void
on_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = calld_appointments_list_finish (CALLD_APPOINTMENTS (source), result,
                                                               &error);
  CallAppointmentsAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_appointments_answer);
  g_clear_pointer (&answer->appointments, g_ptr_array_unref);
  answer->appointments = g_steal_pointer (&list);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/appointments */
void
calld_resource_appointments_list (CalldExchange *exchange)
{
  CalldAppointmentQuery query = {
    .from = calld_exchange_get_time (exchange, "from"),
    .to = calld_exchange_get_time (exchange, "to"),
    .statuses = calld_exchange_get_values (exchange, "status", CALL_TYPE_APPOINTMENT_STATUS),
  };

  calld_appointments_list_async (calld_exchange_get_parts (exchange)->appointments,
                                 calld_exchange_get_identity (exchange), &query, NULL, on_list,
                                 exchange);
}

/* --- one appointment -------------------------------------------------------------------------- */

static void
reply_appointment (CalldExchange *exchange, guint status, CallAppointment *appointment)
{
  CallAppointmentAnswer *answer = call_record_new (&call_appointment_answer);

  answer->appointment = appointment;
  calld_exchange_reply (exchange, status, answer);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  CalldAppointments *appointments = CALLD_APPOINTMENTS (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldAppointmentRecord) record = calld_appointments_open_finish (appointments, result,
                                                                              &error);

  if (record != NULL)
    reply_appointment (exchange, 200, calld_appointments_view (appointments, record));
  else
    calld_exchange_reply_error (exchange, error);
}

/* GET /api/appointments/{id} */
void
calld_resource_appointments_show (CalldExchange *exchange)
{
  calld_appointments_open_async (calld_exchange_get_parts (exchange)->appointments,
                                 calld_exchange_get_identity (exchange),
                                 CALLD_ACTION_SHOW_APPOINTMENT, calld_exchange_get_param (exchange),
                                 NULL, on_opened, exchange);
}

static void
on_changed (CalldExchange *exchange, GAsyncResult *result, guint status)
{
  CalldAppointments *appointments = calld_exchange_get_parts (exchange)->appointments;
  g_autoptr (GError) error = NULL;
  CallAppointment *appointment = calld_appointments_change_finish (appointments, result, &error);

  if (appointment != NULL)
    reply_appointment (exchange, status, appointment);
  else
    calld_exchange_reply_error (exchange, error);
}

static void
on_made (GObject *source, GAsyncResult *result, gpointer user_data)
{
  on_changed (user_data, result, 201);
}

static void
on_cancelled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  on_changed (user_data, result, 200);
}

/* POST /api/appointments */
void
calld_resource_appointments_create (CalldExchange *exchange)
{
  calld_appointments_create_async (calld_exchange_get_parts (exchange)->appointments,
                                   calld_exchange_get_identity (exchange),
                                   calld_exchange_get_body (exchange), NULL, on_made, exchange);
}

/* POST /api/appointments/{id}/cancel */
void
calld_resource_appointments_cancel (CalldExchange *exchange)
{
  const CallReasonBody *body = calld_exchange_get_body (exchange);

  calld_appointments_cancel_async (
      calld_exchange_get_parts (exchange)->appointments, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), body->reason, NULL, on_cancelled, exchange);
}

/* POST /api/appointments/{id}/reschedule */
void
calld_resource_appointments_reschedule (CalldExchange *exchange)
{
  calld_appointments_reschedule_async (calld_exchange_get_parts (exchange)->appointments,
                                       calld_exchange_get_identity (exchange),
                                       calld_exchange_get_param (exchange),
                                       calld_exchange_get_body (exchange), NULL, on_made, exchange);
}

/* --- link and audit --------------------------------------------------------------------------- */

static void
on_link (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  CallLinkAnswer *answer = calld_appointments_make_link_finish (CALLD_APPOINTMENTS (source), result,
                                                                &error);

  if (answer != NULL)
    calld_exchange_reply (exchange, 200, answer);
  else
    calld_exchange_reply_error (exchange, error);
}

/* POST /api/appointments/{id}/link */
void
calld_resource_appointments_link (CalldExchange *exchange)
{
  calld_appointments_make_link_async (calld_exchange_get_parts (exchange)->appointments,
                                      calld_exchange_get_identity (exchange),
                                      calld_exchange_get_param (exchange), NULL, on_link, exchange);
}

static void
on_audit (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = calld_appointments_list_audit_finish (CALLD_APPOINTMENTS (source),
                                                                     result, &error);
  CallAuditAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_audit_answer);
  g_clear_pointer (&answer->events, g_ptr_array_unref);
  answer->events = g_steal_pointer (&list);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/appointments/{id}/audit */
void
calld_resource_appointments_audit (CalldExchange *exchange)
{
  calld_appointments_list_audit_async (
      calld_exchange_get_parts (exchange)->appointments, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), NULL, on_audit, exchange);
}
