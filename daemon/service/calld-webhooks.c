/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-webhooks"

#include "config.h"

#include "calld-webhooks-private.h"

#include "calld-log.h"
#include "calld-store-social.h"
#include "calld-webhook-runner.h"

#include "call-notice.h"

#include <string.h>

/* Of the webhook that PUSH_WEBHOOK_URL makes. */
#define PUSH_WEBHOOK_ID "70757368-0000-4000-8000-000000000001"

G_DEFINE_FINAL_TYPE (CalldWebhooks, calld_webhooks, G_TYPE_OBJECT)

/* What of the bus goes out besides messages; who types or is there is nobody's business outside. */
static const CallNoticeKind told[] = {
  CALL_NOTICE_CALL_STARTED,      CALL_NOTICE_CALL_ENDED,      CALL_NOTICE_CALL_CANCELLED,
  CALL_NOTICE_NO_SHOW,           CALL_NOTICE_UPDATED,         CALL_NOTICE_WAITING,
  CALL_NOTICE_MESSAGE_EDITED,    CALL_NOTICE_MESSAGE_DELETED, CALL_NOTICE_MESSAGE_RECALLED,
  CALL_NOTICE_USER_JOINED_GROUP, CALL_NOTICE_USER_LEFT_GROUP,
};

/* --- runners ---------------------------------------------------------------------------------- */

static void
on_runner (CalldWebhookRunner *runner, CalldWebhookResult result, gpointer user_data)
{
  CalldWebhooks *self = user_data;

  switch (result) {
  case CALLD_WEBHOOK_DELIVERED:
    self->stats.delivered++;
    break;
  case CALLD_WEBHOOK_FAILED:
    self->stats.failed++;
    break;
  case CALLD_WEBHOOK_DISABLED:
    self->stats.disabled++;
    break;
  case CALLD_WEBHOOK_IDLE:
  default:
    break;
  }
}

static void
drop_runner (gpointer runner)
{
  calld_webhook_runner_stop (runner);
  g_object_unref (runner);
}

static void
run (CalldWebhooks *self, const CalldWebhookRecord *webhook)
{
  CalldWebhookRunner *runner = g_hash_table_lookup (self->runners, webhook->id);

  if (runner == NULL) {
    runner = calld_webhook_runner_new (self->clock, self->store, self->poster, webhook->id,
                                       on_runner, self);
    g_hash_table_insert (self->runners, g_strdup (webhook->id), runner);
  }
  calld_webhook_runner_poke (runner);
}

static gboolean
is_active (CalldWebhooks *self, const char *webhook_id)
{
  for (guint i = 0; i < self->active->len; i++)
    if (g_str_equal (((CalldWebhookRecord *) self->active->pdata[i])->id, webhook_id))
      return TRUE;
  return FALSE;
}

static gboolean
is_orphan (gpointer key, gpointer value, gpointer user_data)
{
  return !is_active (user_data, key);
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhooks) self = user_data;
  g_autoptr (GPtrArray) all = calld_store_list_finish (CALLD_STORE (source), result, NULL);

  if (all == NULL || !self->is_started)
    return;
  for (guint i = all->len; i > 0; i--)
    if (!((CalldWebhookRecord *) all->pdata[i - 1])->active)
      g_ptr_array_remove_index (all, i - 1);
  g_ptr_array_unref (self->active);
  self->active = g_steal_pointer (&all);
  self->stats.active = self->active->len;
  g_hash_table_foreach_remove (self->runners, is_orphan, self);
  for (guint i = 0; i < self->active->len; i++) {
    const CalldWebhookRecord *webhook = self->active->pdata[i];

    if (webhook->waiting > 0)
      run (self, webhook);
  }
}

/**
 * calld_webhooks_look:
 * @self: the webhooks
 *
 * Finds out which webhooks there are, and sends what waits for them.
 */
void
calld_webhooks_look (CalldWebhooks *self)
{
  calld_store_list_webhooks_async (self->store, NULL, on_listed, g_object_ref (self));
}

static void
on_time (gpointer user_data)
{
  CalldWebhooks *self = user_data;

  self->timer = NULL;
  calld_webhooks_look (self);
}

/**
 * calld_webhooks_poke:
 * @self: the webhooks
 *
 * Something may wait for being sent.
 */
void
calld_webhooks_poke (CalldWebhooks *self)
{
  if (self->is_started && self->timer == NULL && self->active->len > 0)
    self->timer = calld_clock_add_timer (self->clock, CALLD_WEBHOOKS_DELAY_MS, on_time, self);
}

/* --- events ----------------------------------------------------------------------------------- */

static void
on_enqueued (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhooks) self = user_data;
  g_autoptr (GError) error = NULL;

  if (calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_webhooks_poke (self);
  else
    calld_log_warning ("webhook_event_lost", .detail = error->message);
}

/**
 * calld_webhooks_is_heard:
 * @self: the webhooks
 * @event: an event
 *
 * Returns: whether any webhook hears it
 */
gboolean
calld_webhooks_is_heard (CalldWebhooks *self, const char *event)
{
  for (guint i = 0; i < self->active->len; i++) {
    const CalldWebhookRecord *webhook = self->active->pdata[i];
    g_auto (GStrv) events = g_strsplit (webhook->events, " ", -1);

    if (webhook->bot_id == NULL && (g_strv_contains ((const char *const *) events, event) ||
                                    g_strv_contains ((const char *const *) events, "*")))
      return TRUE;
  }
  return FALSE;
}

/**
 * calld_webhooks_emit:
 * @self: the webhooks
 * @event: what happened
 * @data_json: a JSON object that says more
 *
 * Queues an event for those that hear it.
 */
void
calld_webhooks_emit (CalldWebhooks *self, const char *event, const char *data_json)
{
  const CalldDeliveryRecord delivery = { .event = (char *) event,
                                         .payload = (char *) data_json,
                                         .created_at = calld_clock_now_ms (self->clock) };
  CalldChange *change;

  if (!calld_webhooks_is_heard (self, event))
    return;
  change = calld_change_new ();
  calld_change_enqueue_event (change, &delivery);
  calld_store_commit_async (self->store, change, NULL, on_enqueued, g_object_ref (self));
}

static void
on_notice (const char *const *topics,
           const CallNotice *notice,
           CalldPublishFlags flags,
           guint64 except,
           gpointer user_data)
{
  CalldWebhooks *self = user_data;

  if (self->active->len == 0)
    return;
  if (notice->kind == CALL_NOTICE_NEW_MESSAGE)
    calld_webhooks_poke (self);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    if (notice->kind == told[i]) {
      g_autofree char *json = call_notice_to_json (notice);

      calld_webhooks_emit (self, call_notice_kind_get_event (notice->kind), json);
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static void
on_configured (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhooks) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error))
    calld_log_warning ("webhook_not_configured", .detail = error->message);
  calld_webhooks_look (self);
}

static const CalldWebhookRecord *
find_record (GPtrArray *records, const char *id)
{
  for (guint i = 0; i < records->len; i++)
    if (g_str_equal (((CalldWebhookRecord *) records->pdata[i])->id, id))
      return records->pdata[i];
  return NULL;
}

/* PUSH_WEBHOOK_URL is a webhook like any other, that follows the settings. */
static void
on_listed_to_configure (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhooks) self = user_data;
  g_autoptr (GPtrArray) all = calld_store_list_finish (CALLD_STORE (source), result, NULL);
  const CalldConfig *config = self->config;
  const CalldWebhookRecord *old = all != NULL ? find_record (all, PUSH_WEBHOOK_ID) : NULL;
  CalldChange *change = calld_change_new ();

  if (old != NULL && (g_strcmp0 (old->url, config->push_webhook_url) != 0 ||
                      g_strcmp0 (old->secret, config->push_webhook_secret) != 0)) {
    calld_change_remove_webhook (change, PUSH_WEBHOOK_ID);
    old = NULL;
  }
  if (old == NULL && config->push_webhook_url != NULL) {
    g_autoptr (CalldWebhookRecord) webhook = calld_webhook_record_new (
        config->push_webhook_url, config->push_webhook_secret, "push",
        calld_clock_now_ms (self->clock));

    g_free (webhook->id);
    webhook->id = g_strdup (PUSH_WEBHOOK_ID);
    calld_change_add_webhook (change, webhook);
  }
  calld_store_commit_async (self->store, change, NULL, on_configured, g_object_ref (self));
}

/**
 * calld_webhooks_start:
 * @self: the webhooks
 *
 * Begins to send, with what an earlier daemon left.
 */
void
calld_webhooks_start (CalldWebhooks *self)
{
  self->is_started = TRUE;
  calld_store_list_webhooks_async (self->store, NULL, on_listed_to_configure, g_object_ref (self));
}

/**
 * calld_webhooks_stop:
 * @self: the webhooks
 *
 * Sends nothing more. What waits is in the store.
 */
void
calld_webhooks_stop (CalldWebhooks *self)
{
  self->is_started = FALSE;
  calld_clock_clear (self->clock, &self->timer);
  g_hash_table_remove_all (self->runners);
}

/**
 * calld_webhooks_get_stats:
 * @self: the webhooks
 * @stats: (out caller-allocates): the counts
 */
void
calld_webhooks_get_stats (CalldWebhooks *self, CalldWebhooksStats *stats)
{
  *stats = self->stats;
}

static void
calld_webhooks_dispose (GObject *object)
{
  CalldWebhooks *self = CALLD_WEBHOOKS (object);

  if (self->subscription != 0)
    calld_bus_unsubscribe (self->bus, self->subscription);
  self->subscription = 0;
  if (self->clock != NULL)
    calld_webhooks_stop (self);
  g_clear_object (&self->poster);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->config, calld_config_unref);
  G_OBJECT_CLASS (calld_webhooks_parent_class)->dispose (object);
}

static void
calld_webhooks_finalize (GObject *object)
{
  CalldWebhooks *self = CALLD_WEBHOOKS (object);

  g_hash_table_unref (self->runners);
  g_ptr_array_unref (self->active);
  G_OBJECT_CLASS (calld_webhooks_parent_class)->finalize (object);
}

static void
calld_webhooks_class_init (CalldWebhooksClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_webhooks_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_webhooks_finalize;
}

static void
calld_webhooks_init (CalldWebhooks *self)
{
  self->active = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_webhook_record_free);
  self->runners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, drop_runner);
}

/**
 * calld_webhooks_new:
 * @config: whether addresses that are not public may be reached
 * @clock: the clock
 * @store: where webhooks and deliveries are
 * @bus: what happens
 *
 * Returns: (transfer full): the webhooks, at rest
 */
CalldWebhooks *
calld_webhooks_new (CalldConfig *config, CalldClock *clock, CalldStore *store, CalldBus *bus)
{
  CalldWebhooks *self = g_object_new (CALLD_TYPE_WEBHOOKS, NULL);

  self->config = calld_config_ref (config);
  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->bus = g_object_ref (bus);
  self->poster = calld_poster_new (config->webhook_allow_private);
  self->subscription = calld_bus_subscribe (bus, on_notice, self, NULL);
  return self;
}
