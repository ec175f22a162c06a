/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-chat"

#include "config.h"

#include "calld-chat-private.h"

#include "calld-log.h"
#include "calld-problem.h"
#include "calld-view.h"

#include "call-id.h"
#include "call-notice.h"

/* Groups: who makes them, who is in them, and as what. */

#define NAME_MAX_CHARACTERS 200
#define USERS_AT_ONCE_MAX 500

/**
 * calld_chat_view_group:
 * @conversation: a conversation
 * @user_id: (nullable): who looks
 *
 * Returns: (transfer full): the conversation with its members and their marks
 */
CallGroup *
calld_chat_view_group (const CalldConversation *conversation, const char *user_id)
{
  const CalldMemberRecord *own = user_id != NULL ? calld_conversation_find (conversation, user_id)
                                                 : NULL;
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GDateTime) created_at = calld_view_time (conversation->created_at);
  const char *name = conversation->name;

  for (guint i = 0; i < conversation->members->len; i++) {
    const CalldMemberRecord *member = conversation->members->pdata[i];

    g_ptr_array_add (members, calld_view_member (member));
    if (conversation->kind != CALL_GROUP_GROUP && member != own)
      name = member->user_name;
  }
  return g_object_new (CALL_TYPE_GROUP, "id", conversation->id, "kind", conversation->kind, "name",
                       name, "is-open", conversation->open, "role",
                       own != NULL ? own->role : CALL_GROUP_ROLE_MEMBER, "members", members,
                       "created-at", created_at, NULL);
}

/* --- one order -------------------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  CalldGroupOrder order; /* its strings are copies */
  CalldConversation *before;
} Ordering;

static void
ordering_free (Ordering *ordering)
{
  calld_identity_unref (ordering->who);
  g_free ((char *) ordering->order.conversation_id);
  g_strfreev ((char **) ordering->order.user_ids);
  g_free ((char *) ordering->order.name);
  g_clear_pointer (&ordering->before, calld_conversation_unref);
  g_free (ordering);
}

/* Takes @task and @error. */
static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
tell_moved (CalldChat *self,
            const CalldConversation *conversation,
            const CalldMemberRecord *member,
            gboolean joined)
{
  g_autoptr (CallNotice) notice = call_notice_new (joined ? CALL_NOTICE_USER_JOINED_GROUP
                                                          : CALL_NOTICE_USER_LEFT_GROUP);
  g_autofree char *user = calld_topic_user (member->user_id);

  notice->user_id = g_strdup (member->user_id);
  notice->user_name = g_strdup (member->user_name);
  notice->group_id = g_strdup (conversation->id);
  calld_bus_publish (self->bus, (const char *const[]){ conversation->topic, user, NULL }, notice,
                     CALLD_PUBLISH_NONE, 0);
  if (self->moved != NULL)
    self->moved (conversation->topic, member->user_id, joined, self->moved_data);
}

static void
tell_group (CalldChat *self,
            const CalldConversation *conversation,
            const char *topic,
            const char *user_id)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_GROUP_UPDATED);

  notice->group = calld_chat_view_group (conversation, user_id);
  calld_bus_publish (self->bus, (const char *const[]){ topic, NULL }, notice, CALLD_PUBLISH_NONE,
                     0);
}

/* Tells who came, who left, and that a name or a role changed. */
static void
tell_difference (CalldChat *self, const CalldConversation *before, const CalldConversation *after)
{
  gboolean changed = g_strcmp0 (before->name, after->name) != 0 || before->open != after->open;

  for (guint i = 0; i < before->members->len; i++) {
    const CalldMemberRecord *member = before->members->pdata[i];
    const CalldMemberRecord *now = calld_conversation_find (after, member->user_id);

    if (now == NULL)
      tell_moved (self, after, member, FALSE);
    else if (now->role != member->role)
      changed = TRUE;
  }
  for (guint i = 0; i < after->members->len; i++) {
    const CalldMemberRecord *member = after->members->pdata[i];
    g_autofree char *user = calld_topic_user (member->user_id);

    if (calld_conversation_find (before, member->user_id) != NULL)
      continue;
    tell_moved (self, after, member, TRUE);
    tell_group (self, after, user, member->user_id);
  }
  if (changed)
    tell_group (self, after, after->topic, NULL);
}

static void
on_reloaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Ordering *ordering = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (CalldConversation) after = calld_conversations_get_finish (
      CALLD_CONVERSATIONS (source), result, &error);

  if (after == NULL) {
    g_task_return_error (task, error);
    return;
  }
  tell_difference (self, ordering->before, after);
  g_task_return_pointer (task, calld_chat_view_group (after, ordering->who->user_id),
                         g_object_unref);
}

static void
on_ordered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Ordering *ordering = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    fail (task, error);
    return;
  }
  calld_conversations_forget (self->conversations, ordering->order.conversation_id);
  calld_log_info ("group_changed", .user_id = ordering->who->user_id);
  calld_conversations_get_async (self->conversations, ordering->order.conversation_id, NULL,
                                 on_reloaded, task);
}

static gboolean
check_name (const char *name, GError **error)
{
  if (name != NULL && *name != '\0' && g_utf8_validate (name, -1, NULL) &&
      g_utf8_strlen (name, -1) <= NAME_MAX_CHARACTERS)
    return TRUE;
  g_propagate_error (error, calld_problem_new_field ("name", "A group has a name, of 200 letters "
                                                             "at most."));
  return FALSE;
}

static gboolean
add_update (CalldChange *change, const Ordering *ordering, GError **error)
{
  const CalldGroupOrder *order = &ordering->order;
  const char *name = order->name != NULL ? order->name : ordering->before->name;
  g_autoptr (CalldConversationRecord) record = calld_conversation_record_new (
      order->conversation_id, CALL_GROUP_GROUP, name, 0);

  record->open = order->open >= 0 ? order->open : ordering->before->open;
  calld_change_update_conversation (change, record);
  return check_name (name, error);
}

/* What the order does to one user; whoever is not there is for the store to say. */
static gboolean
add_user_step (CalldChat *self,
               CalldChange *change,
               const Ordering *ordering,
               const char *user_id,
               GError **error)
{
  const CalldGroupOrder *order = &ordering->order;
  const CalldMemberRecord *target = calld_conversation_find (ordering->before, user_id);
  g_autoptr (CalldMemberRecord) member = calld_member_record_new (
      order->conversation_id, user_id,
      order->action == CALLD_GROUP_SET_ROLE ? order->role : CALL_GROUP_ROLE_MEMBER,
      calld_clock_now_ms (self->clock));

  if (order->action == CALLD_GROUP_ADD_MEMBER || order->action == CALLD_GROUP_JOIN) {
    calld_change_add_member (change, member, self->config->group_members_max);
    return TRUE;
  }
  if (order->action != CALLD_GROUP_LEAVE &&
      !calld_chat_check (self, ordering->who, ordering->before, order->action, NULL, target, error))
    return FALSE;
  if (order->action == CALLD_GROUP_SET_ROLE)
    calld_change_set_member_role (change, member);
  else
    calld_change_remove_member (change, order->conversation_id, user_id);
  calld_change_keep_admin (change, order->conversation_id);
  return TRUE;
}

static gboolean
add_steps (CalldChat *self, CalldChange *change, const Ordering *ordering, GError **error)
{
  const CalldGroupOrder *order = &ordering->order;
  const CalldMemberRecord *own = calld_conversation_find (ordering->before, ordering->who->user_id);

  /* As decided, if it is still so when it is written. */
  if (own != NULL)
    calld_change_expect_member (change, order->conversation_id, own->user_id, own->role);
  if (order->action == CALLD_GROUP_UPDATE)
    return add_update (change, ordering, error);
  if (order->action == CALLD_GROUP_JOIN || order->action == CALLD_GROUP_LEAVE)
    return add_user_step (self, change, ordering, ordering->who->user_id, error);
  if (order->user_ids == NULL || order->user_ids[0] == NULL ||
      g_strv_length ((char **) order->user_ids) > USERS_AT_ONCE_MAX) {
    g_propagate_error (error, calld_problem_new_field ("userIds", "Name 1 to 500 users."));
    return FALSE;
  }
  for (guint i = 0; order->user_ids[i] != NULL; i++)
    if (!add_user_step (self, change, ordering, order->user_ids[i], error))
      return FALSE;
  return TRUE;
}

static void
on_opened_to_order (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = CALLD_CHAT (source);
  Ordering *ordering = g_task_get_task_data (task);
  g_autoptr (CalldChange) change = calld_change_new ();
  GError *error = NULL;

  ordering->before = calld_chat_require_member_finish (self, result, &error);
  if (ordering->before == NULL || !add_steps (self, change, ordering, &error))
    fail (task, error);
  else
    calld_store_commit_async (self->store, g_steal_pointer (&change), NULL, on_ordered, task);
}

/**
 * calld_chat_order_async:
 * @self: the chat
 * @who: who orders
 * @order: what
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Changes a group and tells its members. What is so already changes nothing and is told nobody.
 */
void
calld_chat_order_async (CalldChat *self,
                        CalldIdentity *who,
                        const CalldGroupOrder *order,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Ordering *ordering = g_new0 (Ordering, 1);

  ordering->who = calld_identity_ref (who);
  ordering->order = *order;
  ordering->order.conversation_id = g_strdup (order->conversation_id);
  ordering->order.user_ids = (const char *const *) g_strdupv ((char **) order->user_ids);
  ordering->order.name = g_strdup (order->name);
  g_task_set_task_data (task, ordering, (GDestroyNotify) ordering_free);
  g_task_set_check_cancellable (task, FALSE);
  calld_chat_require_member_async (self, who, order->conversation_id, order->action, cancellable,
                                   on_opened_to_order, task);
}

/**
 * calld_chat_group_finish:
 * @self: the chat
 * @result: the result of calld_chat_create_async() or calld_chat_order_async()
 * @error: why not
 *
 * Returns: (transfer full): the conversation as it is now, or %NULL with @error
 */
CallGroup *
calld_chat_group_finish (CalldChat *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- a new one -------------------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  CalldConversationRecord *record;
} Creating;

static void
creating_free (Creating *creating)
{
  calld_identity_unref (creating->who);
  calld_conversation_record_free (creating->record);
  g_free (creating);
}

/* The same two people, and the same request again, mean the same conversation. */
static char *
name_id (CalldIdentity *who, const CalldGroupDraft *draft)
{
  const char *other = draft->user_ids[0];
  g_autofree char *name = NULL;

  if (draft->kind == CALL_GROUP_GROUP) {
    if (draft->temp_id == NULL)
      return call_id_new ();
    name = g_strconcat ("group:", who->user_id, ":", draft->temp_id, NULL);
  } else if (strcmp (who->user_id, other) < 0) {
    name = g_strconcat ("direct:", who->user_id, ":", other, NULL);
  } else {
    name = g_strconcat ("direct:", other, ":", who->user_id, NULL);
  }
  return call_id_new_named (name);
}

static void
add_members (CalldChat *self, Creating *creating, const CalldGroupDraft *draft)
{
  CalldConversationRecord *record = creating->record;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *own = creating->who->user_id;

  g_hash_table_add (seen, (gpointer) own);
  g_ptr_array_add (record->members, calld_member_record_new (record->id, own,
                                                             draft->kind == CALL_GROUP_GROUP
                                                                 ? CALL_GROUP_ROLE_ADMIN
                                                                 : CALL_GROUP_ROLE_MEMBER,
                                                             record->created_at));
  for (guint i = 0; draft->user_ids[i] != NULL; i++)
    if (g_hash_table_add (seen, (gpointer) draft->user_ids[i]))
      g_ptr_array_add (record->members,
                       calld_member_record_new (record->id, draft->user_ids[i],
                                                CALL_GROUP_ROLE_MEMBER, record->created_at));
}

static gboolean
check_draft (CalldChat *self, CalldIdentity *who, const CalldGroupDraft *draft, GError **error)
{
  guint n = g_strv_length ((char **) draft->user_ids);

  if (draft->kind == CALL_GROUP_DIRECT) {
    if (n == 1 && !g_str_equal (draft->user_ids[0], who->user_id))
      return TRUE;
    g_propagate_error (error, calld_problem_new_field ("memberIds", "Name the one other person."));
    return FALSE;
  }
  if (draft->kind != CALL_GROUP_GROUP) {
    g_propagate_error (error, calld_problem_new_field ("type", "This is group or direct."));
    return FALSE;
  }
  if (n + 1 > self->config->group_members_max) {
    g_propagate_error (error, calld_problem_new_field ("memberIds", "These are too many."));
    return FALSE;
  }
  return check_name (draft->name, error) &&
         calld_auth_can (who, CALLD_ACTION_CREATE_GROUP, NULL, error);
}

static void
on_created_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Creating *creating = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (CalldConversation) conversation = calld_conversations_get_finish (
      CALLD_CONVERSATIONS (source), result, &error);

  if (conversation == NULL) {
    g_task_return_error (task, error);
    return;
  }
  /* One that was there before has an older date; its people know it. */
  for (guint i = 0;
       conversation->created_at == creating->record->created_at && i < conversation->members->len;
       i++) {
    const CalldMemberRecord *member = conversation->members->pdata[i];
    g_autofree char *user = calld_topic_user (member->user_id);

    if (self->moved != NULL)
      self->moved (conversation->topic, member->user_id, TRUE, self->moved_data);
    tell_group (self, conversation, user, member->user_id);
  }
  g_task_return_pointer (task, calld_chat_view_group (conversation, creating->who->user_id),
                         g_object_unref);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Creating *creating = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    fail (task, error);
    return;
  }
  calld_log_info ("group_created", .user_id = creating->who->user_id);
  calld_conversations_get_async (self->conversations, creating->record->id, NULL, on_created_read,
                                 task);
}

/* Takes @task. */
static void
commit_conversation (CalldChat *self, GTask *task)
{
  const Creating *creating = g_task_get_task_data (task);
  CalldChange *change = calld_change_new ();

  calld_change_add_conversation (change, creating->record);
  calld_store_commit_async (self->store, change, NULL, on_created, task);
}

static void
on_other_person (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldChat *self = g_task_get_source_object (task);
  const Creating *creating = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (CalldUserRecord) other = calld_store_get_user_finish (CALLD_STORE (source), result,
                                                                   &error);

  if (other == NULL ||
      !calld_auth_can (creating->who,
                       other->role == CALL_ROLE_PATIENT ? CALLD_ACTION_CREATE_DIRECT
                                                        : CALLD_ACTION_WRITE_TO_STAFF,
                       NULL, &error))
    fail (task, error);
  else
    commit_conversation (self, task);
}

/**
 * calld_chat_create_async:
 * @self: the chat
 * @who: who makes it, and is the admin of a group
 * @draft: what
 * @cancellable: (nullable): cancels while nothing is written
 * @callback: called when done
 * @user_data: for @callback
 *
 * Makes a group, or the conversation of two people, of whom there is one only: asked again, it is
 * the same.
 */
void
calld_chat_create_async (CalldChat *self,
                         CalldIdentity *who,
                         const CalldGroupDraft *draft,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *id = NULL;
  Creating *creating;
  GError *error = NULL;

  g_task_set_check_cancellable (task, FALSE);
  if (!check_draft (self, who, draft, &error)) {
    fail (task, error);
    return;
  }
  id = name_id (who, draft);
  creating = g_new0 (Creating, 1);
  creating->who = calld_identity_ref (who);
  creating->record = calld_conversation_record_new (
      id, draft->kind, draft->kind == CALL_GROUP_GROUP ? draft->name : NULL,
      calld_clock_now_ms (self->clock));
  creating->record->open = draft->kind == CALL_GROUP_GROUP && draft->open;
  add_members (self, creating, draft);
  g_task_set_task_data (task, creating, (GDestroyNotify) creating_free);
  if (draft->kind == CALL_GROUP_GROUP)
    commit_conversation (self, task);
  else
    calld_store_get_user_async (self->store, draft->user_ids[0], cancellable, on_other_person,
                                task);
}
