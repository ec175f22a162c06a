/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-deflate.h"

#include <gio/gio.h>
#include <string.h>

#define BYTES(text) (text), sizeof (text) - 1

/* --- messages --------------------------------------------------------------------------------- */

static void
test_vectors (void)
{
  /* RFC 7692 section 7.2.3: one block, no compression, two blocks, and a last block. */
  static const struct {
    const char *bytes;
    gsize length;
  } cases[] = {
    { BYTES ("\xf2\x48\xcd\xc9\xc9\x07\x00") },
    { BYTES ("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00") },
    { BYTES ("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00") },
    { BYTES ("\xf3\x48\xcd\xc9\xc9\x07\x00\x00") },
  };
  g_autoptr (CallInflater) inflater = call_inflater_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    g_assert_cmpint (call_inflater_message (inflater, cases[i].bytes, cases[i].length, 5, out), ==,
                     CALL_INFLATE_DONE);
    g_assert_cmpmem (out->data, out->len, "Hello", 5);
    g_byte_array_set_size (out, 0);
    g_assert_cmpint (call_inflater_message (inflater, cases[i].bytes, cases[i].length, 4, out), ==,
                     CALL_INFLATE_TOO_BIG);
  }
}

static void
test_empty (void)
{
  g_autoptr (CallInflater) inflater = call_inflater_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();

  g_assert_cmpint (call_inflater_message (inflater, "\x00", 1, 100, out), ==, CALL_INFLATE_DONE);
  g_assert_cmpuint (out->len, ==, 0);
  /* Section 7.2.3.6: no block at all is none. */
  g_assert_cmpint (call_inflater_message (inflater, "", 0, 100, out), ==, CALL_INFLATE_BAD);
}

/* The state is shared, so what one message leaves behind must not show in the next. */
static void
test_round_trip (void)
{
  g_autoptr (CallDeflater) deflater = call_deflater_new ();
  g_autoptr (CallInflater) inflater = call_inflater_new ();
  g_autoptr (GByteArray) first = NULL;

  for (gsize length = 64; length < 3000000; length *= 3) {
    g_autofree char *text = g_strnfill (length, 'a');
    g_autoptr (GByteArray) packed = g_byte_array_new ();
    g_autoptr (GByteArray) out = g_byte_array_new ();

    for (gsize i = 0; i < length; i += 7)
      text[i] = (char) ('a' + i % 26);
    g_assert_true (call_deflater_message (deflater, text, length, packed));
    g_assert_cmpuint (packed->len, <, length);
    g_assert_cmpint (call_inflater_message (inflater, packed->data, packed->len, length, out), ==,
                     CALL_INFLATE_DONE);
    g_assert_cmpmem (out->data, out->len, text, length);
  }
  /* The same message gives the same bytes, whatever went before. */
  for (guint i = 0; i < 2; i++) {
    g_autofree char *text = g_strnfill (5000, 'z');
    g_autoptr (GByteArray) packed = g_byte_array_new ();

    g_assert_true (call_deflater_message (deflater, text, 5000, packed));
    if (first == NULL)
      first = g_byte_array_ref (packed);
    g_assert_cmpmem (packed->data, packed->len, first->data, first->len);
  }
}

static void
test_incompressible (void)
{
  g_autoptr (CallDeflater) deflater = call_deflater_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 noise[4096];

  for (gsize i = 0; i < sizeof noise; i++)
    noise[i] = (guint8) g_random_int ();
  g_byte_array_append (out, (const guint8 *) "before", 6);
  g_assert_false (call_deflater_message (deflater, noise, sizeof noise, out));
  g_assert_cmpmem (out->data, out->len, "before", 6);
  g_assert_false (call_deflater_gzip (deflater, noise, sizeof noise, out));
  g_assert_cmpmem (out->data, out->len, "before", 6);
}

static void
test_bomb (void)
{
  enum { SIZE = 20 * 1000 * 1000, LIMIT = 100000 };
  g_autoptr (CallDeflater) deflater = call_deflater_new ();
  g_autoptr (CallInflater) inflater = call_inflater_new ();
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree char *zeros = g_malloc0 (SIZE);

  g_assert_true (call_deflater_message (deflater, zeros, SIZE, packed));
  g_assert_cmpuint (packed->len, <, SIZE / 200);
  g_assert_cmpint (call_inflater_message (inflater, packed->data, packed->len, LIMIT, out), ==,
                   CALL_INFLATE_TOO_BIG);
  g_assert_cmpuint (out->len, <=, LIMIT);
}

static void
test_bad (void)
{
  static const struct {
    const char *bytes;
    gsize length;
  } cases[] = {
    { BYTES ("\xff") },                         /* no such kind of block */
    { BYTES ("\xf2\x48\xcd") },                 /* cut off */
    { BYTES ("\x00\x05\x00\xfa\xff\x48\x65") }, /* cut off in a stored block */
    { BYTES ("\x00\x05\x00\x00\x00hello") },    /* length that disagrees with itself */
    { BYTES ("\xf2\x48\xcd\xc9\xc9\x07") },
  };
  g_autoptr (CallInflater) inflater = call_inflater_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) out = g_byte_array_new ();

    g_test_message ("case %" G_GSIZE_FORMAT, i);
    g_assert_cmpint (call_inflater_message (inflater, cases[i].bytes, cases[i].length, 1000, out),
                     ==, CALL_INFLATE_BAD);
  }
}

/* --- bodies ----------------------------------------------------------------------------------- */

static void
test_gzip (void)
{
  g_autoptr (CallDeflater) deflater = call_deflater_new ();
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  g_autofree char *text = g_strnfill (10000, 'g');
  g_autoptr (GConverter) reader = G_CONVERTER (
      g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  g_autoptr (GError) error = NULL;
  guint8 plain[10001];
  gsize read, written;

  g_assert_true (call_deflater_gzip (deflater, text, 10000, packed));
  g_assert_cmpint (g_converter_convert (reader, packed->data, packed->len, plain, sizeof plain,
                                        G_CONVERTER_INPUT_AT_END, &read, &written, &error),
                   ==, G_CONVERTER_FINISHED);
  g_assert_no_error (error);
  g_assert_cmpuint (read, ==, packed->len);
  g_assert_cmpmem (plain, written, text, 10000);
}

/* --- negotiation ------------------------------------------------------------------------------ */

#define PLAIN "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

static void
test_negotiate (void)
{
  static const struct {
    const char *offers;
    const char *answer;
  } cases[] = {
    { NULL, NULL },
    { "", NULL },
    { "permessage-deflate", PLAIN },
    { "Permessage-Deflate", PLAIN },
    { "permessage-deflate; client_max_window_bits", PLAIN },
    { "permessage-deflate;client_max_window_bits=9", PLAIN },
    { "permessage-deflate; client_max_window_bits=\"10\"", PLAIN },
    { "permessage-deflate; server_no_context_takeover; client_no_context_takeover", PLAIN },
    { "permessage-deflate; server_max_window_bits=15", PLAIN "; server_max_window_bits=15" },
    { "x-webkit-deflate-frame, permessage-deflate", PLAIN },
    { "permessage-deflate; server_max_window_bits=10", NULL },
    { "permessage-deflate; server_max_window_bits=10, permessage-deflate", PLAIN },
    { "permessage-deflate; server_max_window_bits", NULL },
    { "permessage-deflate; server_max_window_bits=16", NULL },
    { "permessage-deflate; client_max_window_bits=7", NULL },
    { "permessage-deflate; client_max_window_bits=", NULL },
    { "permessage-deflate; client_max_window_bits=\"", NULL },
    { "permessage-deflate; server_no_context_takeover=1", NULL },
    { "permessage-deflate; server_no_context_takeover; server_no_context_takeover", NULL },
    { "permessage-deflate; unheard_of", NULL },
    { "permessage-bzip2", NULL },
    { ";;,,;=", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *answer = NULL;

    g_test_message ("%s", cases[i].offers);
    g_assert_cmpint (call_deflate_negotiate (cases[i].offers, &answer), ==,
                     cases[i].answer != NULL);
    g_assert_cmpstr (answer, ==, cases[i].answer);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/deflate/vectors", test_vectors);
  g_test_add_func ("/deflate/empty", test_empty);
  g_test_add_func ("/deflate/round-trip", test_round_trip);
  g_test_add_func ("/deflate/incompressible", test_incompressible);
  g_test_add_func ("/deflate/bomb", test_bomb);
  g_test_add_func ("/deflate/bad", test_bad);
  g_test_add_func ("/deflate/gzip", test_gzip);
  g_test_add_func ("/deflate/negotiate", test_negotiate);
  return g_test_run ();
}
