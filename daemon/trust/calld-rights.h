/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-identity.h"

G_BEGIN_DECLS

/**
 * CalldAction:
 *
 * What somebody may ask for. The table in calld-rights.c says who may; window, status and licence
 * are the access policy's (call-access-policy.h), which comes after.
 */
typedef enum {
  CALLD_ACTION_SHOW_SELF,
  CALLD_ACTION_LIST_APPOINTMENTS,  /* the own ones; an admin: all */
  CALLD_ACTION_CREATE_APPOINTMENT, /* subject: the doctor_id and patient_id asked for */
  CALLD_ACTION_SHOW_APPOINTMENT,
  CALLD_ACTION_CANCEL_APPOINTMENT,
  CALLD_ACTION_RESCHEDULE_APPOINTMENT,
  CALLD_ACTION_MAKE_LINK,
  CALLD_ACTION_READ_AUDIT,
  CALLD_ACTION_CALL,        /* request, accept, cancel, started, rejoin, leave, end */
  CALLD_ACTION_REPORT_CALL, /* call_media, call_alive, call_error */
  CALLD_ACTION_ENTER_WAITING_ROOM,
  CALLD_ACTION_SUBSCRIBE_APPOINTMENT,
  CALLD_ACTION_READ_MESSAGES,
  CALLD_ACTION_SEND_MESSAGE,
  CALLD_ACTION_SUBSCRIBE_USER, /* subject: user_id */
  CALLD_ACTION_MANAGE_USERS,
  CALLD_ACTION_READ_STATISTICS,
  CALLD_ACTION_MANAGE_WEBHOOKS,
  CALLD_ACTION_MANAGE_BOTS,
  CALLD_ACTION_SUBSCRIBE_PUSH, /* for oneself */
  CALLD_ACTION_OPERATE, /* drain, reload, statistics, end any call */
} CalldAction;

/**
 * CalldSubject:
 * @appointment_id: (nullable): the appointment it is about
 * @doctor_id: (nullable): its doctor
 * @patient_id: (nullable): its patient
 * @user_id: (nullable): the user it is about
 *
 * What an action is about; only what the action's comment names must be given.
 */
typedef struct {
  const char *appointment_id;
  const char *doctor_id;
  const char *patient_id;
  const char *user_id;
} CalldSubject;

gboolean calld_auth_can (const CalldIdentity *identity,
                         CalldAction action,
                         const CalldSubject *subject,
                         GError **refusal);

G_END_DECLS
