/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-pusher-api.h"

#include <string.h>

/* What was read of a client is written so that it can be read again. */
static void
read_message (const char *text, gsize length)
{
  CallPusherMessage message, again;
  char *passed;

  if (!call_pusher_message_parse (&message, text, length, NULL))
    return;
  if (message.kind == CALL_PUSHER_CLIENT_EVENT) {
    passed = call_pusher_encode_raw (message.event, message.channel, message.data, NULL);
    g_assert (call_pusher_message_parse (&again, passed, strlen (passed), NULL));
    g_assert (strcmp (again.event, message.event) == 0);
    g_assert (strcmp (again.channel, message.channel) == 0);
    g_assert (g_strcmp0 (again.data, message.data) == 0);
    call_pusher_message_clear (&again);
    g_free (passed);
  }
  if (message.channel != NULL && call_pusher_channel_is_valid (message.channel))
    call_pusher_channel_get_flags (message.channel);
  if (message.text != NULL) {
    char *id, *info;

    if (call_pusher_member_parse (message.text, &id, &info, NULL)) {
      passed = call_pusher_encode_member (TRUE, "c", id, info);
      g_free (passed);
    }
    g_free (id);
    g_free (info);
  }
  call_pusher_message_clear (&message);
}

static void
read_request (const char *text, gsize length)
{
  const char *body = memchr (text, '\n', length);
  char *query = g_strndup (text, body != NULL ? (gsize) (body - text) : length);
  gsize body_length = body != NULL ? length - (gsize) (body - text) : 0;
  GHashTable *table = call_pusher_query_parse (query);
  CallPusherTrigger *trigger = call_pusher_trigger_parse (body, body_length, NULL);
  GPtrArray *batch = call_pusher_batch_parse (body, body_length, NULL);

  call_pusher_request_verify ("k", "s", "POST", "/", table, body, body_length, 0, NULL);
  if (trigger != NULL)
    call_pusher_trigger_free (trigger);
  if (batch != NULL)
    g_ptr_array_unref (batch);
  g_hash_table_unref (table);
  g_free (query);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  read_message ((const char *) data, size);
  read_request ((const char *) data, size);
  return 0;
}
