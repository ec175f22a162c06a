/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "calld-head.h"

#include <string.h>

#define LIMIT 2048

/* A head is found at the same place whether its bytes come at once or one by one. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  const char *text = (const char *) data;
  CalldHead head;
  gsize used, used_again;
  CalldHeadResult result = calld_head_parse (&head, text, size, LIMIT, &used);

  g_assert (used <= size);
  if (result != CALLD_HEAD_DONE) {
    g_assert (used == 0);
    g_assert (head.path == NULL && head.headers == NULL);
    g_assert (result != CALLD_HEAD_MORE || size <= LIMIT);
    return 0;
  }
  g_assert (used > 0 && used <= LIMIT);
  g_assert (head.method != NULL && head.path != NULL && head.content_length >= 0);
  g_assert (!head.chunked || head.content_length == 0);
  g_assert (strchr (head.path, '?') == NULL);
  calld_head_is_below (&head, "/socket.io");
  calld_head_clear (&head);

  g_assert (calld_head_parse (&head, text, used, LIMIT, &used_again) == CALLD_HEAD_DONE);
  g_assert (used_again == used);
  calld_head_clear (&head);
  g_assert (calld_head_parse (&head, text, used - 1, LIMIT, &used_again) == CALLD_HEAD_MORE);
  return 0;
}
