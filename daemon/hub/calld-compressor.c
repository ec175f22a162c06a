/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-compressor.h"

/* Longer frames go out as they are: packing one would keep everybody waiting for milliseconds. */
#define PACK_MAX (512 * 1024)
/* What is kept between two messages. */
#define SCRATCH_MAX (64 * 1024)

struct _CalldCompressor {
  CallDeflater *deflater;
  CallInflater *inflater;
  GByteArray *packed;
  GByteArray *unpacked;
  gsize threshold;
};

/**
 * calld_compressor_new:
 * @threshold: shorter frames and bodies are not worth it
 *
 * Makes a compressor. What it needs is allocated when the first client asks for it.
 *
 * Returns: (transfer full): the compressor
 */
CalldCompressor *
calld_compressor_new (gsize threshold)
{
  CalldCompressor *self = g_new0 (CalldCompressor, 1);

  self->threshold = threshold;
  self->packed = g_byte_array_new ();
  self->unpacked = g_byte_array_new ();
  return self;
}

/**
 * calld_compressor_free:
 * @self: (transfer full): a compressor
 *
 * Frees it.
 */
void
calld_compressor_free (CalldCompressor *self)
{
  g_clear_pointer (&self->deflater, call_deflater_free);
  g_clear_pointer (&self->inflater, call_inflater_free);
  g_byte_array_unref (self->packed);
  g_byte_array_unref (self->unpacked);
  g_free (self);
}

static void
empty (GByteArray **array)
{
  if ((*array)->len <= SCRATCH_MAX) {
    g_byte_array_set_size (*array, 0);
  } else {
    g_byte_array_unref (*array);
    *array = g_byte_array_new ();
  }
}

static gboolean
is_worth_it (CalldCompressor *self, gsize length)
{
  if (length < self->threshold || length > PACK_MAX)
    return FALSE;
  if (self->deflater == NULL)
    self->deflater = call_deflater_new ();
  return TRUE;
}

/**
 * calld_compressor_pack:
 * @self: a compressor
 * @frame: a frame for a client that takes compressed ones
 *
 * Finds what to send instead of @frame. A frame is packed once, for all its receivers.
 *
 * Returns: (transfer none): a compressed frame that lives as long as @frame, or @frame
 */
CalldFrame *
calld_compressor_pack (CalldCompressor *self, CalldFrame *frame)
{
  CalldFrameKind kind = calld_frame_get_kind (frame);
  gsize length;
  const guint8 *payload = calld_frame_get_payload (frame, &length);
  CalldFrame *packed = calld_frame_get_packed (frame);

  if (packed != NULL || (kind != CALLD_FRAME_TEXT && kind != CALLD_FRAME_BINARY) ||
      !is_worth_it (self, length))
    return packed != NULL ? packed : frame;
  if (call_deflater_message (self->deflater, payload, length, self->packed))
    packed = calld_frame_new_packed (kind, self->packed->data, self->packed->len);
  calld_frame_take_packed (frame, packed);
  empty (&self->packed);
  return packed != NULL ? packed : frame;
}

/**
 * calld_compressor_gzip:
 * @self: a compressor
 * @body: (array length=length): the body of an answer
 * @length: bytes of it
 *
 * Packs a body for a client that accepts gzip.
 *
 * Returns: (transfer full) (nullable): the body to send, %NULL if it is not worth it
 */
GByteArray *
calld_compressor_gzip (CalldCompressor *self, const void *body, gsize length)
{
  g_autoptr (GByteArray) packed = NULL;

  if (!is_worth_it (self, length))
    return NULL;
  packed = g_byte_array_new ();
  return call_deflater_gzip (self->deflater, body, length, packed) ? g_steal_pointer (&packed)
                                                                   : NULL;
}

/**
 * calld_compressor_unpack:
 * @self: a compressor
 * @message: a compressed message; points to its content until calld_compressor_forget()
 * @limit: how long it may be
 *
 * Unpacks a message.
 *
 * Returns: what came of it
 */
CallInflateResult
calld_compressor_unpack (CalldCompressor *self, CallWebsocketMessage *message, gsize limit)
{
  CallInflateResult result;

  if (self->inflater == NULL)
    self->inflater = call_inflater_new ();
  empty (&self->unpacked);
  result = call_inflater_message (self->inflater, message->data, message->length, limit,
                                  self->unpacked);
  if (result != CALL_INFLATE_DONE) {
    empty (&self->unpacked);
    return result;
  }
  message->compressed = FALSE;
  message->data = self->unpacked->data;
  message->length = self->unpacked->len;
  return result;
}

/**
 * calld_compressor_forget:
 * @self: a compressor
 *
 * Ends the use of what calld_compressor_unpack() gave.
 */
void
calld_compressor_forget (CalldCompressor *self)
{
  empty (&self->unpacked);
}
