/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-alerts"

#include "config.h"

#include "calld-alert-hook.h"

#include "calld-log.h"
#include "calld-metrics.h"
#include "calld-poster.h"

#include "call-id.h"
#include "call-json.h"

/*
 * Posts alerts to ALERT_WEBHOOK_URL, one after the other and in order, signed like every webhook.
 * The operator chose the address, so it may be one of the own network.
 */

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 60000

typedef struct {
  char *id;
  const char *event;
  char *body;
  guint attempts;
} Notice;

struct _CalldAlertHook {
  CalldClock *clock;
  CalldPoster *poster;
  char *url;
  char *secret;
  char *server;
  GQueue waiting; /* of Notice; the first one is on its way while @cancellable is set */
  GCancellable *cancellable;
  CalldTimer *timer;
  gboolean closed;
};

static void
notice_free (gpointer data)
{
  Notice *notice = data;

  g_free (notice->id);
  g_free (notice->body);
  g_free (notice);
}

static void
hook_clear (gpointer data)
{
  CalldAlertHook *self = data;

  g_object_unref (self->poster);
  g_object_unref (self->clock);
  g_free (self->url);
  g_free (self->secret);
  g_free (self->server);
}

static void
hook_unref (CalldAlertHook *self)
{
  g_rc_box_release_full (self, hook_clear);
}

static void send_first (CalldAlertHook *self);

static void
on_retry (gpointer user_data)
{
  CalldAlertHook *self = user_data;

  self->timer = NULL;
  send_first (self);
}

static void
give_up_first (CalldAlertHook *self, const char *why)
{
  calld_metrics_add (CALLD_COUNT_ALERT_HOOKS_FAILED, 1);
  calld_log_warning ("alert_notice_lost", .detail = why);
  notice_free (g_queue_pop_head (&self->waiting));
}

static void
take_failure (CalldAlertHook *self, const GError *error)
{
  Notice *notice = g_queue_peek_head (&self->waiting);
  gint64 delay_ms = RETRY_MIN_MS;

  if (++notice->attempts >= CALLD_ALERT_HOOK_ATTEMPTS) {
    give_up_first (self, error->message);
    send_first (self);
    return;
  }
  for (guint i = 1; i < notice->attempts && delay_ms < RETRY_MAX_MS; i++)
    delay_ms *= 2;
  self->timer = calld_clock_add_timer (self->clock, MIN (delay_ms, RETRY_MAX_MS), on_retry, self);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldAlertHook *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean sent = calld_poster_send_finish (CALLD_POSTER (source), result, &error);

  g_clear_object (&self->cancellable);
  if (self->closed) {
    /* Nobody waits for it any more. */
  } else if (sent) {
    calld_metrics_add (CALLD_COUNT_ALERT_HOOKS, 1);
    notice_free (g_queue_pop_head (&self->waiting));
    send_first (self);
  } else {
    take_failure (self, error);
  }
  hook_unref (self);
}

static void
send_first (CalldAlertHook *self)
{
  const Notice *notice = g_queue_peek_head (&self->waiting);
  CalldPost post;

  if (notice == NULL || self->cancellable != NULL || self->timer != NULL)
    return;
  self->cancellable = g_cancellable_new ();
  post = (CalldPost){
    .url = self->url,
    .secret = self->secret,
    .id = notice->id,
    .event = notice->event,
    .body = notice->body,
    .now_seconds = calld_clock_now_ms (self->clock) / 1000,
  };
  calld_poster_send_async (self->poster, &post, self->cancellable, on_sent,
                           g_rc_box_acquire (self));
}

static char *
write_body (CalldAlertHook *self, const Notice *notice, CalldAlert alert, double value)
{
  const CalldAlertRule *rule = calld_alert_get_rule (alert);
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "id", notice->id);
  call_json_add_string (&writer, "event", notice->event);
  call_json_add_string (&writer, "alert", rule->name);
  call_json_add_string (&writer, "summary", rule->summary);
  call_json_add_double (&writer, "value", value);
  call_json_add_double (&writer, "threshold", rule->raise_above);
  call_json_add_string (&writer, "unit", rule->unit);
  call_json_add_time (&writer, "at", calld_clock_now_ms (self->clock));
  call_json_add_string (&writer, "server", self->server);
  call_json_add_string (&writer, "version", PACKAGE_VERSION);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * calld_alert_hook_tell:
 * @self: a hook
 * @alert: which alert
 * @change: whether it was raised or resolved
 * @value: the value that did it
 *
 * Posts a notice, after those that wait.
 */
void
calld_alert_hook_tell (CalldAlertHook *self,
                       CalldAlert alert,
                       CalldAlertChange change,
                       double value)
{
  Notice *notice = g_new0 (Notice, 1);

  notice->id = call_id_new ();
  notice->event = change == CALLD_ALERT_RAISED ? "alert.raised" : "alert.resolved";
  notice->body = write_body (self, notice, alert, value);
  g_queue_push_tail (&self->waiting, notice);
  if (self->waiting.length > CALLD_ALERT_HOOK_QUEUE) {
    /* The first one may be on its way: the one behind it is the oldest that is not. */
    Notice *oldest = g_queue_pop_nth (&self->waiting, 1);

    calld_metrics_add (CALLD_COUNT_ALERT_HOOKS_FAILED, 1);
    calld_log_warning ("alert_notice_lost", .detail = "too many wait");
    notice_free (oldest);
  }
  send_first (self);
}

/**
 * calld_alert_hook_get_n_waiting:
 * @self: a hook
 *
 * Returns: how many notices have not been taken yet
 */
guint
calld_alert_hook_get_n_waiting (CalldAlertHook *self)
{
  return self->waiting.length;
}

/**
 * calld_alert_hook_new:
 * @clock: the clock
 * @url: where notices are posted to
 * @secret: signs them
 * @server: how this server is called in them
 *
 * Returns: (transfer full): a hook
 */
CalldAlertHook *
calld_alert_hook_new (CalldClock *clock, const char *url, const char *secret, const char *server)
{
  CalldAlertHook *self = g_rc_box_new0 (CalldAlertHook);

  self->clock = g_object_ref (clock);
  self->poster = calld_poster_new (TRUE);
  self->url = g_strdup (url);
  self->secret = g_strdup (secret);
  self->server = g_strdup (server);
  g_queue_init (&self->waiting);
  return self;
}

/**
 * calld_alert_hook_free:
 * @self: (transfer full) (nullable): a hook; what waits is not sent
 */
void
calld_alert_hook_free (CalldAlertHook *self)
{
  if (self == NULL)
    return;
  self->closed = TRUE;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  calld_clock_clear (self->clock, &self->timer);
  g_queue_clear_full (&self->waiting, notice_free);
  hook_unref (self);
}
