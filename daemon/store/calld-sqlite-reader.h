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

/* The columns calld_sqlite_read_message() expects, to be followed by what is selected from. */
#define CALLD_SQLITE_MESSAGE_COLUMNS                                                               \
  "m.id, m.conversation_id, m.seq, m.sender_id, u.name, m.content, m.kind, m.reply_to_id, "        \
  "m.temp_id, "                                                                                    \
  "m.created_at, (SELECT MIN (CASE WHEN r.read_seq >= m.seq THEN 2 WHEN r.delivered_seq >= m.seq " \
  "THEN 1 ELSE 0 END) FROM members b LEFT JOIN receipts r ON r.conversation_id = "                 \
  "b.conversation_id "                                                                             \
  "AND r.user_id = b.user_id WHERE b.conversation_id = m.conversation_id AND b.user_id <> "        \
  "m.sender_id), " CALLD_SQLITE_FILE_COLUMNS                                                       \
  "FROM messages m JOIN users u ON u.id = m.sender_id LEFT JOIN files f ON f.id = m.file_id "

G_END_DECLS
