/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-identity.h"

#include "call-enums.h"

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
  CALLD_ACTION_GIVE_CONSENT,
  CALLD_ACTION_READ_CONSENTS,
  CALLD_ACTION_CALL,        /* request, accept, cancel, started, rejoin, leave, end */
  CALLD_ACTION_REPORT_CALL, /* call_media, call_alive, call_error */
  CALLD_ACTION_ENTER_WAITING_ROOM,
  CALLD_ACTION_SUBSCRIBE_APPOINTMENT,
  CALLD_ACTION_READ_MESSAGES,
  CALLD_ACTION_SEND_MESSAGE,
  CALLD_ACTION_CREATE_GROUP,
  CALLD_ACTION_CREATE_DIRECT,  /* with anybody */
  CALLD_ACTION_WRITE_TO_STAFF, /* with somebody who is no patient */
  CALLD_ACTION_LIST_GROUPS,
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

/**
 * CalldGroupAction:
 *
 * What a member of a conversation may ask for in it.
 */
typedef enum {
  CALLD_GROUP_READ,
  CALLD_GROUP_SEND,
  CALLD_GROUP_EDIT_MESSAGE,
  CALLD_GROUP_RECALL_MESSAGE,
  CALLD_GROUP_DELETE_MESSAGE,
  CALLD_GROUP_UPDATE,     /* name and openness */
  CALLD_GROUP_ADD_MEMBER, /* as a plain member */
  CALLD_GROUP_REMOVE_MEMBER,
  CALLD_GROUP_SET_ROLE,
  CALLD_GROUP_LEAVE,
  CALLD_GROUP_JOIN,
  CALLD_GROUP_N_ACTIONS,
} CalldGroupAction;

/**
 * CalldGroupSubject:
 * @kind: what kind of conversation it is
 * @open: whether anybody may join
 * @is_member: whether the one who asks is in it
 * @role: as what
 * @is_author: whether the message it is about is theirs
 * @target: the role of the member it is about; %CALL_GROUP_ROLE_MEMBER if it is about none
 *
 * What decides about an action in a conversation.
 */
typedef struct {
  CallGroupKind kind;
  gboolean open;
  gboolean is_member;
  CallGroupRole role;
  gboolean is_author;
  CallGroupRole target;
} CalldGroupSubject;

gboolean calld_auth_can_in_group (const CalldIdentity *identity,
                                  CalldGroupAction action,
                                  const CalldGroupSubject *subject,
                                  GError **refusal);

G_END_DECLS
