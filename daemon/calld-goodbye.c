/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld"

#include "config.h"

#include "calld-goodbye.h"

#include "calld-log.h"

struct _CalldGoodbye {
  CalldClock *clock;
  CalldServer *server;
  GTask *task; /* NULL once it is over */
  CalldTimer *timer;
  gboolean clients_gone;
  gboolean abandoned;
};

static void
finish (CalldGoodbye *self)
{
  calld_server_set_idle_func (self->server, NULL, NULL);
  calld_clock_clear (self->clock, &self->timer);
  g_task_return_boolean (self->task, TRUE);
  g_clear_object (&self->task);
}

static void
on_requests_done (gpointer user_data)
{
  CalldGoodbye *self = user_data;

  if (self->clients_gone && self->task != NULL && calld_server_get_n_pending (self->server) == 0)
    finish (self);
}

static void
goodbye_clear (gpointer data)
{
  CalldGoodbye *self = data;

  g_object_unref (self->clock);
  g_object_unref (self->server);
}

/* The hub always calls this, if only when it stops. */
static void
on_clients_gone (GObject *source, GAsyncResult *result, gpointer user_data)
{
  CalldGoodbye *self = user_data;

  calld_hub_drain_finish (CALLD_HUB (source), result, NULL);
  self->clients_gone = TRUE;
  if (!self->abandoned)
    on_requests_done (self);
  g_rc_box_release_full (self, goodbye_clear);
}

static void
on_timer (gpointer user_data)
{
  CalldGoodbye *self = user_data;

  self->timer = NULL;
  calld_log_warning ("drain_timed_out", .count = calld_server_get_n_pending (self->server),
                     .counted = "requests");
  finish (self);
}

/**
 * calld_goodbye_new:
 * @config: over how long, and how long at most
 * @clock: the clock
 * @server: whose requests are answered
 * @hub: whose clients are sent away
 * @task: (transfer full): returns %TRUE in the end
 *
 * Begins to say goodbye.
 *
 * Returns: (transfer full): the goodbye
 */
CalldGoodbye *
calld_goodbye_new (const CalldConfig *config,
                   CalldClock *clock,
                   CalldServer *server,
                   CalldHub *hub,
                   GTask *task)
{
  CalldGoodbye *self = g_rc_box_new0 (CalldGoodbye);

  self->clock = g_object_ref (clock);
  self->server = g_object_ref (server);
  self->task = task;
  self->timer = calld_clock_add_timer (clock, (gint64) config->drain_timeout_seconds * 1000,
                                       on_timer, self);
  calld_server_set_idle_func (server, on_requests_done, self);
  calld_hub_drain_async (hub, config->drain_spread_seconds * 1000, NULL, on_clients_gone,
                         g_rc_box_acquire (self));
  return self;
}

/**
 * calld_goodbye_free:
 * @self: (transfer full): a goodbye; one that is not over is given up
 */
void
calld_goodbye_free (CalldGoodbye *self)
{
  self->abandoned = TRUE;
  calld_server_set_idle_func (self->server, NULL, NULL);
  calld_clock_clear (self->clock, &self->timer);
  g_clear_object (&self->task);
  g_rc_box_release_full (self, goodbye_clear);
}
