/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-problem.h"
#include "calld-resources.h"

#include "call-body.h"

#define LIMIT_DEFAULT 20

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = calld_search_messages_finish (CALLD_SEARCH (source), result, &error);
  CallMessagesAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_messages_answer);
  g_clear_pointer (&answer->messages, g_ptr_array_unref);
  answer->messages = g_steal_pointer (&list);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/search */
void
calld_resource_search (CalldExchange *exchange)
{
  CalldSearchQuery query = {
    .text = calld_exchange_get_query (exchange, "q"),
    .conversation_id = calld_exchange_get_query (exchange, "groupId"),
    .before = calld_exchange_get_time (exchange, "before"),
    .limit = (guint) calld_exchange_get_number (exchange, "limit", LIMIT_DEFAULT),
  };

  if (query.text == NULL || *query.text == '\0') {
    g_autoptr (GError) error = calld_problem_new_field ("q", "Say what to look for");

    calld_exchange_reply_error (exchange, error);
    return;
  }
  calld_search_messages_async (calld_exchange_get_parts (exchange)->search,
                               calld_exchange_get_identity (exchange), &query, on_found, exchange);
}
