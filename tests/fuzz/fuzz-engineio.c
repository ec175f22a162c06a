/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-engineio.h"

#include <string.h>

/* A body is walked, put together again, and must then say the same. */
static void
try_payload (const char *data, gsize size)
{
  g_autoptr (GString) again = g_string_new (NULL);
  CallEngineioPayload payload;
  CallEngineioPacket packet;
  g_autoptr (GError) error = NULL;
  gsize cost = 0;

  call_engineio_payload_init (&payload, data, size);
  while (call_engineio_payload_next (&payload, &packet, &error)) {
    g_autoptr (GString) frame = g_string_new (NULL);

    if (!packet.binary)
      g_string_append_c (frame, (char) ('0' + packet.type));
    g_string_append_len (frame, packet.data, (gssize) packet.length);
    call_engineio_payload_append (again, frame->str, frame->len, packet.binary);
    cost += call_engineio_payload_cost (frame->len, packet.binary);
    g_assert (again->len <= cost);
  }
  /* Base64 has spare bits in its last digit, so compare without binaries. */
  if (error == NULL && memchr (data, 'b', size) == NULL)
    g_assert (again->len == size && memcmp (again->str, data, size) == 0);
}

static void
try_handshake (const char *data, gsize size)
{
  CallEngineioPacket packet;
  CallEngineioHandshake handshake, again;
  g_autofree char *text = NULL;

  if (!call_engineio_packet_parse (&packet, data, size, FALSE, NULL) ||
      !call_engineio_handshake_parse (&handshake, &packet, NULL))
    return;
  text = call_engineio_handshake_encode (&handshake);
  g_assert (call_engineio_packet_parse (&packet, text, strlen (text), FALSE, NULL));
  g_assert (call_engineio_handshake_parse (&again, &packet, NULL));
  g_assert_cmpstr (again.sid, ==, handshake.sid);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  CallEngineioQuery query;

  if (size > 0)
    try_payload ((const char *) data, size);
  try_handshake ((const char *) data, size);
  call_engineio_query_parse (&query, text);
  call_engineio_query_clear (&query);
  return 0;
}
