/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-record"

#include "config.h"

#include "calld-record.h"

#include "call-id.h"

/* The nicks are the words in the database and in "state" of a Call on the wire. */
G_DEFINE_ENUM_TYPE (CalldCallState,
                    calld_call_state,
                    G_DEFINE_ENUM_VALUE (CALLD_CALL_RINGING, "ringing"),
                    G_DEFINE_ENUM_VALUE (CALLD_CALL_ACCEPTED, "accepted"),
                    G_DEFINE_ENUM_VALUE (CALLD_CALL_ACTIVE, "active"),
                    G_DEFINE_ENUM_VALUE (CALLD_CALL_ENDED, "ended"))

/**
 * calld_user_record_new:
 * @name: for display
 * @email: (nullable): to sign in with
 * @role: what the user may do
 * @time_zone: IANA name
 * @now_ms: milliseconds since 1970
 *
 * Makes an active user with a fresh id and no password.
 *
 * Returns: (transfer full): the record
 */
CalldUserRecord *
calld_user_record_new (const char *name,
                       const char *email,
                       CallRole role,
                       const char *time_zone,
                       gint64 now_ms)
{
  CalldUserRecord *self = g_new0 (CalldUserRecord, 1);

  self->id = call_id_new ();
  self->name = g_strdup (name);
  self->email = g_strdup (email);
  self->role = role;
  self->time_zone = g_strdup (time_zone);
  self->active = TRUE;
  self->created_at = now_ms;
  return self;
}

CalldUserRecord *
calld_user_record_copy (const CalldUserRecord *self)
{
  CalldUserRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->email = g_strdup (self->email);
  copy->time_zone = g_strdup (self->time_zone);
  copy->password_hash = g_strdup (self->password_hash);
  copy->licence_number = g_strdup (self->licence_number);
  return copy;
}

void
calld_user_record_free (CalldUserRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->email);
  g_free (self->time_zone);
  g_free (self->password_hash);
  g_free (self->licence_number);
  g_free (self);
}

/**
 * calld_appointment_record_new:
 * @doctor_id: its doctor
 * @patient_id: its patient
 * @scheduled_at: when it begins, milliseconds since 1970
 * @duration_minutes: how long
 * @now_ms: milliseconds since 1970
 *
 * Makes a scheduled appointment with a fresh id and a fresh conversation id.
 *
 * Returns: (transfer full): the record
 */
CalldAppointmentRecord *
calld_appointment_record_new (const char *doctor_id,
                              const char *patient_id,
                              gint64 scheduled_at,
                              guint duration_minutes,
                              gint64 now_ms)
{
  CalldAppointmentRecord *self = g_new0 (CalldAppointmentRecord, 1);

  self->id = call_id_new ();
  self->status = CALL_APPOINTMENT_SCHEDULED;
  self->scheduled_at = scheduled_at;
  self->duration_minutes = duration_minutes;
  self->doctor_id = g_strdup (doctor_id);
  self->patient_id = g_strdup (patient_id);
  self->conversation_id = call_id_new ();
  self->created_at = now_ms;
  return self;
}

CalldAppointmentRecord *
calld_appointment_record_copy (const CalldAppointmentRecord *self)
{
  CalldAppointmentRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->doctor_id = g_strdup (self->doctor_id);
  copy->doctor_name = g_strdup (self->doctor_name);
  copy->patient_id = g_strdup (self->patient_id);
  copy->patient_name = g_strdup (self->patient_name);
  copy->conversation_id = g_strdup (self->conversation_id);
  copy->rescheduled_to = g_strdup (self->rescheduled_to);
  copy->missing = g_strdup (self->missing);
  copy->metadata = g_strdup (self->metadata);
  return copy;
}

void
calld_appointment_record_free (CalldAppointmentRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->doctor_id);
  g_free (self->doctor_name);
  g_free (self->patient_id);
  g_free (self->patient_name);
  g_free (self->conversation_id);
  g_free (self->rescheduled_to);
  g_free (self->missing);
  g_free (self->metadata);
  g_free (self);
}

/**
 * calld_call_record_new:
 * @appointment_id: whose call it is
 * @caller_id: who calls
 * @caller_peer_id: (nullable): where the caller's media is signalled
 * @callee_id: who is called
 * @now_ms: milliseconds since 1970
 *
 * Makes a ringing call of generation 1 with a fresh id that sorts by time. The caller is in it.
 *
 * Returns: (transfer full): the record
 */
CalldCallRecord *
calld_call_record_new (const char *appointment_id,
                       const char *caller_id,
                       const char *caller_peer_id,
                       const char *callee_id,
                       gint64 now_ms)
{
  CalldCallRecord *self = g_new0 (CalldCallRecord, 1);

  self->id = call_id_new_sorted (now_ms);
  self->appointment_id = g_strdup (appointment_id);
  self->state = CALLD_CALL_RINGING;
  self->generation = 1;
  self->parties[CALLD_SIDE_CALLER].user_id = g_strdup (caller_id);
  self->parties[CALLD_SIDE_CALLER].peer_id = g_strdup (caller_peer_id);
  self->parties[CALLD_SIDE_CALLER].joined_at = now_ms;
  self->parties[CALLD_SIDE_CALLEE].user_id = g_strdup (callee_id);
  self->requested_at = now_ms;
  return self;
}

CalldCallRecord *
calld_call_record_copy (const CalldCallRecord *self)
{
  CalldCallRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->appointment_id = g_strdup (self->appointment_id);
  for (guint i = 0; i < G_N_ELEMENTS (copy->parties); i++) {
    copy->parties[i].user_id = g_strdup (self->parties[i].user_id);
    copy->parties[i].peer_id = g_strdup (self->parties[i].peer_id);
  }
  return copy;
}

void
calld_call_record_free (CalldCallRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->appointment_id);
  for (guint i = 0; i < G_N_ELEMENTS (self->parties); i++) {
    g_free (self->parties[i].user_id);
    g_free (self->parties[i].peer_id);
  }
  g_free (self);
}

/**
 * calld_call_record_get_party:
 * @self: a call
 * @user_id: (nullable): a user
 *
 * Finds the side of @user_id.
 *
 * Returns: (nullable) (transfer none): the party, %NULL if the user has no part in this call
 */
CalldCallParty *
calld_call_record_get_party (CalldCallRecord *self, const char *user_id)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->parties); i++)
    if (g_strcmp0 (self->parties[i].user_id, user_id) == 0)
      return &self->parties[i];
  return NULL;
}

/**
 * calld_audit_record_new:
 * @type: a word of docs/protocol.md §3
 * @appointment_id: (nullable): about which appointment
 * @user_id: (nullable): who did it
 * @call_id: (nullable): about which call
 * @payload: (nullable): a JSON object
 * @now_ms: milliseconds since 1970
 *
 * Makes an event; its sequence and hash come from the store.
 *
 * Returns: (transfer full): the record
 */
CalldAuditRecord *
calld_audit_record_new (const char *type,
                        const char *appointment_id,
                        const char *user_id,
                        const char *call_id,
                        const char *payload,
                        gint64 now_ms)
{
  CalldAuditRecord *self = g_new0 (CalldAuditRecord, 1);

  self->type = g_strdup (type);
  self->appointment_id = g_strdup (appointment_id);
  self->user_id = g_strdup (user_id);
  self->call_id = g_strdup (call_id);
  self->payload = g_strdup (payload);
  self->at = now_ms;
  return self;
}

CalldAuditRecord *
calld_audit_record_copy (const CalldAuditRecord *self)
{
  CalldAuditRecord *copy = g_memdup2 (self, sizeof *self);

  copy->appointment_id = g_strdup (self->appointment_id);
  copy->type = g_strdup (self->type);
  copy->user_id = g_strdup (self->user_id);
  copy->call_id = g_strdup (self->call_id);
  copy->payload = g_strdup (self->payload);
  copy->hash = g_strdup (self->hash);
  return copy;
}

void
calld_audit_record_free (CalldAuditRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->appointment_id);
  g_free (self->type);
  g_free (self->user_id);
  g_free (self->call_id);
  g_free (self->payload);
  g_free (self->hash);
  g_free (self);
}

CalldConsentRecord *
calld_consent_record_copy (const CalldConsentRecord *self)
{
  CalldConsentRecord *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->appointment_id = g_strdup (self->appointment_id);
  copy->user_id = g_strdup (self->user_id);
  copy->kind = g_strdup (self->kind);
  copy->text_version = g_strdup (self->text_version);
  copy->language = g_strdup (self->language);
  copy->mode = g_strdup (self->mode);
  return copy;
}

void
calld_consent_record_free (CalldConsentRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->appointment_id);
  g_free (self->user_id);
  g_free (self->kind);
  g_free (self->text_version);
  g_free (self->language);
  g_free (self->mode);
  g_free (self);
}

CalldLeaseRecord *
calld_lease_record_copy (const CalldLeaseRecord *self)
{
  CalldLeaseRecord *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->holder = g_strdup (self->holder);
  return copy;
}

void
calld_lease_record_free (CalldLeaseRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->holder);
  g_free (self);
}
