/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-error.h"
#include "call-livekit-body.h"

static void
on_taken (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_meetings_take_webhook_finish (CALLD_MEETINGS (source), result, &error))
    calld_exchange_reply_empty (exchange, 200);
  else
    calld_exchange_reply_error (exchange, error);
}

/* The body is checked as it came: LiveKit's media type is application/webhook+json. */
void
calld_resource_livekit_webhook (CalldExchange *exchange)
{
  CalldParts *parts = calld_exchange_get_parts (exchange);
  SoupServerMessage *message = calld_exchange_get_message (exchange);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));

  calld_meetings_take_webhook_async (parts->meetings,
                                     soup_message_headers_get_one (headers, "Authorization"), body,
                                     NULL, on_taken, exchange);
}

/* --- egress ----------------------------------------------------------------------------------- */

static gboolean
may_operate (CalldExchange *exchange)
{
  g_autoptr (GError) error = NULL;

  if (calld_auth_can (calld_exchange_get_identity (exchange), CALLD_ACTION_OPERATE, NULL, &error))
    return TRUE;
  calld_exchange_reply_error (exchange, error);
  return FALSE;
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallLivekitEgress) egress = calld_livekit_start_egress_finish (CALLD_LIVEKIT (source),
                                                                            result, &error);

  if (egress != NULL)
    calld_exchange_reply (exchange, 201, call_egress_answer_new (egress));
  else
    calld_exchange_reply_error (exchange, error);
}

/* POST /api/egress */
void
calld_resource_egress_start (CalldExchange *exchange)
{
  const CallEgressBody *body = calld_exchange_get_body (exchange);

  if (may_operate (exchange))
    calld_livekit_start_egress_async (calld_exchange_get_parts (exchange)->livekit, body->room_name,
                                      body->track_id, body->participant, NULL, on_started,
                                      exchange);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_livekit_stop_egress_finish (CALLD_LIVEKIT (source), result, &error))
    calld_exchange_reply_empty (exchange, 204);
  else
    calld_exchange_reply_error (exchange, error);
}

/* POST /api/egress/stop */
void
calld_resource_egress_stop (CalldExchange *exchange)
{
  const CallEgressStopBody *body = calld_exchange_get_body (exchange);

  if (may_operate (exchange))
    calld_livekit_stop_egress_async (calld_exchange_get_parts (exchange)->livekit, body->egress_id,
                                     NULL, on_stopped, exchange);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *list = calld_livekit_list_egress_finish (CALLD_LIVEKIT (source), result, &error);
  CallEgressesAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_egresses_answer);
  g_clear_pointer (&answer->egresses, g_ptr_array_unref);
  answer->egresses = list;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/egress */
void
calld_resource_egress_list (CalldExchange *exchange)
{
  if (may_operate (exchange))
    calld_livekit_list_egress_async (calld_exchange_get_parts (exchange)->livekit, NULL, on_listed,
                                     exchange);
}
