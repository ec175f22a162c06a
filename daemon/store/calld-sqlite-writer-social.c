/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-sqlite-writer-private.h"

#include "calld-change.h"

/* A user of another issuer has no row to hang on to: nothing is kept. */
gboolean
calld_sqlite_writer_presence_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldPresenceRecord *presence = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO presences (user_id, chosen, last_seen) "
                "SELECT id, ?2, ?3 FROM users WHERE id = ?1 "
                "ON CONFLICT (user_id) DO UPDATE SET chosen = ?2, last_seen = max (last_seen, ?3)");

  calld_cursor_bind_text (cursor, presence->user_id);
  calld_cursor_bind_enum (cursor, CALL_TYPE_PRESENCE_STATUS, (int) presence->chosen);
  calld_cursor_bind_int (cursor, presence->last_seen);
  return calld_cursor_run (cursor, error);
}

/* --- webhooks --------------------------------------------------------------------------------- */

gboolean
calld_sqlite_writer_add_webhook_step (CalldSqliteWriter *self,
                                      const CalldStep *step,
                                      GError **error)
{
  const CalldWebhookRecord *webhook = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO webhooks (id, url, secret, events, bot_id, active, created_at) "
                "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT count(*) FROM webhooks) < ?8");

  calld_sqlite_outbox_forget (self->outbox);
  calld_cursor_bind_text (cursor, webhook->id);
  calld_cursor_bind_text (cursor, webhook->url);
  calld_cursor_bind_text (cursor, webhook->secret);
  calld_cursor_bind_text (cursor, webhook->events);
  calld_cursor_bind_text (cursor, webhook->bot_id);
  calld_cursor_bind_int (cursor, webhook->active != FALSE);
  calld_cursor_bind_int (cursor, webhook->created_at);
  calld_cursor_bind_int (cursor, CALLD_WEBHOOKS_MAX);
  if (calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                   "There are too many webhooks: remove one first.", error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such bot.");
}

gboolean
calld_sqlite_writer_remove_webhook_step (CalldSqliteWriter *self,
                                         const CalldStep *step,
                                         GError **error)
{
  const CalldWebhookRecord *webhook = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (self->db,
                                                         "DELETE FROM webhooks WHERE id = ?1");

  calld_sqlite_outbox_forget (self->outbox);
  calld_cursor_bind_text (cursor, webhook->id);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                      "There is no such webhook.", error);
}

static gboolean
drop_deliveries (CalldSqliteWriter *self, const CalldWebhookRecord *webhook, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM webhook_deliveries WHERE webhook_id = ?1");

  calld_cursor_bind_text (cursor, webhook->id);
  return calld_cursor_run (cursor, error);
}

gboolean
calld_sqlite_writer_update_webhook_step (CalldSqliteWriter *self,
                                         const CalldStep *step,
                                         GError **error)
{
  const CalldWebhookRecord *webhook = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE webhooks SET active = ?2, failing_since = ?3 WHERE id = ?1");

  calld_sqlite_outbox_forget (self->outbox);
  calld_cursor_bind_text (cursor, webhook->id);
  calld_cursor_bind_int (cursor, webhook->active != FALSE);
  calld_cursor_bind_int (cursor, webhook->failing_since);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                      "There is no such webhook.", error) &&
         (webhook->active || drop_deliveries (self, webhook, error));
}

gboolean
calld_sqlite_writer_enqueue_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  return calld_sqlite_outbox_add_event (self->outbox, step->record, error);
}

gboolean
calld_sqlite_writer_finish_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  return calld_sqlite_outbox_remove (self->outbox, step->record, error);
}

gboolean
calld_sqlite_writer_retry_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldDeliveryRecord *delivery = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE webhook_deliveries SET attempts = ?2, due_at = ?3 WHERE seq = ?1");

  calld_cursor_bind_int (cursor, (gint64) delivery->seq);
  calld_cursor_bind_int (cursor, delivery->attempts);
  calld_cursor_bind_int (cursor, delivery->due_at);
  return calld_cursor_run (cursor, error);
}

/* --- push ------------------------------------------------------------------------------------- */

static gboolean
drop_old_pushes (CalldSqliteWriter *self, const CalldPushRecord *push, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "DELETE FROM push_subscriptions WHERE user_id = ?1 AND id NOT IN (SELECT id FROM "
      "push_subscriptions WHERE user_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2)");

  calld_cursor_bind_text (cursor, push->user_id);
  calld_cursor_bind_int (cursor, CALLD_PUSH_MAX);
  return calld_cursor_run (cursor, error);
}

gboolean
calld_sqlite_writer_add_push_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldPushRecord *push = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO push_subscriptions (id, user_id, kind, endpoint, p256dh, auth, created_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (user_id, endpoint) DO UPDATE SET "
      "kind = ?3, p256dh = ?5, auth = ?6, created_at = ?7");

  calld_cursor_bind_text (cursor, push->id);
  calld_cursor_bind_text (cursor, push->user_id);
  calld_cursor_bind_text (cursor, push->kind);
  calld_cursor_bind_text (cursor, push->endpoint);
  calld_cursor_bind_text (cursor, push->p256dh);
  calld_cursor_bind_text (cursor, push->auth);
  calld_cursor_bind_int (cursor, push->created_at);
  if (!calld_cursor_run (cursor, error))
    return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such user.");
  return drop_old_pushes (self, push, error);
}

gboolean
calld_sqlite_writer_remove_push_step (CalldSqliteWriter *self,
                                      const CalldStep *step,
                                      GError **error)
{
  const CalldPushRecord *push = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM push_subscriptions WHERE id = ?1 AND user_id = ?2");

  calld_cursor_bind_text (cursor, push->id);
  calld_cursor_bind_text (cursor, push->user_id);
  return calld_cursor_run (cursor, error);
}
