/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-engineio"

#include "config.h"

#include "calld-engineio-private.h"

#include <string.h>

/* How often a poll that waits is ended while the client switches. */
#define NUDGE_MS 100

static void
on_closed (CalldPeer *peer, gpointer owner)
{
  CalldEngineioSession *session = owner;

  session->websocket = NULL;
  calld_engineio_session_end (session);
}

static gboolean
parse (CallEngineioPacket *packet, const CallWebsocketMessage *message)
{
  g_autoptr (GError) error = NULL;
  gboolean binary = message->opcode == CALL_WEBSOCKET_BINARY;

  if (call_engineio_packet_parse (packet, message->data, message->length, binary, &error))
    return TRUE;
  g_debug ("bad packet: %s", error->message);
  return FALSE;
}

/* A client that was told to avoid binary frames (forceBase64) sends what a long poll would hold. */
static gboolean
take_base64 (CalldEngineioSession *session, const CallWebsocketMessage *message)
{
  CallEngineioPayload payload;
  CallEngineioPacket packet;
  gboolean good;

  call_engineio_payload_init (&payload, message->data, message->length);
  good = call_engineio_payload_next (&payload, &packet, NULL) && !payload.more &&
         calld_engineio_session_take (session, &packet);
  call_engineio_payload_clear (&payload);
  return good;
}

static void
on_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  CalldEngineioSession *session = owner;
  CallEngineioPacket packet;
  gboolean good;

  if (message->opcode == CALL_WEBSOCKET_TEXT && message->length > 0 && message->data[0] == 'b')
    good = take_base64 (session, message);
  else
    good = parse (&packet, message) && calld_engineio_session_take (session, &packet);
  if (!good)
    calld_engineio_session_close (session);
}

static const CalldPeerClass websocket_class = { .message = on_message, .closed = on_closed };

static void
send_open_packet (CalldEngineioSession *self)
{
  g_autofree char *text = calld_engineio_session_get_open_packet (self, FALSE);
  g_autoptr (CalldFrame) open = calld_frame_new_text (text);

  calld_peer_send (self->websocket, open, CALLD_SEND_DEFAULT);
}

static void
on_open_delay (CalldWheelTimer *timer)
{
  CalldEngineioSession *self = (CalldEngineioSession *) ((char *) timer -
                                                         G_STRUCT_OFFSET (CalldEngineioSession,
                                                                          limit));

  send_open_packet (self);
  calld_peer_release (self->websocket);
}

void
calld_engineio_open_websocket (CalldEngineio *server,
                               CalldPeer *peer,
                               const CalldHead *head,
                               const CallEngineioQuery *query)
{
  CalldEngineioSession *session;

  if (!calld_peer_upgrade (peer, head, server->options.max_payload, NULL, NULL, NULL))
    return;
  session = calld_engineio_session_new (server, peer, query);
  session->websocket = peer;
  calld_peer_claim (peer, &websocket_class, session);
  if (server->options.open_delay_ms > 0) {
    calld_peer_hold (peer);
    calld_reactor_start_timer (server->reactor, &session->limit, server->options.open_delay_ms,
                               on_open_delay);
  } else {
    send_open_packet (session);
  }
  calld_engineio_session_begin (session, query);
}

/* --- upgrade ---------------------------------------------------------------------------------- */

void
calld_engineio_drop_probe (CalldEngineioSession *self)
{
  CalldPeer *probe = g_steal_pointer (&self->probe);

  if (probe == NULL)
    return;
  calld_reactor_stop_timer (self->server->reactor, &self->limit);
  calld_peer_close (probe, 0, NULL);
}

static void
on_probe_closed (CalldPeer *peer, gpointer owner)
{
  CalldEngineioSession *session = owner;

  session->probe = NULL;
  calld_reactor_stop_timer (session->server->reactor, &session->limit);
}

static void
on_nudge (CalldWheelTimer *timer)
{
  CalldEngineioSession *self = (CalldEngineioSession *) ((char *) timer -
                                                         G_STRUCT_OFFSET (CalldEngineioSession,
                                                                          limit));
  CalldReactor *reactor = self->server->reactor;

  if (calld_reactor_get_now_ms (reactor) >= self->probe_until_ms) {
    calld_engineio_drop_probe (self);
    return;
  }
  if (self->is_probed && self->poll != NULL)
    calld_engineio_answer_poll (self, "6");
  calld_reactor_start_timer (reactor, timer, NUDGE_MS, on_nudge);
}

static void
switch_over (CalldEngineioSession *self)
{
  CalldPeer *peer = g_steal_pointer (&self->probe);
  CalldFrame *frame;

  calld_reactor_stop_timer (self->server->reactor, &self->limit);
  if (self->poll != NULL)
    calld_engineio_answer_poll (self, "6");
  self->websocket = peer;
  calld_peer_claim (peer, &websocket_class, self);
  while ((frame = calld_queue_pop (&self->out)) != NULL) {
    calld_engineio_session_send (self, frame, CALLD_SEND_DEFAULT);
    calld_frame_unref (frame);
  }
  if (self->held)
    calld_peer_hold (peer);
}

static void
on_probe_message (CalldPeer *peer, gpointer owner, const CallWebsocketMessage *message)
{
  CalldEngineioSession *session = owner;
  CallEngineioPacket packet;

  if (!parse (&packet, message)) {
    calld_engineio_drop_probe (session);
  } else if (packet.type == CALL_ENGINEIO_PING && packet.length == 5 &&
             strncmp (packet.data, "probe", 5) == 0) {
    calld_peer_send (peer, session->server->probe_answer, CALLD_SEND_DEFAULT);
    session->is_probed = TRUE;
    calld_reactor_start_timer (session->server->reactor, &session->limit, NUDGE_MS, on_nudge);
  } else if (packet.type == CALL_ENGINEIO_UPGRADE && session->is_probed) {
    switch_over (session);
  } else {
    calld_engineio_drop_probe (session);
  }
}

static const CalldPeerClass probe_class = { .message = on_probe_message,
                                            .closed = on_probe_closed };

void
calld_engineio_open_probe (CalldEngineioSession *self, CalldPeer *peer, const CalldHead *head)
{
  CalldEngineio *server = self->server;
  CalldReactor *reactor = server->reactor;

  if (!calld_peer_upgrade (peer, head, server->options.max_payload, NULL, NULL, NULL))
    return;
  /* The first one wins; a second one is let in only to be closed in a way the client can see. */
  if (self->websocket != NULL || self->probe != NULL || self->is_closed) {
    calld_peer_close (peer, 0, NULL);
    return;
  }
  self->probe = peer;
  self->is_probed = FALSE;
  calld_peer_claim (peer, &probe_class, self);
  self->probe_until_ms = calld_reactor_get_now_ms (reactor) + server->options.upgrade_timeout_ms;
  calld_reactor_start_timer (reactor, &self->limit, server->options.upgrade_timeout_ms, on_nudge);
}
