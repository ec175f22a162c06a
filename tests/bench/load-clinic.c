/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "load-clinic.h"

#include "calld-sqlite.h"
#include "calld-store.h"

#include "call-id.h"
#include "call-jwt.h"

#include <glib/gstdio.h>
#include <string.h>

/*
 * The schema is made by the store itself; then users and groups are written in one transaction, as
 * an import would.
 */

/* Days may pass in seconds. */
#define TOKEN_SECONDS G_GINT64_CONSTANT (30 * 24 * 3600)

static CalldSqlite *
open_database (LoadClinic *self)
{
  g_autofree char *path = load_clinic_get_database (self);
  g_autoptr (GError) error = NULL;
  CalldSqlite *db = calld_sqlite_open (path, FALSE, &error);

  if (db == NULL)
    g_error ("%s", error->message);
  return db;
}

static void
on_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  calld_store_close_finish (CALLD_STORE (source), result, NULL);
  *(gboolean *) user_data = TRUE;
}

static void
make_schema (LoadClinic *self)
{
  static const guint8 key[32] = { 1 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (key, sizeof key);
  CalldAudit *audit = calld_audit_new (bytes);
  g_autofree char *path = load_clinic_get_database (self);
  g_autofree char *url = g_strconcat ("sqlite://", path, NULL);
  g_autoptr (GError) error = NULL;
  CalldStore *store = calld_store_open (url, audit, &error);
  gboolean closed = FALSE;

  if (store == NULL)
    g_error ("%s", error->message);
  calld_store_close_async (store, NULL, on_closed, &closed);
  while (!closed)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (store);
  calld_audit_unref (audit);
}

static void
insert (CalldSqlite *db, const char *sql, const char *const *texts, gint64 number)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, sql);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; texts[i] != NULL; i++)
    calld_cursor_bind_text (cursor, texts[i]);
  calld_cursor_bind_int (cursor, number);
  if (!calld_cursor_run (cursor, &error))
    g_error ("%s", error->message);
}

static char *
add_user (CalldSqlite *db, gint64 now)
{
  char *id = call_id_new ();

  insert (db,
          "INSERT INTO users (id, name, role, time_zone, active, licence_expires_at, created_at) "
          "VALUES (?1, 'Ana Souza', 'doctor', 'America/Sao_Paulo', 1, 0, ?2)",
          (const char *const[]){ id, NULL }, now);
  return id;
}

static char *
add_group (CalldSqlite *db, gint64 now)
{
  char *id = call_id_new ();

  insert (db,
          "INSERT INTO conversations (id, kind, name, created_at) VALUES (?1, 'group', 'Ward', ?2)",
          (const char *const[]){ id, NULL }, now);
  return id;
}

static void
add_member (CalldSqlite *db, const char *group, const char *user, gint64 now)
{
  insert (db, "INSERT INTO members (conversation_id, user_id, joined_at) VALUES (?1, ?2, ?3)",
          (const char *const[]){ group, user, NULL }, now);
}

static char *
sign (CallJwtKey *key, const char *user, gint64 now_s)
{
  CallJwtClaims claims = {
    .subject = (char *) user,
    .role = CALL_ROLE_DOCTOR,
    .name = (char *) "Ana Souza",
    .issued_at = now_s,
    .expires_at = now_s + TOKEN_SECONDS,
  };
  g_autoptr (GError) error = NULL;
  char *token = call_jwt_sign (key, &claims, &error);

  if (token == NULL)
    g_error ("%s", error->message);
  return token;
}

static void
add_room (LoadClinic *self, CalldSqlite *db, CallJwtKey *key, guint room)
{
  gint64 now_s = g_get_real_time () / G_USEC_PER_SEC;
  guint first = room * self->room_size;

  self->groups[room] = add_group (db, now_s * 1000);
  for (guint i = first; i < MIN (first + self->room_size, self->n_clients); i++) {
    g_autofree char *user = add_user (db, now_s * 1000);

    add_member (db, self->groups[room], user, now_s * 1000);
    self->tokens[i] = sign (key, user, now_s);
  }
}

static void
fill (LoadClinic *self)
{
  CalldSqlite *db = open_database (self);
  g_autoptr (CallJwtKey) key = call_jwt_key_new_secret (self->secret, strlen (self->secret), NULL);
  guint n_rooms = (self->n_clients + self->room_size - 1) / self->room_size;

  self->tokens = g_new0 (char *, self->n_clients + 1);
  self->groups = g_new0 (char *, n_rooms + 1);
  calld_sqlite_run (db, "BEGIN", NULL);
  for (guint room = 0; room < n_rooms; room++)
    add_room (self, db, key, room);
  calld_sqlite_run (db, "COMMIT", NULL);
  calld_sqlite_close (db);
}

/**
 * load_clinic_new:
 * @n_clients: how many will sign in
 * @room_size: members of a group
 *
 * Makes a clinic in a directory of its own, below $CALL_BENCH_DIRECTORY or /var/tmp: a disk, not
 * memory.
 *
 * Returns: (transfer full): the clinic
 */
LoadClinic *
load_clinic_new (guint n_clients, guint room_size)
{
  const char *base = g_getenv ("CALL_BENCH_DIRECTORY");
  LoadClinic *self = g_new0 (LoadClinic, 1);

  self->n_clients = n_clients;
  self->room_size = room_size;
  self->directory = g_build_filename (base != NULL ? base : "/var/tmp", "calld-load-XXXXXX", NULL);
  self->secret = g_strdup_printf ("%08x%08x%08x%08x%08x", g_random_int (), g_random_int (),
                                  g_random_int (), g_random_int (), g_random_int ());
  if (g_mkdtemp (self->directory) == NULL)
    g_error ("cannot make %s", self->directory);
  make_schema (self);
  fill (self);
  return self;
}

/* Removes the database. */
void
load_clinic_free (LoadClinic *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (self->directory, name, NULL);

    g_unlink (path);
  }
  g_rmdir (self->directory);
  g_strfreev (self->tokens);
  g_strfreev (self->groups);
  g_free (self->directory);
  g_free (self->secret);
  g_free (self);
}

char *
load_clinic_get_database (LoadClinic *self)
{
  return g_build_filename (self->directory, "calld.db", NULL);
}

/* Returns: how many messages are on the disk */
gint64
load_clinic_count_messages (LoadClinic *self)
{
  g_autoptr (CalldSqlite) db = open_database (self);
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, "SELECT count(*) FROM messages");
  g_autoptr (GError) error = NULL;

  if (!calld_cursor_next (cursor, &error))
    g_error ("%s", error->message);
  return calld_cursor_get_int (cursor);
}
