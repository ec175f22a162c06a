/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CalldEgressFormat:
 * @rate: samples a second
 * @channels: 1 or 2
 *
 * How samples of 16 bits, little endian, come.
 */
typedef struct {
  guint rate;
  guint channels;
} CalldEgressFormat;

/* How much of a stream is looked at before it is believed. */
#define CALLD_EGRESS_LISTEN_US (2 * G_USEC_PER_SEC)

gsize calld_egress_format_get_unit (const CalldEgressFormat *self);
gboolean calld_egress_format_equal (const CalldEgressFormat *a, const CalldEgressFormat *b);
CalldEgressFormat calld_egress_format_guess (const CalldEgressFormat *declared,
                                             const guint8 *data,
                                             gsize length,
                                             gint64 duration_us);

G_END_DECLS
