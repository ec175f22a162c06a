/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-error.h"

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
