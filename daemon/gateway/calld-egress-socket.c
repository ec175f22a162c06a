/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-egress"

#include "config.h"

#include "calld-egress-socket.h"

#include "calld-front-door.h"
#include "calld-hub-private.h"
#include "calld-log.h"

#include "call-egress-query.h"

#include <string.h>

/* The sockets that LiveKit's egress, or callwebsocketsink, sends a track to. They are not in the
 * epoll set: a timer reads them in turn, a few at each tick. */

/* All sockets are read once in so many ticks, so that no tick is long. */
#define SLICES 4
#define STORED_MS 1000

typedef struct _Socket Socket;

typedef struct {
  CalldEgressSocketOptions options;
  CalldReactor *reactor;
  CalldEgress *egress;
  CalldWheelTimer tick;
  guint next_slice;
  /* Of Socket. */
  GPtrArray *slices[SLICES];
  /* Who sends which track → Socket, and the names of streams → Socket. */
  GHashTable *by_track;
  GHashTable *by_stream;
} Sockets;

struct _Socket {
  Sockets *sockets;
  CalldPeer *peer; /* NULL while it waits for its sender to come back */
  CalldEgressTrack *track;
  CallEgressKind kind;
  guint slice;
  char *track_key;  /* (nullable) */
  char *stream_key; /* (nullable) */
  /* What came since the last tick. */
  GByteArray *chunk;
  CalldWheelTimer parked;
  guint64 heard_ms;
  guint64 stored_ms;
  guint64 stored;
  gboolean is_ended;
};

/* --- life ------------------------------------------------------------------------------------- */

static void
hand_over (Socket *self)
{
  gsize length = self->chunk->len;
  guint8 *data;

  if (length == 0)
    return;
  data = g_byte_array_free (self->chunk, FALSE);
  self->chunk = g_byte_array_sized_new ((guint) MIN (length + 64, 64 * 1024));
  calld_egress_track_push (self->track, data, length, g_get_monotonic_time ());
}

static void
forget_key (GHashTable *table, Socket *self, const char *key)
{
  if (key != NULL && g_hash_table_lookup (table, key) == self)
    g_hash_table_remove (table, key);
}

static void
socket_free (Socket *self)
{
  Sockets *sockets = self->sockets;

  hand_over (self);
  if (self->peer != NULL)
    g_ptr_array_remove_fast (sockets->slices[self->slice], self);
  calld_reactor_stop_timer (sockets->reactor, &self->parked);
  forget_key (sockets->by_track, self, self->track_key);
  forget_key (sockets->by_stream, self, self->stream_key);
  calld_egress_close (sockets->egress, self->track);
  g_byte_array_unref (self->chunk);
  g_free (self->track_key);
  g_free (self->stream_key);
  g_free (self);
}

static void
on_parked_too_long (CalldWheelTimer *timer)
{
  socket_free ((Socket *) ((char *) timer - G_STRUCT_OFFSET (Socket, parked)));
}

/* A stream with a name may go on over another connection. */
static void
park (Socket *self)
{
  Sockets *sockets = self->sockets;

  hand_over (self);
  g_ptr_array_remove_fast (sockets->slices[self->slice], self);
  self->peer = NULL;
  calld_reactor_start_timer (sockets->reactor, &self->parked, sockets->options.park_ms,
                             on_parked_too_long);
}

static void
on_closed (CalldPeer *peer, gpointer owner)
{
  Socket *self = owner;

  if (self->stream_key != NULL && !self->is_ended)
    park (self);
  else
    socket_free (self);
}

static void
close_socket (Socket *self, guint code, const char *reason)
{
  if (self->peer != NULL)
    calld_peer_close (self->peer, code, reason);
  socket_free (self);
}

/* --- messages --------------------------------------------------------------------------------- */

static void
take_text (Socket *self, const char *text, gsize length)
{
  gboolean muted;

  if (call_egress_mute_parse (text, length, &muted)) {
    hand_over (self);
    calld_egress_track_push_mute (self->track, muted);
  } else if (length == strlen (CALL_EGRESS_END) && memcmp (text, CALL_EGRESS_END, length) == 0) {
    self->is_ended = TRUE;
  }
}

static void
on_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  Socket *self = owner;

  self->heard_ms = calld_reactor_get_now_ms (self->sockets->reactor);
  if (message->opcode == CALL_WEBSOCKET_TEXT)
    take_text (self, (const char *) message->data, message->length);
  else
    g_byte_array_append (self->chunk, message->data, (guint) message->length);
  /* A frame of video is one of its own. */
  if (self->kind == CALL_EGRESS_VIDEO)
    hand_over (self);
}

static const CalldPeerClass peer_class = { .message = on_message, .closed = on_closed };

/* --- reading ---------------------------------------------------------------------------------- */

static void
send_position (Socket *self, guint64 position, gboolean is_stored)
{
  g_autofree char *text = call_egress_position_to_json (position, is_stored);
  g_autoptr (CalldFrame) frame = calld_frame_new_text (text);

  calld_peer_send (self->peer, frame, CALLD_SEND_VOLATILE);
}

static void
tell_stored (Socket *self, guint64 now_ms)
{
  CalldEgressTrackStats stats;

  if (self->stream_key == NULL || now_ms - self->stored_ms < STORED_MS)
    return;
  self->stored_ms = now_ms;
  calld_egress_track_get_stats (self->track, &stats);
  if (stats.stored == self->stored)
    return;
  self->stored = stats.stored;
  send_position (self, stats.stored, TRUE);
}

static void
read_socket (Socket *self, guint index, guint64 now_ms)
{
  Sockets *sockets = self->sockets;
  GPtrArray *slice = sockets->slices[self->slice];

  calld_peer_poll (self->peer);
  /* It may be gone now: then another one, or none, has its place. */
  if (index >= slice->len || g_ptr_array_index (slice, index) != self)
    return;
  hand_over (self);
  tell_stored (self, now_ms);
  if (now_ms - self->heard_ms > sockets->options.idle_ms)
    close_socket (self, CALL_WEBSOCKET_CODE_POLICY, "nothing came");
}

static gboolean
is_empty (const Sockets *self)
{
  for (guint i = 0; i < SLICES; i++)
    if (self->slices[i]->len > 0)
      return FALSE;
  return TRUE;
}

/* Backwards: a socket that goes has the last one take its place. */
static void
on_tick (CalldWheelTimer *timer)
{
  Sockets *self = (Sockets *) ((char *) timer - G_STRUCT_OFFSET (Sockets, tick));
  GPtrArray *slice = self->slices[self->next_slice];
  guint64 now_ms = calld_reactor_get_now_ms (self->reactor);

  self->next_slice = (self->next_slice + 1) % SLICES;
  for (guint i = slice->len; i > 0; i--)
    read_socket (g_ptr_array_index (slice, i - 1), i - 1, now_ms);
  calld_egress_run (self->egress);
  if (!is_empty (self))
    calld_reactor_start_timer (self->reactor, timer, MAX (self->options.poll_ms / SLICES, 1),
                               on_tick);
}

/* --- connecting ------------------------------------------------------------------------------- */

static char *
make_track_key (const CallEgressQuery *query)
{
  if (query->track_id == NULL)
    return NULL;
  return g_strdup_printf ("%d\n%s\n%s\n%s", (int) query->kind, query->room_name,
                          query->participant != NULL ? query->participant : "", query->track_id);
}

static char *
make_stream_key (const CallEgressQuery *query)
{
  if (query->resume == NULL)
    return NULL;
  return g_strdup_printf ("%d\n%s\n%s\n%s\n%s", (int) query->kind, query->room_name,
                          query->participant != NULL ? query->participant : "",
                          query->track_id != NULL ? query->track_id : "", query->resume);
}

static void
attach_peer (Socket *self, CalldPeer *peer)
{
  Sockets *sockets = self->sockets;
  guint least = 0;

  for (guint i = 1; i < SLICES; i++)
    if (sockets->slices[i]->len < sockets->slices[least]->len)
      least = i;
  calld_reactor_stop_timer (sockets->reactor, &self->parked);
  self->peer = peer;
  self->slice = least;
  self->heard_ms = calld_reactor_get_now_ms (sockets->reactor);
  g_ptr_array_add (sockets->slices[least], self);
  calld_peer_claim (peer, &peer_class, self);
  calld_peer_set_polled (peer);
  if (!calld_wheel_is_started (&sockets->tick))
    calld_reactor_start_timer (sockets->reactor, &sockets->tick,
                               MAX (sockets->options.poll_ms / SLICES, 1), on_tick);
}

static Socket *
socket_new (Sockets *sockets, const CallEgressQuery *query)
{
  Socket *self = g_new0 (Socket, 1);

  self->sockets = sockets;
  self->kind = query->kind;
  self->track = calld_egress_open (sockets->egress, query);
  self->chunk = g_byte_array_new ();
  self->track_key = make_track_key (query);
  self->stream_key = make_stream_key (query);
  if (self->track_key != NULL)
    g_hash_table_insert (sockets->by_track, self->track_key, self);
  if (self->stream_key != NULL)
    g_hash_table_insert (sockets->by_stream, self->stream_key, self);
  return self;
}

/* What the old connection of a track or stream has brought is read before another takes its place.
 * Returns: (nullable): the socket, if it is still there */
static Socket *
read_rest (GHashTable *table, const char *key)
{
  Socket *socket = key != NULL ? g_hash_table_lookup (table, key) : NULL;

  if (socket != NULL && socket->peer != NULL) {
    calld_peer_poll (socket->peer);
    socket = g_hash_table_lookup (table, key);
  }
  if (socket != NULL)
    hand_over (socket);
  return socket;
}

/* Two senders for one track: the later one is the one that lives, since a sender that starts anew
 * does not wait until its old connection is known to be dead. Each writes a file of its own. */
static void
supersede (Sockets *self, const CallEgressQuery *query)
{
  g_autofree char *key = make_track_key (query);
  Socket *other = read_rest (self->by_track, key);

  if (other == NULL)
    return;
  calld_log_info ("egress_superseded", .detail = query->track_id);
  close_socket (other, CALL_WEBSOCKET_CODE_POLICY, "superseded");
}

/* The same stream over another connection goes on where we have it. */
static void
resume (Socket *self, CalldPeer *peer, const CallEgressQuery *query)
{
  CalldEgressTrackStats stats;

  if (self->peer != NULL) {
    CalldPeer *old = self->peer;

    park (self);
    calld_peer_close (old, CALL_WEBSOCKET_CODE_POLICY, "superseded");
  }
  attach_peer (self, peer);
  calld_egress_track_get_stats (self->track, &stats);
  if (query->offset > stats.received) {
    calld_egress_track_push_gap (self->track, query->offset - stats.received);
    stats.received = query->offset;
  }
  send_position (self, stats.received, FALSE);
}

static void
open_socket (Sockets *self, CalldPeer *peer, const CalldHead *head, const CallEgressQuery *query)
{
  g_autofree char *stream_key = make_stream_key (query);
  Socket *socket;
  guint32 most = query->kind == CALL_EGRESS_AUDIO ? self->options.max_audio_message
                                                  : self->options.max_video_message;

  if (!calld_peer_upgrade (peer, head, most, NULL, NULL, NULL))
    return;
  socket = read_rest (self->by_stream, stream_key);
  if (socket != NULL) {
    resume (socket, peer, query);
    return;
  }
  supersede (self, query);
  socket = socket_new (self, query);
  attach_peer (socket, peer);
  if (query->resume != NULL) {
    if (query->offset > 0)
      calld_egress_track_push_gap (socket->track, query->offset);
    send_position (socket, query->offset, FALSE);
  }
}

static void
on_request (Sockets *self, CalldPeer *peer, const CalldHead *head, CallEgressKind kind)
{
  g_auto (CallEgressQuery) query = { 0 };
  g_autoptr (GError) error = NULL;

  if (!head->websocket) {
    calld_peer_answer_text (peer, 426, "text/plain", "Upgrade: websocket\r\n",
                            "This is a WebSocket\n");
  } else if (calld_reactor_is_draining (self->reactor) ||
             !calld_egress_is_available (self->egress)) {
    calld_peer_answer_text (peer, 503, "text/plain", "Retry-After: 5\r\n",
                            "Tracks cannot be recorded now\n");
  } else if (!calld_egress_verify (self->egress, kind, head->query, &error)) {
    calld_log_info ("egress_refused", .detail = error->message);
    calld_peer_answer_text (peer, 401, "text/plain", NULL, error->message);
  } else if (!call_egress_query_parse (&query, kind, head->query, &error)) {
    calld_log_info ("egress_refused", .detail = error->message);
    calld_peer_answer_text (peer, 400, "text/plain", NULL, error->message);
  } else {
    open_socket (self, peer, head, &query);
  }
}

static void
on_audio (gpointer data, CalldPeer *peer, const CalldHead *head, const guint8 *body, gsize length)
{
  on_request (data, peer, head, CALL_EGRESS_AUDIO);
}

static void
on_video (gpointer data, CalldPeer *peer, const CalldHead *head, const guint8 *body, gsize length)
{
  on_request (data, peer, head, CALL_EGRESS_VIDEO);
}

/* --- the gateway ------------------------------------------------------------------------------ */

static void
sockets_free (gpointer data)
{
  Sockets *self = data;
  GHashTableIter iter;
  gpointer parked;

  /* The reactor has closed all peers: what is left waits for its sender. */
  while (g_hash_table_iter_init (&iter, self->by_stream),
         g_hash_table_iter_next (&iter, NULL, &parked))
    socket_free (parked);
  g_hash_table_unref (self->by_track);
  g_hash_table_unref (self->by_stream);
  for (guint i = 0; i < SLICES; i++)
    g_ptr_array_unref (self->slices[i]);
  g_object_unref (self->egress);
  g_free (self);
}

/**
 * calld_egress_socket_options_init:
 * @options: (out caller-allocates): limits
 *
 * Fills in the defaults.
 */
void
calld_egress_socket_options_init (CalldEgressSocketOptions *options)
{
  *options = (CalldEgressSocketOptions){
    .poll_ms = 100,
    .idle_ms = 120 * 1000,
    .park_ms = 30 * 1000,
    .max_audio_message = 1024 * 1024,
    .max_video_message = 8 * 1024 * 1024,
  };
}

/**
 * calld_egress_socket_attach:
 * @hub: the hub, which does not listen yet
 * @egress: who records
 * @options: limits, copied
 *
 * Serves /egress-audio and /egress-video. A reference to @egress is kept as long as the hub is.
 */
void
calld_egress_socket_attach (CalldHub *hub,
                            CalldEgress *egress,
                            const CalldEgressSocketOptions *options)
{
  Sockets *self = g_new0 (Sockets, 1);
  CalldRoute audio = { .prefix = CALL_EGRESS_AUDIO_PATH, .request = on_audio, .data = self };
  CalldRoute video = { .prefix = CALL_EGRESS_VIDEO_PATH, .request = on_video, .data = self };

  self->options = *options;
  self->reactor = calld_hub_get_reactor (hub);
  self->egress = g_object_ref (egress);
  self->by_track = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_stream = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < SLICES; i++)
    self->slices[i] = g_ptr_array_new ();
  audio.free = sockets_free;
  calld_reactor_add_route (self->reactor, &audio);
  calld_reactor_add_route (self->reactor, &video);
}
