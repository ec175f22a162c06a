/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-json.h"
#include "call-time.h"
#include "call-utf8.h"

#include <json-glib/json-glib.h>

#include <string.h>

static void
try_time (const char *text)
{
  gint64 ms, again;
  g_autofree char *written = NULL;

  if (!call_time_parse (text, &ms))
    return;
  written = call_time_format (ms);
  g_assert (call_time_parse (written, &again) && again == ms);
}

/* Ours has to be as strict about UTF-8 as GLib's, which knows no NUL. */
static void
try_utf8 (const uint8_t *data, gsize size)
{
  CallUtf8State state = CALL_UTF8_ACCEPT;

  if (size > 0 && memchr (data, '\0', size) == NULL)
    g_assert (call_utf8_is_valid (data, size) ==
              g_utf8_validate_len ((const char *) data, size, NULL));
  for (gsize i = 0; i < size; i++)
    state = call_utf8_feed (state, data + i, 1);
  g_assert ((state == CALL_UTF8_ACCEPT) == call_utf8_is_valid (data, size));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  JsonNode *node, *again;

  try_time (text);
  try_utf8 (data, size);
  node = call_json_parse_limited ((const char *) data, size, 1000, NULL);
  if (node == NULL)
    return 0;
  first = call_json_node_to_string (node);
  again = call_json_parse (first, -1, NULL);
  g_assert (again != NULL);
  second = call_json_node_to_string (again);
  g_assert_cmpstr (first, ==, second);
  json_node_unref (node);
  json_node_unref (again);
  return 0;
}
