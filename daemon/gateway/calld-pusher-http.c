/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-pusher"

#include "config.h"

#include "calld-pusher-private.h"

#include "calld-front-door.h"

#include "call-error.h"
#include "call-pusher-api.h"

#include <string.h>

/* A request of a back end, once it is known to be one. */
typedef struct {
  CalldPusher *server;
  CalldPeer *peer;
  const CalldHead *head;
  GHashTable *query;
  const guint8 *body;
  gsize length;
} Request;

/* --- answers ---------------------------------------------------------------------------------- */

static void
answer (CalldPeer *peer, guint status, const char *json)
{
  calld_peer_answer_text (peer, status, "application/json", "Cache-Control: no-store\r\n", json);
}

static void
answer_error (CalldPeer *peer, guint status, const char *message)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *json = NULL;

  call_json_begin_object (&writer, NULL);
  call_json_add_string (&writer, "error", message);
  call_json_end_object (&writer);
  json = call_json_writer_finish (&writer);
  answer (peer, status, json);
}

static guint
get_status (const GError *error)
{
  return g_error_matches (error, CALL_ERROR, CALL_ERROR_TOO_LARGE)      ? 413
         : g_error_matches (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED) ? 401
                                                                        : 400;
}

/* --- channels --------------------------------------------------------------------------------- */

/* The counts of a channel that may be empty, as members of an open object. */
static void
add_counts (CallJsonWriter *writer,
            const CalldPusherChannel *channel,
            CallPusherChannelFlags flags,
            CallPusherInfo info)
{
  if ((info & CALL_PUSHER_INFO_USER_COUNT) != 0 && (flags & CALL_PUSHER_CHANNEL_PRESENCE) != 0)
    call_json_add_int (writer, "user_count",
                       channel != NULL ? calld_pusher_channel_count_users (channel) : 0);
  if ((info & CALL_PUSHER_INFO_SUBSCRIPTION_COUNT) != 0)
    call_json_add_int (writer, "subscription_count", channel != NULL ? channel->subscriptions : 0);
}

static void
list_channels (const Request *request)
{
  const char *prefix = g_hash_table_lookup (request->query, "filter_by_prefix");
  CallPusherInfo info = call_pusher_info_parse (g_hash_table_lookup (request->query, "info"));
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *json = NULL;
  GHashTableIter iter;
  gpointer name, value;

  call_json_begin_object (&writer, NULL);
  call_json_begin_object (&writer, "channels");
  g_hash_table_iter_init (&iter, calld_pusher_channels_get_table (request->server->channels));
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    const CalldPusherChannel *channel = value;

    if (prefix != NULL && !g_str_has_prefix (name, prefix))
      continue;
    call_json_begin_object (&writer, name);
    add_counts (&writer, channel, channel->flags, info);
    call_json_end_object (&writer);
  }
  call_json_end_object (&writer);
  call_json_end_object (&writer);
  json = call_json_writer_finish (&writer);
  answer (request->peer, 200, json);
}

static void
show_channel (const Request *request, const char *name)
{
  CalldPusherChannel *channel = calld_pusher_channels_lookup (request->server->channels, name);
  CallPusherChannelFlags flags = call_pusher_channel_get_flags (name);
  CallPusherInfo info = call_pusher_info_parse (g_hash_table_lookup (request->query, "info"));
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *json = NULL;

  call_json_begin_object (&writer, NULL);
  call_json_add_bool (&writer, "occupied", channel != NULL);
  add_counts (&writer, channel, flags, info);
  call_json_end_object (&writer);
  json = call_json_writer_finish (&writer);
  answer (request->peer, 200, json);
}

static void
list_users (const Request *request, const char *name)
{
  CalldPusherChannel *channel = calld_pusher_channels_lookup (request->server->channels, name);
  g_autofree char *json = NULL;

  if ((call_pusher_channel_get_flags (name) & CALL_PUSHER_CHANNEL_PRESENCE) == 0) {
    answer_error (request->peer, 400, "Users can only be retrieved for presence channels");
    return;
  }
  json = channel != NULL ? calld_pusher_channel_encode_users (channel)
                         : g_strdup ("{\"users\":[]}");
  answer (request->peer, 200, json);
}

/* --- events ----------------------------------------------------------------------------------- */

static void
trigger (CalldPusher *self, const CallPusherTrigger *event)
{
  const CalldPusherClient *except = event->socket_id != NULL
                                        ? g_hash_table_lookup (self->by_socket_id, event->socket_id)
                                        : NULL;

  for (guint i = 0; event->channels[i] != NULL; i++) {
    g_autofree char *text = call_pusher_encode (event->event, event->channels[i], event->data);

    calld_pusher_publish (self, event->channels[i], text,
                          except != NULL ? except->base.member.id : 0, TRUE);
  }
}

static void
take_event (const Request *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CallPusherTrigger) event = call_pusher_trigger_parse (request->body, request->length,
                                                                   &error);
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *json = NULL;

  call_json_begin_object (&writer, NULL);
  if (event != NULL && event->info != CALL_PUSHER_INFO_NONE) {
    call_json_begin_object (&writer, "channels");
    for (guint i = 0; event->channels[i] != NULL; i++) {
      const char *name = event->channels[i];

      call_json_begin_object (&writer, name);
      add_counts (&writer, calld_pusher_channels_lookup (request->server->channels, name),
                  call_pusher_channel_get_flags (name), event->info);
      call_json_end_object (&writer);
    }
    call_json_end_object (&writer);
  }
  call_json_end_object (&writer);
  json = call_json_writer_finish (&writer);
  if (event == NULL) {
    answer_error (request->peer, get_status (error), error->message);
    return;
  }
  trigger (request->server, event);
  answer (request->peer, 200, json);
}

static void
take_batch (const Request *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = call_pusher_batch_parse (request->body, request->length, &error);
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;
  g_autofree char *json = NULL;
  gboolean is_asked = FALSE;

  call_json_begin_object (&writer, NULL);
  call_json_begin_array (&writer, "batch");
  for (guint i = 0; events != NULL && i < events->len; i++) {
    const CallPusherTrigger *event = g_ptr_array_index (events, i);
    const char *name = event->channels[0];

    is_asked |= event->info != CALL_PUSHER_INFO_NONE;
    call_json_begin_object (&writer, NULL);
    add_counts (&writer, calld_pusher_channels_lookup (request->server->channels, name),
                call_pusher_channel_get_flags (name), event->info);
    call_json_end_object (&writer);
  }
  call_json_end_array (&writer);
  call_json_end_object (&writer);
  json = call_json_writer_finish (&writer);
  if (events == NULL) {
    answer_error (request->peer, get_status (error), error->message);
    return;
  }
  for (guint i = 0; i < events->len; i++)
    trigger (request->server, g_ptr_array_index (events, i));
  answer (request->peer, 200, is_asked ? json : "{}");
}

/* --- users ------------------------------------------------------------------------------------ */

static void
terminate (const Request *request, const char *user_id)
{
  g_autoptr (GList) clients = g_hash_table_get_values (request->server->by_socket_id);

  for (GList *at = clients; at != NULL; at = at->next) {
    CalldPusherClient *client = at->data;

    if (g_strcmp0 (client->user_id, user_id) == 0) {
      g_autofree char *text = call_pusher_encode_error (CALL_PUSHER_UNAUTHORIZED,
                                                        "You got disconnected by the app.");

      calld_pusher_client_send (client, text);
      calld_pusher_client_close (client, CALL_PUSHER_UNAUTHORIZED,
                                 "You got disconnected by the app.");
    }
  }
  answer (request->peer, 200, "{}");
}

static void
count_connections (const Request *request)
{
  g_autofree char *json = g_strdup_printf ("{\"connections\":%u}",
                                           g_hash_table_size (request->server->by_socket_id));

  answer (request->peer, 200, json);
}

/* --- all requests ----------------------------------------------------------------------------- */

/* The parts of a path behind "/apps/", decoded. */
static char **
split_path (const char *path)
{
  char **parts = g_strsplit (path, "/", 8);

  for (guint i = 0; parts[i] != NULL; i++) {
    char *decoded = g_uri_unescape_string (parts[i], NULL);

    if (decoded != NULL) {
      g_free (parts[i]);
      parts[i] = decoded;
    }
  }
  return parts;
}

#define IS(part, word) (g_strcmp0 (parts[part], word) == 0)

/* @parts: "", "apps", the application, and what is asked of it. */
static void
serve (const Request *request, char **parts)
{
  guint n = g_strv_length (parts);
  gboolean posts = g_str_equal (request->head->method, "POST");

  if (posts && n == 4 && IS (3, "events"))
    take_event (request);
  else if (posts && n == 4 && IS (3, "batch_events"))
    take_batch (request);
  else if (posts && n == 6 && IS (3, "users") && IS (5, "terminate_connections"))
    terminate (request, parts[4]);
  else if (!posts && n == 4 && IS (3, "channels"))
    list_channels (request);
  else if (!posts && n == 5 && IS (3, "channels"))
    show_channel (request, parts[4]);
  else if (!posts && n == 6 && IS (3, "channels") && IS (5, "users"))
    list_users (request, parts[4]);
  else if (!posts && n == 4 && IS (3, "connections"))
    count_connections (request);
  else
    answer_error (request->peer, 404, "Not found");
}

gint64
calld_pusher_api_body_limit (gpointer data, CalldPeer *peer, const CalldHead *head)
{
  CalldPusher *self = data;

  return self->options.max_body;
}

void
calld_pusher_serve_api (gpointer data,
                        CalldPeer *peer,
                        const CalldHead *head,
                        const guint8 *body,
                        gsize length)
{
  CalldPusher *self = data;
  g_auto (GStrv) parts = split_path (head->path);
  g_autoptr (GHashTable) query = call_pusher_query_parse (head->query);
  g_autoptr (GError) error = NULL;
  Request request = { self, peer, head, query, body, length };

  if (!g_str_equal (head->method, "GET") && !g_str_equal (head->method, "POST"))
    answer_error (peer, 405, "Method not allowed");
  else if (g_strv_length (parts) < 4 || !IS (2, self->options.app_id))
    answer_error (peer, 404, "Unknown application");
  else if (!call_pusher_request_verify (self->options.app_key, self->options.app_secret,
                                        head->method, head->path, query, body, length,
                                        g_get_real_time () / G_USEC_PER_SEC, &error))
    answer_error (peer, get_status (error), error->message);
  else
    serve (&request, parts);
}
