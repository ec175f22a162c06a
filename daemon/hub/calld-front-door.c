/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-front-door.h"

#include "calld-reactor-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Accepted in one go, so that a storm of connections does not starve those we have. */
#define ACCEPT_BATCH 128
/* Refused connections that may wait for their client to read the refusal. */
#define REFUSALS 256
/* A body may not come slower than this many bytes a millisecond, on top of the time for the head.
 */
#define BODY_BYTES_PER_MS 16
#define RETRY_AFTER "Retry-After: 5\r\n"
#define UNAVAILABLE                                                                            \
  "{\"error\":{\"code\":\"unavailable\",\"message\":\"The server is busy. Try again in a few " \
  "seconds.\"}}"
#define TOO_LARGE \
  "{\"error\":{\"code\":\"too_large\",\"message\":\"The body of the request is too long.\"}}"

/* --- answers ---------------------------------------------------------------------------------- */

static void
queue_raw (CalldPeer *peer, const void *data, gsize length)
{
  g_autoptr (CalldFrame) frame = calld_frame_new (CALLD_FRAME_RAW, data, length);
  guint dropped = 0;

  calld_queue_push (&peer->out, frame, FALSE, &CALLD_QUEUE_UNLIMITED, &dropped);
  calld_reactor_mark_dirty (peer->reactor, peer);
}

static void
await_next_request (CalldPeer *peer)
{
  peer->state = CALLD_PEER_HEAD;
  peer->klass = NULL;
  g_clear_pointer (&peer->note, g_free);
  calld_peer_wait (peer, peer->reactor->options.idle_timeout_ms);
  calld_reactor_mark_again (peer->reactor, peer);
}

/**
 * calld_peer_answer:
 * @peer: a peer with a request that has not been answered
 * @status: an HTTP status
 * @content_type: (nullable): media type of the body
 * @more_headers: (nullable): further lines, each with its CRLF
 * @body: (nullable) (array length=length): the body
 * @length: its length
 *
 * Answers a request. The peer has no owner then.
 */
void
calld_peer_answer (CalldPeer *peer,
                   guint status,
                   const char *content_type,
                   const char *more_headers,
                   const void *body,
                   gsize length)
{
  g_autoptr (GString) text = g_string_sized_new (256 + length);

  if (peer->state >= CALLD_PEER_WEBSOCKET)
    return;
  /* What is left of a body that was not read would be taken for the next request. */
  if (peer->reactor->draining || peer->state == CALLD_PEER_BODY)
    peer->keep_alive = FALSE;
  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", status, soup_status_get_phrase (status));
  if (content_type != NULL)
    g_string_append_printf (text, "Content-Type: %s\r\n", content_type);
  if (status != 204)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", length);
  if (!peer->keep_alive)
    g_string_append (text, "Connection: close\r\n");
  g_string_append (text, more_headers != NULL ? more_headers : "");
  g_string_append (text, "\r\n");
  g_string_append_len (text, body, (gssize) length);
  queue_raw (peer, text->str, text->len);

  if (peer->keep_alive)
    await_next_request (peer);
  else
    calld_peer_close (peer, 0, NULL);
}

/**
 * calld_peer_answer_text:
 * @peer: a peer with a request that has not been answered
 * @status: an HTTP status
 * @content_type: (nullable): media type of the body
 * @more_headers: (nullable): further lines, each with its CRLF
 * @body: the body
 *
 * Like calld_peer_answer() with a string.
 */
void
calld_peer_answer_text (CalldPeer *peer,
                        guint status,
                        const char *content_type,
                        const char *more_headers,
                        const char *body)
{
  calld_peer_answer (peer, status, content_type, more_headers, body, strlen (body));
}

static gboolean
is_websocket_key (const char *key)
{
  g_autofree guchar *decoded = NULL;
  gsize length = 0;

  if (key == NULL || strlen (key) != 24)
    return FALSE;
  decoded = g_base64_decode (key, &length);
  return length == 16;
}

/* Returns the header of the answer that accepts compression. */
static char *
negotiate (CalldPeer *peer, const CalldHead *head)
{
  const char *offers = soup_message_headers_get_list (head->headers, "Sec-WebSocket-Extensions");
  g_autofree char *accepted = NULL;

  if (!peer->reactor->options.compression || !call_deflate_negotiate (offers, &accepted))
    return NULL;
  return g_strdup_printf ("Sec-WebSocket-Extensions: %s\r\n", accepted);
}

/**
 * calld_peer_upgrade:
 * @peer: a peer with a request that has not been answered
 * @head: its head
 * @max_message: bytes of the longest message
 * @more_headers: (nullable): further lines of the answer, each with its CRLF
 * @klass: what the owner hears
 * @owner: given back to it
 *
 * Turns the connection into a WebSocket (RFC 6455 section 4.2), or answers 400 or 426. There are no
 * subprotocols, and no extensions but permessage-deflate.
 *
 * Returns: %FALSE if it was refused
 */
gboolean
calld_peer_upgrade (CalldPeer *peer,
                    const CalldHead *head,
                    guint32 max_message,
                    const char *more_headers,
                    const CalldPeerClass *klass,
                    gpointer owner)
{
  const char *key = soup_message_headers_get_one (head->headers, "Sec-WebSocket-Key");
  const char *version = soup_message_headers_get_one (head->headers, "Sec-WebSocket-Version");
  g_autofree char *accept = NULL;
  g_autofree char *extensions = NULL;
  g_autofree char *text = NULL;

  if (g_strcmp0 (version, "13") != 0) {
    calld_peer_answer_text (peer, 426, NULL, "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n",
                            "");
    return FALSE;
  }
  if (!head->websocket || !is_websocket_key (key)) {
    calld_peer_answer_text (peer, 400, NULL, NULL, "");
    return FALSE;
  }
  accept = call_websocket_accept_key (key);
  extensions = negotiate (peer, head);
  text = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s%s\r\n",
                          accept, extensions != NULL ? extensions : "",
                          more_headers != NULL ? more_headers : "");
  queue_raw (peer, text, strlen (text));
  call_websocket_parser_init (&peer->parser, CALL_WEBSOCKET_SERVER, max_message);
  peer->parser.deflate = extensions != NULL;
  peer->state = CALLD_PEER_WEBSOCKET;
  peer->is_upgraded = TRUE;
  peer->reactor->stats.websockets++;
  calld_peer_wait (peer, 0);
  calld_peer_claim (peer, klass, owner);
  return TRUE;
}

/* --- requests --------------------------------------------------------------------------------- */

static const CalldRoute *
find_route (CalldReactor *reactor, const CalldHead *head)
{
  for (guint i = 0; i < reactor->routes->len; i++) {
    const CalldRoute *route = &g_array_index (reactor->routes, CalldRoute, i);

    if (calld_head_is_below (head, route->prefix))
      return route;
  }
  return NULL;
}

static void
refuse (CalldPeer *peer, guint status, const char *body)
{
  peer->keep_alive = FALSE;
  calld_peer_answer_text (peer, status, *body != '\0' ? "application/json" : NULL,
                          status == 503 ? RETRY_AFTER : NULL, body);
}

void
calld_handover_free (CalldHandover *self)
{
  calld_channel_close (&self->channel);
  g_clear_pointer (&self->received, g_bytes_unref);
  g_clear_pointer (&self->following, g_bytes_unref);
  g_free (self);
}

static void
hand_over (CalldPeer *peer, const CalldHead *head, const guint8 *data, gsize length, gsize head_end)
{
  CalldHandover *handover = g_new0 (CalldHandover, 1);
  gsize body = head->chunked ? length - head_end
                             : MIN (length - head_end, (gsize) head->content_length);

  handover->mail.open = calld_handover_open;
  handover->address = peer->address;
  handover->client = peer->client;
  handover->received = g_bytes_new (data, head_end + body);
  if (head_end + body < length)
    handover->following = g_bytes_new (data + head_end + body, length - head_end - body);
  handover->body_left = head->chunked ? -1 : head->content_length - (gint64) body;
  handover->keep_alive = head->keep_alive && !head->chunked && !peer->reactor->draining;
  handover->mail.weight = length;
  handover->channel = peer->channel;
  calld_reactor_count_http (peer->reactor, 1);
  calld_peer_detach (peer);
  calld_reactor_post (peer->reactor, &handover->mail);
}

/* Everything that is not ours is libsoup's, with what has come of the body. */
static gsize
give_to_libsoup (CalldPeer *peer,
                 const CalldHead *head,
                 const guint8 *data,
                 gsize length,
                 gsize head_end)
{
  const CalldHubOptions *options = &peer->reactor->options;
  gboolean large = options->large_path != NULL &&
                   g_str_has_prefix (head->path, options->large_path);

  if (head->content_length > (large ? options->large_bytes : (gint64) options->body_bytes))
    refuse (peer, 413, TOO_LARGE);
  else if (calld_queue_get_length (&peer->out) > 0)
    return 0; /* the answer before this one is still on its way: flushing brings us back */
  else if (calld_reactor_is_main_busy (peer->reactor))
    refuse (peer, 503, UNAVAILABLE);
  else
    hand_over (peer, head, data, length, head_end);
  return length;
}

static void
serve (CalldPeer *peer,
       const CalldRoute *route,
       const CalldHead *head,
       const guint8 *body,
       gsize length)
{
  peer->state = CALLD_PEER_BUSY;
  calld_peer_wait (peer, 0);
  peer->reactor->stats.received += length > 0;
  route->request (route->data, peer, head, body, length);
}

/* Decides whether the body of a real-time request is awaited. */
static gboolean
await_body (CalldPeer *peer, const CalldRoute *route, CalldHead *head)
{
  gint64 limit;

  if (head->chunked) {
    refuse (peer, 411, "");
    return FALSE;
  }
  limit = route->body_limit != NULL ? route->body_limit (route->data, peer, head) : 0;
  if (limit < 0)
    return FALSE;
  if (head->content_length > limit) {
    peer->keep_alive = FALSE;
    calld_peer_answer (peer, 413, NULL, calld_peer_get_note (peer), NULL, 0);
    return FALSE;
  }
  if (head->expects_continue)
    queue_raw (peer, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  peer->route = route;
  peer->head = g_memdup2 (head, sizeof *head);
  memset (head, 0, sizeof *head);
  peer->state = CALLD_PEER_BODY;
  calld_peer_wait (peer, peer->reactor->options.head_timeout_ms +
                             (guint64) peer->head->content_length / BODY_BYTES_PER_MS);
  return TRUE;
}

static gsize
step_body (CalldPeer *peer, const guint8 *data, gsize length)
{
  g_autofree CalldHead *head = NULL;
  gsize need = (gsize) peer->head->content_length;

  if (length < need)
    return 0;
  head = g_steal_pointer (&peer->head);
  serve (peer, peer->route, head, data, need);
  calld_head_clear (head);
  return need;
}

/* A proxy's connection carries the requests of many clients, so each request says anew whose it is.
 */
static void
find_client (CalldPeer *peer, const CalldHead *head)
{
  const CalldProxies *proxies = peer->reactor->options.proxies;
  const char *forwarded = soup_message_headers_get_list (head->headers, "X-Forwarded-For");
  g_autoptr (GInetAddress) from = NULL;
  g_autoptr (GInetAddress) client = NULL;

  peer->client = peer->address;
  if (proxies == NULL || forwarded == NULL)
    return;
  from = calld_address_to_inet (&peer->address);
  client = calld_proxies_find_client (proxies, from, forwarded);
  if (g_inet_address_equal (client, from))
    return;
  peer->client = (CalldAddress){ .family = (guint16) g_inet_address_get_family (client) };
  memcpy (peer->client.bytes, g_inet_address_to_bytes (client),
          g_inet_address_get_native_size (client));
}

static gsize
step_head (CalldPeer *peer, const guint8 *data, gsize length)
{
  const CalldHubOptions *options = &peer->reactor->options;
  g_auto (CalldHead) head = { 0 };
  const CalldRoute *route;
  gsize used;

  switch (calld_head_parse (&head, (const char *) data, length, options->head_bytes, &used)) {
  case CALLD_HEAD_MORE:
    /* The clock runs from the first byte of a head, not from the last. */
    if (peer->in == NULL && !peer->is_head_begun)
      calld_peer_wait (peer, options->head_timeout_ms);
    peer->is_head_begun = TRUE;
    return 0;
  case CALLD_HEAD_TOO_LARGE:
    refuse (peer, 431, "");
    return length;
  case CALLD_HEAD_BAD:
    refuse (peer, 400, "");
    return length;
  case CALLD_HEAD_DONE:
  default:
    break;
  }
  peer->is_head_begun = FALSE;
  peer->keep_alive = head.keep_alive;
  find_client (peer, &head);
  route = find_route (peer->reactor, &head);
  if (route == NULL)
    return give_to_libsoup (peer, &head, data, length, used);
  if (head.content_length == 0 && !head.chunked && g_str_equal (head.method, "GET"))
    serve (peer, route, &head, NULL, 0);
  else
    await_body (peer, route, &head);
  /* An empty body has come already, but nothing of it will ever wake us. */
  if (peer->state == CALLD_PEER_BODY && peer->head->content_length == 0)
    step_body (peer, data, 0);
  return used;
}

/**
 * calld_front_door_step:
 * @peer: a peer that waits for a request
 * @data: (array length=length): what has come
 * @length: its length
 *
 * Reads a request as far as it goes, and serves it or gives it to libsoup.
 *
 * Returns: how many bytes were used up, 0 if more are needed
 */
gsize
calld_front_door_step (CalldPeer *peer, const guint8 *data, gsize length)
{
  return peer->state == CALLD_PEER_BODY ? step_body (peer, data, length)
                                        : step_head (peer, data, length);
}

/* --- connections ------------------------------------------------------------------------------ */

static void
read_address (CalldAddress *address, const struct sockaddr_storage *from)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) from;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) from;

  memset (address, 0, sizeof *address);
  address->family = AF_UNIX;
  if (from->ss_family == AF_INET) {
    address->family = AF_INET;
    address->port = ntohs (v4->sin_port);
    memcpy (address->bytes, &v4->sin_addr, 4);
  } else if (from->ss_family == AF_INET6) {
    address->family = AF_INET6;
    address->port = ntohs (v6->sin6_port);
    memcpy (address->bytes, &v6->sin6_addr, 16);
  }
  /* An IPv4 client of a socket that takes both is an IPv4 client. */
  if (address->family == AF_INET6 && IN6_IS_ADDR_V4MAPPED (&v6->sin6_addr)) {
    memmove (address->bytes, address->bytes + 12, 4);
    address->family = AF_INET;
  }
}

/* Too many connections: a plain 503 needs no TLS state, and a TLS client sees a closed port. */
static void
turn_away (CalldReactor *reactor, const CalldChannel *channel, const CalldAddress *address)
{
  CalldChannel closing = *channel;
  CalldPeer *peer;

  reactor->stats.refused++;
  if (reactor->tls != NULL || reactor->n_peers >= reactor->options.max_connections + REFUSALS) {
    calld_channel_close (&closing);
    return;
  }
  peer = calld_peer_new (reactor, channel, address);
  refuse (peer, 503, UNAVAILABLE);
}

static void
welcome (CalldReactor *reactor, int fd, const struct sockaddr_storage *from)
{
  guint n_http = (guint) MAX (g_atomic_int_get (&reactor->n_http), 0);
  CalldChannel channel = { .fd = fd };
  CalldAddress address;
  CalldPeer *peer;
  int one = 1;

  reactor->stats.accepted++;
  read_address (&address, from);
  if (reactor->n_peers + n_http >= reactor->options.max_connections) {
    turn_away (reactor, &channel, &address);
    return;
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (reactor->tls != NULL)
    channel.tls = calld_tls_new (reactor->tls, fd);
  peer = calld_peer_new (reactor, &channel, &address);
  if (channel.tls != NULL) {
    peer->state = CALLD_PEER_HANDSHAKE;
    calld_peer_wait (peer, reactor->options.head_timeout_ms);
  } else {
    calld_peer_wait (peer, reactor->options.idle_timeout_ms);
  }
}

/**
 * calld_front_door_accept:
 * @reactor: the reactor
 * @listener_fd: a listening socket that is readable
 * @exhausted: (out): set when the process is out of descriptors
 *
 * Takes in the connections that wait.
 */
void
calld_front_door_accept (CalldReactor *reactor, int listener_fd, gboolean *exhausted)
{
  for (guint i = 0; i < ACCEPT_BATCH; i++) {
    struct sockaddr_storage from = { 0 };
    socklen_t length = sizeof from;
    int fd = accept4 (listener_fd, (struct sockaddr *) &from, &length,
                      SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
      welcome (reactor, fd, &from);
      continue;
    }
    /* What else can go wrong is the one connection's trouble (accept(2), "Error handling"). */
    *exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (errno == EAGAIN || *exhausted)
      return;
  }
}

/**
 * calld_front_door_adopt:
 * @reactor: the reactor
 * @channel: (transfer full): a connection whose last request libsoup has answered
 * @address: the other end
 * @following: (nullable): what came behind that request
 *
 * Takes a connection back in.
 */
void
calld_front_door_adopt (CalldReactor *reactor,
                        const CalldChannel *channel,
                        const CalldAddress *address,
                        GBytes *following)
{
  CalldPeer *peer = calld_peer_new (reactor, channel, address);

  if (reactor->draining) {
    calld_peer_close (peer, 0, NULL);
    return;
  }
  calld_peer_wait (peer, reactor->options.idle_timeout_ms);
  if (following != NULL) {
    gsize length;
    const guint8 *data = g_bytes_get_data (following, &length);

    peer->in = g_byte_array_sized_new ((guint) length);
    g_byte_array_append (peer->in, data, (guint) length);
  }
  /* TLS may hold bytes that the descriptor does not show. */
  calld_reactor_mark_again (reactor, peer);
}
