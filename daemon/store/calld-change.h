/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-file-record.h"
#include "calld-record.h"

G_BEGIN_DECLS

#define CALLD_WEBHOOKS_MAX 64
#define CALLD_DELIVERIES_MAX 10000
#define CALLD_PUSH_MAX 16

/**
 * CalldChange:
 *
 * What one use case writes: an ordered list of steps that a store makes true all together or not at
 * all. Most steps carry a guard; a guard that fails undoes the whole change and gives the error
 * that is named with the step. The audit row of a use case is a step like the others, so it can
 * neither be missing nor stand alone.
 *
 * A change is filled by one thread and handed to calld_store_commit_async().
 */
typedef struct _CalldChange CalldChange;

/**
 * CalldAppointmentUpdate:
 * @expected: mask of `1u << CallAppointmentStatus`: the statuses it may have now; else
 *   %CALL_ERROR_WRONG_STATUS
 * @status: the status it gets
 * @started_at: set when not 0, and not set before
 * @ended_at: set when not 0
 * @missing: (nullable): set when not %NULL
 * @rescheduled_to: (nullable): set when not %NULL
 * @metadata: (nullable): set when not %NULL
 */
typedef struct {
  guint expected;
  CallAppointmentStatus status;
  gint64 started_at;
  gint64 ended_at;
  const char *missing;
  const char *rescheduled_to;
  const char *metadata;
} CalldAppointmentUpdate;

CalldChange *calld_change_new (void);
void calld_change_free (CalldChange *self);
guint calld_change_get_n_steps (const CalldChange *self);

/* Users. A taken e-mail is CALL_ERROR_CONFLICT, an unknown id CALL_ERROR_NOT_FOUND. */
void calld_change_add_user (CalldChange *self, const CalldUserRecord *user);
void calld_change_update_user (CalldChange *self, const CalldUserRecord *user);

/* Appointments. add: also its conversation with both as members; unknown people: NOT_FOUND. */
void calld_change_add_appointment (CalldChange *self, const CalldAppointmentRecord *appointment);
void calld_change_update_appointment (CalldChange *self,
                                      const char *appointment_id,
                                      const CalldAppointmentUpdate *update);

/* Calls. update writes the whole record if the row is still in @expected_state and
 * @expected_generation, else CALL_ERROR_CONFLICT. */
void calld_change_add_call (CalldChange *self, const CalldCallRecord *call);
void calld_change_update_call (CalldChange *self,
                               const CalldCallRecord *call,
                               CalldCallState expected_state,
                               guint expected_generation);

/* Leases. take: CALL_ERROR_BUSY while another holder's is alive at @now_ms; renew:
 * CALL_ERROR_CONFLICT if it is not ours any more; release: nothing happens if it is not ours. */
void calld_change_take_lease (CalldChange *self,
                              const char *name,
                              const char *holder,
                              gint64 now_ms,
                              gint64 expires_at);
void calld_change_renew_lease (CalldChange *self,
                               const char *name,
                               const char *holder,
                               gint64 expires_at);
void calld_change_release_lease (CalldChange *self, const char *name, const char *holder);

void calld_change_append_audit (CalldChange *self, const CalldAuditRecord *event);
void calld_change_append_message (CalldChange *self, const CalldMessageRecord *message);
void calld_change_mark_receipt (CalldChange *self, const CalldReceiptRecord *receipt);
/* Conversations. add: with its members; one that exists stays as it is; unknown people: NOT_FOUND.
 * update: its name and openness; unknown: NOT_FOUND. */
void calld_change_add_conversation (CalldChange *self, const CalldConversationRecord *conversation);
void calld_change_update_conversation (CalldChange *self,
                                       const CalldConversationRecord *conversation);

/* Members. expect: CALL_ERROR_FORBIDDEN unless the user has at least that role now; add: somebody
 * who is in stays as they are, CALL_ERROR_CONFLICT above @limit members; set_role, remove:
 * CALL_ERROR_NOT_FOUND if they are not in; keep_admin: CALL_ERROR_CONFLICT if a group with members
 * has no admin after the steps before. */
void calld_change_expect_member (CalldChange *self,
                                 const char *conversation_id,
                                 const char *user_id,
                                 CallGroupRole role);
void calld_change_add_member (CalldChange *self, const CalldMemberRecord *member, guint limit);
void calld_change_set_member_role (CalldChange *self, const CalldMemberRecord *member);
void
calld_change_remove_member (CalldChange *self, const char *conversation_id, const char *user_id);
void calld_change_keep_admin (CalldChange *self, const char *conversation_id);

void calld_change_add_consent (CalldChange *self, const CalldConsentRecord *consent);
void calld_change_set_setting (CalldChange *self, const char *key, const char *value);

/* Presence. A user who has no row is passed over; a last_seen of 0 leaves what is there. */
void calld_change_set_presence (CalldChange *self, const CalldPresenceRecord *presence);

/* Webhooks. More than CALLD_WEBHOOKS_MAX are CALL_ERROR_CONFLICT, unknown ones NOT_FOUND. Update
 * writes active and failing_since; what waits for one that is not active any more is dropped. */
void calld_change_add_webhook (CalldChange *self, const CalldWebhookRecord *webhook);
void calld_change_remove_webhook (CalldChange *self, const char *webhook_id);
void calld_change_update_webhook (CalldChange *self, const CalldWebhookRecord *webhook);

/* What webhooks are to hear. Of @delivery only event, payload and created_at count, and webhook_id
 * if only one is to hear it. A message that is appended is enqueued by the store itself. When more
 * than CALLD_DELIVERIES_MAX wait for one webhook, the oldest is dropped. */
void calld_change_enqueue_event (CalldChange *self, const CalldDeliveryRecord *delivery);
void calld_change_finish_delivery (CalldChange *self, const CalldDeliveryRecord *delivery);
void calld_change_retry_delivery (CalldChange *self, const CalldDeliveryRecord *delivery);

/* Push subscriptions; add: the same endpoint of the same user again takes the new keys, and of more
 * than CALLD_PUSH_MAX the oldest goes. remove: nothing happens if it is not that user's. */
void calld_change_add_push (CalldChange *self, const CalldPushRecord *push);
void calld_change_remove_push (CalldChange *self, const CalldPushRecord *push);
/* Files. add: CALL_ERROR_TOO_LARGE over a quota; update: CALL_ERROR_CONFLICT in another state. */
void calld_change_add_file (CalldChange *self,
                            const CalldFileRecord *file,
                            gint64 user_quota,
                            gint64 total_quota);
void
calld_change_update_file (CalldChange *self, const CalldFileRecord *file, CalldFileState expected);
void calld_change_forget_file (CalldChange *self, const char *file_id);

/* Puts the words of the next messages of a conversation into the index. */
void calld_change_index_messages (CalldChange *self, const char *conversation_id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldChange, calld_change_free)

G_END_DECLS
