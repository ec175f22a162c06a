/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-gateway.h"

G_BEGIN_DECLS

/**
 * CalldSocketioOptions:
 * @path: where clients connect, "/socket.io/"
 * @ping_interval_ms: time between a pong and the next ping
 * @ping_timeout_ms: time for a pong to come
 * @connect_timeout_ms: time for the CONNECT packet, signing in included
 * @upgrade_timeout_ms: time from the probe to the end of an upgrade
 * @max_payload: bytes of one message, or of one body of a long poll
 * @max_attachments: binary attachments of one event
 * @max_pending: requests of one connection that may be under way; it is not read above this
 * @recovery: whether a client that was away for a moment may go on where it was
 * @cors_origins: (nullable): origins whose pages may read answers, or "*"
 *
 * Settings of the Socket.IO gateway. Start from [func@socketio_options_init].
 */
typedef struct {
  const char *path;
  guint ping_interval_ms;
  guint ping_timeout_ms;
  guint connect_timeout_ms;
  guint upgrade_timeout_ms;
  guint max_payload;
  guint max_attachments;
  guint max_pending;
  gboolean recovery;
  const char *const *cors_origins;
} CalldSocketioOptions;

void calld_socketio_options_init (CalldSocketioOptions *options);
void calld_socketio_attach (CalldGateway *gateway, const CalldSocketioOptions *options);

G_END_DECLS
