/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-outbox"

#include "config.h"

#include "calld-sqlite-outbox.h"

#include "calld-change.h"
#include "calld-log.h"

#include "call-bot-rules.h"
#include "call-id.h"

#include <string.h>

#define MESSAGE_EVENT "new_message"

typedef struct {
  char *id;
  char **events;
  char *bot_id;
  char *bot_name;
  guint waiting;
} Hook;

struct _CalldSqliteOutbox {
  CalldSqlite *db;  /* not owned */
  GPtrArray *hooks; /* (nullable): the active ones, NULL when they must be read again */
};

static void
hook_free (gpointer data)
{
  Hook *hook = data;

  g_free (hook->id);
  g_strfreev (hook->events);
  g_free (hook->bot_id);
  g_free (hook->bot_name);
  g_free (hook);
}

CalldSqliteOutbox *
calld_sqlite_outbox_new (CalldSqlite *db)
{
  CalldSqliteOutbox *self = g_new0 (CalldSqliteOutbox, 1);

  self->db = db;
  return self;
}

void
calld_sqlite_outbox_free (CalldSqliteOutbox *self)
{
  g_clear_pointer (&self->hooks, g_ptr_array_unref);
  g_free (self);
}

/**
 * calld_sqlite_outbox_forget:
 * @self: an outbox
 *
 * Has the webhooks read again, because they changed or what was written was rolled back.
 */
void
calld_sqlite_outbox_forget (CalldSqliteOutbox *self)
{
  g_clear_pointer (&self->hooks, g_ptr_array_unref);
}

static Hook *
read_hook (CalldCursor *cursor)
{
  Hook *hook = g_new0 (Hook, 1);

  hook->id = calld_cursor_get_text (cursor);
  hook->events = g_strsplit (calld_cursor_peek_text (cursor), " ", -1);
  hook->bot_id = calld_cursor_get_text (cursor);
  hook->bot_name = calld_cursor_get_text (cursor);
  hook->waiting = (guint) calld_cursor_get_int (cursor);
  return hook;
}

static gboolean
ensure_hooks (CalldSqliteOutbox *self, GError **error)
{
  g_autoptr (CalldCursor) cursor = NULL;
  g_autoptr (GError) local_error = NULL;

  if (self->hooks != NULL)
    return TRUE;
  cursor = calld_sqlite_prepare (
      self->db, "SELECT w.id, w.events, w.bot_id, u.name, (SELECT count(*) FROM webhook_deliveries "
                "d WHERE d.webhook_id = w.id) FROM webhooks w LEFT JOIN users u ON u.id = w.bot_id "
                "WHERE w.active = 1 ORDER BY w.created_at, w.id");
  self->hooks = g_ptr_array_new_with_free_func (hook_free);
  while (calld_cursor_next (cursor, &local_error))
    g_ptr_array_add (self->hooks, read_hook (cursor));
  if (local_error == NULL)
    return TRUE;
  calld_sqlite_outbox_forget (self);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
hears (const Hook *hook, const char *event)
{
  return g_strv_contains ((const char *const *) hook->events, event) ||
         g_strv_contains ((const char *const *) hook->events, "*");
}

/* The queue of one webhook is bounded: a receiver that is away for long loses what is oldest. */
static gboolean
drop_oldest (CalldSqliteOutbox *self, Hook *hook, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM webhook_deliveries WHERE seq = (SELECT min(seq) FROM "
                "webhook_deliveries WHERE webhook_id = ?1)");

  calld_cursor_bind_text (cursor, hook->id);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  hook->waiting--;
  calld_log_debug ("webhook_overflow", .detail = hook->id);
  return TRUE;
}

static gboolean
insert (CalldSqliteOutbox *self, Hook *hook, const CalldDeliveryRecord *delivery, GError **error)
{
  g_autofree char *id = call_id_new ();
  g_autoptr (CalldCursor) cursor = NULL;

  if (hook->waiting >= CALLD_DELIVERIES_MAX && !drop_oldest (self, hook, error))
    return FALSE;
  cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO webhook_deliveries (id, webhook_id, event, payload, message_id, "
                "created_at, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)");
  calld_cursor_bind_text (cursor, id);
  calld_cursor_bind_text (cursor, hook->id);
  calld_cursor_bind_text (cursor, delivery->event);
  calld_cursor_bind_text (cursor, delivery->payload);
  calld_cursor_bind_text (cursor, delivery->message_id);
  calld_cursor_bind_int (cursor, delivery->created_at);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  hook->waiting++;
  return TRUE;
}

/**
 * calld_sqlite_outbox_add_event:
 * @self: an outbox, in a transaction
 * @delivery: event, payload and created_at, and perhaps the one webhook that is to hear it
 * @error: (optional): where to put why not
 *
 * Queues an event for all webhooks that hear it. Those of bots hear messages only, unless one is
 * named.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_sqlite_outbox_add_event (CalldSqliteOutbox *self,
                               const CalldDeliveryRecord *delivery,
                               GError **error)
{
  if (!ensure_hooks (self, error))
    return FALSE;
  for (guint i = 0; i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    gboolean wanted = delivery->webhook_id != NULL
                          ? g_str_equal (hook->id, delivery->webhook_id)
                          : hook->bot_id == NULL && hears (hook, delivery->event);

    if (wanted && !insert (self, hook, delivery, error))
      return FALSE;
  }
  return TRUE;
}

/* A bot hears what is said where it is a member: in a chat of two everything, elsewhere commands
 * and what names it; nothing of a visit, which is between two; and no program, or two of them would
 * talk for ever. */
static gboolean
is_for_bot (CalldSqliteOutbox *self,
            const Hook *hook,
            const CalldMessageRecord *message,
            gboolean *answer,
            GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT c.kind, s.role FROM members m JOIN conversations c ON c.id = "
                "m.conversation_id JOIN users s ON s.id = ?3 "
                "WHERE m.conversation_id = ?1 AND m.user_id = ?2 AND c.kind <> 'appointment'");
  g_autoptr (GError) local_error = NULL;

  *answer = FALSE;
  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_text (cursor, hook->bot_id);
  calld_cursor_bind_text (cursor, message->sender_id);
  if (calld_cursor_next (cursor, &local_error)) {
    gboolean direct = g_str_equal (calld_cursor_peek_text (cursor), "direct");
    gboolean program = g_str_equal (calld_cursor_peek_text (cursor), "service");

    *answer = !program &&
              (direct || call_bot_rules_is_addressed (message->content, hook->bot_name));
  }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/**
 * calld_sqlite_outbox_add_message:
 * @self: an outbox, in the transaction of the message
 * @message: a message that was just stored
 * @error: (optional): where to put why not
 *
 * Queues a message for the webhooks that hear messages, and for those of bots it is meant for.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_sqlite_outbox_add_message (CalldSqliteOutbox *self,
                                 const CalldMessageRecord *message,
                                 GError **error)
{
  const CalldDeliveryRecord delivery = {
    .event = (char *) MESSAGE_EVENT,
    .message_id = message->id,
    .created_at = message->created_at,
  };

  if (!ensure_hooks (self, error))
    return FALSE;
  for (guint i = 0; i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];
    gboolean wanted = hears (hook, MESSAGE_EVENT);

    if (wanted && hook->bot_id != NULL && !is_for_bot (self, hook, message, &wanted, error))
      return FALSE;
    if (wanted && !insert (self, hook, &delivery, error))
      return FALSE;
  }
  return TRUE;
}

/**
 * calld_sqlite_outbox_remove:
 * @self: an outbox, in a transaction
 * @delivery: what was delivered; nothing happens if it is not there any more
 * @error: (optional): where to put why not
 *
 * Takes a delivery out.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_sqlite_outbox_remove (CalldSqliteOutbox *self,
                            const CalldDeliveryRecord *delivery,
                            GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM webhook_deliveries WHERE seq = ?1");

  calld_cursor_bind_int (cursor, (gint64) delivery->seq);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  for (guint i = 0; self->hooks != NULL && i < self->hooks->len; i++) {
    Hook *hook = self->hooks->pdata[i];

    if (g_str_equal (hook->id, delivery->webhook_id))
      hook->waiting -= (guint) MIN (calld_sqlite_get_changes (self->db), (gint64) hook->waiting);
  }
  return TRUE;
}
