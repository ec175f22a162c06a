/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-peerjs.h"

#include <string.h>

static void
try_signal (const CallPeerjsMessage *message)
{
  g_auto (CallPeerjsSignal) signal = { 0 };
  g_auto (CallPeerjsSignal) again = { 0 };
  g_auto (CallPeerjsMessage) copy = { 0 };
  g_autofree char *text = NULL;

  if (!call_peerjs_signal_parse (&signal, message, NULL))
    return;
  text = call_peerjs_signal_encode (&signal, "you");
  g_assert (call_peerjs_message_parse (&copy, text, strlen (text), NULL));
  g_assert (call_peerjs_signal_parse (&again, &copy, NULL));
  g_assert_cmpstr (again.connection_id, ==, signal.connection_id);
  g_assert_cmpstr (again.sdp, ==, signal.sdp);
  g_assert_cmpstr (again.candidate, ==, signal.candidate);
  g_assert_cmpuint (again.generation, ==, signal.generation);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_auto (CallPeerjsMessage) message = { 0 };
  g_auto (CallPeerjsMessage) again = { 0 };
  g_autofree char *id = g_strndup ((const char *) data, size);
  g_autofree char *text = NULL;
  g_autofree char *second = NULL;

  call_peerjs_id_is_valid (id);
  if (!call_peerjs_message_parse (&message, (const char *) data, size, NULL))
    return 0;
  try_signal (&message);
  if (message.type == CALL_PEERJS_UNKNOWN)
    return 0;
  text = call_peerjs_message_encode (&message);
  g_assert (call_peerjs_message_parse (&again, text, strlen (text), NULL));
  second = call_peerjs_message_encode (&again);
  g_assert_cmpstr (text, ==, second);
  return 0;
}
