/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-record.h"

#include <glib.h>

G_BEGIN_DECLS

/** CALLD_AUDIT_HASH_SIZE: size of a link of the chain, in bytes. */
#define CALLD_AUDIT_HASH_SIZE 32

/**
 * CalldAudit:
 *
 * Hashes the audit chain with a key, so that whoever can write the database but has no key can
 * neither change nor remove nor reorder a row unseen. There is one chain for a database. Immutable,
 * usable from any thread.
 */
typedef struct _CalldAudit CalldAudit;

CalldAudit *calld_audit_new (GBytes *key);
CalldAudit *calld_audit_ref (CalldAudit *self);
void calld_audit_unref (CalldAudit *self);

char *calld_audit_hash (CalldAudit *self, const char *previous, const CalldAuditRecord *record);
gboolean
calld_audit_verify (CalldAudit *self, const char *previous, GPtrArray *records, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldAudit, calld_audit_unref)

G_END_DECLS
