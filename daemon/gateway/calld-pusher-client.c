/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-pusher"

#include "config.h"

#include "calld-pusher-private.h"

#include <string.h>

#define SUCCEEDED "pusher_internal:subscription_succeeded"
#define UNAUTHORIZED 401

/* --- subscribing ------------------------------------------------------------------------------ */

static void
refuse (CalldPusherClient *self,
        const char *channel,
        const char *type,
        const char *why,
        guint status)
{
  g_autofree char *text = call_pusher_encode_refusal (channel, type, why, status);

  calld_pusher_client_send (self, text);
}

static gboolean
is_entitled (CalldPusherClient *self,
             const CallPusherMessage *message,
             CallPusherChannelFlags flags)
{
  const CalldPusherOptions *options = &self->server->options;
  g_autofree char *text = NULL;

  if ((flags & CALL_PUSHER_CHANNEL_USER) != 0)
    return g_strcmp0 (message->channel + strlen (CALL_PUSHER_USER_PREFIX), self->user_id) == 0;
  if ((flags & CALL_PUSHER_CHANNEL_PRIVATE) == 0)
    return TRUE;
  text = call_pusher_text_of_channel (self->socket_id, message->channel, message->text);
  return call_pusher_verify (options->app_key, options->app_secret, text, message->auth);
}

static void
send_success (CalldPusherClient *self, const CalldPusherChannel *channel)
{
  CalldPusher *server = self->server;
  g_autofree char *presence = (channel->flags & CALL_PUSHER_CHANNEL_PRESENCE) != 0
                                  ? calld_pusher_channel_encode_presence (channel)
                                  : NULL;
  g_autofree char *text = call_pusher_encode (SUCCEEDED, channel->name,
                                              presence != NULL ? presence : "{}");
  CalldFrame *last;

  calld_pusher_client_send (self, text);
  if ((channel->flags & CALL_PUSHER_CHANNEL_CACHE) == 0)
    return;
  last = calld_pusher_channels_recall (server->channels, channel->name,
                                       calld_reactor_get_now_ms (server->reactor));
  if (last != NULL) {
    calld_peer_send (self->peer, last, CALLD_SEND_DEFAULT);
  } else {
    g_autofree char *miss = call_pusher_encode ("pusher:cache_miss", channel->name, NULL);

    calld_pusher_client_send (self, miss);
  }
}

/* The others hear of a newcomer before it is one of them. */
static void
enter (CalldPusherClient *self, const char *name, const char *user_id, const char *info)
{
  CalldPusher *server = self->server;
  CalldPusherChannel *channel = calld_pusher_channels_enter (server->channels, name);

  if (user_id != NULL && calld_pusher_channel_add_user (channel, user_id, info)) {
    g_autofree char *text = call_pusher_encode_member (TRUE, name, user_id, info);

    calld_pusher_publish (server, name, text, 0, FALSE);
  }
  g_hash_table_insert (self->subscriptions, g_strdup (name),
                       g_strdup (user_id != NULL ? user_id : ""));
  calld_rooms_join (calld_reactor_get_rooms (server->reactor), &self->base.member, name);
  send_success (self, channel);
}

static void
enter_presence (CalldPusherClient *self, const CallPusherMessage *message)
{
  CalldPusher *server = self->server;
  CalldPusherChannel *channel = calld_pusher_channels_lookup (server->channels, message->channel);
  g_autofree char *user_id = NULL;
  g_autofree char *info = NULL;
  g_autoptr (GError) error = NULL;

  if (!call_pusher_member_parse (message->text != NULL ? message->text : "", &user_id, &info,
                                 &error))
    refuse (self, message->channel, "AuthError", error->message, UNAUTHORIZED);
  else if (channel != NULL && !calld_pusher_channel_has_user (channel, user_id) &&
           calld_pusher_channel_count_users (channel) >= server->options.max_members)
    refuse (self, message->channel, "LimitReached", "The channel has as many members as it may",
            4004);
  else
    enter (self, message->channel, user_id, info);
}

static void
subscribe (CalldPusherClient *self, const CallPusherMessage *message)
{
  CallPusherChannelFlags flags = call_pusher_channel_get_flags (message->channel);

  if (!call_pusher_channel_is_valid (message->channel))
    refuse (self, message->channel, "InvalidChannel", "Invalid channel name", 400);
  else if (!is_entitled (self, message, flags))
    refuse (self, message->channel, "AuthError", "The connection is unauthorized.", UNAUTHORIZED);
  else if (g_hash_table_contains (self->subscriptions, message->channel))
    send_success (self, calld_pusher_channels_lookup (self->server->channels, message->channel));
  else if (g_hash_table_size (self->subscriptions) >= self->server->options.max_channels)
    refuse (self, message->channel, "LimitReached", "Too many channels in one connection", 4004);
  else if ((flags & CALL_PUSHER_CHANNEL_PRESENCE) != 0)
    enter_presence (self, message);
  else
    enter (self, message->channel, NULL, NULL);
}

/* --- leaving ---------------------------------------------------------------------------------- */

static void
leave (CalldPusherClient *self, const char *name, const char *user_id)
{
  CalldPusher *server = self->server;
  CalldPusherChannel *channel = calld_pusher_channels_lookup (server->channels, name);

  calld_rooms_leave (calld_reactor_get_rooms (server->reactor), &self->base.member, name);
  if (*user_id != '\0' && calld_pusher_channel_remove_user (channel, user_id)) {
    g_autofree char *text = call_pusher_encode_member (FALSE, name, user_id, NULL);

    calld_pusher_publish (server, name, text, 0, FALSE);
  }
  calld_pusher_channels_leave (server->channels, channel);
}

static void
unsubscribe (CalldPusherClient *self, const char *name)
{
  g_autofree char *user_id = NULL;
  g_autofree char *owned = NULL;

  if (!g_hash_table_steal_extended (self->subscriptions, name, (gpointer *) &owned,
                                    (gpointer *) &user_id))
    return;
  leave (self, owned, user_id);
}

void
calld_pusher_client_leave_all (CalldPusherClient *self)
{
  GHashTableIter iter;
  gpointer name, user_id;

  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, &name, &user_id)) {
    leave (self, name, user_id);
    g_hash_table_iter_remove (&iter);
  }
}

/* --- other messages --------------------------------------------------------------------------- */

static void
send_error (CalldPusherClient *self, CallPusherCode code, const char *message)
{
  g_autofree char *text = call_pusher_encode_error (code, message);

  calld_pusher_client_send (self, text);
}

static void
sign_in (CalldPusherClient *self, const CallPusherMessage *message)
{
  const CalldPusherOptions *options = &self->server->options;
  g_autofree char *signed_text = call_pusher_text_of_user (self->socket_id, message->text);
  g_autofree char *user_id = NULL;
  g_autofree char *text = NULL;

  if (!call_pusher_verify (options->app_key, options->app_secret, signed_text, message->auth) ||
      !call_pusher_user_parse (message->text, &user_id, NULL)) {
    send_error (self, CALL_PUSHER_UNAUTHORIZED, "Connection not authorized.");
    calld_pusher_client_close (self, CALL_PUSHER_UNAUTHORIZED, "Connection not authorized.");
    return;
  }
  g_free (self->user_id);
  self->user_id = g_steal_pointer (&user_id);
  text = call_pusher_encode_signed_in (message->auth, message->text);
  calld_pusher_client_send (self, text);
}

/* Why an event of a client is not passed on; NULL if it is. */
static const char *
check_client_event (CalldPusherClient *self, const CallPusherMessage *message)
{
  const CalldPusherOptions *options = &self->server->options;
  CallPusherChannelFlags flags = call_pusher_channel_get_flags (message->channel);
  gint64 now_ms = (gint64) calld_reactor_get_now_ms (self->server->reactor);

  if (!options->client_events)
    return "The app does not have client messaging enabled.";
  if ((flags & CALL_PUSHER_CHANNEL_PRIVATE) == 0 || (flags & CALL_PUSHER_CHANNEL_ENCRYPTED) != 0)
    return "Client events are for private and presence channels only.";
  if (!g_hash_table_contains (self->subscriptions, message->channel))
    return "The client is not a member of the specified channel.";
  if (message->data != NULL && strlen (message->data) > CALL_PUSHER_DATA_MAX)
    return "The event is too large.";
  if (!call_rate_limit_take (&self->rate, 1, now_ms, NULL))
    return "The rate limit for client events has been exceeded.";
  return NULL;
}

static void
pass_on (CalldPusherClient *self, const CallPusherMessage *message)
{
  const char *problem = check_client_event (self, message);
  g_autofree char *text = NULL;
  const char *user_id;

  if (problem != NULL) {
    send_error (self, CALL_PUSHER_REFUSED_EVENT, problem);
    return;
  }
  /* Who sends it is what we know of the connection, whatever the message says. */
  user_id = g_hash_table_lookup (self->subscriptions, message->channel);
  text = call_pusher_encode_raw (message->event, message->channel, message->data,
                                 *user_id != '\0' ? user_id : NULL);
  calld_pusher_publish (self->server, message->channel, text, self->base.member.id, FALSE);
}

void
calld_pusher_client_take (CalldPusherClient *self, const char *text, gsize length)
{
  g_auto (CallPusherMessage) message = { 0 };

  /* A client that is sent away for nonsense comes back and talks nonsense; so it stays. */
  if (!call_pusher_message_parse (&message, text, length, NULL)) {
    send_error (self, CALL_PUSHER_GENERIC, "Invalid message format");
    return;
  }
  switch (message.kind) {
  case CALL_PUSHER_SUBSCRIBE:
    subscribe (self, &message);
    break;
  case CALL_PUSHER_UNSUBSCRIBE:
    unsubscribe (self, message.channel);
    break;
  case CALL_PUSHER_PING:
    calld_pusher_client_send (self, "{\"event\":\"pusher:pong\",\"data\":{}}");
    break;
  case CALL_PUSHER_SIGNIN:
    sign_in (self, &message);
    break;
  case CALL_PUSHER_CLIENT_EVENT:
    pass_on (self, &message);
    break;
  case CALL_PUSHER_PONG:
  case CALL_PUSHER_OTHER:
  default:
    break;
  }
}
