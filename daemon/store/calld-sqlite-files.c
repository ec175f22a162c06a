/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-files"

#include "config.h"

#include "calld-sqlite-files.h"

#include "calld-sqlite-reader-private.h"
#include "calld-sqlite-writer-private.h"

/* --- writing ---------------------------------------------------------------------------------- */

static void
bind_file (CalldCursor *cursor, const CalldFileRecord *file)
{
  calld_cursor_bind_text (cursor, file->id);
  calld_cursor_bind_text (cursor, file->conversation_id);
  calld_cursor_bind_text (cursor, file->user_id);
  calld_cursor_bind_enum (cursor, CALLD_TYPE_FILE_STATE, (int) file->state);
  calld_cursor_bind_text (cursor, file->name);
  calld_cursor_bind_text (cursor, file->type);
  calld_cursor_bind_int (cursor, file->size);
  calld_cursor_bind_text (cursor, file->content);
  calld_cursor_bind_text (cursor, file->reply_to_id);
  calld_cursor_bind_text (cursor, file->temp_id);
  calld_cursor_bind_int (cursor, file->duration_ms);
  calld_cursor_bind_text (cursor, file->waveform);
  calld_cursor_bind_int (cursor, file->width);
  calld_cursor_bind_int (cursor, file->height);
  calld_cursor_bind_text (cursor, file->etag);
  calld_cursor_bind_int (cursor, file->created_at);
  calld_cursor_bind_int (cursor, file->expires_at);
}

/* The triggers of the table keep `file_usage` in step, so that this asks for two rows only. */
gboolean
calld_sqlite_writer_add_file (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO files (id, conversation_id, user_id, state, name, type, size, content, "
      "reply_to_id, temp_id, duration_ms, waveform, width, height, etag, created_at, expires_at) "
      "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17 "
      "WHERE ?7 + ifnull ((SELECT bytes FROM file_usage WHERE user_id = ?3), 0) <= ?18 "
      "AND ?7 + ifnull ((SELECT bytes FROM file_usage WHERE user_id = '*'), 0) <= ?19");

  bind_file (cursor, step->record);
  calld_cursor_bind_int (cursor, step->limits[0]);
  calld_cursor_bind_int (cursor, step->limits[1]);
  return calld_sqlite_writer_run_one (
      self, cursor, CALL_ERROR_TOO_LARGE,
      "There is no room left for this file: remove others, or ask the administrator", error);
}

gboolean
calld_sqlite_writer_update_file (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldFileRecord *file = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "UPDATE files SET state = ?2, type = ?3, size = ?4, duration_ms = ?5, waveform = ?6, "
      "width = ?7, height = ?8, etag = ?9, "
      "content = CASE ?2 WHEN 'sent' THEN NULL ELSE content END WHERE id = ?1 AND state = ?10");

  calld_cursor_bind_text (cursor, file->id);
  calld_cursor_bind_enum (cursor, CALLD_TYPE_FILE_STATE, (int) file->state);
  calld_cursor_bind_text (cursor, file->type);
  calld_cursor_bind_int (cursor, file->size);
  calld_cursor_bind_int (cursor, file->duration_ms);
  calld_cursor_bind_text (cursor, file->waveform);
  calld_cursor_bind_int (cursor, file->width);
  calld_cursor_bind_int (cursor, file->height);
  calld_cursor_bind_text (cursor, file->etag);
  calld_cursor_bind_enum (cursor, CALLD_TYPE_FILE_STATE, step->expected);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                      "The file has changed meanwhile", error);
}

/* A message that still names the file keeps its row, which says what there was. */
gboolean
calld_sqlite_writer_forget_file (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) remove = calld_sqlite_prepare (
      self->db, "DELETE FROM files WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM messages "
                "WHERE file_id = ?1)");
  g_autoptr (CalldCursor) keep = calld_sqlite_prepare (
      self->db, "UPDATE files SET state = iif (state = 'infected', state, 'removed'), swept = 1 "
                "WHERE id = ?1");

  calld_cursor_bind_text (remove, step->key);
  calld_cursor_bind_text (keep, step->key);
  return calld_cursor_run (remove, error) && calld_cursor_run (keep, error);
}

/* --- the index of words ----------------------------------------------------------------------- */

static gboolean
run_with_key (CalldSqliteWriter *self, const char *sql, const char *key, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (self->db, sql);

  calld_cursor_bind_text (cursor, key);
  return calld_cursor_run (cursor, error);
}

/* One batch of a conversation: short, since messages wait for it. */
#define BATCH "200"

gboolean
calld_sqlite_writer_index (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  static const char *const steps[] = {
    "INSERT INTO search_rows (conversation_id, seq) SELECT m.conversation_id, m.seq "
    "FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq > c.indexed_seq "
    "AND m.seq <= c.indexed_seq + " BATCH " WHERE c.id = ?1 AND m.content <> ''",
    "INSERT INTO search (rowid, conversation, content) SELECT r.id, "
    "replace (r.conversation_id, '-', ''), m.content FROM conversations c JOIN search_rows r "
    "ON r.conversation_id = c.id AND r.seq > c.indexed_seq AND r.seq <= c.indexed_seq + " BATCH
    " JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq = r.seq WHERE c.id = ?1",
    "UPDATE conversations SET indexed_seq = min (last_seq, indexed_seq + " BATCH ") WHERE id = ?1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!run_with_key (self, steps[i], step->key, error))
      return FALSE;
  return TRUE;
}

/* --- reading ---------------------------------------------------------------------------------- */

/**
 * calld_sqlite_read_file:
 * @cursor: before the columns of CALLD_SQLITE_FILE_COLUMNS
 *
 * Returns: (transfer full) (nullable): the file; %NULL if an outer join found none
 */
gpointer
calld_sqlite_read_file (CalldCursor *cursor)
{
  g_autofree char *id = calld_cursor_get_text (cursor);
  CalldFileRecord *file;

  if (id == NULL)
    return NULL;
  file = g_new0 (CalldFileRecord, 1);
  file->id = g_steal_pointer (&id);
  file->conversation_id = calld_cursor_get_text (cursor);
  file->user_id = calld_cursor_get_text (cursor);
  file->state = calld_cursor_get_enum (cursor, CALLD_TYPE_FILE_STATE);
  file->name = calld_cursor_get_text (cursor);
  file->type = calld_cursor_get_text (cursor);
  file->size = calld_cursor_get_int (cursor);
  file->content = calld_cursor_get_text (cursor);
  file->reply_to_id = calld_cursor_get_text (cursor);
  file->temp_id = calld_cursor_get_text (cursor);
  file->duration_ms = calld_cursor_get_int (cursor);
  file->waveform = calld_cursor_get_text (cursor);
  file->width = (guint) calld_cursor_get_int (cursor);
  file->height = (guint) calld_cursor_get_int (cursor);
  file->etag = calld_cursor_get_text (cursor);
  file->created_at = calld_cursor_get_int (cursor);
  file->expires_at = calld_cursor_get_int (cursor);
  return file;
}

static void
bind_list (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->before, G_MAXINT64));
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_twin (CalldCursor *cursor, const CalldJob *job)
{
  for (guint i = 0; job->keys[i] != NULL; i++)
    calld_cursor_bind_text (cursor, job->keys[i]);
  calld_cursor_bind_int (cursor, (gint64) job->after);
}

static void
bind_limit (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_search (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->keys[0]);
  calld_cursor_bind_text (cursor, job->keys[1]);
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) job->before);
  calld_cursor_bind_int (cursor, job->limit);
}

static gpointer
read_id (CalldCursor *cursor)
{
  return calld_cursor_get_text (cursor);
}

static gpointer
read_message (CalldCursor *cursor)
{
  return calld_sqlite_read_message (cursor);
}

/* The question with the conversations before it; of a user with more than these, the others are
 * found when they are asked for by name. */
#define SEARCH                                                                              \
  "SELECT " CALLD_SQLITE_MESSAGE_ONLY "FROM search s JOIN search_rows w ON w.id = s.rowid " \
  "JOIN messages m ON m.conversation_id = w.conversation_id AND m.seq = w.seq "             \
  "JOIN users u ON u.id = m.sender_id LEFT JOIN messages q ON q.id = m.reply_to_id "        \
  "LEFT JOIN users v ON v.id = q.sender_id LEFT JOIN files f ON f.id = m.file_id "          \
  "WHERE search MATCH (SELECT 'conversation : (' || group_concat ('\"' || "                 \
  "replace (id, '-', '') || '\"', ' OR ') || ') AND content : (' || ?2 || ')' FROM "        \
  "(SELECT b.conversation_id AS id FROM members b JOIN conversations c ON c.id = "          \
  "b.conversation_id WHERE b.user_id = ?1 AND ifnull (?3, b.conversation_id) = "            \
  "b.conversation_id AND (?3 IS NOT NULL OR c.kind <> 'appointment') LIMIT 1000)) "         \
  "AND m.created_at < ?4 ORDER BY s.rowid DESC LIMIT ?5"

#define FILE_COLUMNS "SELECT " CALLD_SQLITE_FILE_COLUMNS "FROM files f "
#define AT(kind) [CALLD_JOB_##kind - CALLD_JOB_FIRST_FILES]

const CalldReading calld_sqlite_files_readings[] = {
  AT (GET_FILE) = { FILE_COLUMNS "WHERE f.id = ?1", calld_sqlite_read_file,
                    (GDestroyNotify) calld_file_record_free, NULL, "file" },
  AT (LIST_FILES) = { FILE_COLUMNS "WHERE f.state = ?1 AND f.created_at < ?2 AND NOT f.swept "
                                   "ORDER BY f.created_at LIMIT ?3",
                      calld_sqlite_read_file, (GDestroyNotify) calld_file_record_free, bind_list,
                      NULL },
  AT (GET_TWIN) = { FILE_COLUMNS "WHERE f.id <> ?1 AND f.conversation_id = ?2 AND f.user_id = ?3 "
                                 "AND f.etag = ?4 AND f.state = 'sent' AND NOT f.swept "
                                 "AND f.created_at >= ?5 ORDER BY f.created_at DESC LIMIT 1",
                    calld_sqlite_read_file, (GDestroyNotify) calld_file_record_free, bind_twin,
                    "file" },
  AT (LIST_UNINDEXED) = { "SELECT id FROM conversations WHERE indexed_seq < last_seq LIMIT ?1",
                          read_id, g_free, bind_limit, NULL },
  AT (SEARCH_MESSAGES) = { SEARCH, read_message, (GDestroyNotify) calld_message_record_free,
                           bind_search, NULL },
};
