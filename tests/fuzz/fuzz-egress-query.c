/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-egress-query.h"

#include <string.h>

/* A query that is read is the same when it is written and read again; none is signed by chance. */
int
LLVMFuzzerTestOneInput (const unsigned char *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (CallEgressQuery) query = { 0 };
  g_auto (CallEgressQuery) again = { 0 };
  g_autofree char *written = NULL;
  CallEgressKind kind = size % 2 == 0 ? CALL_EGRESS_AUDIO : CALL_EGRESS_VIDEO;
  gboolean muted;

  call_egress_mute_parse (text, size > 0 ? strlen (text) : 0, &muted);
  g_assert (!call_egress_query_verify (kind, text, 0, (const guint8 *) "secret", 6, NULL));
  if (!call_egress_query_parse (&query, kind, text, NULL))
    return 0;
  written = call_egress_query_to_string (&query);
  g_assert (call_egress_query_parse (&again, kind, written, NULL));
  g_assert (g_str_equal (query.room_name, again.room_name));
  g_assert (g_strcmp0 (query.participant, again.participant) == 0);
  g_assert (query.sample_rate == again.sample_rate && query.channels == again.channels);
  g_assert (query.group_seconds == again.group_seconds && query.offset == again.offset);
  return 0;
}
