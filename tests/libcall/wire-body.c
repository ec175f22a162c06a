/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-body.h"
#include "call-error-body.h"
#include "wire-samples.h"

#include "call-appointment.h"
#include "call-user.h"

#define STRV(...) ((const char *const[]){ __VA_ARGS__, NULL })

static char *
read_record (gconstpointer context, JsonNode *node, GError **error)
{
  JsonObject *object = call_json_node_get_object (node, "It", error);
  gpointer record = object != NULL ? call_record_read (context, object, error) : NULL;
  char *text = record != NULL ? call_record_to_json (record) : NULL;

  g_clear_pointer (&record, call_record_unref);
  return text;
}

static char *
read_model (gconstpointer context, JsonNode *node, GError **error)
{
  const CallModelCodec *codec = context;
  g_autoptr (GObject) model = codec->read (json_node_get_object (node), error);

  return model != NULL ? call_dto_to_json (codec, model) : NULL;
}

static void
test_models (void)
{
  sample_check (read_model, &call_dto_user, USER_JSON, STRV ("email", "timeZone"));
  sample_check (read_model, &call_dto_active_call, CALL_JSON,
                STRV ("peers", "startedAt", "requestedAt"));
  sample_check (read_model, &call_dto_appointment, APPOINTMENT_JSON,
                STRV ("opensAt", "closesAt", "conversationId", "waiting", "call", "startedAt",
                      "endedAt", "rescheduledTo", "missing"));
  sample_check (read_model, &call_dto_message, MESSAGE_JSON,
                STRV ("revision", "senderName", "type", "replyToId", "replyTo", "file", "tempId",
                      "editedAt", "deletedAt", "recalledAt", "status"));
  sample_check (read_model, &call_dto_file, FILE_JSON,
                STRV ("url", "durationMs", "waveform", "width", "height", "status"));
  sample_check (read_model, &call_dto_presence, PRESENCE_JSON, STRV ("userName", "lastSeen"));
  sample_check (read_model, &call_dto_group_member, MEMBER_JSON,
                STRV ("userName", "joinedAt", "deliveredSeq", "readSeq"));
  sample_check (read_model, &call_dto_group, GROUP_JSON,
                STRV ("name", "open", "role", "members", "lastSeq", "revision", "unread",
                      "lastMessage", "createdAt"));
  sample_check (read_model, &call_dto_audit_event, AUDIT_JSON,
                STRV ("userId", "callId", "payload", "hash"));
  sample_check (read_model, &call_dto_ice_server, ICE_JSON, STRV ("username", "credential"));
}

static void
test_requests (void)
{
  sample_check (read_record, &call_login_body, "{\"email\":\"a@b\",\"password\":\"p\"}", NULL);
  sample_check (read_record, &call_join_body, "{\"link\":\"x.y.z\"}", NULL);
  sample_check (read_record, &call_appointment_body,
                "{\"patientId\":\"" PATIENT_ID "\",\"doctorId\":\"" DOCTOR_ID
                "\",\"scheduledAt\":\"" TIME "\",\"durationMinutes\":30}",
                NULL);
  sample_check (read_record, &call_reschedule_body,
                "{\"scheduledAt\":\"" TIME "\",\"durationMinutes\":30}", STRV ("durationMinutes"));
  sample_check (read_record, &call_reason_body, "{\"reason\":\"ill\"}", STRV ("reason"));
  sample_check (read_record, &call_message_body,
                "{\"content\":\"x\",\"type\":\"text\",\"replyToId\":\"" OTHER_ID
                "\",\"tempId\":\"t\"}",
                STRV ("type", "replyToId", "tempId"));
  sample_check (read_record, &call_call_request_body, "{\"peerId\":\"p-1\"}", NULL);
  sample_check (read_record, &call_call_accept_body,
                "{\"callId\":\"" CALL_ID "\",\"peerId\":\"p-1\"}", NULL);
  sample_check (read_record, &call_call_cancel_body,
                "{\"callId\":\"" CALL_ID "\",\"reason\":\"r\"}", STRV ("reason"));
  sample_check (read_record, &call_call_started_body, "{\"callId\":\"" CALL_ID "\"}", NULL);
  sample_check (read_record, &call_call_rejoin_body,
                "{\"callId\":\"" CALL_ID "\",\"peerId\":\"p-1\",\"generation\":1}", NULL);
  sample_check (read_record, &call_call_leave_body, "{\"callId\":\"" CALL_ID "\"}", NULL);
  sample_check (read_record, &call_call_end_body, "{\"callId\":\"" CALL_ID "\",\"reason\":\"r\"}",
                STRV ("reason"));
}

static void
test_answers (void)
{
  sample_check (read_record, &call_login_answer,
                "{\"token\":\"x\",\"expiresAt\":\"" TIME "\",\"user\":" USER_JSON
                ",\"appointment\":" APPOINTMENT_JSON "}",
                STRV ("appointment"));
  sample_check (read_record, &call_me_answer, "{\"user\":" USER_JSON "}", NULL);
  sample_check (read_record, &call_ice_answer,
                "{\"iceServers\":[" ICE_JSON ",{\"urls\":[\"stun:x\"]}],\"ttl\":3600}", NULL);
  sample_check (read_record, &call_appointments_answer,
                "{\"appointments\":[" APPOINTMENT_JSON "," APPOINTMENT_JSON "]}", NULL);
  sample_check (read_record, &call_appointment_answer, "{\"appointment\":" APPOINTMENT_JSON "}",
                NULL);
  sample_check (read_record, &call_link_answer,
                "{\"url\":\"http://x/join#y\",\"expiresAt\":\"" TIME "\"}", NULL);
  sample_check (read_record, &call_audit_answer, "{\"events\":[" AUDIT_JSON "]}", NULL);
  sample_check (read_record, &call_messages_answer, "{\"messages\":[" MESSAGE_JSON "]}", NULL);
  sample_check (read_record, &call_message_answer, "{\"message\":" MESSAGE_JSON "}", NULL);
  sample_check (read_record, &call_request_answer,
                "{\"callId\":\"" CALL_ID "\",\"appointmentId\":\"" APPOINTMENT_ID
                "\",\"generation\":1,\"calleeId\":\"" PATIENT_ID "\"}",
                NULL);
  sample_check (read_record, &call_accept_answer,
                "{\"callId\":\"" CALL_ID "\",\"peerId\":\"p\",\"generation\":1}", NULL);
  sample_check (read_record, &call_started_answer, "{\"startedAt\":\"" TIME "\"}", NULL);
  sample_check (read_record, &call_rejoin_answer,
                "{\"callId\":\"" CALL_ID "\",\"generation\":2,\"peers\":{\"" DOCTOR_ID
                "\":\"p\"},\"offer\":true}",
                NULL);
  sample_check (read_record, &call_end_answer, "{\"duration\":61,\"status\":\"completed\"}",
                STRV ("status"));
  sample_check (read_record, &call_health_answer,
                "{\"status\":\"ok\",\"live\":true,\"ready\":false,\"checks\":{\"store\":\"ok\"},"
                "\"uptime\":3,\"version\":\"0.1.0\"}",
                NULL);
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallEmptyAnswer) answer = call_record_new (&call_empty_answer);
  g_autoptr (CallAppointmentsAnswer) list = call_record_new (&call_appointments_answer);
  g_autoptr (CallReasonBody) reason = call_record_parse (&call_reason_body, NULL, 0, &error);
  g_autoptr (CallReasonBody) empty = call_record_parse (&call_reason_body, "", -1, &error);
  g_autofree char *json = call_record_to_json (answer);
  g_autofree char *list_json = call_record_to_json (list);

  g_assert_no_error (error);
  g_assert_cmpstr (json, ==, "{}");
  g_assert_cmpstr (list_json, ==, "{\"appointments\":[]}");
  g_assert_null (reason->reason);
  g_assert_null (empty->reason);
  g_assert_null (call_record_parse (&call_login_body, NULL, 0, &error));
  g_assert_cmpstr (call_error_get_field (error), ==, "email");
  g_clear_error (&error);
  g_assert_null (call_record_parse (&call_login_body, "[]", -1, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

/* A length that is given counts: what lies behind it is none of the text. */
static void
test_length (void)
{
  g_autoptr (GError) error = NULL;
  const char text[] = { '{', '}', 'x' };
  g_autofree char *copy = g_memdup2 (text, sizeof text - 1);
  g_autoptr (CallReasonBody) reason = call_record_parse (&call_reason_body, copy, 2, &error);

  g_assert_no_error (error);
  g_assert_nonnull (reason);
  g_assert_null (call_record_parse (&call_reason_body, text, 3, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

static void
test_bad_values (void)
{
  static const struct {
    const CallSchema *schema;
    const char *json;
    const char *field;
  } cases[] = {
    { &call_call_request_body, "{\"peerId\":\"a/../b\"}", "peerId" },
    { &call_call_request_body, "{\"peerId\":\"<script>\"}", "peerId" },
    { &call_call_leave_body, "{\"callId\":\"1\"}", "callId" },
    { &call_appointment_body,
      "{\"patientId\":\"" PATIENT_ID "\",\"doctorId\":\"" DOCTOR_ID
      "\",\"scheduledAt\":\"tomorrow\",\"durationMinutes\":30}",
      "scheduledAt" },
    { &call_appointment_body,
      "{\"patientId\":\"" PATIENT_ID "\",\"doctorId\":\"" DOCTOR_ID "\",\"scheduledAt\":\"" TIME
      "\",\"durationMinutes\":-30}",
      "durationMinutes" },
    { &call_appointment_body,
      "{\"patientId\":\"" PATIENT_ID "\",\"doctorId\":\"" DOCTOR_ID "\",\"scheduledAt\":\"" TIME
      "\",\"durationMinutes\":1e9}",
      "durationMinutes" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (call_record_parse (cases[i].schema, cases[i].json, -1, &error));
    g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
    g_assert_cmpstr (call_error_get_field (error), ==, cases[i].field);
  }
}

/* The waiting list has no names: they are the doctor's and the patient's. */
static void
test_waiting_names (void)
{
  g_autoptr (CallAppointment) appointment = call_dto_parse (&call_dto_appointment, APPOINTMENT_JSON,
                                                            -1, NULL);
  g_autoptr (CallParticipant) waiter = g_list_model_get_item (
      call_appointment_get_waiting (appointment), 0);

  g_assert_cmpstr (call_participant_get_name (waiter), ==, "José 😀");
}

static void
test_error_body (void)
{
  const char
      *json = "{\"error\":{\"code\":\"too_early\",\"message\":\"not yet\",\"opensAt\":\"" TIME
              "\",\"closesAt\":\"" TIME "\",\"opensAtLocal\":\"2026-03-02 11:00\","
              "\"timeZone\":\"America/Sao_Paulo\",\"status\":\"scheduled\","
              "\"reason\":\"inactive\",\"callId\":\"" CALL_ID "\"}}";
  g_autoptr (CallErrorBody) body = call_error_body_parse (json, -1);
  g_autoptr (GError) error = call_error_body_to_error (body, 403);
  g_autoptr (GError) copy = g_error_copy (error);
  g_autoptr (CallErrorBody) back = call_error_body_new_from_error (copy);
  g_autofree char *again = call_error_body_to_json (back);

  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_EARLY);
  g_assert_cmpstr (error->message, ==, "not yet");
  g_assert_cmpstr (again, ==, json);
}

static void
test_error_body_of_others (void)
{
  static const char *const cases[] = { "",   "<html>502 Bad Gateway</html>", "null",          "[]",
                                       "{}", "{\"error\":\"nope\"}",         "{\"error\":{}}" };
  g_autoptr (GError) unknown = NULL;
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "x");
  g_autoptr (CallErrorBody) newer = call_error_body_parse ("{\"error\":{\"code\":\"teapot\"}}", -1);
  g_autoptr (CallErrorBody) plain = call_error_body_new_from_error (foreign);
  g_autoptr (GError) bare = call_error_body_to_error (NULL, 503);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_null (call_error_body_parse (cases[i], -1));
  g_assert_null (call_error_body_parse (NULL, -1));
  /* A newer server's word: the status tells enough. */
  unknown = call_error_body_to_error (newer, 404);
  g_assert_error (unknown, CALL_ERROR, CALL_ERROR_NOT_FOUND);
  g_assert_error (bare, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
  g_assert_cmpstr (plain->code, ==, "internal");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/dto/models", test_models);
  g_test_add_func ("/wire/dto/waiting-names", test_waiting_names);
  g_test_add_func ("/wire/body/requests", test_requests);
  g_test_add_func ("/wire/body/answers", test_answers);
  g_test_add_func ("/wire/body/empty", test_empty);
  g_test_add_func ("/wire/body/length", test_length);
  g_test_add_func ("/wire/body/bad-values", test_bad_values);
  g_test_add_func ("/wire/error-body/round-trip", test_error_body);
  g_test_add_func ("/wire/error-body/of-others", test_error_body_of_others);
  return g_test_run ();
}
