/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "client-fixture.h"

#define MESSAGES "GET /api/appointments/" VISIT "/messages"

/* The id of message number @seq. */
static char *
message_id (guint seq)
{
  return g_strdup_printf ("99999999-9999-4999-8999-%012u", seq);
}

static char *
message_json (guint seq, const char *sender, const char *temp_id)
{
  g_autofree char *id = message_id (seq);
  g_autofree char *temp = temp_id != NULL ? g_strdup_printf (",\"tempId\":\"%s\"", temp_id)
                                          : g_strdup ("");

  return g_strdup_printf (
      "{\"id\":\"%s\",\"groupId\":\"" CHAT "\",\"seq\":%u,\"senderId\":\"%s\",\"senderName\":\"X\","
      "\"content\":\"text %u\",\"type\":\"text\"%s,\"createdAt\":\"2026-03-02T14:00:00.000Z\","
      "\"status\":\"sent\"}",
      id, seq, sender, seq, temp);
}

static char *
page_json (guint first, guint last)
{
  GString *text = g_string_new ("{\"messages\":[");

  for (guint seq = first; seq <= last; seq++) {
    g_autofree char *message = message_json (seq, PATIENT, NULL);

    g_string_append_printf (text, "%s%s", seq > first ? "," : "", message);
  }
  g_string_append (text, "]}");
  return g_string_free (text, FALSE);
}

static void
answer_page (Fixture *fixture, guint first, guint last)
{
  g_autofree char *page = page_json (first, last);

  fake_server_answer (fixture->server, MESSAGES, 200, page);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture_set_up (fixture, NULL);
  fixture_go_online (fixture);
}

static CallConversation *
conversation (Fixture *fixture)
{
  return call_client_get_conversation (fixture->client, fixture_visit (fixture));
}

static guint
length (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (conversation (fixture)));
}

static CallMessage *
send_text (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;
  CallMessage *message = call_client_send_message (fixture->client, conversation (fixture), text,
                                                   &error);

  g_assert_no_error (error);
  return message;
}

static void
load (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_load_messages_async (fixture->client, conversation (fixture), NULL, test_result_cb,
                                   &result);
  test_await (result != NULL);
  call_client_load_messages_finish (fixture->client, result, &error);
  g_assert_no_error (error);
}

/* The server takes what is sent next as message number @seq. */
static void
accept_next (Fixture *fixture, guint seq)
{
  g_autofree char *message = message_json (seq, DOCTOR, NULL);
  g_autofree char *ack = g_strdup_printf ("{\"ok\":true,\"message\":%s}", message);

  fake_server_acknowledge (fixture->server, "send_message", ack);
}

static void
test_send (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) message = NULL;
  g_autofree char *echo = NULL;

  fake_server_acknowledge (fixture->server, "send_message", NULL);
  message = send_text (fixture, "Bom dia");
  g_assert_cmpint (call_message_get_status (message), ==, CALL_MESSAGE_SENDING);
  g_assert_cmpuint (length (fixture), ==, 1);
  test_await (fake_server_count (fixture->server, "event send_message") == 1);
  /* The stored message comes as an event, and again: it is there once. */
  echo = message_json (1, DOCTOR, call_message_get_temp_id (message));
  fake_server_emit (fixture->server, "new_message", echo);
  fake_server_emit (fixture->server, "new_message", echo);
  test_await (call_message_get_status (message) == CALL_MESSAGE_SENT);
  g_assert_cmpint (call_message_get_seq (message), ==, 1);
  g_assert_cmpuint (length (fixture), ==, 1);
}

static void
test_acknowledged (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) message = NULL;
  g_autofree char *event = NULL;
  g_autofree char *id = message_id (1);

  fake_server_acknowledge (fixture->server, "send_message", NULL);
  message = send_text (fixture, "Bom dia");
  test_await (fake_server_count (fixture->server, "event send_message") == 1);
  {
    g_autofree char *stored = message_json (1, DOCTOR, call_message_get_temp_id (message));

    event = g_strdup_printf ("{\"tempId\":\"%s\",\"message\":%s,\"success\":true}",
                             call_message_get_temp_id (message), stored);
  }
  fake_server_emit (fixture->server, "message_sent", event);
  test_await (call_message_get_status (message) == CALL_MESSAGE_SENT);
  g_assert_cmpstr (call_message_get_id (message), ==, id);
  {
    g_autofree char *delivered = g_strdup_printf ("{\"messageId\":\"%s\",\"groupId\":\"" CHAT
                                                  "\",\"timestamp\":\"2026-03-02T14:00:01.000Z\"}",
                                                  id);
    g_autofree char *read = g_strdup_printf (
        "{\"messageId\":\"%s\",\"readBy\":\"" PATIENT "\",\"groupId\":\"" CHAT "\"}", id);

    fake_server_emit (fixture->server, "message_read", read);
    fake_server_emit (fixture->server, "message_delivered", delivered); /* overtaken */
  }
  test_await (call_message_get_status (message) == CALL_MESSAGE_READ);
  test_settle ();
  g_assert_cmpint (call_message_get_status (message), ==, CALL_MESSAGE_READ);
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) message = NULL;

  fake_server_acknowledge (fixture->server, "send_message",
                           "{\"ok\":false,\"error\":{\"code\":\"forbidden\",\"message\":\"No.\"}}");
  message = send_text (fixture, "Bom dia");
  test_await (call_message_get_status (message) == CALL_MESSAGE_FAILED);
  g_assert_cmpuint (call_outbox_get_length (fixture->client->outbox), ==, 0);
}

static void
test_rate_limited (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) message = NULL;

  fake_server_acknowledge (
      fixture->server, "send_message",
      "{\"ok\":false,\"error\":{\"code\":\"rate_limited\",\"message\":\"Slowly.\"}}");
  message = send_text (fixture, "Bom dia");
  test_await (fixture->client->outbox_timer != NULL);
  g_assert_cmpint (call_message_get_status (message), ==, CALL_MESSAGE_SENDING);
  accept_next (fixture, 1);
  call_clock_advance (fixture->clock, 3000);
  test_await (call_outbox_get_length (fixture->client->outbox) == 0);
  g_assert_cmpuint (fake_server_count (fixture->server, "event send_message"), ==, 2);
}

static void
test_bad_texts (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (10001, 'x');
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) large = NULL;
  g_autoptr (GError) foreign = NULL;
  g_autoptr (CallConversation) other = call_conversation_new (VISIT_2);

  g_assert_null (call_client_send_message (fixture->client, conversation (fixture), " ", &empty));
  g_assert_error (empty, CALL_ERROR, CALL_ERROR_INVALID);
  g_assert_null (
      call_client_send_message (fixture->client, conversation (fixture), long_text, &large));
  g_assert_error (large, CALL_ERROR, CALL_ERROR_TOO_LARGE);
  g_assert_null (call_client_send_message (fixture->client, other, "Hello", &foreign));
  g_assert_error (foreign, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  g_assert_cmpuint (length (fixture), ==, 0);
}

/* Written without a connection, sent once when it is back, in order. */
static void
test_offline (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) first = NULL;
  g_autoptr (CallMessage) second = NULL;

  fake_server_cut (fixture->server);
  test_await (call_client_get_connection_state (fixture->client) == CALL_CONNECTION_RECONNECTING);
  first = send_text (fixture, "one");
  second = send_text (fixture, "two");
  fake_server_acknowledge (fixture->server, "send_message", NULL);
  fixture_advance_until_online (fixture);
  test_await (fake_server_count (fixture->server, "event send_message") == 1);
  g_assert_nonnull (strstr (fake_server_last_body (fixture->server, "event send_message"),
                            call_message_get_temp_id (first)));
  /* The acknowledgement is lost with the connection: sent again, under the same temp id. */
  accept_next (fixture, 1);
  fake_server_cut (fixture->server);
  fixture_advance_until_online (fixture);
  test_await (call_outbox_get_length (fixture->client->outbox) == 0);
  g_assert_cmpuint (fake_server_count (fixture->server, "event send_message"), ==, 3);
  g_assert_nonnull (strstr (fake_server_last_body (fixture->server, "event send_message"),
                            call_message_get_temp_id (second)));
}

static void
test_outbox_overflow (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_server_cut (fixture->server);
  test_await (call_client_get_connection_state (fixture->client) == CALL_CONNECTION_RECONNECTING);
  for (guint i = 0; i < CALL_OUTBOX_MAX; i++)
    g_object_unref (send_text (fixture, "x"));
  g_assert_null (call_client_send_message (fixture->client, conversation (fixture), "x", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_cmpuint (length (fixture), ==, CALL_OUTBOX_MAX);
}

static void
test_sign_out_fails_the_rest (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallMessage) message = NULL;

  fake_server_acknowledge (fixture->server, "send_message", NULL);
  message = send_text (fixture, "x");
  call_client_sign_out (fixture->client);
  g_assert_cmpint (call_message_get_status (message), ==, CALL_MESSAGE_FAILED);
}

static void
on_received (CallClient *client, CallMessage *message, guint *count)
{
  (*count)++;
}

static void
test_receive (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *theirs = message_json (1, PATIENT, NULL);
  g_autofree char *ours = message_json (2, DOCTOR, NULL);
  g_autofree char *third = message_json (3, PATIENT, NULL);
  guint received = 0;

  g_signal_connect (fixture->client, "message-received", G_CALLBACK (on_received), &received);
  fake_server_emit (fixture->server, "new_message", theirs);
  fake_server_emit (fixture->server, "new_message", theirs);
  fake_server_emit (fixture->server, "new_message", ours); /* from another device of this user */
  fake_server_emit (fixture->server, "new_message", third);
  test_await (length (fixture) == 3);
  g_assert_cmpuint (received, ==, 2);
  test_await (fake_server_count (fixture->server, "event message_delivered") == 2);
  call_client_mark_read (fixture->client, conversation (fixture));
  test_await (fake_server_count (fixture->server, "event message_read") == 1);
  call_client_mark_read (fixture->client, conversation (fixture));
  test_settle ();
  g_assert_cmpuint (fake_server_count (fixture->server, "event message_read"), ==, 1);
  g_signal_handlers_disconnect_by_data (fixture->client, &received);
}

static void
test_pages (Fixture *fixture, gconstpointer unused)
{
  answer_page (fixture, 101, 200);
  load (fixture);
  g_assert_cmpuint (length (fixture), ==, 100);
  answer_page (fixture, 1, 100);
  load (fixture);
  g_assert_cmpuint (length (fixture), ==, 200);
  answer_page (fixture, 1, 100);
  load (fixture);
  g_assert_cmpuint (length (fixture), ==, 200);
}

/* After a loss: the newest page, then on until it meets what is here. */
static void
test_gap_is_closed (Fixture *fixture, gconstpointer unused)
{
  guint asked;

  answer_page (fixture, 1, 10);
  load (fixture);
  asked = fake_server_count (fixture->server, MESSAGES);
  answer_page (fixture, 13, 15);
  fake_server_cut (fixture->server);
  fixture_advance_until_online (fixture);
  test_await (length (fixture) == 13);
  answer_page (fixture, 11, 12);
  test_await (length (fixture) == 15);
  g_assert_cmpuint (fake_server_count (fixture->server, MESSAGES), >=, asked + 2);
}

/* A server that has lost messages does not make us ask for ever. */
static void
test_gap_that_stays (Fixture *fixture, gconstpointer unused)
{
  guint asked;

  answer_page (fixture, 1, 10);
  load (fixture);
  asked = fake_server_count (fixture->server, MESSAGES);
  answer_page (fixture, 13, 15);
  fake_server_cut (fixture->server);
  fixture_advance_until_online (fixture);
  test_await (fake_server_count (fixture->server, MESSAGES) == asked + 20);
  test_settle ();
  g_assert_cmpuint (fake_server_count (fixture->server, MESSAGES), ==, asked + 20);
}

static void
test_load_of_foreign_conversation (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (CallConversation) other = call_conversation_new (VISIT_2);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_load_messages_async (fixture->client, other, NULL, test_result_cb, &result);
  test_await (result != NULL);
  g_assert_false (call_client_load_messages_finish (fixture->client, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
}

#define ADD(path, func) \
  g_test_add ("/client/chat/" path, Fixture, NULL, set_up, func, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("send", test_send);
  ADD ("acknowledged", test_acknowledged);
  ADD ("refused", test_refused);
  ADD ("rate-limited", test_rate_limited);
  ADD ("bad-texts", test_bad_texts);
  ADD ("offline", test_offline);
  ADD ("outbox-overflow", test_outbox_overflow);
  ADD ("sign-out-fails-the-rest", test_sign_out_fails_the_rest);
  ADD ("receive", test_receive);
  ADD ("pages", test_pages);
  ADD ("gap-is-closed", test_gap_is_closed);
  ADD ("gap-that-stays", test_gap_that_stays);
  ADD ("foreign-conversation", test_load_of_foreign_conversation);

  return g_test_run ();
}
