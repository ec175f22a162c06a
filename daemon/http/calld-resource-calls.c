/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  gpointer answer = calld_calls_perform_finish (CALLD_CALLS (source), result, &error);

  if (answer != NULL)
    calld_exchange_reply (exchange, 200, answer);
  else
    calld_exchange_reply_error (exchange, error);
}

static void
perform (CalldExchange *exchange, CalldCallAction action)
{
  const CallCallBody *body = calld_exchange_get_body (exchange);
  CalldCallOrder order = {
    .action = action,
    .appointment_id = calld_exchange_get_param (exchange),
    .call_id = body->call_id,
    .peer_id = body->peer_id,
    .generation = body->generation,
  };

  calld_calls_perform_async (calld_exchange_get_parts (exchange)->calls,
                             calld_exchange_get_identity (exchange), &order, 0, NULL, on_done,
                             exchange);
}

/* POST /appointments/{id}/call/… (docs/protocol.md §4) */

void
calld_resource_call_request (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_REQUEST);
}

void
calld_resource_call_accept (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_ACCEPT);
}

void
calld_resource_call_cancel (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_CANCEL);
}

void
calld_resource_call_started (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_STARTED);
}

void
calld_resource_call_rejoin (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_REJOIN);
}

void
calld_resource_call_leave (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_LEAVE);
}

void
calld_resource_call_end (CalldExchange *exchange)
{
  perform (exchange, CALLD_CALL_END);
}
