/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "calld-socketio"

#include "config.h"

#include "calld-socketio.h"

#include "calld-gateway-private.h"
#include "calld-hub-private.h"
#include "calld-metrics.h"
#include "calld-socketio-server.h"

#include "call-ack.h"
#include "call-notice.h"
#include "call-request.h"

#include <string.h>

/*
 * Socket.IO between the reactor, where packets are read and written, and the main context, where
 * the services decide. Everything goes by mail, typed.
 */

typedef struct {
  CalldGateway *gateway;
  const CalldProtocol *protocol;
  guint max_pending;
} Bridge;

/* There is one namespace, "/". */
#define ROOT 0

/* --- mail to the main context ----------------------------------------------------------------- */

typedef struct {
  CalldMail mail;
  CalldGateway *gateway;
  const CalldProtocol *protocol;
  guint64 id;
  char *token;
  char *address;
} ConnectMail;

typedef struct {
  CalldMail mail;
  CalldGateway *gateway;
  const CalldProtocol *protocol;
  guint64 id;
  CallRequest *request;
  gint64 ack_id;
} RequestMail;

typedef struct {
  CalldMail mail;
  CalldGateway *gateway;
  guint64 id;
} LeftMail;

static void
open_connect (CalldMail *mail, gpointer receiver)
{
  ConnectMail *self = (ConnectMail *) mail;

  if (receiver != NULL)
    calld_gateway_take_connect (self->gateway, self->protocol, self->id, self->token,
                                self->address);
  g_free (self->token);
  g_free (self->address);
  g_free (self);
}

static void
open_request (CalldMail *mail, gpointer receiver)
{
  RequestMail *self = (RequestMail *) mail;

  if (receiver != NULL)
    calld_gateway_take_request (self->gateway, self->protocol, self->id, self->request,
                                self->ack_id);
  else
    call_request_unref (self->request);
  g_free (self);
}

static void
open_left (CalldMail *mail, gpointer receiver)
{
  LeftMail *self = (LeftMail *) mail;

  if (receiver != NULL)
    calld_gateway_take_left (self->gateway, self->id);
  g_free (self);
}

/* --- the reactor's side ----------------------------------------------------------------------- */

static void
on_connect (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  Bridge *bridge = calld_socketio_session_get_app_data (session);
  ConnectMail *mail;

  /* An id stands for one sign-in; clients of one namespace never ask for a second on one transport.
   */
  if (session->has_left) {
    calld_engineio_session_close (&session->engine);
    return;
  }
  mail = g_new0 (ConnectMail, 1);
  mail->mail = (CalldMail){ .open = open_connect, .weight = sizeof *mail };
  mail->gateway = bridge->gateway;
  mail->protocol = bridge->protocol;
  mail->id = session->engine.base.member.id;
  mail->token = call_socketio_packet_get_token (packet);
  if (mail->token == NULL)
    mail->token = g_strdup (session->token);
  mail->address = calld_engineio_session_dup_remote_address (&session->engine);
  calld_reactor_post (calld_engineio_session_get_reactor (&session->engine), &mail->mail);
}

static void
on_gone (gpointer app_data, CalldReactor *reactor, guint64 id)
{
  Bridge *bridge = app_data;
  LeftMail *mail = g_new0 (LeftMail, 1);

  mail->mail = (CalldMail){ .open = open_left, .weight = sizeof *mail };
  mail->gateway = bridge->gateway;
  mail->id = id;
  calld_reactor_post (reactor, &mail->mail);
}

static void
on_left (CalldSocketioSession *session, guint nsp)
{
  CalldReactor *reactor = calld_engineio_session_get_reactor (&session->engine);

  session->has_left = TRUE;
  calld_rooms_leave_all (calld_reactor_get_rooms (reactor), &session->engine.base.member);
  on_gone (calld_socketio_session_get_app_data (session), reactor, session->engine.base.member.id);
}

static void
refuse_event (CalldSocketioSession *session, gint64 ack_id, const GError *error)
{
  g_auto (CallAck) ack = { 0 };
  g_autofree char *json = NULL;
  g_autofree char *packet = NULL;

  calld_metrics_count_error ((CallError) error->code);
  if (ack_id == CALL_SOCKETIO_NO_ACK)
    return;
  ack.error = call_error_body_new_from_error (error);
  json = call_ack_to_json (&ack);
  packet = call_socketio_encode_ack (NULL, ack_id, json);
  calld_socketio_session_send_text (session, packet);
}

static void
post_request (CalldSocketioSession *session, CallRequest *request, gint64 ack_id)
{
  Bridge *bridge = calld_socketio_session_get_app_data (session);
  CalldReactor *reactor = calld_engineio_session_get_reactor (&session->engine);
  RequestMail *mail = g_new0 (RequestMail, 1);

  mail->mail = (CalldMail){ .open = open_request, .weight = sizeof *mail + sizeof *request };
  if (request->content != NULL)
    mail->mail.weight += strlen (request->content);
  if (request->file != NULL)
    mail->mail.weight += g_bytes_get_size (request->file);
  mail->gateway = bridge->gateway;
  mail->protocol = bridge->protocol;
  mail->id = session->engine.base.member.id;
  mail->request = request;
  mail->ack_id = ack_id;
  calld_reactor_post_relaxed (reactor, &mail->mail);

  /* Overflow policy: a client with too much under way, or any while the services are behind, is not
   * read; what it sends waits in the kernel, and in its own memory. */
  if (++session->pending >= bridge->max_pending)
    calld_engineio_session_hold (&session->engine, FALSE);
  else if (calld_reactor_is_main_busy (reactor))
    calld_engineio_session_hold (&session->engine, TRUE);
}

static void
on_event (CalldSocketioSession *session, guint nsp, const CallSocketioPacket *packet)
{
  g_autoptr (GError) error = NULL;
  CallRequest *request = call_request_from_packet (packet, &error);

  if (request == NULL)
    refuse_event (session, packet->ack_id, error);
  else
    post_request (session, request, packet->ack_id);
}

static void
on_drain (CalldSocketioSession *session, guint reconnect_ms)
{
  g_autoptr (CallNotice) notice = call_notice_new (CALL_NOTICE_SERVER_DRAINING);
  g_autofree char *packet = NULL;

  if (!calld_socketio_session_is_joined (session, ROOT))
    return;
  notice->delay_ms = reconnect_ms;
  packet = call_notice_to_socketio (notice);
  calld_socketio_session_send_text (session, packet);
}

static const CalldSocketioApp app = {
  .connect = on_connect,
  .event = on_event,
  .left = on_left,
  .drain = on_drain,
  .gone = on_gone,
};

/* --- mail to the reactor ---------------------------------------------------------------------- */

typedef struct {
  CalldMail mail;
  guint64 id;
  /* An answer, or a refusal; NULL for an event that wants no answer. */
  char *packet;
  char *room;
} ReactorMail;

static void
reactor_mail_free (ReactorMail *self)
{
  g_free (self->packet);
  g_free (self->room);
  g_free (self);
}

static void
post (CalldHub *hub, guint64 id, CalldMailFunc open, char *packet, char *room)
{
  ReactorMail *mail = g_new0 (ReactorMail, 1);

  mail->mail = (CalldMail){ .open = open, .weight = sizeof *mail };
  if (packet != NULL)
    mail->mail.weight += strlen (packet);
  mail->id = id;
  mail->packet = packet;
  mail->room = room;
  calld_hub_post (hub, &mail->mail);
}

static CalldSocketioSession *
find (gpointer reactor, const ReactorMail *mail)
{
  return reactor != NULL ? calld_socketio_server_lookup (reactor, mail->id) : NULL;
}

static void
open_accept (CalldMail *mail, gpointer reactor)
{
  ReactorMail *self = (ReactorMail *) mail;
  CalldSocketioSession *session = find (reactor, self);

  if (session != NULL && calld_socketio_session_is_joining (session, ROOT)) {
    calld_rooms_join (calld_reactor_get_rooms (reactor), &session->engine.base.member, self->room);
    calld_socketio_session_accept (session, ROOT, self->room);
  }
  reactor_mail_free (self);
}

static void
open_refuse (CalldMail *mail, gpointer reactor)
{
  ReactorMail *self = (ReactorMail *) mail;
  CalldSocketioSession *session = find (reactor, self);

  if (session != NULL)
    calld_socketio_session_refuse (session, ROOT, self->packet);
  reactor_mail_free (self);
}

static void
open_answer (CalldMail *mail, gpointer reactor)
{
  ReactorMail *self = (ReactorMail *) mail;
  CalldSocketioSession *session = find (reactor, self);

  if (session != NULL) {
    Bridge *bridge = calld_socketio_session_get_app_data (session);

    if (self->packet != NULL)
      calld_socketio_session_send_text (session, self->packet);
    if (--session->pending < bridge->max_pending)
      calld_engineio_session_release (&session->engine);
  }
  reactor_mail_free (self);
}

static void
open_kick (CalldMail *mail, gpointer reactor)
{
  ReactorMail *self = (ReactorMail *) mail;
  CalldSocketioSession *session = find (reactor, self);

  if (session != NULL) {
    calld_socketio_session_disconnect (session, ROOT);
    calld_engineio_session_close (&session->engine);
  }
  reactor_mail_free (self);
}

/* --- the main context's side ------------------------------------------------------------------ */

static CalldFrame *
encode (const CallNotice *notice)
{
  g_autofree char *packet = call_notice_to_socketio (notice);

  return calld_socketio_frame_new (packet);
}

static void
accept_client (CalldHub *hub, guint64 id, const CalldIdentity *identity)
{
  post (hub, id, open_accept, NULL, calld_topic_user (identity->user_id));
}

static void
refuse_client (CalldHub *hub, guint64 id, const GError *error)
{
  const char *code = call_error_to_code (error->domain == CALL_ERROR ? (CallError) error->code
                                                                     : CALL_ERROR_FAILED);

  post (hub, id, open_refuse, call_socketio_encode_connect_error (NULL, code, code), NULL);
}

static void
answer (CalldHub *hub, guint64 id, gint64 ack_id, const char *json)
{
  post (hub, id, open_answer,
        ack_id != CALL_SOCKETIO_NO_ACK ? call_socketio_encode_ack (NULL, ack_id, json) : NULL,
        NULL);
}

static void
kick (CalldHub *hub, guint64 id)
{
  post (hub, id, open_kick, NULL, NULL);
}

static const CalldProtocol protocol = {
  .protocol = CALLD_PROTOCOL_SOCKETIO,
  .encode = encode,
  .accept = accept_client,
  .refuse = refuse_client,
  .answer = answer,
  .kick = kick,
};

static CalldFrame *
encode_with_offset (const CallNotice *notice)
{
  g_autofree char *packet = call_notice_to_socketio (notice);

  return calld_socketio_event_frame_new (packet);
}

/* The same where clients may come back. */
static const CalldProtocol recovering_protocol = {
  .protocol = CALLD_PROTOCOL_SOCKETIO,
  .encode = encode_with_offset,
  .accept = accept_client,
  .refuse = refuse_client,
  .answer = answer,
  .kick = kick,
};

/**
 * calld_socketio_options_init:
 * @options: (out caller-allocates): settings
 *
 * Fills in the defaults.
 */
void
calld_socketio_options_init (CalldSocketioOptions *options)
{
  *options = (CalldSocketioOptions){
    .path = "/socket.io/",
    .ping_interval_ms = 25000,
    .ping_timeout_ms = 60000,
    .connect_timeout_ms = 45000,
    .upgrade_timeout_ms = CALL_ENGINEIO_UPGRADE_TIMEOUT_MS,
    .max_payload = 100 * 1000 * 1000,
    .max_attachments = CALL_SOCKETIO_MAX_ATTACHMENTS,
    .max_pending = 64,
  };
}

/**
 * calld_socketio_attach:
 * @gateway: the gateway; must live until its hub has stopped
 * @options: settings, copied
 *
 * Serves Socket.IO. Before the hub listens.
 */
void
calld_socketio_attach (CalldGateway *gateway, const CalldSocketioOptions *options)
{
  static const char *const namespaces[] = { "/", NULL };
  g_autofree char *path = g_strdup (options->path);
  Bridge *bridge = g_new0 (Bridge, 1);
  CalldSocketioServerOptions server = {
    .engine = {
      .path = path,
      .protocol = CALLD_PROTOCOL_SOCKETIO,
      .ping_interval_ms = options->ping_interval_ms,
      .ping_timeout_ms = options->ping_timeout_ms,
      .upgrade_timeout_ms = options->upgrade_timeout_ms,
      .max_payload = options->max_payload,
      .cors_origins = (char **) options->cors_origins,
    },
    .namespaces = namespaces,
    .connect_timeout_ms = options->connect_timeout_ms,
    .max_attachments = options->max_attachments,
    .recovery = options->recovery,
  };

  if (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';
  bridge->gateway = gateway;
  bridge->protocol = options->recovery ? &recovering_protocol : &protocol;
  bridge->max_pending = options->max_pending;
  calld_gateway_add_protocol (gateway, bridge->protocol);
  calld_socketio_server_new (calld_hub_get_reactor (calld_gateway_get_hub (gateway)), &server, &app,
                             bridge, g_free);
}
