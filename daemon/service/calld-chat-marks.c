/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat-private.h"

#include "call-notice.h"

/*
 * Delivered and read. The store keeps one mark for each member: up to where. On the wire that is
 * every message it passed, told to its sender; of those that nobody named at most EXPANDED_MAX.
 */
#define EXPANDED_MAX 200

typedef struct {
  CalldIdentity *who;
  CallMessageStatus mark;
  GPtrArray *messages; /* CalldMessageRecord, by conversation */
  guint next;          /* the first message that is not dealt with */
  CalldConversation *conversation;
  CalldReceiptRecord receipt; /* what is written; its strings are borrowed */
  guint64 before;             /* the mark before */
} Marking;

static void
marking_free (Marking *marking)
{
  calld_identity_unref (marking->who);
  g_clear_pointer (&marking->messages, g_ptr_array_unref);
  g_clear_pointer (&marking->conversation, calld_conversation_unref);
  g_free (marking);
}

static void mark_next (GTask *task);

/* Takes @task and @error. */
static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static guint64
get_mark (const Marking *marking, const CalldMemberRecord *member)
{
  return marking->mark == CALL_MESSAGE_READ ? member->read_seq : member->delivered_seq;
}

static void
tell_sender (CalldChat *self, const Marking *marking, const CalldMessageRecord *message)
{
  gboolean read = marking->mark == CALL_MESSAGE_READ;
  g_autoptr (CallNotice) notice = NULL;
  g_autofree char *sender = NULL;

  if (message->seq <= marking->before || message->seq > marking->receipt.delivered_seq ||
      g_str_equal (message->sender_id, marking->who->user_id))
    return;
  notice = call_notice_new (read ? CALL_NOTICE_MESSAGE_READ : CALL_NOTICE_MESSAGE_DELIVERED);
  sender = calld_topic_user (message->sender_id);
  notice->message_id = g_strdup (message->id);
  notice->group_id = g_strdup (message->conversation_id);
  notice->user_id = read ? g_strdup (marking->who->user_id) : NULL;
  notice->at_ms = marking->receipt.at;
  calld_bus_publish (self->bus, (const char *const[]){ sender, NULL }, notice, CALLD_PUBLISH_NONE,
                     0);
}

static void
on_passed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) passed = calld_store_list_finish (CALLD_STORE (source), result, &error);

  if (passed == NULL) {
    fail (task, error);
    return;
  }
  for (guint i = 0; i < passed->len; i++)
    tell_sender (self, g_task_get_task_data (task), passed->pdata[i]);
  mark_next (task);
}

/* Whether all messages the mark passed were named. */
static gboolean
tell_named (CalldChat *self, const Marking *marking)
{
  guint64 n_named = 0;

  for (guint i = 0; i < marking->next; i++) {
    const CalldMessageRecord *message = marking->messages->pdata[i];

    if (!g_str_equal (message->conversation_id, marking->conversation->id))
      continue;
    if (message->seq > marking->before)
      n_named++;
  }
  if (n_named < marking->receipt.delivered_seq - marking->before)
    return FALSE;
  for (guint i = 0; i < marking->next; i++) {
    const CalldMessageRecord *message = marking->messages->pdata[i];

    if (g_str_equal (message->conversation_id, marking->conversation->id))
      tell_sender (self, marking, message);
  }
  return TRUE;
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Marking *marking = g_task_get_task_data (task);
  guint64 last = marking->receipt.delivered_seq;
  CalldMessageQuery passed = {
    .conversation_id = marking->conversation->id,
    .before = last + 1,
    .limit = (guint) MIN (last - marking->before, EXPANDED_MAX),
  };
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    fail (task, error);
    return;
  }
  calld_conversations_note_marks (self->conversations, &marking->receipt);
  if (tell_named (self, marking))
    mark_next (task);
  else
    calld_store_list_messages_async (self->store, &passed, NULL, on_passed, task);
}

/* Up to where the messages of the conversation just opened go; @next moves behind them. */
static guint64
take_conversation (Marking *marking)
{
  guint64 last = 0;

  while (marking->next < marking->messages->len) {
    const CalldMessageRecord *message = marking->messages->pdata[marking->next];

    if (!g_str_equal (message->conversation_id, marking->conversation->id))
      break;
    last = MAX (last, message->seq);
    marking->next++;
  }
  return last;
}

static void
on_opened_to_mark (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  Marking *marking = g_task_get_task_data (task);
  CalldChange *change;
  guint64 last;
  GError *error = NULL;

  g_clear_pointer (&marking->conversation, calld_conversation_unref);
  marking->conversation = calld_chat_require_member_finish (self, result, &error);
  if (marking->conversation == NULL) {
    fail (task, error);
    return;
  }
  last = take_conversation (marking);
  marking->before = get_mark (
      marking, calld_conversation_find (marking->conversation, marking->who->user_id));
  /* What is marked already costs nothing. */
  if (last <= marking->before) {
    mark_next (task);
    return;
  }
  marking->receipt = (CalldReceiptRecord){
    .conversation_id = marking->conversation->id,
    .user_id = marking->who->user_id,
    .delivered_seq = last,
    .read_seq = marking->mark == CALL_MESSAGE_READ ? last : 0,
    .at = calld_clock_now_ms (self->clock),
  };
  change = calld_change_new ();
  calld_change_mark_receipt (change, &marking->receipt);
  calld_store_commit_async (self->store, change, NULL, on_marked, task);
}

/* Deals with one conversation after the other. Takes @task. */
static void
mark_next (GTask *task)
{
  CalldChat *self = g_task_get_source_object (task);
  Marking *marking = g_task_get_task_data (task);
  const CalldMessageRecord *message;

  if (marking->next == marking->messages->len) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  message = marking->messages->pdata[marking->next];
  calld_chat_require_member_async (self, marking->who, message->conversation_id, CALLD_GROUP_READ,
                                   NULL, on_opened_to_mark, task);
}

static int
compare_conversations (gconstpointer a, gconstpointer b)
{
  const CalldMessageRecord *left = *(CalldMessageRecord *const *) a;
  const CalldMessageRecord *right = *(CalldMessageRecord *const *) b;
  int order = g_strcmp0 (left->conversation_id, right->conversation_id);

  return order != 0 ? order : (left->seq > right->seq) - (left->seq < right->seq);
}

/* A message may be named twice. */
static void
sort_and_unite (GPtrArray *messages)
{
  g_ptr_array_sort (messages, compare_conversations);
  for (guint i = messages->len; i > 1; i--)
    if (compare_conversations (&messages->pdata[i - 1], &messages->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (messages, i - 1);
}

static void
on_messages_to_mark (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Marking *marking = g_task_get_task_data (task);
  GError *error = NULL;

  marking->messages = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (marking->messages == NULL) {
    fail (task, error);
    return;
  }
  sort_and_unite (marking->messages);
  mark_next (task);
}

/**
 * calld_chat_mark_async:
 * @self: the chat
 * @who: who received or read
 * @mark: %CALL_MESSAGE_DELIVERED or %CALL_MESSAGE_READ
 * @message_ids: which messages
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Marks messages up to the newest of @message_ids in each conversation. Marks only move forward;
 * may be repeated.
 */
void
calld_chat_mark_async (CalldChat *self,
                       CalldIdentity *who,
                       CallMessageStatus mark,
                       const char *const *message_ids,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Marking *marking = g_new0 (Marking, 1);

  marking->who = calld_identity_ref (who);
  marking->mark = mark;
  g_task_set_task_data (task, marking, (GDestroyNotify) marking_free);
  g_task_set_check_cancellable (task, FALSE);
  calld_store_list_messages_by_id_async (self->store, message_ids, cancellable, on_messages_to_mark,
                                         task);
}

/**
 * calld_chat_mark_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_chat_mark_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
