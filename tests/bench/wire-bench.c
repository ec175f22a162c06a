/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What reading and writing one message costs, in nanoseconds of CPU: the median of 21 runs.
 * Usage: wire-bench [NAME], for all or for those whose name holds NAME */
#include "call-body.h"
#include "call-engineio.h"
#include "call-jwt.h"
#include "call-notice.h"
#include "call-peerjs.h"
#include "call-request.h"
#include "call-socketio.h"
#include "call-websocket-frame.h"

#include "call-appointment.h"

#include <json-glib/json-glib.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 21
#define RUN_NS 20000000

#define APPOINTMENT_ID "0b0e2b5e-6d1a-4b53-8d0f-6f8f7f5b3c11"
#define CALL_ID "1c1f3c6f-7e2b-4c64-9e10-7a9a8a6c4d22"
#define USER_ID "2d204d70-8f3c-4d75-8f21-8bab9b7d5e33"
#define TIME "2026-03-02T14:00:00.125Z"
#define SECRET "0123456789abcdef0123456789abcdef"

#define REQUEST                                                                                  \
  "2[\"send_message\",{\"groupId\":\"" APPOINTMENT_ID                                            \
  "\",\"content\":\"A message of a hundred bytes, as people write them: how do you feel today, " \
  "after the new medicine?\",\"type\":\"text\",\"tempId\":\"t-12345\"}]"
#define APPOINTMENT                                                                  \
  "{\"id\":\"" APPOINTMENT_ID "\",\"status\":\"scheduled\",\"scheduledAt\":\"" TIME  \
  "\",\"durationMinutes\":30,\"opensAt\":\"" TIME "\",\"closesAt\":\"" TIME          \
  "\",\"doctor\":{\"id\":\"" USER_ID "\",\"name\":\"Dr. Ana\",\"role\":\"doctor\"}," \
  "\"patient\":{\"id\":\"" CALL_ID "\",\"name\":\"José\",\"role\":\"patient\"},"    \
  "\"conversationId\":\"" CALL_ID "\",\"waiting\":[]}"

typedef struct {
  guint8 frames[65536];
  guint8 copy[65536];
  gsize frames_length;
  CallNotice *notice;
  CallAppointment *appointment;
  CallJwtKey *key;
  char *token;
  char *offer;
} Fixture;

typedef void (*BenchFunc) (Fixture *fixture);

static gint64
cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

/* The frames of a whole read buffer, as they come from clients. */
static void
read_frames (Fixture *fixture)
{
  CallWebsocketParser parser;
  CallWebsocketMessage message;
  gsize from = 0, consumed, needed;

  memcpy (fixture->copy, fixture->frames, fixture->frames_length);
  call_websocket_parser_init (&parser, CALL_WEBSOCKET_SERVER, 1000000);
  while (call_websocket_parser_feed (&parser, fixture->copy + from, fixture->frames_length - from,
                                     &consumed, &needed, &message) == CALL_WEBSOCKET_RESULT_MESSAGE)
    from += consumed;
  g_assert_cmpuint (from, ==, fixture->frames_length);
}

static void
write_frame (Fixture *fixture)
{
  g_bytes_unref (call_websocket_frame_new (CALL_WEBSOCKET_TEXT, REQUEST, strlen (REQUEST)));
}

static void
parse_json (Fixture *fixture)
{
  json_node_unref (call_json_parse (&REQUEST[1], -1, NULL));
}

static void
parse_json_glib (Fixture *fixture)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  g_assert_true (json_parser_load_from_data (parser, &REQUEST[1], -1, NULL));
}

static void
parse_packet (Fixture *fixture)
{
  g_auto (CallSocketioPacket) packet = { 0 };

  g_assert_true (call_socketio_packet_parse (&packet, REQUEST, strlen (REQUEST), NULL));
}

static void
parse_request (Fixture *fixture)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autoptr (CallRequest) request = NULL;

  call_socketio_packet_parse (&packet, REQUEST, strlen (REQUEST), NULL);
  request = call_request_from_json (call_socketio_packet_get_event (&packet),
                                    call_socketio_packet_get_argument (&packet, 0), NULL);
  g_assert_nonnull (request);
}

static void
write_notice (Fixture *fixture)
{
  g_free (call_notice_to_socketio (fixture->notice));
}

static void
read_appointment (Fixture *fixture)
{
  g_object_unref (call_dto_parse (&call_dto_appointment, APPOINTMENT, -1, NULL));
}

static void
write_appointment (Fixture *fixture)
{
  g_free (call_dto_to_json (&call_dto_appointment, fixture->appointment));
}

static void
relay_offer (Fixture *fixture)
{
  g_auto (CallPeerjsMessage) message = { 0 };

  g_assert_true (
      call_peerjs_message_parse (&message, fixture->offer, strlen (fixture->offer), NULL));
  message.src = g_strdup (USER_ID);
  g_free (call_peerjs_message_encode (&message));
}

static void
verify_token (Fixture *fixture)
{
  CallJwtClaims *claims = call_jwt_verify (fixture->key, fixture->token, NULL, 1800000000, NULL);

  g_assert_nonnull (claims);
  call_jwt_claims_free (claims);
}

static const struct {
  const char *name;
  BenchFunc func;
  guint messages;
} benches[] = {
  { "websocket frame of 240 bytes, read", read_frames, 256 },
  { "websocket frame of 240 bytes, write", write_frame, 1 },
  { "json of 240 bytes, parse", parse_json, 1 },
  { "json of 240 bytes, parse by json-glib", parse_json_glib, 1 },
  { "socket.io event, parse", parse_packet, 1 },
  { "socket.io event, parse to a request", parse_request, 1 },
  { "notice, write as a socket.io event", write_notice, 1 },
  { "appointment, read", read_appointment, 1 },
  { "appointment, write", write_appointment, 1 },
  { "peerjs offer of 5 kB, relay", relay_offer, 1 },
  { "token HS256, verify", verify_token, 1 },
};

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
run (BenchFunc func, Fixture *fixture, guint messages)
{
  double results[RUNS];
  guint rounds = 1;

  for (int i = -1; i < RUNS; i++) {
    gint64 start = cpu_ns (), spent;

    for (guint round = 0; round < rounds; round++)
      func (fixture);
    spent = cpu_ns () - start;
    if (i >= 0)
      results[i] = (double) spent / rounds / messages;
    else /* The first run only finds out how many rounds make a run. */
      rounds = (guint) CLAMP (RUN_NS / MAX (spent, 1), 1, 1000000);
  }
  qsort (results, RUNS, sizeof results[0], compare);
  return results[RUNS / 2];
}

static void
set_up (Fixture *fixture)
{
  CallJwtClaims claims = { .subject = (char *) USER_ID,
                           .role = CALL_ROLE_DOCTOR,
                           .expires_at = 2000000000 };
  g_autofree char *sdp = g_strnfill (5000, 's');

  for (int i = 0; i < 256; i++) {
    g_autoptr (GBytes) frame = call_websocket_frame_new_masked (
        CALL_WEBSOCKET_TEXT, TRUE, 0x12345678u + (guint) i, REQUEST, 240);
    gsize size;
    gconstpointer data = g_bytes_get_data (frame, &size);

    memcpy (fixture->frames + fixture->frames_length, data, size);
    fixture->frames_length += size;
  }
  fixture->notice = call_notice_new (CALL_NOTICE_CALL_REQUESTED);
  fixture->notice->appointment_id = g_strdup (APPOINTMENT_ID);
  fixture->notice->call_id = g_strdup (CALL_ID);
  fixture->notice->person = (CallNoticePerson){ g_strdup (USER_ID), g_strdup ("Dr. Ana"),
                                                CALL_ROLE_DOCTOR };
  fixture->notice->peer_id = g_strdup (CALL_ID);
  fixture->notice->at_ms = G_GINT64_CONSTANT (1772460000125);
  fixture->appointment = call_dto_parse (&call_dto_appointment, APPOINTMENT, -1, NULL);
  fixture->key = call_jwt_key_new_secret (SECRET, strlen (SECRET), NULL);
  fixture->token = call_jwt_sign (fixture->key, &claims, NULL);
  fixture->offer = g_strdup_printf (
      "{\"type\":\"OFFER\",\"dst\":\"" CALL_ID "\",\"payload\":{\"sdp\":"
      "{\"type\":\"offer\",\"sdp\":\"%s\"},\"connectionId\":\"mc_a_1\"}}",
      sdp);
}

static void
tear_down (Fixture *fixture)
{
  call_notice_unref (fixture->notice);
  g_object_unref (fixture->appointment);
  call_jwt_key_unref (fixture->key);
  g_free (fixture->token);
  g_free (fixture->offer);
}

int
main (int argc, char **argv)
{
  static Fixture fixture;

  set_up (&fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (benches); i++)
    if (argc < 2 || strstr (benches[i].name, argv[1]) != NULL)
      g_print ("%-40s %9.0f ns\n", benches[i].name,
               run (benches[i].func, &fixture, benches[i].messages));
  tear_down (&fixture);
  return 0;
}
