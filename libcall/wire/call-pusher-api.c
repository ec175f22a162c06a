/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-pusher-api.h"

#include "call-error.h"

#include <json-glib/json-glib.h>
#include <sodium.h>
#include <string.h>

static gboolean
fail (GError **error, CallError code, const char *what)
{
  g_set_error_literal (error, CALL_ERROR, code, what);
  return FALSE;
}

/* --- bodies ----------------------------------------------------------------------------------- */

/**
 * call_pusher_trigger_free:
 * @self: (transfer full): an event
 *
 * Frees it.
 */
void
call_pusher_trigger_free (CallPusherTrigger *self)
{
  g_free (self->event);
  g_strfreev (self->channels);
  g_free (self->data);
  g_free (self->socket_id);
  g_free (self);
}

/**
 * call_pusher_info_parse:
 * @text: (nullable): words with commas between
 *
 * Returns: what is asked for; unknown words count for nothing
 */
CallPusherInfo
call_pusher_info_parse (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ",", 8);
  CallPusherInfo info = CALL_PUSHER_INFO_NONE;

  for (guint i = 0; words[i] != NULL; i++) {
    if (g_str_equal (words[i], "user_count"))
      info |= CALL_PUSHER_INFO_USER_COUNT;
    else if (g_str_equal (words[i], "subscription_count"))
      info |= CALL_PUSHER_INFO_SUBSCRIPTION_COUNT;
  }
  return info;
}

/* "channels" is the list, "channel" is one; a batch has the latter only. */
static gboolean
read_channels (CallPusherTrigger *self, JsonObject *object, GError **error)
{
  const char *channel = NULL;

  if (!call_json_get_strv (object, "channels", CALL_JSON_OPTIONAL, CALL_PUSHER_CHANNELS_MAX,
                           &self->channels, error) ||
      !call_json_get_string (object, "channel", CALL_JSON_OPTIONAL, &channel, error))
    return FALSE;
  if (self->channels == NULL && channel != NULL) {
    self->channels = g_new0 (char *, 2);
    self->channels[0] = g_strdup (channel);
  }
  if (self->channels == NULL || self->channels[0] == NULL)
    return fail (error, CALL_ERROR_INVALID, "No channel");
  for (guint i = 0; self->channels[i] != NULL; i++)
    if (!call_pusher_channel_is_valid (self->channels[i]))
      return fail (error, CALL_ERROR_INVALID, "Invalid channel name");
  return TRUE;
}

static gboolean
read_trigger (CallPusherTrigger *self, JsonObject *object, GError **error)
{
  const char *name = NULL, *data = NULL, *socket_id = NULL, *info = NULL;

  if (!call_json_get_string (object, "name", CALL_JSON_REQUIRED, &name, error) ||
      !call_json_get_string (object, "data", CALL_JSON_REQUIRED, &data, error) ||
      !call_json_get_string (object, "socket_id", CALL_JSON_OPTIONAL, &socket_id, error) ||
      !call_json_get_string (object, "info", CALL_JSON_OPTIONAL, &info, error) ||
      !read_channels (self, object, error))
    return FALSE;
  if (*name == '\0' || strlen (name) > CALL_PUSHER_EVENT_MAX)
    return fail (error, CALL_ERROR_INVALID, "Invalid event name");
  if (strlen (data) > CALL_PUSHER_DATA_MAX)
    return fail (error, CALL_ERROR_TOO_LARGE, "The data of the event is too long");
  if (socket_id != NULL && !call_pusher_socket_id_is_valid (socket_id))
    return fail (error, CALL_ERROR_INVALID, "Invalid socket_id");
  self->event = g_strdup (name);
  self->data = g_strdup (data);
  self->socket_id = g_strdup (socket_id);
  self->info = call_pusher_info_parse (info);
  return TRUE;
}

static CallPusherTrigger *
trigger_new (JsonNode *node, GError **error)
{
  g_autoptr (CallPusherTrigger) self = g_new0 (CallPusherTrigger, 1);
  JsonObject *object = call_json_node_get_object (node, "An event", error);

  return object != NULL && read_trigger (self, object, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * call_pusher_trigger_parse:
 * @body: (array length=length): the body of `POST /apps/{id}/events`
 * @length: bytes of it
 * @error: where to put an error
 *
 * Reads an event of a back end.
 *
 * Returns: (transfer full) (nullable): the event, or %NULL with @error
 */
CallPusherTrigger *
call_pusher_trigger_parse (const void *body, gsize length, GError **error)
{
  JsonNode *node = call_json_parse (body != NULL ? body : "", (gssize) length, error);
  CallPusherTrigger *self = NULL;

  if (node != NULL) {
    self = trigger_new (node, error);
    call_json_node_unref (node);
  }
  return self;
}

static gboolean
read_batch (GPtrArray *triggers, JsonNode *node, GError **error)
{
  JsonObject *object = call_json_node_get_object (node, "The body", error);
  JsonArray *array = NULL;

  if (object == NULL || !call_json_get_array (object, "batch", CALL_JSON_REQUIRED, &array, error))
    return FALSE;
  if (json_array_get_length (array) > CALL_PUSHER_BATCH_MAX)
    return fail (error, CALL_ERROR_INVALID, "Too many events in one batch");
  for (guint i = 0; i < json_array_get_length (array); i++) {
    CallPusherTrigger *trigger = trigger_new (json_array_get_element (array, i), error);

    if (trigger == NULL)
      return FALSE;
    g_ptr_array_add (triggers, trigger);
  }
  return TRUE;
}

/**
 * call_pusher_batch_parse:
 * @body: (array length=length): the body of `POST /apps/{id}/batch_events`
 * @length: bytes of it
 * @error: where to put an error
 *
 * Reads events of a back end. One that is wrong spoils all.
 *
 * Returns: (transfer full) (nullable) (element-type CallPusherTrigger): the events, or %NULL with
 *   @error
 */
GPtrArray *
call_pusher_batch_parse (const void *body, gsize length, GError **error)
{
  g_autoptr (GPtrArray) triggers = g_ptr_array_new_with_free_func (
      (GDestroyNotify) call_pusher_trigger_free);
  JsonNode *node = call_json_parse (body != NULL ? body : "", (gssize) length, error);
  gboolean good;

  if (node == NULL)
    return NULL;
  good = read_batch (triggers, node, error);
  call_json_node_unref (node);
  return good ? g_steal_pointer (&triggers) : NULL;
}

/* --- signatures ------------------------------------------------------------------------------- */

/**
 * call_pusher_query_parse:
 * @query: (nullable): the query of a request, without its question mark
 *
 * Reads a query.
 *
 * Returns: (transfer full) (element-type utf8 utf8): values by name in lower case, not encoded
 */
GHashTable *
call_pusher_query_parse (const char *query)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GUriParamsIter iter;
  char *name, *value;

  g_uri_params_iter_init (&iter, query != NULL ? query : "", -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &value, NULL)) {
    g_hash_table_replace (table, g_ascii_strdown (name, -1), value);
    g_free (name);
  }
  return table;
}

static char *
make_text (const char *method, const char *path, GHashTable *query, const void *body, gsize length)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (query), (GCompareFunc) strcmp);
  g_autofree char *md5 = length > 0 ? g_compute_checksum_for_data (G_CHECKSUM_MD5, body, length)
                                    : NULL;
  GString *text = g_string_new (method);
  gboolean md5_due = md5 != NULL;
  char separator = '\n';

  g_string_append_printf (text, "\n%s", path);
  for (GList *at = names; at != NULL; at = at->next) {
    const char *name = at->data;

    if (g_str_equal (name, "auth_signature") || g_str_equal (name, "body_md5"))
      continue;
    /* What the body is counts, not what the request says of it. */
    if (md5_due && strcmp (name, "body_md5") > 0) {
      g_string_append_printf (text, "%cbody_md5=%s", separator, md5);
      md5_due = FALSE;
      separator = '&';
    }
    g_string_append_printf (text, "%c%s=%s", separator, name,
                            (const char *) g_hash_table_lookup (query, name));
    separator = '&';
  }
  if (md5_due)
    g_string_append_printf (text, "%cbody_md5=%s", separator, md5);
  return g_string_free (text, FALSE);
}

/**
 * call_pusher_request_sign:
 * @secret: the secret of the application
 * @method: the method
 * @path: the path
 * @query: (element-type utf8 utf8): the query, without a signature
 * @body: (nullable) (array length=length): the body
 * @length: bytes of it
 *
 * Signs a request.
 *
 * Returns: (transfer full): the value of `auth_signature`
 */
char *
call_pusher_request_sign (const char *secret,
                          const char *method,
                          const char *path,
                          GHashTable *query,
                          const void *body,
                          gsize length)
{
  g_autofree char *text = make_text (method, path, query, body, length);

  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) secret, strlen (secret),
                                    text, -1);
}

/**
 * call_pusher_request_verify:
 * @key: the key of the application
 * @secret: its secret
 * @method: the method
 * @path: the path, without a prefix that a proxy added
 * @query: (element-type utf8 utf8): the query
 * @body: (nullable) (array length=length): the body
 * @length: bytes of it
 * @now_s: the time, in seconds since 1970
 * @error: where to put an error
 *
 * Checks who sends a request, and that nobody repeats an old one.
 *
 * Returns: %FALSE with @error if it is not from a back end of the application
 */
gboolean
call_pusher_request_verify (const char *key,
                            const char *secret,
                            const char *method,
                            const char *path,
                            GHashTable *query,
                            const void *body,
                            gsize length,
                            gint64 now_s,
                            GError **error)
{
  const char *stamp = g_hash_table_lookup (query, "auth_timestamp");
  const char *signature = g_hash_table_lookup (query, "auth_signature");
  g_autofree char *expected = call_pusher_request_sign (secret, method, path, query, body, length);
  gint64 time_s;

  if (g_strcmp0 (g_hash_table_lookup (query, "auth_key"), key) != 0)
    return fail (error, CALL_ERROR_UNAUTHORIZED, "Unknown auth_key");
  if (g_strcmp0 (g_hash_table_lookup (query, "auth_version"), "1.0") != 0)
    return fail (error, CALL_ERROR_UNAUTHORIZED, "Unknown auth_version");
  if (stamp == NULL || !g_ascii_string_to_signed (stamp, 10, 0, G_MAXINT64 / 2, &time_s, NULL) ||
      ABS (time_s - now_s) > CALL_PUSHER_CLOCK_SKEW_S)
    return fail (error, CALL_ERROR_UNAUTHORIZED, "auth_timestamp is too old or too new");
  if (signature == NULL || strlen (signature) != strlen (expected) ||
      sodium_memcmp (signature, expected, strlen (expected)) != 0)
    return fail (error, CALL_ERROR_UNAUTHORIZED, "Invalid signature");
  return TRUE;
}
