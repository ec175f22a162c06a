/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-change"

#include "config.h"

#include "calld-change-private.h"

struct _CalldChange {
  GPtrArray *steps; /* of CalldStep */
};

static void
step_free (gpointer data)
{
  CalldStep *step = data;

  if (step->record != NULL)
    step->free_record (step->record);
  g_free (step->key);
  g_free (step->value);
  g_free (step);
}

CalldStep *
calld_change_add_step (CalldChange *self,
                       CalldStepKind kind,
                       gpointer record,
                       GDestroyNotify free_record)
{
  CalldStep *step = g_new0 (CalldStep, 1);

  step->kind = kind;
  step->record = record;
  step->free_record = free_record;
  g_ptr_array_add (self->steps, step);
  return step;
}

/**
 * calld_change_new:
 *
 * Makes an empty change.
 *
 * Returns: (transfer full): the change
 */
CalldChange *
calld_change_new (void)
{
  CalldChange *self = g_new0 (CalldChange, 1);

  self->steps = g_ptr_array_new_with_free_func (step_free);
  return self;
}

void
calld_change_free (CalldChange *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->steps);
  g_free (self);
}

guint
calld_change_get_n_steps (const CalldChange *self)
{
  return self->steps->len;
}

const CalldStep *
calld_change_get_step (const CalldChange *self, guint index)
{
  return g_ptr_array_index (self->steps, index);
}

void
calld_change_add_user (CalldChange *self, const CalldUserRecord *user)
{
  calld_change_add_step (self, CALLD_STEP_ADD_USER, calld_user_record_copy (user),
                         (GDestroyNotify) calld_user_record_free);
}

void
calld_change_update_user (CalldChange *self, const CalldUserRecord *user)
{
  calld_change_add_step (self, CALLD_STEP_UPDATE_USER, calld_user_record_copy (user),
                         (GDestroyNotify) calld_user_record_free);
}

void
calld_change_add_appointment (CalldChange *self, const CalldAppointmentRecord *appointment)
{
  calld_change_add_step (self, CALLD_STEP_ADD_APPOINTMENT,
                         calld_appointment_record_copy (appointment),
                         (GDestroyNotify) calld_appointment_record_free);
}

void
calld_appointment_update_free (CalldAppointmentUpdate *update)
{
  g_free ((char *) update->missing);
  g_free ((char *) update->rescheduled_to);
  g_free ((char *) update->metadata);
  g_free (update);
}

void
calld_change_update_appointment (CalldChange *self,
                                 const char *appointment_id,
                                 const CalldAppointmentUpdate *update)
{
  CalldAppointmentUpdate *copy = g_memdup2 (update, sizeof *update);
  CalldStep *step;

  copy->missing = g_strdup (update->missing);
  copy->rescheduled_to = g_strdup (update->rescheduled_to);
  copy->metadata = g_strdup (update->metadata);
  step = calld_change_add_step (self, CALLD_STEP_UPDATE_APPOINTMENT, copy,
                                (GDestroyNotify) calld_appointment_update_free);
  step->key = g_strdup (appointment_id);
}

void
calld_change_add_call (CalldChange *self, const CalldCallRecord *call)
{
  calld_change_add_step (self, CALLD_STEP_ADD_CALL, calld_call_record_copy (call),
                         (GDestroyNotify) calld_call_record_free);
}

void
calld_change_update_call (CalldChange *self,
                          const CalldCallRecord *call,
                          CalldCallState expected_state,
                          guint expected_generation)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_UPDATE_CALL,
                                           calld_call_record_copy (call),
                                           (GDestroyNotify) calld_call_record_free);

  step->expected_state = expected_state;
  step->expected_generation = expected_generation;
}

static CalldStep *
add_lease_step (CalldChange *self,
                CalldStepKind kind,
                const char *name,
                const char *holder,
                gint64 expires_at)
{
  CalldLeaseRecord lease = { (char *) name, (char *) holder, expires_at };

  return calld_change_add_step (self, kind, calld_lease_record_copy (&lease),
                                (GDestroyNotify) calld_lease_record_free);
}

void
calld_change_take_lease (CalldChange *self,
                         const char *name,
                         const char *holder,
                         gint64 now_ms,
                         gint64 expires_at)
{
  add_lease_step (self, CALLD_STEP_TAKE_LEASE, name, holder, expires_at)->now_ms = now_ms;
}

void
calld_change_renew_lease (CalldChange *self,
                          const char *name,
                          const char *holder,
                          gint64 expires_at)
{
  add_lease_step (self, CALLD_STEP_RENEW_LEASE, name, holder, expires_at);
}

void
calld_change_release_lease (CalldChange *self, const char *name, const char *holder)
{
  add_lease_step (self, CALLD_STEP_RELEASE_LEASE, name, holder, 0);
}

void
calld_change_append_audit (CalldChange *self, const CalldAuditRecord *event)
{
  calld_change_add_step (self, CALLD_STEP_APPEND_AUDIT, calld_audit_record_copy (event),
                         (GDestroyNotify) calld_audit_record_free);
}

void
calld_change_append_message (CalldChange *self, const CalldMessageRecord *message)
{
  calld_change_add_step (self, CALLD_STEP_APPEND_MESSAGE, calld_message_record_copy (message),
                         (GDestroyNotify) calld_message_record_free);
}

void
calld_change_mark_receipt (CalldChange *self, const CalldReceiptRecord *receipt)
{
  calld_change_add_step (self, CALLD_STEP_MARK_RECEIPT, calld_receipt_record_copy (receipt),
                         (GDestroyNotify) calld_receipt_record_free);
}

void
calld_change_add_conversation (CalldChange *self, const CalldConversationRecord *conversation)
{
  calld_change_add_step (self, CALLD_STEP_ADD_CONVERSATION,
                         calld_conversation_record_copy (conversation),
                         (GDestroyNotify) calld_conversation_record_free);
}

void
calld_change_update_conversation (CalldChange *self, const CalldConversationRecord *conversation)
{
  calld_change_add_step (self, CALLD_STEP_UPDATE_CONVERSATION,
                         calld_conversation_record_copy (conversation),
                         (GDestroyNotify) calld_conversation_record_free);
}

static CalldStep *
add_member_step (CalldChange *self, CalldStepKind kind, CalldMemberRecord *member)
{
  return calld_change_add_step (self, kind, member, (GDestroyNotify) calld_member_record_free);
}

void
calld_change_expect_member (CalldChange *self,
                            const char *conversation_id,
                            const char *user_id,
                            CallGroupRole role)
{
  add_member_step (self, CALLD_STEP_EXPECT_MEMBER,
                   calld_member_record_new (conversation_id, user_id, role, 0));
}

void
calld_change_add_member (CalldChange *self, const CalldMemberRecord *member, guint limit)
{
  add_member_step (self, CALLD_STEP_ADD_MEMBER, calld_member_record_copy (member))->limit = limit;
}

void
calld_change_set_member_role (CalldChange *self, const CalldMemberRecord *member)
{
  add_member_step (self, CALLD_STEP_SET_MEMBER_ROLE, calld_member_record_copy (member));
}

void
calld_change_remove_member (CalldChange *self, const char *conversation_id, const char *user_id)
{
  add_member_step (self, CALLD_STEP_REMOVE_MEMBER,
                   calld_member_record_new (conversation_id, user_id, CALL_GROUP_ROLE_MEMBER, 0));
}

void
calld_change_keep_admin (CalldChange *self, const char *conversation_id)
{
  calld_change_add_step (self, CALLD_STEP_KEEP_ADMIN, NULL, NULL)->key = g_strdup (conversation_id);
}

void
calld_change_add_consent (CalldChange *self, const CalldConsentRecord *consent)
{
  calld_change_add_step (self, CALLD_STEP_ADD_CONSENT, calld_consent_record_copy (consent),
                         (GDestroyNotify) calld_consent_record_free);
}

void
calld_change_set_setting (CalldChange *self, const char *key, const char *value)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_SET_SETTING, NULL, NULL);

  step->key = g_strdup (key);
  step->value = g_strdup (value);
}

/**
 * calld_change_add_file:
 * @self: a change
 * @file: a file whose bytes are to come
 * @user_quota: how many bytes its user may keep
 * @total_quota: how many bytes all may keep
 *
 * Adds a file if there is room for it; %CALL_ERROR_TOO_LARGE if there is not.
 */
void
calld_change_add_file (CalldChange *self,
                       const CalldFileRecord *file,
                       gint64 user_quota,
                       gint64 total_quota)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_ADD_FILE, calld_file_record_copy (file),
                                           (GDestroyNotify) calld_file_record_free);

  step->limits[0] = user_quota;
  step->limits[1] = total_quota;
}

/**
 * calld_change_update_file:
 * @self: a change
 * @file: the file as it is to be
 * @expected: the state it must be in, else %CALL_ERROR_CONFLICT
 *
 * Writes what was found in a file, and where it stands.
 */
void
calld_change_update_file (CalldChange *self, const CalldFileRecord *file, CalldFileState expected)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_UPDATE_FILE,
                                           calld_file_record_copy (file),
                                           (GDestroyNotify) calld_file_record_free);

  step->expected = (int) expected;
}

/**
 * calld_change_forget_file:
 * @self: a change
 * @file_id: a file whose bytes are gone
 *
 * Removes a file's row, or if a message names it, notes that there is nothing behind it any more.
 */
void
calld_change_forget_file (CalldChange *self, const char *file_id)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_FORGET_FILE, NULL, NULL);

  step->key = g_strdup (file_id);
}

void
calld_change_index_messages (CalldChange *self, const char *conversation_id)
{
  CalldStep *step = calld_change_add_step (self, CALLD_STEP_INDEX_MESSAGES, NULL, NULL);

  step->key = g_strdup (conversation_id);
}
