/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-notice.h"
#include "call-socketio.h"
#include "wire-samples.h"

#include "call-appointment.h"
#include "call-message.h"

#define MESSAGE_MEMBERS "\"messageId\":\"" MESSAGE_ID "\",\"groupId\":\"" GROUP_ID "\""
#define USER_IN_GROUP \
  "{\"userId\":\"" DOCTOR_ID "\",\"userName\":\"Dr. Ana\",\"groupId\":\"" GROUP_ID "\"}"
#define STRV(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char *
read_notice (gconstpointer context, JsonNode *node, GError **error)
{
  g_autoptr (CallNotice) notice = call_notice_from_json (context, node, error);

  if (notice == NULL)
    return NULL;
  g_assert_cmpstr (call_notice_kind_get_event (notice->kind), ==, context);
  return call_notice_to_json (notice);
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
    { "AppointmentCallRequested",
      "{" CALL_MEMBERS ",\"from\":" DOCTOR ",\"peerId\":\"peer-a\",\"autoAccept\":false" AT "}",
      STRV ("autoAccept") },
    { "AppointmentCallAccepted", "{" CALL_MEMBERS "," BY ",\"peerId\":\"peer-b\"" AT "}", NULL },
    { "AppointmentCallStarted", "{" CALL_MEMBERS ",\"who\":{\"id\":\"" DOCTOR_ID "\"}" AT "}",
      NULL },
    { "AppointmentCallRejoined",
      "{" CALL_MEMBERS "," BY ",\"peerId\":\"peer-c\",\"generation\":2" AT "}", NULL },
    { "AppointmentCallLeft", "{" CALL_MEMBERS "," BY AT "}", NULL },
    { "AppointmentCallEnded",
      "{" CALL_MEMBERS ",\"reason\":\"hang_up\",\"duration\":0,\"status\":\"completed\"" AT "}",
      STRV ("status") },
    { "AppointmentCallCancelled", "{" CALL_MEMBERS "," BY ",\"reason\":\"declined\"" AT "}",
      STRV ("by") },
    { "AppointmentBusy", "{" CALL_MEMBERS AT "}", STRV ("callId") },
    { "AppointmentNoShow",
      "{\"appointmentId\":\"" APPOINTMENT_ID "\",\"missing\":\"patient\"" AT "}",
      STRV ("missing") },
    { "AppointmentUpdated", "{\"appointment\":" APPOINTMENT_JSON "}", NULL },
    { "AppointmentWaiting",
      "{\"appointmentId\":\"" APPOINTMENT_ID "\",\"userId\":\"" PATIENT_ID
      "\",\"role\":\"patient\",\"name\":\"José\",\"waiting\":true" AT "}",
      STRV ("name") },
    { "AppointmentCallMedia", "{" CALL_MEMBERS "," BY ",\"audio\":false,\"video\":true" AT "}",
      NULL },
    { "connected",
      "{\"message\":\"hello\",\"userId\":\"" DOCTOR_ID "\",\"timestamp\":\"" TIME "\"}",
      STRV ("message") },
    { "new_message", MESSAGE_JSON,
      STRV ("revision", "senderName", "type", "replyToId", "replyTo", "file", "tempId", "editedAt",
            "deletedAt", "recalledAt", "status") },
    { "message_sent", "{\"tempId\":\"t1\",\"message\":" MESSAGE_JSON ",\"success\":true}",
      STRV ("tempId") },
    { "message_error",
      "{\"tempId\":\"t1\",\"messageId\":\"" MESSAGE_ID
      "\",\"error\":\"too long\",\"code\":\"too_large\",\"timestamp\":\"" TIME
      "\",\"retryAfter\":7}",
      STRV ("tempId", "messageId", "code", "retryAfter") },
    { "message_delivered",
      "{\"messageId\":\"" MESSAGE_ID "\",\"groupId\":\"" GROUP_ID "\",\"timestamp\":\"" TIME "\"}",
      NULL },
    { "message_read",
      "{\"messageId\":\"" MESSAGE_ID "\",\"readBy\":\"" PATIENT_ID "\",\"groupId\":\"" GROUP_ID
      "\"}",
      NULL },
    { "message_edited",
      "{" MESSAGE_MEMBERS ",\"content\":\"Olá\",\"editedAt\":\"" TIME "\",\"revision\":3}", NULL },
    { "message_deleted",
      "{" MESSAGE_MEMBERS ",\"deletedAt\":\"" TIME "\",\"deletedBy\":\"" DOCTOR_ID
      "\",\"revision\":3}",
      NULL },
    { "message_recalled",
      "{" MESSAGE_MEMBERS ",\"recalledAt\":\"" TIME "\",\"recalledBy\":\"" DOCTOR_ID
      "\",\"revision\":3}",
      NULL },
    { "user_typing", USER_IN_GROUP, STRV ("userName") },
    { "user_stopped_typing", "{\"userId\":\"" DOCTOR_ID "\",\"groupId\":\"" GROUP_ID "\"}", NULL },
    { "contact_status_changed",
      "{\"userId\":\"" DOCTOR_ID "\",\"status\":\"away\",\"timestamp\":\"" TIME "\"}", NULL },
    { "online_users", "{\"groupId\":\"" GROUP_ID "\",\"users\":[" PRESENCE_JSON "]}", NULL },
    { "user_joined_group", USER_IN_GROUP, STRV ("userName") },
    { "user_left_group", USER_IN_GROUP, STRV ("userName") },
    { "group_updated", "{\"group\":" GROUP_JSON "}", NULL },
    { "token_expired", "{\"timestamp\":\"" TIME "\"}", NULL },
    { "server_draining", "{\"reconnectAfterMs\":1500}", NULL },
  };

  g_assert_cmpuint (G_N_ELEMENTS (samples), ==, CALL_NOTICE_N_KINDS);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_assert_cmpstr (call_notice_kind_get_event ((CallNoticeKind) i), ==, samples[i].event);
    sample_check (read_notice, samples[i].event, samples[i].json, samples[i].optional);
  }
}

static void
test_fields (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = call_json_parse (
      "{" CALL_MEMBERS ",\"from\":" DOCTOR ",\"peerId\":\"peer-a\"" AT "}", -1, &error);
  g_autoptr (CallNotice) notice = call_notice_from_json ("AppointmentCallRequested", node, &error);
  g_autoptr (CallNotice) again = call_notice_ref (notice);

  g_assert_no_error (error);
  g_assert_cmpint (again->kind, ==, CALL_NOTICE_CALL_REQUESTED);
  g_assert_cmpstr (notice->appointment_id, ==, APPOINTMENT_ID);
  g_assert_cmpstr (notice->call_id, ==, CALL_ID);
  g_assert_cmpstr (notice->person.id, ==, DOCTOR_ID);
  g_assert_cmpstr (notice->person.name, ==, "Dr. Ana");
  g_assert_cmpint (notice->person.role, ==, CALL_ROLE_DOCTOR);
  g_assert_cmpstr (notice->peer_id, ==, "peer-a");
  g_assert_cmpint (notice->at_ms, ==, G_GINT64_CONSTANT (1772460000125));
  g_assert_cmpint (notice->reason, ==, -1);
  g_assert_cmpint (notice->status, ==, -1);
}

/* A field the event has no member for is neither written nor leaked. */
static void
test_foreign_fields (void)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_SERVER_DRAINING);
  g_autofree char *packet = NULL;

  notice->delay_ms = 10;
  notice->peer_id = g_strdup ("x");
  notice->person.name = g_strdup ("y");
  notice->text = g_strdup ("z");
  packet = call_notice_to_socketio (notice);
  g_assert_cmpstr (packet, ==, "2[\"server_draining\",{\"reconnectAfterMs\":10}]");
}

static void
test_server_cancels (void)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_CALL_CANCELLED);
  g_autofree char *json = NULL;

  notice->appointment_id = g_strdup (APPOINTMENT_ID);
  notice->call_id = g_strdup (CALL_ID);
  notice->reason = CALL_END_NO_ANSWER;
  notice->at_ms = G_GINT64_CONSTANT (1772460000125);
  json = call_notice_to_json (notice);
  g_assert_cmpstr (json, ==, "{" CALL_MEMBERS ",\"reason\":\"no_answer\"" AT "}");
}

static void
test_unknown (void)
{
  static const char *const contents[] = { "null", "[]", "\"x\"", "1" };
  g_autoptr (GError) error = NULL;

  g_assert_null (call_notice_from_json ("nonsense", NULL, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (call_notice_from_json (NULL, NULL, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++) {
    g_autoptr (JsonNode) node = call_json_parse (contents[i], -1, NULL);

    g_clear_error (&error);
    g_assert_null (call_notice_from_json ("new_message", node, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/notice/every-event", test_every_event);
  g_test_add_func ("/wire/notice/fields", test_fields);
  g_test_add_func ("/wire/notice/foreign-fields", test_foreign_fields);
  g_test_add_func ("/wire/notice/server-cancels", test_server_cancels);
  g_test_add_func ("/wire/notice/unknown", test_unknown);
  return g_test_run ();
}
