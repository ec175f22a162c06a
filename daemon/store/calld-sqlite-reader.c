/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-sqlite-reader"

#include "config.h"

#include "calld-sqlite-reader-private.h"

#include "call-error.h"

#define USER_COLUMNS                                                                 \
  "SELECT id, name, email, role, time_zone, password_hash, active, licence_number, " \
  "licence_expires_at, created_at FROM users "
#define APPOINTMENT_COLUMNS                                                                        \
  "SELECT a.id, a.status, a.scheduled_at, a.duration_minutes, a.doctor_id, d.name, a.patient_id, " \
  "p.name, a.conversation_id, a.started_at, a.ended_at, a.rescheduled_to, a.missing, a.metadata, " \
  "a.created_at FROM appointments a JOIN users d ON d.id = a.doctor_id "                           \
  "JOIN users p ON p.id = a.patient_id "
#define CALL_COLUMNS                                                                      \
  "SELECT c.id, c.appointment_id, c.state, c.generation, c.requested_at, c.accepted_at, " \
  "c.started_at, c.ended_at, c.end_reason, "                                              \
  "o.user_id, o.peer_id, o.joined_at, o.left_at, o.alive_at, "                            \
  "i.user_id, i.peer_id, i.joined_at, i.left_at, i.alive_at "                             \
  "FROM calls c JOIN call_participants o ON o.call_id = c.id AND o.side = 0 "             \
  "JOIN call_participants i ON i.call_id = c.id AND i.side = 1 "

static gpointer
read_user (CalldCursor *cursor)
{
  CalldUserRecord *user = g_new0 (CalldUserRecord, 1);

  user->id = calld_cursor_get_text (cursor);
  user->name = calld_cursor_get_text (cursor);
  user->email = calld_cursor_get_text (cursor);
  user->role = calld_cursor_get_enum (cursor, CALL_TYPE_ROLE);
  user->time_zone = calld_cursor_get_text (cursor);
  user->password_hash = calld_cursor_get_text (cursor);
  user->active = calld_cursor_get_int (cursor) != 0;
  user->licence_number = calld_cursor_get_text (cursor);
  user->licence_expires_at = calld_cursor_get_int (cursor);
  user->created_at = calld_cursor_get_int (cursor);
  return user;
}

static gpointer
read_appointment (CalldCursor *cursor)
{
  CalldAppointmentRecord *appointment = g_new0 (CalldAppointmentRecord, 1);

  appointment->id = calld_cursor_get_text (cursor);
  appointment->status = calld_cursor_get_enum (cursor, CALL_TYPE_APPOINTMENT_STATUS);
  appointment->scheduled_at = calld_cursor_get_int (cursor);
  appointment->duration_minutes = (guint) calld_cursor_get_int (cursor);
  appointment->doctor_id = calld_cursor_get_text (cursor);
  appointment->doctor_name = calld_cursor_get_text (cursor);
  appointment->patient_id = calld_cursor_get_text (cursor);
  appointment->patient_name = calld_cursor_get_text (cursor);
  appointment->conversation_id = calld_cursor_get_text (cursor);
  appointment->started_at = calld_cursor_get_int (cursor);
  appointment->ended_at = calld_cursor_get_int (cursor);
  appointment->rescheduled_to = calld_cursor_get_text (cursor);
  appointment->missing = calld_cursor_get_text (cursor);
  appointment->metadata = calld_cursor_get_text (cursor);
  appointment->created_at = calld_cursor_get_int (cursor);
  return appointment;
}

static gpointer
read_call (CalldCursor *cursor)
{
  CalldCallRecord *call = g_new0 (CalldCallRecord, 1);

  call->id = calld_cursor_get_text (cursor);
  call->appointment_id = calld_cursor_get_text (cursor);
  call->state = calld_cursor_get_enum (cursor, CALLD_TYPE_CALL_STATE);
  call->generation = (guint) calld_cursor_get_int (cursor);
  call->requested_at = calld_cursor_get_int (cursor);
  call->accepted_at = calld_cursor_get_int (cursor);
  call->started_at = calld_cursor_get_int (cursor);
  call->ended_at = calld_cursor_get_int (cursor);
  call->end_reason = calld_cursor_get_enum (cursor, CALL_TYPE_END_REASON);
  for (guint i = 0; i < G_N_ELEMENTS (call->parties); i++) {
    call->parties[i].user_id = calld_cursor_get_text (cursor);
    call->parties[i].peer_id = calld_cursor_get_text (cursor);
    call->parties[i].joined_at = calld_cursor_get_int (cursor);
    call->parties[i].left_at = calld_cursor_get_int (cursor);
    call->parties[i].alive_at = calld_cursor_get_int (cursor);
  }
  return call;
}

static gpointer
read_lease (CalldCursor *cursor)
{
  CalldLeaseRecord *lease = g_new0 (CalldLeaseRecord, 1);

  lease->name = calld_cursor_get_text (cursor);
  lease->holder = calld_cursor_get_text (cursor);
  lease->expires_at = calld_cursor_get_int (cursor);
  return lease;
}

static gpointer
read_audit (CalldCursor *cursor)
{
  CalldAuditRecord *event = g_new0 (CalldAuditRecord, 1);

  event->seq = (guint64) calld_cursor_get_int (cursor);
  event->appointment_id = calld_cursor_get_text (cursor);
  event->type = calld_cursor_get_text (cursor);
  event->user_id = calld_cursor_get_text (cursor);
  event->call_id = calld_cursor_get_text (cursor);
  event->at = calld_cursor_get_int (cursor);
  event->payload = calld_cursor_get_text (cursor);
  event->hash = calld_cursor_get_text (cursor);
  return event;
}

static gpointer
read_receipt (CalldCursor *cursor)
{
  CalldReceiptRecord *receipt = g_new0 (CalldReceiptRecord, 1);

  receipt->conversation_id = calld_cursor_get_text (cursor);
  receipt->user_id = calld_cursor_get_text (cursor);
  receipt->delivered_seq = (guint64) calld_cursor_get_int (cursor);
  receipt->read_seq = (guint64) calld_cursor_get_int (cursor);
  receipt->at = calld_cursor_get_int (cursor);
  return receipt;
}

static gpointer
read_consent (CalldCursor *cursor)
{
  CalldConsentRecord *consent = g_new0 (CalldConsentRecord, 1);

  consent->id = calld_cursor_get_text (cursor);
  consent->appointment_id = calld_cursor_get_text (cursor);
  consent->user_id = calld_cursor_get_text (cursor);
  consent->kind = calld_cursor_get_text (cursor);
  consent->text_version = calld_cursor_get_text (cursor);
  consent->language = calld_cursor_get_text (cursor);
  consent->mode = calld_cursor_get_text (cursor);
  consent->given = calld_cursor_get_int (cursor) != 0;
  consent->at = calld_cursor_get_int (cursor);
  return consent;
}

static gpointer
read_message (CalldCursor *cursor)
{
  return calld_sqlite_read_message (cursor);
}

static gpointer
read_text (CalldCursor *cursor)
{
  return calld_cursor_get_text (cursor);
}

/* --- how each job reads --------------------------------------------------------------------- */

/* One statement does for all questions: `?1 IS NULL OR …` is decided once per query. */
static void
bind_appointments (CalldCursor *cursor, const CalldJob *job)
{
  const CalldAppointmentQuery *query = &job->appointments;

  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, query->from);
  calld_cursor_bind_int (cursor, query->to > 0 ? query->to : G_MAXINT64);
  calld_cursor_bind_int (cursor, query->statuses);
  calld_cursor_bind_int (cursor, query->limit);
}

static void
bind_audit (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->after, G_MAXINT64));
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_messages (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, (gint64) MIN (job->after, G_MAXINT64));
  calld_cursor_bind_int (cursor,
                         job->before > 0 ? (gint64) MIN (job->before, G_MAXINT64) : G_MAXINT64);
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_memberships (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor,
                         job->before > 0 ? (gint64) MIN (job->before, G_MAXINT64) : G_MAXINT64);
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_group_ids (CalldCursor *cursor, const CalldJob *job)
{
  calld_cursor_bind_text (cursor, job->key);
  calld_cursor_bind_int (cursor, job->limit);
}

static void
bind_nothing (CalldCursor *cursor, const CalldJob *job)
{
}

/* The masks of statuses count as CallAppointmentStatus does. */
#define STATUS_BIT                                                                            \
  "(CASE a.status WHEN 'scheduled' THEN 1 WHEN 'in_progress' THEN 2 WHEN 'completed' THEN 4 " \
  "WHEN 'no_show' THEN 8 WHEN 'cancelled' THEN 16 ELSE 32 END)"

static const CalldReading readings[] = {
  [CALLD_JOB_GET_USER] = { USER_COLUMNS "WHERE id = ?1", read_user,
                           (GDestroyNotify) calld_user_record_free, NULL, "user" },
  [CALLD_JOB_GET_USER_BY_EMAIL] = { USER_COLUMNS "WHERE email = ?1", read_user,
                                    (GDestroyNotify) calld_user_record_free, NULL, "user" },
  [CALLD_JOB_GET_APPOINTMENT] = { APPOINTMENT_COLUMNS "WHERE a.id = ?1", read_appointment,
                                  (GDestroyNotify) calld_appointment_record_free, NULL,
                                  "appointment" },
  [CALLD_JOB_GET_APPOINTMENT_BY_CONVERSATION] = { APPOINTMENT_COLUMNS
                                                  "WHERE a.conversation_id = ?1",
                                                  read_appointment,
                                                  (GDestroyNotify) calld_appointment_record_free,
                                                  NULL, "conversation" },
  [CALLD_JOB_GET_CALL] = { CALL_COLUMNS "WHERE c.id = ?1", read_call,
                           (GDestroyNotify) calld_call_record_free, NULL, "call" },
  [CALLD_JOB_GET_LEASE] = { "SELECT name, holder, expires_at FROM leases WHERE name = ?1",
                            read_lease, (GDestroyNotify) calld_lease_record_free, NULL, "lease" },
  [CALLD_JOB_GET_SETTING] = { "SELECT value FROM settings WHERE key = ?1", read_text, g_free, NULL,
                              "setting" },
  [CALLD_JOB_LIST_USERS] = { USER_COLUMNS "ORDER BY name, id", read_user,
                             (GDestroyNotify) calld_user_record_free, bind_nothing, NULL },
  [CALLD_JOB_LIST_APPOINTMENTS] = { APPOINTMENT_COLUMNS
                                    "WHERE (?1 IS NULL OR a.doctor_id = ?1 OR a.patient_id = ?1) "
                                    "AND a.scheduled_at >= ?2 AND a.scheduled_at < ?3 "
                                    "AND (?4 = 0 OR ?4 & " STATUS_BIT " <> 0) "
                                    "ORDER BY a.scheduled_at, a.id LIMIT ?5",
                                    read_appointment,
                                    (GDestroyNotify) calld_appointment_record_free,
                                    bind_appointments, NULL },
  [CALLD_JOB_LIST_ACTIVE_CALLS] = { CALL_COLUMNS "WHERE c.state <> 'ended' AND (?1 IS NULL OR "
                                                 "c.appointment_id = ?1) "
                                                 "ORDER BY c.requested_at, c.id",
                                    read_call, (GDestroyNotify) calld_call_record_free, NULL,
                                    NULL },
  [CALLD_JOB_LIST_AUDIT] = { "SELECT seq, appointment_id, type, user_id, call_id, at, payload, "
                             "hash "
                             "FROM appointment_call_events WHERE (?1 IS NULL OR appointment_id = "
                             "?1) AND seq > ?2 "
                             "ORDER BY seq LIMIT ?3",
                             read_audit, (GDestroyNotify) calld_audit_record_free, bind_audit,
                             NULL },
  /* The last ones: backwards, and turned round by list_messages(). */
  [CALLD_JOB_LIST_MESSAGES] = { "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS
                                "WHERE m.conversation_id = ?1 AND m.seq > ?2 "
                                "AND m.seq < ?3 ORDER BY m.seq DESC LIMIT ?4",
                                read_message, (GDestroyNotify) calld_message_record_free,
                                bind_messages, NULL },
  [CALLD_JOB_LIST_MESSAGES_BY_ID] = { "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS "WHERE m.id = ?1",
                                      read_message, (GDestroyNotify) calld_message_record_free,
                                      NULL, NULL },
  [CALLD_JOB_LIST_MEMBERS] = { CALLD_SQLITE_MEMBER_COLUMNS
                               "WHERE b.conversation_id = ?1 ORDER BY b.joined_at, b.user_id",
                               calld_sqlite_read_member, (GDestroyNotify) calld_member_record_free,
                               NULL, NULL },
  [CALLD_JOB_LIST_MEMBERSHIPS] = { CALLD_SQLITE_MEMBERSHIP_COLUMNS
                                   "WHERE b.user_id = ?1 "
                                   "AND coalesce (m.created_at, c.created_at) < ?2 "
                                   "ORDER BY coalesce (m.created_at, c.created_at) DESC, c.id "
                                   "LIMIT ?3",
                                   calld_sqlite_read_membership,
                                   (GDestroyNotify) calld_membership_record_free, bind_memberships,
                                   NULL },
  [CALLD_JOB_LIST_GROUP_IDS] = { "SELECT c.id FROM members b JOIN conversations c "
                                 "ON c.id = b.conversation_id WHERE b.user_id = ?1 "
                                 "AND c.kind <> 'appointment' ORDER BY b.joined_at DESC, c.id "
                                 "LIMIT ?2",
                                 read_text, g_free, bind_group_ids, NULL },
  [CALLD_JOB_LIST_RECEIPTS] = { "SELECT conversation_id, user_id, delivered_seq, read_seq, at FROM "
                                "receipts "
                                "WHERE conversation_id = ?1 ORDER BY user_id",
                                read_receipt, (GDestroyNotify) calld_receipt_record_free, NULL,
                                NULL },
  [CALLD_JOB_LIST_CONSENTS] = { "SELECT id, appointment_id, user_id, kind, text_version, language, "
                                "mode, given, at "
                                "FROM consents WHERE appointment_id = ?1 ORDER BY at, id",
                                read_consent, (GDestroyNotify) calld_consent_record_free, NULL,
                                NULL },
};

/* With a lower bound the first ones after it are wanted, not the last. */
#define MESSAGES_AFTER                   \
  "SELECT " CALLD_SQLITE_MESSAGE_COLUMNS \
  "WHERE m.conversation_id = ?1 AND m.seq > ?2 AND m.seq < ?3 ORDER BY m.seq LIMIT ?4"

static gboolean
read_rows (CalldSqlite *db,
           const CalldReading *reading,
           const char *sql,
           const CalldJob *job,
           GPtrArray *rows,
           GError **error)
{
  g_autoptr (CalldCursor) cursor = calld_sqlite_prepare (db, sql);
  g_autoptr (GError) local_error = NULL;

  if (reading->bind != NULL)
    reading->bind (cursor, job);
  else
    calld_cursor_bind_text (cursor, job->key);
  while (calld_cursor_next (cursor, &local_error))
    g_ptr_array_add (rows, reading->read (cursor));
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static void
reverse (GPtrArray *rows)
{
  for (guint i = 0; i < rows->len / 2; i++) {
    gpointer row = rows->pdata[i];

    rows->pdata[i] = rows->pdata[rows->len - 1 - i];
    rows->pdata[rows->len - 1 - i] = row;
  }
}

static gboolean
read_messages (CalldSqlite *db,
               const CalldReading *reading,
               const CalldJob *job,
               GPtrArray *rows,
               GError **error)
{
  gboolean forwards = job->after > 0;

  if (!read_rows (db, reading, forwards ? MESSAGES_AFTER : reading->sql, job, rows, error))
    return FALSE;
  if (!forwards)
    reverse (rows);
  return calld_sqlite_read_statuses (db, job->key, rows, error);
}

static gboolean
read_messages_by_id (CalldSqlite *db,
                     const CalldReading *reading,
                     const CalldJob *job,
                     GPtrArray *rows,
                     GError **error)
{
  for (guint i = 0; job->keys[i] != NULL; i++) {
    const CalldJob one = { .kind = job->kind, .key = job->keys[i] };

    if (!read_rows (db, reading, reading->sql, &one, rows, error))
      return FALSE;
  }
  return TRUE;
}

static const CalldReading *
get_reading (CalldJobKind kind)
{
  if (kind >= CALLD_JOB_FIRST_MEETING)
    return &calld_sqlite_meeting_readings[kind - CALLD_JOB_FIRST_MEETING];
  if (kind >= CALLD_JOB_FIRST_FILES)
    return &calld_sqlite_files_readings[kind - CALLD_JOB_FIRST_FILES];
  if (kind >= CALLD_JOB_FIRST_SOCIAL)
    return &calld_sqlite_social_readings[kind - CALLD_JOB_FIRST_SOCIAL];
  return &readings[kind];
}

/* Those that take more than one statement to read. */
static gpointer
read_composite (CalldSqlite *db, const CalldJob *job, GDestroyNotify *free_result, GError **error)
{
  if (job->kind == CALLD_JOB_RESUME) {
    *free_result = (GDestroyNotify) calld_resume_record_free;
    return calld_sqlite_read_resume (db, job, error);
  }
  *free_result = (GDestroyNotify) calld_conversation_record_free;
  return calld_sqlite_read_conversation (db, job, error);
}

/**
 * calld_sqlite_read:
 * @db: a connection
 * @job: a job that reads
 * @free_result: (out): how to free what is returned
 * @error: (optional): %CALL_ERROR_NOT_FOUND for one record that is not there
 *
 * Does a reading job.
 *
 * Returns: (transfer full) (nullable): a record or a #GPtrArray, as the job's kind says
 */
gpointer
calld_sqlite_read (CalldSqlite *db,
                   const CalldJob *job,
                   GDestroyNotify *free_result,
                   GError **error)
{
  const CalldReading *reading;
  g_autoptr (GPtrArray) rows = NULL;
  gboolean ok;

  if (job->kind == CALLD_JOB_GET_CONVERSATION || job->kind == CALLD_JOB_RESUME)
    return read_composite (db, job, free_result, error);
  reading = get_reading (job->kind);
  rows = g_ptr_array_new_with_free_func (reading->free);
  if (job->kind == CALLD_JOB_LIST_MESSAGES)
    ok = read_messages (db, reading, job, rows, error);
  else if (job->kind == CALLD_JOB_LIST_MESSAGES_BY_ID)
    ok = read_messages_by_id (db, reading, job, rows, error);
  else
    ok = read_rows (db, reading, reading->sql, job, rows, error);
  if (!ok)
    return NULL;

  if (reading->noun == NULL) {
    *free_result = (GDestroyNotify) g_ptr_array_unref;
    return g_steal_pointer (&rows);
  }
  if (rows->len == 0) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_NOT_FOUND, "There is no such %s.", reading->noun);
    return NULL;
  }
  *free_result = reading->free;
  return g_ptr_array_steal_index (rows, 0);
}
