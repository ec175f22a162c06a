/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-frame.h"

#include "call-websocket-frame.h"

#include <string.h>

/* One allocation: the WebSocket header ends where the payload begins, so that both leave in one
 * piece, and a long poll can take the payload alone. */
struct _CalldFrame {
  gatomicrefcount ref_count;
  /* The same compressed, or the frame itself if that is no shorter; the reactor's thread only. */
  CalldFrame *packed;
  guint32 length;
  guint8 kind;
  guint8 header_length;
  guint8 header[CALL_WEBSOCKET_HEADER_MAX];
  guint8 payload[];
};

static const CallWebsocketOpcode opcodes[] = {
  [CALLD_FRAME_TEXT] = CALL_WEBSOCKET_TEXT,   [CALLD_FRAME_BINARY] = CALL_WEBSOCKET_BINARY,
  [CALLD_FRAME_CLOSE] = CALL_WEBSOCKET_CLOSE, [CALLD_FRAME_PING] = CALL_WEBSOCKET_PING,
  [CALLD_FRAME_PONG] = CALL_WEBSOCKET_PONG,
};

/**
 * calld_frame_new:
 * @kind: what the bytes are
 * @payload: (nullable) (array length=length): the bytes, copied
 * @length: their number
 *
 * Encodes a frame.
 *
 * Returns: (transfer full): the frame
 */
CalldFrame *
calld_frame_new (CalldFrameKind kind, gconstpointer payload, gsize length)
{
  CalldFrame *self = g_malloc (sizeof *self + length);

  g_atomic_ref_count_init (&self->ref_count);
  self->packed = NULL;
  self->kind = (guint8) kind;
  self->length = (guint32) length;
  self->header_length = 0;
  if (kind != CALLD_FRAME_RAW) {
    guint8 header[CALL_WEBSOCKET_HEADER_MAX];
    gsize n = call_websocket_header_write (header, opcodes[kind], TRUE, length);

    memcpy (self->header + sizeof self->header - n, header, n);
    self->header_length = (guint8) n;
  }
  if (length > 0)
    memcpy (self->payload, payload, length);
  return self;
}

/**
 * calld_frame_new_text:
 * @text: UTF-8
 *
 * Encodes a text frame.
 *
 * Returns: (transfer full): the frame
 */
CalldFrame *
calld_frame_new_text (const char *text)
{
  return calld_frame_new (CALLD_FRAME_TEXT, text, strlen (text));
}

/**
 * calld_frame_ref:
 * @self: a frame
 *
 * Takes a reference. Any thread.
 *
 * Returns: (transfer full): @self
 */
CalldFrame *
calld_frame_ref (CalldFrame *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * calld_frame_unref:
 * @self: (transfer full): a frame
 *
 * Drops a reference. Any thread.
 */
void
calld_frame_unref (CalldFrame *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->packed != NULL && self->packed != self)
    calld_frame_unref (self->packed);
  g_free (self);
}

/**
 * calld_frame_get_kind:
 * @self: a frame
 *
 * What the bytes of @self are.
 *
 * Returns: the kind
 */
CalldFrameKind
calld_frame_get_kind (const CalldFrame *self)
{
  return self->kind;
}

/**
 * calld_frame_get_payload:
 * @self: a frame
 * @length: (out): its length
 *
 * The bytes without a WebSocket header.
 *
 * Returns: (transfer none): the bytes
 */
const guint8 *
calld_frame_get_payload (const CalldFrame *self, gsize *length)
{
  *length = self->length;
  return self->payload;
}

/**
 * calld_frame_get_wire:
 * @self: a frame
 * @length: (out): its length
 *
 * The bytes as they go out on a WebSocket.
 *
 * Returns: (transfer none): the bytes
 */
const guint8 *
calld_frame_get_wire (const CalldFrame *self, gsize *length)
{
  *length = self->length + self->header_length;
  return self->payload - self->header_length;
}

/**
 * calld_frame_new_packed:
 * @kind: text or binary
 * @payload: (array length=length): a compressed message, copied
 * @length: bytes of it
 *
 * Encodes a frame for clients that negotiated permessage-deflate (RFC 7692 section 6).
 *
 * Returns: (transfer full): the frame
 */
CalldFrame *
calld_frame_new_packed (CalldFrameKind kind, gconstpointer payload, gsize length)
{
  CalldFrame *self = calld_frame_new (kind, payload, length);

  self->header[sizeof self->header - self->header_length] |= CALL_WEBSOCKET_COMPRESSED;
  return self;
}

/**
 * calld_frame_get_packed:
 * @self: a frame
 *
 * What to send instead of @self to clients that take compressed frames. The reactor's thread.
 *
 * Returns: (transfer none) (nullable): a frame, perhaps @self; %NULL if nobody has tried yet
 */
CalldFrame *
calld_frame_get_packed (CalldFrame *self)
{
  return self->packed;
}

/**
 * calld_frame_take_packed:
 * @self: a frame that has none
 * @packed: (transfer full) (nullable): the same compressed, %NULL if that is no shorter
 *
 * Remembers what came of compressing @self. The reactor's thread.
 */
void
calld_frame_take_packed (CalldFrame *self, CalldFrame *packed)
{
  g_return_if_fail (self->packed == NULL);

  self->packed = packed != NULL ? packed : self;
}
