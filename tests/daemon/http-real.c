/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <string.h>
#include <unistd.h>

/*
 * HTTP against the real calld: what is served, and what is refused how.
 */

#define NOBODY "0190a1b2-0000-7000-8000-000000000001"

typedef struct {
  CalldFixture *calld;
  Caller *clinician;
  Caller *patient;
  Caller *nobody;
} House;

static void
house_set_up (House *self, gconstpointer data)
{
  const char *const flags[] = { "--cors-origins=https://front.example",
                                "--stun-urls=stun:stun.example:3478",
                                "--turn-urls=turn:turn.example:3478", NULL };

  g_setenv ("TURN_SECRET", "north-wind-and-the-sun", TRUE);
  self->calld = calld_fixture_new (flags);
  self->nobody = caller_new (self->calld);
  self->clinician = caller_new (self->calld);
  caller_sign_in_clinician (self->clinician);
  self->patient = caller_new (self->calld);
  caller_sign_in_patient (self->patient);
}

static void
house_tear_down (House *self, gconstpointer data)
{
  caller_free (self->clinician);
  caller_free (self->patient);
  caller_free (self->nobody);
  calld_fixture_free (self->calld);
}

static void
assert_code (JsonObject *answer, const char *code)
{
  JsonObject *error = json_object_get_object_member (answer, "error");

  g_assert_cmpstr (json_object_get_string_member (error, "code"), ==, code);
  g_assert_cmpuint (strlen (json_object_get_string_member (error, "message")), >, 5);
}

static void
refuse (Caller *caller,
        const char *method,
        const char *path,
        const char *body,
        guint status,
        const char *code)
{
  g_autoptr (JsonObject) answer = NULL;

  g_test_message ("%s %s %s", method, path, body);
  g_assert_cmpuint (caller_send (caller, method, path, body, &answer), ==, status);
  assert_code (answer, code);
}

/* One message as it goes over the wire, with the headers of the answer. */
static SoupMessage *
send_message (House *self,
              const char *method,
              const char *path,
              const char *name,
              const char *value)
{
  g_autofree char *uri = g_strconcat (self->calld->address, path, NULL);
  SoupMessage *message = soup_message_new (method, uri);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (name != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), name, value);
  bytes = soup_session_send_and_read (self->nobody->session, message, NULL, &error);
  g_assert_no_error (error);
  g_object_set_data_full (G_OBJECT (message), "body", g_steal_pointer (&bytes),
                          (GDestroyNotify) g_bytes_unref);
  return message;
}

static const char *
header (SoupMessage *message, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (message), name);
}

/* --- refusals --------------------------------------------------------------------------------- */

static void
test_garbage (House *self, gconstpointer data)
{
  static const char *const bodies[] = {
    "x", "{", "[]", "null", "{\"email\":1,\"password\":2}", "{\"email\":\"a\"}", "\"\xff\xfe\""
  };
  g_autofree char *deep = g_strnfill (5000, '[');

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (JsonObject) answer = NULL;

    g_assert_cmpuint (caller_send (self->nobody, "POST", "/api/auth/login", bodies[i], &answer), ==,
                      400);
  }
  caller_send (self->nobody, "POST", "/api/auth/login", deep, NULL);
  refuse (self->nobody, "POST", "/api/auth/join", "{\"link\":\"x.y.z\"}", 401, "unauthorized");
  refuse (self->clinician, "POST", "/api/appointments", "{\"patientId\":\"17\"}", 400, "invalid");
  refuse (self->clinician, "GET", "/api/appointments?from=yesterday", NULL, 400, "invalid");
  refuse (self->clinician, "GET", "/api/appointments?status=gone", NULL, 400, "invalid");
  refuse (self->clinician, "GET", "/api/appointments/17", NULL, 400, "invalid");
  refuse (self->clinician, "GET", "/api/appointments/" NOBODY, NULL, 404, "not_found");
  refuse (self->clinician, "GET", "/api/nothing", NULL, 404, "not_found");
  refuse (self->clinician, "GET", "/assets/../../etc/passwd", NULL, 404, "not_found");
  g_object_unref (send_message (self, "GET", "/health", NULL, NULL));
}

static void
test_tokens (House *self, gconstpointer data)
{
  g_autoptr (Caller) forger = caller_new (self->calld);
  char *dot;

  refuse (self->nobody, "GET", "/api/me", NULL, 401, "unauthorized");
  forger->token = g_strdup ("garbage");
  refuse (forger, "GET", "/api/me", NULL, 401, "unauthorized");
  g_free (forger->token);
  forger->token = g_strdup (self->patient->token);
  dot = strrchr (forger->token, '.');
  dot[3] = dot[3] == 'A' ? 'B' : 'A';
  refuse (forger, "GET", "/api/me", NULL, 401, "unauthorized");
  /* {"alg":"none"}.{"sub":…} */
  g_free (forger->token);
  forger->token = g_strdup ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ.");
  refuse (forger, "GET", "/api/me", NULL, 401, "unauthorized");
  /* A join link is no token. */
  g_free (forger->token);
  forger->token = g_strdup (strchr (self->calld->join_link, '#') + 1);
  refuse (forger, "GET", "/api/me", NULL, 401, "unauthorized");
}

static void
test_wrong_password (House *self, gconstpointer data)
{
  g_autofree char *wrong = g_strdup_printf ("{\"email\":\"%s\",\"password\":\"nope\"}",
                                            self->calld->email);
  guint limited = 0;

  refuse (self->nobody, "POST", "/api/auth/login", wrong, 401, "bad_credentials");
  refuse (self->nobody, "POST", "/api/auth/login",
          "{\"email\":\"nobody@clinic.example\",\"password\":\"nope\"}", 401, "bad_credentials");
  for (int i = 0; i < 20 && limited == 0; i++) {
    g_autoptr (JsonObject) answer = NULL;

    if (caller_send (self->nobody, "POST", "/api/auth/login", wrong, &answer) == 429) {
      assert_code (answer, "rate_limited");
      limited++;
    }
  }
  g_assert_cmpuint (limited, ==, 1);
}

static void
test_methods (House *self, gconstpointer data)
{
  g_autoptr (SoupMessage) refused = send_message (self, "DELETE", "/health", NULL, NULL);
  g_autoptr (SoupMessage) head = send_message (self, "HEAD", "/health", NULL, NULL);

  g_assert_cmpuint (soup_message_get_status (refused), ==, 405);
  g_assert_cmpstr (header (refused, "Allow"), ==, "GET, HEAD");
  g_assert_cmpuint (soup_message_get_status (head), ==, 200);
  g_assert_cmpuint (g_bytes_get_size (g_object_get_data (G_OBJECT (head), "body")), ==, 0);
}

/* --- bodies that are too long ----------------------------------------------------------------- */

static GSocketConnection *
dial (House *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                                   self->calld->port, NULL, &error);

  g_assert_no_error (error);
  return connection;
}

/* Writes until the server has had enough; errors are what we are after. */
static void
write_all (GSocketConnection *connection, const char *text, gsize length)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, length,
                             NULL, NULL, NULL);
}

/* What the server says until it closes, or has said a whole head. */
static char *
read_head (GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr (GString) text = g_string_new (NULL);

  while (strstr (text->str, "\r\n\r\n") == NULL) {
    char buffer[512];
    gssize n = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL);

    if (n <= 0)
      break;
    g_string_append_len (text, buffer, n);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_announced_too_long (House *self, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = dial (self);
  static const char head[] = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\n"
                             "Content-Length: 10000000\r\n\r\n{";
  g_autofree char *answer = NULL;

  write_all (connection, head, strlen (head));
  /* The refusal comes while we still owe ten megabytes. */
  answer = read_head (connection);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 413"));
}

static void
test_chunked_too_long (House *self, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = dial (self);
  static const char head[] = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n";
  g_autofree char *chunk = g_strnfill (65536, 'a');
  g_autofree char *answer = NULL;

  write_all (connection, head, strlen (head));
  for (int i = 0; i < 5; i++) {
    write_all (connection, "10000\r\n", 7);
    write_all (connection, chunk, 65536);
    write_all (connection, "\r\n", 2);
  }
  write_all (connection, "0\r\n\r\n", 5);
  answer = read_head (connection);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 413"));
}

static void
test_endless_body (House *self, gconstpointer data)
{
  g_autoptr (GSocketConnection) connection = dial (self);
  static const char head[] = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n";
  g_autofree char *chunk = g_strnfill (65536, 'a');
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  gboolean cut = FALSE;

  write_all (connection, head, strlen (head));
  for (int i = 0; i < 1000 && !cut; i++)
    cut = !g_output_stream_write_all (output, "10000\r\n", 7, NULL, NULL, NULL) ||
          !g_output_stream_write_all (output, chunk, 65536, NULL, NULL, NULL) ||
          !g_output_stream_write_all (output, "\r\n", 2, NULL, NULL, NULL);
  g_assert_true (cut);
  g_object_unref (send_message (self, "GET", "/health", NULL, NULL));
}

/* Clients that go before their answer comes, some of them in the middle of a body. */
static void
test_impatient (House *self, gconstpointer data)
{
  g_autofree char *login = g_strdup_printf (
      "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n%-60s",
      "{\"email\":\"nobody@clinic.example\",\"password\":\"nope\"}");
  g_autofree char *me = g_strdup_printf (
      "GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", self->patient->token);

  for (int i = 0; i < 100; i++) {
    g_autoptr (GSocketConnection) connection = dial (self);
    const char *text = i % 2 ? login : me;

    write_all (connection, text, strlen (text) - (i % 3 == 0 ? 10 : 0));
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  }
  json_object_unref (caller_get (self->patient, 200, "/api/me"));
}

static void
test_message_too_long (House *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill (20000, 'a');
  g_autofree char *path = g_strdup_printf ("/api/appointments/%s/messages",
                                           self->patient->appointment_id);
  g_autofree char *body = g_strdup_printf ("{\"content\":\"%s\",\"type\":\"text\"}", text);
  g_autoptr (JsonObject) answer = NULL;
  guint status = caller_send (self->patient, "POST", path, body, &answer);

  g_assert_true (status == 400 || status == 413);
}

/* --- appointments ----------------------------------------------------------------------------- */

static char *
book (House *self, int minutes_from_now)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) at = g_date_time_add_minutes (now, minutes_from_now);
  g_autofree char *text = g_date_time_format (at, "%Y-%m-%dT%H:%M:%S.000Z");
  g_autoptr (JsonObject) answer = caller_post (
      self->clinician, 201, "/api/appointments",
      "{\"patientId\":\"%s\",\"doctorId\":\"%s\",\"scheduledAt\":\"%s\","
      "\"durationMinutes\":30}",
      self->patient->user_id, self->clinician->user_id, text);

  return g_strdup (
      json_object_get_string_member (json_object_get_object_member (answer, "appointment"), "id"));
}

static void
test_too_early_and_late (House *self, gconstpointer data)
{
  const struct {
    int minutes;
    const char *code;
  } cases[] = { { 120, "too_early" }, { -120, "too_late" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *id = book (self, cases[i].minutes);
    g_autoptr (JsonObject) answer = NULL;
    JsonObject *error;

    g_free (self->clinician->appointment_id);
    self->clinician->appointment_id = g_steal_pointer (&id);
    answer = caller_call (self->clinician, 403, "request", "{\"peerId\":\"p\"}");
    assert_code (answer, cases[i].code);
    error = json_object_get_object_member (answer, "error");
    g_assert_true (json_object_has_member (error, "opensAt"));
    g_assert_true (json_object_has_member (error, "closesAt"));
    g_assert_cmpuint (strlen (json_object_get_string_member (error, "opensAtLocal")), ==, 16);
    g_assert_true (json_object_has_member (error, "timeZone"));
  }
}

/* The link of one appointment opens no other, not even of the same patient. */
static void
test_foreign_appointment (House *self, gconstpointer data)
{
  g_autofree char *id = book (self, 5);
  g_autofree char *show = g_strdup_printf ("/api/appointments/%s", id);
  g_autofree char *audit = g_strdup_printf ("/api/appointments/%s/audit", id);
  g_autofree char *call = g_strdup_printf ("/appointments/%s/call/request", id);
  g_autofree char *link = g_strdup_printf ("/api/appointments/%s/link",
                                           self->patient->appointment_id);
  G_GNUC_UNUSED g_autoptr (JsonObject) answer = NULL;

  g_assert_cmpuint (caller_send (self->patient, "GET", show, NULL, NULL), ==, 403);
  g_assert_cmpuint (caller_send (self->patient, "GET", audit, NULL, NULL), ==, 403);
  g_assert_cmpuint (caller_send (self->patient, "POST", call, "{\"peerId\":\"p\"}", NULL), ==, 403);
  refuse (self->patient, "POST", link, "{}", 403, "forbidden");
}

static void
test_cancel_and_reschedule (House *self, gconstpointer data)
{
  g_autofree char *first = book (self, 60);
  g_autofree char *second = book (self, 60);
  g_autofree char *cancel = g_strdup_printf ("/api/appointments/%s/cancel", first);
  g_autofree char *move = g_strdup_printf ("/api/appointments/%s/reschedule", second);
  g_autofree char *show = g_strdup_printf ("/api/appointments/%s", second);
  g_autoptr (JsonObject) moved = NULL;
  g_autoptr (JsonObject) old = NULL;

  json_object_unref (caller_post (self->clinician, 200, cancel, "{\"reason\":\"holiday\"}"));
  json_object_unref (caller_post (self->clinician, 200, cancel, "{\"reason\":\"holiday\"}"));
  moved = caller_post (self->clinician, 201, move,
                       "{\"scheduledAt\":\"2026-12-31T12:00:00.000Z\"}");
  old = caller_get (self->clinician, 200, show);
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (old, "appointment"),
                                     "rescheduledTo"),
      ==,
      json_object_get_string_member (json_object_get_object_member (moved, "appointment"), "id"));
}

static void
test_call_throttle (House *self, gconstpointer data)
{
  guint limited = 0;

  for (int i = 0; i < 15; i++) {
    g_autofree char *path = g_strdup_printf ("/appointments/%s/call/request",
                                             self->clinician->appointment_id);

    if (caller_send (self->clinician, "POST", path, "{\"peerId\":\"p\"}", NULL) == 429)
      limited++;
  }
  g_assert_cmpuint (limited, >=, 4);
  /* The other side is not limited by it. */
  g_assert_cmpuint (caller_send (self->patient, "GET", "/api/me", NULL, NULL), ==, 200);
}

/* --- what is served --------------------------------------------------------------------------- */

static void
test_me (House *self, gconstpointer data)
{
  g_autoptr (JsonObject) doctor = caller_get (self->clinician, 200, "/api/me");
  g_autoptr (JsonObject) patient = caller_get (self->patient, 200, "/api/me");

  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (doctor, "user"), "email"), ==,
      self->calld->email);
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (patient, "user"), "role"), ==,
      "patient");
}

static void
test_ice_servers (House *self, gconstpointer data)
{
  g_autoptr (JsonObject) answer = caller_get (self->patient, 200, "/api/ice-servers");
  JsonArray *servers = json_object_get_array_member (answer, "iceServers");
  JsonObject *turn;
  g_auto (GStrv) parts = NULL;
  g_autofree char *expected = NULL;
  const char *username;
  GHmac *hmac;
  guint8 digest[20];
  gsize length = sizeof digest;

  g_assert_cmpuint (json_array_get_length (servers), ==, 2);
  turn = json_array_get_object_element (servers, 1);
  username = json_object_get_string_member (turn, "username");
  parts = g_strsplit (username, ":", 2);
  g_assert_cmpint (g_ascii_strtoll (parts[0], NULL, 10), >,
                   g_get_real_time () / G_USEC_PER_SEC + 3000);
  g_assert_cmpstr (parts[1], ==, self->patient->user_id);

  hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guchar *) "north-wind-and-the-sun", 22);
  g_hmac_update (hmac, (const guchar *) username, -1);
  g_hmac_get_digest (hmac, digest, &length);
  g_hmac_unref (hmac);
  expected = g_base64_encode (digest, length);
  g_assert_cmpstr (json_object_get_string_member (turn, "credential"), ==, expected);
  g_assert_cmpuint (caller_send (self->nobody, "GET", "/api/ice-servers", NULL, NULL), ==, 401);
}

static void
test_pages (House *self, gconstpointer data)
{
  g_autoptr (SoupMessage) page = send_message (self, "GET", "/join", NULL, NULL);
  g_autofree char *etag = g_strdup (header (page, "ETag"));
  g_autoptr (SoupMessage) again = send_message (self, "GET", "/join", "If-None-Match", etag);
  g_autoptr (SoupMessage) script = send_message (self, "GET", "/assets/main.js", NULL, NULL);
  g_autoptr (SoupMessage) home = send_message (self, "GET", "/", "Accept", "text/html");
  g_autoptr (SoupMessage) json = send_message (self, "GET", "/", NULL, NULL);

  g_assert_cmpuint (soup_message_get_status (page), ==, 200);
  g_assert_nonnull (etag);
  g_assert_cmpstr (header (page, "Content-Type"), ==, "text/html; charset=utf-8");
  g_assert_nonnull (strstr (header (page, "Content-Security-Policy"), "frame-ancestors 'none'"));
  g_assert_cmpstr (header (page, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_cmpstr (header (page, "Referrer-Policy"), ==, "no-referrer");
  g_assert_cmpuint (soup_message_get_status (again), ==, 304);
  g_assert_cmpuint (g_bytes_get_size (g_object_get_data (G_OBJECT (again), "body")), ==, 0);
  g_assert_cmpstr (header (script, "Content-Type"), ==, "text/javascript; charset=utf-8");
  g_assert_true (g_str_has_prefix (header (home, "Content-Type"), "text/html"));
  g_assert_true (g_str_has_prefix (header (json, "Content-Type"), "application/json"));
}

static void
test_cors (House *self, gconstpointer data)
{
  g_autoptr (SoupMessage) ours = send_message (self, "OPTIONS", "/api/me", "Origin",
                                               "https://front.example");
  g_autoptr (SoupMessage) theirs = send_message (self, "GET", "/health", "Origin",
                                                 "https://evil.example");

  g_assert_cmpuint (soup_message_get_status (ours), ==, 204);
  g_assert_cmpstr (header (ours, "Access-Control-Allow-Origin"), ==, "https://front.example");
  g_assert_nonnull (strstr (header (ours, "Access-Control-Allow-Headers"), "Authorization"));
  g_assert_null (header (theirs, "Access-Control-Allow-Origin"));
}

static void
test_health (House *self, gconstpointer data)
{
  g_autoptr (JsonObject) health = caller_get (self->nobody, 200, "/health");
  JsonObject *checks = json_object_get_object_member (health, "checks");

  g_assert_cmpstr (json_object_get_string_member (health, "status"), ==, "ok");
  g_assert_true (json_object_get_boolean_member (health, "ready"));
  g_assert_cmpstr (json_object_get_string_member (checks, "store"), ==, "ok");
  json_object_unref (caller_get (self->nobody, 200, "/health/live"));
  json_object_unref (caller_get (self->nobody, 200, "/health/ready"));
}

#define CASE(path, func) \
  g_test_add ("/http/" path, House, NULL, house_set_up, func, house_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (240);

  CASE ("garbage", test_garbage);
  CASE ("tokens", test_tokens);
  CASE ("wrong-password", test_wrong_password);
  CASE ("methods", test_methods);
  CASE ("too-long/announced", test_announced_too_long);
  CASE ("too-long/chunked", test_chunked_too_long);
  CASE ("too-long/endless", test_endless_body);
  CASE ("too-long/message", test_message_too_long);
  CASE ("impatient", test_impatient);
  CASE ("appointments/too-early-and-late", test_too_early_and_late);
  CASE ("appointments/foreign", test_foreign_appointment);
  CASE ("appointments/cancel-and-reschedule", test_cancel_and_reschedule);
  CASE ("call-throttle", test_call_throttle);
  CASE ("me", test_me);
  CASE ("ice-servers", test_ice_servers);
  CASE ("pages", test_pages);
  CASE ("cors", test_cors);
  CASE ("health", test_health);
  return g_test_run ();
}
