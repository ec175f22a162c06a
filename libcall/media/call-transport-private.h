/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-peer-private.h"

G_BEGIN_DECLS

/* What the jitter buffers wait for lost packets: enough for one request on common paths. */
#define CALL_TRANSPORT_LATENCY_MS 100

GstElement *call_transport_new (const CallPeerConfig *config, GError **error);
void call_transport_drain (GstBin *pipeline);

G_END_DECLS
