/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-peerjs-waiting.h"

#include <string.h>

/* What an entry costs besides its bytes. */
#define OVERHEAD 128

typedef struct {
  char *src;
  CalldFrame *frame;
} Entry;

typedef struct {
  GArray *entries;
  guint64 since_ms;
} Queue;

struct _CalldPeerjsWaiting {
  GHashTable *queues;
  guint max_for_one;
  gsize max_bytes;
  gsize bytes;
};

static gsize
get_cost (CalldFrame *frame)
{
  gsize length;

  calld_frame_get_wire (frame, &length);
  return length + OVERHEAD;
}

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->src);
  calld_frame_unref (entry->frame);
}

static void
queue_free (gpointer data)
{
  Queue *queue = data;

  g_array_unref (queue->entries);
  g_free (queue);
}

/**
 * calld_peerjs_waiting_new:
 * @max_for_one: messages that may wait for one peer
 * @max_bytes: bytes that may wait for all
 *
 * Returns: (transfer full): a store of waiting messages
 */
CalldPeerjsWaiting *
calld_peerjs_waiting_new (guint max_for_one, gsize max_bytes)
{
  CalldPeerjsWaiting *self = g_new0 (CalldPeerjsWaiting, 1);

  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  self->max_for_one = max_for_one;
  self->max_bytes = max_bytes;
  return self;
}

/**
 * calld_peerjs_waiting_free:
 * @self: (transfer full): a store
 *
 * Frees the store and what waits.
 */
void
calld_peerjs_waiting_free (CalldPeerjsWaiting *self)
{
  g_hash_table_unref (self->queues);
  g_free (self);
}

/**
 * calld_peerjs_waiting_add:
 * @self: a store
 * @dst: the peer that is not there
 * @src: the sender
 * @frame: the message
 * @now_ms: the time; the first message for @dst starts its clock
 *
 * Keeps a message.
 *
 * Returns: %FALSE if there is no room
 */
gboolean
calld_peerjs_waiting_add (CalldPeerjsWaiting *self,
                          const char *dst,
                          const char *src,
                          CalldFrame *frame,
                          guint64 now_ms)
{
  Queue *queue = g_hash_table_lookup (self->queues, dst);
  gsize cost = get_cost (frame);
  Entry entry;

  if (self->bytes + cost > self->max_bytes ||
      (queue != NULL && queue->entries->len >= self->max_for_one))
    return FALSE;
  if (queue == NULL) {
    queue = g_new0 (Queue, 1);
    queue->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
    g_array_set_clear_func (queue->entries, entry_clear);
    queue->since_ms = now_ms;
    g_hash_table_insert (self->queues, g_strdup (dst), queue);
  }
  entry = (Entry){ g_strdup (src), calld_frame_ref (frame) };
  g_array_append_val (queue->entries, entry);
  self->bytes += cost;
  return TRUE;
}

static void
subtract (CalldPeerjsWaiting *self, const Queue *queue)
{
  for (guint i = 0; i < queue->entries->len; i++)
    self->bytes -= get_cost (g_array_index (queue->entries, Entry, i).frame);
}

/**
 * calld_peerjs_waiting_take:
 * @self: a store
 * @dst: a peer that has come
 *
 * Takes out what waits for a peer, in the order it came.
 *
 * Returns: (transfer full) (nullable) (element-type CalldFrame): the messages, %NULL for none
 */
GPtrArray *
calld_peerjs_waiting_take (CalldPeerjsWaiting *self, const char *dst)
{
  Queue *queue = g_hash_table_lookup (self->queues, dst);
  GPtrArray *frames;

  if (queue == NULL)
    return NULL;
  frames = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_frame_unref);
  for (guint i = 0; i < queue->entries->len; i++)
    g_ptr_array_add (frames, calld_frame_ref (g_array_index (queue->entries, Entry, i).frame));
  subtract (self, queue);
  g_hash_table_remove (self->queues, dst);
  return frames;
}

static gboolean
is_first_of_sender (const Queue *queue, guint index)
{
  const char *src = g_array_index (queue->entries, Entry, index).src;

  for (guint i = 0; i < index; i++)
    if (g_str_equal (g_array_index (queue->entries, Entry, i).src, src))
      return FALSE;
  return TRUE;
}

/**
 * calld_peerjs_waiting_expire:
 * @self: a store
 * @older_than_ms: queues that began before this time are dropped
 * @func: called once for each sender of each of them; may not touch @self
 * @user_data: data for @func
 *
 * Drops what has waited too long.
 */
void
calld_peerjs_waiting_expire (CalldPeerjsWaiting *self,
                             guint64 older_than_ms,
                             CalldPeerjsWaitingFunc func,
                             gpointer user_data)
{
  GHashTableIter iter;
  gpointer dst, value;

  g_hash_table_iter_init (&iter, self->queues);
  while (g_hash_table_iter_next (&iter, &dst, &value)) {
    Queue *queue = value;

    if (queue->since_ms >= older_than_ms)
      continue;
    for (guint i = 0; i < queue->entries->len; i++)
      if (is_first_of_sender (queue, i))
        func (dst, g_array_index (queue->entries, Entry, i).src, user_data);
    subtract (self, queue);
    g_hash_table_iter_remove (&iter);
  }
}

/**
 * calld_peerjs_waiting_is_empty:
 * @self: a store
 *
 * Returns: %TRUE if nothing waits
 */
gboolean
calld_peerjs_waiting_is_empty (CalldPeerjsWaiting *self)
{
  return g_hash_table_size (self->queues) == 0;
}
