/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-bus.h"
#include "calld-hub.h"
#include "calld-identity.h"

#include "call-ack.h"

G_BEGIN_DECLS

/* What a client asks for: libcall/wire/call-request.h. */
typedef struct _CallRequest CallRequest;

/**
 * CalldConnection:
 * @id: its id, never given twice while the daemon runs
 * @identity: who signed in
 * @remote_address: the address of the other end, without its port
 *
 * A signed-in connection as the services see it. Valid from `opened` until `closed` returns; keep
 * the id, not the pointer.
 */
typedef struct {
  guint64 id;
  CalldIdentity *identity;
  char *remote_address;
} CalldConnection;

/**
 * CalldReply:
 *
 * The right and the duty to answer one request, once. It outlives the connection: an answer to a
 * connection that has gone is dropped in silence. Main context only.
 */
typedef struct _CalldReply CalldReply;

#define CALLD_TYPE_GATEWAY_HANDLER (calld_gateway_handler_get_type ())
G_DECLARE_INTERFACE (CalldGatewayHandler, calld_gateway_handler, CALLD, GATEWAY_HANDLER, GObject)

/**
 * CalldGatewayHandlerInterface:
 * @authenticate: decide who holds @token (nullable), and answer with [method@Reply.accept] or
 *   [method@Reply.error], now or later. Takes @reply.
 * @opened: a connection has signed in; it is a member of `user/<id>` already
 * @closed: it has gone; called once for each @opened, never from inside another call of the gateway
 * @handle: carry @request out. Takes @request and @reply, and must answer @reply at some time;
 *   for a client that asked for no acknowledgement the answer goes nowhere.
 *
 * What a gateway asks of the services. Everything is called in the main context.
 */
struct _CalldGatewayHandlerInterface {
  GTypeInterface parent_iface;

  void (*authenticate) (CalldGatewayHandler *self,
                        const char *token,
                        const char *remote_address,
                        CalldReply *reply);
  void (*opened) (CalldGatewayHandler *self, const CalldConnection *connection);
  void (*closed) (CalldGatewayHandler *self, const CalldConnection *connection);
  void (*handle) (CalldGatewayHandler *self,
                  const CalldConnection *connection,
                  CallRequest *request,
                  CalldReply *reply);
};

void calld_reply_accept (CalldReply *reply, CalldIdentity *identity);
void calld_reply_ack (CalldReply *reply, const CallAck *ack);
void calld_reply_ok (CalldReply *reply, const char *member, const char *json);
void calld_reply_error (CalldReply *reply, const GError *error);

#define CALLD_TYPE_GATEWAY (calld_gateway_get_type ())
G_DECLARE_FINAL_TYPE (CalldGateway, calld_gateway, CALLD, GATEWAY, GObject)

CalldGateway *calld_gateway_new (CalldHub *hub, CalldBus *bus, CalldGatewayHandler *handler);
CalldHub *calld_gateway_get_hub (CalldGateway *self);

const CalldConnection *calld_gateway_lookup (CalldGateway *self, guint64 connection_id);
guint calld_gateway_count (CalldGateway *self, const char *user_id);
guint calld_gateway_count_users (CalldGateway *self);
guint64 *calld_gateway_list (CalldGateway *self, const char *user_id, gsize *n);

void calld_gateway_join (CalldGateway *self, guint64 connection_id, const char *topic);
void calld_gateway_leave (CalldGateway *self, guint64 connection_id, const char *topic);
void calld_gateway_publish (CalldGateway *self,
                            const char *const *topics,
                            const CallNotice *notice,
                            guint64 except,
                            CalldSendFlags flags);
void calld_gateway_emit (CalldGateway *self, guint64 connection_id, const CallNotice *notice);
void calld_gateway_close (CalldGateway *self, guint64 connection_id);
void calld_gateway_kick (CalldGateway *self, guint64 connection_id);
void calld_gateway_kick_user (CalldGateway *self, const char *user_id);

G_END_DECLS
