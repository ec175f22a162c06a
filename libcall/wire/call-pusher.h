/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-json.h"

G_BEGIN_DECLS

/* Limits of the hosted service and of the servers beside it. */
#define CALL_PUSHER_CHANNEL_MAX 200
#define CALL_PUSHER_EVENT_MAX 200
#define CALL_PUSHER_USER_MAX 128
#define CALL_PUSHER_INFO_MAX 2048
#define CALL_PUSHER_DATA_MAX 10000

/**
 * CallPusherCode:
 * @CALL_PUSHER_NO_ERROR: all is well; never sent
 * @CALL_PUSHER_NO_APP: no such application
 * @CALL_PUSHER_BAD_PATH: nothing is served there
 * @CALL_PUSHER_BAD_VERSION: the protocol version is no number
 * @CALL_PUSHER_UNSUPPORTED_PROTOCOL: another version than ours
 * @CALL_PUSHER_NO_PROTOCOL: no protocol version
 * @CALL_PUSHER_UNAUTHORIZED: a wrong signature, or an origin that is not allowed
 * @CALL_PUSHER_OVER_CAPACITY: come back after a second
 * @CALL_PUSHER_GENERIC: come back at once, or a message that makes no sense
 * @CALL_PUSHER_NO_PONG: a client that did not answer a ping
 * @CALL_PUSHER_REFUSED_EVENT: a client event that is not passed on
 *
 * Codes of `pusher:error`, and of close frames. The hundreds say whether a client comes back.
 */
typedef enum {
  CALL_PUSHER_NO_ERROR = 0,
  CALL_PUSHER_NO_APP = 4001,
  CALL_PUSHER_BAD_PATH = 4005,
  CALL_PUSHER_BAD_VERSION = 4006,
  CALL_PUSHER_UNSUPPORTED_PROTOCOL = 4007,
  CALL_PUSHER_NO_PROTOCOL = 4008,
  CALL_PUSHER_UNAUTHORIZED = 4009,
  CALL_PUSHER_OVER_CAPACITY = 4100,
  CALL_PUSHER_GENERIC = 4200,
  CALL_PUSHER_NO_PONG = 4201,
  CALL_PUSHER_REFUSED_EVENT = 4301,
} CallPusherCode;

/**
 * CallPusherKind:
 * @CALL_PUSHER_OTHER: an event that servers do not know
 * @CALL_PUSHER_SUBSCRIBE: enter a channel
 * @CALL_PUSHER_UNSUBSCRIBE: leave a channel
 * @CALL_PUSHER_PING: is anybody there
 * @CALL_PUSHER_PONG: yes
 * @CALL_PUSHER_SIGNIN: say who one is
 * @CALL_PUSHER_CLIENT_EVENT: for the others in a channel
 *
 * What a client says.
 */
typedef enum {
  CALL_PUSHER_OTHER,
  CALL_PUSHER_SUBSCRIBE,
  CALL_PUSHER_UNSUBSCRIBE,
  CALL_PUSHER_PING,
  CALL_PUSHER_PONG,
  CALL_PUSHER_SIGNIN,
  CALL_PUSHER_CLIENT_EVENT,
} CallPusherKind;

/**
 * CallPusherMessage:
 * @kind: what it is
 * @event: its name
 * @channel: (nullable): the channel, wherever it stood
 * @auth: (nullable): the signature
 * @text: (nullable): the signed text: `channel_data`, or `user_data` when signing in
 * @data: (nullable): of a client event, its data as JSON
 *
 * One message of a client. Use call_pusher_message_clear().
 */
typedef struct {
  CallPusherKind kind;
  char *event;
  char *channel;
  char *auth;
  char *text;
  char *data;
} CallPusherMessage;

gboolean call_pusher_message_parse (CallPusherMessage *message,
                                    const char *text,
                                    gsize length,
                                    GError **error);
void call_pusher_message_clear (CallPusherMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CallPusherMessage, call_pusher_message_clear)

/**
 * CallPusherChannelFlags:
 * @CALL_PUSHER_CHANNEL_PUBLIC: for everybody
 * @CALL_PUSHER_CHANNEL_PRIVATE: needs a signature
 * @CALL_PUSHER_CHANNEL_PRESENCE: shows who is there
 * @CALL_PUSHER_CHANNEL_ENCRYPTED: what goes through it is encrypted from end to end
 * @CALL_PUSHER_CHANNEL_CACHE: remembers its last event
 * @CALL_PUSHER_CHANNEL_USER: the channel of one signed-in user
 *
 * What a channel is, as its name says.
 */
typedef enum {
  CALL_PUSHER_CHANNEL_PUBLIC = 0,
  CALL_PUSHER_CHANNEL_PRIVATE = 1 << 0,
  CALL_PUSHER_CHANNEL_PRESENCE = 1 << 1,
  CALL_PUSHER_CHANNEL_ENCRYPTED = 1 << 2,
  CALL_PUSHER_CHANNEL_CACHE = 1 << 3,
  CALL_PUSHER_CHANNEL_USER = 1 << 4,
} CallPusherChannelFlags;

/* Before the id of a user, the name of that user's channel. */
#define CALL_PUSHER_USER_PREFIX "#server-to-user-"

CallPusherChannelFlags call_pusher_channel_get_flags (const char *name);
gboolean call_pusher_channel_is_valid (const char *name);
gboolean call_pusher_socket_id_is_valid (const char *socket_id);

char *call_pusher_sign (const char *key, const char *secret, const char *text);
char *
call_pusher_text_of_channel (const char *socket_id, const char *channel, const char *channel_data);
char *call_pusher_text_of_user (const char *socket_id, const char *user_data);
gboolean
call_pusher_verify (const char *key, const char *secret, const char *text, const char *auth);

gboolean
call_pusher_member_parse (const char *channel_data, char **user_id, char **info, GError **error);
gboolean call_pusher_user_parse (const char *user_data, char **id, GError **error);

/* Encoding. Each returns a message for clients. */
char *call_pusher_encode (const char *event, const char *channel, const char *text);
char *call_pusher_encode_raw (const char *event,
                              const char *channel,
                              const char *json,
                              const char *user_id);
char *call_pusher_encode_established (const char *socket_id, guint activity_timeout_s);
char *call_pusher_encode_error (CallPusherCode code, const char *message);
char *call_pusher_encode_refusal (const char *channel,
                                  const char *type,
                                  const char *message,
                                  guint status);
char *call_pusher_encode_member (gboolean added,
                                 const char *channel,
                                 const char *user_id,
                                 const char *info);
char *call_pusher_encode_signed_in (const char *auth, const char *user_data);

G_END_DECLS
