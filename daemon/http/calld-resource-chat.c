/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body.h"
#include "call-group-member.h"

#define LIMIT_DEFAULT 100

/* --- answers ---------------------------------------------------------------------------------- */

static void
on_group (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  CallGroup *group = calld_chat_group_finish (CALLD_CHAT (source), result, &error);
  CallGroupAnswer *answer;

  if (group == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_group_answer);
  answer->group = group;
  calld_exchange_reply (exchange, calld_exchange_get_route (exchange)->status, answer);
}

static void
reply_message (CalldExchange *exchange, CallMessage *message, const GError *error)
{
  CallMessageAnswer *answer;

  if (message == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_message_answer);
  answer->message = message;
  calld_exchange_reply (exchange, calld_exchange_get_route (exchange)->status, answer);
}

/* --- groups ----------------------------------------------------------------------------------- */

static void
on_groups (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *groups = calld_chat_list_groups_finish (CALLD_CHAT (source), result, &error);
  CallGroupsAnswer *answer;

  if (groups == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_groups_answer);
  answer->groups = groups;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups */
void
calld_resource_groups_list (CalldExchange *exchange)
{
  calld_chat_list_groups_async (
      calld_exchange_get_parts (exchange)->chat, calld_exchange_get_identity (exchange),
      calld_exchange_get_time (exchange, "before"),
      (guint) calld_exchange_get_number (exchange, "limit", 0), NULL, on_groups, exchange);
}

/* POST /api/chat/groups */
void
calld_resource_groups_create (CalldExchange *exchange)
{
  const CallGroupBody *body = calld_exchange_get_body (exchange);
  static const char *const nobody[] = { NULL };
  CalldGroupDraft draft = {
    .kind = body->kind < 0 ? CALL_GROUP_GROUP : (CallGroupKind) body->kind,
    .name = body->name,
    .open = body->open,
    .user_ids = body->member_ids != NULL ? (const char *const *) body->member_ids : nobody,
    .temp_id = body->temp_id,
  };

  calld_chat_create_async (calld_exchange_get_parts (exchange)->chat,
                           calld_exchange_get_identity (exchange), &draft, NULL, on_group,
                           exchange);
}

static void
on_opened_to_show (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (
      CALLD_CHAT (source), result, &error);
  CallGroupAnswer *answer;

  if (conversation == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_group_answer);
  answer->group = calld_chat_view_group (conversation,
                                         calld_exchange_get_identity (exchange)->user_id);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups/{id} */
void
calld_resource_groups_show (CalldExchange *exchange)
{
  calld_chat_require_member_async (
      calld_exchange_get_parts (exchange)->chat, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), CALLD_GROUP_READ, NULL, on_opened_to_show, exchange);
}

static void
order (CalldExchange *exchange, CalldGroupOrder *what)
{
  what->conversation_id = calld_exchange_get_param (exchange);
  calld_chat_order_async (calld_exchange_get_parts (exchange)->chat,
                          calld_exchange_get_identity (exchange), what, NULL, on_group, exchange);
}

/* PUT /api/chat/groups/{id} */
void
calld_resource_groups_update (CalldExchange *exchange)
{
  const CallGroupUpdateBody *body = calld_exchange_get_body (exchange);
  CalldGroupOrder what = { .action = CALLD_GROUP_UPDATE, .name = body->name, .open = body->open };

  order (exchange, &what);
}

/* POST /api/chat/groups/{id}/members */
void
calld_resource_members_add (CalldExchange *exchange)
{
  const CallMembersBody *body = calld_exchange_get_body (exchange);
  CalldGroupOrder what = { .action = CALLD_GROUP_ADD_MEMBER,
                           .user_ids = (const char *const *) body->user_ids };

  order (exchange, &what);
}

/* PUT /api/chat/groups/{id}/members/{id} */
void
calld_resource_members_set_role (CalldExchange *exchange)
{
  const CallMemberRoleBody *body = calld_exchange_get_body (exchange);
  const char *const user_ids[] = { calld_exchange_get_second_param (exchange), NULL };
  CalldGroupOrder what = { .action = CALLD_GROUP_SET_ROLE,
                           .user_ids = user_ids,
                           .role = (CallGroupRole) body->role };

  order (exchange, &what);
}

/* DELETE /api/chat/groups/{id}/members/{id}; of oneself it is leaving */
void
calld_resource_members_remove (CalldExchange *exchange)
{
  const char *const user_ids[] = { calld_exchange_get_second_param (exchange), NULL };
  const char *own = calld_exchange_get_identity (exchange)->user_id;
  CalldGroupOrder what = { .action = g_str_equal (user_ids[0], own) ? CALLD_GROUP_LEAVE
                                                                    : CALLD_GROUP_REMOVE_MEMBER,
                           .user_ids = user_ids };

  order (exchange, &what);
}

/* --- messages --------------------------------------------------------------------------------- */

static void
on_messages (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *list = calld_chat_list_finish (CALLD_CHAT (source), result, &error);
  CallMessagesAnswer *answer;

  if (list == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_messages_answer);
  answer->messages = list;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups/{id}/messages */
void
calld_resource_group_messages_list (CalldExchange *exchange)
{
  const CalldMessageQuery query = {
    .conversation_id = calld_exchange_get_param (exchange),
    .before = calld_exchange_get_number (exchange, "before", 0),
    .after = calld_exchange_get_number (exchange, "after", 0),
    .limit = (guint) calld_exchange_get_number (exchange, "limit", LIMIT_DEFAULT),
  };

  calld_chat_list_async (calld_exchange_get_parts (exchange)->chat,
                         calld_exchange_get_identity (exchange), &query, NULL, on_messages,
                         exchange);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  CallMessage *message = calld_chat_send_finish (CALLD_CHAT (source), result, &error);

  reply_message (user_data, message, error);
}

/* POST /api/chat/groups/{id}/messages */
void
calld_resource_group_messages_send (CalldExchange *exchange)
{
  const CallMessageBody *body = calld_exchange_get_body (exchange);
  const CalldChatDraft draft = {
    .conversation_id = calld_exchange_get_param (exchange),
    .content = body->content,
    .kind = body->kind < 0 ? CALL_MESSAGE_TEXT : (CallMessageKind) body->kind,
    .reply_to_id = body->reply_to_id,
    .temp_id = body->temp_id,
  };

  calld_chat_send_async (calld_exchange_get_parts (exchange)->chat,
                         calld_exchange_get_identity (exchange), &draft, NULL, on_sent, exchange);
}

static void
on_resumed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldChatMissed) missed = calld_chat_resume_finish (CALLD_CHAT (source), result,
                                                                 &error);
  CallMissedAnswer *answer;

  if (missed == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_missed_answer);
  answer->messages = g_ptr_array_ref (missed->messages);
  answer->seq = (gint64) missed->seq;
  answer->revision = (gint64) missed->revision;
  answer->more = missed->more;
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups/{id}/changes */
void
calld_resource_group_changes (CalldExchange *exchange)
{
  const CalldResumeQuery query = {
    .conversation_id = calld_exchange_get_param (exchange),
    .seq = calld_exchange_get_number (exchange, "seq", 0),
    .revision = calld_exchange_get_query (exchange, "revision") != NULL
                    ? (gint64) calld_exchange_get_number (exchange, "revision", 0)
                    : -1,
    .limit = (guint) calld_exchange_get_number (exchange, "limit", LIMIT_DEFAULT),
  };

  calld_chat_resume_async (calld_exchange_get_parts (exchange)->chat,
                           calld_exchange_get_identity (exchange), &query, NULL, on_resumed,
                           exchange);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  CallMessage *message = calld_chat_change_finish (CALLD_CHAT (source), result, &error);

  reply_message (user_data, message, error);
}

static void
change (CalldExchange *exchange, CalldMessageChangeKind kind, const char *content)
{
  calld_chat_change_async (
      calld_exchange_get_parts (exchange)->chat, calld_exchange_get_identity (exchange), kind,
      calld_exchange_get_param (exchange), content, NULL, on_changed, exchange);
}

/* PUT /api/chat/messages/{id} */
void
calld_resource_message_edit (CalldExchange *exchange)
{
  change (exchange, CALLD_MESSAGE_EDIT,
          ((const CallEditBody *) calld_exchange_get_body (exchange))->content);
}

/* DELETE /api/chat/messages/{id} */
void
calld_resource_message_delete (CalldExchange *exchange)
{
  change (exchange, CALLD_MESSAGE_DELETE, NULL);
}

/* POST /api/chat/messages/{id}/recall */
void
calld_resource_message_recall (CalldExchange *exchange)
{
  change (exchange, CALLD_MESSAGE_RECALL, NULL);
}

/* --- marks ------------------------------------------------------------------------------------ */

static void
on_marked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_chat_mark_finish (CALLD_CHAT (source), result, &error))
    calld_exchange_reply (exchange, 200, call_record_new (&call_empty_answer));
  else
    calld_exchange_reply_error (exchange, error);
}

static void
mark (CalldExchange *exchange, CallMessageStatus status)
{
  const CallMarkBody *body = calld_exchange_get_body (exchange);

  calld_chat_mark_async (calld_exchange_get_parts (exchange)->chat,
                         calld_exchange_get_identity (exchange), status,
                         (const char *const *) body->message_ids, NULL, on_marked, exchange);
}

/* POST /api/chat/delivered */
void
calld_resource_mark_delivered (CalldExchange *exchange)
{
  mark (exchange, CALL_MESSAGE_DELIVERED);
}

/* POST /api/chat/read */
void
calld_resource_mark_read (CalldExchange *exchange)
{
  mark (exchange, CALL_MESSAGE_READ);
}

static gboolean
is_behind (CallGroupMember *member, gint64 seq)
{
  return seq == 0 || call_group_member_get_read_seq (member) < seq;
}

static void
on_opened_to_count (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  const char *own = calld_exchange_get_identity (exchange)->user_id;
  gint64 seq = (gint64) calld_exchange_get_number (exchange, "behind", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (
      CALLD_CHAT (source), result, &error);
  g_autoptr (CallGroup) group = NULL;
  CallReceiptsAnswer *answer;
  GPtrArray *members;

  if (conversation == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  group = calld_chat_view_group (conversation, own);
  members = call_group_get_members (group);
  answer = call_record_new (&call_receipts_answer);
  answer->receipts = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < members->len; i++)
    if (!g_str_equal (call_group_member_get_user_id (members->pdata[i]), own) &&
        is_behind (members->pdata[i], seq))
      g_ptr_array_add (answer->receipts, g_object_ref (members->pdata[i]));
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups/{id}/receipts */
void
calld_resource_group_receipts (CalldExchange *exchange)
{
  calld_chat_require_member_async (
      calld_exchange_get_parts (exchange)->chat, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), CALLD_GROUP_READ, NULL, on_opened_to_count, exchange);
}
