/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-dto.h"

#include "call-active-call-private.h"
#include "call-appointment-private.h"
#include "call-audit-event.h"
#include "call-dto-private.h"
#include "call-ice-server.h"
#include "call-time.h"
#include "call-user.h"

#include <json-glib/json-glib.h>

/* Names and addresses of people. */
#define NAME_MAX_BYTES 1024
#define URLS_MAX 16
#define WAITING_MAX 16

#define REQUIRED CALL_JSON_REQUIRED
#define OPTIONAL CALL_JSON_OPTIONAL

void
call_dto_add_date_time (CallJsonWriter *writer, const char *name, GDateTime *time)
{
  if (time != NULL)
    call_json_add_time (writer, name, call_time_from_date_time (time));
}

gboolean
call_dto_get_date_time (JsonObject *object,
                        const char *name,
                        CallJsonFlags flags,
                        GDateTime **time,
                        GError **error)
{
  gint64 ms = 0;

  if (!call_json_get_time (object, name, flags, &ms, error))
    return FALSE;
  *time = call_time_to_date_time (ms);
  return TRUE;
}

gboolean
call_dto_get_name (JsonObject *object,
                   const char *name,
                   CallJsonFlags flags,
                   const char **text,
                   GError **error)
{
  return call_json_get_text (object, name, flags, NAME_MAX_BYTES, text, error);
}

/* --- user ------------------------------------------------------------------------------------- */

static void
write_user (CallJsonWriter *writer, gpointer model)
{
  CallUser *user = model;

  call_json_add_string (writer, "id", call_user_get_id (user));
  call_json_add_string (writer, "name", call_user_get_name (user));
  call_json_add_string (writer, "email", call_user_get_email (user));
  call_json_add_enum (writer, "role", CALL_TYPE_ROLE, (int) call_user_get_role (user));
  call_json_add_string (writer, "timeZone", call_user_get_time_zone (user));
}

static gpointer
read_user (JsonObject *object, GError **error)
{
  const char *id = NULL, *name = NULL, *email = NULL, *time_zone = NULL;
  int role = -1;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !call_dto_get_name (object, "name", REQUIRED, &name, error) ||
      !call_dto_get_name (object, "email", OPTIONAL, &email, error) ||
      !call_json_get_enum (object, "role", REQUIRED, CALL_TYPE_ROLE, &role, error) ||
      !call_dto_get_name (object, "timeZone", OPTIONAL, &time_zone, error))
    return NULL;
  return call_user_new (id, name, email, (CallRole) role, time_zone);
}

const CallModelCodec call_dto_user = { write_user, read_user, "User", &call_dto_user_shape };

/* --- call ------------------------------------------------------------------------------------- */

static void
write_peers (CallJsonWriter *writer, GHashTable *peers)
{
  g_autoptr (GList) users = peers != NULL ? g_hash_table_get_keys (peers) : NULL;

  users = g_list_sort (users, (GCompareFunc) g_strcmp0);
  call_json_begin_object (writer, "peers");
  for (GList *user = users; user != NULL; user = user->next)
    call_json_add_string (writer, user->data, g_hash_table_lookup (peers, user->data));
  call_json_end_object (writer);
}

static void
write_active_call (CallJsonWriter *writer, gpointer model)
{
  CallActiveCall *call = model;

  call_json_add_string (writer, "callId", call_active_call_get_call_id (call));
  call_json_add_enum (writer, "state", CALL_TYPE_PROGRESS, (int) call_active_call_get_state (call));
  call_json_add_string (writer, "callerId", call_active_call_get_caller_id (call));
  call_json_add_string (writer, "calleeId", call_active_call_get_callee_id (call));
  call_json_add_int (writer, "generation", call_active_call_get_generation (call));
  write_peers (writer, call_active_call_get_peers (call));
  call_dto_add_date_time (writer, "startedAt", call_active_call_get_started_at (call));
  call_dto_add_date_time (writer, "requestedAt", call_active_call_get_requested_at (call));
}

static gboolean
read_peers (CallActiveCall *call, JsonObject *object, GError **error)
{
  JsonObject *peers = NULL;
  JsonObjectIter iter;
  const char *user_id;
  JsonNode *value;

  if (!call_json_get_object (object, "peers", OPTIONAL, &peers, error))
    return FALSE;
  if (peers == NULL)
    return TRUE;
  json_object_iter_init (&iter, peers);
  while (json_object_iter_next (&iter, &user_id, &value)) {
    const char *peer_id = NULL;

    if (!call_json_get_string (peers, user_id, OPTIONAL, &peer_id, error))
      return FALSE;
    if (peer_id != NULL)
      call_active_call_add_peer (call, user_id, peer_id);
  }
  return TRUE;
}

static gpointer
read_active_call (JsonObject *object, GError **error)
{
  g_autoptr (CallActiveCall) call = NULL;
  g_autoptr (GDateTime) requested_at = NULL;
  g_autoptr (GDateTime) started_at = NULL;
  const char *call_id = NULL, *caller_id = NULL, *callee_id = NULL;
  int state = -1;
  gint64 generation = 0;

  if (!call_json_get_id (object, "callId", REQUIRED, &call_id, error) ||
      !call_json_get_enum (object, "state", REQUIRED, CALL_TYPE_PROGRESS, &state, error) ||
      !call_json_get_id (object, "callerId", REQUIRED, &caller_id, error) ||
      !call_json_get_id (object, "calleeId", REQUIRED, &callee_id, error) ||
      !call_json_get_int (object, "generation", REQUIRED, 0, G_MAXUINT, &generation, error) ||
      !call_dto_get_date_time (object, "startedAt", OPTIONAL, &started_at, error) ||
      !call_dto_get_date_time (object, "requestedAt", OPTIONAL, &requested_at, error))
    return NULL;
  call = call_active_call_new (call_id, (CallProgress) state, caller_id, callee_id,
                               (guint) generation, requested_at, started_at);
  return read_peers (call, object, error) ? g_steal_pointer (&call) : NULL;
}

const CallModelCodec call_dto_active_call = { write_active_call, read_active_call, "Call",
                                              &call_dto_active_call_shape };

/* --- appointment ------------------------------------------------------------------------------ */

static void
write_participant (CallJsonWriter *writer, const char *name, CallParticipant *participant)
{
  if (participant == NULL)
    return;
  call_json_begin_object (writer, name);
  call_json_add_string (writer, "id", call_participant_get_user_id (participant));
  call_json_add_string (writer, "name", call_participant_get_name (participant));
  call_json_add_enum (writer, "role", CALL_TYPE_ROLE,
                      (int) call_participant_get_role (participant));
  call_json_end_object (writer);
}

static void
write_waiting (CallJsonWriter *writer, GListModel *waiting)
{
  call_json_begin_array (writer, "waiting");
  for (guint i = 0; i < g_list_model_get_n_items (waiting); i++) {
    g_autoptr (CallParticipant) participant = g_list_model_get_item (waiting, i);

    call_json_begin_object (writer, NULL);
    call_json_add_string (writer, "userId", call_participant_get_user_id (participant));
    call_json_add_enum (writer, "role", CALL_TYPE_ROLE,
                        (int) call_participant_get_role (participant));
    call_dto_add_date_time (writer, "since", call_participant_get_waiting_since (participant));
    call_json_end_object (writer);
  }
  call_json_end_array (writer);
}

static void
write_appointment (CallJsonWriter *writer, gpointer model)
{
  CallAppointment *appointment = model;
  CallActiveCall *call = call_appointment_get_active_call (appointment);

  call_json_add_string (writer, "id", call_appointment_get_id (appointment));
  call_json_add_enum (writer, "status", CALL_TYPE_APPOINTMENT_STATUS,
                      (int) call_appointment_get_status (appointment));
  call_dto_add_date_time (writer, "scheduledAt", call_appointment_get_scheduled_at (appointment));
  call_json_add_int (writer, "durationMinutes",
                     call_appointment_get_duration_minutes (appointment));
  call_dto_add_date_time (writer, "opensAt", call_appointment_get_opens_at (appointment));
  call_dto_add_date_time (writer, "closesAt", call_appointment_get_closes_at (appointment));
  write_participant (writer, "doctor", call_appointment_get_doctor (appointment));
  write_participant (writer, "patient", call_appointment_get_patient (appointment));
  call_json_add_string (writer, "conversationId",
                        call_appointment_get_conversation_id (appointment));
  write_waiting (writer, call_appointment_get_waiting (appointment));
  if (call != NULL)
    call_dto_write (writer, "call", &call_dto_active_call, call);
  call_dto_add_date_time (writer, "startedAt", call_appointment_get_started_at (appointment));
  call_dto_add_date_time (writer, "endedAt", call_appointment_get_ended_at (appointment));
  call_json_add_string (writer, "rescheduledTo", call_appointment_get_rescheduled_to (appointment));
  call_json_add_string (writer, "missing", call_appointment_get_missing (appointment));
}

static gboolean
read_participant (JsonObject *object, const char *member, CallParticipant **value, GError **error)
{
  JsonObject *inner = NULL;
  const char *id = NULL, *name = NULL;
  int role = -1;

  if (!call_json_get_object (object, member, REQUIRED, &inner, error) ||
      !call_json_get_id (inner, "id", REQUIRED, &id, error) ||
      !call_dto_get_name (inner, "name", REQUIRED, &name, error) ||
      !call_json_get_enum (inner, "role", REQUIRED, CALL_TYPE_ROLE, &role, error))
    return FALSE;
  *value = call_participant_new (id, name, (CallRole) role, NULL);
  return TRUE;
}

/* The list says who, by id; the names are the doctor's and the patient's. */
static gboolean
read_waiter (CallAppointment *appointment, JsonObject *object, GError **error)
{
  CallParticipant *doctor = call_appointment_get_doctor (appointment);
  CallParticipant *patient = call_appointment_get_patient (appointment);
  g_autoptr (CallParticipant) waiter = NULL;
  g_autoptr (GDateTime) since = NULL;
  const char *id = NULL, *name = NULL;
  int role = -1;

  if (!call_json_get_id (object, "userId", REQUIRED, &id, error) ||
      !call_json_get_enum (object, "role", REQUIRED, CALL_TYPE_ROLE, &role, error) ||
      !call_dto_get_date_time (object, "since", OPTIONAL, &since, error))
    return FALSE;
  if (g_str_equal (id, call_participant_get_user_id (doctor)))
    name = call_participant_get_name (doctor);
  else if (g_str_equal (id, call_participant_get_user_id (patient)))
    name = call_participant_get_name (patient);
  waiter = call_participant_new (id, name, (CallRole) role, since);
  call_appointment_add_waiting (appointment, waiter);
  return TRUE;
}

static gboolean
read_waiting (CallAppointment *appointment, JsonObject *object, GError **error)
{
  JsonArray *array = NULL;
  guint n;

  if (!call_json_get_array (object, "waiting", OPTIONAL, &array, error))
    return FALSE;
  n = array != NULL ? json_array_get_length (array) : 0;
  for (guint i = 0; i < MIN (n, WAITING_MAX); i++) {
    JsonObject *item = call_json_node_get_object (json_array_get_element (array, i), "waiting",
                                                  error);

    if (item == NULL || !read_waiter (appointment, item, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_call (JsonObject *object, CallActiveCall **call, GError **error)
{
  JsonObject *inner = NULL;

  if (!call_json_get_object (object, "call", OPTIONAL, &inner, error))
    return FALSE;
  if (inner != NULL)
    *call = read_active_call (inner, error);
  return inner == NULL || *call != NULL;
}

static CallAppointment *
read_plain_appointment (JsonObject *object, GError **error)
{
  g_autoptr (GDateTime) scheduled_at = NULL;
  g_autoptr (GDateTime) opens_at = NULL;
  g_autoptr (GDateTime) closes_at = NULL;
  g_autoptr (GDateTime) started_at = NULL;
  g_autoptr (GDateTime) ended_at = NULL;
  g_autoptr (CallParticipant) doctor = NULL;
  g_autoptr (CallParticipant) patient = NULL;
  g_autoptr (CallActiveCall) call = NULL;
  const char *id = NULL, *conversation_id = NULL, *rescheduled_to = NULL, *missing = NULL;
  int status = -1;
  gint64 minutes = 0;

  if (!call_json_get_id (object, "id", REQUIRED, &id, error) ||
      !call_json_get_enum (object, "status", REQUIRED, CALL_TYPE_APPOINTMENT_STATUS, &status,
                           error) ||
      !call_dto_get_date_time (object, "scheduledAt", REQUIRED, &scheduled_at, error) ||
      !call_json_get_int (object, "durationMinutes", REQUIRED, 0, G_MAXINT, &minutes, error) ||
      !call_dto_get_date_time (object, "opensAt", OPTIONAL, &opens_at, error) ||
      !call_dto_get_date_time (object, "closesAt", OPTIONAL, &closes_at, error) ||
      !read_participant (object, "doctor", &doctor, error) ||
      !read_participant (object, "patient", &patient, error) ||
      !call_json_get_id (object, "conversationId", OPTIONAL, &conversation_id, error) ||
      !read_call (object, &call, error) ||
      !call_dto_get_date_time (object, "startedAt", OPTIONAL, &started_at, error) ||
      !call_dto_get_date_time (object, "endedAt", OPTIONAL, &ended_at, error) ||
      !call_json_get_id (object, "rescheduledTo", OPTIONAL, &rescheduled_to, error) ||
      !call_dto_get_name (object, "missing", OPTIONAL, &missing, error))
    return NULL;
  return g_object_new (CALL_TYPE_APPOINTMENT, "id", id, "status", status, "scheduled-at",
                       scheduled_at, "duration-minutes", (guint) minutes, "opens-at", opens_at,
                       "closes-at", closes_at, "doctor", doctor, "patient", patient,
                       "conversation-id", conversation_id, "active-call", call, "started-at",
                       started_at, "ended-at", ended_at, "rescheduled-to", rescheduled_to,
                       "missing", missing, NULL);
}

static gpointer
read_appointment (JsonObject *object, GError **error)
{
  g_autoptr (CallAppointment) appointment = read_plain_appointment (object, error);

  if (appointment == NULL || !read_waiting (appointment, object, error))
    return NULL;
  return g_steal_pointer (&appointment);
}

const CallModelCodec call_dto_appointment = { write_appointment, read_appointment, "Appointment",
                                              &call_dto_appointment_shape };

/* --- audit event ------------------------------------------------------------------------------ */

static void
write_audit_event (CallJsonWriter *writer, gpointer model)
{
  CallAuditEvent *event = model;
  const char *payload = call_audit_event_get_payload (event);

  call_json_add_int (writer, "seq", call_audit_event_get_seq (event));
  call_json_add_string (writer, "type", call_audit_event_get_kind (event));
  call_json_add_string (writer, "userId", call_audit_event_get_user_id (event));
  call_json_add_string (writer, "callId", call_audit_event_get_call_id (event));
  call_dto_add_date_time (writer, "at", call_audit_event_get_at (event));
  call_json_add_raw (writer, "payload", payload != NULL && *payload != '\0' ? payload : "{}");
  call_json_add_string (writer, "hash", call_audit_event_get_hash (event));
}

static gpointer
read_audit_event (JsonObject *object, GError **error)
{
  g_autoptr (GDateTime) at = NULL;
  g_autofree char *payload = NULL;
  JsonNode *node = json_object_get_member (object, "payload");
  const char *kind = NULL, *user_id = NULL, *call_id = NULL, *hash = NULL;
  gint64 seq = 0;

  if (!call_json_get_int (object, "seq", REQUIRED, 0, G_MAXINT64, &seq, error) ||
      !call_dto_get_name (object, "type", REQUIRED, &kind, error) ||
      !call_json_get_id (object, "userId", OPTIONAL, &user_id, error) ||
      !call_json_get_id (object, "callId", OPTIONAL, &call_id, error) ||
      !call_dto_get_date_time (object, "at", REQUIRED, &at, error) ||
      !call_dto_get_name (object, "hash", OPTIONAL, &hash, error))
    return NULL;
  payload = node != NULL ? call_json_node_to_string (node) : NULL;
  return call_audit_event_new (seq, kind, user_id, call_id, at, payload, hash);
}

const CallModelCodec call_dto_audit_event = { write_audit_event, read_audit_event, "AuditEvent",
                                              &call_dto_audit_event_shape };

/* --- ICE server ------------------------------------------------------------------------------- */

static void
write_ice_server (CallJsonWriter *writer, gpointer model)
{
  CallIceServer *server = model;

  call_json_add_strv (writer, "urls", call_ice_server_get_urls (server));
  call_json_add_string (writer, "username", call_ice_server_get_username (server));
  call_json_add_string (writer, "credential", call_ice_server_get_credential (server));
}

static gpointer
read_ice_server (JsonObject *object, GError **error)
{
  g_auto (GStrv) urls = NULL;
  const char *username = NULL, *credential = NULL;

  if (!call_json_get_strv (object, "urls", REQUIRED, URLS_MAX, &urls, error) ||
      !call_dto_get_name (object, "username", OPTIONAL, &username, error) ||
      !call_dto_get_name (object, "credential", OPTIONAL, &credential, error))
    return NULL;
  return call_ice_server_new ((const char *const *) urls, username, credential);
}

const CallModelCodec call_dto_ice_server = { write_ice_server, read_ice_server, "IceServer",
                                             &call_dto_ice_server_shape };

/* --- any of them ------------------------------------------------------------------------------ */

/**
 * call_dto_write:
 * @writer: where to write it
 * @name: (nullable): the member it is, %NULL in an array and at the top
 * @codec: what @model is
 * @model: an object of the model
 *
 * Writes an object of the model as a JSON object.
 */
void
call_dto_write (CallJsonWriter *writer,
                const char *name,
                const CallModelCodec *codec,
                gpointer model)
{
  call_json_begin_object (writer, name);
  codec->write (writer, model);
  call_json_end_object (writer);
}

/**
 * call_dto_to_json:
 * @codec: what @model is
 * @model: an object of the model
 *
 * Returns: (transfer full): @model as JSON
 */
char *
call_dto_to_json (const CallModelCodec *codec, gpointer model)
{
  CallJsonWriter writer = { NULL, FALSE };

  call_dto_write (&writer, NULL, codec, model);
  return call_json_writer_finish (&writer);
}

/**
 * call_dto_parse:
 * @codec: what is to be read
 * @text: a JSON object
 * @length: bytes of it, or -1 if it ends with a NUL
 * @error: where to put an error, which names the member that is wrong
 *
 * Returns: (transfer full) (nullable): an object of the model
 */
gpointer
call_dto_parse (const CallModelCodec *codec, const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = call_json_parse (text, length, error);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", error) : NULL;

  return object != NULL ? codec->read (object, error) : NULL;
}
