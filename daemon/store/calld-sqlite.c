/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite"

#include "config.h"

#include "calld-sqlite.h"

#include "call-enums.h"
#include "call-error.h"

#include <sqlite3.h>

/* How long a statement waits for another process that has the database locked, such as a backup. */
#define BUSY_TIMEOUT_MS 5000

struct _CalldSqlite {
  sqlite3 *db;
  /* SQL text → CalldCursor; statements live as long as the connection. */
  GHashTable *statements;
};

struct _CalldCursor {
  CalldSqlite *owner; /* not owned */
  sqlite3_stmt *statement;
  int prepared; /* result code of the preparation, shown by the first step */
  int n_bound;
  int n_read;
};

static void
statement_free (gpointer data)
{
  CalldCursor *cursor = data;

  sqlite3_finalize (cursor->statement);
  g_free (cursor);
}

static CallError
code_to_error (int code)
{
  switch (code & 0xff) {
  case SQLITE_CONSTRAINT:
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
      return CALL_ERROR_NOT_FOUND;
    if (code == SQLITE_CONSTRAINT_CHECK || code == SQLITE_CONSTRAINT_NOTNULL ||
        code == SQLITE_CONSTRAINT_DATATYPE)
      return CALL_ERROR_INVALID;
    return CALL_ERROR_CONFLICT;
  case SQLITE_TOOBIG:
    return CALL_ERROR_TOO_LARGE;
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_READONLY:
  case SQLITE_CANTOPEN:
  case SQLITE_NOMEM:
    return CALL_ERROR_UNAVAILABLE;
  default:
    return CALL_ERROR_FAILED;
  }
}

static void
set_error (CalldSqlite *self, GError **error)
{
  int code = sqlite3_extended_errcode (self->db);

  if ((code & 0xff) == SQLITE_FULL)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                         "The disk of the database is full: make room, nothing was stored.");
  else if ((code & 0xff) == SQLITE_BUSY)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE,
                         "The database is locked by another program.");
  else
    g_set_error (error, CALL_ERROR, code_to_error (code), "The database refused: %s (%d).",
                 sqlite3_errmsg (self->db), code);
}

/* Before SQLite's first use. Nobody asks how much memory it has, and counting takes a lock each
 * time. */
static void
configure_library (void)
{
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
    g_once_init_leave (&done, 1);
  }
}

/**
 * calld_sqlite_open:
 * @path: of the database file, which is made when it is not there and @read_only is %FALSE
 * @read_only: whether only to read
 * @error: (optional): where to put why not
 *
 * Opens a connection for the use of one thread.
 *
 * Returns: (transfer full) (nullable): the connection
 */
CalldSqlite *
calld_sqlite_open (const char *path, gboolean read_only, GError **error)
{
  g_autoptr (CalldSqlite) self = g_new0 (CalldSqlite, 1);
  int flags = SQLITE_OPEN_NOMUTEX |
              (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

  configure_library ();
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, statement_free);
  if (sqlite3_open_v2 (path, &self->db, flags, NULL) != SQLITE_OK) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE, "Cannot open the database \"%s\": %s.",
                 path, sqlite3_errmsg (self->db));
    return NULL;
  }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_TIMEOUT_MS);
  /* No statement, ours or a trigger's, may write to the file behind SQLite's back. */
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  return g_steal_pointer (&self);
}

void
calld_sqlite_close (CalldSqlite *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  sqlite3_close (self->db);
  g_free (self);
}

/**
 * calld_sqlite_run:
 * @self: a connection
 * @script: one or more statements without parameters
 * @error: (optional): where to put why not
 *
 * Runs @script and throws away what it gives.
 *
 * Returns: %TRUE if all of it went well
 */
gboolean
calld_sqlite_run (CalldSqlite *self, const char *script, GError **error)
{
  if (sqlite3_exec (self->db, script, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_error (self, error);
  return FALSE;
}

/**
 * calld_sqlite_is_in_transaction:
 * @self: a connection
 *
 * Whether a transaction is open. Some errors, such as a full disk, end it by themselves.
 *
 * Returns: %TRUE if so
 */
gboolean
calld_sqlite_is_in_transaction (CalldSqlite *self)
{
  return !sqlite3_get_autocommit (self->db);
}

/**
 * calld_sqlite_get_changes:
 * @self: a connection
 *
 * How many rows the last statement changed.
 *
 * Returns: a number of rows
 */
gint64
calld_sqlite_get_changes (CalldSqlite *self)
{
  return sqlite3_changes64 (self->db);
}

/**
 * calld_sqlite_prepare:
 * @self: a connection
 * @sql: one statement, constant: the cache keeps it
 *
 * Takes a statement out of the cache, or makes it. A mistake in @sql shows when the cursor runs.
 *
 * Returns: (transfer full): a cursor with nothing bound
 */
CalldCursor *
calld_sqlite_prepare (CalldSqlite *self, const char *sql)
{
  CalldCursor *cursor = g_hash_table_lookup (self->statements, sql);

  if (cursor == NULL) {
    cursor = g_new0 (CalldCursor, 1);
    cursor->owner = self;
    cursor->prepared = sqlite3_prepare_v3 (self->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                           &cursor->statement, NULL);
    g_hash_table_insert (self->statements, (gpointer) sql, cursor);
  }
  cursor->n_bound = 0;
  cursor->n_read = 0;
  return cursor;
}

void
calld_cursor_bind_text (CalldCursor *self, const char *text)
{
  sqlite3_bind_text (self->statement, ++self->n_bound, text, -1, SQLITE_STATIC);
}

void
calld_cursor_bind_int (CalldCursor *self, gint64 number)
{
  sqlite3_bind_int64 (self->statement, ++self->n_bound, number);
}

/**
 * calld_cursor_bind_enum:
 * @self: a cursor
 * @type: an enumeration type
 * @value: a value of it
 *
 * Binds the word of @value.
 */
void
calld_cursor_bind_enum (CalldCursor *self, GType type, int value)
{
  calld_cursor_bind_text (self, call_enum_to_nick (type, value));
}

/**
 * calld_cursor_next:
 * @self: a cursor
 * @error: (optional): where to put why it failed
 *
 * Goes to the next row.
 *
 * Returns: %TRUE if there is one; %FALSE at the end, and with @error set when it failed
 */
gboolean
calld_cursor_next (CalldCursor *self, GError **error)
{
  int code;

  if (self->prepared != SQLITE_OK) {
    g_set_error (error, CALL_ERROR, code_to_error (self->prepared),
                 "The database does not understand a statement (%d): is its schema damaged?",
                 self->prepared);
    return FALSE;
  }
  self->n_read = 0;
  code = sqlite3_step (self->statement);
  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    set_error (self->owner, error);
  return FALSE;
}

/**
 * calld_cursor_run:
 * @self: a cursor
 * @error: (optional): where to put why it failed
 *
 * Runs a statement whose rows, if any, do not matter.
 *
 * Returns: %TRUE if it went well
 */
gboolean
calld_cursor_run (CalldCursor *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  while (calld_cursor_next (self, &local_error))
    ;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

const char *
calld_cursor_peek_text (CalldCursor *self)
{
  return (const char *) sqlite3_column_text (self->statement, self->n_read++);
}

/**
 * calld_cursor_skip:
 * @self: a cursor on a row
 * @n_columns: how many columns not to read
 */
void
calld_cursor_skip (CalldCursor *self, guint n_columns)
{
  self->n_read += (int) n_columns;
}

char *
calld_cursor_get_text (CalldCursor *self)
{
  return g_strdup (calld_cursor_peek_text (self));
}

gint64
calld_cursor_get_int (CalldCursor *self)
{
  return sqlite3_column_int64 (self->statement, self->n_read++);
}

/**
 * calld_cursor_get_enum:
 * @self: a cursor on a row
 * @type: an enumeration type
 *
 * Reads a word. The schema checks the words, so an unknown one is a damaged row; it counts as 0.
 *
 * Returns: the value
 */
int
calld_cursor_get_enum (CalldCursor *self, GType type)
{
  int value = 0;

  call_enum_from_nick (type, calld_cursor_peek_text (self), &value);
  return value;
}

/**
 * calld_cursor_free:
 * @self: (nullable) (transfer full): a cursor
 *
 * Gives the statement back to the cache.
 */
void
calld_cursor_free (CalldCursor *self)
{
  if (self == NULL)
    return;
  sqlite3_reset (self->statement);
  sqlite3_clear_bindings (self->statement);
}
