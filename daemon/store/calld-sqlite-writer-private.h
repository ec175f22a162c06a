/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite-writer.h"

#include "call-error.h"

G_BEGIN_DECLS

/* Shared by the files of the writer. */

struct _CalldSqliteWriter {
  CalldSqlite *db; /* not owned */
  CalldAudit *audit;
  CalldAuditHead head;
};

gboolean calld_sqlite_writer_run_one (CalldSqliteWriter *self,
                                      CalldCursor *cursor,
                                      CallError code,
                                      const char *why,
                                      GError **error);
gboolean calld_sqlite_explain (GError **error, CallError code, const char *sentence);

gboolean
calld_sqlite_writer_message_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_receipt_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);

G_END_DECLS
