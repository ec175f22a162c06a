/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-body.h"

#include "call-request.h"

/* Longer visits, passwords and so on are nobody's. */
#define DURATION_MAX (24 * 60)
#define EMAIL_MAX 320
#define PASSWORD_MAX 1024
#define TOKEN_MAX 8192
#define TEMP_ID_MAX 128

#define MODEL(Struct, name, member, flags, codec) \
  CALL_MEMBER (Struct, name, member, MODEL, flags, 0, &codec)
#define MODELS(Struct, name, member, codec) \
  CALL_MEMBER (Struct, name, member, MODEL_LIST, CALL_FIELD_NEEDED, 0, &codec)

/* --- requests --------------------------------------------------------------------------------- */

static const CallField login_fields[] = {
  CALL_MEMBER (CallLoginBody, "email", email, STRING, CALL_FIELD_NEEDED, EMAIL_MAX, NULL),
  CALL_MEMBER (CallLoginBody, "password", password, STRING, CALL_FIELD_SECRET, PASSWORD_MAX, NULL),
};
const CallSchema call_login_body = CALL_SCHEMA (CallLoginBody, login_fields);

static const CallField join_fields[] = {
  CALL_MEMBER (CallJoinBody, "link", link, STRING, CALL_FIELD_SECRET, TOKEN_MAX, NULL),
};
const CallSchema call_join_body = CALL_SCHEMA (CallJoinBody, join_fields);

static const CallField appointment_fields[] = {
  CALL_NEEDED (CallAppointmentBody, "patientId", patient_id, ID),
  CALL_NEEDED (CallAppointmentBody, "doctorId", doctor_id, ID),
  CALL_NEEDED (CallAppointmentBody, "scheduledAt", scheduled_at_ms, TIME),
  CALL_MEMBER (CallAppointmentBody,
               "durationMinutes",
               duration_minutes,
               UINT,
               CALL_FIELD_NEEDED,
               DURATION_MAX,
               NULL),
};
const CallSchema call_appointment_body = CALL_SCHEMA (CallAppointmentBody, appointment_fields);

static const CallField reschedule_fields[] = {
  CALL_NEEDED (CallRescheduleBody, "scheduledAt", scheduled_at_ms, TIME),
  CALL_MEMBER (CallRescheduleBody,
               "durationMinutes",
               duration_minutes,
               UINT,
               CALL_FIELD_MAYBE,
               DURATION_MAX,
               NULL),
};
const CallSchema call_reschedule_body = CALL_SCHEMA (CallRescheduleBody, reschedule_fields);

static const CallField reason_fields[] = {
  CALL_MAYBE (CallReasonBody, "reason", reason, STRING),
};
const CallSchema call_reason_body = CALL_SCHEMA (CallReasonBody, reason_fields);

static const CallField message_fields[] = {
  CALL_MEMBER (CallMessageBody,
               "content",
               content,
               STRING,
               CALL_FIELD_NEEDED,
               CALL_REQUEST_CONTENT_MAX,
               NULL),
  CALL_MEMBER (CallMessageBody,
               "type",
               kind,
               ENUM,
               CALL_FIELD_MAYBE,
               0,
               call_message_kind_get_type),
  CALL_MAYBE (CallMessageBody, "replyToId", reply_to_id, ID),
  CALL_MEMBER (CallMessageBody, "tempId", temp_id, STRING, CALL_FIELD_MAYBE, TEMP_ID_MAX, NULL),
};
const CallSchema call_message_body = CALL_SCHEMA (CallMessageBody, message_fields);

static const CallField call_fields[] = {
  CALL_MAYBE (CallCallBody, "callId", call_id, ID),
  CALL_MAYBE (CallCallBody, "peerId", peer_id, PEER_ID),
  CALL_MAYBE (CallCallBody, "generation", generation, UINT),
  CALL_MAYBE (CallCallBody, "reason", reason, STRING),
};
static const CallSchema call_whole = CALL_SCHEMA (CallCallBody, call_fields);

#define CALL_BODY(fields)                                             \
  {                                                                   \
    sizeof (CallCallBody), fields, G_N_ELEMENTS (fields), &call_whole \
  }

static const CallField call_request_fields[] = {
  CALL_NEEDED (CallCallBody, "peerId", peer_id, PEER_ID),
};
const CallSchema call_call_request_body = CALL_BODY (call_request_fields);

static const CallField call_accept_fields[] = {
  CALL_NEEDED (CallCallBody, "callId", call_id, ID),
  CALL_NEEDED (CallCallBody, "peerId", peer_id, PEER_ID),
};
const CallSchema call_call_accept_body = CALL_BODY (call_accept_fields);

static const CallField call_reason_fields[] = {
  CALL_NEEDED (CallCallBody, "callId", call_id, ID),
  CALL_MAYBE (CallCallBody, "reason", reason, STRING),
};
const CallSchema call_call_cancel_body = CALL_BODY (call_reason_fields);
const CallSchema call_call_end_body = CALL_BODY (call_reason_fields);

static const CallField call_id_fields[] = {
  CALL_NEEDED (CallCallBody, "callId", call_id, ID),
};
const CallSchema call_call_started_body = CALL_BODY (call_id_fields);
const CallSchema call_call_leave_body = CALL_BODY (call_id_fields);

static const CallField call_rejoin_fields[] = {
  CALL_NEEDED (CallCallBody, "callId", call_id, ID),
  CALL_NEEDED (CallCallBody, "peerId", peer_id, PEER_ID),
  CALL_NEEDED (CallCallBody, "generation", generation, UINT),
};
const CallSchema call_call_rejoin_body = CALL_BODY (call_rejoin_fields);

/* --- answers ---------------------------------------------------------------------------------- */

static const CallField login_answer_fields[] = {
  CALL_MEMBER (CallLoginAnswer, "token", token, STRING, CALL_FIELD_SECRET, TOKEN_MAX, NULL),
  CALL_NEEDED (CallLoginAnswer, "expiresAt", expires_at_ms, TIME),
  MODEL (CallLoginAnswer, "user", user, CALL_FIELD_NEEDED, call_dto_user),
  MODEL (CallLoginAnswer, "appointment", appointment, CALL_FIELD_MAYBE, call_dto_appointment),
};
const CallSchema call_login_answer = CALL_SCHEMA (CallLoginAnswer, login_answer_fields);

static const CallField me_answer_fields[] = {
  MODEL (CallMeAnswer, "user", user, CALL_FIELD_NEEDED, call_dto_user),
};
const CallSchema call_me_answer = CALL_SCHEMA (CallMeAnswer, me_answer_fields);

static const CallField ice_answer_fields[] = {
  MODELS (CallIceAnswer, "iceServers", ice_servers, call_dto_ice_server),
  CALL_NEEDED (CallIceAnswer, "ttl", ttl_seconds, UINT),
};
const CallSchema call_ice_answer = CALL_SCHEMA (CallIceAnswer, ice_answer_fields);

static const CallField appointments_answer_fields[] = {
  MODELS (CallAppointmentsAnswer, "appointments", appointments, call_dto_appointment),
};
const CallSchema call_appointments_answer = CALL_SCHEMA (CallAppointmentsAnswer,
                                                         appointments_answer_fields);

static const CallField appointment_answer_fields[] = {
  MODEL (CallAppointmentAnswer,
         "appointment",
         appointment,
         CALL_FIELD_NEEDED,
         call_dto_appointment),
};
const CallSchema call_appointment_answer = CALL_SCHEMA (CallAppointmentAnswer,
                                                        appointment_answer_fields);

static const CallField link_answer_fields[] = {
  CALL_MEMBER (CallLinkAnswer, "url", url, STRING, CALL_FIELD_SECRET, 2 * TOKEN_MAX, NULL),
  CALL_NEEDED (CallLinkAnswer, "expiresAt", expires_at_ms, TIME),
};
const CallSchema call_link_answer = CALL_SCHEMA (CallLinkAnswer, link_answer_fields);

static const CallField audit_answer_fields[] = {
  MODELS (CallAuditAnswer, "events", events, call_dto_audit_event),
};
const CallSchema call_audit_answer = CALL_SCHEMA (CallAuditAnswer, audit_answer_fields);

static const CallField messages_answer_fields[] = {
  MODELS (CallMessagesAnswer, "messages", messages, call_dto_message),
};
const CallSchema call_messages_answer = CALL_SCHEMA (CallMessagesAnswer, messages_answer_fields);

static const CallField message_answer_fields[] = {
  MODEL (CallMessageAnswer, "message", message, CALL_FIELD_NEEDED, call_dto_message),
};
const CallSchema call_message_answer = CALL_SCHEMA (CallMessageAnswer, message_answer_fields);

static const CallField request_answer_fields[] = {
  CALL_NEEDED (CallRequestAnswer, "callId", call_id, ID),
  CALL_NEEDED (CallRequestAnswer, "appointmentId", appointment_id, ID),
  CALL_NEEDED (CallRequestAnswer, "generation", generation, UINT),
  CALL_NEEDED (CallRequestAnswer, "calleeId", callee_id, ID),
};
const CallSchema call_request_answer = CALL_SCHEMA (CallRequestAnswer, request_answer_fields);

static const CallField accept_answer_fields[] = {
  CALL_NEEDED (CallAcceptAnswer, "callId", call_id, ID),
  CALL_NEEDED (CallAcceptAnswer, "peerId", peer_id, PEER_ID),
  CALL_NEEDED (CallAcceptAnswer, "generation", generation, UINT),
};
const CallSchema call_accept_answer = CALL_SCHEMA (CallAcceptAnswer, accept_answer_fields);

static const CallField started_answer_fields[] = {
  CALL_NEEDED (CallStartedAnswer, "startedAt", started_at_ms, TIME),
};
const CallSchema call_started_answer = CALL_SCHEMA (CallStartedAnswer, started_answer_fields);

static const CallField rejoin_answer_fields[] = {
  CALL_NEEDED (CallRejoinAnswer, "callId", call_id, ID),
  CALL_NEEDED (CallRejoinAnswer, "generation", generation, UINT),
  CALL_NEEDED (CallRejoinAnswer, "peers", peers, MAP),
  CALL_NEEDED (CallRejoinAnswer, "offer", offer, BOOL),
};
const CallSchema call_rejoin_answer = CALL_SCHEMA (CallRejoinAnswer, rejoin_answer_fields);

static const CallField end_answer_fields[] = {
  CALL_NEEDED (CallEndAnswer, "duration", duration_seconds, INT),
  CALL_MEMBER (CallEndAnswer,
               "status",
               status,
               ENUM,
               CALL_FIELD_MAYBE,
               0,
               call_appointment_status_get_type),
};
const CallSchema call_end_answer = CALL_SCHEMA (CallEndAnswer, end_answer_fields);

const CallSchema call_empty_answer = { sizeof (CallEmptyAnswer), NULL, 0, NULL };

static const CallField root_answer_fields[] = {
  CALL_NEEDED (CallRootAnswer, "name", name, STRING),
  CALL_NEEDED (CallRootAnswer, "version", version, STRING),
  CALL_NEEDED (CallRootAnswer, "status", status, STRING),
};
const CallSchema call_root_answer = CALL_SCHEMA (CallRootAnswer, root_answer_fields);

static const CallField health_answer_fields[] = {
  CALL_NEEDED (CallHealthAnswer, "status", status, STRING),
  CALL_NEEDED (CallHealthAnswer, "live", live, BOOL),
  CALL_NEEDED (CallHealthAnswer, "ready", ready, BOOL),
  CALL_NEEDED (CallHealthAnswer, "checks", checks, MAP),
  CALL_NEEDED (CallHealthAnswer, "uptime", uptime_seconds, INT),
  CALL_NEEDED (CallHealthAnswer, "version", version, STRING),
};
const CallSchema call_health_answer = CALL_SCHEMA (CallHealthAnswer, health_answer_fields);
