/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wav-header.h"

#include <string.h>

/* Offsets in the header; RF64 is EBU Tech 3306. */
enum {
  AT_RIFF_SIZE = 4,
  AT_DS64 = 12,
  AT_FMT = 48,
  AT_DATA = 72,
};
#define DS64_BODY 28
#define BYTES_PER_SAMPLE 2
#define RATE_MAX 768000
#define CHANNELS_MAX 64

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

static void
put64 (guint8 *at, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static guint16
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

static guint64
get64 (const guint8 *at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

/**
 * gst_call_wav_format_get_frame_size:
 * @self: a format
 *
 * The bytes of one sample of all channels.
 *
 * Returns: a number of bytes
 */
gsize
gst_call_wav_format_get_frame_size (const GstCallWavFormat *self)
{
  return (gsize) self->channels * BYTES_PER_SAMPLE;
}

static void
put_fmt (const GstCallWavFormat *format, guint8 *at)
{
  guint frame_size = (guint) gst_call_wav_format_get_frame_size (format);

  memcpy (at, "fmt ", 4);
  put32 (at + 4, 16);
  put16 (at + 8, 1); /* PCM */
  put16 (at + 10, format->channels);
  put32 (at + 12, format->rate);
  put32 (at + 16, format->rate * frame_size);
  put16 (at + 20, frame_size);
  put16 (at + 22, BYTES_PER_SAMPLE * 8);
}

/**
 * gst_call_wav_header_build:
 * @format: what the samples are
 * @data_bytes: how many bytes of samples follow the header
 * @header: (out caller-allocates) (array fixed-size=80): where the header goes
 *
 * Writes the header of a WAV file. Its length is the same for every file, so that it can be written
 * again over the old one each time the file has grown: beyond 4 GiB it becomes RF64, for which a
 * JUNK chunk has kept the place.
 */
void
gst_call_wav_header_build (const GstCallWavFormat *format,
                           guint64 data_bytes,
                           guint8 header[GST_CALL_WAV_HEADER_SIZE])
{
  guint64 riff_bytes = GST_CALL_WAV_HEADER_SIZE - 8 + data_bytes;
  gboolean is_large = riff_bytes > G_MAXUINT32;

  memset (header, 0, GST_CALL_WAV_HEADER_SIZE);
  memcpy (header, is_large ? "RF64" : "RIFF", 4);
  put32 (header + AT_RIFF_SIZE, is_large ? G_MAXUINT32 : (guint32) riff_bytes);
  memcpy (header + 8, "WAVE", 4);
  memcpy (header + AT_DS64, is_large ? "ds64" : "JUNK", 4);
  put32 (header + AT_DS64 + 4, DS64_BODY);
  if (is_large) {
    put64 (header + AT_DS64 + 8, riff_bytes);
    put64 (header + AT_DS64 + 16, data_bytes);
    put64 (header + AT_DS64 + 24, data_bytes / gst_call_wav_format_get_frame_size (format));
  }
  put_fmt (format, header + AT_FMT);
  memcpy (header + AT_DATA, "data", 4);
  put32 (header + AT_DATA + 4, is_large ? G_MAXUINT32 : (guint32) data_bytes);
}

/**
 * gst_call_wav_header_parse:
 * @data: (array length=length): the begin of a file
 * @length: how much of it there is
 * @format: (out caller-allocates): what the samples are
 * @data_bytes: (out): how many bytes of samples the header promises
 *
 * Reads a header that gst_call_wav_header_build() wrote, and no other kind of WAV: what is repaired
 * after a crash is our own.
 *
 * Returns: %FALSE if it is not such a header
 */
gboolean
gst_call_wav_header_parse (const guint8 *data,
                           gsize length,
                           GstCallWavFormat *format,
                           guint64 *data_bytes)
{
  guint8 again[GST_CALL_WAV_HEADER_SIZE];

  if (length < GST_CALL_WAV_HEADER_SIZE)
    return FALSE;
  format->channels = get16 (data + AT_FMT + 10);
  format->rate = get32 (data + AT_FMT + 12);
  if (format->channels < 1 || format->channels > CHANNELS_MAX || format->rate < 1 ||
      format->rate > RATE_MAX)
    return FALSE;
  *data_bytes = memcmp (data, "RF64", 4) == 0 ? get64 (data + AT_DS64 + 16)
                                              : get32 (data + AT_DATA + 4);
  if (*data_bytes > G_MAXINT64)
    return FALSE;
  gst_call_wav_header_build (format, *data_bytes, again);
  return memcmp (data, again, sizeof again) == 0;
}
