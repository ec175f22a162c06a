/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-webhooks"

#include "config.h"

#include "calld-webhook-runner.h"

#include "calld-log.h"
#include "calld-store-social.h"
#include "calld-view.h"
#include "calld-webhooks.h"

#include "call-backoff.h"
#include "call-dto.h"
#include "call-error.h"
#include "call-webhook.h"

/*
 * Sends what waits for one webhook, in order, one request at a time. What was taken is taken out of
 * the store a batch at a time: when the daemon dies in between, the receiver gets a delivery again
 * and knows it by its id.
 */
struct _CalldWebhookRunner {
  GObject parent_instance;

  CalldClock *clock;
  CalldStore *store;
  CalldPoster *poster;
  char *webhook_id;
  CalldWebhookFunc func; /* NULL once stopped */
  gpointer user_data;
  GCancellable *cancellable;
  CalldTimer *timer;
  gboolean is_busy;
  gboolean is_poked; /* something came while busy */
  GPtrArray *batch;  /* (nullable): of CalldDeliveryRecord */
  guint next;        /* the first of @batch that was not dealt with */
  char *body;        /* of that one */
  CalldChange *change;
};

G_DEFINE_FINAL_TYPE (CalldWebhookRunner, calld_webhook_runner, G_TYPE_OBJECT)

static void load (CalldWebhookRunner *self);
static void send_next (CalldWebhookRunner *self);

static void
tell (CalldWebhookRunner *self, CalldWebhookResult result)
{
  if (self->func != NULL)
    self->func (self, result, self->user_data);
}

static void
on_time (gpointer user_data)
{
  CalldWebhookRunner *self = user_data;

  self->timer = NULL;
  load (self);
}

/* --- the end of a batch ----------------------------------------------------------------------- */

static void
on_committed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhookRunner) self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_busy = FALSE;
  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    calld_log_warning ("webhook_not_noted", .detail = error->message);
    if (self->func != NULL && self->timer == NULL)
      self->timer = calld_clock_add_timer (self->clock, CALLD_WEBHOOK_RETRY_MIN_MS, on_time, self);
    return;
  }
  if (self->timer == NULL)
    load (self);
}

static void
end_batch (CalldWebhookRunner *self)
{
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  calld_store_commit_async (self->store, g_steal_pointer (&self->change), NULL, on_committed,
                            g_object_ref (self));
}

static void
note_state (CalldWebhookRunner *self, gboolean active, gint64 failing_since)
{
  const CalldWebhookRecord webhook = { .id = self->webhook_id,
                                       .active = active,
                                       .failing_since = failing_since };

  calld_change_update_webhook (self->change, &webhook);
}

static void
disable (CalldWebhookRunner *self, gint64 failing_since)
{
  g_autoptr (CalldAuditRecord) row = calld_audit_record_new (
      "webhook_disabled", NULL, NULL, NULL, NULL, calld_clock_now_ms (self->clock));

  note_state (self, FALSE, failing_since);
  calld_change_append_audit (self->change, row);
  calld_log_error ("webhook_disabled", .detail = self->webhook_id);
  tell (self, CALLD_WEBHOOK_DISABLED);
}

/* @delivery is tried again later, and what is behind it waits: the order is kept. */
static void
retry_later (CalldWebhookRunner *self, CalldDeliveryRecord *delivery)
{
  CallBackoff backoff = { CALLD_WEBHOOK_RETRY_MIN_MS, CALLD_WEBHOOK_RETRY_MAX_MS, 2.0, 0.2,
                          delivery->attempts };
  gint64 now = calld_clock_now_ms (self->clock);
  gint64 since = delivery->failing_since > 0 ? delivery->failing_since : now;
  guint delay = call_backoff_next (&backoff, g_random_double ());

  tell (self, CALLD_WEBHOOK_FAILED);
  if (now - since >= CALLD_WEBHOOK_GIVE_UP_MS) {
    disable (self, since);
    end_batch (self);
    return;
  }
  delivery->attempts++;
  delivery->due_at = now + delay;
  calld_change_retry_delivery (self->change, delivery);
  if (delivery->failing_since == 0)
    note_state (self, TRUE, since);
  self->timer = calld_clock_add_timer (self->clock, delay, on_time, self);
  end_batch (self);
}

/* --- one after the other ---------------------------------------------------------------------- */

static void
finish_one (CalldWebhookRunner *self, CalldDeliveryRecord *delivery)
{
  calld_change_finish_delivery (self->change, delivery);
  self->next++;
  send_next (self);
}

static void
on_posted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhookRunner) self = user_data;
  CalldDeliveryRecord *delivery = self->batch->pdata[self->next];
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->body, g_free);
  if (calld_poster_send_finish (CALLD_POSTER (source), result, &error)) {
    if (delivery->failing_since > 0)
      note_state (self, TRUE, 0);
    for (guint i = self->next; i < self->batch->len; i++)
      ((CalldDeliveryRecord *) self->batch->pdata[i])->failing_since = 0;
    tell (self, CALLD_WEBHOOK_DELIVERED);
    finish_one (self, delivery);
    return;
  }
  if (self->func == NULL) {
    /* Stopped in the middle: this one was not answered, and is sent again. */
    end_batch (self);
    return;
  }
  calld_log_warning ("webhook_failed", .detail = error->message, .count = delivery->attempts + 1,
                     .counted = "attempts");
  retry_later (self, delivery);
}

static void
post (CalldWebhookRunner *self, const CalldDeliveryRecord *delivery, const char *data_json)
{
  gint64 now = calld_clock_now_ms (self->clock);
  CalldPost request = { .url = delivery->url,
                        .secret = delivery->secret,
                        .id = delivery->id,
                        .event = delivery->event,
                        .now_seconds = now / 1000 };

  self->body = call_webhook_to_json (delivery->id, delivery->event, delivery->created_at,
                                     data_json);
  request.body = self->body;
  calld_poster_send_async (self->poster, &request, self->cancellable, on_posted,
                           g_object_ref (self));
}

static void
on_message (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhookRunner) self = user_data;
  CalldDeliveryRecord *delivery = self->batch->pdata[self->next];
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = calld_store_list_finish (CALLD_STORE (source), result, &error);
  g_autoptr (CallMessage) message = NULL;
  g_autofree char *json = NULL;

  if (records == NULL || self->func == NULL) {
    if (self->func != NULL)
      retry_later (self, delivery);
    else
      end_batch (self);
    return;
  }
  /* Gone meanwhile: there is nothing to tell. */
  if (records->len == 0) {
    finish_one (self, delivery);
    return;
  }
  message = calld_view_message (records->pdata[0]);
  json = call_dto_to_json (&call_dto_message, message);
  post (self, delivery, json);
}

static void
send_next (CalldWebhookRunner *self)
{
  CalldDeliveryRecord *delivery;
  const char *ids[2] = { NULL, NULL };

  if (self->func == NULL || self->next == self->batch->len) {
    end_batch (self);
    return;
  }
  delivery = self->batch->pdata[self->next];
  if (delivery->message_id == NULL) {
    post (self, delivery, delivery->payload);
    return;
  }
  ids[0] = delivery->message_id;
  calld_store_list_messages_by_id_async (self->store, ids, NULL, on_message, g_object_ref (self));
}

static void
on_deliveries (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (CalldWebhookRunner) self = user_data;
  g_autoptr (GPtrArray) batch = calld_store_list_finish (CALLD_STORE (source), result, NULL);
  gint64 now = calld_clock_now_ms (self->clock);
  const CalldDeliveryRecord *first = batch != NULL && batch->len > 0 ? batch->pdata[0] : NULL;

  self->is_busy = first != NULL && first->due_at <= now && self->func != NULL;
  if (self->is_busy) {
    self->batch = g_steal_pointer (&batch);
    self->next = 0;
    self->change = calld_change_new ();
    send_next (self);
  } else if (first != NULL && self->func != NULL)
    self->timer = calld_clock_add_timer (self->clock, MAX (first->due_at - now, 1), on_time, self);
  else if (self->is_poked)
    load (self);
  else
    tell (self, CALLD_WEBHOOK_IDLE);
}

static void
load (CalldWebhookRunner *self)
{
  if (self->func == NULL)
    return;
  self->is_busy = TRUE;
  self->is_poked = FALSE;
  calld_store_list_deliveries_async (self->store, self->webhook_id, CALLD_WEBHOOKS_BATCH, NULL,
                                     on_deliveries, g_object_ref (self));
}

/* --- GObject ---------------------------------------------------------------------------------- */

static void
calld_webhook_runner_dispose (GObject *object)
{
  CalldWebhookRunner *self = CALLD_WEBHOOK_RUNNER (object);

  if (self->clock != NULL)
    calld_clock_clear (self->clock, &self->timer);
  g_clear_object (&self->clock);
  g_clear_object (&self->store);
  g_clear_object (&self->poster);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (calld_webhook_runner_parent_class)->dispose (object);
}

static void
calld_webhook_runner_finalize (GObject *object)
{
  CalldWebhookRunner *self = CALLD_WEBHOOK_RUNNER (object);

  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->change, calld_change_free);
  g_free (self->body);
  g_free (self->webhook_id);
  G_OBJECT_CLASS (calld_webhook_runner_parent_class)->finalize (object);
}

static void
calld_webhook_runner_class_init (CalldWebhookRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = calld_webhook_runner_dispose;
  G_OBJECT_CLASS (klass)->finalize = calld_webhook_runner_finalize;
}

static void
calld_webhook_runner_init (CalldWebhookRunner *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * calld_webhook_runner_new:
 * @clock: the clock
 * @store: where deliveries wait
 * @poster: sends them
 * @webhook_id: whose
 * @func: hears what becomes of them
 * @user_data: for @func
 *
 * Returns: (transfer full): a runner at rest
 */
CalldWebhookRunner *
calld_webhook_runner_new (CalldClock *clock,
                          CalldStore *store,
                          CalldPoster *poster,
                          const char *webhook_id,
                          CalldWebhookFunc func,
                          gpointer user_data)
{
  CalldWebhookRunner *self = g_object_new (CALLD_TYPE_WEBHOOK_RUNNER, NULL);

  self->clock = g_object_ref (clock);
  self->store = g_object_ref (store);
  self->poster = g_object_ref (poster);
  self->webhook_id = g_strdup (webhook_id);
  self->func = func;
  self->user_data = user_data;
  return self;
}

/**
 * calld_webhook_runner_get_id:
 * @self: a runner
 *
 * Returns: the id of its webhook
 */
const char *
calld_webhook_runner_get_id (CalldWebhookRunner *self)
{
  return self->webhook_id;
}

/**
 * calld_webhook_runner_poke:
 * @self: a runner
 *
 * Something may wait. While a failed attempt waits for its time, nothing happens.
 */
void
calld_webhook_runner_poke (CalldWebhookRunner *self)
{
  if (self->is_busy)
    self->is_poked = TRUE;
  else if (self->timer == NULL)
    load (self);
}

/**
 * calld_webhook_runner_stop:
 * @self: a runner
 *
 * Sends nothing more. What was not answered is sent again another time.
 */
void
calld_webhook_runner_stop (CalldWebhookRunner *self)
{
  self->func = NULL;
  calld_clock_clear (self->clock, &self->timer);
  g_cancellable_cancel (self->cancellable);
}
