/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-handler"

#include "config.h"

#include "calld-handler-private.h"

#include "calld-log.h"
#include "calld-problem.h"

#include "call-dto.h"

/* --- rooms ------------------------------------------------------------------------------------ */

static void
enter_room (CalldErrand *errand, const CalldConversation *conversation)
{
  if (errand->self->gateway != NULL)
    calld_gateway_join (errand->self->gateway, errand->connection_id, conversation->topic);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_auto (CallAck) ack = { 0 };
  g_autoptr (GError) error = NULL;
  CalldConversation *conversation;

  ack.group = calld_chat_group_finish (CALLD_CHAT (source), result, &error);
  if (ack.group == NULL) {
    calld_errand_fail (errand, error);
    return;
  }
  conversation = calld_conversations_peek (calld_chat_get_conversations (CALLD_CHAT (source)),
                                           call_group_get_id (ack.group));
  if (conversation != NULL)
    enter_room (errand, conversation);
  calld_errand_ack (errand, &ack);
}

static void
on_opened_to_join (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  CalldChat *chat = CALLD_CHAT (source);
  g_auto (CallAck) ack = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (chat, result,
                                                                                 &error);
  CalldGroupOrder order = { .action = CALLD_GROUP_JOIN,
                            .conversation_id = errand->request->group_id };

  if (conversation != NULL) {
    enter_room (errand, conversation);
    ack.group = calld_chat_view_group (conversation, errand->who->user_id);
    calld_errand_ack (errand, &ack);
  } else if (calld_problem_get_code (error) == CALL_ERROR_NOT_PARTICIPANT) {
    /* Where anybody may join, this is how. */
    calld_chat_order_async (chat, errand->who, &order, NULL, on_joined, errand);
  } else {
    calld_errand_fail (errand, error);
  }
}

/**
 * calld_handler_join_group:
 * @errand: (transfer full): `join_group`, or `subscribe` to a conversation
 */
void
calld_handler_join_group (CalldErrand *errand)
{
  calld_chat_require_member_async (errand->self->parts.chat, errand->who, errand->request->group_id,
                                   CALLD_GROUP_READ, NULL, on_opened_to_join, errand);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallGroup) group = calld_chat_group_finish (CALLD_CHAT (source), result, &error);

  if (group != NULL)
    calld_errand_ok (errand, NULL, NULL);
  else
    calld_errand_fail (errand, error);
}

static void
on_opened_to_leave (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  CalldChat *chat = CALLD_CHAT (source);
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (chat, result,
                                                                                 NULL);
  const CalldMemberRecord *own = conversation != NULL
                                     ? calld_conversation_find (conversation, errand->who->user_id)
                                     : NULL;
  CalldGroupOrder order = { .action = CALLD_GROUP_LEAVE,
                            .conversation_id = errand->request->group_id };

  /* Who joined by an event leaves by one. Elsewhere a screen was closed: membership stays. */
  if (own != NULL && conversation->open && own->role == CALL_GROUP_ROLE_MEMBER)
    calld_chat_order_async (chat, errand->who, &order, NULL, on_left, errand);
  else
    calld_errand_ok (errand, NULL, NULL);
}

/**
 * calld_handler_leave_group:
 * @errand: (transfer full): `leave_group`
 */
void
calld_handler_leave_group (CalldErrand *errand)
{
  g_autofree char *topic = calld_topic_conversation (errand->request->group_id);

  if (errand->self->gateway != NULL)
    calld_gateway_leave (errand->self->gateway, errand->connection_id, topic);
  calld_chat_require_member_async (errand->self->parts.chat, errand->who, errand->request->group_id,
                                   CALLD_GROUP_READ, NULL, on_opened_to_leave, errand);
}

typedef struct {
  CalldHandler *self;
  guint64 connection_id;
} Arrival;

static void
on_rooms (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Arrival *arrival = user_data;
  CalldHandler *self = arrival->self;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) topics = calld_chat_list_rooms_finish (CALLD_CHAT (source), result, &error);

  if (topics == NULL)
    calld_log_warning ("rooms_not_joined", .connection_id = arrival->connection_id,
                       .detail = error->message);
  for (guint i = 0; topics != NULL && topics[i] != NULL && self->gateway != NULL; i++)
    calld_gateway_join (self->gateway, arrival->connection_id, topics[i]);
  g_object_unref (self);
  g_free (arrival);
}

/**
 * calld_handler_enter_rooms:
 * @self: the handler
 * @connection: one that has just signed in
 *
 * Puts a connection into the rooms of its user's groups, for front ends that never ask for it.
 */
void
calld_handler_enter_rooms (CalldHandler *self, const CalldConnection *connection)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->self = g_object_ref (self);
  arrival->connection_id = connection->id;
  calld_chat_list_rooms_async (self->parts.chat, connection->identity, NULL, on_rooms, arrival);
}

/**
 * calld_handler_move:
 * @topic: of a conversation
 * @user_id: who came or left
 * @joined: which
 * @user_data: the handler
 *
 * Puts all connections of a user into a room or out of it.
 */
void
calld_handler_move (const char *topic, const char *user_id, gboolean joined, gpointer user_data)
{
  CalldHandler *self = user_data;
  g_autofree guint64 *ids = NULL;
  gsize n = 0;

  if (self->gateway != NULL)
    ids = calld_gateway_list (self->gateway, user_id, &n);
  for (gsize i = 0; i < n; i++) {
    if (joined)
      calld_gateway_join (self->gateway, ids[i], topic);
    else
      calld_gateway_leave (self->gateway, ids[i], topic);
  }
}

/* --- messages --------------------------------------------------------------------------------- */

/**
 * calld_errand_tell_message_error:
 * @errand: what was refused
 * @error: why
 *
 * Tells the connection with the event that older front ends wait for.
 */
void
calld_errand_tell_message_error (CalldErrand *errand, const GError *error)
{
  g_autoptr (CallErrorBody) body = calld_problem_get_body (error);
  CallNotice *notice = call_notice_new (CALL_NOTICE_MESSAGE_ERROR);

  notice->temp_id = g_strdup (errand->request->temp_id);
  notice->message_id = g_strdup (errand->request->message_id);
  notice->text = g_strdup (body->message);
  notice->code = g_strdup (body->code);
  notice->retry_after = body->retry_after;
  calld_errand_tell (errand, notice);
}

static void
refuse_message (CalldErrand *errand, const GError *error)
{
  calld_errand_tell_message_error (errand, error);
  calld_errand_fail (errand, error);
}

/**
 * calld_errand_sent:
 * @errand: (transfer full): something that became a message
 * @message: (nullable): the message as stored
 * @error: (nullable): why not
 *
 * Ends an errand with `message_sent` or `message_error`, and with the acknowledgement.
 */
void
calld_errand_sent (CalldErrand *errand, CallMessage *message, const GError *error)
{
  g_autofree char *json = NULL;
  CallNotice *notice;

  if (message == NULL) {
    refuse_message (errand, error);
    return;
  }
  calld_company_stop_typing (errand->self->parts.company, errand->who->user_id,
                             errand->request->group_id);
  notice = call_notice_new (CALL_NOTICE_MESSAGE_SENT);
  notice->temp_id = g_strdup (errand->request->temp_id);
  notice->message = g_object_ref (message);
  notice->success = TRUE;
  calld_errand_tell (errand, notice);
  json = call_dto_to_json (&call_dto_message, message);
  calld_errand_ok (errand, "message", json);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = calld_chat_send_finish (CALLD_CHAT (source), result, &error);

  calld_errand_sent (user_data, message, error);
}

/**
 * calld_handler_send_message:
 * @errand: (transfer full): `send_message`
 */
void
calld_handler_send_message (CalldErrand *errand)
{
  const CallRequest *request = errand->request;
  CalldChatDraft draft = {
    .conversation_id = request->group_id,
    .content = request->content,
    .kind = (CallMessageKind) request->message_kind,
    .reply_to_id = request->reply_to_id,
    .temp_id = request->temp_id,
    .connection_id = errand->connection_id,
  };

  calld_chat_send_async (errand->self->parts.chat, errand->who, &draft, NULL, on_sent, errand);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallMessage) message = calld_chat_change_finish (CALLD_CHAT (source), result, &error);
  g_autofree char *json = NULL;

  if (message == NULL) {
    refuse_message (errand, error);
    return;
  }
  json = call_dto_to_json (&call_dto_message, message);
  calld_errand_ok (errand, "message", json);
}

static void
change (CalldErrand *errand, CalldMessageChangeKind kind)
{
  calld_chat_change_async (errand->self->parts.chat, errand->who, kind, errand->request->message_id,
                           errand->request->content, NULL, on_changed, errand);
}

/**
 * calld_handler_edit_message:
 * @errand: (transfer full): `edit_message`
 */
void
calld_handler_edit_message (CalldErrand *errand)
{
  change (errand, CALLD_MESSAGE_EDIT);
}

/**
 * calld_handler_delete_message:
 * @errand: (transfer full): `delete_message`
 */
void
calld_handler_delete_message (CalldErrand *errand)
{
  change (errand, CALLD_MESSAGE_DELETE);
}

/**
 * calld_handler_recall_message:
 * @errand: (transfer full): `recall_message`
 */
void
calld_handler_recall_message (CalldErrand *errand)
{
  change (errand, CALLD_MESSAGE_RECALL);
}

static void
on_marked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_chat_mark_finish (CALLD_CHAT (source), result, &error))
    calld_errand_ok (errand, NULL, NULL);
  else
    calld_errand_fail (errand, error);
}

static void
mark (CalldErrand *errand, CallMessageStatus status)
{
  calld_chat_mark_async (errand->self->parts.chat, errand->who, status,
                         (const char *const *) errand->request->message_ids, NULL, on_marked,
                         errand);
}

/**
 * calld_handler_message_delivered:
 * @errand: (transfer full): `message_delivered`
 */
void
calld_handler_message_delivered (CalldErrand *errand)
{
  mark (errand, CALL_MESSAGE_DELIVERED);
}

/**
 * calld_handler_message_read:
 * @errand: (transfer full): `message_read`
 */
void
calld_handler_message_read (CalldErrand *errand)
{
  mark (errand, CALL_MESSAGE_READ);
}

static void
on_resumed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldErrand *errand = user_data;
  g_auto (CallAck) ack = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldChatMissed) missed = calld_chat_resume_finish (CALLD_CHAT (source), result,
                                                                 &error);

  if (missed == NULL) {
    calld_errand_fail (errand, error);
    return;
  }
  ack.messages = g_ptr_array_ref (missed->messages);
  ack.seq = (gint64) missed->seq;
  ack.revision = (gint64) missed->revision;
  ack.more = missed->more;
  calld_errand_ack (errand, &ack);
}

/**
 * calld_handler_resume:
 * @errand: (transfer full): `resume`
 */
void
calld_handler_resume (CalldErrand *errand)
{
  const CallRequest *request = errand->request;
  CalldResumeQuery query = {
    .conversation_id = request->group_id,
    .seq = (guint64) request->seq,
    .revision = request->revision,
    .limit = MIN (request->limit, CALLD_HANDLER_RESUME_MAX),
  };

  calld_chat_resume_async (errand->self->parts.chat, errand->who, &query, NULL, on_resumed, errand);
}
