/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <libsoup/soup.h>

#include "calld-alert-hook.h"
#include "calld-log.h"
#include "calld-metrics.h"

#include "call-webhook.h"

#include <string.h>

/* Alerts posted to a real receiver, with a clock that is moved. */

#define SECRET "a secret that signs notices"

typedef struct {
  CalldClock *clock;
  SoupServer *server;
  CalldAlertHook *hook;
  guint status;
  guint n_requests;
  GPtrArray *events;
  GPtrArray *alerts;
  char *body;
  char *signature;
} Fixture;

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Fixture *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));

  self->n_requests++;
  g_free (self->body);
  self->body = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_free (self->signature);
  self->signature = g_strdup (
      soup_message_headers_get_one (headers, CALL_WEBHOOK_SIGNATURE_HEADER));
  if (self->status == 200) {
    const char *name = strstr (self->body, "\"alert\":\"") + strlen ("\"alert\":\"");

    g_ptr_array_add (self->events,
                     g_strdup (soup_message_headers_get_one (headers, CALL_WEBHOOK_EVENT_HEADER)));
    g_ptr_array_add (self->alerts, g_strndup (name, strcspn (name, "\"")));
  }
  soup_server_message_set_status (message, self->status, NULL);
}

static void
swallow (CalldLogLevel level, const char *line, gpointer user_data)
{
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  GSList *uris;

  calld_log_set_sink (swallow, NULL);
  self->clock = calld_clock_new_for_tests (1767225600000);
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->alerts = g_ptr_array_new_with_free_func (g_free);
  self->status = 200;
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  url = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->hook = calld_alert_hook_new (self->clock, url, SECRET, "https://consult.example.org");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  calld_alert_hook_free (self->hook);
  g_assert_cmpuint (calld_clock_get_n_timers (self->clock), ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_object_unref (self->clock);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->alerts);
  g_free (self->body);
  g_free (self->signature);
  calld_log_set_sink (NULL, NULL);
}

static void
wait_for (guint *counter, guint wanted)
{
  while (*counter < wanted)
    g_main_context_iteration (NULL, TRUE);
}

/* The answer has come once nothing waits, or once the next attempt is due. */
static void
wait_for_answer (Fixture *self)
{
  while (calld_alert_hook_get_n_waiting (self->hook) > 0 &&
         calld_clock_get_n_timers (self->clock) == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_both (Fixture *self, gconstpointer data)
{
  g_autofree char *signature = NULL;

  calld_alert_hook_tell (self->hook, CALLD_ALERT_LATENCY, CALLD_ALERT_RAISED, 0.25);
  calld_alert_hook_tell (self->hook, CALLD_ALERT_LATENCY, CALLD_ALERT_RESOLVED, 0.1);
  wait_for (&self->alerts->len, 2);
  wait_for_answer (self);
  g_assert_cmpstr (self->events->pdata[0], ==, "alert.raised");
  g_assert_cmpstr (self->events->pdata[1], ==, "alert.resolved");
  g_assert_cmpstr (self->alerts->pdata[0], ==, "latency");
  g_assert_nonnull (strstr (self->body, "\"threshold\":0.2"));
  g_assert_nonnull (strstr (self->body, "\"server\":\"https://consult.example.org\""));
  signature = call_webhook_sign (SECRET, calld_clock_now_ms (self->clock) / 1000, self->body);
  g_assert_cmpstr (self->signature, ==, signature);
}

static void
test_retried (Fixture *self, gconstpointer data)
{
  self->status = 500;
  calld_alert_hook_tell (self->hook, CALLD_ALERT_STORE, CALLD_ALERT_RAISED, 1);
  wait_for_answer (self);
  g_assert_cmpuint (self->n_requests, ==, 1);
  calld_clock_advance (self->clock, 1000);
  wait_for_answer (self);
  g_assert_cmpuint (self->n_requests, ==, 2);
  calld_clock_advance (self->clock, 1999);
  g_assert_cmpuint (calld_clock_get_n_timers (self->clock), ==, 1);
  self->status = 200;
  calld_clock_advance (self->clock, 1);
  wait_for_answer (self);
  g_assert_cmpuint (self->n_requests, ==, 3);
  g_assert_cmpuint (self->alerts->len, ==, 1);
  g_assert_cmpuint (calld_alert_hook_get_n_waiting (self->hook), ==, 0);
}

static void
test_given_up (Fixture *self, gconstpointer data)
{
  guint64 lost = calld_metrics_get (CALLD_COUNT_ALERT_HOOKS_FAILED);

  self->status = 404;
  calld_alert_hook_tell (self->hook, CALLD_ALERT_STORE, CALLD_ALERT_RAISED, 1);
  wait_for_answer (self);
  for (guint i = 0; i < 20 && calld_alert_hook_get_n_waiting (self->hook) > 0; i++) {
    calld_clock_advance (self->clock, 60000);
    wait_for_answer (self);
  }
  g_assert_cmpuint (self->n_requests, ==, CALLD_ALERT_HOOK_ATTEMPTS);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_ALERT_HOOKS_FAILED), ==, lost + 1);
  /* It goes on with the next one. */
  self->status = 200;
  calld_alert_hook_tell (self->hook, CALLD_ALERT_MEMORY, CALLD_ALERT_RAISED, 0.9);
  wait_for (&self->alerts->len, 1);
  wait_for_answer (self);
}

static void
test_overflow (Fixture *self, gconstpointer data)
{
  guint64 lost = calld_metrics_get (CALLD_COUNT_ALERT_HOOKS_FAILED);

  self->status = 503;
  calld_alert_hook_tell (self->hook, CALLD_ALERT_STORE, CALLD_ALERT_RAISED, 1);
  for (guint i = 0; i < CALLD_ALERT_HOOK_QUEUE + 7; i++)
    calld_alert_hook_tell (self->hook, CALLD_ALERT_ERRORS, CALLD_ALERT_RAISED, 0.1);
  calld_alert_hook_tell (self->hook, CALLD_ALERT_MEMORY, CALLD_ALERT_RAISED, 0.9);
  g_assert_cmpuint (calld_alert_hook_get_n_waiting (self->hook), ==, CALLD_ALERT_HOOK_QUEUE);
  g_assert_cmpuint (calld_metrics_get (CALLD_COUNT_ALERT_HOOKS_FAILED), ==, lost + 9);
  wait_for_answer (self);
  self->status = 200;
  calld_clock_advance (self->clock, 60000);
  wait_for (&self->alerts->len, CALLD_ALERT_HOOK_QUEUE);
  wait_for_answer (self);
  /* What was on its way, and the newest, are there. */
  g_assert_cmpstr (self->alerts->pdata[0], ==, "store");
  g_assert_cmpstr (self->alerts->pdata[CALLD_ALERT_HOOK_QUEUE - 1], ==, "memory");
}

static void
test_freed_on_the_way (Fixture *self, gconstpointer data)
{
  calld_alert_hook_tell (self->hook, CALLD_ALERT_STORE, CALLD_ALERT_RAISED, 1);
  g_main_context_iteration (NULL, FALSE);
}

#define ADD(name, func) g_test_add ("/alert-hook/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("both", test_both);
  ADD ("retried", test_retried);
  ADD ("given-up", test_given_up);
  ADD ("overflow", test_overflow);
  ADD ("freed-on-the-way", test_freed_on_the_way);

  return g_test_run ();
}
