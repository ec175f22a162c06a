/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-sqlite-reader.h"
#include "calld-sqlite-writer-private.h"

/* What the conversation gives the message: its next sequence and its revision; and the sender its
 * name. */
static gboolean
take_place (CalldSqliteWriter *self, CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT last_seq + 1, revision, (SELECT name FROM users WHERE id = ?2) "
                "FROM conversations WHERE id = ?1");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_text (cursor, message->sender_id);
  if (calld_cursor_next (cursor, &local_error)) {
    message->seq = (guint64) calld_cursor_get_int (cursor);
    message->revision = (guint64) calld_cursor_get_int (cursor);
    g_free (message->sender_name);
    message->sender_name = calld_cursor_get_text (cursor);
    return TRUE;
  }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such conversation.");
  return FALSE;
}

/* Chat is what a busy clinic does most: a row of values, unlike one that is selected, needs no
 * journal of its own, in which SQLite would copy each page it touches. */
static gboolean
insert_message (CalldSqliteWriter *self,
                const CalldMessageRecord *message,
                gboolean *inserted,
                GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO messages (conversation_id, seq, id, sender_id, content, kind, reply_to_id, "
      "temp_id, created_at, file_id, base_revision, revision) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11) "
      "ON CONFLICT (conversation_id, sender_id, temp_id) WHERE temp_id IS NOT NULL DO NOTHING");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  calld_cursor_bind_text (cursor, message->id);
  calld_cursor_bind_text (cursor, message->sender_id);
  calld_cursor_bind_text (cursor, message->content);
  calld_cursor_bind_enum (cursor, CALL_TYPE_MESSAGE_KIND, message->kind);
  calld_cursor_bind_text (cursor, message->reply_to_id);
  calld_cursor_bind_text (cursor, message->temp_id);
  calld_cursor_bind_int (cursor, message->created_at);
  calld_cursor_bind_text (cursor, message->file != NULL ? message->file->id : NULL);
  calld_cursor_bind_int (cursor, (gint64) message->revision);
  if (!calld_cursor_run (cursor, error))
    return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such sender.");
  *inserted = calld_sqlite_get_changes (self->db) > 0;
  return TRUE;
}

static gboolean
use_place (CalldSqliteWriter *self, const CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE conversations SET last_seq = ?2 WHERE id = ?1");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  return calld_cursor_run (cursor, error);
}

/* A reply answers a message of its own conversation, and shows its beginning. */
static gboolean
find_quote (CalldSqliteWriter *self, CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "SELECT " CALLD_SQLITE_QUOTE_COLUMNS " FROM messages q JOIN users v ON v.id = q.sender_id "
      "WHERE q.id = ?1 AND q.conversation_id = ?2");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, message->reply_to_id);
  calld_cursor_bind_text (cursor, message->conversation_id);
  if (calld_cursor_next (cursor, &local_error)) {
    message->quote = calld_sqlite_read_quote (cursor);
    return TRUE;
  }
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND,
                         "The message that is answered is not in this conversation.");
  return FALSE;
}

static CalldMessageRecord *
find_repeated (CalldSqliteWriter *self, const CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS
                "WHERE m.conversation_id = ?1 AND m.sender_id = ?2 AND m.temp_id = ?3");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_text (cursor, message->sender_id);
  calld_cursor_bind_text (cursor, message->temp_id);
  if (calld_cursor_next (cursor, &local_error))
    return calld_sqlite_read_message (cursor);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such conversation.");
  return NULL;
}

/**
 * calld_sqlite_writer_append_message:
 * @self: a writer, in a transaction
 * @message: what was said
 * @repeated: (out): whether it was there before
 * @error: (optional): where to put why not
 *
 * Gives @message the next sequence of its conversation and stores it, unless the sender had sent it
 * before. A refusal has changed nothing; if the disk fails half-way the whole transaction is
 * undone.
 *
 * Returns: (transfer full) (nullable): the message as it is stored
 */
CalldMessageRecord *
calld_sqlite_writer_append_message (CalldSqliteWriter *self,
                                    const CalldMessageRecord *message,
                                    gboolean *repeated,
                                    GError **error)
{
  g_autoptr (CalldMessageRecord) stored = calld_message_record_copy (message);

  gboolean inserted = FALSE;

  stored->status = CALL_MESSAGE_SENT;
  *repeated = FALSE;
  if (stored->reply_to_id != NULL && !find_quote (self, stored, error))
    return NULL;
  if (!take_place (self, stored, error) || !insert_message (self, stored, &inserted, error))
    return NULL;
  if (inserted) {
    if (use_place (self, stored, error) &&
        calld_sqlite_outbox_add_message (self->outbox, stored, error))
      return g_steal_pointer (&stored);
    calld_sqlite_run (self->db, "ROLLBACK", NULL);
    return NULL;
  }

  calld_message_record_free (stored);
  stored = find_repeated (self, message, error);
  *repeated = stored != NULL;
  return g_steal_pointer (&stored);
}

/* --- change ----------------------------------------------------------------------------------- */

static CalldMessageRecord *
find_message (CalldSqliteWriter *self, const char *id, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS "WHERE m.id = ?1");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, id);
  if (calld_cursor_next (cursor, &local_error))
    return calld_sqlite_read_message (cursor);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such message.");
  return NULL;
}

/* Whether the message is already what @change makes of it. */
static gboolean
is_changed_so (const CalldMessageRecord *message, const CalldMessageChange *change)
{
  switch (change->kind) {
  case CALLD_MESSAGE_DELETE:
    return message->deleted_at > 0;
  case CALLD_MESSAGE_RECALL:
    return message->recalled_at > 0;
  case CALLD_MESSAGE_EDIT:
  default:
    return message->deleted_at == 0 && message->recalled_at == 0 &&
           g_str_equal (message->content, change->content);
  }
}

static gboolean
take_revision (CalldSqliteWriter *self, CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "UPDATE conversations SET revision = revision + 1 WHERE id = ?1 RETURNING revision");

  calld_cursor_bind_text (cursor, message->conversation_id);
  if (!calld_cursor_next (cursor, error))
    return FALSE;
  message->revision = (guint64) calld_cursor_get_int (cursor);
  return calld_cursor_run (cursor, error);
}

static gboolean
keep_edit (CalldSqliteWriter *self, const CalldMessageRecord *message, gint64 at, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO message_edits (conversation_id, seq, revision, content, at) "
                "VALUES (?1, ?2, ?3, ?4, ?5)");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  calld_cursor_bind_int (cursor, (gint64) message->revision);
  calld_cursor_bind_text (cursor, message->content);
  calld_cursor_bind_int (cursor, at);
  return calld_cursor_run (cursor, error);
}

static gboolean
forget_edits (CalldSqliteWriter *self, const CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM message_edits WHERE conversation_id = ?1 AND seq = ?2");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  return calld_cursor_run (cursor, error);
}

static void
change_record (CalldMessageRecord *message, const CalldMessageChange *change)
{
  g_free (message->content);
  message->content = g_strdup (change->kind == CALLD_MESSAGE_EDIT ? change->content : "");
  if (change->kind == CALLD_MESSAGE_EDIT)
    message->edited_at = change->at;
  else if (change->kind == CALLD_MESSAGE_RECALL)
    message->recalled_at = change->at;
  else {
    message->deleted_at = change->at;
    message->deleted_by = g_strdup (change->user_id);
  }
}

static gboolean
update_message (CalldSqliteWriter *self, const CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE messages SET content = ?3, revision = ?4, edited_at = ?5, deleted_at = ?6, "
                "deleted_by = ?7, recalled_at = ?8 WHERE conversation_id = ?1 AND seq = ?2");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  calld_cursor_bind_text (cursor, message->content);
  calld_cursor_bind_int (cursor, (gint64) message->revision);
  calld_cursor_bind_int (cursor, message->edited_at);
  calld_cursor_bind_int (cursor, message->deleted_at);
  calld_cursor_bind_text (cursor, message->deleted_by);
  calld_cursor_bind_int (cursor, message->recalled_at);
  return calld_cursor_run (cursor, error);
}

/**
 * calld_sqlite_writer_change_message:
 * @self: a writer, in a transaction
 * @change: what happens to a message
 * @repeated: (out): whether it was so before
 * @error: (optional): where to put why not
 *
 * Edits a message and keeps what it said, or empties it for good. Either takes the next revision of
 * its conversation.
 *
 * Returns: (transfer full) (nullable): the message as it is now
 */
CalldMessageRecord *
calld_sqlite_writer_change_message (CalldSqliteWriter *self,
                                    const CalldMessageChange *change,
                                    gboolean *repeated,
                                    GError **error)
{
  g_autoptr (CalldMessageRecord) message = find_message (self, change->message_id, error);
  gboolean edits = change->kind == CALLD_MESSAGE_EDIT;

  if (message == NULL)
    return NULL;
  *repeated = is_changed_so (message, change);
  if (*repeated)
    return g_steal_pointer (&message);
  if (message->deleted_at > 0 || message->recalled_at > 0) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_WRONG_STATE, "The message is gone.");
    return NULL;
  }
  if (!take_revision (self, message, error) ||
      !(edits ? keep_edit (self, message, change->at, error) : forget_edits (self, message, error)))
    return NULL;
  change_record (message, change);
  return update_message (self, message, error) ? g_steal_pointer (&message) : NULL;
}

/* --- steps ------------------------------------------------------------------------------------ */

gboolean
calld_sqlite_writer_message_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  gboolean repeated;
  g_autoptr (CalldMessageRecord) stored = calld_sqlite_writer_append_message (self, step->record,
                                                                              &repeated, error);

  return stored != NULL;
}

/* Marks only move forward, and never past the last message: a client may claim what it likes. */
gboolean
calld_sqlite_writer_receipt_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldReceiptRecord *receipt = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO receipts (conversation_id, user_id, delivered_seq, read_seq, at) "
      "SELECT id, ?2, min (max (?3, ?4), last_seq), min (?4, last_seq), ?5 FROM conversations "
      "WHERE id = ?1 "
      "ON CONFLICT (conversation_id, user_id) DO UPDATE SET "
      "delivered_seq = max (delivered_seq, excluded.delivered_seq), "
      "read_seq = max (read_seq, excluded.read_seq), at = excluded.at");

  calld_cursor_bind_text (cursor, receipt->conversation_id);
  calld_cursor_bind_text (cursor, receipt->user_id);
  calld_cursor_bind_int (cursor, (gint64) MIN (receipt->delivered_seq, G_MAXINT64));
  calld_cursor_bind_int (cursor, (gint64) MIN (receipt->read_seq, G_MAXINT64));
  calld_cursor_bind_int (cursor, receipt->at);
  if (calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                   "There is no such conversation.", error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND,
                               "This user is no member of the conversation.");
}
