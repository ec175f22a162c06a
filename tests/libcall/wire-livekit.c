/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-error.h"
#include "call-livekit-token.h"
#include "call-livekit.h"

#include <string.h>

/* Made with Node's crypto module, as livekit-server-sdk signs. */
#define BODY                                                                        \
  "{\"event\":\"room_started\",\"room\":{\"sid\":\"RM_1\",\"name\":\"consult-1\"}," \
  "\"id\":\"EV_1\",\"createdAt\":\"1700000000\"}"
#define TOKEN                                                                          \
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."                                              \
  "eyJpc3MiOiJkZXZrZXkiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDMwMCwic2hhMjU2IjoiUk" \
  "xvM3lEYmo4cndPbTNRZy9rNm5paUZkdzdxOU11M2duZlMwbTdrV3RWdz0ifQ."                      \
  "3XsY-MvhDLUPqFVizeDyZT05UlyyJZ7GSqJ4LafbsDY"
#define NOW G_GINT64_CONSTANT (1700000100)

static gboolean
verify (const char *key, const char *secret, const char *token, const char *body, gint64 now)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  g_autoptr (GError) error = NULL;
  gboolean good = call_livekit_verify_webhook (key, secret, token, bytes, now, &error);

  if (good)
    g_assert_no_error (error);
  else
    g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  return good;
}

static void
test_signature (void)
{
  static const char none[] = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJkZXZrZXkifQ.";
  g_autofree char *forged = g_strdup (TOKEN);
  g_autofree char *long_token = g_strnfill (10000, 'a');

  forged[strlen (forged) - 2] ^= 1;
  g_assert_true (verify ("devkey", "secret", TOKEN, BODY, NOW));
  g_assert_true (verify ("devkey", "secret", TOKEN, BODY, 1700000300 + 59));
  g_assert_false (verify ("devkey", "secret", TOKEN, BODY, 1700000300 + 60));
  g_assert_true (verify ("devkey", "secret", TOKEN, BODY, 1700000000 - 60));
  g_assert_false (verify ("devkey", "secret", TOKEN, BODY, 1700000000 - 61));
  g_assert_false (verify ("devkey", "secret", TOKEN, BODY " ", NOW));
  g_assert_false (verify ("devkey", "secret", TOKEN, "", NOW));
  g_assert_false (verify ("devkey", "Secret", TOKEN, BODY, NOW));
  g_assert_false (verify ("otherkey", "secret", TOKEN, BODY, NOW));
  g_assert_false (verify ("devkey", "secret", forged, BODY, NOW));
  g_assert_false (verify ("devkey", "secret", "Bearer " TOKEN, BODY, NOW));
  g_assert_false (verify ("devkey", "secret", none, BODY, NOW));
  g_assert_false (verify ("devkey", "secret", long_token, BODY, NOW));
  g_assert_false (verify ("devkey", "secret", "", BODY, NOW));
  g_assert_false (verify ("devkey", "secret", NULL, BODY, NOW));
}

/* The token has three parts and no "=" in them; LiveKit's own library reads it in tests/clients. */
static void
test_token (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = call_livekit_sign_egress ("devkey", "secret", NOW, &error);
  g_auto (GStrv) parts = NULL;
  g_autofree char *base64 = NULL;
  g_autofree char *payload = NULL;
  gsize length;

  g_assert_no_error (error);
  parts = g_strsplit (token, ".", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  g_assert_null (strchr (token, '='));
  base64 = g_strconcat (parts[1], "==", NULL);
  payload = (char *) g_base64_decode (base64, &length);
  g_assert_nonnull (strstr (payload, "\"roomRecord\":true"));
  g_assert_nonnull (strstr (payload, "\"iss\":\"devkey\""));
}

static void
test_event (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallLivekitEvent) event = call_livekit_event_parse (BODY, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpint (event->kind, ==, CALL_LIVEKIT_ROOM_STARTED);
  g_assert_cmpstr (event->id, ==, "EV_1");
  g_assert_cmpint (event->created_at, ==, 1700000000);
  g_assert_cmpstr (event->room_name, ==, "consult-1");
  g_assert_cmpstr (event->room_sid, ==, "RM_1");
  g_assert_null (event->egress);
}

static void
test_kinds (void)
{
  static const struct {
    const char *text;
    int kind; /* or -1 */
  } cases[] = {
    { "{\"event\":\"room_created\",\"id\":\"a\",\"room\":{\"name\":\"r\"}}",
      CALL_LIVEKIT_ROOM_STARTED },
    { "{\"event\":\"room_ended\",\"id\":\"a\",\"room\":{\"name\":\"r\"}}",
      CALL_LIVEKIT_ROOM_FINISHED },
    { "{\"event\":\"room_deleted\",\"id\":\"a\",\"room\":{\"name\":\"r\"}}",
      CALL_LIVEKIT_ROOM_FINISHED },
    { "{\"event\":\"room_finished\",\"id\":\"a\",\"room\":{}}", -1 },
    { "{\"event\":\"room_finished\",\"room\":{\"name\":\"r\"}}", -1 },
    { "{\"event\":\"egress_ended\",\"id\":\"a\"}", -1 },
    { "{\"event\":\"egress_ended\",\"id\":\"a\",\"egressInfo\":{\"egressId\":\"\"}}", -1 },
    { "{\"event\":\"egress_ended\",\"id\":\"a\",\"egressInfo\":{\"egressId\":\"EG_1\"}}",
      CALL_LIVEKIT_EGRESS_ENDED },
    { "{\"event\":\"agent_job_started\"}", CALL_LIVEKIT_OTHER },
    { "{\"event\":7}", CALL_LIVEKIT_OTHER },
    { "{}", CALL_LIVEKIT_OTHER },
    { "[]", -1 },
    { "", -1 },
    { "{\"event\":", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CallLivekitEvent) event = call_livekit_event_parse (cases[i].text, -1, &error);

    g_test_message ("%s", cases[i].text);
    g_assert_cmpint (event != NULL ? (int) event->kind : -1, ==, cases[i].kind);
    g_assert_true ((event == NULL) == (error != NULL));
  }
}

static void
test_track (void)
{
  g_autoptr (CallLivekitEvent) sound = call_livekit_event_parse (
      "{\"event\":\"track_published\",\"id\":\"EV_2\",\"room\":{\"name\":\"r\",\"sid\":\"RM_1\"},"
      "\"participant\":{\"sid\":\"PA_1\",\"identity\":\"patient\"},"
      "\"track\":{\"sid\":\"TR_a\",\"source\":\"MICROPHONE\"}}",
      -1, NULL);
  g_autoptr (CallLivekitEvent) picture = call_livekit_event_parse (
      "{\"event\":\"track_published\",\"id\":\"EV_3\",\"room\":{\"name\":\"r\"},"
      "\"track\":{\"sid\":\"TR_v\",\"type\":\"VIDEO\"}}",
      -1, NULL);

  g_assert_cmpstr (sound->participant, ==, "patient");
  g_assert_cmpstr (sound->track_id, ==, "TR_a");
  g_assert_true (sound->audio);
  g_assert_false (picture->audio);
}

static void
test_api (void)
{
  g_autofree char *start = call_livekit_write_start ("consult-1", "TR_a", "ws://h/egress-audio");
  g_autofree char *stop = call_livekit_write_stop ("EG_1");
  g_autofree char *all = call_livekit_write_list (NULL, NULL);
  g_autofree char *page = call_livekit_write_list ("consult-1", "next");

  g_assert_cmpstr (start, ==,
                   "{\"roomName\":\"consult-1\",\"trackId\":\"TR_a\","
                   "\"websocketUrl\":\"ws://h/egress-audio\"}");
  g_assert_cmpstr (stop, ==, "{\"egressId\":\"EG_1\"}");
  g_assert_cmpstr (all, ==, "{\"active\":true}");
  g_assert_cmpstr (
      page, ==, "{\"roomName\":\"consult-1\",\"active\":true,\"pageToken\":{\"token\":\"next\"}}");
}

static void
test_url (void)
{
  static const char *const cases[][2] = {
    { "wss://media.example", "https://media.example/twirp/livekit.Egress/ListEgress" },
    { "ws://127.0.0.1:7880/", "http://127.0.0.1:7880/twirp/livekit.Egress/ListEgress" },
    { "https://media.example/lk//", "https://media.example/lk/twirp/livekit.Egress/ListEgress" },
    { "media.example", NULL },
    { "ftp://media.example", NULL },
    { "https://", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *url = call_livekit_build_url (cases[i][0], "ListEgress", &error);

    g_assert_cmpstr (url, ==, cases[i][1]);
    g_assert_true ((url == NULL) == (error != NULL));
  }
}

/* What the server really answers: snake_case with everything in it. */
#define EGRESS                                                                         \
  "{\"egress_id\":\"EG_abc\",\"room_id\":\"RM_1\",\"room_name\":\"consult-1\","        \
  "\"source_type\":\"EGRESS_SOURCE_TYPE_SDK\",\"status\":\"EGRESS_ENDING\","           \
  "\"started_at\":\"0\",\"track\":{\"room_name\":\"consult-1\",\"track_id\":\"TR_a\"," \
  "\"websocket_url\":\"ws://h\"},\"stream_results\":[],\"error\":\"\",\"error_code\":0}"

static void
test_answers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallLivekitEgress) egress = call_livekit_parse_egress (EGRESS, -1, &error);
  g_autofree char *next = NULL;
  g_autofree char *last = NULL;
  g_autoptr (GPtrArray) list = call_livekit_parse_list (
      "{\"items\":[" EGRESS ",{\"egressId\":\"EG_2\",\"status\":\"EGRESS_FAILED\"}],"
      "\"next_page_token\":{\"token\":\"p2\"}}",
      -1, &next, NULL);
  g_autoptr (GPtrArray) empty = call_livekit_parse_list ("{\"next_page_token\":null}", -1, &last,
                                                         NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (egress->id, ==, "EG_abc");
  g_assert_cmpstr (egress->room_sid, ==, "RM_1");
  g_assert_cmpstr (egress->track_id, ==, "TR_a");
  g_assert_cmpstr (egress->websocket_url, ==, "ws://h");
  g_assert_cmpint (egress->status, ==, CALL_LIVEKIT_EGRESS_ENDING);
  g_assert_null (egress->error);
  g_assert_false (call_livekit_egress_is_over (egress));
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_true (call_livekit_egress_is_over (list->pdata[1]));
  g_assert_cmpstr (next, ==, "p2");
  g_assert_cmpuint (empty->len, ==, 0);
  g_assert_null (last);
}

static void
test_bad_answers (void)
{
  static const char *const egresses[] = { "", "{}", "[]", "null", "{\"egress_id\":\"\"}" };
  static const char *const lists[] = { "", "[]", "{\"items\":{}}", "{\"items\":[{}]}",
                                       "{\"items\":[1]}" };

  for (gsize i = 0; i < G_N_ELEMENTS (egresses); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (call_livekit_parse_egress (egresses[i], -1, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (call_livekit_parse_list (lists[i], -1, NULL, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
  }
}

static void
test_refusals (void)
{
  static const struct {
    guint status;
    const char *text;
    CallError code;
  } cases[] = {
    { 404, "{\"code\":\"not_found\",\"msg\":\"egress does not exist\",\"meta\":{}}",
      CALL_ERROR_NOT_FOUND },
    { 412, "{\"code\":\"failed_precondition\"}", CALL_ERROR_WRONG_STATE },
    { 401, "{\"code\":\"unauthenticated\",\"msg\":\"no\"}", CALL_ERROR_UNAUTHORIZED },
    { 502, "<html>Bad Gateway</html>", CALL_ERROR_UNAVAILABLE },
    { 429, NULL, CALL_ERROR_RATE_LIMITED },
    { 301, "", CALL_ERROR_PROTOCOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = call_livekit_parse_error (cases[i].status, cases[i].text, -1);

    g_assert_error (error, CALL_ERROR, (int) cases[i].code);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/livekit/signature", test_signature);
  g_test_add_func ("/wire/livekit/token", test_token);
  g_test_add_func ("/wire/livekit/event", test_event);
  g_test_add_func ("/wire/livekit/kinds", test_kinds);
  g_test_add_func ("/wire/livekit/track", test_track);
  g_test_add_func ("/wire/livekit/api", test_api);
  g_test_add_func ("/wire/livekit/url", test_url);
  g_test_add_func ("/wire/livekit/answers", test_answers);
  g_test_add_func ("/wire/livekit/bad-answers", test_bad_answers);
  g_test_add_func ("/wire/livekit/refusals", test_refusals);
  return g_test_run ();
}
