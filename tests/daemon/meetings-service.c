/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Webhooks as LiveKit signs them, in the orders in which they really come. */

#include "config.h"

#include "calld-meetings.h"
#include "calld-office.h"
#include "calld-store-meeting.h"

#include <string.h>

#define KEY "devkey"
#define SECRET "secret"

typedef struct {
  Office office;
  CalldMeetings *meetings;
  guint heard;
} Desk;

static void
on_heard (Desk *self, gpointer event)
{
  self->heard++;
}

static void
set_up (Desk *self, gconstpointer data)
{
  office_set_up (&self->office, data);
  self->office.config->livekit_api_key = g_strdup (KEY);
  self->office.config->livekit_api_secret = g_strdup (SECRET);
  self->meetings = calld_meetings_new (self->office.config, self->office.clock,
                                       self->office.clinic.store);
  self->heard = 0;
  g_signal_connect_swapped (self->meetings, "heard", G_CALLBACK (on_heard), self);
}

static void
tear_down (Desk *self, gconstpointer data)
{
  g_object_unref (self->meetings);
  g_clear_pointer (&self->office.config->livekit_api_key, g_free);
  g_clear_pointer (&self->office.config->livekit_api_secret, g_free);
  office_tear_down (&self->office, data);
}

static char *
base64url (const void *data, gsize length)
{
  char *text = g_base64_encode (data, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

/* Not by the code under test: a JWT made by hand. */
static char *
sign (const char *body, const char *secret, gint64 now)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, body, -1);
  guint8 raw[32], mac[32];
  gsize length = sizeof mac;
  g_autofree char *hash = NULL, *head = NULL, *payload = NULL, *claims = NULL, *input = NULL;
  g_autofree char *signature = NULL;
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) secret, strlen (secret));

  for (guint i = 0; i < 32; i++)
    raw[i] = (guint8) (g_ascii_xdigit_value (digest[2 * i]) * 16 +
                       g_ascii_xdigit_value (digest[2 * i + 1]));
  hash = g_base64_encode (raw, sizeof raw);
  claims = g_strdup_printf ("{\"iss\":\"" KEY "\",\"nbf\":%" G_GINT64_FORMAT
                            ",\"exp\":%" G_GINT64_FORMAT ",\"sha256\":\"%s\"}",
                            now, now + 300, hash);
  head = base64url ("{\"alg\":\"HS256\"}", 15);
  payload = base64url (claims, strlen (claims));
  input = g_strconcat (head, ".", payload, NULL);
  g_hmac_update (hmac, (const guchar *) input, -1);
  g_hmac_get_digest (hmac, mac, &length);
  signature = base64url (mac, sizeof mac);
  return g_strconcat (input, ".", signature, NULL);
}

static gboolean
tell_signed (Desk *self, const char *body, const char *authorization, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  calld_meetings_take_webhook_async (self->meetings, authorization, bytes, NULL, await_cb, &result);
  return calld_meetings_take_webhook_finish (self->meetings, await (&result), error);
}

static void
tell (Desk *self, const char *body)
{
  g_autofree char *authorization = sign (body, SECRET,
                                         calld_clock_now_ms (self->office.clock) / 1000);
  g_autoptr (GError) error = NULL;

  g_assert_true (tell_signed (self, body, authorization, &error));
  g_assert_no_error (error);
}

static CalldMeetingRecord *
resolve (Desk *self, const char *meeting_id, const char *room, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  calld_meetings_resolve_async (self->meetings, meeting_id, room, NULL, await_cb, &result);
  return calld_meetings_resolve_finish (self->meetings, await (&result), error);
}

#define STARTED(id, sid, room)                                                                   \
  "{\"event\":\"room_started\",\"id\":\"" id "\",\"room\":{\"sid\":\"" sid "\",\"name\":\"" room \
  "\"}}"
#define FINISHED(id, sid, room)                                                                   \
  "{\"event\":\"room_finished\",\"id\":\"" id "\",\"room\":{\"sid\":\"" sid "\",\"name\":\"" room \
  "\"}}"

static void
test_life (Desk *self, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) meeting = NULL;
  g_autoptr (CalldMeetingRecord) next = NULL;

  tell (self, STARTED ("EV_1", "RM_1", "consult-1"));
  tell (self, STARTED ("EV_1", "RM_1", "consult-1"));
  g_assert_cmpuint (self->heard, ==, 1);
  meeting = resolve (self, NULL, "consult-1", NULL);
  g_assert_cmpstr (meeting->meeting_id, ==, "RM_1");
  tell (self, FINISHED ("EV_2", "RM_1", "consult-1"));
  g_assert_cmpuint (self->heard, ==, 2);
  next = resolve (self, NULL, "consult-1", NULL);
  g_assert_cmpstr (next->meeting_id, !=, "RM_1");
}

static void
test_sound_before_webhook (Desk *self, gconstpointer data)
{
  g_autoptr (CalldMeetingRecord) early = resolve (self, NULL, "consult-1", NULL);
  g_autoptr (CalldMeetingRecord) again = resolve (self, NULL, "consult-1", NULL);
  g_autoptr (CalldMeetingRecord) adopted = NULL;

  g_assert_cmpstr (again->meeting_id, ==, early->meeting_id);
  tell (self, STARTED ("EV_1", "RM_1", "consult-1"));
  adopted = resolve (self, NULL, "consult-1", NULL);
  g_assert_cmpstr (adopted->meeting_id, ==, early->meeting_id);
  g_assert_cmpstr (adopted->room_sid, ==, "RM_1");
}

static void
test_named (Desk *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CalldMeetingRecord) named = resolve (self, "visit-7", "consult-1", NULL);
  g_autoptr (CalldMeetingRecord) known = resolve (self, "visit-7", "elsewhere", NULL);

  g_assert_cmpstr (named->meeting_id, ==, "visit-7");
  g_assert_cmpstr (known->meeting_id, ==, "visit-7");
  g_assert_null (resolve (self, "../../etc", "consult-1", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (resolve (self, "", "consult-1", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

static void
test_refused (Desk *self, gconstpointer data)
{
  const char *body = STARTED ("EV_1", "RM_1", "consult-1");
  gint64 now = calld_clock_now_ms (self->office.clock) / 1000;
  g_autofree char *forged = sign (body, "another", now);
  g_autofree char *old = sign (body, SECRET, now - 3600);
  g_autofree char *garbage = sign ("garbage", SECRET, now);
  g_autofree char *nothing = sign ("{\"event\":\"room_started\"}", SECRET, now);
  const struct {
    const char *body;
    const char *authorization;
    CallError code;
  } cases[] = {
    { body, NULL, CALL_ERROR_UNAUTHORIZED },
    { body, forged, CALL_ERROR_UNAUTHORIZED },
    { body, old, CALL_ERROR_UNAUTHORIZED },
    { "garbage", garbage, CALL_ERROR_INVALID },
    { "{\"event\":\"room_started\"}", nothing, CALL_ERROR_INVALID },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (tell_signed (self, cases[i].body, cases[i].authorization, &error));
    g_assert_cmpuint (error->code, ==, cases[i].code);
  }
  g_assert_cmpuint (self->heard, ==, 0);
}

static void
test_not_set_up (Desk *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->office.config->livekit_api_key, g_free);
  g_assert_false (tell_signed (self, "{}", "x", &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_UNAVAILABLE);
}

static void
test_egress (Desk *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL, later = NULL;
  g_autoptr (GPtrArray) alive = NULL;
  g_autoptr (GPtrArray) none = NULL;

  tell (self, "{\"event\":\"egress_started\",\"id\":\"EV_1\",\"egressInfo\":{\"egressId\":\"EG_1\","
              "\"roomId\":\"RM_1\",\"roomName\":\"consult-1\",\"status\":\"EGRESS_ACTIVE\","
              "\"track\":{\"trackId\":\"TR_a\"}}}");
  calld_store_list_egresses_async (self->office.clinic.store, NULL, await_cb, &result);
  alive = calld_store_list_finish (self->office.clinic.store, await (&result), NULL);
  g_assert_cmpuint (alive->len, ==, 1);
  tell (self, "{\"event\":\"egress_ended\",\"id\":\"EV_2\",\"egressInfo\":{\"egressId\":\"EG_1\","
              "\"status\":\"EGRESS_COMPLETE\"}}");
  calld_store_list_egresses_async (self->office.clinic.store, NULL, await_cb, &later);
  none = calld_store_list_finish (self->office.clinic.store, await (&later), NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

static gboolean
may_analyse (Desk *self, const char *room, const char *participant)
{
  g_autoptr (CalldMeetingRecord) meeting = resolve (self, NULL, room, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean may;

  calld_meetings_may_analyse_async (self->meetings, meeting, participant, NULL, await_cb, &result);
  may = calld_meetings_may_analyse_finish (self->meetings, await (&result), &error);
  g_assert_no_error (error);
  return may;
}

static void
consent (Desk *self, const char *user_id, gboolean given)
{
  CalldChange *change = calld_change_new ();
  g_autofree char *id = call_id_new ();
  const CalldConsentRecord record = { .id = id,
                                      .appointment_id = self->office.clinic.appointment->id,
                                      .user_id = (char *) user_id,
                                      .kind = (char *) "ai_analysis",
                                      .text_version = (char *) "2026-01",
                                      .language = (char *) "pt-BR",
                                      .mode = (char *) "clicked",
                                      .given = given,
                                      .at = calld_clock_now_ms (self->office.clock) };

  calld_change_add_consent (change, &record);
  g_assert_true (clinic_commit (&self->office.clinic, change, NULL));
  office_advance (&self->office, 1);
}

/* In a visit: the patient's voice only, and only if the patient agreed. */
static void
test_analysis (Desk *self, gconstpointer data)
{
  const Clinic *clinic = &self->office.clinic;
  g_autofree char *room = g_strconcat ("visit-", clinic->appointment->id, NULL);

  g_assert_false (may_analyse (self, room, clinic->patient->id));
  consent (self, clinic->doctor->id, TRUE);
  g_assert_false (may_analyse (self, room, clinic->patient->id));
  consent (self, clinic->patient->id, TRUE);
  g_assert_true (may_analyse (self, room, clinic->patient->id));
  g_assert_false (may_analyse (self, room, clinic->doctor->id));
  g_assert_false (may_analyse (self, room, "somebody"));
  g_assert_false (may_analyse (self, room, NULL));
  consent (self, clinic->patient->id, FALSE);
  g_assert_false (may_analyse (self, room, clinic->patient->id));
  /* A room that is nobody's appointment is as the settings say. */
  g_assert_true (may_analyse (self, "lecture", NULL));
}

#define CASE(name, test) g_test_add ("/meetings/" name, Desk, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  CASE ("life", test_life);
  CASE ("sound-before-webhook", test_sound_before_webhook);
  CASE ("named", test_named);
  CASE ("refused", test_refused);
  CASE ("not-set-up", test_not_set_up);
  CASE ("egress", test_egress);
  CASE ("analysis", test_analysis);
  return g_test_run ();
}
