/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-deflate.h"

#include <string.h>
#include <zlib.h>

/* Negative: deflate without a header (RFC 1951); 15: a window of 32 KiB. */
#define RAW_WINDOW (-15)
#define MEMORY_LEVEL 8
/* Fast: what is sent is compressed in the thread that everybody waits for. */
#define LEVEL 1
/* What is asked for at a time while unpacking; a bomb costs no more than this over its limit. */
#define STEP (64 * 1024)
#define EXTENSION "permessage-deflate"

/* RFC 7692 section 7.2.1: the end of a flushed piece, which is not sent. */
static const guint8 tail[4] = { 0x00, 0x00, 0xff, 0xff };

struct _CallDeflater {
  z_stream stream;
};

struct _CallInflater {
  z_stream stream;
};

/* --- out -------------------------------------------------------------------------------------- */

/**
 * call_deflater_new:
 *
 * Makes a compressor.
 *
 * Returns: (transfer full): the compressor
 */
CallDeflater *
call_deflater_new (void)
{
  CallDeflater *self = g_new0 (CallDeflater, 1);

  if (deflateInit2 (&self->stream, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY_LEVEL,
                    Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib: %s", self->stream.msg != NULL ? self->stream.msg : "no memory");
  return self;
}

/**
 * call_deflater_free:
 * @self: (transfer full): a compressor
 *
 * Frees it.
 */
void
call_deflater_free (CallDeflater *self)
{
  deflateEnd (&self->stream);
  g_free (self);
}

/* Appends @data compressed. Room for the worst case is made first, so that one call does it. */
static void
compress_all (CallDeflater *self, const void *data, gsize length, int flush, GByteArray *out)
{
  guint before = out->len;
  gsize room;

  deflateReset (&self->stream);
  /* deflateBound() counts one last block; a flush adds an empty one. */
  room = deflateBound (&self->stream, length) + 16;
  g_byte_array_set_size (out, before + (guint) room);
  self->stream.next_in = (Bytef *) data;
  self->stream.avail_in = (uInt) length;
  self->stream.next_out = out->data + before;
  self->stream.avail_out = (uInt) room;
  deflate (&self->stream, flush);
  g_byte_array_set_size (out, before + (guint) (room - self->stream.avail_out));
}

/**
 * call_deflater_message:
 * @self: a compressor
 * @data: (array length=length): the payload of a WebSocket message
 * @length: bytes of it
 * @out: where to append
 *
 * Compresses a message for permessage-deflate without context takeover (RFC 7692 section 7.2.1).
 *
 * Returns: %FALSE if it would be no shorter; @out is then as it was
 */
gboolean
call_deflater_message (CallDeflater *self, const void *data, gsize length, GByteArray *out)
{
  guint before = out->len;

  compress_all (self, data, length, Z_SYNC_FLUSH, out);
  if (out->len - before < sizeof tail + length) {
    g_byte_array_set_size (out, out->len - (guint) sizeof tail);
    return TRUE;
  }
  g_byte_array_set_size (out, before);
  return FALSE;
}

static void
append_le32 (GByteArray *out, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &value, sizeof value);
}

/**
 * call_deflater_gzip:
 * @self: a compressor
 * @data: (array length=length): the body of an HTTP answer
 * @length: bytes of it
 * @out: where to append
 *
 * Compresses a body for the content coding gzip (RFC 1952).
 *
 * Returns: %FALSE if it would be no shorter; @out is then as it was
 */
gboolean
call_deflater_gzip (CallDeflater *self, const void *data, gsize length, GByteArray *out)
{
  /* Deflate, no name, no time, fastest, Unix. */
  static const guint8 header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3 };
  guint before = out->len;

  g_byte_array_append (out, header, sizeof header);
  compress_all (self, data, length, Z_FINISH, out);
  append_le32 (out, (guint32) crc32 (0, data, (uInt) length));
  append_le32 (out, (guint32) length);
  if (out->len - before < length)
    return TRUE;
  g_byte_array_set_size (out, before);
  return FALSE;
}

/* --- in --------------------------------------------------------------------------------------- */

/**
 * call_inflater_new:
 *
 * Makes a decompressor.
 *
 * Returns: (transfer full): the decompressor
 */
CallInflater *
call_inflater_new (void)
{
  CallInflater *self = g_new0 (CallInflater, 1);

  if (inflateInit2 (&self->stream, RAW_WINDOW) != Z_OK)
    g_error ("zlib: %s", self->stream.msg != NULL ? self->stream.msg : "no memory");
  return self;
}

/**
 * call_inflater_free:
 * @self: (transfer full): a decompressor
 *
 * Frees it.
 */
void
call_inflater_free (CallInflater *self)
{
  inflateEnd (&self->stream);
  g_free (self);
}

/* Unpacks one piece of input. @out grows as bytes come, never by what a header promises. */
static CallInflateResult
inflate_piece (CallInflater *self,
               const void *data,
               gsize length,
               gsize limit,
               GByteArray *out,
               gboolean *ended)
{
  guint8 step[STEP];

  self->stream.next_in = (Bytef *) data;
  self->stream.avail_in = (uInt) length;
  do {
    int status;
    gsize n;

    self->stream.next_out = step;
    self->stream.avail_out = sizeof step;
    status = inflate (&self->stream, Z_SYNC_FLUSH);
    n = sizeof step - self->stream.avail_out;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      return CALL_INFLATE_BAD;
    if (n > limit - out->len)
      return CALL_INFLATE_TOO_BIG;
    g_byte_array_append (out, step, (guint) n);
    *ended = status == Z_STREAM_END;
  } while (!*ended && (self->stream.avail_in > 0 || self->stream.avail_out == 0));
  return CALL_INFLATE_DONE;
}

/**
 * call_inflater_message:
 * @self: a decompressor
 * @data: (array length=length): the payload of a compressed WebSocket message
 * @length: bytes of it
 * @limit: how long the message may be
 * @out: an empty array, filled with the message
 *
 * Unpacks a message of permessage-deflate without context takeover (RFC 7692 section 7.2.2). The
 * limit holds while it is unpacked, so that a few bytes cannot become many.
 *
 * Returns: what came of it
 */
CallInflateResult
call_inflater_message (CallInflater *self,
                       const void *data,
                       gsize length,
                       gsize limit,
                       GByteArray *out)
{
  gboolean ended = FALSE;
  CallInflateResult result;

  g_return_val_if_fail (out->len == 0, CALL_INFLATE_BAD);

  inflateReset (&self->stream);
  result = inflate_piece (self, data, length, limit, out, &ended);
  if (result == CALL_INFLATE_DONE && !ended)
    result = inflate_piece (self, tail, sizeof tail, limit, out, &ended);
  /* Behind a whole message the decompressor stands between two blocks (128), or at the end. */
  if (result == CALL_INFLATE_DONE && !ended && (self->stream.data_type & 128) == 0)
    return CALL_INFLATE_BAD;
  return result;
}

/* --- negotiation ------------------------------------------------------------------------------ */

typedef struct {
  gboolean server_bits;
  guint seen;
} Offer;

static gboolean
take_window_bits (const char *value, gint64 *bits)
{
  g_autofree char *plain = g_strdup (value);
  gsize length = strlen (plain);

  if (length >= 2 && plain[0] == '"' && plain[length - 1] == '"') {
    plain[length - 1] = '\0';
    return g_ascii_string_to_signed (plain + 1, 10, 8, 15, bits, NULL);
  }
  return g_ascii_string_to_signed (plain, 10, 8, 15, bits, NULL);
}

/* Takes one parameter of an offer; %FALSE if the offer cannot be accepted. */
static gboolean
take_parameter (Offer *offer, const char *name, const char *value)
{
  static const char *const names[] = { "server_no_context_takeover", "client_no_context_takeover",
                                       "server_max_window_bits", "client_max_window_bits" };
  gint64 bits = 15;
  guint which = 0;

  while (which < G_N_ELEMENTS (names) && !g_str_equal (name, names[which]))
    which++;
  if (which == G_N_ELEMENTS (names) || (offer->seen & (1u << which)) != 0)
    return FALSE;
  offer->seen |= 1u << which;
  if (which < 2)
    return value == NULL;
  if (value == NULL)
    return which == 3;
  if (!take_window_bits (value, &bits))
    return FALSE;
  if (which == 3)
    return TRUE;
  /* One compressor for all has one window; a client that wants a smaller one gets none. */
  offer->server_bits = TRUE;
  return bits == 15;
}

static gboolean
take_offer (Offer *offer, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 16);

  *offer = (Offer){ 0 };
  if (parts[0] == NULL || g_ascii_strcasecmp (g_strstrip (parts[0]), EXTENSION) != 0)
    return FALSE;
  for (guint i = 1; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');

    if (equals != NULL)
      *equals++ = '\0';
    if (!take_parameter (offer, g_strstrip (parts[i]), equals != NULL ? g_strstrip (equals) : NULL))
      return FALSE;
  }
  return TRUE;
}

/**
 * call_deflate_negotiate:
 * @offers: (nullable): the header Sec-WebSocket-Extensions of a client
 * @answer: (out) (transfer full): the header of the answer
 *
 * Accepts the first offer of permessage-deflate that can be served without memory for each
 * connection: neither side keeps its window from one message to the next (RFC 7692 section 7.1).
 *
 * Returns: %FALSE if there is none
 */
gboolean
call_deflate_negotiate (const char *offers, char **answer)
{
  g_auto (GStrv) list = g_strsplit (offers != NULL ? offers : "", ",", 16);

  *answer = NULL;
  for (guint i = 0; list[i] != NULL; i++) {
    Offer offer;

    if (!take_offer (&offer, list[i]))
      continue;
    *answer = g_strconcat (EXTENSION "; server_no_context_takeover; client_no_context_takeover",
                           offer.server_bits ? "; server_max_window_bits=15" : "", NULL);
    return TRUE;
  }
  return FALSE;
}
