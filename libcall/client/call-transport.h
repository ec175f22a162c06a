/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "call-ack.h"
#include "call-notice.h"
#include "call-request.h"

G_BEGIN_DECLS

#define CALL_TYPE_TRANSPORT (call_transport_get_type ())
G_DECLARE_INTERFACE (CallTransport, call_transport, CALL, TRANSPORT, GObject)

struct _CallTransportInterface {
  GTypeInterface parent_iface;

  void (*open_async) (CallTransport *self,
                      const char *token,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*open_finish) (CallTransport *self, GAsyncResult *result, GError **error);
  void (*request_async) (CallTransport *self,
                         const CallRequest *request,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  CallAck *(*request_finish) (CallTransport *self, GAsyncResult *result, GError **error);
  void (*close) (CallTransport *self);
};

void call_transport_open_async (CallTransport *self,
                                const char *token,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean call_transport_open_finish (CallTransport *self, GAsyncResult *result, GError **error);
void call_transport_request_async (CallTransport *self,
                                   const CallRequest *request,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
CallAck *call_transport_request_finish (CallTransport *self, GAsyncResult *result, GError **error);
void call_transport_send (CallTransport *self, const CallRequest *request);
void call_transport_close (CallTransport *self);

void call_transport_emit_lost (CallTransport *self, const GError *error);
void call_transport_emit_notice (CallTransport *self, const CallNotice *notice);

void call_transport_ack_free (CallAck *ack);

G_END_DECLS
