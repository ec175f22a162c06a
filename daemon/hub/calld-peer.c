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

/* --- readiness -------------------------------------------------------------------------------- */

gboolean
calld_peer_is_reading (const CalldPeer *self)
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
  if (calld_peer_is_reading (self) && !(self->is_polled && self->state == CALLD_PEER_WEBSOCKET))
    interest |= CALLD_INTEREST_READ;
  if (self->blocked)
    interest |= CALLD_INTEREST_WRITE;
  if (interest != self->interest)
    calld_reactor_watch (self->reactor, self, interest);
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
  if (calld_peer_is_reading (self)) {
    calld_peer_look_at_input (self);
    calld_peer_account_for_input (self);
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
