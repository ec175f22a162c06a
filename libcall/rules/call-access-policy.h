/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-enums.h"
#include "call-error.h"

G_BEGIN_DECLS

/* Pure functions, any thread. Times are milliseconds since 1970, UTC. */

typedef enum {
  CALL_ACTION_SHOW, /* see the appointment, its messages and its waiting room */
  CALL_ACTION_CHAT, /* write in its conversation */
  CALL_ACTION_ENTER_WAITING,
  CALL_ACTION_REQUEST,
  CALL_ACTION_ACCEPT,
  CALL_ACTION_STARTED,
  CALL_ACTION_REJOIN,
  CALL_ACTION_LEAVE,
  CALL_ACTION_END,
  CALL_ACTION_CANCEL, /* give up or decline while it rings */
} CallAction;

typedef enum {
  CALL_RULE_NONE,        /* nothing was refused */
  CALL_RULE_TOKEN_SCOPE, /* a token for one appointment was used on another */
  CALL_RULE_PARTICIPANT, /* neither its doctor nor its patient */
  CALL_RULE_STATUS,      /* neither scheduled nor in progress */
  CALL_RULE_DOCTOR_INACTIVE,
  CALL_RULE_LICENCE_EXPIRED,
  CALL_RULE_TOO_EARLY,
  CALL_RULE_TOO_LATE,
} CallAccessRule;

typedef struct {
  guint lead_minutes;       /* how long before its time an appointment opens */
  guint grace_minutes;      /* how long after its end it stays open */
  gboolean require_licence; /* whether a licence without an expiry date is refused */
} CallAccessRules;

typedef struct {
  gint64 now;
  CallAction action;
  const char *user_id;              /* who asks */
  CallRole role;                    /* an admin may SHOW, and CANCEL and END, without taking part */
  const char *token_appointment_id; /* the one appointment a token opens, NULL for all */

  const char *appointment_id;
  const char *doctor_id;
  const char *patient_id;
  CallAppointmentStatus status;
  gint64 scheduled_at;
  guint duration_minutes;
  gboolean doctor_active;
  gint64 licence_expires_at; /* 0 when none is recorded */
} CallAccessRequest;

typedef struct {
  CallAccessRule rule;
  CallError code; /* the one of the wire; only of value when rule is not CALL_RULE_NONE */
  CallAppointmentStatus status; /* the appointment's, for CALL_RULE_STATUS */
  gint64 opens_at;              /* the window, always set */
  gint64 closes_at;
} CallAccessRefusal;

#define CALL_ACCESS_RULES_DEFAULT \
  {                               \
    10, 15, FALSE                 \
  }

void call_access_policy_window (const CallAccessRules *rules,
                                gint64 scheduled_at,
                                guint duration_minutes,
                                gint64 *opens_at,
                                gint64 *closes_at);
gboolean call_access_policy_check (const CallAccessRules *rules,
                                   const CallAccessRequest *request,
                                   CallAccessRefusal *refusal);

const char *call_access_policy_rule_name (CallAccessRule rule);
GTimeZone *call_access_policy_time_zone (const char *name);
char *call_access_policy_local_time (gint64 unix_ms, GTimeZone *zone);
char *call_access_policy_describe (const CallAccessRefusal *refusal, GTimeZone *zone);

G_END_DECLS
