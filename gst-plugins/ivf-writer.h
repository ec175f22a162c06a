/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GST_CALL_IVF_HEADER_SIZE 32
#define GST_CALL_IVF_FRAME_HEADER_SIZE 12
/* The time base of all files: that of RTP video. */
#define GST_CALL_IVF_CLOCK_RATE 90000

/**
 * GstCallIvfHeader:
 * @fourcc: the codec, such as "VP80" or "VP90"
 * @width: of the first key frame, 0 when it is not known
 * @height: of the first key frame
 * @frames: how many frames follow
 *
 * The head of an IVF file.
 */
typedef struct {
  char fourcc[5];
  guint width;
  guint height;
  guint32 frames;
} GstCallIvfHeader;

void gst_call_ivf_header_build (const GstCallIvfHeader *header,
                                guint8 bytes[GST_CALL_IVF_HEADER_SIZE]);
gboolean gst_call_ivf_header_parse (const guint8 *data, gsize length, GstCallIvfHeader *header);
void gst_call_ivf_frame_header_build (guint32 size,
                                      guint64 pts,
                                      guint8 bytes[GST_CALL_IVF_FRAME_HEADER_SIZE]);
gsize gst_call_ivf_scan (const guint8 *data, gsize length, guint32 *frames);
gboolean gst_call_vp8_get_size (const guint8 *frame, gsize length, guint *width, guint *height);

G_END_DECLS
