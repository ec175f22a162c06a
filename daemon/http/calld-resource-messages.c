/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-problem.h"
#include "calld-resources.h"

#include "call-body.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 500

/* A request about the conversation of an appointment: the conversation must be found first. */
typedef struct {
  CalldExchange *exchange;
  CalldMessageQuery query;
  CallMessageBody *body; /* of a message to be sent */
} Errand;

static CalldExchange *
errand_finish (Errand *errand)
{
  CalldExchange *exchange = errand->exchange;

  g_clear_pointer (&errand->body, call_record_unref);
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

static gboolean
read_number (CalldExchange *exchange,
             const char *name,
             guint64 minimum,
             guint64 maximum,
             guint64 *value,
             GError **error)
{
  const char *text = calld_exchange_get_query (exchange, name);

  if (text == NULL || *text == '\0' ||
      g_ascii_string_to_unsigned (text, 10, minimum, maximum, value, NULL))
    return TRUE;
  g_propagate_error (error, calld_problem_new_field (name, "This is no number in its range"));
  return FALSE;
}

/* GET /api/appointments/{id}/messages */
void
calld_resource_messages_list (CalldExchange *exchange)
{
  guint64 before = 0, limit = LIMIT_DEFAULT;
  g_autoptr (GError) error = NULL;
  Errand *errand;

  if (!read_number (exchange, "before", 1, G_MAXINT64, &before, &error) ||
      !read_number (exchange, "limit", 1, LIMIT_MAX, &limit, &error)) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  errand = g_new0 (Errand, 1);
  errand->exchange = exchange;
  errand->query.before = before;
  errand->query.limit = (guint) limit;
  open_appointment (errand, CALLD_ACTION_READ_MESSAGES);
}

/* POST /api/appointments/{id}/messages */
void
calld_resource_messages_send (CalldExchange *exchange)
{
  g_autoptr (GError) error = NULL;
  CallMessageBody *body = calld_exchange_read_body (exchange, &call_message_body, &error);
  Errand *errand;

  if (body == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  errand = g_new0 (Errand, 1);
  errand->exchange = exchange;
  errand->body = body;
  open_appointment (errand, CALLD_ACTION_SEND_MESSAGE);
}
