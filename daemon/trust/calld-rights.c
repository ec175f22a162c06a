/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-rights"

#include "config.h"

#include "calld-rights.h"

#include "call-error.h"

/*
 * CalldGrant:
 *
 * In which capacities an action is allowed; one of them suffices.
 */
typedef enum {
  GRANT_EVERYBODY = 1 << 0, /* everybody who is signed in */
  GRANT_DOCTOR = 1 << 1,    /* the doctor of the subject */
  GRANT_PATIENT = 1 << 2,   /* the patient of the subject */
  GRANT_ADMIN = 1 << 3,     /* an admin of the clinic */
  GRANT_SERVICE = 1 << 4,   /* another program */
  GRANT_SELF = 1 << 5,      /* the user of the subject */
} CalldGrant;

#define GRANT_PARTY (GRANT_DOCTOR | GRANT_PATIENT)

/* An admin books and looks, but neither talks nor reads what is said: that is between the two. */
static const guint grants[] = {
  [CALLD_ACTION_SHOW_SELF] = GRANT_EVERYBODY,
  [CALLD_ACTION_LIST_APPOINTMENTS] = GRANT_EVERYBODY,
  [CALLD_ACTION_CREATE_APPOINTMENT] = GRANT_DOCTOR | GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_SHOW_APPOINTMENT] = GRANT_PARTY | GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_CANCEL_APPOINTMENT] = GRANT_PARTY | GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_RESCHEDULE_APPOINTMENT] = GRANT_DOCTOR | GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_MAKE_LINK] = GRANT_DOCTOR | GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_READ_AUDIT] = GRANT_DOCTOR | GRANT_ADMIN,
  [CALLD_ACTION_CALL] = GRANT_PARTY,
  [CALLD_ACTION_REPORT_CALL] = GRANT_PARTY,
  [CALLD_ACTION_ENTER_WAITING_ROOM] = GRANT_PARTY,
  [CALLD_ACTION_SUBSCRIBE_APPOINTMENT] = GRANT_PARTY,
  [CALLD_ACTION_READ_MESSAGES] = GRANT_PARTY,
  [CALLD_ACTION_SEND_MESSAGE] = GRANT_PARTY,
  [CALLD_ACTION_SUBSCRIBE_USER] = GRANT_SELF,
  [CALLD_ACTION_MANAGE_USERS] = GRANT_ADMIN,
  [CALLD_ACTION_READ_STATISTICS] = GRANT_ADMIN | GRANT_SERVICE,
  [CALLD_ACTION_MANAGE_WEBHOOKS] = GRANT_ADMIN,
  [CALLD_ACTION_MANAGE_BOTS] = GRANT_ADMIN,
  [CALLD_ACTION_SUBSCRIBE_PUSH] = GRANT_EVERYBODY,
  [CALLD_ACTION_OPERATE] = GRANT_ADMIN,
};

static const CalldSubject nothing = { NULL };

/* A patient without an account holds a token for one visit only. */
static gboolean
is_out_of_scope (const CalldIdentity *identity, CalldAction action, const CalldSubject *subject)
{
  if (identity->appointment_id == NULL)
    return FALSE;
  if (action == CALLD_ACTION_CREATE_APPOINTMENT)
    return TRUE;
  return subject->appointment_id != NULL &&
         !g_str_equal (identity->appointment_id, subject->appointment_id);
}

static guint
capacities_of (const CalldIdentity *identity, const CalldSubject *subject)
{
  const char *id = identity->user_id;
  guint found = GRANT_EVERYBODY;

  if (identity->role == CALL_ROLE_DOCTOR && g_strcmp0 (id, subject->doctor_id) == 0)
    found |= GRANT_DOCTOR;
  if (identity->role == CALL_ROLE_PATIENT && g_strcmp0 (id, subject->patient_id) == 0)
    found |= GRANT_PATIENT;
  if (identity->role == CALL_ROLE_ADMIN)
    found |= GRANT_ADMIN;
  if (identity->role == CALL_ROLE_SERVICE)
    found |= GRANT_SERVICE;
  if (g_strcmp0 (id, subject->user_id) == 0)
    found |= GRANT_SELF;
  return found;
}

static void
set_refusal (GError **refusal, guint wanted, guint found, gboolean out_of_scope)
{
  gboolean party_only = (wanted & GRANT_PARTY) != 0 && (found & GRANT_PARTY) == 0;

  if (out_of_scope)
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT,
                         "This link opens another appointment.");
  else if (party_only && (wanted & ~GRANT_PARTY) == 0)
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT,
                         "Only the doctor and the patient of this appointment may do this.");
  else if (party_only && (wanted & GRANT_PARTY) == GRANT_PARTY)
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT,
                         "This appointment is between other people.");
  else if (wanted & GRANT_DOCTOR)
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                         "Only the doctor of this appointment or an administrator may do this.");
  else
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                         "You are not allowed to do this.");
}

/**
 * calld_auth_can:
 * @identity: who asks
 * @action: for what
 * @subject: (nullable): about what
 * @refusal: (optional): where to put %CALL_ERROR_NOT_PARTICIPANT or %CALL_ERROR_FORBIDDEN
 *
 * Decides every right that does not depend on the time or on the state of something. It is the only
 * place that does.
 *
 * Returns: %TRUE if it is allowed
 */
gboolean
calld_auth_can (const CalldIdentity *identity,
                CalldAction action,
                const CalldSubject *subject,
                GError **refusal)
{
  const CalldSubject *about = subject != NULL ? subject : &nothing;
  gboolean out_of_scope;
  guint wanted, found;

  g_return_val_if_fail (identity != NULL, FALSE);
  g_return_val_if_fail ((guint) action < G_N_ELEMENTS (grants), FALSE);

  wanted = grants[action];
  found = capacities_of (identity, about);
  out_of_scope = is_out_of_scope (identity, action, about);
  if (!out_of_scope && (wanted & found) != 0)
    return TRUE;

  set_refusal (refusal, wanted, found, out_of_scope);
  return FALSE;
}
