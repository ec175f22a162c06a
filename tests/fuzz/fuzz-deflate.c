/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-deflate.h"

#include <string.h>

#define LIMIT 100000

/* As a compressed message: whatever it says, the limit holds. */
static void
unpack (CallInflater *inflater, const uint8_t *data, size_t size)
{
  GByteArray *out = g_byte_array_new ();

  call_inflater_message (inflater, data, size, LIMIT, out);
  g_assert (out->len <= LIMIT);
  g_byte_array_unref (out);
}

/* As a message to be compressed: what was packed is unpacked to the same. */
static void
pack (CallInflater *inflater, const uint8_t *data, size_t size)
{
  CallDeflater *deflater = call_deflater_new ();
  GByteArray *packed = g_byte_array_new ();
  GByteArray *out = g_byte_array_new ();

  if (call_deflater_message (deflater, data, size, packed)) {
    g_assert (call_inflater_message (inflater, packed->data, packed->len, size, out) ==
              CALL_INFLATE_DONE);
    g_assert (out->len == size && memcmp (out->data, data, size) == 0);
  }
  g_byte_array_unref (out);
  g_byte_array_unref (packed);
  call_deflater_free (deflater);
}

static void
negotiate (const uint8_t *data, size_t size)
{
  char *offers = g_strndup ((const char *) data, size);
  char *answer = NULL;

  g_assert (call_deflate_negotiate (offers, &answer) == (answer != NULL));
  g_free (answer);
  g_free (offers);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CallInflater *inflater = call_inflater_new ();

  unpack (inflater, data, size);
  pack (inflater, data, size);
  negotiate (data, size);
  /* Nothing of it stays behind. */
  unpack (inflater, (const uint8_t *) "\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  call_inflater_free (inflater);
  return 0;
}
