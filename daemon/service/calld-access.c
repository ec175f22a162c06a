/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-access"

#include "config.h"

#include "calld-access.h"

#include "calld-problem.h"

static CallAccessRules
rules_of (const CalldConfig *config)
{
  return (CallAccessRules){
    .lead_minutes = config->lead_minutes,
    .grace_minutes = config->grace_minutes,
    .require_licence = config->require_licence,
  };
}

static GError *
problem_of (const CallAccessRefusal *refusal, const char *zone_name)
{
  g_autoptr (GTimeZone) zone = call_access_policy_time_zone (zone_name);
  g_autofree char *message = call_access_policy_describe (refusal, zone);
  CallErrorBody *body = call_error_body_new (refusal->code, message);

  if (refusal->rule == CALL_RULE_TOO_EARLY || refusal->rule == CALL_RULE_TOO_LATE) {
    body->opens_at_ms = refusal->opens_at;
    body->closes_at_ms = refusal->closes_at;
    body->opens_at_local = call_access_policy_local_time (refusal->opens_at, zone);
    body->time_zone = g_strdup (g_time_zone_get_identifier (zone));
  } else if (refusal->rule == CALL_RULE_STATUS) {
    body->status = (int) refusal->status;
  } else if (refusal->rule == CALL_RULE_DOCTOR_INACTIVE) {
    body->reason = g_strdup ("inactive");
  } else if (refusal->rule == CALL_RULE_LICENCE_EXPIRED) {
    body->reason = g_strdup ("licence_expired");
  }
  return calld_problem_new (body);
}

/**
 * calld_access_window:
 * @config: lead and grace
 * @appointment: an appointment
 *
 * Returns: when the appointment is open
 */
CalldWindow
calld_access_window (const CalldConfig *config, const CalldAppointmentRecord *appointment)
{
  CallAccessRules rules = rules_of (config);
  CalldWindow window;

  call_access_policy_window (&rules, appointment->scheduled_at, appointment->duration_minutes,
                             &window.opens_at, &window.closes_at);
  return window;
}

/**
 * calld_access_check:
 * @config: lead, grace and licences
 * @who: who asks
 * @action: for what
 * @appointment: of which appointment
 * @doctor: (nullable): its doctor; may be %NULL for actions that do not depend on the doctor
 * @now_ms: the time, milliseconds since 1970
 * @error: why not, with the members that docs/protocol.md §2 gives to it
 *
 * The one door through which everything passes that has to do with a call: it asks the access
 * policy of the library.
 *
 * Returns: whether @who may
 */
gboolean
calld_access_check (const CalldConfig *config,
                    const CalldIdentity *who,
                    CallAction action,
                    const CalldAppointmentRecord *appointment,
                    const CalldUserRecord *doctor,
                    gint64 now_ms,
                    GError **error)
{
  CallAccessRules rules = rules_of (config);
  CallAccessRefusal refusal;
  CallAccessRequest request = {
    .now = now_ms,
    .action = action,
    .user_id = who->user_id,
    .role = who->role,
    .token_appointment_id = who->appointment_id,
    .appointment_id = appointment->id,
    .doctor_id = appointment->doctor_id,
    .patient_id = appointment->patient_id,
    .status = appointment->status,
    .scheduled_at = appointment->scheduled_at,
    .duration_minutes = appointment->duration_minutes,
    .doctor_active = doctor == NULL || doctor->active,
    .licence_expires_at = doctor != NULL ? doctor->licence_expires_at : G_MAXINT64,
  };

  if (call_access_policy_check (&rules, &request, &refusal))
    return TRUE;
  g_propagate_error (error, problem_of (&refusal, who->time_zone));
  return FALSE;
}
