/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-search"

#include "config.h"

#include "calld-search.h"

#include "calld-log.h"
#include "calld-view.h"

#include "call-error.h"

/*
 * Looking for words in messages. The index is filled behind the messages, in batches, so that
 * sending one does not wait for it; how far it has come is written with it.
 */

#define INDEX_MS 1000
/* Conversations of one turn. */
#define INDEX_CONVERSATIONS 20

struct _CalldSearch {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldChat *chat;
  GCancellable *cancellable;
  CalldTimer *timer;
};

G_DEFINE_FINAL_TYPE (CalldSearch, calld_search, G_TYPE_OBJECT)

/* --- filling the index ------------------------------------------------------------------------ */

static void turn (gpointer user_data);

static void
arm (CalldSearch *self, gint64 delay_ms)
{
  if (!g_cancellable_is_cancelled (self->cancellable))
    self->timer = calld_clock_add_timer (self->clock, delay_ms, turn, self);
}

static void
on_indexed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldSearch) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = calld_store_commit_finish (CALLD_STORE (source), result, &error);

  if (!ok)
    calld_log_warning ("index_failed", .detail = error->message);
  /* There may be more of the same: but others have their turn in between. */
  arm (self, ok ? 0 : INDEX_MS);
}

static void
on_behind (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldSearch) self = user_data;
  g_autoptr (GPtrArray) ids = calld_store_list_finish (CALLD_STORE (source), result, NULL);
  CalldChange *change;

  if (ids == NULL || ids->len == 0) {
    arm (self, INDEX_MS);
    return;
  }
  change = calld_change_new ();
  for (guint i = 0; i < ids->len; i++)
    calld_change_index_messages (change, ids->pdata[i]);
  calld_store_commit_async (self->store, change, NULL, on_indexed, g_object_ref (self));
}

static void
turn (gpointer user_data)
{
  CalldSearch *self = user_data;

  self->timer = NULL;
  calld_store_list_unindexed_async (self->store, INDEX_CONVERSATIONS, self->cancellable, on_behind,
                                    g_object_ref (self));
}

/**
 * calld_search_start:
 * @self: the search
 *
 * Begins to fill the index, at once with what was said while no daemon ran.
 */
void
calld_search_start (CalldSearch *self)
{
  if (self->timer == NULL)
    turn (self);
}

void
calld_search_stop (CalldSearch *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->timer);
}

/* --- looking ---------------------------------------------------------------------------------- */

typedef struct {
  char *user_id;
  char *text;
  char *conversation_id;
  CalldSearchQuery query;
} Looking;

static void
looking_free (gpointer data)
{
  Looking *looking = data;

  g_free (looking->user_id);
  g_free (looking->text);
  g_free (looking->conversation_id);
  g_free (looking);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
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

/* Takes @task. */
static void
look (GTask *task)
{
  CalldSearch *self = g_task_get_source_object (task);
  Looking *looking = g_task_get_task_data (task);

  calld_store_search_messages_async (self->store, &looking->query, NULL, on_found, task);
}

static void
on_member (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;
  g_autoptr (CalldConversation) conversation = calld_chat_require_member_finish (
      CALLD_CHAT (source), result, &error);

  if (conversation != NULL) {
    look (task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * calld_search_messages_async:
 * @self: the search
 * @who: who looks
 * @query: for what; its user is not looked at
 * @callback: called when done
 * @user_data: for @callback
 *
 * Looks for words in a conversation that @who may read, or without one in all groups and direct
 * conversations of @who: those of appointments have times of their own, and are asked for by name.
 */
void
calld_search_messages_async (CalldSearch *self,
                             CalldIdentity *who,
                             const CalldSearchQuery *query,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Looking *looking = g_new0 (Looking, 1);

  looking->user_id = g_strdup (who->user_id);
  looking->text = g_strdup (query->text);
  looking->conversation_id = g_strdup (query->conversation_id);
  looking->query = *query;
  looking->query.user_id = looking->user_id;
  looking->query.text = looking->text;
  looking->query.conversation_id = looking->conversation_id;
  g_task_set_task_data (task, looking, looking_free);
  if (looking->conversation_id != NULL)
    calld_chat_require_member_async (self->chat, who, looking->conversation_id, CALLD_GROUP_READ,
                                     NULL, on_member, task);
  else
    look (task);
}

GPtrArray *
calld_search_messages_finish (CalldSearch *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_search_dispose (GObject *object)
{
  CalldSearch *self = CALLD_SEARCH (object);

  calld_search_stop (self);
  g_clear_object (&self->chat);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (calld_search_parent_class)->dispose (object);
}

static void
calld_search_finalize (GObject *object)
{
  g_object_unref (CALLD_SEARCH (object)->cancellable);
  G_OBJECT_CLASS (calld_search_parent_class)->finalize (object);
}

static void
calld_search_class_init (CalldSearchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_search_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_search_finalize;
}

static void
calld_search_init (CalldSearch *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * calld_search_new:
 * @clock: the clock
 * @store: where messages and the index are
 * @chat: knows who may read what
 *
 * Returns: (transfer full): a search that fills no index yet
 */
CalldSearch *
calld_search_new (CalldClock *clock, CalldStore *store, CalldChat *chat)
{
  CalldSearch *self = g_object_new (CALLD_TYPE_SEARCH, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->chat = g_object_ref (chat);
  return self;
}
