/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-reactor.h"

G_BEGIN_DECLS

/**
 * CalldPusherOptions:
 * @app_id: the application, as back ends name it
 * @app_key: the application, as clients name it
 * @app_secret: what both sign with
 * @client_events: whether clients may send events to each other
 * @client_events_per_second: how many of one connection
 * @activity_timeout_s: after how much silence clients ask whether we are there
 * @ping_after_ms: after how much silence of a client we ask
 * @pong_timeout_ms: time for the answer to that
 * @max_message: bytes of one message of a client
 * @max_body: bytes of the body of a request
 * @max_channels: channels of one connection
 * @max_members: users of one presence channel
 * @cache_ms: how long a cache channel remembers its last event
 * @max_cached: how many such channels are remembered
 * @origins: (nullable): host names of pages that may connect; %NULL for all
 *
 * Settings of the Pusher gateway, for one application. Start from [func@pusher_options_init].
 */
typedef struct {
  const char *app_id;
  const char *app_key;
  const char *app_secret;
  gboolean client_events;
  guint client_events_per_second;
  guint activity_timeout_s;
  guint ping_after_ms;
  guint pong_timeout_ms;
  guint max_message;
  guint max_body;
  guint max_channels;
  guint max_members;
  guint cache_ms;
  guint max_cached;
  const char *const *origins;
} CalldPusherOptions;

void calld_pusher_options_init (CalldPusherOptions *options);
void calld_pusher_attach (CalldReactor *reactor, const CalldPusherOptions *options);

G_END_DECLS
