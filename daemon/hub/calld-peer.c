/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-peer.h"

#include "calld-front-door.h"
#include "calld-reactor-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

/* --- life ------------------------------------------------------------------------------------- */

/**
 * calld_peer_new:
 * @reactor: the reactor
 * @channel: (transfer full): the connection
 * @address: the other end
 *
 * Takes a connection into the reactor. It waits for a request head.
 *
 * Returns: (transfer none): the peer, owned by the reactor
 */
CalldPeer *
calld_peer_new (CalldReactor *reactor, const CalldChannel *channel, const CalldAddress *address)
{
  CalldPeer *self = g_new0 (CalldPeer, 1);

  self->reactor = reactor;
  self->channel = *channel;
  self->address = *address;
  self->client = *address;
  self->state = CALLD_PEER_HEAD;
  self->keep_alive = TRUE;
  self->next = reactor->peers;
  if (self->next != NULL)
    self->next->prev = self;
  reactor->peers = self;
  reactor->n_peers++;
  calld_reactor_watch (reactor, self, CALLD_INTEREST_READ);
  return self;
}

/**
 * calld_peer_free:
 * @self: (transfer full): a dead peer
 *
 * Frees a peer whose connection is closed or given away.
 */
void
calld_peer_free (CalldPeer *self)
{
  g_clear_pointer (&self->in, g_byte_array_unref);
  call_websocket_parser_clear (&self->parser);
  if (self->head != NULL)
    calld_head_clear (self->head);
  g_free (self->head);
  g_free (self->note);
  g_free (self);
}

/**
 * calld_peer_detach:
 * @self: a peer
 *
 * Takes @self out of the reactor without closing its connection: the channel is the caller's now.
 */
void
calld_peer_detach (CalldPeer *self)
{
  calld_reactor_forget (self->reactor, self);
  calld_reactor_account (self->reactor, self, 0);
  calld_queue_clear (&self->out);
  self->state = CALLD_PEER_DEAD;
}

/**
 * calld_peer_abort:
 * @self: a peer
 *
 * Closes the connection at once. The owner, whose call this is, hears nothing.
 */
void
calld_peer_abort (CalldPeer *self)
{
  if (self->state == CALLD_PEER_DEAD)
    return;
  self->klass = NULL;
  calld_peer_detach (self);
  calld_channel_close (&self->channel);
}

/* Tells the owner, once, that it has lost @self. */
void
calld_peer_notify_closed (CalldPeer *self)
{
  const CalldPeerClass *klass = self->klass;

  self->klass = NULL;
  if (klass != NULL && klass->closed != NULL)
    klass->closed (self, self->owner);
}

/**
 * calld_peer_kill:
 * @self: a peer
 *
 * Closes the connection at once, and tells the owner.
 */
void
calld_peer_kill (CalldPeer *self)
{
  calld_peer_notify_closed (self);
  calld_peer_abort (self);
}

static void
on_timer (CalldWheelTimer *timer)
{
  CalldPeer *self = (CalldPeer *) ((char *) timer - G_STRUCT_OFFSET (CalldPeer, timer));

  if ((self->state == CALLD_PEER_HEAD && self->in != NULL) || self->state == CALLD_PEER_BODY) {
    calld_peer_notify_closed (self);
    self->keep_alive = FALSE;
    calld_peer_answer_text (self, 408, NULL, NULL, "");
  } else {
    calld_peer_kill (self);
  }
}

/**
 * calld_peer_wait:
 * @self: a peer
 * @delay_ms: how long the present state may last, 0 for any time
 *
 * Sets the time after which a connection that makes no progress is closed.
 */
void
calld_peer_wait (CalldPeer *self, guint64 delay_ms)
{
  if (delay_ms > 0)
    calld_reactor_start_timer (self->reactor, &self->timer, delay_ms, on_timer);
  else
    calld_reactor_stop_timer (self->reactor, &self->timer);
}

/* --- in --------------------------------------------------------------------------------------- */

static gboolean
is_reading (const CalldPeer *self)
{
  const CalldHubOptions *options = &self->reactor->options;

  if (self->held || calld_queue_is_full (&self->out, &self->reactor->limits))
    return FALSE;
  return self->state != CALLD_PEER_BUSY || self->in == NULL || self->in->len < options->head_bytes;
}

void
calld_peer_update_interest (CalldPeer *self)
{
  guint8 interest = 0;

  if (self->state == CALLD_PEER_DEAD || self->state == CALLD_PEER_HANDSHAKE)
    return;
  if (is_reading (self) && !(self->is_polled && self->state == CALLD_PEER_WEBSOCKET))
    interest |= CALLD_INTEREST_READ;
  if (self->blocked)
    interest |= CALLD_INTEREST_WRITE;
  if (interest != self->interest)
    calld_reactor_watch (self->reactor, self, interest);
}

static void
answer_ping (CalldPeer *self, const CallWebsocketMessage *message)
{
  g_autoptr (CalldFrame) pong = calld_frame_new (CALLD_FRAME_PONG, message->data, message->length);

  calld_peer_send (self, pong, CALLD_SEND_VOLATILE);
}

static void
take_message (CalldPeer *self, const CallWebsocketMessage *message)
{
  switch (message->opcode) {
  case CALL_WEBSOCKET_PING:
    answer_ping (self, message);
    break;
  case CALL_WEBSOCKET_CLOSE:
    calld_peer_finish (
        self, message->close_code == CALL_WEBSOCKET_CODE_NO_STATUS ? 0 : message->close_code, NULL);
    break;
  case CALL_WEBSOCKET_TEXT:
  case CALL_WEBSOCKET_BINARY:
    self->reactor->stats.received++;
    if (self->klass != NULL && self->klass->message != NULL)
      self->klass->message (self, self->owner, message);
    break;
  case CALL_WEBSOCKET_PONG:
  case CALL_WEBSOCKET_CONTINUATION:
  default:
    break;
  }
}

/* A message may be as long unpacked as any other, and no longer than all memory for them. */
static gboolean
unpack (CalldPeer *self, CallWebsocketMessage *message)
{
  CalldReactor *reactor = self->reactor;
  gsize budget = reactor->options.frame_memory;
  gsize left = budget > reactor->frame_memory ? budget - reactor->frame_memory : 0;
  gboolean is_scarce = left < self->parser.max_message;

  switch (calld_compressor_unpack (reactor->compressor, message,
                                   is_scarce ? left : self->parser.max_message)) {
  case CALL_INFLATE_DONE:
    if (message->opcode == CALL_WEBSOCKET_TEXT &&
        !call_utf8_is_valid (message->data, message->length)) {
      calld_peer_finish (self, CALL_WEBSOCKET_CODE_BAD_DATA, "text is not UTF-8");
      return FALSE;
    }
    return TRUE;
  case CALL_INFLATE_TOO_BIG:
    if (is_scarce)
      calld_peer_finish (self, CALL_WEBSOCKET_CODE_TRY_LATER, "try again later");
    else
      calld_peer_finish (self, CALL_WEBSOCKET_CODE_TOO_BIG, "message too big");
    return FALSE;
  case CALL_INFLATE_BAD:
  default:
    calld_peer_finish (self, CALL_WEBSOCKET_CODE_BAD_DATA, "message cannot be unpacked");
    return FALSE;
  }
}

static gsize
read_frames (CalldPeer *self, guint8 *data, gsize length)
{
  gsize total = 0;

  while (self->state == CALLD_PEER_WEBSOCKET && !self->held && self->doom == CALLD_DOOM_NONE) {
    CallWebsocketMessage message;
    gsize used, needed;
    CallWebsocketResult result = call_websocket_parser_feed (
        &self->parser, data + total, length - total, &used, &needed, &message);

    total += used;
    if (result == CALL_WEBSOCKET_RESULT_MORE)
      break;
    if (result == CALL_WEBSOCKET_RESULT_ERROR) {
      calld_peer_finish (self, self->parser.close_code, self->parser.reason);
      return length;
    }
    if (!message.compressed) {
      take_message (self, &message);
    } else {
      if (unpack (self, &message))
        take_message (self, &message);
      calld_compressor_forget (self->reactor->compressor);
    }
  }
  return total;
}

/* Goes through bytes until no more can be done with them. Returns how many are used up. */
static gsize
consume (CalldPeer *self, guint8 *data, gsize length)
{
  gsize total = 0;

  while (total < length && !self->held) {
    gsize used = 0;

    switch ((CalldPeerState) self->state) {
    case CALLD_PEER_HEAD:
    case CALLD_PEER_BODY:
      used = calld_front_door_step (self, data + total, length - total);
      break;
    case CALLD_PEER_WEBSOCKET:
      used = read_frames (self, data + total, length - total);
      break;
    case CALLD_PEER_CLOSING:
    case CALLD_PEER_LINGER:
    case CALLD_PEER_DEAD:
      return length;
    case CALLD_PEER_HANDSHAKE:
    case CALLD_PEER_BUSY:
    default:
      break;
    }
    if (used == 0)
      break;
    total += used;
  }
  return total;
}

/* Bytes of all incomplete requests and messages count against one budget. */
static void
account_for_input (CalldPeer *self)
{
  gsize bytes = self->in != NULL ? self->in->len : 0;

  if (self->state == CALLD_PEER_DEAD)
    return;
  if (self->parser.fragments != NULL)
    bytes += self->parser.fragments->len;
  if (calld_reactor_account (self->reactor, self, bytes))
    return;
  g_debug ("memory for large frames is used up: closing one of %" G_GSIZE_FORMAT " bytes", bytes);
  self->reactor->stats.refused++;
  if (self->state == CALLD_PEER_WEBSOCKET) {
    calld_peer_finish (self, CALL_WEBSOCKET_CODE_TRY_LATER, "try again later");
  } else {
    calld_peer_notify_closed (self);
    self->keep_alive = FALSE;
    calld_peer_answer_text (self, 503, NULL, "Retry-After: 5\r\n", "");
  }
}

static void
look_at_input (CalldPeer *self)
{
  /* Ours alone while it is read: what is called from here may kill the peer. */
  g_autoptr (GByteArray) in = g_steal_pointer (&self->in);
  gsize used;

  if (in == NULL)
    return;
  used = consume (self, in->data, in->len);
  if (self->state != CALLD_PEER_DEAD && used < in->len) {
    if (used > 0)
      g_byte_array_remove_range (in, 0, (guint) used);
    self->in = g_steal_pointer (&in);
  }
}

/**
 * calld_peer_feed:
 * @self: a peer
 * @data: (array length=length): bytes that came; they are changed
 * @length: their number
 *
 * Acts on what came from the other end, and keeps what is incomplete.
 */
void
calld_peer_feed (CalldPeer *self, guint8 *data, gsize length)
{
  if (self->in != NULL) {
    g_byte_array_append (self->in, data, (guint) length);
    look_at_input (self);
  } else {
    gsize used = consume (self, data, length);

    if (used < length && self->state != CALLD_PEER_DEAD) {
      self->in = g_byte_array_sized_new ((guint) (length - used));
      g_byte_array_append (self->in, data + used, (guint) (length - used));
    }
  }
  account_for_input (self);
}

static void
meet_end (CalldPeer *self)
{
  if (self->state == CALLD_PEER_HEAD && calld_queue_get_length (&self->out) > 0) {
    /* The client closed its half behind a request; the answer is still to go out. */
    calld_peer_close (self, 0, NULL);
  }
  if (self->state == CALLD_PEER_CLOSING)
    self->held = TRUE;
  else
    calld_peer_kill (self);
}

void
calld_peer_read (CalldPeer *self)
{
  CalldReactor *reactor = self->reactor;

  for (guint i = 0; i < CALLD_REACTOR_READS && self->state != CALLD_PEER_DEAD; i++) {
    gssize n;

    if (!is_reading (self))
      return;
    n = calld_channel_read (&self->channel, reactor->buffer, CALLD_REACTOR_BUFFER);
    if (n > 0) {
      reactor->stats.bytes_in += (gsize) n;
      calld_peer_feed (self, reactor->buffer, (gsize) n);
      if (self->channel.tls == NULL && n < CALLD_REACTOR_BUFFER)
        return;
    } else if (n == 0) {
      meet_end (self);
      return;
    } else {
      if (errno != EAGAIN)
        calld_peer_kill (self);
      return;
    }
  }
  if (self->state != CALLD_PEER_DEAD && calld_channel_is_pending (&self->channel))
    calld_reactor_mark_again (reactor, self);
}

static void
go_on_with_handshake (CalldPeer *self)
{
  if (calld_channel_handshake (&self->channel) == 0) {
    self->state = CALLD_PEER_HEAD;
    calld_peer_wait (self, self->reactor->options.idle_timeout_ms);
    calld_reactor_mark_again (self->reactor, self);
  } else if (errno == EAGAIN) {
    calld_reactor_watch (self->reactor, self,
                         calld_channel_wants_write (&self->channel) ? CALLD_INTEREST_WRITE
                                                                    : CALLD_INTEREST_READ);
  } else {
    calld_peer_kill (self);
  }
}

/**
 * calld_peer_ready:
 * @self: a peer
 * @events: what epoll says
 *
 * Acts on a descriptor that is ready.
 */
void
calld_peer_ready (CalldPeer *self, guint32 events)
{
  if (self->state == CALLD_PEER_DEAD)
    return;
  if (self->state == CALLD_PEER_HANDSHAKE) {
    go_on_with_handshake (self);
    return;
  }
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && (self->interest & CALLD_INTEREST_READ) == 0) {
    calld_peer_read_rest (self);
    calld_peer_kill (self);
    return;
  }
  if ((events & EPOLLOUT) != 0) {
    self->blocked = FALSE;
    calld_reactor_mark_dirty (self->reactor, self);
  }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
    calld_peer_read (self);
  calld_peer_update_interest (self);
}

/**
 * calld_peer_look_again:
 * @self: a peer that calld_reactor_mark_again() named
 *
 * Acts on bytes that came earlier.
 */
void
calld_peer_look_again (CalldPeer *self)
{
  if (self->state == CALLD_PEER_DEAD)
    return;
  if (is_reading (self)) {
    look_at_input (self);
    account_for_input (self);
  }
  if (self->state != CALLD_PEER_DEAD && self->channel.tls != NULL)
    calld_peer_read (self);
  calld_peer_update_interest (self);
}

/**
 * calld_peer_hold:
 * @self: a peer
 *
 * Stops reading @self, the rest of what has come included, until calld_peer_release().
 */
void
calld_peer_hold (CalldPeer *self)
{
  self->held = TRUE;
  calld_reactor_mark_dirty (self->reactor, self);
}

/**
 * calld_peer_release:
 * @self: a peer
 *
 * Reads @self again.
 */
void
calld_peer_release (CalldPeer *self)
{
  if (!self->held || self->state == CALLD_PEER_CLOSING)
    return;
  self->held = FALSE;
  calld_reactor_mark_again (self->reactor, self);
}

/* --- for gateways ----------------------------------------------------------------------------- */

/**
 * calld_peer_claim:
 * @self: a peer
 * @klass: (nullable): what the owner hears, %NULL for nothing
 * @owner: (nullable): given back to it
 *
 * Makes somebody the owner of @self. A peer that is in the middle of a request is not answered
 * until the owner does.
 */
void
calld_peer_claim (CalldPeer *self, const CalldPeerClass *klass, gpointer owner)
{
  self->klass = klass;
  self->owner = owner;
}

/**
 * calld_peer_set_note:
 * @self: a peer
 * @headers: lines of a head, each with its CRLF
 *
 * Keeps headers for an answer that comes later.
 */
void
calld_peer_set_note (CalldPeer *self, const char *headers)
{
  g_clear_pointer (&self->note, g_free);
  if (*headers != '\0')
    self->note = g_strdup (headers);
}

/**
 * calld_peer_get_note:
 * @self: a peer
 *
 * The headers that were kept.
 *
 * Returns: (transfer none): lines of a head, perhaps none
 */
const char *
calld_peer_get_note (CalldPeer *self)
{
  return self->note != NULL ? self->note : "";
}

/**
 * calld_peer_set_last:
 * @self: a peer
 *
 * Says that the connection ends after the next answer.
 */
void
calld_peer_set_last (CalldPeer *self)
{
  self->keep_alive = FALSE;
}

/**
 * calld_peer_get_reactor:
 * @self: a peer
 *
 * The reactor @self belongs to.
 *
 * Returns: (transfer none): the reactor
 */
CalldReactor *
calld_peer_get_reactor (CalldPeer *self)
{
  return self->reactor;
}

/**
 * calld_peer_get_address:
 * @self: a peer
 *
 * Whom the last request came from: the other end, or the client behind a trusted proxy.
 *
 * Returns: (transfer none): the address
 */
const CalldAddress *
calld_peer_get_address (CalldPeer *self)
{
  return &self->client;
}

/**
 * calld_address_to_string:
 * @self: an address
 *
 * Writes an address as text, without its port.
 *
 * Returns: (transfer full): the address, "local" for a Unix socket
 */
char *
calld_address_to_string (const CalldAddress *self)
{
  char text[INET6_ADDRSTRLEN] = "local";

  if (self->family == AF_INET || self->family == AF_INET6)
    inet_ntop (self->family, self->bytes, text, sizeof text);
  return g_strdup (text);
}

/**
 * calld_address_to_inet:
 * @self: an address
 *
 * Returns: (transfer full): the address without its port; that of a Unix socket is a loopback's
 */
GInetAddress *
calld_address_to_inet (const CalldAddress *self)
{
  if (self->family == AF_UNIX)
    return g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  return g_inet_address_new_from_bytes (self->bytes, (GSocketFamily) self->family);
}

/**
 * calld_peer_is_open:
 * @self: a peer
 *
 * Whether @self can still be sent to.
 *
 * Returns: %FALSE if it is being closed
 */
gboolean
calld_peer_is_open (CalldPeer *self)
{
  return self->state < CALLD_PEER_CLOSING && self->doom == CALLD_DOOM_NONE;
}
