/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client-fixture.h"

static GError *
sign_in_error (Fixture *fixture, GCancellable *cancellable)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *error = NULL;

  call_client_sign_in_async (fixture->client, "ana@clinic.test", "secret", cancellable,
                             test_result_cb, &result);
  test_await (result != NULL);
  g_assert_false (call_client_sign_in_finish (fixture->client, result, &error));
  g_assert_null (call_client_get_user (fixture->client));
  g_assert_null (call_client_get_token (fixture->client));
  return error;
}

static void
on_notify (CallClient *client, GParamSpec *pspec, GString *seen)
{
  g_string_append_printf (seen, "%s ", pspec->name);
}

static void
test_password (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (fixture->client, "notify", G_CALLBACK (on_notify), seen);
  fixture_sign_in (fixture);
  g_assert_cmpstr (call_user_get_name (call_client_get_user (fixture->client)), ==, "Ana");
  g_assert_cmpstr (call_client_get_token (fixture->client), ==, FAKE_TOKEN);
  g_assert_cmpstr (seen->str, ==, "token user ");
  g_assert_cmpstr (fake_server_last_body (fixture->server, "POST /api/auth/login"), ==,
                   "{\"email\":\"ana@clinic.test\",\"password\":\"secret\"}");
  g_signal_handlers_disconnect_by_data (fixture->client, seen);
}

static void
test_wrong_password (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, "POST /api/auth/login", 401,
                      "{\"error\":{\"code\":\"bad_credentials\",\"message\":\"No.\"}}");
  error = sign_in_error (fixture, NULL);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_BAD_CREDENTIALS);
}

static void
test_token (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_sign_in_with_token_async (fixture->client, FAKE_TOKEN, NULL, test_result_cb, &result);
  test_await (result != NULL);
  g_assert_true (call_client_sign_in_with_token_finish (fixture->client, result, &error));
  g_assert_cmpstr (call_user_get_id (call_client_get_user (fixture->client)), ==, DOCTOR);
  g_assert_cmpstr (call_client_get_token (fixture->client), ==, FAKE_TOKEN);
}

static void
try_link (Fixture *fixture, const char *link)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_sign_in_with_link_async (fixture->client, link, NULL, test_result_cb, &result);
  test_await (result != NULL);
  g_assert_true (call_client_sign_in_with_link_finish (fixture->client, result, &error));
  g_assert_cmpstr (fake_server_last_body (fixture->server, "POST /api/auth/join"), ==,
                   "{\"link\":\"abc.def\"}");
  g_assert_nonnull (call_client_find_appointment (fixture->client, VISIT));
}

static void
test_link (Fixture *fixture, gconstpointer unused)
{
  fake_server_answer (fixture->server, "POST /api/auth/join", 200,
                      "{\"token\":\"" FAKE_TOKEN "\",\"expiresAt\":\"2026-03-03T00:00:00.000Z\","
                      "\"user\":" USER_JSON
                      ",\"appointment\":" VISIT_JSON (VISIT, "scheduled", "") "}");
  try_link (fixture, "https://clinic.test/join#abc.def");
  try_link (fixture, "abc.def");
}

static void
test_garbage (Fixture *fixture, gconstpointer unused)
{
  const char *const garbage[] = { "", "{", "[]", "<html>", "{\"token\":5}", "{\"token\":\"x\"}" };

  for (gsize i = 0; i < G_N_ELEMENTS (garbage); i++) {
    g_autoptr (GError) error = NULL;

    fake_server_answer (fixture->server, "POST /api/auth/login", 200, garbage[i]);
    error = sign_in_error (fixture, NULL);
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
  }
}

static void
test_too_large (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *large = g_strnfill (CALL_HTTP_MAX_ANSWER + 1, ' ');
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, "POST /api/auth/login", 200, large);
  error = sign_in_error (fixture, NULL);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
}

static void
test_bad_status_without_body (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, "POST /api/auth/login", 503, "nginx says no");
  error = sign_in_error (fixture, NULL);
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

/* Whoever is behind a redirection gets neither the password nor a token. */
static void
test_redirection (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (FakeServer) other = fake_server_new ();
  g_autofree char *there = g_strconcat (fake_server_get_url (other), "api/auth/login", NULL);
  const guint statuses[] = { 301, 302, 303, 307, 308 };

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (GError) error = NULL;

    fake_server_answer (fixture->server, "POST /api/auth/login", statuses[i], there);
    error = sign_in_error (fixture, NULL);
    g_assert_error (error, CALL_ERROR, CALL_ERROR_FAILED);
  }
  g_assert_cmpuint (fake_server_count (other, "POST /api/auth/login"), ==, 0);
  g_assert_cmpuint (fake_server_count (other, "GET /api/auth/login"), ==, 0);
}

static void
assert_unreachable (const char *url, int code)
{
  CallClient *client = call_client_new (url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_sign_in_async (client, "a", "b", NULL, test_result_cb, &result);
  test_await (result != NULL);
  g_assert_false (call_client_sign_in_finish (client, result, &error));
  g_assert_error (error, CALL_ERROR, code);
  g_clear_object (&result);
  g_assert_finalize_object (client);
}

static void
test_unreachable (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autofree char *url = NULL;

  /* A port that is ours, so nobody listens on it. */
  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  assert_unreachable (url, CALL_ERROR_UNAVAILABLE);
  assert_unreachable ("ftp://127.0.0.1/", CALL_ERROR_INVALID);
  assert_unreachable ("no url", CALL_ERROR_INVALID);
  assert_unreachable ("", CALL_ERROR_INVALID);
}

static void
test_cancel_before (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  error = sign_in_error (fixture, cancellable);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_during (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (fixture->server, "POST /api/auth/login", 0, LOGIN_JSON);
  call_client_sign_in_async (fixture->client, "a", "b", cancellable, test_result_cb, &result);
  test_await (fake_server_count (fixture->server, "POST /api/auth/login") == 1);
  g_cancellable_cancel (cancellable);
  test_await (result != NULL);
  g_assert_false (call_client_sign_in_finish (fixture->client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fake_server_release (fixture->server, "POST /api/auth/login");
  test_settle ();
  g_assert_null (call_client_get_user (fixture->client));
}

static void
test_cancel_after (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  call_client_sign_in_async (fixture->client, "a", "b", cancellable, test_result_cb, &result);
  test_await (result != NULL);
  g_cancellable_cancel (cancellable);
  test_settle ();
  g_assert_true (call_client_sign_in_finish (fixture->client, result, NULL) ||
                 call_client_get_user (fixture->client) != NULL);
}

static void
test_sign_out (Fixture *fixture, gconstpointer unused)
{
  fixture_go_online (fixture);
  g_assert_cmpuint (g_list_model_get_n_items (call_client_get_appointments (fixture->client)), ==,
                    1);
  call_client_sign_out (fixture->client);
  g_assert_null (call_client_get_user (fixture->client));
  g_assert_null (call_client_get_token (fixture->client));
  g_assert_cmpint (call_client_get_connection_state (fixture->client), ==, CALL_CONNECTION_OFFLINE);
  g_assert_cmpuint (g_list_model_get_n_items (call_client_get_appointments (fixture->client)), ==,
                    0);
  test_await (fake_server_n_sockets (fixture->server) == 0);
}

/* An application that quits does not wait for anything. */
static void
test_gone_while_asking (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  CallClient *client = call_client_new (fake_server_get_url (server));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  fake_server_answer (server, "POST /api/auth/login", 0, LOGIN_JSON);
  call_client_sign_in_async (client, "a", "b", NULL, test_result_cb, &result);
  test_await (fake_server_count (server, "POST /api/auth/login") == 1);
  g_object_unref (client); /* the operation keeps it until it is done */
  fake_server_release (server, "POST /api/auth/login");
  test_await (result != NULL);
  g_assert_true (call_client_sign_in_finish (client, result, &error));
}

#define ADD(path, func) \
  g_test_add ("/client/sign-in/" path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("password", test_password);
  ADD ("wrong-password", test_wrong_password);
  ADD ("token", test_token);
  ADD ("link", test_link);
  ADD ("garbage", test_garbage);
  ADD ("too-large", test_too_large);
  ADD ("bad-status-without-body", test_bad_status_without_body);
  ADD ("redirection", test_redirection);
  ADD ("cancel-before", test_cancel_before);
  ADD ("cancel-during", test_cancel_during);
  ADD ("cancel-after", test_cancel_after);
  ADD ("sign-out", test_sign_out);
  g_test_add_func ("/client/sign-in/unreachable", test_unreachable);
  g_test_add_func ("/client/sign-in/gone-while-asking", test_gone_while_asking);

  return g_test_run ();
}
