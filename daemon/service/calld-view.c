/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-view"

#include "config.h"

#include "calld-view.h"

#include "calld-presence.h"

#include "call-active-call-private.h"
#include "call-appointment-private.h"

/* What people may see of the rows of the database, as objects of the model. */

/**
 * calld_view_time:
 * @unix_ms: milliseconds since 1970, 0 for never
 *
 * Returns: (transfer full) (nullable): the time
 */
GDateTime *
calld_view_time (gint64 unix_ms)
{
  g_autoptr (GDateTime) seconds = NULL;

  if (unix_ms == 0)
    return NULL;
  seconds = g_date_time_new_from_unix_utc (unix_ms / 1000);
  return g_date_time_add (seconds, (unix_ms % 1000) * 1000);
}

static CallActiveCall *
view_call (const CalldCallRecord *call)
{
  static const CallProgress progress[] = {
    [CALLD_CALL_RINGING] = CALL_PROGRESS_RINGING,
    [CALLD_CALL_ACCEPTED] = CALL_PROGRESS_ACCEPTED,
    [CALLD_CALL_ACTIVE] = CALL_PROGRESS_ACTIVE,
  };
  g_autoptr (GDateTime) requested_at = calld_view_time (call->requested_at);
  g_autoptr (GDateTime) started_at = calld_view_time (call->started_at);
  CallActiveCall *view = call_active_call_new (call->id, progress[call->state],
                                               call->parties[0].user_id, call->parties[1].user_id,
                                               call->generation, requested_at, started_at);

  for (int side = 0; side < 2; side++)
    if (call->parties[side].peer_id != NULL)
      call_active_call_add_peer (view, call->parties[side].user_id, call->parties[side].peer_id);
  return view;
}

static void
add_waiters (CallAppointment *view, GPtrArray *waiters)
{
  for (guint i = 0; waiters != NULL && i < waiters->len; i++) {
    const CalldWaiter *waiter = waiters->pdata[i];
    g_autoptr (GDateTime) since = calld_view_time (waiter->since);
    g_autoptr (CallParticipant) participant = call_participant_new (waiter->user_id, waiter->name,
                                                                    waiter->role, since);

    call_appointment_add_waiting (view, participant);
  }
}

/**
 * calld_view_appointment:
 * @record: the appointment
 * @window: when it is open
 * @call: (nullable): its call that is not over
 * @waiters: (nullable) (element-type CalldWaiter): who is in its waiting room
 *
 * Returns: (transfer full): the appointment as its people see it
 */
CallAppointment *
calld_view_appointment (const CalldAppointmentRecord *record,
                        CalldWindow window,
                        const CalldCallRecord *call,
                        GPtrArray *waiters)
{
  g_autoptr (GDateTime) scheduled_at = calld_view_time (record->scheduled_at);
  g_autoptr (GDateTime) opens_at = calld_view_time (window.opens_at);
  g_autoptr (GDateTime) closes_at = calld_view_time (window.closes_at);
  g_autoptr (GDateTime) started_at = calld_view_time (record->started_at);
  g_autoptr (GDateTime) ended_at = calld_view_time (record->ended_at);
  g_autoptr (CallParticipant) doctor = call_participant_new (record->doctor_id, record->doctor_name,
                                                             CALL_ROLE_DOCTOR, NULL);
  g_autoptr (CallParticipant) patient = call_participant_new (
      record->patient_id, record->patient_name, CALL_ROLE_PATIENT, NULL);
  g_autoptr (CallActiveCall) active = call != NULL && call->state != CALLD_CALL_ENDED
                                          ? view_call (call)
                                          : NULL;
  CallAppointment *view = g_object_new (
      CALL_TYPE_APPOINTMENT, "id", record->id, "status", record->status, "scheduled-at",
      scheduled_at, "duration-minutes", record->duration_minutes, "opens-at", opens_at, "closes-at",
      closes_at, "doctor", doctor, "patient", patient, "conversation-id", record->conversation_id,
      "active-call", active, "started-at", started_at, "ended-at", ended_at, "rescheduled-to",
      record->rescheduled_to, "missing", record->missing, NULL);

  add_waiters (view, waiters);
  return view;
}

/**
 * calld_view_file:
 * @record: a file
 *
 * Returns: (transfer full): what members of its conversation see of it
 */
CallFile *
calld_view_file (const CalldFileRecord *record)
{
  gboolean is_there = record->state == CALLD_FILE_KEPT || record->state == CALLD_FILE_SENT;
  g_autofree char *url = is_there ? g_strconcat ("/api/files/", record->id, NULL) : NULL;
  const char *status = record->state == CALLD_FILE_INFECTED  ? "infected"
                       : record->state == CALLD_FILE_REMOVED ? "removed"
                                                             : NULL;

  return g_object_new (CALL_TYPE_FILE, "id", record->id, "name", record->name, "media-type",
                       record->type, "size", record->size, "url", url, "duration-ms",
                       record->duration_ms, "waveform", record->waveform, "width",
                       (int) record->width, "height", (int) record->height, "status", status, NULL);
}

/* The beginning of the message another one answers. */
static CallMessage *
view_quote (const CalldMessageRecord *record)
{
  return g_object_new (CALL_TYPE_MESSAGE, "id", record->id, "seq", (gint64) record->seq,
                       "sender-id", record->sender_id, "sender-name", record->sender_name,
                       "content", record->content, "kind", record->kind, "status",
                       CALL_MESSAGE_SENT, NULL);
}

/**
 * calld_view_message:
 * @record: a message
 *
 * Returns: (transfer full): the message as the members of its conversation see it
 */
CallMessage *
calld_view_message (const CalldMessageRecord *record)
{
  gboolean gone = record->deleted_at > 0 || record->recalled_at > 0;
  g_autoptr (GDateTime) created_at = calld_view_time (record->created_at);
  g_autoptr (GDateTime) edited_at = calld_view_time (record->edited_at);
  g_autoptr (GDateTime) deleted_at = calld_view_time (record->deleted_at);
  g_autoptr (GDateTime) recalled_at = calld_view_time (record->recalled_at);
  g_autoptr (CallFile) file = record->file != NULL && !gone ? calld_view_file (record->file) : NULL;
  g_autoptr (CallMessage) quote = record->quote != NULL ? view_quote (record->quote) : NULL;

  return g_object_new (CALL_TYPE_MESSAGE, "id", record->id, "group-id", record->conversation_id,
                       "seq", (gint64) record->seq, "revision", (gint64) record->revision,
                       "sender-id", record->sender_id, "sender-name", record->sender_name,
                       "content", record->content, "kind", record->kind, "reply-to-id",
                       record->reply_to_id, "reply-to", quote, "temp-id", record->temp_id,
                       "created-at", created_at, "edited-at", edited_at, "deleted-at", deleted_at,
                       "recalled-at", recalled_at, "file", file, "status", record->status, NULL);
}

/**
 * calld_view_member:
 * @record: a member of a conversation
 *
 * Returns: (transfer full): the member as the others see it
 */
CallGroupMember *
calld_view_member (const CalldMemberRecord *record)
{
  g_autoptr (GDateTime) joined_at = calld_view_time (record->joined_at);

  return g_object_new (CALL_TYPE_GROUP_MEMBER, "user-id", record->user_id, "user-name",
                       record->user_name, "role", record->role, "joined-at", joined_at,
                       "delivered-seq", (gint64) record->delivered_seq, "read-seq",
                       (gint64) record->read_seq, NULL);
}

/**
 * calld_view_user:
 * @record: a user
 *
 * Returns: (transfer full): the user as itself sees it
 */
CallUser *
calld_view_user (const CalldUserRecord *record)
{
  return call_user_new (record->id, record->name, record->email, record->role, record->time_zone);
}

/**
 * calld_view_audit:
 * @record: a row of the audit
 *
 * Returns: (transfer full): the row as the doctor of the appointment sees it
 */
CallAuditEvent *
calld_view_audit (const CalldAuditRecord *record)
{
  g_autoptr (GDateTime) at = calld_view_time (record->at);

  return call_audit_event_new ((gint64) record->seq, record->type, record->user_id, record->call_id,
                               at, record->payload, record->hash);
}
