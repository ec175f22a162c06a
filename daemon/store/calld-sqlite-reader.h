/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite-files.h"
#include "calld-sqlite.h"
#include "calld-store-private.h"

G_BEGIN_DECLS

gpointer calld_sqlite_read (CalldSqlite *db,
                            const CalldJob *job,
                            GDestroyNotify *free_result,
                            GError **error);
CalldMessageRecord *calld_sqlite_read_message (CalldCursor *cursor);

CalldMessageRecord *calld_sqlite_read_quote (CalldCursor *cursor);
gboolean calld_sqlite_read_statuses (CalldSqlite *db,
                                     const char *conversation_id,
                                     GPtrArray *messages,
                                     GError **error);
CalldConversationRecord *
calld_sqlite_read_conversation (CalldSqlite *db, const CalldJob *job, GError **error);
CalldResumeRecord *calld_sqlite_read_resume (CalldSqlite *db, const CalldJob *job, GError **error);
gpointer calld_sqlite_read_member (CalldCursor *cursor);
gpointer calld_sqlite_read_membership (CalldCursor *cursor);

/* The columns calld_sqlite_read_quote() expects. */
#define CALLD_SQLITE_QUOTE_COLUMNS \
  "q.id, q.seq, q.sender_id, v.name, substr (q.content, 1, 200), q.kind"

/* The columns calld_sqlite_read_message() expects. */
#define CALLD_SQLITE_MESSAGE_ONLY                                                           \
  "m.id, m.conversation_id, m.seq, m.sender_id, u.name, m.content, m.kind, m.reply_to_id, " \
  "m.temp_id, m.created_at, m.revision, m.edited_at, m.deleted_at, m.deleted_by, "          \
  "m.recalled_at, " CALLD_SQLITE_QUOTE_COLUMNS ", " CALLD_SQLITE_FILE_COLUMNS

/* The same with what is selected from, to be followed by a condition. */
#define CALLD_SQLITE_MESSAGE_COLUMNS                    \
  CALLD_SQLITE_MESSAGE_ONLY                             \
  "FROM messages m JOIN users u ON u.id = m.sender_id " \
  "LEFT JOIN messages q ON q.id = m.reply_to_id "       \
  "LEFT JOIN users v ON v.id = q.sender_id "            \
  "LEFT JOIN files f ON f.id = m.file_id "

/* The columns calld_sqlite_read_member() expects. */
#define CALLD_SQLITE_MEMBER_COLUMNS                                         \
  "SELECT b.conversation_id, b.user_id, u.name, b.role, b.joined_at, "      \
  "coalesce (r.delivered_seq, 0), coalesce (r.read_seq, 0) FROM members b " \
  "JOIN users u ON u.id = b.user_id LEFT JOIN receipts r "                  \
  "ON r.conversation_id = b.conversation_id AND r.user_id = b.user_id "

/* The columns calld_sqlite_read_membership() expects, for the user ?1. */
#define CALLD_SQLITE_MEMBERSHIP_COLUMNS                                                      \
  "SELECT c.id, c.kind, c.name, c.open, c.last_seq, c.revision, c.created_at, b.role, "      \
  "coalesce (r.read_seq, 0), (SELECT count (*) FROM (SELECT 1 FROM messages n "              \
  "WHERE n.conversation_id = c.id AND n.seq > coalesce (r.read_seq, 0) "                     \
  "AND n.sender_id <> ?1 LIMIT 100)), "                                                      \
  "CASE WHEN c.kind = 'group' THEN NULL ELSE (SELECT w.name FROM members o "                 \
  "JOIN users w ON w.id = o.user_id WHERE o.conversation_id = c.id AND o.user_id <> ?1) "    \
  "END, " CALLD_SQLITE_MESSAGE_ONLY                                                          \
  "FROM members b JOIN conversations c ON c.id = b.conversation_id "                         \
  "LEFT JOIN receipts r ON r.conversation_id = b.conversation_id AND r.user_id = b.user_id " \
  "LEFT JOIN messages m ON m.conversation_id = c.id AND m.seq = c.last_seq "                 \
  "LEFT JOIN users u ON u.id = m.sender_id "                                                 \
  "LEFT JOIN messages q ON q.id = m.reply_to_id "                                            \
  "LEFT JOIN users v ON v.id = q.sender_id "                                                 \
  "LEFT JOIN files f ON f.id = m.file_id "

G_END_DECLS
