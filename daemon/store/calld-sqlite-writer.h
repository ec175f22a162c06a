/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite.h"
#include "calld-store-private.h"

G_BEGIN_DECLS

/**
 * CalldSqliteWriter:
 *
 * Makes steps of a change true in an open transaction. It keeps the end of the audit chain, so
 * there is one per database. Not thread safe.
 */
typedef struct _CalldSqliteWriter CalldSqliteWriter;

/**
 * CalldAuditHead:
 *
 * The end of the audit chain: what the next row goes on from.
 */
typedef struct {
  guint64 seq;
  char hash[2 * CALLD_AUDIT_HASH_SIZE + 1];
} CalldAuditHead;

CalldSqliteWriter *calld_sqlite_writer_new (CalldSqlite *db, CalldAudit *audit, GError **error);
void calld_sqlite_writer_free (CalldSqliteWriter *self);

void calld_sqlite_writer_get_head (CalldSqliteWriter *self, CalldAuditHead *head);
void calld_sqlite_writer_set_head (CalldSqliteWriter *self, const CalldAuditHead *head);

gboolean
calld_sqlite_writer_apply (CalldSqliteWriter *self, const CalldChange *change, GError **error);
CalldMessageRecord *calld_sqlite_writer_append_message (CalldSqliteWriter *self,
                                                        const CalldMessageRecord *message,
                                                        gboolean *repeated,
                                                        GError **error);
CalldMessageRecord *calld_sqlite_writer_change_message (CalldSqliteWriter *self,
                                                        const CalldMessageChange *change,
                                                        gboolean *repeated,
                                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldSqliteWriter, calld_sqlite_writer_free)

G_END_DECLS
