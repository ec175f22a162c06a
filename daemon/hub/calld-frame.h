/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldFrameKind:
 * @CALLD_FRAME_TEXT: a WebSocket text frame
 * @CALLD_FRAME_BINARY: a WebSocket binary frame
 * @CALLD_FRAME_CLOSE: a WebSocket close frame; nothing follows it
 * @CALLD_FRAME_PING: a WebSocket ping
 * @CALLD_FRAME_PONG: a WebSocket pong
 * @CALLD_FRAME_RAW: bytes without a WebSocket header, such as an HTTP answer
 *
 * What the bytes of a frame are.
 */
typedef enum {
  CALLD_FRAME_TEXT,
  CALLD_FRAME_BINARY,
  CALLD_FRAME_CLOSE,
  CALLD_FRAME_PING,
  CALLD_FRAME_PONG,
  CALLD_FRAME_RAW,
} CalldFrameKind;

/**
 * CalldFrame:
 *
 * Immutable bytes on their way to clients: encoded once, shared by the queues of all receivers.
 * References may be taken and dropped in any thread.
 */
typedef struct _CalldFrame CalldFrame;

CalldFrame *calld_frame_new (CalldFrameKind kind, gconstpointer payload, gsize length);
CalldFrame *calld_frame_new_text (const char *text);
CalldFrame *calld_frame_ref (CalldFrame *self);
void calld_frame_unref (CalldFrame *self);

CalldFrame *calld_frame_new_packed (CalldFrameKind kind, gconstpointer payload, gsize length);
CalldFrame *calld_frame_get_packed (CalldFrame *self);
void calld_frame_take_packed (CalldFrame *self, CalldFrame *packed);

CalldFrameKind calld_frame_get_kind (const CalldFrame *self);
const guint8 *calld_frame_get_payload (const CalldFrame *self, gsize *length);
const guint8 *calld_frame_get_wire (const CalldFrame *self, gsize *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalldFrame, calld_frame_unref)

G_END_DECLS
