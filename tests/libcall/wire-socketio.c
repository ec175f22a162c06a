/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-error.h"
#include "call-socketio.h"

#include <string.h>

/* Type, namespace, acknowledgement, attachments, content. */
static char *
describe (const char *text)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length = strlen (text);
  /* A block of its exact size, for the sanitizer. */
  g_autofree char *copy = g_memdup2 (text, length);

  if (!call_socketio_packet_parse (&packet, copy, length, &error)) {
    g_assert_true (g_error_matches (error, CALL_ERROR, CALL_ERROR_PROTOCOL) ||
                   g_error_matches (error, CALL_ERROR, CALL_ERROR_INVALID) ||
                   g_error_matches (error, CALL_ERROR, CALL_ERROR_TOO_LARGE));
    return g_strdup ("error");
  }
  g_assert_no_error (error);
  data = packet.data != NULL ? call_json_node_to_string (packet.data) : g_strdup ("-");
  return g_strdup_printf ("%d %s %" G_GINT64_FORMAT " %u %s", packet.type, packet.nsp,
                          packet.ack_id, packet.n_attachments, data);
}

static void
test_packets (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "0", "0 / -1 0 -" },
    { "0{\"token\":\"x\"}", "0 / -1 0 {\"token\":\"x\"}" },
    { "0/custom", "0 /custom -1 0 -" },
    { "0/custom,", "0 /custom -1 0 -" },
    { "0/admin,{\"a\":1}", "0 /admin -1 0 {\"a\":1}" },
    { "0/custom?x=1,", "0 /custom?x=1 -1 0 -" },
    { "1", "1 / -1 0 -" },
    { "1/custom,", "1 /custom -1 0 -" },
    { "2[\"hey\"]", "2 / -1 0 [\"hey\"]" },
    { "2[42,1]", "2 / -1 0 [42,1]" },
    { "2[1.5]", "2 / -1 0 [1.5]" },
    { "20[\"a\"]", "2 / 0 0 [\"a\"]" },
    { "212[\"hey\",\"Jude\",{\"x\":null}]", "2 / 12 0 [\"hey\",\"Jude\",{\"x\":null}]" },
    { "2/admin,456[\"a\",\"]\"]", "2 /admin 456 0 [\"a\",\"]\"]" },
    { "2[\"\\ud800\u2028😀\"]", "2 / -1 0 [\"\uFFFD\u2028😀\"]" },
    { "29007199254740991[\"a\"]", "2 / 9007199254740991 0 [\"a\"]" },
    { "3456[1,\"2\"]", "3 / 456 0 [1,\"2\"]" },
    { "30[]", "3 / 0 0 []" },
    { "3/admin,7[{}]", "3 /admin 7 0 [{}]" },
    { "4{\"message\":\"x\"}", "4 / -1 0 {\"message\":\"x\"}" },
    { "50-[\"x\"]", "5 / -1 0 [\"x\"]" },
    { "52-/a,3[\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
      "5 /a 3 2 [\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]" },
    { "510-[\"x\"]", "5 / -1 10 [\"x\"]" },
    { "61-/a,456[{\"_placeholder\":true,\"num\":0}]",
      "6 /a 456 1 [{\"_placeholder\":true,\"num\":0}]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *got = describe (cases[i].text);

    g_assert_cmpstr (got, ==, cases[i].expected);
  }
}

static void
test_invalid (void)
{
  static const char *const cases[] = {
    "",
    "7",
    "abc",
    "/",
    "{}",
    "[\"a\"]",
    "0[]",
    "0\"x\"",
    "1{}",
    "1[]",
    "2",
    "2{}",
    "2[]",
    "2\"x\"",
    "2[null]",
    "2[true]",
    "2[{}]",
    "2[[]]",
    "2abc[\"x\"]",
    "2-1[\"x\"]",
    "2[\"x\"",
    "2[\"x\"]]",
    "2[\"x\",]",
    "2[\"connect\"]",
    "2[\"connect_error\"]",
    "2[\"disconnect\"]",
    "2[\"disconnecting\"]",
    "2[\"newListener\"]",
    "2[\"removeListener\"]",
    "299999999999999999[\"a\"]",
    "3[]",
    "31",
    "31{}",
    "4",
    "4[]",
    "4\"x\"",
    "5[\"x\"]",
    "5-[\"x\"]",
    "51[\"x\"]",
    "51-{}",
    "511-[\"x\"]",
    "599999999999999999999-[\"x\"]",
    "5-1-[\"x\"]",
    "61-[]",
    "6[]",
    "2/\xff,[\"x\"]",
    "2[\"\xff\"]",
    "2 [\"x\"] x",
  };
  g_autoptr (GString) deep = g_string_new ("2[\"x\",");
  g_autoptr (GString) many = g_string_new ("2[\"x\"");
  g_autoptr (GString) nsp = g_string_new ("0/");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *got = describe (cases[i]);

    if (strcmp (got, "error") != 0)
      g_error ("“%s” gave %s", cases[i], got);
  }
  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  for (int i = 0; i < 20000; i++)
    g_string_append (many, ",0");
  g_string_append_c (many, ']');
  for (int i = 0; i < 300; i++)
    g_string_append_c (nsp, 'n');
  {
    g_autofree char *a = describe (deep->str);
    g_autofree char *b = describe (many->str);
    g_autofree char *c = describe (nsp->str);

    g_assert_cmpstr (a, ==, "error");
    g_assert_cmpstr (b, ==, "error");
    g_assert_cmpstr (c, ==, "error");
  }
}

static void
test_attachments (void)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;
  const char
      *text = "52-[\"m\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0},"
              "{\"_placeholder\":true,\"num\":2},{\"_placeholder\":false,\"num\":0},"
              "{\"_placeholder\":true,\"num\":-1},{\"num\":0},7]";
  g_autoptr (GBytes) one = g_bytes_new_static ("one", 3);
  g_autoptr (GBytes) two = g_bytes_new_static ("two", 3);
  g_autofree char *again = NULL;

  g_assert_true (call_socketio_packet_parse (&packet, text, strlen (text), &error));
  again = call_socketio_packet_encode (&packet);
  g_assert_cmpstr (again, ==, text);
  g_assert_false (call_socketio_packet_is_complete (&packet));
  g_assert_true (call_socketio_packet_attach (&packet, one, &error));
  g_assert_false (call_socketio_packet_is_complete (&packet));
  g_assert_true (call_socketio_packet_attach (&packet, two, &error));
  g_assert_true (call_socketio_packet_is_complete (&packet));
  g_assert_true (call_socketio_packet_get_attachment (
                     &packet, call_socketio_packet_get_argument (&packet, 0)) == two);
  g_assert_true (call_socketio_packet_get_attachment (
                     &packet, call_socketio_packet_get_argument (&packet, 1)) == one);
  for (guint i = 2; i < 8; i++)
    g_assert_null (call_socketio_packet_get_attachment (
        &packet, call_socketio_packet_get_argument (&packet, i)));
  g_assert_no_error (error);
  g_assert_false (call_socketio_packet_attach (&packet, one, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_PROTOCOL);
}

static void
test_content (void)
{
  g_auto (CallSocketioPacket) event = { 0 };
  g_auto (CallSocketioPacket) number = { 0 };
  g_auto (CallSocketioPacket) ack = { 0 };
  g_auto (CallSocketioPacket) connect = { 0 };
  g_auto (CallSocketioPacket) bare = { 0 };
  g_autofree char *token = NULL;

  g_assert_true (call_socketio_packet_parse (&event, "2[\"e\",1]", 8, NULL));
  g_assert_cmpstr (call_socketio_packet_get_event (&event), ==, "e");
  g_assert_nonnull (call_socketio_packet_get_argument (&event, 0));
  g_assert_null (call_socketio_packet_get_argument (&event, 1));
  g_assert_null (call_socketio_packet_get_argument (&event, G_MAXUINT));
  g_assert_true (call_socketio_packet_parse (&number, "2[7,1]", 6, NULL));
  g_assert_null (call_socketio_packet_get_event (&number));
  g_assert_true (call_socketio_packet_parse (&ack, "31[1]", 5, NULL));
  g_assert_null (call_socketio_packet_get_event (&ack));
  g_assert_nonnull (call_socketio_packet_get_argument (&ack, 0));
  g_assert_null (call_socketio_packet_get_argument (&ack, 1));
  g_assert_true (call_socketio_packet_parse (&connect, "0{\"token\":\"t\"}", 14, NULL));
  token = call_socketio_packet_get_token (&connect);
  g_assert_cmpstr (token, ==, "t");
  g_assert_true (call_socketio_packet_parse (&bare, "0", 1, NULL));
  g_assert_null (call_socketio_packet_get_token (&bare));
  g_assert_null (call_socketio_packet_get_argument (&bare, 0));
}

#define ENCODED(call, text)                                                        \
  G_STMT_START                                                                     \
  {                                                                                \
    g_autofree char *got = call;                                                   \
    g_auto (CallSocketioPacket) packet = { 0 };                                    \
    g_autofree char *again = NULL;                                                 \
    g_assert_cmpstr (got, ==, text);                                               \
    g_assert_true (call_socketio_packet_parse (&packet, got, strlen (got), NULL)); \
    again = call_socketio_packet_encode (&packet);                                 \
    g_assert_cmpstr (again, ==, text);                                             \
  }                                                                                \
  G_STMT_END

static void
test_encode (void)
{
  ENCODED (call_socketio_encode_connect (NULL, "abc", NULL), "0{\"sid\":\"abc\"}");
  ENCODED (call_socketio_encode_connect (NULL, "abc", "p"), "0{\"sid\":\"abc\",\"pid\":\"p\"}");
  ENCODED (call_socketio_add_offset ("2[\"x\"]", "7f"), "2[\"x\",\"7f\"]");
  ENCODED (call_socketio_encode_connect ("/admin", "abc", NULL), "0/admin,{\"sid\":\"abc\"}");
  ENCODED (call_socketio_encode_connect_auth ("/", "t"), "0{\"token\":\"t\"}");
  ENCODED (call_socketio_encode_connect_auth ("/", NULL), "0");
  ENCODED (call_socketio_encode_connect_error ("/random", "Invalid namespace", NULL),
           "4/random,{\"message\":\"Invalid namespace\"}");
  ENCODED (call_socketio_encode_connect_error (NULL, "unauthorized", "unauthorized"),
           "4{\"message\":\"unauthorized\",\"data\":{\"code\":\"unauthorized\"}}");
  ENCODED (call_socketio_encode_disconnect (NULL), "1");
  ENCODED (call_socketio_encode_disconnect ("/x"), "1/x,");
  ENCODED (call_socketio_encode_event (NULL, CALL_SOCKETIO_NO_ACK, "e", NULL), "2[\"e\"]");
  ENCODED (call_socketio_encode_event ("/n", 0, "e\x1e", "{\"a\":1},[2]"),
           "2/n,0[\"e\\u001e\",{\"a\":1},[2]]");
  ENCODED (call_socketio_encode_ack (NULL, 456, "1,\"2\""), "3456[1,\"2\"]");
  ENCODED (call_socketio_encode_ack ("/n", 0, NULL), "3/n,0[]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/socketio/packets", test_packets);
  g_test_add_func ("/wire/socketio/invalid", test_invalid);
  g_test_add_func ("/wire/socketio/attachments", test_attachments);
  g_test_add_func ("/wire/socketio/content", test_content);
  g_test_add_func ("/wire/socketio/encode", test_encode);
  return g_test_run ();
}
