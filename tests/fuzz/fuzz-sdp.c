/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include "call-ice-private.h"
#include "call-sdp-private.h"

/* A description, and each of its lines as a candidate and as the URL of a server. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 100);
  g_auto (GStrv) mids G_GNUC_UNUSED = call_sdp_list_mids (text);
  CallSdpChoice choice;

  if (call_sdp_read (text, CALL_VIDEO_CODEC_H264, &choice, NULL))
    g_assert (choice.audio_payload != 0 || choice.video_payload != 0);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autofree char *address = call_candidate_dup_address (lines[i]);
    g_autofree char *replaced = call_candidate_replace_address (lines[i], "192.0.2.1");
    g_autofree char *uri G_GNUC_UNUSED = call_ice_uri_build (lines[i], "user:name", "a/b+c=");

    if (call_candidate_classify (lines[i]) != CALL_CANDIDATE_BAD)
      g_assert (address != NULL && replaced != NULL);
    call_candidate_is_relay (lines[i]);
  }
  return 0;
}
