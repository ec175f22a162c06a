/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-client-private.h"
#include "fake-server.h"
#include "test-await.h"

/* A clinic of one doctor and one patient, whose client is the one under test. */
#define DOCTOR "11111111-1111-4111-8111-111111111111"
#define PATIENT "22222222-2222-4222-8222-222222222222"
#define VISIT "33333333-3333-4333-8333-333333333333"
#define VISIT_2 "44444444-4444-4444-8444-444444444444"
#define CHAT "55555555-5555-4555-8555-555555555555"
#define CALL_1 "66666666-6666-4666-8666-666666666666"
#define CALL_2 "77777777-7777-4777-8777-777777777777"
#define REMOTE_PEER "88888888-8888-4888-8888-888888888888"

#define USER_JSON                                                                              \
  "{\"id\":\"" DOCTOR "\",\"name\":\"Ana\",\"email\":\"ana@clinic.test\",\"role\":\"doctor\"," \
  "\"timeZone\":\"America/Sao_Paulo\"}"
#define LOGIN_JSON \
  "{\"token\":\"" FAKE_TOKEN "\",\"expiresAt\":\"2026-03-03T00:00:00.000Z\",\"user\":" USER_JSON "}"
/* @more: members such as ,"call":{…} */
#define VISIT_JSON(id, status, more)                                                           \
  "{\"id\":\"" id "\",\"status\":\"" status "\",\"scheduledAt\":\"2026-03-02T14:00:00.000Z\"," \
  "\"durationMinutes\":30,\"opensAt\":\"2026-03-02T13:50:00.000Z\","                           \
  "\"closesAt\":\"2026-03-02T14:45:00.000Z\","                                                 \
  "\"doctor\":{\"id\":\"" DOCTOR "\",\"name\":\"Ana\",\"role\":\"doctor\"},"                   \
  "\"patient\":{\"id\":\"" PATIENT "\",\"name\":\"Rui\",\"role\":\"patient\"},"                \
  "\"conversationId\":\"" CHAT "\",\"waiting\":[]" more "}"
#define LIST_JSON(visits) "{\"appointments\":[" visits "]}"
#define ONE_JSON(visit) "{\"appointment\":" visit "}"
#define ICE_JSON "{\"iceServers\":[{\"urls\":[\"stun:127.0.0.1:3478\"]}],\"ttl\":3600}"
#define NOW_MS G_GINT64_CONSTANT (1772460000000) /* 2026-03-02 14:00 UTC */

typedef struct {
  FakeServer *server;
  CallClient *client;
  CallClock *clock; /* moved by the test */
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer unused);
void fixture_tear_down (Fixture *fixture, gconstpointer unused);
void fixture_sign_in (Fixture *fixture);
void fixture_go_online (Fixture *fixture);
CallAppointment *fixture_visit (Fixture *fixture);
void fixture_advance_until_online (Fixture *fixture);

/* Turns the main context and moves @clock until @condition holds. */
#define test_await_moving(clock, condition)                                               \
  G_STMT_START                                                                            \
  {                                                                                       \
    gint64 test_begin_ = g_get_monotonic_time ();                                         \
    while (!(condition)) {                                                                \
      call_clock_advance (clock, 50);                                                     \
      g_main_context_iteration (NULL, FALSE);                                             \
      if (g_get_monotonic_time () - test_begin_ > TEST_WATCHDOG_SECONDS * G_USEC_PER_SEC) \
        g_error ("waited too long for: %s", G_STRINGIFY (condition));                     \
    }                                                                                     \
  }                                                                                       \
  G_STMT_END
