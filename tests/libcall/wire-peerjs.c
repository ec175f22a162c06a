/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-error.h"
#include "call-peerjs.h"

#include <string.h>

#define CALL_ID "1c1f3c6f-7e2b-4c64-9e10-7a9a8a6c4d22"
#define CONNECTION "mc_" CALL_ID "_3"

static char *
relay (const char *text)
{
  g_auto (CallPeerjsMessage) message = { 0 };
  g_autoptr (GError) error = NULL;

  if (!call_peerjs_message_parse (&message, text, strlen (text), &error)) {
    g_assert_nonnull (error);
    return NULL;
  }
  g_assert_no_error (error);
  /* As a relay does. */
  g_free (message.src);
  message.src = g_strdup ("me");
  return message.type == CALL_PEERJS_UNKNOWN ? g_strdup ("unknown")
                                             : call_peerjs_message_encode (&message);
}

static void
test_relay (void)
{
  static const struct {
    const char *text;
    const char *relayed;
  } cases[] = {
    { "{\"type\":\"OFFER\",\"src\":\"forged\",\"dst\":\"you\",\"payload\":{\"a\":[1,null,1.5]},"
      "\"extra\":1}",
      "{\"type\":\"OFFER\",\"src\":\"me\",\"dst\":\"you\",\"payload\":{\"a\":[1,null,1.5]}}" },
    { "{\"type\":\"LEAVE\",\"dst\":\"you\"}",
      "{\"type\":\"LEAVE\",\"src\":\"me\",\"dst\":\"you\"}" },
    { "{\"type\":\"CANDIDATE\",\"dst\":\"you\",\"payload\":null}",
      "{\"type\":\"CANDIDATE\",\"src\":\"me\",\"dst\":\"you\",\"payload\":null}" },
    { "{\"type\":\"HEARTBEAT\"}", "{\"type\":\"HEARTBEAT\",\"src\":\"me\"}" },
    { "{\"type\":\"DANCE\"}", "unknown" },
    { "{\"type\":\"offer\"}", "unknown" },
    { "", NULL },
    { "[]", NULL },
    { "{}", NULL },
    { "{\"type\":1}", NULL },
    { "{\"type\":\"OFFER\",\"dst\":7}", NULL },
    { "{\"type\":\"OFFER\"", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *got = relay (cases[i].text);

    g_assert_cmpstr (got, ==, cases[i].relayed);
  }
}

static void
test_notices (void)
{
  g_autofree char *open = call_peerjs_encode_bare (CALL_PEERJS_OPEN, NULL, NULL);
  g_autofree char *expire = call_peerjs_encode_bare (CALL_PEERJS_EXPIRE, "a", "b");
  g_autofree char *taken = call_peerjs_encode_notice (CALL_PEERJS_ID_TAKEN, "ID is taken");

  g_assert_cmpstr (open, ==, "{\"type\":\"OPEN\"}");
  g_assert_cmpstr (expire, ==, "{\"type\":\"EXPIRE\",\"src\":\"a\",\"dst\":\"b\"}");
  g_assert_cmpstr (taken, ==, "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":\"ID is taken\"}}");
  g_assert_true (call_peerjs_type_is_relayed (CALL_PEERJS_OFFER));
  g_assert_false (call_peerjs_type_is_relayed (CALL_PEERJS_HEARTBEAT));
  g_assert_false (call_peerjs_type_is_relayed (CALL_PEERJS_OPEN));
}

static void
test_ids (void)
{
  static const char *const good[] = { "a", "7", CALL_ID, "a_b-c d" };
  static const char *const bad[] = {
    "", "-a", "a-", "a--b", "a__b", "a/b", "a.b", "é", " ", "a\n"
  };
  g_autofree char *longest = g_strnfill (CALL_PEERJS_ID_MAX, 'a');
  g_autofree char *longer = g_strnfill (CALL_PEERJS_ID_MAX + 1, 'a');

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (call_peerjs_id_is_valid (good[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (call_peerjs_id_is_valid (bad[i]));
  g_assert_true (call_peerjs_id_is_valid (longest));
  g_assert_false (call_peerjs_id_is_valid (longer));
  g_assert_false (call_peerjs_id_is_valid (NULL));
}

/* Encodes @signal, and reads it as the other side would. */
static void
round_trip (const CallPeerjsSignal *signal, const char *expected)
{
  g_autofree char *text = call_peerjs_signal_encode (signal, "you");
  g_auto (CallPeerjsMessage) message = { 0 };
  g_auto (CallPeerjsSignal) read = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, expected);
  g_assert_true (call_peerjs_message_parse (&message, text, strlen (text), &error));
  g_assert_true (call_peerjs_signal_parse (&read, &message, &error));
  g_assert_no_error (error);
  g_assert_cmpint (read.type, ==, signal->type);
  g_assert_cmpstr (read.connection_id, ==, signal->connection_id);
  g_assert_cmpstr (read.sdp, ==, signal->sdp);
  g_assert_cmpstr (read.candidate, ==, signal->candidate);
  g_assert_cmpstr (read.sdp_mid, ==, signal->sdp_mid);
  g_assert_cmpuint (read.sdp_mline_index, ==, signal->sdp_mline_index);
  g_assert_cmpstr (read.appointment_id, ==, signal->appointment_id);
  g_assert_cmpstr (read.call_id, ==, CALL_ID);
  g_assert_cmpuint (read.generation, ==, 3);
}

static void
test_signals (void)
{
  g_autofree char *connection_id = call_peerjs_connection_id_new (CALL_ID, 3);
  CallPeerjsSignal offer = {
    .type = CALL_PEERJS_OFFER,
    .connection_id = connection_id,
    .sdp = (char *) "v=0\r\n",
    .appointment_id = (char *) "apt",
    .call_id = (char *) CALL_ID,
    .generation = 3,
  };
  CallPeerjsSignal answer = { .type = CALL_PEERJS_ANSWER,
                              .connection_id = connection_id,
                              .sdp = (char *) "v=0\r\n" };
  CallPeerjsSignal candidate = {
    .type = CALL_PEERJS_CANDIDATE,
    .connection_id = connection_id,
    .candidate = (char *) "candidate:1 1 UDP 1 127.0.0.1 9 typ host",
    .sdp_mid = (char *) "video0",
    .sdp_mline_index = 1,
  };

  round_trip (&offer,
              "{\"type\":\"OFFER\",\"dst\":\"you\",\"payload\":{\"sdp\":{\"type\":\"offer\","
              "\"sdp\":\"v=0\\r\\n\"},\"type\":\"media\",\"connectionId\":\"" CONNECTION
              "\",\"metadata\":{\"appointmentId\":\"apt\",\"callId\":\"" CALL_ID
              "\",\"generation\":3}}}");
  round_trip (&answer,
              "{\"type\":\"ANSWER\",\"dst\":\"you\",\"payload\":{\"sdp\":{\"type\":"
              "\"answer\",\"sdp\":\"v=0\\r\\n\"},\"type\":\"media\",\"connectionId\":\"" CONNECTION
              "\"}}");
  round_trip (&candidate, "{\"type\":\"CANDIDATE\",\"dst\":\"you\",\"payload\":{\"candidate\":"
                          "{\"candidate\":\"candidate:1 1 UDP 1 127.0.0.1 9 typ host\","
                          "\"sdpMid\":\"video0\",\"sdpMLineIndex\":1},\"type\":\"media\","
                          "\"connectionId\":\"" CONNECTION "\"}}");
}

/* What peerjs and browsers send in our place. */
static void
test_foreign_signals (void)
{
  static const struct {
    const char *text;
    const char *call_id;
    guint generation;
    gboolean good;
  } cases[] = {
    { "{\"type\":\"OFFER\",\"payload\":{\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
      "\"connectionId\":\"mc_x7\",\"metadata\":\"free text\"}}",
      NULL, 0, TRUE },
    { "{\"type\":\"CANDIDATE\",\"payload\":{\"candidate\":{\"candidate\":\"\",\"sdpMid\":\"0\","
      "\"sdpMLineIndex\":0,\"usernameFragment\":\"u\"},\"connectionId\":\"mc_c_0\"}}",
      NULL, 0, TRUE },
    { "{\"type\":\"CANDIDATE\",\"payload\":{\"candidate\":{},\"connectionId\":\"mc_c_12\"}}", "c",
      12, TRUE },
    { "{\"type\":\"CANDIDATE\",\"payload\":{\"candidate\":{\"sdpMLineIndex\":null},"
      "\"connectionId\":\"mc_c_99999999999\"}}",
      NULL, 0, TRUE },
    { "{\"type\":\"OFFER\",\"payload\":{\"sdp\":{\"type\":\"answer\",\"sdp\":\"v=0\"},"
      "\"connectionId\":\"mc_c_1\"}}",
      NULL, 0, FALSE },
    { "{\"type\":\"OFFER\",\"payload\":{\"sdp\":\"v=0\",\"connectionId\":\"mc_c_1\"}}", NULL, 0,
      FALSE },
    { "{\"type\":\"ANSWER\",\"payload\":{\"sdp\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}}", NULL, 0,
      FALSE },
    { "{\"type\":\"OFFER\",\"payload\":{\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
      "\"connectionId\":\"mc_c_1\",\"metadata\":{\"generation\":-1}}}",
      NULL, 0, FALSE },
    { "{\"type\":\"CANDIDATE\",\"payload\":{\"candidate\":{\"sdpMLineIndex\":-1},"
      "\"connectionId\":\"mc_c_1\"}}",
      NULL, 0, FALSE },
    { "{\"type\":\"OFFER\",\"payload\":[]}", NULL, 0, FALSE },
    { "{\"type\":\"OFFER\"}", NULL, 0, FALSE },
    { "{\"type\":\"LEAVE\",\"payload\":{}}", NULL, 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (CallPeerjsMessage) message = { 0 };
    g_auto (CallPeerjsSignal) read = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_true (
        call_peerjs_message_parse (&message, cases[i].text, strlen (cases[i].text), NULL));
    g_assert_cmpint (call_peerjs_signal_parse (&read, &message, &error), ==, cases[i].good);
    g_assert_cmpint (error == NULL, ==, cases[i].good);
    g_assert_cmpstr (read.call_id, ==, cases[i].call_id);
    g_assert_cmpuint (read.generation, ==, cases[i].generation);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/peerjs/relay", test_relay);
  g_test_add_func ("/wire/peerjs/notices", test_notices);
  g_test_add_func ("/wire/peerjs/ids", test_ids);
  g_test_add_func ("/wire/peerjs/signals", test_signals);
  g_test_add_func ("/wire/peerjs/foreign-signals", test_foreign_signals);
  return g_test_run ();
}
