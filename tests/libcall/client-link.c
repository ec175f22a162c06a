/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "call-transport-loopback.h"
#include "client-fixture.h"

/* The connection as the client keeps it: over a transport without a network, and a clock of ours.
 */
typedef struct {
  Fixture base;
  CallTransportLoopback *loopback;
  GPtrArray *requests; /* the events the client sent, by name */
  gboolean refuse_requests;
} Link;

static gboolean
answer (const CallRequest *request, CallAck *ack, gpointer user_data, GError **error)
{
  Link *link = user_data;

  g_ptr_array_add (link->requests,
                   g_strdup_printf ("%s%s%s", call_request_kind_get_event (request->kind),
                                    request->channel != NULL ? " " : "",
                                    request->channel != NULL ? request->channel : ""));
  if (!link->refuse_requests)
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_TOO_EARLY, "Not yet.");
  return FALSE;
}

static void
set_up (Link *link, gconstpointer unused)
{
  fixture_set_up (&link->base, NULL);
  link->requests = g_ptr_array_new_with_free_func (g_free);
  link->loopback = call_transport_loopback_new (answer, link);
  call_client_set_transport (link->base.client, g_object_ref (CALL_TRANSPORT (link->loopback)));
}

static void
tear_down (Link *link, gconstpointer unused)
{
  fixture_tear_down (&link->base, NULL);
  g_assert_finalize_object (link->loopback);
  g_ptr_array_unref (link->requests);
}

static guint
count_requests (Link *link, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < link->requests->len; i++)
    n += g_str_equal (link->requests->pdata[i], name) ? 1 : 0;
  return n;
}

static CallConnectionState
state_of (Link *link)
{
  return call_client_get_connection_state (link->base.client);
}

static void
refuse (Link *link, CallError code)
{
  g_autoptr (GError) error = g_error_new_literal (CALL_ERROR, (int) code, "No.");

  call_transport_loopback_refuse (link->loopback, error);
}

static gboolean
go_online (Link *link, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  call_client_go_online_async (link->base.client, NULL, test_result_cb, &result);
  test_await (result != NULL);
  return call_client_go_online_finish (link->base.client, result, error);
}

static void
test_not_signed_in (Link *link, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (go_online (link, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
}

static void
test_online_offline (Link *link, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  g_assert_true (go_online (link, &error));
  g_assert_true (go_online (link, &error)); /* it is */
  g_assert_cmpuint (call_transport_loopback_get_n_opened (link->loopback), ==, 1);
  call_client_go_offline (link->base.client);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
  g_assert_false (call_transport_loopback_is_open (link->loopback));
  call_clock_advance (link->base.clock, 100000);
  test_settle ();
  g_assert_cmpuint (call_transport_loopback_get_n_opened (link->loopback), ==, 1);
}

/* The first attempt tells its fate; the client goes on trying. */
static void
test_server_away_at_first (Link *link, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  refuse (link, CALL_ERROR_UNAVAILABLE);
  g_assert_false (go_online (link, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_CONNECTING);
  g_assert_error (call_client_get_last_error (link->base.client), CALL_ERROR,
                  CALL_ERROR_UNAVAILABLE);
  call_transport_loopback_refuse (link->loopback, NULL);
  call_clock_advance (link->base.clock, 1500);
  test_await (state_of (link) == CALL_CONNECTION_ONLINE);
  g_assert_no_error (call_client_get_last_error (link->base.client));
}

static void
test_token_refused (Link *link, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  refuse (link, CALL_ERROR_UNAUTHORIZED);
  g_assert_false (go_online (link, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
  g_assert_cmpuint (call_clock_get_n_timers (link->base.clock), ==, 0);
}

/* A token that expires while one is connected is only found out when one comes back. */
static void
test_token_expires (Link *link, gconstpointer unused)
{
  fixture_go_online (&link->base);
  refuse (link, CALL_ERROR_UNAUTHORIZED);
  call_transport_loopback_lose (link->loopback);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_RECONNECTING);
  call_clock_advance (link->base.clock, 1500);
  test_await (state_of (link) == CALL_CONNECTION_OFFLINE);
  g_assert_error (call_client_get_last_error (link->base.client), CALL_ERROR,
                  CALL_ERROR_UNAUTHORIZED);
}

static void
test_backoff (Link *link, gconstpointer unused)
{
  const gint64 longest[] = { 1500, 3000, 5000, 5000, 5000 };

  fixture_go_online (&link->base);
  refuse (link, CALL_ERROR_UNAVAILABLE);
  call_transport_loopback_lose (link->loopback);
  for (gsize i = 0; i < G_N_ELEMENTS (longest); i++) {
    g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_RECONNECTING);
    g_assert_cmpuint (call_clock_get_n_timers (link->base.clock), ==, 1);
    call_clock_advance (link->base.clock, 499); /* never sooner than half of the first delay */
    g_assert_cmpuint (call_clock_get_n_timers (link->base.clock), ==, 1);
    call_clock_advance (link->base.clock, longest[i] - 499);
    g_assert_cmpuint (call_clock_get_n_timers (link->base.clock), ==, 0);
    test_await (call_clock_get_n_timers (link->base.clock) == 1);
  }
  call_transport_loopback_refuse (link->loopback, NULL);
  call_clock_advance (link->base.clock, 5000);
  test_await (state_of (link) == CALL_CONNECTION_ONLINE);
}

/* Online means up to date: all that was missed is fetched first. */
static void
test_resync (Link *link, gconstpointer unused)
{
  g_autoptr (GAsyncResult) entered = NULL;
  CallAppointment *visit;
  guint lists;

  fixture_go_online (&link->base);
  visit = fixture_visit (&link->base);
  call_client_get_conversation (link->base.client, visit);
  call_client_enter_waiting_room_async (link->base.client, visit, NULL, test_result_cb, &entered);
  test_await (entered != NULL);
  g_assert_true (call_client_enter_waiting_room_finish (link->base.client, entered, NULL));
  g_assert_cmpuint (count_requests (link, "subscribe appointments." VISIT), ==, 1);
  lists = fake_server_count (link->base.server, "GET /api/appointments");
  g_ptr_array_set_size (link->requests, 0);
  fake_server_answer (link->base.server, "GET /api/appointments", 200,
                      LIST_JSON (VISIT_JSON (VISIT, "in_progress", "")));
  call_transport_loopback_lose (link->loopback);
  fixture_advance_until_online (&link->base);
  g_assert_cmpuint (fake_server_count (link->base.server, "GET /api/appointments"), ==, lists + 1);
  g_assert_true (fixture_visit (&link->base) == visit);
  g_assert_cmpint (call_appointment_get_status (visit), ==, CALL_APPOINTMENT_IN_PROGRESS);
  g_assert_cmpuint (count_requests (link, "subscribe appointments." VISIT), ==, 1);
  g_assert_cmpuint (count_requests (link, "enter_waiting_room"), ==, 1);
  g_assert_cmpuint (count_requests (link, "join_group"), ==, 1);
}

static void
test_resync_fails (Link *link, gconstpointer unused)
{
  fixture_go_online (&link->base);
  fake_server_answer (link->base.server, "GET /api/appointments", 503, "{}");
  call_transport_loopback_lose (link->loopback);
  call_clock_advance (link->base.clock, 1500);
  test_await (call_clock_get_n_timers (link->base.clock) == 1);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_RECONNECTING);
  g_assert_false (call_transport_loopback_is_open (link->loopback));
  fake_server_answer (link->base.server, "GET /api/appointments", 200, LIST_JSON (""));
  call_clock_advance (link->base.clock, 5000);
  test_await (state_of (link) == CALL_CONNECTION_ONLINE);
}

static void
test_waiting_room_refused (Link *link, gconstpointer unused)
{
  g_autoptr (GAsyncResult) entered = NULL;
  g_autoptr (GError) error = NULL;

  fixture_go_online (&link->base);
  link->refuse_requests = TRUE;
  call_client_enter_waiting_room_async (link->base.client, fixture_visit (&link->base), NULL,
                                        test_result_cb, &entered);
  test_await (entered != NULL);
  g_assert_false (call_client_enter_waiting_room_finish (link->base.client, entered, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_EARLY);
  link->refuse_requests = FALSE;
  g_ptr_array_set_size (link->requests, 0);
  call_transport_loopback_lose (link->loopback);
  fixture_advance_until_online (&link->base);
  g_assert_cmpuint (count_requests (link, "enter_waiting_room"), ==, 0);
}

static void
test_waiting_room_left (Link *link, gconstpointer unused)
{
  g_autoptr (GAsyncResult) entered = NULL;
  g_autoptr (GAsyncResult) left = NULL;

  fixture_go_online (&link->base);
  call_client_enter_waiting_room_async (link->base.client, fixture_visit (&link->base), NULL,
                                        test_result_cb, &entered);
  test_await (entered != NULL);
  call_client_leave_waiting_room_async (link->base.client, fixture_visit (&link->base), NULL,
                                        test_result_cb, &left);
  test_await (left != NULL);
  g_assert_true (call_client_leave_waiting_room_finish (link->base.client, left, NULL));
  g_ptr_array_set_size (link->requests, 0);
  call_transport_loopback_lose (link->loopback);
  fixture_advance_until_online (&link->base);
  g_assert_cmpuint (count_requests (link, "enter_waiting_room"), ==, 0);
}

static void
test_draining (Link *link, gconstpointer unused)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_SERVER_DRAINING);

  fixture_go_online (&link->base);
  notice->delay_ms = 7000;
  call_transport_emit_notice (CALL_TRANSPORT (link->loopback), notice);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_RECONNECTING);
  g_assert_false (call_transport_loopback_is_open (link->loopback));
  call_clock_advance (link->base.clock, 6999);
  test_settle ();
  g_assert_cmpuint (call_transport_loopback_get_n_opened (link->loopback), ==, 1);
  call_clock_advance (link->base.clock, 1);
  test_await (state_of (link) == CALL_CONNECTION_ONLINE);
}

static void
tell_updated (Link *link, const char *id, int hour)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_UPDATED);
  g_autoptr (GDateTime) at = g_date_time_new_utc (2026, 3, 2, hour, 0, 0);

  notice->appointment = g_object_new (CALL_TYPE_APPOINTMENT, "id", id, "scheduled-at", at, NULL);
  call_transport_emit_notice (CALL_TRANSPORT (link->loopback), notice);
}

/* What is new comes into the list if it is of the time that was asked for. */
static void
test_updated (Link *link, gconstpointer unused)
{
  g_autoptr (GDateTime) from = g_date_time_new_utc (2026, 3, 2, 8, 0, 0);
  g_autoptr (GDateTime) to = g_date_time_new_utc (2026, 3, 2, 18, 0, 0);
  g_autoptr (GAsyncResult) loaded = NULL;
  GListModel *list = call_client_get_appointments (link->base.client);

  fixture_go_online (&link->base);
  call_client_load_appointments_async (link->base.client, from, to, NULL, test_result_cb, &loaded);
  test_await (loaded != NULL);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  tell_updated (link, VISIT_2, 18);
  tell_updated (link, VISIT_2, 7);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  tell_updated (link, VISIT_2, 8);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  tell_updated (link, VISIT_2, 20); /* moved out: whoever shows it sees it go */
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
}

static void
test_cancel_before (Link *link, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  g_cancellable_cancel (cancellable);
  call_client_go_online_async (link->base.client, cancellable, test_result_cb, &result);
  test_await (result != NULL);
  g_assert_false (call_client_go_online_finish (link->base.client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
}

static void
test_cancel_during (Link *link, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  call_client_go_online_async (link->base.client, cancellable, test_result_cb, &result);
  g_cancellable_cancel (cancellable);
  test_await (result != NULL);
  g_assert_false (call_client_go_online_finish (link->base.client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_settle ();
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
}

static void
test_cancel_after (Link *link, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  fixture_sign_in (&link->base);
  call_client_go_online_async (link->base.client, cancellable, test_result_cb, &result);
  test_await (result != NULL);
  g_cancellable_cancel (cancellable);
  test_settle ();
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_ONLINE);
}

static void
on_state (CallClient *client, GParamSpec *pspec, gpointer unused)
{
  if (call_client_get_connection_state (client) == CALL_CONNECTION_ONLINE)
    call_client_go_offline (client);
}

static void
test_offline_inside_notify (Link *link, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture_sign_in (&link->base);
  g_signal_connect (link->base.client, "notify::connection-state", G_CALLBACK (on_state), NULL);
  g_assert_false (go_online (link, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_cmpint (state_of (link), ==, CALL_CONNECTION_OFFLINE);
}

#define ADD(path, func) g_test_add ("/client/link/" path, Link, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("not-signed-in", test_not_signed_in);
  ADD ("online-offline", test_online_offline);
  ADD ("server-away-at-first", test_server_away_at_first);
  ADD ("token-refused", test_token_refused);
  ADD ("token-expires", test_token_expires);
  ADD ("backoff", test_backoff);
  ADD ("resync", test_resync);
  ADD ("resync-fails", test_resync_fails);
  ADD ("waiting-room-refused", test_waiting_room_refused);
  ADD ("waiting-room-left", test_waiting_room_left);
  ADD ("draining", test_draining);
  ADD ("updated", test_updated);
  ADD ("cancel-before", test_cancel_before);
  ADD ("cancel-during", test_cancel_during);
  ADD ("cancel-after", test_cancel_after);
  ADD ("offline-inside-notify", test_offline_inside_notify);

  return g_test_run ();
}
