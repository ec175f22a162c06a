/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-typing-table.h"

#include <string.h>

typedef struct {
  CallTypist typist;
  gint64 heard_at;
  gint64 told_at;
  GList link; /* in order */
} Entry;

struct _CallTypingTable {
  GHashTable *entries; /* itself as the key */
  GHashTable *users;   /* user id → GPtrArray of Entry, oldest first */
  GQueue order;        /* of Entry, the one heard of last at the tail */
  CallTypingFunc stopped;
  gpointer user_data;
};

static guint
entry_hash (gconstpointer data)
{
  const CallTypist *typist = data;

  return g_str_hash (typist->user_id) * 31 + g_str_hash (typist->group_id);
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const CallTypist *one = a, *other = b;

  return strcmp (one->user_id, other->user_id) == 0 && strcmp (one->group_id, other->group_id) == 0;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->typist.user_id);
  g_free (entry->typist.group_id);
  g_free (entry);
}

/**
 * call_typing_table_new:
 * @stopped: hears of everybody who stops, for whatever reason
 * @user_data: for @stopped
 *
 * Returns: (transfer full): a table in which nobody types
 */
CallTypingTable *
call_typing_table_new (CallTypingFunc stopped, gpointer user_data)
{
  CallTypingTable *self = g_new0 (CallTypingTable, 1);

  self->stopped = stopped;
  self->user_data = user_data;
  self->entries = g_hash_table_new_full (entry_hash, entry_equal, NULL, entry_free);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_ptr_array_unref);
  g_queue_init (&self->order);
  return self;
}

void
call_typing_table_free (CallTypingTable *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->users);
  g_hash_table_unref (self->entries);
  g_free (self);
}

static Entry *
find (CallTypingTable *self, const char *user_id, const char *group_id)
{
  const CallTypist key = { (char *) user_id, (char *) group_id, 0 };

  return g_hash_table_lookup (self->entries, &key);
}

/* Out of all tables before anybody hears of it: who hears may start again. */
static void
end_entry (CallTypingTable *self, Entry *entry)
{
  GPtrArray *of_user = g_hash_table_lookup (self->users, entry->typist.user_id);

  g_ptr_array_remove (of_user, entry);
  if (of_user->len == 0)
    g_hash_table_remove (self->users, entry->typist.user_id);
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_steal (self->entries, &entry->typist);
  self->stopped (&entry->typist, self->user_data);
  entry_free (entry);
}

static void
make_room (CallTypingTable *self, const char *user_id)
{
  GPtrArray *of_user = g_hash_table_lookup (self->users, user_id);

  if (of_user != NULL && of_user->len >= CALL_TYPING_USER_MAX)
    end_entry (self, of_user->pdata[0]);
  else if (self->order.length >= CALL_TYPING_MAX)
    end_entry (self, g_queue_peek_head (&self->order));
}

/* Makes it the one heard of last. */
static void
touch (CallTypingTable *self, Entry *entry)
{
  GPtrArray *of_user = g_hash_table_lookup (self->users, entry->typist.user_id);

  g_queue_unlink (&self->order, &entry->link);
  g_queue_push_tail_link (&self->order, &entry->link);
  g_ptr_array_remove (of_user, entry);
  g_ptr_array_add (of_user, entry);
}

static Entry *
add_entry (CallTypingTable *self, const char *user_id, const char *group_id)
{
  Entry *entry = g_new0 (Entry, 1);
  GPtrArray *of_user;

  make_room (self, user_id);
  entry->typist.user_id = g_strdup (user_id);
  entry->typist.group_id = g_strdup (group_id);
  entry->link.data = entry;
  g_hash_table_add (self->entries, entry);
  of_user = g_hash_table_lookup (self->users, user_id);
  if (of_user == NULL) {
    of_user = g_ptr_array_new ();
    g_hash_table_insert (self->users, g_strdup (user_id), of_user);
  }
  g_ptr_array_add (of_user, entry);
  g_queue_push_tail_link (&self->order, &entry->link);
  return entry;
}

/**
 * call_typing_table_has:
 * @self: a table
 * @user_id: a user
 * @group_id: a conversation
 *
 * Returns: whether the user types there
 */
gboolean
call_typing_table_has (CallTypingTable *self, const char *user_id, const char *group_id)
{
  return find (self, user_id, group_id) != NULL;
}

/**
 * call_typing_table_start:
 * @self: a table
 * @user_id: who types
 * @group_id: where
 * @connection_id: on which connection
 * @now: the time
 *
 * Somebody types, or still types.
 *
 * Returns: whether it is worth telling: %FALSE for what was told a moment ago
 */
gboolean
call_typing_table_start (CallTypingTable *self,
                         const char *user_id,
                         const char *group_id,
                         guint64 connection_id,
                         gint64 now)
{
  Entry *entry = find (self, user_id, group_id);
  gboolean is_new = entry == NULL;

  if (is_new)
    entry = add_entry (self, user_id, group_id);
  else
    touch (self, entry);
  entry->typist.connection_id = connection_id;
  entry->heard_at = now;
  if (!is_new && now - entry->told_at < CALL_TYPING_REPEAT_MS)
    return FALSE;
  entry->told_at = now;
  return TRUE;
}

/**
 * call_typing_table_stop:
 * @self: a table
 * @user_id: who typed
 * @group_id: where
 *
 * Somebody stops. Nothing happens if they did not type.
 */
void
call_typing_table_stop (CallTypingTable *self, const char *user_id, const char *group_id)
{
  Entry *entry = find (self, user_id, group_id);

  if (entry != NULL)
    end_entry (self, entry);
}

/**
 * call_typing_table_forget:
 * @self: a table
 * @user_id: whose connection it was
 * @connection_id: a connection that has gone
 *
 * Whoever typed on it has stopped.
 */
void
call_typing_table_forget (CallTypingTable *self, const char *user_id, guint64 connection_id)
{
  GPtrArray *of_user = g_hash_table_lookup (self->users, user_id);
  guint i = 0;

  while (of_user != NULL && i < of_user->len) {
    Entry *entry = of_user->pdata[i];

    if (entry->typist.connection_id != connection_id) {
      i++;
      continue;
    }
    end_entry (self, entry);
    of_user = g_hash_table_lookup (self->users, user_id);
  }
}

/**
 * call_typing_table_expire:
 * @self: a table
 * @now: the time
 *
 * Ends those who said nothing for %CALL_TYPING_EXPIRY_MS.
 *
 * Returns: when to call this again, 0 if nobody types
 */
gint64
call_typing_table_expire (CallTypingTable *self, gint64 now)
{
  Entry *first;

  while ((first = g_queue_peek_head (&self->order)) != NULL) {
    if (now - first->heard_at < CALL_TYPING_EXPIRY_MS)
      return first->heard_at + CALL_TYPING_EXPIRY_MS;
    end_entry (self, first);
  }
  return 0;
}

/**
 * call_typing_table_get_size:
 * @self: a table
 *
 * Returns: how many type
 */
guint
call_typing_table_get_size (CallTypingTable *self)
{
  return self->order.length;
}
