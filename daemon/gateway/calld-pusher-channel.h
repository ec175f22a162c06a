/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-frame.h"

#include "call-pusher.h"

G_BEGIN_DECLS

/**
 * CalldPusherChannel:
 * @name: its name
 * @flags: what it is
 * @subscriptions: connections in it
 *
 * A channel with at least one connection in it. The other fields are private.
 */
typedef struct {
  char *name;
  CallPusherChannelFlags flags;
  guint subscriptions;
  /* Of a presence channel: who is there, in the order they came. */
  GPtrArray *members;
} CalldPusherChannel;

/**
 * CalldPusherChannels:
 *
 * The channels of an application, who is in the presence channels, and the last events of cache
 * channels. It sends nothing.
 */
typedef struct _CalldPusherChannels CalldPusherChannels;

CalldPusherChannels *calld_pusher_channels_new (guint max_cached, guint cache_ms);
void calld_pusher_channels_free (CalldPusherChannels *self);
CalldPusherChannel *calld_pusher_channels_lookup (CalldPusherChannels *self, const char *name);
CalldPusherChannel *calld_pusher_channels_enter (CalldPusherChannels *self, const char *name);
void calld_pusher_channels_leave (CalldPusherChannels *self, CalldPusherChannel *channel);
GHashTable *calld_pusher_channels_get_table (CalldPusherChannels *self);

void calld_pusher_channels_remember (CalldPusherChannels *self,
                                     const char *name,
                                     CalldFrame *frame,
                                     guint64 now_ms);
CalldFrame *
calld_pusher_channels_recall (CalldPusherChannels *self, const char *name, guint64 now_ms);

guint calld_pusher_channel_count_users (const CalldPusherChannel *self);
gboolean calld_pusher_channel_has_user (const CalldPusherChannel *self, const char *user_id);
gboolean
calld_pusher_channel_add_user (CalldPusherChannel *self, const char *user_id, const char *info);
gboolean calld_pusher_channel_remove_user (CalldPusherChannel *self, const char *user_id);
char *calld_pusher_channel_encode_presence (const CalldPusherChannel *self);
char *calld_pusher_channel_encode_users (const CalldPusherChannel *self);

G_END_DECLS
