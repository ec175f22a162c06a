/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-livekit.h"
#include "call-record.h"

G_BEGIN_DECLS

/* The bodies of the REST requests about LiveKit's egress, as in call-body.h. */

/* POST /api/egress */
typedef struct {
  CallRecord record;
  char *room_name;
  char *track_id;
  char *participant;
} CallEgressBody;
extern const CallSchema call_egress_body;

/* POST /api/egress/stop */
typedef struct {
  CallRecord record;
  char *egress_id;
} CallEgressStopBody;
extern const CallSchema call_egress_stop_body;

/* The answer of POST /api/egress */
typedef struct {
  CallRecord record;
  char *egress_id;
  char *room_name;
  char *track_id;
  char *status;
} CallEgressAnswer;
extern const CallSchema call_egress_answer;

/* GET /api/egress; (element-type CallLivekitEgress) */
typedef struct {
  CallRecord record;
  GPtrArray *egresses;
} CallEgressesAnswer;
extern const CallSchema call_egresses_answer;

CallEgressAnswer *call_egress_answer_new (const CallLivekitEgress *egress);

G_END_DECLS
