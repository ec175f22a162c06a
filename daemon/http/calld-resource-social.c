/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-resources.h"

#include "call-body-social.h"
#include "call-body.h"

/* --- webhooks --------------------------------------------------------------------------------- */

static CallWebhookAnswer *
make_webhook (const CalldWebhookRecord *record)
{
  CallWebhookAnswer *answer = call_record_new (&call_webhook_answer);

  answer->id = g_strdup (record->id);
  answer->url = g_strdup (record->url);
  answer->events = g_strsplit (record->events, " ", -1);
  answer->bot_id = g_strdup (record->bot_id);
  answer->active = record->active;
  answer->created_at_ms = record->created_at;
  answer->failing_since_ms = record->failing_since;
  answer->waiting = record->waiting;
  return answer;
}

static void
on_webhooks (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = calld_webhooks_list_finish (CALLD_WEBHOOKS (source), result,
                                                              &error);
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (call_record_unref);
  CallWebhooksAnswer *answer;

  if (records == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (views, make_webhook (records->pdata[i]));
  answer = call_record_new (&call_webhooks_answer);
  answer->webhooks = call_records_to_json (views);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/admin/webhooks */
void
calld_resource_webhooks_list (CalldExchange *exchange)
{
  calld_webhooks_list_async (calld_exchange_get_parts (exchange)->webhooks,
                             calld_exchange_get_identity (exchange), NULL, on_webhooks, exchange);
}

static void
on_webhook_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldWebhookRecord) record = calld_webhooks_add_finish (CALLD_WEBHOOKS (source),
                                                                     result, &error);
  CallWebhookAnswer *answer;

  if (record == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = make_webhook (record);
  answer->secret = g_strdup (record->secret);
  calld_exchange_reply (exchange, 201, answer);
}

/* POST /api/admin/webhooks */
void
calld_resource_webhooks_add (CalldExchange *exchange)
{
  const CallWebhookBody *body = calld_exchange_get_body (exchange);

  calld_webhooks_add_async (calld_exchange_get_parts (exchange)->webhooks,
                            calld_exchange_get_identity (exchange), body->url,
                            (const char *const *) body->events, body->bot_id, NULL,
                            on_webhook_added, exchange);
}

static void
on_webhook_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_webhooks_change_finish (CALLD_WEBHOOKS (source), result, &error))
    calld_exchange_reply (exchange, 200, call_record_new (&call_empty_answer));
  else
    calld_exchange_reply_error (exchange, error);
}

/* DELETE /api/admin/webhooks/{id} */
void
calld_resource_webhooks_remove (CalldExchange *exchange)
{
  calld_webhooks_remove_async (
      calld_exchange_get_parts (exchange)->webhooks, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), NULL, on_webhook_changed, exchange);
}

/* POST /api/admin/webhooks/{id}/test */
void
calld_resource_webhooks_test (CalldExchange *exchange)
{
  calld_webhooks_test_async (
      calld_exchange_get_parts (exchange)->webhooks, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), NULL, on_webhook_changed, exchange);
}

/* --- bots ------------------------------------------------------------------------------------- */

static void
on_bot (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldBot) bot = calld_bots_add_finish (CALLD_BOTS (source), result, &error);
  CallBotAnswer *answer;

  if (bot == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_bot_answer);
  answer->id = g_strdup (bot->identity->user_id);
  answer->name = g_strdup (bot->identity->name);
  answer->token = g_strdup (bot->token);
  answer->expires_at_ms = bot->identity->expires_at;
  calld_exchange_reply (exchange, 201, answer);
}

/* POST /api/admin/bots */
void
calld_resource_bots_add (CalldExchange *exchange)
{
  const CallBotBody *body = calld_exchange_get_body (exchange);

  calld_bots_add_async (calld_exchange_get_parts (exchange)->bots,
                        calld_exchange_get_identity (exchange), body->name,
                        (const char *const *) body->group_ids, NULL, on_bot, exchange);
}

/* --- push ------------------------------------------------------------------------------------- */

typedef struct {
  CalldExchange *exchange;
  char *id;
} Subscribing;

static void
on_subscribed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Subscribing *subscribing = user_data;
  g_autofree char *id = subscribing->id;
  g_autoptr (GError) error = NULL;
  CallPushAnswer *answer;

  if (!calld_push_change_finish (CALLD_PUSH (source), result, &error)) {
    calld_exchange_reply_error (subscribing->exchange, error);
    return;
  }
  answer = call_record_new (&call_push_answer);
  answer->id = g_steal_pointer (&id);
  calld_exchange_reply (subscribing->exchange, 201, answer);
}

/* POST /api/push/subscriptions */
void
calld_resource_push_subscribe (CalldExchange *exchange)
{
  CalldParts *parts = calld_exchange_get_parts (exchange);
  CalldIdentity *who = calld_exchange_get_identity (exchange);
  const CallPushBody *body = calld_exchange_get_body (exchange);
  g_autoptr (CalldPushRecord) device = calld_push_record_new (
      who->user_id, body->kind != NULL ? body->kind : "web", body->endpoint,
      calld_clock_now_ms (parts->clock));
  Subscribing *subscribing = g_new0 (Subscribing, 1);

  device->p256dh = g_strdup (body->keys.p256dh);
  device->auth = g_strdup (body->keys.auth);
  subscribing->exchange = exchange;
  subscribing->id = g_strdup (device->id);
  calld_push_subscribe_async (parts->push, who, device, NULL, on_subscribed, subscribing);
}

static void
on_unsubscribed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_push_change_finish (CALLD_PUSH (source), result, &error))
    calld_exchange_reply (exchange, 200, call_record_new (&call_empty_answer));
  else
    calld_exchange_reply_error (exchange, error);
}

/* DELETE /api/push/subscriptions/{id} */
void
calld_resource_push_unsubscribe (CalldExchange *exchange)
{
  calld_push_unsubscribe_async (
      calld_exchange_get_parts (exchange)->push, calld_exchange_get_identity (exchange),
      calld_exchange_get_param (exchange), NULL, on_unsubscribed, exchange);
}

/* --- presence --------------------------------------------------------------------------------- */

static void
on_online (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldExchange *exchange = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) users = calld_company_list_online_finish (CALLD_COMPANY (source), result,
                                                                  &error);
  CallOnlineAnswer *answer;

  if (users == NULL) {
    calld_exchange_reply_error (exchange, error);
    return;
  }
  answer = call_record_new (&call_online_answer);
  g_clear_pointer (&answer->users, g_ptr_array_unref);
  answer->users = g_steal_pointer (&users);
  calld_exchange_reply (exchange, 200, answer);
}

/* GET /api/chat/groups/{id}/online */
void
calld_resource_online_list (CalldExchange *exchange)
{
  calld_company_list_online_async (calld_exchange_get_parts (exchange)->company,
                                   calld_exchange_get_identity (exchange),
                                   calld_exchange_get_param (exchange), NULL, on_online, exchange);
}
