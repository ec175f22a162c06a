/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-sqlite.h"

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean calld_migrate (CalldSqlite *db, GResource *resource, const char *folder, GError **error);
int calld_migrate_get_version (CalldSqlite *db, GError **error);

G_END_DECLS
