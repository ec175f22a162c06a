/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-access-policy.h"

#include <string.h>

#define MINUTE_MS (60 * 1000)

/* What is asked of whoever wants to do something. An action left out of the window column is one
 * that only makes a call smaller: nobody may be kept in it by a clock. */
typedef struct {
  gboolean admin_too;       /* an admin may, without taking part */
  gboolean open_status;     /* only while scheduled or in progress */
  gboolean eligible_doctor; /* the doctor is active and the licence is valid */
  gboolean window;          /* only inside the access window */
} ActionRules;

static const ActionRules action_rules[] = {
  [CALL_ACTION_SHOW] = { TRUE, FALSE, FALSE, FALSE },
  [CALL_ACTION_CHAT] = { FALSE, FALSE, FALSE, FALSE },
  [CALL_ACTION_ENTER_WAITING] = { FALSE, TRUE, FALSE, TRUE },
  [CALL_ACTION_REQUEST] = { FALSE, TRUE, TRUE, TRUE },
  [CALL_ACTION_ACCEPT] = { FALSE, TRUE, TRUE, TRUE },
  [CALL_ACTION_STARTED] = { FALSE, TRUE, TRUE, TRUE },
  [CALL_ACTION_REJOIN] = { FALSE, TRUE, TRUE, TRUE },
  [CALL_ACTION_LEAVE] = { FALSE, FALSE, FALSE, FALSE },
  [CALL_ACTION_END] = { TRUE, FALSE, FALSE, FALSE },
  [CALL_ACTION_CANCEL] = { TRUE, FALSE, FALSE, FALSE },
};

typedef struct {
  const char *name;
  CallError code;
} RuleWord;

static const RuleWord rule_words[] = {
  [CALL_RULE_NONE] = { "none", CALL_ERROR_FAILED },
  [CALL_RULE_TOKEN_SCOPE] = { "token_scope", CALL_ERROR_NOT_PARTICIPANT },
  [CALL_RULE_PARTICIPANT] = { "participant", CALL_ERROR_NOT_PARTICIPANT },
  [CALL_RULE_STATUS] = { "status", CALL_ERROR_WRONG_STATUS },
  [CALL_RULE_DOCTOR_INACTIVE] = { "inactive", CALL_ERROR_NOT_ELIGIBLE },
  [CALL_RULE_LICENCE_EXPIRED] = { "licence_expired", CALL_ERROR_NOT_ELIGIBLE },
  [CALL_RULE_TOO_EARLY] = { "too_early", CALL_ERROR_TOO_EARLY },
  [CALL_RULE_TOO_LATE] = { "too_late", CALL_ERROR_TOO_LATE },
};

/**
 * call_access_policy_window:
 * @rules: the rules
 * @scheduled_at: when the appointment begins
 * @duration_minutes: how long it is planned to take
 * @opens_at: (out): the first moment inside the window
 * @closes_at: (out): the last moment inside the window
 *
 * Works out the access window: [scheduled − lead, scheduled + duration + grace], both ends inside.
 * It is counted in real time, so a change to or from summer time does not move it.
 */
void
call_access_policy_window (const CallAccessRules *rules,
                           gint64 scheduled_at,
                           guint duration_minutes,
                           gint64 *opens_at,
                           gint64 *closes_at)
{
  *opens_at = scheduled_at - (gint64) rules->lead_minutes * MINUTE_MS;
  *closes_at = scheduled_at +
               ((gint64) duration_minutes + (gint64) rules->grace_minutes) * MINUTE_MS;
}

static gboolean
takes_part (const CallAccessRequest *request)
{
  if (request->user_id == NULL || request->user_id[0] == '\0')
    return FALSE;
  return g_strcmp0 (request->user_id, request->doctor_id) == 0 ||
         g_strcmp0 (request->user_id, request->patient_id) == 0;
}

static gboolean
licence_is_valid (const CallAccessRules *rules, const CallAccessRequest *request)
{
  if (request->licence_expires_at == 0)
    return !rules->require_licence;
  return request->now < request->licence_expires_at;
}

/* The order decides which refusal is told: who one is comes first, so that a stranger learns
 * nothing of the appointment, and the clock comes last, since waiting mends it. */
static CallAccessRule
first_broken_rule (const CallAccessRules *rules,
                   const CallAccessRequest *request,
                   const CallAccessRefusal *window)
{
  const ActionRules *asked = &action_rules[request->action];

  if (request->token_appointment_id != NULL &&
      g_strcmp0 (request->token_appointment_id, request->appointment_id) != 0)
    return CALL_RULE_TOKEN_SCOPE;
  if (!takes_part (request) && !(asked->admin_too && request->role == CALL_ROLE_ADMIN))
    return CALL_RULE_PARTICIPANT;
  if (asked->open_status && request->status != CALL_APPOINTMENT_SCHEDULED &&
      request->status != CALL_APPOINTMENT_IN_PROGRESS)
    return CALL_RULE_STATUS;
  if (asked->eligible_doctor && !request->doctor_active)
    return CALL_RULE_DOCTOR_INACTIVE;
  if (asked->eligible_doctor && !licence_is_valid (rules, request))
    return CALL_RULE_LICENCE_EXPIRED;
  if (asked->window && request->now < window->opens_at)
    return CALL_RULE_TOO_EARLY;
  if (asked->window && request->now > window->closes_at)
    return CALL_RULE_TOO_LATE;
  return CALL_RULE_NONE;
}

/**
 * call_access_policy_check:
 * @rules: the clinic's rules
 * @request: who wants to do what, and all there is to know about the appointment
 * @refusal: (out) (optional): which rule was broken, and the window
 *
 * Decides whether somebody may do something in an appointment. This is the only place where that is
 * decided.
 *
 * Returns: %TRUE if it is allowed
 */
gboolean
call_access_policy_check (const CallAccessRules *rules,
                          const CallAccessRequest *request,
                          CallAccessRefusal *refusal)
{
  CallAccessRefusal result = { .status = request->status };

  g_return_val_if_fail (rules != NULL && request != NULL, FALSE);
  g_return_val_if_fail ((guint) request->action < G_N_ELEMENTS (action_rules), FALSE);

  call_access_policy_window (rules, request->scheduled_at, request->duration_minutes,
                             &result.opens_at, &result.closes_at);
  result.rule = first_broken_rule (rules, request, &result);
  result.code = rule_words[result.rule].code;
  if (refusal != NULL)
    *refusal = result;
  return result.rule == CALL_RULE_NONE;
}

/**
 * call_access_policy_rule_name:
 * @rule: a rule
 *
 * The word for @rule in logs and in the `reason` of an error body.
 *
 * Returns: (transfer none): the word
 */
const char *
call_access_policy_rule_name (CallAccessRule rule)
{
  g_return_val_if_fail ((guint) rule < G_N_ELEMENTS (rule_words), NULL);

  return rule_words[rule].name;
}

/**
 * call_access_policy_time_zone:
 * @name: (nullable): an IANA name such as "America/Sao_Paulo", from outside
 *
 * Gets a time zone. A name that is not in the system's data gives UTC: a wrong setting must not
 * keep anybody from a visit. The name is not taken as a path.
 *
 * Returns: (transfer full): the zone
 */
GTimeZone *
call_access_policy_time_zone (const char *name)
{
  GTimeZone *zone = NULL;

  if (name != NULL && name[0] != '\0' && name[0] != '/' && name[0] != ':' &&
      strstr (name, "..") == NULL)
    zone = g_time_zone_new_identifier (name);
  return zone != NULL ? zone : g_time_zone_new_utc ();
}

/**
 * call_access_policy_local_time:
 * @unix_ms: a time
 * @zone: where
 *
 * Writes a time as people in @zone read it: `2026-03-02 10:50`.
 *
 * Returns: (transfer full): the text
 */
char *
call_access_policy_local_time (gint64 unix_ms, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (unix_ms / 1000);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("");
}

/**
 * call_access_policy_describe:
 * @refusal: a refusal
 * @zone: the zone of whoever was refused
 *
 * Says in one English sentence which rule was broken and, where the clock decides, when the visit
 * opens. It names nobody.
 *
 * Returns: (transfer full): the sentence
 */
char *
call_access_policy_describe (const CallAccessRefusal *refusal, GTimeZone *zone)
{
  g_autofree char *opens = call_access_policy_local_time (refusal->opens_at, zone);
  g_autofree char *closes = call_access_policy_local_time (refusal->closes_at, zone);
  const char *where = g_time_zone_get_identifier (zone);

  switch (refusal->rule) {
  case CALL_RULE_NONE:
    return g_strdup ("Nothing was refused.");
  case CALL_RULE_TOKEN_SCOPE:
    return g_strdup ("This link opens another appointment.");
  case CALL_RULE_PARTICIPANT:
    return g_strdup ("You are neither the doctor nor the patient of this appointment.");
  case CALL_RULE_STATUS:
    return g_strdup_printf ("The appointment is %s.",
                            call_enum_to_nick (CALL_TYPE_APPOINTMENT_STATUS, refusal->status));
  case CALL_RULE_DOCTOR_INACTIVE:
    return g_strdup ("The doctor of this appointment is not active.");
  case CALL_RULE_LICENCE_EXPIRED:
    return g_strdup ("The doctor's licence is not valid at this time.");
  case CALL_RULE_TOO_EARLY:
    return g_strdup_printf ("The visit opens at %s (%s) and closes at %s.", opens, where, closes);
  case CALL_RULE_TOO_LATE:
    return g_strdup_printf ("The visit was open from %s to %s (%s).", opens, closes, where);
  }
  g_return_val_if_reached (NULL);
}
