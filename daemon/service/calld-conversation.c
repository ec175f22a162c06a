/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-conversation"

#include "config.h"

#include "calld-conversation.h"

#include "call-appointment.h"
#include "call-notice.h"

/*
 * CalldConversations:
 *
 * The conversations in use, the one used last first. Whoever changes one in the store forgets it
 * here afterwards; one that is being loaded at that moment is loaded again, so what is given out is
 * never older than a change that was acknowledged before. Above the bounds the one that was not
 * used for longest goes.
 */
struct _CalldConversations {
  GObject parent_instance;

  CalldStore *store;
  CalldBus *bus;
  guint subscription;
  GHashTable *entries;        /* id → Entry */
  GHashTable *by_appointment; /* appointment id → Entry, borrowed */
  GQueue used;                /* of Entry, those that are loaded */
  guint n_members;
  guint max_conversations;
  guint max_members;
};

typedef struct {
  char *id;
  CalldConversation *conversation; /* NULL while it is being loaded */
  GPtrArray *waiting;              /* of GTask, while it is being loaded */
  gboolean stale;                  /* it changed while it was being loaded */
  GList link;
} Entry;

G_DEFINE_FINAL_TYPE (CalldConversations, calld_conversations, G_TYPE_OBJECT)

static void load (CalldConversations *self, const char *id);

/* --- one -------------------------------------------------------------------------------------- */

static void
conversation_clear (gpointer data)
{
  CalldConversation *self = data;

  g_free (self->id);
  g_free (self->topic);
  g_free (self->name);
  calld_appointment_record_free (self->appointment);
  g_hash_table_unref (self->by_user);
  g_ptr_array_unref (self->members);
}

static CalldConversation *
conversation_new (CalldConversationRecord *record)
{
  CalldConversation *self = g_rc_box_new0 (CalldConversation);

  self->id = g_strdup (record->id);
  self->topic = calld_topic_conversation (record->id);
  self->kind = record->kind;
  self->name = g_strdup (record->name);
  self->open = record->open;
  self->created_at = record->created_at;
  self->members = g_ptr_array_ref (record->members);
  self->by_user = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->members->len; i++) {
    CalldMemberRecord *member = self->members->pdata[i];

    g_hash_table_insert (self->by_user, member->user_id, member);
  }
  return self;
}

CalldConversation *
calld_conversation_ref (CalldConversation *self)
{
  return g_rc_box_acquire (self);
}

void
calld_conversation_unref (CalldConversation *self)
{
  g_rc_box_release_full (self, conversation_clear);
}

/**
 * calld_conversation_find:
 * @self: a conversation
 * @user_id: a user
 *
 * Returns: (transfer none) (nullable): the user as a member, %NULL if it is none
 */
CalldMemberRecord *
calld_conversation_find (const CalldConversation *self, const char *user_id)
{
  return g_hash_table_lookup (self->by_user, user_id);
}

/**
 * calld_conversation_get_topics:
 * @self: a conversation
 *
 * Where what happens in it is published: its own topic, and for the two people of a conversation
 * that is no group their own ones, since they need not have joined anything.
 *
 * Returns: (transfer full) (array zero-terminated=1): topics
 */
char **
calld_conversation_get_topics (const CalldConversation *self)
{
  GPtrArray *topics = g_ptr_array_new ();

  g_ptr_array_add (topics, g_strdup (self->topic));
  for (guint i = 0; self->kind != CALL_GROUP_GROUP && i < self->members->len; i++) {
    const CalldMemberRecord *member = self->members->pdata[i];

    g_ptr_array_add (topics, calld_topic_user (member->user_id));
  }
  g_ptr_array_add (topics, NULL);
  return (char **) g_ptr_array_free (topics, FALSE);
}

/* --- the table -------------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->id);
  g_clear_pointer (&entry->conversation, calld_conversation_unref);
  g_clear_pointer (&entry->waiting, g_ptr_array_unref);
  g_free (entry);
}

static void
drop (CalldConversations *self, Entry *entry)
{
  if (entry->conversation != NULL) {
    self->n_members -= entry->conversation->members->len;
    g_queue_unlink (&self->used, &entry->link);
    if (entry->conversation->appointment != NULL)
      g_hash_table_remove (self->by_appointment, entry->conversation->appointment->id);
  }
  g_hash_table_remove (self->entries, entry->id);
}

static void
keep_bounds (CalldConversations *self)
{
  while (self->used.length > 1 &&
         (self->used.length > self->max_conversations || self->n_members > self->max_members))
    drop (self, g_queue_peek_tail (&self->used));
}

static void
fill (CalldConversations *self, Entry *entry, CalldConversation *conversation)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&entry->waiting);

  entry->conversation = conversation;
  entry->link.data = entry;
  g_queue_push_head_link (&self->used, &entry->link);
  self->n_members += conversation->members->len;
  if (conversation->appointment != NULL)
    g_hash_table_insert (self->by_appointment, conversation->appointment->id, entry);
  for (guint i = 0; i < waiting->len; i++)
    g_task_return_pointer (waiting->pdata[i], calld_conversation_ref (conversation),
                           (GDestroyNotify) calld_conversation_unref);
  keep_bounds (self);
}

static void
fail (CalldConversations *self, Entry *entry, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&entry->waiting);

  drop (self, entry);
  for (guint i = 0; i < waiting->len; i++)
    g_task_return_error (waiting->pdata[i], g_error_copy (error));
}

/* --- loading ---------------------------------------------------------------------------------- */

typedef struct {
  CalldConversations *self;
  char *id;
  CalldConversation *conversation;
} Loading;

static void
loading_free (Loading *loading)
{
  g_clear_pointer (&loading->conversation, calld_conversation_unref);
  g_object_unref (loading->self);
  g_free (loading->id);
  g_free (loading);
}

static void
end_loading (Loading *loading, const GError *error)
{
  CalldConversations *self = loading->self;
  Entry *entry = g_hash_table_lookup (self->entries, loading->id);

  if (entry->stale) {
    entry->stale = FALSE;
    load (self, loading->id);
  } else if (error != NULL) {
    fail (self, entry, error);
  } else {
    fill (self, entry, g_steal_pointer (&loading->conversation));
  }
  loading_free (loading);
}

static void
on_appointment (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Loading *loading = user_data;
  g_autoptr (GError) error = NULL;

  loading->conversation->appointment = calld_store_get_appointment_finish (CALLD_STORE (source),
                                                                           result, &error);
  end_loading (loading, error);
}

static void
on_conversation (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Loading *loading = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldConversationRecord) record = calld_store_get_conversation_finish (
      CALLD_STORE (source), result, &error);

  if (record == NULL) {
    end_loading (loading, error);
    return;
  }
  loading->conversation = conversation_new (record);
  if (record->kind == CALL_GROUP_APPOINTMENT)
    calld_store_get_appointment_by_conversation_async (CALLD_STORE (source), record->id, NULL,
                                                       on_appointment, loading);
  else
    end_loading (loading, NULL);
}

static void
load (CalldConversations *self, const char *id)
{
  Loading *loading = g_new0 (Loading, 1);

  loading->self = g_object_ref (self);
  loading->id = g_strdup (id);
  calld_store_get_conversation_async (self->store, id, NULL, on_conversation, loading);
}

/**
 * calld_conversations_peek:
 * @self: the conversations
 * @id: one of them
 *
 * Returns: (transfer none) (nullable): the conversation if it is in memory, until the next turn
 */
CalldConversation *
calld_conversations_peek (CalldConversations *self, const char *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL || entry->conversation == NULL)
    return NULL;
  g_queue_unlink (&self->used, &entry->link);
  g_queue_push_head_link (&self->used, &entry->link);
  return entry->conversation;
}

/**
 * calld_conversations_get_async:
 * @self: the conversations
 * @id: one of them
 * @cancellable: (nullable): cancels the waiting
 * @callback: called when done
 * @user_data: for @callback
 *
 * Gets a conversation, from the store if need be; those who want the same one wait together.
 */
void
calld_conversations_get_async (CalldConversations *self,
                               const char *id,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  CalldConversation *known = calld_conversations_peek (self, id);
  Entry *entry;

  if (known != NULL) {
    g_task_return_pointer (task, calld_conversation_ref (known),
                           (GDestroyNotify) calld_conversation_unref);
    return;
  }
  entry = g_hash_table_lookup (self->entries, id);
  if (entry == NULL) {
    entry = g_new0 (Entry, 1);
    entry->id = g_strdup (id);
    entry->waiting = g_ptr_array_new_with_free_func (g_object_unref);
    g_hash_table_insert (self->entries, entry->id, entry);
    load (self, id);
  }
  g_ptr_array_add (entry->waiting, g_steal_pointer (&task));
}

/**
 * calld_conversations_get_finish:
 * @self: the conversations
 * @result: the result
 * @error: %CALL_ERROR_NOT_FOUND, or %CALL_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): the conversation
 */
CalldConversation *
calld_conversations_get_finish (CalldConversations *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * calld_conversations_forget:
 * @self: the conversations
 * @id: one that was changed in the store
 *
 * Has it read again when it is wanted next.
 */
void
calld_conversations_forget (CalldConversations *self, const char *id)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL)
    return;
  if (entry->conversation != NULL)
    drop (self, entry);
  else
    entry->stale = TRUE;
}

/**
 * calld_conversations_note_marks:
 * @self: the conversations
 * @receipt: marks that were written
 *
 * Moves a member's marks in memory too.
 */
void
calld_conversations_note_marks (CalldConversations *self, const CalldReceiptRecord *receipt)
{
  Entry *entry = g_hash_table_lookup (self->entries, receipt->conversation_id);
  CalldMemberRecord *member;

  if (entry == NULL)
    return;
  if (entry->conversation == NULL) {
    entry->stale = TRUE;
    return;
  }
  member = calld_conversation_find (entry->conversation, receipt->user_id);
  if (member == NULL)
    return;
  member->delivered_seq = MAX (member->delivered_seq, receipt->delivered_seq);
  member->read_seq = MAX (member->read_seq, receipt->read_seq);
}

guint
calld_conversations_get_size (CalldConversations *self)
{
  return self->used.length;
}

/* What became of an appointment decides who may talk about it. */
static void
on_notice (const char *const *topics,
           const CallNotice *notice,
           CalldPublishFlags flags,
           guint64 except,
           gpointer user_data)
{
  CalldConversations *self = user_data;
  const char *id = notice->appointment_id;
  Entry *entry;

  if (notice->appointment != NULL)
    id = call_appointment_get_id (notice->appointment);
  entry = id != NULL ? g_hash_table_lookup (self->by_appointment, id) : NULL;
  if (entry != NULL)
    drop (self, entry);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
calld_conversations_dispose (GObject *object)
{
  CalldConversations *self = CALLD_CONVERSATIONS (object);

  if (self->subscription != 0)
    calld_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  g_clear_object (&self->store);
  g_clear_object (&self->bus);
  G_OBJECT_CLASS (calld_conversations_parent_class)->dispose (object);
}

static void
calld_conversations_finalize (GObject *object)
{
  CalldConversations *self = CALLD_CONVERSATIONS (object);

  g_hash_table_unref (self->by_appointment);
  g_hash_table_unref (self->entries);
  G_OBJECT_CLASS (calld_conversations_parent_class)->finalize (object);
}

static void
calld_conversations_class_init (CalldConversationsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_conversations_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_conversations_finalize;
}

static void
calld_conversations_init (CalldConversations *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->by_appointment = g_hash_table_new (g_str_hash, g_str_equal);
  self->max_conversations = CALLD_CONVERSATIONS_MAX;
  self->max_members = CALLD_CONVERSATIONS_MEMBERS_MAX;
}

/**
 * calld_conversations_new:
 * @store: where they are
 * @bus: tells what becomes of appointments
 *
 * Returns: (transfer full): an empty memory of conversations
 */
CalldConversations *
calld_conversations_new (CalldStore *store, CalldBus *bus)
{
  CalldConversations *self = g_object_new (CALLD_TYPE_CONVERSATIONS, NULL);

  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->subscription = calld_bus_subscribe (bus, on_notice, self, NULL);
  return self;
}

/**
 * calld_conversations_set_bounds:
 * @self: the conversations
 * @conversations: the most that are kept
 * @members: the most members of them together
 *
 * Sets other bounds.
 */
void
calld_conversations_set_bounds (CalldConversations *self, guint conversations, guint members)
{
  self->max_conversations = conversations;
  self->max_members = members;
  keep_bounds (self);
}
