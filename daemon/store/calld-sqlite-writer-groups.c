/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-sqlite-writer-private.h"

/* Conversations and who is in them. */

static gboolean
insert_conversation (CalldSqliteWriter *self, const CalldConversationRecord *of, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO conversations (id, kind, name, open, created_at) "
                "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING");

  calld_cursor_bind_text (cursor, of->id);
  calld_cursor_bind_enum (cursor, CALL_TYPE_GROUP_KIND, (int) of->kind);
  calld_cursor_bind_text (cursor, of->name);
  calld_cursor_bind_int (cursor, of->open != FALSE);
  calld_cursor_bind_int (cursor, of->created_at);
  return calld_cursor_run (cursor, error);
}

static gboolean
insert_member (CalldSqliteWriter *self,
               const CalldMemberRecord *member,
               guint limit,
               GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO members (conversation_id, user_id, role, joined_at) "
                "SELECT ?1, ?2, ?3, ?4 "
                "WHERE (SELECT count (*) FROM members WHERE conversation_id = ?1) < ?5");

  calld_cursor_bind_text (cursor, member->conversation_id);
  calld_cursor_bind_text (cursor, member->user_id);
  calld_cursor_bind_enum (cursor, CALL_TYPE_GROUP_ROLE, (int) member->role);
  calld_cursor_bind_int (cursor, member->joined_at);
  calld_cursor_bind_int (cursor, limit);
  if (calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                   "The conversation has as many members as it can have.", error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such user.");
}

gboolean
calld_sqlite_writer_add_conversation_step (CalldSqliteWriter *self,
                                           const CalldStep *step,
                                           GError **error)
{
  const CalldConversationRecord *of = step->record;

  if (!insert_conversation (self, of, error))
    return FALSE;
  /* It is there already, with the members it has now. */
  if (calld_sqlite_get_changes (self->db) == 0)
    return TRUE;
  for (guint i = 0; i < of->members->len; i++)
    if (!insert_member (self, of->members->pdata[i], G_MAXUINT, error))
      return FALSE;
  return TRUE;
}

gboolean
calld_sqlite_writer_update_conversation_step (CalldSqliteWriter *self,
                                              const CalldStep *step,
                                              GError **error)
{
  const CalldConversationRecord *of = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE conversations SET name = ?2, open = ?3 WHERE id = ?1");

  calld_cursor_bind_text (cursor, of->id);
  calld_cursor_bind_text (cursor, of->name);
  calld_cursor_bind_int (cursor, of->open != FALSE);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                      "There is no such conversation.", error);
}

/* 1 if @member is in, 0 if not, -1 with @error; @role is what it may do. */
static int
find_member (CalldSqliteWriter *self,
             const CalldMemberRecord *member,
             CallGroupRole *role,
             GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT role FROM members WHERE conversation_id = ?1 AND user_id = ?2");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, member->conversation_id);
  calld_cursor_bind_text (cursor, member->user_id);
  if (calld_cursor_next (cursor, &local_error)) {
    *role = (CallGroupRole) calld_cursor_get_enum (cursor, CALL_TYPE_GROUP_ROLE);
    return 1;
  }
  if (local_error == NULL)
    return 0;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return -1;
}

gboolean
calld_sqlite_writer_expect_member_step (CalldSqliteWriter *self,
                                        const CalldStep *step,
                                        GError **error)
{
  const CalldMemberRecord *member = step->record;
  CallGroupRole role;
  int found = find_member (self, member, &role, error);

  if (found > 0 && role >= member->role)
    return TRUE;
  if (found >= 0)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                         "You are not allowed to do this in this conversation.");
  return FALSE;
}

gboolean
calld_sqlite_writer_add_member_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  CallGroupRole role;
  int found = find_member (self, step->record, &role, error);

  return found > 0 || (found == 0 && insert_member (self, step->record, step->limit, error));
}

gboolean
calld_sqlite_writer_member_role_step (CalldSqliteWriter *self,
                                      const CalldStep *step,
                                      GError **error)
{
  const CalldMemberRecord *member = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE members SET role = ?3 WHERE conversation_id = ?1 AND user_id = ?2");

  calld_cursor_bind_text (cursor, member->conversation_id);
  calld_cursor_bind_text (cursor, member->user_id);
  calld_cursor_bind_enum (cursor, CALL_TYPE_GROUP_ROLE, (int) member->role);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                      "This user is no member of the conversation.", error);
}

gboolean
calld_sqlite_writer_remove_member_step (CalldSqliteWriter *self,
                                        const CalldStep *step,
                                        GError **error)
{
  const CalldMemberRecord *member = step->record;
  g_autoptr (CalldCursor) marks = calld_sqlite_prepare (
      self->db, "DELETE FROM receipts WHERE conversation_id = ?1 AND user_id = ?2");
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM members WHERE conversation_id = ?1 AND user_id = ?2");

  calld_cursor_bind_text (marks, member->conversation_id);
  calld_cursor_bind_text (marks, member->user_id);
  calld_cursor_bind_text (cursor, member->conversation_id);
  calld_cursor_bind_text (cursor, member->user_id);
  return calld_cursor_run (marks, error) &&
         calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND,
                                      "This user is no member of the conversation.", error);
}

gboolean
calld_sqlite_writer_keep_admin_step (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT 1 FROM members WHERE conversation_id = ?1 GROUP BY conversation_id "
                "HAVING sum (role = 'admin') = 0");
  g_autoptr (GError) local_error = NULL;

  calld_cursor_bind_text (cursor, step->key);
  if (calld_cursor_next (cursor, &local_error)) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_CONFLICT,
                         "A group needs an admin: make somebody else one first.");
    return FALSE;
  }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
