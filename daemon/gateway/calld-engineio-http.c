/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-engineio"

#include "config.h"

#include "calld-engineio-private.h"

#include <string.h>

#define PREFLIGHT                                                                            \
  "Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\r\nAccess-Control-Max-Age: " \
  "600\r\n"

/* --- answers ---------------------------------------------------------------------------------- */

static gboolean
is_header_value (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;
  return TRUE;
}

/* Pages of other origins may read an answer only if it says so, errors included. */
static void
add_cors (GString *headers, CalldEngineio *server, const CalldHead *head)
{
  const char *origin = soup_message_headers_get_one (head->headers, "Origin");
  const char *const *allowed = (const char *const *) server->options.cors_origins;

  if (origin == NULL || allowed == NULL || !is_header_value (origin))
    return;
  if (g_strv_contains (allowed, "*"))
    g_string_append (headers, "Access-Control-Allow-Origin: *\r\n");
  else if (g_strv_contains (allowed, origin))
    g_string_append_printf (headers,
                            "Access-Control-Allow-Origin: %s\r\n"
                            "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n",
                            origin);
}

/* @head may be NULL where the request has gone by; its CORS headers are remembered on the peer. */
void
calld_engineio_answer (CalldPeer *peer,
                       CalldEngineio *server,
                       const CalldHead *head,
                       guint status,
                       const char *content_type,
                       const char *body,
                       gssize length)
{
  g_autoptr (GString) headers = g_string_new ("Cache-Control: no-store\r\n");

  if (head != NULL)
    add_cors (headers, server, head);
  else
    g_string_append (headers, calld_peer_get_note (peer));
  calld_peer_answer (peer, status, content_type, headers->str, body,
                     length < 0 ? strlen (body) : (gsize) length);
}

/* For an answer that comes later. */
static void
remember_cors (CalldPeer *peer, CalldEngineio *server, const CalldHead *head)
{
  g_autoptr (GString) headers = g_string_new (NULL);

  add_cors (headers, server, head);
  calld_peer_set_note (peer, headers->str);
}

static void
refuse (CalldPeer *peer, CalldEngineio *server, const CalldHead *head, CallEngineioRefusal refusal)
{
  /* A refused upgrade is answered in words, and ends the connection (engine.io's abortUpgrade). */
  if (head->websocket) {
    calld_peer_set_last (peer);
    calld_engineio_answer (peer, server, head, 400, "text/html",
                           call_engineio_refusal_message (refusal), -1);
    return;
  }
  calld_engineio_answer (peer, server, head, call_engineio_refusal_status (refusal),
                         "application/json", call_engineio_refusal_body (refusal), -1);
}

static void
answer_preflight (CalldPeer *peer, CalldEngineio *server, const CalldHead *head)
{
  const char *wanted = soup_message_headers_get_list (head->headers,
                                                      "Access-Control-Request-Headers");
  g_autoptr (GString) headers = g_string_new (PREFLIGHT);

  add_cors (headers, server, head);
  if (wanted != NULL && strpbrk (wanted, "\r\n") == NULL)
    g_string_append_printf (headers, "Access-Control-Allow-Headers: %s\r\n", wanted);
  calld_peer_answer (peer, 204, NULL, headers->str, NULL, 0);
}

/* --- who asks --------------------------------------------------------------------------------- */

static gboolean
has_bad_origin (const CalldHead *head)
{
  const char *origin = soup_message_headers_get_one (head->headers, "Origin");

  return origin != NULL && !is_header_value (origin);
}

/* The checks of the reference, in its order (PROTOCOLS 1.4). Returns -1 if the request is good, and
 * @session is then set unless it is a handshake. */
static int
check (CalldEngineio *server,
       const CalldHead *head,
       const CallEngineioQuery *query,
       CalldEngineioSession **session)
{
  gboolean wants_websocket = query->transport == CALL_ENGINEIO_WEBSOCKET;

  *session = NULL;
  if (query->transport == CALL_ENGINEIO_TRANSPORT_NONE)
    return CALL_ENGINEIO_UNKNOWN_TRANSPORT;
  if (has_bad_origin (head))
    return CALL_ENGINEIO_BAD_REQUEST;
  if (query->sid != NULL) {
    *session = g_hash_table_lookup (server->by_sid, query->sid);
    if (*session == NULL)
      return CALL_ENGINEIO_UNKNOWN_SID;
    if (wants_websocket != head->websocket || (!wants_websocket && (*session)->websocket != NULL))
      return CALL_ENGINEIO_BAD_REQUEST;
    return -1;
  }
  if (!g_str_equal (head->method, "GET"))
    return CALL_ENGINEIO_BAD_METHOD;
  if (wants_websocket != head->websocket)
    return CALL_ENGINEIO_BAD_REQUEST;
  return query->version == CALL_ENGINEIO_VERSION ? -1 : CALL_ENGINEIO_BAD_VERSION;
}

/* --- poll ------------------------------------------------------------------------------------- */

static void
on_poll_closed (CalldPeer *peer, gpointer owner)
{
  CalldEngineioSession *session = owner;

  session->poll = NULL;
  calld_engineio_session_end (session);
}

static const CalldPeerClass poll_class = { .closed = on_poll_closed };

static gboolean
accepts_gzip (const CalldHead *head)
{
  const char *codings = soup_message_headers_get_list (head->headers, "Accept-Encoding");
  GSList *list = codings != NULL ? soup_header_parse_quality_list (codings, NULL) : NULL;
  gboolean accepts = g_slist_find_custom (list, "gzip", (GCompareFunc) g_ascii_strcasecmp) != NULL;

  soup_header_free_list (list);
  return accepts;
}

static void
send_poll_body (CalldEngineioSession *self, CalldPeer *peer, const char *body, gsize length)
{
  g_autoptr (GByteArray) packed = self->takes_gzip
                                      ? calld_reactor_gzip (self->server->reactor, body, length)
                                      : NULL;

  if (packed != NULL) {
    g_autofree char *note = g_strconcat (
        calld_peer_get_note (peer), "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n", NULL);

    calld_peer_set_note (peer, note);
    body = (const char *) packed->data;
    length = packed->len;
  }
  calld_engineio_answer (peer, self->server, NULL, 200, "text/plain; charset=UTF-8", body,
                         (gssize) length);
}

/* Answers the poll that waits with everything queued, and @last behind it. */
void
calld_engineio_answer_poll (CalldEngineioSession *self, const char *last)
{
  g_autoptr (GString) body = g_string_new (NULL);
  CalldFrame *frame;

  while ((frame = calld_queue_pop (&self->out)) != NULL) {
    gsize length;
    const guint8 *payload = calld_frame_get_payload (frame, &length);

    call_engineio_payload_append (body, payload, length,
                                  calld_frame_get_kind (frame) == CALLD_FRAME_BINARY);
    calld_frame_unref (frame);
  }
  if (last != NULL)
    call_engineio_payload_append (body, last, strlen (last), FALSE);
  send_poll_body (self, g_steal_pointer (&self->poll), body->str, body->len);
  if (self->backlog != NULL)
    calld_engineio_session_mark_pending (self);
}

static void
take_poll (CalldEngineioSession *self, CalldPeer *peer, const CalldHead *head)
{
  CalldEngineio *server = self->server;

  if (self->poll != NULL) {
    /* Two polls at once: nobody knows which one the client reads. */
    calld_engineio_session_end (self);
    refuse (peer, server, head, CALL_ENGINEIO_BAD_REQUEST);
    return;
  }
  self->poll = peer;
  self->takes_gzip = accepts_gzip (head);
  remember_cors (peer, server, head);
  calld_peer_claim (peer, &poll_class, self);
  if (self->says_close)
    calld_engineio_session_end (self);
  else if (calld_queue_get_length (&self->out) > 0)
    calld_engineio_answer_poll (self, NULL);
}

/* --- post ------------------------------------------------------------------------------------- */

static void
on_post_closed (CalldPeer *peer, gpointer owner)
{
  CalldEngineioSession *session = owner;

  session->post = NULL;
  calld_engineio_session_end (session);
}

static const CalldPeerClass post_class = { .closed = on_post_closed };

static gboolean
keep_backlog (CalldEngineioSession *self, gconstpointer body, gsize length)
{
  if (!calld_reactor_reserve (self->server->reactor, length))
    return FALSE;
  self->backlog = g_bytes_new (body, length);
  return TRUE;
}

/* Takes the packets of a body until the end, or until the application wants no more for now; then
 * the rest is kept, and the client waits for its answer. */
static gboolean
take_packets (CalldEngineioSession *self, const guint8 *body, gsize length)
{
  CallEngineioPayload payload;
  CallEngineioPacket packet;
  gboolean good = TRUE;
  g_autoptr (GError) error = NULL;

  call_engineio_payload_init (&payload, body, length);
  while (calld_engineio_session_may_read (self) &&
         call_engineio_payload_next (&payload, &packet, &error)) {
    if (!calld_engineio_session_take (self, &packet)) {
      call_engineio_payload_clear (&payload);
      return FALSE;
    }
    if (self->is_closed)
      break;
  }
  if (error == NULL && payload.more && !self->is_closed)
    good = keep_backlog (self, payload.body, payload.left);
  if (error != NULL)
    g_debug ("bad payload: %s", error->message);
  call_engineio_payload_clear (&payload);
  return good && error == NULL;
}

static void
finish_post (CalldEngineioSession *self, CalldPeer *peer, gboolean good)
{
  if (good && self->backlog != NULL) {
    self->post = peer;
    calld_peer_claim (peer, &post_class, self);
  } else if (good) {
    calld_engineio_answer (peer, self->server, NULL, 200, "text/html", "ok", 2);
  } else {
    calld_engineio_session_end (self);
    calld_engineio_answer (peer, self->server, NULL, 400, "application/json",
                           call_engineio_refusal_body (CALL_ENGINEIO_BAD_REQUEST), -1);
  }
}

/* @body is NULL for one that cannot be a payload at all. */
static void
take_post (CalldEngineioSession *self, CalldPeer *peer, const guint8 *body, gsize length)
{
  gboolean good;

  calld_engineio_session_ref (self);
  self->post = NULL;
  calld_peer_claim (peer, NULL, NULL);
  good = body != NULL && take_packets (self, body, length);
  finish_post (self, peer, good);
  calld_engineio_session_unref (self);
}

void
calld_engineio_go_on_with_post (CalldEngineioSession *self)
{
  g_autoptr (GBytes) backlog = g_steal_pointer (&self->backlog);
  CalldPeer *peer = g_steal_pointer (&self->post);
  gsize length;
  const guint8 *body = g_bytes_get_data (backlog, &length);

  calld_reactor_unreserve (self->server->reactor, length);
  if (peer != NULL)
    take_post (self, peer, body, length);
}

gint64
calld_engineio_body_limit (gpointer data, CalldPeer *peer, const CalldHead *head)
{
  CalldEngineio *server = data;
  g_auto (CallEngineioQuery) query = { 0 };
  CalldEngineioSession *session;
  int refusal;

  if (g_str_equal (head->method, "OPTIONS"))
    return 0;
  call_engineio_query_parse (&query, head->query);
  refusal = check (server, head, &query, &session);
  if (refusal < 0 && session != NULL && session->post != NULL) {
    calld_engineio_session_end (session);
    refusal = CALL_ENGINEIO_BAD_REQUEST;
  }
  if (refusal >= 0 || session == NULL || !g_str_equal (head->method, "POST")) {
    calld_peer_set_last (peer);
    refuse (peer, server, head,
            refusal >= 0 ? (CallEngineioRefusal) refusal : CALL_ENGINEIO_BAD_REQUEST);
    return -1;
  }
  remember_cors (peer, server, head);
  if (head->content_length <= server->options.max_payload) {
    session->post = peer;
    calld_peer_claim (peer, &post_class, session);
  }
  return server->options.max_payload;
}

/* --- all requests ----------------------------------------------------------------------------- */

static void
shake_hands (CalldEngineio *server,
             CalldPeer *peer,
             const CalldHead *head,
             const CallEngineioQuery *query)
{
  CalldEngineioSession *session;
  g_autofree char *open = NULL;

  if (calld_reactor_is_draining (server->reactor) || calld_reactor_is_full (server->reactor)) {
    calld_engineio_answer (peer, server, head, 503, NULL, "", 0);
    return;
  }
  if (query->transport == CALL_ENGINEIO_WEBSOCKET) {
    calld_engineio_open_websocket (server, peer, head, query);
    return;
  }
  session = calld_engineio_session_new (server, peer, query);
  open = calld_engineio_session_get_open_packet (session, TRUE);
  calld_engineio_session_begin (session, query);
  calld_engineio_answer (peer, server, head, 200, "text/plain; charset=UTF-8", open, -1);
}

static gboolean
is_octet_stream (const CalldHead *head)
{
  const char *type = soup_message_headers_get_content_type (head->headers, NULL);

  return type != NULL && g_ascii_strcasecmp (type, "application/octet-stream") == 0;
}

void
calld_engineio_request (gpointer data,
                        CalldPeer *peer,
                        const CalldHead *head,
                        const guint8 *body,
                        gsize length)
{
  CalldEngineio *server = data;
  g_auto (CallEngineioQuery) query = { 0 };
  CalldEngineioSession *session;
  int refusal;

  if (g_str_equal (head->method, "OPTIONS")) {
    answer_preflight (peer, server, head);
    return;
  }
  call_engineio_query_parse (&query, head->query);
  refusal = check (server, head, &query, &session);
  if (refusal >= 0)
    refuse (peer, server, head, (CallEngineioRefusal) refusal);
  else if (session == NULL)
    shake_hands (server, peer, head, &query);
  else if (head->websocket)
    calld_engineio_open_probe (session, peer, head);
  else if (g_str_equal (head->method, "GET"))
    take_poll (session, peer, head);
  else
    take_post (session, peer, is_octet_stream (head) ? NULL : body, length);
}
