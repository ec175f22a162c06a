/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"

#define LIMIT_DEFAULT 100

/* A request about the conversation of an appointment: the conversation must be found first. */
typedef struct {
  CalldExchange *exchange;
  CalldMessageQuery query;
  const CallMessageBody *body; /* of a message to be sent; the exchange's */
} Errand;

static CalldExchange *
errand_finish (Errand *errand)
{
  CalldExchange *exchange = errand->exchange;

  g_free (errand);
  return exchange;
}

static void
on_messages (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = calld_chat_list_finish (CALLD_CHAT (source), result, &error);
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

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  CallMessage *message = calld_chat_send_finish (CALLD_CHAT (source), result, &error);
  CallMessageAnswer *answer;

  if (message == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_message_answer);
  answer->message = message;
  calld_exchange_reply (exchange, 201, answer);
}

static void
send_message (Errand *errand, const char *conversation_id)
{
  CalldParts *parts = calld_exchange_get_parts (errand->exchange);
  CalldIdentity *who = calld_exchange_get_identity (errand->exchange);
  CalldChatDraft draft = {
    .conversation_id = conversation_id,
    .content = errand->body->content,
    .kind = errand->body->kind < 0 ? CALL_MESSAGE_TEXT : (CallMessageKind) errand->body->kind,
    .reply_to_id = errand->body->reply_to_id,
    .temp_id = errand->body->temp_id,
  };

  calld_chat_send_async (parts->chat, who, &draft, NULL, on_sent, errand->exchange);
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Errand *errand = user_data;
  CalldParts *parts = calld_exchange_get_parts (errand->exchange);
  CalldIdentity *who = calld_exchange_get_identity (errand->exchange);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldAppointmentRecord) record = calld_appointments_open_finish (
      CALLD_APPOINTMENTS (source), result, &error);

  if (record == NULL) {
    calld_exchange_reply_error (errand_finish (errand), error);
    return;
  }
  if (errand->body != NULL) {
    send_message (errand, record->conversation_id);
  } else {
    errand->query.conversation_id = record->conversation_id;
    calld_chat_list_async (parts->chat, who, &errand->query, NULL, on_messages, errand->exchange);
  }
  errand_finish (errand);
}

static void
open_appointment (Errand *errand, CalldAction action)
{
  CalldExchange *exchange = errand->exchange;

  calld_appointments_open_async (calld_exchange_get_parts (exchange)->appointments,
                                 calld_exchange_get_identity (exchange), action,
                                 calld_exchange_get_param (exchange), NULL, on_appointment, errand);
}

static Errand *
errand_new (CalldExchange *exchange)
{
  Errand *errand = g_new0 (Errand, 1);

  errand->exchange = exchange;
  return errand;
}

/* GET /api/appointments/{id}/messages */
void
calld_resource_messages_list (CalldExchange *exchange)
{
  Errand *errand = errand_new (exchange);

  errand->query.before = calld_exchange_get_number (exchange, "before", 0);
  errand->query.limit = (guint) calld_exchange_get_number (exchange, "limit", LIMIT_DEFAULT);
  open_appointment (errand, CALLD_ACTION_READ_MESSAGES);
}

/* POST /api/appointments/{id}/messages */
void
calld_resource_messages_send (CalldExchange *exchange)
{
  Errand *errand = errand_new (exchange);

  errand->body = calld_exchange_get_body (exchange);
  open_appointment (errand, CALLD_ACTION_SEND_MESSAGE);
}
