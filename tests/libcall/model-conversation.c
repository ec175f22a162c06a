/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-conversation-private.h"
#include "call-message-private.h"

static CallMessage *
new_message (const char *id, gint64 seq, const char *sender, const char *temp_id)
{
  return g_object_new (CALL_TYPE_MESSAGE, "id", id, "group-id", "g1", "seq", seq, "sender-id",
                       sender, "temp-id", temp_id, "content", "text", "status",
                       id != NULL ? CALL_MESSAGE_SENT : CALL_MESSAGE_SENDING, NULL);
}

static CallMessage *
add (CallConversation *conversation,
     const char *id,
     gint64 seq,
     const char *sender,
     const char *temp_id)
{
  g_autoptr (CallMessage) message = new_message (id, seq, sender, temp_id);

  return call_conversation_add (conversation, message);
}

static char *
order (CallConversation *conversation)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation)); i++) {
    g_autoptr (CallMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), i);

    g_string_append_printf (text, "%s ",
                            call_message_get_id (message) != NULL
                                ? call_message_get_id (message)
                                : call_message_get_temp_id (message));
  }
  return g_string_free (text, FALSE);
}

static void
assert_order (CallConversation *conversation, const char *expected)
{
  g_autofree char *text = order (conversation);

  g_assert_cmpstr (text, ==, expected);
}

/* Keeps a copy in step by items-changed alone, as every list view does. */
static void
mirror (GListModel *model, guint position, guint removed, guint added, GPtrArray *copy)
{
  g_assert_cmpuint (position + removed, <=, copy->len);
  for (guint i = 0; i < removed; i++)
    g_ptr_array_remove_index (copy, position);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (copy, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (copy->len, ==, g_list_model_get_n_items (model));
}

static void
assert_mirror (CallConversation *conversation, GPtrArray *copy)
{
  g_assert_cmpuint (copy->len, ==, g_list_model_get_n_items (G_LIST_MODEL (conversation)));
  for (guint i = 0; i < copy->len; i++) {
    g_autoptr (CallMessage) item = g_list_model_get_item (G_LIST_MODEL (conversation), i);

    g_assert_true (copy->pdata[i] == item);
  }
}

static void
test_order (void)
{
  CallConversation *conversation = call_conversation_new ("g1");
  g_autoptr (GPtrArray) copy = g_ptr_array_new_with_free_func (g_object_unref);

  g_signal_connect (conversation, "items-changed", G_CALLBACK (mirror), copy);
  add (conversation, "m3", 3, "a", NULL);
  add (conversation, NULL, 0, "a", "t1");
  add (conversation, "m1", 1, "a", NULL);
  add (conversation, NULL, 0, "a", "t2");
  add (conversation, "m2", 2, "b", NULL);
  assert_order (conversation, "m1 m2 m3 t1 t2 ");
  g_assert_cmpint (call_conversation_get_last_seq (conversation), ==, 3);
  assert_mirror (conversation, copy);
  g_signal_handlers_disconnect_by_data (conversation, copy);
  g_assert_finalize_object (conversation);
}

static void
test_sending_becomes_sent (void)
{
  CallConversation *conversation = call_conversation_new ("g1");
  g_autoptr (GPtrArray) copy = g_ptr_array_new_with_free_func (g_object_unref);
  CallMessage *first, *second;

  g_signal_connect (conversation, "items-changed", G_CALLBACK (mirror), copy);
  first = add (conversation, NULL, 0, "me", "t1");
  second = add (conversation, NULL, 0, "me", "t2");
  g_assert_true (add (conversation, "m8", 8, "me", "t2") == second);
  assert_order (conversation, "m8 t1 ");
  g_assert_true (add (conversation, "m9", 9, "me", "t1") == first);
  assert_order (conversation, "m8 m9 ");
  g_assert_cmpint (call_message_get_status (first), ==, CALL_MESSAGE_SENT);
  g_assert_true (call_conversation_find (conversation, "m9") == first);
  g_assert_true (call_conversation_find (conversation, "t1") == first);
  g_assert_true (add (conversation, "m9", 9, "me", NULL) == first);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 2);
  assert_mirror (conversation, copy);
  g_signal_handlers_disconnect_by_data (conversation, copy);
  g_assert_finalize_object (conversation);
}

/* Somebody else's temp id may be the same by chance or by malice. */
static void
test_foreign_temp_id (void)
{
  g_autoptr (CallConversation) conversation = call_conversation_new ("g1");
  CallMessage *mine = add (conversation, NULL, 0, "me", "t1");

  g_assert_true (add (conversation, "m1", 1, "other", "t1") != mine);
  g_assert_null (call_message_get_id (mine));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 2);
}

static void
test_status_never_goes_back (void)
{
  g_autoptr (CallConversation) conversation = call_conversation_new ("g1");
  CallMessage *message = add (conversation, "m1", 1, "me", NULL);

  call_message_set_status (message, CALL_MESSAGE_READ);
  add (conversation, "m1", 1, "me", NULL);
  g_assert_cmpint (call_message_get_status (message), ==, CALL_MESSAGE_READ);
}

static void
test_gap (void)
{
  g_autoptr (CallConversation) conversation = call_conversation_new ("g1");
  gint64 before = 0;

  g_assert_false (call_conversation_find_gap (conversation, &before));
  add (conversation, "m5", 5, "a", NULL);
  g_assert_false (call_conversation_find_gap (conversation, &before));
  add (conversation, "m6", 6, "a", NULL);
  add (conversation, "m9", 9, "a", NULL);
  add (conversation, NULL, 0, "a", "t1");
  g_assert_true (call_conversation_find_gap (conversation, &before));
  g_assert_cmpint (before, ==, 9);
  add (conversation, "m8", 8, "a", NULL);
  g_assert_true (call_conversation_find_gap (conversation, &before));
  g_assert_cmpint (before, ==, 8);
  add (conversation, "m7", 7, "a", NULL);
  g_assert_false (call_conversation_find_gap (conversation, &before));
}

static void
test_overflow (void)
{
  CallConversation *conversation = call_conversation_new ("g1");
  GListModel *model = G_LIST_MODEL (conversation);
  g_autoptr (CallMessage) first = NULL;

  for (gint64 seq = 10; seq < 10 + CALL_CONVERSATION_MAX_MESSAGES; seq++) {
    g_autofree char *id = g_strdup_printf ("m%" G_GINT64_FORMAT, seq);

    add (conversation, id, seq, "a", NULL);
  }
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, CALL_CONVERSATION_MAX_MESSAGES);
  g_assert_null (add (conversation, "m1", 1, "a", NULL)); /* older than all: not taken */
  g_assert_nonnull (add (conversation, "m9999", 99999, "a", NULL));
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, CALL_CONVERSATION_MAX_MESSAGES);
  g_assert_null (call_conversation_find (conversation, "m10"));
  first = g_list_model_get_item (model, 0);
  g_assert_cmpint (call_message_get_seq (first), ==, 11);
  g_clear_object (&first);
  g_assert_finalize_object (conversation);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/conversation/order", test_order);
  g_test_add_func ("/model/conversation/sending-becomes-sent", test_sending_becomes_sent);
  g_test_add_func ("/model/conversation/foreign-temp-id", test_foreign_temp_id);
  g_test_add_func ("/model/conversation/status-never-goes-back", test_status_never_goes_back);
  g_test_add_func ("/model/conversation/gap", test_gap);
  g_test_add_func ("/model/conversation/overflow", test_overflow);

  return g_test_run ();
}
