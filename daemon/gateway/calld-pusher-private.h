/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-pusher-channel.h"
#include "calld-pusher.h"

#include "call-rate-limit.h"

G_BEGIN_DECLS

typedef struct {
  CalldPusherOptions options;
  CalldReactor *reactor;
  CalldPusherChannels *channels;
  GHashTable *by_socket_id;
} CalldPusher;

/* One connection. Channel names with the user each is entered as, "" where that is nobody. */
typedef struct {
  CalldClient base;
  CalldPusher *server;
  CalldPeer *peer;
  GHashTable *subscriptions;
  char *user_id;
  CalldWheelTimer timer;
  guint64 active_ms;
  CallRateLimit rate;
  gboolean awaits_pong;
  char socket_id[24];
} CalldPusherClient;

/* calld-pusher.c: connections, and what goes to channels */
void calld_pusher_client_send (CalldPusherClient *self, const char *text);
void calld_pusher_client_close (CalldPusherClient *self, guint code, const char *reason);
void calld_pusher_publish (CalldPusher *self,
                           const char *channel,
                           const char *text,
                           guint64 except,
                           gboolean is_remembered);

/* calld-pusher-client.c: what clients say */
void calld_pusher_client_take (CalldPusherClient *self, const char *text, gsize length);
void calld_pusher_client_leave_all (CalldPusherClient *self);

/* calld-pusher-http.c: what back ends say */
void calld_pusher_serve_api (gpointer data,
                             CalldPeer *peer,
                             const CalldHead *head,
                             const guint8 *body,
                             gsize length);
gint64 calld_pusher_api_body_limit (gpointer data, CalldPeer *peer, const CalldHead *head);

G_END_DECLS
