/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "ivf-writer.h"

#include <string.h>

static void
put16 (guint8 *at, guint value)
{
  guint16 little = GUINT16_TO_LE ((guint16) value);

  memcpy (at, &little, sizeof little);
}

static void
put32 (guint8 *at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static guint
get16 (const guint8 *at)
{
  guint16 value;

  memcpy (&value, at, sizeof value);
  return GUINT16_FROM_LE (value);
}

static guint32
get32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

/**
 * gst_call_ivf_header_build:
 * @header: what the file holds
 * @bytes: (out caller-allocates) (array fixed-size=32): where the header goes
 *
 * Writes the head of an IVF file. A file whose head says fewer frames than there are plays to its
 * end all the same, so it may be written again now and then.
 */
void
gst_call_ivf_header_build (const GstCallIvfHeader *header, guint8 bytes[GST_CALL_IVF_HEADER_SIZE])
{
  memset (bytes, 0, GST_CALL_IVF_HEADER_SIZE);
  memcpy (bytes, "DKIF", 4);
  put16 (bytes + 6, GST_CALL_IVF_HEADER_SIZE);
  memcpy (bytes + 8, header->fourcc, 4);
  put16 (bytes + 12, header->width);
  put16 (bytes + 14, header->height);
  put32 (bytes + 16, GST_CALL_IVF_CLOCK_RATE);
  put32 (bytes + 20, 1);
  put32 (bytes + 24, header->frames);
}

/**
 * gst_call_ivf_header_parse:
 * @data: (array length=length): the begin of a file
 * @length: how much of it there is
 * @header: (out caller-allocates): what the file holds
 *
 * Reads a head that gst_call_ivf_header_build() wrote.
 *
 * Returns: %FALSE if it is not such a head
 */
gboolean
gst_call_ivf_header_parse (const guint8 *data, gsize length, GstCallIvfHeader *header)
{
  if (length < GST_CALL_IVF_HEADER_SIZE || memcmp (data, "DKIF", 4) != 0 || get16 (data + 4) != 0 ||
      get16 (data + 6) != GST_CALL_IVF_HEADER_SIZE || get32 (data + 16) != GST_CALL_IVF_CLOCK_RATE)
    return FALSE;
  memcpy (header->fourcc, data + 8, 4);
  header->fourcc[4] = '\0';
  header->width = get16 (data + 12);
  header->height = get16 (data + 14);
  header->frames = get32 (data + 24);
  return TRUE;
}

/**
 * gst_call_ivf_frame_header_build:
 * @size: the bytes of the frame
 * @pts: its time, in units of 1/90000 s
 * @bytes: (out caller-allocates) (array fixed-size=12): where the header goes
 *
 * Writes what stands before a frame.
 */
void
gst_call_ivf_frame_header_build (guint32 size,
                                 guint64 pts,
                                 guint8 bytes[GST_CALL_IVF_FRAME_HEADER_SIZE])
{
  put32 (bytes, size);
  put32 (bytes + 4, (guint32) pts);
  put32 (bytes + 8, (guint32) (pts >> 32));
}

/**
 * gst_call_ivf_scan:
 * @data: (array length=length): what follows the head of a file
 * @length: how much of it there is
 * @frames: (out): how many whole frames there are
 *
 * Finds where a file that was left behind in mid-frame is to be cut.
 *
 * Returns: the bytes of the whole frames
 */
gsize
gst_call_ivf_scan (const guint8 *data, gsize length, guint32 *frames)
{
  gsize at = 0;

  *frames = 0;
  while (length - at >= GST_CALL_IVF_FRAME_HEADER_SIZE) {
    gsize size = get32 (data + at);

    if (size > length - at - GST_CALL_IVF_FRAME_HEADER_SIZE)
      break;
    at += GST_CALL_IVF_FRAME_HEADER_SIZE + size;
    *frames += 1;
  }
  return at;
}

/**
 * gst_call_vp8_get_size:
 * @frame: (array length=length): a frame of VP8
 * @length: its bytes
 * @width: (out): the width of the picture
 * @height: (out): its height
 *
 * Reads the size of the picture from a key frame (RFC 6386, 9.1).
 *
 * Returns: %FALSE if it is not a key frame
 */
gboolean
gst_call_vp8_get_size (const guint8 *frame, gsize length, guint *width, guint *height)
{
  if (length < 10 || (frame[0] & 1) != 0 || frame[3] != 0x9d || frame[4] != 0x01 ||
      frame[5] != 0x2a)
    return FALSE;
  *width = get16 (frame + 6) & 0x3fff;
  *height = get16 (frame + 8) & 0x3fff;
  return *width > 0 && *height > 0;
}
