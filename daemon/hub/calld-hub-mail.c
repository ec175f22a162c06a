/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-hub"

#include "config.h"

#include "calld-hub-private.h"
#include "calld-reactor-private.h"

#include <string.h>

/*
 * What the main context asks of the reactor. The mailbox between them is bounded: when it is full a
 * volatile frame is dropped, and with anything else the main context waits until the reactor, which
 * never waits for it, has caught up.
 */

typedef struct {
  CalldMail mail;
  guint64 id;
  char room[];
} RoomMail;

typedef struct {
  CalldMail mail;
  guint64 id;
  CalldFrame *frame;
  CalldSendFlags flags;
  guint8 protocol;
  /* (nullable): for a broadcast, which leaves out the connection @id */
  char **rooms;
} FrameMail;

typedef struct {
  CalldMail mail;
  guint spread_ms;
  CalldMail *on_drained;
} DrainMail;

typedef struct {
  CalldMail mail;
  GTask *task;
} DrainedMail;

static void
open_join (CalldMail *mail, gpointer receiver)
{
  RoomMail *self = (RoomMail *) mail;
  CalldClient *session = receiver != NULL ? calld_reactor_lookup (receiver, self->id) : NULL;

  if (session != NULL &&
      !calld_rooms_join (calld_reactor_get_rooms (receiver), &session->member, self->room))
    g_debug ("connection %" G_GUINT64_FORMAT " is in too many rooms", self->id);
  g_free (self);
}

static void
open_leave (CalldMail *mail, gpointer receiver)
{
  RoomMail *self = (RoomMail *) mail;
  CalldClient *session = receiver != NULL ? calld_reactor_lookup (receiver, self->id) : NULL;

  if (session != NULL)
    calld_rooms_leave (calld_reactor_get_rooms (receiver), &session->member, self->room);
  g_free (self);
}

static void
post_room (CalldHub *self, guint64 id, const char *room, CalldMailFunc open)
{
  gsize length = strlen (room);
  RoomMail *mail = g_malloc (sizeof *mail + length + 1);

  mail->mail = (CalldMail){ .open = open, .weight = sizeof *mail + length };
  mail->id = id;
  memcpy (mail->room, room, length + 1);
  calld_hub_post (self, &mail->mail);
}

/**
 * calld_hub_join:
 * @self: a hub
 * @connection_id: a connection; one that has gone is ignored
 * @room: a room
 *
 * Puts a connection into a room. What is broadcast after this call reaches it.
 */
void
calld_hub_join (CalldHub *self, guint64 connection_id, const char *room)
{
  post_room (self, connection_id, room, open_join);
}

/**
 * calld_hub_leave:
 * @self: a hub
 * @connection_id: a connection
 * @room: a room
 *
 * Takes a connection out of a room.
 */
void
calld_hub_leave (CalldHub *self, guint64 connection_id, const char *room)
{
  post_room (self, connection_id, room, open_leave);
}

static void
deliver (CalldMember *member, gpointer user_data)
{
  CalldClient *session = (CalldClient *) member;
  FrameMail *mail = user_data;

  session->klass->deliver (session, mail->frame, mail->flags);
}

static void
open_frame (CalldMail *mail, gpointer receiver)
{
  FrameMail *self = (FrameMail *) mail;

  if (receiver != NULL && self->rooms != NULL) {
    calld_rooms_broadcast (calld_reactor_get_rooms (receiver), self->protocol,
                           (const char *const *) self->rooms, self->id, deliver, self);
  } else if (receiver != NULL) {
    CalldClient *session = calld_reactor_lookup (receiver, self->id);

    if (session != NULL)
      session->klass->deliver (session, self->frame, self->flags);
  }
  calld_frame_unref (self->frame);
  g_strfreev (self->rooms);
  g_free (self);
}

static void
post_frame (CalldHub *self, guint64 id, CalldFrame *frame, CalldSendFlags flags, FrameMail *mail)
{
  gsize length;

  calld_frame_get_wire (frame, &length);
  mail->mail = (CalldMail){ .open = open_frame, .weight = sizeof *mail + length };
  mail->id = id;
  mail->frame = calld_frame_ref (frame);
  mail->flags = flags;
  if ((flags & CALLD_SEND_VOLATILE) != 0)
    calld_hub_try_post (self, &mail->mail);
  else
    calld_hub_post (self, &mail->mail);
}

/**
 * calld_hub_send:
 * @self: a hub
 * @connection_id: a connection; one that has gone is ignored
 * @frame: a frame of its protocol
 * @flags: how much it matters
 *
 * Sends a frame to one connection.
 */
void
calld_hub_send (CalldHub *self, guint64 connection_id, CalldFrame *frame, CalldSendFlags flags)
{
  post_frame (self, connection_id, frame, flags, g_new0 (FrameMail, 1));
}

/**
 * calld_hub_broadcast:
 * @self: a hub
 * @protocol: whose frame it is: members of other protocols do not get it
 * @rooms: (array zero-terminated=1): where it goes; who is in several gets it once
 * @frame: the frame
 * @except: a connection that is left out, or 0
 * @flags: how much it matters
 *
 * Sends a frame to rooms.
 */
void
calld_hub_broadcast (CalldHub *self,
                     guint protocol,
                     const char *const *rooms,
                     CalldFrame *frame,
                     guint64 except,
                     CalldSendFlags flags)
{
  FrameMail *mail = g_new0 (FrameMail, 1);

  mail->protocol = (guint8) protocol;
  mail->rooms = g_strdupv ((char **) rooms);
  post_frame (self, except, frame, flags, mail);
}

static void
open_close (CalldMail *mail, gpointer receiver)
{
  RoomMail *self = (RoomMail *) mail;
  CalldClient *session = receiver != NULL ? calld_reactor_lookup (receiver, self->id) : NULL;

  if (session != NULL)
    session->klass->close (session);
  g_free (self);
}

/**
 * calld_hub_close:
 * @self: a hub
 * @connection_id: a connection; one that has gone is ignored
 *
 * Ends a connection.
 */
void
calld_hub_close (CalldHub *self, guint64 connection_id)
{
  post_room (self, connection_id, "", open_close);
}

/**
 * calld_hub_get_stats:
 * @self: a hub
 * @stats: (out caller-allocates): the counts
 *
 * Reads what the reactor counted up to its last batch. Zero after calld_hub_stop().
 */
void
calld_hub_get_stats (CalldHub *self, CalldHubStats *stats)
{
  CalldReactor *reactor = calld_hub_get_reactor (self);

  memset (stats, 0, sizeof *stats);
  if (reactor != NULL)
    calld_reactor_get_stats (reactor, stats);
}

/* --- measuring -------------------------------------------------------------------------------- */

typedef struct {
  CalldMail mail;
  gint64 began_us;
} MeasureMail;

static void
open_measure (CalldMail *mail, gpointer receiver)
{
  MeasureMail *self = (MeasureMail *) mail;
  CalldReactor *reactor = receiver;

  if (reactor != NULL)
    reactor->measured_us = self->began_us;
  g_free (self);
}

/**
 * calld_hub_measure:
 * @self: a hub
 * @began_us: when a request came, from calld_hub_get_request_us(); 0 is ignored
 *
 * Measures the time until all that was sent before this call has been written to the sockets. One
 * measurement is under way at a time; others are left out meanwhile, so that under load it costs
 * one piece of mail for each turn of the reactor, not for each request.
 */
void
calld_hub_measure (CalldHub *self, gint64 began_us)
{
  CalldReactor *reactor = calld_hub_get_reactor (self);
  MeasureMail *mail;

  if (began_us == 0 || reactor == NULL ||
      !g_atomic_int_compare_and_exchange (&reactor->is_measuring, FALSE, TRUE))
    return;
  mail = g_new0 (MeasureMail, 1);
  mail->mail = (CalldMail){ .open = open_measure, .weight = sizeof *mail };
  mail->began_us = began_us;
  calld_hub_post (self, &mail->mail);
}

/**
 * calld_hub_is_alive:
 * @self: a hub
 *
 * Whether the reactor's loop turns, for health checks.
 *
 * Returns: %FALSE if it stands still, or has not begun
 */
gboolean
calld_hub_is_alive (CalldHub *self)
{
  CalldReactor *reactor = calld_hub_get_reactor (self);

  return reactor != NULL &&
         g_get_monotonic_time () - calld_reactor_get_last_turn_us (reactor) < 5 * G_USEC_PER_SEC;
}

/* --- drain ------------------------------------------------------------------------------------ */

static void
open_drain (CalldMail *mail, gpointer receiver)
{
  DrainMail *self = (DrainMail *) mail;

  if (receiver != NULL)
    calld_reactor_drain (receiver, self->spread_ms, self->on_drained);
  else
    self->on_drained->open (self->on_drained, NULL);
  g_free (self);
}

static void
open_drained (CalldMail *mail, gpointer receiver)
{
  DrainedMail *self = (DrainedMail *) mail;

  g_task_return_boolean (self->task, TRUE);
  g_object_unref (self->task);
  g_free (self);
}

/**
 * calld_hub_drain_async:
 * @self: a hub
 * @spread_ms: over how long clients are sent away; as much again is what they are told to stay away
 * @cancellable: (nullable): cancels the waiting, not the drain
 * @callback: called when the last one has been told
 * @user_data: data for @callback
 *
 * Stops accepting, and tells all clients to connect again, evenly spread over time so that they do
 * not all come back at once. libsoup's requests are answered to their end.
 */
void
calld_hub_drain_async (CalldHub *self,
                       guint spread_ms,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  DrainedMail *drained = g_new0 (DrainedMail, 1);
  DrainMail *mail = g_new0 (DrainMail, 1);

  g_task_set_source_tag (task, calld_hub_drain_async);
  drained->mail.open = open_drained;
  drained->task = task;
  mail->mail.open = open_drain;
  mail->spread_ms = spread_ms;
  mail->on_drained = &drained->mail;
  calld_hub_post (self, &mail->mail);
}

/**
 * calld_hub_drain_finish:
 * @self: a hub
 * @result: the result
 * @error: return location
 *
 * Ends calld_hub_drain_async().
 *
 * Returns: %TRUE if everybody has been told
 */
gboolean
calld_hub_drain_finish (CalldHub *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
