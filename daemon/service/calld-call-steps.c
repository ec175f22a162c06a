/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-call"

#include "config.h"

#include "calld-call-steps.h"

#include "calld-bus.h"

#include "call-body.h"

/* --- small parts ------------------------------------------------------------------------------ */

void
calld_call_letter_free (CalldCallLetter *letter)
{
  call_notice_unref (letter->notice);
  g_strfreev (letter->topics);
  g_free (letter);
}

/* Which side of @call the user is; -1 for neither. */
int
calld_call_side_of (const CalldCallRecord *call, const char *user_id)
{
  for (int side = 0; user_id != NULL && side < 2; side++)
    if (g_str_equal (call->parties[side].user_id, user_id))
      return side;
  return -1;
}

gboolean
calld_call_is_living (const CalldCallRecord *call)
{
  return call->state == CALLD_CALL_ACCEPTED || call->state == CALLD_CALL_ACTIVE;
}

gboolean
calld_call_refuse (GError **error, CallError code, const char *message)
{
  g_set_error_literal (error, CALL_ERROR, (int) code, message);
  return FALSE;
}

gint64
calld_call_duration_of (const CalldCallRecord *call)
{
  return call->started_at != 0 && call->ended_at > call->started_at
             ? (call->ended_at - call->started_at) / 1000
             : 0;
}

void
calld_call_audit (CalldCallCase *self, const char *type, const char *payload)
{
  const CalldCallRecord *call = self->after != NULL ? self->after : self->call;
  g_autoptr (CalldAuditRecord) record = calld_audit_record_new (
      type, self->appointment->id, self->order.user_id, call->id, payload, self->now);

  calld_change_append_audit (self->change, record);
}

void
calld_call_audit_generation (CalldCallCase *self, const char *type)
{
  g_autofree char *payload = g_strdup_printf ("{\"generation\":%u}", self->after->generation);

  calld_call_audit (self, type, payload);
}

static CallNotice *
notice_for (CalldCallCase *self, const CalldCallRecord *call, CallNoticeKind kind)
{
  CallNotice *notice = call_notice_new (kind);

  notice->appointment_id = g_strdup (self->appointment->id);
  notice->call_id = g_strdup (call->id);
  notice->at_ms = self->now;
  return notice;
}

/* A notice that names who did it, unless the server did. */
CallNotice *
calld_call_notice_by (CalldCallCase *self, CallNoticeKind kind)
{
  CallNotice *notice = notice_for (self, self->after, kind);

  if (self->order.user_id == NULL)
    return notice;
  notice->person.id = g_strdup (self->order.user_id);
  notice->person.role = (int) self->order.role;
  return notice;
}

/* Takes @notice. It goes to those who watch the appointment and, when @to_people, to both sides
 * wherever they are, so that their other devices know as well. */
void
calld_call_post (CalldCallCase *self, CallNotice *notice, gboolean to_people)
{
  CalldCallLetter *letter = g_new0 (CalldCallLetter, 1);
  g_autoptr (GStrvBuilder) topics = g_strv_builder_new ();
  g_autofree char *watchers = calld_topic_appointment (self->appointment->id);
  g_autofree char *doctor = calld_topic_user (self->appointment->doctor_id);
  g_autofree char *patient = calld_topic_user (self->appointment->patient_id);

  g_strv_builder_add (topics, watchers);
  if (to_people) {
    g_strv_builder_add (topics, doctor);
    g_strv_builder_add (topics, patient);
  }
  letter->notice = notice;
  letter->topics = g_strv_builder_end (topics);
  g_ptr_array_add (self->outbox, letter);
}

/* Only for the side that did not do it, besides those who watch the appointment. */
void
calld_call_post_to_other (CalldCallCase *self, CallNotice *notice)
{
  CalldCallLetter *letter = g_new0 (CalldCallLetter, 1);
  int side = calld_call_side_of (self->after, self->order.user_id);
  g_autoptr (GStrvBuilder) topics = g_strv_builder_new ();
  g_autofree char *watchers = calld_topic_appointment (self->appointment->id);
  g_autofree char *other = calld_topic_user (self->after->parties[1 - side].user_id);

  g_strv_builder_add (topics, watchers);
  g_strv_builder_add (topics, other);
  letter->notice = notice;
  letter->topics = g_strv_builder_end (topics);
  g_ptr_array_add (self->outbox, letter);
}

/* --- leases ----------------------------------------------------------------------------------- */

/**
 * calld_call_lease_for_appointment:
 * @appointment_id: an appointment
 *
 * Returns: (transfer full): the name of the lease that its active call holds
 */
char *
calld_call_lease_for_appointment (const char *appointment_id)
{
  return g_strdup_printf ("appointment:%s:active_call", appointment_id);
}

/**
 * calld_call_lease_for_user:
 * @user_id: a user
 *
 * Returns: (transfer full): the name of the lease that the call holds in which the user is
 */
char *
calld_call_lease_for_user (const char *user_id)
{
  return g_strdup_printf ("user:%s:active_call", user_id);
}

static void
take_user_lease (CalldCallCase *self, const char *user_id, gint64 ttl_ms)
{
  g_autofree char *name = calld_call_lease_for_user (user_id);

  calld_change_take_lease (self->change, name, self->after->id, self->now, self->now + ttl_ms);
}

void
calld_call_take_leases (CalldCallCase *self, gint64 ttl_ms)
{
  g_autofree char *name = calld_call_lease_for_appointment (self->appointment->id);

  calld_change_take_lease (self->change, name, self->after->id, self->now, self->now + ttl_ms);
  for (int side = 0; side < 2; side++)
    if (self->after->parties[side].left_at == 0)
      take_user_lease (self, self->after->parties[side].user_id, ttl_ms);
}

void
calld_call_release_user_lease (CalldCallCase *self, const CalldCallRecord *call, int side)
{
  g_autofree char *name = calld_call_lease_for_user (call->parties[side].user_id);

  calld_change_release_lease (self->change, name, call->id);
}

void
calld_call_release_leases (CalldCallCase *self, const CalldCallRecord *call)
{
  g_autofree char *name = calld_call_lease_for_appointment (self->appointment->id);

  calld_change_release_lease (self->change, name, call->id);
  calld_call_release_user_lease (self, call, CALLD_SIDE_CALLER);
  calld_call_release_user_lease (self, call, CALLD_SIDE_CALLEE);
}

/* --- steps ------------------------------------------------------------------------------------ */

gboolean
calld_call_step (CalldCallCase *self, CalldCallEvent event, GError **error)
{
  self->after = calld_call_record_copy (self->call);
  if (calld_call_machine_step (self->call->state, event, &self->after->state))
    return TRUE;
  g_set_error (error, CALL_ERROR, CALL_ERROR_WRONG_STATE,
               "The call is %s: this is not possible now",
               call_enum_to_nick (CALLD_TYPE_CALL_STATE, (int) self->call->state));
  return FALSE;
}

void
calld_call_write_call (CalldCallCase *self)
{
  calld_change_update_call (self->change, self->after, self->call->state, self->call->generation);
}

/* Moves the appointment along @event, if its machine has such an edge. */
void
calld_call_move_appointment (CalldCallCase *self, CallAppointmentEvent event)
{
  CallAppointmentStatus next;
  guint effects;
  CalldAppointmentUpdate update = { .expected = 1u << self->appointment->status };

  if (!call_appointment_machine_step (self->appointment->status, event, &next, &effects, NULL))
    return;
  self->status = update.status = next;
  if (effects & CALL_APPOINTMENT_EFFECT_SET_STARTED)
    update.started_at = self->now;
  if (effects & CALL_APPOINTMENT_EFFECT_SET_ENDED)
    update.ended_at = self->now;
  calld_change_update_appointment (self->change, self->appointment->id, &update);
}

/* What every end has in common; @after is in its last state already. */
void
calld_call_finish_call (CalldCallCase *self, CallEndReason reason)
{
  self->after->ended_at = self->now;
  self->after->end_reason = reason;
  for (int side = 0; side < 2; side++)
    if (self->after->parties[side].joined_at != 0 && self->after->parties[side].left_at == 0)
      self->after->parties[side].left_at = self->now;
  calld_call_write_call (self);
  calld_call_release_leases (self, self->after);
}

void
calld_call_post_ended (CalldCallCase *self)
{
  CallNotice *notice = notice_for (self, self->after, CALL_NOTICE_CALL_ENDED);

  notice->reason = (int) self->after->end_reason;
  notice->duration_seconds = calld_call_duration_of (self->after);
  notice->status = (int) self->status;
  calld_call_post (self, notice, TRUE);
}

void
calld_call_post_cancelled (CalldCallCase *self)
{
  CallNotice *notice = calld_call_notice_by (self, CALL_NOTICE_CALL_CANCELLED);

  notice->reason = (int) self->after->end_reason;
  calld_call_post (self, notice, TRUE);
}

void
calld_call_audit_end (CalldCallCase *self, const char *type)
{
  g_autofree char *payload = g_strdup_printf (
      "{\"reason\":\"%s\",\"duration\":%" G_GINT64_FORMAT "}",
      call_enum_to_nick (CALL_TYPE_END_REASON, (int) self->after->end_reason),
      calld_call_duration_of (self->after));

  calld_call_audit (self, type, payload);
}

void
calld_call_answer_empty (CalldCallCase *self)
{
  self->answer = call_record_new (&call_empty_answer);
}
