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
  GRANT_STAFF = 1 << 6,     /* everybody but patients */
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
  [CALLD_ACTION_GIVE_CONSENT] = GRANT_PARTY,
  [CALLD_ACTION_READ_CONSENTS] = GRANT_PARTY | GRANT_ADMIN,
  [CALLD_ACTION_CALL] = GRANT_PARTY,
  [CALLD_ACTION_REPORT_CALL] = GRANT_PARTY,
  [CALLD_ACTION_ENTER_WAITING_ROOM] = GRANT_PARTY,
  [CALLD_ACTION_SUBSCRIBE_APPOINTMENT] = GRANT_PARTY,
  [CALLD_ACTION_READ_MESSAGES] = GRANT_PARTY,
  [CALLD_ACTION_SEND_MESSAGE] = GRANT_PARTY,
  [CALLD_ACTION_CREATE_GROUP] = GRANT_STAFF,
  [CALLD_ACTION_CREATE_DIRECT] = GRANT_STAFF,
  [CALLD_ACTION_WRITE_TO_STAFF] = GRANT_EVERYBODY,
  [CALLD_ACTION_LIST_GROUPS] = GRANT_EVERYBODY,
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
  if (action == CALLD_ACTION_CREATE_APPOINTMENT ||
      (action >= CALLD_ACTION_CREATE_GROUP && action <= CALLD_ACTION_LIST_GROUPS))
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
  if (identity->role != CALL_ROLE_PATIENT)
    found |= GRANT_STAFF;
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

/* --- in a conversation ------------------------------------------------------------------------ */

/* In which capacities a member may do something; one of them suffices. */
typedef enum {
  IN_MEMBER = 1 << 0,
  IN_MODERATOR = 1 << 1,
  IN_ADMIN = 1 << 2,
  IN_AUTHOR = 1 << 3,
  IN_OPEN = 1 << 4, /* nobody in particular, where anybody may join */
} CalldInGroup;

#define IN_ANY (IN_MEMBER | IN_MODERATOR | IN_ADMIN)
#define KIND(kind) (1u << CALL_GROUP_##kind)
#define KIND_ANY (KIND (GROUP) | KIND (DIRECT) | KIND (APPOINTMENT))

static const struct {
  guint kinds;
  guint grants;
} group_grants[CALLD_GROUP_N_ACTIONS] = {
  [CALLD_GROUP_READ] = { KIND_ANY, IN_ANY },
  [CALLD_GROUP_SEND] = { KIND_ANY, IN_ANY },
  [CALLD_GROUP_EDIT_MESSAGE] = { KIND_ANY, IN_AUTHOR },
  [CALLD_GROUP_RECALL_MESSAGE] = { KIND_ANY, IN_AUTHOR },
  [CALLD_GROUP_DELETE_MESSAGE] = { KIND_ANY, IN_AUTHOR | IN_MODERATOR | IN_ADMIN },
  [CALLD_GROUP_UPDATE] = { KIND (GROUP), IN_ADMIN },
  [CALLD_GROUP_ADD_MEMBER] = { KIND (GROUP), IN_MODERATOR | IN_ADMIN },
  [CALLD_GROUP_REMOVE_MEMBER] = { KIND (GROUP), IN_MODERATOR | IN_ADMIN },
  [CALLD_GROUP_SET_ROLE] = { KIND (GROUP), IN_ADMIN },
  [CALLD_GROUP_LEAVE] = { KIND (GROUP), IN_ANY },
  [CALLD_GROUP_JOIN] = { KIND (GROUP), IN_ANY | IN_OPEN },
};

static guint
capacities_in (const CalldGroupSubject *subject)
{
  static const guint roles[] = {
    [CALL_GROUP_ROLE_MEMBER] = IN_MEMBER,
    [CALL_GROUP_ROLE_MODERATOR] = IN_MODERATOR,
    [CALL_GROUP_ROLE_ADMIN] = IN_ADMIN,
  };
  guint found = subject->open ? IN_OPEN : 0;

  if (subject->is_member)
    found |= roles[subject->role] | (subject->is_author ? IN_AUTHOR : 0);
  return found;
}

/**
 * calld_auth_can_in_group:
 * @identity: who asks
 * @action: for what
 * @subject: in what kind of conversation, as what, about what
 * @refusal: (optional): where to put %CALL_ERROR_NOT_PARTICIPANT or %CALL_ERROR_FORBIDDEN
 *
 * Decides what somebody may do in a conversation. For the chat of an appointment the access policy
 * comes after it. A moderator has no power over moderators and admins.
 *
 * Returns: %TRUE if it is allowed
 */
gboolean
calld_auth_can_in_group (const CalldIdentity *identity,
                         CalldGroupAction action,
                         const CalldGroupSubject *subject,
                         GError **refusal)
{
  guint found = capacities_in (subject);
  gboolean scoped = identity->appointment_id != NULL && subject->kind != CALL_GROUP_APPOINTMENT;

  g_return_val_if_fail ((guint) action < CALLD_GROUP_N_ACTIONS, FALSE);

  if (scoped || (!subject->is_member && (group_grants[action].grants & found) == 0)) {
    g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_NOT_PARTICIPANT,
                         scoped ? "This link opens one appointment only."
                                : "You are not in this conversation.");
    return FALSE;
  }
  if ((group_grants[action].kinds & (1u << subject->kind)) != 0 &&
      (group_grants[action].grants & found) != 0 &&
      (subject->target == CALL_GROUP_ROLE_MEMBER || subject->role == CALL_GROUP_ROLE_ADMIN))
    return TRUE;
  g_set_error_literal (refusal, CALL_ERROR, CALL_ERROR_FORBIDDEN,
                       "You are not allowed to do this in this conversation.");
  return FALSE;
}
