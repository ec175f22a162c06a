/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CallByteRangeVerdict:
 * @CALL_BYTE_RANGE_WHOLE: send all of it: 200
 * @CALL_BYTE_RANGE_PART: send the part that was asked for: 206
 * @CALL_BYTE_RANGE_UNSATISFIABLE: there is no such part: 416
 *
 * What the header Range asks of something of a known size.
 */
typedef enum {
  CALL_BYTE_RANGE_WHOLE,
  CALL_BYTE_RANGE_PART,
  CALL_BYTE_RANGE_UNSATISFIABLE,
} CallByteRangeVerdict;

CallByteRangeVerdict
call_byte_range_parse (const char *header, gint64 total, gint64 *first, gint64 *last);

G_END_DECLS
