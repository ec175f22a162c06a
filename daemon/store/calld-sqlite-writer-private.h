/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite-outbox.h"
#include "calld-sqlite-writer.h"

#include "call-error.h"

G_BEGIN_DECLS

/* Shared by the files of the writer. */

struct _CalldSqliteWriter {
  CalldSqlite *db; /* not owned */
  CalldAudit *audit;
  CalldSqliteOutbox *outbox;
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
gboolean calld_sqlite_writer_add_conversation_step (CalldSqliteWriter *self,
                                                    const CalldStep *step,
                                                    GError **error);
gboolean calld_sqlite_writer_update_conversation_step (CalldSqliteWriter *self,
                                                       const CalldStep *step,
                                                       GError **error);
gboolean calld_sqlite_writer_expect_member_step (CalldSqliteWriter *self,
                                                 const CalldStep *step,
                                                 GError **error);
gboolean calld_sqlite_writer_add_member_step (CalldSqliteWriter *self,
                                              const CalldStep *step,
                                              GError **error);
gboolean calld_sqlite_writer_member_role_step (CalldSqliteWriter *self,
                                               const CalldStep *step,
                                               GError **error);
gboolean calld_sqlite_writer_remove_member_step (CalldSqliteWriter *self,
                                                 const CalldStep *step,
                                                 GError **error);
gboolean calld_sqlite_writer_keep_admin_step (CalldSqliteWriter *self,
                                              const CalldStep *step,
                                              GError **error);

/* calld-sqlite-writer-social.c */
gboolean
calld_sqlite_writer_presence_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean calld_sqlite_writer_add_webhook_step (CalldSqliteWriter *self,
                                               const CalldStep *step,
                                               GError **error);
gboolean calld_sqlite_writer_remove_webhook_step (CalldSqliteWriter *self,
                                                  const CalldStep *step,
                                                  GError **error);
gboolean calld_sqlite_writer_update_webhook_step (CalldSqliteWriter *self,
                                                  const CalldStep *step,
                                                  GError **error);
gboolean
calld_sqlite_writer_enqueue_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_finish_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_retry_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean
calld_sqlite_writer_add_push_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);
gboolean calld_sqlite_writer_remove_push_step (CalldSqliteWriter *self,
                                               const CalldStep *step,
                                               GError **error);

/* calld-sqlite-writer-meeting.c */
gboolean calld_sqlite_writer_note_event_step (CalldSqliteWriter *self,
                                              const CalldStep *step,
                                              GError **error);
gboolean calld_sqlite_writer_start_meeting_step (CalldSqliteWriter *self,
                                                 const CalldStep *step,
                                                 GError **error);
gboolean calld_sqlite_writer_end_meeting_step (CalldSqliteWriter *self,
                                               const CalldStep *step,
                                               GError **error);
gboolean
calld_sqlite_writer_egress_step (CalldSqliteWriter *self, const CalldStep *step, GError **error);

G_END_DECLS
