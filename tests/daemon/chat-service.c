/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-office.h"
#include "calld-throttle.h"

#include "call-message-rules.h"

static CallMessage *
say (Office *self, CalldIdentity *who, const char *text, const char *temp_id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  CalldChatDraft draft = {
    .conversation_id = self->clinic.appointment->conversation_id,
    .content = text,
    .kind = CALL_MESSAGE_TEXT,
    .temp_id = temp_id,
    .connection_id = 5,
  };

  calld_chat_send_async (self->chat, who, &draft, NULL, await_cb, &result);
  return calld_chat_send_finish (self->chat, await (&result), error);
}

static gboolean
mark (Office *self, CalldIdentity *who, CallMessageStatus status, const char *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  const char *ids[] = { id, NULL };

  calld_chat_mark_async (self->chat, who, status, ids, NULL, await_cb, &result);
  return calld_chat_mark_finish (self->chat, await (&result), error);
}

static void
test_send (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = say (self, self->doctor, "Bom dia", "t-1", &error);
  g_autoptr (CallMessage) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (call_message_get_seq (message), ==, 1);
  g_assert_cmpstr (call_message_get_sender_name (message), ==, "Ana Souza");
  office_assert_heard (self, "new_message", self->clinic.patient->id);
  office_assert_not_heard_by (self, "new_message", self->stranger_record->id);

  /* The same temp id gives the same message, and nobody hears twice. */
  again = say (self, self->doctor, "Bom dia", "t-1", &error);
  g_assert_cmpstr (call_message_get_id (again), ==, call_message_get_id (message));
  g_assert_cmpuint (office_count_heard (self, "new_message"), ==, 1);
}

static void
test_refused (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_text = g_strnfill (CALL_MESSAGE_MAX_LENGTH + 1, 'a');
  g_autofree char *long_id = g_strnfill (CALL_MESSAGE_TEMP_ID_MAX_LENGTH + 1, 'a');

  g_assert_null (say (self, self->stranger, "Hi", "t", &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
  g_clear_error (&error);
  g_assert_null (say (self, self->doctor, long_text, "t", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (say (self, self->doctor, "", "t", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (say (self, self->doctor, "x", long_id, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (self->heard->len, ==, 0);
}

static void
test_receipts (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = say (self, self->doctor, "Bom dia", "t-1", NULL);
  const char *id = call_message_get_id (message);

  for (int i = 0; i < 2; i++)
    g_assert_true (mark (self, self->patient, CALL_MESSAGE_DELIVERED, id, &error));
  g_assert_cmpuint (office_count_heard (self, "message_delivered"), ==, 1);
  office_assert_heard (self, "message_delivered", self->clinic.doctor->id);
  g_assert_true (mark (self, self->patient, CALL_MESSAGE_READ, id, &error));
  g_assert_cmpstr (office_last (self, CALL_NOTICE_MESSAGE_READ)->user_id, ==,
                   self->clinic.patient->id);

  /* One's own message is not delivered to oneself, and strangers mark nothing. */
  office_forget (self);
  g_assert_true (mark (self, self->doctor, CALL_MESSAGE_READ, id, &error));
  g_assert_cmpuint (self->heard->len, ==, 0);
  g_assert_false (mark (self, self->stranger, CALL_MESSAGE_READ, id, &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
}

static void
test_list (Office *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL, refused = NULL;
  g_autoptr (GPtrArray) list = NULL;
  CalldMessageQuery query = {
    .conversation_id = self->clinic.appointment->conversation_id,
    .limit = 2,
  };
  static const char *const texts[] = { "um", "dois", "três" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_unref (say (self, i % 2 ? self->patient : self->doctor, texts[i], NULL, NULL));
  calld_chat_list_async (self->chat, self->patient, &query, NULL, await_cb, &result);
  list = calld_chat_list_finish (self->chat, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (call_message_get_content (list->pdata[0]), ==, "dois");
  g_assert_cmpstr (call_message_get_content (list->pdata[1]), ==, "três");

  calld_chat_list_async (self->chat, self->stranger, &query, NULL, await_cb, &refused);
  g_assert_null (calld_chat_list_finish (self->chat, await (&refused), &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_NOT_PARTICIPANT);
}

/* --- the throttle ----------------------------------------------------------------------------- */

static void
test_throttle (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (CLINIC_NOW);
  g_autoptr (CalldThrottle) throttle = calld_throttle_new (clock, 3, 60);
  g_autoptr (GError) error = NULL;
  guint retry = 0;

  for (int i = 0; i < 3; i++)
    g_assert_true (calld_throttle_take (throttle, "a", NULL, NULL));
  g_assert_false (calld_throttle_take (throttle, "a", &retry, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_RATE_LIMITED);
  g_assert_cmpuint (retry, ==, 1);
  g_assert_true (calld_throttle_take (throttle, "b", NULL, NULL));
  calld_clock_advance (clock, 1000);
  g_assert_true (calld_throttle_take (throttle, "a", NULL, NULL));
}

static void
test_throttle_is_bounded (void)
{
  g_autoptr (CalldClock) clock = calld_clock_new_for_tests (CLINIC_NOW);
  g_autoptr (CalldThrottle) throttle = calld_throttle_new (clock, 1, 1);

  for (int i = 0; i < CALLD_THROTTLE_KEYS_MAX + 100; i++) {
    g_autofree char *key = g_strdup_printf ("%d", i);

    calld_throttle_take (throttle, key, NULL, NULL);
  }
  g_assert_cmpuint (calld_throttle_get_n_keys (throttle), <=, CALLD_THROTTLE_KEYS_MAX);
}

#define CASE(path, func) \
  g_test_add ("/chat/" path, Office, NULL, office_set_up, func, office_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);

  CASE ("send", test_send);
  CASE ("refused", test_refused);
  CASE ("receipts", test_receipts);
  CASE ("list", test_list);
  g_test_add_func ("/chat/throttle", test_throttle);
  g_test_add_func ("/chat/throttle-is-bounded", test_throttle_is_bounded);
  return g_test_run ();
}
