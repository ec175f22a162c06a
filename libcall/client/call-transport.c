/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-transport.h"

/*
 * CallTransport:
 *
 * A connection to the server that carries requests one way and notices the other. It does not come
 * back by itself: after "lost" it may be opened again, which is the client's business.
 *
 * open: completes when the server has taken the token; %CALL_ERROR_UNAUTHORIZED if it has not.
 * request: completes with the acknowledgement; a refusal is an error of %CALL_ERROR. A request that
 *   is under way when the connection is lost fails with %CALL_ERROR_UNAVAILABLE.
 * close: ends it without "lost". A transport that is not open is left alone.
 *
 * Signals: "lost" (GError) once after an open connection has gone; "notice" (CallNotice, by
 * pointer). Everything happens on the main context it was made in.
 */
G_DEFINE_INTERFACE (CallTransport, call_transport, G_TYPE_OBJECT)

enum { LOST, NOTICE, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
call_transport_default_init (CallTransportInterface *iface)
{
  signals[LOST] = g_signal_new ("lost", CALL_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[NOTICE] = g_signal_new ("notice", CALL_TYPE_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

void
call_transport_open_async (CallTransport *self,
                           const char *token,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  CALL_TRANSPORT_GET_IFACE (self)->open_async (self, token, cancellable, callback, user_data);
}

gboolean
call_transport_open_finish (CallTransport *self, GAsyncResult *result, GError **error)
{
  return CALL_TRANSPORT_GET_IFACE (self)->open_finish (self, result, error);
}

void
call_transport_request_async (CallTransport *self,
                              const CallRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  CALL_TRANSPORT_GET_IFACE (self)->request_async (self, request, cancellable, callback, user_data);
}

/* Returns: (transfer full): the acknowledgement, for call_transport_ack_free() */
CallAck *
call_transport_request_finish (CallTransport *self, GAsyncResult *result, GError **error)
{
  return CALL_TRANSPORT_GET_IFACE (self)->request_finish (self, result, error);
}

/* A request whose answer nobody waits for. */
void
call_transport_send (CallTransport *self, const CallRequest *request)
{
  call_transport_request_async (self, request, NULL, NULL, NULL);
}

void
call_transport_close (CallTransport *self)
{
  CALL_TRANSPORT_GET_IFACE (self)->close (self);
}

void
call_transport_emit_lost (CallTransport *self, const GError *error)
{
  g_signal_emit (self, signals[LOST], 0, error);
}

void
call_transport_emit_notice (CallTransport *self, const CallNotice *notice)
{
  g_signal_emit (self, signals[NOTICE], 0, notice);
}

void
call_transport_ack_free (CallAck *ack)
{
  call_ack_clear (ack);
  g_free (ack);
}
