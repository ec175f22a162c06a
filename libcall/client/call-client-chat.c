/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-client.h"

#include "call-client-private.h"
#include "call-conversation-private.h"
#include "call-id.h"
#include "call-message-private.h"
#include "call-message-rules.h"
#include "call-time.h"

#define PAGE 100
/* How many pages are fetched to close a gap. What is older than that is there to be loaded. */
#define MAX_GAP_PAGES 20
#define OUTBOX_RETRY_MS 3000

typedef struct {
  CallConversation *conversation;
  char *appointment_id; /* messages are reached by the appointment */
} Thread;

static void
thread_free (Thread *thread)
{
  g_object_unref (thread->conversation);
  g_free (thread->appointment_id);
  g_free (thread);
}

void
call_client_clear_chat (CallClient *self)
{
  call_client_fail_outbox (self);
  g_clear_pointer (&self->conversations, g_hash_table_unref);
  self->conversations = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                               (GDestroyNotify) thread_free);
}

static void
join_group (CallClient *self, const char *group_id)
{
  g_autoptr (CallRequest) request = NULL;

  if (!call_client_is_open (self))
    return;
  request = call_request_new (CALL_REQUEST_JOIN_GROUP);
  request->group_id = g_strdup (group_id);
  call_transport_send (self->transport, request);
}

/**
 * call_client_get_conversation:
 * @self: a client
 * @appointment: an appointment
 *
 * Gets the chat of an appointment. It is live, and empty until
 * [method@Call.Client.load_messages_async].
 *
 * Returns: (transfer none) (nullable): the conversation, or %NULL if the appointment has none
 */
CallConversation *
call_client_get_conversation (CallClient *self, CallAppointment *appointment)
{
  const char *id;
  Thread *thread;

  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);
  g_return_val_if_fail (CALL_IS_APPOINTMENT (appointment), NULL);

  id = call_appointment_get_conversation_id (appointment);
  if (id == NULL)
    return NULL;
  thread = g_hash_table_lookup (self->conversations, id);
  if (thread == NULL) {
    thread = g_new0 (Thread, 1);
    thread->conversation = call_conversation_new (id);
    thread->appointment_id = g_strdup (call_appointment_get_id (appointment));
    g_hash_table_insert (self->conversations,
                         (gpointer) call_conversation_get_id (thread->conversation), thread);
    join_group (self, id);
  }
  return thread->conversation;
}

/* --- loading ---------------------------------------------------------------------------------- */

typedef struct {
  CallConversation *conversation;
  char *appointment_id;
  guint pages;   /* fetched so far, when closing a gap */
  gboolean gaps; /* go on until there is none */
} Load;

static void
load_free (Load *load)
{
  g_object_unref (load->conversation);
  g_free (load->appointment_id);
  g_free (load);
}

static void load_page (CallClient *self, GTask *task, gint64 before);

static void
on_page (CallClient *self, GTask *task, gpointer record)
{
  CallMessagesAnswer *answer = record;
  Load *load = g_task_get_task_data (task);
  gint64 before;

  for (guint i = 0; i < answer->messages->len; i++) {
    CallMessage *message = answer->messages->pdata[i];

    if (g_strcmp0 (call_message_get_group_id (message),
                   call_conversation_get_id (load->conversation)) == 0)
      call_conversation_add (load->conversation, message);
  }
  load->pages++;
  if (load->gaps && answer->messages->len > 0 && load->pages < MAX_GAP_PAGES &&
      call_conversation_find_gap (load->conversation, &before))
    load_page (self, g_object_ref (task), before);
  else
    g_task_return_boolean (task, TRUE);
}

/* Takes @task. */
static void
load_page (CallClient *self, GTask *task, gint64 before)
{
  Load *load = g_task_get_task_data (task);
  g_autofree char *query = before > 0
                               ? g_strdup_printf ("/messages?limit=%d&before=%" G_GINT64_FORMAT,
                                                  PAGE, before)
                               : g_strdup_printf ("/messages?limit=%d", PAGE);
  g_autofree char *path = call_client_appointment_path (load->appointment_id, query);

  call_client_rest (self, task, "GET", path, NULL, &call_messages_answer, on_page);
}

static GTask *
new_load (CallClient *self,
          Thread *thread,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->conversation = g_object_ref (thread->conversation);
  load->appointment_id = g_strdup (thread->appointment_id);
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  return task;
}

static gint64
oldest_seq (CallConversation *conversation)
{
  g_autoptr (CallMessage) first = g_list_model_get_item (G_LIST_MODEL (conversation), 0);

  return first != NULL ? call_message_get_seq (first) : 0;
}

/**
 * call_client_load_messages_async:
 * @self: a client
 * @conversation: a conversation of the client
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when it is done
 * @user_data: for @callback
 *
 * Loads the newest messages of a conversation; each further time the ones before them.
 */
void
call_client_load_messages_async (CallClient *self,
                                 CallConversation *conversation,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  Thread *thread;

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_CONVERSATION (conversation));

  thread = g_hash_table_lookup (self->conversations, call_conversation_get_id (conversation));
  if (thread == NULL) {
    g_task_report_new_error (self, callback, user_data, call_client_load_messages_async, CALL_ERROR,
                             CALL_ERROR_NOT_FOUND, "The conversation is not of this sign-in.");
    return;
  }
  load_page (self, new_load (self, thread, cancellable, callback, user_data),
             oldest_seq (conversation));
}

/**
 * call_client_load_messages_finish:
 * @self: a client
 * @result: what the callback got
 * @error: return location for an error
 *
 * Finishes [method@Call.Client.load_messages_async].
 *
 * Returns: %TRUE if they are in the conversation
 */
gboolean
call_client_load_messages_finish (CallClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What was written while we were away: the newest page, and on until it meets what is here. */
void
call_client_resync_chat (CallClient *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Thread *thread = value;
    GTask *task;

    join_group (self, call_conversation_get_id (thread->conversation));
    if (call_conversation_get_last_seq (thread->conversation) == 0)
      continue;
    task = new_load (self, thread, self->cancellable, NULL, NULL);
    ((Load *) g_task_get_task_data (task))->gaps = TRUE;
    load_page (self, task, 0);
  }
}

/* --- sending ---------------------------------------------------------------------------------- */

static void
on_outbox_timer (gpointer user_data)
{
  CallClient *self = user_data;

  self->outbox_timer = NULL;
  call_client_flush_outbox (self);
}

static void
settle (CallClient *self, const char *temp_id, CallMessage *stored)
{
  g_autoptr (CallMessage) message = call_outbox_remove (self->outbox, temp_id);
  Thread *thread;

  if (stored != NULL) {
    thread = g_hash_table_lookup (self->conversations, call_message_get_group_id (stored));
    if (thread != NULL)
      call_conversation_add (thread->conversation, stored);
  } else if (message != NULL) {
    call_message_set_status (message, CALL_MESSAGE_FAILED);
  }
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) holder = user_data;
  CallClient *self = g_task_get_source_object (holder);
  const char *temp_id = g_task_get_task_data (holder);
  g_autoptr (GError) error = NULL;
  CallAck *ack = call_transport_request_finish (CALL_TRANSPORT (source), result, &error);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (holder))) {
    g_clear_pointer (&ack, call_transport_ack_free);
    return;
  }
  if (ack == NULL && call_http_error_is_transient (error)) {
    call_outbox_again (self->outbox);
    call_clock_clear_timer (self->clock, &self->outbox_timer);
    self->outbox_timer = call_clock_add_timer (self->clock, OUTBOX_RETRY_MS, on_outbox_timer, self);
    return;
  }
  settle (self, temp_id, ack != NULL ? ack->message : NULL);
  g_clear_pointer (&ack, call_transport_ack_free);
  call_client_flush_outbox (self);
}

/* Sends the next message, if we are online and none is on its way. */
void
call_client_flush_outbox (CallClient *self)
{
  CallMessage *message;
  g_autoptr (CallRequest) request = NULL;
  GTask *holder;

  if (!call_client_is_open (self))
    return;
  message = call_outbox_begin (self->outbox);
  if (message == NULL)
    return;
  request = call_request_new (CALL_REQUEST_SEND_MESSAGE);
  request->group_id = g_strdup (call_message_get_group_id (message));
  request->content = g_strdup (call_message_get_content (message));
  request->message_kind = call_message_get_kind (message);
  request->temp_id = g_strdup (call_message_get_temp_id (message));
  holder = g_task_new (self, self->cancellable, NULL, NULL);
  g_task_set_task_data (holder, g_strdup (call_message_get_temp_id (message)), g_free);
  call_transport_request_async (self->transport, request, self->cancellable, sent_cb, holder);
}

/* Nobody will send them any more. */
void
call_client_fail_outbox (CallClient *self)
{
  g_autoptr (GPtrArray) left = call_outbox_take_all (self->outbox);

  if (self->clock != NULL)
    call_clock_clear_timer (self->clock, &self->outbox_timer);
  for (guint i = 0; i < left->len; i++)
    call_message_set_status (left->pdata[i], CALL_MESSAGE_FAILED);
}

/**
 * call_client_send_message:
 * @self: a client
 * @conversation: a conversation of the client
 * @text: what to say
 * @error: return location for an error
 *
 * Sends a message. It is in the conversation at once, with %CALL_MESSAGE_SENDING; its status tells
 * how it fares. While there is no connection it waits, 200 messages at most; it is never stored
 * twice.
 *
 * The error is %CALL_ERROR_INVALID if the text is empty, %CALL_ERROR_TOO_LARGE if it is longer than
 * 10000 characters, %CALL_ERROR_UNAVAILABLE if too many wait already.
 *
 * Returns: (transfer full): the message
 */
CallMessage *
call_client_send_message (CallClient *self,
                          CallConversation *conversation,
                          const char *text,
                          GError **error)
{
  g_autoptr (CallMessage) message = NULL;
  g_autofree char *temp_id = NULL;
  g_autoptr (GDateTime) now = NULL;

  g_return_val_if_fail (CALL_IS_CLIENT (self), NULL);
  g_return_val_if_fail (CALL_IS_CONVERSATION (conversation), NULL);

  if (self->user == NULL ||
      !g_hash_table_contains (self->conversations, call_conversation_get_id (conversation))) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND,
                         "The conversation is not of this sign-in.");
    return NULL;
  }
  if (!call_message_rules_check_content (text, CALL_MESSAGE_TEXT, error))
    return NULL;
  temp_id = call_id_new ();
  now = g_date_time_new_from_unix_utc (call_clock_now_ms (self->clock) / 1000);
  message = g_object_new (CALL_TYPE_MESSAGE, "group-id", call_conversation_get_id (conversation),
                          "sender-id", call_user_get_id (self->user), "sender-name",
                          call_user_get_name (self->user), "content", text, "temp-id", temp_id,
                          "created-at", now, "status", CALL_MESSAGE_SENDING, NULL);
  if (!call_outbox_push (self->outbox, message, error))
    return NULL;
  call_conversation_add (conversation, message);
  call_client_flush_outbox (self);
  return g_steal_pointer (&message);
}

/**
 * call_client_mark_read:
 * @self: a client
 * @conversation: a conversation of the client
 *
 * Tells the others that the user has read all that is in the conversation.
 */
void
call_client_mark_read (CallClient *self, CallConversation *conversation)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CallRequest) request = NULL;
  GListModel *list = G_LIST_MODEL (conversation);

  g_return_if_fail (CALL_IS_CLIENT (self));
  g_return_if_fail (CALL_IS_CONVERSATION (conversation));

  for (guint i = g_list_model_get_n_items (list); i > 0 && ids->len < CALL_REQUEST_IDS_MAX; i--) {
    g_autoptr (CallMessage) message = g_list_model_get_item (list, i - 1);

    if (call_message_get_id (message) == NULL ||
        call_message_get_status (message) == CALL_MESSAGE_READ ||
        g_strcmp0 (call_message_get_sender_id (message), call_client_get_user_id (self)) == 0)
      continue;
    g_ptr_array_add (ids, g_strdup (call_message_get_id (message)));
    if (call_client_is_open (self))
      call_message_set_status (message, CALL_MESSAGE_READ);
  }
  if (ids->len == 0 || !call_client_is_open (self))
    return;
  g_ptr_array_add (ids, NULL);
  request = call_request_new (CALL_REQUEST_MESSAGE_READ);
  request->group_id = g_strdup (call_conversation_get_id (conversation));
  request->message_ids = (char **) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
  call_transport_send (self->transport, request);
}

/* --- receiving -------------------------------------------------------------------------------- */

static CallConversation *
conversation_for (CallClient *self, const char *group_id)
{
  Thread *thread = g_hash_table_lookup (self->conversations, group_id);
  GListModel *list = G_LIST_MODEL (self->appointments);

  if (thread != NULL)
    return thread->conversation;
  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (CallAppointment) item = g_list_model_get_item (list, i);

    if (g_strcmp0 (call_appointment_get_conversation_id (item), group_id) == 0)
      return call_client_get_conversation (self, item);
  }
  return NULL;
}

static void
confirm_delivery (CallClient *self, CallMessage *message)
{
  g_autoptr (CallRequest) request = call_request_new (CALL_REQUEST_MESSAGE_DELIVERED);

  request->message_ids = g_new0 (char *, 2);
  request->message_ids[0] = g_strdup (call_message_get_id (message));
  call_transport_send (self->transport, request);
}

static void
take_new_message (CallClient *self, CallMessage *message)
{
  CallConversation *conversation = conversation_for (self, call_message_get_group_id (message));
  gboolean ours = g_strcmp0 (call_message_get_sender_id (message),
                             call_client_get_user_id (self)) == 0;
  gboolean known;
  CallMessage *live;

  if (conversation == NULL)
    return;
  known = call_message_get_id (message) != NULL &&
          call_conversation_find (conversation, call_message_get_id (message)) != NULL;
  live = call_conversation_add (conversation, message);
  if (live == NULL || ours || known)
    return;
  confirm_delivery (self, live);
  call_client_emit (self, CALL_CLIENT_MESSAGE, live);
}

static void
take_receipt (CallClient *self, const CallNotice *notice, CallMessageStatus status)
{
  Thread *thread = g_hash_table_lookup (self->conversations, notice->group_id);
  CallMessage *message = thread != NULL
                             ? call_conversation_find (thread->conversation, notice->message_id)
                             : NULL;

  if (message != NULL && call_message_get_status (message) < status)
    call_message_set_status (message, status);
}

static void
take_change (CallClient *self, const CallNotice *notice)
{
  Thread *thread = g_hash_table_lookup (self->conversations, notice->group_id);
  CallMessage *message = thread != NULL
                             ? call_conversation_find (thread->conversation, notice->message_id)
                             : NULL;
  g_autoptr (GDateTime) at = call_time_to_date_time (notice->at_ms);

  if (message == NULL)
    return;
  call_message_change (message, notice->text,
                       notice->kind == CALL_NOTICE_MESSAGE_EDITED ? at : NULL,
                       notice->kind == CALL_NOTICE_MESSAGE_DELETED ? at : NULL,
                       notice->kind == CALL_NOTICE_MESSAGE_RECALLED ? at : NULL);
}

/* "message_error" is left out: the acknowledgement has told, and better. */
void
call_client_handle_chat (CallClient *self, const CallNotice *notice)
{
  if (notice->kind == CALL_NOTICE_NEW_MESSAGE && notice->message != NULL)
    take_new_message (self, notice->message);
  else if (notice->kind == CALL_NOTICE_MESSAGE_SENT && notice->temp_id != NULL)
    settle (self, notice->temp_id, notice->message);
  else if (notice->kind == CALL_NOTICE_MESSAGE_DELIVERED && notice->group_id != NULL)
    take_receipt (self, notice, CALL_MESSAGE_DELIVERED);
  else if (notice->kind == CALL_NOTICE_MESSAGE_READ && notice->group_id != NULL)
    take_receipt (self, notice, CALL_MESSAGE_READ);
  else if (notice->kind == CALL_NOTICE_MESSAGE_EDITED ||
           notice->kind == CALL_NOTICE_MESSAGE_DELETED ||
           notice->kind == CALL_NOTICE_MESSAGE_RECALLED)
    take_change (self, notice);
  call_client_flush_outbox (self);
}
