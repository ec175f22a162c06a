/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-company"

#include "config.h"

#include "calld-company.h"

#include "calld-store-social.h"

#include "call-notice.h"
#include "call-presence.h"
#include "call-typing-table.h"

struct _CalldCompany {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldBus *bus;
  CalldChat *chat;
  CalldRoster *roster;
  CallTypingTable *typing;
  CalldTimer *expiry;
};

G_DEFINE_FINAL_TYPE (CalldCompany, calld_company, G_TYPE_OBJECT)

static gint64
monotonic_ms (CalldCompany *self)
{
  return calld_clock_monotonic_us (self->clock) / 1000;
}

/* --- typing ----------------------------------------------------------------------------------- */

typedef struct {
  CalldIdentity *who;
  char *group_id;
  guint64 connection_id;
} Question;

static void
question_free (Question *question)
{
  calld_identity_unref (question->who);
  g_free (question->group_id);
  g_free (question);
}

static GTask *
question_new (CalldCompany *self,
              CalldIdentity *who,
              const char *group_id,
              guint64 connection_id,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->who = calld_identity_ref (who);
  question->group_id = g_strdup (group_id);
  question->connection_id = connection_id;
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  return task;
}

/* As far as the conversation is still known, where its messages go; else to its room alone. */
static char **
topics_of (CalldCompany *self, const char *group_id)
{
  const CalldConversation *conversation = calld_conversations_peek (
      calld_chat_get_conversations (self->chat), group_id);
  g_autoptr (GStrvBuilder) builder = NULL;
  g_autofree char *topic = NULL;

  if (conversation != NULL)
    return calld_conversation_get_topics (conversation);
  builder = g_strv_builder_new ();
  topic = calld_topic_conversation (group_id);
  g_strv_builder_add (builder, topic);
  return g_strv_builder_end (builder);
}

static void
publish_typing (CalldCompany *self,
                CallNoticeKind kind,
                const CallTypist *typist,
                const char *user_name)
{
  g_autoptr (CallNotice) notice = call_notice_new (kind);
  g_auto (GStrv) topics = topics_of (self, typist->group_id);

  notice->user_id = g_strdup (typist->user_id);
  notice->user_name = g_strdup (user_name);
  notice->group_id = g_strdup (typist->group_id);
  calld_bus_publish (self->bus, (const char *const *) topics, notice, CALLD_PUBLISH_VOLATILE,
                     typist->connection_id);
}

static void
on_stopped (const CallTypist *typist, gpointer user_data)
{
  publish_typing (user_data, CALL_NOTICE_USER_STOPPED_TYPING, typist, NULL);
}

static void
on_expiry (gpointer user_data)
{
  CalldCompany *self = user_data;
  gint64 now = monotonic_ms (self);
  gint64 due = call_typing_table_expire (self->typing, now);

  self->expiry = NULL;
  if (due > 0)
    self->expiry = calld_clock_add_timer (self->clock, due - now, on_expiry, self);
}

static void
note_typing (CalldCompany *self, const Question *question)
{
  const CallTypist typist = { question->who->user_id, question->group_id, question->connection_id };

  if (call_typing_table_start (self->typing, typist.user_id, typist.group_id, typist.connection_id,
                               monotonic_ms (self)))
    publish_typing (self, CALL_NOTICE_USER_TYPING, &typist, question->who->name);
  if (self->expiry == NULL)
    self->expiry = calld_clock_add_timer (self->clock, CALL_TYPING_EXPIRY_MS, on_expiry, self);
}

static void
on_opened_to_type (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (CalldConversation) opened = calld_chat_require_member_finish (CALLD_CHAT (source),
                                                                           result, &error);

  if (opened == NULL) {
    g_task_return_error (task, error);
    return;
  }
  note_typing (g_task_get_source_object (task), g_task_get_task_data (task));
  g_task_return_boolean (task, TRUE);
}

/**
 * calld_company_type_async:
 * @self: the company
 * @who: who types
 * @group_id: in which conversation
 * @connection_id: on which connection
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Tells the others that somebody types, and after a while without a repetition that they stopped.
 */
void
calld_company_type_async (CalldCompany *self,
                          CalldIdentity *who,
                          const char *group_id,
                          guint64 connection_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = question_new (self, who, group_id, connection_id, cancellable, callback, user_data);

  /* Whoever types there already may: no question to the store for each key that is hit. */
  if (call_typing_table_has (self->typing, who->user_id, group_id)) {
    note_typing (self, g_task_get_task_data (task));
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }
  calld_chat_require_member_async (self->chat, who, group_id, CALLD_GROUP_READ, cancellable,
                                   on_opened_to_type, task);
}

/**
 * calld_company_type_finish:
 * @self: the company
 * @result: the result
 * @error: why not: no such conversation, or not a member
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_company_type_finish (CalldCompany *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * calld_company_stop_typing:
 * @self: the company
 * @user_id: who typed
 * @group_id: where
 *
 * Somebody stopped, or has said what they typed. Nothing happens if they did not type.
 */
void
calld_company_stop_typing (CalldCompany *self, const char *user_id, const char *group_id)
{
  call_typing_table_stop (self->typing, user_id, group_id);
}

/**
 * calld_company_disconnected:
 * @self: the company
 * @user_id: whose connection it was
 * @connection_id: a connection that has gone
 *
 * Whoever typed on it has stopped.
 */
void
calld_company_disconnected (CalldCompany *self, const char *user_id, guint64 connection_id)
{
  call_typing_table_forget (self->typing, user_id, connection_id);
}

/* --- who is online ---------------------------------------------------------------------------- */

static CallPresence *
make_presence (CalldCompany *self, const CalldPresenceRecord *record, CallPresenceStatus status)
{
  return g_object_new (CALL_TYPE_PRESENCE, "user-id", record->user_id, "user-name",
                       record->user_name, "status", status, NULL);
}

static void
on_presences (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldCompany *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) members = NULL;
  g_autoptr (GPtrArray) online = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  members = calld_store_list_finish (CALLD_STORE (source), result, &error);
  if (members == NULL) {
    g_task_return_error (task, error);
    return;
  }
  for (guint i = 0; i < members->len; i++) {
    const CalldPresenceRecord *member = members->pdata[i];
    CallPresenceStatus status = calld_roster_get_status (self->roster, member->user_id);

    if (status != CALL_PRESENCE_OFFLINE)
      g_ptr_array_add (online, make_presence (self, member, status));
  }
  g_task_return_pointer (task, g_steal_pointer (&online), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_opened_to_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  CalldCompany *self = g_task_get_source_object (task);
  const Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (CalldConversation) opened = calld_chat_require_member_finish (CALLD_CHAT (source),
                                                                           result, &error);

  if (opened == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  calld_store_list_presences_async (self->store, question->group_id, g_task_get_cancellable (task),
                                    on_presences, task);
}

/**
 * calld_company_list_online_async:
 * @self: the company
 * @who: who asks
 * @group_id: about which conversation
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists the members who are there, in the order in which they joined.
 */
void
calld_company_list_online_async (CalldCompany *self,
                                 CalldIdentity *who,
                                 const char *group_id,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = question_new (self, who, group_id, 0, cancellable, callback, user_data);

  calld_chat_require_member_async (self->chat, who, group_id, CALLD_GROUP_READ, cancellable,
                                   on_opened_to_list, task);
}

/**
 * calld_company_list_online_finish:
 * @self: the company
 * @result: the result
 * @error: why not: no such conversation, or not a member
 *
 * Returns: (transfer full) (element-type CallPresence): who is there, or %NULL with @error
 */
GPtrArray *
calld_company_list_online_finish (CalldCompany *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_company_dispose (GObject *object)
{
  CalldCompany *self = CALLD_COMPANY (object);

  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->expiry);
  g_clear_pointer (&self->typing, call_typing_table_free);
  g_clear_object (&self->roster);
  g_clear_object (&self->chat);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (calld_company_parent_class)->dispose (object);
}

static void
calld_company_class_init (CalldCompanyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_company_dispose;
}

static void
calld_company_init (CalldCompany *self)
{
  self->typing = call_typing_table_new (on_stopped, self);
}

/**
 * calld_company_new:
 * @clock: the clock
 * @store: knows the members
 * @bus: where events go
 * @chat: says who may look into a conversation
 * @roster: knows who is there
 *
 * Returns: (transfer full): the company
 */
CalldCompany *
calld_company_new (CalldClock *clock,
                   CalldStore *store,
                   CalldBus *bus,
                   CalldChat *chat,
                   CalldRoster *roster)
{
  CalldCompany *self = g_object_new (CALLD_TYPE_COMPANY, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->chat = g_object_ref (chat);
  self->roster = g_object_ref (roster);
  return self;
}
