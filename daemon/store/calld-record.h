/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-file-record.h"
#include "calld-record-social.h"

#include "call-enums.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The rows of the database as typed values. Times are milliseconds since 1970 in UTC, 0 for never.
 * Ids are UUIDs. A record owns its strings; whoever owns the record may replace them. A record that
 * a store gives out belongs to the caller.
 */

/**
 * CalldUserRecord:
 * @id: made by calld_user_record_new()
 * @name: for display
 * @email: (nullable): unique, compared without case; %NULL cannot sign in with a password
 * @role: what the user may do
 * @time_zone: IANA name
 * @password_hash: (nullable): as crypto_pwhash_str() makes it
 * @active: whether the user may sign in, and a doctor may consult
 * @licence_number: (nullable): of a doctor
 * @licence_expires_at: end of the licence, 0 for no end known
 * @created_at: when it was added
 */
typedef struct {
  char *id;
  char *name;
  char *email;
  CallRole role;
  char *time_zone;
  char *password_hash;
  gboolean active;
  char *licence_number;
  gint64 licence_expires_at;
  gint64 created_at;
} CalldUserRecord;

/**
 * CalldAppointmentRecord:
 * @id: made by calld_appointment_record_new()
 * @status: where it stands
 * @scheduled_at: when it begins
 * @duration_minutes: how long
 * @doctor_id: its doctor
 * @doctor_name: read only: taken from the user
 * @patient_id: its patient
 * @patient_name: read only: taken from the user
 * @conversation_id: its chat; made by calld_appointment_record_new()
 * @started_at: first media, 0 before
 * @ended_at: end of the visit, 0 before
 * @rescheduled_to: (nullable): the appointment that replaced it
 * @missing: (nullable): "doctor", "patient" or "both" of a no_show
 * @metadata: (nullable): a JSON object, opaque to the store
 * @created_at: when it was added
 */
typedef struct {
  char *id;
  CallAppointmentStatus status;
  gint64 scheduled_at;
  guint duration_minutes;
  char *doctor_id;
  char *doctor_name;
  char *patient_id;
  char *patient_name;
  char *conversation_id;
  gint64 started_at;
  gint64 ended_at;
  char *rescheduled_to;
  char *missing;
  char *metadata;
  gint64 created_at;
} CalldAppointmentRecord;

/**
 * CalldCallState:
 *
 * Where a call stands on the server: "ringing", "accepted", "active" (media flowed), "ended".
 */
typedef enum {
  CALLD_CALL_RINGING,
  CALLD_CALL_ACCEPTED,
  CALLD_CALL_ACTIVE,
  CALLD_CALL_ENDED,
} CalldCallState;

#define CALLD_TYPE_CALL_STATE (calld_call_state_get_type ())
GType calld_call_state_get_type (void) G_GNUC_CONST;

/**
 * CalldCallSide:
 *
 * Index into the parties of a call.
 */
typedef enum {
  CALLD_SIDE_CALLER,
  CALLD_SIDE_CALLEE,
} CalldCallSide;

/**
 * CalldCallParty:
 * @user_id: who
 * @peer_id: (nullable): where its media is signalled
 * @joined_at: when it entered, 0 before
 * @left_at: when it left, 0 while it is in
 * @alive_at: when it last said that media came in, 0 for never
 */
typedef struct {
  char *user_id;
  char *peer_id;
  gint64 joined_at;
  gint64 left_at;
  gint64 alive_at;
} CalldCallParty;

/**
 * CalldCallRecord:
 * @id: made by calld_call_record_new()
 * @appointment_id: whose call it is
 * @state: where it stands
 * @generation: number of the peer connection, from 1
 * @parties: caller and callee, see #CalldCallSide
 * @requested_at: when it began to ring
 * @accepted_at: when it was answered, 0 before
 * @started_at: first media, 0 before
 * @ended_at: the end, 0 before
 * @end_reason: why it ended
 */
typedef struct {
  char *id;
  char *appointment_id;
  CalldCallState state;
  guint generation;
  CalldCallParty parties[2];
  gint64 requested_at;
  gint64 accepted_at;
  gint64 started_at;
  gint64 ended_at;
  CallEndReason end_reason;
} CalldCallRecord;

typedef struct _CalldMessageRecord CalldMessageRecord;

/**
 * CalldMessageRecord:
 * @id: made by calld_message_record_new()
 * @conversation_id: where it was said
 * @seq: place in the conversation from 1, given by the store
 * @sender_id: who said it
 * @sender_name: read only: taken from the user
 * @content: what was said
 * @kind: what it is
 * @reply_to_id: (nullable): the message it answers
 * @temp_id: (nullable): the sender's own id: the same one again gives the same message
 * @created_at: when
 * @status: read only: the least advanced of the receivers'
 * @file: (nullable): what it carries; only its id is written with it
 * @revision: read only: the change of the conversation that made it what it is
 * @edited_at: read only: when it was last edited, 0 for never
 * @deleted_at: read only: when it was deleted, 0 for never; @content is empty then
 * @deleted_by: (nullable): read only: by whom
 * @recalled_at: read only: when it was taken back, 0 for never; @content is empty then
 * @quote: (nullable): read only: the beginning of the message it answers
 */
struct _CalldMessageRecord {
  char *id;
  char *conversation_id;
  guint64 seq;
  char *sender_id;
  char *sender_name;
  char *content;
  CallMessageKind kind;
  char *reply_to_id;
  char *temp_id;
  gint64 created_at;
  CallMessageStatus status;
  guint64 revision;
  gint64 edited_at;
  gint64 deleted_at;
  char *deleted_by;
  gint64 recalled_at;
  CalldMessageRecord *quote;
  CalldFileRecord *file;
};

/**
 * CalldMemberRecord:
 * @conversation_id: where
 * @user_id: who
 * @user_name: read only: taken from the user
 * @role: what the member may do
 * @joined_at: since when
 * @delivered_seq: read only: up to where messages reached a device of the member
 * @read_seq: read only: up to where the member read
 */
typedef struct {
  char *conversation_id;
  char *user_id;
  char *user_name;
  CallGroupRole role;
  gint64 joined_at;
  guint64 delivered_seq;
  guint64 read_seq;
} CalldMemberRecord;

/**
 * CalldConversationRecord:
 * @id: made by calld_conversation_record_new()
 * @kind: what kind it is
 * @name: (nullable): of a group
 * @open: whether anybody may join
 * @last_seq: read only: the sequence of its last message
 * @revision: read only: how often messages in it were changed
 * @created_at: when it was added
 * @members: (element-type CalldMemberRecord): who is in it; owned
 */
typedef struct {
  char *id;
  CallGroupKind kind;
  char *name;
  gboolean open;
  guint64 last_seq;
  guint64 revision;
  gint64 created_at;
  GPtrArray *members;
} CalldConversationRecord;

/**
 * CalldMembershipRecord:
 * @conversation: one of the user's conversations, without members
 * @role: the user's role in it
 * @read_seq: up to where the user read
 * @unread: how many messages of others came after, at most 100
 * @last_message: (nullable): its last message
 * @peer_name: (nullable): between two people: the other's name
 *
 * A conversation as one of its members sees it.
 */
typedef struct {
  CalldConversationRecord *conversation;
  CallGroupRole role;
  guint64 read_seq;
  guint unread;
  CalldMessageRecord *last_message;
  char *peer_name;
} CalldMembershipRecord;

/**
 * CalldResumeRecord:
 * @messages: (element-type CalldMessageRecord): the changed ones by revision, then the new ones by
 *   sequence
 * @seq: the last sequence of @messages, or the one asked from
 * @revision: the revision up to which changes are in @messages
 * @more: whether to ask again from there
 *
 * What somebody missed in a conversation.
 */
typedef struct {
  GPtrArray *messages;
  guint64 seq;
  guint64 revision;
  gboolean more;
} CalldResumeRecord;

/**
 * CalldMessageChangeKind:
 * @CALLD_MESSAGE_EDIT: another text
 * @CALLD_MESSAGE_DELETE: gone, for its author or for order's sake
 * @CALLD_MESSAGE_RECALL: taken back by its author
 */
typedef enum {
  CALLD_MESSAGE_EDIT,
  CALLD_MESSAGE_DELETE,
  CALLD_MESSAGE_RECALL,
} CalldMessageChangeKind;

/**
 * CalldMessageChange:
 * @kind: what happens to it
 * @message_id: which message
 * @user_id: who does it
 * @content: (nullable): the new text of an edit
 * @at: when
 */
typedef struct {
  CalldMessageChangeKind kind;
  char *message_id;
  char *user_id;
  char *content;
  gint64 at;
} CalldMessageChange;

/**
 * CalldReceiptRecord:
 * @conversation_id: where
 * @user_id: whose
 * @delivered_seq: up to where messages reached a device of the user
 * @read_seq: up to where the user read
 * @at: when it last moved
 *
 * Marks only move forward.
 */
typedef struct {
  char *conversation_id;
  char *user_id;
  guint64 delivered_seq;
  guint64 read_seq;
  gint64 at;
} CalldReceiptRecord;

/**
 * CalldAuditRecord:
 * @seq: place in the chain from 1, given by the store
 * @appointment_id: (nullable): about which appointment
 * @type: a word of docs/protocol.md §3, "request" and so on
 * @user_id: (nullable): who did it, %NULL for the server
 * @call_id: (nullable): about which call
 * @at: when
 * @payload: (nullable): a JSON object, without names and texts
 * @hash: the link of the chain in hex, given by the store
 */
typedef struct {
  guint64 seq;
  char *appointment_id;
  char *type;
  char *user_id;
  char *call_id;
  gint64 at;
  char *payload;
  char *hash;
} CalldAuditRecord;

/**
 * CalldConsentRecord:
 * @id: made by call_id_new()
 * @appointment_id: for which visit
 * @user_id: who consents
 * @kind: to what: "consultation", "recording" …
 * @text_version: which text was shown
 * @language: of the text, BCP 47
 * @mode: how: "clicked" or "recorded"
 * @given: %TRUE for consent, %FALSE for a withdrawal
 * @at: when
 */
typedef struct {
  char *id;
  char *appointment_id;
  char *user_id;
  char *kind;
  char *text_version;
  char *language;
  char *mode;
  gboolean given;
  gint64 at;
} CalldConsentRecord;

/**
 * CalldLeaseRecord:
 * @name: what is held, such as "appointment:<id>:active_call"
 * @holder: who holds it, such as a call id
 * @expires_at: when it is free again unless renewed
 */
typedef struct {
  char *name;
  char *holder;
  gint64 expires_at;
} CalldLeaseRecord;

CalldUserRecord *calld_user_record_new (const char *name,
                                        const char *email,
                                        CallRole role,
                                        const char *time_zone,
                                        gint64 now_ms);
CalldUserRecord *calld_user_record_copy (const CalldUserRecord *self);
void calld_user_record_free (CalldUserRecord *self);

CalldAppointmentRecord *calld_appointment_record_new (const char *doctor_id,
                                                      const char *patient_id,
                                                      gint64 scheduled_at,
                                                      guint duration_minutes,
                                                      gint64 now_ms);
CalldAppointmentRecord *calld_appointment_record_copy (const CalldAppointmentRecord *self);
void calld_appointment_record_free (CalldAppointmentRecord *self);

CalldCallRecord *calld_call_record_new (const char *appointment_id,
                                        const char *caller_id,
                                        const char *caller_peer_id,
                                        const char *callee_id,
                                        gint64 now_ms);
CalldCallRecord *calld_call_record_copy (const CalldCallRecord *self);
void calld_call_record_free (CalldCallRecord *self);
CalldCallParty *calld_call_record_get_party (CalldCallRecord *self, const char *user_id);

CalldMessageRecord *calld_message_record_new (const char *conversation_id,
                                              const char *sender_id,
                                              const char *content,
                                              CallMessageKind kind,
                                              const char *temp_id,
                                              gint64 now_ms);
CalldMessageRecord *calld_message_record_copy (const CalldMessageRecord *self);
void calld_message_record_free (CalldMessageRecord *self);

CalldMemberRecord *calld_member_record_new (const char *conversation_id,
                                            const char *user_id,
                                            CallGroupRole role,
                                            gint64 now_ms);
CalldMemberRecord *calld_member_record_copy (const CalldMemberRecord *self);
void calld_member_record_free (CalldMemberRecord *self);

CalldConversationRecord *
calld_conversation_record_new (const char *id, CallGroupKind kind, const char *name, gint64 now_ms);
CalldConversationRecord *calld_conversation_record_copy (const CalldConversationRecord *self);
void calld_conversation_record_free (CalldConversationRecord *self);
void calld_membership_record_free (CalldMembershipRecord *self);
void calld_resume_record_free (CalldResumeRecord *self);

CalldMessageChange *calld_message_change_copy (const CalldMessageChange *self);
void calld_message_change_free (CalldMessageChange *self);

CalldReceiptRecord *calld_receipt_record_copy (const CalldReceiptRecord *self);
void calld_receipt_record_free (CalldReceiptRecord *self);

CalldAuditRecord *calld_audit_record_new (const char *type,
                                          const char *appointment_id,
                                          const char *user_id,
                                          const char *call_id,
                                          const char *payload,
                                          gint64 now_ms);
CalldAuditRecord *calld_audit_record_copy (const CalldAuditRecord *self);
void calld_audit_record_free (CalldAuditRecord *self);

CalldConsentRecord *calld_consent_record_copy (const CalldConsentRecord *self);
void calld_consent_record_free (CalldConsentRecord *self);

CalldLeaseRecord *calld_lease_record_copy (const CalldLeaseRecord *self);
void calld_lease_record_free (CalldLeaseRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldUserRecord, calld_user_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldAppointmentRecord, calld_appointment_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldCallRecord, calld_call_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldMessageRecord, calld_message_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldMemberRecord, calld_member_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldConversationRecord, calld_conversation_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldMembershipRecord, calld_membership_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldResumeRecord, calld_resume_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldReceiptRecord, calld_receipt_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldAuditRecord, calld_audit_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldConsentRecord, calld_consent_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldLeaseRecord, calld_lease_record_free)

G_END_DECLS
