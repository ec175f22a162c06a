/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-livekit.h"

#include "call-error.h"
#include "call-json.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* LiveKit's webhooks write lowerCamelCase and leave out what is zero; its API answers in snake_case
 * with everything in it. Both are read everywhere, and what is not known is passed over. */

#define LIST_MAX 1000
#define WORD_MAX 64

static const struct {
  const char *name;
  CallLivekitEventKind kind;
} events[] = {
  { "room_started", CALL_LIVEKIT_ROOM_STARTED },
  { "room_created", CALL_LIVEKIT_ROOM_STARTED },
  { "room_finished", CALL_LIVEKIT_ROOM_FINISHED },
  { "room_ended", CALL_LIVEKIT_ROOM_FINISHED },
  { "room_deleted", CALL_LIVEKIT_ROOM_FINISHED },
  { "track_published", CALL_LIVEKIT_TRACK_PUBLISHED },
  { "track_unpublished", CALL_LIVEKIT_TRACK_UNPUBLISHED },
  { "egress_started", CALL_LIVEKIT_EGRESS_STARTED },
  { "egress_updated", CALL_LIVEKIT_EGRESS_UPDATED },
  { "egress_ended", CALL_LIVEKIT_EGRESS_ENDED },
};

static const char *const statuses[] = {
  [CALL_LIVEKIT_EGRESS_STARTING] = "EGRESS_STARTING",
  [CALL_LIVEKIT_EGRESS_ACTIVE] = "EGRESS_ACTIVE",
  [CALL_LIVEKIT_EGRESS_ENDING] = "EGRESS_ENDING",
  [CALL_LIVEKIT_EGRESS_COMPLETE] = "EGRESS_COMPLETE",
  [CALL_LIVEKIT_EGRESS_FAILED] = "EGRESS_FAILED",
  [CALL_LIVEKIT_EGRESS_ABORTED] = "EGRESS_ABORTED",
  [CALL_LIVEKIT_EGRESS_LIMIT_REACHED] = "EGRESS_LIMIT_REACHED",
};

/* Twirp's table of codes, as far as we tell them apart. */
static const struct {
  const char *code;
  CallError error;
} twirp_errors[] = {
  { "not_found", CALL_ERROR_NOT_FOUND },
  { "bad_route", CALL_ERROR_NOT_FOUND },
  { "invalid_argument", CALL_ERROR_INVALID },
  { "malformed", CALL_ERROR_INVALID },
  { "out_of_range", CALL_ERROR_INVALID },
  { "unauthenticated", CALL_ERROR_UNAUTHORIZED },
  { "permission_denied", CALL_ERROR_FORBIDDEN },
  { "already_exists", CALL_ERROR_CONFLICT },
  { "aborted", CALL_ERROR_CONFLICT },
  { "failed_precondition", CALL_ERROR_WRONG_STATE },
  { "resource_exhausted", CALL_ERROR_RATE_LIMITED },
  { "unavailable", CALL_ERROR_UNAVAILABLE },
  { "deadline_exceeded", CALL_ERROR_TIMED_OUT },
  { "canceled", CALL_ERROR_TIMED_OUT },
};

/* --- reading ---------------------------------------------------------------------------------- */

/* lowerCamelCase to snake_case, into @snake. */
static const char *
to_snake (const char *camel, char *snake, gsize size)
{
  gsize n = 0;

  for (const char *c = camel; *c != '\0' && n + 2 < size; c++) {
    if (g_ascii_isupper (*c))
      snake[n++] = '_';
    snake[n++] = g_ascii_tolower (*c);
  }
  snake[n] = '\0';
  return snake;
}

/* The member's value, of either spelling, if it is there and not null. */
static JsonNode *
find (JsonObject *object, const char *camel)
{
  char snake[WORD_MAX];
  JsonNode *node = object != NULL ? json_object_get_member (object, camel) : NULL;

  if (node == NULL && object != NULL)
    node = json_object_get_member (object, to_snake (camel, snake, sizeof snake));
  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static JsonObject *
find_object (JsonObject *object, const char *camel)
{
  JsonNode *node = find (object, camel);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* An empty string is what an absent one is in protobuf. */
static char *
dup_text (JsonObject *object, const char *camel)
{
  JsonNode *node = find (object, camel);
  const char *text = node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
                         ? json_node_get_string (node)
                         : NULL;

  if (text == NULL || *text == '\0' || strlen (text) > 4 * CALL_LIVEKIT_NAME_MAX)
    return NULL;
  return g_strdup (text);
}

/* Whole numbers of 64 bits are strings in protobuf's JSON; plain numbers are taken too. */
static gint64
get_int (JsonObject *object, const char *camel)
{
  JsonNode *node = find (object, camel);
  gint64 value = 0;

  if (node == NULL)
    return 0;
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return json_node_get_int (node);
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    g_ascii_string_to_signed (json_node_get_string (node), 10, 0, G_MAXINT64, &value, NULL);
  return value;
}

static gboolean
has_text (JsonObject *object, const char *camel, const char *expected)
{
  g_autofree char *text = dup_text (object, camel);

  return g_strcmp0 (text, expected) == 0;
}

static CallLivekitEgressStatus
read_status (JsonObject *object)
{
  g_autofree char *name = dup_text (object, "status");

  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (statuses); i++) {
    if (g_str_equal (name, statuses[i]))
      return i;
  }
  return CALL_LIVEKIT_EGRESS_STARTING;
}

/* Returns: (transfer full) (nullable): %NULL if it has no id */
static CallLivekitEgress *
read_egress (JsonObject *object)
{
  CallLivekitEgress *egress;
  JsonObject *track = find_object (object, "track");
  g_autofree char *id = dup_text (object, "egressId");

  if (id == NULL)
    return NULL;
  egress = g_new0 (CallLivekitEgress, 1);
  egress->id = g_steal_pointer (&id);
  egress->room_name = dup_text (object, "roomName");
  egress->room_sid = dup_text (object, "roomId");
  egress->track_id = dup_text (track, "trackId");
  egress->websocket_url = dup_text (track, "websocketUrl");
  egress->status = read_status (object);
  egress->error = dup_text (object, "error");
  return egress;
}

static CallLivekitEventKind
read_kind (JsonObject *object)
{
  g_autofree char *name = dup_text (object, "event");

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (events); i++) {
    if (g_str_equal (name, events[i].name))
      return events[i].kind;
  }
  return CALL_LIVEKIT_OTHER;
}

static CallLivekitEvent *
read_event (JsonObject *object)
{
  CallLivekitEvent *event = g_new0 (CallLivekitEvent, 1);
  JsonObject *room = find_object (object, "room");
  JsonObject *track = find_object (object, "track");

  event->kind = read_kind (object);
  event->id = dup_text (object, "id");
  event->created_at = get_int (object, "createdAt");
  event->room_name = dup_text (room, "name");
  event->room_sid = dup_text (room, "sid");
  event->participant = dup_text (find_object (object, "participant"), "identity");
  event->track_id = dup_text (track, "sid");
  /* AUDIO is the zero of its enumeration, so webhooks leave it out. */
  event->audio = track != NULL &&
                 (find (track, "type") == NULL || has_text (track, "type", "AUDIO"));
  event->egress = read_egress (find_object (object, "egressInfo"));
  if (event->egress != NULL && event->room_name == NULL)
    event->room_name = g_strdup (event->egress->room_name);
  return event;
}

static gboolean
is_about_room (CallLivekitEventKind kind)
{
  return kind >= CALL_LIVEKIT_ROOM_STARTED && kind <= CALL_LIVEKIT_TRACK_UNPUBLISHED;
}

static gboolean
check_event (const CallLivekitEvent *event, GError **error)
{
  const char *missing = NULL;

  if (event->kind == CALL_LIVEKIT_OTHER)
    return TRUE;
  if (event->id == NULL)
    missing = "id";
  else if (is_about_room (event->kind) && event->room_name == NULL)
    missing = "room.name";
  else if (event->kind >= CALL_LIVEKIT_EGRESS_STARTED && event->egress == NULL)
    missing = "egressInfo.egressId";
  if (missing != NULL)
    call_error_set_field (error, missing, "The webhook says no %s", missing);
  return missing == NULL;
}

/**
 * call_livekit_event_parse:
 * @text: the body of a webhook
 * @length: bytes of it, or -1
 * @error: where to put an error
 *
 * Reads what LiveKit tells (LiveKit, livekit_webhook.proto as proto3 JSON). Check its signature
 * before: call_livekit_verify_webhook().
 *
 * Returns: (transfer full) (nullable): the event, or %NULL with %CALL_ERROR_INVALID
 */
CallLivekitEvent *
call_livekit_event_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (CallLivekitEvent) event = NULL;
  JsonNode *node = call_json_parse (text, length, error);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "A webhook", error) : NULL;

  if (object != NULL)
    event = read_event (object);
  g_clear_pointer (&node, call_json_node_unref);
  if (event == NULL || !check_event (event, error))
    return NULL;
  return g_steal_pointer (&event);
}

/**
 * call_livekit_event_free:
 * @event: (transfer full) (nullable): an event
 *
 * Frees it.
 */
void
call_livekit_event_free (CallLivekitEvent *event)
{
  if (event == NULL)
    return;
  g_free (event->id);
  g_free (event->room_name);
  g_free (event->room_sid);
  g_free (event->participant);
  g_free (event->track_id);
  call_livekit_egress_free (event->egress);
  g_free (event);
}

/**
 * call_livekit_egress_free:
 * @egress: (transfer full) (nullable): an egress
 *
 * Frees it.
 */
void
call_livekit_egress_free (CallLivekitEgress *egress)
{
  if (egress == NULL)
    return;
  g_free (egress->id);
  g_free (egress->room_name);
  g_free (egress->room_sid);
  g_free (egress->track_id);
  g_free (egress->websocket_url);
  g_free (egress->error);
  g_free (egress);
}

/**
 * call_livekit_egress_is_over:
 * @egress: an egress
 *
 * Returns: whether it sends nothing any more, for whatever reason
 */
gboolean
call_livekit_egress_is_over (const CallLivekitEgress *egress)
{
  return egress->status >= CALL_LIVEKIT_EGRESS_COMPLETE;
}

/**
 * call_livekit_egress_get_status:
 * @egress: an egress
 *
 * Returns: LiveKit's word for how it stands
 */
const char *
call_livekit_egress_get_status (const CallLivekitEgress *egress)
{
  return statuses[egress->status];
}

/* --- the API ---------------------------------------------------------------------------------- */

/**
 * call_livekit_build_url:
 * @base: LiveKit's address; people write ws and wss for http and https
 * @method: "StartTrackEgress", "StopEgress" or "ListEgress"
 * @error: where to put an error
 *
 * Where a method of the egress service is called (Twirp, version 7).
 *
 * Returns: (transfer full) (nullable): the URL
 */
char *
call_livekit_build_url (const char *base, const char *method, GError **error)
{
  static const char *const schemes[][2] = { { "ws://", "http://" },
                                            { "wss://", "https://" },
                                            { "http://", "http://" },
                                            { "https://", "https://" } };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (g_str_has_prefix (base, schemes[i][0])) {
      g_autofree char *rest = g_strdup (base + strlen (schemes[i][0]));
      gsize length = strlen (rest);

      while (length > 0 && rest[length - 1] == '/')
        rest[--length] = '\0';
      if (length > 0)
        return g_strdup_printf ("%s%s/twirp/livekit.Egress/%s", schemes[i][1], rest, method);
    }
  }
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_INVALID,
                       "LiveKit's address begins with ws://, wss://, http:// or https://");
  return NULL;
}

/**
 * call_livekit_write_start:
 * @room_name: the room
 * @track_id: the track
 * @websocket_url: where it is to be sent
 *
 * Writes a request StartTrackEgress.
 *
 * Returns: (transfer full): JSON
 */
char *
call_livekit_write_start (const char *room_name, const char *track_id, const char *websocket_url)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "roomName", room_name);
  call_json_add_string (&writer, "trackId", track_id);
  call_json_add_string (&writer, "websocketUrl", websocket_url);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_livekit_write_stop:
 * @egress_id: an egress
 *
 * Writes a request StopEgress.
 *
 * Returns: (transfer full): JSON
 */
char *
call_livekit_write_stop (const char *egress_id)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "egressId", egress_id);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_livekit_write_list:
 * @room_name: (nullable): only of this room
 * @page_token: (nullable): what the page before gave
 *
 * Writes a request ListEgress for those that are not over.
 *
 * Returns: (transfer full): JSON
 */
char *
call_livekit_write_list (const char *room_name, const char *page_token)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "roomName", room_name);
  call_json_add_bool (&writer, "active", TRUE);
  if (page_token != NULL) {
    call_json_begin_object (&writer, "pageToken");
    call_json_add_string (&writer, "token", page_token);
    call_json_end_object (&writer);
  }
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * call_livekit_parse_egress:
 * @text: an answer of StartTrackEgress or StopEgress
 * @length: bytes of it, or -1
 * @error: where to put an error
 *
 * Reads an egress.
 *
 * Returns: (transfer full) (nullable): the egress, or %NULL with %CALL_ERROR_PROTOCOL
 */
CallLivekitEgress *
call_livekit_parse_egress (const char *text, gssize length, GError **error)
{
  CallLivekitEgress *egress = NULL;
  JsonNode *node = call_json_parse (text, length, NULL);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;

  if (object != NULL)
    egress = read_egress (object);
  g_clear_pointer (&node, call_json_node_unref);
  if (egress == NULL)
    g_set_error_literal (error, CALL_ERROR, CALL_ERROR_PROTOCOL,
                         "LiveKit's answer names no egress");
  return egress;
}

/* Not one that is unreadable among many: then we would take it for ended. */
static gboolean
read_list (JsonArray *items, GPtrArray *list)
{
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++) {
    JsonNode *node = json_array_get_element (items, i);
    CallLivekitEgress *egress = JSON_NODE_HOLDS_OBJECT (node)
                                    ? read_egress (json_node_get_object (node))
                                    : NULL;

    if (egress == NULL || list->len >= LIST_MAX) {
      call_livekit_egress_free (egress);
      return FALSE;
    }
    g_ptr_array_add (list, egress);
  }
  return TRUE;
}

/**
 * call_livekit_parse_list:
 * @text: an answer of ListEgress
 * @length: bytes of it, or -1
 * @next_page: (out) (optional) (nullable) (transfer full): what to ask on with, or %NULL at the end
 * @error: where to put an error
 *
 * Reads a list of egresses.
 *
 * Returns: (transfer full) (nullable) (element-type CallLivekitEgress): the list, or %NULL with
 *   %CALL_ERROR_PROTOCOL
 */
GPtrArray *
call_livekit_parse_list (const char *text, gssize length, char **next_page, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (
      (GDestroyNotify) call_livekit_egress_free);
  JsonNode *node = call_json_parse (text, length, NULL);
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;
  JsonNode *items = find (object, "items");
  gboolean good = object != NULL && (items == NULL || JSON_NODE_HOLDS_ARRAY (items)) &&
                  read_list (items != NULL ? json_node_get_array (items) : NULL, list);

  if (good && next_page != NULL)
    *next_page = dup_text (find_object (object, "nextPageToken"), "token");
  g_clear_pointer (&node, call_json_node_unref);
  if (good)
    return g_steal_pointer (&list);
  g_set_error_literal (error, CALL_ERROR, CALL_ERROR_PROTOCOL,
                       "LiveKit's answer is no list of egresses");
  return NULL;
}

static CallError
error_of (const char *code, guint http_status)
{
  for (gsize i = 0; code != NULL && i < G_N_ELEMENTS (twirp_errors); i++) {
    if (g_str_equal (code, twirp_errors[i].code))
      return twirp_errors[i].error;
  }
  return http_status == 429   ? CALL_ERROR_RATE_LIMITED
         : http_status >= 500 ? CALL_ERROR_UNAVAILABLE
                              : CALL_ERROR_PROTOCOL;
}

/**
 * call_livekit_parse_error:
 * @http_status: the status of the answer
 * @text: (nullable): its body
 * @length: bytes of it, or -1
 *
 * Reads a refusal (Twirp: `{"code","msg"}`). A proxy in between answers with something else: then
 * the status says what it is.
 *
 * Returns: (transfer full): the error
 */
GError *
call_livekit_parse_error (guint http_status, const char *text, gssize length)
{
  JsonNode *node = text != NULL ? call_json_parse (text, length, NULL) : NULL;
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "It", NULL) : NULL;
  g_autofree char *code = dup_text (object, "code");
  g_autofree char *message = dup_text (object, "msg");

  g_clear_pointer (&node, call_json_node_unref);
  return g_error_new (CALL_ERROR, error_of (code, http_status), "LiveKit refused: %s (%s, HTTP %u)",
                      message != NULL ? message : "no reason given",
                      code != NULL ? code : "no code", http_status);
}
