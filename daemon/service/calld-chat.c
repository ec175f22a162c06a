/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat.h"

#include "calld-access.h"
#include "calld-log.h"
#include "calld-view.h"

#include "call-message-rules.h"
#include "call-notice.h"

/*
 * The conversation of an appointment. Its members are the appointment's doctor and patient; who may
 * read and write is the access policy's to say.
 */

struct _CalldChat {
  GObject parent_instance;

  CalldConfig *config;
  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
};

G_DEFINE_FINAL_TYPE (CalldChat, calld_chat, G_TYPE_OBJECT)

/* --- open ------------------------------------------------------------------------------------- */

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  CalldIdentity *who = g_task_get_task_data (task);
  g_autoptr (CalldAppointmentRecord) record = NULL;
  GError *error = NULL;

  record = calld_store_get_appointment_finish (CALLD_STORE (source), result, &error);
  if (record == NULL || !calld_access_check (self->config, who, CALL_ACTION_CHAT, record, NULL,
                                             calld_clock_now_ms (self->clock), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&record),
                           (GDestroyNotify) calld_appointment_record_free);
}

/**
 * calld_chat_open_async:
 * @self: the chat
 * @who: who asks
 * @conversation_id: which conversation
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets the appointment a conversation belongs to, for somebody who may talk in it. Whoever
 * may not write may not read either: what is said is between the two.
 */
void
calld_chat_open_async (CalldChat *self,
                       CalldIdentity *who,
                       const char *conversation_id,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_task_data (task, calld_identity_ref (who), (GDestroyNotify) calld_identity_unref);
  calld_store_get_appointment_by_conversation_async (self->store, conversation_id, cancellable,
                                                     on_appointment, task);
}

/**
 * calld_chat_open_finish:
 * @self: the chat
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND, or what the access policy said
 *
 * Returns: (transfer full): the appointment, or %NULL with @error
 */
CalldAppointmentRecord *
calld_chat_open_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- send ------------------------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  CalldMessageRecord *message;
  CalldAppointmentRecord *appointment;
  guint64 connection_id;
  gint64 began_us;
} Sending;

static void
sending_free (Sending *sending)
{
  calld_identity_unref (sending->who);
  calld_message_record_free (sending->message);
  g_clear_pointer (&sending->appointment, calld_appointment_record_free);
  g_free (sending);
}

static void
publish_message (CalldChat *self, Sending *sending, CallMessage *message)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_NEW_MESSAGE);
  g_autofree char *conversation = calld_topic_conversation (sending->appointment->conversation_id);
  g_autofree char *doctor = calld_topic_user (sending->appointment->doctor_id);
  g_autofree char *patient = calld_topic_user (sending->appointment->patient_id);
  const char *const topics[] = { conversation, doctor, patient, NULL };

  notice->message = g_object_ref (message);
  notice->at_ms = sending->message->created_at;
  calld_bus_publish (self->bus, topics, notice, CALLD_PUBLISH_NONE, sending->connection_id);
}

static void
on_appended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);
  g_autoptr (CalldMessageRecord) stored = NULL;
  g_autoptr (CallMessage) message = NULL;
  gboolean repeated = FALSE;
  GError *error = NULL;

  stored = calld_store_append_message_finish (CALLD_STORE (source), result, &repeated, &error);
  if (stored == NULL) {
    g_task_return_error (task, error);
    return;
  }
  message = calld_view_message (stored);
  if (!repeated)
    publish_message (self, sending, message);
  calld_log_debug ("message_sent", .appointment_id = sending->appointment->id,
                   .user_id = sending->who->user_id, .connection_id = sending->connection_id,
                   .latency_us = calld_clock_monotonic_us (self->clock) - sending->began_us);
  g_task_return_pointer (task, g_steal_pointer (&message), g_object_unref);
}

static void
on_opened_to_send (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  Sending *sending = g_task_get_task_data (task);
  GError *error = NULL;

  sending->appointment = calld_chat_open_finish (self, result, &error);
  if (sending->appointment == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_append_message_async (self->store, sending->message, NULL, on_appended, task);
}

/**
 * calld_chat_send_async:
 * @self: the chat
 * @who: who says it
 * @draft: what
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Sends a message. The same temp_id of the same sender gives the same message again, and tells
 * nobody again.
 */
void
calld_chat_send_async (CalldChat *self,
                       CalldIdentity *who,
                       const CalldChatDraft *draft,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Sending *sending = g_new0 (Sending, 1);
  GError *error = NULL;

  sending->who = calld_identity_ref (who);
  sending->connection_id = draft->connection_id;
  sending->began_us = calld_clock_monotonic_us (self->clock);
  sending->message = calld_message_record_new (draft->conversation_id, who->user_id, draft->content,
                                               draft->kind, draft->temp_id,
                                               calld_clock_now_ms (self->clock));
  sending->message->reply_to_id = g_strdup (draft->reply_to_id);
  g_task_set_task_data (task, sending, (GDestroyNotify) sending_free);
  g_task_set_check_cancellable (task, FALSE);
  if (!call_message_rules_check_content (draft->content, draft->kind, &error) ||
      (draft->temp_id != NULL && !call_message_rules_check_temp_id (draft->temp_id, &error))) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_chat_open_async (self, who, draft->conversation_id, cancellable, on_opened_to_send, task);
}

/**
 * calld_chat_send_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the message as stored, or %NULL with @error
 */
CallMessage *
calld_chat_send_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- delivered and read ----------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  CallMessageStatus mark;
  GPtrArray *messages; /* CalldMessageRecord; only those that moved are told */
  guint next;          /* the next conversation is that of this message */
  char *conversation_id;
} Marking;

static void
marking_free (Marking *marking)
{
  calld_identity_unref (marking->who);
  g_clear_pointer (&marking->messages, g_ptr_array_unref);
  g_free (marking->conversation_id);
  g_free (marking);
}

static void mark_next (GTask *task);

static void
tell_sender (CalldChat *self, Marking *marking, const CalldMessageRecord *message)
{
  gboolean read = marking->mark == CALL_MESSAGE_READ;
  g_autoptr (CallNotice) notice = call_notice_new (read ? CALL_NOTICE_MESSAGE_READ
                                                        : CALL_NOTICE_MESSAGE_DELIVERED);
  g_autofree char *sender = calld_topic_user (message->sender_id);
  const char *const topics[] = { sender, NULL };

  notice->message_id = g_strdup (message->id);
  notice->group_id = g_strdup (message->conversation_id);
  notice->user_id = read ? g_strdup (marking->who->user_id) : NULL;
  notice->at_ms = calld_clock_now_ms (self->clock);
  calld_bus_publish (self->bus, topics, notice, CALLD_PUBLISH_NONE, 0);
}

/* Whether the message is one of those just dealt with, and moved by it. */
static gboolean
has_moved (Marking *marking, const CalldMessageRecord *message)
{
  return g_str_equal (message->conversation_id, marking->conversation_id) &&
         !g_str_equal (message->sender_id, marking->who->user_id) &&
         message->status < marking->mark;
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  Marking *marking = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  for (guint i = 0; i < marking->messages->len; i++)
    if (has_moved (marking, marking->messages->pdata[i]))
      tell_sender (self, marking, marking->messages->pdata[i]);
  mark_next (task);
}

static void
on_opened_to_mark (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  Marking *marking = g_task_get_task_data (task);
  g_autoptr (CalldAppointmentRecord) appointment = NULL;
  g_autoptr (CalldChange) change = calld_change_new ();
  CalldReceiptRecord receipt = {
    .conversation_id = marking->conversation_id,
    .user_id = marking->who->user_id,
    .at = calld_clock_now_ms (self->clock),
  };
  GError *error = NULL;

  appointment = calld_chat_open_finish (self, result, &error);
  if (appointment == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  for (guint i = 0; i < marking->messages->len; i++) {
    const CalldMessageRecord *message = marking->messages->pdata[i];

    if (g_str_equal (message->conversation_id, marking->conversation_id))
      receipt.delivered_seq = MAX (receipt.delivered_seq, message->seq);
  }
  if (marking->mark == CALL_MESSAGE_READ)
    receipt.read_seq = receipt.delivered_seq;
  calld_change_mark_receipt (change, &receipt);
  calld_store_commit_async (self->store, g_steal_pointer (&change), NULL, on_marked, task);
}

/* Deals with one conversation after the other. Takes @task. */
static void
mark_next (GTask *task)
{
  CalldChat *self = g_task_get_source_object (task);
  Marking *marking = g_task_get_task_data (task);
  const char *done = marking->conversation_id;

  /* Messages come sorted by conversation. */
  while (marking->next < marking->messages->len) {
    const CalldMessageRecord *message = marking->messages->pdata[marking->next];

    if (g_strcmp0 (message->conversation_id, done) != 0)
      break;
    marking->next++;
  }
  if (marking->next == marking->messages->len) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  g_free (marking->conversation_id);
  marking->conversation_id = g_strdup (
      ((CalldMessageRecord *) marking->messages->pdata[marking->next])->conversation_id);
  calld_chat_open_async (self, marking->who, marking->conversation_id, NULL, on_opened_to_mark,
                         task);
}

static int
compare_conversations (gconstpointer a, gconstpointer b)
{
  const CalldMessageRecord *left = *(CalldMessageRecord *const *) a;
  const CalldMessageRecord *right = *(CalldMessageRecord *const *) b;

  return g_strcmp0 (left->conversation_id, right->conversation_id);
}

static void
on_messages_to_mark (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Marking *marking = g_task_get_task_data (task);
  GError *error = NULL;

  marking->messages = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (marking->messages == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_ptr_array_sort (marking->messages, compare_conversations);
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
 * Marks messages up to the newest of @message_ids. Marks only move forward; may be repeated.
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

/* --- list ------------------------------------------------------------------------------------- */

static void
on_messages (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (records == NULL) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (views, calld_view_message (records->pdata[i]));
  g_task_return_pointer (task, g_steal_pointer (&views), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_opened_to_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  CalldMessageQuery *query = g_task_get_task_data (task);
  g_autoptr (CalldAppointmentRecord) appointment = NULL;
  GError *error = NULL;

  appointment = calld_chat_open_finish (self, result, &error);
  if (appointment == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  query->conversation_id = appointment->conversation_id;
  calld_store_list_messages_async (self->store, query, g_task_get_cancellable (task), on_messages,
                                   task);
}

/**
 * calld_chat_list_async:
 * @self: the chat
 * @who: who reads
 * @query: which messages
 * @cancellable: (nullable): cancels
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists messages of a conversation by sequence.
 */
void
calld_chat_list_async (CalldChat *self,
                       CalldIdentity *who,
                       const CalldMessageQuery *query,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_task_data (task, g_memdup2 (query, sizeof *query), g_free);
  calld_chat_open_async (self, who, query->conversation_id, cancellable, on_opened_to_list, task);
}

/**
 * calld_chat_list_finish:
 * @self: the chat
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (element-type CallMessage): the messages, or %NULL with @error
 */
GPtrArray *
calld_chat_list_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_chat_dispose (GObject *object)
{
  CalldChat *self = CALLD_CHAT (object);

  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);

  G_OBJECT_CLASS (calld_chat_parent_class)->dispose (object);
}

static void
calld_chat_class_init (CalldChatClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = calld_chat_dispose;
}

static void
calld_chat_init (CalldChat *self)
{
}

/**
 * calld_chat_new:
 * @config: settings
 * @clock: the clock
 * @store: where messages are
 * @bus: where events go
 *
 * Returns: (transfer full): the chat
 */
CalldChat *
calld_chat_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus)
{
  CalldChat *self = g_object_new (CALLD_TYPE_CHAT, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  return self;
}
