/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RIFF, a chunk that keeps the place of ds64, fmt and the head of data. */
#define GST_CALL_WAV_HEADER_SIZE 80

/**
 * GstCallWavFormat:
 * @rate: samples a second
 * @channels: 1 for mono, 2 for stereo
 *
 * What a WAV file of 16 bit little endian samples holds.
 */
typedef struct {
  guint rate;
  guint channels;
} GstCallWavFormat;

gsize gst_call_wav_format_get_frame_size (const GstCallWavFormat *self);
void gst_call_wav_header_build (const GstCallWavFormat *format,
                                guint64 data_bytes,
                                guint8 header[GST_CALL_WAV_HEADER_SIZE]);
gboolean gst_call_wav_header_parse (const guint8 *data,
                                    gsize length,
                                    GstCallWavFormat *format,
                                    guint64 *data_bytes);

G_END_DECLS
