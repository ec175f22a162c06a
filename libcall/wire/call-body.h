/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-dto.h"
#include "call-enums.h"

G_BEGIN_DECLS

/*
 * The bodies of the REST requests and answers of docs/protocol.md, one struct each. Use them with
 * their schema:
 *
 *   g_autoptr (CallLoginBody) body = call_record_parse (&call_login_body, text, length, &error);
 *
 *   g_autoptr (CallLoginAnswer) answer = call_record_new (&call_login_answer);
 *   answer->token = g_steal_pointer (&token);
 *   g_autofree char *json = call_record_to_json (answer);
 *
 * Strings, objects and arrays in a record are owned by it. Times are milliseconds since 1970.
 */

/* --- requests --------------------------------------------------------------------------------- */

/* POST /api/auth/login */
typedef struct {
  CallRecord record;
  char *email;
  char *password;
} CallLoginBody;
extern const CallSchema call_login_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallLoginBody, call_record_unref)

/* POST /api/auth/join */
typedef struct {
  CallRecord record;
  char *link;
} CallJoinBody;
extern const CallSchema call_join_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallJoinBody, call_record_unref)

/* POST /api/appointments */
typedef struct {
  CallRecord record;
  char *patient_id;
  char *doctor_id;
  gint64 scheduled_at_ms;
  guint duration_minutes;
} CallAppointmentBody;
extern const CallSchema call_appointment_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallAppointmentBody, call_record_unref)

/* POST /api/appointments/{id}/reschedule; duration_minutes 0 keeps it as it was */
typedef struct {
  CallRecord record;
  gint64 scheduled_at_ms;
  guint duration_minutes;
} CallRescheduleBody;
extern const CallSchema call_reschedule_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRescheduleBody, call_record_unref)

/* POST /api/appointments/{id}/cancel */
typedef struct {
  CallRecord record;
  char *reason;
} CallReasonBody;
extern const CallSchema call_reason_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallReasonBody, call_record_unref)

/* POST /api/appointments/{id}/messages */
typedef struct {
  CallRecord record;
  char *content;
  int kind;
  char *reply_to_id;
  char *temp_id;
} CallMessageBody;
extern const CallSchema call_message_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMessageBody, call_record_unref)

/* POST /api/chat/groups; kind: a CallGroupKind, group if it is not said */
typedef struct {
  CallRecord record;
  int kind;
  char *name;
  gboolean open;
  char **member_ids;
  char *temp_id;
} CallGroupBody;
extern const CallSchema call_group_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallGroupBody, call_record_unref)

/* PUT /api/chat/groups/{id} */
typedef struct {
  CallRecord record;
  char *name;
  gboolean open;
} CallGroupUpdateBody;
extern const CallSchema call_group_update_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallGroupUpdateBody, call_record_unref)

/* POST /api/chat/groups/{id}/members */
typedef struct {
  CallRecord record;
  char **user_ids;
} CallMembersBody;
extern const CallSchema call_members_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMembersBody, call_record_unref)

/* PUT /api/chat/groups/{id}/members/{user}; role: a CallGroupRole */
typedef struct {
  CallRecord record;
  int role;
} CallMemberRoleBody;
extern const CallSchema call_member_role_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMemberRoleBody, call_record_unref)

/* PUT /api/chat/messages/{id} */
typedef struct {
  CallRecord record;
  char *content;
} CallEditBody;
extern const CallSchema call_edit_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallEditBody, call_record_unref)

/* POST /api/chat/{delivered,read} */
typedef struct {
  CallRecord record;
  char **message_ids;
} CallMarkBody;
extern const CallSchema call_mark_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMarkBody, call_record_unref)

/* POST /appointments/{id}/call/{request,accept,cancel,started,rejoin,leave,end}: the members the
 * action needs are required by its schema, the others stay NULL or 0 */
typedef struct {
  CallRecord record;
  char *call_id;
  char *peer_id;
  guint generation;
  char *reason;
} CallCallBody;
extern const CallSchema call_call_request_body;
extern const CallSchema call_call_accept_body;
extern const CallSchema call_call_cancel_body;
extern const CallSchema call_call_started_body;
extern const CallSchema call_call_rejoin_body;
extern const CallSchema call_call_leave_body;
extern const CallSchema call_call_end_body;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallCallBody, call_record_unref)

/* --- answers ---------------------------------------------------------------------------------- */

/* POST /api/auth/login and /api/auth/join (with an appointment) */
typedef struct {
  CallRecord record;
  char *token;
  gint64 expires_at_ms;
  CallUser *user;
  CallAppointment *appointment;
} CallLoginAnswer;
extern const CallSchema call_login_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallLoginAnswer, call_record_unref)

/* GET /api/me */
typedef struct {
  CallRecord record;
  CallUser *user;
} CallMeAnswer;
extern const CallSchema call_me_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMeAnswer, call_record_unref)

/* GET /api/ice-servers; (element-type CallIceServer) */
typedef struct {
  CallRecord record;
  GPtrArray *ice_servers;
  guint ttl_seconds;
} CallIceAnswer;
extern const CallSchema call_ice_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallIceAnswer, call_record_unref)

/* GET /api/appointments; (element-type CallAppointment) */
typedef struct {
  CallRecord record;
  GPtrArray *appointments;
} CallAppointmentsAnswer;
extern const CallSchema call_appointments_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallAppointmentsAnswer, call_record_unref)

/* One appointment: created, shown, cancelled, rescheduled */
typedef struct {
  CallRecord record;
  CallAppointment *appointment;
} CallAppointmentAnswer;
extern const CallSchema call_appointment_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallAppointmentAnswer, call_record_unref)

/* POST /api/appointments/{id}/link */
typedef struct {
  CallRecord record;
  char *url;
  gint64 expires_at_ms;
} CallLinkAnswer;
extern const CallSchema call_link_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallLinkAnswer, call_record_unref)

/* GET /api/appointments/{id}/audit; (element-type CallAuditEvent) */
typedef struct {
  CallRecord record;
  GPtrArray *events;
} CallAuditAnswer;
extern const CallSchema call_audit_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallAuditAnswer, call_record_unref)

/* GET /api/appointments/{id}/messages; (element-type CallMessage) */
typedef struct {
  CallRecord record;
  GPtrArray *messages;
} CallMessagesAnswer;
extern const CallSchema call_messages_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMessagesAnswer, call_record_unref)

/* POST /api/appointments/{id}/messages */
typedef struct {
  CallRecord record;
  CallMessage *message;
} CallMessageAnswer;
extern const CallSchema call_message_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMessageAnswer, call_record_unref)

/* GET /api/chat/groups; (element-type CallGroup) */
typedef struct {
  CallRecord record;
  GPtrArray *groups;
} CallGroupsAnswer;
extern const CallSchema call_groups_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallGroupsAnswer, call_record_unref)

/* One group: made, shown, changed */
typedef struct {
  CallRecord record;
  CallGroup *group;
} CallGroupAnswer;
extern const CallSchema call_group_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallGroupAnswer, call_record_unref)

/* GET /api/chat/groups/{id}/changes; (element-type CallMessage) */
typedef struct {
  CallRecord record;
  GPtrArray *messages;
  gint64 seq;
  gint64 revision;
  gboolean more;
} CallMissedAnswer;
extern const CallSchema call_missed_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallMissedAnswer, call_record_unref)

/* GET /api/chat/groups/{id}/receipts; (element-type CallGroupMember) */
typedef struct {
  CallRecord record;
  GPtrArray *receipts;
} CallReceiptsAnswer;
extern const CallSchema call_receipts_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallReceiptsAnswer, call_record_unref)

/* …/call/request */
typedef struct {
  CallRecord record;
  char *call_id;
  char *appointment_id;
  guint generation;
  char *callee_id;
} CallRequestAnswer;
extern const CallSchema call_request_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRequestAnswer, call_record_unref)

/* …/call/accept; peer_id is the caller's */
typedef struct {
  CallRecord record;
  char *call_id;
  char *peer_id;
  guint generation;
} CallAcceptAnswer;
extern const CallSchema call_accept_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallAcceptAnswer, call_record_unref)

/* …/call/started */
typedef struct {
  CallRecord record;
  gint64 started_at_ms;
} CallStartedAnswer;
extern const CallSchema call_started_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallStartedAnswer, call_record_unref)

/* …/call/rejoin; peers: user id to peer id */
typedef struct {
  CallRecord record;
  char *call_id;
  guint generation;
  GHashTable *peers;
  gboolean offer;
} CallRejoinAnswer;
extern const CallSchema call_rejoin_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRejoinAnswer, call_record_unref)

/* …/call/end */
typedef struct {
  CallRecord record;
  gint64 duration_seconds;
  int status;
} CallEndAnswer;
extern const CallSchema call_end_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallEndAnswer, call_record_unref)

/* …/call/cancel and …/call/leave */
typedef struct {
  CallRecord record;
} CallEmptyAnswer;
extern const CallSchema call_empty_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallEmptyAnswer, call_record_unref)

/* GET / */
typedef struct {
  CallRecord record;
  char *name;
  char *version;
  char *status;
} CallRootAnswer;
extern const CallSchema call_root_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallRootAnswer, call_record_unref)

/* GET /health; checks: name of a part to "ok" or what is wrong with it */
typedef struct {
  CallRecord record;
  char *status;
  gboolean live;
  gboolean ready;
  GHashTable *checks;
  gint64 uptime_seconds;
  char *version;
} CallHealthAnswer;
extern const CallSchema call_health_answer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallHealthAnswer, call_record_unref)

G_END_DECLS
