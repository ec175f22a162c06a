/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-webhooks"

#include "config.h"

#include "calld-webhooks-private.h"

#include "calld-log.h"
#include "calld-problem.h"
#include "calld-rights.h"
#include "calld-store-social.h"

#include "call-id.h"

#include <string.h>

#define EVENTS_MAX 64
#define EVENT_MAX 64

static gboolean
may_manage (GTask *task, CalldIdentity *who)
{
  GError *error = NULL;

  if (calld_auth_can (who, CALLD_ACTION_MANAGE_WEBHOOKS, NULL, &error))
    return TRUE;
  g_task_return_error (task, error);
  g_object_unref (task);
  return FALSE;
}

static void
on_list (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GPtrArray *all = calld_store_list_finish (CALLD_STORE (source), result, &error);

  if (all != NULL)
    g_task_return_pointer (task, all, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/**
 * calld_webhooks_list_async:
 * @self: the webhooks
 * @who: who asks
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Lists every webhook, those that were disabled too.
 */
void
calld_webhooks_list_async (CalldWebhooks *self,
                           CalldIdentity *who,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (may_manage (task, who))
    calld_store_list_webhooks_async (self->store, cancellable, on_list, task);
}

/**
 * calld_webhooks_list_finish:
 * @self: the webhooks
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full) (element-type CalldWebhookRecord): the webhooks, or %NULL with @error
 */
GPtrArray *
calld_webhooks_list_finish (CalldWebhooks *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static char *
make_secret (void)
{
  g_autofree char *one = call_id_new ();
  g_autofree char *other = call_id_new ();
  g_autofree char *both = g_strconcat (one, other, NULL);

  /* Two of them carry 148 random bits. */
  return g_strconcat ("whsec_", both, NULL);
}

static gboolean
is_event (const char *event)
{
  gsize length = strlen (event);

  if (g_str_equal (event, "*"))
    return TRUE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (event[i]) && event[i] != '_')
      return FALSE;
  return length > 0 && length <= EVENT_MAX;
}

static gboolean
check_events (const char *const *events, GError **error)
{
  guint n = events != NULL ? g_strv_length ((char **) events) : 0;
  gboolean good = n > 0 && n <= EVENTS_MAX;

  for (guint i = 0; i < n && good; i++)
    good = is_event (events[i]);
  if (!good)
    g_propagate_error (error,
                       calld_problem_new_field ("events", "Name the events to hear, or \"*\""));
  return good;
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldWebhooks *self = g_task_get_source_object (task);
  CalldWebhookRecord *webhook = g_task_get_task_data (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  calld_log_info ("webhook_added", .detail = webhook->id);
  if (self->is_started)
    calld_webhooks_look (self);
  g_task_return_pointer (task, calld_webhook_record_copy (webhook),
                         (GDestroyNotify) calld_webhook_record_free);
}

/**
 * calld_webhooks_add_async:
 * @self: the webhooks
 * @who: who asks
 * @url: where to
 * @events: (array zero-terminated=1): which events, or "*"
 * @bot_id: (nullable): a bot, for what is said to it
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Adds a webhook with a secret of its own.
 */
void
calld_webhooks_add_async (CalldWebhooks *self,
                          CalldIdentity *who,
                          const char *url,
                          const char *const *events,
                          const char *bot_id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldChange *change;
  CalldWebhookRecord *webhook;
  g_autofree char *secret = make_secret ();
  g_autofree char *words = NULL;
  GError *error = NULL;

  if (!may_manage (task, who))
    return;
  if (!calld_poster_check_url (url, self->config->webhook_allow_private, &error) ||
      !check_events (events, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  words = g_strjoinv (" ", (char **) events);
  webhook = calld_webhook_record_new (url, secret, words, calld_clock_now_ms (self->clock));
  webhook->bot_id = g_strdup (bot_id);
  g_task_set_task_data (task, webhook, (GDestroyNotify) calld_webhook_record_free);
  change = calld_change_new ();
  calld_change_add_webhook (change, webhook);
  calld_store_commit_async (self->store, change, NULL, on_added, task);
}

/**
 * calld_webhooks_add_finish:
 * @self: the webhooks
 * @result: the result
 * @error: why not
 *
 * Returns: (transfer full): the webhook with its secret, or %NULL with @error
 */
CalldWebhookRecord *
calld_webhooks_add_finish (CalldWebhooks *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
on_changed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  CalldWebhooks *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!calld_store_commit_finish (CALLD_STORE (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (self->is_started)
    calld_webhooks_look (self);
  g_task_return_boolean (task, TRUE);
}

/**
 * calld_webhooks_remove_async:
 * @self: the webhooks
 * @who: who asks
 * @webhook_id: which one
 * @cancellable: (nullable): gives up
 * @callback: called when done
 * @user_data: for @callback
 *
 * Removes a webhook and what waits for it.
 */
void
calld_webhooks_remove_async (CalldWebhooks *self,
                             CalldIdentity *who,
                             const char *webhook_id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  CalldChange *change;

  if (!may_manage (task, who))
    return;
  change = calld_change_new ();
  calld_change_remove_webhook (change, webhook_id);
  calld_log_info ("webhook_removed", .detail = webhook_id);
  calld_store_commit_async (self->store, change, NULL, on_changed, task);
}

/**
 * calld_webhooks_test_async:
 * @self: the webhooks
 * @who: who asks
 * @webhook_id: which one
 * @cancellable: (nullable): gives up
 * @callback: called when it is queued
 * @user_data: for @callback
 *
 * Sends a `ping`, and gives a webhook that was disabled another chance.
 */
void
calld_webhooks_test_async (CalldWebhooks *self,
                           CalldIdentity *who,
                           const char *webhook_id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  const CalldWebhookRecord webhook = { .id = (char *) webhook_id, .active = TRUE };
  const CalldDeliveryRecord delivery = { .webhook_id = (char *) webhook_id,
                                         .event = (char *) "ping",
                                         .payload = (char *) "{}",
                                         .created_at = calld_clock_now_ms (self->clock) };
  CalldChange *change;

  if (!may_manage (task, who))
    return;
  change = calld_change_new ();
  calld_change_update_webhook (change, &webhook);
  calld_change_enqueue_event (change, &delivery);
  calld_store_commit_async (self->store, change, NULL, on_changed, task);
}

/**
 * calld_webhooks_change_finish:
 * @self: the webhooks
 * @result: of removing or testing
 * @error: why not
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_webhooks_change_finish (CalldWebhooks *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
