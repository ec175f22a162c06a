/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-error.h"
#include "call-transport-socketio.h"
#include "client-fixture.h"

typedef struct {
  FakeServer *server;
  CallHttp *http;
  CallClock *clock;
  CallTransport *transport;
  GError *lost;
  GPtrArray *notices; /* CallNotice */
} Wire;

static void
on_lost (CallTransport *transport, GError *error, Wire *wire)
{
  g_assert_null (wire->lost);
  wire->lost = g_error_copy (error);
}

static void
on_notice (CallTransport *transport, CallNotice *notice, Wire *wire)
{
  g_ptr_array_add (wire->notices, call_notice_ref (notice));
}

static void
set_up (Wire *wire, gconstpointer unused)
{
  wire->server = fake_server_new ();
  wire->http = call_http_new (fake_server_get_url (wire->server));
  wire->clock = call_clock_new_for_tests (NOW_MS);
  wire->transport = call_transport_socketio_new (wire->http, wire->clock);
  wire->notices = g_ptr_array_new_with_free_func ((GDestroyNotify) call_notice_unref);
  g_signal_connect (wire->transport, "lost", G_CALLBACK (on_lost), wire);
  g_signal_connect (wire->transport, "notice", G_CALLBACK (on_notice), wire);
}

static void
tear_down (Wire *wire, gconstpointer unused)
{
  gpointer transport = wire->transport;

  call_transport_close (wire->transport);
  test_settle ();
  g_object_add_weak_pointer (transport, &transport);
  g_object_unref (wire->transport);
  test_await (transport == NULL);
  g_assert_cmpuint (call_clock_get_n_timers (wire->clock), ==, 0);
  g_assert_finalize_object (wire->clock);
  g_object_unref (wire->http);
  g_clear_error (&wire->lost);
  g_ptr_array_unref (wire->notices);
  fake_server_free (wire->server);
  test_settle ();
}

static gboolean
try_open (Wire *wire, const char *token, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  call_transport_open_async (wire->transport, token, NULL, test_result_cb, &result);
  test_await (result != NULL);
  return call_transport_open_finish (wire->transport, result, error);
}

static void
open_now (Wire *wire)
{
  g_autoptr (GError) error = NULL;

  try_open (wire, FAKE_TOKEN, &error);
  g_assert_no_error (error);
}

static CallRequest *
media_request (void)
{
  CallRequest *request = call_request_new (CALL_REQUEST_ENTER_WAITING_ROOM);

  request->appointment_id = g_strdup (VISIT);
  return request;
}

static CallAck *
ask (Wire *wire, GError **error)
{
  g_autoptr (CallRequest) request = media_request ();
  g_autoptr (GAsyncResult) result = NULL;

  call_transport_request_async (wire->transport, request, NULL, test_result_cb, &result);
  test_await (result != NULL);
  return call_transport_request_finish (wire->transport, result, error);
}

static void
test_open_and_close (Wire *wire, gconstpointer unused)
{
  open_now (wire);
  g_assert_cmpuint (fake_server_n_sockets (wire->server), ==, 1);
  call_transport_close (wire->transport);
  test_await (fake_server_n_sockets (wire->server) == 0);
  g_assert_no_error (wire->lost);
  open_now (wire); /* and again */
}

static void
test_open_twice (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  open_now (wire);
  g_assert_false (try_open (wire, FAKE_TOKEN, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  g_assert_cmpuint (fake_server_n_sockets (wire->server), ==, 1);
}

static void
test_bad_token (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try_open (wire, "stolen", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  g_assert_no_error (wire->lost);
}

static void
test_no_answer_to_open (Wire *wire, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_mute (wire->server, TRUE);
  call_transport_open_async (wire->transport, FAKE_TOKEN, NULL, test_result_cb, &result);
  test_await (fake_server_n_sockets (wire->server) == 1);
  call_clock_advance (wire->clock, CALL_TRANSPORT_OPEN_TIMEOUT_MS);
  test_await (result != NULL);
  g_assert_false (call_transport_open_finish (wire->transport, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TIMED_OUT);
}

static void
test_cancel_open (Wire *wire, gconstpointer during)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_mute (wire->server, TRUE);
  if (!GPOINTER_TO_INT (during))
    g_cancellable_cancel (cancellable);
  call_transport_open_async (wire->transport, FAKE_TOKEN, cancellable, test_result_cb, &result);
  if (GPOINTER_TO_INT (during)) {
    test_await (fake_server_n_sockets (wire->server) == 1);
    test_settle ();
    g_cancellable_cancel (cancellable);
  }
  test_await (result != NULL);
  g_assert_false (call_transport_open_finish (wire->transport, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fake_server_mute (wire->server, FALSE);
  open_now (wire);
}

static void
test_close_while_opening (Wire *wire, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_transport_open_async (wire->transport, FAKE_TOKEN, NULL, test_result_cb, &result);
  call_transport_close (wire->transport);
  test_await (result != NULL);
  g_assert_false (call_transport_open_finish (wire->transport, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  open_now (wire);
}

static void
test_cut (Wire *wire, gconstpointer unused)
{
  open_now (wire);
  fake_server_cut (wire->server);
  test_await (wire->lost != NULL);
  g_assert_error (wire->lost, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_clear_error (&wire->lost);
  open_now (wire);
}

static void
test_silence (Wire *wire, gconstpointer unused)
{
  fake_server_set_ping (wire->server, 25000, 20000);
  open_now (wire);
  call_clock_advance (wire->clock, 44000);
  g_assert_no_error (wire->lost);
  fake_server_send_raw (wire->server, "2");               /* a ping puts it off */
  fake_server_emit (wire->server, "message_error", "{}"); /* something to wait for */
  fake_server_emit (wire->server, "server_draining", "{\"reconnectAfterMs\":1}");
  test_await (wire->notices->len == 1);
  call_clock_advance (wire->clock, 44999);
  g_assert_no_error (wire->lost);
  call_clock_advance (wire->clock, 1);
  g_assert_error (wire->lost, CALL_ERROR, CALL_ERROR_TIMED_OUT);
  test_await (fake_server_n_sockets (wire->server) == 0);
}

static void
test_server_says_goodbye (Wire *wire, gconstpointer text)
{
  open_now (wire);
  fake_server_send_raw (wire->server, text);
  test_await (wire->lost != NULL);
  g_assert_error (wire->lost, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

static void
test_garbage (Wire *wire, gconstpointer text)
{
  open_now (wire);
  fake_server_send_raw (wire->server, text);
  test_await (wire->lost != NULL);
  g_assert_error (wire->lost, CALL_ERROR, CALL_ERROR_PROTOCOL);
}

static void
test_notices (Wire *wire, gconstpointer unused)
{
  const CallNotice *notice;

  open_now (wire);
  fake_server_emit (wire->server, "some_newer_event", "{\"a\":1}");
  fake_server_emit (wire->server, "AppointmentCallLeft", "{\"appointmentId\":\"no id\"}");
  fake_server_emit (wire->server, "AppointmentCallLeft",
                    "{\"appointmentId\":\"" VISIT "\",\"callId\":\"" CALL_1
                    "\",\"by\":{\"id\":\"" PATIENT
                    "\",\"role\":\"patient\"},\"at\":\"2026-03-02T14:00:00.000Z\"}");
  test_await (wire->notices->len == 1);
  notice = wire->notices->pdata[0];
  g_assert_cmpint (notice->kind, ==, CALL_NOTICE_CALL_LEFT);
  g_assert_cmpstr (notice->call_id, ==, CALL_1);
  g_assert_cmpint (notice->at_ms, ==, NOW_MS);
  g_assert_no_error (wire->lost);
}

static void
test_ack (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  CallAck *ack;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room",
                           "{\"ok\":true,\"appointment\":" VISIT_JSON (VISIT, "scheduled", "") "}");
  ack = ask (wire, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (call_appointment_get_id (ack->appointment), ==, VISIT);
  call_transport_ack_free (ack);
  g_assert_cmpstr (fake_server_last_body (wire->server, "event enter_waiting_room"), ==,
                   "{\"appointmentId\":\"" VISIT "\"}");
}

static void
test_refusal (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  open_now (wire);
  fake_server_acknowledge (
      wire->server, "enter_waiting_room",
      "{\"ok\":false,\"error\":{\"code\":\"too_early\",\"message\":\"Not yet.\"}}");
  g_assert_null (ask (wire, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_EARLY);
  g_assert_cmpstr (error->message, ==, "Not yet.");
}

static void
test_bad_ack (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room", "{\"ok\":\"perhaps\"}");
  g_assert_null (ask (wire, &error));
  g_assert_nonnull (error);
  g_assert_no_error (wire->lost);
}

static void
test_request_while_closed (Wire *wire, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ask (wire, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

static void
test_no_ack (Wire *wire, gconstpointer unused)
{
  g_autoptr (CallRequest) request = media_request ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room", NULL);
  call_transport_request_async (wire->transport, request, NULL, test_result_cb, &result);
  test_await (fake_server_count (wire->server, "event enter_waiting_room") == 1);
  call_clock_advance (wire->clock, CALL_TRANSPORT_ACK_TIMEOUT_MS);
  test_await (result != NULL);
  g_assert_null (call_transport_request_finish (wire->transport, result, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TIMED_OUT);
  g_assert_no_error (wire->lost);
}

static void
test_cancel_request (Wire *wire, gconstpointer during)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (CallRequest) request = media_request ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room", NULL);
  if (!GPOINTER_TO_INT (during))
    g_cancellable_cancel (cancellable);
  call_transport_request_async (wire->transport, request, cancellable, test_result_cb, &result);
  if (GPOINTER_TO_INT (during)) {
    test_await (fake_server_count (wire->server, "event enter_waiting_room") == 1);
    g_cancellable_cancel (cancellable);
  }
  test_await (result != NULL);
  g_assert_null (call_transport_request_finish (wire->transport, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_lost_with_requests (Wire *wire, gconstpointer unused)
{
  g_autoptr (CallRequest) request = media_request ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room", NULL);
  call_transport_request_async (wire->transport, request, NULL, test_result_cb, &first);
  call_transport_request_async (wire->transport, request, NULL, test_result_cb, &second);
  test_await (fake_server_count (wire->server, "event enter_waiting_room") == 2);
  fake_server_cut (wire->server);
  test_await (first != NULL && second != NULL);
  g_assert_null (call_transport_request_finish (wire->transport, first, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_nonnull (wire->lost);
}

static void
count_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  guint *count = user_data;
  g_autoptr (GError) error = NULL;
  CallAck *ack = call_transport_request_finish (CALL_TRANSPORT (source), result, &error);

  g_assert_null (ack);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  (*count)++;
}

/* Those over the bound are refused at once; the others are kept. */
static void
test_overflow (Wire *wire, gconstpointer unused)
{
  g_autoptr (CallRequest) request = media_request ();
  guint failed = 0;

  open_now (wire);
  fake_server_acknowledge (wire->server, "enter_waiting_room", NULL);
  for (guint i = 0; i < CALL_TRANSPORT_MAX_PENDING + 3; i++)
    call_transport_request_async (wire->transport, request, NULL, count_cb, &failed);
  test_await (failed == 3);
  test_await (fake_server_count (wire->server, "event enter_waiting_room") ==
              CALL_TRANSPORT_MAX_PENDING);
  g_assert_cmpuint (failed, ==, 3);
  call_transport_close (wire->transport);
  test_await (failed == CALL_TRANSPORT_MAX_PENDING + 3);
}

#define ADD_WITH(path, data, func) \
  g_test_add ("/client/transport/" path, Wire, data, set_up, func, tear_down)
#define ADD(path, func) ADD_WITH (path, NULL, func)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("open-and-close", test_open_and_close);
  ADD ("open-twice", test_open_twice);
  ADD ("bad-token", test_bad_token);
  ADD ("no-answer-to-open", test_no_answer_to_open);
  ADD_WITH ("cancel-open-before", GINT_TO_POINTER (FALSE), test_cancel_open);
  ADD_WITH ("cancel-open-during", GINT_TO_POINTER (TRUE), test_cancel_open);
  ADD ("close-while-opening", test_close_while_opening);
  ADD ("cut", test_cut);
  ADD ("silence", test_silence);
  ADD_WITH ("engine-closes", "1", test_server_says_goodbye);
  ADD_WITH ("socket-disconnects", "41", test_server_says_goodbye);
  ADD_WITH ("garbage/type", "9", test_garbage);
  ADD_WITH ("garbage/packet", "49", test_garbage);
  ADD_WITH ("garbage/json", "42[", test_garbage);
  ADD_WITH ("garbage/second-handshake", "0{}", test_garbage);
  ADD ("notices", test_notices);
  ADD ("ack", test_ack);
  ADD ("refusal", test_refusal);
  ADD ("bad-ack", test_bad_ack);
  ADD ("request-while-closed", test_request_while_closed);
  ADD ("no-ack", test_no_ack);
  ADD_WITH ("cancel-request-before", GINT_TO_POINTER (FALSE), test_cancel_request);
  ADD_WITH ("cancel-request-during", GINT_TO_POINTER (TRUE), test_cancel_request);
  ADD ("lost-with-requests", test_lost_with_requests);
  ADD ("overflow", test_overflow);

  return g_test_run ();
}
