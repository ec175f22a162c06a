/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client of LiveKit's egress service, against a server that answers as LiveKit does on the
 * wire: snake_case with everything in it, and Twirp's refusals. */

#include "config.h"

#include "calld-egress-keeper.h"
#include "calld-livekit-policy.h"
#include "calld-office.h"
#include "calld-store-meeting.h"

#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  Office office;
  CalldMeetings *meetings;
  CalldLivekit *livekit;
  SoupServer *server;
  GPtrArray *asked; /* "Method body" */
  char *answer;
  guint refuse; /* so many answers are 503 */
  char *authorization;
} Desk;

#define EGRESS(id, status)                                                                       \
  "{\"egress_id\":\"" id "\",\"room_id\":\"RM_1\",\"room_name\":\"consult-1\","                  \
  "\"source_type\":\"EGRESS_SOURCE_TYPE_SDK\",\"status\":\"" status "\",\"started_at\":\"0\","   \
  "\"track\":{\"room_name\":\"consult-1\",\"track_id\":\"TR_a\",\"websocket_url\":\"ws://us\"}," \
  "\"stream_results\":[],\"error\":\"\",\"error_code\":0}"

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Desk *self = user_data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *answer = self->answer;

  g_assert_cmpstr (soup_server_message_get_method (message), ==, "POST");
  g_assert_true (g_str_has_prefix (path, "/twirp/livekit.Egress/"));
  g_free (self->authorization);
  self->authorization = g_strdup (soup_message_headers_get_one (headers, "Authorization"));
  g_ptr_array_add (self->asked, g_strdup_printf ("%s %.*s", strrchr (path, '/') + 1,
                                                 (int) body->length, body->data));
  if (self->refuse > 0) {
    self->refuse--;
    answer = "{\"code\":\"unavailable\",\"msg\":\"no egress worker\",\"meta\":{}}";
    soup_server_message_set_status (message, 503, NULL);
  } else if (strstr (answer, "\"code\"") != NULL) {
    soup_server_message_set_status (message, 404, NULL);
  } else {
    soup_server_message_set_status (message, 200, NULL);
  }
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, answer,
                                    strlen (answer));
}

static char *
sign (const char *room_name, const char *participant, const char *track_id, gpointer user_data)
{
  return g_strdup_printf ("ws://us/egress-audio?roomName=%s&trackId=%s", room_name, track_id);
}

static void
answer_with (Desk *self, const char *answer)
{
  g_free (self->answer);
  self->answer = g_strdup (answer);
}

static void
set_up (Desk *self, gconstpointer data)
{
  g_autoslist (GUri) uris = NULL;
  g_autoptr (GError) error = NULL;

  office_set_up (&self->office, data);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (self->server);
  self->office.config->livekit_url = g_strdup_printf ("ws://127.0.0.1:%d",
                                                      g_uri_get_port (uris->data));
  self->office.config->livekit_api_key = g_strdup ("devkey");
  self->office.config->livekit_api_secret = g_strdup ("secret");
  self->office.config->livekit_egress = CALLD_TRACKS_AUDIO;
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->answer = g_strdup ("{\"items\":[],\"next_page_token\":null}");
  self->refuse = 0;
  self->authorization = NULL;
  self->meetings = calld_meetings_new (self->office.config, self->office.clock,
                                       self->office.clinic.store);
  self->livekit = calld_livekit_new (self->office.config, self->office.clock,
                                     self->office.clinic.store, sign, NULL);
}

static void
tear_down (Desk *self, gconstpointer data)
{
  CalldConfig *config = self->office.config;

  g_object_unref (self->livekit);
  g_object_unref (self->meetings);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->asked);
  g_free (self->answer);
  g_free (self->authorization);
  g_clear_pointer (&config->livekit_url, g_free);
  g_clear_pointer (&config->livekit_api_key, g_free);
  g_clear_pointer (&config->livekit_api_secret, g_free);
  office_tear_down (&self->office, data);
}

static const char *
wait_for_request (Desk *self, guint index)
{
  while (self->asked->len <= index)
    g_main_context_iteration (NULL, TRUE);
  return self->asked->pdata[index];
}

static guint
count_asked (Desk *self, const char *method)
{
  guint n = 0;

  for (guint i = 0; i < self->asked->len; i++)
    n += g_str_has_prefix (self->asked->pdata[i], method);
  return n;
}

/* Time goes by until @method was asked for @n times. */
static void
pass_time (Desk *self, const char *method, guint n, gint64 step_ms)
{
  while (count_asked (self, method) < n) {
    if (!g_main_context_iteration (NULL, FALSE))
      calld_clock_advance (self->office.clock, step_ms);
  }
}

static GPtrArray *
list_alive (Desk *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_store_list_egresses_async (self->office.clinic.store, NULL, await_cb, &result);
  return calld_store_list_finish (self->office.clinic.store, await (&result), NULL);
}

static void
wait_for_alive (Desk *self, guint n)
{
  for (;;) {
    g_autoptr (GPtrArray) alive = list_alive (self);

    if (alive->len == n)
      return;
  }
}

static void
test_start (Desk *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallLivekitEgress) egress = NULL;
  g_autoptr (GPtrArray) alive = NULL;

  answer_with (self, EGRESS ("EG_1", "EGRESS_STARTING"));
  calld_livekit_start_egress_async (self->livekit, "consult-1", "TR_a", "patient", NULL, await_cb,
                                    &result);
  egress = calld_livekit_start_egress_finish (self->livekit, await (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (egress->id, ==, "EG_1");
  g_assert_cmpstr (self->asked->pdata[0], ==,
                   "StartTrackEgress {\"roomName\":\"consult-1\",\"trackId\":\"TR_a\","
                   "\"websocketUrl\":\"ws://us/egress-audio?roomName=consult-1&trackId=TR_a\"}");
  g_assert_true (g_str_has_prefix (self->authorization, "Bearer ey"));
  alive = list_alive (self);
  g_assert_cmpuint (alive->len, ==, 1);
  g_assert_cmpstr (((CalldEgressRecord *) alive->pdata[0])->participant, ==, "patient");
}

static void
test_refused (Desk *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) start = NULL, stop = NULL, down = NULL;
  g_autoptr (GError) error = NULL;

  answer_with (self, "{\"code\":\"not_found\",\"msg\":\"track does not exist\"}");
  calld_livekit_start_egress_async (self->livekit, "r", "TR_x", NULL, NULL, await_cb, &start);
  g_assert_null (calld_livekit_start_egress_finish (self->livekit, await (&start), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* What LiveKit does not know is over. */
  calld_livekit_stop_egress_async (self->livekit, "EG_9", NULL, await_cb, &stop);
  g_assert_true (calld_livekit_stop_egress_finish (self->livekit, await (&stop), &error));
  g_assert_no_error (error);

  soup_server_disconnect (self->server);
  calld_livekit_stop_egress_async (self->livekit, "EG_9", NULL, await_cb, &down);
  g_assert_false (calld_livekit_stop_egress_finish (self->livekit, await (&down), &error));
  g_assert_nonnull (error);
}

static void
test_not_set_up (Desk *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->office.config->livekit_url, g_free);
  calld_livekit_start_egress_async (self->livekit, "r", "TR_x", NULL, NULL, await_cb, &result);
  g_assert_null (calld_livekit_start_egress_finish (self->livekit, await (&result), &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

/* A track is published; LiveKit has no worker twice, then one. */
static void
test_published (Desk *self, gconstpointer data)
{
  CalldEgressKeeper *keeper = calld_egress_keeper_new (self->office.config, self->office.clock,
                                                       self->office.clinic.store, self->meetings,
                                                       self->livekit);
  CallLivekitEvent event = { .kind = CALL_LIVEKIT_TRACK_PUBLISHED,
                             .id = (char *) "EV_1",
                             .room_name = (char *) "consult-1",
                             .participant = (char *) "patient",
                             .track_id = (char *) "TR_a",
                             .audio = TRUE };

  g_assert_true (g_str_has_prefix (wait_for_request (self, 0), "ListEgress"));
  answer_with (self, EGRESS ("EG_1", "EGRESS_STARTING"));
  self->refuse = 2;
  g_signal_emit_by_name (self->meetings, "heard", &event);
  pass_time (self, "StartTrackEgress", 3, 1);
  wait_for_alive (self, 1);
  /* Pictures are not asked for. */
  event.audio = FALSE;
  g_signal_emit_by_name (self->meetings, "heard", &event);
  g_assert_cmpuint (count_asked (self, "StartTrackEgress"), ==, 3);
  calld_egress_keeper_free (keeper);
}

/* The webhook of the end got lost: the next look at LiveKit's list tells. */
static void
test_reconciled (Desk *self, gconstpointer data)
{
  CallLivekitEgress egress = { .id = (char *) "EG_1", .status = CALL_LIVEKIT_EGRESS_ACTIVE };
  CalldChange *change = calld_change_new ();
  CalldEgressKeeper *keeper;

  calld_meetings_note_egress (change, &egress, NULL, calld_clock_now_ms (self->office.clock));
  g_assert_true (clinic_commit (&self->office.clinic, change, NULL));
  wait_for_alive (self, 1);
  keeper = calld_egress_keeper_new (self->office.config, self->office.clock,
                                    self->office.clinic.store, self->meetings, self->livekit);
  wait_for_request (self, 0);
  pass_time (self, "ListEgress", 3, 10);
  wait_for_alive (self, 0);
  calld_egress_keeper_free (keeper);
}

static void
test_policy (void)
{
  static const struct {
    CallError code;
    guint attempt;
    gint64 delay_ms; /* -1: give up */
  } cases[] = {
    { CALL_ERROR_UNAVAILABLE, 1, 1000 },  { CALL_ERROR_UNAVAILABLE, 2, 2000 },
    { CALL_ERROR_UNAVAILABLE, 3, -1 },    { CALL_ERROR_TIMED_OUT, 1, 1000 },
    { CALL_ERROR_RATE_LIMITED, 1, 1000 }, { CALL_ERROR_NOT_FOUND, 1, -1 },
    { CALL_ERROR_UNAUTHORIZED, 1, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, (int) cases[i].code, "no");
    gint64 delay_ms = -1;
    gboolean again = calld_livekit_may_retry (error, cases[i].attempt, &delay_ms);

    g_assert_cmpint (again ? delay_ms : -1, ==, cases[i].delay_ms);
  }
}

#define CASE(name, test) g_test_add ("/livekit/" name, Desk, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (110);
  CASE ("start", test_start);
  CASE ("refused", test_refused);
  CASE ("not-set-up", test_not_set_up);
  CASE ("published", test_published);
  CASE ("reconciled", test_reconciled);
  g_test_add_func ("/livekit/policy", test_policy);
  return g_test_run ();
}
