/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-egress-format.h"

#include <string.h>

#define BYTES_PER_SAMPLE 2
/* A sender's clock and the network may be so far off. */
#define TOLERANCE 0.08
/* Loud pairs that must be there, and the share of them that is equal, before a stream that is said
 * to be mono is taken for stereo. */
#define PAIRS_MIN 2000
#define SHARE_MIN 0.995

/**
 * calld_egress_format_get_unit:
 * @self: a format
 *
 * The bytes of one sample of all channels.
 *
 * Returns: 2 or 4
 */
gsize
calld_egress_format_get_unit (const CalldEgressFormat *self)
{
  return (gsize) self->channels * BYTES_PER_SAMPLE;
}

/**
 * calld_egress_format_equal:
 * @a: a format
 * @b: another
 *
 * Compares formats.
 *
 * Returns: %TRUE if they are the same
 */
gboolean
calld_egress_format_equal (const CalldEgressFormat *a, const CalldEgressFormat *b)
{
  return a->rate == b->rate && a->channels == b->channels;
}

/* LiveKit sends two equal channels for a mono microphone: pairs of samples are equal then, which
 * those of mono speech are not. */
static gboolean
has_equal_channels (const guint8 *data, gsize length)
{
  gsize loud = 0, equal = 0;

  for (gsize i = 0; i + 4 <= length; i += 4) {
    gint16 left, right;

    memcpy (&left, data + i, 2);
    memcpy (&right, data + i + 2, 2);
    left = GINT16_FROM_LE (left);
    right = GINT16_FROM_LE (right);
    if (ABS (left) < 16 && ABS (right) < 16)
      continue;
    loud++;
    equal += left == right;
  }
  return loud >= PAIRS_MIN && (double) equal >= SHARE_MIN * (double) loud;
}

/**
 * calld_egress_format_guess:
 * @declared: what the URL says
 * @data: (array length=length): the first samples
 * @length: their bytes
 * @duration_us: the time in which they came, in microseconds
 *
 * Says how a stream really comes. What is declared is believed unless the bytes come at twice or
 * half the pace, or at that of another usual rate, or the pairs of samples show two equal channels.
 * A stream that comes faster than any of these, such as a file, is taken as declared.
 *
 * Returns: the format
 */
CalldEgressFormat
calld_egress_format_guess (const CalldEgressFormat *declared,
                           const guint8 *data,
                           gsize length,
                           gint64 duration_us)
{
  /* What LiveKit sends comes first. */
  static const CalldEgressFormat usual[] = {
    { 48000, 2 }, { 48000, 1 }, { 16000, 1 }, { 44100, 2 }, { 44100, 1 },
    { 8000, 1 },  { 24000, 1 }, { 32000, 1 }, { 16000, 2 },
  };
  double pace = duration_us > 0 ? (double) length * G_USEC_PER_SEC / (double) duration_us : 0;
  double expected = (double) (declared->rate * calld_egress_format_get_unit (declared));
  CalldEgressFormat stereo = { declared->rate, 2 };

  if (declared->channels == 1 && has_equal_channels (data, length))
    return stereo;
  if (duration_us < CALLD_EGRESS_LISTEN_US * 3 / 4 || ABS (pace / expected - 1) < TOLERANCE)
    return *declared;
  for (guint i = 0; i < 2; i++) {
    CalldEgressFormat other = { declared->rate, 2 - i };
    double its = (double) (other.rate * calld_egress_format_get_unit (&other));

    if (ABS (pace / its - 1) < TOLERANCE)
      return other;
  }
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++) {
    double its = (double) (usual[i].rate * calld_egress_format_get_unit (&usual[i]));

    if (ABS (pace / its - 1) < TOLERANCE)
      return usual[i];
  }
  return *declared;
}
