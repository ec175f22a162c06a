/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-audit-event.h"
#include "call-client-private.h"
#include "call-error.h"
#include "calld-fixture.h"
#include "test-await.h"

/* Two clients, as a doctor and a patient, at the real calld. Their media is a few words over the
 * signalling; everything else is what it is. */
typedef struct {
  CallClient *client;
  CallSession *session;
  GString *heard;
} Side;

typedef struct {
  CalldFixture *calld;
  Side doctor;
  Side patient;
  char *visit;
} Clinic;

static void
on_incoming (CallClient *client, CallSession *session, Side *side)
{
  g_set_object (&side->session, session);
}

static void
set_up_side (Clinic *clinic, Side *side)
{
  side->client = call_client_new (clinic->calld->address);
  side->heard = g_string_new (NULL);
  g_signal_connect (side->client, "incoming-call", G_CALLBACK (on_incoming), side);
}

static void
go_online (Side *side)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (GAsyncResult) online = NULL;
  g_autoptr (GError) error = NULL;

  call_client_load_appointments_async (side->client, NULL, NULL, NULL, test_result_cb, &loaded);
  test_await (loaded != NULL);
  call_client_load_appointments_finish (side->client, loaded, &error);
  g_assert_no_error (error);
  call_client_go_online_async (side->client, NULL, test_result_cb, &online);
  test_await (online != NULL);
  call_client_go_online_finish (side->client, online, &error);
  g_assert_no_error (error);
}

static void
sign_in (Clinic *clinic)
{
  g_autoptr (GAsyncResult) doctor = NULL;
  g_autoptr (GAsyncResult) patient = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CallAppointment) visit = NULL;

  call_client_sign_in_async (clinic->doctor.client, clinic->calld->email, clinic->calld->password,
                             NULL, test_result_cb, &doctor);
  call_client_sign_in_with_link_async (clinic->patient.client, clinic->calld->join_link, NULL,
                                       test_result_cb, &patient);
  test_await (doctor != NULL && patient != NULL);
  call_client_sign_in_finish (clinic->doctor.client, doctor, &error);
  g_assert_no_error (error);
  call_client_sign_in_with_link_finish (clinic->patient.client, patient, &error);
  g_assert_no_error (error);
  visit = g_list_model_get_item (call_client_get_appointments (clinic->patient.client), 0);
  clinic->visit = g_strdup (call_appointment_get_id (visit));
}

static void
set_up (Clinic *clinic, gconstpointer flags)
{
  clinic->calld = calld_fixture_new (flags);
  set_up_side (clinic, &clinic->doctor);
  set_up_side (clinic, &clinic->patient);
  sign_in (clinic);
  go_online (&clinic->doctor);
  go_online (&clinic->patient);
}

static void
tear_down_side (Side *side)
{
  gpointer client = side->client;

  g_signal_handlers_disconnect_by_data (side->client, side);
  call_client_sign_out (side->client);
  g_clear_object (&side->session);
  g_object_add_weak_pointer (client, &client);
  g_object_unref (side->client);
  test_await (client == NULL);
  g_string_free (side->heard, TRUE);
}

static void
tear_down (Clinic *clinic, gconstpointer unused)
{
  tear_down_side (&clinic->doctor);
  tear_down_side (&clinic->patient);
  calld_fixture_free (clinic->calld);
  g_free (clinic->visit);
}

static CallAppointment *
visit_of (Clinic *clinic, Side *side)
{
  CallAppointment *visit = call_client_find_appointment (side->client, clinic->visit);

  g_assert_nonnull (visit);
  return visit;
}

/* --- something like media --------------------------------------------------------------------- */

static void
on_description (CallSignalling *signalling,
                guint generation,
                const char *type,
                const char *sdp,
                Side *side)
{
  g_string_append_printf (side->heard, "%s%u ", type, generation);
  if (g_str_equal (type, "offer")) {
    call_signalling_send_description (signalling, generation, "answer", "v=0 answer");
    call_signalling_send_candidate (signalling, generation, "candidate:1", "0", 0);
    call_signalling_report_flowing (signalling, generation);
  } else {
    call_signalling_report_flowing (signalling, generation);
  }
}

static void
on_candidate (CallSignalling *signalling,
              guint generation,
              const char *candidate,
              const char *sdp_mid,
              guint sdp_mline_index,
              Side *side)
{
  g_string_append_printf (side->heard, "candidate%u ", generation);
}

static void
on_generation (CallSignalling *signalling, guint generation, gboolean offer, Side *side)
{
  if (!offer)
    return;
  call_signalling_send_description (signalling, generation, "offer", "v=0 offer");
  call_signalling_send_candidate (signalling, generation, "candidate:1", "0", 0);
}

static void
start_engine (Side *side)
{
  CallSignalling *signalling = call_client_get_signalling (side->client, side->session);

  g_assert_nonnull (signalling);
  g_signal_connect (signalling, "generation-started", G_CALLBACK (on_generation), side);
  g_signal_connect (signalling, "description-received", G_CALLBACK (on_description), side);
  g_signal_connect (signalling, "candidate-received", G_CALLBACK (on_candidate), side);
}

static gboolean
is_in_call (Side *side, guint generation)
{
  return call_session_get_state (side->session) == CALL_STATE_IN_CALL &&
         call_session_get_generation (side->session) == generation &&
         !call_session_get_reconnecting (side->session);
}

/* The doctor calls and the patient answers, until words have gone both ways. */
static void
call (Clinic *clinic)
{
  g_autoptr (GAsyncResult) requested = NULL;
  g_autoptr (GAsyncResult) accepted = NULL;
  g_autoptr (GError) error = NULL;

  call_client_request_call_async (clinic->doctor.client, visit_of (clinic, &clinic->doctor), NULL,
                                  test_result_cb, &requested);
  test_await (requested != NULL && clinic->patient.session != NULL);
  clinic->doctor.session = call_client_request_call_finish (clinic->doctor.client, requested,
                                                            &error);
  g_assert_no_error (error);
  start_engine (&clinic->doctor);
  start_engine (&clinic->patient);
  call_client_accept_call_async (clinic->patient.client, clinic->patient.session, NULL,
                                 test_result_cb, &accepted);
  test_await (accepted != NULL);
  g_assert_true (call_client_accept_call_finish (clinic->patient.client, accepted, &error));
  test_await (is_in_call (&clinic->doctor, 1) && is_in_call (&clinic->patient, 1));
}

static void
assert_audit (Clinic *clinic, const char *const *kinds)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  call_client_load_audit_async (clinic->doctor.client, visit_of (clinic, &clinic->doctor), NULL,
                                test_result_cb, &result);
  test_await (result != NULL);
  events = call_client_load_audit_finish (clinic->doctor.client, result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < events->len; i++)
    g_hash_table_add (seen, (gpointer) call_audit_event_get_kind (events->pdata[i]));
  for (gsize i = 0; kinds[i] != NULL; i++) {
    g_test_message ("audit: %s", kinds[i]);
    g_assert_true (g_hash_table_contains (seen, kinds[i]));
  }
}

/* --- the tests -------------------------------------------------------------------------------- */

static void
test_waiting_room (Clinic *clinic, gconstpointer unused)
{
  const char *patient = call_user_get_id (call_client_get_user (clinic->patient.client));
  CallAppointment *visit = visit_of (clinic, &clinic->doctor);
  g_autoptr (GAsyncResult) entered = NULL;
  g_autoptr (GAsyncResult) left = NULL;
  g_autoptr (GError) error = NULL;

  call_client_enter_waiting_room_async (clinic->patient.client, visit_of (clinic, &clinic->patient),
                                        NULL, test_result_cb, &entered);
  test_await (entered != NULL && call_appointment_is_waiting (visit, patient));
  g_assert_true (call_client_enter_waiting_room_finish (clinic->patient.client, entered, &error));
  call_client_leave_waiting_room_async (clinic->patient.client, visit_of (clinic, &clinic->patient),
                                        NULL, test_result_cb, &left);
  test_await (left != NULL && !call_appointment_is_waiting (visit, patient));
}

static void
test_consultation (Clinic *clinic, gconstpointer unused)
{
  const char *const kinds[] = { "request", "accept", "join", "mute", "end", NULL };
  CallAppointment *visit = visit_of (clinic, &clinic->doctor);

  call (clinic);
  g_assert_nonnull (strstr (clinic->patient.heard->str, "offer1 candidate1 "));
  test_await (strstr (clinic->doctor.heard->str, "answer1 candidate1 ") != NULL);
  test_await (call_appointment_get_status (visit) == CALL_APPOINTMENT_IN_PROGRESS);
  call_client_set_media (clinic->patient.client, clinic->patient.session, FALSE, TRUE);
  test_await (!call_session_get_remote_audio (clinic->doctor.session));
  g_assert_true (call_client_end_call (clinic->doctor.client, clinic->doctor.session, NULL));
  test_await (call_session_is_over (clinic->doctor.session) &&
              call_session_is_over (clinic->patient.session));
  g_assert_cmpint (call_session_get_end_reason (clinic->patient.session), ==, CALL_END_HANG_UP);
  test_await (call_appointment_get_status (visit) == CALL_APPOINTMENT_COMPLETED);
  test_await (call_appointment_get_active_call (visit) == NULL);
  assert_audit (clinic, kinds);
}

static guint
n_messages (Clinic *clinic, Side *side)
{
  return g_list_model_get_n_items (
      G_LIST_MODEL (call_client_get_conversation (side->client, visit_of (clinic, side))));
}

static CallMessage *
say (Clinic *clinic, Side *side, const char *text)
{
  g_autoptr (GError) error = NULL;
  CallConversation *conversation = call_client_get_conversation (side->client,
                                                                 visit_of (clinic, side));
  CallMessage *message = call_client_send_message (side->client, conversation, text, &error);

  g_assert_no_error (error);
  return message;
}

static void
test_chat (Clinic *clinic, gconstpointer unused)
{
  g_autoptr (CallMessage) first = say (clinic, &clinic->doctor, "Bom dia");
  g_autoptr (CallMessage) second = NULL;
  g_autoptr (CallMessage) received = NULL;
  g_autoptr (GAsyncResult) loaded = NULL;
  CallConversation *conversation = call_client_get_conversation (
      clinic->patient.client, visit_of (clinic, &clinic->patient));

  test_await (n_messages (clinic, &clinic->patient) == 1);
  received = g_list_model_get_item (G_LIST_MODEL (conversation), 0);
  g_assert_cmpstr (call_message_get_content (received), ==, "Bom dia");
  second = say (clinic, &clinic->patient, "Olá");
  test_await (n_messages (clinic, &clinic->doctor) == 2);
  test_await (call_message_get_status (first) == CALL_MESSAGE_DELIVERED);
  call_client_mark_read (clinic->patient.client, conversation);
  test_await (call_message_get_status (first) == CALL_MESSAGE_READ);
  test_await (call_message_get_status (second) >= CALL_MESSAGE_SENT);
  call_client_load_messages_async (clinic->patient.client, conversation, NULL, test_result_cb,
                                   &loaded);
  test_await (loaded != NULL);
  g_assert_true (call_client_load_messages_finish (clinic->patient.client, loaded, NULL));
  g_assert_cmpuint (n_messages (clinic, &clinic->patient), ==, 2);
}

static void
test_decline (Clinic *clinic, gconstpointer unused)
{
  g_autoptr (GAsyncResult) requested = NULL;

  call_client_request_call_async (clinic->doctor.client, visit_of (clinic, &clinic->doctor), NULL,
                                  test_result_cb, &requested);
  test_await (requested != NULL && clinic->patient.session != NULL);
  clinic->doctor.session = call_client_request_call_finish (clinic->doctor.client, requested, NULL);
  g_assert_true (call_client_decline_call (clinic->patient.client, clinic->patient.session, NULL));
  test_await (call_session_is_over (clinic->doctor.session));
  g_assert_cmpint (call_session_get_end_reason (clinic->doctor.session), ==, CALL_END_DECLINED);
}

/* Both call at the same moment: one call comes of it. */
static void
test_crossed (Clinic *clinic, gconstpointer unused)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;

  call_client_request_call_async (clinic->doctor.client, visit_of (clinic, &clinic->doctor), NULL,
                                  test_result_cb, &first);
  call_client_request_call_async (clinic->patient.client, visit_of (clinic, &clinic->patient), NULL,
                                  test_result_cb, &second);
  test_await (first != NULL && second != NULL);
  test_settle ();
  /* Either they meet at once, or one is told that it is busy and then rings. */
  test_await (call_client_get_active_session (clinic->doctor.client) != NULL &&
              call_client_get_active_session (clinic->patient.client) != NULL);
  g_assert_cmpstr (
      call_session_get_call_id (call_client_get_active_session (clinic->doctor.client)), ==,
      call_session_get_call_id (call_client_get_active_session (clinic->patient.client)));
}

static void
test_leave_and_rejoin (Clinic *clinic, gconstpointer unused)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  const char *const kinds[] = { "leave", "rejoin", NULL };

  call (clinic);
  g_assert_true (call_client_leave_call (clinic->patient.client, clinic->patient.session, NULL));
  test_await (!call_session_get_peer_present (clinic->doctor.session));
  test_await (call_session_is_over (clinic->patient.session));
  g_clear_object (&clinic->patient.session);
  test_await (call_appointment_get_active_call (visit_of (clinic, &clinic->patient)) != NULL);
  call_client_rejoin_call_async (clinic->patient.client, visit_of (clinic, &clinic->patient), NULL,
                                 test_result_cb, &result);
  clinic->patient.session = g_object_ref (call_client_get_active_session (clinic->patient.client));
  start_engine (&clinic->patient);
  test_await (result != NULL);
  g_object_unref (call_client_rejoin_call_finish (clinic->patient.client, result, &error));
  g_assert_no_error (error);
  test_await (is_in_call (&clinic->doctor, 2) && is_in_call (&clinic->patient, 2));
  g_assert_true (call_session_get_peer_present (clinic->doctor.session));
  assert_audit (clinic, kinds);
}

static void
test_lost_media (Clinic *clinic, gconstpointer unused)
{
  call (clinic);
  call_signalling_report_lost (
      call_client_get_signalling (clinic->patient.client, clinic->patient.session), 1,
      "ice_failed");
  call_signalling_report_lost (
      call_client_get_signalling (clinic->doctor.client, clinic->doctor.session), 1, "no_media");
  test_await (is_in_call (&clinic->doctor, 2) && is_in_call (&clinic->patient, 2));
}

/* calld is killed in a call: the call goes on, and everything works when calld is back. */
static void
test_killed_in_a_call (Clinic *clinic, gconstpointer unused)
{
  call (clinic);
  calld_fixture_kill (clinic->calld);
  test_await (
      call_client_get_connection_state (clinic->doctor.client) == CALL_CONNECTION_RECONNECTING &&
      call_client_get_connection_state (clinic->patient.client) == CALL_CONNECTION_RECONNECTING);
  g_assert_true (is_in_call (&clinic->doctor, 1));
  calld_fixture_start (clinic->calld);
  test_await (call_client_get_connection_state (clinic->doctor.client) == CALL_CONNECTION_ONLINE &&
              call_client_get_connection_state (clinic->patient.client) == CALL_CONNECTION_ONLINE);
  g_assert_true (is_in_call (&clinic->doctor, 1));
  g_assert_true (is_in_call (&clinic->patient, 1));
  call_signalling_report_lost (
      call_client_get_signalling (clinic->doctor.client, clinic->doctor.session), 1, "no_media");
  test_await (is_in_call (&clinic->doctor, 2) && is_in_call (&clinic->patient, 2));
  g_assert_true (call_client_end_call (clinic->patient.client, clinic->patient.session, NULL));
  test_await (call_session_is_over (clinic->doctor.session) &&
              call_session_is_over (clinic->patient.session));
  g_assert_cmpint (call_session_get_end_reason (clinic->doctor.session), ==, CALL_END_HANG_UP);
}

/* Hung up while calld is away: it learns of it when it is back. */
static void
test_ended_while_away (Clinic *clinic, gconstpointer unused)
{
  call (clinic);
  calld_fixture_kill (clinic->calld);
  g_assert_true (call_client_end_call (clinic->doctor.client, clinic->doctor.session, NULL));
  g_assert_cmpint (call_session_get_state (clinic->doctor.session), ==, CALL_STATE_ENDING);
  calld_fixture_start (clinic->calld);
  test_await (call_session_is_over (clinic->doctor.session) &&
              call_session_is_over (clinic->patient.session));
  g_assert_cmpint (call_session_get_end_reason (clinic->doctor.session), ==, CALL_END_HANG_UP);
  test_await (call_appointment_get_status (visit_of (clinic, &clinic->doctor)) ==
              CALL_APPOINTMENT_COMPLETED);
}

static void
test_too_early (Clinic *clinic, gconstpointer unused)
{
  const char *doctor = call_user_get_id (call_client_get_user (clinic->doctor.client));
  CallParticipant *patient = call_appointment_get_patient (visit_of (clinic, &clinic->doctor));
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) later = g_date_time_add_hours (now, 30);
  g_autoptr (GAsyncResult) created = NULL;
  g_autoptr (GAsyncResult) requested = NULL;
  g_autoptr (CallAppointment) visit = NULL;
  g_autoptr (GError) error = NULL;

  call_client_create_appointment_async (clinic->doctor.client,
                                        call_participant_get_user_id (patient), doctor, later, 20,
                                        NULL, test_result_cb, &created);
  test_await (created != NULL);
  visit = call_client_create_appointment_finish (clinic->doctor.client, created, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (call_appointment_get_duration_minutes (visit), ==, 20);
  call_client_request_call_async (clinic->doctor.client, visit, NULL, test_result_cb, &requested);
  test_await (requested != NULL);
  g_assert_null (call_client_request_call_finish (clinic->doctor.client, requested, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_EARLY);
  g_assert_nonnull (strstr (error->message, "opens at"));
}

static void
test_bad_sign_in (Clinic *clinic, gconstpointer unused)
{
  g_autoptr (CallClient) client = call_client_new (clinic->calld->address);
  g_autoptr (GAsyncResult) password = NULL;
  g_autoptr (GAsyncResult) link = NULL;
  g_autoptr (GAsyncResult) token = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autoptr (GError) forged = NULL;
  g_autoptr (GError) stale = NULL;

  call_client_sign_in_async (client, clinic->calld->email, "not it", NULL, test_result_cb,
                             &password);
  test_await (password != NULL);
  g_assert_false (call_client_sign_in_finish (client, password, &wrong));
  g_assert_error (wrong, CALL_ERROR, CALL_ERROR_BAD_CREDENTIALS);
  call_client_sign_in_with_link_async (client, "http://x/join#forged", NULL, test_result_cb, &link);
  test_await (link != NULL);
  g_assert_false (call_client_sign_in_with_link_finish (client, link, &forged));
  g_assert_error (forged, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
  call_client_sign_in_with_token_async (client, "old", NULL, test_result_cb, &token);
  test_await (token != NULL);
  g_assert_false (call_client_sign_in_with_token_finish (client, token, &stale));
  g_assert_error (stale, CALL_ERROR, CALL_ERROR_UNAUTHORIZED);
}

#define ADD(path, func) g_test_add ("/client/calld/" path, Clinic, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("waiting-room", test_waiting_room);
  ADD ("consultation", test_consultation);
  ADD ("chat", test_chat);
  ADD ("decline", test_decline);
  ADD ("crossed", test_crossed);
  ADD ("leave-and-rejoin", test_leave_and_rejoin);
  ADD ("lost-media", test_lost_media);
  ADD ("killed-in-a-call", test_killed_in_a_call);
  ADD ("ended-while-away", test_ended_while_away);
  ADD ("too-early", test_too_early);
  ADD ("bad-sign-in", test_bad_sign_in);

  return g_test_run ();
}
