/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-byte-range.h"

#include <string.h>

#define UNIT "bytes="

/* Digits; a number beyond all files is the largest number. An empty one is -1. */
static gint64
take_number (const char **text)
{
  gint64 number = -1;

  for (; g_ascii_isdigit (**text); (*text)++) {
    int digit = g_ascii_digit_value (**text);

    number = MAX (number, 0);
    number = number > (G_MAXINT64 - digit) / 10 ? G_MAXINT64 : number * 10 + digit;
  }
  return number;
}

static void
skip_space (const char **text)
{
  while (**text == ' ' || **text == '\t')
    (*text)++;
}

/**
 * call_byte_range_parse:
 * @header: (nullable): the value of the header Range
 * @total: how many bytes there are
 * @first: (out): the first byte of the part
 * @last: (out): the last byte of the part
 *
 * Reads a range (RFC 9110 section 14.2). What is malformed, in another unit, or of several parts is
 * ignored, as the section allows: then all of it is sent.
 *
 * Returns: what to send; @first and @last are set for %CALL_BYTE_RANGE_PART
 */
CallByteRangeVerdict
call_byte_range_parse (const char *header, gint64 total, gint64 *first, gint64 *last)
{
  gint64 from, to;

  if (header == NULL || g_ascii_strncasecmp (header, UNIT, strlen (UNIT)) != 0)
    return CALL_BYTE_RANGE_WHOLE;
  header += strlen (UNIT);
  skip_space (&header);
  from = take_number (&header);
  if (*header++ != '-')
    return CALL_BYTE_RANGE_WHOLE;
  to = take_number (&header);
  skip_space (&header);
  if (*header != '\0' || (from < 0 && to < 0) || (from >= 0 && to >= 0 && to < from))
    return CALL_BYTE_RANGE_WHOLE;
  if (from >= total || (from < 0 && (to == 0 || total == 0)))
    return CALL_BYTE_RANGE_UNSATISFIABLE;

  *first = from >= 0 ? from : MAX (total - to, 0);
  *last = from >= 0 && to >= 0 ? MIN (to, total - 1) : total - 1;
  return CALL_BYTE_RANGE_PART;
}
