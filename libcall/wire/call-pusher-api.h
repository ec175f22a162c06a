/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-pusher.h"

G_BEGIN_DECLS

/* Channels of one event, and events of one batch. */
#define CALL_PUSHER_CHANNELS_MAX 100
#define CALL_PUSHER_BATCH_MAX 10
/* How far the clock of a back end may be from ours. */
#define CALL_PUSHER_CLOCK_SKEW_S 600

/**
 * CallPusherInfo:
 * @CALL_PUSHER_INFO_NONE: nothing
 * @CALL_PUSHER_INFO_USER_COUNT: how many users are in a presence channel
 * @CALL_PUSHER_INFO_SUBSCRIPTION_COUNT: how many connections are in a channel
 *
 * What a back end wants to know of a channel.
 */
typedef enum {
  CALL_PUSHER_INFO_NONE = 0,
  CALL_PUSHER_INFO_USER_COUNT = 1 << 0,
  CALL_PUSHER_INFO_SUBSCRIPTION_COUNT = 1 << 1,
} CallPusherInfo;

/**
 * CallPusherTrigger:
 * @event: its name
 * @channels: (array zero-terminated=1): where it goes
 * @data: its data, passed on untouched
 * @socket_id: (nullable): the connection that does not get it
 * @info: what the answer is to say of the channels
 *
 * An event that a back end sends. Free with call_pusher_trigger_free().
 */
typedef struct {
  char *event;
  char **channels;
  char *data;
  char *socket_id;
  CallPusherInfo info;
} CallPusherTrigger;

void call_pusher_trigger_free (CallPusherTrigger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CallPusherTrigger, call_pusher_trigger_free)

CallPusherTrigger *call_pusher_trigger_parse (const void *body, gsize length, GError **error);
GPtrArray *call_pusher_batch_parse (const void *body, gsize length, GError **error);
CallPusherInfo call_pusher_info_parse (const char *text);

GHashTable *call_pusher_query_parse (const char *query);
gboolean call_pusher_request_verify (const char *key,
                                     const char *secret,
                                     const char *method,
                                     const char *path,
                                     GHashTable *query,
                                     const void *body,
                                     gsize length,
                                     gint64 now_s,
                                     GError **error);
char *call_pusher_request_sign (const char *secret,
                                const char *method,
                                const char *path,
                                GHashTable *query,
                                const void *body,
                                gsize length);

G_END_DECLS
