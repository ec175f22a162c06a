/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-reactor-private.h"

#include <errno.h>
#include <string.h>

/* The way out of a peer: what is queued, when it is written, and how a connection ends. */

/* How long the last bytes may take to leave, and the other end to close after ours. */
#define CLOSING_MS 5000
#define LINGER_MS 1000

static void
write_out (CalldPeer *self)
{
  struct iovec iov[CALLD_REACTOR_IOVECS];

  while (calld_queue_get_length (&self->out) > 0) {
    guint n = calld_queue_get_iovec (&self->out, iov, G_N_ELEMENTS (iov));
    gssize written = calld_channel_writev (&self->channel, iov, n);

    if (written < 0) {
      if (errno == EAGAIN)
        self->blocked = TRUE;
      else
        self->doom = CALLD_DOOM_ERROR;
      return;
    }
    self->reactor->stats.bytes_out += (gsize) written;
    calld_queue_consume (&self->out, (gsize) written);
  }
}

static void
begin_linger (CalldPeer *self)
{
  self->state = CALLD_PEER_LINGER;
  calld_channel_shutdown (&self->channel);
  if (self->held) {
    calld_peer_kill (self);
    return;
  }
  calld_peer_wait (self, LINGER_MS);
}

/* A slow reader: nothing of what waits is worth sending any more, but a frame that has gone out in
 * part, and the reason. */
static void
close_slow (CalldPeer *self)
{
  g_autoptr (CalldFrame) begun = NULL;

  self->reactor->stats.closed_slow++;
  if (self->out.offset > 0) {
    guint32 offset = self->out.offset;
    guint dropped = 0;

    begun = calld_queue_pop (&self->out);
    calld_queue_clear (&self->out);
    calld_queue_push (&self->out, begun, FALSE, &self->reactor->limits, &dropped);
    self->out.offset = offset;
  } else {
    calld_queue_clear (&self->out);
  }
  calld_peer_finish (self, CALL_WEBSOCKET_CODE_TRY_LATER, "try again later");
}

/**
 * calld_peer_flush:
 * @self: a peer that calld_reactor_mark_dirty() named
 *
 * Writes what waits, as far as the socket takes it, and does what had to wait for this moment.
 */
void
calld_peer_flush (CalldPeer *self)
{
  if (self->state == CALLD_PEER_DEAD)
    return;
  if (self->doom == CALLD_DOOM_SLOW) {
    self->doom = CALLD_DOOM_NONE;
    close_slow (self);
  }
  if (self->doom == CALLD_DOOM_NONE && !self->blocked)
    write_out (self);
  if (self->doom == CALLD_DOOM_ERROR) {
    calld_peer_kill (self);
    return;
  }
  if (self->state == CALLD_PEER_CLOSING && calld_queue_get_length (&self->out) == 0)
    begin_linger (self);
  if (self->state == CALLD_PEER_HEAD && self->in != NULL &&
      calld_queue_get_length (&self->out) == 0)
    calld_reactor_mark_again (self->reactor, self);
  calld_peer_update_interest (self);
}

/**
 * calld_peer_send:
 * @self: a peer that has been upgraded to WebSocket
 * @frame: the frame; the queue takes a reference of its own
 * @flags: how much it matters
 *
 * Queues @frame; it goes out at the end of the batch. When the queue is full and the socket takes
 * no more, a volatile frame is dropped, and any other one has the peer closed with "try again
 * later" at the end of the batch. Calls nothing back, so it is safe while rooms are walked.
 *
 * Returns: %FALSE if @frame was not taken
 */
gboolean
calld_peer_send (CalldPeer *self, CalldFrame *frame, CalldSendFlags flags)
{
  CalldReactor *reactor = self->reactor;
  CalldQueueResult result;
  guint dropped = 0;

  if (self->state != CALLD_PEER_WEBSOCKET || self->doom != CALLD_DOOM_NONE)
    return FALSE;
  if (!self->blocked && calld_queue_is_full (&self->out, &reactor->limits))
    write_out (self);
  if (self->parser.deflate)
    frame = calld_compressor_pack (reactor->compressor, frame);
  result = calld_queue_push (
      &self->out, frame, (flags & CALLD_SEND_VOLATILE) != 0,
      (flags & CALLD_SEND_PART) != 0 ? &CALLD_QUEUE_UNLIMITED : &reactor->limits, &dropped);
  reactor->stats.dropped_volatile += dropped;
  if (result == CALLD_QUEUE_OVERFLOW)
    self->doom = CALLD_DOOM_SLOW;
  else if (result == CALLD_QUEUE_TAKEN)
    reactor->stats.delivered++;
  calld_reactor_mark_dirty (reactor, self);
  return result == CALLD_QUEUE_TAKEN;
}

static void
queue_close_frame (CalldPeer *self, guint code, const char *reason)
{
  g_autoptr (CalldFrame) frame = NULL;
  guint8 payload[CALL_WEBSOCKET_CONTROL_MAX];
  gsize length = 0;
  guint dropped = 0;

  if (code != 0) {
    gsize reason_length = reason != NULL ? MIN (strlen (reason), sizeof payload - 2) : 0;

    payload[0] = (guint8) (code >> 8);
    payload[1] = (guint8) code;
    if (reason_length > 0)
      memcpy (payload + 2, reason, reason_length);
    length = 2 + reason_length;
  }
  frame = calld_frame_new (CALLD_FRAME_CLOSE, payload, length);
  calld_queue_push (&self->out, frame, FALSE, &CALLD_QUEUE_UNLIMITED, &dropped);
}

/**
 * calld_peer_close:
 * @self: a peer
 * @code: the WebSocket close code, or 0 for a close frame without one
 * @reason: (nullable): a word to it, ASCII
 *
 * Ends the connection once everything queued has gone out. The owner, whose call this is, hears
 * nothing; @self may not be used any more.
 */
void
calld_peer_close (CalldPeer *self, guint code, const char *reason)
{
  if (self->state == CALLD_PEER_DEAD || self->state == CALLD_PEER_CLOSING ||
      self->state == CALLD_PEER_LINGER)
    return;
  self->klass = NULL;
  if (self->state == CALLD_PEER_WEBSOCKET)
    queue_close_frame (self, code, reason);
  g_clear_pointer (&self->in, g_byte_array_unref);
  calld_reactor_account (self->reactor, self, 0);
  self->state = CALLD_PEER_CLOSING;
  self->held = FALSE;
  calld_peer_wait (self, CLOSING_MS);
  calld_reactor_mark_dirty (self->reactor, self);
}

/**
 * calld_peer_finish:
 * @self: a peer
 * @code: the WebSocket close code, or 0 for a close frame without one
 * @reason: (nullable): a word to it, ASCII
 *
 * Like calld_peer_close(), and tells the owner.
 */
void
calld_peer_finish (CalldPeer *self, guint code, const char *reason)
{
  calld_peer_notify_closed (self);
  calld_peer_close (self, code, reason);
}
