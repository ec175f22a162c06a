/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-front-door.h"
#include "calld-reactor-private.h"

#include <errno.h>
#include <string.h>

/* The way into a peer: bytes become requests and messages, within the memory there is for them. */

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
void
calld_peer_account_for_input (CalldPeer *self)
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

void
calld_peer_look_at_input (CalldPeer *self)
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
    calld_peer_look_at_input (self);
  } else {
    gsize used = consume (self, data, length);

    if (used < length && self->state != CALLD_PEER_DEAD) {
      self->in = g_byte_array_sized_new ((guint) (length - used));
      g_byte_array_append (self->in, data + used, (guint) (length - used));
    }
  }
  calld_peer_account_for_input (self);
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

    if (!calld_peer_is_reading (self))
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
