/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-reader"

#include "config.h"

#include "calld-sqlite-reader-private.h"

static gpointer
read_presence (CalldCursor *cursor)
{
  CalldPresenceRecord *presence = g_new0 (CalldPresenceRecord, 1);

  presence->user_id = calld_cursor_get_text (cursor);
  presence->user_name = calld_cursor_get_text (cursor);
  presence->chosen = calld_cursor_get_enum (cursor, CALL_TYPE_PRESENCE_STATUS);
  presence->last_seen = calld_cursor_get_int (cursor);
  return presence;
}

static gpointer
read_webhook (CalldCursor *cursor)
{
  CalldWebhookRecord *webhook = g_new0 (CalldWebhookRecord, 1);

  webhook->id = calld_cursor_get_text (cursor);
  webhook->url = calld_cursor_get_text (cursor);
  webhook->secret = calld_cursor_get_text (cursor);
  webhook->events = calld_cursor_get_text (cursor);
  webhook->bot_id = calld_cursor_get_text (cursor);
  webhook->active = calld_cursor_get_int (cursor) != 0;
  webhook->created_at = calld_cursor_get_int (cursor);
  webhook->failing_since = calld_cursor_get_int (cursor);
  webhook->waiting = (guint) calld_cursor_get_int (cursor);
  return webhook;
}

static gpointer
read_delivery (CalldCursor *cursor)
{
  CalldDeliveryRecord *delivery = g_new0 (CalldDeliveryRecord, 1);

  delivery->seq = (guint64) calld_cursor_get_int (cursor);
  delivery->id = calld_cursor_get_text (cursor);
  delivery->webhook_id = calld_cursor_get_text (cursor);
  delivery->url = calld_cursor_get_text (cursor);
  delivery->secret = calld_cursor_get_text (cursor);
  delivery->event = calld_cursor_get_text (cursor);
  delivery->payload = calld_cursor_get_text (cursor);
  delivery->message_id = calld_cursor_get_text (cursor);
  delivery->created_at = calld_cursor_get_int (cursor);
  delivery->attempts = (guint) calld_cursor_get_int (cursor);
  delivery->due_at = calld_cursor_get_int (cursor);
  delivery->failing_since = calld_cursor_get_int (cursor);
  return delivery;
}

static gpointer
read_push (CalldCursor *cursor)
{
  CalldPushRecord *push = g_new0 (CalldPushRecord, 1);

  push->id = calld_cursor_get_text (cursor);
  push->user_id = calld_cursor_get_text (cursor);
  push->kind = calld_cursor_get_text (cursor);
  push->endpoint = calld_cursor_get_text (cursor);
  push->p256dh = calld_cursor_get_text (cursor);
  push->auth = calld_cursor_get_text (cursor);
  push->created_at = calld_cursor_get_int (cursor);
  return push;
}

static gpointer
read_id (CalldCursor *cursor)
{
  return calld_cursor_get_text (cursor);
}

static void
bind_key_and_limit (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_nothing (CalldCursor *cursor, const CalldJob *job)
{
}

const CalldReading calld_sqlite_social_readings[] = {
  [CALLD_JOB_GET_PRESENCE -
   CALLD_JOB_FIRST_SOCIAL] = { "SELECT user_id, NULL, chosen, last_seen FROM "
                               "presences WHERE user_id = ?1",
                               read_presence, (GDestroyNotify) calld_presence_record_free, NULL,
                               "presence" },
  [CALLD_JOB_LIST_PRESENCES -
      CALLD_JOB_FIRST_SOCIAL] = { "SELECT m.user_id, u.name, coalesce (p.chosen, 'online'), "
                                  "coalesce (p.last_seen, 0) FROM "
                                  "members m JOIN users u ON u.id = m.user_id LEFT JOIN presences "
                                  "p ON p.user_id = m.user_id "
                                  "WHERE m.conversation_id = ?1 ORDER BY m.joined_at, m.user_id",
                                  read_presence, (GDestroyNotify) calld_presence_record_free, NULL,
                                  NULL },
  /* Once the visit is over, doctor and patient are no contacts any more. */
  [CALLD_JOB_LIST_CONTACTS -
      CALLD_JOB_FIRST_SOCIAL] = { "SELECT DISTINCT o.user_id FROM members m JOIN members o ON "
                                  "o.conversation_id = "
                                  "m.conversation_id WHERE m.user_id = ?1 AND o.user_id <> ?1 AND "
                                  "NOT EXISTS (SELECT 1 FROM "
                                  "appointments a WHERE a.conversation_id = m.conversation_id AND "
                                  "a.status NOT IN "
                                  "('scheduled', 'in_progress')) LIMIT ?2",
                                  read_id, g_free, bind_key_and_limit, NULL },
  [CALLD_JOB_LIST_WEBHOOKS -
      CALLD_JOB_FIRST_SOCIAL] = { "SELECT w.id, w.url, w.secret, w.events, w.bot_id, w.active, "
                                  "w.created_at, w.failing_since, "
                                  "(SELECT count(*) FROM webhook_deliveries d WHERE d.webhook_id = "
                                  "w.id) FROM webhooks w "
                                  "ORDER BY w.created_at, w.id",
                                  read_webhook, (GDestroyNotify) calld_webhook_record_free,
                                  bind_nothing, NULL },
  [CALLD_JOB_LIST_DELIVERIES -
      CALLD_JOB_FIRST_SOCIAL] = { "SELECT d.seq, d.id, d.webhook_id, w.url, w.secret, d.event, "
                                  "d.payload, d.message_id, "
                                  "d.created_at, d.attempts, d.due_at, w.failing_since FROM "
                                  "webhook_deliveries d JOIN webhooks "
                                  "w ON w.id = d.webhook_id WHERE d.webhook_id = ?1 AND w.active = "
                                  "1 ORDER BY d.seq LIMIT ?2",
                                  read_delivery, (GDestroyNotify) calld_delivery_record_free,
                                  bind_key_and_limit, NULL },
  [CALLD_JOB_LIST_PUSHES -
      CALLD_JOB_FIRST_SOCIAL] = { "SELECT id, user_id, kind, endpoint, p256dh, auth, created_at "
                                  "FROM push_subscriptions "
                                  "WHERE user_id = ?1 ORDER BY created_at, id",
                                  read_push, (GDestroyNotify) calld_push_record_free, NULL, NULL },
};
