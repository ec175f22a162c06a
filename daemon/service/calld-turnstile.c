/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-turnstile"

#include "config.h"

#include "calld-turnstile.h"

typedef struct {
  CalldTurnstileFunc func;
  gpointer user_data;
} Waiting;

struct _CalldTurnstile {
  GHashTable *queues; /* key → GQueue of Waiting; a key is here while somebody is inside */
};

static void
queue_free (GQueue *queue)
{
  g_queue_free_full (queue, g_free);
}

/**
 * calld_turnstile_new:
 *
 * Returns: (transfer full): a turnstile with nobody inside
 */
CalldTurnstile *
calld_turnstile_new (void)
{
  CalldTurnstile *self = g_new0 (CalldTurnstile, 1);

  self->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) queue_free);
  return self;
}

/**
 * calld_turnstile_free:
 * @self: (transfer full): a turnstile with nobody inside
 */
void
calld_turnstile_free (CalldTurnstile *self)
{
  g_hash_table_unref (self->queues);
  g_free (self);
}

/**
 * calld_turnstile_enter:
 * @self: a turnstile
 * @key: what must not be done twice at a time
 * @func: called when it is your turn, perhaps before this returns
 * @user_data: for @func
 *
 * Asks to pass.
 *
 * Returns: %FALSE if %CALLD_TURNSTILE_WAITING_MAX wait already; @func is then never called
 */
gboolean
calld_turnstile_enter (CalldTurnstile *self,
                       const char *key,
                       CalldTurnstileFunc func,
                       gpointer user_data)
{
  GQueue *queue = g_hash_table_lookup (self->queues, key);
  Waiting *waiting;

  if (queue == NULL) {
    g_hash_table_insert (self->queues, g_strdup (key), g_queue_new ());
    func (user_data);
    return TRUE;
  }
  if (queue->length >= CALLD_TURNSTILE_WAITING_MAX)
    return FALSE;
  waiting = g_new0 (Waiting, 1);
  waiting->func = func;
  waiting->user_data = user_data;
  g_queue_push_tail (queue, waiting);
  return TRUE;
}

/**
 * calld_turnstile_leave:
 * @self: a turnstile
 * @key: what you asked to pass with
 *
 * Lets the next one pass, before this returns.
 */
void
calld_turnstile_leave (CalldTurnstile *self, const char *key)
{
  GQueue *queue = g_hash_table_lookup (self->queues, key);
  g_autofree Waiting *next = NULL;

  g_return_if_fail (queue != NULL);

  next = g_queue_pop_head (queue);
  if (next == NULL)
    g_hash_table_remove (self->queues, key);
  else
    next->func (next->user_data);
}

/**
 * calld_turnstile_get_n_keys:
 * @self: a turnstile
 *
 * Returns: for how many keys somebody is inside
 */
guint
calld_turnstile_get_n_keys (CalldTurnstile *self)
{
  return g_hash_table_size (self->queues);
}
