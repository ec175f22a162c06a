/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-active-call-private.h"
#include "call-appointment-private.h"
#include "call-audit-event.h"
#include "call-consent.h"
#include "call-ice-server.h"
#include "call-user.h"

static void
test_user (void)
{
  CallUser *user = call_user_new ("u1", "Ana", "ana@clinic.test", CALL_ROLE_DOCTOR,
                                  "America/Sao_Paulo");

  g_assert_cmpstr (call_user_get_id (user), ==, "u1");
  g_assert_cmpstr (call_user_get_name (user), ==, "Ana");
  g_assert_cmpstr (call_user_get_email (user), ==, "ana@clinic.test");
  g_assert_cmpint (call_user_get_role (user), ==, CALL_ROLE_DOCTOR);
  g_assert_cmpstr (call_user_get_time_zone (user), ==, "America/Sao_Paulo");
  g_assert_finalize_object (user);
}

static void
test_records (void)
{
  g_autoptr (GDateTime) at = g_date_time_new_utc (2026, 3, 2, 14, 0, 0);
  const char *const urls[] = { "stun:a.test", "turn:b.test", NULL };
  CallIceServer *server = call_ice_server_new (urls, "name", "secret");
  CallAuditEvent *event = call_audit_event_new (7, "accept", "u1", "c1", at, "{}", "beef");
  CallConsent *consent = call_consent_new ("k1", "a1", "u1", "visit", "click", "3", "pt-BR", TRUE,
                                           at);

  g_assert_cmpstrv (call_ice_server_get_urls (server), urls);
  g_assert_cmpstr (call_ice_server_get_username (server), ==, "name");
  g_assert_cmpstr (call_ice_server_get_credential (server), ==, "secret");
  g_assert_cmpint (call_audit_event_get_seq (event), ==, 7);
  g_assert_cmpstr (call_audit_event_get_kind (event), ==, "accept");
  g_assert_cmpstr (call_audit_event_get_payload (event), ==, "{}");
  g_assert_true (call_consent_get_granted (consent));
  g_assert_cmpstr (call_consent_get_text_version (consent), ==, "3");
  g_assert_true (g_date_time_equal (call_consent_get_at (consent), at));
  g_assert_finalize_object (server);
  g_assert_finalize_object (event);
  g_assert_finalize_object (consent);
}

/* All that can be read can be read by name too, which is how bindings do it. */
static void
test_properties (void)
{
  const GType types[] = { CALL_TYPE_USER,        CALL_TYPE_PARTICIPANT, CALL_TYPE_APPOINTMENT,
                          CALL_TYPE_ACTIVE_CALL, CALL_TYPE_AUDIT_EVENT, CALL_TYPE_CONSENT,
                          CALL_TYPE_ICE_SERVER };

  for (gsize t = 0; t < G_N_ELEMENTS (types); t++) {
    g_autoptr (GObject) object = g_object_new (types[t], NULL);
    guint n;
    g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object),
                                                                    &n);

    g_assert_cmpuint (n, >, 0);
    for (guint i = 0; i < n; i++) {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, specs[i]->value_type);
      g_object_get_property (object, specs[i]->name, &value);
      if (specs[i]->flags & G_PARAM_WRITABLE)
        g_assert_true (specs[i]->flags & G_PARAM_CONSTRUCT_ONLY);
    }
  }
}

static CallAppointment *
new_appointment (CallAppointmentStatus status, guint minutes)
{
  g_autoptr (GDateTime) at = g_date_time_new_utc (2026, 3, 2, 14, 0, 0);
  g_autoptr (CallParticipant) doctor = call_participant_new ("doc", "Ana", CALL_ROLE_DOCTOR, NULL);
  g_autoptr (CallParticipant) patient = call_participant_new ("pat", "Rui", CALL_ROLE_PATIENT,
                                                              NULL);

  return g_object_new (CALL_TYPE_APPOINTMENT, "id", "a1", "status", status, "scheduled-at", at,
                       "duration-minutes", minutes, "doctor", doctor, "patient", patient, NULL);
}

static void
test_other_side (void)
{
  CallAppointment *appointment = new_appointment (CALL_APPOINTMENT_SCHEDULED, 30);

  g_assert_true (call_appointment_get_other (appointment, "doc") ==
                 call_appointment_get_patient (appointment));
  g_assert_true (call_appointment_get_other (appointment, "pat") ==
                 call_appointment_get_doctor (appointment));
  g_assert_null (call_appointment_get_other (appointment, "who"));
  g_assert_finalize_object (appointment);
}

static void
on_notify (GObject *object, GParamSpec *pspec, GString *seen)
{
  g_string_append_printf (seen, "%s ", pspec->name);
}

static void
test_absorb (void)
{
  CallAppointment *live = new_appointment (CALL_APPOINTMENT_SCHEDULED, 30);
  g_autoptr (CallAppointment) same = new_appointment (CALL_APPOINTMENT_SCHEDULED, 30);
  g_autoptr (CallAppointment) fresh = new_appointment (CALL_APPOINTMENT_IN_PROGRESS, 45);
  g_autoptr (CallParticipant) waiting = call_participant_new ("pat", "Rui", CALL_ROLE_PATIENT,
                                                              NULL);
  g_autoptr (GString) seen = g_string_new (NULL);

  g_signal_connect (live, "notify::status", G_CALLBACK (on_notify), seen);
  g_signal_connect (live, "notify::duration-minutes", G_CALLBACK (on_notify), seen);
  g_signal_connect (live, "notify::scheduled-at", G_CALLBACK (on_notify), seen);
  call_appointment_absorb (live, same);
  g_assert_cmpstr (seen->str, ==, "");
  call_appointment_add_waiting (fresh, waiting);
  call_appointment_absorb (live, fresh);
  g_assert_true (strstr (seen->str, "status ") != NULL);
  g_assert_true (strstr (seen->str, "duration-minutes ") != NULL);
  g_assert_true (strstr (seen->str, "scheduled-at ") == NULL);
  g_assert_cmpint (call_appointment_get_status (live), ==, CALL_APPOINTMENT_IN_PROGRESS);
  g_assert_cmpuint (call_appointment_get_duration_minutes (live), ==, 45);
  g_assert_true (call_appointment_is_waiting (live, "pat"));
  call_appointment_absorb (live, same);
  g_assert_false (call_appointment_is_waiting (live, "pat"));
  g_assert_finalize_object (live);
}

static void
test_waiting (void)
{
  CallAppointment *appointment = new_appointment (CALL_APPOINTMENT_SCHEDULED, 30);
  GListModel *waiting = call_appointment_get_waiting (appointment);
  g_autoptr (CallParticipant) first = call_participant_new ("pat", "Rui", CALL_ROLE_PATIENT, NULL);
  g_autoptr (CallParticipant) again = call_participant_new ("pat", "Rui", CALL_ROLE_PATIENT, NULL);

  call_appointment_add_waiting (appointment, first);
  call_appointment_add_waiting (appointment, again);
  g_assert_cmpuint (g_list_model_get_n_items (waiting), ==, 1);
  call_appointment_remove_waiting (appointment, "doc");
  g_assert_cmpuint (g_list_model_get_n_items (waiting), ==, 1);
  call_appointment_remove_waiting (appointment, "pat");
  g_assert_cmpuint (g_list_model_get_n_items (waiting), ==, 0);
  g_assert_finalize_object (appointment);
}

static void
test_active_call (void)
{
  CallActiveCall *call = call_active_call_new ("c1", CALL_PROGRESS_ACCEPTED, "doc", "pat", 2, NULL,
                                               NULL);

  call_active_call_add_peer (call, "doc", "peer-1");
  call_active_call_add_peer (call, "doc", "peer-2");
  g_assert_cmpstr (call_active_call_get_peer_id (call, "doc"), ==, "peer-2");
  g_assert_null (call_active_call_get_peer_id (call, "pat"));
  g_assert_cmpuint (g_hash_table_size (call_active_call_get_peers (call)), ==, 1);
  g_assert_cmpuint (call_active_call_get_generation (call), ==, 2);
  g_assert_finalize_object (call);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/model/user", test_user);
  g_test_add_func ("/model/records", test_records);
  g_test_add_func ("/model/properties", test_properties);
  g_test_add_func ("/model/appointment/other-side", test_other_side);
  g_test_add_func ("/model/appointment/absorb", test_absorb);
  g_test_add_func ("/model/appointment/waiting", test_waiting);
  g_test_add_func ("/model/active-call", test_active_call);

  return g_test_run ();
}
