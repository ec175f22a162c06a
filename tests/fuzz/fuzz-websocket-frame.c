/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-websocket-frame.h"

#include <string.h>

#define LIMIT 5000

/* Feeds @data in steps and writes down what comes out. */
static GString *
read_all (const uint8_t *data, gsize size, gsize step, CallWebsocketRole role, gboolean deflate)
{
  GString *log = g_string_new (NULL);
  g_autoptr (GByteArray) kept = g_byte_array_new ();
  CallWebsocketResult result = CALL_WEBSOCKET_RESULT_MORE;
  CallWebsocketParser parser;

  call_websocket_parser_init (&parser, role, LIMIT);
  parser.deflate = deflate;
  for (gsize at = 0; at < size && result != CALL_WEBSOCKET_RESULT_ERROR; at += step) {
    g_byte_array_append (kept, data + at, MIN (step, size - at));
    do {
      CallWebsocketMessage message;
      gsize consumed, needed;

      result = call_websocket_parser_feed (&parser, kept->data, kept->len, &consumed, &needed,
                                           &message);
      g_assert (consumed <= kept->len);
      if (result == CALL_WEBSOCKET_RESULT_MORE && !parser.ended)
        g_assert (needed > kept->len - consumed && needed <= LIMIT + CALL_WEBSOCKET_HEADER_MAX);
      if (result == CALL_WEBSOCKET_RESULT_MESSAGE) {
        g_assert (message.length <= LIMIT);
        g_string_append_printf (log, "%d %d %d %zu:", message.opcode, message.compressed,
                                message.close_code, message.length);
        g_string_append_len (log, (const char *) message.data, (gssize) message.length);
      }
      g_byte_array_remove_range (kept, 0, (guint) consumed);
    } while (result == CALL_WEBSOCKET_RESULT_MESSAGE);
  }
  g_string_append_printf (log, "%d", parser.close_code);
  call_websocket_parser_clear (&parser);
  return log;
}

/* What the messages are must not depend on the pieces they come in. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CallWebsocketRole role;
  gboolean deflate;
  gsize step;
  GString *whole, *pieces;

  if (size < 1 || size > 20000)
    return 0;
  role = (data[0] & 1) != 0 ? CALL_WEBSOCKET_CLIENT : CALL_WEBSOCKET_SERVER;
  step = 1 + (data[0] >> 1) % 16;
  deflate = (data[0] & 0x40) != 0;
  whole = read_all (data + 1, size - 1, size, role, deflate);
  pieces = read_all (data + 1, size - 1, step, role, deflate);
  g_assert (g_string_equal (whole, pieces));
  g_string_free (whole, TRUE);
  g_string_free (pieces, TRUE);
  return 0;
}
