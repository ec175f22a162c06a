/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-egress-query.h"
#include "call-error.h"

#include <string.h>

#define SECRET ((const guint8 *) "secret"), 6

static void
test_defaults (void)
{
  g_auto (CallEgressQuery) query = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (call_egress_query_parse (&query, CALL_EGRESS_AUDIO, "roomName=consult-1", &error));
  g_assert_cmpstr (query.room_name, ==, "consult-1");
  g_assert_null (query.participant);
  g_assert_null (query.meeting_id);
  g_assert_cmpuint (query.sample_rate, ==, 48000);
  g_assert_cmpuint (query.channels, ==, 1);
  g_assert_cmpfloat (query.group_seconds, ==, 0);
}

static void
test_all (void)
{
  g_auto (CallEgressQuery) query = { 0 };
  g_autofree char *text = NULL;

  g_assert_true (call_egress_query_parse (
      &query, CALL_EGRESS_AUDIO,
      "roomName=sala%20um&participant=a%26b&trackId=TR_1&sampleRate=16000&channels=2&meetingId=RM_1"
      "&groupSeconds=0.5&unknown=1",
      NULL));
  g_assert_cmpstr (query.room_name, ==, "sala um");
  g_assert_cmpstr (query.participant, ==, "a&b");
  g_assert_cmpfloat (query.group_seconds, ==, 0.5);
  text = call_egress_query_to_string (&query);
  g_assert_cmpstr (text, ==,
                   "roomName=sala%20um&participant=a%26b&trackId=TR_1&meetingId=RM_1"
                   "&sampleRate=16000&channels=2&groupSeconds=0.5");
}

static void
test_refused (void)
{
  const struct {
    CallEgressKind kind;
    const char *query, *says;
  } cases[] = {
    { CALL_EGRESS_AUDIO, "", "roomName" },
    { CALL_EGRESS_AUDIO, NULL, "roomName" },
    { CALL_EGRESS_AUDIO, "roomName=a&channels=3", "channels" },
    { CALL_EGRESS_AUDIO, "roomName=a&channels=0", "channels" },
    { CALL_EGRESS_AUDIO, "roomName=a&sampleRate=-1", "sampleRate" },
    { CALL_EGRESS_AUDIO, "roomName=a&groupSeconds=nan", "groupSeconds" },
    { CALL_EGRESS_AUDIO, "roomName=a&groupSeconds=1e9", "groupSeconds" },
    { CALL_EGRESS_AUDIO, "roomName=%zz", "query" },
    { CALL_EGRESS_VIDEO, "roomName=a", "codec" },
    { CALL_EGRESS_VIDEO, "roomName=a&codec=../x", "codec" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    CallEgressQuery query;
    g_autoptr (GError) error = NULL;

    g_assert_false (call_egress_query_parse (&query, cases[i].kind, cases[i].query, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, cases[i].says));
    g_assert_null (query.room_name);
  }
}

static gboolean
verify (CallEgressKind kind, const char *query, gint64 now)
{
  g_autoptr (GError) error = NULL;
  gboolean good = call_egress_query_verify (kind, query, now, SECRET, &error);

  if (!good)
    g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  return good;
}

static void
test_signature (void)
{
  g_autofree char *query = call_egress_query_sign (CALL_EGRESS_AUDIO, "roomName=consult-1", 1000,
                                                   SECRET);
  g_autofree char *more = g_strconcat (query, "&resume=x&offset=5", NULL);
  g_autofree char *other = g_strconcat (query, "&roomName=b", NULL);
  g_autofree char *url = call_egress_url ("https://calls.example", CALL_EGRESS_AUDIO, "roomName=a");

  /* echo -n '/egress-audio?roomName=consult-1&expires=1000' | openssl dgst -sha256 -hmac secret */
  g_assert_cmpstr (query, ==,
                   "roomName=consult-1&expires=1000&signature="
                   "04a77c4737de1abdfc7df14e7a94042ec1eb721b659edf3b4cd13236f5b931e2");
  g_assert_true (verify (CALL_EGRESS_AUDIO, query, 1000));
  g_assert_true (verify (CALL_EGRESS_AUDIO, more, 0));
  g_assert_false (verify (CALL_EGRESS_AUDIO, query, 1001));
  g_assert_false (verify (CALL_EGRESS_VIDEO, query, 0));
  g_assert_false (verify (CALL_EGRESS_AUDIO, other, 0));
  g_assert_false (verify (CALL_EGRESS_AUDIO, "roomName=consult-1", 0));
  g_assert_false (verify (CALL_EGRESS_AUDIO, NULL, 0));
  query[strlen (query) - 1] ^= 1;
  g_assert_false (verify (CALL_EGRESS_AUDIO, query, 0));
  g_assert_cmpstr (url, ==, "wss://calls.example/egress-audio?roomName=a");
}

static void
test_mute (void)
{
  const struct {
    const char *text;
    int muted;
  } cases[] = {
    { "{\"muted\":true}", 1 },
    { "{\"muted\":false}", 0 },
    { "{\"muted\": true, \"x\":1}", 1 },
    { "{\"muted\":1}", -1 },
    { "[]", -1 },
    { "", -1 },
    { "{\"other\":true}", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean muted = FALSE;
    gboolean found = call_egress_mute_parse (cases[i].text, strlen (cases[i].text), &muted);

    g_assert_cmpint (found ? muted : -1, ==, cases[i].muted);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/egress-query/defaults", test_defaults);
  g_test_add_func ("/egress-query/all", test_all);
  g_test_add_func ("/egress-query/refused", test_refused);
  g_test_add_func ("/egress-query/signature", test_signature);
  g_test_add_func ("/egress-query/mute", test_mute);
  return g_test_run ();
}
