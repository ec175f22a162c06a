/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-writer"

#include "config.h"

#include "calld-sqlite-writer.h"

#include "calld-sqlite-files.h"
#include "calld-sqlite-writer-private.h"

#include "call-error.h"

typedef gboolean (*StepFunc) (CalldSqliteWriter *self, const CalldStep *step, GError **error);

/**
 * calld_sqlite_writer_new:
 * @db: a connection that may write; must outlive the writer
 * @audit: hashes the audit rows
 * @error: (optional): where to put why the end of the chain cannot be read
 *
 * Makes a writer that goes on where the audit chain ends.
 *
 * Returns: (transfer full) (nullable): the writer
 */
CalldSqliteWriter *
calld_sqlite_writer_new (CalldSqlite *db, CalldAudit *audit, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      db, "SELECT seq, hash FROM appointment_call_events ORDER BY seq DESC LIMIT 1");
  g_autoptr (GError) local_error = NULL;
  CalldSqliteWriter *self;
  CalldAuditHead head = { 0 };

  if (calld_cursor_next (cursor, &local_error)) {
    head.seq = (guint64) calld_cursor_get_int (cursor);
    g_strlcpy (head.hash, calld_cursor_peek_text (cursor), sizeof head.hash);
  }
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  self = g_new0 (CalldSqliteWriter, 1);
  self->db = db;
  self->audit = calld_audit_ref (audit);
  self->outbox = calld_sqlite_outbox_new (db);
  self->head = head;
  return self;
}

void
calld_sqlite_writer_free (CalldSqliteWriter *self)
{
  if (self == NULL)
    return;
  calld_sqlite_outbox_free (self->outbox);
  calld_audit_unref (self->audit);
  g_free (self);
}

void
calld_sqlite_writer_get_head (CalldSqliteWriter *self, CalldAuditHead *head)
{
  *head = self->head;
}

/**
 * calld_sqlite_writer_set_head:
 * @self: a writer
 * @head: from calld_sqlite_writer_get_head()
 *
 * Goes back to an earlier end of the chain, when what was written since was rolled back.
 */
void
calld_sqlite_writer_set_head (CalldSqliteWriter *self, const CalldAuditHead *head)
{
  self->head = *head;
  /* What it remembers may have been rolled back too. */
  calld_sqlite_outbox_forget (self->outbox);
}

/* Runs @cursor and wants it to have changed a row. */
gboolean
calld_sqlite_writer_run_one (CalldSqliteWriter *self,
                             CalldCursor *cursor,
                             CallError code,
                             const char *why,
                             GError **error)
{
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  if (calld_sqlite_get_changes (self->db) > 0)
    return TRUE;
  g_set_error_literal (error, CALL_ERROR, code, why);
  return FALSE;
}

/* SQLite says which constraint failed only by a number; a caller wants a sentence. */
gboolean
calld_sqlite_explain (GError **error, CallError code, const char *sentence)
{
  if (error != NULL && g_error_matches (*error, CALL_ERROR, code)) {
    g_clear_error (error);
    g_set_error_literal (error, CALL_ERROR, code, sentence);
  }
  return FALSE;
}

static void
bind_user (CalldCursor *cursor, const CalldUserRecord *user)
{
  calld_cursor_bind_text (cursor, user->id);
  calld_cursor_bind_text (cursor, user->name);
  calld_cursor_bind_text (cursor, user->email);
  calld_cursor_bind_enum (cursor, CALL_TYPE_ROLE, user->role);
  calld_cursor_bind_text (cursor, user->time_zone);
  calld_cursor_bind_text (cursor, user->password_hash);
  calld_cursor_bind_int (cursor, user->active != FALSE);
  calld_cursor_bind_text (cursor, user->licence_number);
  calld_cursor_bind_int (cursor, user->licence_expires_at);
}

static gboolean
add_user (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldUserRecord *user = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO users (id, name, email, role, time_zone, password_hash, active, licence_number, "
      "licence_expires_at, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");

  bind_user (cursor, user);
  calld_cursor_bind_int (cursor, user->created_at);
  if (calld_cursor_run (cursor, error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_CONFLICT,
                               "A user with this e-mail address exists already.");
}

static gboolean
update_user (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE users SET name = ?2, email = ?3, role = ?4, time_zone = ?5, "
                "password_hash = ?6, active = ?7, licence_number = ?8, licence_expires_at = ?9 "
                "WHERE id = ?1");

  bind_user (cursor, step->record);
  if (calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_NOT_FOUND, "There is no such user.",
                                   error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_CONFLICT,
                               "A user with this e-mail address exists already.");
}

static gboolean
add_conversation (CalldSqliteWriter *self, const CalldAppointmentRecord *of, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO conversations (id, kind, created_at) VALUES (?1, 'appointment', ?2)");

  calld_cursor_bind_text (cursor, of->conversation_id);
  calld_cursor_bind_int (cursor, of->created_at);
  return calld_cursor_run (cursor, error);
}

static gboolean
add_member (CalldSqliteWriter *self,
            const char *conversation_id,
            const char *user_id,
            gint64 at,
            GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO members (conversation_id, user_id, joined_at) VALUES (?1, ?2, ?3)");

  calld_cursor_bind_text (cursor, conversation_id);
  calld_cursor_bind_text (cursor, user_id);
  calld_cursor_bind_int (cursor, at);
  if (calld_cursor_run (cursor, error))
    return TRUE;
  return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such doctor or patient.");
}

static gboolean
insert_appointment (CalldSqliteWriter *self, const CalldAppointmentRecord *of, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO appointments (id, status, scheduled_at, duration_minutes, doctor_id, "
      "patient_id, conversation_id, started_at, ended_at, rescheduled_to, missing, metadata, "
      "created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");

  calld_cursor_bind_text (cursor, of->id);
  calld_cursor_bind_enum (cursor, CALL_TYPE_APPOINTMENT_STATUS, of->status);
  calld_cursor_bind_int (cursor, of->scheduled_at);
  calld_cursor_bind_int (cursor, of->duration_minutes);
  calld_cursor_bind_text (cursor, of->doctor_id);
  calld_cursor_bind_text (cursor, of->patient_id);
  calld_cursor_bind_text (cursor, of->conversation_id);
  calld_cursor_bind_int (cursor, of->started_at);
  calld_cursor_bind_int (cursor, of->ended_at);
  calld_cursor_bind_text (cursor, of->rescheduled_to);
  calld_cursor_bind_text (cursor, of->missing);
  calld_cursor_bind_text (cursor, of->metadata);
  calld_cursor_bind_int (cursor, of->created_at);
  return calld_cursor_run (cursor, error);
}

static gboolean
add_appointment (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldAppointmentRecord *of = step->record;

  if (g_strcmp0 (of->doctor_id, of->patient_id) == 0) {
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                         "Doctor and patient of an appointment are two people.");
    return FALSE;
  }
  return add_conversation (self, of, error) &&
         add_member (self, of->conversation_id, of->doctor_id, of->created_at, error) &&
         add_member (self, of->conversation_id, of->patient_id, of->created_at, error) &&
         insert_appointment (self, of, error);
}

static gboolean
check_status (CalldSqliteWriter *self, const char *id, guint expected, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "SELECT status FROM appointments WHERE id = ?1");
  g_autoptr (GError) local_error = NULL;
  const char *word;
  int status;

  calld_cursor_bind_text (cursor, id);
  if (!calld_cursor_next (cursor, &local_error)) {
    if (local_error != NULL)
      g_propagate_error (error, g_steal_pointer (&local_error));
    else
      g_set_error_literal (error, CALL_ERROR, CALL_ERROR_NOT_FOUND,
                           "There is no such appointment.");
    return FALSE;
  }
  word = calld_cursor_peek_text (cursor);
  if (call_enum_from_nick (CALL_TYPE_APPOINTMENT_STATUS, word, &status) &&
      ((1u << status) & expected) != 0)
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATUS, "The appointment is %s.", word);
  return FALSE;
}

static gboolean
update_appointment (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldAppointmentUpdate *update = step->record;
  g_autoptr (CalldCursor) cursor = NULL;

  if (!check_status (self, step->key, update->expected, error))
    return FALSE;
  cursor = calld_sqlite_prepare (
      self->db, "UPDATE appointments SET status = ?2, "
                "started_at = CASE WHEN started_at = 0 THEN ?3 ELSE started_at END, "
                "ended_at = CASE WHEN ?4 = 0 THEN ended_at ELSE ?4 END, "
                "missing = coalesce (?5, missing), rescheduled_to = coalesce (?6, rescheduled_to), "
                "metadata = coalesce (?7, metadata) WHERE id = ?1");
  calld_cursor_bind_text (cursor, step->key);
  calld_cursor_bind_enum (cursor, CALL_TYPE_APPOINTMENT_STATUS, update->status);
  calld_cursor_bind_int (cursor, update->started_at);
  calld_cursor_bind_int (cursor, update->ended_at);
  calld_cursor_bind_text (cursor, update->missing);
  calld_cursor_bind_text (cursor, update->rescheduled_to);
  calld_cursor_bind_text (cursor, update->metadata);
  return calld_cursor_run (cursor, error);
}

static void
bind_call (CalldCursor *cursor, const CalldCallRecord *call)
{
  calld_cursor_bind_text (cursor, call->id);
  calld_cursor_bind_text (cursor, call->appointment_id);
  calld_cursor_bind_enum (cursor, CALLD_TYPE_CALL_STATE, (int) call->state);
  calld_cursor_bind_int (cursor, call->generation);
  calld_cursor_bind_int (cursor, call->requested_at);
  calld_cursor_bind_int (cursor, call->accepted_at);
  calld_cursor_bind_int (cursor, call->started_at);
  calld_cursor_bind_int (cursor, call->ended_at);
  calld_cursor_bind_enum (cursor, CALL_TYPE_END_REASON, (int) call->end_reason);
}

static gboolean
write_parties (CalldSqliteWriter *self, const CalldCallRecord *call, GError **error)
{
  for (guint side = 0; side < G_N_ELEMENTS (call->parties); side++) {
    const CalldCallParty *party = &call->parties[side];
    g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
        self->db,
        "INSERT INTO call_participants (call_id, side, user_id, peer_id, joined_at, left_at, "
        "alive_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (call_id, side) DO UPDATE "
        "SET user_id = ?3, peer_id = ?4, joined_at = ?5, left_at = ?6, alive_at = ?7");

    calld_cursor_bind_text (cursor, call->id);
    calld_cursor_bind_int (cursor, side);
    calld_cursor_bind_text (cursor, party->user_id);
    calld_cursor_bind_text (cursor, party->peer_id);
    calld_cursor_bind_int (cursor, party->joined_at);
    calld_cursor_bind_int (cursor, party->left_at);
    calld_cursor_bind_int (cursor, party->alive_at);
    if (!calld_cursor_run (cursor, error))
      return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such user to call.");
  }
  return TRUE;
}

static gboolean
add_call (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO calls (id, appointment_id, state, generation, requested_at, accepted_at, "
      "started_at, ended_at, end_reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

  bind_call (cursor, step->record);
  if (!calld_cursor_run (cursor, error))
    return calld_sqlite_explain (error, CALL_ERROR_NOT_FOUND, "There is no such appointment.");
  return write_parties (self, step->record, error);
}

static gboolean
update_call (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "UPDATE calls SET state = ?3, generation = ?4, requested_at = ?5, accepted_at = ?6, "
      "started_at = ?7, ended_at = ?8, end_reason = ?9 "
      "WHERE id = ?1 AND appointment_id = ?2 AND state = ?10 AND generation = ?11");

  bind_call (cursor, step->record);
  calld_cursor_bind_enum (cursor, CALLD_TYPE_CALL_STATE, (int) step->expected_state);
  calld_cursor_bind_int (cursor, step->expected_generation);
  if (!calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                    "The call has changed meanwhile.", error))
    return FALSE;
  return write_parties (self, step->record, error);
}

static gboolean
take_lease (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldLeaseRecord *lease = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO leases (name, holder, expires_at) VALUES (?1, ?2, ?3) "
                "ON CONFLICT (name) DO UPDATE SET holder = ?2, expires_at = ?3 "
                "WHERE holder = ?2 OR expires_at <= ?4");

  calld_cursor_bind_text (cursor, lease->name);
  calld_cursor_bind_text (cursor, lease->holder);
  calld_cursor_bind_int (cursor, lease->expires_at);
  calld_cursor_bind_int (cursor, step->now_ms);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_BUSY, "Another call is active.",
                                      error);
}

static gboolean
renew_lease (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldLeaseRecord *lease = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "UPDATE leases SET expires_at = ?3 WHERE name = ?1 AND holder = ?2");

  calld_cursor_bind_text (cursor, lease->name);
  calld_cursor_bind_text (cursor, lease->holder);
  calld_cursor_bind_int (cursor, lease->expires_at);
  return calld_sqlite_writer_run_one (self, cursor, CALL_ERROR_CONFLICT,
                                      "The lease was lost to another holder.", error);
}

static gboolean
release_lease (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldLeaseRecord *lease = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "DELETE FROM leases WHERE name = ?1 AND holder = ?2");

  calld_cursor_bind_text (cursor, lease->name);
  calld_cursor_bind_text (cursor, lease->holder);
  return calld_cursor_run (cursor, error);
}

static gboolean
append_audit (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  CalldAuditRecord *event = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO appointment_call_events (seq, appointment_id, type, user_id, call_id, at, "
      "payload, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

  event->seq = self->head.seq + 1;
  g_free (event->hash);
  event->hash = calld_audit_hash (self->audit, self->head.seq > 0 ? self->head.hash : NULL, event);
  calld_cursor_bind_int (cursor, (gint64) event->seq);
  calld_cursor_bind_text (cursor, event->appointment_id);
  calld_cursor_bind_text (cursor, event->type);
  calld_cursor_bind_text (cursor, event->user_id);
  calld_cursor_bind_text (cursor, event->call_id);
  calld_cursor_bind_int (cursor, event->at);
  calld_cursor_bind_text (cursor, event->payload);
  calld_cursor_bind_text (cursor, event->hash);
  if (!calld_cursor_run (cursor, error))
    return FALSE;
  self->head.seq = event->seq;
  g_strlcpy (self->head.hash, event->hash, sizeof self->head.hash);
  return TRUE;
}

static gboolean
add_consent (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  const CalldConsentRecord *consent = step->record;
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db,
      "INSERT INTO consents (id, appointment_id, user_id, kind, text_version, language, mode, "
      "given, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");

  calld_cursor_bind_text (cursor, consent->id);
  calld_cursor_bind_text (cursor, consent->appointment_id);
  calld_cursor_bind_text (cursor, consent->user_id);
  calld_cursor_bind_text (cursor, consent->kind);
  calld_cursor_bind_text (cursor, consent->text_version);
  calld_cursor_bind_text (cursor, consent->language);
  calld_cursor_bind_text (cursor, consent->mode);
  calld_cursor_bind_int (cursor, consent->given != FALSE);
  calld_cursor_bind_int (cursor, consent->at);
  return calld_cursor_run (cursor, error);
}

static gboolean
set_setting (CalldSqliteWriter *self, const CalldStep *step, GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (
      self->db, "INSERT INTO settings (key, value) VALUES (?1, ?2) "
                "ON CONFLICT (key) DO UPDATE SET value = ?2");

  calld_cursor_bind_text (cursor, step->key);
  calld_cursor_bind_text (cursor, step->value);
  return calld_cursor_run (cursor, error);
}

static const StepFunc step_funcs[] = {
  [CALLD_STEP_ADD_USER] = add_user,
  [CALLD_STEP_UPDATE_USER] = update_user,
  [CALLD_STEP_ADD_APPOINTMENT] = add_appointment,
  [CALLD_STEP_UPDATE_APPOINTMENT] = update_appointment,
  [CALLD_STEP_ADD_CALL] = add_call,
  [CALLD_STEP_UPDATE_CALL] = update_call,
  [CALLD_STEP_TAKE_LEASE] = take_lease,
  [CALLD_STEP_RENEW_LEASE] = renew_lease,
  [CALLD_STEP_RELEASE_LEASE] = release_lease,
  [CALLD_STEP_APPEND_AUDIT] = append_audit,
  [CALLD_STEP_APPEND_MESSAGE] = calld_sqlite_writer_message_step,
  [CALLD_STEP_MARK_RECEIPT] = calld_sqlite_writer_receipt_step,
  [CALLD_STEP_ADD_CONVERSATION] = calld_sqlite_writer_add_conversation_step,
  [CALLD_STEP_UPDATE_CONVERSATION] = calld_sqlite_writer_update_conversation_step,
  [CALLD_STEP_EXPECT_MEMBER] = calld_sqlite_writer_expect_member_step,
  [CALLD_STEP_ADD_MEMBER] = calld_sqlite_writer_add_member_step,
  [CALLD_STEP_SET_MEMBER_ROLE] = calld_sqlite_writer_member_role_step,
  [CALLD_STEP_REMOVE_MEMBER] = calld_sqlite_writer_remove_member_step,
  [CALLD_STEP_KEEP_ADMIN] = calld_sqlite_writer_keep_admin_step,
  [CALLD_STEP_ADD_CONSENT] = add_consent,
  [CALLD_STEP_SET_SETTING] = set_setting,
  [CALLD_STEP_SET_PRESENCE] = calld_sqlite_writer_presence_step,
  [CALLD_STEP_ADD_WEBHOOK] = calld_sqlite_writer_add_webhook_step,
  [CALLD_STEP_REMOVE_WEBHOOK] = calld_sqlite_writer_remove_webhook_step,
  [CALLD_STEP_UPDATE_WEBHOOK] = calld_sqlite_writer_update_webhook_step,
  [CALLD_STEP_ENQUEUE_EVENT] = calld_sqlite_writer_enqueue_step,
  [CALLD_STEP_FINISH_DELIVERY] = calld_sqlite_writer_finish_step,
  [CALLD_STEP_RETRY_DELIVERY] = calld_sqlite_writer_retry_step,
  [CALLD_STEP_ADD_PUSH] = calld_sqlite_writer_add_push_step,
  [CALLD_STEP_REMOVE_PUSH] = calld_sqlite_writer_remove_push_step,
  [CALLD_STEP_ADD_FILE] = calld_sqlite_writer_add_file,
  [CALLD_STEP_UPDATE_FILE] = calld_sqlite_writer_update_file,
  [CALLD_STEP_FORGET_FILE] = calld_sqlite_writer_forget_file,
  [CALLD_STEP_INDEX_MESSAGES] = calld_sqlite_writer_index,
  [CALLD_STEP_NOTE_EVENT] = calld_sqlite_writer_note_event_step,
  [CALLD_STEP_START_MEETING] = calld_sqlite_writer_start_meeting_step,
  [CALLD_STEP_END_MEETING] = calld_sqlite_writer_end_meeting_step,
  [CALLD_STEP_SET_EGRESS] = calld_sqlite_writer_egress_step,
};

/**
 * calld_sqlite_writer_apply:
 * @self: a writer, in a transaction or savepoint that the caller undoes on failure
 * @change: what to write
 * @error: (optional): where to put the first step's failure
 *
 * Does the steps of @change in their order until one fails.
 *
 * Returns: %TRUE if all went well
 */
gboolean
calld_sqlite_writer_apply (CalldSqliteWriter *self, const CalldChange *change, GError **error)
{
  for (guint i = 0; i < calld_change_get_n_steps (change); i++) {
    const CalldStep *step = calld_change_get_step (change, i);

    if (!step_funcs[step->kind](self, step, error))
      return FALSE;
  }
  return TRUE;
}
