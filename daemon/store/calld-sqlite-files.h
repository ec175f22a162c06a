/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-change-private.h"
#include "calld-file-record.h"
#include "calld-sqlite-writer.h"
#include "calld-sqlite.h"

G_BEGIN_DECLS

#define CALLD_SQLITE_FILE_COLUMNS                                                    \
  "f.id, f.conversation_id, f.user_id, f.state, f.name, f.type, f.size, f.content, " \
  "f.reply_to_id, f.temp_id, f.duration_ms, f.waveform, f.width, f.height, f.etag, " \
  "f.created_at, f.expires_at "

gpointer calld_sqlite_read_file (CalldCursor *cursor);

gboolean
calld_sqlite_writer_add_file (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_update_file (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_forget_file (CalldSqliteWriter *self, const CalldStep *step, GError **error);

gboolean calld_sqlite_writer_index (CalldSqliteWriter *self, const CalldStep *step, GError **error);

G_END_DECLS
