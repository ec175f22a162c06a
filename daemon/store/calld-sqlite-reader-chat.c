/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-reader"

#include "config.h"

#include "calld-sqlite-reader.h"

#include "call-error.h"

/* How conversations and messages are read. */

/**
 * calld_sqlite_read_quote:
 * @cursor: on a row of CALLD_SQLITE_QUOTE_COLUMNS
 *
 * Reads the message that another one answers.
 *
 * Returns: (transfer full) (nullable): the beginning of it, %NULL if there is none
 */
CalldMessageRecord *
calld_sqlite_read_quote (CalldCursor *cursor)
{
  g_autofree char *id = calld_cursor_get_text (cursor);
  CalldMessageRecord *quote;

  if (id == NULL) {
    /* Other columns come behind these. */
    calld_cursor_skip (cursor, 5);
    return NULL;
  }
  quote = g_new0 (CalldMessageRecord, 1);
  quote->id = g_steal_pointer (&id);
  quote->seq = (guint64) calld_cursor_get_int (cursor);
  quote->sender_id = calld_cursor_get_text (cursor);
  quote->sender_name = calld_cursor_get_text (cursor);
  quote->content = calld_cursor_get_text (cursor);
  quote->kind = calld_cursor_get_enum (cursor, CALL_TYPE_MESSAGE_KIND);
  return quote;
}

/**
 * calld_sqlite_read_message:
 * @cursor: on a row of CALLD_SQLITE_MESSAGE_COLUMNS
 *
 * Reads a message.
 *
 * Returns: (transfer full): the message, with the status "sent"
 */
CalldMessageRecord *
calld_sqlite_read_message (CalldCursor *cursor)
{
  CalldMessageRecord *message = g_new0 (CalldMessageRecord, 1);

  message->id = calld_cursor_get_text (cursor);
  message->conversation_id = calld_cursor_get_text (cursor);
  message->seq = (guint64) calld_cursor_get_int (cursor);
  message->sender_id = calld_cursor_get_text (cursor);
  message->sender_name = calld_cursor_get_text (cursor);
  message->content = calld_cursor_get_text (cursor);
  message->kind = calld_cursor_get_enum (cursor, CALL_TYPE_MESSAGE_KIND);
  message->reply_to_id = calld_cursor_get_text (cursor);
  message->temp_id = calld_cursor_get_text (cursor);
  message->created_at = calld_cursor_get_int (cursor);
  message->revision = (guint64) calld_cursor_get_int (cursor);
  message->edited_at = calld_cursor_get_int (cursor);
  message->deleted_at = calld_cursor_get_int (cursor);
  message->deleted_by = calld_cursor_get_text (cursor);
  message->recalled_at = calld_cursor_get_int (cursor);
  message->quote = calld_sqlite_read_quote (cursor);
  message->file = calld_sqlite_read_file (cursor);
  message->status = CALL_MESSAGE_SENT;
  return message;
}

gpointer
calld_sqlite_read_member (CalldCursor *cursor)
{
  CalldMemberRecord *member = g_new0 (CalldMemberRecord, 1);

  member->conversation_id = calld_cursor_get_text (cursor);
  member->user_id = calld_cursor_get_text (cursor);
  member->user_name = calld_cursor_get_text (cursor);
  member->role = (CallGroupRole) calld_cursor_get_enum (cursor, CALL_TYPE_GROUP_ROLE);
  member->joined_at = calld_cursor_get_int (cursor);
  member->delivered_seq = (guint64) calld_cursor_get_int (cursor);
  member->read_seq = (guint64) calld_cursor_get_int (cursor);
  return member;
}

static CalldConversationRecord *
read_conversation_row (CalldCursor *cursor)
{
  g_autofree char *id = calld_cursor_get_text (cursor);
  CallGroupKind kind = (CallGroupKind) calld_cursor_get_enum (cursor, CALL_TYPE_GROUP_KIND);
  CalldConversationRecord *self = calld_conversation_record_new (
      id, kind, calld_cursor_peek_text (cursor), 0);

  self->open = calld_cursor_get_int (cursor) != 0;
  self->last_seq = (guint64) calld_cursor_get_int (cursor);
  self->revision = (guint64) calld_cursor_get_int (cursor);
  self->created_at = calld_cursor_get_int (cursor);
  return self;
}

gpointer
calld_sqlite_read_membership (CalldCursor *cursor)
{
  CalldMembershipRecord *self = g_new0 (CalldMembershipRecord, 1);

  self->conversation = read_conversation_row (cursor);
  self->role = (CallGroupRole) calld_cursor_get_enum (cursor, CALL_TYPE_GROUP_ROLE);
  self->read_seq = (guint64) calld_cursor_get_int (cursor);
  self->unread = (guint) calld_cursor_get_int (cursor);
  self->peer_name = calld_cursor_get_text (cursor);
  self->last_message = calld_sqlite_read_message (cursor);
  if (self->last_message->id == NULL)
    g_clear_pointer (&self->last_message, calld_message_record_free);
  return self;
}

static gboolean
read_members (CalldSqlite *db, const char *conversation_id, GPtrArray *members, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db,
      CALLD_SQLITE_MEMBER_COLUMNS "WHERE b.conversation_id = ?1 ORDER BY b.joined_at, b.user_id");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, conversation_id);
  while (calld_cursor_next (cursor, &local_error))
    g_ptr_array_add (members, calld_sqlite_read_member (cursor));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* What is read between these two is as it was in one instant. */
static gboolean
begin (CalldSqlite *db, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, "BEGIN");

  return calld_cursor_run (cursor, error);
}

static void
end (CalldSqlite *db)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, "COMMIT");

  calld_cursor_run (cursor, NULL);
}

static CalldConversationRecord *
find_conversation (CalldSqlite *db, const char *id, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db, "SELECT id, kind, name, open, last_seq, revision, created_at FROM conversations "
          "WHERE id = ?1");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, id);
  if (calld_cursor_next (cursor, &local_error))
    return read_conversation_row (cursor);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such conversation.");
  return NULL;
}

/**
 * calld_sqlite_read_conversation:
 * @db: a connection
 * @job: whose key is a conversation
 * @error: (optional): where to put why not
 *
 * Reads a conversation with its members.
 *
 * Returns: (transfer full) (nullable): the conversation
 */
CalldConversationRecord *
calld_sqlite_read_conversation (CalldSqlite *db, const CalldJob *job, GError **error)
{
  g_autoptr (CalldConversationRecord) self = NULL;

  if (!begin (db, error))
    return NULL;
  self = find_conversation (db, job->key, error);
  if (self != NULL && !read_members (db, job->key, self->members, error))
    g_clear_pointer (&self, calld_conversation_record_free);
  end (db);
  return g_steal_pointer (&self);
}

/* --- status ----------------------------------------------------------------------------------- */

/* The least mark of all members, whose it is, and the least of all others: what a message's sender
 * has to know without looking at everybody for every message. */
typedef struct {
  guint64 least;
  guint64 second;
  const char *who;
} Least;

static void
least_add (Least *self, guint64 mark, const char *user_id)
{
  if (self->who == NULL || mark < self->least) {
    self->second = self->who == NULL ? G_MAXUINT64 : self->least;
    self->least = mark;
    self->who = user_id;
  } else if (mark < self->second) {
    self->second = mark;
  }
}

static guint64
least_without (const Least *self, const char *user_id)
{
  guint64 mark = g_strcmp0 (self->who, user_id) == 0 ? self->second : self->least;

  /* Who talks to nobody has reached nobody. */
  return self->who == NULL || mark == G_MAXUINT64 ? 0 : mark;
}

/**
 * calld_sqlite_read_statuses:
 * @db: a connection
 * @conversation_id: a conversation
 * @messages: (element-type CalldMessageRecord): messages of it
 * @error: (optional): where to put why not
 *
 * Finds how far messages have come with the least advanced of their receivers.
 *
 * Returns: %FALSE with @error
 */
gboolean
calld_sqlite_read_statuses (CalldSqlite *db,
                            const char *conversation_id,
                            GPtrArray *messages,
                            GError **error)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (
      (GDestroyNotify) calld_member_record_free);
  Least delivered = { 0 }, read = { 0 };

  if (messages->len == 0)
    return TRUE;
  if (!read_members (db, conversation_id, members, error))
    return FALSE;
  for (guint i = 0; i < members->len; i++) {
    const CalldMemberRecord *member = members->pdata[i];

    least_add (&delivered, member->delivered_seq, member->user_id);
    least_add (&read, member->read_seq, member->user_id);
  }
  for (guint i = 0; i < messages->len; i++) {
    CalldMessageRecord *message = messages->pdata[i];

    if (least_without (&read, message->sender_id) >= message->seq)
      message->status = CALL_MESSAGE_READ;
    else if (least_without (&delivered, message->sender_id) >= message->seq)
      message->status = CALL_MESSAGE_DELIVERED;
  }
  return TRUE;
}

/* --- resume ----------------------------------------------------------------------------------- */

static gboolean
read_into (CalldCursor *cursor, GPtrArray *messages, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  while (calld_cursor_next (cursor, &local_error))
    g_ptr_array_add (messages, calld_sqlite_read_message (cursor));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* The revision the conversation had when the last message the client knows was sent. */
static gboolean
find_revision (CalldSqlite *db, const CalldJob *job, gint64 *revision, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db, "SELECT base_revision FROM messages WHERE conversation_id = ?1 AND seq <= ?2 "
          "ORDER BY seq DESC LIMIT 1");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->after, G_MAXINT64));
  *revision = calld_cursor_next (cursor, &local_error) ? calld_cursor_get_int (cursor) : 0;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
read_changed (CalldSqlite *db,
              const CalldJob *job,
              gint64 revision,
              CalldResumeRecord *self,
              GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db, "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS
          "WHERE m.conversation_id = ?1 AND m.revision > ?3 AND m.revision > m.base_revision "
          "AND m.seq <= ?2 ORDER BY m.revision LIMIT ?4");

  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->after, G_MAXINT64));
  calld_cursor_bind_int (cursor, revision);
  calld_cursor_bind_int (cursor, (gint64) job->limit + 1);
  if (!read_into (cursor, self->messages, error))
    return FALSE;
  self->more = self->messages->len > job->limit;
  if (self->more) {
    g_ptr_array_set_size (self->messages, (int) job->limit);
    self->revision = ((CalldMessageRecord *) self->messages->pdata[job->limit - 1])->revision;
  }
  return TRUE;
}

static gboolean
read_new (CalldSqlite *db, const CalldJob *job, CalldResumeRecord *self, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db, "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS
          "WHERE m.conversation_id = ?1 AND m.seq > ?2 ORDER BY m.seq LIMIT ?3");
  guint known = self->messages->len;
  guint room = job->limit - known;

  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->after, G_MAXINT64));
  calld_cursor_bind_int (cursor, (gint64) room + 1);
  if (!read_into (cursor, self->messages, error))
    return FALSE;
  self->more = self->messages->len > job->limit;
  if (self->more)
    g_ptr_array_set_size (self->messages, (int) job->limit);
  if (self->messages->len > known)
    self->seq = ((CalldMessageRecord *) self->messages->pdata[self->messages->len - 1])->seq;
  return TRUE;
}

static gboolean
fill_resume (CalldSqlite *db, const CalldJob *job, CalldResumeRecord *self, GError **error)
{
  g_autoptr (CalldConversationRecord) conversation = find_conversation (db, job->key, error);
  gint64 revision = job->revision;

  if (conversation == NULL || (revision < 0 && !find_revision (db, job, &revision, error)))
    return FALSE;
  self->seq = job->after;
  self->revision = conversation->revision;
  if (!read_changed (db, job, revision, self, error))
    return FALSE;
  /* New ones come as they are now: changes up to this instant are in them. */
  return (self->more || read_new (db, job, self, error)) &&
         calld_sqlite_read_statuses (db, job->key, self->messages, error);
}

/**
 * calld_sqlite_read_resume:
 * @db: a connection
 * @job: of CALLD_JOB_RESUME
 * @error: (optional): where to put why not
 *
 * Reads what a client missed.
 *
 * Returns: (transfer full) (nullable): what it missed
 */
CalldResumeRecord *
calld_sqlite_read_resume (CalldSqlite *db, const CalldJob *job, GError **error)
{
  CalldResumeRecord *self;

  if (!begin (db, error))
    return NULL;
  self = g_new0 (CalldResumeRecord, 1);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) calld_message_record_free);
  if (!fill_resume (db, job, self, error))
    g_clear_pointer (&self, calld_resume_record_free);
  end (db);
  return self;
}
