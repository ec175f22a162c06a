/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-caller.h"

#include <unistd.h>

/*
 * A consultation against the real calld, as two foreign clients see it.
 */

typedef struct {
  CalldFixture *calld;
  Caller *clinician;
  Caller *patient;
} Visit;

static void
visit_set_up (Visit *self, gconstpointer data)
{
  const char *const flags[] = { "--presence-grace-seconds=1", "--call-ring-seconds=5", NULL };

  self->calld = calld_fixture_new (flags);
  self->clinician = caller_new (self->calld);
  caller_sign_in_clinician (self->clinician);
  self->patient = caller_new (self->calld);
  caller_sign_in_patient (self->patient);
  caller_connect (self->clinician);
  caller_connect (self->patient);
}

static void
visit_tear_down (Visit *self, gconstpointer data)
{
  caller_free (self->clinician);
  caller_free (self->patient);
  calld_fixture_free (self->calld);
}

static void
subscribe (Caller *caller)
{
  g_autoptr (JsonObject) ack = caller_emit (
      caller, "subscribe", "{\"channel\":\"appointments.%s\"}", caller->appointment_id);

  g_assert_true (json_object_get_boolean_member (ack, "ok"));
}

static void
done (JsonObject *answer)
{
  json_object_unref (answer);
}

static char *
request_call (Visit *self)
{
  g_autoptr (JsonObject) answer = caller_call (self->clinician, 200, "request",
                                               "{\"peerId\":\"peer-a\"}");
  g_autoptr (JsonObject) ring = caller_wait (self->patient, "AppointmentCallRequested");

  g_assert_cmpstr (json_object_get_string_member (ring, "callId"), ==,
                   json_object_get_string_member (answer, "callId"));
  g_assert_cmpstr (json_object_get_string_member (ring, "peerId"), ==, "peer-a");
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (ring, "from"), "name"), ==,
      "Dra. Ana Souza");
  return g_strdup (json_object_get_string_member (answer, "callId"));
}

static char *
talk (Visit *self)
{
  char *call_id = request_call (self);

  done (caller_call (self->patient, 200, "accept", "{\"callId\":\"%s\",\"peerId\":\"peer-b\"}",
                     call_id));
  done (caller_wait (self->clinician, "AppointmentCallAccepted"));
  done (caller_call (self->clinician, 200, "started", "{\"callId\":\"%s\"}", call_id));
  done (caller_call (self->patient, 200, "started", "{\"callId\":\"%s\"}", call_id));
  return call_id;
}

static char *
appointment_status (Caller *caller)
{
  g_autofree char *path = g_strdup_printf ("/api/appointments/%s", caller->appointment_id);
  g_autoptr (JsonObject) answer = caller_get (caller, 200, path);

  return g_strdup (json_object_get_string_member (
      json_object_get_object_member (answer, "appointment"), "status"));
}

static gboolean
has_call (Caller *caller)
{
  g_autofree char *path = g_strdup_printf ("/api/appointments/%s", caller->appointment_id);
  g_autoptr (JsonObject) answer = caller_get (caller, 200, path);

  return json_object_has_member (json_object_get_object_member (answer, "appointment"), "call");
}

/* --- the whole way ---------------------------------------------------------------------------- */

static void
test_visit (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;
  g_autofree char *status = NULL;
  g_autofree char *path = NULL;
  g_autoptr (JsonObject) waiting = NULL;
  g_autoptr (JsonObject) media = NULL;
  g_autoptr (JsonObject) end = NULL;
  g_autoptr (JsonObject) audit = NULL;
  g_autoptr (JsonObject) alive = NULL;

  subscribe (self->clinician);
  subscribe (self->patient);
  done (caller_emit (self->patient, "enter_waiting_room", "{\"appointmentId\":\"%s\"}",
                     self->patient->appointment_id));
  waiting = caller_wait (self->clinician, "AppointmentWaiting");
  g_assert_true (json_object_get_boolean_member (waiting, "waiting"));
  g_assert_cmpstr (json_object_get_string_member (waiting, "name"), ==, self->patient->name);

  call_id = talk (self);
  done (caller_wait (self->patient, "AppointmentCallStarted"));
  done (caller_emit (self->patient, "call_media",
                     "{\"appointmentId\":\"%s\",\"callId\":\"%s\",\"audio\":false,\"video\":true}",
                     self->patient->appointment_id, call_id));
  media = caller_wait (self->clinician, "AppointmentCallMedia");
  g_assert_false (json_object_get_boolean_member (media, "audio"));
  alive = caller_emit (self->patient, "call_alive",
                       "{\"appointmentId\":\"%s\",\"callId\":\"%s\",\"media\":true}",
                       self->patient->appointment_id, call_id);
  g_assert_cmpint (json_object_get_int_member (alive, "generation"), ==, 1);

  end = caller_call (self->clinician, 200, "end", "{\"callId\":\"%s\"}", call_id);
  g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "completed");
  done (caller_wait (self->patient, "AppointmentCallEnded"));
  status = appointment_status (self->patient);
  g_assert_cmpstr (status, ==, "completed");

  path = g_strdup_printf ("/api/appointments/%s/audit", self->clinician->appointment_id);
  audit = caller_get (self->clinician, 200, path);
  /* enter, request, accept, join, join, mute, end */
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (audit, "events")), ==, 7);
  done (caller_get (self->patient, 403, path));
}

/* Subscribed and addressed at once: still one copy for each connection. */
static void
test_one_copy (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;

  subscribe (self->patient);
  call_id = request_call (self);
  done (caller_call (self->clinician, 200, "cancel", "{\"callId\":\"%s\"}", call_id));
  done (caller_wait (self->patient, "AppointmentCallCancelled"));
  g_assert_cmpuint (caller_count (self->patient, "AppointmentCallRequested"), ==, 0);
  g_assert_cmpuint (caller_count (self->patient, "AppointmentCallCancelled"), ==, 0);
}

static void
test_chat (Visit *self, gconstpointer data)
{
  g_autoptr (JsonObject) ack = NULL;
  g_autoptr (JsonObject) sent = NULL;
  g_autoptr (JsonObject) heard = NULL;
  g_autoptr (JsonObject) delivered = NULL;
  g_autoptr (JsonObject) rest = NULL;
  g_autofree char *path = g_strdup_printf ("/api/appointments/%s/messages",
                                           self->patient->appointment_id);
  const char *id;

  done (caller_emit (self->patient, "join_group", "{\"groupId\":\"%s\"}",
                     self->patient->conversation_id));
  ack = caller_emit (
      self->clinician, "send_message",
      "{\"groupId\":\"%s\",\"content\":\"Bom dia\",\"type\":\"text\",\"tempId\":\"t1\"}",
      self->clinician->conversation_id);
  g_assert_true (json_object_get_boolean_member (ack, "ok"));
  sent = caller_wait (self->clinician, "message_sent");
  g_assert_cmpstr (json_object_get_string_member (sent, "tempId"), ==, "t1");
  heard = caller_wait (self->patient, "new_message");
  g_assert_cmpstr (json_object_get_string_member (heard, "content"), ==, "Bom dia");
  id = json_object_get_string_member (heard, "id");
  done (caller_emit (self->patient, "message_delivered", "{\"messageIds\":[\"%s\"]}", id));
  delivered = caller_wait (self->clinician, "message_delivered");
  g_assert_cmpstr (json_object_get_string_member (delivered, "messageId"), ==, id);

  rest = caller_post (self->patient, 201, path, "{\"content\":\"Olá\",\"type\":\"text\"}");
  g_clear_pointer (&heard, json_object_unref);
  heard = caller_wait (self->clinician, "new_message");
  g_assert_cmpstr (json_object_get_string_member (heard, "content"), ==, "Olá");
  g_clear_pointer (&rest, json_object_unref);
  rest = caller_get (self->patient, 200, path);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (rest, "messages")), ==, 2);
  g_assert_cmpuint (caller_count (self->clinician, "new_message"), ==, 0);
}

/* --- who hears what --------------------------------------------------------------------------- */

static void
test_closed_doors (Visit *self, gconstpointer data)
{
  g_autoptr (JsonObject) list = caller_get (self->clinician, 200,
                                            "/api/appointments?status=scheduled");
  JsonArray *appointments = json_object_get_array_member (list, "appointments");
  g_autoptr (JsonObject) own = NULL;
  g_autoptr (JsonObject) foreign = NULL;
  g_autoptr (JsonObject) user = NULL;
  const char *other = NULL;
  g_autofree char *path = NULL;

  for (guint i = 0; i < json_array_get_length (appointments); i++) {
    JsonObject *appointment = json_array_get_object_element (appointments, i);

    if (!g_str_equal (json_object_get_string_member (appointment, "id"),
                      self->patient->appointment_id))
      other = json_object_get_string_member (appointment, "id");
  }
  g_assert_nonnull (other);
  foreign = caller_emit (self->patient, "subscribe", "{\"channel\":\"appointments.%s\"}", other);
  g_assert_false (json_object_get_boolean_member (foreign, "ok"));
  user = caller_emit (self->patient, "subscribe", "{\"channel\":\"users.%s\"}",
                      self->clinician->user_id);
  g_assert_false (json_object_get_boolean_member (user, "ok"));
  own = caller_emit (self->patient, "subscribe", "{\"channel\":\"nonsense\"}");
  g_assert_cmpstr (
      json_object_get_string_member (json_object_get_object_member (own, "error"), "code"), ==,
      "invalid");
  path = g_strdup_printf ("/api/appointments/%s", other);
  done (caller_get (self->patient, 403, path));
}

/* --- time ------------------------------------------------------------------------------------- */

static void
test_ring_timeout (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = request_call (self);
  g_autoptr (JsonObject) cancelled = caller_wait (self->patient, "AppointmentCallCancelled");

  g_assert_cmpstr (json_object_get_string_member (cancelled, "reason"), ==, "no_answer");
  g_assert_false (json_object_has_member (cancelled, "by"));
  done (caller_wait (self->clinician, "AppointmentCallCancelled"));
  done (
      caller_call (self->patient, 409, "accept", "{\"callId\":\"%s\",\"peerId\":\"p\"}", call_id));
}

static void
test_tab_closed (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = NULL;
  g_autofree char *status = NULL;
  g_autoptr (JsonObject) ended = NULL;

  subscribe (self->clinician);
  call_id = talk (self);
  caller_disconnect (self->patient);
  done (caller_wait (self->clinician, "AppointmentCallLeft"));
  done (caller_call (self->clinician, 200, "leave", "{\"callId\":\"%s\"}", call_id));
  ended = caller_wait (self->clinician, "AppointmentCallEnded");
  g_assert_cmpstr (json_object_get_string_member (ended, "reason"), ==, "left");
  status = appointment_status (self->clinician);
  g_assert_cmpstr (status, ==, "in_progress");
}

/* --- kill -9 ---------------------------------------------------------------------------------- */

static void
test_killed_in_call (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = talk (self);
  g_autofree char *status = NULL;
  g_autoptr (JsonObject) rejoin = NULL;
  g_autoptr (JsonObject) alive = NULL;
  g_autoptr (JsonObject) end = NULL;

  calld_fixture_restart (self->calld);
  caller_wait_closed (self->clinician);
  caller_wait_closed (self->patient);
  caller_connect (self->clinician);
  caller_connect (self->patient);

  g_assert_true (has_call (self->clinician));
  alive = caller_emit (self->clinician, "call_alive",
                       "{\"appointmentId\":\"%s\",\"callId\":\"%s\",\"media\":true}",
                       self->clinician->appointment_id, call_id);
  g_assert_true (json_object_get_boolean_member (alive, "ok"));
  done (caller_call (self->clinician, 409, "request", "{\"peerId\":\"peer-c\"}"));
  rejoin = caller_call (self->patient, 200, "rejoin",
                        "{\"callId\":\"%s\",\"peerId\":\"peer-b2\",\"generation\":1}", call_id);
  g_assert_cmpint (json_object_get_int_member (rejoin, "generation"), ==, 2);
  done (caller_wait (self->clinician, "AppointmentCallRejoined"));

  end = caller_call (self->patient, 200, "end", "{\"callId\":\"%s\"}", call_id);
  g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "completed");
  done (caller_wait (self->clinician, "AppointmentCallEnded"));
  g_assert_false (has_call (self->clinician));
  status = appointment_status (self->clinician);
  g_assert_cmpstr (status, ==, "completed");
}

static void
test_killed_while_ringing (Visit *self, gconstpointer data)
{
  g_free (request_call (self));
  calld_fixture_restart (self->calld);
  caller_connect (self->clinician);
  /* It rings on for what is left of its time, then ends like any other. */
  done (caller_wait (self->clinician, "AppointmentCallCancelled"));
  g_assert_false (has_call (self->clinician));
  done (caller_call (self->clinician, 200, "request", "{\"peerId\":\"peer-c\"}"));
}

/* A second daemon on the same database would break the first one's promises. */
static void
test_second_daemon (Visit *self, gconstpointer data)
{
  g_autofree char *state = g_strdup_printf ("--state-directory=%s", self->calld->directory);
  g_autofree char *url = g_strdup_printf ("--database-url=sqlite://%s/clinic.db",
                                          self->calld->directory);
  g_autofree char *binary = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "daemon", "calld",
                                              NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) second = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, binary,
                                                     "--no-dbus", "--port=0", state, url, NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (second, NULL, NULL, NULL, &text, &error);
  g_assert_false (g_subprocess_get_successful (second));
  g_assert_nonnull (strstr (text, "database"));
}

static void
test_drain (Visit *self, gconstpointer data)
{
  calld_fixture_stop (self->calld);
  done (caller_wait (self->clinician, "server_draining"));
  caller_wait_closed (self->clinician);
  caller_wait_closed (self->patient);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void
test_event_limit (Visit *self, gconstpointer data)
{
  guint ok = 0, limited = 0;

  for (int i = 0; i < 120; i++) {
    g_autoptr (JsonObject) ack = caller_emit (self->patient, "leave_waiting_room",
                                              "{\"appointmentId\":\"%s\"}",
                                              self->patient->appointment_id);

    if (json_object_get_boolean_member (ack, "ok"))
      ok++;
    else
      limited++;
  }
  g_assert_cmpuint (ok, >=, 100);
  g_assert_cmpuint (ok, <=, 105);
  g_assert_cmpuint (limited, ==, 120 - ok);
  /* Others are not limited by it. */
  subscribe (self->clinician);
}

static void
test_no_secrets_in_log (Visit *self, gconstpointer data)
{
  g_autofree char *call_id = talk (self);
  g_autofree char *log = NULL;

  done (caller_emit (self->clinician, "send_message",
                     "{\"groupId\":\"%s\",\"content\":\"segredo\",\"type\":\"text\"}",
                     self->clinician->conversation_id));
  log = calld_fixture_read_log (self->calld);
  g_assert_nonnull (strstr (log, call_id));
  g_assert_null (strstr (log, self->clinician->token));
  g_assert_null (strstr (log, self->patient->token));
  g_assert_null (strstr (log, strchr (self->calld->join_link, '#') + 1));
  g_assert_null (strstr (log, self->calld->password));
  g_assert_null (strstr (log, "segredo"));
  g_assert_null (strstr (log, self->patient->name));
  g_assert_null (strstr (log, "Souza"));
}

#define CASE(path, func) \
  g_test_add ("/calld/" path, Visit, NULL, visit_set_up, func, visit_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  alarm (240);

  CASE ("visit", test_visit);
  CASE ("one-copy", test_one_copy);
  CASE ("chat", test_chat);
  CASE ("closed-doors", test_closed_doors);
  CASE ("ring-timeout", test_ring_timeout);
  CASE ("tab-closed", test_tab_closed);
  CASE ("killed/in-call", test_killed_in_call);
  CASE ("killed/while-ringing", test_killed_while_ringing);
  CASE ("second-daemon", test_second_daemon);
  CASE ("drain", test_drain);
  CASE ("event-limit", test_event_limit);
  CASE ("no-secrets-in-log", test_no_secrets_in_log);
  return g_test_run ();
}
