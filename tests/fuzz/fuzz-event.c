/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-notice.h"
#include "call-request.h"

#include <json-glib/json-glib.h>

#include <string.h>

static void
try_notice (const char *event, JsonNode *content)
{
  CallNotice *notice = call_notice_from_json (event, content, NULL);
  g_autofree char *text = notice != NULL ? call_notice_to_json (notice) : NULL;
  g_autofree char *second = NULL;
  JsonNode *node;

  if (notice == NULL)
    return;
  call_notice_unref (notice);
  node = call_json_parse (text, -1, NULL);
  notice = call_notice_from_json (event, node, NULL);
  g_assert (notice != NULL);
  second = call_notice_to_json (notice);
  g_assert_cmpstr (text, ==, second);
  call_notice_unref (notice);
  json_node_unref (node);
}

static void
try_request (const char *event, JsonNode *content)
{
  CallRequest *request = call_request_from_json (event, content, NULL);
  g_autofree char *text = request != NULL ? call_request_to_json (request) : NULL;
  g_autofree char *second = NULL;
  JsonNode *node;

  if (request == NULL)
    return;
  call_channel_parse (request->channel, NULL);
  call_request_unref (request);
  node = call_json_parse (text, -1, NULL);
  request = call_request_from_json (event, node, NULL);
  g_assert (request != NULL);
  second = call_request_to_json (request);
  g_assert_cmpstr (text, ==, second);
  call_request_unref (request);
  json_node_unref (node);
}

/* The first line is the name of an event, the rest its argument. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *newline = size > 0 ? memchr (data, '\n', size) : NULL;
  g_autofree char *event = NULL;
  JsonNode *node;

  if (newline == NULL)
    return 0;
  event = g_strndup ((const char *) data, (gsize) (newline - data));
  node = call_json_parse ((const char *) newline + 1, (gssize) (data + size - newline - 1), NULL);
  if (node == NULL)
    return 0;
  try_notice (event, node);
  try_request (event, node);
  json_node_unref (node);
  return 0;
}
