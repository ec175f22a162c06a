/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "calld-pusher-channel.h"

#include <string.h>

typedef struct {
  char *user_id;
  char *info;
  guint connections;
} Member;

typedef struct {
  char *name;
  CalldFrame *frame;
  guint64 until_ms;
  GList link;
} Cached;

struct _CalldPusherChannels {
  GHashTable *by_name;
  GHashTable *cached;
  /* The oldest first; they all live equally long. */
  GQueue by_age;
  guint max_cached;
  guint cache_ms;
};

/* --- presence --------------------------------------------------------------------------------- */

static void
member_free (gpointer data)
{
  Member *member = data;

  g_free (member->user_id);
  g_free (member->info);
  g_free (member);
}

static Member *
find_member (const CalldPusherChannel *self, const char *user_id, guint *index)
{
  for (guint i = 0; i < self->members->len; i++) {
    Member *member = g_ptr_array_index (self->members, i);

    if (g_str_equal (member->user_id, user_id)) {
      *index = i;
      return member;
    }
  }
  return NULL;
}

/**
 * calld_pusher_channel_count_users:
 * @self: a channel
 *
 * Returns: how many users are in a presence channel
 */
guint
calld_pusher_channel_count_users (const CalldPusherChannel *self)
{
  return self->members->len;
}

/**
 * calld_pusher_channel_has_user:
 * @self: a channel
 * @user_id: a user
 *
 * Returns: whether a connection of that user is in a presence channel
 */
gboolean
calld_pusher_channel_has_user (const CalldPusherChannel *self, const char *user_id)
{
  guint index;

  return find_member (self, user_id, &index) != NULL;
}

/**
 * calld_pusher_channel_add_user:
 * @self: a presence channel
 * @user_id: whose connection enters
 * @info: more about the user, as JSON
 *
 * Counts a connection of a user.
 *
 * Returns: whether it is the first one
 */
gboolean
calld_pusher_channel_add_user (CalldPusherChannel *self, const char *user_id, const char *info)
{
  guint index;
  Member *member = find_member (self, user_id, &index);

  if (member != NULL) {
    member->connections++;
    return FALSE;
  }
  member = g_new0 (Member, 1);
  member->user_id = g_strdup (user_id);
  member->info = g_strdup (info);
  member->connections = 1;
  g_ptr_array_add (self->members, member);
  return TRUE;
}

/**
 * calld_pusher_channel_remove_user:
 * @self: a presence channel
 * @user_id: whose connection leaves
 *
 * Counts a connection of a user no more.
 *
 * Returns: whether it was the last one
 */
gboolean
calld_pusher_channel_remove_user (CalldPusherChannel *self, const char *user_id)
{
  guint index = 0;
  Member *member = find_member (self, user_id, &index);

  if (member == NULL || --member->connections > 0)
    return FALSE;
  g_ptr_array_remove_index (self->members, index);
  return TRUE;
}

/**
 * calld_pusher_channel_encode_presence:
 * @self: a presence channel
 *
 * Returns: (transfer full): who is there, as newcomers hear it
 */
char *
calld_pusher_channel_encode_presence (const CalldPusherChannel *self)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_begin_object (&writer, "presence");
  call_json_add_int (&writer, "count", self->members->len);
  call_json_begin_array (&writer, "ids");
  for (guint i = 0; i < self->members->len; i++)
    call_json_add_string (&writer, NULL,
                          ((Member *) g_ptr_array_index (self->members, i))->user_id);
  call_json_end_array (&writer);
  call_json_begin_object (&writer, "hash");
  for (guint i = 0; i < self->members->len; i++) {
    Member *member = g_ptr_array_index (self->members, i);

    call_json_add_raw (&writer, member->user_id, member->info);
  }
  call_json_end_object (&writer);
  call_json_end_object (&writer);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/**
 * calld_pusher_channel_encode_users:
 * @self: a presence channel
 *
 * Returns: (transfer full): who is there, as back ends hear it
 */
char *
calld_pusher_channel_encode_users (const CalldPusherChannel *self)
{
  CallJsonWriter writer = CALL_JSON_WRITER_INIT;

  call_json_begin_object (&writer, NULL);
  call_json_begin_array (&writer, "users");
  for (guint i = 0; i < self->members->len; i++) {
    call_json_begin_object (&writer, NULL);
    call_json_add_string (&writer, "id",
                          ((Member *) g_ptr_array_index (self->members, i))->user_id);
    call_json_end_object (&writer);
  }
  call_json_end_array (&writer);
  call_json_end_object (&writer);
  return call_json_writer_finish (&writer);
}

/* --- channels --------------------------------------------------------------------------------- */

static void
channel_free (gpointer data)
{
  CalldPusherChannel *channel = data;

  g_ptr_array_unref (channel->members);
  g_free (channel->name);
  g_free (channel);
}

static void
cached_free (gpointer data)
{
  Cached *cached = data;

  calld_frame_unref (cached->frame);
  g_free (cached->name);
  g_free (cached);
}

/**
 * calld_pusher_channels_new:
 * @max_cached: how many last events are remembered; above that the oldest is forgotten
 * @cache_ms: how long
 *
 * Returns: (transfer full): an application without channels
 */
CalldPusherChannels *
calld_pusher_channels_new (guint max_cached, guint cache_ms)
{
  CalldPusherChannels *self = g_new0 (CalldPusherChannels, 1);

  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, channel_free);
  self->cached = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, cached_free);
  g_queue_init (&self->by_age);
  self->max_cached = max_cached;
  self->cache_ms = cache_ms;
  return self;
}

/**
 * calld_pusher_channels_free:
 * @self: (transfer full): the channels
 *
 * Frees them.
 */
void
calld_pusher_channels_free (CalldPusherChannels *self)
{
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->cached);
  g_free (self);
}

/**
 * calld_pusher_channels_lookup:
 * @self: the channels
 * @name: the name of one
 *
 * Returns: (transfer none) (nullable): the channel, %NULL if nobody is in it
 */
CalldPusherChannel *
calld_pusher_channels_lookup (CalldPusherChannels *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * calld_pusher_channels_enter:
 * @self: the channels
 * @name: the name of one
 *
 * Counts a connection that enters a channel.
 *
 * Returns: (transfer none): the channel
 */
CalldPusherChannel *
calld_pusher_channels_enter (CalldPusherChannels *self, const char *name)
{
  CalldPusherChannel *channel = g_hash_table_lookup (self->by_name, name);

  if (channel == NULL) {
    channel = g_new0 (CalldPusherChannel, 1);
    channel->name = g_strdup (name);
    channel->flags = call_pusher_channel_get_flags (name);
    channel->members = g_ptr_array_new_with_free_func (member_free);
    g_hash_table_insert (self->by_name, channel->name, channel);
  }
  channel->subscriptions++;
  return channel;
}

/**
 * calld_pusher_channels_leave:
 * @self: the channels
 * @channel: one of them; gone when its last connection leaves
 *
 * Counts a connection no more.
 */
void
calld_pusher_channels_leave (CalldPusherChannels *self, CalldPusherChannel *channel)
{
  if (--channel->subscriptions == 0)
    g_hash_table_remove (self->by_name, channel->name);
}

/**
 * calld_pusher_channels_get_table:
 * @self: the channels
 *
 * Returns: (transfer none) (element-type utf8 CalldPusherChannel): the channels by name
 */
GHashTable *
calld_pusher_channels_get_table (CalldPusherChannels *self)
{
  return self->by_name;
}

/* --- last events ------------------------------------------------------------------------------ */

static void
forget (CalldPusherChannels *self, Cached *cached)
{
  g_queue_unlink (&self->by_age, &cached->link);
  g_hash_table_remove (self->cached, cached->name);
}

static void
forget_old (CalldPusherChannels *self, guint64 now_ms)
{
  Cached *oldest;

  while ((oldest = g_queue_peek_head (&self->by_age)) != NULL &&
         (oldest->until_ms <= now_ms || g_hash_table_size (self->cached) > self->max_cached))
    forget (self, oldest);
}

/**
 * calld_pusher_channels_remember:
 * @self: the channels
 * @name: a cache channel
 * @frame: what has just gone to it
 * @now_ms: the time
 *
 * Keeps the last event of a channel.
 */
void
calld_pusher_channels_remember (CalldPusherChannels *self,
                                const char *name,
                                CalldFrame *frame,
                                guint64 now_ms)
{
  Cached *cached = g_hash_table_lookup (self->cached, name);

  if (cached != NULL)
    forget (self, cached);
  cached = g_new0 (Cached, 1);
  cached->name = g_strdup (name);
  cached->frame = calld_frame_ref (frame);
  cached->until_ms = now_ms + self->cache_ms;
  cached->link.data = cached;
  g_hash_table_insert (self->cached, cached->name, cached);
  g_queue_push_tail_link (&self->by_age, &cached->link);
  forget_old (self, now_ms);
}

/**
 * calld_pusher_channels_recall:
 * @self: the channels
 * @name: a cache channel
 * @now_ms: the time
 *
 * Returns: (transfer none) (nullable): its last event, if that is not too old
 */
CalldFrame *
calld_pusher_channels_recall (CalldPusherChannels *self, const char *name, guint64 now_ms)
{
  Cached *cached;

  forget_old (self, now_ms);
  cached = g_hash_table_lookup (self->cached, name);
  return cached != NULL ? cached->frame : NULL;
}
