/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-socketio"

#include "config.h"

#include "calld-socketio-server-private.h"

#include <string.h>

/* What has come of a binary packet; its memory counts against the budget of all. */
typedef struct _CalldSocketioPartial {
  CallSocketioPacket packet;
  gsize bytes;
} Partial;
#define NO_NAMESPACE G_MAXUINT
/* A name that is not served is sent back; one of this length cannot be meant well. */
#define NAMESPACE_MAX 200

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
  CalldSocketioServer *server = calld_socketio_session_get_server (self);

  if (nsp == NO_NAMESPACE) {
    g_autofree char *text = NULL;

    if (strlen (packet->nsp) > NAMESPACE_MAX)
      return FALSE;
    text = call_socketio_encode_connect_error (packet->nsp, "Invalid namespace", NULL);
    calld_socketio_session_send_text (self, text);
    return TRUE;
  }
  if (((self->joined | self->joining) & CALLD_SOCKETIO_BIT (nsp)) != 0)
    return FALSE;
  self->joining |= CALLD_SOCKETIO_BIT (nsp);
  if (nsp == CALLD_SOCKETIO_ROOT && server->recoveries != NULL)
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
  calld_socketio_session_get_server (self)->app.event (self, nsp, packet);
  return TRUE;
}

/* Returns FALSE for what clients must not do: the connection is closed then. */
static gboolean
take_packet (CalldSocketioSession *self, const CallSocketioPacket *packet)
{
  CalldSocketioServer *server = calld_socketio_session_get_server (self);
  guint nsp = find_namespace (server, packet->nsp);

  if (packet->type == CALL_SOCKETIO_CONNECT)
    return take_connect (self, nsp, packet);
  if (nsp == NO_NAMESPACE || !calld_socketio_session_is_joined (self, nsp))
    return FALSE;
  switch (packet->type) {
  case CALL_SOCKETIO_DISCONNECT:
    calld_socketio_session_leave (self, nsp);
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
      packet.n_attachments > calld_socketio_session_get_server (self)->max_attachments) {
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
                             calld_socketio_session_get_server (self)->connect_timeout_ms,
                             on_connect_timeout);
}

static void
on_closed (CalldEngineioSession *session)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;

  calld_socketio_session_stop_timer (self);
  calld_socketio_session_await_return (self);
  for (guint nsp = 0; calld_socketio_session_get_server (self)->namespaces[nsp] != NULL; nsp++)
    calld_socketio_session_leave (self, nsp);
  partial_free (calld_engineio_session_get_reactor (session), g_steal_pointer (&self->partial));
  g_clear_pointer (&self->token, g_free);
  calld_socketio_session_end_recovery (self);
}

static void
on_drain (CalldEngineioSession *session, guint reconnect_ms)
{
  CalldSocketioSession *self = (CalldSocketioSession *) session;
  CalldSocketioServer *server = calld_socketio_session_get_server (self);

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
  .delivered = calld_socketio_session_on_delivered,
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
