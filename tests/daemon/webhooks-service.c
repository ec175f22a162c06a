/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Webhooks over a real store to a real receiver, with a clock the tests move. */
#include "config.h"

#include "calld-bots.h"
#include "calld-office.h"
#include "calld-poster.h"
#include "calld-push.h"
#include "calld-store-social.h"
#include "calld-webhook-runner.h"
#include "calld-webhooks.h"

#include <libsoup/soup.h>
#include <string.h>

typedef struct {
  Office office;
  CalldIdentity *admin;
  CalldWebhooks *webhooks;
  SoupServer *server;
  char *url;
  guint status;      /* what the receiver answers */
  GPtrArray *events; /* of strings: what it was told */
  GPtrArray *ids;    /* of strings: the deliveries */
  char *body;        /* the last one */
  char *signature;   /* of that one */
} Fixture;

/* --- the receiver ----------------------------------------------------------------------------- */

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

  g_ptr_array_add (self->events,
                   g_strdup (soup_message_headers_get_one (headers, "X-Libcall-Event")));
  g_ptr_array_add (self->ids,
                   g_strdup (soup_message_headers_get_one (headers, "X-Libcall-Delivery")));
  g_free (self->signature);
  self->signature = g_strdup (soup_message_headers_get_one (headers, "X-Libcall-Signature"));
  g_free (self->body);
  self->body = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  soup_server_message_set_status (message, self->status, NULL);
  if (self->status == 302)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Location",
                                 "/elsewhere");
}

static void
start_webhooks (Fixture *self)
{
  Office *office = &self->office;

  self->webhooks = calld_webhooks_new (office->config, office->clock, office->clinic.store,
                                       office->bus);
  calld_webhooks_start (self->webhooks);
  office_settle (office);
}

static void
stop_webhooks (Fixture *self)
{
  calld_webhooks_stop (self->webhooks);
  office_settle (&self->office);
  g_assert_finalize_object (self->webhooks);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  office_set_up (&self->office, data);
  self->office.config->webhook_allow_private = TRUE;
  self->admin = calld_identity_new_operator ();
  self->status = 200;
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (self->server);
  self->url = g_uri_to_string (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  start_webhooks (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  stop_webhooks (self);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->ids);
  g_free (self->body);
  g_free (self->signature);
  g_free (self->url);
  calld_identity_unref (self->admin);
  office_tear_down (&self->office, data);
}

/* --- small parts ------------------------------------------------------------------------------ */

static CalldWebhookRecord *
add_for (Fixture *self, CalldIdentity *who, const char *url, const char *event, GError **error)
{
  const char *const events[] = { event, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  CalldWebhookRecord *webhook;

  calld_webhooks_add_async (self->webhooks, who, url, events, NULL, NULL, await_cb, &result);
  webhook = calld_webhooks_add_finish (self->webhooks, await (&result), error);
  office_settle (&self->office);
  return webhook;
}

static CalldWebhookRecord *
add (Fixture *self, const char *event)
{
  return add_for (self, self->admin, self->url, event, NULL);
}

static CallMessage *
say (Fixture *self, const char *text)
{
  g_autoptr (GAsyncResult) result = NULL;
  CalldChatDraft draft = {
    .conversation_id = self->office.clinic.appointment->conversation_id,
    .content = text,
    .kind = CALL_MESSAGE_TEXT,
  };

  calld_chat_send_async (self->office.chat, self->office.doctor, &draft, NULL, await_cb, &result);
  return calld_chat_send_finish (self->office.chat, await (&result), NULL);
}

/* Turns the loop, and the clock a little, until the receiver has heard @n times. */
static void
wait_for (Fixture *self, guint n)
{
  while (self->events->len < n) {
    calld_clock_advance (self->office.clock, CALLD_WEBHOOKS_DELAY_MS);
    office_settle (&self->office);
  }
  office_settle (&self->office);
}

static GPtrArray *
list (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_webhooks_list_async (self->webhooks, self->admin, NULL, await_cb, &result);
  return calld_webhooks_list_finish (self->webhooks, await (&result), NULL);
}

static void
assert_state (Fixture *self, gboolean active, gboolean failing, guint waiting)
{
  g_autoptr (GPtrArray) all = NULL;
  const CalldWebhookRecord *webhook;

  office_settle (&self->office);
  all = list (self);
  webhook = all->pdata[0];
  g_assert_cmpint (webhook->active, ==, active);
  g_assert_cmpint (webhook->failing_since > 0, ==, failing);
  g_assert_cmpuint (webhook->waiting, ==, waiting);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
assert_signed (Fixture *self, const char *secret)
{
  g_auto (GStrv) parts = g_strsplit (self->signature, ",", 2);
  g_autofree char *text = g_strconcat (parts[0] + 2, ".", self->body, NULL);
  g_autofree char *hex = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) secret,
                                                    strlen (secret), text, -1);

  g_assert_true (g_str_has_prefix (parts[0], "t="));
  g_assert_true (g_str_has_prefix (parts[1], "v1="));
  g_assert_cmpstr (parts[1] + 3, ==, hex);
}

static void
test_delivered (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook = add (self, "new_message");
  g_autoptr (CallMessage) one G_GNUC_UNUSED = say (self, "um");
  g_autoptr (CallMessage) two = say (self, "dois");
  CalldWebhooksStats stats;

  wait_for (self, 2);
  g_assert_cmpstr (self->events->pdata[0], ==, "new_message");
  g_assert_cmpstr (self->ids->pdata[0], !=, self->ids->pdata[1]);
  g_assert_nonnull (strstr (self->body, "\"content\":\"dois\""));
  g_assert_nonnull (strstr (self->body, call_message_get_id (two)));
  assert_signed (self, webhook->secret);
  assert_state (self, TRUE, FALSE, 0);
  calld_webhooks_get_stats (self->webhooks, &stats);
  g_assert_cmpuint (stats.delivered, ==, 2);
  g_assert_cmpuint (self->events->len, ==, 2);
}

/* The order is kept, a repetition has the same id, and what is fixed is forgiven. */
static void
test_retried (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "*");
  g_autoptr (CallMessage) one G_GNUC_UNUSED = say (self, "um");
  g_autoptr (CallMessage) two G_GNUC_UNUSED = say (self, "dois");

  self->status = 500;
  wait_for (self, 1);
  assert_state (self, TRUE, TRUE, 2);
  office_advance (&self->office, CALLD_WEBHOOK_RETRY_MIN_MS / 4);
  g_assert_cmpuint (self->events->len, ==, 1);
  calld_clock_advance (self->office.clock, 2 * CALLD_WEBHOOK_RETRY_MIN_MS);
  wait_for (self, 2);
  self->status = 204;
  calld_clock_advance (self->office.clock, 4 * CALLD_WEBHOOK_RETRY_MIN_MS);
  wait_for (self, 4);
  g_assert_cmpstr (self->ids->pdata[0], ==, self->ids->pdata[1]);
  g_assert_cmpstr (self->ids->pdata[0], ==, self->ids->pdata[2]);
  g_assert_nonnull (strstr (self->body, "dois"));
  assert_state (self, TRUE, FALSE, 0);
}

/* Redirections are not followed. */
static void
test_redirected (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "*");
  g_autoptr (CallMessage) one G_GNUC_UNUSED = say (self, "um");

  self->status = 302;
  wait_for (self, 1);
  assert_state (self, TRUE, TRUE, 1);
  g_assert_cmpuint (self->events->len, ==, 1);
}

static void
test_disabled (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook = add (self, "*");
  g_autoptr (CallMessage) one G_GNUC_UNUSED = say (self, "um");
  g_autoptr (GAsyncResult) result = NULL;

  self->status = 503;
  wait_for (self, 1);
  calld_clock_advance (self->office.clock, CALLD_WEBHOOK_GIVE_UP_MS);
  wait_for (self, 2);
  assert_state (self, FALSE, TRUE, 0);
  g_assert_cmpuint (office_count_audit (&self->office, "webhook_disabled"), ==, 1);

  /* A test gives it another chance. */
  self->status = 200;
  calld_webhooks_test_async (self->webhooks, self->admin, webhook->id, NULL, await_cb, &result);
  g_assert_true (calld_webhooks_change_finish (self->webhooks, await (&result), NULL));
  wait_for (self, 3);
  g_assert_cmpstr (self->events->pdata[2], ==, "ping");
  assert_state (self, TRUE, FALSE, 0);
}

/* What waits outlives the daemon. */
static void
test_restarted (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "new_message");
  g_autoptr (CallMessage) message = NULL;

  stop_webhooks (self);
  message = say (self, "um");
  g_assert_cmpuint (self->events->len, ==, 0);
  start_webhooks (self);
  wait_for (self, 1);
  assert_state (self, TRUE, FALSE, 0);
}

static void
test_other_events (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "alert");

  calld_webhooks_emit (self->webhooks, "other", "{\"a\":1}");
  calld_webhooks_emit (self->webhooks, "alert", "{\"a\":2}");
  g_assert_true (calld_webhooks_is_heard (self->webhooks, "alert"));
  g_assert_false (calld_webhooks_is_heard (self->webhooks, "other"));
  wait_for (self, 1);
  g_assert_nonnull (strstr (self->body, "\"data\":{\"a\":2}"));
  g_assert_cmpuint (self->events->len, ==, 1);
}

/* The address counts, not the name: localhost is looked up first. */
static void
test_private (Fixture *self, gconstpointer data)
{
  g_autofree char *port = g_strdup (strrchr (self->url, ':'));
  g_autofree char *by_name = g_strconcat ("http://localhost", port, NULL);
  const char *const urls[] = { self->url, by_name };

  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++)
    for (int allowed = 0; allowed < 2; allowed++) {
      g_autoptr (CalldPoster) poster = calld_poster_new (allowed);
      const CalldPost post = { urls[i], "secret", "id", "ping", "{}", 1 };
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      gboolean taken;

      calld_poster_send_async (poster, &post, NULL, await_cb, &result);
      taken = calld_poster_send_finish (poster, await (&result), &error);
      g_assert_cmpint (taken, ==, allowed);
      if (!allowed)
        g_assert_error (error, CALL_ERROR, CALL_ERROR_FORBIDDEN);
    }
  g_assert_cmpuint (self->events->len, ==, G_N_ELEMENTS (urls));
}

/* Nobody but an administrator, and nowhere inside. */
static void
test_refused (Fixture *self, gconstpointer data)
{
  static const char *const urls[] = { "", "ftp://example.org", "https://", "http://example.org/",
                                      "https://user:pass@example.org/" };
  g_autoptr (CalldWebhookRecord) inside = NULL;
  g_autoptr (CallMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *local = g_strconcat ("https", self->url + strlen ("http"), NULL);

  g_assert_null (add_for (self, self->office.doctor, self->url, "*", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_FORBIDDEN);
  g_clear_error (&error);
  g_assert_null (add_for (self, self->admin, self->url, "no spaces", &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_INVALID);

  self->office.config->webhook_allow_private = FALSE;
  stop_webhooks (self);
  start_webhooks (self);
  for (gsize i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autoptr (GError) refusal = NULL;

    g_assert_null (add_for (self, self->admin, urls[i], "*", &refusal));
    g_assert_error (refusal, CALL_ERROR, CALL_ERROR_INVALID);
  }
  inside = add_for (self, self->admin, local, "*", NULL);
  g_assert_nonnull (inside);
  message = say (self, "um");
  for (guint i = 0; i < 5; i++)
    office_advance (&self->office, CALLD_WEBHOOKS_DELAY_MS);
  assert_state (self, TRUE, TRUE, 1);
  g_assert_cmpuint (self->events->len, ==, 0);
}

/* --- push ------------------------------------------------------------------------------------- */

static gboolean
subscribe (Fixture *self, CalldPush *push, const char *kind, const char *endpoint)
{
  g_autoptr (CalldPushRecord) device = calld_push_record_new (self->office.clinic.patient->id, kind,
                                                              endpoint, CLINIC_NOW);
  g_autoptr (GAsyncResult) result = NULL;

  calld_push_subscribe_async (push, self->office.patient, device, NULL, await_cb, &result);
  return calld_push_change_finish (push, await (&result), NULL);
}

/* Once for several messages, without what was said, and not to somebody who came back. */
static void
test_push (Fixture *self, gconstpointer data)
{
  Office *office = &self->office;
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "push");
  CalldRoster *roster = calld_roster_new (office->config, office->clock, office->clinic.store,
                                          office->bus);
  CalldPush *push = calld_push_new (office->clock, office->clinic.store, office->bus, roster,
                                    self->webhooks);

  g_assert_false (subscribe (self, push, "web", "http://push.example/1"));
  g_assert_false (subscribe (self, push, "phone", "https://push.example/1"));
  g_assert_true (subscribe (self, push, "web", "https://push.example/1"));
  for (guint i = 0; i < 3; i++)
    g_object_unref (say (self, "segredo"));
  office_settle (office);
  g_assert_cmpuint (calld_push_get_size (push), ==, 1);
  calld_clock_advance (office->clock, CALLD_PUSH_DELAY_MS);
  wait_for (self, 1);
  g_assert_nonnull (strstr (self->body, "\"count\":3"));
  g_assert_nonnull (strstr (self->body, "https://push.example/1"));
  g_assert_nonnull (strstr (self->body, office->clinic.patient->id));
  g_assert_null (strstr (self->body, "segredo"));

  g_object_unref (say (self, "de novo"));
  office_settle (office);
  calld_roster_connected (roster, office->clinic.patient->id);
  office_advance (office, CALLD_PUSH_DELAY_MS);
  office_advance (office, CALLD_PUSH_DELAY_MS);
  g_assert_cmpuint (calld_push_get_size (push), ==, 0);
  g_assert_cmpuint (self->events->len, ==, 1);
  g_assert_finalize_object (push);
  g_object_unref (roster);
}

/* PUSH_WEBHOOK_URL comes, changes and goes with the settings. */
static void
test_push_configured (Fixture *self, gconstpointer data)
{
  CalldConfig *config = self->office.config;
  const char *const secrets[] = { "one", "one", "other", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++) {
    g_autoptr (GPtrArray) all = NULL;

    g_free (config->push_webhook_url);
    g_free (config->push_webhook_secret);
    config->push_webhook_url = secrets[i] != NULL ? g_strdup (self->url) : NULL;
    config->push_webhook_secret = g_strdup (secrets[i]);
    stop_webhooks (self);
    start_webhooks (self);
    all = list (self);
    g_assert_cmpuint (all->len, ==, secrets[i] != NULL);
    g_assert_cmpint (calld_webhooks_is_heard (self->webhooks, "push"), ==, secrets[i] != NULL);
    if (secrets[i] != NULL)
      g_assert_cmpstr (((CalldWebhookRecord *) all->pdata[0])->secret, ==, secrets[i]);
  }
}

static void
test_push_overflow (Fixture *self, gconstpointer data)
{
  Office *office = &self->office;
  g_autoptr (CalldWebhookRecord) webhook G_GNUC_UNUSED = add (self, "push");
  g_autoptr (CalldRoster) roster = calld_roster_new (office->config, office->clock,
                                                     office->clinic.store, office->bus);
  g_autoptr (CalldPush) push = calld_push_new (office->clock, office->clinic.store, office->bus,
                                               roster, self->webhooks);
  g_autoptr (CalldConversationRecord) group = calld_conversation_record_new (NULL, CALL_GROUP_GROUP,
                                                                             "Todos", CLINIC_NOW);
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_NEW_MESSAGE);
  const char *const topics[] = { "conversation/x", NULL };
  CalldChange *change = calld_change_new ();

  for (guint i = 0; i < CALLD_PUSH_USERS_MAX + 10; i++) {
    g_autoptr (CalldUserRecord) user = calld_user_record_new ("U", NULL, CALL_ROLE_DOCTOR, "UTC",
                                                              CLINIC_NOW);

    calld_change_add_user (change, user);
    g_ptr_array_add (group->members, calld_member_record_new (group->id, user->id,
                                                              CALL_GROUP_ROLE_MEMBER, CLINIC_NOW));
  }
  calld_change_add_conversation (change, group);
  g_assert_true (clinic_commit (&office->clinic, change, NULL));
  notice->message = g_object_new (CALL_TYPE_MESSAGE, "id", group->id, "group-id", group->id,
                                  "sender-id", office->clinic.doctor->id, NULL);
  calld_bus_publish (office->bus, topics, notice, CALLD_PUBLISH_NONE, 0);
  office_settle (office);
  g_assert_cmpuint (calld_push_get_size (push), ==, CALLD_PUSH_USERS_MAX);
}

/* --- bots ------------------------------------------------------------------------------------- */

static void
test_bot (Fixture *self, gconstpointer data)
{
  Office *office = &self->office;
  g_autoptr (CalldBots) bots = calld_bots_new (office->clock, office->clinic.store, office->auth,
                                               office->chat);
  g_autoptr (GAsyncResult) result = NULL, refused = NULL, unnamed = NULL;
  g_autoptr (CalldIdentity) known = NULL;
  g_autoptr (CalldBot) bot = NULL;
  g_autoptr (GError) error = NULL;

  calld_bots_add_async (bots, self->admin, " Triage ", NULL, NULL, await_cb, &result);
  bot = calld_bots_add_finish (bots, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (bot->identity->name, ==, "Triage");
  known = calld_auth_verify_token (office->auth, bot->token, &error);
  g_assert_no_error (error);
  g_assert_cmpint (known->role, ==, CALL_ROLE_SERVICE);
  g_assert_cmpstr (known->user_id, ==, bot->identity->user_id);

  calld_bots_add_async (bots, office->doctor, "Triage", NULL, NULL, await_cb, &refused);
  g_assert_null (calld_bots_add_finish (bots, await (&refused), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_FORBIDDEN);
  g_clear_error (&error);
  calld_bots_add_async (bots, self->admin, "@x", NULL, NULL, await_cb, &unnamed);
  g_assert_null (calld_bots_add_finish (bots, await (&unnamed), &error));
  g_assert_cmpint (calld_problem_get_code (error), ==, CALL_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (120);
#define ADD(path, func) g_test_add ("/webhooks/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("delivered", test_delivered);
  ADD ("retried", test_retried);
  ADD ("redirected", test_redirected);
  ADD ("disabled", test_disabled);
  ADD ("restarted", test_restarted);
  ADD ("other-events", test_other_events);
  ADD ("private", test_private);
  ADD ("refused", test_refused);
  ADD ("push", test_push);
  ADD ("push-configured", test_push_configured);
  ADD ("push-overflow", test_push_overflow);
  ADD ("bot", test_bot);
  return g_test_run ();
}
