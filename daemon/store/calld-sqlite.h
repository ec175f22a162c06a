/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * CalldSqlite:
 *
 * A connection to an SQLite database with a cache of prepared statements. It belongs to one thread
 * at a time.
 */
typedef struct _CalldSqlite CalldSqlite;

/**
 * CalldCursor:
 *
 * A prepared statement that is being bound, run and read. Binding and reading go from left to
 * right: each call takes the next parameter or the next column. Bound strings must outlive the
 * cursor. There is one cursor per text of SQL at a time.
 */
typedef struct _CalldCursor CalldCursor;

CalldSqlite *calld_sqlite_open (const char *path, gboolean read_only, GError **error);
void calld_sqlite_close (CalldSqlite *self);
gboolean calld_sqlite_run (CalldSqlite *self, const char *script, GError **error);
gboolean calld_sqlite_is_in_transaction (CalldSqlite *self);
gint64 calld_sqlite_get_changes (CalldSqlite *self);

CalldCursor *calld_sqlite_prepare (CalldSqlite *self, const char *sql);
void calld_cursor_bind_text (CalldCursor *self, const char *text);
void calld_cursor_bind_int (CalldCursor *self, gint64 number);
void calld_cursor_bind_enum (CalldCursor *self, GType type, int value);
gboolean calld_cursor_next (CalldCursor *self, GError **error);
gboolean calld_cursor_run (CalldCursor *self, GError **error);
const char *calld_cursor_peek_text (CalldCursor *self);
char *calld_cursor_get_text (CalldCursor *self);
void calld_cursor_skip (CalldCursor *self, guint n_columns);
gint64 calld_cursor_get_int (CalldCursor *self);
int calld_cursor_get_enum (CalldCursor *self, GType type);
void calld_cursor_free (CalldCursor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldSqlite, calld_sqlite_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldCursor, calld_cursor_free)

G_END_DECLS
