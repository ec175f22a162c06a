/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client-fixture.h"

void
fixture_set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->server = fake_server_new ();
  fixture->client = call_client_new (fake_server_get_url (fixture->server));
  fixture->clock = call_clock_new_for_tests (NOW_MS);
  call_client_set_clock (fixture->client, fixture->clock);
  fake_server_answer (fixture->server, "POST /api/auth/login", 200, LOGIN_JSON);
  fake_server_answer (fixture->server, "GET /api/me", 200, "{\"user\":" USER_JSON "}");
  fake_server_answer (fixture->server, "GET /api/ice-servers", 200, ICE_JSON);
  fake_server_answer (fixture->server, "GET /api/appointments", 200,
                      LIST_JSON (VISIT_JSON (VISIT, "scheduled", "")));
  fake_server_answer (fixture->server, "GET /api/appointments/" VISIT, 200,
                      ONE_JSON (VISIT_JSON (VISIT, "scheduled", "")));
  fake_server_answer (fixture->server, "GET /api/appointments/" VISIT "/messages", 200,
                      "{\"messages\":[]}");
}

/* The client goes while much may be under way: nothing of it may keep it, or come back to it. */
void
fixture_tear_down (Fixture *fixture, gconstpointer unused)
{
  gpointer client = fixture->client;

  call_client_sign_out (fixture->client);
  g_object_add_weak_pointer (G_OBJECT (fixture->client), &client);
  g_object_unref (fixture->client);
  test_await (client == NULL);
  test_settle ();
  g_assert_cmpuint (call_clock_get_n_timers (fixture->clock), ==, 0);
  g_assert_finalize_object (fixture->clock);
  fake_server_free (fixture->server);
  test_settle ();
}

void
fixture_sign_in (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  call_client_sign_in_async (fixture->client, "ana@clinic.test", "secret", NULL, test_result_cb,
                             &result);
  test_await (result != NULL);
  call_client_sign_in_finish (fixture->client, result, &error);
  g_assert_no_error (error);
}

/* Signed in, the one appointment loaded, connected. */
void
fixture_go_online (Fixture *fixture)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) online = NULL;
  g_autoptr (GError) error = NULL;

  fixture_sign_in (fixture);
  call_client_load_appointments_async (fixture->client, NULL, NULL, NULL, test_result_cb, &loaded);
  test_await (loaded != NULL);
  call_client_load_appointments_finish (fixture->client, loaded, &error);
  g_assert_no_error (error);
  call_client_go_online_async (fixture->client, NULL, test_result_cb, &online);
  test_await (online != NULL);
  call_client_go_online_finish (fixture->client, online, &error);
  g_assert_no_error (error);
  g_assert_cmpint (call_client_get_connection_state (fixture->client), ==, CALL_CONNECTION_ONLINE);
}

CallAppointment *
fixture_visit (Fixture *fixture)
{
  CallAppointment *visit = call_client_find_appointment (fixture->client, VISIT);

  g_assert_nonnull (visit);
  return visit;
}

void
fixture_advance_until_online (Fixture *fixture)
{
  test_await (call_client_get_connection_state (fixture->client) == CALL_CONNECTION_RECONNECTING);
  call_clock_advance (fixture->clock, 5000);
  test_await (call_client_get_connection_state (fixture->client) == CALL_CONNECTION_ONLINE);
}
