/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-egress-query.h"

#include "call-error.h"
#include "call-json.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

#define DEFAULT_RATE 48000
#define DEFAULT_CHANNELS 1
#define TEXT_MAX 256
#define GROUP_SECONDS_MAX 60.0
#define SIGNATURE "&signature="
#define MUTE_TEXT_MAX 4096

static const char *const kind_paths[] = { CALL_EGRESS_AUDIO_PATH, CALL_EGRESS_VIDEO_PATH };
static const char *const codecs[] = { "h264", "vp8", "vp9", NULL };

/* --- the query -------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *name, const char *what)
{
  g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID, "%s: %s", name, what);
  return FALSE;
}

static gboolean
take_text (GHashTable *table, const char *name, char **value, GError **error)
{
  const char *text = g_hash_table_lookup (table, name);

  if (text == NULL || *text == '\0')
    return TRUE;
  if (strlen (text) > TEXT_MAX || !g_utf8_validate (text, -1, NULL))
    return refuse (error, name, "not a text of at most 256 bytes");
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
take_number (GHashTable *table,
             const char *name,
             guint64 min,
             guint64 max,
             guint64 *value,
             GError **error)
{
  const char *text = g_hash_table_lookup (table, name);

  if (text == NULL || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, min, max, value, NULL)) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_INVALID,
                 "%s: not a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, name, min,
                 max);
    return FALSE;
  }
  return TRUE;
}

static gboolean
take_seconds (GHashTable *table, double *value, GError **error)
{
  const char *text = g_hash_table_lookup (table, "groupSeconds");
  char *end = NULL;

  if (text == NULL || *text == '\0')
    return TRUE;
  *value = g_ascii_strtod (text, &end);
  if (*end != '\0' || !isfinite (*value) || *value < 0.1 || *value > GROUP_SECONDS_MAX)
    return refuse (error, "groupSeconds", "not a number of seconds from 0.1 to 60");
  return TRUE;
}

static gboolean
take_all (CallEgressQuery *self, GHashTable *table, GError **error)
{
  guint64 rate = DEFAULT_RATE, channels = DEFAULT_CHANNELS;

  if (!take_text (table, "roomName", &self->room_name, error) ||
      !take_text (table, "participant", &self->participant, error) ||
      !take_text (table, "trackId", &self->track_id, error) ||
      !take_text (table, "meetingId", &self->meeting_id, error) ||
      !take_text (table, "codec", &self->codec, error) ||
      !take_text (table, "resume", &self->resume, error) ||
      !take_number (table, "sampleRate", 8000, 192000, &rate, error) ||
      !take_number (table, "channels", 1, 2, &channels, error) ||
      !take_number (table, "offset", 0, G_MAXINT64, &self->offset, error) ||
      !take_seconds (table, &self->group_seconds, error))
    return FALSE;
  self->sample_rate = (guint) rate;
  self->channels = (guint) channels;
  if (self->room_name == NULL)
    return refuse (error, "roomName", "required");
  if (self->kind == CALL_EGRESS_VIDEO &&
      (self->codec == NULL || !g_strv_contains (codecs, self->codec)))
    return refuse (error, "codec", "required: h264, vp8 or vp9");
  return TRUE;
}

/**
 * call_egress_query_parse:
 * @self: (out caller-allocates): what it says
 * @kind: which socket
 * @query: (nullable): the query of the URL, without its question mark
 * @error: return location
 *
 * Reads the query of an egress socket. Unknown parameters are ignored.
 *
 * Returns: %FALSE with %CALL_ERROR_INVALID that names the parameter; @self is clear then
 */
gboolean
call_egress_query_parse (CallEgressQuery *self,
                         CallEgressKind kind,
                         const char *query,
                         GError **error)
{
  g_autoptr (GHashTable) table = g_uri_parse_params (query != NULL ? query : "", -1, "&",
                                                     G_URI_PARAMS_WWW_FORM, NULL);

  memset (self, 0, sizeof *self);
  self->kind = kind;
  if (table == NULL)
    return refuse (error, "query", "not a query of a URL");
  if (take_all (self, table, error))
    return TRUE;
  call_egress_query_clear (self);
  return FALSE;
}

/**
 * call_egress_query_clear:
 * @self: a query
 *
 * Frees its texts.
 */
void
call_egress_query_clear (CallEgressQuery *self)
{
  g_clear_pointer (&self->room_name, g_free);
  g_clear_pointer (&self->participant, g_free);
  g_clear_pointer (&self->track_id, g_free);
  g_clear_pointer (&self->meeting_id, g_free);
  g_clear_pointer (&self->codec, g_free);
  g_clear_pointer (&self->resume, g_free);
}

static void
add_text (GString *query, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (query, "%s%s=", query->len > 0 ? "&" : "", name);
  g_string_append_uri_escaped (query, value, NULL, FALSE);
}

static void
add_number (GString *query, const char *name, guint64 value)
{
  g_string_append_printf (query, "&%s=%" G_GUINT64_FORMAT, name, value);
}

/**
 * call_egress_query_to_string:
 * @self: a query with a room
 *
 * Writes a query; what is a default is left out.
 *
 * Returns: (transfer full): the query, without its question mark
 */
char *
call_egress_query_to_string (const CallEgressQuery *self)
{
  GString *query = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  add_text (query, "roomName", self->room_name);
  add_text (query, "participant", self->participant);
  add_text (query, "trackId", self->track_id);
  add_text (query, "meetingId", self->meeting_id);
  add_text (query, "codec", self->codec);
  if (self->sample_rate > 0 && self->sample_rate != DEFAULT_RATE)
    add_number (query, "sampleRate", self->sample_rate);
  if (self->channels > 0 && self->channels != DEFAULT_CHANNELS)
    add_number (query, "channels", self->channels);
  if (self->group_seconds > 0)
    add_text (query, "groupSeconds", g_ascii_dtostr (number, sizeof number, self->group_seconds));
  add_text (query, "resume", self->resume);
  if (self->offset > 0)
    add_number (query, "offset", self->offset);
  return g_string_free (query, FALSE);
}

/* --- the signature ---------------------------------------------------------------------------- */

/* Over the path's last part and the query as it stands, byte for byte, so that nothing has to be
 * put into an order of its own. */
static void
compute (CallEgressKind kind,
         const char *query,
         gsize length,
         const guint8 *secret,
         gsize secret_length,
         char hex[crypto_auth_hmacsha256_BYTES * 2 + 1])
{
  crypto_auth_hmacsha256_state state;
  guint8 mac[crypto_auth_hmacsha256_BYTES];
  const char *path = kind_paths[kind];

  crypto_auth_hmacsha256_init (&state, secret, secret_length);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) path, strlen (path));
  crypto_auth_hmacsha256_update (&state, (const guint8 *) "?", 1);
  crypto_auth_hmacsha256_update (&state, (const guint8 *) query, length);
  crypto_auth_hmacsha256_final (&state, mac);
  sodium_bin2hex (hex, crypto_auth_hmacsha256_BYTES * 2 + 1, mac, sizeof mac);
}

/**
 * call_egress_query_sign:
 * @kind: which socket
 * @query: a query, such as call_egress_query_to_string() writes
 * @expires_seconds: until when a connection may be opened with it, seconds since 1970
 * @secret: (array length=secret_length): the server's secret
 * @secret_length: its bytes
 *
 * Signs a query: `<query>&expires=<seconds>&signature=<HMAC-SHA256, hexadecimal>`.
 *
 * Returns: (transfer full): the signed query
 */
char *
call_egress_query_sign (CallEgressKind kind,
                        const char *query,
                        gint64 expires_seconds,
                        const guint8 *secret,
                        gsize secret_length)
{
  g_autofree char *text = g_strdup_printf ("%s&expires=%" G_GINT64_FORMAT, query, expires_seconds);
  char hex[crypto_auth_hmacsha256_BYTES * 2 + 1];

  compute (kind, text, strlen (text), secret, secret_length, hex);
  return g_strconcat (text, SIGNATURE, hex, NULL);
}

static gboolean
is_expired (const char *query, gsize length, gint64 now_seconds)
{
  const char *found = g_strrstr_len (query, (gssize) length, "&expires=");
  guint64 expires;
  g_autofree char *digits = NULL;

  if (found == NULL)
    return TRUE;
  found += strlen ("&expires=");
  digits = g_strndup (found, length - (gsize) (found - query));
  return !g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT64, &expires, NULL) ||
         (gint64) expires < now_seconds;
}

/**
 * call_egress_query_verify:
 * @kind: which socket
 * @query: (nullable): the query as it came
 * @now_seconds: the time, seconds since 1970
 * @secret: (array length=secret_length): the server's secret
 * @secret_length: its bytes
 * @error: return location
 *
 * Checks that a query was signed with @secret, and that its time is not over. A sender may add
 * `resume` and `offset` behind the signature: they choose nothing but where its stream goes on.
 *
 * Returns: %FALSE with %CALL_ERROR_UNAUTHORIZED
 */
gboolean
call_egress_query_verify (CallEgressKind kind,
                          const char *query,
                          gint64 now_seconds,
                          const guint8 *secret,
                          gsize secret_length,
                          GError **error)
{
  char hex[crypto_auth_hmacsha256_BYTES * 2 + 1];
  const char *found = query != NULL ? strstr (query, SIGNATURE) : NULL;
  const char *given = found != NULL ? found + strlen (SIGNATURE) : "";
  gsize length = found != NULL ? (gsize) (found - query) : 0;
  const char *rest;

  if (found == NULL || strlen (given) < sizeof hex - 1) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "The URL is not signed");
    return FALSE;
  }
  compute (kind, query, length, secret, secret_length, hex);
  rest = given + sizeof hex - 1;
  if (sodium_memcmp (hex, given, sizeof hex - 1) != 0 ||
      (*rest != '\0' && !g_str_has_prefix (rest, "&resume="))) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "The signature is wrong");
    return FALSE;
  }
  if (is_expired (query, length, now_seconds)) {
    g_set_error (error, CALL_ERROR, CALL_ERROR_UNAUTHORIZED, "The URL has expired");
    return FALSE;
  }
  return TRUE;
}

/**
 * call_egress_url:
 * @public_url: where the server is, http(s) or ws(s)
 * @kind: which socket
 * @query: a query, signed or not
 *
 * Makes the URL that is given to LiveKit as `websocketUrl`.
 *
 * Returns: (transfer full): ws://… or wss://…
 */
char *
call_egress_url (const char *public_url, CallEgressKind kind, const char *query)
{
  gboolean is_http = g_str_has_prefix (public_url, "http");

  return g_strconcat (is_http ? "ws" : "", public_url + (is_http ? 4 : 0), kind_paths[kind], "?",
                      query, NULL);
}

/* --- text frames ------------------------------------------------------------------------------ */

/**
 * call_egress_mute_parse:
 * @text: (array length=length): a text message of an egress socket
 * @length: its bytes
 * @muted: (out): whether the track is muted
 *
 * Reads `{"muted": true}`. Any other message says nothing about it.
 *
 * Returns: %FALSE if it is another message
 */
gboolean
call_egress_mute_parse (const char *text, gsize length, gboolean *muted)
{
  JsonNode *node = length <= MUTE_TEXT_MAX ? call_json_parse (text, (gssize) length, NULL) : NULL;
  JsonObject *object = node != NULL ? call_json_node_get_object (node, "event", NULL) : NULL;
  gboolean found = object != NULL &&
                   call_json_get_bool (object, "muted", CALL_JSON_REQUIRED, muted, NULL);

  g_clear_pointer (&node, call_json_node_unref);
  return found;
}

/**
 * call_egress_position_to_json:
 * @bytes: how much of a stream the server has
 * @is_stored: whether that much is in a file; else it is where the sender is to go on
 *
 * Writes what the server says to a sender that named its stream: `{"position":N}` once at the
 * begin, then `{"stored":N}` now and then.
 *
 * Returns: (transfer full): JSON text
 */
char *
call_egress_position_to_json (guint64 bytes, gboolean is_stored)
{
  return g_strdup_printf ("{\"%s\":%" G_GUINT64_FORMAT "}", is_stored ? "stored" : "position",
                          bytes);
}
