/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-transport.h"

G_BEGIN_DECLS

#define CALL_TYPE_TRANSPORT_LOOPBACK (call_transport_loopback_get_type ())
G_DECLARE_FINAL_TYPE (CallTransportLoopback,
                      call_transport_loopback,
                      CALL,
                      TRANSPORT_LOOPBACK,
                      GObject)

/* Answers a request: fills @ack, or sets @error. */
typedef gboolean (*CallLoopbackHandler) (const CallRequest *request,
                                         CallAck *ack,
                                         gpointer user_data,
                                         GError **error);

CallTransportLoopback *call_transport_loopback_new (CallLoopbackHandler handler,
                                                    gpointer user_data);
void call_transport_loopback_refuse (CallTransportLoopback *self, const GError *error);
void call_transport_loopback_lose (CallTransportLoopback *self);
gboolean call_transport_loopback_is_open (CallTransportLoopback *self);
guint call_transport_loopback_get_n_opened (CallTransportLoopback *self);

G_END_DECLS
