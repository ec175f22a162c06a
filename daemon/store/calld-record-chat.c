/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-record"

#include "config.h"

#include "calld-record.h"

#include "call-id.h"

/* The rows of conversations. */

/**
 * calld_message_record_new:
 * @conversation_id: where
 * @sender_id: who
 * @content: what
 * @kind: what it is
 * @temp_id: (nullable): the sender's own id
 * @now_ms: milliseconds since 1970
 *
 * Makes a message with a fresh id that sorts by time; its sequence comes from the store.
 *
 * Returns: (transfer full): the record
 */
CalldMessageRecord *
calld_message_record_new (const char *conversation_id,
                          const char *sender_id,
                          const char *content,
                          CallMessageKind kind,
                          const char *temp_id,
                          gint64 now_ms)
{
  CalldMessageRecord *self = g_new0 (CalldMessageRecord, 1);

  self->id = call_id_new_sorted (now_ms);
  self->conversation_id = g_strdup (conversation_id);
  self->sender_id = g_strdup (sender_id);
  self->content = g_strdup (content);
  self->kind = kind;
  self->temp_id = g_strdup (temp_id);
  self->created_at = now_ms;
  self->status = CALL_MESSAGE_SENT;
  return self;
}

CalldMessageRecord *
calld_message_record_copy (const CalldMessageRecord *self)
{
  CalldMessageRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->conversation_id = g_strdup (self->conversation_id);
  copy->sender_id = g_strdup (self->sender_id);
  copy->sender_name = g_strdup (self->sender_name);
  copy->content = g_strdup (self->content);
  copy->reply_to_id = g_strdup (self->reply_to_id);
  copy->temp_id = g_strdup (self->temp_id);
  copy->file = self->file != NULL ? calld_file_record_copy (self->file) : NULL;
  copy->deleted_by = g_strdup (self->deleted_by);
  copy->quote = self->quote != NULL ? calld_message_record_copy (self->quote) : NULL;
  return copy;
}

void
calld_message_record_free (CalldMessageRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->conversation_id);
  g_free (self->sender_id);
  g_free (self->sender_name);
  g_free (self->content);
  g_free (self->reply_to_id);
  g_free (self->temp_id);
  calld_file_record_free (self->file);
  g_free (self->deleted_by);
  calld_message_record_free (self->quote);
  g_free (self);
}

CalldReceiptRecord *
calld_receipt_record_copy (const CalldReceiptRecord *self)
{
  CalldReceiptRecord *copy = g_memdup2 (self, sizeof *self);

  copy->conversation_id = g_strdup (self->conversation_id);
  copy->user_id = g_strdup (self->user_id);
  return copy;
}

void
calld_receipt_record_free (CalldReceiptRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->conversation_id);
  g_free (self->user_id);
  g_free (self);
}

CalldMemberRecord *
calld_member_record_new (const char *conversation_id,
                         const char *user_id,
                         CallGroupRole role,
                         gint64 now_ms)
{
  CalldMemberRecord *self = g_new0 (CalldMemberRecord, 1);

  self->conversation_id = g_strdup (conversation_id);
  self->user_id = g_strdup (user_id);
  self->role = role;
  self->joined_at = now_ms;
  return self;
}

CalldMemberRecord *
calld_member_record_copy (const CalldMemberRecord *self)
{
  CalldMemberRecord *copy = g_memdup2 (self, sizeof *self);

  copy->conversation_id = g_strdup (self->conversation_id);
  copy->user_id = g_strdup (self->user_id);
  copy->user_name = g_strdup (self->user_name);
  return copy;
}

void
calld_member_record_free (CalldMemberRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->conversation_id);
  g_free (self->user_id);
  g_free (self->user_name);
  g_free (self);
}

/**
 * calld_conversation_record_new:
 * @id: (nullable): its id, %NULL for a fresh one
 * @kind: what kind it is
 * @name: (nullable): of a group
 * @now_ms: milliseconds since 1970
 *
 * Makes a conversation without members.
 *
 * Returns: (transfer full): the record
 */
CalldConversationRecord *
calld_conversation_record_new (const char *id, CallGroupKind kind, const char *name, gint64 now_ms)
{
  CalldConversationRecord *self = g_new0 (CalldConversationRecord, 1);

  self->id = id != NULL ? g_strdup (id) : call_id_new ();
  self->kind = kind;
  self->name = g_strdup (name);
  self->created_at = now_ms;
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_member_record_free);
  return self;
}

static gpointer
copy_member (gconstpointer member, gpointer user_data)
{
  return calld_member_record_copy (member);
}

CalldConversationRecord *
calld_conversation_record_copy (const CalldConversationRecord *self)
{
  CalldConversationRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->members = g_ptr_array_copy (self->members, copy_member, NULL);
  return copy;
}

void
calld_conversation_record_free (CalldConversationRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_ptr_array_unref (self->members);
  g_free (self);
}

void
calld_membership_record_free (CalldMembershipRecord *self)
{
  if (self == NULL)
    return;
  calld_conversation_record_free (self->conversation);
  calld_message_record_free (self->last_message);
  g_free (self->peer_name);
  g_free (self);
}

void
calld_resume_record_free (CalldResumeRecord *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->messages);
  g_free (self);
}

CalldMessageChange *
calld_message_change_copy (const CalldMessageChange *self)
{
  CalldMessageChange *copy = g_memdup2 (self, sizeof *self);

  copy->message_id = g_strdup (self->message_id);
  copy->user_id = g_strdup (self->user_id);
  copy->content = g_strdup (self->content);
  return copy;
}

void
calld_message_change_free (CalldMessageChange *self)
{
  if (self == NULL)
    return;
  g_free (self->message_id);
  g_free (self->user_id);
  g_free (self->content);
  g_free (self);
}
