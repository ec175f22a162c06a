/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-ack.h"
#include "call-request.h"
#include "call-socketio.h"
#include "wire-samples.h"

#include "call-appointment.h"
#include "call-message.h"

#define MESSAGE_MEMBER "\"messageId\":\"" MESSAGE_ID "\""
#define STRV(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char *
read_request (gconstpointer context, JsonNode *node, GError **error)
{
  g_autoptr (CallRequest) request = call_request_from_json (context, node, error);

  if (request == NULL)
    return NULL;
  g_assert_cmpstr (call_request_kind_get_event (request->kind), ==, context);
  return call_request_to_json (request);
}

typedef struct {
  const char *event;
  const char *json;
  const char *const *optional;
} Sample;

/* Every event of docs/protocol.md section 5, in its order, with all its members. */
static void
test_every_event (void)
{
  const Sample samples[] = {
    { "subscribe", "{\"channel\":\"appointments." APPOINTMENT_ID "\"}", NULL },
    { "unsubscribe", "{\"channel\":\"x\"}", NULL },
    { "enter_waiting_room", "{\"appointmentId\":\"" APPOINTMENT_ID "\"}", NULL },
    { "leave_waiting_room", "{\"appointmentId\":\"" APPOINTMENT_ID "\"}", NULL },
    { "call_media", "{" CALL_MEMBERS ",\"audio\":true,\"video\":false}", NULL },
    { "call_alive", "{" CALL_MEMBERS ",\"media\":true}", NULL },
    { "call_error", "{" CALL_MEMBERS ",\"stage\":\"ice\",\"code\":\"failed\"}", NULL },
    { "join_group", "{\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "leave_group", "{\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "send_message",
      "{\"groupId\":\"" GROUP_ID
      "\",\"content\":\"Olá\",\"type\":\"text\",\"replyToId\":\"" OTHER_ID "\",\"tempId\":\"t1\"}",
      STRV ("type", "replyToId", "tempId") },
    { "message_delivered", "{\"messageIds\":[\"" MESSAGE_ID "\",\"" OTHER_ID "\"]}", NULL },
    { "message_read", "{\"messageIds\":[\"" MESSAGE_ID "\"],\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "edit_message", "{" MESSAGE_MEMBER ",\"content\":\"Olá\"}", NULL },
    { "delete_message", "{" MESSAGE_MEMBER "}", NULL },
    { "recall_message", "{" MESSAGE_MEMBER "}", NULL },
    { "resume", "{\"groupId\":\"" GROUP_ID "\",\"seq\":7,\"revision\":2,\"limit\":50}",
      STRV ("revision", "limit") },
    { "typing_start", "{\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "typing_stop", "{\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "update_status", "{\"status\":\"busy\"}", NULL },
    { "get_online_users", "{\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "upload_file",
      "{\"fileName\":\"a.png\",\"file\":\"AQIDBA==\",\"fileSize\":4,\"groupId\":\"" GROUP_ID
      "\",\"type\":\"image\",\"content\":\"Olá\",\"replyToId\":\"" OTHER_ID
      "\",\"tempId\":\"t1\",\"durationMs\":1500}",
      STRV ("fileSize", "type", "content", "replyToId", "tempId", "durationMs") },
  };

  g_assert_cmpuint (G_N_ELEMENTS (samples), ==, CALL_REQUEST_N_KINDS);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_assert_cmpstr (call_request_kind_get_event ((CallRequestKind) i), ==, samples[i].event);
    sample_check (read_request, samples[i].event, samples[i].json, samples[i].optional);
  }
}

static void
expect_bad (const char *event, const char *json, const char *field)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = call_json_parse (json, -1, &error);

  g_assert_no_error (error);
  g_assert_null (call_request_from_json (event, node, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_assert_cmpstr (call_error_get_field (error), ==, field);
}

static void
test_bad_values (void)
{
  g_autoptr (GString) ids = g_string_new ("{\"messageIds\":[\"" MESSAGE_ID "\"");
  g_autofree char *long_text = g_strnfill (CALL_REQUEST_CONTENT_MAX + 1, 'x');
  g_autofree char *long_message = g_strdup_printf (
      "{\"groupId\":\"" GROUP_ID "\",\"content\":\"%s\"}", long_text);

  expect_bad ("join_group", "{\"groupId\":\"../../etc/passwd\"}", "groupId");
  expect_bad ("join_group", "{\"groupId\":\"\"}", "groupId");
  expect_bad ("subscribe", "{\"channel\":\"\"}", "channel");
  expect_bad ("send_message", "{\"groupId\":\"" GROUP_ID "\",\"content\":\"\"}", "content");
  expect_bad ("send_message", "{\"groupId\":\"" GROUP_ID "\",\"content\":\"x\",\"type\":\"virus\"}",
              "type");
  expect_bad ("send_message", long_message, "content");
  expect_bad ("call_error", "{" CALL_MEMBERS ",\"stage\":\"ice\",\"code\":\"José is ill\"}",
              "code");
  expect_bad ("update_status", "{\"status\":\"sleepy\"}", "status");
  expect_bad ("resume", "{\"groupId\":\"" GROUP_ID "\",\"seq\":-1}", "seq");
  expect_bad ("message_delivered", "{\"messageIds\":[\"1\"]}", "messageIds");
  expect_bad ("message_delivered", "{\"messageIds\":[{}]}", "messageIds");
  for (int i = 0; i < CALL_REQUEST_IDS_MAX; i++)
    g_string_append (ids, ",\"" MESSAGE_ID "\"");
  g_string_append (ids, "]}");
  expect_bad ("message_delivered", ids->str, "messageIds");
}

static CallRequest *
read_upload (const char *file, GBytes *attachment, GError **error)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autofree char *text = g_strdup_printf (
      "%s[\"upload_file\",{\"fileName\":\"a\",\"file\":%s,\"groupId\":\"" GROUP_ID "\"}]",
      attachment != NULL ? "51-" : "2", file);

  g_assert_true (call_socketio_packet_parse (&packet, text, strlen (text), NULL));
  if (attachment != NULL)
    g_assert_true (call_socketio_packet_attach (&packet, attachment, NULL));
  return call_request_from_packet (&packet, error);
}

/* A file comes as an attachment, as base64, or as the data: address a browser makes of it. */
static void
test_upload (void)
{
  static const char *const bad[] = { "\"%%%%\"", "\"AQIDBA=\"", "\"AQ==AQ==\"",
                                     "{\"_placeholder\":true,\"num\":0}", "7" };
  static const char *const good[] = { "\"AQIDBA==\"", "\"data:image/png;base64,AQIDBA==\"" };
  g_autoptr (GBytes) four = g_bytes_new ("\1\2\3\4", 4);
  g_autoptr (GError) error = NULL;
  g_autoptr (CallRequest) attached = read_upload ("{\"_placeholder\":true,\"num\":0}", four,
                                                  &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (attached->file, four));
  g_assert_cmpint (attached->message_kind, ==, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (CallRequest) request = read_upload (good[i], NULL, &error);

    g_assert_no_error (error);
    g_assert_true (g_bytes_equal (request->file, four));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_null (read_upload (bad[i], NULL, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
    g_assert_cmpstr (call_error_get_field (error), ==, "file");
    g_clear_error (&error);
  }
}

static void
test_packet (void)
{
  g_autoptr (CallRequest) request = call_request_new (CALL_REQUEST_SEND_MESSAGE);
  g_autofree char *packet = NULL;

  request->group_id = g_strdup (GROUP_ID);
  request->content = g_strdup ("hi");
  packet = call_request_to_socketio (request, 12);
  g_assert_cmpstr (packet, ==,
                   "212[\"send_message\",{\"groupId\":\"" GROUP_ID
                   "\",\"content\":\"hi\",\"type\":\"text\"}]");
}

static void
test_channels (void)
{
  static const struct {
    const char *channel;
    CallChannelKind kind;
  } cases[] = {
    { "appointments." APPOINTMENT_ID, CALL_CHANNEL_APPOINTMENT },
    { "private-appointments." APPOINTMENT_ID, CALL_CHANNEL_APPOINTMENT },
    { "users." APPOINTMENT_ID, CALL_CHANNEL_USER },
    { "private-conversations." APPOINTMENT_ID, CALL_CHANNEL_CONVERSATION },
    { "appointments.", CALL_CHANNEL_UNKNOWN },
    { "appointments.1", CALL_CHANNEL_UNKNOWN },
    { "appointments." APPOINTMENT_ID " ", CALL_CHANNEL_UNKNOWN },
    { "presence-appointments." APPOINTMENT_ID, CALL_CHANNEL_UNKNOWN },
    { "private-private-users." APPOINTMENT_ID, CALL_CHANNEL_UNKNOWN },
    { "", CALL_CHANNEL_UNKNOWN },
    { NULL, CALL_CHANNEL_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *id = NULL;

    g_assert_cmpint (call_channel_parse (cases[i].channel, &id), ==, cases[i].kind);
    g_assert_cmpstr (id, ==, cases[i].kind == CALL_CHANNEL_UNKNOWN ? NULL : APPOINTMENT_ID);
  }
}

/* --- acknowledgements ------------------------------------------------------------------------- */

static char *
read_ack (const char *data)
{
  g_auto (CallAck) ack = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = data != NULL ? call_json_parse (data, -1, &error) : NULL;

  g_assert_no_error (error);
  if (!call_ack_parse (&ack, node, &error)) {
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
    return g_strdup ("error");
  }
  return call_ack_to_json (&ack);
}

static void
test_acks (void)
{
  static const char *const same[] = {
    "{\"ok\":true}",
    "{\"ok\":true,\"generation\":2}",
    "{\"ok\":true,\"appointment\":" APPOINTMENT_JSON "}",
    "{\"ok\":true,\"message\":" MESSAGE_JSON "}",
    "{\"ok\":true,\"group\":" GROUP_JSON "}",
    "{\"ok\":true,\"users\":[" PRESENCE_JSON "]}",
    "{\"ok\":true,\"messages\":[" MESSAGE_JSON "],\"seq\":7,\"revision\":2,\"more\":true}",
    "{\"ok\":false,\"error\":{\"code\":\"too_early\",\"message\":\"m\",\"opensAt\":\"" TIME "\"}}",
  };
  static const char *const bad[] = {
    "null",
    "{}",
    "[]",
    "[1]",
    "[{}]",
    "[{\"ok\":1}]",
    "[{\"ok\":true,\"message\":{}}]",
    "[{\"ok\":true,\"generation\":-1}]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++) {
    g_autofree char *data = g_strdup_printf ("[%s]", same[i]);
    g_autofree char *again = read_ack (data);

    g_assert_cmpstr (again, ==, same[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *got = read_ack (bad[i]);

    g_assert_cmpstr (got, ==, "error");
  }
  {
    g_autofree char *none = read_ack (NULL);
    g_autofree char *mute = read_ack ("[{\"ok\":false}]");
    g_autofree char *odd = read_ack ("[{\"ok\":false,\"error\":[]}]");

    g_assert_cmpstr (none, ==, "error");
    g_assert_nonnull (strstr (mute, "\"internal\""));
    g_assert_nonnull (strstr (odd, "\"internal\""));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/request/every-event", test_every_event);
  g_test_add_func ("/wire/request/bad-values", test_bad_values);
  g_test_add_func ("/wire/request/packet", test_packet);
  g_test_add_func ("/wire/request/upload", test_upload);
  g_test_add_func ("/wire/request/channels", test_channels);
  g_test_add_func ("/wire/ack/round-trip", test_acks);
  return g_test_run ();
}
