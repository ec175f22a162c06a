/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-migrate"

#include "config.h"

#include "calld-migrate.h"

#include "calld-log.h"

#include "call-error.h"

#include <stdlib.h>

typedef struct {
  int number;
  const char *name;
} Migration;

static int
compare_migrations (gconstpointer a, gconstpointer b)
{
  return ((const Migration *) a)->number - ((const Migration *) b)->number;
}

/* A file is named NNNN-what.sql. */
static GArray *
find_migrations (char **names)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (Migration));

  for (guint i = 0; names[i] != NULL; i++) {
    Migration migration = { atoi (names[i]), names[i] };

    if (migration.number > 0 && g_str_has_suffix (names[i], ".sql"))
      g_array_append_val (found, migration);
  }
  g_array_sort (found, compare_migrations);
  return found;
}

/**
 * calld_migrate_get_version:
 * @db: a database
 * @error: (optional): where to put why it cannot be read
 *
 * Reads the number of the last migration that was applied.
 *
 * Returns: the number, 0 for an empty database, -1 with @error set
 */
int
calld_migrate_get_version (CalldSqlite *db, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, "PRAGMA user_version");

  if (!calld_cursor_next (cursor, error))
    return -1;
  return (int) calld_cursor_get_int (cursor);
}

static gboolean
apply (CalldSqlite *db, GResource *resource, const char *folder, const Migration *m, GError **error)
{
  g_autofree char *path = g_strconcat (folder, "/", m->name, NULL);
  g_autofree char *script = NULL;
  g_autoptr (GBytes) sql = g_resource_lookup_data (resource, path, 0, error);

  if (sql == NULL)
    return FALSE;
  /* The version moves in the same transaction: a crash leaves the old schema or the new one. */
  script = g_strdup_printf ("BEGIN IMMEDIATE;\n%.*s\nPRAGMA user_version = %d;\nCOMMIT;",
                            (int) g_bytes_get_size (sql),
                            (const char *) g_bytes_get_data (sql, NULL), m->number);
  if (!calld_sqlite_run (db, script, error)) {
    calld_sqlite_run (db, "ROLLBACK", NULL);
    g_prefix_error (error, "Migration %s failed and was undone. ", m->name);
    return FALSE;
  }
  calld_log_info ("store_migrated", .count = m->number, .counted = "schema");
  return TRUE;
}

/**
 * calld_migrate:
 * @db: a database, not in a transaction
 * @resource: where the migrations are
 * @folder: path in @resource of files named NNNN-what.sql
 * @error: (optional): where to put why not; %CALL_ERROR_CONFLICT if the database is newer
 *
 * Brings the schema forward, one transaction per migration. There is no way back: an older program
 * refuses a newer database.
 *
 * Returns: %TRUE if the schema is now the newest one of @resource
 */
gboolean
calld_migrate (CalldSqlite *db, GResource *resource, const char *folder, GError **error)
{
  g_auto (GStrv) names = g_resource_enumerate_children (resource, folder, 0, error);
  g_autoptr (GArray) migrations = NULL;
  int version, newest = 0;

  if (names == NULL)
    return FALSE;
  migrations = find_migrations (names);
  version = calld_migrate_get_version (db, error);
  if (version < 0)
    return FALSE;
  if (migrations->len > 0)
    newest = g_array_index (migrations, Migration, migrations->len - 1).number;
  if (version > newest) {
    g_set_error (
        error, CALL_ERROR, CALL_ERROR_CONFLICT,
        "The database was written by a newer version (its schema is %d, this program knows "
        "%d): start that version, or restore a backup from before.",
        version, newest);
    return FALSE;
  }
  for (guint i = 0; i < migrations->len; i++) {
    const Migration *migration = &g_array_index (migrations, Migration, i);

    if (migration->number > version && !apply (db, resource, folder, migration, error))
      return FALSE;
  }
  return TRUE;
}
