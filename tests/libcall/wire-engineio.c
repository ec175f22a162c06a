/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-engineio.h"
#include "call-error.h"

#include <string.h>

static void
test_packets (void)
{
  CallEngineioPacket packet;
  g_autoptr (GError) error = NULL;

  for (char type = '0'; type <= '6'; type++) {
    char text[] = { type, 'd', 'a', 't', 'a' };

    g_assert_true (call_engineio_packet_parse (&packet, text, sizeof text, FALSE, &error));
    g_assert_cmpint (packet.type, ==, type - '0');
    g_assert_false (packet.binary);
    g_assert_cmpmem (packet.data, packet.length, "data", 4);
  }
  g_assert_true (call_engineio_packet_parse (&packet, "2", 1, FALSE, &error));
  g_assert_cmpuint (packet.length, ==, 0);
  g_assert_true (call_engineio_packet_parse (&packet, "\x00\x01", 2, TRUE, &error));
  g_assert_cmpint (packet.type, ==, CALL_ENGINEIO_MESSAGE);
  g_assert_true (packet.binary);
  g_assert_cmpmem (packet.data, packet.length, "\x00\x01", 2);
  g_assert_true (call_engineio_packet_parse (&packet, "", 0, TRUE, &error));
  g_assert_no_error (error);
}

static void
test_bad_packets (void)
{
  static const char *const cases[] = { "", "7", "/", "a", "b", "{}", " 4" };
  CallEngineioPacket packet;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (
        call_engineio_packet_parse (&packet, cases[i], strlen (cases[i]), FALSE, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
  }
}

/* Writes down a body: type and data of each packet, "!" at an error. */
static char *
walk (const char *body, gsize length)
{
  GString *log = g_string_new (NULL);
  CallEngineioPayload payload;
  CallEngineioPacket packet;
  g_autoptr (GError) error = NULL;

  call_engineio_payload_init (&payload, body, length);
  while (call_engineio_payload_next (&payload, &packet, &error)) {
    g_string_append_printf (log, "%d%s", packet.type, packet.binary ? "*" : ":");
    g_string_append_len (log, packet.data, (gssize) packet.length);
    g_string_append_c (log, ' ');
  }
  if (error != NULL) {
    g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
    g_string_append_c (log, '!');
  }
  g_assert_false (call_engineio_payload_next (&payload, &packet, NULL));
  return g_string_free (log, FALSE);
}

static void
test_payloads (void)
{
  static const struct {
    const char *body;
    const char *log;
  } cases[] = {
    { "4hello", "4:hello " },
    { "4a\x1e"
      "4b\x1e"
      "3",
      "4:a 4:b 3: " },
    { "4hello\x1e"
      "bAQIDBA==",
      "4:hello 4*\x01\x02\x03\x04 " },
    { "b", "4* " },
    { "bQQ==", "4*A " },
    { "bQUI=", "4*AB " },
    { "bQUJD", "4*ABC " },
    { "4€", "4:€ " },
    { "", "!" },
    { "4a\x1e", "4:a !" },
    { "\x1e"
      "4a",
      "!" },
    { "4a\x1e\x1e"
      "4b",
      "4:a !" },
    { "4a\x1e"
      "9",
      "4:a !" },
    { "bQQ", "!" },
    { "bQ===", "!" },
    { "b====", "!" },
    { "bQQ=A", "!" },
    { "bQQ*=", "!" },
    { "bQ_-=", "!" },
    { "4\xff", "!" },
    { "abc", "!" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize length = strlen (cases[i].body);
    /* A block of its exact size, for the sanitizer. */
    g_autofree char *body = g_memdup2 (cases[i].body, length);
    g_autofree char *log = walk (body, length);

    g_assert_cmpstr (log, ==, cases[i].log);
  }
}

static void
test_payload_round_trip (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autofree char *log = NULL;
  CallEngineioPayload payload;

  call_engineio_payload_append (body, "4x", 2, FALSE);
  call_engineio_payload_append (body, "\x01\x02\x03\x04", 4, TRUE);
  call_engineio_payload_append (body, "1", 1, FALSE);
  g_assert_cmpstr (body->str, ==,
                   "4x\x1e"
                   "bAQIDBA==\x1e"
                   "1");
  log = walk (body->str, body->len);
  g_assert_cmpstr (log, ==, "4:x 4*\x01\x02\x03\x04 1: ");
  g_assert_cmpuint (call_engineio_payload_cost (2, FALSE) + call_engineio_payload_cost (4, TRUE) +
                        call_engineio_payload_cost (1, FALSE),
                    ==, body->len + 1);

  call_engineio_payload_init (&payload, body->str, body->len);
  call_engineio_payload_clear (&payload);
}

static void
test_handshake (void)
{
  CallEngineioHandshake handshake = {
    .sid = "LR5YitWULbHE2HhIAAAA",
    .upgrade = TRUE,
    .ping_interval_ms = 25000,
    .ping_timeout_ms = 20000,
    .max_payload = 1000000,
  };
  CallEngineioHandshake read;
  CallEngineioPacket packet;
  g_autoptr (GError) error = NULL;
  g_autofree char *polling = call_engineio_handshake_encode (&handshake);
  g_autofree char *websocket = NULL;

  g_assert_cmpstr (polling, ==,
                   "0{\"sid\":\"LR5YitWULbHE2HhIAAAA\",\"upgrades\":[\"websocket\"],"
                   "\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
  handshake.upgrade = FALSE;
  websocket = call_engineio_handshake_encode (&handshake);
  g_assert_nonnull (strstr (websocket, "\"upgrades\":[],"));

  g_assert_true (call_engineio_packet_parse (&packet, polling, strlen (polling), FALSE, &error));
  g_assert_true (call_engineio_handshake_parse (&read, &packet, &error));
  g_assert_cmpstr (read.sid, ==, handshake.sid);
  g_assert_true (read.upgrade);
  g_assert_cmpuint (read.ping_interval_ms, ==, 25000);
  g_assert_cmpuint (read.ping_timeout_ms, ==, 20000);
  g_assert_cmpuint (read.max_payload, ==, 1000000);
  g_assert_no_error (error);
}

static void
test_bad_handshakes (void)
{
  static const char *const cases[] = {
    "4{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":1}",
    "0",
    "0[]",
    "0{}",
    "0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":0,\"pingTimeout\":1}",
    "0{\"sid\":\"a\",\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":-1}",
    "0{\"sid\":1,\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":1}",
    ("0{\"sid\":\"0123456789012345678901234567890123456789012345678901234567890123\","
     "\"upgrades\":[],\"pingInterval\":1,\"pingTimeout\":1}"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    CallEngineioPacket packet;
    CallEngineioHandshake handshake;
    g_autoptr (GError) error = NULL;

    g_assert_true (call_engineio_packet_parse (&packet, cases[i], strlen (cases[i]), FALSE, NULL));
    g_assert_false (call_engineio_handshake_parse (&handshake, &packet, &error));
    g_assert_nonnull (error);
  }
}

static void
test_sid (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int i = 0; i < 1000; i++) {
    char *sid = call_engineio_sid_new ();

    g_assert_cmpuint (strlen (sid), ==, 20);
    g_assert_cmpuint (strspn (sid, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_"), ==, 20);
    g_assert_true (g_hash_table_add (seen, sid));
  }
}

static void
test_refusals (void)
{
  g_assert_cmpstr (call_engineio_refusal_body (CALL_ENGINEIO_UNKNOWN_TRANSPORT), ==,
                   "{\"code\":0,\"message\":\"Transport unknown\"}");
  g_assert_cmpstr (call_engineio_refusal_body (CALL_ENGINEIO_BAD_VERSION), ==,
                   "{\"code\":5,\"message\":\"Unsupported protocol version\"}");
  g_assert_cmpuint (call_engineio_refusal_status (CALL_ENGINEIO_FORBIDDEN), ==, 403);
  g_assert_cmpuint (call_engineio_refusal_status (CALL_ENGINEIO_UNKNOWN_SID), ==, 400);
  g_assert_cmpstr (call_engineio_refusal_message (CALL_ENGINEIO_BAD_REQUEST), ==, "Bad request");
}

static void
test_query (void)
{
  CallEngineioQuery query;

  call_engineio_query_parse (&query, "EIO=4&transport=websocket&sid=a%2Fb&t=x&b64=1&token=abc");
  g_assert_cmpint (query.version, ==, 4);
  g_assert_cmpint (query.transport, ==, CALL_ENGINEIO_WEBSOCKET);
  g_assert_cmpstr (query.sid, ==, "a/b");
  g_assert_cmpstr (query.token, ==, "abc");
  g_assert_true (query.base64);
  call_engineio_query_clear (&query);

  call_engineio_query_parse (&query, "EIO=3&transport=polling");
  g_assert_cmpint (query.version, ==, 3);
  g_assert_cmpint (query.transport, ==, CALL_ENGINEIO_POLLING);
  g_assert_null (query.sid);
  call_engineio_query_clear (&query);

  call_engineio_query_parse (&query, "EIO=4&transport=webtransport");
  g_assert_cmpint (query.transport, ==, CALL_ENGINEIO_TRANSPORT_NONE);
  call_engineio_query_clear (&query);

  /* Nothing of these can be read; none of them hurts. */
  {
    static const char *const cases[] = { NULL, "", "&&&", "%", "EIO=44&sid", "EIO=%zz", "EIO=x" };

    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
      call_engineio_query_parse (&query, cases[i]);
      g_assert_cmpint (query.version, ==, 0);
      g_assert_cmpint (query.transport, ==, CALL_ENGINEIO_TRANSPORT_NONE);
      call_engineio_query_clear (&query);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/engineio/packets", test_packets);
  g_test_add_func ("/wire/engineio/bad-packets", test_bad_packets);
  g_test_add_func ("/wire/engineio/payloads", test_payloads);
  g_test_add_func ("/wire/engineio/payload-round-trip", test_payload_round_trip);
  g_test_add_func ("/wire/engineio/handshake", test_handshake);
  g_test_add_func ("/wire/engineio/bad-handshakes", test_bad_handshakes);
  g_test_add_func ("/wire/engineio/sid", test_sid);
  g_test_add_func ("/wire/engineio/refusals", test_refusals);
  g_test_add_func ("/wire/engineio/query", test_query);
  return g_test_run ();
}
