/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-sqlite-reader.h"
#include "calld-sqlite-writer-private.h"

/* Stores the message unless the sender has sent it before; then, or if there is no such
 * conversation, its sequence stays 0. One statement, since chat is what a busy clinic does most. */
static gboolean
insert_message (CalldSqliteWriter *self, CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO messages (conversation_id, seq, id, sender_id, content, kind, reply_to_id, "
      "temp_id, created_at, file_id) SELECT id, last_seq + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 "
      "FROM conversations WHERE id = ?1 "
      "ON CONFLICT (conversation_id, sender_id, temp_id) WHERE temp_id IS NOT NULL DO NOTHING "
      "RETURNING seq, (SELECT name FROM users WHERE users.id = sender_id)");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_text (cursor, message->id);
  calld_cursor_bind_text (cursor, message->sender_id);
  calld_cursor_bind_text (cursor, message->content);
  calld_cursor_bind_enum (cursor, CALL_TYPE_MESSAGE_KIND, message->kind);
  calld_cursor_bind_text (cursor, message->reply_to_id);
  calld_cursor_bind_text (cursor, message->temp_id);
  calld_cursor_bind_int (cursor, message->created_at);
  calld_cursor_bind_text (cursor, message->file != NULL ? message->file->id : NULL);
  if (calld_cursor_next (cursor, &local_error)) {
    message->seq = (guint64) calld_cursor_get_int (cursor);
    g_free (message->sender_name);
    message->sender_name = calld_cursor_get_text (cursor);
    /* Foreign keys are looked at when the statement ends. */
    calld_cursor_run (cursor, &local_error);
  }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such sender.");
}

static gboolean
take_sequence (CalldSqliteWriter *self, const CalldMessageRecord *message, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE conversations SET last_seq = ?2 WHERE id = ?1");

  calld_cursor_bind_text (cursor, message->conversation_id);
  calld_cursor_bind_int (cursor, (gint64) message->seq);
  return calld_cursor_run (cursor, error);
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
 * before.
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

  stored->seq = 0;
  stored->status = CALL_MESSAGE_SENT;
  *repeated = FALSE;
  if (!insert_message (self, stored, error))
    return NULL;
  if (stored->seq > 0)
    return take_sequence (self, stored, error) &&
                   calld_sqlite_outbox_add_message (self->outbox, stored, error)
               ? g_steal_pointer (&stored)
               : NULL;

  calld_message_record_free (stored);
  stored = find_repeated (self, message, error);
  *repeated = stored != NULL;
  return g_steal_pointer (&stored);
}

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
