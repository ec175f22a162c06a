/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-conversation.h"

#include "call-conversation-private.h"
#include "call-message-private.h"

/**
 * CallConversation:
 *
 * The messages of one conversation: a [iface@Gio.ListModel] of [class@Call.Message], by sequence,
 * with those that are still being sent at the end. Each message is in it once, however often it
 * arrives. It keeps the newest 5000.
 */
struct _CallConversation {
  GObject parent_instance;

  char *id;
  GPtrArray *messages;    /* CallMessage */
  GHashTable *by_id;      /* id to CallMessage, owned by messages */
  GHashTable *by_temp_id; /* the sender's own id to CallMessage */
};

enum { PROP_0, PROP_ID, PROP_ITEM_TYPE, PROP_N_ITEMS, PROP_LAST_SEQ, N_PROPS };

static GParamSpec *props[N_PROPS];

static void call_conversation_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CallConversation,
                               call_conversation,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      call_conversation_list_model_init))

static GType
call_conversation_get_item_type (GListModel *model)
{
  return CALL_TYPE_MESSAGE;
}

static guint
call_conversation_get_n_items (GListModel *model)
{
  return CALL_CONVERSATION (model)->messages->len;
}

static gpointer
call_conversation_get_item (GListModel *model, guint position)
{
  CallConversation *self = CALL_CONVERSATION (model);

  return position < self->messages->len ? g_object_ref (self->messages->pdata[position]) : NULL;
}

static void
call_conversation_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = call_conversation_get_item_type;
  iface->get_n_items = call_conversation_get_n_items;
  iface->get_item = call_conversation_get_item;
}

/* Where a message belongs: stored ones by sequence, unsent ones (0) behind them as they came. */
static guint
place_of (CallConversation *self, CallMessage *message)
{
  gint64 seq = call_message_get_seq (message);
  guint place = self->messages->len;

  if (seq == 0)
    return place;
  while (place > 0) {
    gint64 before = call_message_get_seq (self->messages->pdata[place - 1]);

    if (before != 0 && before < seq)
      break;
    place--;
  }
  return place;
}

static void
index_message (CallConversation *self, CallMessage *message)
{
  const char *id = call_message_get_id (message);
  const char *temp_id = call_message_get_temp_id (message);

  if (id != NULL)
    g_hash_table_replace (self->by_id, g_strdup (id), message);
  if (temp_id != NULL)
    g_hash_table_replace (self->by_temp_id, g_strdup (temp_id), message);
}

static void
forget_message (CallConversation *self, CallMessage *message)
{
  if (call_message_get_id (message) != NULL)
    g_hash_table_remove (self->by_id, call_message_get_id (message));
  if (call_message_get_temp_id (message) != NULL)
    g_hash_table_remove (self->by_temp_id, call_message_get_temp_id (message));
}

/* A message of ours may come back by its id, or by its temp id before we knew the id. A temp id of
 * somebody else is no proof: it is only unique for its sender. */
static CallMessage *
find_same (CallConversation *self, CallMessage *message)
{
  const char *id = call_message_get_id (message);
  const char *temp_id = call_message_get_temp_id (message);
  CallMessage *found = id != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;

  if (found != NULL)
    return found;
  found = temp_id != NULL ? g_hash_table_lookup (self->by_temp_id, temp_id) : NULL;
  if (found != NULL &&
      g_strcmp0 (call_message_get_sender_id (found), call_message_get_sender_id (message)) == 0)
    return found;
  return NULL;
}

static void
insert (CallConversation *self, CallMessage *message)
{
  guint place = place_of (self, message);

  g_ptr_array_insert (self->messages, (int) place, message);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 0, 1);
}

static void
update (CallConversation *self, CallMessage *known, CallMessage *fresh)
{
  gboolean moves = call_message_get_seq (fresh) != 0 &&
                   call_message_get_seq (known) != call_message_get_seq (fresh);
  guint place;

  call_message_absorb (known, fresh);
  index_message (self, known);
  if (!moves || !g_ptr_array_find (self->messages, known, &place))
    return;
  g_ptr_array_steal_index (self->messages, place);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
  insert (self, known);
}

/*
 * call_conversation_add:
 * @self: the conversation
 * @message: a message of it
 *
 * Puts @message in its place, or brings the one that is there up to date with it.
 *
 * Returns: (transfer none) (nullable): the object in the list, %NULL if the message is older than
 *   everything in a full list
 */
CallMessage *
call_conversation_add (CallConversation *self, CallMessage *message)
{
  CallMessage *known = find_same (self, message);
  gint64 last = call_conversation_get_last_seq (self);

  g_return_val_if_fail (g_strcmp0 (call_message_get_group_id (message), self->id) == 0, NULL);

  if (known == NULL && self->messages->len >= CALL_CONVERSATION_MAX_MESSAGES) {
    if (place_of (self, message) == 0)
      return NULL;
    forget_message (self, self->messages->pdata[0]);
    g_ptr_array_remove_index (self->messages, 0);
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 1, 0);
  }
  if (known != NULL) {
    update (self, known, message);
  } else {
    known = message;
    index_message (self, message);
    insert (self, g_object_ref (message));
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_ITEMS]);
  }
  if (last != call_conversation_get_last_seq (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_SEQ]);
  return known;
}

/*
 * call_conversation_find_gap:
 * @self: the conversation
 * @before: (out): the sequence number of the message after the gap
 *
 * Looks for messages that must exist but are not here, the newest ones first. What came before the
 * oldest message here is no gap.
 *
 * Returns: %TRUE if there is a gap
 */
gboolean
call_conversation_find_gap (CallConversation *self, gint64 *before)
{
  gint64 after = 0;

  for (guint i = self->messages->len; i > 0; i--) {
    gint64 seq = call_message_get_seq (self->messages->pdata[i - 1]);

    if (seq == 0)
      continue;
    if (after != 0 && seq + 1 < after) {
      *before = after;
      return TRUE;
    }
    after = seq;
  }
  return FALSE;
}

static void
call_conversation_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CallConversation *self = CALL_CONVERSATION (object);

  switch (id) {
  case PROP_ID:
    self->id = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_conversation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CallConversation *self = CALL_CONVERSATION (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_ITEM_TYPE:
    g_value_set_gtype (value, CALL_TYPE_MESSAGE);
    break;
  case PROP_N_ITEMS:
    g_value_set_uint (value, self->messages->len);
    break;
  case PROP_LAST_SEQ:
    g_value_set_int64 (value, call_conversation_get_last_seq (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
call_conversation_finalize (GObject *object)
{
  CallConversation *self = CALL_CONVERSATION (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->by_temp_id, g_hash_table_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);

  G_OBJECT_CLASS (call_conversation_parent_class)->finalize (object);
}

static void
call_conversation_class_init (CallConversationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = call_conversation_set_property;
  object_class->get_property = call_conversation_get_property;
  object_class->finalize = call_conversation_finalize;

  /**
   * CallConversation:id:
   *
   * The id of the conversation.
   */
  props[PROP_ID] = g_param_spec_string (
      "id", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * CallConversation:item-type:
   *
   * The type of the items, [class@Call.Message].
   */
  props[PROP_ITEM_TYPE] = g_param_spec_gtype ("item-type", NULL, NULL, G_TYPE_OBJECT,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * CallConversation:n-items:
   *
   * How many messages there are.
   */
  props[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * CallConversation:last-seq:
   *
   * The sequence number of the newest stored message, 0 if there is none.
   */
  props[PROP_LAST_SEQ] = g_param_spec_int64 ("last-seq", NULL, NULL, 0, G_MAXINT64, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
call_conversation_init (CallConversation *self)
{
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_temp_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * call_conversation_new:
 * @id: the id of the conversation
 *
 * Makes an empty conversation.
 *
 * Returns: (transfer full): a new conversation
 */
CallConversation *
call_conversation_new (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  return g_object_new (CALL_TYPE_CONVERSATION, "id", id, NULL);
}

/**
 * call_conversation_get_id:
 * @self: a conversation
 *
 * Gets the id of the conversation.
 *
 * Returns: (transfer none): the id
 */
const char *
call_conversation_get_id (CallConversation *self)
{
  g_return_val_if_fail (CALL_IS_CONVERSATION (self), NULL);

  return self->id;
}

/**
 * call_conversation_get_last_seq:
 * @self: a conversation
 *
 * Gets the sequence number of the newest stored message.
 *
 * Returns: the number, or 0 if there is none
 */
gint64
call_conversation_get_last_seq (CallConversation *self)
{
  g_return_val_if_fail (CALL_IS_CONVERSATION (self), 0);

  for (guint i = self->messages->len; i > 0; i--) {
    gint64 seq = call_message_get_seq (self->messages->pdata[i - 1]);

    if (seq != 0)
      return seq;
  }
  return 0;
}

/**
 * call_conversation_find:
 * @self: a conversation
 * @id_or_temp_id: the id of a message, or the sender's own id of one
 *
 * Finds a message.
 *
 * Returns: (transfer none) (nullable): the message, or %NULL if it is not here
 */
CallMessage *
call_conversation_find (CallConversation *self, const char *id_or_temp_id)
{
  CallMessage *found;

  g_return_val_if_fail (CALL_IS_CONVERSATION (self), NULL);
  g_return_val_if_fail (id_or_temp_id != NULL, NULL);

  found = g_hash_table_lookup (self->by_id, id_or_temp_id);
  return found != NULL ? found : g_hash_table_lookup (self->by_temp_id, id_or_temp_id);
}
