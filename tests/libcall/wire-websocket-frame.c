/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call-websocket-frame.h"

#include <string.h>

#define LIMIT 100000

typedef struct {
  GString *log;
  guint16 code;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_string_free (outcome->log, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

/* Feeds @bytes in steps of @step and writes down everything that came out. What is not consumed is
 * kept in a block of exactly its size, so that a sanitizer sees reads past it. */
static Outcome
run_role (CallWebsocketRole role, const guint8 *bytes, gsize length, gsize step)
{
  CallWebsocketParser parser;
  Outcome outcome = { g_string_new (NULL), 0 };
  guint8 *kept = NULL;
  gsize n_kept = 0;
  gboolean failed = FALSE;

  call_websocket_parser_init (&parser, role, LIMIT);
  for (gsize at = 0; at < length && !failed; at += step) {
    gsize n = MIN (step, length - at);
    gsize from = 0;

    kept = g_realloc (kept, n_kept + n);
    memcpy (kept + n_kept, bytes + at, n);
    n_kept += n;
    while (TRUE) {
      CallWebsocketMessage message = { 0 };
      gsize consumed, needed;
      CallWebsocketResult result = call_websocket_parser_feed (&parser, kept + from, n_kept - from,
                                                               &consumed, &needed, &message);

      g_assert_cmpuint (consumed, <=, n_kept - from);
      from += consumed;
      if (result == CALL_WEBSOCKET_RESULT_ERROR) {
        g_assert_nonnull (parser.reason);
        outcome.code = parser.close_code;
        failed = TRUE;
        break;
      }
      if (result == CALL_WEBSOCKET_RESULT_MORE) {
        if (!parser.ended)
          g_assert_cmpuint (needed, >, n_kept - from);
        g_assert_cmpuint (needed, <=, LIMIT + CALL_WEBSOCKET_HEADER_MAX);
        break;
      }
      g_string_append_printf (outcome.log, "%x:", message.opcode);
      if (message.opcode == CALL_WEBSOCKET_CLOSE)
        g_string_append_printf (outcome.log, "%u:", message.close_code);
      if (message.length > 60)
        g_string_append_printf (outcome.log, "[%" G_GSIZE_FORMAT "]", message.length);
      else
        g_string_append_len (outcome.log, (const char *) message.data, message.length);
      g_string_append_c (outcome.log, ' ');
    }
    memmove (kept, kept + from, n_kept - from);
    n_kept -= from;
    kept = g_realloc (kept, n_kept);
  }
  call_websocket_parser_clear (&parser);
  g_free (kept);
  return outcome;
}

/* The same whatever pieces the network makes of it. */
static void
expect (GByteArray *stream, const char *log, guint16 code)
{
  static const gsize steps[] = { 1, 2, 3, 7, 1000000 };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_auto (Outcome) outcome = run_role (CALL_WEBSOCKET_SERVER, stream->data, stream->len,
                                         steps[i]);

    g_assert_cmpstr (outcome.log->str, ==, log);
    g_assert_cmpuint (outcome.code, ==, code);
  }
  g_byte_array_set_size (stream, 0);
}

static void
add (GByteArray *stream, CallWebsocketOpcode opcode, gboolean fin, const char *data, gssize length)
{
  g_autoptr (GBytes) frame = call_websocket_frame_new_masked (
      opcode, fin, 0x12b45678u, data, length < 0 ? strlen (data) : (gsize) length);

  g_byte_array_append (stream, g_bytes_get_data (frame, NULL), g_bytes_get_size (frame));
}

static void
add_raw (GByteArray *stream, const char *bytes, gsize length)
{
  g_byte_array_append (stream, (const guint8 *) bytes, length);
}

static void
test_messages (void)
{
  g_autoptr (GByteArray) s = g_byte_array_new ();

  add (s, CALL_WEBSOCKET_TEXT, TRUE, "hello", -1);
  add (s, CALL_WEBSOCKET_BINARY, TRUE, "\xff\x00\xfe", 3);
  add (s, CALL_WEBSOCKET_TEXT, TRUE, "", 0);
  add (s, CALL_WEBSOCKET_PING, TRUE, "are you there", -1);
  add (s, CALL_WEBSOCKET_PONG, TRUE, "", 0);
  /* The binary message has a NUL in it, so compare memory. */
  {
    static const char log[] = "1:hello 2:\xff\x00\xfe 1: 9:are you there a: ";
    g_auto (Outcome) outcome = run_role (CALL_WEBSOCKET_SERVER, s->data, s->len, 1);

    g_assert_cmpmem (outcome.log->str, outcome.log->len, log, sizeof log - 1);
  }
}

/* RFC 6455 section 5.7 */
static void
test_rfc_examples (void)
{
  g_autoptr (GByteArray) s = g_byte_array_new ();
  g_auto (Outcome) unmasked = run_role (
      CALL_WEBSOCKET_CLIENT,
      (const guint8 *) "\x81\x05\x48\x65\x6c\x6c\x6f\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"
                       "\x89\x05\x48\x65\x6c\x6c\x6f",
      23, 1);
  g_autoptr (GBytes) frame = call_websocket_frame_new (CALL_WEBSOCKET_TEXT, "Hello", 5);

  g_assert_cmpstr (unmasked.log->str, ==, "1:Hello 1:Hello 9:Hello ");
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame),
                   "\x81\x05\x48\x65\x6c\x6c\x6f", 7);
  add_raw (s, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  add_raw (s, "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11);
  expect (s, "1:Hello a:Hello ", 0);
}

static void
test_lengths (void)
{
  static const gsize lengths[] = { 0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *data = g_malloc (lengths[i] + 1);
    g_autoptr (GBytes) masked = NULL;
    g_autoptr (GBytes) plain = NULL;

    memset (data, 'x', lengths[i]);
    masked = call_websocket_frame_new_masked (CALL_WEBSOCKET_TEXT, TRUE, 0xdeadbeef, data,
                                              lengths[i]);
    plain = call_websocket_frame_new (CALL_WEBSOCKET_TEXT, data, lengths[i]);
    for (int role = CALL_WEBSOCKET_SERVER; role <= CALL_WEBSOCKET_CLIENT; role++) {
      GBytes *frame = role == CALL_WEBSOCKET_SERVER ? masked : plain;
      CallWebsocketParser parser;
      CallWebsocketMessage message;
      gsize size = g_bytes_get_size (frame);
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (frame, NULL), size);
      gsize consumed, needed;

      call_websocket_parser_init (&parser, role, LIMIT);
      g_assert_cmpint (
          call_websocket_parser_feed (&parser, copy, size, &consumed, &needed, &message), ==,
          CALL_WEBSOCKET_RESULT_MESSAGE);
      g_assert_cmpuint (consumed, ==, size);
      g_assert_cmpmem (message.data, message.length, data, lengths[i]);
      /* Straight out of the caller's buffer. */
      g_assert_true (message.data >= copy && message.data <= copy + size);
      g_assert_null (parser.fragments);
    }
  }
}

static void
test_fragments (void)
{
  g_autoptr (GByteArray) s = g_byte_array_new ();

  add (s, CALL_WEBSOCKET_TEXT, FALSE, "one ", -1);
  add (s, CALL_WEBSOCKET_PING, TRUE, "between", -1);
  add (s, CALL_WEBSOCKET_CONTINUATION, FALSE, "", 0);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "two", -1);
  add (s, CALL_WEBSOCKET_BINARY, FALSE, "", 0);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "", 0);
  add (s, CALL_WEBSOCKET_TEXT, TRUE, "three", -1);
  expect (s, "9:between 1:one two 2: 1:three ", 0);

  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "x", -1);
  expect (s, "", 1002);
  add (s, CALL_WEBSOCKET_TEXT, FALSE, "x", -1);
  add (s, CALL_WEBSOCKET_TEXT, TRUE, "x", -1);
  expect (s, "", 1002);
  add (s, CALL_WEBSOCKET_TEXT, FALSE, "x", -1);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "y", -1);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "z", -1);
  expect (s, "1:xy ", 1002);
}

/* No byte of a fragmented message is kept once it has been dealt with. */
static void
test_fragments_released (void)
{
  g_autoptr (GByteArray) s = g_byte_array_new ();
  CallWebsocketParser parser;
  CallWebsocketMessage message;
  gsize consumed, needed;

  add (s, CALL_WEBSOCKET_TEXT, FALSE, "a", -1);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, "b", -1);
  call_websocket_parser_init (&parser, CALL_WEBSOCKET_SERVER, LIMIT);
  g_assert_cmpint (
      call_websocket_parser_feed (&parser, s->data, s->len, &consumed, &needed, &message), ==,
      CALL_WEBSOCKET_RESULT_MESSAGE);
  g_assert_cmpmem (message.data, message.length, "ab", 2);
  g_assert_nonnull (parser.fragments);
  g_assert_cmpint (call_websocket_parser_feed (&parser, NULL, 0, &consumed, &needed, &message), ==,
                   CALL_WEBSOCKET_RESULT_MORE);
  g_assert_null (parser.fragments);
}

static void
test_utf8 (void)
{
  /* From the Unicode standard and RFC 3629: shortest forms, surrogates, the upper end. */
  static const struct {
    const char *text;
    gboolean valid;
  } cases[] = {
    { "κόσμε", TRUE },
    { "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", TRUE },
    { "\xed\x9f\xbf\xee\x80\x80\xf0\x9f\x98\x80", TRUE },
    { "\xc0\x80", FALSE },
    { "\xc1\xbf", FALSE },
    { "\xe0\x9f\xbf", FALSE },
    { "\xf0\x8f\xbf\xbf", FALSE },
    { "\xed\xa0\x80", FALSE },
    { "\xed\xbf\xbf", FALSE },
    { "\xf4\x90\x80\x80", FALSE },
    { "\xf5\x80\x80\x80", FALSE },
    { "\x80", FALSE },
    { "a\xbfz", FALSE },
    { "\xce", FALSE },
    { "\xe2\x82", FALSE },
    { "\xf0\x9f\x98", FALSE },
    { "\xff", FALSE },
    { "ascii ascii ascii \xe2\x28\xa1", FALSE },
  };
  g_autoptr (GByteArray) s = g_byte_array_new ();

  g_assert_true (call_utf8_is_valid ("a\0b", 3));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *text = cases[i].text;
    g_autofree char *log = g_strdup_printf ("1:%s ", text);

    g_assert_cmpint (call_utf8_is_valid (text, strlen (text)), ==, cases[i].valid);
    g_assert_cmpint (g_utf8_validate (text, -1, NULL), ==, cases[i].valid);
    add (s, CALL_WEBSOCKET_TEXT, TRUE, text, -1);
    expect (s, cases[i].valid ? log : "", cases[i].valid ? 0 : 1007);
    /* One byte to a fragment. */
    for (gsize at = 0; at < strlen (text); at++)
      add (s, at == 0 ? CALL_WEBSOCKET_TEXT : CALL_WEBSOCKET_CONTINUATION, text[at + 1] == '\0',
           text + at, 1);
    expect (s, cases[i].valid ? log : "", cases[i].valid ? 0 : 1007);
  }
}

static void
test_close (void)
{
  static const struct {
    guint code;
    gboolean valid;
  } codes[] = {
    { 0, FALSE },    { 999, FALSE },  { 1000, TRUE },  { 1003, TRUE },
    { 1004, FALSE }, { 1005, FALSE }, { 1006, FALSE }, { 1007, TRUE },
    { 1014, TRUE },  { 1015, FALSE }, { 1016, FALSE }, { 2999, FALSE },
    { 3000, TRUE },  { 4999, TRUE },  { 5000, FALSE }, { 65535, FALSE },
  };
  g_autoptr (GByteArray) s = g_byte_array_new ();
  g_autoptr (GBytes) none = call_websocket_frame_new_close (CALL_WEBSOCKET_CODE_NO_STATUS, "x");

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++) {
    char payload[] = { (char) (codes[i].code >> 8), (char) codes[i].code, 'b', 'y', 'e' };
    g_autofree char *log = g_strdup_printf ("8:%u:bye ", codes[i].code);

    add (s, CALL_WEBSOCKET_CLOSE, TRUE, payload, sizeof payload);
    /* Behind a close frame anything may come, it is not looked at. */
    add_raw (s, "\xff\xff\xff\xff", 4);
    expect (s, codes[i].valid ? log : "", codes[i].valid ? 0 : 1002);
  }
  add (s, CALL_WEBSOCKET_CLOSE, TRUE, "", 0);
  expect (s, "8:1005: ", 0);
  add (s, CALL_WEBSOCKET_CLOSE, TRUE, "\x03", 1);
  expect (s, "", 1002);
  add (s, CALL_WEBSOCKET_CLOSE, TRUE, "\x03\xe8\xff", 3);
  expect (s, "", 1007);
  g_assert_cmpmem (g_bytes_get_data (none, NULL), g_bytes_get_size (none), "\x88\x00", 2);
}

static void
test_close_reason_is_cut (void)
{
  g_autoptr (GString) reason = g_string_new ("a");
  g_autoptr (GBytes) frame = NULL;
  g_auto (Outcome) outcome = { NULL, 0 };

  for (int i = 0; i < 50; i++)
    g_string_append (reason, "€");
  frame = call_websocket_frame_new_close (1013, reason->str);
  /* 2 of the code, 1 of the a, and 40 whole characters of 3 bytes. */
  g_assert_cmpuint (g_bytes_get_size (frame), ==, 2 + 2 + 1 + 40 * 3);
  outcome = run_role (CALL_WEBSOCKET_CLIENT, g_bytes_get_data (frame, NULL),
                      g_bytes_get_size (frame), 1);
  g_assert_cmpstr (outcome.log->str, ==, "8:1013:[121] ");
}

static void
test_malformed (void)
{
  static const struct {
    const char *bytes;
    gsize length;
    guint16 code;
  } cases[] = {
    { "\xc1\x80", 2, 1002 },                                  /* reserved bit 1 */
    { "\xa1\x80", 2, 1002 },                                  /* reserved bit 2 */
    { "\x91\x80", 2, 1002 },                                  /* reserved bit 3 */
    { "\x83\x80", 2, 1002 },                                  /* opcode 3 */
    { "\x8b\x80", 2, 1002 },                                  /* opcode 11 */
    { "\x81\x05hello", 7, 1002 },                             /* no mask */
    { "\x09\x80", 2, 1002 },                                  /* ping in fragments */
    { "\x89\xfe\x00\x7e", 4, 1002 },                          /* ping of 126 bytes */
    { "\x81\xfe\x00\x7d", 4, 1002 },                          /* 125 in 16 bits */
    { "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff", 10, 1002 }, /* 65535 in 64 bits */
    { "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00", 10, 1002 }, /* negative */
    { "\x81\xff\x00\x00\x00\x00\x00\x01\x86\xa1", 10, 1009 }, /* limit + 1, nothing of it there */
    { "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10, 1009 },
  };
  g_autoptr (GByteArray) s = g_byte_array_new ();
  g_auto (Outcome) masked = run_role (CALL_WEBSOCKET_CLIENT,
                                      (const guint8 *) "\x81\x80\x00\x00\x00\x00", 6, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    add_raw (s, cases[i].bytes, cases[i].length);
    expect (s, "", cases[i].code);
  }
  g_assert_cmpuint (masked.code, ==, 1002);
}

static void
test_limit_over_fragments (void)
{
  g_autoptr (GByteArray) s = g_byte_array_new ();
  g_autofree char *half = g_malloc0 (LIMIT / 2 + 1);

  add (s, CALL_WEBSOCKET_BINARY, FALSE, half, LIMIT / 2);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, half, LIMIT / 2);
  expect (s, "2:[100000] ", 0);
  add (s, CALL_WEBSOCKET_BINARY, FALSE, half, LIMIT / 2);
  add (s, CALL_WEBSOCKET_CONTINUATION, TRUE, half, LIMIT / 2 + 1);
  expect (s, "", 1009);
}

static void
test_accept_key (void)
{
  g_autofree char *accept = call_websocket_accept_key ("dGhlIHNhbXBsZSBub25jZQ==");

  g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  g_assert_null (call_websocket_accept_key (NULL));
  g_assert_null (call_websocket_accept_key (""));
  g_assert_null (call_websocket_accept_key ("dGhlIHNhbXBsZSBub25jZQ="));
  g_assert_null (call_websocket_accept_key ("dGhlIHNhbXBsZSBub25jZSE="));
  g_assert_null (call_websocket_accept_key ("dGhl!HNhbXBsZSBub25jZQ=="));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/websocket/messages", test_messages);
  g_test_add_func ("/wire/websocket/rfc-examples", test_rfc_examples);
  g_test_add_func ("/wire/websocket/lengths", test_lengths);
  g_test_add_func ("/wire/websocket/fragments", test_fragments);
  g_test_add_func ("/wire/websocket/fragments-released", test_fragments_released);
  g_test_add_func ("/wire/websocket/utf8", test_utf8);
  g_test_add_func ("/wire/websocket/close", test_close);
  g_test_add_func ("/wire/websocket/close-reason-is-cut", test_close_reason_is_cut);
  g_test_add_func ("/wire/websocket/malformed", test_malformed);
  g_test_add_func ("/wire/websocket/limit-over-fragments", test_limit_over_fragments);
  g_test_add_func ("/wire/websocket/accept-key", test_accept_key);
  return g_test_run ();
}
