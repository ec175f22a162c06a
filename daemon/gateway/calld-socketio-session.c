/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-socketio"

#include "config.h"

#include "calld-socketio-server-private.h"

#include <string.h>

CalldSocketioServer *
calld_socketio_session_get_server (CalldSocketioSession *self)
{
  return calld_engineio_session_get_app (&self->engine);
}

gpointer
calld_socketio_session_get_app_data (CalldSocketioSession *self)
{
  return calld_socketio_session_get_server (self)->app_data;
}

const char *
calld_socketio_session_get_namespace (CalldSocketioSession *self, guint nsp)
{
  return calld_socketio_session_get_server (self)->namespaces[nsp];
}

gboolean
calld_socketio_session_is_joining (CalldSocketioSession *self, guint nsp)
{
  return (self->joining & CALLD_SOCKETIO_BIT (nsp)) != 0;
}

gboolean
calld_socketio_session_is_joined (CalldSocketioSession *self, guint nsp)
{
  return (self->joined & CALLD_SOCKETIO_BIT (nsp)) != 0;
}

/* --- out -------------------------------------------------------------------------------------- */

/**
 * calld_socketio_frame_new:
 * @packet: a Socket.IO packet without attachments
 *
 * Encodes a packet once, for one client or for many.
 *
 * Returns: (transfer full): the frame
 */
CalldFrame *
calld_socketio_frame_new (const char *packet)
{
  gsize length = strlen (packet);
  g_autofree char *text = g_malloc (length + 2);

  text[0] = '0' + CALL_ENGINEIO_MESSAGE;
  memcpy (text + 1, packet, length + 1);
  return calld_frame_new (CALLD_FRAME_TEXT, text, length + 1);
}

/**
 * calld_socketio_session_send_text:
 * @self: a client
 * @packet: a Socket.IO packet without attachments
 *
 * Sends a packet.
 */
void
calld_socketio_session_send_text (CalldSocketioSession *self, const char *packet)
{
  g_autoptr (CalldFrame) frame = calld_socketio_frame_new (packet);

  calld_engineio_session_send (&self->engine, frame, CALLD_SEND_DEFAULT);
}

/**
 * calld_socketio_session_send:
 * @self: a client
 * @packet: a packet, with its attachments
 *
 * Sends a packet and the binary messages that belong to it.
 */
void
calld_socketio_session_send (CalldSocketioSession *self, const CallSocketioPacket *packet)
{
  g_autofree char *text = call_socketio_packet_encode (packet);

  calld_socketio_session_send_text (self, text);
  for (guint i = 0; packet->attachments != NULL && i < packet->attachments->len; i++) {
    GBytes *bytes = g_ptr_array_index (packet->attachments, i);
    g_autoptr (CalldFrame) frame = calld_frame_new (
        CALLD_FRAME_BINARY, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

    calld_engineio_session_send (&self->engine, frame, CALLD_SEND_PART);
  }
}

void
calld_socketio_session_stop_timer (CalldSocketioSession *self)
{
  calld_reactor_stop_timer (calld_engineio_session_get_reactor (&self->engine),
                            &self->connect_timer);
}

/**
 * calld_socketio_event_frame_new:
 * @event: an event without acknowledgement or attachments
 *
 * Encodes an event once, with an offset, for clients of a server with recovery. Any thread.
 *
 * Returns: (transfer full): the frame
 */
CalldFrame *
calld_socketio_event_frame_new (const char *event)
{
  g_autofree char *offset = calld_socketio_offset_new ();
  g_autofree char *packet = call_socketio_add_offset (event, offset);

  return calld_socketio_frame_new (packet);
}

/**
 * calld_socketio_session_emit:
 * @self: a client
 * @event: an event without acknowledgement or attachments
 *
 * Sends an event; with recovery, a client that misses it gets it when it comes back.
 */
void
calld_socketio_session_emit (CalldSocketioSession *self, const char *event)
{
  g_autoptr (CalldFrame) frame = NULL;

  if (self->recovery == NULL) {
    calld_socketio_session_send_text (self, event);
    return;
  }
  frame = calld_socketio_event_frame_new (event);
  self->engine.base.klass->deliver (&self->engine.base, frame, CALLD_SEND_DEFAULT);
}

/* --- coming back ------------------------------------------------------------------------------ */

/* Finds what the client lost, if it asks for it and there still is somebody who knows. */
static void
begin_recovery (CalldSocketioSession *self, const char *owner)
{
  CalldSocketioServer *server = calld_socketio_session_get_server (self);

  if (self->wanted != NULL)
    self->recovery = calld_socketio_recoveries_take (
        server->recoveries, self->wanted[0], self->wanted[1], owner, &self->engine.base.member);
  if (self->recovery == NULL) {
    g_autofree char *sid = call_engineio_sid_new ();

    g_clear_pointer (&self->wanted, g_strfreev);
    self->recovery = calld_socketio_recovery_new (server->recoveries, sid, owner);
  }
}

static void
send_missed (CalldSocketioSession *self)
{
  g_autoptr (GPtrArray) missed = NULL;

  if (self->wanted == NULL)
    return;
  missed = calld_socketio_recovery_get_missed (self->recovery, self->wanted[1]);
  for (guint i = 0; missed != NULL && i < missed->len; i++)
    calld_engineio_session_send (&self->engine, g_ptr_array_index (missed, i), CALLD_SEND_DEFAULT);
  g_clear_pointer (&self->wanted, g_strfreev);
}

void
calld_socketio_session_on_delivered (CalldEngineioSession *session, CalldFrame *frame)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;

  if (self->recovery != NULL)
    calld_socketio_recovery_note (self->recovery, frame);
}

void
calld_socketio_session_end_recovery (CalldSocketioSession *self)
{
  g_clear_pointer (&self->recovery, calld_socketio_recovery_free);
  g_clear_pointer (&self->wanted, g_strfreev);
}

/* A client whose connection is lost while it was in may come back; one that left does not want to.
 * Nobody hears that the former left. */
void
calld_socketio_session_await_return (CalldSocketioSession *self)
{
  CalldReactor *reactor = calld_engineio_session_get_reactor (&self->engine);

  if (self->recovery == NULL || !calld_socketio_session_is_joined (self, CALLD_SOCKETIO_ROOT) ||
      calld_reactor_is_draining (reactor))
    return;
  if (calld_socketio_recovery_await (g_steal_pointer (&self->recovery), &self->engine.base))
    self->joined &= ~CALLD_SOCKETIO_BIT (CALLD_SOCKETIO_ROOT);
}

/* --- namespaces ------------------------------------------------------------------------------- */

/**
 * calld_socketio_session_accept:
 * @self: a client
 * @nsp: the namespace it asked for
 * @owner: (nullable): who it is; with recovery, only the same one comes back as itself
 *
 * Lets a client in. Nothing happens if it does not wait for that any more.
 */
void
calld_socketio_session_accept (CalldSocketioSession *self, guint nsp, const char *owner)
{
  g_autofree char *sid = NULL;
  g_autofree char *text = NULL;
  const char *pid = NULL;

  if (!calld_socketio_session_is_joining (self, nsp))
    return;
  calld_socketio_session_stop_timer (self);
  self->joining &= ~CALLD_SOCKETIO_BIT (nsp);
  self->joined |= CALLD_SOCKETIO_BIT (nsp);
  if (nsp == CALLD_SOCKETIO_ROOT && calld_socketio_session_get_server (self)->recoveries != NULL) {
    begin_recovery (self, owner);
    sid = g_strdup (calld_socketio_recovery_get_sid (self->recovery));
    pid = calld_socketio_recovery_get_pid (self->recovery);
  } else {
    sid = call_engineio_sid_new ();
  }
  text = call_socketio_encode_connect (calld_socketio_session_get_namespace (self, nsp), sid, pid);
  calld_socketio_session_send_text (self, text);
  send_missed (self);
}

/**
 * calld_socketio_session_refuse:
 * @self: a client
 * @nsp: the namespace it asked for
 * @packet: a CONNECT_ERROR
 *
 * Does not let a client in. It stays connected, for as long as it takes to connect, and may try
 * again.
 */
void
calld_socketio_session_refuse (CalldSocketioSession *self, guint nsp, const char *packet)
{
  if (!calld_socketio_session_is_joining (self, nsp))
    return;
  self->joining &= ~CALLD_SOCKETIO_BIT (nsp);
  calld_socketio_session_send_text (self, packet);
}

void
calld_socketio_session_leave (CalldSocketioSession *self, guint nsp)
{
  CalldSocketioServer *server = calld_socketio_session_get_server (self);

  if (((self->joined | self->joining) & CALLD_SOCKETIO_BIT (nsp)) == 0)
    return;
  self->joined &= ~CALLD_SOCKETIO_BIT (nsp);
  self->joining &= ~CALLD_SOCKETIO_BIT (nsp);
  if (nsp == CALLD_SOCKETIO_ROOT)
    calld_socketio_session_end_recovery (self);
  if (server->app.left != NULL)
    server->app.left (self, nsp);
}

/**
 * calld_socketio_session_disconnect:
 * @self: a client
 * @nsp: a namespace
 *
 * Puts a client out of a namespace; unlike a closed transport it will not come back by itself.
 */
void
calld_socketio_session_disconnect (CalldSocketioSession *self, guint nsp)
{
  g_autofree char *text = call_socketio_encode_disconnect (
      calld_socketio_session_get_namespace (self, nsp));

  calld_socketio_session_send_text (self, text);
  calld_socketio_session_leave (self, nsp);
}
