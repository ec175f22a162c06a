/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-livekit-body.h"

#include "call-error.h"

static const CallField egress_fields[] = {
  CALL_MEMBER (CallEgressBody,
               "roomName",
               room_name,
               STRING,
               CALL_FIELD_NEEDED,
               CALL_LIVEKIT_NAME_MAX,
               NULL),
  CALL_MEMBER (CallEgressBody,
               "trackId",
               track_id,
               STRING,
               CALL_FIELD_NEEDED,
               CALL_LIVEKIT_NAME_MAX,
               NULL),
  CALL_MEMBER (CallEgressBody,
               "participant",
               participant,
               STRING,
               CALL_FIELD_MAYBE,
               CALL_LIVEKIT_NAME_MAX,
               NULL),
};
const CallSchema call_egress_body = CALL_SCHEMA (CallEgressBody, egress_fields);

static const CallField egress_stop_fields[] = {
  CALL_MEMBER (CallEgressStopBody,
               "egressId",
               egress_id,
               STRING,
               CALL_FIELD_NEEDED,
               CALL_LIVEKIT_NAME_MAX,
               NULL),
};
const CallSchema call_egress_stop_body = CALL_SCHEMA (CallEgressStopBody, egress_stop_fields);

static const CallField egress_answer_fields[] = {
  CALL_NEEDED (CallEgressAnswer, "egressId", egress_id, STRING),
  CALL_MAYBE (CallEgressAnswer, "roomName", room_name, STRING),
  CALL_MAYBE (CallEgressAnswer, "trackId", track_id, STRING),
  CALL_NEEDED (CallEgressAnswer, "status", status, STRING),
};
const CallSchema call_egress_answer = CALL_SCHEMA (CallEgressAnswer, egress_answer_fields);

static void
write_egress (CallJsonWriter *writer, gpointer model)
{
  const CallLivekitEgress *egress = model;

  call_json_add_string (writer, "egressId", egress->id);
  call_json_add_string (writer, "roomName", egress->room_name);
  call_json_add_string (writer, "trackId", egress->track_id);
  call_json_add_string (writer, "status", call_livekit_egress_get_status (egress));
}

/* Only the server writes such a list. */
static gpointer
read_egress (JsonObject *object, GError **error)
{
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_PROTOCOL, "An egress is not read from here");
  return NULL;
}

static const CallModelCodec egress_codec = { write_egress, read_egress, "Egress",
                                             &call_egress_answer };

static const CallField egresses_answer_fields[] = {
  CALL_MEMBER (CallEgressesAnswer,
               "egresses",
               egresses,
               MODEL_LIST,
               CALL_FIELD_NEEDED,
               0,
               &egress_codec),
};
const CallSchema call_egresses_answer = CALL_SCHEMA (CallEgressesAnswer, egresses_answer_fields);

/**
 * call_egress_answer_new:
 * @egress: an egress
 *
 * Returns: (transfer full): what is answered about it
 */
CallEgressAnswer *
call_egress_answer_new (const CallLivekitEgress *egress)
{
  CallEgressAnswer *answer = call_record_new (&call_egress_answer);

  answer->egress_id = g_strdup (egress->id);
  answer->room_name = g_strdup (egress->room_name);
  answer->track_id = g_strdup (egress->track_id);
  answer->status = g_strdup (call_livekit_egress_get_status (egress));
  return answer;
}
