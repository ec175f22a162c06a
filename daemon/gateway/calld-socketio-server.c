/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-socketio"

#include "config.h"

#include "calld-socketio-server.h"

#include <string.h>

struct _CalldSocketioServer {
  CalldSocketioApp app;
  gpointer app_data;
  GDestroyNotify app_free;
  char **namespaces;
  guint connect_timeout_ms;
  guint max_attachments;
  /* NULL unless clients may come back. */
  CalldSocketioRecoveries *recoveries;
};

/* What has come of a binary packet; its memory counts against the budget of all. */
typedef struct _CalldSocketioPartial {
  CallSocketioPacket packet;
  gsize bytes;
} Partial;

#define BIT(nsp) (1u << (nsp))
#define NO_NAMESPACE G_MAXUINT
/* Where clients may come back to. */
#define ROOT 0
/* A name that is not served is sent back; one of this length cannot be meant well. */
#define NAMESPACE_MAX 200

static CalldSocketioServer *
get_server (CalldSocketioSession *self)
{
  return calld_engineio_session_get_app (&self->engine);
}

gpointer
calld_socketio_session_get_app_data (CalldSocketioSession *self)
{
  return get_server (self)->app_data;
}

const char *
calld_socketio_session_get_namespace (CalldSocketioSession *self, guint nsp)
{
  return get_server (self)->namespaces[nsp];
}

gboolean
calld_socketio_session_is_joining (CalldSocketioSession *self, guint nsp)
{
  return (self->joining & BIT (nsp)) != 0;
}

gboolean
calld_socketio_session_is_joined (CalldSocketioSession *self, guint nsp)
{
  return (self->joined & BIT (nsp)) != 0;
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

static void
stop_connect_timer (CalldSocketioSession *self)
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
  CalldSocketioServer *server = get_server (self);

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

static void
on_delivered (CalldEngineioSession *session, CalldFrame *frame)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;

  if (self->recovery != NULL)
    calld_socketio_recovery_note (self->recovery, frame);
}

static void
end_recovery (CalldSocketioSession *self)
{
  g_clear_pointer (&self->recovery, calld_socketio_recovery_free);
  g_clear_pointer (&self->wanted, g_strfreev);
}

/* A client whose connection is lost while it was in may come back; one that left does not want to.
 * Nobody hears that the former left. */
static void
await_return (CalldSocketioSession *self)
{
  CalldReactor *reactor = calld_engineio_session_get_reactor (&self->engine);

  if (self->recovery == NULL || !calld_socketio_session_is_joined (self, ROOT) ||
      calld_reactor_is_draining (reactor))
    return;
  if (calld_socketio_recovery_await (g_steal_pointer (&self->recovery), &self->engine.base))
    self->joined &= ~BIT (ROOT);
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
  stop_connect_timer (self);
  self->joining &= ~BIT (nsp);
  self->joined |= BIT (nsp);
  if (nsp == ROOT && get_server (self)->recoveries != NULL) {
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
  self->joining &= ~BIT (nsp);
  calld_socketio_session_send_text (self, packet);
}

static void
leave (CalldSocketioSession *self, guint nsp)
{
  CalldSocketioServer *server = get_server (self);

  if (((self->joined | self->joining) & BIT (nsp)) == 0)
    return;
  self->joined &= ~BIT (nsp);
  self->joining &= ~BIT (nsp);
  if (nsp == ROOT)
    end_recovery (self);
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
  leave (self, nsp);
}

/* --- in --------------------------------------------------------------------------------------- */

static guint
find_namespace (CalldSocketioServer *server, const char *name)
{
  for (guint i = 0; server->namespaces[i] != NULL; i++)
    if (g_str_equal (server->namespaces[i], name))
      return i;
  return NO_NAMESPACE;
}

static void
remember_wish (CalldSocketioSession *self, const CallSocketioPacket *packet)
{
  char *pid, *offset;

  g_clear_pointer (&self->wanted, g_strfreev);
  if (!call_socketio_packet_get_recovery (packet, &pid, &offset))
    return;
  self->wanted = g_new0 (char *, 3);
  self->wanted[0] = pid;
  self->wanted[1] = offset;
}

static gboolean
take_connect (CalldSocketioSession *self, guint nsp, const CallSocketioPacket *packet)
{
  CalldSocketioServer *server = get_server (self);

  if (nsp == NO_NAMESPACE) {
    g_autofree char *text = NULL;

    if (strlen (packet->nsp) > NAMESPACE_MAX)
      return FALSE;
    text = call_socketio_encode_connect_error (packet->nsp, "Invalid namespace", NULL);
    calld_socketio_session_send_text (self, text);
    return TRUE;
  }
  if (((self->joined | self->joining) & BIT (nsp)) != 0)
    return FALSE;
  self->joining |= BIT (nsp);
  if (nsp == ROOT && server->recoveries != NULL)
    remember_wish (self, packet);
  server->app.connect (self, nsp, packet);
  return TRUE;
}

static gboolean
take_event (CalldSocketioSession *self, guint nsp, const CallSocketioPacket *packet)
{
  const char *event = call_socketio_packet_get_event (packet);

  if (event != NULL && call_socketio_event_is_reserved (event))
    return FALSE;
  get_server (self)->app.event (self, nsp, packet);
  return TRUE;
}

/* Returns FALSE for what clients must not do: the connection is closed then. */
static gboolean
take_packet (CalldSocketioSession *self, const CallSocketioPacket *packet)
{
  CalldSocketioServer *server = get_server (self);
  guint nsp = find_namespace (server, packet->nsp);

  if (packet->type == CALL_SOCKETIO_CONNECT)
    return take_connect (self, nsp, packet);
  if (nsp == NO_NAMESPACE || !calld_socketio_session_is_joined (self, nsp))
    return FALSE;
  switch (packet->type) {
  case CALL_SOCKETIO_DISCONNECT:
    leave (self, nsp);
    return TRUE;
  case CALL_SOCKETIO_EVENT:
  case CALL_SOCKETIO_BINARY_EVENT:
    return take_event (self, nsp, packet);
  case CALL_SOCKETIO_ACK:
  case CALL_SOCKETIO_BINARY_ACK:
    if (server->app.ack != NULL)
      server->app.ack (self, nsp, packet);
    return TRUE;
  case CALL_SOCKETIO_CONNECT:
  case CALL_SOCKETIO_CONNECT_ERROR:
  default:
    return FALSE;
  }
}

static void
partial_free (CalldReactor *reactor, Partial *partial)
{
  if (partial == NULL)
    return;
  calld_reactor_unreserve (reactor, partial->bytes);
  call_socketio_packet_clear (&partial->packet);
  g_free (partial);
}

static gboolean
reserve (CalldSocketioSession *self, gsize bytes)
{
  if (calld_reactor_reserve (calld_engineio_session_get_reactor (&self->engine), bytes))
    return TRUE;
  g_debug ("memory for incomplete messages is used up");
  return FALSE;
}

static gboolean
take_text (CalldSocketioSession *self, const guint8 *data, gsize length)
{
  g_auto (CallSocketioPacket) packet = { 0 };
  g_autoptr (GError) error = NULL;

  if (self->partial != NULL ||
      !call_socketio_packet_parse (&packet, (const char *) data, length, &error) ||
      packet.n_attachments > get_server (self)->max_attachments) {
    g_debug ("bad packet: %s", error != NULL ? error->message : "text among attachments");
    return FALSE;
  }
  if (call_socketio_packet_is_complete (&packet))
    return take_packet (self, &packet);
  if (!reserve (self, length))
    return FALSE;
  self->partial = g_new0 (Partial, 1);
  self->partial->bytes = length;
  self->partial->packet = packet;
  memset (&packet, 0, sizeof packet);
  return TRUE;
}

static gboolean
take_attachment (CalldSocketioSession *self, const guint8 *data, gsize length)
{
  g_autoptr (GBytes) bytes = NULL;
  Partial *partial = self->partial;
  gboolean good;

  if (partial == NULL || !reserve (self, length))
    return FALSE;
  partial->bytes += length;
  bytes = g_bytes_new (data, length);
  if (!call_socketio_packet_attach (&partial->packet, bytes, NULL))
    return FALSE;
  if (!call_socketio_packet_is_complete (&partial->packet))
    return TRUE;
  self->partial = NULL;
  good = take_packet (self, &partial->packet);
  partial_free (calld_engineio_session_get_reactor (&self->engine), partial);
  return good;
}

static void
on_message (CalldEngineioSession *session, gboolean binary, const guint8 *data, gsize length)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;
  gboolean good;

  calld_engineio_session_ref (session);
  good = binary ? take_attachment (self, data, length) : take_text (self, data, length);
  if (!good)
    calld_engineio_session_close (session);
  calld_engineio_session_unref (session);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
on_connect_timeout (CalldWheelTimer *timer)
{
  CalldSocketioSession *self = (CalldSocketioSession *) ((char *) timer -
                                                         G_STRUCT_OFFSET (CalldSocketioSession,
                                                                          connect_timer));

  calld_engineio_session_close (&self->engine);
}

static void
on_opened (CalldEngineioSession *session, const CallEngineioQuery *query)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;

  self->token = g_strdup (query->token);
  calld_reactor_start_timer (calld_engineio_session_get_reactor (session), &self->connect_timer,
                             get_server (self)->connect_timeout_ms, on_connect_timeout);
}

static void
on_closed (CalldEngineioSession *session)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;

  stop_connect_timer (self);
  await_return (self);
  for (guint nsp = 0; get_server (self)->namespaces[nsp] != NULL; nsp++)
    leave (self, nsp);
  partial_free (calld_engineio_session_get_reactor (session), g_steal_pointer (&self->partial));
  g_clear_pointer (&self->token, g_free);
  end_recovery (self);
}

static void
on_drain (CalldEngineioSession *session, guint reconnect_ms)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;
  CalldSocketioServer *server = get_server (self);

  if (server->app.drain != NULL)
    server->app.drain (self, reconnect_ms);
}

static const CalldEngineioClass engine_class = {
  .session_size = sizeof (CalldSocketioSession),
  .opened = on_opened,
  .message = on_message,
  .closed = on_closed,
  .drain = on_drain,
};

static const CalldEngineioClass recovering_class = {
  .session_size = sizeof (CalldSocketioSession),
  .opened = on_opened,
  .message = on_message,
  .closed = on_closed,
  .drain = on_drain,
  .delivered = on_delivered,
};

static void
socketio_server_free (gpointer data)
{
  CalldSocketioServer *self = data;

  g_clear_pointer (&self->recoveries, calld_socketio_recoveries_free);
  g_strfreev (self->namespaces);
  if (self->app_free != NULL)
    self->app_free (self->app_data);
  g_free (self);
}

/**
 * calld_socketio_server_new:
 * @reactor: a reactor that does not run yet
 * @options: settings, copied
 * @app: what is behind it
 * @app_data: given back by calld_socketio_session_get_app_data()
 * @app_free: (nullable): frees @app_data when the reactor ends
 *
 * Serves Socket.IO 5 at a path.
 *
 * Returns: (transfer none): the server, owned by the reactor
 */
CalldSocketioServer *
calld_socketio_server_new (CalldReactor *reactor,
                           const CalldSocketioServerOptions *options,
                           const CalldSocketioApp *app,
                           gpointer app_data,
                           GDestroyNotify app_free)
{
  CalldSocketioServer *self = g_new0 (CalldSocketioServer, 1);

  self->app = *app;
  self->app_data = app_data;
  self->app_free = app_free;
  self->namespaces = g_strdupv ((char **) options->namespaces);
  self->connect_timeout_ms = options->connect_timeout_ms;
  self->max_attachments = options->max_attachments;
  if (options->recovery)
    self->recoveries = calld_socketio_recoveries_new (reactor, app->gone, app_data);
  calld_engineio_new (reactor, &options->engine,
                      options->recovery ? &recovering_class : &engine_class, self,
                      socketio_server_free);
  return self;
}

/**
 * calld_socketio_server_lookup:
 * @reactor: the reactor
 * @id: a connection
 *
 * Finds a client.
 *
 * Returns: (transfer none) (nullable): the client, %NULL if it has gone
 */
CalldSocketioSession *
calld_socketio_server_lookup (CalldReactor *reactor, guint64 id)
{
  CalldClient *session = calld_reactor_lookup (reactor, id);

  return session != NULL && session->member.protocol == CALLD_PROTOCOL_SOCKETIO &&
                 calld_engineio_session_is_one (session)
             ? (CalldSocketioSession *) session
             : NULL;
}
