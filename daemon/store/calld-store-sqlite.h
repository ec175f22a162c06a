/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-store.h"

G_BEGIN_DECLS

#define CALLD_TYPE_STORE_SQLITE (calld_store_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (CalldStoreSqlite, calld_store_sqlite, CALLD, STORE_SQLITE, GObject)

/** CALLD_STORE_SQLITE_MAX_QUEUED: how many writes, and how many reads, may wait. */
#define CALLD_STORE_SQLITE_MAX_QUEUED 16384

CalldStore *calld_store_sqlite_open (const char *path, CalldAudit *audit, GError **error);

G_END_DECLS
