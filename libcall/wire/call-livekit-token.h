/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-types.h"

G_BEGIN_DECLS

/* How long a token of ours for LiveKit's API is good; it is made anew for each request. */
#define CALL_LIVEKIT_TOKEN_SECONDS 60
/* How far LiveKit's clock may be away from ours. */
#define CALL_LIVEKIT_LEEWAY_SECONDS 60

char *call_livekit_sign_egress (const char *api_key,
                                const char *api_secret,
                                gint64 now_seconds,
                                GError **error);
gboolean call_livekit_verify_webhook (const char *api_key,
                                      const char *api_secret,
                                      const char *authorization,
                                      GBytes *body,
                                      gint64 now_seconds,
                                      GError **error);

G_END_DECLS
