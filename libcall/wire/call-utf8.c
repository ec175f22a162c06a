/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-utf8.h"

#include <string.h>

/* The states are named for what must come next (The Unicode Standard, table 3-7). */
enum {
  START = CALL_UTF8_ACCEPT,
  ONE_MORE,
  TWO_MORE,
  THREE_MORE,
  AFTER_E0, /* A0 to BF: shorter forms are not allowed */
  AFTER_ED, /* 80 to 9F: the rest are surrogates */
  AFTER_F0, /* 90 to BF: shorter forms are not allowed */
  AFTER_F4, /* 80 to 8F: the rest is above U+10FFFF */
};

typedef struct {
  guint8 lowest;
  guint8 highest;
  CallUtf8State next;
} Edge;

static const Edge continuation[] = {
  [ONE_MORE] = { 0x80, 0xbf, START },      [TWO_MORE] = { 0x80, 0xbf, ONE_MORE },
  [THREE_MORE] = { 0x80, 0xbf, TWO_MORE }, [AFTER_E0] = { 0xa0, 0xbf, ONE_MORE },
  [AFTER_ED] = { 0x80, 0x9f, ONE_MORE },   [AFTER_F0] = { 0x90, 0xbf, TWO_MORE },
  [AFTER_F4] = { 0x80, 0x8f, TWO_MORE },
};

static CallUtf8State
step_lead (guint8 byte)
{
  if (byte < 0x80)
    return START;
  if (byte < 0xc2)
    return CALL_UTF8_REJECT;
  if (byte < 0xe0)
    return ONE_MORE;
  if (byte < 0xf0)
    return byte == 0xe0 ? AFTER_E0 : byte == 0xed ? AFTER_ED : TWO_MORE;
  if (byte < 0xf5)
    return byte == 0xf0 ? AFTER_F0 : byte == 0xf4 ? AFTER_F4 : THREE_MORE;
  return CALL_UTF8_REJECT;
}

/* Most text of ours is ASCII: take it eight bytes at a time. */
static const guint8 *
skip_ascii (const guint8 *p, const guint8 *end)
{
  while (end - p >= 8) {
    guint64 word;

    memcpy (&word, p, sizeof word);
    if ((word & G_GUINT64_CONSTANT (0x8080808080808080)) != 0)
      break;
    p += 8;
  }
  while (p < end && *p < 0x80)
    p++;
  return p;
}

/**
 * call_utf8_feed:
 * @state: %CALL_UTF8_ACCEPT at the start, then what the last call returned
 * @data: (array length=length): the next bytes
 * @length: how many
 *
 * Checks the next piece of a text. NUL is a character like any other, unlike for g_utf8_validate().
 *
 * Returns: the new state; the text may end here if it is %CALL_UTF8_ACCEPT, and can never become
 *   valid once it is %CALL_UTF8_REJECT
 */
CallUtf8State
call_utf8_feed (CallUtf8State state, const void *data, gsize length)
{
  const guint8 *p = length > 0 ? data : (const void *) "";
  const guint8 *end = p + length;

  while (p < end && state != CALL_UTF8_REJECT) {
    if (state == START) {
      p = skip_ascii (p, end);
      if (p < end)
        state = step_lead (*p++);
      continue;
    }
    if (*p < continuation[state].lowest || *p > continuation[state].highest)
      return CALL_UTF8_REJECT;
    state = continuation[state].next;
    p++;
  }
  return state;
}

/**
 * call_utf8_is_valid:
 * @data: (array length=length): a whole text
 * @length: how many bytes
 *
 * Whether @data is UTF-8.
 *
 * Returns: %TRUE if it is
 */
gboolean
call_utf8_is_valid (const void *data, gsize length)
{
  return call_utf8_feed (CALL_UTF8_ACCEPT, data, length) == CALL_UTF8_ACCEPT;
}
