/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-hub.h"

G_BEGIN_DECLS

/**
 * CalldPeerjsOptions:
 * @path: where it is mounted, "/peerjs"
 * @key: the key clients must name, "peerjs"
 * @concurrent_limit: peers at one time
 * @alive_timeout_ms: time without a HEARTBEAT after which a peer is forgotten
 * @expire_timeout_ms: time a message waits for a peer that is not there
 * @cleanup_ms: how often the waiting messages are looked at
 * @max_message: bytes of one message
 * @max_waiting: messages that may wait for one peer that is not there
 * @waiting_memory: bytes that may wait for all of them
 * @messages_per_second: steady rate of one peer; above it the peer is closed
 * @burst: messages a peer may send at once
 * @allow_discovery: whether ids of all peers may be listed
 *
 * Settings of the PeerJS relay. Start from [func@peerjs_options_init].
 */
typedef struct {
  const char *path;
  const char *key;
  guint concurrent_limit;
  guint alive_timeout_ms;
  guint expire_timeout_ms;
  guint cleanup_ms;
  guint max_message;
  guint max_waiting;
  gsize waiting_memory;
  guint messages_per_second;
  guint burst;
  gboolean allow_discovery;
} CalldPeerjsOptions;

void calld_peerjs_options_init (CalldPeerjsOptions *options);
void calld_peerjs_attach (CalldHub *hub, const CalldPeerjsOptions *options);

G_END_DECLS
