/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-engineio"

#include "config.h"

#include "calld-engineio-private.h"

#include <string.h>

/* A session that ends without a poll to say so on is remembered this long for the next one. */
#define CLOSE_TIMEOUT_MS 30000

static const CalldClientClass session_class;

#define FROM_TIMER(timer, field) \
  ((CalldEngineioSession *) ((char *) (timer) -G_STRUCT_OFFSET (CalldEngineioSession, field)))

/* --- life of a session ------------------------------------------------------------------------ */

CalldEngineioSession *
calld_engineio_session_ref (CalldEngineioSession *self)
{
  self->refs++;
  return self;
}

void
calld_engineio_session_unref (CalldEngineioSession *self)
{
  if (--self->refs > 0)
    return;
  if (self->backlog != NULL)
    calld_reactor_unreserve (self->server->reactor, g_bytes_get_size (self->backlog));
  g_clear_pointer (&self->backlog, g_bytes_unref);
  calld_queue_clear (&self->out);
  g_free (self);
}

static void
on_heartbeat (CalldWheelTimer *timer)
{
  CalldEngineioSession *self = FROM_TIMER (timer, heartbeat);
  CalldEngineio *server = self->server;

  if (self->awaits_pong) {
    g_debug ("session %" G_GUINT64_FORMAT ": ping timeout", self->base.member.id);
    calld_engineio_session_end (self);
    return;
  }
  self->awaits_pong = TRUE;
  calld_reactor_start_timer (server->reactor, timer, server->options.ping_timeout_ms, on_heartbeat);
  calld_engineio_session_send (self, server->ping, CALLD_SEND_DEFAULT);
}

CalldEngineioSession *
calld_engineio_session_new (CalldEngineio *server, CalldPeer *peer, const CallEngineioQuery *query)
{
  CalldEngineioSession *self = g_malloc0 (server->klass->session_size);
  g_autofree char *sid = call_engineio_sid_new ();

  self->base.klass = &session_class;
  self->base.member.protocol = server->options.protocol;
  self->server = server;
  self->refs = 1;
  self->base64 = query->base64;
  self->address = *calld_peer_get_address (peer);
  g_strlcpy (self->sid, sid, sizeof self->sid);
  g_hash_table_insert (server->by_sid, self->sid, self);
  calld_reactor_add_session (server->reactor, &self->base);
  /* The clocks run from here, before the handshake is on the wire. */
  calld_reactor_start_timer (server->reactor, &self->heartbeat, server->options.ping_interval_ms,
                             on_heartbeat);
  return self;
}

void
calld_engineio_session_begin (CalldEngineioSession *self, const CallEngineioQuery *query)
{
  self->server->klass->opened (self, query);
}

char *
calld_engineio_session_get_open_packet (CalldEngineioSession *self, gboolean upgrade)
{
  const CalldEngineioOptions *options = &self->server->options;
  CallEngineioHandshake handshake = {
    .upgrade = upgrade,
    .ping_interval_ms = options->ping_interval_ms,
    .ping_timeout_ms = options->ping_timeout_ms,
    .max_payload = options->max_payload,
  };

  g_strlcpy (handshake.sid, self->sid, sizeof handshake.sid);
  return call_engineio_handshake_encode (&handshake);
}

/* The application hears of the end at once, and once; the transport may take a little longer. */
static void
leave_application (CalldEngineioSession *self)
{
  CalldReactor *reactor = self->server->reactor;

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  calld_reactor_stop_timer (reactor, &self->heartbeat);
  self->server->klass->closed (self);
  calld_reactor_remove_session (reactor, &self->base);
}

/* Ends a session whose transport has gone, or is not needed any more. */
void
calld_engineio_session_end (CalldEngineioSession *self)
{
  CalldEngineio *server = self->server;

  if (!g_hash_table_remove (server->by_sid, self->sid))
    return;
  leave_application (self);
  calld_reactor_stop_timer (server->reactor, &self->limit);
  calld_engineio_drop_probe (self);
  if (self->poll != NULL)
    calld_engineio_answer_poll (self, "1");
  if (self->websocket != NULL)
    calld_peer_close (g_steal_pointer (&self->websocket), 0, NULL);
  if (self->post != NULL)
    calld_engineio_answer (g_steal_pointer (&self->post), server, NULL, 400, "application/json",
                           call_engineio_refusal_body (CALL_ENGINEIO_BAD_REQUEST), -1);
  if (!self->is_pending)
    calld_engineio_session_unref (self);
}

static void
on_close_limit (CalldWheelTimer *timer)
{
  calld_engineio_session_end (FROM_TIMER (timer, limit));
}

/**
 * calld_engineio_session_close:
 * @self: a session
 *
 * Ends a session once all it was sent is on its way. The transport closes without a status, so that
 * clients connect again.
 */
void
calld_engineio_session_close (CalldEngineioSession *self)
{
  if (self->is_closed)
    return;
  if (self->websocket != NULL || self->poll != NULL) {
    calld_engineio_session_end (self);
    return;
  }
  leave_application (self);
  calld_engineio_drop_probe (self);
  self->says_close = TRUE;
  calld_reactor_start_timer (self->server->reactor, &self->limit, CLOSE_TIMEOUT_MS, on_close_limit);
}

/* --- packets ---------------------------------------------------------------------------------- */

/* Returns FALSE if the packet is an error of the client, which ends the session. */
gboolean
calld_engineio_session_take (CalldEngineioSession *self, const CallEngineioPacket *packet)
{
  CalldEngineio *server = self->server;

  switch (packet->type) {
  case CALL_ENGINEIO_MESSAGE:
    server->klass->message (self, packet->binary, (const guint8 *) packet->data, packet->length);
    return TRUE;
  case CALL_ENGINEIO_PONG:
    if (!self->awaits_pong)
      return TRUE;
    self->awaits_pong = FALSE;
    calld_reactor_start_timer (server->reactor, &self->heartbeat, server->options.ping_interval_ms,
                               on_heartbeat);
    return TRUE;
  case CALL_ENGINEIO_CLOSE:
    if (self->poll != NULL)
      calld_engineio_answer_poll (self, "6");
    calld_engineio_session_end (self);
    return TRUE;
  case CALL_ENGINEIO_NOOP:
    return TRUE;
  case CALL_ENGINEIO_OPEN:
  case CALL_ENGINEIO_PING:
  case CALL_ENGINEIO_UPGRADE:
  default:
    return FALSE;
  }
}

/* A client whose own queue fills is not read: the packets of a POST wait until it polls. A packet
 * may bring about a few others, so there has to be some room left. */
gboolean
calld_engineio_session_may_read (CalldEngineioSession *self)
{
  const CalldHubOptions *options = calld_reactor_get_options (self->server->reactor);
  CalldQueueLimits limits = { options->queue_frames / 2, options->queue_bytes / 2 };

  return !self->held && (self->websocket != NULL || !calld_queue_is_full (&self->out, &limits));
}

/* --- what waits for the next turn of the loop ------------------------------------------------- */

static void
finish_pending (CalldEngineioSession *self)
{
  if (g_hash_table_lookup (self->server->by_sid, self->sid) != self) {
    calld_engineio_session_unref (self);
    return;
  }
  if (self->is_slow) {
    calld_engineio_session_close (self);
    return;
  }
  if (self->poll != NULL && calld_queue_get_length (&self->out) > 0)
    calld_engineio_answer_poll (self, NULL);
  if (self->backlog != NULL && calld_engineio_session_may_read (self))
    calld_engineio_go_on_with_post (self);
}

static void
on_pending (CalldWheelTimer *timer)
{
  CalldEngineio *server = (CalldEngineio *) ((char *) timer -
                                             G_STRUCT_OFFSET (CalldEngineio, pending_timer));
  CalldEngineioSession *session = g_steal_pointer (&server->pending);

  while (session != NULL) {
    CalldEngineioSession *next = session->next_pending;

    session->is_pending = FALSE;
    finish_pending (session);
    session = next;
  }
}

void
calld_engineio_session_mark_pending (CalldEngineioSession *self)
{
  CalldEngineio *server = self->server;

  if (self->is_pending)
    return;
  self->is_pending = TRUE;
  self->next_pending = server->pending;
  server->pending = self;
  if (!calld_wheel_is_started (&server->pending_timer))
    calld_reactor_start_timer (server->reactor, &server->pending_timer, 0, on_pending);
}

/* --- for the application ---------------------------------------------------------------------- */

/* A client that takes no binary frames gets base64 text (b64=1). */
static void
send_as_base64 (CalldEngineioSession *self, CalldFrame *frame, CalldSendFlags flags)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (CalldFrame) encoded = NULL;
  gsize length;
  const guint8 *payload = calld_frame_get_payload (frame, &length);

  call_engineio_payload_append (text, payload, length, TRUE);
  encoded = calld_frame_new (CALLD_FRAME_TEXT, text->str, text->len);
  calld_peer_send (self->websocket, encoded, flags);
}

/**
 * calld_engineio_session_send:
 * @self: a session
 * @frame: a whole packet: text with its type, or a binary message
 * @flags: how much it matters
 *
 * Sends a packet over whatever carries the session. Calls nothing back, so it is safe while rooms
 * are walked; a client that does not keep up is closed a moment later.
 */
void
calld_engineio_session_send (CalldEngineioSession *self, CalldFrame *frame, CalldSendFlags flags)
{
  const CalldHubOptions *options = calld_reactor_get_options (self->server->reactor);
  CalldQueueLimits limits = { options->queue_frames, options->queue_bytes };
  guint dropped = 0;

  if (self->is_closed || self->is_slow)
    return;
  if ((flags & CALLD_SEND_PART) != 0)
    limits = CALLD_QUEUE_UNLIMITED;
  if (self->websocket != NULL) {
    if (self->base64 && calld_frame_get_kind (frame) == CALLD_FRAME_BINARY)
      send_as_base64 (self, frame, flags);
    else
      calld_peer_send (self->websocket, frame, flags);
    return;
  }
  if (calld_queue_push (&self->out, frame, (flags & CALLD_SEND_VOLATILE) != 0, &limits, &dropped) ==
      CALLD_QUEUE_OVERFLOW)
    self->is_slow = TRUE;
  if (self->poll != NULL || self->is_slow)
    calld_engineio_session_mark_pending (self);
}

/**
 * calld_engineio_session_hold:
 * @self: a session
 * @until_main: whether to go on by itself once the main context has caught up
 *
 * Stops reading the client; it feels that as a slow connection.
 */
void
calld_engineio_session_hold (CalldEngineioSession *self, gboolean until_main)
{
  if (self->websocket != NULL && until_main) {
    calld_reactor_hold_until_main (self->server->reactor, self->websocket);
    return;
  }
  self->held = TRUE;
  if (self->websocket != NULL)
    calld_peer_hold (self->websocket);
}

/**
 * calld_engineio_session_release:
 * @self: a session
 *
 * Reads the client again.
 */
void
calld_engineio_session_release (CalldEngineioSession *self)
{
  if (!self->held)
    return;
  self->held = FALSE;
  if (self->websocket != NULL)
    calld_peer_release (self->websocket);
  if (self->backlog != NULL)
    calld_engineio_session_mark_pending (self);
}

gpointer
calld_engineio_session_get_app (CalldEngineioSession *self)
{
  return self->server->app;
}

CalldReactor *
calld_engineio_session_get_reactor (CalldEngineioSession *self)
{
  return self->server->reactor;
}

/**
 * calld_engineio_session_dup_remote_address:
 * @self: a session
 *
 * Where the client is.
 *
 * Returns: (transfer full): the address it shook hands from
 */
char *
calld_engineio_session_dup_remote_address (CalldEngineioSession *self)
{
  return calld_address_to_string (&self->address);
}

/* --- for the hub ------------------------------------------------------------------------------ */

static void
deliver (CalldClient *session, CalldFrame *frame, CalldSendFlags flags)
{
  CalldEngineioSession *self = (CalldEngineioSession *) session;

  calld_engineio_session_send (self, frame, flags);
  if (self->server->klass->delivered != NULL && !self->is_closed)
    self->server->klass->delivered (self, frame);
}

static void
close_session (CalldClient *session)
{
  calld_engineio_session_close ((CalldEngineioSession *) session);
}

static void
drain (CalldClient *session, guint reconnect_ms)
{
  CalldEngineioSession *self = (CalldEngineioSession *) session;

  if (self->server->klass->drain != NULL)
    self->server->klass->drain (self, reconnect_ms);
  calld_engineio_session_close (self);
}

static const CalldClientClass session_class = {
  .deliver = deliver,
  .close = close_session,
  .drain = drain,
};

/**
 * calld_engineio_session_is_one:
 * @client: a client of the hub
 *
 * Returns: whether it is a session, and not somebody who stands in for one
 */
gboolean
calld_engineio_session_is_one (const CalldClient *client)
{
  return client->klass == &session_class;
}

/* --- the server ------------------------------------------------------------------------------- */

static void
engineio_free (gpointer data)
{
  CalldEngineio *self = data;

  on_pending (&self->pending_timer);
  /* What carried a session is gone; those that only waited to say so are left. */
  while (g_hash_table_size (self->by_sid) > 0) {
    GHashTableIter iter;
    gpointer session;

    g_hash_table_iter_init (&iter, self->by_sid);
    g_hash_table_iter_next (&iter, NULL, &session);
    calld_engineio_session_end (session);
  }
  on_pending (&self->pending_timer);
  g_hash_table_unref (self->by_sid);
  if (self->app_free != NULL)
    self->app_free (self->app);
  calld_frame_unref (self->ping);
  calld_frame_unref (self->noop);
  calld_frame_unref (self->probe_answer);
  g_strfreev (self->options.cors_origins);
  g_free ((char *) self->options.path);
  g_free (self);
}

/**
 * calld_engineio_new:
 * @reactor: a reactor that does not run yet
 * @options: settings, copied
 * @klass: what is carried
 * @app: given back by calld_engineio_session_get_app()
 * @app_free: (nullable): frees @app when the reactor ends
 *
 * Serves Engine.IO 4 at a path.
 *
 * Returns: (transfer none): the server, owned by the reactor
 */
CalldEngineio *
calld_engineio_new (CalldReactor *reactor,
                    const CalldEngineioOptions *options,
                    const CalldEngineioClass *klass,
                    gpointer app,
                    GDestroyNotify app_free)
{
  CalldEngineio *self = g_new0 (CalldEngineio, 1);
  CalldRoute route = {
    .body_limit = calld_engineio_body_limit,
    .request = calld_engineio_request,
    .free = engineio_free,
    .data = self,
  };

  self->reactor = reactor;
  self->options = *options;
  self->options.path = g_strdup (options->path);
  self->options.cors_origins = g_strdupv (options->cors_origins);
  self->klass = klass;
  self->app = app;
  self->app_free = app_free;
  self->by_sid = g_hash_table_new (g_str_hash, g_str_equal);
  self->ping = calld_frame_new_text ("2");
  self->noop = calld_frame_new_text ("6");
  self->probe_answer = calld_frame_new_text ("3probe");
  route.prefix = self->options.path;
  calld_reactor_add_route (reactor, &route);
  return self;
}
