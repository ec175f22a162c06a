/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-http"

#include "config.h"

#include "calld-routes.h"

#include "calld-resources.h"

#include "call-body-social.h"
#include "call-body.h"
#include "call-error.h"
#include "call-livekit-body.h"
#include "call-stats-body.h"

/*
 * Every address that is served over HTTP but the real-time ones, and what is to be known of it. The
 * documents of the API are written from this table, so a line says all of it: what
 * tests/daemon/http-documents.c misses, it names.
 */

#define MESSAGES_MAX 500

#define JSON "application/json"

#define R(code) CALLD_REFUSES (code)
/* Of an appointment that was named: it is not there, or other people's. */
#define R_APPOINTMENT (R (NOT_FOUND) | R (NOT_PARTICIPANT))
/* Of the access policy. */
#define R_POLICY \
  (R_APPOINTMENT | R (TOO_EARLY) | R (TOO_LATE) | R (WRONG_STATUS) | R (NOT_ELIGIBLE))
/* Of LiveKit, which is another server. */
#define R_LIVEKIT \
  (R (FORBIDDEN) | R (UNAVAILABLE) | R (TIMED_OUT) | R (PROTOCOL) | R (RATE_LIMITED))
#define R_GROUP (R (NOT_FOUND) | R (NOT_PARTICIPANT) | R (FORBIDDEN) | R (UNAVAILABLE))
#define R_MEMBER (R (NOT_FOUND) | R (NOT_PARTICIPANT) | R (FORBIDDEN) | R (TOO_LATE))
#define R_UPLOAD (R (TOO_LARGE) | R (UNAVAILABLE) | R (INVALID))
#define R_CALL (R_APPOINTMENT | R (WRONG_STATE))

static const CalldRouteParam appointments_query[] = {
  { "from", CALL_FIELD_TIME, .doc = "Those that begin at or after this time" },
  { "to", CALL_FIELD_TIME, .doc = "Those that begin before this time" },
  { "status", CALL_FIELD_ENUM, .values = call_appointment_status_get_type,
    .doc = "Those with one of these statuses" },
  { NULL },
};

static const CalldRouteParam groups_query[] = {
  { "before", CALL_FIELD_TIME, .doc = "Only those last talked in before" },
  { "limit", CALL_FIELD_INT, 1, 200, .doc = "How many at most; 200 if it is not said" },
  { NULL },
};
static const CalldRouteParam group_messages_query[] = {
  { "before", CALL_FIELD_INT, 1, G_MAXINT64, .doc = "Only messages with a smaller sequence" },
  { "after", CALL_FIELD_INT, 0, G_MAXINT64, .doc = "The first messages with a greater sequence" },
  { "limit", CALL_FIELD_INT, 1, MESSAGES_MAX, .doc = "How many at most; 100 if it is not said" },
  { NULL },
};
static const CalldRouteParam changes_query[] = {
  { "seq", CALL_FIELD_INT, 0, G_MAXINT64, .doc = "The last sequence the caller knows" },
  { "revision", CALL_FIELD_INT, 0, G_MAXINT64,
    .doc = "The last revision the caller knows; that of the message seq if it is not said" },
  { "limit", CALL_FIELD_INT, 1, MESSAGES_MAX, .doc = "How many at most; 100 if it is not said" },
  { NULL },
};
static const CalldRouteParam receipts_query[] = {
  { "behind", CALL_FIELD_INT, 1, G_MAXINT64,
    .doc = "Only those who have not read the message with this sequence" },
  { NULL },
};
static const CalldRouteParam messages_query[] = {
  { "before", CALL_FIELD_INT, 1, G_MAXINT64, .doc = "Messages with a smaller sequence number" },
  { "limit", CALL_FIELD_INT, 1, MESSAGES_MAX, .doc = "How many at most; 100 if it is not said" },
  { NULL },
};

static const CalldRouteParam search_query[] = {
  { "q", CALL_FIELD_STRING, 0, 256, .doc = "Words, in any case and without accents" },
  { "groupId", CALL_FIELD_ID, .doc = "Only in this conversation" },
  { "before", CALL_FIELD_TIME, .doc = "Messages from before this time" },
  { "limit", CALL_FIELD_INT, 1, 100, .doc = "How many at most; 20 if it is not said" },
  { NULL },
};

static const CalldRouteParam file_query[] = {
  { "link", CALL_FIELD_STRING, 0, 2048,
    .doc = "What /api/files/{id}/link gave, in place of a token" },
  { NULL },
};

static const CalldRoute routes[] = {
  /* --- pages and health ----------------------------------------------------------------------- */

  { "GET", "/", CALLD_ROUTE_OPEN, calld_resource_root, .tag = "Operation",
    .summary = "Name and version of the server", .answer = &call_root_answer },
  { "GET", "/join", CALLD_ROUTE_OPEN, calld_resource_join_page, .tag = "Pages",
    .summary = "The patient's page", .produces = "text/html" },
  { "GET", "/assets/{path}", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_asset,
    .tag = "Pages", .summary = "A part of a page, with an ETag", .produces = "*/*",
    .refusals = R (NOT_FOUND) },
  { "GET", "/health", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_health,
    .tag = "Operation", .summary = "How the server is; always 200 while it answers",
    .answer = &call_health_answer },
  { "GET", "/health/live", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_health_live,
    .tag = "Operation", .summary = "Whether the main loop turns", .answer = &call_health_answer },
  { "GET", "/health/ready", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_health_ready,
    .tag = "Operation", .summary = "Whether it should get requests; 503 with what failed if not",
    .answer = &call_health_answer, .refusals = R (UNAVAILABLE) },

  { "GET", "/swagger", CALLD_ROUTE_OPEN, calld_resource_swagger_page, .tag = "Pages",
    .summary = "The documents of the API, to read and to try", .produces = "text/html" },
  { "GET", "/swagger/{path}", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_swagger_part,
    .tag = "Pages", .summary = "A part of that page, with an ETag", .produces = "*/*",
    .refusals = R (NOT_FOUND) },
  { "GET", "/api/openapi.json", CALLD_ROUTE_OPEN, calld_resource_openapi, .tag = "Operation",
    .summary = "All addresses, as an OpenAPI 3.1 document", .produces = JSON },
  { "GET", "/api/asyncapi.json", CALLD_ROUTE_OPEN, calld_resource_asyncapi, .tag = "Operation",
    .summary = "All events over Socket.IO, as an AsyncAPI 3.0 document", .produces = JSON },
  { "GET", "/api/stats", CALLD_ROUTE_NONE, calld_resource_stats, .tag = "Operation",
    .summary = "How the server does: connections, throughput, latency, errors",
    .who = "an admin, a service", .answer = &call_stats_answer, .refusals = R (FORBIDDEN) },
  { "GET", "/metrics", CALLD_ROUTE_OPEN | CALLD_ROUTE_QUIET, calld_resource_metrics,
    .tag = "Operation", .summary = "All figures, for Prometheus",
    .who = "METRICS_TOKEN as bearer; without one, this machine", .produces = "text/plain",
    .refusals = R (UNAUTHORIZED) },

  /* --- signing in ----------------------------------------------------------------------------- */

  { "POST", "/api/auth/login", CALLD_ROUTE_OPEN, calld_resource_login, .tag = "Signing in",
    .summary = "Sign in with e-mail address and password", .body = &call_login_body,
    .answer = &call_login_answer, .refusals = R (BAD_CREDENTIALS) | R (RATE_LIMITED) },
  { "POST", "/api/auth/join", CALLD_ROUTE_OPEN, calld_resource_join, .tag = "Signing in",
    .summary = "Sign in with a join link, for its one appointment", .body = &call_join_body,
    .answer = &call_login_answer, .refusals = R (UNAUTHORIZED) | R (RATE_LIMITED) },
  { "GET", "/api/me", CALLD_ROUTE_NONE, calld_resource_me, .tag = "Signing in",
    .summary = "Who one is", .answer = &call_me_answer },
  { "GET", "/api/ice-servers", CALLD_ROUTE_NONE, calld_resource_ice_servers, .tag = "Calls",
    .summary = "STUN and TURN servers, with a credential for a limited time",
    .answer = &call_ice_answer },

  /* --- LiveKit ---------------------------------------------------------------------------------
   */

  { "POST", "/livekit/webhook", CALLD_ROUTE_OPEN, calld_resource_livekit_webhook, .tag = "LiveKit",
    .summary = "What LiveKit tells of rooms, tracks and egress",
    .who = "LiveKit, by the signature it puts into Authorization",
    .consumes = "application/webhook+json", .produces = "*/*",
    .refusals = R (UNAUTHORIZED) | R (INVALID) | R (UNAVAILABLE) },
  { "GET", "/api/egress", CALLD_ROUTE_NONE, calld_resource_egress_list, .tag = "LiveKit",
    .summary = "What LiveKit sends at present", .who = "an admin", .answer = &call_egresses_answer,
    .refusals = R_LIVEKIT },
  { "POST", "/api/egress", CALLD_ROUTE_NONE, calld_resource_egress_start, .tag = "LiveKit",
    .summary = "Ask LiveKit to send a track of a room", .who = "an admin",
    .body = &call_egress_body, .status = 201, .answer = &call_egress_answer,
    .refusals = R_LIVEKIT | R (NOT_FOUND) | R (WRONG_STATE) | R (CONFLICT) },
  { "POST", "/api/egress/stop", CALLD_ROUTE_NONE, calld_resource_egress_stop, .tag = "LiveKit",
    .summary = "Ask LiveKit to send a track no more", .who = "an admin",
    .body = &call_egress_stop_body, .status = 204, .refusals = R_LIVEKIT | R (WRONG_STATE) },

  /* --- appointments --------------------------------------------------------------------------- */

  { "GET", "/api/appointments", CALLD_ROUTE_NONE, calld_resource_appointments_list,
    .tag = "Appointments", .summary = "The caller's appointments by time, 500 at most",
    .query = appointments_query, .answer = &call_appointments_answer },
  { "POST", "/api/appointments", CALLD_ROUTE_NONE, calld_resource_appointments_create,
    .tag = "Appointments", .summary = "Make an appointment",
    .who = "a doctor for itself, an admin, a service", .body = &call_appointment_body,
    .status = 201, .answer = &call_appointment_answer,
    .refusals = R (FORBIDDEN) | R (NOT_FOUND) | R (CONFLICT) },
  { "GET", "/api/appointments/{id}", CALLD_ROUTE_NONE, calld_resource_appointments_show,
    .tag = "Appointments", .summary = "One appointment",
    .who = "its doctor, its patient, an admin, a service", .answer = &call_appointment_answer,
    .refusals = R_APPOINTMENT },
  { "POST", "/api/appointments/{id}/cancel", CALLD_ROUTE_NONE, calld_resource_appointments_cancel,
    .tag = "Appointments", .summary = "Cancel an appointment, and end its call",
    .who = "its doctor, its patient, an admin, a service", .body = &call_reason_body,
    .answer = &call_appointment_answer,
    .refusals = R_APPOINTMENT | R (WRONG_STATE) | R (CONFLICT) },
  { "POST", "/api/appointments/{id}/reschedule", CALLD_ROUTE_NONE,
    calld_resource_appointments_reschedule, .tag = "Appointments",
    .summary = "Move an appointment: answers with the new one", .body = &call_reschedule_body,
    .who = "its doctor, an admin, a service", .status = 201, .answer = &call_appointment_answer,
    .refusals = R_APPOINTMENT | R (FORBIDDEN) | R (WRONG_STATE) | R (CONFLICT) },
  { "POST", "/api/appointments/{id}/link", CALLD_ROUTE_NONE, calld_resource_appointments_link,
    .tag = "Appointments", .summary = "Make the patient's join link",
    .who = "its doctor, an admin, a service", .answer = &call_link_answer,
    .refusals = R_APPOINTMENT | R (FORBIDDEN) | R (WRONG_STATUS) | R (TOO_LATE) },
  { "GET", "/api/appointments/{id}/audit", CALLD_ROUTE_NONE, calld_resource_appointments_audit,
    .tag = "Appointments", .summary = "What happened, row by row of the audit chain",
    .who = "its doctor, an admin", .answer = &call_audit_answer,
    .refusals = R_APPOINTMENT | R (FORBIDDEN) },
  { "GET", "/api/appointments/{id}/consents", CALLD_ROUTE_NONE, calld_resource_consents_list,
    .tag = "Appointments", .summary = "What its people agreed to, and withdrew",
    .who = "its doctor, its patient, an admin", .answer = &call_consents_answer,
    .refusals = R_APPOINTMENT },
  { "POST", "/api/appointments/{id}/consents", CALLD_ROUTE_NONE, calld_resource_consents_give,
    .tag = "Appointments", .summary = "Agree to something, or withdraw it",
    .who = "its doctor, its patient", .body = &call_consent_body, .status = 201,
    .answer = &call_consent_answer, .refusals = R_APPOINTMENT },
  { "GET", "/api/appointments/{id}/messages", CALLD_ROUTE_NONE, calld_resource_messages_list,
    .tag = "Chat", .summary = "Messages of an appointment's conversation, by sequence",
    .who = "its doctor, its patient", .query = messages_query, .answer = &call_messages_answer,
    .refusals = R_APPOINTMENT },
  { "POST", "/api/appointments/{id}/messages", CALLD_ROUTE_NONE, calld_resource_messages_send,
    .tag = "Chat", .summary = "Say something; the same tempId again gives the same message",
    .who = "its doctor, its patient", .body = &call_message_body, .status = 201,
    .answer = &call_message_answer, .refusals = R_APPOINTMENT | R (NOT_FOUND) },

  /* --- calls ---------------------------------------------------------------------------------- */

  { "POST", "[/api]/appointments/{id}/call/request", CALLD_ROUTE_CALL, calld_resource_call_request,
    .tag = "Calls", .summary = "Call the other side", .who = "its doctor, its patient",
    .body = &call_call_request_body, .answer = &call_request_answer,
    .refusals = R_POLICY | R (BUSY) },
  { "POST", "[/api]/appointments/{id}/call/accept", CALLD_ROUTE_CALL, calld_resource_call_accept,
    .tag = "Calls", .summary = "Answer a call; the same user again gets the same answer",
    .who = "the one who is called", .body = &call_call_accept_body, .answer = &call_accept_answer,
    .refusals = R_POLICY | R_CALL | R (BUSY) | R (CONFLICT) },
  { "POST", "[/api]/appointments/{id}/call/cancel", CALLD_ROUTE_NONE, calld_resource_call_cancel,
    .tag = "Calls", .summary = "Give up a call that rings, or decline it",
    .who = "its doctor, its patient", .body = &call_call_cancel_body, .answer = &call_empty_answer,
    .refusals = R_CALL },
  { "POST", "[/api]/appointments/{id}/call/started", CALLD_ROUTE_NONE, calld_resource_call_started,
    .tag = "Calls", .summary = "Say that media flows", .who = "its doctor, its patient",
    .body = &call_call_started_body, .answer = &call_started_answer, .refusals = R_CALL },
  { "POST", "[/api]/appointments/{id}/call/rejoin", CALLD_ROUTE_NONE, calld_resource_call_rejoin,
    .tag = "Calls", .summary = "Ask for a new generation of media",
    .who = "its doctor, its patient", .body = &call_call_rejoin_body, .answer = &call_rejoin_answer,
    .refusals = R_POLICY | R_CALL | R (CONFLICT) },
  { "POST", "[/api]/appointments/{id}/call/leave", CALLD_ROUTE_NONE, calld_resource_call_leave,
    .tag = "Calls", .summary = "Leave a call; the visit goes on", .who = "its doctor, its patient",
    .body = &call_call_leave_body, .answer = &call_empty_answer, .refusals = R_CALL },
  { "POST", "[/api]/appointments/{id}/call/end", CALLD_ROUTE_NONE, calld_resource_call_end,
    .tag = "Calls", .summary = "End the visit; saying it again does no harm",
    .who = "its doctor, its patient", .body = &call_call_end_body, .answer = &call_end_answer,
    .refusals = R_CALL },

  /* --- chat: groups and people ---------------------------------------------------------------- */

  { "GET", "/api/chat/groups", CALLD_ROUTE_NONE, calld_resource_groups_list, .tag = "Chat",
    .summary = "The caller's conversations, the one talked in last first", .query = groups_query,
    .answer = &call_groups_answer, .refusals = R (NOT_PARTICIPANT) | R (UNAVAILABLE) },
  { "POST", "/api/chat/groups", CALLD_ROUTE_NONE, calld_resource_groups_create, .tag = "Chat",
    .summary = "Make a group, or the one conversation of two people",
    .who = "everybody but patients; a patient only a direct one with somebody who is none",
    .body = &call_group_body, .status = 201, .answer = &call_group_answer, .refusals = R_GROUP },
  { "GET", "/api/chat/groups/{id}", CALLD_ROUTE_NONE, calld_resource_groups_show, .tag = "Chat",
    .summary = "A conversation with its members", .who = "its members",
    .answer = &call_group_answer, .refusals = R_GROUP },
  { "PUT", "/api/chat/groups/{id}", CALLD_ROUTE_NONE, calld_resource_groups_update, .tag = "Chat",
    .summary = "Give a group a name, open it or close it", .who = "its admins",
    .body = &call_group_update_body, .status = 200, .answer = &call_group_answer,
    .refusals = R_GROUP },
  { "POST", "/api/chat/groups/{id}/members", CALLD_ROUTE_NONE, calld_resource_members_add,
    .tag = "Chat", .summary = "Take users into a group", .who = "its admins and moderators",
    .body = &call_members_body, .status = 200, .answer = &call_group_answer,
    .refusals = R_GROUP | R (CONFLICT) },
  { "PUT", "/api/chat/groups/{id}/members/{id}", CALLD_ROUTE_NONE, calld_resource_members_set_role,
    .tag = "Chat", .summary = "Give a member a role", .who = "its admins",
    .body = &call_member_role_body, .status = 200, .answer = &call_group_answer,
    .refusals = R_GROUP | R (CONFLICT) },
  { "DELETE", "/api/chat/groups/{id}/members/{id}", CALLD_ROUTE_NONE, calld_resource_members_remove,
    .tag = "Chat", .summary = "Put a member out of a group; oneself: leave it",
    .who = "its admins, its moderators, the member", .status = 200, .answer = &call_group_answer,
    .refusals = R_GROUP | R (CONFLICT) },
  { "GET", "/api/chat/groups/{id}/messages", CALLD_ROUTE_NONE, calld_resource_group_messages_list,
    .tag = "Chat", .summary = "Messages by sequence: the last ones, or those around a cursor",
    .who = "its members", .query = group_messages_query, .answer = &call_messages_answer,
    .refusals = R_GROUP },
  { "POST", "/api/chat/groups/{id}/messages", CALLD_ROUTE_NONE, calld_resource_group_messages_send,
    .tag = "Chat", .summary = "Say something", .who = "its members", .body = &call_message_body,
    .status = 201, .answer = &call_message_answer, .refusals = R_GROUP },
  { "GET", "/api/chat/groups/{id}/changes", CALLD_ROUTE_NONE, calld_resource_group_changes,
    .tag = "Chat",
    .summary = "What was missed: changed messages by revision, then new ones by sequence",
    .who = "its members", .query = changes_query, .answer = &call_missed_answer,
    .refusals = R_GROUP },
  { "GET", "/api/chat/groups/{id}/receipts", CALLD_ROUTE_NONE, calld_resource_group_receipts,
    .tag = "Chat", .summary = "How far the others have got and read", .who = "its members",
    .query = receipts_query, .answer = &call_receipts_answer, .refusals = R_GROUP },
  { "PUT", "/api/chat/messages/{id}", CALLD_ROUTE_NONE, calld_resource_message_edit, .tag = "Chat",
    .summary = "Change the text of a message", .who = "its author", .body = &call_edit_body,
    .status = 200, .answer = &call_message_answer, .refusals = R_GROUP | R (WRONG_STATE) },
  { "DELETE", "/api/chat/messages/{id}", CALLD_ROUTE_NONE, calld_resource_message_delete,
    .tag = "Chat", .summary = "Delete a message", .who = "its author, admins and moderators",
    .status = 200, .answer = &call_message_answer, .refusals = R_GROUP | R (WRONG_STATE) },
  { "POST", "/api/chat/messages/{id}/recall", CALLD_ROUTE_NONE, calld_resource_message_recall,
    .tag = "Chat", .summary = "Take a message back, soon after it was sent", .who = "its author",
    .status = 200, .answer = &call_message_answer,
    .refusals = R_GROUP | R (WRONG_STATE) | R (TOO_LATE) },
  { "POST", "/api/chat/delivered", CALLD_ROUTE_NONE, calld_resource_mark_delivered, .tag = "Chat",
    .summary = "Say that messages arrived", .body = &call_mark_body, .answer = &call_empty_answer,
    .refusals = R_GROUP },
  { "POST", "/api/chat/read", CALLD_ROUTE_NONE, calld_resource_mark_read, .tag = "Chat",
    .summary = "Say that messages were read", .body = &call_mark_body, .answer = &call_empty_answer,
    .refusals = R_GROUP },

  /* --- chat: search, webhooks, push ----------------------------------------------------------- */

  { "GET", "/api/chat/search", CALLD_ROUTE_NONE, calld_resource_search, .tag = "Chat",
    .summary = "Messages with these words, the newest first; without groupId those of groups and "
               "direct conversations",
    .query = search_query, .answer = &call_messages_answer, .refusals = R_GROUP },

  { "GET", "/api/chat/groups/{id}/online", CALLD_ROUTE_NONE, calld_resource_online_list,
    .tag = "Chat", .summary = "Who of a conversation is there", .who = "a member",
    .answer = &call_online_answer,
    .refusals = R (NOT_FOUND) | R (NOT_PARTICIPANT) | R (FORBIDDEN) },
  { "GET", "/api/admin/webhooks", CALLD_ROUTE_NONE, calld_resource_webhooks_list, .tag = "Webhooks",
    .summary = "All webhooks", .who = "an admin", .answer = &call_webhooks_answer,
    .refusals = R (FORBIDDEN) },
  { "POST", "/api/admin/webhooks", CALLD_ROUTE_NONE, calld_resource_webhooks_add, .tag = "Webhooks",
    .summary = "Add a webhook; the answer tells its secret, once", .who = "an admin",
    .body = &call_webhook_body, .status = 201, .answer = &call_webhook_answer,
    .refusals = R (FORBIDDEN) | R (NOT_FOUND) | R (CONFLICT) },
  { "DELETE", "/api/admin/webhooks/{id}", CALLD_ROUTE_NONE, calld_resource_webhooks_remove,
    .tag = "Webhooks", .summary = "Remove a webhook and what waits for it", .who = "an admin",
    .answer = &call_empty_answer, .refusals = R (FORBIDDEN) | R (NOT_FOUND) },
  { "POST", "/api/admin/webhooks/{id}/test", CALLD_ROUTE_NONE, calld_resource_webhooks_test,
    .tag = "Webhooks", .summary = "Send a ping, and switch the webhook on again", .who = "an admin",
    .answer = &call_empty_answer, .refusals = R (FORBIDDEN) | R (NOT_FOUND) },
  { "POST", "/api/admin/bots", CALLD_ROUTE_NONE, calld_resource_bots_add, .tag = "Webhooks",
    .summary = "Make a bot, a member of these groups; the answer tells its token, once",
    .who = "an admin", .body = &call_bot_body, .status = 201, .answer = &call_bot_answer,
    .refusals = R (FORBIDDEN) | R (NOT_FOUND) | R (CONFLICT) },
  { "POST", "/api/push/subscriptions", CALLD_ROUTE_NONE, calld_resource_push_subscribe,
    .tag = "Push", .summary = "Have a device woken; the same endpoint again takes the new keys",
    .body = &call_push_body, .status = 201, .answer = &call_push_answer,
    .refusals = R (NOT_FOUND) },
  { "DELETE", "/api/push/subscriptions/{id}", CALLD_ROUTE_NONE, calld_resource_push_unsubscribe,
    .tag = "Push", .summary = "Leave a device alone", .answer = &call_empty_answer },

  /* --- files ---------------------------------------------------------------------------------- */

  { "POST", "/api/uploads", CALLD_ROUTE_STREAM, calld_resource_uploads_create, .tag = "Files",
    .summary = "Announce a file (tus 1.0.0), perhaps with its first bytes",
    .who = "members of the conversation", .consumes = "application/offset+octet-stream",
    .status = 201, .refusals = R_UPLOAD | R_MEMBER },
  { "HEAD", "/api/uploads/{id}", CALLD_ROUTE_QUIET, calld_resource_uploads_show, .tag = "Files",
    .summary = "How much of a file has come", .who = "who announced it",
    .refusals = R (NOT_FOUND) },
  { "PATCH", "/api/uploads/{id}", CALLD_ROUTE_STREAM, calld_resource_uploads_append, .tag = "Files",
    .summary = "Send the next bytes of a file; with the last it becomes a message",
    .who = "who announced it", .consumes = "application/offset+octet-stream", .status = 204,
    .refusals = R_UPLOAD | R (NOT_FOUND) | R (CONFLICT) },
  { "DELETE", "/api/uploads/{id}", CALLD_ROUTE_NONE, calld_resource_uploads_remove, .tag = "Files",
    .summary = "Give an upload up", .who = "who announced it", .status = 204,
    .refusals = R (NOT_FOUND) | R (CONFLICT) },
  { "GET", "/api/files/{id}", CALLD_ROUTE_LINK, calld_resource_file, .tag = "Files",
    .summary = "What is in a file, or a range of it", .who = "members of the conversation",
    .query = file_query, .produces = "*/*", .refusals = R_MEMBER },
  { "GET", "/api/files/{id}/link", CALLD_ROUTE_NONE, calld_resource_file_link, .tag = "Files",
    .summary = "An address of a file that is good for five minutes without a token",
    .who = "members of the conversation", .answer = &call_link_answer, .refusals = R_MEMBER },
};

/**
 * calld_routes_get:
 * @n_routes: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_routes): the table of routes
 */
const CalldRoute *
calld_routes_get (gsize *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}
