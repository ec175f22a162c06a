/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-livekit-token.h"
#include "call-livekit.h"

#define NOW G_GINT64_CONSTANT (1700000100)

/* A webhook, an answer of the API, and a signature. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GBytes) body = g_bytes_new (data, size);
  g_autoptr (CallLivekitEvent) event = call_livekit_event_parse (text, -1, NULL);
  g_autoptr (CallLivekitEgress) egress = call_livekit_parse_egress (text, -1, NULL);
  g_autofree char *next G_GNUC_UNUSED = NULL;
  g_autoptr (GPtrArray) list G_GNUC_UNUSED = call_livekit_parse_list (text, -1, &next, NULL);
  g_autoptr (GError) error = call_livekit_parse_error (500, text, -1);
  g_autofree char *url G_GNUC_UNUSED = call_livekit_build_url (text, "StopEgress", NULL);

  if (event != NULL && event->kind != CALL_LIVEKIT_OTHER)
    g_assert_nonnull (event->id);
  if (egress != NULL)
    g_assert_nonnull (egress->id);
  g_assert_nonnull (error);
  call_livekit_verify_webhook ("devkey", "secret", text, body, NOW, NULL);
  return 0;
}
