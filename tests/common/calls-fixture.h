/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-client-call.h"
#include "client-fixture.h"

/* For tests of the one call of a client: what the server answers and tells. */

#define PATH(action) "POST /api/appointments/" VISIT "/call/" action
#define FROM_PATIENT "\"by\":{\"id\":\"" PATIENT "\",\"role\":\"patient\"}"
#define FROM_US "\"by\":{\"id\":\"" DOCTOR "\",\"role\":\"doctor\"}"
#define AT ",\"at\":\"2026-03-02T14:00:00.000Z\"}"
#define IDS(visit, call) "{\"appointmentId\":\"" visit "\",\"callId\":\"" call "\","
#define REQUESTED(visit, call)                                               \
  IDS (visit, call)                                                          \
  "\"from\":{\"id\":\"" PATIENT "\",\"name\":\"Rui\",\"role\":\"patient\"}," \
  "\"peerId\":\"" REMOTE_PEER "\"" AT
#define ACTIVE(call, state, generation, more)                                               \
  ",\"call\":{\"callId\":\"" call "\",\"state\":\"" state "\",\"callerId\":\"" DOCTOR "\"," \
  "\"calleeId\":\"" PATIENT "\",\"generation\":" generation ","                             \
  "\"peers\":{" more "},\"requestedAt\":\"2026-03-02T14:00:00.000Z\"}"

void calls_answer_all (Fixture *fixture);
void calls_set_up (Fixture *fixture, gconstpointer unused);
CallSession *session_of (Fixture *fixture);
CallState state_of (CallSession *session);
CallSession *request_call (Fixture *fixture);
void ring_here (Fixture *fixture);
void accept_there (Fixture *fixture);
CallSession *connected_call (Fixture *fixture);
void set_visit (Fixture *fixture, const char *visit_json);
void assert_over (CallSession *session, CallState state, CallEndReason reason);
