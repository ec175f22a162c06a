/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "config.h"

#include "calld-migrate.h"
#include "calld-test-await.h"
#include "migrate-test-resources.h"

#include "call-error.h"

#include <string.h>

typedef struct {
  char *directory;
  CalldSqlite *db;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *path = NULL;

  self->directory = g_dir_make_tmp ("calld-test-XXXXXX", NULL);
  path = g_build_filename (self->directory, "x.db", NULL);
  self->db = calld_sqlite_open (path, FALSE, NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  calld_sqlite_close (self->db);
  remove_tree (self->directory);
  g_free (self->directory);
}

static gboolean
migrate (Fixture *self, const char *folder, GError **error)
{
  g_autofree char *path = g_strconcat ("/org/libcall/test/migrate/", folder, NULL);

  return calld_migrate (self->db, migrate_test_get_resource (), path, error);
}

static void
migrate_well (Fixture *self, const char *folder, int version)
{
  g_autoptr (GError) error = NULL;

  migrate (self, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (calld_migrate_get_version (self->db, NULL), ==, version);
}

/* Numbers count, not names: 10 comes after 2. */
static void
test_in_order (Fixture *self, gconstpointer data)
{
  migrate_well (self, "good", 10);
  g_assert_true (calld_sqlite_run (
      self->db, "INSERT INTO people (name, born, town) VALUES ('x', 1, 'y')", NULL));
}

static void
test_again (Fixture *self, gconstpointer data)
{
  migrate_well (self, "good", 10);
  migrate_well (self, "good", 10);
}

/* What is in an older database stays. */
static void
test_from_older (Fixture *self, gconstpointer data)
{
  g_autoptr (CalldCursor) cursor = NULL;

  migrate_well (self, "old", 1);
  g_assert_true (calld_sqlite_run (self->db, "INSERT INTO people (name) VALUES ('Ana')", NULL));
  migrate_well (self, "good", 10);
  cursor = calld_sqlite_prepare (self->db, "SELECT name, born, town FROM people");
  g_assert_true (calld_cursor_next (cursor, NULL));
  g_assert_cmpstr (calld_cursor_peek_text (cursor), ==, "Ana");
  g_assert_cmpint (calld_cursor_get_int (cursor), ==, 1900);
  g_assert_cmpstr (calld_cursor_peek_text (cursor), ==, "unknown");
}

/* One that fails leaves nothing of itself behind. */
static void
test_failing (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (migrate (self, "bad", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "0002-breaks.sql"));
  g_assert_cmpint (calld_migrate_get_version (self->db, NULL), ==, 1);
  g_assert_false (calld_sqlite_is_in_transaction (self->db));
  g_assert_false (calld_sqlite_run (self->db, "SELECT * FROM half", NULL));
  g_assert_true (calld_sqlite_run (self->db, "SELECT * FROM people", NULL));
}

static void
test_newer (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  migrate_well (self, "good", 10);
  g_assert_false (migrate (self, "old", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_CONFLICT);
  g_assert_nonnull (
      strstr (error->message, "newer version (its schema is 10, this program knows 1)"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (60);
#define ADD(path, func) g_test_add ("/migrate/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("in-order", test_in_order);
  ADD ("again", test_again);
  ADD ("from-older", test_from_older);
  ADD ("failing", test_failing);
  ADD ("newer", test_newer);
  return g_test_run ();
}
