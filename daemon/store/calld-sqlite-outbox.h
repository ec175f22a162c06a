/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-record.h"
#include "calld-sqlite.h"

G_BEGIN_DECLS

/**
 * CalldSqliteOutbox:
 *
 * What webhooks are to hear, written in the transaction of what it tells of. Without webhooks it
 * costs nothing: which there are is remembered, since the writer alone changes them. It belongs to
 * the writer's thread.
 */
typedef struct _CalldSqliteOutbox CalldSqliteOutbox;

CalldSqliteOutbox *calld_sqlite_outbox_new (CalldSqlite *db);
void calld_sqlite_outbox_free (CalldSqliteOutbox *self);
void calld_sqlite_outbox_forget (CalldSqliteOutbox *self);

gboolean calld_sqlite_outbox_add_event (CalldSqliteOutbox *self,
                                        const CalldDeliveryRecord *delivery,
                                        GError **error);
gboolean calld_sqlite_outbox_add_message (CalldSqliteOutbox *self,
                                          const CalldMessageRecord *message,
                                          GError **error);
gboolean calld_sqlite_outbox_remove (CalldSqliteOutbox *self,
                                     const CalldDeliveryRecord *delivery,
                                     GError **error);

G_END_DECLS
