/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "calld-gateway.h"

G_BEGIN_DECLS

/* How one protocol carries out what the services decide; main context. */
typedef struct {
  guint protocol;
  CalldFrame *(*encode) (const CallNotice *notice);
  void (*accept) (CalldHub *hub, guint64 connection_id, const CalldIdentity *identity);
  void (*refuse) (CalldHub *hub, guint64 connection_id, const GError *error);
  void (*answer) (CalldHub *hub, guint64 connection_id, gint64 ack_id, const char *json);
  void (*kick) (CalldHub *hub, guint64 connection_id);
} CalldProtocol;

/* What the reactor's side of a protocol brings to the main context. */
void calld_gateway_add_protocol (CalldGateway *self, const CalldProtocol *protocol);
void calld_gateway_take_connect (CalldGateway *self,
                                 const CalldProtocol *protocol,
                                 guint64 connection_id,
                                 const char *token,
                                 const char *remote_address);
void calld_gateway_take_request (CalldGateway *self,
                                 const CalldProtocol *protocol,
                                 guint64 connection_id,
                                 CallRequest *request,
                                 gint64 ack_id);
void calld_gateway_take_left (CalldGateway *self, guint64 connection_id);

G_END_DECLS
