/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-ack.h"
#include "call-notice.h"
#include "call-request.h"
#include "call-socketio.h"

#include <string.h>

static void
try_content (const CallSocketioPacket *packet)
{
  const char *event = call_socketio_packet_get_event (packet);
  JsonNode *argument = call_socketio_packet_get_argument (packet, 0);
  G_GNUC_UNUSED g_autofree char *token = call_socketio_packet_get_token (packet);
  CallRequest *request = call_request_from_json (event, argument, NULL);
  CallNotice *notice = call_notice_from_json (event, argument, NULL);
  g_auto (CallAck) ack = { 0 };

  g_clear_pointer (&request, call_request_unref);
  g_clear_pointer (&notice, call_notice_unref);
  call_ack_parse (&ack, packet->data, NULL);
  for (guint i = 0; i < 3; i++)
    call_socketio_packet_get_attachment (packet, call_socketio_packet_get_argument (packet, i));
}

/* What was read and is written must be read as the same. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) attachment = g_bytes_new_static ("x", 1);
  g_auto (CallSocketioPacket) packet = { 0 };
  g_auto (CallSocketioPacket) again = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *second = NULL;

  if (!call_socketio_packet_parse (&packet, (const char *) data, size, NULL))
    return 0;
  text = call_socketio_packet_encode (&packet);
  g_assert (call_socketio_packet_parse (&again, text, strlen (text), NULL));
  second = call_socketio_packet_encode (&again);
  g_assert_cmpstr (text, ==, second);
  while (!call_socketio_packet_is_complete (&packet))
    g_assert (call_socketio_packet_attach (&packet, attachment, NULL));
  try_content (&packet);
  return 0;
}
